"""The question that a notice file asks, with the euros that each answer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.legal.tax_lines import LINES
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.tax.plain_values import ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tfpb.model.money import States
    from tfpb.tax.abatement.notices.file_reading import NoticeFile
    from tfpb.tax.abatement.notices.habit_choice import Choice
    from tfpb.tax.plain_values import Record

_SOURCE: Final = "fiscalite"
_COLUMNS: Final = {
    "base": "base_nette_eur", "valeurs": "vlc_eur", "taux": "taux_commune_pct",
    "degrevements": "degrevements_eur",
}  # fmt: skip
"""Column that a subject is about; of the others, the sums."""
_USED: Final = (
    "avis", "id_residence", "vlc_eur", "base_nette_eur", "cotisation_avis_eur", "degrevements_eur",
    "teom_eur", *(f"taux_{line}_pct" for line in LINES),
)  # fmt: skip
"""Cells that a question rests on."""
_DUE: Final = ("to_claim", "acquired")
_BORNE: Final = ("borne",)
"""What notices bear, whatever the right: what is left to measure where no convention is there."""


def question_of(file: NoticeFile, choice: Choice, effects: Mapping[str, States]) -> Question:
    """Return the question about a file that two habits explain.

    Its effects are what is to claim, or what is acquired where that differs most, of `effects`, the money
    of all premises by answer; its total, the most that is due on notices under any answer. Where no right
    is known, what notices carry, of all that may be due.
    """
    rows = _rows(file, choice)
    whole = max(s.acquired + s.to_claim + s.unread for s in effects.values())
    if not whole:
        whole = max(max(s.best, s.borne) for s in effects.values())
    measured = (
        _measured(effects, _DUE) or _measured(effects, _BORNE) or dict.fromkeys(effects, ZERO)
    )
    used = [file.items[p].row for s in file.sums for p in s.places]
    first = next(iter(rows), used[0])
    return Question(
        code=f"avis_{choice.subject}",
        source=_SOURCE,
        place=first.place(_COLUMNS.get(choice.subject, "cotisation_avis_eur")),
        rows=tuple(row.place().row for row in rows),
        seen=(("sommes", str(len(file.sums))),),
        answers=tuple(Answer(c, Measure(float(v), Unit.EUR)) for c, v in measured.items()),
        total=Measure(float(whole), Unit.EUR),
        content=content_of(f"{row.get(column)}" for row in used for column in _USED),
        left_unread=True,
    )


def _measured(effects: Mapping[str, States], names: Sequence[str]) -> dict[str, Decimal]:
    """Return what answers come to by the state that parts them most; empty where none does."""
    each = [{code: getattr(s, name) for code, s in effects.items()} for name in names]
    widest = max(each, key=lambda m: max(m.values()) - min(m.values()))
    return widest if len(set(widest.values())) > 1 else {}


def _rows(file: NoticeFile, choice: Choice) -> list[Record]:
    """Return the rows of which two answers make another state, or another base."""
    outcomes = list(choice.answers.values())
    return [
        item.row
        for p, item in enumerate(file.items)
        if len({(o.items[p].state, o.items[p].base) for o in outcomes}) > 1
    ]
