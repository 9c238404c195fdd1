"""The two sheets of the review workbook, « Adresses » and « Limites », written from declared columns."""

from __future__ import annotations

import datetime as dt
import io
import math
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.packaged import packaged
from tfpb.text import drop_controls, like_formula
from tfpb.words.places import address_words, side_words
from tfpb.words.places.address_words import ADDRESSES, CHOICES, LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_TO_FILL: Final = PatternFill("solid", fgColor="FFF4E5")
_HEAD: Final = PatternFill("solid", fgColor="E4EAF0")
_PICTURE: Final = "carte"
_PICTURE_ROW_PT: Final = 146.0
_MOST_LISTED: Final = 250
"""Characters that Excel allows in the list of a rule, less a margin."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a sheet is laid out, by `review_sheets.toml`."""

    lead: tuple[str, ...]  # above the heading row, the first in bold
    headings: Mapping[str, str]  # column → its heading
    widths: Mapping[str, float]
    asked: Sequence[str]
    decimals: int
    formats: Sequence[str]
    frozen: str

    @property
    def first(self) -> int:
        """First row of doubts (1-based)."""
        return len(self.lead) + 2


_LAYOUTS: Final = packaged(__name__)
_ADDRESSES: Final = _Layout(address_words.LEAD, address_words.HEADERS, **_LAYOUTS["adresses"])
_LIMITS: Final = _Layout(
    (side_words.REVIEW_LEAD, side_words.ROAD_AXIS, side_words.NOT_AN_ATTESTATION),
    side_words.REVIEW_HEADERS,
    **_LAYOUTS["limites"],
)


def add_addresses(book: Workbook, rows: pd.DataFrame) -> None:
    """Put the sheet « Adresses » (`address_doubts`) first in a workbook, replacing an earlier one."""
    page = _new_sheet(book, ADDRESSES, 0)
    columns = [name for name in _ADDRESSES.widths if name in rows.columns]
    last = _fill(page, _ADDRESSES, columns, rows)
    choices = _new_sheet(book, CHOICES)
    choices.sheet_state = "hidden"
    listed = [(address_words.ACCEPT, *row, address_words.NOWHERE) for row in rows["choix"]]
    first = _ADDRESSES.first
    looks = _Looks(_ADDRESSES)
    for line, row in enumerate(listed, start=first):
        for at, text in enumerate(row, start=1):
            looks.put(choices.cell(line, at), text)
    width = get_column_letter(max((len(row) for row in listed), default=2))
    # one rule whose cells move with the row, not one rule a row; an address typed by hand may stand too
    rule = DataValidation(
        type="list",
        formula1=f"{CHOICES}!$A{first}:${width}{first}",
        allow_blank=True,
        showErrorMessage=False,
    )
    _add_rule(page, rule, columns, "decision", (first, last))


def add_limits(
    book: Workbook, rows: pd.DataFrame, pictures: Sequence[bytes | None], codes: Sequence[str]
) -> None:
    """Add the sheet « Limites » (`limit_doubts`) to a workbook, replacing an earlier one.

    `pictures` are PNG, one a row; `codes`, those of quarters that may be chosen.
    """
    page = _new_sheet(book, LIMITS)
    columns = [name for name in _LIMITS.widths if name in rows.columns or name == _PICTURE]
    last = _fill(page, _LIMITS, columns, rows)
    page.row_dimensions[_LIMITS.first - 1].height = 32
    letter = get_column_letter(columns.index(_PICTURE) + 1)
    for line, drawn in enumerate(pictures, start=_LIMITS.first):
        if drawn is not None:
            page.add_image(Image(io.BytesIO(drawn)), f"{letter}{line}")
            page.row_dimensions[line].height = _PICTURE_ROW_PT
    listed = {
        "decision": ",".join(DECISIONS_LIMITES.column("decision").choices),
        "code_qpv": ",".join(sorted(set(codes))),
    }
    for column, values in listed.items():
        if 0 < len(values) < _MOST_LISTED:
            rule = DataValidation(type="list", formula1=f'"{values}"', allow_blank=True)
            _add_rule(page, rule, columns, column, (_LIMITS.first, last))


def _new_sheet(book: Workbook, name: str, at: int | None = None) -> Worksheet:
    """Add an empty sheet, in the place of an earlier one of the same name."""
    if name in book.sheetnames:
        del book[name]
    page: Worksheet = book.create_sheet(name, at)
    return page


def _fill(page: Worksheet, layout: _Layout, columns: list[str], rows: pd.DataFrame) -> int:
    """Write the lead, the headings and the rows, and set the page; return the last row."""
    head = layout.first - 1
    for line, text in enumerate(layout.lead, start=1):
        page.cell(line, 1, text)
    page["A1"].font = Font(bold=True)
    for at, name in enumerate(columns, start=1):
        cell = page.cell(head, at, layout.headings[name])
        cell.font = Font(bold=True)
        cell.fill = _TO_FILL if name in layout.asked else _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[get_column_letter(at)].width = layout.widths[name]
    looks = _Looks(layout)
    for at, name in enumerate(columns, start=1):
        if name == _PICTURE:
            continue
        for line, value in enumerate(rows[name].tolist(), start=layout.first):
            looks.put(page.cell(line, at), value, asked=name in layout.asked)
    last = head + max(len(rows), 1)
    page.freeze_panes = f"{layout.frozen}{layout.first}"
    page.auto_filter.ref = f"A{head}:{get_column_letter(len(columns))}{last}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{head}:{head}"
    return last


def _add_rule(
    page: Worksheet, rule: DataValidation, columns: list[str], name: str, rows: tuple[int, int]
) -> None:
    letter = get_column_letter(columns.index(name) + 1)
    rule.add(f"{letter}{rows[0]}:{letter}{rows[1]}")
    page.add_data_validation(rule)


class _Looks:
    """Writes cells; each look is made once, as making it takes longer than all else."""

    def __init__(self, layout: _Layout) -> None:
        self._layout = layout
        self._styles: dict[tuple[str, bool, bool], Any] = {}

    def put(self, cell: Any, value: Any, *, asked: bool = False) -> None:
        """Write a value; a text that looks like a formula stays a text."""
        form, quoted = "General", False
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            pass
        elif isinstance(value, dt.date):
            cell.value, form = value, "DD/MM/YYYY"
        elif isinstance(value, (int, float)):
            whole = float(value).is_integer()
            cell.value = int(value) if whole else round(float(value), self._layout.decimals)
            form = self._layout.formats[0 if whole else 1]
        else:
            cell.value = drop_controls(str(value))
            cell.data_type = "s"
            quoted = like_formula(cell.value)
        look = (form, quoted, asked)
        if look not in self._styles:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = form
            cell.quotePrefix = quoted
            if asked:
                cell.fill = _TO_FILL
            self._styles[look] = cell._style  # noqa: SLF001 - as openpyxl's own copies do
        cell._style = copy(self._styles[look])  # noqa: SLF001 - the same
