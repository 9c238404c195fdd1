"""Entrances that lie together: those of one résidence, and next numbers of one street."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.columns import texts
from tfpb.perimeters.join import A_VERIFIER, DANS, HORS
from tfpb.words.places.side_words import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tfpb.perimeters.join import Sides
    from tfpb.perimeters.points import Positions

    Pairs = NDArray[np.intp]

_TOGETHER_M: Final = 150.0
_NEXT: Final = 4
"""Numbers of one side of a street further apart than this are no neighbours."""
_NUMBER: Final = re.compile(r"\d+")
_LIFTED: Final = (int(Case.SURFACE_DANS), int(Case.SURFACE_HORS))
_MOST: Final = 40
"""Entrances of a résidence compared with each other: more stand for themselves."""


def neighbours(points: pd.DataFrame, at: Positions) -> tuple[Pairs, Pairs]:
    """Return which rows lie beside each row: entrances of its résidence, the two next numbers.

    Parameters
    ----------
    points : DataFrame, n rows
        `id_residence`, `result_citycode`, `result_name`, `result_housenumber` where they are known.
    at : Positions
        Of the same rows.

    Returns
    -------
    two int arrays, shape (m, 2)
        Row, and the one beside it: of one résidence; of one side of one street.
    """
    homes = texts(points, "id_residence").to_numpy(dtype=object)
    streets = (texts(points, "result_citycode") + "|" + texts(points, "result_name")).to_numpy(
        dtype=object
    )
    numbers = [_NUMBER.match(text) for text in texts(points, "result_housenumber")]
    together: list[tuple[int, int]] = []
    for rows in _groups(homes, np.flatnonzero(at.placed & (homes != ""))):
        if len(rows) <= _MOST:
            together += permutations(rows, 2)
    beside: list[tuple[int, int]] = []
    numbered = np.array([n is not None for n in numbers], dtype=bool)
    for rows in _groups(streets, np.flatnonzero(at.placed & numbered)):
        for side in (0, 1):
            listed = sorted((int(n[0]), i) for i in rows if (n := numbers[i]))
            beside += _next_numbers([pair for pair in listed if pair[0] % 2 == side])
    return _near(together, at), _near(beside, at)


def _next_numbers(listed: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield each row with the two whose numbers are next to its own."""
    for at, (number, row) in enumerate(listed):
        close = sorted((abs(n - number), i) for n, i in listed[max(0, at - 2) : at + 3] if i != row)
        yield from ((row, i) for gap, i in close[:2] if gap <= _NEXT)


def _near(pairs: list[tuple[int, int]], at: Positions) -> Pairs:
    if not pairs:
        return np.empty((0, 2), np.intp)
    both = np.array(pairs, dtype=np.intp)
    a, b = both.T
    gap = np.hypot(at.x[a] - at.x[b], at.y[a] - at.y[b])
    kept: Pairs = both[(at.epsg[a] == at.epsg[b]) & (gap <= _TOGETHER_M)]
    return kept


def _groups(keys: NDArray[np.object_], rows: NDArray[np.intp]) -> list[list[int]]:
    grouped = pd.Series(rows).groupby(keys[rows], sort=False)
    return [listed.tolist() for _, listed in grouped if len(listed) > 1]


def doubt_against_neighbours(sides: Sides, together: Pairs, beside: Pairs) -> None:
    """Give back its doubt to a row that a surface settled against those that lie beside it.

    Most of the other entrances of its résidence, or both next numbers of its street, lie on the other side.

    Parameters
    ----------
    sides : Sides
        Changed in place.
    together, beside : int array, shape (m, 2)
        As `neighbours` returns them.
    """
    lifted = np.isin(sides.case, _LIFTED)
    against, along = _counted(sides, together)
    doubted = against > along
    against, along = _counted(sides, beside)
    doubted |= (against > 1) & (along == 0)
    doubted &= lifted
    sides.statut[doubted] = A_VERIFIER
    sides.case[doubted] = int(Case.SURFACE_CONTRE_VOISINS)
    sides.code[doubted] = sides.holder[doubted]


def _counted(sides: Sides, pairs: Pairs) -> tuple[Pairs, Pairs]:
    """Count for each row those beside it that lie on the other side, and on its own."""
    row, other = pairs.T
    known = np.isin(sides.statut[row], (DANS, HORS)) & np.isin(sides.statut[other], (DANS, HORS))
    same = sides.statut[row] == sides.statut[other]
    n = len(sides.statut)
    return np.bincount(row[known & ~same], minlength=n), np.bincount(row[known & same], minlength=n)
