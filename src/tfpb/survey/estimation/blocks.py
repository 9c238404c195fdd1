"""Blocks of a comparison: whose answers on each side are set against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import ENSEMBLE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

QUARTER_COLUMNS: Final = frozenset({"code_qpv", "code_qp", "nom_qpv", "qpv_code", "qpv_nom"})
"""Territories that are quarters: set against all hors-QPV answers of the same bailleurs."""


@dataclass(frozen=True, slots=True)
class Block:
    """One comparison.

    Parameters
    ----------
    niveau, territoire, bailleur : str
    universe : int
        Domain of all answers of the bailleur: it gives the degrees of freedom.
    qpv, hors : int
        Domains set against each other.
    ensemble : int
        Domain of both together; -1 for a quarter, whose two sides are not of the same territory.
    """

    niveau: str
    territoire: str
    bailleur: str
    universe: int
    qpv: int
    hors: int
    ensemble: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Identity of the block from one wave to another."""
        return self.niveau, self.territoire, self.bailleur


def make_blocks(
    atoms: pd.DataFrame, by: Sequence[str] = (), *, only: Sequence[str] | None = None
) -> tuple[list[Block], list[NDArray[np.intp]]]:
    """List the blocks of some atoms and the domains they refer to.

    Parameters
    ----------
    atoms : DataFrame
        `bailleur, qpv` (0 or 1) and the territory columns.
    by : sequence of str
        Territory columns.
    only : sequence of str, optional
        Bailleurs to keep (those of a panel); `ensemble` is then over them alone.
    """
    sets: list[NDArray[np.intp]] = []
    blocks: list[Block] = []
    names = sorted(set(atoms["bailleur"].astype(str)))
    if only is not None:
        names = [n for n in names if n in set(only)]
    owner = atoms["bailleur"].astype(str).to_numpy()
    side = atoms["qpv"].to_numpy(dtype=int)
    inside = np.isin(owner, names)

    def add(mask: NDArray[np.bool_]) -> int:
        sets.append(np.flatnonzero(mask))
        return len(sets) - 1

    members = [(ENSEMBLE, inside), *((name, owner == name) for name in names)]
    for name, mask in members:
        whole = add(mask)
        both = add(mask & (side == 1)), add(mask & (side == 0))
        blocks.append(Block(TOTAL, TOTAL, name, whole, *both, whole))
    totals = {b.bailleur: b for b in blocks}
    for level in by:
        if level not in atoms:
            continue
        values = atoms[level].astype(str).to_numpy()
        for name, mask in members:
            blocks += _territories(level, values, totals[name], mask, side, add)
    return blocks, sets


def _territories(
    level: str,
    values: NDArray[np.object_],
    total: Block,
    mask: NDArray[np.bool_],
    side: NDArray[np.int64],
    add: Callable[[NDArray[np.bool_]], int],
) -> list[Block]:
    quarter = level in QUARTER_COLUMNS
    there = mask & (values != "") & ((side == 1) | (not quarter))
    out = []
    for value in sorted(set(values[there])):
        here = there & (values == value)
        qpv = add(here & (side == 1))
        hors = total.hors if quarter else add(here & (side == 0))
        ensemble = -1 if quarter else add(here)
        out.append(Block(level, value, total.bailleur, total.universe, qpv, hors, ensemble))
    return out
