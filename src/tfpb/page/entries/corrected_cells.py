"""Cells corrected in copies: listed, known to the journal, given back when a gesture is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Place
from tfpb.io.tables.safe_copy import corrected
from tfpb.io.tables.tabular import csv_bytes, read_table
from tfpb.page.journal import Change
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tfpb.page.desk import Desk
    from tfpb.page.journal import Act

_CELL: Final = 3
"""Keys of a cell: its sheet, its row, its column."""


def cell_change(place: str, at: Place, before: str, after: str) -> Change:
    """Return what a cell of a copy was and became."""
    return Change(place, (at.sheet, str(at.row), at.column), before, after)


def cells_in(acts: Iterable[Act], changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that are cells of copies which were there before: a new copy is left aside."""
    there = {name for act in acts for name, (before, _) in act.files.items() if before}
    return tuple(c for c in changes if is_cell(c) and c.place in there)


def is_cell(change: Change) -> bool:
    """Tell whether a change is a cell of a table."""
    return len(change.keys) == _CELL and not change.place.endswith(".toml")


def given_back(desk: Desk, cells: Iterable[Change]) -> tuple[dict[Path, bytes], tuple[Change, ...]]:
    """Return copies with cells as they were, the list with a line each, and the changes that this makes."""
    by_file: dict[str, dict[Place, str]] = {}
    rows, changes = [], []
    for one in cells:
        sheet, row, column = one.keys
        by_file.setdefault(one.place, {})[Place(one.place, sheet, int(row), column)] = one.before
        facts = (one.place, sheet, int(row), column, one.after, one.before)
        rows.append(dict(zip(words.CORRECTED, facts, strict=True)))
        changes.append(Change(one.place, one.keys, one.after, one.before))
    files = {desk.folder / name: corrected(desk.folder / name, c) for name, c in by_file.items()}
    return (files | listed_with(desk, rows) if rows else {}), tuple(changes)


def listed_with(desk: Desk, rows: list[dict[str, Any]]) -> dict[Path, bytes]:
    """Return the list of what was corrected with lines more, for its place."""
    listing = desk.folder / words.CORRECTIONS
    table = pd.DataFrame(rows)
    if listing.is_file():
        table = pd.concat([read_table(listing).frame, table.astype(str)], ignore_index=True)
    return {listing: csv_bytes(table)}
