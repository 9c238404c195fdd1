"""The one page: is the abatement justified, who pays, what tenants say, what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import is_quarter
from tfpb.model.report import Answer, Headed, Lines, Payers
from tfpb.report.sections.build import section
from tfpb.report.sections.note.justified import justified
from tfpb.report.sections.note.left_to_do import days_ahead, left_to_do
from tfpb.report.sections.note.tenants import tenants
from tfpb.report.sections.note.who_pays import who_pays
from tfpb.report.sections.provisional import caution
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import DRAFT_LINE
from tfpb.words.numbers import ROUNDED, ROUNDED_HERE
from tfpb.words.survey.release_words import correction_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.evidence.tasks import Task
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Section

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
    """A contrat de ville or a region in place of a bailleur."""

    name: str
    caution: str = ""
    unheard: str = ""  # why nothing is shown of its tenants, where they were interviewed


_ROOMS: Final = tuple(
    Room(*counts)
    for counts in (
        (8, 9, 10), (7, 9, 10), (6, 9, 10), (6, 9, 8), (5, 9, 8), (5, 9, 6), (4, 9, 6), (4, 9, 4), (3, 9, 4),
        (3, 9, 2), (2, 9, 2), (2, 8, 2), (2, 7, 2), (2, 6, 2), (2, 5, 2), (2, 4, 2), (2, 3, 2),
    )
)  # fmt: skip
"""From the most that is printed to the least: questions and quarters go first, then things to do."""


def note(dossier: Dossier, tasks: Iterable[Task], of: OfPlace | None = None) -> Section:
    """Return the page on all the room that it may take, and on less and less (`Section.shorter`).

    Of a place, over all of its bailleurs, `tasks` are those of its quarters.
    """
    codes = [c for c in dossier.claims.scopes("logements_qpv") if is_quarter(c)]
    rooms = [r for r in _ROOMS if r.questions <= (6 if len(codes) >= _MANY else 8)]
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
    drafts = list(zip(rooms, pages, strict=True))
    whole_list = [k for k, (room, _) in enumerate(drafts) if room.tasks == _ROOMS[0].tasks]
    # what is due goes for want of room on the page, never for want of words
    short = next((k for k in whole_list if _words(drafts[k][1]) <= _MOST_WORDS), whole_list[-1])
    whole, *less = dict.fromkeys(page for _, page in drafts[short:])
    return replace(whole, shorter=tuple(less))


_MOST_WORDS: Final = 505
"""Words of the page without its foot, which has some fifteen more: it is read in two minutes."""


def _words(page: Section) -> int:
    """Count the words of a page as they are read: figures and signs are none."""
    texts = [page.title, page.lead]
    for answer in page.blocks:
        if isinstance(answer, Answer):
            texts += (answer.question, *answer.sentences, *answer.notes)
            texts += (label for _, label in answer.key)
            texts += _texts_of(answer.rests_on)
    words_of = (word for text in texts for word in text.split())
    return sum(any(c.isalnum() for c in word) and not word.isdigit() for word in words_of)


def _texts_of(body: Lines | Payers | None) -> list[str]:
    if isinstance(body, Payers):
        return [text for part in body.parts for text in part[:3]]
    if body is None:
        return []
    cells = [c for row in (*body.rows, body.total) for c in row]
    heads = [c.title for c in body.columns]
    headed = [f"{c.head} {c.text}" for c in cells if isinstance(c, Headed)]
    return [*heads, *headed, *(c for c in cells if isinstance(c, str))]


def _once(*answers: Answer) -> tuple[Answer, ...]:
    """Leave the note on rounding where the page first needs it."""
    out: list[Answer] = []
    for answer in answers:
        before = any(ROUNDED_HERE in one.notes for one in out)
        notes = tuple(
            ROUNDED_HERE if note == ROUNDED else note
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
        words.AS_OF.format(day=head.date),
        words.account_due(days_ahead(dossier, "bilan"), days_ahead(dossier, "sans_bilan"))
        if bilan
        else "",
        DRAFT_LINE if dossier.draft else "",
        *map(correction_line, dossier.survey.corrections if dossier.survey is not None else ()),
    ]
    return " · ".join(filter(None, parts))
