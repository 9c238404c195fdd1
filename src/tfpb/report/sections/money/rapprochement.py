"""« Rapprochement »: from the notices to what may be due, per quarter, then line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.columns import STAMP
from tfpb.model.report import Text
from tfpb.model.results import STATE_COLUMNS
from tfpb.report.sections.build import BOTH, DOCUMENT, cut, lacking, part, section, table, worded
from tfpb.report.sections.money.locaux import source_of, veiled
from tfpb.words.money import abatement_words, state_words
from tfpb.words.money import reconciliation_words as words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.report import Block, Section


def rapprochement(dossier: Dossier) -> Section:
    """Return the section that reconciles the notices with what is due."""
    money = dossier.abatement
    if money is None or money.reconciliation is None:
        return lacking("rapprochement", subject="fiscalite")
    states = money.states
    leads = (state_words.borne_sentence(states), state_words.best_sentence(states))
    rows = money.reconciliation
    named = [str(n) or words.OUTSIDE for n in rows["nom_qpv"]]
    totals = {str(c): sum(rows[c], Decimal(0)) for c in rows if str(c).endswith("_eur")}
    shown = veiled(rows.assign(nom_qpv=named))
    # a total of nothing but what is not known is not told either
    totals = {c: v for c, v in totals.items() if v or shown[c].notna().all()}
    whole = table("rapprochement", shown, annee=money.year, totals=totals)
    parts = ("rapprochement_classeur", "rapprochement_suite", "rapprochement_document")
    blocks: list[Block] = [whole, *(part(whole, key) for key in parts)]
    blocks.append(Text(_readings(money, dossier.programme), bullets=True, media=BOTH))
    if money.reserves:
        blocks.append(table("reserves", _reserves(money), annee=money.year))
    if money.owned is None or money.owned.empty:
        blocks.append(
            Text((words.NOT_OWNED if money.owned is None else words.ALL_NOTICED,), media=BOTH)
        )
    else:
        told = table("possedes", worded(money.owned, constat=words.FINDINGS), annee=money.year)
        blocks += [told, Text(tuple(money.owned["lecture"]), bullets=True, media=DOCUMENT)]
    blocks.append(_lines(money))
    if len(money.checks):
        agreed = money.checks["code_constat"] == "concordant"
        checks = money.checks.assign(_agreed=agreed).sort_values("_agreed", kind="stable")
        blocks.append(table("controle_avis", checks))
    return section("rapprochement", " ".join(filter(None, leads)), blocks)


def _readings(money: Abatement, plan: Programme | None) -> tuple[str, ...]:
    """Return the cases worst and best, the fees, who declared what, and the deficit after claims."""
    rows = money.reconciliation
    declared = Decimal(0) if rows is None else sum(rows["reclame_declare_eur"], Decimal(0))
    out = list(words.cases(money.states))
    if money.states.to_claim:
        out += state_words.declared_sentences(money.states.to_claim, declared)
        after = plan.totals.get("solde_apres_reclamation_eur") if plan is not None else None
        if plan is not None and after is not None:
            out.append(words.after_claims(plan.totals["solde_eur"], after))
    return tuple(out)


def _reserves(money: Abatement) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "raison": [state_words.REASONS[r] for r in money.reserves],
            "montant_eur": list(money.reserves.values()),
        }
    )


def _lines(money: Abatement) -> Block:
    """Return the premises that bear an amount in some state, each with its file and row."""
    rows = money.premises
    told = rows[list(STATE_COLUMNS)].map(bool).any(axis=1)
    kept = cut(rows, told)
    shown = worded(kept, statut=abatement_words.STATUTS).assign(
        ligne_fichier=[int(n) for n in kept[STAMP[2]]]
    )
    totals = {c: sum(kept[c], Decimal(0)) for c in STATE_COLUMNS}
    return table(
        "rapprochement_lignes", shown, annee=money.year, source=source_of(rows), totals=totals
    )
