"""Which Windows libraries a compiled module asks for, read from its import table.

A wheel may count on the C++ runtime of Visual Studio, which a bare computer lacks and which nobody
can install without rights: such a module would fail on the user's machine and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pefile

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = """
    advapi32 bcrypt bcryptprimitives cfgmgr32 combase comctl32 comdlg32 crypt32 dbghelp
    dnsapi dwrite gdi32 imm32 iphlpapi kernel32 kernelbase msvcrt mswsock ncrypt netapi32
    normaliz ntdll ole32 oleaut32 powrprof psapi rpcrt4 secur32 setupapi shell32 shlwapi
    synchronization user32 userenv usp10 version webservices winhttp wininet winmm wldap32
    ws2_32 wsock32
"""
SYSTEM: Final = frozenset(f"{name}.dll" for name in _NAMES.split())
"""Parts of Windows itself."""
PYTHON_OWN: Final = frozenset(
    {"python3.dll", "python311.dll", "vcruntime140.dll", "vcruntime140_1.dll"}
)
"""Beside python.exe in the embeddable archive."""

_SCIPY: Final = (
    "cluster", "datasets", "differentiate", "fft", "fftpack", "integrate", "interpolate", "io", "misc",
    "ndimage", "odr", "optimize", "signal", "stats",
)  # fmt: skip
LEFT_OUT: Final = (
    *(f"scipy/{name}/" for name in _SCIPY),
    "lxml/html/", "lxml/includes/", "lxml/isoschematron/", "lxml/objectify", "numpy/distutils/",
    "PIL/_avif", "pyarrow/_flight", "pyarrow/_orc", "pyarrow/_s3fs", "pyarrow/_substrait",
    "pyarrow/arrow_flight", "pyarrow/arrow_python_flight", "pyarrow/arrow_s3", "pyarrow/arrow_substrait",
    "pyarrow/include/",
)  # fmt: skip
"""What no command loads: parts of libraries, by the beginning of their path."""
_SOURCES: Final = (".c", ".cpp", ".h", ".hpp", ".lib", ".pxd", ".pxi", ".pyi", ".pyx")


def is_idle(name: str) -> bool:
    """Return whether no user runs a file of a wheel: tests, sources to compile, parts that nothing loads."""
    folders = name.split("/")[:-1]
    return "tests" in folders[1:] or name.endswith(_SOURCES) or name.startswith(LEFT_OUT)


def imported(data: bytes) -> list[str]:
    """Return the libraries a module imports, in lower case; nothing for what is no Windows module."""
    if data[:2] != b"MZ":
        return []
    module = pefile.PE(data=data, fast_load=True)
    module.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_IMPORT"]])
    return [
        entry.dll.decode("ascii", "replace").lower()
        for entry in getattr(module, "DIRECTORY_ENTRY_IMPORT", [])
    ]


def lacking(modules: Mapping[str, bytes]) -> dict[str, list[str]]:
    """List the modules of one wheel that ask for a library it does not carry: module → names.

    Parameters
    ----------
    modules : mapping of str to bytes
        Files of the wheel, by their name in it.
    """
    carried = {n.rpartition("/")[2].lower() for n in modules if n.lower().endswith(".dll")}
    known = carried | SYSTEM | PYTHON_OWN
    found = {
        name: [
            n for n in imported(data) if n not in known and not n.startswith(("api-ms-", "ext-ms-"))
        ]
        for name, data in modules.items()
        if name.lower().endswith((".pyd", ".dll"))
    }
    return {name: names for name, names in found.items() if names}
