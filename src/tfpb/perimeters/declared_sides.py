"""The side that another file declares of an entrance, held against the one that it was located on.

The register (RPLS) says of each dwelling whether it lies in a quarter: a witness, as Insee's counts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Severity
from tfpb.model.codes import INSIDE, OUTSIDE, QpvStatut
from tfpb.model.columns import texts
from tfpb.perimeters.points import place_of

if TYPE_CHECKING:
    import pandas as pd

_AGAINST: Final = {
    "qpv_declare": ("qpv2015_statut", "qpv2024_statut", "qpv_statut"),
    "qpv2015_declare": ("qpv2015_statut",),
    "qpv2024_declare": ("qpv2024_statut",),
}
"""Flag → the sides that it may mean; the oldest does not say of which map it is."""
_MEANT: Final = {INSIDE: QpvStatut.DANS.value, OUTSIDE: QpvStatut.HORS.value}


def declared_doubts(entrances: pd.DataFrame) -> list[Fault]:
    """Doubt the entrances that a file declares on the other side of the limit, on every map it may mean.

    Parameters
    ----------
    entrances : DataFrame
        Located, with the columns of `model.codes.FLAGS` where a register was read.

    Returns
    -------
    list of Fault
        `rpls_qpv_contraire`: one doubt a flag, with how many entrances.
    """
    out = []
    for flag, maps in _AGAINST.items():
        if flag not in entrances.columns:
            continue
        meant = texts(entrances, flag).map(_MEANT)
        located = [texts(entrances, name) for name in maps if name in entrances.columns]
        # where no map was read, or a side is to be checked, nothing contradicts the flag
        against = meant.notna()
        for side in located:
            against &= side.isin(list(_MEANT.values())) & (side != meant)
        if located and against.any():
            first = int(against.to_numpy().argmax())
            fields = {"nombre": int(against.sum())}
            got = str(entrances["adresse"].iloc[first])
            out.append(
                Fault("rpls_qpv_contraire", place_of(entrances, first), got, fields, Severity.DOUTE)
            )
    return out
