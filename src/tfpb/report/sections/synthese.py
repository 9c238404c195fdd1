"""« Synthèse »: the page to print: figures, headline items, what they do not say."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tfpb.model.report import Format, KeyFigure, KeyFigures, Section, Table, Text
from tfpb.report.sections.build import ALL, column, number_of, table
from tfpb.report.sections.counts import nature_counts, stock_facts
from tfpb.report.sections.money.sortants import leaver_facts
from tfpb.report.sections.survey import survey_view as view
from tfpb.words.documents.report_words import MISSING
from tfpb.words.money import accounts
from tfpb.words.money.evaluation_words import DOES_IT_WORK
from tfpb.words.numbers import euros, number, percent, plural
from tfpb.words.places.stock_words import stock_lead
from tfpb.words.survey import satisfaction, verdict_words

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block


def synthese(dossier: Dossier) -> Section:
    """Make the one-page summary: stock, money, balance, doubts, satisfaction."""
    facts = stock_facts(dossier.located)
    lead = stock_lead(
        facts.residences, facts.dwellings, facts.inside, facts.outside, facts.doubtful
    )
    blocks: list[Block] = [KeyFigures(tuple(_figures(dossier)))]
    blocks += _satisfaction(dossier)
    lacks = tuple(MISSING[key][0] for key in _missing(dossier))
    if lacks:
        blocks.append(Text(lacks, bullets=True))
    blocks.append(Text((DOES_IT_WORK, *view.too_early(dossier))))
    return Section("synthese", "Synthèse", lead, tuple(blocks), sheet="Synthèse")


def _missing(dossier: Dossier) -> list[str]:
    given = {
        "fiscalite": dossier.abatement,
        "programme": dossier.programme,
        "enquete": dossier.survey,
        "droit_commun": dossier.droit_commun,
        "conventions": dossier.conventions,
    }
    return [key for key, value in given.items() if value is None]


def _euros(label: str, amount: Decimal, detail: str) -> KeyFigure:
    return KeyFigure(label, euros(amount), detail, amount=amount, format=Format.EUROS)


def _figures(dossier: Dossier) -> list[KeyFigure]:
    facts = stock_facts(dossier.located)
    share = percent(facts.inside / facts.dwellings) if facts.dwellings else "–"
    detail = f"{share} de {plural(facts.dwellings, 'logement')}"
    out = [
        KeyFigure(
            "Logements en QPV",
            number(facts.inside),
            detail,
            amount=facts.inside,
            format=Format.INTEGER,
        )
    ]
    money, programme = dossier.abatement, dossier.programme
    if money is not None:
        natures = ", ".join(
            f"{accounts.NATURES.get(nature, nature)} {euros(amount)}"
            for nature, amount in nature_counts(money).items()
        )
        totals = money.totals
        rendered = f"compensation de l’État {euros(totals['compensation_etat_eur'])}"
        out.append(_euros(f"Abattement {money.year}", totals["abattement_eur"], natures))
        out.append(_euros("Perte des collectivités", totals["perte_collectivites_eur"], rendered))
        if claim := totals.get("abattement_a_reclamer_eur"):
            until = accounts.claim_until(money.claim_until, dossier.settings.dossier.date)
            out.append(_euros("À réclamer", claim, until))
        gone = leaver_facts(money)
        if gone is not None and (gone.risk or gone.lost):
            detail = f"dont {euros(gone.risk)} encore portés par les avis, à risque"
            out.append(_euros(f"Sortants, plus dû en {money.year}", gone.lost, detail))
    if programme is not None:
        abated = money.totals["abattement_eur"] if money is not None else None
        valued = programme.totals.get("valorise_eur", Decimal(0))
        out.append(_euros("Actions valorisées", valued, accounts.coverage_words(valued, abated)))
        if "solde_eur" in programme.totals and money is not None:
            balance = programme.totals["solde_eur"]
            left = programme.totals.get("rattrapage_eur")
            out.append(_euros("Solde", balance, accounts.balance_words(balance, left)))
    out.append(
        KeyFigure(
            "À vérifier",
            plural(facts.doubtful_residences, "résidence"),
            plural(facts.doubtful, "logement"),
        )
    )
    return out


def _satisfaction(dossier: Dossier) -> list[Block]:
    survey = dossier.survey
    if survey is None:
        return []
    wave = view.last_wave(survey)
    rows = view.gaps(survey, survey.name_of(dossier.settings.dossier.bailleur), wave)
    heads = view.headlines(rows)
    if heads.empty:
        return []
    margin = number_of(heads["marge_points"].iloc[0])
    return [headline_table(heads, wave, margin), Text(_reading(view.totals(rows), margin))]


def headline_table(heads: pd.DataFrame, wave: str, margin: float) -> Table:
    """Make the table of the headline items."""
    columns = (
        column("theme_mot", "Thème", width=20),
        column("libelle", "Question", width=30),
        column("n_qpv", "n QPV", Format.INTEGER, 8),
        column("n_hors", "n hors QPV", Format.INTEGER, 8),
        column("qpv", "QPV (%)", Format.PERCENT, 8),
        column("hors", "Hors QPV (%)", Format.PERCENT, 8),
        column("ecart", "Écart (points)", Format.POINTS, 9),
        column("ic95_bas", "bas à 95 %", Format.POINTS, 9),
        column("ic95_haut", "haut à 95 %", Format.POINTS, 9),
        column("verdict_mot", "Verdict", width=26),
    )
    return table(
        "synthese_satisfaction",
        f"Ce que disent les locataires, vague {wave}",
        columns,
        heads,
        unit="% de ménages satisfaits, écarts en points",
        scope="ménages interrogés, une question de tête par thème",
        source=f"enquête, vague {wave} ; marge d’équivalence de {verdict_words.margin_words(margin)}",
        media=ALL,
    )


def _reading(rows: pd.DataFrame, margin: float) -> tuple[str, ...]:
    shown = view.shown(rows)
    counts: dict[str, int] = {}
    for word in rows["mot"]:
        counts[word] = counts.get(word, 0) + 1
    out = [satisfaction.count_sentence(counts, len(rows))]
    unclear = shown[shown["verdict"] == "non_concluant"]
    if len(unclear):
        meaning = verdict_words.verdict_meaning("non_concluant", margin)
        worst = unclear.iloc[0]
        detail = verdict_words.would_have_taken(
            margin,
            number_of(worst["marge_demontree_points"]),
            view.needed(number_of(worst["qpv"]), number_of(worst["effet_plan"]), margin),
            int(min(worst["n_qpv"], worst["n_hors"])),
        )
        out.append(f"« Non concluant » : {meaning}. Pour « {worst['libelle']} » : {detail}.")
    return tuple(out)
