"""Files and folders that commands write: never over what is read, whole or not at all.

One file, several files or a folder are written aside, then renamed: a reader never sees half of them,
and a run that is killed leaves what stood before.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, fail
from tfpb.io.tables.contents import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONGEST_NAME: Final = 220
"""Bytes; systems take 255, what is written aside or beside adds its own signs."""
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
"""Names that are devices for Windows, whatever extension follows."""
_ASIDE: Final = "-tfpb-"
_NEW: Final = "nouveau"
_OLD: Final = "ancien"


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Refuse outputs that would replace a file the same command reads, or whose name is too long.

    None in `inputs` is an option that was not given. Raises `sortie_sur_entree`, `nom_refuse_par_windows`;
    `ecriture_impossible` when the name leaves no room for those made from it.
    """
    read = [path for path in inputs if path is not None]
    for output in outputs:
        refuse_for_windows(output)
        if len(os.fsencode(output.name)) > _LONGEST_NAME:
            raise cannot_write(output.name, OSError(errno.ENAMETOOLONG, ""))
        if any(_same(output, path) for path in read):
            raise fail("sortie_sur_entree", place=Place(output.name), got=output.name)


def refuse_for_windows(path: Path) -> None:
    """Refuse, on Windows, a path that it would not take, or would take for a device or another name.

    Raises `nom_refuse_par_windows`, with the part of the path.
    """
    # from its text: parts joined again make a drive of « a:b »
    refused = refused_part(PureWindowsPath(str(path))) if os.name == "nt" else ""
    if refused:
        raise fail("nom_refuse_par_windows", place=Place(path.name), got=refused)


def refused_part(path: PureWindowsPath) -> str:
    """Return the first part of a path that Windows does not take as a name, or "".

    Devices (`CON`, `nul.txt`), signs that no name may bear, a dot or a space at the end (dropped in
    silence: the file would bear another name).
    """
    for part in path.parts[1 if path.anchor else 0 :]:
        device = part.partition(".")[0].rstrip().lower() in _DEVICES
        dropped = part not in (".", "..") and part.endswith((".", " "))
        if device or dropped or set(part) & set('<>:"|?*') or any(c < " " for c in part):
            return part
    return ""


def _same(output: Path, path: Path) -> bool:
    try:
        return output.samefile(path)
    except OSError:  # one of them is not there: two outputs of one command, perhaps
        return output.absolute() == path.absolute()


def numbered(path: Path) -> Iterator[Path]:
    """Name a file, then others as long as they are asked for: `plan.toml`, `plan_2.toml` and so on."""
    yield path
    for rank in count(2):
        yield path.with_name(f"{path.stem}_{rank}{path.suffix}")


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file, whole or not at all (`ecriture_impossible`); folders above are made."""
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write or replace files of one result: all of them, or none is changed (`ecriture_impossible`)."""
    with staged(files):
        pass


@contextmanager
def staged(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write temporary files, run the block, then give each its name; a block that fails leaves none.

    A full disk and files open in another program stop it before the block runs (`ecriture_impossible`).
    Between two renames a kill leaves whole files of two runs side by side: the next run replaces them all.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            with in_french(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                parts[path] = aside(path)
                _write_synced(parts[path], data)
        for path in files:
            with in_french(path):
                _refuse_held(path)
        yield
        _swap(parts)
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def aside(path: Path) -> Path:
    """Name what a file is written to before it takes its name."""
    return path.with_name(f".{path.name}.part")


def _write_synced(path: Path, data: bytes) -> None:
    """Write a file down to the disk, before it or its folder takes a name: a power cut may come."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def in_french(path: Path) -> Iterator[None]:
    """Turn what the system refuses into `ecriture_impossible`, of the name of a path."""
    try:
        yield
    except OSError as error:
        raise cannot_write(path.name, error) from error


def _refuse_held(path: Path) -> None:
    """Raise for a file that a spreadsheet holds open, or that may not be written, before any is replaced."""
    if path.exists() and not path.is_file():  # a device would be replaced by a file
        raise OSError(errno.EEXIST, "")
    if path.exists():
        with path.open("rb+"):
            pass


def _swap(parts: Mapping[Path, Path]) -> None:
    """Give every file its name; put the earlier ones back when one is refused."""
    before: dict[Path, bytes | None] = {}
    for path, part in parts.items():
        try:
            old = path.read_bytes() if len(parts) > 1 and path.is_file() else None
            part.replace(path)
        except OSError as error:
            for done, data in before.items():
                with suppress(OSError):
                    _put_back(done, data)
            raise cannot_write(path.name, error) from error
        before[path] = old


def _put_back(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
        return
    aside(path).write_bytes(data)
    aside(path).replace(path)


def settle(folder: Path) -> None:
    """Remove what a run killed while it wrote has left beside `DIR` or `DIR.2`.

    A folder that was moved aside comes back when nothing took its place; half-written ones go.
    A run that writes to the same place at this very moment would fail, its folder unharmed.
    """
    if not folder.parent.is_dir():
        return
    for left in sorted(folder.parent.iterdir()):
        name, mark, _ = left.name.removeprefix(".").rpartition(_ASIDE)
        ours = name == folder.name or name.startswith(f"{folder.name}.")
        if not (mark and ours and left.name.startswith(".") and left.is_dir()):
            continue
        old, target = left / _OLD, folder.with_name(name)
        with suppress(OSError):
            if old.is_dir() and not target.exists():
                old.rename(target)
            shutil.rmtree(left)


class NewFolder:
    """A folder written next to its place, file after file, that takes its name once whole.

    The old folder, if there is one, goes last. It and its methods raise OSError.
    """

    def __init__(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self.target = target
        self._aside = Path(tempfile.mkdtemp(prefix=f".{target.name}{_ASIDE}", dir=target.parent))

    def write(self, name: str, data: bytes) -> None:
        """Write a file under its name inside the folder."""
        path = self._aside / _NEW / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_synced(path, data)

    def take_place(self) -> None:
        """Give the folder its name."""
        new, old, target = self._aside / _NEW, self._aside / _OLD, self.target
        if not target.exists():
            new.rename(target)
            return
        target.rename(old)
        try:
            new.rename(target)
        except BaseException:
            old.rename(target)
            raise

    def close(self) -> None:
        """Remove what is beside the place, unless it is all that is left of the old folder."""
        if self.target.exists() or not (self._aside / _OLD).exists():
            shutil.rmtree(self._aside, ignore_errors=True)
