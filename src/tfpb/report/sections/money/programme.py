"""« Programme et bilan » and « Droit commun »: the use of the money, what is done everywhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.report import ANNEX, BOTH, BOTH_ANNEX, DOCUMENT, SHEET, Block, Section, Text
from tfpb.report.sections.build import (
    chart,
    cut,
    has,
    lacking,
    part,
    section,
    source_of,
    table,
    tables,
    worded,
)
from tfpb.words.documents.report_words import ROWS_ELSEWHERE
from tfpb.words.money import programme_words as words
from tfpb.words.money.accounts import axis_short, axis_words

if TYPE_CHECKING:
    from tfpb.facts.dossier import Dossier
    from tfpb.facts.quarter import Quarters
    from tfpb.model.money import Programme

_SUMMED: Final[tuple[str, ...]] = (
    "prevu_eur", "realise_eur", "valorise_eur", "report_eur", "solde_eur", "rattrapage_eur",
    "justifie_eur", "solde_apres_reclamation_eur", "logements_abattus",
)  # fmt: skip
_COMPARED: Final = ("valorise_eur", "abattement_eur")
_MARKS: Final = (
    "repere_valorise_national_eur", "repere_valorise_region_eur", "repere_couverture_region",
    "repere_region",
)  # fmt: skip
_SURPLUS: Final = ("surcout_eur", "surcout_ic95_bas_eur", "surcout_ic95_haut_eur")
_SPENT: Final = ("prevu_eur", "realise_eur", "valorise_eur")
_PROOFS: Final = ("actions", "pieces_jointes", "preuves_completes", "photos_jointes")


def programme(dossier: Dossier) -> Section:
    """Return the section of the programme and its balance."""
    plan, money = dossier.programme, dossier.abatement
    if plan is None:
        return lacking("programme", subject="programme")
    year = dossier.settings.dossier.annee
    abated = money.totals["abattement_eur"] if money is not None else None
    blocks = [
        *_balance(plan, dossier.quarters, abated, year),
        *_heights(dossier, plan, year),
        *_carried(plan, year),
        *_axes(plan, dossier.quarters),
        *_beside(plan, dossier.quarters, year),
        *_actions(plan),
        *_diagnostics(plan),
    ]
    unknown = money.unknown_quarters if money is not None else 0
    lead = words.balance_lead(plan.totals, abated, unknown=unknown)
    return section("programme", lead, blocks)


def droit_commun(dossier: Dossier) -> Section:
    """Return the section of droit commun: what the bailleur does everywhere, per dwelling."""
    usages = dossier.droit_commun
    if usages is None:
        return lacking("droit_commun", subject="droit_commun")
    rows = usages.table
    told = tables("droit_commun", worded(rows, marge=words.MARGES, plancher=words.PLANCHERS))
    sure = int((rows["marge"] == "calculee").sum())
    lead = words.DROIT_COMMUN.format(count=len(rows), computable=sure, whole=sure == len(rows))
    return section("droit_commun", lead, told)


def _balance(plan: Programme, quarters: Quarters, abated: Decimal | None, year: int) -> list[Block]:
    """Return the year's balance; other years apart: their abatement is not computed here."""
    rows = cut(plan.balance, plan.balance["annee"] == year)
    totals = {key: plan.totals[key] for key in _SUMMED if key in plan.totals}
    # a sum of some quarters under a column with blanks would pass for the whole
    totals = {key: v for key, v in totals.items() if key not in rows or rows[key].notna().all()}
    if abated is not None and "solde_eur" in totals:
        totals["abattement_eur"] = abated  # what the balance is taken from
    blocks = tables("bilan", quarters.named(rows), totals=totals, annee=year)
    others = cut(plan.balance, plan.balance["annee"] != year)
    if len(others):
        blocks.append(table("bilan_autres_annees", quarters.named(others)))
    return blocks


def _heights(dossier: Dossier, plan: Programme, year: int) -> list[Block]:
    """Return what is justified, and the heights per abated dwelling beside their dated marks."""
    money = dossier.abatement
    rows = plan.balance[plan.balance["annee"] == year]
    unknown = int(rows["abattement_eur"].isna().sum())
    out: list[str] = []
    if money is not None and plan.totals.get("logements_abattus"):
        told = [v for v in rows["abattement_eur"] if v is not None]
        if (justified := plan.totals.get("justifie_eur")) is not None:
            abated = sum(told, Decimal(0))
            out.append(words.JUSTIFIED.format(justified=justified, abated=abated))
        out += [*comparisons(dossier), *surplus(dossier)]
    if money is not None and unknown:
        out.append(words.UNKNOWN_QUARTERS.format(count=unknown))
    return [Text(tuple(out), bullets=True, media=SHEET)] if out else []  # pages have the note


