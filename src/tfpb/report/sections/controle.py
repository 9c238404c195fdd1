"""The check of many packs: one row a pack, one a finding, one a quarter's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.evidence.pack_control import BalanceLine, Checked, Subject
from tfpb.facts.programme_claims import spent
from tfpb.model.report import SHEET, Block, Report, Section, Text
from tfpb.report.sections.build import section, table
from tfpb.words.documents import control_words as words
from tfpb.words.documents.report_words import WARNING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


SHOWN: Final = (40, 34, 28, 22, 16, 10)
"""Packs that may stand on the page: the most that fit."""
_BALANCE: Final = (
    "dossier", "bailleur", "code_qpv", "nom_qpv", "annee", "abattement_eur", "valorise_eur", "report_eur",
    "solde_eur",
)  # fmt: skip
_SUBJECTS: Final = tuple(str(s) for s in Subject)


def control_report(
    checked: Sequence[Checked], *, run_hash: str, year: int | None, shown: int
) -> Report:
    """Return the workbook's sheets, the first of which is also the page.

    `year` is the tax year that is checked, None for each its own; `shown`, the most packs on the page,
    those that lack most first; 0 for none.
    """
    rows = _packs(checked)
    lacks = {s: int((rows[s] == words.HEAD).sum()) for s in _SUBJECTS}
    whole = sum(not c.lacking for c in checked)
    refused = sum(c.refused for c in checked)
    lead = words.summary(len(checked), whole, refused, lacks)
    worst = rows.sort_values("manques", ascending=False, kind="stable").head(shown)
    rest = len(rows) - len(worst)
    notes = (words.READ_ONLY, *((words.NOT_SHOWN.format(count=rest),) if rest else ()))
    each = [{"sujet": s, "nom": words.SUBJECTS[s]} for s in _SUBJECTS]
    blocks: list[Block] = [
        table("controle_dossiers", rows, repeated=each),
        table("controle_page", worst, repeated=each, notes=notes),
        Text((words.READ_ONLY,), media=SHEET),
    ]
    sheets = (
        section("controle", lead, blocks),
        _sheet("controle_constats", _findings(checked)),
        _sheet("controle_soldes", _balances(checked)),
    )
    period = words.YEAR.format(year=year) if year else words.EVERY_YEAR
    return Report(
        title=words.TITLE,
        subtitle=words.SUBTITLE.format(count=len(checked), year=period),
        bailleur=words.TITLE,
        year=0 if year is None else year,
        date="",
        run_hash=run_hash,
        sections=sheets,
        warning=WARNING,
    )


def _sheet(key: str, rows: pd.DataFrame) -> Section:
    return section(key, words.LEADS[key], [table(key, rows)], in_document=False)


def _packs(checked: Sequence[Checked]) -> pd.DataFrame:
    out = []
    for one in checked:
        pack, lacking = one.pack, {str(f.subject) for f in one.lacking}
        state = "refuse" if one.refused else "a_completer" if lacking else "complet"
        held = "" if one.refused else words.HELD
        marks = {s: words.HEAD if s in lacking else held for s in _SUBJECTS}
        out.append(
            {
                "dossier": pack.name,
                "bailleur": pack.bailleur,
                "annee": pack.year,
                "etat": words.STATES[state],
                **marks,
                "manques": len(one.lacking),
                "quartiers": len(pack.quarters),
                "actions": len(pack.actions),
                "prouvees": spent(pack.valued).proved,
                "valorisees": len(pack.valued),
                **_cells(pack.whole_balance),
            }
        )
    return pd.DataFrame(out)


def _findings(checked: Sequence[Checked]) -> pd.DataFrame:
    columns = ["dossier", "bailleur", "sujet", "code_qpv", "poids", "constat", "demander"]
    rows = [
        (
            one.pack.name, one.pack.bailleur, words.SUBJECTS[f.subject], f.quarter,
            words.LACKS if f.lacking else words.TO_KNOW, words.sentence(f.code, f.fields),
            words.ASKS[f.subject] if f.lacking else "",
        )
        for one in checked
        for f in one.found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _balances(checked: Sequence[Checked]) -> pd.DataFrame:
    rows = [
        {
            "dossier": c.pack.name, "bailleur": c.pack.bailleur, "code_qpv": line.quarter,
            "nom_qpv": line.name, "annee": line.year, **_cells(line),
        }
        for c in checked
        for line in c.pack.balance
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(_BALANCE))


def _cells(line: BalanceLine | None) -> dict[str, Decimal | None]:
    """Return the amounts of a line as cells: empty where one is not told, or without a line."""
    if line is None:
        return {}
    amounts = {
        "abattement_eur": line.abated,
        "valorise_eur": line.valued,
        "report_eur": line.carried,
    }
    cells = {c: a.exact if a.is_known else None for c, a in amounts.items()}
    return {**cells, "solde_eur": line.left}
