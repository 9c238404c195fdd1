"""A path that does not exist: the ones beside it whose names are alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from tfpb.errors import Place, TfpbError, fail
from tfpb.text import strip_accents
from tfpb.words.faults.input_words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ALIKE: Final = 70.0
"""Least likeness of two names, 0 to 100: « enquete.csv » and « enquete.xlsx » reach 78."""
_MOST: Final = 3
_NOT_MEANT: Final = (".", "~$")
"""How the names of hidden files begin, and of those a spreadsheet leaves while a workbook is open."""
_LONGEST: Final = 200


def absent(path: Path) -> TfpbError:
    """Make the error of a file that does not exist, naming those the user may have meant.

    Parameters
    ----------
    path : Path

    Returns
    -------
    TfpbError
        `fichier_mal_nomme` when some names are alike, `fichier_absent` otherwise.
    """
    place = Place(path.name[:_LONGEST])
    # a name with a suffix is a file's; without one, a folder may be meant
    got, near = _likes(path, lambda p: not (path.suffix and _holds(Path.is_dir, p)))
    if near:
        return fail("fichier_mal_nomme", place=place, got=got, proches=listed(near))
    return fail("fichier_absent", place=place, got=path.name[:_LONGEST])


def near_folders(path: Path) -> tuple[str, list[str]]:
    """Name the folders that a folder which does not exist may have meant, the likest first.

    Returns
    -------
    str
        What was typed, from the deepest folder that exists.
    list of str
        From that folder too; empty when no name is alike.
    """
    return _likes(path, lambda p: _holds(Path.is_dir, p))


def _likes(path: Path, fits: Callable[[Path], bool]) -> tuple[str, list[str]]:
    above, tail = _from_what_exists(path)
    near = [p.relative_to(above).as_posix() for p in _near(above, tail, fits)]
    return Path(*tail).as_posix(), near


def _from_what_exists(path: Path) -> tuple[Path, list[str]]:
    """Part a path after the deepest folder that exists."""
    tail = [path.name]
    for folder in path.parents:
        if _holds(Path.is_dir, folder):
            return folder, tail
        tail.insert(0, folder.name)
    return path.parent, tail


def _near(folder: Path, tail: list[str], fits: Callable[[Path], bool]) -> list[Path]:
    """Find what the names under a folder may have meant, the likest first."""
    name, *rest = tail
    if not rest:
        return _alike(folder, name, fits)
    found = []
    for inner in _alike(folder, name, lambda p: _holds(Path.is_dir, p)):
        exact = inner.joinpath(*rest)
        found += [exact] if _holds(Path.exists, exact) else _near(inner, rest, fits)
    return found[:_MOST]


def _alike(folder: Path, name: str, fits: Callable[[Path], bool]) -> list[Path]:
    try:
        inside = [p for p in folder.iterdir() if not p.name.startswith(_NOT_MEANT)]
    except (OSError, ValueError):
        return []
    found: Iterable[tuple[str, float, int]] = process.extract(
        name, [p.name for p in inside], scorer=fuzz.ratio, processor=_compared, score_cutoff=_ALIKE,
        limit=None,
    )  # fmt: skip
    return [inside[at] for _, _, at in found if fits(inside[at])][:_MOST]


def _compared(name: str) -> str:
    return strip_accents(name).casefold()


def _holds(test: Callable[[Path], bool], path: Path) -> bool:
    """Ask the disk; what it refuses to look at, or cannot name, is not there."""
    try:
        return test(path)
    except OSError:
        return False
