"""« Rapprochement »: from the notices to what may be due, per quarter, line by line, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.report import ANNEX, BOTH, BOTH_ANNEX, Block, Section, Text
from tfpb.report.sections.build import (
    cut,
    lacking,
    section,
    settled_cells,
    source_of,
    table,
    tables,
    worded,
)
from tfpb.words.money import abatement_words
from tfpb.words.money import state_words as words
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from tfpb.facts.claim import Within
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import Abatement


def rapprochement(dossier: Dossier) -> Section:
    """Return the section that reconciles the notices with what is due."""
    money, held = dossier.abatement, dossier.claims.within()
    if money is None or money.reconciliation is None:
        return lacking("rapprochement", subject="fiscalite")
    leads = (words.borne_sentence(held), words.best_sentence(held))
    rows = dossier.quarters.named(money.reconciliation, nowhere=words.OUTSIDE)
    rows = settled_cells(rows, dossier.claims, "rapprochement")
    blocks = tables("rapprochement", rows, annee=money.year, held=held)
    blocks.append(Text(_readings(held), bullets=True, media=BOTH))
    reserves = _reserves(held)
    if len(reserves):
        blocks.append(table("reserves", reserves, annee=money.year))
    if money.owned is None or money.owned.empty:
        blocks.append(
            Text((words.NOT_OWNED if money.owned is None else words.ALL_NOTICED,), media=BOTH_ANNEX)
        )
    else:
        listed = table("possedes", worded(money.owned, constat=words.FINDINGS), annee=money.year)
        blocks += [listed, Text(tuple(money.owned["lecture"]), bullets=True, media=ANNEX)]
    blocks += _previous(money)
    blocks += _lines(money, held)
    if money.follow_up is not None and len(money.follow_up):
        claims = worded(money.follow_up, preuve=words.PROOFS, suite=words.FOLLOWED)
        blocks.append(table("reclamations", claims, annee=money.year))
    if len(money.checks):
        agreed = money.checks["code_constat"] == "concordant"
        checks = money.checks.assign(_agreed=agreed).sort_values("_agreed", kind="stable")
        blocks.append(table("controle_avis", checks))
    return section("rapprochement", " ".join(filter(None, leads)), blocks)


def _readings(held: Within) -> tuple[str, ...]:
    """Return the cases worst and best, the fees, who declared what, and the deficit after claims."""
    out = [*words.cases(held), *words.declared_sentences(held)]
    now, after = (held.amount(name) for name in ("solde", "solde_apres_reclamation"))
    if held.amount("a_reclamer").exceeds_nil and now.is_known and after.is_known:
        out.append(words.after_claims(now.exact, after.exact))
    return tuple(out)


def _reserves(held: Within) -> pd.DataFrame:
    """Return what hangs on each thing, a row a reason that has an amount."""
    amounts = ((reason, held.amount(name)) for name, reason in words.REASONS.items())
    rows = [
        {"raison": reason, "montant_eur": amount}
        for reason, amount in amounts
        if amount.exceeds_nil
    ]
    return pd.DataFrame(rows)


def _previous(money: Abatement) -> list[Block]:
    """Return each premises beside itself a year before, and what is to look at, counted."""
    if money.previous is None:
        return []
    found = money.previous["constat"].value_counts(sort=False)
    counts = " ; ".join(
        f"{words.PREVIOUS[str(code)]} : {plural(n, 'local', 'locaux')}" for code, n in found.items()
    )
    lines = worded(
        money.previous, constat=words.PREVIOUS, statut=abatement_words.STATUTS,
        statut_precedent=abatement_words.STATUTS,
    )  # fmt: skip
    return [
        Text(
            (words.PREVIOUS_FOUND.format(counts=counts, year=money.year, before=money.year - 1),),
            bullets=True,
            media=BOTH,
        ),
        table("avis_precedents", lines, annee=money.year, precedente=money.year - 1),
    ]


def _lines(money: Abatement, held: Within) -> list[Block]:
    """Return the premises that bear an amount in some state, each with its file and row."""
    rows = money.calculation
    if rows is None:
        return []
    shown = worded(cut(rows, rows["porte_etat"].astype(bool)), statut=abatement_words.STATUTS)
    source = source_of(rows)  # of all, whatever is kept
    return [table("rapprochement_lignes", shown, annee=money.year, source=source, held=held)]


_EACH_LINE: Final = tuple(
    {"ligne": line, "nom": name} for line, name in abatement_words.LINES.items()
)


def premises_blocks(money: Abatement, held: Within) -> list[Block]:
    """Return each amount with its base, rates and line: one wide table for software, two on the sheet.

    Lines of the notice, and amounts in waiting, have a column only where one of them is not nil.
    """
    if money.calculation is None:
        return []
    shown = worded(
        money.calculation, statut=abatement_words.STATUTS, nature=abatement_words.NATURES
    )
    return tables(
        "abattement_locaux",
        shown,
        repeated=_EACH_LINE,
        annee=money.year,
        notes=abatement_words.CALCULATION_NOTES,
        held=held,
    )
