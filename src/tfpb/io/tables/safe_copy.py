"""Copies of the user's tables: without some columns, or with some cells corrected; the rest stays in place.

Rows and columns keep their numbers, so that a fault of the copy is found in the user's own file. What an
xlsx holds beside its cells (comments, pictures, pivot tables, names) does not follow: it may name persons.
"""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from tfpb.archives import zip_bytes
from tfpb.io.tables.csv_text import grid_of
from tfpb.io.tables.tabular import SPREADSHEETS, TEXT_FILES, harmless
from tfpb.io.tables.text_table import cut_table
from tfpb.io.tables.workbook_files import Sheet, Workbook
from tfpb.io.tables.workbook_scan import column_rank
from tfpb.text import drop_controls, is_number, like_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tfpb.errors import Place
    from tfpb.io.tables.text_table import TextTable

_XLSX: Final = frozenset({".xlsx", ".xlsm"})
_SHEET: Final = re.compile(r'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?r:id="([^"]*)"[^>]*?/>')
_RELATION: Final = re.compile(r"<Relationship\b[^>]*?/>")
_OVERRIDE: Final = re.compile(r'<Override\b[^>]*?PartName="/([^"]*)"[^>]*?/>')
_ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')
_KEPT_KINDS: Final = ("/worksheet", "/styles", "/theme", "/sharedStrings")
_CELL: Final = re.compile(rb"<c\b[^>]*?/>|<c\b[^>]*>.*?</c>", re.DOTALL)
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_SHARED: Final = re.compile(rb'\bt="s"')
_VALUE: Final = re.compile(rb"<v>(\d+)</v>")
_FORMULA: Final = re.compile(rb"<f\b[^>]*?/>|<f\b[^>]*>.*?</f>", re.DOTALL)
_ITEM: Final = re.compile(rb"<si\b[^>]*?/>|<si\b[^>]*>.*?</si>", re.DOTALL)
_BESIDE: Final = re.compile(
    rb"<(legacyDrawing|legacyDrawingHF|drawing|picture|tableParts|hyperlinks|extLst|oleObjects|controls|"
    rb"dataValidations|conditionalFormatting|headerFooter|customSheetViews|scenarios)\b"
    rb"(?:[^>]*?/>|[^>]*>.*?</\1>)",
    re.DOTALL,
)
_WORKBOOK_BESIDE: Final = re.compile(
    r"<(definedNames|externalReferences|pivotCaches|extLst|functionGroups|fileSharing|customWorkbookViews)\b"
    r"(?:[^>]*?/>|[^>]*>.*?</\1>)",
    re.DOTALL,
)
_ROOT: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.'
    'openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)


def tables_of(path: Path, known: Iterable[str]) -> list[tuple[TextTable, int, list[str]]]:
    """Cut the table of every sheet of a file; with each, the row of its header and all its columns.

    Parameters
    ----------
    path : Path
    known : iterable of str
        Folded names expected in a header.

    Raises
    ------
    TfpbError
        As `read_table`; an empty sheet is left out.
    """
    names = frozenset(known)
    if path.suffix.lower() in SPREADSHEETS:
        book = Workbook(path)
        pages = (book.sheet(name) for name in book.names)
        return [cut_table(p.grid, path.name, p.name, names) for p in pages if _holds_rows(p.grid)]
    grid, _ = grid_of(path)
    return [cut_table(grid, path.name, "", names)] if _holds_rows(grid) else []


def _holds_rows(grid: list[list[str]]) -> bool:
    return sum(any(row) for row in grid) > 1


def without_columns(
    path: Path, dropped: Mapping[str, Iterable[int]], tops: Mapping[str, int]
) -> bytes:
    """Copy a table without some columns below their header: every other cell stays where it was.

    Parameters
    ----------
    path : Path
        A workbook or a text file. Of a workbook that is no xlsx, the copy is one.
    dropped : mapping of str to iterable of int
        Sheet → columns from 0.
    tops : mapping of str to int
        Sheet → row of its header, from 0.
    """
    gone = {sheet: frozenset(columns) for sheet, columns in dropped.items()}

    def keeps(sheet: str, row: int, column: int) -> bool:
        return row <= tops.get(sheet, -1) or column not in gone.get(sheet, ())

    if path.suffix.lower() in TEXT_FILES:
        grid, separator = grid_of(path)
        kept = [
            [c if keeps("", i, j) else "" for j, c in enumerate(row)] for i, row in enumerate(grid)
        ]
        return _text(kept, separator)
    made = _xlsx(path, keeps) if path.suffix.lower() in _XLSX else None
    return made if made is not None else _rebuilt(path, keeps)


def corrected(path: Path, cells: Mapping[Place, str]) -> bytes:
    """Copy a table with some cells written anew.

    Parameters
    ----------
    path : Path
    cells : mapping of Place to str
        Sheet, row as a spreadsheet numbers it and header of the column → what is meant there.

    Raises
    ------
    ValueError, KeyError
        A header or a sheet that the file does not have.
    """
    names = frozenset(place.column for place in cells)
    if path.suffix.lower() in TEXT_FILES:
        grid, separator = grid_of(path)
        _, _, columns = cut_table(grid, path.name, "", names)
        for place, text in cells.items():
            at, line = columns.index(place.column), grid[place.row - 1]
            line += [""] * (at + 1 - len(line))
            line[at] = text
        return _text(grid, separator)
    from openpyxl import load_workbook  # noqa: PLC0415 - where a cell is corrected

    whole = path.suffix.lower() in _XLSX
    data = path.read_bytes() if whole else _rebuilt(path, lambda *_: True)
    book, read = load_workbook(io.BytesIO(data)), Workbook(path)
    for place, text in cells.items():
        page = book[place.sheet]
        _, _, columns = cut_table(read.sheet(place.sheet).grid, path.name, place.sheet, names)
        row, column = place.row, columns.index(place.column) + 1
        for span in list(page.merged_cells.ranges):
            if span.min_row <= row <= span.max_row and span.min_col <= column <= span.max_col:
                page.unmerge_cells(str(span))
        cell = page.cell(row, column)
        clean = drop_controls(text)
        if is_number(clean) and not clean.startswith("0"):
            cell.value = float(clean.replace(",", "."))
        else:
            cell.value = clean
            cell.data_type = "s"
            cell.quotePrefix = like_formula(clean)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _text(grid: list[list[str]], separator: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in grid)
    return out.getvalue().encode("utf-8-sig")


