"""References that a cell cites as proof, and the files of a folder that bear them."""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BETWEEN: Final = re.compile(r"\s*[;|\n]\s*|\s*,\s+")
_RUNS: Final = re.compile(r"[a-z]+|\d+")
_ALONE, _BEGINNINGS, _DOCUMENTS = itemgetter("mots", "debuts", "documents")(packaged(__name__))
_FEWEST: Final = 4
"""Signs of a reference that may be met inside a longer name: « 12 » is in too many."""


def references(cell: str) -> list[str]:
    """Return what a cell cites, each once, in order; « en attente », « oui », « voir compta » cite none."""
    cited: dict[str, str] = {}
    for piece in _BETWEEN.split(cell):
        cited.setdefault(fold(piece), piece)
    return [p for key, p in cited.items() if key and (is_numbered(p) or not _names_none(key))]


def _names_none(text: str) -> bool:
    """Return whether folded words say where a piece stands, or that it lacks, and name none."""
    first, _, rest = text.partition(" ")
    stated = rest if first in _DOCUMENTS else text
    return text in _ALONE or any(f"{stated} ".startswith(w) for w in _BEGINNINGS)


def is_numbered(reference: str) -> bool:
    """Return whether a reference bears a digit: « voir dossier » names no piece of its own."""
    return any(c.isdigit() for c in fold(reference))


def piece_key(reference: str) -> tuple[str, ...]:
    """Return what a reference is known by: its letters and numbers, whatever stands between."""
    return _runs(reference)


def files_of(reference: str, names: Iterable[str]) -> list[str]:
    """Return the files that a reference names: those called so, else those whose name contains it.

    Names are paths with « / ». Case, accents and what is between letters and digits do not count: « FA
    2025-014 » is « fa2025_014.pdf », and in « 2025-06 FA-2025-014 Nettoyage.pdf ». A name is met between
    whole words and numbers: « FA-2025-14 » is not in « FA-2025-140 ».
    """
    wanted = _runs(reference)
    if not wanted:
        return []
    own = {name: PurePosixPath(name) for name in names}
    called = [n for n, p in own.items() if any(_same(_runs(t), wanted) for t in (p.name, p.stem))]
    if called or not is_numbered(reference) or sum(map(len, wanted)) < _FEWEST:
        return called
    return [name for name, path in own.items() if _holds(_runs(path.stem), wanted)]


@lru_cache(maxsize=65_536)  # each reference is held against every file
def _runs(text: str) -> tuple[str, ...]:
    return tuple(_RUNS.findall(fold(text)))


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Compare runs; numbers that nothing parts in one of them (« 2025014 ») may be parted in the other."""
    whole = min(sum(run.isdigit() for run in runs) for runs in (one, other)) == 1
    return one == other or (whole and "".join(one) == "".join(other))


def _holds(runs: Sequence[str], wanted: Sequence[str]) -> bool:
    ends = range(1, len(runs) + 1)
    return any(_same(runs[start:end], wanted) for end in ends for start in range(end))
