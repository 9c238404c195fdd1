"""Tables in: every cell as text, each row with its place.

Reading keeps what the user wrote (« 01004 », « 12,50 »); typing it is the work of `tfpb.io.tables.typed`.
Writing is in `tfpb.io.tables.table_files`, named here too so that a room has one place for tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, fail
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.tables.cell_text import cell_text, plain
from tfpb.io.tables.contents import require_file, unreadable
from tfpb.io.tables.csv_text import decode, read_csv, uneven_lines
from tfpb.io.tables.size_limits import MAX_COLUMNS, refuse_large
from tfpb.io.tables.table_files import (
    TEXT_FILES,
    check_format,
    csv_bytes,
    table_bytes,
    write_table,
    xlsx_bytes,
)
from tfpb.io.tables.workbook_files import Sheet, Workbook, notices, sheet_names
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = [
    "SPREADSHEETS",
    "TEXT_FILES",
    "TextTable",
    "cell_text",
    "check_format",
    "csv_bytes",
    "decode",
    "read_table",
    "sheet_names",
    "table_bytes",
    "write_bytes",
    "write_table",
    "xlsx_bytes",
]

SPREADSHEETS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_HEADER_SEARCH_ROWS: Final = 30
_FULL_ENOUGH: Final = 0.8
_ALIKE: Final = 3
_READABLE: Final = "xlsx, ods, xls, csv ou parquet"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as read: all text.

    Parameters
    ----------
    frame : DataFrame
        Text cells, "" when empty; headers as written.
    file, sheet : str
        File name (without folders) and sheet ("" for plain files).
    rows : int array, shape (len(frame),)
        Row of each line as a spreadsheet numbers it.
    decimal : str
        "." when the file cannot mean thousands by a dot (comma-separated files), else "".
    notices : tuple of Fault
        What the text alone does not show: uncomputed formulas, merged cells, uneven lines.
    """

    frame: pd.DataFrame
    file: str
    sheet: str
    rows: NDArray[np.int64]
    decimal: str = ""
    notices: tuple[Fault, ...] = ()

    def place(self, position: int, column: str = "") -> Place:
        """Return the place of the line at a position (0-based) of the frame."""
        return Place(self.file, self.sheet, int(self.rows[position]), column)


def read_table(path: Path, *, sheet: str | None = None, known: Iterable[str] = ()) -> TextTable:
    """Read a table of any supported format, finding the header under title rows.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a workbook; by default the first whose header holds most known names, the visible
        ones before the hidden.
    known : iterable of str
        Names expected in the header; they help to find it.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_est_dossier`, `fichier_inaccessible`, `fichier_illisible`,
        `fichier_trop_grand`, `format_inconnu`, `feuille_absente`, `feuille_vide`,
        `feuille_trop_grande`, `tableau_trop_large`, `cellule_trop_longue`, `guillemet_non_ferme`.
    """
    path = Path(path)
    require_file(path)
    names = frozenset(fold(k) for k in known)
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        return _read_workbook(path, sheet, names)
    if suffix in TEXT_FILES:
        return _read_text(path, names)
    if suffix == ".parquet":
        return _read_parquet(path)
    raise fail("format_inconnu", place=Place(path.name), got=suffix or path.name, attendu=_READABLE)


def _read_workbook(path: Path, wanted: str | None, names: frozenset[str]) -> TextTable:
    book = Workbook(path)
    candidates = (book.find(wanted),) if wanted is not None else book.in_order()
    best: tuple[int, Sheet] | None = None
    scores: dict[str, int] = {}
    for name in candidates:
        sheet = book.sheet(name)
        score = max((_score(row, names) for row in sheet.grid[:_HEADER_SEARCH_ROWS]), default=0)
        if not sheet.grid:
            continue
        if not sheet.hidden:
            scores[name] = score
        if best is None or (score > best[0] and not (sheet.hidden and best[0] >= _ALIKE)):
            best = (score, sheet)
        if not names:
            break
    if best is None:
        raise fail("feuille_vide", place=Place(path.name, candidates[0] if candidates else ""))
    score, sheet = best
    table, top, header = _table(sheet.grid, path.name, sheet.name, names)
    alike = [n for n, s in scores.items() if n != sheet.name and s == score >= _ALIKE]
    said = notices(sheet, file=path.name, top=top, header=header, alike=alike)
    return TextTable(table.frame, path.name, sheet.name, table.rows, notices=tuple(said))


def _read_text(path: Path, names: frozenset[str]) -> TextTable:
    grid, separator = read_csv(path)
    table, top, header = _table(grid, path.name, "", names)
    width = len(_trimmed(grid[top]))
    return TextTable(
        table.frame,
        path.name,
        "",
        table.rows,
        "." if separator == "," else "",
        tuple(uneven_lines(grid, top, width, path.name, header)),
    )


def _read_parquet(path: Path) -> TextTable:
    refuse_large(path)
    try:
        frame = pd.read_parquet(path)
        text = pd.DataFrame(  # texts are decoded here: some may be none
            {str(c): [cell_text(plain(v)) for v in frame[c]] for c in frame.columns}, dtype=object
        )
    except Exception as error:
        raise unreadable(path, "fichier Parquet") from error
    return TextTable(text, path.name, "", np.arange(2, len(text) + 2))


def _score(row: list[str], names: frozenset[str]) -> int:
    return sum(1 for cell in row if cell and fold(cell) in names)


def _header_row(grid: list[list[str]], names: frozenset[str]) -> int:
    """Find the header: the first row with most known names, else the first that is full enough.

    A title row is a few filled cells above a wider table.
    """
    head = grid[:_HEADER_SEARCH_ROWS]
    scores = [_score(row, names) for row in head]
    if names and max(scores, default=0) > 0:
        return scores.index(max(scores))
    filled = [sum(1 for c in row if c) for row in head]
    widest = max(filled, default=0)
    for i, count in enumerate(filled):
        if count and count >= _FULL_ENOUGH * widest:
            return i
    return 0


def _trimmed(row: list[str]) -> list[str]:
    """Cut the empty cells at the end of a row."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _table(
    grid: list[list[str]], file: str, sheet: str, names: frozenset[str]
) -> tuple[TextTable, int, list[str]]:
    """Cut a grid into header and body; return it with the row of its header and all column names."""
    if not any(any(row) for row in grid):
        raise fail("feuille_vide", place=Place(file, sheet))
    top = _header_row(grid, names)
    header = [squeeze(c) for c in _trimmed(grid[top])]
    body = [(i + 1, row) for i, row in enumerate(grid) if i > top and any(row)]
    if not body:
        raise fail("feuille_vide", place=Place(file, sheet))
    width = max(len(header), *(len(_trimmed(row)) for _, row in body))
    if width > MAX_COLUMNS:
        raise fail(
            "tableau_trop_large",
            place=Place(file, sheet),
            got=f"{width} colonnes",
            limite=MAX_COLUMNS,
        )
    header += [""] * (width - len(header))
    columns = _unique(header)
    data = [[*row[:width], *[""] * (width - len(row))] for _, row in body]
    frame = pd.DataFrame(data, columns=columns, dtype=object)
    keep = [c for c, h in zip(columns, header, strict=True) if h or (frame[c] != "").any()]
    rows = np.array([i for i, _ in body], dtype=np.int64)
    return TextTable(frame[keep], file, sheet, rows), top, columns


def _unique(header: list[str]) -> list[str]:
    """Make column names unique, naming the unnamed after their position."""
    seen: dict[str, int] = {}
    out = []
    for i, raw in enumerate(header):
        name = raw or f"colonne {i + 1}"
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
