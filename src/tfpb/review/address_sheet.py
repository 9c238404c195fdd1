"""The sheet « Adresses » of the review workbook: doubtful rows, what else they may be, and decisions."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from tfpb.archives import settle
from tfpb.errors import Place
from tfpb.io.tables.tabular import TextTable, read_table, sheet_names
from tfpb.review.address_decisions import AddressDecision, key_of
from tfpb.review.address_doubts import DECIDED_COLUMNS
from tfpb.text import drop_controls, fold
from tfpb.words.places.review_words import ACCEPT, HEADERS, LEAD, NOWHERE

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

SHEET: Final = "Adresses"
_CHOICES: Final = "Choix"
_HEADER_ROW: Final = len(LEAD) + 1
_ASKED: Final = ("decision", "adresse_corrigee", "x", "y", "auteur", "date", "piece")
_WIDTHS: Final = {
    "ligne": 7, "identifiant": 15, "adresse": 36, "code_postal": 9, "commune": 18, "code_insee": 9,
    "nom": 18, "trouvee": 40, "precision": 18, "confiance": 10, "motifs": 44, "decision": 44,
    "adresse_corrigee": 34, "x": 11, "y": 11, "auteur": 14, "date": 11, "piece": 26,
}  # fmt: skip
_TO_FILL: Final = PatternFill("solid", fgColor="FFF4E5")
_HEAD: Final = PatternFill("solid", fgColor="E4EAF0")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def review_bytes(rows: pd.DataFrame, *, base: Path | None = None) -> bytes:
    """Make the review workbook.

    Parameters
    ----------
    rows : DataFrame
        Columns of `tfpb.words.places.review_words.HEADERS` but `identifiant` if there is none, and
        `choix`: tuple of str, the alternatives of the row.
    base : Path, optional
        Workbook whose other sheets (« Limites ») are kept.

    Returns
    -------
    bytes
        xlsx without a clock: the same rows give the same bytes.
    """
    book = Workbook() if base is None else load_workbook(base)
    if base is None:
        book.remove(book.worksheets[0])
    add_sheet(book, rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())


def add_sheet(book: Workbook, rows: pd.DataFrame) -> None:
    """Put the sheet first in a workbook, in the place of an earlier one (`rows` as `review_bytes`)."""
    for name in (SHEET, _CHOICES):
        if name in book.sheetnames:
            del book[name]
    page: Worksheet = book.create_sheet(SHEET, 0)
    columns = [name for name in HEADERS if name in rows.columns]
    _head(page, columns)
    last = _HEADER_ROW + max(len(rows), 1)
    cells = rows[columns].itertuples(index=False, name=None)
    for line, values in enumerate(cells, start=_HEADER_ROW + 1):
        for at, (name, value) in enumerate(zip(columns, values, strict=True), start=1):
            _put(page.cell(line, at), value, asked=name in _ASKED)
    _lists(book.create_sheet(_CHOICES), page, columns, rows)
    page.freeze_panes = f"A{_HEADER_ROW + 1}"
    page.auto_filter.ref = f"A{_HEADER_ROW}:{get_column_letter(len(columns))}{last}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    book.active = 0


def _head(page: Worksheet, columns: list[str]) -> None:
    for line, text in enumerate(LEAD, start=1):
        page.cell(line, 1, text).font = Font(bold=line == 1)
    for at, name in enumerate(columns, start=1):
        cell = page.cell(_HEADER_ROW, at, HEADERS[name])
        cell.font = Font(bold=True)
        cell.fill = _TO_FILL if name in _ASKED else _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[get_column_letter(at)].width = _WIDTHS[name]


def _lists(choices: Worksheet, page: Worksheet, columns: list[str], rows: pd.DataFrame) -> None:
    """Give each row its own list: one rule whose cells move with the row, not one rule a row."""
    choices.sheet_state = "hidden"
    listed = [(ACCEPT, *row, NOWHERE) for row in rows["choix"]]
    width = max((len(row) for row in listed), default=2)
    for line, row in enumerate(listed, start=_HEADER_ROW + 1):
        for at, text in enumerate(row, start=1):
            _put(choices.cell(line, at), text, asked=False)
    first, last = _HEADER_ROW + 1, _HEADER_ROW + max(len(rows), 1)
    letter = get_column_letter(columns.index("decision") + 1)
    rule = DataValidation(
        type="list",
        formula1=f"{_CHOICES}!$A{first}:${get_column_letter(width)}{first}",
        allow_blank=True,
        # an address typed by hand is welcome too
        showErrorMessage=False,
    )
    rule.add(f"{letter}{first}:{letter}{last}")
    page.add_data_validation(rule)


def _put(cell: Any, value: Any, *, asked: bool) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if asked:
        cell.fill = _TO_FILL
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, (int, float)):
        cell.value = value
        cell.number_format = "0" if float(value).is_integer() else "0.00"
        return
    text = drop_controls(str(value))
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True


def read_review(path: Path) -> TextTable:
    """Read a review back, its columns named as `HEADERS` names them.

    Raises
    ------
    TfpbError
        The file cannot be read.
    """
    sheet = None
    if path.suffix.lower() == ".xlsx" and path.is_file():
        sheet = SHEET if SHEET in sheet_names(path) else None
    table = read_table(path, sheet=sheet, known=tuple(HEADERS.values()))
    ours = {fold(heading): name for name, heading in HEADERS.items()}
    renamed = table.frame.rename(columns=lambda header: ours.get(fold(str(header)), str(header)))
    return TextTable(renamed, table.file, table.sheet, table.rows, table.decimal)


def read_address_decisions(path: Path) -> tuple[AddressDecision, ...]:
    """Read the rows of a review that someone filled.

    Raises
    ------
    TfpbError
        The file cannot be read, or is no review of addresses.
    """
    table = read_review(path)
    frame = table.frame

    def column(name: str) -> list[str]:
        return frame[name].tolist() if name in frame.columns else [""] * len(frame)

    keys = ("adresse", "code_postal", "commune", "code_insee", "nom")
    made = []
    for row, key, *cells in zip(
        table.rows, zip(*map(column, keys), strict=True), *map(column, DECIDED_COLUMNS), strict=True
    ):
        if any(cells[:4]):
            fields = dict(zip(DECIDED_COLUMNS.values(), cells, strict=True))
            place = Place(table.file, table.sheet, int(row))
            made.append(AddressDecision(key=key_of(*key), place=place, **fields))
    return tuple(made)
