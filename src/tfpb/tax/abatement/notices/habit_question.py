"""The question that a notice file asks, with the euros that each answer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.tax.abatement.formula import LINES

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def question_of(file: NoticeFile, choice: Choice, effects: Mapping[str, States]) -> Question:
    """Return what is asked of a file that two habits explain.

    Parameters
    ----------
    file : NoticeFile
    choice : Choice
        With its answers.
    effects : mapping of str to States
        By answer, the money of all premises.

    Returns
    -------
    Question
        Its effects are what is to claim, or what is acquired where that differs most; its total, the most
        that is due on notices under any answer.
    """
    rows = _rows(file, choice)
    claims = {code: s.to_claim for code, s in effects.items()}
    held = {code: s.acquired for code, s in effects.items()}
    claimed = max(claims.values()) - min(claims.values()) >= max(held.values()) - min(held.values())
    measured = claims if claimed else held
    whole = max(s.acquired + s.to_claim + s.unread for s in effects.values())
    used = [file.items[p].row for s in file.sums for p in s.places]
    first = next(iter(rows), used[0])
    return Question(
        code=f"avis_{choice.subject}",
        source=_SOURCE,
        place=first.place(_COLUMNS.get(choice.subject, "cotisation_avis_eur")),
        rows=tuple(row.place().row for row in rows),
        seen=(("sommes", str(len(file.sums))),),
        answers=tuple(Answer(c, Measure(float(v), Unit.EUROS)) for c, v in measured.items()),
        total=Measure(float(whole), Unit.EUROS),
        content=content_of(f"{row.get(column)}" for row in used for column in _USED),
        left_unread=True,
    )


def _rows(file: NoticeFile, choice: Choice) -> list[Record]:
    """Return the rows of which two answers make another state, or another base."""
    outcomes = list(choice.answers.values())
    return [
        item.row
        for p, item in enumerate(file.items)
        if len({(o.items[p].state, o.items[p].base) for o in outcomes}) > 1
    ]
