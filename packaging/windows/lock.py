"""The lock as values: what it pins for one platform, and which wheels of it were chosen for Windows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements" / "run.txt"
CHOSEN: Final = Path(__file__).parent / "wheels.txt"
PYTHON: Final = "3.11"
WINDOWS: Final = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
    "os_name": "nt",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
}
SOURCES: Final = {"odfpy": ("odf",)}
"""Published as sources only, and pure Python: the folders to take as they are, nothing is compiled."""
_PIN: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]+)\])?==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+))?"
)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_BUILD_ONLY: Final = frozenset({"hatchling", "editables", "setuptools"})


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of the lock.

    Parameters
    ----------
    name, version : str
        Canonical name.
    marker : str
        Condition of the environment, empty for all.
    hashes : frozenset of str
        sha256 of every file of this version, wheels and sources.
    wanted_by : frozenset of str
        Who asks for it; `tfpb` for the project itself.
    extras : frozenset of str
        Canonical names of the extras pinned with it.
    """

    name: str
    version: str
    marker: str
    hashes: frozenset[str]
    wanted_by: frozenset[str]
    extras: frozenset[str] = frozenset()

    def holds(self, environment: dict[str, str]) -> bool:
        """Tell whether it is installed in an environment."""
        return not self.marker or Marker(self.marker).evaluate(environment)


def read_lock(path: Path = LOCK) -> list[Pin]:
    """Read every pin of the lock, in its order."""
    pins: list[Pin] = []
    block: list[str] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), "end==0"]:
        if _PIN.match(line) and block:
            pins.append(_pin(block))
            block = []
        if _PIN.match(line) or block:
            block.append(line)
    return pins


def _pin(block: list[str]) -> Pin:
    match = _PIN.match(block[0])
    if match is None:
        raise ValueError(block[0])
    notes = [n.strip(" #").removeprefix("via").strip() for n in block if n.lstrip().startswith("#")]
    wanted = {
        "tfpb"
        if n == "tfpb (pyproject.toml)"
        else canonicalize_name(n.partition(" ")[0] + n[4:5])
        if n.startswith("tfpb")
        else canonicalize_name(n)
        for n in notes
        if n
    }
    return Pin(
        canonicalize_name(match["name"]),
        match["version"],
        (match["marker"] or "").strip(),
        frozenset(_HASH.findall("\n".join(block))),
        frozenset(wanted),
        frozenset(canonicalize_name(e.strip()) for e in (match["extras"] or "").split(",") if e),
    )


def for_windows(pins: Iterable[Pin]) -> list[Pin]:
    """Keep what runs on Windows: markers that hold there, less what only building needs."""
    left = [p for p in pins if p.holds(WINDOWS) and p.name not in _BUILD_ONLY]
    while True:
        names = {p.name for p in left} | {"tfpb"}
        kept = [p for p in left if p.wanted_by & names]
        if len(kept) == len(left):
            return kept
        left = kept


def fits(filename: str) -> bool:
    """Tell whether a wheel runs on 64-bit Windows with this Python."""
    _, _, _, tags = parse_wheel_filename(filename)
    major, minor = PYTHON.split(".")
    own = f"cp{major}{minor}"
    return any(_runs(tag, own, int(minor)) for tag in tags)


def _runs(tag: Tag, own: str, minor: int) -> bool:
    if tag.platform not in {"any", "win_amd64"}:
        return False
    if tag.abi == "none":
        return tag.interpreter in {"py3", own, "py2.py3"} or tag.interpreter.startswith("py3")
    if tag.abi == "abi3":
        return tag.interpreter.startswith("cp3") and int(tag.interpreter[3:]) <= minor
    return tag.interpreter == own and tag.abi == own


def read_chosen(path: Path = CHOSEN) -> dict[str, str]:
    """Read the chosen files: file name → sha256."""
    lines = [n.split() for n in path.read_text(encoding="ascii").splitlines() if n.strip()]
    return {name: digest for digest, name in lines}


def name_of(filename: str) -> tuple[str, str]:
    """Return the canonical name and the version of a wheel or an archive of sources."""
    if filename.endswith(".whl"):
        name, version, *_ = parse_wheel_filename(filename)
        return str(name), str(version)
    name, _, version = filename.removesuffix(".tar.gz").rpartition("-")
    return str(canonicalize_name(name)), version


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shortcomings(pins: list[Pin], chosen: dict[str, str]) -> list[str]:
    """List what is wrong between the lock and the chosen files; empty when all is proven."""
    wanted = {p.name: p for p in for_windows(pins)}
    wrong, found = [], set()
    for filename, digest in chosen.items():
        name, version = name_of(filename)
        pin = wanted.get(name)
        if pin is None:
            wrong.append(f"{filename}: not in the lock for Windows")
            continue
        found.add(name)
        if version != pin.version:
            wrong.append(f"{filename}: the lock has version {pin.version}")
        if digest not in pin.hashes:
            wrong.append(f"{filename}: its hash is not in the lock")
        if filename.endswith(".whl"):
            if not fits(filename):
                wrong.append(f"{filename}: not a wheel for win_amd64 and Python {PYTHON}")
        elif name not in SOURCES:
            wrong.append(f"{filename}: sources of a package not known as pure Python")
    wrong += [f"{name}: no file chosen" for name in wanted if name not in found]
    return wrong
