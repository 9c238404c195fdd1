"""Widths of a sheet's columns: numbers whole, texts sharing the page so that rows stay short."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tfpb.report.cells import NUMERIC, as_text
from tfpb.report.workbook_styles import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.report import Table

GAP: Final = 1.5
"""What a column takes beside its text."""
PAGE: Final = 152.0
"""Characters of 10 points across a printed page, at full size."""
_SCALE: Final = 0.72  # least a printed page may be reduced to: 10 points then print as 7.2
_NARROW: Final = 9  # least a column of texts is narrowed to
_WIDEST: Final = 60  # most a column of texts is widened to: longer lines are hard to follow
_SHARED: Final = 22  # most a text of a smaller table may widen a column that others use
_ROWS: Final = 120  # rows of a table that are looked at, evenly taken
_POWER: Final = (
    4  # a row is as tall as its tallest cell: tall cells weigh more than many short ones
)


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
    """Return what each column keeps at least: its numbers whole, and the words of its header."""
    floors = [min(width, _NARROW) for width in wanted]
    for table in tables:
        for k, column in enumerate(table.columns):
            word = max(map(len, column.header.split()), default=0) + 1
            least = column.width if column.format in NUMERIC else min(word, wanted[k])
            floors[k] = max(floors[k], least)
    return floors


class _Heights:
    """How tall the texts of one column are at a width, all tables of the sheet together."""

    def __init__(self, tables: Sequence[Table], k: int) -> None:
        self.texts: Counter[str] = Counter()
        self.known: dict[int, float] = {}
        for table in tables:
            if k >= len(table.columns) or table.columns[k].format in NUMERIC:
                continue
            column = table.rows.iloc[:, k]
            step = max(1, len(column) // _ROWS)
            for value in column[::step]:
                self.texts[as_text(value, table.columns[k].format)] += step

    def at(self, width: int) -> float:
        if width not in self.known:
            self.known[width] = float(
                sum(n * lines(text, width + 1) ** _POWER for text, n in self.texts.items())
            )
        return self.known[width]
