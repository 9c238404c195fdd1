"""Workbooks in: sheets as text, hidden ones last, with what their cells do not show."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import python_calamine

from tfpb.errors import Fault, Place, Severity, TfpbError, fail
from tfpb.io.tables.cell_text import cell_text
from tfpb.io.tables.contents import require_file, unreadable
from tfpb.io.tables.size_limits import refuse_large
from tfpb.io.tables.workbook_scan import SheetScan, scan_workbook
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORMAT: Final = "classeur Excel ou LibreOffice"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, read.

    Parameters
    ----------
    name : str
    grid : list of rows of str
        From the first cell; error cells bear their error (« #DIV/0! »).
    hidden : bool
    formulas : list of (row, column)
        Formulas without a computed value, from 0.
    merged : list of ((row, column), (row, column))
        Merged ranges, first and last cell, from 0.
    """

    name: str
    grid: list[list[str]]
    hidden: bool
    formulas: list[tuple[int, int]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


class Workbook:
    """An open workbook of any format.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_inaccessible`, `fichier_trop_grand`, `feuille_trop_grande`,
        `fichier_illisible`.
    """

    def __init__(self, path: Path) -> None:
        require_file(path)
        refuse_large(path)
        self.path = path
        try:
            self._scans = scan_workbook(path)
            self._book = python_calamine.CalamineWorkbook.from_path(str(path))
            listed = list(self._book.sheets_metadata)
        except TfpbError:
            raise
        except Exception as error:  # calamine raises bare errors of several kinds
            raise unreadable(path, _FORMAT) from error
        visible = python_calamine.SheetVisibleEnum.Visible
        self._hidden = {m.name for m in listed if m.visible != visible}
        self.names: tuple[str, ...] = tuple(m.name for m in listed)

    def in_order(self) -> tuple[str, ...]:
        """List the sheets, the hidden ones last."""
        return tuple(sorted(self.names, key=lambda name: name in self._hidden))

    def find(self, wanted: str) -> str:
        """Return the sheet of that name (whatever its case and accents)."""
        for name in self.names:
            if fold(name) == fold(wanted):
                return name
        raise fail(
            "feuille_absente",
            place=Place(self.path.name),
            got=wanted,
            feuilles=", ".join(f"« {n} »" for n in self.names),
        )

    def sheet(self, name: str) -> Sheet:
        """Read one sheet as text."""
        try:
            page = self._book.get_sheet_by_name(name)
            grid = [[cell_text(c) for c in row] for row in page.to_python(skip_empty_area=False)]
        except Exception as error:
            raise unreadable(self.path, _FORMAT, name) from error
        scan = self._scans.get(name, SheetScan())
        for (row, column), text in scan.errors.items():
            if row < len(grid) and column < len(grid[row]) and not grid[row][column]:
                grid[row][column] = text
        return Sheet(name, grid, name in self._hidden, scan.formulas, _merged(page))


def _merged(page: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    with contextlib.suppress(Exception):  # formats without ranges answer None or raise
        return list(page.merged_cell_ranges or [])
    return []


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook."""
    return list(Workbook(path).names)


def notices(
    sheet: Sheet, *, file: str, top: int, header: list[str], alike: list[str]
) -> Iterator[Fault]:
    """Tell what a sheet's text does not show.

    Parameters
    ----------
    sheet : Sheet
    file : str
    top : int
        Row of the header, from 0.
    header : list of str
        Column names, in the grid's order.
    alike : list of str
        Other visible sheets that hold the same columns.
    """
    if sheet.hidden:
        yield Fault("feuille_masquee", Place(file, sheet.name), severity=Severity.DOUTE)
    if alike:
        yield Fault(
            "feuilles_semblables",
            Place(file, sheet.name),
            fields={"autres": ", ".join(f"« {n} »" for n in alike)},
            severity=Severity.DOUTE,
        )
    bare: dict[int, list[int]] = {}
    for row, column in sheet.formulas:
        if row > top and column < len(header):
            bare.setdefault(column, []).append(row + 1)
    for column, rows in sorted(bare.items()):
        yield Fault(
            "formule_sans_valeur",
            Place(file, sheet.name, rows[0], header[column]),
            fields={"nombre": len(rows)},
        )
    tall = [
        (first, last)
        for first, last in sheet.merged
        if last[0] > first[0] > top and first[1] < len(header)
    ]
    if tall:
        (row, column), _ = min(tall)
        shown = [
            f"« {header[a[1]]} » lignes {a[0] + 1} à {b[0] + 1}" for a, b in sorted(tall)[:_SHOWN]
        ]
        more = f" et {len(tall) - _SHOWN} autres" if len(tall) > _SHOWN else ""
        yield Fault(
            "cellules_fusionnees",
            Place(file, sheet.name, row + 1, header[column]),
            fields={"plages": ", ".join(shown) + more},
            severity=Severity.DOUTE,
        )
