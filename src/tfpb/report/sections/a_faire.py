"""« À faire »: a line a résidence, action or quarter; people fill who, when, how far, read back next time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.evidence.tasks import BY_ACTION, BY_DAY, BY_QUARTER, Task, deadlines_of
from tfpb.model.codes import TaskState
from tfpb.model.report import Linked, Section
from tfpb.report.sections.build import section, table
from tfpb.words.documents import task_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.whole_dossier import Dossier


def a_faire(dossier: Dossier, tasks: Sequence[Task]) -> Section | None:
    """Return the sheet of what is to do (`tasks_of`) and of deadlines, by day; none without any.

    A draft shows who was typed, what is sent the role.
    """
    days = deadlines_of(dossier)
    listed = sorted(
        (*tasks, *days),
        key=lambda one: (one.has_happened, not one.at_once, one.day or dt.date.max),
    )
    if not listed:
        return None
    rows = pd.DataFrame([_row(rank, one, dossier) for rank, one in enumerate(listed, 1)])
    drawn = table("a_faire", rows)
    filled = {"qui": (), "pour_quand": (), "etat": tuple(words.STATES.values())}
    return section(
        "a_faire",
        _lead(dossier, tasks, len(days)),
        [replace(drawn, filled=filled)],
        in_document=False,
    )


def _lead(dossier: Dossier, tasks: Sequence[Task], days: int) -> str:
    named = {task.kind.claim: task.kind.title for task in reversed(tasks) if task.kind.claim}
    sums = [
        words.SUM.filled({"title": named[claim], "stake": dossier.claims.amount(claim)})
        for claim in dict.fromkeys(task.kind.claim for task in tasks)
        if claim
    ]
    facts = {"lines": len(tasks), "open": sum(task.is_open for task in tasks), "days": days}
    count = words.LEAD.filled(facts)
    file = dossier.settings.fichiers.a_faire
    again = words.AGAIN if file else words.TO_NAME
    if file.endswith(".csv"):
        again = words.ELSEWHERE.format(name=file)
    return f"{count} {words.SUMS.format(sums=' ; '.join(sums))} {again}"


def _row(rank: int, task: Task, dossier: Dossier) -> dict[str, object]:
    day = words.day_words(task.day, at_once=task.at_once) if task.day is None else task.day
    if task.kind.of == BY_DAY:
        place = task.event["nom_qpv"] or ", ".join(
            dossier.quarters[code].shown if code in dossier.quarters else code
            for code in filter(None, task.code_qpv.split(", "))
        )
    else:
        place = dossier.quarters[task.code_qpv].shown if task.code_qpv else words.OUTSIDE
    state = words.STATES[TaskState(task.state)] if task.state else words.proposed(task.proposed)[2]
    see = f"{task.kind.sheet} : {task.subject}"
    unsure = task.kind.code == "situer" and task.code_qpv
    return {
        "numero": rank,
        "quoi": task.kind.title,
        "objet": subject_words(task, dossier.settings.dossier.annee),
        "quartier": words.DOUBTFUL.format(quarter=place) if unsure else place,
        "enjeu": task.stake,
        "qui": task.typed if dossier.draft and task.typed else task.role,
        "pour_quand": day,
        "etat": state,
        "voir": "" if task.event else Linked(see, task.kind.sheet, task.subject),
        "cle": task.key,
        "propose": task.proposed,
        "code_qpv": task.code_qpv,
        "role": task.role,
        **{name: task.event.get(name) for name in _OF_AN_EVENT},
    }


_OF_AN_EVENT: Final = ("annee", "id_convention", "residences", "logements", "montant_eur")


def subject_words(task: Task, year: int) -> str:
    """Write what a line is of: a résidence and its dwellings, an action, what is carried over."""
    facts = {"name": task.name, "place": task.detail, "homes": task.dwellings, "worth": task.worth}
    if task.kind.of == BY_DAY:
        return task.name
    if task.kind.of == BY_QUARTER:
        carried = task.worth is not None and task.worth.exceeds_nil
        return words.CARRIED.filled({"carried": task.worth, "year": year - 1}) if carried else ""
    if task.kind.of == BY_ACTION:
        name = f"{task.subject} {task.name}"
        more = task.worth is not None and task.worth.is_known and task.worth != task.stake
        return words.WORTH.filled(facts | {"name": name}) if more else name
    if task.dwellings is None:
        return ", ".join(filter(None, (task.name, task.detail)))
    return (words.PLACED if task.detail else words.HOMES).filled(facts)
