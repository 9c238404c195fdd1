"""Sheets of what software calls .xls and is text with marks: SpreadsheetML, or a web page's tables."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from tfpb.io.tables.contents import kind
from tfpb.io.tables.csv_text import decode
from tfpb.io.tables.workbook_scan import letters, refuse_entities, refuse_extent
from tfpb.text import squeeze
from tfpb.words.faults.input_words import PAGE_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Cell = tuple[int, int]
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_HEAD: Final = 4096
_SPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet "
_HIDDEN: Final = frozenset({"SheetHidden", "SheetVeryHidden"})
_BREAKS: Final = frozenset({"br", "p", "div", "li"})
_UNREAD: Final = frozenset({"script", "style", "title"})


@dataclass(slots=True)
class MarkupSheet:
    """One sheet, its cells by place from 0."""

    name: str
    cells: dict[Cell, Any] = field(default_factory=dict)
    hidden: bool = False
    errors: dict[Cell, str] = field(default_factory=dict)
    formulas: list[Cell] = field(default_factory=list)  # formulas without a computed value
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)  # first and last cell
    percents: set[Cell] = field(default_factory=set)  # numbers shown as percentages

    def grid(self, path: Path) -> list[list[Any]]:
        """Return the filled rectangle, "" where there is nothing (`feuille_trop_grande`)."""
        if not self.cells:
            return []
        height, width = (1 + max(place[axis] for place in self.cells) for axis in (0, 1))
        refuse_extent(path, self.name, f"{letters(width)}{height}", (height, width))
        rows: list[list[Any]] = [[""] * width for _ in range(height)]
        for (row, column), value in self.cells.items():
            rows[row][column] = value
        return rows


def markup_sheets(path: Path) -> list[MarkupSheet]:
    """Read the sheets of a file of `contents.MARKUP`; those of a page are its tables, in their order.

    ValueError when it is cut, spoiled, or declares entities: the caller reports an unreadable file.
    """
    raw = path.read_bytes()
    if kind(path) == "xml":
        return _SpreadsheetML().read(raw)
    page = _Page()
    page.feed(_decoded(raw))
    page.close()
    return [t for t in page.tables if len({row for row, _ in t.cells}) > 1] or page.tables


def _decoded(raw: bytes) -> str:
    """Decode a page by what it declares, else as any text."""
    if found := _CHARSET.search(raw[:_HEAD]):
        with suppress(LookupError, UnicodeDecodeError):
            return raw.decode(found[1].decode("ascii"))
    return decode(raw)


class _SpreadsheetML:
    """Reads « XML Spreadsheet 2003 » mark by mark, with the standard library's parser."""

    def __init__(self) -> None:
        self.sheets: list[MarkupSheet] = []
        self._percents: set[str] = set()
        self._style = self._type = self._cell_style = ""
        self._row = self._column = -1
        self._across = self._down = 0
        self._formula = self._in_data = self._in_visible = self._has_data = False
        self._text: list[str] = []

    def read(self, raw: bytes) -> list[MarkupSheet]:
        """Return the sheets."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.EntityDeclHandler = refuse_entities
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        try:
            parser.Parse(raw.lstrip(), True)  # noqa: FBT003 - expat takes no name
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
        return self.sheets

    def _start(self, name: str, marks: Mapping[str, str]) -> None:
        local = name.rpartition(" ")[2]
        own = {k.removeprefix(_SPACE): v for k, v in marks.items()}
        if local == "Style":
            self._style = own.get("ID", "")
        elif local == "NumberFormat" and (
            "%" in own.get("Format", "") or own.get("Format") == "Percent"
        ):
            self._percents.add(self._style)
        elif local == "Worksheet":
            self.sheets.append(MarkupSheet(own.get("Name", "")))
            self._row = -1
        elif local == "Row":
            self._row = _rank(own, self._row)
            self._column = -1
        elif local == "Cell":
            self._column = _rank(own, self._column)
            self._across, self._down = _count(own, "MergeAcross", 0), _count(own, "MergeDown", 0)
            self._cell_style, self._formula = own.get("StyleID", ""), "Formula" in own
            self._has_data = False
        elif local == "Data":
            self._type, self._in_data, self._has_data = own.get("Type", ""), True, True
            self._text.clear()
        elif local == "Visible":
            self._in_visible = True
            self._text.clear()

    def _data(self, text: str) -> None:
        if self._in_data or self._in_visible:
            self._text.append(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "Data" and self.sheets:
            self._in_data = False
            self._put("".join(self._text))
        elif local == "Visible" and self.sheets:
            self._in_visible = False
            self.sheets[-1].hidden = "".join(self._text).strip() in _HIDDEN
        elif local == "Cell" and self.sheets:
            sheet, here = self.sheets[-1], (self._row, self._column)
            if self._formula and not self._has_data:
                sheet.formulas.append(here)
            if self._across or self._down:
                sheet.merged.append((here, (self._row + self._down, self._column + self._across)))
            self._column += self._across

    def _put(self, text: str) -> None:
        sheet, here = self.sheets[-1], (self._row, self._column)
        value: Any = text
        if self._type == "Number":
            value = float(text)
            if self._cell_style in self._percents:
                sheet.percents.add(here)
        elif self._type == "Boolean":
            value = text.strip() == "1"
        elif self._type == "DateTime":
            value = dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        elif self._type == "Error":
            sheet.errors[here] = text
        if text:
            sheet.cells[here] = value


def _rank(marks: Mapping[str, str], before: int) -> int:
    """Return the place of a row or of a cell: as written, else the one after."""
    written = marks.get("Index", "")
    return int(written) - 1 if written.isdecimal() else before + 1


def _count(marks: Mapping[str, str], name: str, otherwise: int) -> int:
    text = marks.get(name, "")
    return int(text) if text.isdecimal() else otherwise


class _Page(HTMLParser):
    """Reads the tables of a page; the text of a table inside a cell is that of its own table alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupSheet] = []
        self._open: list[_OpenTable] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = {name: value or "" for name, value in attrs}
        if tag in _UNREAD:
            self._unread += 1
        elif tag == "table":
            sheet = MarkupSheet(PAGE_TABLE.format(rank=len(self.tables) + 1))
            self.tables.append(sheet)
            self._open.append(_OpenTable(sheet))
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].next_row()
        elif tag in {"td", "th"}:
            self._open[-1].next_cell(marks)
        elif tag in _BREAKS:
            self._open[-1].add(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        elif self._open and tag in {"td", "th"}:
            self._open[-1].close_cell()
        elif self._open and tag == "table":
            self._open.pop().close_cell()

    def handle_data(self, data: str) -> None:
        if self._open and not self._unread:
            self._open[-1].add(data)


class _OpenTable:
    """A table of a page being read; cells that span rows push those under them to the right."""

    def __init__(self, sheet: MarkupSheet) -> None:
        self._sheet = sheet
        self._row = self._column = -1
        self._spans: dict[int, int] = {}
        self._down = self._across = 1
        self._number: str | None = None
        self._text: list[str] | None = None

    def next_row(self) -> None:
        self.close_cell()
        self._row, self._column = self._row + 1, -1
        self._spans = {column: last for column, last in self._spans.items() if last >= self._row}

    def next_cell(self, marks: Mapping[str, str]) -> None:
        self.close_cell()
        if self._row < 0:
            self.next_row()
        self._column = next(self._free(self._column + 1))
        self._across, self._down = (max(1, _count(marks, n, 1)) for n in ("colspan", "rowspan"))
        self._number, self._text = marks.get("x:num"), []

    def _free(self, column: int) -> Iterator[int]:
        while True:
            if column not in self._spans:
                yield column
            column += 1

    def add(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def close_cell(self) -> None:
        """Put the cell that is open in its place."""
        if self._text is None:
            return
        here, last = (self._row, self._column), self._column + self._across - 1
        text: Any = squeeze("".join(self._text))
        if self._number and not text.endswith("%"):  # what Excel keeps beside what it shows
            with suppress(ValueError):
                text = float(self._number)
        if text != "":
            self._sheet.cells[here] = text
        if self._across > 1 or self._down > 1:
            self._sheet.merged.append((here, (self._row + self._down - 1, last)))
        if self._down > 1:
            self._spans |= dict.fromkeys(range(self._column, last + 1), self._row + self._down - 1)
        self._column, self._text = last, None
