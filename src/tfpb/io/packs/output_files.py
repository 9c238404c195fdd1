"""Files a command writes: never over what it reads, and all of them or none."""

from __future__ import annotations

import contextlib
import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, fail
from tfpb.io.tables.contents import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_LONGEST_NAME: Final = 220
"""Bytes; systems take 255, what is written aside or beside adds its own signs."""


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Refuse outputs that would replace a file the same command reads, or whose name is too long.

    Parameters
    ----------
    outputs : iterable of Path
    inputs : iterable of Path or None
        None stands for an option that was not given.

    Raises
    ------
    TfpbError
        `sortie_sur_entree`; `ecriture_impossible` when the name leaves no room for those made from it.
    """
    read = [path for path in inputs if path is not None]
    for output in outputs:
        if len(os.fsencode(output.name)) > _LONGEST_NAME:
            raise cannot_write(output.name, OSError(errno.ENAMETOOLONG, ""))
        if any(_same(output, path) for path in read):
            raise fail("sortie_sur_entree", place=Place(output.name), got=output.name)


def _same(output: Path, path: Path) -> bool:
    try:
        return output.samefile(path)
    except OSError:  # one of them is not there
        return False


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place, then rename it there: a reader never sees half a file.

    Raises
    ------
    TfpbError
        `ecriture_impossible`.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files of one result: when one cannot be written, none is changed.

    Raises
    ------
    TfpbError
        `ecriture_impossible`.
    """
    with staged(files):
        pass


@contextmanager
def staged(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write files aside, run the block, then give each its name; a block that fails leaves none.

    Disk space and files held open by another program are met before the block runs. Between two
    renames a kill leaves whole files of two runs side by side: the next run replaces them all.

    Raises
    ------
    TfpbError
        `ecriture_impossible`.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            with _told(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                parts[path] = path.with_name(f".{path.name}.part")
                parts[path].write_bytes(data)
        for path in files:
            with _told(path):
                _refuse_held(path)
        yield
        _swap(parts)
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path.name, error) from error


def _refuse_held(path: Path) -> None:
    """Meet a file that a spreadsheet holds open, or that may not be written, before any is replaced."""
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
                with contextlib.suppress(OSError):
                    _put_back(done, data)
            raise cannot_write(path.name, error) from error
        before[path] = old


def _put_back(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
        return
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    aside.replace(path)
