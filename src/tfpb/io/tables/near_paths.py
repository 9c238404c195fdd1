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
    above, tail = _from_what_exists(path)
    near = [p.relative_to(above).as_posix() for p in _near(above, tail)]
    if near:
        got = Path(*tail).as_posix()
        return fail("fichier_mal_nomme", place=place, got=got, proches=listed(near))
    return fail("fichier_absent", place=place, got=path.name[:_LONGEST])


def _from_what_exists(path: Path) -> tuple[Path, list[str]]:
    """Part a path after the deepest folder that exists."""
    tail = [path.name]
    for folder in path.parents:
        if _holds(Path.is_dir, folder):
            return folder, tail
        tail.insert(0, folder.name)
    return path.parent, tail


def _near(folder: Path, tail: list[str]) -> list[Path]:
    """Find what the names under a folder may have meant, the likest first."""
    name, *rest = tail
    if not rest:
        # a name with a suffix is a file's; without one, a folder may be meant
        return [
            p for p in _alike(folder, name) if not (Path(name).suffix and _holds(Path.is_dir, p))
        ]
    found = []
    for inner in _alike(folder, name):
        exact = inner.joinpath(*rest)
        found += [exact] if _holds(Path.exists, exact) else _near(inner, rest)
    return found[:_MOST]


def _alike(folder: Path, name: str) -> list[Path]:
    try:
        names = [p.name for p in folder.iterdir() if not p.name.startswith(_NOT_MEANT)]
    except (OSError, ValueError):
        return []
    found: Iterable[tuple[str, float, int]] = process.extract(
        name, names, scorer=fuzz.ratio, processor=_compared, limit=_MOST, score_cutoff=_ALIKE
    )
    return [folder / meant for meant, _, _ in found]


def _compared(name: str) -> str:
    return strip_accents(name).casefold()


def _holds(test: Callable[[Path], bool], path: Path) -> bool:
    """Ask the disk; what it refuses to look at, or cannot name, is not there."""
    try:
        return test(path)
    except OSError:
        return False
