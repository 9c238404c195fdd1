"""A located stock read back from a file: entrances with their side, or counts by résidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables import STOCK
from tfpb.tax.plain_values import place, records, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_SIDES: Final = tuple(str(s) for s in QpvStatut)
_ADDED: Final = (
    Column("qpv_statut", Kind.CHOICE, "côté du périmètre", choices=_SIDES),
    Column("qpv_code", Kind.CODE, "code du QPV"),
    Column("qpv_nom", Kind.TEXT, "nom du QPV"),
    Column("qpv_proche_code", Kind.CODE, "code du QPV le plus proche"),
    Column("qpv_proche_nom", Kind.TEXT, "nom du QPV le plus proche"),
    Column("qpv_millesime", Kind.YEAR, "millésime des périmètres", minimum=2015, maximum=2100),
    Column("qpv2015_statut", Kind.CHOICE, "côté sur la carte de 2015", choices=_SIDES),
    Column("qpv2015_code", Kind.CODE, "code du QPV de 2015"),
    Column("qpv2024_statut", Kind.CHOICE, "côté sur la carte de 2024", choices=_SIDES),
    Column("qpv2024_code", Kind.CODE, "code du QPV de 2024"),
    Column("qpv_evolution", Kind.TEXT, "évolution de 2015 à 2024"),
    Column("result_label", Kind.TEXT, "adresse trouvée"),
    Column("result_parcelle", Kind.CODE, "parcelle trouvée"),
    Column("logements_dans", Kind.INTEGER, "logements dans le quartier", minimum=0),
    Column("logements_hors", Kind.INTEGER, "logements hors du quartier", minimum=0),
    Column("logements_a_verifier", Kind.INTEGER, "logements à vérifier", minimum=0),
    Column("cote", Kind.CHOICE, "côté de la plupart des logements", choices=_SIDES),
    Column("code_qpv", Kind.CODE, "code du QPV de la résidence"),
    Column("nom_qpv", Kind.TEXT, "nom du QPV de la résidence"),
    Column("evolution", Kind.TEXT, "évolution de la résidence"),
)
LOCATED: Final = Contract(
    "residences",
    "Résidences",
    tuple(
        replace(c, required=c.name == "id_residence", filled=c.name == "id_residence")
        for c in STOCK.columns
    )
    + _ADDED,
)
"""What `tfpb localiser` writes (entrances), or a table of résidences; only the key is required."""


def entrances_of(
    frame: pd.DataFrame, headers: Iterable[str]
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Return the entrances of a located stock; None when it counts dwellings by résidence.

    Parameters
    ----------
    frame : DataFrame
        Typed by `LOCATED`.
    headers : iterable of str
        Columns of the contract that the file holds.

    Returns
    -------
    entrances : DataFrame or None
        An entrance without a side is `a_verifier`.
    faults : list of Fault
        `cote_absent` when the file holds no side; `ligne_en_double` for a repeated résidence.
    """
    held = set(headers)
    if "qpv_statut" in held:
        side = frame["qpv_statut"].astype(object)
        known = side.where(side.notna() & (side != ""), str(QpvStatut.A_VERIFIER))
        return frame.assign(qpv_statut=known), []
    if held & {"logements_dans", "cote"}:
        return None, _repeated(frame)
    here = replace(place(records(frame.head(1))[0]), row=0) if len(frame) else Place()
    return None, [Fault("cote_absent", here, "", {"annee": "ANNÉE"})]


def _repeated(frame: pd.DataFrame) -> list[Fault]:
    seen: dict[str, int] = {}
    faults = []
    for row in records(frame):
        key, here = text(row["id_residence"]), place(row, "id_residence")
        if key in seen:
            fields = {"autre": seen[key], "cle": "même résidence", "objet": "résidence"}
            faults.append(Fault("ligne_en_double", here, key, fields))
        seen.setdefault(key, here.row)
    return faults
