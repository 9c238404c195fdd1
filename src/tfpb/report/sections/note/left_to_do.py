"""« Que faire ? »: a line a kind, what cannot wait first, then by day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from tfpb.evidence.tasks import BY_ACTION, BY_QUARTER, BY_RESIDENCE, DATING, REVIEW, TO_PROVIDE
from tfpb.facts.amount import lesser, total
from tfpb.facts.kinds import NOBODY
from tfpb.model.codes import Role
from tfpb.model.columns import texts
from tfpb.model.report import Answer, Headed, Heading, Lines
from tfpb.report.sections.note.justified import quarter_names
from tfpb.report.sections.synthese import missing
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import MISSING, ROLES
from tfpb.words.numbers import rounded_sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tfpb.evidence.tasks import Task
    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.facts.whole_dossier import Dossier

_WIDTHS: Final = (19, 107, 19, 43)
_FILES: Final = {
    "fiscalite": Role.FISCALITE, "programme": Role.PROGRAMME, "conventions": Role.CONVENTIONS,
    "enquete": Role.ENQUETE, "droit_commun": Role.PROGRAMME,
}  # fmt: skip
_URGENT: Final = ("fiscalite", "programme")
"""Files without which the first question has no answer."""
_TO_PLAN: Final = "a_programmer"
_STAKE: Final = 2
"""Column of euros."""
_PROOF: Final = "prouver"
_LACKING: Final = frozenset({_PROOF, DATING, REVIEW})
"""Kinds of proofs that would prove more."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the page: what, what hangs on it, who, by when; `named` where the page has no room for it."""

    what: Headed
    stake: str
    role: str
    days: tuple[dt.date, ...] = ()
    at_once: bool = False
    rounding: str = ""
    named: str = ""
    weight: Decimal = Decimal(0)

    @property
    def rank(self) -> tuple[bool, Decimal]:
        """What is kept first: what cannot wait, then the most euros."""
        return not self.at_once, -self.weight


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a line is: its quarter's name, names that several résidences bear."""

    names: Mapping[str, str]
    namesakes: frozenset[str]

    @classmethod
    def of(cls, dossier: Dossier, tasks: Sequence[Task], *, shared: bool) -> _Places:
        """Find the places of a dossier; of several bailleurs, no résidence is named."""
        subjects = {(t.name, t.subject) for t in tasks if t.kind.of == BY_RESIDENCE}
        if not shared and len(homes := dossier.located.residences):
            subjects |= set(zip(texts(homes, "nom"), texts(homes, "id_residence"), strict=True))
        named = Counter(name for name, _ in subjects)
        return cls(
            quarter_names(dossier), frozenset(name for name, count in named.items() if count > 1)
        )

    def name(self, task: Task) -> str:
        """Return the name of a task's subject, with its identifier where another has the same."""
        return words.at(task.name, task.subject if task.name in self.namesakes else "")


def left_to_do(
    dossier: Dossier, every: Iterable[Task], *, shared: bool = False
) -> Callable[[int], Answer]:
    """Return what makes the last answer, of so many lines at most, from what is to do (`tasks_of`).

    What is `shared` is of several bailleurs, of whom each has its own files and list.
    """
    tasks = [task for task in every if task.is_open]
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        if task.kind.claim:
            code = task.kind.code
            is_proof = task.kind.of == BY_ACTION and code != REVIEW
            groups.setdefault(_PROOF if is_proof else code, []).append(task)
    if all(t.kind.code not in _LACKING for t in groups.get(_PROOF, ())):
        groups.pop(_PROOF, None)  # no piece that lacks would prove more: the sheet alone lists them
    places = _Places.of(dossier, tasks, shared=shared)
    lines = [_of_kind(dossier, code, mine, places) for code, mine in groups.items()]
    lines += [] if shared else [_of_file(dossier, key) for key in missing(dossier)]
    if dossier.survey is not None and dossier.programme is not None:
        role = dossier.settings.roles.get(Role.ENQUETE, NOBODY)
        head, _ = words.NEXT_SURVEY
        lines.append(_Line(Headed(head), words.NO_STAKE, role, named=head))
    lines.sort(key=lambda line: (not line.at_once, min(line.days, default=dt.date.max)))
    return partial(_answer, lines, 0 if shared else len(tasks))


def _answer(lines: Sequence[_Line], every: int, most: int) -> Answer:
    if not lines:
        return Answer(words.WHAT_TO_DO, (words.NOTHING_LACKS,))
    kept = sorted(lines, key=lambda line: line.rank)[:most]
    shown = [line for line in lines if line in kept]
    columns = (
        Heading(title, width, numeric=k == _STAKE)
        for k, (title, width) in enumerate(zip(words.TO_DO, _WIDTHS, strict=True))
    )
    rows = tuple(
        (
            words.by_when(x.days, at_once=x.at_once),
            *words.signed((x.what, Headed(x.stake))),
            x.role,
        )
        for x in shown
    )
    notes = (
        words.STAKE,
        words.sign_note(rows),
        next((x.rounding for x in shown if x.rounding), ""),
        *words.rest_to_do([x.named for x in lines if x not in kept], every),
    )
    notes = tuple(filter(None, notes))
    return Answer(words.WHAT_TO_DO, (), Lines(tuple(columns), rows), notes=notes)


