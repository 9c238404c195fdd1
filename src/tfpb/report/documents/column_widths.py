"""Widths of a sheet's columns: numbers whole, texts sharing the page so that rows stay short."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tfpb.report.cell_values import NUMERIC, as_text
from tfpb.report.documents.workbook_styles import letters, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.report import Table

GAP: Final = 1.5
"""What a column takes beside its text."""
SPARE: Final = 0.5
"""What of the gap the indent of a text leaves to its letters."""
PAGE: Final = 152.0
"""Characters of 10 points across a printed page, at full size."""
_SCALE: Final = 0.72  # least a printed page may be reduced to: 10 points then print as 7.2
_NARROW: Final = 9  # least a column of texts is narrowed to
_WIDEST: Final = 60  # most a column of texts is widened to: longer lines are hard to follow
_SHARED: Final = 22  # most a text of a smaller table may widen a column that others use
_ROWS: Final = 120  # rows of a table that are looked at, evenly taken
_USUAL: Final = 0.95  # part of the rows whose words are kept whole: one odd word rules no column
_POWER: Final = 4  # a row is as tall as its tallest cell: one tall cell weighs more than many short


def fitted(tables: Sequence[Table]) -> list[int]:
    """Return the width of each column of a sheet that holds these tables.

    The sheet is as wide as its widest table asks for, and never so wide that its print would fall
    under the least type. Within that, columns of texts get the width that keeps rows shortest: pages are
    saved where sentences repeat, and no column is left wide and empty.
    """
    if not tables:
        return [18] * 6
    wanted = _wanted(tables)
    room = min(sum(wanted), int(PAGE / _SCALE - GAP * len(wanted)))
    widths = _floors(tables, wanted)
    heights = [_Heights(tables, k) for k in range(len(wanted))]
    while (spare := room - sum(widths)) > 0:
        gains = [
            ((heights[k].at(width) - heights[k].at(width + more)) / more, -k, -more)
            for k, width in enumerate(widths)
            for more in range(1, min(spare, _WIDEST - width) + 1)
        ]
        gain, column, more = max(gains, default=(0.0, 0, 0))
        if gain <= 0:
            break
        widths[-column] -= more
    return widths


def _wanted(tables: Sequence[Table]) -> list[int]:
    """Fit the widest table; the others widen a column for a number, and a little for a text."""
    main = max(tables, key=lambda t: sum(c.width for c in t.columns))
    widths = [min(c.width, _WIDEST) for c in main.columns]
    for table in tables:
        for k, column in enumerate(table.columns):
            limit = column.width if column.format in NUMERIC else min(column.width, _SHARED)
            if k == len(widths):
                widths.append(limit)
            widths[k] = max(widths[k], limit)
    return widths


def _floors(tables: Sequence[Table], wanted: Sequence[int]) -> list[int]:
    """Return what each column keeps at least: its numbers whole, its words and its header's too."""
    floors = [min(width, _NARROW) for width in wanted]
    for table in tables:
        for k, column in enumerate(table.columns):
            if column.format in NUMERIC:
                floors[k] = max(floors[k], column.width)
                continue
            longest = sorted(_longest(as_text(v, column.format)) for v in _sample(table, k))
            usual = longest[int(_USUAL * (len(longest) - 1))] if longest else 0.0
            word = max(usual, _longest(column.header))
            floors[k] = max(floors[k], min(math.ceil(word), _SHARED, wanted[k]))
    return floors


def _longest(text: str) -> float:
    """Return the room that the longest word of a text takes; a line may end after a hyphen."""
    return max((letters(word) for word in text.replace("-", "- ").split()), default=0.0)


def _sample(table: Table, k: int) -> list[Any]:
    """Return values of a column, evenly taken: a stock of thousands of rows is not read whole."""
    column = table.rows.iloc[:, k]
    return list(column[:: max(1, len(column) // _ROWS)])


class _Heights:
    """How tall the texts of one column are at a width, all tables of the sheet together."""

    def __init__(self, tables: Sequence[Table], k: int) -> None:
        self.texts: Counter[str] = Counter()
        self.known: dict[int, float] = {}
        for table in tables:
            if k >= len(table.columns) or table.columns[k].format in NUMERIC:
                continue
            values = _sample(table, k)
            step = max(1, round(len(table.rows) / max(1, len(values))))
            for value in values:
                self.texts[as_text(value, table.columns[k].format)] += step

    def at(self, width: int) -> float:
        if width not in self.known:
            self.known[width] = float(
                sum(n * lines(text, width + SPARE) ** _POWER for text, n in self.texts.items())
            )
        return self.known[width]
