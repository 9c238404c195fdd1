"""A table as read: every cell as text, each row with its place, cut from a grid under its header."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity, fail
from tfpb.io.tables.contents import MAX_COLUMNS
from tfpb.model.columns import STAMP
from tfpb.questions.years import holds_years, joined_header
from tfpb.text import fold, squeeze
from tfpb.words.faults.input_words import columns_words

if TYPE_CHECKING:
    from tfpb.model.arrays import Integers

UNUSED: Final = "option_sans_effet"
HEADER_SEARCH_ROWS: Final = 30
_FULL_ENOUGH: Final = 0.8
DASHES: Final = frozenset({"-", "–", "—"})
"""What is written in a cell to say that nothing stands there."""
_THOUSANDS: Final = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_EXACT_WHOLE: Final = 1e15


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as read: all text."""

    frame: pd.DataFrame  # text cells, "" when empty; headers as written
    file: str  # file name, without folders
    sheet: str  # "" for plain files
    rows: Integers  # row of each line as a spreadsheet numbers it
    decimal: str = ""  # "." when the file cannot mean thousands by a dot (comma-separated), else ""
    notices: tuple[Fault, ...] = ()
    """What the text alone does not show: uncomputed formulas, merged cells, uneven lines."""
    percents: frozenset[tuple[int, str]] = frozenset()
    """Cells (row, header) of numbers that the spreadsheet shows as percentages: 0.0047 is there 0,47 %."""
    title: str = ""  # text above the header
    hidden: frozenset[int] = frozenset()
    """Rows that the sheet hides (not one folded under an outline)."""
    struck: frozenset[int] = frozenset()  # rows struck through
    year: int | None = None  # year that the file is about: of two dated headers, which is read
    hidden_columns: frozenset[str] = frozenset()
    alike: tuple[str, ...] = ()  # other sheets of the file that have the same columns, or nearly
    owner: str = ""  # bailleur whose file it is, where known
    of_geometry: tuple[str, ...] | None = None
    """Of a map layer, the columns of positions that its reader added; None for any other table."""

    def place(self, position: int, column: str = "", name: str = "") -> Place:
        """Return the place of the line at a position (0-based) of the frame.

        `name` is the contract's name of the column, kept only where it is not the header itself.
        """
        row = int(self.rows[position])
        return Place(self.file, self.sheet, row, column, "" if name == column else name)

    def stamped(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame of the same lines with the `STAMP` columns: file, sheet and row."""
        stamp: dict[str, Any] = dict(zip(STAMP, (self.file, self.sheet, self.rows), strict=True))
        return frame.assign(**stamp)


def unused_option(option: str, file: str, why: str) -> Fault:
    """Make the doubt of an option that did not serve."""
    return Fault(UNUSED, Place(file), option, {"raison": why}, Severity.DOUTE)


def cell_text(value: Any) -> str:
    """Return a spreadsheet's cell as text: whole numbers without « .0 », dates in ISO form."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        if value.is_integer() and abs(value) < _EXACT_WHOLE:
            return str(int(value))
        text = repr(value)  # 1.234 becomes « 1.2340 »: it can never be taken for thousands
        return f"{text}0" if _THOUSANDS.fullmatch(text) else text
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def plain(value: Any) -> Any:
    """Return a value of numpy or pandas as one of Python's own."""
    return value.item() if isinstance(value, np.generic) else (None if value is pd.NA else value)


def known_score(row: list[str], names: frozenset[str]) -> int:
    """Count the cells of a row that are known names (folded)."""
    return sum(1 for cell in row if cell and fold(cell) in names)


def trimmed(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def cut_table(
    grid: list[list[str]], file: str, sheet: str, names: frozenset[str]
) -> tuple[TextTable, int, list[str]]:
    """Cut a grid of cells into header and body, as `cut_under`; title rows above the header are left out.

    A row of years just above the header is joined to it: « Nb logts » under « 2024 » and under « 2025 ».
    `names` are the folded names expected in the header.
    """
    return cut_under(grid, file, sheet, header_row(grid, names))


def cut_under(
    grid: list[list[str]], file: str, sheet: str, top: int
) -> tuple[TextTable, int, list[str]]:
    """Cut a grid of cells, as `cut_table` does, under a header whose row (`top`, from 0) is known.

    Returned with that row and the names of all columns of the grid, empty ones included. Raises
    `feuille_vide`, `tableau_trop_large`.
    """
    place = Place(file, sheet)
    if not any(any(row) for row in grid):
        raise fail("feuille_vide", place=place)
    header = [squeeze(c) for c in trimmed(grid[top])]
    years = top > 0 and holds_years(grid[top - 1])
    header = joined_header(grid[top - 1], header) if years else header
    rows = [i for i, row in enumerate(grid) if i > top and any(row)]
    if not rows:
        raise fail("feuille_vide", place=place)
    body = [grid[i] for i in rows]
    width = max(len(header), *(len(row if row[-1] else trimmed(row)) for row in body))
    if width > MAX_COLUMNS:
        got = columns_words(width)
        raise fail("tableau_trop_large", place=place, got=got, limite=MAX_COLUMNS)
    header += [""] * (width - len(header))
    columns = _unique(header)
    # column by column: a whole array of cells would be held once more
    frame = pd.DataFrame(
        {
            name: pd.array([row[k] if k < len(row) else "" for row in body], dtype="str")
            for k, name in enumerate(columns)
        },
        copy=False,
    )
    keep = [c for c, h in zip(columns, header, strict=True) if h or (frame[c] != "").any()]
    kept = frame if len(keep) == len(columns) else frame[keep]
    numbered = np.array(rows, dtype=np.int64) + 1
    title = " ".join(c for row in grid[: top - years] for c in row if c)
    return TextTable(kept, file, sheet, numbered, title=title), top, columns


def header_row(grid: list[list[str]], names: frozenset[str]) -> int:
    """Return the first row with most known names, else the first that is nearly as full as the fullest.

    A title row is a few filled cells above a wider table.
    """
    head = grid[:HEADER_SEARCH_ROWS]
    scores = [known_score(row, names) for row in head]
    if any(scores):
        return scores.index(max(scores))
    filled = [sum(1 for c in row if c) for row in head]
    widest = max(filled, default=0)
    full = (i for i, count in enumerate(filled) if count and count >= _FULL_ENOUGH * widest)
    return next(full, 0)


def _unique(header: list[str]) -> list[str]:
    """Return unique column names; a column without name is named after its position."""
    seen: dict[str, int] = {}
    out = []
    for i, raw in enumerate(header):
        name = raw or f"colonne {i + 1}"
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
