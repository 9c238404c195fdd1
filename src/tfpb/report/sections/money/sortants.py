"""What the map of 2024 took out of the quarters: due no more, or still abated and at risk."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tfpb.model.report import Format, Text
from tfpb.report.sections.build import ALL, BOTH, column, cut, table
from tfpb.words.money import accounts as words

if TYPE_CHECKING:
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement
    from tfpb.model.report import Block


@dataclass(frozen=True, slots=True)
class LeaverFacts:
    """Sums of the tax year over all quarters that were left."""

    residences: int
    dwellings: int
    risk: Decimal
    lost: Decimal


def leaver_facts(money: Abatement) -> LeaverFacts | None:
    """Add the leavers of the tax year; None when there is none."""
    if money.leavers is None:
        return None
    rows = cut(money.leavers, money.leavers["annee"] == money.year)
    if rows.empty:
        return None
    return LeaverFacts(
        residences=int(rows["residences"].sum()),
        dwellings=int(rows["logements"].sum()),
        risk=sum(rows["abattement_a_risque_eur"], Decimal(0)),
        lost=sum(rows["abattement_perdu_eur"], Decimal(0)),
    )


def leaver_blocks(money: Abatement, located: Located) -> list[Block]:
    """Make the table of leavers by quarter and year, with its sentence; nothing when there is none."""
    facts = leaver_facts(money)
    if facts is None or money.leavers is None:
        return []
    kin = located.correspondence
    names = dict(zip(kin["code_2015"], kin["nom_2015"], strict=True)) if len(kin) else {}
    rows = money.leavers.assign(
        nom_qpv=[names.get(code, "") or "non connu" for code in money.leavers["code_qpv"]]
    )
    said = words.leavers_sentence(
        money.year, facts.residences, facts.dwellings, risk=facts.risk, lost=facts.lost
    )
    return [
        Text((said,), media=BOTH),
        table(
            "sortants",
            "Sortants : ce que la carte 2024 retire, par quartier quitté et par année",
            (
                column("annee", "Année", Format.YEAR, 8),
                column("code_qpv", "Code du QPV 2015", width=12),
                column("nom_qpv", "Quartier quitté", width=24),
                column("residences", "Résidences", Format.INTEGER, 11),
                column("logements", "Logements sortis", Format.INTEGER, 11),
                column(
                    "abattement_perdu_eur", "Abattement qui n’est plus dû (€)", Format.EUROS, 15
                ),
                column(
                    "abattement_a_risque_eur",
                    "dont porté par les avis, à risque (€)",
                    Format.EUROS,
                    15,
                ),
            ),
            rows,
            unit="euros par an",
            scope="logements en QPV 2015 et hors QPV 2024, hors exonération en cours ; vide : avis à venir",
            source="fichier de fiscalité et périmètres",
            media=ALL,
        ),
    ]
