"""Copies of the user's tables: without some columns, or with some cells corrected; the rest stays in place.

Rows and columns keep their numbers, so that a fault of the copy is found in the user's own file. A workbook
is made anew of its cells, formulas as the values they gave: what it holds beside them (comments, pictures,
pivot tables, names, authors) may name persons.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from tfpb.io.tables.contents import TEXT, WORKBOOK, form
from tfpb.io.tables.csv_text import grid_of
from tfpb.io.tables.tabular import harmless
from tfpb.io.tables.text_table import cut_table
from tfpb.io.tables.workbook_files import Workbook
from tfpb.text import drop_controls, is_number, like_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tfpb.errors import Place

Cell = tuple[int, int]
_UNCOMPUTED: Final = "=NA()"
"""In the place of a formula that was never computed, which the copy says too."""


def grids_of(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Return the cells of every sheet of a file that has rows under another; "" names that of a text file.

    Raises as `read_table`.
    """
    if form(path) == WORKBOOK:
        book = Workbook(path)
        found = [(name, book.sheet(name).grid) for name in book.names]
    else:
        found = [("", grid_of(path)[0])]
    return [(name, grid) for name, grid in found if sum(any(row) for row in grid) > 1]


def without_columns(
    path: Path,
    dropped: Mapping[str, Iterable[int]],
    tops: Mapping[str, int],
    names_someone: Callable[[str], bool],
) -> bytes:
    """Copy a table without some columns below their header: every other cell stays where it was.

    Cells above the header go where they name someone. `dropped` columns and `tops`, rows of the headers,
    are by sheet, from 0. Of a workbook that is no xlsx, the copy is one.
    """
    gone = {sheet: frozenset(columns) for sheet, columns in dropped.items()}

    def keeps(sheet: str, row: int, column: int, cell: object) -> bool:
        top = tops.get(sheet, -1)
        if row < top:
            return not (isinstance(cell, str) and names_someone(cell))
        return row == top or column not in gone.get(sheet, ())

    if form(path) == TEXT:
        grid, separator = grid_of(path)
        kept = [
            [c if keeps("", i, j, c) else "" for j, c in enumerate(row)]
            for i, row in enumerate(grid)
        ]
        return _text(kept, separator)
    return _rebuilt(path, keeps)


def corrected(path: Path, cells: Mapping[Place, str]) -> bytes:
    """Copy a table with some cells written anew, by sheet, row as a spreadsheet numbers it and header.

    ValueError or KeyError for a header or a sheet that the file does not have.
    """
    names = frozenset(place.column for place in cells)
    if form(path) == TEXT:
        grid, separator = grid_of(path)
        _, _, columns = cut_table(grid, path.name, "", names)
        for place, text in cells.items():
            at, line = columns.index(place.column), grid[place.row - 1]
            line += [""] * (at + 1 - len(line))
            line[at] = text
        return _text(grid, separator)
    book = Workbook(path)
    written: dict[str, dict[Cell, str]] = {}
    for sheet in {place.sheet for place in cells}:
        if sheet not in book.names:
            raise KeyError(sheet)
        _, _, columns = cut_table(book.sheet(sheet).grid, path.name, sheet, names)
        written[sheet] = {
            (place.row - 1, columns.index(place.column)): text
            for place, text in cells.items()
            if place.sheet == sheet
        }
    return _rebuilt(path, lambda *_: True, written)


def _text(grid: list[list[str]], separator: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in grid)
    return out.getvalue().encode("utf-8-sig")


def _rebuilt(
    path: Path,
    keeps: Callable[[str, int, int, object], bool],
    written: Mapping[str, Mapping[Cell, str]] | None = None,
) -> bytes:
    """Write the cells of every sheet anew, some of them otherwise, with merged ranges and percentages."""
    from openpyxl import Workbook as Book  # noqa: PLC0415 - where a copy is made
    from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415

    out, book = Book(write_only=True), Workbook(path)
    for name in book.names:
        sheet, page = book.sheet(name), out.create_sheet(name)
        page.sheet_state = "hidden" if sheet.hidden else "visible"
        new = (written or {}).get(name, {})
        instead = sheet.errors | dict.fromkeys(sheet.formulas, _UNCOMPUTED)
        instead |= {at: _meant(page, text) for at, text in new.items()}
        for i, row in enumerate(book.values(name)):
            cells = [
                None
                if not keeps(name, i, j, value)
                else instead[i, j]
                if (i, j) in instead
                else _copied(page, value, percent=(i, j) in sheet.scan.percents)
                for j, value in enumerate(row)
            ]
            page.append(cells)
        for (top, left), (bottom, right) in sheet.merged:
            if not any(top <= i <= bottom and left <= j <= right for i, j in new):
                span = CellRange(None, left + 1, top + 1, right + 1, bottom + 1)
                page.merged_cells.add(span)
    buffer = io.BytesIO()
    out.save(buffer)
    return buffer.getvalue()


def _meant(page: Any, text: str) -> Any:
    """Return what someone wrote in a cell: a number, but an identifier that begins with a zero."""
    number = is_number(text) and not text.startswith("0")
    return _copied(page, float(text.replace(",", ".")) if number else text, percent=False)


def _copied(page: Any, value: Any, *, percent: bool) -> Any:
    """Return a value as a copy writes it: a text is never a formula."""
    if isinstance(value, str):
        value = drop_controls(value)
        if not like_formula(value):
            return value or None
    elif not percent:
        return value
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - for a few cells

    cell = WriteOnlyCell(page, value)
    if percent:
        cell.number_format = "0.00%"
    else:
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell
