"""The bilan workbook: the columns in use, amounts and rates as numbers with French formats."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from tfpb.archives import settle
from tfpb.text import drop_controls, like_formula
from tfpb.words.money.bilan_words import ARGUMENT, BILAN, NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

_INK: Final = "33658A"
_HEAD: Final = PatternFill("solid", fgColor="D9E4ED")
_LINE: Final = Border(bottom=Side("thin", color=_INK))
_TOTAL: Final = Border(top=Side("thin", color=_INK))
_WIDE: Final = {BILAN["action"]: 34, BILAN["description"]: 34, BILAN["texte_bilan"]: 50, BILAN["axe"]: 30,
    NAME: 24, ARGUMENT: 50}  # fmt: skip
_FONT: Final = "Calibri"
_MAX_CELL: Final = 32_767


def bilan_workbook(sheets: Mapping[str, pd.DataFrame], *, title: str) -> bytes:
    """Write the sheets of `tfpb.tax.programme.exports.bilan_frames`, ready to print on A4.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Sheet name → rows; a column whose header holds « Taux » is a proportion.
    title : str
        Stands above each table.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, frame in sheets.items():
        _sheet(book.create_sheet(name), frame, title)
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())


def _sheet(page: Worksheet, frame: pd.DataFrame, title: str) -> None:
    _put(page.cell(1, 1), f"{title} · {page.title}")
    page.cell(1, 1).font = Font(name=_FONT, bold=True, size=13, color=_INK)
    for c, name in enumerate(frame.columns, start=1):
        head = page.cell(3, c, str(name))
        head.font, head.fill, head.border = Font(name=_FONT, bold=True), _HEAD, _LINE
        head.alignment = Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[get_column_letter(c)].width = _WIDE.get(str(name), 14)
        for r, value in enumerate(frame[name], start=4):
            cell = page.cell(r, c)
            _put(cell, value)
            if isinstance(value, Decimal):
                cell.number_format = "0.0%" if "Taux" in str(name) else "#,##0.00\\ €"
            cell.alignment = Alignment(wrap_text=not isinstance(value, Decimal), vertical="top")
    last = len(frame) + 3
    if len(frame) and str(frame.iloc[-1, 0]) == "Total":
        for c in range(1, len(frame.columns) + 1):
            page.cell(last, c).font = Font(name=_FONT, bold=True)
            page.cell(last, c).border = _TOTAL
    page.freeze_panes = "B4"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "3:3"
    page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)


def _put(cell: Any, value: Any) -> None:
    """Write a value; text never becomes a formula."""
    if value is None or value != value or value == "":  # noqa: PLR0124 - NaN
        return
    if isinstance(value, (int, float, Decimal)) or hasattr(value, "isoformat"):
        cell.value = value
        return
    text = drop_controls(str(value))[:_MAX_CELL]
    cell.value = text
    cell.data_type = "s"
    if like_formula(text):
        cell.quotePrefix = True
