"""Column contract of a stock that another command located."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tfpb.model.codes import QpvStatut
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables import STOCK

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
