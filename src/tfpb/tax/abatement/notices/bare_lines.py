"""Lines that neither count a dwelling nor say what they are: one question a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.tax.abatement.rights import BARE, NATURE, bears_no_dwelling, is_unsaid
from tfpb.tax.plain_values import Record, grouped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.model.money import States
    from tfpb.tax.abatement.holdings import Stock

HOMES: Final = "logements"
"""Answer: they are of dwellings, whose number is not given."""
NONE: Final = BARE
"""Answer: garages, loges, shops, meters; no dwelling."""
_USED: Final = ("avis", "invariant", "id_residence", "id_batiment", "nb_logements", NATURE)


def taken_for_bare(rows: Sequence[Record], stock: Stock) -> list[Record]:
    """Return rows, those that are `is_unsaid` or one too many taken for lines without dwellings.

    Of a résidence whose lines count more dwellings than it has, lines of one, of no nature, may be loges.
    """
    known = {h.id_residence: h.dwellings for h in stock.holdings if h.counted}
    over = {
        key: sum(r.whole("nb_logements") or 0 for r in group if not bears_no_dwelling(r))
        - known.get(key[0], sys.maxsize)
        for key, group in grouped(rows, _place).items()
    }
    return [
        Record(row | {BARE: NONE})
        if is_unsaid(row) or (over[_place(row)] > 0 and _is_one(row))
        else row
        for row in rows
    ]


def _place(row: Record) -> tuple[str, int | None]:
    return row.text("id_residence"), row.whole("annee")


def _is_one(row: Record) -> bool:
    return not row.text(NATURE) and row.whole("nb_logements") == 1


def question_of(rows: Sequence[Record], effects: Mapping[str, States]) -> Question:
    """Return the question about a file some of whose lines were `taken_for_bare` (`rows`).

    `effects`, by answer, are of the money of all premises: what is acquired, or to claim; while all of it
    is pending sides or papers, what may be.
    """
    unsaid = [row for row in rows if row.text(BARE)]
    due = {code: s.claimed for code, s in effects.items()}
    if not any(due.values()):
        due = {code: s.best for code, s in effects.items()}
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
