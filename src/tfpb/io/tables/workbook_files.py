"""Workbooks in: sheets as text, hidden ones last, with what their cells do not show."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import python_calamine

from tfpb.errors import Fault, Place, Severity, TfpbError, fail
from tfpb.io.tables.contents import MARKUP, kind, require_table, unreadable
from tfpb.io.tables.markup import MarkupSheet, markup_sheets
from tfpb.io.tables.text_table import (
    HEADER_SEARCH_ROWS,
    TextTable,
    cell_text,
    cut_table,
    known_score,
)
from tfpb.io.tables.workbook_scan import SheetScan, scan_workbook
from tfpb.text import fold
from tfpb.words.faults.input_words import WORKBOOK, listed, merged_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_ALIKE: Final = 3
_STRUCK: Final = 0.6
"""Part of the filled cells of a row from which it is struck through."""
_NEARLY: Final = 0.8
"""Part of the known names of the sheet that is read from which another holds the same data."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, read; rows and columns are from 0."""

    name: str
    grid: list[list[str]]  # from the first cell; error cells have their error (« #DIV/0! »)
    hidden: bool
    errors: dict[tuple[int, int], str]
    formulas: list[tuple[int, int]]  # formulas without a computed value
    merged: list[tuple[tuple[int, int], tuple[int, int]]]  # first and last cell
    scan: SheetScan  # from its formats: numbers shown as percentages, rows hidden, cells struck through


class Workbook:
    """An open workbook of any format.

    Raises `fichier_trop_grand`, `feuille_trop_grande`, `fichier_illisible`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marked: dict[str, MarkupSheet] = {}
        self._book: Any = None
        try:
            if kind(path) in MARKUP:
                self._marked = {sheet.name: sheet for sheet in markup_sheets(path)}
                self.names: tuple[str, ...] = tuple(self._marked)
                self._hidden = {name for name, sheet in self._marked.items() if sheet.hidden}
                return
            self._scans = scan_workbook(path)
            self._book = python_calamine.CalamineWorkbook.from_path(str(path))
            sheets = list(self._book.sheets_metadata)
        except TfpbError:
            raise
        except Exception as error:  # calamine raises bare errors of several kinds
            raise unreadable(path, WORKBOOK) from error
        visible = python_calamine.SheetVisibleEnum.Visible
        self._hidden = {m.name for m in sheets if m.visible != visible}
        self.names = tuple(m.name for m in sheets)

    def candidates(self, wanted: str | None) -> tuple[str, ...]:
        """List the sheets to read: the one wanted, whatever its case and accents, or all, hidden last."""
        if wanted is None:
            return tuple(sorted(self.names, key=lambda name: name in self._hidden))
        for name in self.names:
            if fold(name) == fold(wanted):
                return (name,)
        sheets = listed(self.names)
        raise fail("feuille_absente", place=Place(self.path.name), got=wanted, feuilles=sheets)

    def sheet(self, name: str) -> Sheet:
        """Read one sheet as text."""
        if name in self._marked:
            one = self._marked[name]
            shown = [[cell_text(c) for c in row] for row in one.grid(self.path)]
            scan = SheetScan(one.errors, one.formulas, one.percents)
            return Sheet(name, shown, one.hidden, one.errors, one.formulas, one.merged, scan)
        try:
            page = self._book.get_sheet_by_name(name)
            grid = [[cell_text(c) for c in row] for row in page.to_python(skip_empty_area=False)]
        except Exception as error:
            raise unreadable(self.path, WORKBOOK, name) from error
        scan = self._scans.get(name, SheetScan())
        for (row, column), text in scan.errors.items():
            if row < len(grid) and column < len(grid[row]) and not grid[row][column]:
                grid[row][column] = text
        hidden = name in self._hidden
        return Sheet(name, grid, hidden, scan.errors, scan.formulas, _merged(page), scan)

    def values(self, name: str) -> list[list[Any]]:
        """Return the cells of a sheet as they are held: texts, numbers, dates; "" where there is none."""
        if name in self._marked:
            return self._marked[name].grid(self.path)
        held: list[list[Any]] = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return held

    def table(self, sheet: Sheet, names: frozenset[str], alike: tuple[str, ...] = ()) -> TextTable:
        """Cut the table of a sheet (`feuille_vide`, `tableau_trop_large`) by the folded names of its header.

        `alike`: other visible sheets that have the same columns.
        """
        table, top, header = cut_table(sheet.grid, self.path.name, sheet.name, names)
        notices = _notices(sheet, self.path.name, top, header, alike)
        shown = frozenset(
            (row + 1, header[k]) for row, k in sheet.scan.percents if row > top and k < len(header)
        )
        return replace(
            table,
            notices=tuple(notices),
            percents=shown,
            title=f"{table.title} {sheet.name}".strip(),
            alike=alike,
            hidden=frozenset(row + 1 for row in sheet.scan.hidden),
            struck=frozenset(_struck_rows(sheet)),
            hidden_columns=frozenset(
                header[k] for k in sheet.scan.hidden_columns if k < len(header)
            ),
        )


def _struck_rows(sheet: Sheet) -> Iterator[int]:
    """List the rows of which most filled cells are struck through, as a spreadsheet numbers them."""
    by_row: dict[int, int] = {}
    for row, column in sheet.scan.struck:
        held = row < len(sheet.grid) and column < len(sheet.grid[row]) and sheet.grid[row][column]
        by_row[row] = by_row.get(row, 0) + bool(held)
    for row, count in by_row.items():
        if count and count >= _STRUCK * sum(map(bool, sheet.grid[row])):
            yield row + 1


def _merged(page: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    with contextlib.suppress(Exception):  # formats without ranges answer None or raise
        return list(page.merged_cell_ranges or [])
    return []


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook; it raises as `require_table` and `Workbook`."""
    require_table(path)
    return list(Workbook(path).names)


