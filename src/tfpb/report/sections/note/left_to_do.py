"""« Que faire, qui, pour quand ? »: a line a kind, what cannot wait first, then by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tfpb.evidence.tasks import BY_ACTION, BY_QUARTER, tasks_of
from tfpb.facts.amount import total
from tfpb.facts.doubt_kinds import NOBODY
from tfpb.model.codes import Role
from tfpb.model.report import Answer, Headed, Heading, Lines
from tfpb.report.sections.synthese import missing
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import MISSING, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tfpb.evidence.tasks import Task
    from tfpb.facts.whole_dossier import Dossier

_WIDTHS: Final = (88, 19, 25, 24, 26)
_FILES: Final = {
    "fiscalite": Role.FISCALITE, "programme": Role.PROGRAMME, "conventions": Role.CONVENTIONS,
    "enquete": Role.ENQUETE, "droit_commun": Role.PROGRAMME,
}  # fmt: skip
_URGENT: Final = ("fiscalite", "programme")
"""Files without which the first question has no answer."""
_PROOF: Final = "prouver"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the page: what, what hangs on it, who, by when, the sheet to look at."""

    what: Headed
    stake: str
    role: str
    days: tuple[dt.date, ...] = ()
    at_once: bool = False
    sheet: str = ""


def left_to_do(dossier: Dossier, given: Sequence[Task] | None = None) -> Callable[[int], Answer]:
    """Return what makes the last answer of so many lines at most: what is left to do is looked for once.

    What is `given` is that of several bailleurs, of whom each has its own files and list.
    """
    tasks = [task for task in (tasks_of(dossier) if given is None else given) if task.is_open]
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        if task.kind.claim:
            groups.setdefault(_PROOF if task.kind.of == BY_ACTION else task.kind.code, []).append(
                task
            )
    lines = [_of_kind(dossier, code, mine) for code, mine in groups.items()]
    lines += [] if given is not None else [_of_file(dossier, key) for key in missing(dossier)]
    if dossier.survey is not None and dossier.programme is not None:
        role = dossier.settings.roles.get(Role.ENQUETE, NOBODY)
        lines.append(
            _Line(Headed(*words.NEXT_SURVEY), words.NO_STAKE, role, sheet=words.MOVED_SHEET)
        )
    lines.sort(key=lambda line: (not line.at_once, min(line.days, default=dt.date.max)))
    return partial(_answer, lines, len(tasks) if given is None else 0)


def _answer(lines: Sequence[_Line], every: int, most: int) -> Answer:
    if not lines:
        return Answer(words.WHAT_TO_DO, (words.NOTHING_LACKS,))
    columns = (
        Heading(title, width, numeric=k == 1)
        for k, (title, width) in enumerate(zip(words.TO_DO, _WIDTHS, strict=True))
    )
    rows = (
        (x.what, Headed(x.stake), x.role, words.by_when(x.days, at_once=x.at_once), x.sheet)
        for x in lines[:most]
    )
    notes = (words.STAKE, *words.rest_to_do(len(lines) - most, every))
    return Answer(words.WHAT_TO_DO, (), Lines(tuple(columns), tuple(rows)), notes=notes)


def days_ahead(dossier: Dossier, kind: str) -> list[dt.date]:
    """Return the days of an event that are ahead, each once."""
    if dossier.calendar is None:
        return []
    on = dossier.settings.dossier.date
    pairs = zip(dossier.calendar["evenement"], dossier.calendar["date"], strict=True)
    return sorted({day for of, day in pairs if of == kind and day is not None and day >= on})


def _of_kind(dossier: Dossier, code: str, tasks: Sequence[Task]) -> _Line:
    stakes = total(task.stake for task in tasks if task.stake is not None)
    what = Headed(*_what(dossier, code, tasks))
    return _Line(
        what,
        words.stake(stakes),
        ", ".join(dict.fromkeys(task.role for task in tasks)),
        tuple(sorted({task.day for task in tasks if task.day is not None})),
        any(task.at_once for task in tasks),
        tasks[0].kind.sheet,
    )


def _what(dossier: Dossier, code: str, tasks: Sequence[Task]) -> tuple[str, str]:
    """Write what is to do of a kind, the first subjects by name, the others counted."""
    held = dossier.claims.within()
    facts: dict[str, object] = {
        "acquired": words.on_top_of(held.amount("acquis")),
        "homes": held.amount("logements_a_verifier"),
        "count": len(tasks),
    }
    weighed = [t for t in tasks if t.kind.of != BY_ACTION or t.kind.code == _PROOF]
    facts |= {
        "enough": len(weighed),
        "names": words.subjects([_subject(dossier, t) for t in weighed]),
    }
    return words.task(code, tasks[0].kind.title, facts)


def _subject(dossier: Dossier, task: Task) -> str:
    quarter = words.short(dossier.quarters[task.code_qpv].shown) if task.code_qpv else ""
    stake = task.stake
    if task.kind.of == BY_QUARTER:
        carried = task.worth if task.worth is not None and task.worth.exceeds_nil else None
        year = dossier.settings.dossier.annee - 1
        return words.of_quarter(quarter, stake, carried=carried, year=year)
    if task.kind.of == BY_ACTION:
        return words.of_action(task.name, quarter, stake)
    if task.kind.code == "situer":
        return words.of_homes(task.name, task.dwellings)
    return words.of_euros(task.name, stake)


def _of_file(dossier: Dossier, key: str) -> _Line:
    """Return the line of a file that was not given."""
    name, why = ROLES[key], MISSING[key][0].partition(" : ")[2]
    role = dossier.settings.roles.get(_FILES[key], NOBODY)
    stake = words.UNKNOWN_STAKE if key in _URGENT else words.NO_STAKE
    what = Headed(words.GIVE_FILE.format(name=name), why)
    return _Line(what, stake, role, at_once=key in _URGENT)
