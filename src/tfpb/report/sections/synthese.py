"""« Synthèse »: the page to print: figures, headline items, what they do not show."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tfpb.model.report import Block, Format, KeyFigure, KeyFigures, Section, Table, Text
from tfpb.report.sections.build import counted, figure, section, table
from tfpb.report.sections.patrimoine import leaver_facts, nature_counts
from tfpb.report.sections.survey import survey_view as view
from tfpb.words.documents.report_words import MISSING
from tfpb.words.money import abatement_words, programme_words, state_words
from tfpb.words.money.evaluation_words import DOES_IT_WORK
from tfpb.words.numbers import euros
from tfpb.words.places.side_words import DWELLINGS, RESIDENCES, stock_facts, stock_lead
from tfpb.words.survey import satisfaction, verdict_words

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from tfpb.facts.claim import Claims
    from tfpb.facts.dossier import Dossier
    from tfpb.model.money import Abatement


def synthese(dossier: Dossier) -> Section:
    """Return the one-page summary: stock, money, balance, doubts, satisfaction."""
    blocks: list[Block] = [KeyFigures(tuple(_figures(dossier)))]
    blocks += _satisfaction(dossier)
    lacks = tuple(MISSING[key][0] for key in missing(dossier))
    if lacks:
        blocks.append(Text(lacks, bullets=True))
    blocks.append(Text((DOES_IT_WORK, *view.too_early(dossier))))
    # the note answers first in documents: this is the sheet to print
    return section("synthese", stock_lead(dossier.claims), blocks, in_document=False)


def missing(dossier: Dossier) -> list[str]:
    """Name the files that were not given, as the settings do."""
    given = {
        "fiscalite": dossier.abatement,
        "programme": dossier.programme,
        "enquete": dossier.survey,
        "droit_commun": dossier.droit_commun,
        "conventions": dossier.conventions,
    }
    return [key for key, value in given.items() if value is None]


def _figures(dossier: Dossier) -> list[KeyFigure]:
    facts = stock_facts(dossier.claims)
    whole = DWELLINGS.filled({"count": facts["logements"]})
    out = [counted("logements_qpv", dossier.claims, part=facts["part"], logements=whole)]
    if dossier.abatement is not None:
        out += _abated(dossier.abatement, dossier.settings.dossier.date)
    if dossier.programme is not None:
        out += _spent(dossier.claims)
    homes = RESIDENCES.filled({"count": facts["residences_a_verifier"]})
    dwellings = DWELLINGS.filled({"count": facts["logements_a_verifier"]})
    doubts = figure("a_verifier", None, Format.TEXT, value=homes, logements=dwellings)
    return [*out, doubts]


def _abated(money: Abatement, day: dt.date) -> list[KeyFigure]:
    totals = money.totals
    natures = ", ".join(
        f"{abatement_words.NATURES.get(nature, nature)} {euros(amount)}"
        for nature, amount in nature_counts(money).items()
    )
    rendered = euros(totals["compensation_etat_eur"])
    states, amount = money.states, totals["abattement_eur"]
    if amount is None:
        value, detail = state_words.unknown_value(states), state_words.unknown_detail(states)
        out = [figure("abattement", None, value=value, annee=money.year, natures=detail)]
    elif not amount and states.aside:
        value, detail = state_words.NONE_ACQUIRED, state_words.named_states(states)
        out = [figure("abattement", None, value=value, annee=money.year, natures=detail)]
    else:
        lost = totals["perte_collectivites_eur"]
        natures = natures or state_words.NONE_DUE
        natures += state_words.without_quarters(money.unknown_quarters)
        out = [
            figure("abattement", amount, annee=money.year, natures=natures),
            figure("perte_collectivites", lost, compensation=rendered),
        ]
    if states.borne:
        split = state_words.borne_sentence(states).partition(" : ")[2].removesuffix(".")
        out.append(figure("porte_avis", states.borne, etats=split))
    if states.to_claim:
        until = state_words.claim_until(money.claim_until, day)
        out.append(figure("a_reclamer", states.to_claim, delai=until))
    if states.best != states.acquired:
        split = state_words.best_sentence(states).partition(" : ")[2].removesuffix(".")
        out.append(figure("au_mieux", states.best, etats=split))
    gone = leaver_facts(money)
    if gone and (gone["risk"] or gone["lost"]):
        borne = abatement_words.LEFT_OUT.format(risk=gone["risk"])
        out.append(figure("sortants", gone["lost"], annee=money.year, portes=borne))
    return out


def _spent(claims: Claims) -> list[KeyFigure]:
    covered = programme_words.justified_words(claims)
    out = [figure("valorise", claims.amount("valorise"), couverture=covered)]
    if claims.has("solde"):
        out.append(
            figure("solde", claims.amount("solde"), suite=programme_words.balance_words(claims))
        )
    return out


def _satisfaction(dossier: Dossier) -> list[Block]:
    survey = dossier.survey
    if survey is None:
        return []
    wave = survey.last_wave
    rows = view.gaps(survey, survey.name_of(dossier.settings.dossier.bailleur), wave)
    heads = view.headlines(rows)
    if heads.empty:
        return []
    margin = view.margin_of(heads)
    table = headline_table(heads, wave, margin, survey.target)
    told = (*view.not_named(dossier), *_reading(view.totals(rows), margin))
    return [table, Text(told)]


def headline_table(heads: pd.DataFrame, wave: str, margin: float, target: str) -> Table:
    """Return the table of the headline items."""
    marge = verdict_words.margin_words(margin) + verdict_words.target_words(target)
    return table("synthese_satisfaction", heads, vague=wave, marge=marge)


def _reading(rows: pd.DataFrame, margin: float) -> tuple[str, ...]:
    told = view.contradicted(view.shown(rows))
    first = satisfaction.otherwise_first(len(told))
    out = [first + satisfaction.count_sentence(Counter(rows["mot"]), len(rows))]
    unclear = view.unclear(view.shown(rows), margin)
    if unclear:
        meaning = verdict_words.verdict_meaning("non_concluant", margin)
        out.append(satisfaction.first_unclear(meaning, *unclear[0]))
    return tuple(out)
