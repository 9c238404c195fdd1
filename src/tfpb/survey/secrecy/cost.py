"""What masks cost, told from what is published alone: which cells were small is not said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tfpb.model.codes import TOTAL
from tfpb.survey.secrecy.disclosure import cells_masked_in

if TYPE_CHECKING:
    import pandas as pd


class Cost(NamedTuple):
    """Cells masked, those over a whole stock, and the two territories most often masked."""

    cells: int
    wholes: int
    places: tuple[str, ...]


def masking_cost(comparison: pd.DataFrame) -> Cost:
    """Count what a published comparison masks.

    Parameters
    ----------
    comparison : DataFrame
        As published.

    Returns
    -------
    Cost
        `places`, of one level, would be shown more often together; empty when fewer than two are masked.
    """
    cells = cells_masked_in(comparison)
    often = Counter((c.niveau, c.territoire) for c in cells if c.niveau != TOTAL)
    levels: dict[str, list[str]] = {}
    for level, place in sorted(often, key=lambda k: (-often[k], k)):
        levels.setdefault(level, []).append(place)
    pairs = (tuple(places[:2]) for places in levels.values() if len(places) > 1)
    return Cost(len(cells), sum(c.niveau == TOTAL for c in cells), next(pairs, ()))
