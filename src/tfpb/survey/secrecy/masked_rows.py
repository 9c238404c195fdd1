"""Which rows of a table rest on a masked cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import HORS, SIDES, Cell, panel_name, split_pair

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

_FIELDS: Final = list(Cell._fields)
_EVOLUTION: Final = "evolution"


def rests_on(
    table: pd.DataFrame, masked: Collection[Cell], *, marks: Collection[str] = ()
) -> NDArray[np.bool_]:
    """Return which rows of a table rest on a masked cell.

    A side rests on its own cell (a quarter's other side is the bailleur's whole hors-QPV); a gap on both
    sides; a change on the sides of both waves, and on the panel's when it is that of the ensemble.

    Parameters
    ----------
    table : DataFrame
        `vague, item, bailleur, groupe`, and `niveau, territoire` (the total without them).
    masked : collection of Cell
        Not empty.
    marks : collection of str
        Overall marks, that the rows rest on too: the priorities' models.

    Returns
    -------
    bool array, shape (rows,)
    """
    cells = pd.DataFrame({f: table[f].astype(str) if f in table else TOTAL for f in _FIELDS})
    cells = cells.assign(row=np.arange(len(table)))
    change = cells["groupe"].str.startswith(_EVOLUTION)
    waves = sorted(set(cells["vague"][~change]))
    parts = []
    for key, rows in cells.groupby(["vague", "groupe"]):
        pair, group = map(str, key)
        for side in SIDES[group]:
            of_side = _of_side(rows, side)
            if not group.startswith(_EVOLUTION):
                parts.append(of_side)
                continue
            panel = of_side["bailleur"].mask(of_side["bailleur"] == ENSEMBLE, panel_name(pair))
            for wave in split_pair(pair, waves) or (pair,):
                parts += [of_side.assign(vague=wave), of_side.assign(vague=wave, bailleur=panel)]
        parts += [rows.assign(item=mark) for mark in marks]
    rested = pd.concat(parts) if parts else cells
    out = np.zeros(len(table), dtype=bool)
    out[rested.merge(pd.DataFrame(list(masked)))["row"].to_numpy()] = True
    return out


def _of_side(rows: pd.DataFrame, side: str) -> pd.DataFrame:
    """Name the cells of one side of some rows."""
    rows = rows.assign(groupe=side)
    if side != HORS:
        return rows
    quarter = rows["niveau"].isin(QUARTER_COLUMNS)
    whole = {name: rows[name].mask(quarter, TOTAL) for name in ("niveau", "territoire")}
    return rows.assign(**whole)
