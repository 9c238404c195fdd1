r"""Make the Windows package: a zip to unpack anywhere, that asks for no administrator's right.

Inside: the embeddable Python, the locked wheels unpacked, this project, `Ouvrir-tfpb.cmd`,
`tfpb.cmd`, `Menu-demarrer.cmd` and LISEZMOI.txt.
Runs on any system; nothing that it unpacks is run::

    python packaging/windows/check.py --download wheels/
    python -m hatchling build -t wheel -d wheels-tfpb/
    python packaging/windows/make.py --python python-3.11.9-embed-amd64.zip --sha256 HEX \
        --wheels wheels/ --project wheels-tfpb/tfpb-0.4.0-py3-none-any.whl --output tfpb-windows.zip

`HEX` is the sha256 of the embeddable archive, read by whoever runs this on python.org's page of that
version, not on the archive itself.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from libraries import is_idle, lacking
from lock import PYTHON, SOURCES, fits, name_of, read_chosen, read_lock, sha256, shortcomings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE: Final = Path(__file__).parent
FOLDER: Final = "tfpb"
PACKAGES: Final = "paquets"
_CLOCK: Final = (2020, 1, 1, 0, 0, 0)
_LONGEST: Final = 180
"""Longest path inside the zip: Windows stops at 260, the user's own folder comes before."""
_WRITTEN: Final = {".cmd": "ascii", ".py": "utf-8", ".txt": "utf-8-sig"}
_COMPILED: Final = (".pyd", ".dll", ".exe")


class UnprovenError(Exception):
    """Something is not what its hash, or the lock, says."""


def _agree(chosen: Mapping[str, str]) -> None:
    """Stop when the chosen files are not those of the lock."""
    wrong = shortcomings(read_lock(), dict(chosen))
    if wrong:
        raise UnprovenError("\n".join(wrong))


def embeddable(path: Path, digest: str) -> dict[str, bytes]:
    """Read the embeddable Python, proven by its hash, told where the packages are.

    Raises
    ------
    UnprovenError
        Another hash, another version, not an embeddable archive.
    """
    if sha256(path) != digest.lower():
        raise UnprovenError(f"{path.name}: sha256 {sha256(path)}, {digest} was given")
    files = _members(zipfile.ZipFile(path))
    short = PYTHON.replace(".", "")
    settings = f"python{short}._pth"
    if settings not in files or "python.exe" not in files:
        raise UnprovenError(f"{path.name}: not the embeddable Python {PYTHON}")
    # alone in the list: neither the machine's own Python nor its variables can add to it
    files[settings] = f"python{short}.zip\r\n.\r\n..\\{PACKAGES}\r\n".encode("ascii")
    return files


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/") and _safe(n)}


def _safe(name: str) -> bool:
    """Refuse a name that would leave its folder."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name:
        raise UnprovenError(f"{name}: leaves its folder")
    return True


def unpacked(path: Path) -> dict[str, bytes]:
    """Return the files of a wheel, or of sources known as pure Python, as they lie once installed.

    Raises
    ------
    UnprovenError
        A wheel whose modules need a library that a bare Windows lacks.
    """
    if path.name.endswith(".tar.gz"):
        return dict(_from_sources(path))
    files = {n: d for n, d in _members(zipfile.ZipFile(path)).items() if not is_idle(n)}
    wrong = lacking(files)
    if wrong:
        raise UnprovenError(f"{path.name}: {wrong}")
    out = {}
    for name, data in files.items():
        head, _, rest = name.partition("/")
        if head.endswith(".data"):  # scripts and headers serve nobody here
            kind, _, rest = rest.partition("/")
            if kind in {"purelib", "platlib"}:
                out[rest] = data
        else:
            out[name] = data
    return out


def _from_sources(path: Path) -> Iterator[tuple[str, bytes]]:
    """Take the folders of a pure package out of its sources, with the card that tells its version."""
    name, version = name_of(path.name)
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            _, _, inside = member.name.partition("/")
            file = archive.extractfile(member) if member.isfile() and _safe(member.name) else None
            if file is None:
                continue
            if inside.partition("/")[0] in SOURCES[name] and inside.endswith(".py"):
                yield inside, file.read()
            elif inside == "PKG-INFO":
                yield f"{name}-{version}.dist-info/METADATA", file.read()


def assemble(
    python: Mapping[str, bytes], wheels: Path, project: Path, chosen: Mapping[str, str]
) -> dict[str, bytes]:
    """Put everything together: path in the zip → content.

    Parameters
    ----------
    python : mapping of str to bytes
        What `embeddable` gave.
    wheels : Path
        Folder of the files that `chosen` names.
    project : Path
        This project's wheel.
    chosen : mapping of str to str
        File name → sha256.

    Raises
    ------
    UnprovenError
        A file that is missing, of another hash, or that two packages bring with different contents.
    """
    files = {f"python/{name}": data for name, data in python.items()}
    for name, digest in [*chosen.items(), (project.name, sha256(project))]:
        path = project if name == project.name else wheels / name
        if not path.is_file() or sha256(path) != digest:
            raise UnprovenError(f"{name}: missing, or not of the hash in the lock")
        if name.endswith(".whl") and not fits(name):
            raise UnprovenError(f"{name}: not for Windows and Python {PYTHON}")
        for inside, data in unpacked(path).items():
            place = f"{PACKAGES}/{inside}"
            if files.get(place, data) != data:
                raise UnprovenError(f"{inside}: brought twice")
            files[place] = data
    listed = {**chosen, project.name: sha256(project)}
    files["contenu.json"] = (json.dumps(listed, indent=1, sort_keys=True) + "\n").encode()
    for name in ("Ouvrir-tfpb.cmd", "tfpb.cmd", "Menu-demarrer.cmd", "menu.py", "LISEZMOI.txt"):
        text = (HERE / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        files[name] = text.encode(_WRITTEN[Path(name).suffix])
    longest = max(files, key=len)
    if len(longest) > _LONGEST:
        raise UnprovenError(f"{longest}: too long a path for Windows")
    return files


def archive(files: Mapping[str, bytes]) -> bytes:
    """Zip files in one folder; same files, same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", _CLOCK)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            made.writestr(entry, files[name])
    return buffer.getvalue()


def main() -> int:
    """Make the zip; 1 when something is not proven, and then nothing is written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", type=Path, required=True, help="embeddable archive")
    parser.add_argument("--sha256", required=True, help="its hash, from python.org")
    parser.add_argument("--wheels", type=Path, required=True, help="folder of downloaded files")
    parser.add_argument("--project", type=Path, required=True, help="this project's wheel")
    parser.add_argument("--output", type=Path, required=True, help="zip to write")
    given = parser.parse_args()
    chosen = read_chosen()
    try:
        _agree(chosen)
        files = assemble(
            embeddable(given.python, given.sha256), given.wheels, given.project, chosen
        )
    except UnprovenError as error:
        print(error, file=sys.stderr)
        return 1
    data = archive(files)
    given.output.write_bytes(data)
    compiled = sum(n.endswith(_COMPILED) for n in files)
    print(f"{given.output}: {len(files)} files, {compiled} compiled, {len(data) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
