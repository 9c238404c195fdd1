"""« Programme et bilan » and « Droit commun »: the use of the money, what is done everywhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.facts.claim import TOTAL, axis_scope, is_quarter
from tfpb.facts.programme_claims import actions_of
from tfpb.facts.quarter import Quarters
from tfpb.facts.surplus import surplus_of
from tfpb.model.codes import PieceFound
from tfpb.model.columns import texts
from tfpb.model.report import ANNEX, BOTH, BOTH_ANNEX, DOCUMENT, Block, Section, Text
from tfpb.model.survey import pick
from tfpb.report.sections.build import (
    claimed,
    lacking,
    section,
    source_of,
    table,
    tables,
    worded,
)
from tfpb.report.sections.money.quartiers import quarters_part
from tfpb.tax.programme.exports import not_given
from tfpb.words.documents.report_words import ROWS_ELSEWHERE
from tfpb.words.money import programme_words as words
from tfpb.words.money.accounts import axis_words

if TYPE_CHECKING:
    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.facts.quarter import Quarters
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import Programme

_SUMMED: Final = {
    "abattement_eur": "acquis", "prevu_eur": "prevu", "realise_eur": "realise",
    "valorise_eur": "valorise", "report_eur": "reporte", "solde_eur": "solde",
    "rattrapage_eur": "a_programmer", "justifie_eur": "justifie",
    "solde_apres_reclamation_eur": "solde_apres_reclamation", "logements_abattus": "logements_abattus",
}  # fmt: skip
"""Columns that have a total, and the claim it is."""
_SPENT: Final = ("prevu_eur", "realise_eur", "valorise_eur")
_MARKS: Final = (
    "repere_valorise_national_eur", "repere_valorise_region_eur", "repere_couverture_region",
    "repere_region",
)  # fmt: skip
_PROOFS: Final = ("actions", "actions_avec_piece", "actions_prouvees", "actions_avec_photo")


def programme(dossier: Dossier) -> Section:
    """Return the section of the programme and its balance."""
    plan = dossier.programme
    if plan is None:
        return lacking("programme", subject="programme")
    year, claims, quarters = dossier.settings.dossier.annee, dossier.claims, dossier.quarters
    blocks: list[Block] = [
        quarters_part(dossier, "quartiers_bilan", of="annee"),
        *_heights(dossier),
        *_carried(plan, claims, quarters, year),
        *_axes(plan, claims, year),
        *_two_years(dossier, plan),
        *_pieces(plan),
        *_diagnostics(plan),
    ]
    return section("programme", words.balance_lead(claims), blocks)


def droit_commun(dossier: Dossier) -> Section:
    """Return the section of droit commun: what the bailleur does everywhere, per dwelling."""
    usages = dossier.droit_commun
    if usages is None:
        return lacking("droit_commun", subject="droit_commun")
    rows = usages.table
    parts = tables("droit_commun", worded(rows, marge=words.MARGES, plancher=words.PLANCHERS))
    sure = int((rows["marge"] == "calculee").sum())
    lead = words.DROIT_COMMUN.format(count=len(rows), computable=sure, whole=sure == len(rows))
    return section("droit_commun", lead, parts)


def totals_of(claims: Claims) -> dict[str, Amount]:
    """Return the totals that the programme claims: known, or between bounds; none where nobody made it."""
    return {column: claims.amount(name) for column, name in _SUMMED.items() if claims.has(name)}


def _heights(dossier: Dossier) -> list[Block]:
    """Return what is justified, and the heights per abated dwelling beside their dated marks."""
    claims = dossier.claims
    out = [words.justified_sentence(claims)] if claims.has("part_justifiee") else []
    if claims.has("acquis"):
        out += [*comparisons(dossier), *surplus(dossier)]
    if unknown := claims.count_unknown("acquis"):
        out.append(words.UNKNOWN_QUARTERS.format(count=unknown))
    return [Text(tuple(out), bullets=True, media=BOTH_ANNEX)] if out else []


def comparisons(dossier: Dossier) -> list[str]:
    """Return amounts per abated dwelling beside their dated marks, then last year's."""
    plan, money, claims = dossier.programme, dossier.abatement, dossier.claims
    if plan is None or money is None:
        return []
    year = dossier.settings.dossier.annee
    marks = {v.cle: v for part in (money, plan) for v in part.values}  # noqa: PD011
    out: list[str] = []
    if claims.has("valorise_par_logement") and all(key in marks for key in _MARKS):
        national, regional, share, region = (marks[key].valeur for key in _MARKS)
        usual, part = Decimal(regional), Decimal(share)
        of = (marks[key].reference for key in _MARKS[:2])
        facts: dict[str, object] = {"national": Decimal(national), "region": region}
        facts |= {"valued": claims.amount("valorise_par_logement"), **words.mark_references(*of)}
        before = _before(dossier, "valorise_par_logement")
        out.append(words.HEIGHTS.filled(facts | {"regional": usual, "before": before}))
        facts = {"abated": claims.amount("acquis_par_logement"), "regional": usual}
        facts |= {"usual": usual * part, "share": part}
        before = _before(dossier, "acquis_par_logement")
        out.append(words.ABATED_HEIGHT.filled(facts | {"before": before}))
    if claims.has("valorise_precedent"):
        valued = claims.amount("valorise_precedent")
        out.append(words.LAST_YEAR.format(year=year - 1, valued=valued))
    return out


def _before(dossier: Dossier, name: str) -> str:
    """Return a height of last year's pack, behind this year's; nothing without one."""
    amount = dossier.last_heights.get(name)
    year = dossier.settings.dossier.annee - 1
    return "" if amount is None else words.BEFORE.format(amount=amount, year=year)