def days_ahead(dossier: Dossier, kind: str) -> list[dt.date]:
    """Return the days of an event that are ahead, one a convention."""
    if dossier.calendar is None:
        return []
    on = dossier.settings.dossier.date
    pairs = zip(dossier.calendar["evenement"], dossier.calendar["date"], strict=True)
    return sorted(day for of, day in pairs if of == kind and day is not None and day >= on)


def _of_kind(dossier: Dossier, code: str, tasks: Sequence[Task], places: _Places) -> _Line:
    stakes = _stakes(dossier, tasks)
    return _Line(
        _what(dossier, code, tasks, places),
        words.stake(stakes),
        ", ".join(dict.fromkeys(task.role for task in tasks)),
        tuple(sorted({task.day for task in tasks if task.day is not None})),
        any(task.at_once for task in tasks),
        rounded_sum(stakes, *(task.stake for task in tasks if task.stake is not None))
        if len(tasks) <= words.MOST_NAMED
        else "",
        words.of_euros(tasks[0].kind.title, stakes if stakes.may_exceed_nil else None),
        stakes.at_least if stakes.at_most is None else stakes.at_most,
    )


def _stakes(dossier: Dossier, tasks: Sequence[Task]) -> Amount:
    """Add up what the lines of a kind change; the proofs of a quarter, never more than it has to prove."""
    by_quarter: dict[str, list[Amount]] = {}
    for task in tasks:
        if task.stake is not None:
            by_quarter.setdefault(task.code_qpv, []).append(task.stake)
    sums = {quarter: total(stakes) for quarter, stakes in by_quarter.items()}
    if tasks[0].kind.of == BY_ACTION:
        most = dossier.claims.amount
        name = tasks[0].kind.claim
        sums = {quarter: lesser(own, most(name, quarter)) for quarter, own in sums.items()}
    return total(sums.values())


def _what(dossier: Dossier, code: str, tasks: Sequence[Task], places: _Places) -> Headed:
    """Write what is to do of a kind, the first subjects by name, the others counted."""
    held = dossier.claims.within()
    facts: dict[str, object] = {
        "acquired": words.on_top_of(held.amount("acquis")),
        "homes": held.amount("logements_a_verifier"),
        "borne": words.on_notices(_on_notices(held)),
        "count": len(tasks),
        "unproved": held.amount("a_reclamer_sans_preuve"),
        "some": held.amount("a_reclamer_sans_preuve").exceeds_nil,
        "outside": not any(t.code_qpv for t in tasks),
    }
    weighed = [t for t in tasks if t.kind.of != BY_ACTION or t.kind.code in _LACKING]
    dated = sum(t.kind.code == DATING for t in weighed)
    year = dossier.settings.dossier.annee - 1
    codes = [t.code_qpv for t in tasks]
    left, carried = (dossier.claims.sum(n, codes) for n in ("reste_a_justifier", "reporte"))
    most = 1 if tasks[0].kind.of == BY_ACTION else words.MOST_NAMED
    facts |= {
        "next": year + 2,
        "enough": len(weighed),
        "join": dated < len(weighed),
        "dated": dated if dated < len(weighed) else 0,
        "others": len(tasks) > len(weighed),
        "several": len(weighed) > most,
        "names": words.subjects(
            [_subject(t, places, alone=len(weighed) == 1) for t in weighed],
            most,
        ),
        "sum": words.planned(
            total(t.stake for t in tasks if t.stake is not None), left, carried, year
        )
        if tasks[0].kind.claim == _TO_PLAN
        else "",
    }
    return Headed(*words.task(code, tasks[0].kind.title, facts))


def _on_notices(held: Within) -> Amount | None:
    """Return what notices bear already of what waits for a side; None where another reserve may be in it."""
    every, borne = held.amount("sous_reserve"), held.amount("sous_reserve_porte")
    alone = every.is_known and held.amount("reserve_cote") == every
    return borne if alone and borne.is_known and borne.exceeds_nil else None


def _subject(task: Task, places: _Places, *, alone: bool) -> str:
    """Name what a task is of, with its amount; `alone`, that is the amount of the line."""
    quarter = places.names.get(task.code_qpv, "")
    stake = None if alone else task.stake
    if task.kind.code == TO_PROVIDE:
        return quarter
    if task.kind.of == BY_QUARTER:
        return words.of_quarter(quarter, stake)
    if task.kind.of == BY_ACTION:
        return words.of_action(task.name, quarter, stake)
    if task.kind.code == "situer":
        return words.of_homes(places.name(task), task.dwellings)
    name = ", ".join(filter(None, (places.name(task), task.detail)))
    return words.of_euros(name, stake)


def _of_file(dossier: Dossier, key: str) -> _Line:
    """Return the line of a file that was not given."""
    name, why = ROLES[key], MISSING[key][0].partition(" : ")[2]
    role = dossier.settings.roles.get(_FILES[key], NOBODY)
    stake = words.UNKNOWN_STAKE if key in _URGENT else words.NO_STAKE
    what = Headed(words.GIVE_FILE.format(name=name), why)
    return _Line(what, stake, role, at_once=key in _URGENT, named=what.head.rstrip(" :"))
