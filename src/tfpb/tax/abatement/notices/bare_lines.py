"""Lines that neither count a dwelling nor say what they are: one question a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.tax.abatement.rights import BARE, NATURE, is_unsaid
from tfpb.tax.plain_values import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.model.money import States

HOMES: Final = "logements"
"""Answer: they are of dwellings, whose number is not given."""
NONE: Final = BARE
"""Answer: garages, loges, shops, meters; no dwelling."""
_USED: Final = ("avis", "invariant", "id_residence", "id_batiment", "nb_logements", NATURE)


def taken_for_bare(rows: Sequence[Record]) -> list[Record]:
    """Return rows, those that are `is_unsaid` taken for lines without dwellings."""
    return [Record(row | {BARE: NONE}) if is_unsaid(row) else row for row in rows]


def question_of(rows: Sequence[Record], effects: Mapping[str, States]) -> Question:
    """Return what is asked of a file some of whose lines are `is_unsaid`.

    Parameters
    ----------
    effects : mapping of str to States
        By answer, the money of all premises.

    Returns
    -------
    Question
        Its effects are what is acquired, or to claim.
    """
    unsaid = [row for row in rows if is_unsaid(row)]
    due = {code: s.claimed for code, s in effects.items()}
    return Question(
        code="lignes_sans_logement",
        source="fiscalite",
        place=unsaid[0].place("nb_logements"),
        rows=tuple(row.place().row for row in unsaid),
        seen=(("lignes", str(len(unsaid))),),
        answers=tuple(Answer(c, Measure(float(v), Unit.EUR)) for c, v in due.items()),
        total=Measure(float(max(due.values())), Unit.EUR),
        content=content_of(f"{row.get(column)}" for row in unsaid for column in _USED),
        left_unread=True,
    )
