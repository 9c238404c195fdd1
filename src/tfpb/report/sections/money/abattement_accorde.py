"""« Abattement »: what is granted, to whom, what it costs, what is still due, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.report import BOTH, BOTH_ANNEX, Block, Section, Text
from tfpb.report.sections.build import (
    chart,
    lacking,
    number_of,
    section,
    table,
    worded,
)
from tfpb.report.sections.money.quartiers import quarters_part
from tfpb.tax.programme.convention_years import convention_years
from tfpb.words.money import abatement_words as words
from tfpb.words.money.programme_words import ORIGINS
from tfpb.words.money.state_words import state_sentences

if TYPE_CHECKING:
    from tfpb.facts.claim import Within
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import Abatement


def abattement(dossier: Dossier) -> Section:
    """Return the section of the abatement of the tax year."""
    money, held = dossier.abatement, dossier.claims.within()
    if money is None:
        return lacking("abattement", subject="fiscalite")
    standing = state_sentences(held, money.year, dossier.settings.dossier.date)
    blocks: list[Block] = [quarters_part(dossier, "quartiers_abattement", of="abattement_eur")]
    blocks.append(Text(standing, bullets=True, media=BOTH_ANNEX))
    blocks += _leavers(money, held)
    rounding = words.ROUNDING.format(rounding=words.ROUNDINGS.get(money.rounding, money.rounding))
    blocks.append(Text((rounding,), media=BOTH_ANNEX))
    return section("abattement", words.lead(held, money.year), blocks)


def qui_paie(dossier: Dossier) -> Section | None:
    """Return the sheet of who pays, by commune and line of its notices; none where no notice says it."""
    money = dossier.abatement
    if money is None or money.by_collectivity is None or money.by_collectivity.empty:
        return None
    rows = worded(money.by_collectivity, collectivite=("ligne", words.PAYERS), nature=words.NATURES)
    return section("qui_paie", "", [table("qui_paie", rows, annee=money.year)])


def _leavers(money: Abatement, held: Within) -> list[Block]:
    """Say what the ruling map took out of the quarters; nothing when it took nothing."""
    if money.leavers is None or not held.has("logements_sortants"):
        return []
    return [Text((words.leavers_sentence(held, money.year),), media=BOTH)]


_BARS: Final = {
    "abattement_eur": "valeur", "en_attente_eur": "valeur2", "a_renouveler_eur": "valeur3"
}  # fmt: skip
"""Columns of the forecast, and the bars of the chart that they are."""


def annees(dossier: Dossier) -> Section | None:
    """Return the sheet of the years of the convention, past to come; none without money nor programme."""
    money = dossier.abatement
    if money is None and dossier.programme is None:
        return None
    rows = worded(convention_years(dossier), origine=ORIGINS, nature=words.NATURES)
    return section("annees", "", [table("annees", rows), *(years_ahead(money) if money else ())])


def years_ahead(money: Abatement) -> list[Block]:
    """Return the chart of the years ahead, what it says and rests on; nothing where none is foreseen."""
    yearly, course = money.by_year, money.course
    if yearly is None or course is None:
        return []
    bars = yearly.rename(columns=_BARS)
    # an amount that is not known has no bar, never one of nil
    drawn = bars[list(_BARS.values())].map(number_of)
    if not drawn.drop(columns="valeur").to_numpy().any():
        drawn = drawn[["valeur"]]
    drawn.insert(0, "libelle", [str(int(v)) for v in yearly["annee"]])
    return [
        chart("prevision_annees", drawn),
        Text((words.forecast_sentence(course), *words.forecast_law(course)), media=BOTH),
        Text(words.forecast_assumptions(money.year, course), bullets=True, media=BOTH_ANNEX),
    ]