def read_workbook(
    path: Path,
    wanted: str | None,
    names: frozenset[str],
    needed: Sequence[frozenset[str]] = (),
    year: int | None = None,
) -> TextTable:
    """Read a sheet of a workbook as a table: the `wanted` one, else that whose header has most `names`.

    Visible ones come before hidden ones; of similar sheets named by their years, that of `year`. `names`
    are folded, as are the headers `needed`, one set for each column that must be there. Raises as
    `Workbook`; `feuille_absente`, `feuille_vide`, `tableau_trop_large`.
    """
    book = Workbook(path)
    candidates = book.candidates(wanted)
    best: tuple[int, Sheet] | None = None
    scores: dict[str, tuple[int, bool]] = {}
    for name in candidates:
        sheet = book.sheet(name)
        if not sheet.grid:
            continue
        score, top = max(
            (known_score(row, names), -i) for i, row in enumerate(sheet.grid[:HEADER_SEARCH_ROWS])
        )
        if not sheet.hidden and any(map(any, sheet.grid[1 - top :])):
            headers = {fold(cell) for cell in sheet.grid[-top]}
            scores[name] = score, bool(needed) and all(n & headers for n in needed)
        if best is None or (score > best[0] and not (sheet.hidden and best[0] >= _ALIKE)):
            best = (score, sheet)
        if not names:
            break
    if best is None:
        raise fail("feuille_vide", place=Place(path.name, candidates[0] if candidates else ""))
    score, sheet = best
    alike = tuple(
        name
        for name, (least, whole) in scores.items()
        if name != sheet.name and least >= _ALIKE and (whole or least >= _NEARLY * score)
    )
    own = _of_year((sheet.name, *alike), year) or sheet.name
    if own != sheet.name:
        alike = tuple(n for n in (sheet.name, *alike) if n != own)
        sheet = book.sheet(own)
    return book.table(sheet, names, alike)


def _of_year(names: Sequence[str], year: int | None) -> str:
    """Return the one sheet that bears a year, where the first bears another; "" for none."""
    years = {name: set(_YEAR.findall(name)) for name in names}
    own = [name for name, found in years.items() if found == {str(year)}]
    return own[0] if len(own) == 1 and years[names[0]] else ""


def _notices(
    sheet: Sheet, file: str, top: int, header: list[str], alike: tuple[str, ...]
) -> Iterator[Fault]:
    """List what the text of a sheet does not show: its state, others alike, formulas, merged cells."""
    whole = Place(file, sheet.name)
    if sheet.hidden:
        yield Fault("feuille_masquee", whole, severity=Severity.DOUTE)
    if alike:
        fields = {"autres": listed(alike)}
        yield Fault("feuilles_semblables", whole, fields=fields, severity=Severity.DOUTE)
    bare: dict[int, list[int]] = {}
    for row, column in sheet.formulas:
        if row > top and column < len(header):
            bare.setdefault(column, []).append(row + 1)
    for column, rows in sorted(bare.items()):
        place = Place(file, sheet.name, rows[0], header[column])
        yield Fault(
            "formule_sans_valeur", place, fields={"nombre": len(rows), "lignes": tuple(rows)}
        )
    tall: dict[int, list[tuple[int, int]]] = {}
    for first, last in sheet.merged:
        if last[0] > first[0] > top and first[1] < len(header):
            tall.setdefault(first[1], []).append((first[0] + 1, last[0] + 1))
    for column, ranges in sorted(tall.items()):
        at = sorted(ranges)
        place = Place(file, sheet.name, at[0][0], header[column])
        fields = {"plages": merged_words(at)}
        yield Fault("cellules_fusionnees", place, fields=fields, severity=Severity.DOUTE)
