"""« À faire »: who, by when and how far, filled here and read again by the next run."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.kinds import NOBODY
from tfpb.model.codes import TaskState
from tfpb.model.record import Filled
from tfpb.page.entries.filled_list import cells_of, fill, filled_now, from_cells
from tfpb.words.documents.task_words import STATES, proposed
from tfpb.words.faults.question_words import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.outlook import ToDo

_BY_PAGE: Final = 40
_DONE: Final = (TaskState.FAIT, TaskState.SANS_OBJET)


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows: what is left open, or all."""
    desk.check()
    filled = filled_now(desk)
    lines = [(one, _shown(one, filled)) for one in desk.outlook.to_do]
    is_whole = query.get("quoi") == "toutes"
    kept = [line for line in lines if is_whole or line[1].state not in _DONE]
    pages, page = max(1, -(-len(kept) // _BY_PAGE)), 1
    with suppress(ValueError):
        page = min(max(1, int(query.get("p", "1"))), pages)
    return {
        "lignes": [
            (one, cells_of(now)) for one, now in kept[(page - 1) * _BY_PAGE : page * _BY_PAGE]
        ],
        "ouvertes": sum(now.state not in _DONE for _, now in lines),
        "ensemble": len(lines),
        "etats": [(str(state), french) for state, french in STATES.items()],
        "roles": list(dict.fromkeys((*desk.settings.roles.values(), *ROLES.values()))),
        "page": page,
        "pages": pages,
        "quoi": "toutes" if is_whole else "",
    }


def _shown(one: ToDo, filled: Mapping[str, Filled]) -> Filled:
    """Return who, when and how far a line says now: as filled, else as the dossier proposes."""
    now, (who, day, _) = filled.get(one.task.key, Filled()), proposed(one.task.proposed)
    ours = None
    with suppress(ValueError):
        ours = dt.datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007 - a day
    role = now.role or ("" if who == NOBODY else who)
    return Filled(role, now.day or ours, now.state or TaskState.A_FAIRE)


def act(desk: Desk, form: FormData) -> str:
    """Write the lines that were touched; what says again what is proposed is not filled."""
    lines = {one.task.key: one for one in desk.outlook.to_do}
    wanted: dict[str, Filled] = {}
    for k, key in enumerate(map(str, form.getlist("cle"))):
        given = {name: str(form.get(f"{name}{k}", "")) for name in cells_of(Filled())}
        if key not in lines or "|".join(given.values()) == form.get(f"avant{k}"):
            continue
        asked, ours = from_cells(given), _shown(lines[key], {})
        wanted[key] = Filled(
            "" if asked.role == ours.role else asked.role,
            None if asked.day == ours.day else asked.day,
            None if asked.state == ours.state else asked.state,
        )
    fill(desk, wanted)
    desk.check()
    return f"?p={form.get('p', '')}&quoi={form.get('quoi', '')}"
