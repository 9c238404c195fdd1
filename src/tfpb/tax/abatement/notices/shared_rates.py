"""What all the sums of a commune share that no column gives: other rates, or a TEOM left in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.tax.plain_values import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats

_FACTORS: Final = (0.8, 1.25)
"""What rates of another year, or mistyped, multiply sums by."""
_TEOM: Final = (0.02, 0.45)
"""TEOM as a part of the base."""
_FEWEST: Final = 2
_SHOWN: Final = Decimal("0.00001")


def shared(
    places: Sequence[str],
    euros: Floats,
    asked: Floats,
    bases: Floats,
    margins: Floats,
    counted: Flags,
    *,
    teom: bool,
) -> tuple[dict[str, Decimal], Flags]:
    """Find, by commune, the one number that explains most of its sums: a TEOM to add, or a factor.

    None where two numbers explain as many sums and differ on what is abated. Arrays are one a sum, in
    euros; `asked`, of shape (sums, patterns), is what all as due, or none, would ask; `counted` marks the
    sums to explain. Returns the numbers and which sums they explain.
    """
    numbers: dict[str, Decimal] = {}
    hits = np.zeros(len(places), dtype=bool)
    low, high = _TEOM if teom else _FACTORS
    scale = np.broadcast_to(bases[:, None], asked.shape) if teom else asked
    centre = euros[:, None] - asked if teom else np.broadcast_to(euros[:, None], asked.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        least, most = ((centre + s * margins[:, None]) / scale for s in (-1, 1))
    for place, mine in grouped(np.flatnonzero(counted).tolist(), lambda k: places[k]).items():
        tried = [
            (float(least[k, j]), float(most[k, j]), k)
            for k in mine
            for j in range(asked.shape[1])
            if scale[k, j] > 0 and low <= (least[k, j] + most[k, j]) / 2 <= high
        ]
        if (found := _deepest(tried)) is None:
            continue
        number, inside = found
        rest = [t for t in tried if not t[0] <= number <= t[1]]
        rival = _deepest(rest)
        if len(inside) < _FEWEST or (rival is not None and len(rival[1]) >= len(inside)):
            continue
        numbers[place] = Decimal(repr(number)).quantize(_SHOWN)
        hits[list(inside)] = True
    return numbers, hits


def _deepest(intervals: Sequence[tuple[float, float, int]]) -> tuple[float, set[int]] | None:
    """Return the point that lies in the intervals of most sums, and these sums; None without any."""
    best: tuple[float, set[int]] | None = None
    for start, _, _ in intervals:
        over = [t for t in intervals if t[0] <= start <= t[1]]
        inside = {k for _, _, k in over}
        if best is None or len(inside) > len(best[1]):
            best = ((start + min(end for _, end, _ in over)) / 2, inside)
    return best
