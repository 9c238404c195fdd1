"""The one page: is the abatement justified, who pays, what tenants say, what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import is_quarter
from tfpb.report.sections.build import section
from tfpb.report.sections.note.justified import justified
from tfpb.report.sections.note.left_to_do import days_ahead, left_to_do
from tfpb.report.sections.note.tenants import tenants
from tfpb.report.sections.note.who_pays import who_pays
from tfpb.report.sections.provisional import caution
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import DRAFT_LINE
from tfpb.words.numbers import ROUNDED
from tfpb.words.survey.release_words import correction_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.evidence.tasks import Task
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Answer, Section

_MANY: Final = 20
"""Quarters from which the page asks fewer questions."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many questions, things to do and quarters one page is asked to hold."""

    questions: int
    tasks: int
    quarters: int


@dataclass(frozen=True, slots=True)
class OfPlace:
    """A contrat de ville or a region in place of a bailleur.

    Parameters
    ----------
    unheard : str
        Why nothing is told of its tenants, where they were asked.
    """

    name: str
    caution: str = ""
    unheard: str = ""


_ROOMS: Final = tuple(
    Room(*counts)
    for counts in (
        (9, 8, 12), (8, 8, 12), (6, 8, 12), (5, 7, 12), (5, 6, 12), (4, 6, 10), (4, 5, 8), (3, 5, 6),
        (3, 4, 4), (2, 3, 2),
    )
)  # fmt: skip
"""From the most that is printed to the least: questions go first, then things to do, then quarters."""


def note(dossier: Dossier, tasks: Iterable[Task], of: OfPlace | None = None) -> Section:
    """Return the page on all the room that it may take, and on less and less (`Section.shorter`).

    Of a place, over all of its bailleurs, `tasks` are those of its quarters.
    """
    codes = [c for c in dossier.claims.scopes("logements_qpv") if is_quarter(c)]
    rooms = [r for r in _ROOMS if r.questions <= (6 if len(codes) >= _MANY else 9)]
    known, paid = justified(dossier), who_pays(dossier)
    asked = tenants(dossier, "" if of is None else of.unheard, shared=of is not None)
    to_do = left_to_do(dossier, tasks, shared=of is not None)
    head = dossier.settings.dossier
    title = words.TITLE.format(year=head.annee, bailleur=head.bailleur if of is None else of.name)
    about = " · ".join(
        filter(
            None,
            (
                _about(dossier, codes, bilan=of is None),
                of.caution if of else caution(dossier.asked),
            ),
        )
    )
    bare = replace(section("note", about, ()), title=title)
    pages = (
        replace(
            bare,
            blocks=_once(known(r.quarters), paid, asked(r.questions), to_do(r.tasks)),
        )
        for r in rooms
    )
    whole, *less = dict.fromkeys(pages)
    return replace(whole, shorter=tuple(less))


def _once(*answers: Answer) -> tuple[Answer, ...]:
    """Leave the note on rounding where the page first needs it."""
    out: list[Answer] = []
    for answer in answers:
        before = any(ROUNDED in one.notes for one in out)
        notes = tuple(
            note
            for k, note in enumerate(answer.notes)
            if note != ROUNDED or not (before or ROUNDED in answer.notes[:k])
        )
        out.append(replace(answer, notes=notes))
    return tuple(out)


def _about(dossier: Dossier, codes: Sequence[str], *, bilan: bool) -> str:
    """Write where, of how many quarters, under what, on what day, and when the account is due."""
    head = dossier.settings.dossier
    parts = [
        words.towns([dossier.quarters[c].commune for c in codes]),
        words.QUARTERS.format(count=len(codes)) if codes else "",
        words.CONVENTION.format(name=head.convention) if head.convention else "",
        words.AS_OF.format(day=head.date),
        words.account_due(days_ahead(dossier, "bilan"), days_ahead(dossier, "sans_bilan"))
        if bilan
        else "",
        DRAFT_LINE if dossier.draft else "",
        *map(correction_line, dossier.survey.corrections if dossier.survey is not None else ()),
    ]
    return " · ".join(filter(None, parts))
