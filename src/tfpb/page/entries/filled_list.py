"""« À faire » as it is filled on the page: read and written in the file that the next run reads."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tfpb.evidence.tasks import BY_ACTION, KINDS
from tfpb.io.attachments.filled_tasks import FilledLine, filled_bytes, read_filled
from tfpb.io.packs.output_files import numbered
from tfpb.io.sources.gathering import Gathering
from tfpb.model.codes import TaskState
from tfpb.model.record import Filled
from tfpb.page.desk import mark
from tfpb.page.journal import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.settings import Settings
    from tfpb.page.desk import Desk
    from tfpb.page.outlook import ToDo

FILE: Final = "a_faire.csv"


def filled_now(desk: Desk) -> dict[str, Filled]:
    """Return what people filled, in the page or in the file that the settings name."""
    settings = desk.settings
    path = settings.path(settings.fichiers.a_faire or FILE)
    found: dict[str, Filled] = desk.kept(("a_faire", *mark(path)), lambda: _read(settings))
    return found


def _read(settings: Settings) -> dict[str, Filled]:
    return read_filled(Gathering(), settings)


def fill(desk: Desk, wanted: Mapping[str, Filled]) -> None:
    """Write what was filled, in the page's own file: lines of another file are taken into it."""
    settings, now = desk.settings, filled_now(desk)
    named = settings.fichiers.a_faire
    path = settings.path(named) if named else desk.folder / FILE
    if path.suffix != ".csv":  # a workbook of a pack is written by runs alone
        path = next(p for p in numbered(desk.folder / FILE) if not p.exists())
    place = desk.journal.name(path)
    moved = {key: one for key, one in wanted.items() if one != now.get(key, Filled())}
    changes = tuple(
        Change(place, (key,), cells_of(now.get(key, Filled())), cells_of(one))
        for key, one in moved.items()
    )
    if changes:
        whole = {key: one for key, one in {**now, **moved}.items() if one}
        data = filled_bytes(whole, lines_of(desk.outlook.to_do))
        name = place if whole else None  # a list without a line is none
        desk.write({path: data}, {desk.file: [(("fichiers", "a_faire"), name)]}, changes)


def still_held(desk: Desk, on: dt.date) -> dict[str, Filled]:
    """Return what still holds the year after: who is in charge, what is under way, days to come.

    Actions are of a year's programme; what was done is to do again.
    """
    kept = {
        key: Filled(
            one.role,
            one.day if one.day is not None and one.day > on else None,
            one.state if one.state is TaskState.EN_COURS else None,
        )
        for key, one in filled_now(desk).items()
        if (kind := KINDS.get(key.partition(" ")[0])) is not None and kind.of != BY_ACTION
    }
    return {key: one for key, one in kept.items() if one}


def lines_of(to_do: Iterable[ToDo]) -> dict[str, FilledLine]:
    """Return what each line says besides what people fill in it, by key."""
    return {
        one.task.key: FilledLine(one.task.kind.title, one.subject, one.task.proposed)
        for one in to_do
    }


def cells_of(one: Filled) -> dict[str, str]:
    """Return what was filled in a line as plain values, for the journal."""
    return {"qui": one.role, "pour_quand": str(one.day or ""), "etat": str(one.state or "")}


def from_cells(cells: Mapping[str, Any]) -> Filled:
    """Read plain values again; what is no day or no state was not filled."""
    day = state = None
    with suppress(ValueError):
        day = dt.date.fromisoformat(str(cells.get("pour_quand", "")))
    with suppress(ValueError):
        state = TaskState(str(cells.get("etat", "")))
    return Filled(str(cells.get("qui", "")).strip(), day, state)
