"""Draft letters to the tax office, each a report of one section: what is to claim, what is at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.columns import texts
from tfpb.model.report import Report, Section, Text
from tfpb.report.sections.build import cut, of_dossier, table, worded
from tfpb.tax.abatement.signatures import own_conventions
from tfpb.tax.ledger.fact_lines import FactLines
from tfpb.words.money import letter_words as words
from tfpb.words.money.state_words import PROOFS
from tfpb.words.numbers import long_date

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

_CLAIMED: Final = {words.CLAIM: "reclame_a_envoyer", words.RISK: "a_risque"}
"""The claim that each letter is about: its amount is written, its premises are listed."""
FILES: Final = {words.CLAIM: "a_envoyer/reclamation.docx", words.RISK: "a_envoyer/a_risque.docx"}


def letters(dossier: Dossier) -> dict[str, Report]:
    """Return the letters that there is something to write in: name inside the pack → its report."""
    money = dossier.abatement
    if money is None:
        return {}
    lines = money.premises
    sending = cut(lines, lines["suite"] == "a_envoyer").sort_values(["avis", "invariant"])
    relieved = len(lines[lines["suite"] == "obtenu"])
    risky = lines.iloc[FactLines(money).touched("a_risque")]
    unproved = int((sending["preuve"] == "sans_preuve").sum())
    warnings = [
        phrase.format(count=count)
        for phrase, count in ((words.UNPROVED, unproved), (words.RELIEVED, relieved))
        if count
    ]
    rows = {words.CLAIM: worded(sending, preuve=PROOFS), words.RISK: risky}
    return {
        FILES[kind]: _letter(dossier, kind, listed, warnings if kind == words.CLAIM else [])
        for kind, listed in rows.items()
        if len(listed)
    }


def _letter(dossier: Dossier, kind: str, rows: pd.DataFrame, warnings: list[str]) -> Report:
    money = dossier.abatement
    assert money is not None  # noqa: S101 - the caller has its rows
    facts = {
        "year": money.year, "owner": dossier.settings.dossier.bailleur, "count": len(rows),
        "amount": dossier.claims.amount(_CLAIMED[kind]), "limit": money.claim_until,
    }  # fmt: skip
    held = dossier.claims.within()
    if kind == words.CLAIM:
        listed = table("courrier_reclamation", rows, held=held, annee=money.year)
    else:
        listed = table("courrier_a_risque", rows, held=held, annee=money.year)
    title = words.TITLES[kind].filled(facts)
    blocks = (
        Text((words.TO,)),
        Text((words.SUBJECTS[kind].filled(facts), *(p.filled(facts) for p in words.BODIES[kind]))),
        listed,
        Text((*warnings, *_conventions(dossier), words.LOCATED)),
        Text(words.ATTACHED[kind], bullets=True, title=words.ATTACHED_TITLE),
        Text((words.SIGNATURE,)),
    )
    return of_dossier(dossier, title, "", [Section(kind, title, "", blocks)])


def _conventions(dossier: Dossier) -> list[str]:
    """Say of each convention the dates that the right rests on, and which are not known."""
    owners = texts(dossier.located.residences, "bailleur")
    signed = own_conventions(dossier.conventions, (dossier.settings.dossier.bailleur, *owners))
    if signed is None:
        return []
    return [
        words.CONVENTION.format(
            id=row["id_convention"],
            contract=_day(row, "date_signature_contrat"),
            signed=_day(row, "date_signature_convention"),
            declared=_day(row, "date_declaration"),
        )
        for _, row in signed.iterrows()
    ]


def _day(row: pd.Series, column: str) -> str:
    return words.UNKNOWN_DAY if pd.isna(row[column]) else long_date(row[column])
