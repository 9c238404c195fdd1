"""« Journal »: who did what, what a computation answered, and each gesture taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tfpb.page.undoing import can_undo, undo
from tfpb.words.page import journal_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.journal import Act, Change

_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One gesture as the screen shows it; `number` is None where it is not taken back."""

    when: str
    who: str
    title: str
    details: tuple[str, ...]
    number: int | None = None
    undone: bool = False


def show(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows, the last gestures first."""
    journal = desk.journal
    undone = journal.undone
    parts: dict[int, list[Act]] = {}
    for act in journal.acts:
        parts.setdefault(act.part_of or act.number, []).append(act)
    lines = [_line(number, acts, undone) for number, acts in reversed(parts.items())]
    if query.get("quoi") == "decisions":
        lines = [line for line in lines if line.who]
    return {"gestes": lines[:_SHOWN], "plus": max(0, len(lines) - _SHOWN)}


def _line(number: int, acts: list[Act], undone: frozenset[int]) -> Line:
    first = acts[0]
    details = [d for act in acts for d in (*act.lines, *map(_changed, act.changes))]
    named = [name for act in acts for name in act.files]
    if not details:
        details = list(dict.fromkeys(named))
    who = next((act.who for act in acts if act.who), "")
    whole = number if can_undo(acts) and number not in undone else None
    title = words.gesture_title(first.screen, first.gesture)
    return Line(first.when, who, title, tuple(details), whole, number in undone)


def _changed(change: Change) -> str:
    return words.change_line(change.keys, change.before, change.after)


def act(desk: Desk, form: FormData) -> None:
    """Take a gesture back."""
    number = str(form.get("numero"))
    undo(desk, int(number) if number.isdecimal() else None)
    desk.check()
