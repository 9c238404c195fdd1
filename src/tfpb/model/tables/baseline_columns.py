"""What is spent in QPV and elsewhere: a row a résidence and indicator, or totals."""

from __future__ import annotations

from typing import Final

from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables.keys import ID_RESIDENCE

DROIT_COMMUN: Final = Contract(
    "droit_commun",
    "Droit commun",
    (
        Column("id_residence", Kind.CODE, "identifiant de la résidence", aliases=ID_RESIDENCE),
        Column(
            "perimetre",
            Kind.CHOICE,
            "QPV ou hors QPV, si le tableau ne donne que des totaux",
            aliases=("groupe",),
            choices=("qpv", "hors_qpv"),
        ),
        Column("indicateur", Kind.TEXT, "indicateur de droit commun", required=True, filled=True),
        Column("quantite", Kind.NUMBER, "quantité"),
        Column("cout_eur", Kind.MONEY, "coût annuel, en euros", aliases=("cout", "cout annuel")),
        Column(
            "logements",
            Kind.INTEGER,
            "logements du périmètre, si le tableau ne donne que des totaux",
            minimum=0,
        ),
        Column("annee", Kind.YEAR, "année", minimum=2000, maximum=2100),
    ),
    closed=True,
)
