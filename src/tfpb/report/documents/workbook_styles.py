"""Styles of the workbook, made from the theme once, and widths of columns that keep rows short."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from copy import copy
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.properties import PageSetupProperties

from tfpb.archives import settle
from tfpb.model.report import Format, Linked
from tfpb.report import theme
from tfpb.report.cell_values import NUMERIC, as_text
from tfpb.text import drop_controls, like_formula

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tfpb.model.report import Table

Look = dict[str, Any]
"""Attributes of a cell: font, fill…"""
_Gain = tuple[float, int, int]
"""What a wider column spares, a unit of width; its rank and how much wider, negated: the first, the least."""
FONT: Final = "Calibri"
"""A workbook cannot carry its font: this one stands on office computers."""
_SUM: Final = re.compile(rb"(<f>(SUBTOTAL[^<]*)</f>)(?:<v ?/>|<v></v>)")
_LETTERS: Final = 1.08  # letters in the width of a figure, the unit of a column
_CAPITAL: Final = 0.2  # what a capital takes beyond a letter
_FIGURE: Final = 0.1  # what a figure does
_LIMIT: Final = 32_000  # characters a cell can hold, with some to spare


def _rgb(colour: str) -> str:
    return f"FF{colour[1:]}"


def font(size: float = 10, *, bold: bool = False, colour: str = theme.INK) -> Font:
    """Make a font of the workbook."""
    return Font(name=FONT, size=size, bold=bold, color=_rgb(colour))


def resized(font: Font, least: float) -> Font:
    """Return a font at `least` points or more, in half points: what is reduced in print stays legible."""
    size = math.ceil(2 * least) / 2
    if size <= float(font.size):
        return font
    out = copy(font)
    out.size = size
    return out


TITLE: Final = font(16, bold=True, colour=theme.ACCENT)
HEADING: Final = font(10, bold=True, colour=theme.ACCENT)
SUBTITLE: Final = font(12, bold=True)
BODY: Final = font()
LEAD: Final = font(11)
NOTE: Final = font(8, colour=theme.SOFT)
HEADER: Final = font(9, bold=True)
FIGURE: Final = font(14, bold=True, colour=theme.ACCENT)
LINK: Final = Font(name=FONT, size=10, color=_rgb(theme.ACCENT), underline="single")
HEADER_FILL: Final = PatternFill("solid", fgColor=_rgb(theme.MARGIN_BAND))
ENTRY_FILL: Final = PatternFill("solid", fgColor=_rgb(theme.ENTRY))
"""Ground of the cells that people fill."""
_THIN: Final = Side(style="thin", color=_rgb(theme.RULE))
_STRONG: Final = Side(style="medium", color=_rgb(theme.ACCENT))
HEADER_BORDER: Final = Border(bottom=_STRONG)
ROW_BORDER: Final = Border(bottom=_THIN)
WRAP: Final = Alignment(wrap_text=True, vertical="top")
TOP: Final = Alignment(horizontal="left", vertical="top")
_CELL_TEXT: Final = Alignment(horizontal="left", wrap_text=True, vertical="top", indent=1)
_RIGHT: Final = Alignment(horizontal="right", vertical="top")
_WORDS_RIGHT: Final = Alignment(horizontal="right", wrap_text=True, vertical="top")
_HEADER_LEFT: Final = Alignment(horizontal="left", wrap_text=True, vertical="bottom", indent=1)
_HEADER_RIGHT: Final = Alignment(wrap_text=True, vertical="bottom", horizontal="right")


def alignment(fmt: Format, *, header: bool = False, words: bool = False) -> Alignment:
    """Return the alignment of a column: figures right, text left; `words` for a figure wrap."""
    if header:
        return _HEADER_RIGHT if fmt in NUMERIC else _HEADER_LEFT
    if fmt not in NUMERIC:
        return _CELL_TEXT
    return _WORDS_RIGHT if words else _RIGHT


def on_a4(sheet: Worksheet, *, pages: int = 0, upright: bool = False) -> None:
    """Print a sheet on A4, one page wide and as many high (0: as many as it needs)."""
    setup: Any = sheet.page_setup
    setup.orientation, setup.paperSize = "portrait" if upright else "landscape", 9
    setup.fitToWidth, setup.fitToHeight = 1, pages
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def saved(
    book: Workbook,
    day: str = "2000-01-01",
    *,
    sums: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> bytes:
    """Return a workbook as a file without clocks; `day` is the ISO date of its creation.

    `sums`: the value of each formula, by sheet: who does not compute (a preview, a phone) reads it.
    """
    buffer = io.BytesIO()
    book.save(buffer)
    parts = {f"xl/worksheets/sheet{k}.xml": sums.get(s.title) for k, s in enumerate(book, 1)}

    def valued(name: str, data: bytes) -> bytes:
        known = parts.get(name) or {}
        return _SUM.sub(lambda m: b"%s<v>%r</v>" % (m[1], known[m[2].decode()]), data)

    return settle(buffer.getvalue(), day, valued)


def put(sheet: Worksheet, row: int, col: int, value: Any, **look: Any) -> Any:
    """Write a cell so that no text ever becomes a formula, dress it, and return it.

    A text that a spreadsheet could take for a formula is stored as text and carries the quote prefix,
    so that editing it does not bring it alive. `look`: attributes of the cell (font, fill…).
    """
    cell: Any = sheet.cell(row=row, column=col)
    key = tuple((n, p if isinstance(p, str) else id(p)) for n, p in look.items())
    _write(cell, value, look, key)
    return cell


def put_row(sheet: Worksheet, row: int, cells: Iterable[tuple[Any, Look, Hashable]]) -> list[Any]:
    """Write the row under all that is written, its cells as `put` does each, and return them.

    Cells are (value, look, key) from the first column; what has one key has one look in the whole workbook.
    """
    out = []
    for col, (value, look, key) in enumerate(cells, 1):
        cell: Any = Cell(sheet, row=row, column=col)
        _write(cell, value, look, key)
        out.append(cell)
    sheet.append(out)
    return out


def _write(cell: Any, value: Any, look: Look, key: Hashable) -> None:
    quoted = False
    if isinstance(value, str):
        text = drop_controls(value)[:_LIMIT]
        cell.value = text
        cell.data_type = "s"
        quoted = like_formula(text) or text.startswith("−")
    elif value is not None:
        cell.value = value
    known = _DRESSED.setdefault(cell.parent.parent, {})
    dressed = known.get((quoted, key))
    if dressed is not None:
        cell._style = StyleArray(dressed[0])  # noqa: SLF001 - openpyxl has no other way to dress alike
        return
    cell.quotePrefix = quoted
    for name, part in look.items():
        setattr(cell, name, part)
    known[quoted, key] = (copy(cell._style), look)  # noqa: SLF001 - idem


_DRESSED: Final[WeakKeyDictionary[Any, dict[Any, tuple[Any, Look]]]] = WeakKeyDictionary()
"""Looks a workbook knows: dressing a cell part by part costs more than writing it. Each look is held beside
its key, so that the identity of its parts stays theirs."""


def lines(text: str, width: float) -> int:
    """Estimate how many lines a text takes in a width of characters, broken between words."""
    room = max(width * _LETTERS, 4.0)
    if len(text) * (1 + _CAPITAL) <= room and "\n" not in text:  # were it all capitals
        return 1
    count = 0
    for whole, part in _sizes(text):
        count += 1
        if whole <= room:
            continue
        used = 0.0
        for size in part:
            if used and used + 1 + size <= room:
                used += 1 + size
                continue
            more = math.ceil(size / room)  # a word longer than a line is cut
            count += more - (0 if used else 1)
            used = size - (more - 1) * room
    return count


@lru_cache(maxsize=8192)
def _sizes(text: str) -> tuple[tuple[float, tuple[float, ...]], ...]:
    """Return the room of each line and of its words: a text is tried in many widths."""
    parts = [tuple(map(letters, _words(part))) for part in text.split("\n")]
    return tuple((sum(part) + len(part) - 1, part) for part in parts)


def letters(word: str) -> float:
    """Return the room a word takes, in small letters: capitals and figures are wider."""
    return (
        len(word) + _CAPITAL * sum(map(str.isupper, word)) + _FIGURE * sum(map(str.isdigit, word))
    )


GAP: Final = 2.0
"""What a column takes beside its text: its margins and the indent of a text."""
PAGE: Final = 152.0
"""Characters of 10 points across a printed page, at full size."""
UPRIGHT: Final = 105.0
"""The same, of a sheet printed upright."""
_SCALE: Final = 0.72  # least a printed page may be reduced to: 10 points then print as 7.2
_DATE: Final = 11
_NARROW: Final = 9  # least a column of texts is narrowed to
_WIDEST: Final = 60  # most a column of texts is widened to: longer lines are hard to follow
_SHARED: Final = 22  # most a text of a smaller table may widen a column that others use
_ROWS: Final = 120  # rows of a table that are looked at, evenly taken
_FEW: Final = 12  # different texts of a column of states
_USUAL: Final = 0.95  # part of the rows whose words are kept whole: one odd word rules no column
_POWER: Final = 4  # a row is as tall as its tallest cell: one tall cell weighs more than many short


def fitted(tables: Sequence[Table], page: float = PAGE) -> list[int]:
    """Return the width of each column of a sheet that holds these tables.

    The sheet is as wide as its widest table asks for, and never so wide that its print would fall
    under the least type. Within that, columns of texts get the width that keeps rows shortest: pages are
    saved where sentences repeat, and no column is left wide and empty.
    """
    if not tables:
        return [18] * 6
    if any(t.printed_columns < len(t.columns) for t in tables):
        return _on_screen(tables, page)
    wanted = _wanted(tables)
    room = min(sum(wanted), int(page / _SCALE - GAP * len(wanted)))
    widths = _floors(tables, wanted)
    for k, width in _whole_states(tables, wanted):
        widths[k] = max(widths[k], min(width, widths[k] + max(0, room - sum(widths))))
    heights = [_Heights(tables, k) for k in range(len(wanted))]
    best: list[_Gain] = [(0.0, 0, 0)] * len(wanted)
    stale = list(range(len(wanted)))
    while (spare := room - sum(widths)) > 0:
        for k in {*stale, *(k for k, (_, _, less) in enumerate(best) if -less > spare)}:
            most = min(spare, _WIDEST - widths[k])
            best[k] = max(heights[k].gains(widths[k], most), default=(0.0, -k, 0))
        gain, column, more = max(best, default=(0.0, 0, 0))
        if gain <= 0:
            break
        widths[-column] -= more
        stale = [-column]
    return widths


def _on_screen(tables: Sequence[Table], page: float) -> list[int]:
    """Fit the columns that are printed; the others are as wide as their texts: no page reduces them."""
    cut = [replace(t, columns=t.columns[: t.printed_columns]) for t in tables]
    printed = fitted([replace(t, rows=t.rows[[c.key for c in t.columns]]) for t in cut], page)
    widths = list(printed)
    for table in tables:
        for k in range(len(widths), len(table.columns)):
            column = table.columns[k]
            texts = (len(v) for v in _sample(table, k) if isinstance(v, str))
            widths.append(
                max(column.width, _least(column.format), min(_WIDEST, max(texts, default=0)))
            )
    return widths


def _wanted(tables: Sequence[Table]) -> list[int]:
    """Fit the widest table; the others widen a column for a number, and a little for a text."""
    main = max(tables, key=lambda t: sum(c.width for c in t.columns))
    widths = [min(max(c.width, _least(c.format)), _WIDEST) for c in main.columns]
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
            cells = _sample(table, k)
            if column.format in NUMERIC:
                bare = (v.value if isinstance(v, Linked) else v for v in cells)
                words = (_longest(v) for v in bare if isinstance(v, str))
                floors[k] = max(floors[k], column.width, math.ceil(max([0, *words])))
                continue
            longest = sorted(_longest(as_text(v, column.format)) for v in cells)
            usual = longest[int(_USUAL * (len(longest) - 1))] if longest else 0.0
            word = max(usual, _longest(column.header))
            floors[k] = max(floors[k], min(math.ceil(word), _SHARED, wanted[k]))
            links = (letters(as_text(v, column.format)) for v in cells if isinstance(v, Linked))
            linked = math.ceil(max([0, *links]) / _LETTERS)  # LibreOffice wraps no link
            floors[k] = max(floors[k], linked, _least(column.format))
    return floors


def _whole_states(tables: Sequence[Table], wanted: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield what columns of a few words take to break none, those of rows not looked at too (`_ROWS`)."""
    for table in (t for t in tables if len(t.rows) > _ROWS):
        for k, column in enumerate(table.columns):
            kinds = set() if column.format in NUMERIC else set(table.rows.iloc[:, k])
            if kinds and len(kinds) <= _FEW:
                word = max(_longest(as_text(v, column.format)) for v in kinds)
                yield k, min(math.ceil(word), _SHARED, wanted[k])