def comparisons(dossier: Dossier) -> list[str]:
    """Return amounts per abated dwelling beside their dated marks, then last year's."""
    plan, money = dossier.programme, dossier.abatement
    homes = plan.totals.get("logements_abattus") if plan is not None else None
    if plan is None or money is None or not homes:
        return []
    year = dossier.settings.dossier.annee
    rows = plan.balance[plan.balance["annee"] == year]
    told = [r for r in rows.to_dict("records") if r["abattement_eur"] is not None]
    valued, abated = (sum((r[c] for r in told), Decimal(0)) for c in _COMPARED)
    marks = {v.cle: v for part in (money, plan) for v in part.values}  # noqa: PD011
    out: list[str] = []
    if all(key in marks for key in _MARKS):
        national, regional, share, region = (marks[key].valeur for key in _MARKS)
        usual, part = Decimal(regional), Decimal(share)
        of = (marks[key].reference for key in _MARKS[:2])
        facts = {"national": Decimal(national), "region": region, **words.mark_references(*of)}
        facts |= {"valued": valued / homes, "before": _before(dossier, "valorise_eur")}
        out.append(words.HEIGHTS.filled(facts | {"regional": usual}))
        facts = {"abated": abated / homes, "before": _before(dossier, "abattement_eur")}
        facts |= {"usual": usual * part, "share": part, "regional": usual}
        out.append(words.ABATED_HEIGHT.filled(facts))
    if plan.beside is not None:
        before = sum(plan.beside["valorise_precedent_eur"], Decimal(0))
        out.append(words.LAST_YEAR.format(year=year - 1, valued=before))
    return out


def _before(dossier: Dossier, column: str) -> str:
    """Return a height of last year's pack, behind this year's; nothing without one."""
    amount = dossier.last_heights.get(column)
    year = dossier.settings.dossier.annee - 1
    return "" if amount is None else words.BEFORE.format(amount=amount, year=year)


def surplus(dossier: Dossier, *, gains_only: bool = False) -> list[str]:
    """Return the surplus cost of droit commun of the year, against the abatement; nothing when unknown.

    It is never added to the actions: one spending may be in both. Of several years one alone counts.
    `gains_only` leaves out a surplus that argues nothing: of another year, or one that chance may make,
    which is set against no abatement either.
    """
    usages, plan = dossier.droit_commun, dossier.programme
    if usages is None or usages.table.empty:
        return []
    rows, year = usages.table, dossier.settings.dossier.annee
    years = rows["annee"].dropna()
    told = year if (years == year).any() else (max(years) if len(years) else None)
    mine = rows if told is None else rows[rows["annee"] == told]
    known = mine[mine["surcout_eur"].notna()]
    total, low, high = (
        sum((Decimal(str(v)) for v in known[c].dropna()), Decimal(0)) for c in _SURPLUS
    )
    sure = bool(known[list(_SURPLUS)].notna().all(axis=None))
    argues = sure and low > 0 and told == year
    if known.empty or (gains_only and not argues):
        return []
    rest = len(mine) - len(known)
    abated = _abated_whole(plan, year) if plan is not None and argues and not rest else Decimal(0)
    # bounds added are those of the sum at their widest, whatever ties the indicators
    facts = {"low": low, "high": high, "either": low <= 0 <= high, "several": len(known) > 1}
    return [
        words.SURPLUS.format(
            surplus=total,
            between=words.SURPLUS_BETWEEN.filled(facts) if sure else words.SURPLUS_UNSURE,
            count=len(known),
            year="" if told is None else f" {told}",
            rest=words.SURPLUS_REST.format(count=rest) if rest else "",
            share=words.SURPLUS_SHARE.format(share=total / abated) if abated else "",
        )
    ]


def _abated_whole(plan: Programme, year: int) -> Decimal:
    """Return the abatement of all quarters of the year, nil where one of them is not known."""
    amounts = plan.balance.loc[plan.balance["annee"] == year, "abattement_eur"]
    return Decimal(0) if amounts.isna().any() else sum(amounts, Decimal(0))


