"""The sheet « Limites » of the review workbook: one row a doubt, a picture, a list to choose from."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from tfpb.archives import settle
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.text import drop_controls
from tfpb.words.places.location_words import (
    NOT_AN_ATTESTATION,
    REVIEW_HEADERS,
    REVIEW_LEAD,
    ROAD_AXIS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

SHEET: Final = "Limites"
_HEADER_ROW: Final = 4
_WIDTHS: Final = {
    "id_residence": 15, "id_batiment": 13, "adresse": 30, "commune": 16, "nb_logements": 11,
    "quartier": 24, "distance_m": 11, "incertitude_m": 12, "motif": 46, "carte": 37,
    "decision": 11, "code_qpv": 12, "auteur": 16, "date": 12, "piece": 28,
}  # fmt: skip
_ROW_PT: Final = 146.0
_TO_FILL: Final = PatternFill("solid", fgColor="FFF4E5")
_HEAD: Final = PatternFill("solid", fgColor="E4EAF0")
_ASKED: Final = frozenset({"decision", "code_qpv", "auteur", "date", "piece"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def review_bytes(
    rows: pd.DataFrame,
    pictures: Sequence[bytes | None],
    *,
    codes: Sequence[str] = (),
    base: Path | None = None,
) -> bytes:
    """Make the review workbook.

    Parameters
    ----------
    rows : DataFrame
        `tfpb.review.limit_doubts.REVIEW_COLUMNS`.
    pictures : sequence of bytes or None, one a row
        PNG of each doubt.
    codes : sequence of str
        Codes that may be chosen.
    base : Path, optional
        Workbook whose other sheets (« Adresses ») are kept.

    Returns
    -------
    bytes
        xlsx without a clock: the same rows give the same bytes.
    """
    book = load_workbook(base) if base is not None else Workbook()
    if base is None:
        book.remove(book.worksheets[0])
    add_sheet(book, rows, pictures, codes=codes)
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())


def add_sheet(
    book: Workbook,
    rows: pd.DataFrame,
    pictures: Sequence[bytes | None],
    *,
    codes: Sequence[str] = (),
) -> None:
    """Add the sheet to a workbook, in the place of an earlier one (parameters as `review_bytes`)."""
    if SHEET in book.sheetnames:
        del book[SHEET]
    page = book.create_sheet(SHEET)
    columns = [c for c in _WIDTHS if c in rows.columns or c == "carte"]
    _head(page, columns)
    for i, (_, row) in enumerate(rows.iterrows()):
        line = _HEADER_ROW + 1 + i
        for j, column in enumerate(columns, start=1):
            if column != "carte":
                _put(page.cell(line, j), row[column], asked=column in _ASKED)
        if (drawn := pictures[i]) is not None:
            image = Image(io.BytesIO(drawn))
            page.add_image(image, f"{get_column_letter(columns.index('carte') + 1)}{line}")
            page.row_dimensions[line].height = _ROW_PT
    last = _HEADER_ROW + max(1, len(rows))
    _lists(page, columns, last, sorted(set(codes)))
    page.freeze_panes = f"B{_HEADER_ROW + 1}"
    page.auto_filter.ref = f"A{_HEADER_ROW}:{get_column_letter(len(columns))}{last}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"


def _head(page: Worksheet, columns: Sequence[str]) -> None:
    """Write what the sheet is for, the rule of the road, then the header."""
    page["A1"], page["A2"], page["A3"] = REVIEW_LEAD, ROAD_AXIS, NOT_AN_ATTESTATION
    page["A1"].font = Font(bold=True)
    for j, column in enumerate(columns, start=1):
        cell = page.cell(_HEADER_ROW, j, REVIEW_HEADERS[column])
        cell.font = Font(bold=True)
        cell.fill = _TO_FILL if column in _ASKED else _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[get_column_letter(j)].width = _WIDTHS[column]
    page.row_dimensions[_HEADER_ROW].height = 32


def _lists(page: Worksheet, columns: Sequence[str], last: int, codes: Sequence[str]) -> None:
    """Add the drop-down lists of the side and of the quarter, and the check of the date."""
    first = _HEADER_ROW + 1
    side = ",".join(DECISIONS_LIMITES.column("decision").choices)
    rules = [("decision", DataValidation(type="list", formula1=f'"{side}"', allow_blank=True))]
    listed = ",".join(codes)
    if codes and len(listed) < 250:  # noqa: PLR2004 - what Excel allows inside a rule
        rules.append(
            ("code_qpv", DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True))
        )
    for column, rule in rules:
        letter = get_column_letter(columns.index(column) + 1)
        rule.add(f"{letter}{first}:{letter}{last}")
        page.add_data_validation(rule)


def _put(cell: Any, value: Any, *, asked: bool) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if asked:
        cell.fill = _TO_FILL
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, dt.date):
        cell.value, cell.number_format = value, "DD/MM/YYYY"
        return
    if isinstance(value, (int, float)):
        whole = float(value).is_integer()
        cell.value, cell.number_format = (
            (int(value) if whole else round(float(value), 1)),
            "#,##0.#" if not whole else "#,##0",
        )
        return
    text = drop_controls(str(value))
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
