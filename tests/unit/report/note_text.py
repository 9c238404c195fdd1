"""The one page as text: what each answer writes, its lines and notes included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.evidence.tasks import tasks_of
from tfpb.model.report import Answer, Headed, Lines, Payers
from tfpb.report.sections.note import note as whole_note
from tfpb.report.sections.synthese import synthese as whole_summary

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Cell, Section


def note(dossier: Dossier) -> Section:
    """Return the one page of a dossier, with what it leaves to do."""
    return whole_note(dossier, tasks_of(dossier))


def synthese(dossier: Dossier) -> Section:
    """Return the summary of a dossier, with what it leaves to do."""
    return whole_summary(dossier, tasks_of(dossier))


def cell(value: Cell) -> str:
    """Write a cell; what is drawn has no text."""
    if isinstance(value, Headed):
        return f"{value.head} {value.text}".strip()
    return value if isinstance(value, str) else ""


def of_answer(answer: Answer) -> list[str]:
    """Return all that an answer writes, a line of its table each."""
    out = [answer.question, *answer.sentences]
    if isinstance(answer.rests_on, Lines):
        body = answer.rests_on
        rows = (*body.rows, *([body.total] if body.total else []))
        out.append(" | ".join(c.title for c in body.columns))
        out += [" | ".join(map(cell, row)) for row in rows]
    if isinstance(answer.rests_on, Payers):
        out += [" ".join(part[:3]) for part in answer.rests_on.parts]
    return [*out, *(label for _, label in answer.key), *answer.notes]


def answers(page: Section) -> list[Answer]:
    """Return the answers of a page, in order."""
    return [b for b in page.blocks if isinstance(b, Answer)]


def rows(page: Section, rank: int) -> list[tuple[Cell, ...]]:
    """Return the lines that an answer rests on."""
    body = answers(page)[rank].rests_on
    return list(body.rows) if isinstance(body, Lines) else []


def written(page: Section) -> str:
    """Return the whole page as text, with plain spaces."""
    lines = [page.title, page.lead, *(t for a in answers(page) for t in of_answer(a))]
    return "\n".join(lines).replace("\u202f", " ").replace("\u00a0", " ")