def surplus(dossier: Dossier) -> list[str]:
    """Return the surplus cost of droit commun of the year, against the abatement; nothing when unknown.

    It is never added to the actions: one spending may be in both. One that argues nothing (of another
    year, or one that chance may make) is set against no abatement.
    """
    year = dossier.settings.dossier.annee
    found = surplus_of(dossier.droit_commun, year)
    if found is None:
        return []
    share = found.share_of(dossier.claims.amount("acquis")) if found.argues(year) else None
    facts = {"low": found.low, "high": found.high, "several": found.counted > 1}
    facts |= {"either": found.low <= 0 <= found.high}
    return [
        words.SURPLUS.format(
            surplus=found.amount,
            between=words.SURPLUS_BETWEEN.filled(facts)
            if found.is_bounded
            else words.SURPLUS_UNSURE,
            count=found.counted,
            year="" if found.year is None else f" {found.year}",
            rest=words.SURPLUS_REST.format(count=found.uncounted) if found.uncounted else "",
            share=words.SURPLUS_SHARE.format(share=words.share_words(share))
            if share is not None
            else "",
        )
    ]


def _carried(plan: Programme, claims: Claims, quarters: Quarters, year: int) -> list[Block]:
    """Return what is carried over or caught up in each quarter, and how many actions are proved.

    With last year's bilan beside, the carry-over is argued there.
    """
    codes = (
        [c for c in claims.scopes("a_programmer") if is_quarter(c)]
        if plan.quarters_both_years is None
        else []
    )
    carried = [
        words.carry_sentence(
            quarters[c].shown, claims.amount("a_programmer", c), claims.amount("reporte", c), year
        )
        for c in codes
    ]
    sentences = tuple(filter(None, carried))
    blocks: list[Block] = [Text(sentences, bullets=True, media=BOTH)] if sentences else []
    proofs = words.proofs_sentence(*(claims.amount(name) for name in _PROOFS))
    return [*blocks, Text((proofs,), media=BOTH)]


def _axes(plan: Programme, claims: Claims, year: int) -> list[Block]:
    """Return what each axis was given over all quarters, beside last year's; quarters are in the workbook."""
    whole = pick(plan.by_axis, code_qpv=TOTAL)
    numbered = [int(a) for a in whole["axe"]]
    rows = whole.assign(
        axe_mot=list(map(axis_words, numbered)), scope=list(map(axis_scope, numbered))
    )
    short = table("axes_document", claimed("axes_document", rows, claims, blank_unclaimed=True))
    if plan.both_years is None:
        return [short]
    both = plan.both_years.assign(axe_mot=[axis_words(int(a)) for a in plan.both_years["axe"]])
    # last year's table has both years
    two_years = table("bilan_precedent", both, annee=year, precedente=year - 1)
    return [replace(short, media=ANNEX), two_years]


def _two_years(dossier: Dossier, plan: Programme) -> list[Block]:
    """Return last year's bilan beside this year's, quarter by quarter, or how to have it."""
    both, year = plan.quarters_both_years, dossier.settings.dossier.annee
    if plan.both_years is None:
        return [Text((words.NO_LAST_YEAR.format(year=year - 1),), media=BOTH_ANNEX)]
    if both is None:
        return []
    argued = zip(texts(both, "code_qpv"), both["argument"], strict=True)
    sentences = tuple(f"{dossier.quarters[code].shown} : {argument}" for code, argument in argued)
    return [
        quarters_part(dossier, "quartiers_deux_annees", of="argument"),
        Text(sentences, bullets=True, media=BOTH),
    ]


def actions(dossier: Dossier) -> Section | None:
    """Return the sheet of the actions, in the order of the file; none without any."""
    plan = dossier.programme
    if plan is None or plan.actions.empty:
        return None
    rows = plan.actions.assign(
        axe_mot=[axis_words(int(a)) for a in plan.actions["axe"]],
        preuve=[words.PROOF[action.proof] for action in actions_of(plan.actions)],
    )
    # rows of several years have no total: the claims are of one
    own = bool((plan.actions["annee"] == plan.year).all())
    sums = {c: v for c, v in totals_of(dossier.claims).items() if own and c in _SPENT}
    source = source_of(plan.actions) or words.PROGRAMME_FILE
    listed = table("actions", not_given(rows), source=source, totals=sums)
    note = ROWS_ELSEWHERE.format(count=len(rows), sheet=listed.title)
    return section("actions", "", [listed, Text((note,), media=DOCUMENT)])


def _pieces(plan: Programme) -> list[Block]:
    """Return the « bordereau » of the folder of pieces, and how many it holds; nothing without a folder."""
    if plan.pieces is None:
        return []
    cited = pick(plan.pieces, genre="piece")
    found, lost = (
        len(pick(cited, etat=state)) for state in (PieceFound.TROUVEE, PieceFound.ABSENTE)
    )
    rows = worded(plan.pieces, etat=words.PIECES, genre=words.PIECE_KINDS)
    rows = rows.assign(axe_mot=[axis_words(int(a)) for a in rows["axe"]])
    return [
        Text((words.IN_FOLDER.format(found=found, lost=lost),), media=BOTH),
        table("bordereau_pieces", rows),
    ]


def _diagnostics(plan: Programme) -> list[Block]:
    """Count the walking diagnostics, and those tied to an action; nothing when none was given."""
    rows = plan.diagnostics
    if rows.empty:
        return []
    titles = rows["action"] if "action" in rows else pd.Series("", index=rows.index)
    tied = int((titles.fillna("").astype(str) != "").sum())
    sentence = words.FINDINGS.format(found=len(rows), tied=tied)
    return [Text((sentence,), media=BOTH)]
