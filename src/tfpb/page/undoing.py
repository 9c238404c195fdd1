"""A gesture taken back: what was before it is written again, as an act of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import fail
from tfpb.page.desk import Gesture, in_gesture
from tfpb.page.doubt_decisions import by_key, with_cells
from tfpb.page.entries.corrected_cells import cells_in, given_back, is_cell
from tfpb.page.entries.filled_list import fill, from_cells
from tfpb.page.entries.versions import contents_back, is_content
from tfpb.words.page.screen_words import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tfpb.page.desk import Desk
    from tfpb.page.journal import Act, Change

_DECIDED: Final = "doutes"
_FILLED: Final = "a_faire"


def can_undo(acts: list[Act]) -> bool:
    """Tell whether a gesture is wholly in its changes: a file written over by another content is not."""
    changed = {change.place for act in acts for change in act.changes}
    over = {name for act in acts for name, (before, _) in act.files.items() if before}
    return bool(changed) and over <= changed | {CORRECTIONS} and not any(act.undoes for act in acts)


def undo(desk: Desk, number: int | None) -> None:
    """Write what was before a gesture; it is an act of its own, and what has moved since refuses.

    Raises `geste_depasse`, `modifie_ailleurs`.
    """
    with desk.lock:
        acts = [] if number is None else desk.journal.gesture(number)
        if not acts or not can_undo(acts) or number in desk.journal.undone:
            raise fail("geste_depasse")
        changes = [change for act in reversed(acts) for change in reversed(act.changes)]
        gesture = Gesture(
            acts[0].screen, "defaire", desk.author, seen=acts[-1].number, undoes=number,
            expected={(c.place, c.keys): c.after for c in reversed(changes)},  # the last one stands
        )  # fmt: skip
        decided = {c.keys[0]: c for c in changes if len(c.keys) == 1}
        with in_gesture(gesture):
            if acts[0].screen == _DECIDED:
                _decide_back(desk, decided)
                return
            if acts[0].screen == _FILLED:
                fill(desk, {key: from_cells(change.before) for key, change in decided.items()})
                return
            cells = cells_in(acts, changes)
            files, done = given_back(desk, cells)
            whole, back = contents_back(desk, changes)
            before = {
                (c.place, c.keys): c.before for c in changes if not (is_cell(c) or is_content(c))
            }  # of the first one
            edits: dict[Path, list[tuple[tuple[str | int, ...], Any]]] = {}
            for (place, keys), value in before.items():
                edits.setdefault(desk.folder / place, []).append((keys, value))
            desk.write(files | whole, edits, done + back)


def _decide_back(desk: Desk, decided: Mapping[str, Change]) -> None:
    doubts = desk.outlook.doubts
    keyed = {id(by_key(doubts, key)): change for key, change in decided.items()}
    if id(None) in keyed:
        raise fail("geste_depasse")
    desk.decide(tuple(with_cells(d, keyed[id(d)].before) if id(d) in keyed else d for d in doubts))
