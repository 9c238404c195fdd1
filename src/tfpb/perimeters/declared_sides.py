"""The side that another file declares of an entrance, held against the one that it was located on.

The register (RPLS) says of each dwelling whether it lies in a quarter, and so do many stocks, in a column of
theirs: witnesses, as Insee's counts are.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Severity
from tfpb.model.codes import FLAGS, INSIDE, OUTSIDE, UNDATED, QpvStatut
from tfpb.model.columns import texts
from tfpb.model.legal.map_table import LETTERS, VINTAGES
from tfpb.packaged import packaged
from tfpb.perimeters.points import place_of
from tfpb.text import fold

if TYPE_CHECKING:
    import pandas as pd

_AGAINST: Final = {
    UNDATED: (*(f"qpv{v}_statut" for v in VINTAGES), "qpv_statut"),
    **{flag: (flag.replace("_declare", "_statut"),) for flag in FLAGS if flag != UNDATED},
}
"""Flag → the sides that it may mean; the oldest does not say of which map it is."""
_INSIDE, _OUTSIDE = QpvStatut.DANS.value, QpvStatut.HORS.value
_MEANT: Final = {INSIDE: _INSIDE, OUTSIDE: _OUTSIDE}
_HEADERS, _IN, _OUT = itemgetter("colonnes", "dans", "hors")(packaged(__name__))
_CODE: Final = re.compile(rf"q[{LETTERS.lower()}]\d[0-9a-z]+")


def declared_doubts(entrances: pd.DataFrame) -> list[Fault]:
    """Doubt the entrances that a file declares on the other side of the limit, on every map it may mean.

    Located, with the columns of `model.codes.FLAGS` where a register was read. `rpls_qpv_contraire`: one
    doubt a flag, with how many entrances.
    """
    out = []
    own = [str(c) for c in entrances.columns if fold(str(c)) in _HEADERS]
    for flag in (*(f for f in _AGAINST if f in entrances.columns), *own):
        cells = texts(entrances, flag)
        meant = cells.map(_written if flag in own else _MEANT.get)
        maps = _AGAINST[UNDATED if flag in own else flag]
        located = [texts(entrances, name) for name in maps if name in entrances.columns]
        # where no map was read, or a side is to be checked, nothing contradicts the flag
        against = meant.notna()
        for side in located:
            against &= side.isin([_INSIDE, _OUTSIDE]) & (side != meant)
        if located and against.any():
            first = int(against.to_numpy().argmax())
            fields = {"nombre": int(against.sum()), "colonne": flag if flag in own else ""}
            got = str(entrances["adresse"].iloc[first])
            out.append(
                Fault("rpls_qpv_contraire", place_of(entrances, first), got, fields, Severity.DOUTE)
            )
    return out


def _written(cell: str) -> str | None:
    """Return the side that a cell of a stock's own column means; None for what is not a side."""
    word = fold(cell)
    if word in _IN or _CODE.fullmatch(word):
        return _INSIDE
    return _OUTSIDE if word in _OUT else None
