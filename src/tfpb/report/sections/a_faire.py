"""« À faire »: a line a résidence, action or quarter; people fill who, when, how far, read back next time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.evidence.tasks import BY_ACTION, BY_QUARTER, Task
from tfpb.model.codes import TaskState
from tfpb.model.report import Linked, Section, Text
from tfpb.report.sections.build import section, table
from tfpb.words.documents import task_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.whole_dossier import Dossier


def a_faire(dossier: Dossier, tasks: Sequence[Task]) -> Section:
    """Return the sheet of what is to do (`tasks_of`); a draft shows who was typed, what is sent the role."""
    if not tasks:
        return section("a_faire", words.NOTHING, [Text((words.NOTHING,))], in_document=False)
    rows = pd.DataFrame([_row(rank, one, dossier) for rank, one in enumerate(tasks, 1)])
    drawn = table("a_faire", rows)
    filled = {"qui": (), "pour_quand": (), "etat": tuple(words.STATES.values())}
    return section(
        "a_faire", _lead(dossier, tasks), [replace(drawn, filled=filled)], in_document=False
    )


def _lead(dossier: Dossier, tasks: Sequence[Task]) -> str:
    named = {task.kind.claim: task.kind.title for task in reversed(tasks) if task.kind.claim}
    sums = [
        words.SUM.filled({"title": named[claim], "stake": dossier.claims.amount(claim)})
        for claim in dict.fromkeys(task.kind.claim for task in tasks)
        if claim
    ]
    count = words.LEAD.filled({"lines": len(tasks), "open": sum(task.is_open for task in tasks)})
    file = dossier.settings.fichiers.a_faire
    again = words.AGAIN if file else words.TO_NAME
    if file.endswith(".csv"):
        again = words.ELSEWHERE.format(name=file)
    return f"{count} {words.SUMS.format(sums=' ; '.join(sums))} {again}"


def _row(rank: int, task: Task, dossier: Dossier) -> dict[str, object]:
    day = words.day_words(task.day, at_once=task.at_once) if task.day is None else task.day
    place = dossier.quarters[task.code_qpv].shown if task.code_qpv else words.OUTSIDE
    unsure = task.kind.code == "situer" and task.code_qpv
    return {
        "numero": rank,
        "quoi": task.kind.title,
        "objet": subject_words(task, dossier.settings.dossier.annee),
        "quartier": words.DOUBTFUL.format(quarter=place) if unsure else place,
        "enjeu": task.stake,
        "qui": task.typed if dossier.draft and task.typed else task.role,
        "pour_quand": day,
        "etat": words.STATES[TaskState(task.state)],
        "voir": Linked(f"{task.kind.sheet} : {task.subject}", task.kind.sheet, task.subject),
        "cle": task.key,
        "propose": task.proposed,
    }


def subject_words(task: Task, year: int) -> str:
    """Write what a line is of: a résidence and its dwellings, an action, what is carried over."""
    facts = {"name": task.name, "place": task.detail, "homes": task.dwellings, "worth": task.worth}
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