def _carried(plan: Programme, year: int) -> list[Block]:
    """Return what is carried over or caught up in each quarter, and how many actions are proved.

    With last year's bilan beside, the carry-over is argued there.
    """
    rows = plan.balance[plan.balance["annee"] == year]
    told = rows if plan.beside_quarters is None and "rattrapage_eur" in rows else rows.iloc[:0]
    carried = [
        words.carry_sentence(str(r["nom_qpv"]), r["rattrapage_eur"], r["report_eur"], year)
        for r in told.to_dict("records")
        if not pd.isna(r["rattrapage_eur"])
    ]
    said = tuple(filter(None, carried))
    blocks: list[Block] = [Text(said, bullets=True, media=BOTH)] if said else []
    if "preuves_completes" in rows and len(rows):
        proofs = words.proofs_sentence(*(int(rows[c].sum()) for c in _PROOFS))
        blocks.append(Text((proofs,), media=BOTH))
    return blocks


def _axes(plan: Programme, quarters: Quarters) -> list[Block]:
    is_total = plan.by_axis["code_qpv"] == "total"
    rows = plan.by_axis.assign(
        axe_mot=[axis_words(int(a)) for a in plan.by_axis["axe"]],
        quartier=quarters.named(plan.by_axis, nowhere=words.EVERY_QUARTER)["nom_qpv"],
        _rest=~is_total,
    ).sort_values(["_rest", "code_qpv", "axe"], kind="stable")
    whole = table("axes", rows)
    # the page shows the programme over all quarters; quarter by quarter stands in the workbook
    shown = cut(whole.rows, whole.rows["quartier"] == words.EVERY_QUARTER)
    short = part(replace(whole, rows=shown), "axes_document")
    if plan.beside is not None:  # that table has both years
        short = replace(short, media=ANNEX)
    blocks: list[Block] = [whole, short]
    sums = cut(plan.by_axis, is_total).sort_values("axe")
    if len(sums):
        drawn = sums[["realise_eur", "valorise_eur"]].map(lambda v: float(v or 0))
        drawn = drawn.set_axis(["valeur", "valeur2"], axis=1)
        drawn.insert(0, "libelle", [axis_short(int(a)) for a in sums["axe"]])
        blocks.append(chart("depenses_axes", drawn))
    return blocks


def _beside(plan: Programme, quarters: Quarters, year: int) -> list[Block]:
    """Return last year's bilan beside this year's, by axis then by quarter, or how to have it."""
    if plan.beside is None:
        return [Text((words.NO_LAST_YEAR.format(year=year - 1),), media=BOTH_ANNEX)]
    facts: dict[str, Any] = {"annee": year, "precedente": year - 1, "suivante": year + 1}
    axes = plan.beside.assign(axe_mot=[axis_words(int(a)) for a in plan.beside["axe"]])
    blocks: list[Block] = [table("bilan_precedent", axes, **facts)]
    rows = plan.beside_quarters
    if rows is None:
        return blocks
    argued = [words.carry_argument(r, year) for r in rows.to_dict("records")]
    rows = quarters.named(rows).assign(argument=argued)
    sentences = tuple(f"{p} : {a}" for p, a in zip(rows["nom_qpv"], argued, strict=True))
    blocks += tables("bilan_precedent_quartiers", rows, **facts)
    return [*blocks, Text(sentences, bullets=True, media=BOTH)]


def _actions(plan: Programme) -> list[Block]:
    """Return the actions: one wide table for software, narrower ones for a sheet."""
    rows = plan.actions.assign(axe_mot=[axis_words(int(a)) for a in plan.actions["axe"]])
    spent = {k: [v for v in rows[k] if v is not None and not pd.isna(v)] for k in _SPENT}
    sums = {key: sum(amounts, Decimal(0)) for key, amounts in spent.items()}
    source = source_of(plan.actions) or words.PROGRAMME_FILE
    whole = table("actions", rows, source=source, totals=sums)
    amounts = part(whole, "actions_montants")
    blocks: list[Block] = [whole, amounts, part(whole, "actions_suivi")]
    if has(rows, "temps_valorise_eur"):
        timed = cut(whole.rows, whole.rows["temps_valorise_eur"].notna())
        blocks.append(part(replace(whole, rows=timed), "actions_temps"))
    if len(plan.actions):
        told = ROWS_ELSEWHERE.format(count=len(plan.actions), sheet=amounts.sheet)
        blocks.append(Text((told,), media=DOCUMENT))
    return blocks


def _diagnostics(plan: Programme) -> list[Block]:
    """Return the walking diagnostics with the action each led to; nothing when none was given."""
    rows = plan.diagnostics
    if rows.empty:
        return []
    titles = rows["action"] if "action" in rows else pd.Series("", index=rows.index)
    tied = int((titles.fillna("").astype(str) != "").sum())
    sentence = words.FINDINGS.format(found=len(rows), tied=tied)
    return [Text((sentence,), media=BOTH), table("diagnostics", rows)]
