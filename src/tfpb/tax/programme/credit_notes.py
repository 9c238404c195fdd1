"""Credit notes of a programme: a line of negative euros lowers the action that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.piece_names import is_numbered, references
from tfpb.tax.plain_values import ZERO, Record, doubt, records
from tfpb.text import fold
from tfpb.words.numbers import amount

if TYPE_CHECKING:
    from decimal import Decimal

    from tfpb.errors import Fault

_LOWERED: Final = ("realise_eur", "bailleur_eur", "autres_eur", "valorise_eur")


def without_credit_notes(actions: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Take each credit note off the one action that it names, by its identifier or by its invoice.

    Actions are typed `PROGRAMME`. Each is a doubt `avoir_deduit`. One that names no action, or several, or
    more than the action spent, remains: it is refused as any negative amount.
    """
    rows = records(actions)
    notes = [k for k, row in enumerate(rows) if _credited(row) < 0]
    taken: set[int] = set()
    faults: list[Fault] = []
    for k in notes:
        named = _named(rows[k], [i for i in range(len(rows)) if i not in notes], rows)
        if len(named) != 1:
            continue
        lowered = _lowered(rows[named[0]], rows[k])
        if any((v := lowered.money(c)) is not None and v < 0 for c in _LOWERED):
            continue
        rows[named[0]] = lowered
        taken.add(k)
        here, euros = rows[k].place("valorise_eur"), amount(-_credited(rows[k]))
        faults.append(doubt("avoir_deduit", here, euros, action=lowered.text("id_action")))
    if not taken:
        return actions, []
    out = actions.copy()
    for column in _LOWERED:
        if column in out:
            out[column] = pd.Series([r.get(column) for r in rows], out.index, dtype=object)
    return out.loc[[k not in taken for k in range(len(rows))]].reset_index(drop=True), faults


def _credited(row: Record) -> Decimal:
    """Return the negative euros of a line: those valued, else those spent."""
    euros = (row.money(c) for c in ("valorise_eur", "realise_eur"))
    return next((v for v in euros if v is not None and v < 0), ZERO)


def _named(note: Record, others: list[int], rows: list[Record]) -> list[int]:
    """Return the actions that a credit note may be of: those of its identifier, else of its invoice."""
    alike = [k for k in others if _same_place(note, rows[k])]
    own = [k for k in alike if note.text("id_action") == rows[k].text("id_action")]
    cited = f" {fold(note.text('piece'))} "
    return own or [
        k
        for k in alike
        if any(
            f" {fold(p)} " in cited for p in filter(is_numbered, references(rows[k].text("piece")))
        )
    ]


def _same_place(one: Record, other: Record) -> bool:
    return all(
        not one.text(c) or not other.text(c) or one.text(c) == other.text(c)
        for c in ("code_qpv", "annee")
    )


def _lowered(action: Record, note: Record) -> Record:
    """Return an action less its credit note; what the note does not value is valued no more."""
    less = {c: note.money(c) for c in _LOWERED}
    if less["valorise_eur"] is None:
        less["valorise_eur"] = max(
            -(action.money("valorise_eur") or ZERO), less["realise_eur"] or ZERO
        )
    cells = {
        c: value + by
        for c, by in less.items()
        if by is not None and (value := action.money(c)) is not None
    }
    return Record(action | cells)
