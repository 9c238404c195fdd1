"""« Synthèse »: the page to print: figures, headline items, what they do not show."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tfpb.model.report import Block, Format, KeyFigure, KeyFigures, Section, Table, Text
from tfpb.report.sections.build import counted, figure, section, table
from tfpb.report.sections.survey import survey_view as view
from tfpb.words.documents.report_words import MISSING
from tfpb.words.money import abatement_words, programme_words, state_words
from tfpb.words.money.evaluation_words import DOES_IT_WORK
from tfpb.words.numbers import euros
from tfpb.words.places.side_words import DWELLINGS, RESIDENCES, inside_share, stock_lead
from tfpb.words.survey import satisfaction, verdict_words

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from tfpb.facts.claim import Claims, Within
    from tfpb.facts.whole_dossier import Dossier


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
    held = dossier.claims.within()
    whole = DWELLINGS.format(count=held.amount("logements"))
    part = inside_share(dossier.claims)
    out = [counted("logements_qpv", dossier.claims, part=part, logements=whole)]
    if dossier.abatement is not None:
        out += _abated(held, dossier.abatement.year, dossier.settings.dossier.date)
    if dossier.programme is not None:
        out += _spent(dossier.claims)
    homes = RESIDENCES.format(count=held.amount("residences_a_verifier"))
    dwellings = DWELLINGS.format(count=held.amount("logements_a_verifier"))
    doubts = figure("a_verifier", None, Format.TEXT, value=homes, logements=dwellings)
    return [*out, doubts]


def _abated(held: Within, year: int, day: dt.date) -> list[KeyFigure]:
    """Return the figures of money, each a claim; one that comes to nothing is left out."""
    acquired, detail = held.amount("acquis"), abatement_words.acquired_detail(held)
    value = state_words.acquired(held)
    out = [figure("abattement", acquired, value=value, annee=year, natures=detail)]
    if value == euros(acquired):
        back = euros(held.amount("compensation"))
        out.append(figure("perte_collectivites", held.amount("perte"), compensation=back))
    if (borne := held.amount("porte")).exceeds_nil:
        split = _after_colon(state_words.borne_sentence(held))
        out.append(figure("porte_avis", borne, etats=split))
    if (claim := held.get("a_reclamer")).amount.exceeds_nil:
        until = state_words.claim_until(claim.deadline, day)
        out.append(figure("a_reclamer", claim.amount, delai=until))
    if state_words.named(held, "a_reclamer", "sous_reserve", "non_lu"):
        split = _after_colon(state_words.best_sentence(held))
        out.append(figure("au_mieux", held.amount("au_mieux"), etats=split))
    if held.has("sortants_perdu") and abatement_words.has_left(held):
        gone = abatement_words.left_out_detail(held)
        out.append(figure("sortants", held.amount("sortants_perdu"), annee=year, portes=gone))
    return out


def _after_colon(sentence: str) -> str:
    return sentence.partition(" : ")[2].removesuffix(".")


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
    sentences = (*view.not_named(dossier), *_reading(view.totals(rows), margin))
    return [table, Text(sentences)]


def headline_table(heads: pd.DataFrame, wave: str, margin: float, target: str) -> Table:
    """Return the table of the headline items."""
    marge = verdict_words.margin_words(margin) + verdict_words.target_words(target)
    return table("synthese_satisfaction", heads, vague=wave, marge=marge)


def _reading(rows: pd.DataFrame, margin: float) -> tuple[str, ...]:
    clash = view.contradicted(view.shown(rows))
    first = satisfaction.otherwise_first(len(clash))
    out = [first + satisfaction.count_sentence(Counter(rows["mot"]), len(rows))]
    unclear = view.unclear(view.shown(rows), margin)
    if unclear:
        meaning = verdict_words.verdict_meaning("non_concluant", margin)
        out.append(satisfaction.first_unclear(meaning, *unclear[0]))
    return tuple(out)
