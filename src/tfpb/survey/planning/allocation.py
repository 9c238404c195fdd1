"""Where interviews go: floors that make a figure publishable, then shares by the root of dwellings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.arrays import Flags, Floats, Indices


HORS: Final = -1
"""Quarter of what lies in none."""


@dataclass(frozen=True, slots=True, eq=False)
class Parc:
    """Résidences that may be surveyed, one value each.

    Parameters
    ----------
    bailleur, quarter : int array
        Rank of the bailleur, and of the quarter (`HORS` for none).
    dwellings : int array
    reachable : int array
        Most interviews that the response rate lets hope for.
    most : int
        Most interviews wanted in one résidence.
    """

    bailleur: Indices
    quarter: Indices
    dwellings: Indices
    reachable: Indices
    most: int

    @property
    def capacity(self) -> Indices:
        """Most interviews of each résidence."""
        return np.minimum(self.reachable, self.most)

    def of(self, rows: Flags) -> Parc:
        """Return some of the résidences."""
        return Parc(
            self.bailleur[rows],
            self.quarter[rows],
            self.dwellings[rows],
            self.reachable[rows],
            self.most,
        )


@dataclass(frozen=True, slots=True)
class Floor:
    """What a figure takes to be published: interviews to plan, and résidences."""

    interviews: int
    residences: int


def share(total: int, size: Floats, low: Indices, high: Indices) -> Indices:
    """Share a whole number by size between bounds: largest remainders, the first on equal ones.

    Returns
    -------
    int array
        Sums to `total`, or to what the bounds allow nearest to it.
    """
    high = np.maximum(low, np.where(size > 0, high, low))
    total = min(max(total, int(low.sum())), int(high.sum()))
    exact = np.clip(_level(total, size, low, high) * size, low, high)
    out = np.floor(exact + 1e-9).astype(np.intp)  # 3 that came as 2.9999999 is 3
    order = np.argsort(-(exact - out), kind="stable")
    while (left := total - int(out.sum())) > 0:
        out[order[out[order] < high[order]][:left]] += 1
    return out


def _level(total: int, size: Floats, low: Indices, high: Indices) -> float:
    """Return the number by which sizes are multiplied so that they sum to `total` between bounds.

    The sum grows in straight pieces that end where a share meets one of its bounds.
    """
    some = size > 0
    if not some.any():
        return 0.0
    ends = np.concatenate([low[some] / size[some], high[some] / size[some]])
    slopes = np.concatenate([size[some], -size[some]])
    order = np.argsort(ends, kind="stable")
    ends, slopes = ends[order], np.cumsum(slopes[order])
    sums = low.sum() + np.concatenate([[0.0], np.cumsum(np.diff(ends) * slopes[:-1])])
    piece = min(int(np.searchsorted(sums, total, side="left")), len(ends) - 1)
    if piece == 0 or slopes[piece - 1] <= 0:
        return float(ends[piece])
    return float(ends[piece - 1] + (total - sums[piece - 1]) / slopes[piece - 1])


def allocate(parc: Parc, budget: int, floor: Floor) -> Indices:
    """Return the interviews of each résidence.

    First the floor of each bailleur out of QPV, then that of each quarter, the largest first, as long
    as half of the budget lasts for either side; all in all half to each side of a bailleur, by the
    square root of dwellings between bailleurs and between quarters. Inside, by dwellings, one at least
    in every résidence when there are enough.
    """
    cells, cell = np.unique(np.stack([parc.bailleur, parc.quarter]), axis=1, return_inverse=True)
    cell = cell.reshape(-1)
    bailleur, quarter = cells
    count = cells.shape[1]
    homes = np.bincount(cell, parc.dwellings, minlength=count).astype(np.float64)
    room = np.bincount(cell, parc.capacity, minlength=count).astype(np.intp)
    places = np.bincount(cell, parc.capacity > 0, minlength=count).astype(np.intp)
    low = np.zeros(count, dtype=np.intp)
    hors = quarter == HORS
    due = {side: min(-(-budget // 2), int(room[hors == side].sum())) for side in (True, False)}
    spare = {side: budget - due[not side] for side in due}
    for group in _groups(bailleur, quarter, homes):
        side = bool(hors[group[0]])
        able = room[group].sum() >= floor.interviews and places[group].sum() >= floor.residences
        if able and floor.interviews <= spare[side]:
            low[group] = share(floor.interviews, homes[group], low[group], room[group])
            spare[side] -= floor.interviews
    planned = _shared(budget, bailleur, hors, homes, low, room)
    out = np.zeros(len(cell), dtype=np.intp)
    for k in range(count):
        rows = np.flatnonzero(cell == k)
        some = parc.capacity[rows] > 0
        least = some if planned[k] >= some.sum() else np.zeros(len(rows))
        out[rows] = share(
            int(planned[k]), parc.dwellings[rows].astype(float), least.astype(np.intp),
            parc.capacity[rows],
        )  # fmt: skip
    return out


def _groups(bailleur: Indices, quarter: Indices, homes: Floats) -> Iterator[Indices]:
    """Yield the cells that share a floor: each bailleur out of QPV where it has some in, each quarter."""
    inside = set(bailleur[quarter != HORS].tolist())
    outside = [np.array([k]) for k in np.flatnonzero(quarter == HORS) if bailleur[k] in inside]
    quarters = [np.flatnonzero(quarter == q) for q in np.unique(quarter[quarter != HORS])]
    for groups in (outside, quarters):
        yield from sorted(groups, key=lambda group: -homes[group].sum())


def _shared(
    budget: int, bailleur: Indices, hors: Flags, homes: Floats, low: Indices, room: Indices
) -> Indices:
    """Share a budget between the sides of each bailleur, half to each, then between their cells."""
    sides, side = np.unique(np.stack([bailleur, hors]), axis=1, return_inverse=True)
    side = side.reshape(-1)
    count = sides.shape[1]
    root = np.sqrt(np.bincount(bailleur, homes))[sides[0]]
    least, most = (np.bincount(side, v, minlength=count).astype(np.intp) for v in (low, room))
    due = share(budget, root, least, most)
    out = np.zeros(len(bailleur), dtype=np.intp)
    for k in range(count):
        cells = side == k
        out[cells] = share(int(due[k]), np.sqrt(homes[cells]), low[cells], room[cells])
    return out