def _rebuilt(path: Path, keeps: Callable[[str, int, int], bool]) -> bytes:
    """Write every sheet anew as text, its merged cells and percentages with it."""
    from openpyxl import Workbook as Book  # noqa: PLC0415 - for old formats alone

    out, book = Book(), Workbook(path)
    out.remove(out.active)  # type: ignore[arg-type]
    for name in book.names:
        sheet = book.sheet(name)
        page = out.create_sheet(name)
        page.sheet_state = "hidden" if sheet.hidden else "visible"
        _fill(page, sheet, keeps)
    buffer = io.BytesIO()
    out.save(buffer)
    return buffer.getvalue()


def _fill(page: object, sheet: Sheet, keeps: Callable[[str, int, int], bool]) -> None:
    put = page.cell  # type: ignore[attr-defined]
    for i, row in enumerate(sheet.grid):
        for j, text in enumerate(row):
            if not text or not keeps(sheet.name, i, j):
                continue
            cell = put(i + 1, j + 1)
            if (i, j) in sheet.percents and is_number(text):
                cell.value, cell.number_format = float(text.replace(",", ".")), "0.00%"
                continue
            cell.value = drop_controls(text)
            cell.data_type = "s"
    for (top, left), (bottom, right) in sheet.merged:
        page.merge_cells(  # type: ignore[attr-defined]
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        )


def _xlsx(path: Path, keeps: Callable[[str, int, int], bool]) -> bytes | None:
    """Copy an xlsx part by part; None where its parts are not written as spreadsheets write them."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        whole = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}
        if not whole <= names:
            return None
        book = archive.read("xl/workbook.xml").decode("utf-8")
        relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
        types = archive.read("[Content_Types].xml").decode("utf-8")
        parts: dict[str, str] = {}
        kept_relations = []
        for found in _RELATION.findall(relations):
            facts = dict(_ATTRIBUTE.findall(found))
            target = facts.get("Target", "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            if facts.get("Type", "").endswith(_KEPT_KINDS) and part in names:
                parts[facts["Id"]] = part
                kept_relations.append(found)
        sheets = {m[2]: html.unescape(m[1]) for m in _SHEET.finditer(book)}
        pages = {part: sheets[rid] for rid, part in parts.items() if rid in sheets}
        out: dict[str, bytes] = {}
        shared: set[int] = set()
        for part, name in pages.items():
            cut = _page(archive.read(part), name, keeps, shared)
            if cut is None:
                return None
            out[part] = cut
        for part in set(parts.values()) - set(pages):
            data = archive.read(part)
            out[part] = _strings(data, shared) if part.endswith("sharedStrings.xml") else data
    gone = [m[0] for m in _SHEET.finditer(book) if m[2] not in parts]
    for element in gone:
        book = book.replace(element, "")
    head, _, tail = relations.partition(_RELATION.findall(relations)[0])
    closing = tail[tail.rindex("</") :]
    out["xl/workbook.xml"] = _WORKBOOK_BESIDE.sub("", book).encode()
    out["xl/_rels/workbook.xml.rels"] = (head + "".join(kept_relations) + closing).encode()
    kept = {"xl/workbook.xml", *out}
    for found in list(_OVERRIDE.finditer(types)):
        if found[1] not in kept:
            types = types.replace(found[0], "")
    out["[Content_Types].xml"] = types.replace(
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    ).encode()
    out["_rels/.rels"] = _ROOT.encode()
    return zip_bytes(out)


def _page(
    data: bytes, name: str, keeps: Callable[[str, int, int], bool], shared: set[int]
) -> bytes | None:
    """Cut the cells that go from a sheet; note the shared strings of those that stay."""
    odd = False

    def cut(found: re.Match[bytes]) -> bytes:
        nonlocal odd
        cell = found[0]
        place = _PLACE.search(cell[: cell.index(b">")])
        if place is None:
            odd = True
            return b""
        if not keeps(name, int(place[2]) - 1, column_rank(place[1])):
            return b""
        if b"<f" in cell and b"<v" in cell:
            cell = _FORMULA.sub(b"", cell)  # what it would quote need not follow
        if _SHARED.search(cell[: cell.index(b">")]) and (value := _VALUE.search(cell)):
            shared.add(int(value[1]))
        return cell

    if b"<c " not in data and re.search(rb"<\w+:c ", data):
        return None
    made = _BESIDE.sub(b"", _CELL.sub(cut, data))
    return None if odd else made


def _strings(data: bytes, kept: set[int]) -> bytes:
    """Empty the shared strings that no cell left bears."""
    at = -1

    def purge(found: re.Match[bytes]) -> bytes:
        nonlocal at
        at += 1
        return found[0] if at in kept else b"<si><t/></si>"

    return _ITEM.sub(purge, data)
