"""A workbook as an office suite leaves it: titles, hidden and struck rows, merged cells, notes."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | float | dt.date | None
Row = list[Cell]


@dataclass
class Sheet:
    """One sheet.

    Attributes
    ----------
    keys, header : list of str
        What a column holds (a name of the contract, or "" for the landlord's own) and how it is headed.
    hidden, struck, outlined : set of int
        Positions in `rows`.
    merged : list
        Column position, first and last row positions.
    """

    name: str
    keys: list[str]
    header: list[str]
    rows: list[Row]
    title: list[str] = field(default_factory=list)
    over: list[Row] = field(default_factory=list)
    under: list[Row] = field(default_factory=list)
    foot: list[Row] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    outlined: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    merged_over: list[tuple[int, int]] = field(default_factory=list)
    filtered: bool = False
    hidden_columns: set[int] = field(default_factory=set)

    def at(self, key: str) -> int:
        """Position of the column that holds `key`."""
        return self.keys.index(key)

    def column(self, key: str) -> list[Cell]:
        """Cells of a column, top to bottom."""
        place = self.at(key)
        return [row[place] for row in self.rows]

    def put(self, key: str, cells: list[Cell]) -> None:
        """Replace a column."""
        place = self.at(key)
        for row, cell in zip(self.rows, cells, strict=True):
            row[place] = cell

    def add(self, key: str, head: str, cells: list[Cell], place: int | None = None) -> None:
        """Insert a column, last by default."""
        place = len(self.header) if place is None else place
        self.keys.insert(place, key)
        self.header.insert(place, head)
        for row, cell in zip(self.rows, cells, strict=True):
            row.insert(place, cell)

    def drop(self, key: str) -> None:
        """Take a column out."""
        place = self.at(key)
        for row in (self.keys, self.header, *self.rows):
            del row[place]

    def blank(self, **cells: Cell) -> Row:
        """Build a row that is empty but for `cells`, by key."""
        row: Row = [None] * len(self.keys)
        for key, cell in cells.items():
            row[self.at(key)] = cell
        return row

    def grid(self) -> list[Row]:
        """All that the sheet shows, top to bottom."""
        return [
            *([line] for line in self.title),
            *self.over,
            list(self.header),
            *self.under,
            *self.rows,
            *self.foot,
        ]

    @property
    def first(self) -> int:
        """Row number of the first row of data, from 1."""
        return len(self.title) + len(self.over) + 1 + len(self.under) + 1


@dataclass
class Book:
    """A file: its name, the sheets it holds, the form of its bytes whatever the name says."""

    name: str
    sheets: list[Sheet]
    form: str = "xlsx"
    encoding: str = "utf-8-sig"
    separator: str = ";"

    @property
    def main(self) -> Sheet:
        """The sheet with the data."""
        return self.sheets[0]

    def write(self, folder: Path) -> Path:
        """Write the file as `form` says: xlsx, ods, csv, html or spreadsheetml."""
        path = folder / self.name
        writer = {
            "xlsx": _xlsx,
            "csv": _csv,
            "html": _html,
            "spreadsheetml": _spreadsheetml,
            "ods": _ods,
        }[self.form]
        path.write_bytes(writer(self))
        return path


def french(cell: Cell) -> str:
    """Write a cell as a French export does: decimal comma, day first."""
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def _csv(book: Book) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=book.separator, lineterminator="\r\n")
    writer.writerows([[french(cell) for cell in row] for row in book.main.grid()])
    return text.getvalue().encode(book.encoding, errors="replace")


def _xlsx(book: Book) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    workbook.properties.created = workbook.properties.modified = dt.datetime(2026, 1, 5)  # noqa: DTZ001
    for sheet in book.sheets:
        page = workbook.create_sheet(sheet.name)
        for row in sheet.grid():
            page.append(row)
        _dress(page, sheet)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _dress(page: Worksheet, sheet: Sheet) -> None:
    first = sheet.first
    for position in sheet.hidden:
        page.row_dimensions[first + position].hidden = True
    for position in sheet.outlined:
        page.row_dimensions[first + position].outlineLevel = 1
        page.row_dimensions[first + position].hidden = True
    for position in sheet.struck:
        for cell in page[first + position]:
            cell.font = Font(strike=True)
    for column, top, bottom in sheet.merged:
        page.merge_cells(
            start_row=first + top,
            end_row=first + bottom,
            start_column=column + 1,
            end_column=column + 1,
        )
    for left, right in sheet.merged_over:
        page.merge_cells(
            start_row=len(sheet.title) + 1,
            end_row=len(sheet.title) + 1,
            start_column=left + 1,
            end_column=right + 1,
        )
    for column in sheet.hidden_columns:
        page.column_dimensions[get_column_letter(column + 1)].hidden = True
    if sheet.filtered:
        end = f"{get_column_letter(len(sheet.header))}{first + len(sheet.rows) - 1}"
        page.auto_filter.ref = f"A{first - 1 - len(sheet.under)}:{end}"


def _html(book: Book) -> bytes:
    lines = []
    for row in book.main.grid():
        cells = "".join(f"<td>{html.escape(french(cell))}</td>" for cell in row)
        lines.append(f"<tr>{cells}</tr>")
    page = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head><body>'
        f"<table border=1>{''.join(lines)}</table></body></html>"
    )
    return page.encode("utf-8")


def _spreadsheetml(book: Book) -> bytes:
    pages = []
    for sheet in book.sheets:
        lines = []
        for row in sheet.grid():
            cells = []
            for cell in row:
                kind = "Number" if isinstance(cell, int | float) else "String"
                text = str(cell) if kind == "Number" else html.escape(french(cell))
                cells.append(f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>')
            lines.append(f"<Row>{''.join(cells)}</Row>")
        pages.append(
            f'<Worksheet ss:Name="{html.escape(sheet.name)}"><Table>{"".join(lines)}</Table></Worksheet>'
        )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    head = '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
    return (
        f'{head}<Workbook xmlns="{space}" xmlns:ss="{space}">{"".join(pages)}</Workbook>'.encode()
    )


def _ods(book: Book) -> bytes:
    import pandas as pd  # noqa: PLC0415

    written = io.BytesIO()
    with pd.ExcelWriter(written, engine="odf") as writer:
        for sheet in book.sheets:
            frame = pd.DataFrame([list(row) for row in sheet.grid()], dtype=object)
            frame.to_excel(writer, sheet_name=sheet.name, header=False, index=False)
    return written.getvalue()