def _least(fmt: Format) -> int:
    """Return what a column keeps whatever it asks for: a date too wide for it is shown as « ### »."""
    return _DATE if fmt is Format.DATE else 0


def _longest(text: str) -> float:
    """Return the room that the longest word of a text takes; a line may end after a hyphen."""
    return max((letters(word) for word in _words(text.replace("-", "- "))), default=0.0)


def _words(line: str) -> list[str]:
    """Cut a line where it may be broken: at spaces, never at those that tie a number to its unit."""
    return list(filter(None, line.split(" ")))


def _sample(table: Table, k: int) -> list[Any]:
    """Return values of a column, evenly taken: a stock of thousands of rows is not read whole."""
    column = table.rows.iloc[:, k]
    return list(column[:: max(1, len(column) // _ROWS)])


class _Heights:
    """How tall the texts of one column are at a width, all tables of the sheet together."""

    def __init__(self, tables: Sequence[Table], k: int) -> None:
        self.rank = k
        self.texts: Counter[str] = Counter()
        self.known: dict[int, float] = {}
        for table in tables:
            if k >= len(table.columns) or table.columns[k].format in NUMERIC:
                continue
            values = _sample(table, k)
            step = max(1, round(len(table.rows) / max(1, len(values))))
            for value in values:
                self.texts[as_text(value, table.columns[k].format)] += step

    def gains(self, width: int, most: int) -> Iterator[_Gain]:
        """Yield what each wider width spares, a unit of width, to be compared."""
        here = self.at(width)
        for more in range(1, most + 1):
            yield (here - self.at(width + more)) / more, -self.rank, -more

    def at(self, width: int) -> float:
        if width not in self.known:
            self.known[width] = float(
                sum(n * lines(text, width) ** _POWER for text, n in self.texts.items())
            )
        return self.known[width]
