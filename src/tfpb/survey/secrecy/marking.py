"""Which rows of a table rest on a masked cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Groupe
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import HORS, MODEL_ITEM, SIDES, Cell, panel_name, split_pair

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    Codes = NDArray[np.intp]
    Flags = NDArray[np.bool_]

_FIELDS: Final = Cell._fields
_EVOLUTION: Final = "evolution"


class _Masks:
    """Masked cells as numbers, so that whole columns are looked up at once.

    Parameters
    ----------
    masked : collection of Cell
    """

    def __init__(self, masked: Collection[Cell]) -> None:
        self._names = [pd.Index(sorted({c[k] for c in masked})) for k in range(len(_FIELDS))]
        columns = zip(*masked, strict=True)
        codes = [n.get_indexer(pd.Index(c)) for n, c in zip(self._names, columns, strict=True)]
        self._cells = np.unique(self._number(codes))

    def codes(self, field: str, values: NDArray[np.object_]) -> Codes:
        """Give each value of a field its number; -1 for those of no masked cell."""
        unique, names = pd.factorize(values)
        return np.asarray(self._names[_FIELDS.index(field)].get_indexer(pd.Index(names))[unique])

    def code(self, field: str, value: str) -> int:
        """Give one value its number."""
        return int(self.codes(field, np.array([value], dtype=object))[0])

    def hold(self, codes: list[Codes]) -> Flags:
        """Tell which cells, given field by field, are masked."""
        there = np.all([c >= 0 for c in codes], axis=0)
        found: Flags = there & np.isin(self._number(codes), self._cells)
        return found

    def _number(self, codes: list[Codes]) -> NDArray[np.int64]:
        number = np.zeros(len(codes[0]), dtype=np.int64)
        for code, names in zip(codes, self._names, strict=True):
            number = number * len(names) + code
        return number


def rests_on(table: pd.DataFrame, masked: Collection[Cell], *, model: bool = False) -> Flags:
    """Tell which rows of a table rest on a masked cell.

    A side rests on its own cell (a quarter's other side is the bailleur's whole hors-QPV); a gap on both
    sides; a change on the sides of both waves, and on the panel's when it is that of the ensemble.

    Parameters
    ----------
    table : DataFrame
        `vague, item, bailleur, groupe`, and `niveau, territoire` (the total without them).
    masked : collection of Cell
        Not empty.
    model : bool
        Rows also rest on the answers of the priorities' model.

    Returns
    -------
    bool array, shape (rows,)
    """
    masks = _Masks(masked)
    total = np.full(len(table), TOTAL, dtype=object)
    column = {
        f: table[f].astype(str).to_numpy(dtype=object) if f in table else total for f in _FIELDS
    }
    code = {f: masks.codes(f, column[f]) for f in _FIELDS if f != "groupe"}
    group = column["groupe"]
    quarter = np.isin(column["niveau"], sorted(QUARTER_COLUMNS))
    out = np.zeros(len(table), dtype=bool)

    def mark(rows: Flags, side: str, **instead: Codes | int) -> None:
        at = np.flatnonzero(rows & ~out)
        fields = {f: code[f][at] for f in code}
        fields |= {f: np.broadcast_to(v, len(at)) for f, v in instead.items()}
        if side == HORS:
            for field in ("niveau", "territoire"):
                whole = masks.code(field, TOTAL)
                fields[field] = np.where(quarter[at], whole, fields[field])
        codes = [*fields.values(), np.full(len(at), masks.code("groupe", side))]
        out[at] |= masks.hold(codes)

    change = np.array([str(g).startswith(_EVOLUTION) for g in group], dtype=bool)
    waves = sorted(set(column["vague"][~change]))
    for name in sorted(set(group)):
        here = group == name
        for side in SIDES[name]:
            if not str(name).startswith(_EVOLUTION):
                mark(here, side)
                continue
            for pair in sorted(set(column["vague"][here])):
                rows = here & (column["vague"] == pair)
                for wave in split_pair(pair, waves) or (pair,):
                    when = masks.code("vague", wave)
                    mark(rows, side, vague=when)
                    common = masks.code("bailleur", panel_name(pair))
                    together = rows & (column["bailleur"] == ENSEMBLE)
                    mark(together, side, vague=when, bailleur=common)
        if model and name in {g.value for g in Groupe}:
            mark(here, str(name), item=masks.code("item", MODEL_ITEM))
    return out
