"""Which Windows libraries a compiled module asks for, read from its import table.

A wheel may count on the C++ runtime of Visual Studio, which a bare computer lacks and which nobody
can install without rights: such a module would fail on the user's machine and nowhere else.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

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
_SECTION: Final = 40
_IMPORT: Final = 20


def imported(data: bytes) -> list[str]:
    """Return the libraries a module imports, in lower case; nothing for what is no Windows module."""
    if data[:2] != b"MZ":
        return []
    (start,) = struct.unpack_from("<I", data, 0x3C)
    if data[start : start + 4] != b"PE\0\0":
        return []
    sections, optional = struct.unpack_from("<H12xH", data, start + 6)
    head = start + 24
    (magic,) = struct.unpack_from("<H", data, head)
    table = head + (120 if magic == 0x20B else 104)
    (imports,) = struct.unpack_from("<I", data, table)
    places = [
        struct.unpack_from("<IIII", data, head + optional + _SECTION * i + 8)
        for i in range(sections)
    ]

    def offset(address: int) -> int:
        for size, virtual, raw_size, raw in places:
            if virtual <= address < virtual + max(size, raw_size):
                return int(address - virtual + raw)
        raise ValueError(address)

    if not imports:
        return []
    out = []
    at = offset(imports)
    while True:
        (name,) = struct.unpack_from("<I", data, at + 12)
        if not name:
            return out
        begin = offset(name)
        out.append(data[begin : data.index(b"\0", begin)].decode("ascii", "replace").lower())
        at += _IMPORT


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
