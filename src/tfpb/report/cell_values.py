"""One cell, in text for documents and as a number for workbooks: the same value, never a new one."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.report import Format, Linked
from tfpb.report import theme
from tfpb.text import drop_controls
from tfpb.words.numbers import (
    MINUS,
    NOTHING,
    THIN,
    YES_NO,
    gap_number,
    is_whole,
    number,
    percent,
    rounded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.report import Table, TableColumn

NUMERIC: Final = frozenset(set(Format) - {Format.TEXT, Format.DATE})
_FR: Final = "[$-40C]"  # French separators even where the office suite is set to another language
EXCEL: Final[dict[Format, str]] = {
    Format.TEXT: "@",
    Format.INTEGER: f"{_FR}#,##0;−#,##0;0",
    Format.NUMBER1: f"{_FR}#,##0.0;−#,##0.0;0.0",
    Format.NUMBER2: f"{_FR}#,##0.00;−#,##0.00;0.00",
    Format.EUROS: f'{_FR}#,##0"{THIN}€";−#,##0"{THIN}€";0"{THIN}€"',
    Format.CENTS: f'{_FR}#,##0.00"{THIN}€";−#,##0.00"{THIN}€";0.00"{THIN}€"',
    Format.PERCENT: f'0"{THIN}"%',
    Format.POINTS: f"{_FR}+0.0;−0.0;0.0",
    Format.WHOLE_POINTS: "+0;−0;0",
    Format.METRES: f"{_FR}#,##0;−#,##0;0",
    Format.DATE: "dd/mm/yyyy",
    Format.YEAR: "0",
}
"""Number formats, written in the interchange form: Excel and LibreOffice show them the French way on
a French computer."""


def missing(value: Any) -> bool:
    """Return whether a cell holds nothing (None, NaN, NaT, pd.NA, empty text)."""
    if value is None or isinstance(value, str):
        return not value
    if isinstance(value, Linked):
        return missing(value.value)
    if isinstance(value, list | tuple):
        return not value
    return bool(pd.isna(value))


def as_text(value: Any, fmt: Format) -> str:
    """Write a cell as French readers do; « – » for a missing number, nothing for a missing text."""
    if isinstance(value, Linked):
        return as_text(value.value, value.format or fmt)
    if missing(value):
        return NOTHING if fmt in NUMERIC else ""
    if fmt is Format.DATE:
        return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)
    if fmt is Format.TEXT or isinstance(value, str):
        return plain(value)
    makers: dict[Format, Callable[[Any], str]] = {
        Format.NUMBER1: lambda v: number(v, 1),
        Format.NUMBER2: lambda v: number(v, 2),
        Format.CENTS: lambda v: number(v, 2),
        Format.PERCENT: percent,
        Format.POINTS: gap_number,
        Format.WHOLE_POINTS: lambda v: number(Decimal(str(v)) * 100, sign=True),
        Format.YEAR: lambda v: str(int(v)),
    }
    exact = value if isinstance(value, Decimal) else float(value)
    return makers.get(fmt, number)(exact)


def rounding_note(table: Table, printed: Callable[[TableColumn], Format]) -> str:
    """Write that a column of whole euros does not add up to its total as printed; empty where all do.

    `printed` returns the format that the medium gives a column.
    """
    for column in table.columns:
        total = table.totals.get(column.key)
        if printed(column) is not Format.EUROS or total is None or missing(total):
            continue
        cells = [c.value if isinstance(c, Linked) else c for c in table.rows[column.key]]
        parts = [cell for cell in cells if not missing(cell)]
        if not any(isinstance(part, str) for part in (total, *parts)) and (
            note := rounded(parts, total)
        ):
            return note
    return ""


def as_number(value: Any, fmt: Format) -> Any:
    """Return what a workbook cell holds: a number, a date, a text, or None.

    Points turn a proportion into points (−0.104 → −10.4): a change of unit, without rounding.
    """
    if isinstance(value, Linked):
        return as_number(value.value, value.format or fmt)
    if missing(value):
        return None
    if fmt is Format.DATE and isinstance(value, dt.date):
        return value
    if fmt is Format.TEXT or isinstance(value, str):
        return plain(value)
    if fmt in {Format.POINTS, Format.WHOLE_POINTS}:
        return float(Decimal(str(float(value))) * 100)
    if fmt in {Format.INTEGER, Format.YEAR}:
        return int(value)
    return float(value)


def excel_format(value: Any, fmt: Format) -> str:
    """Return the number format of a workbook cell: a gap released to the point shows no decimal.

    What rounds to nothing has no sign: a spreadsheet would show −0.
    """
    if isinstance(value, Linked):
        return excel_format(value.value, value.format or fmt)
    if fmt is Format.POINTS and not isinstance(value, str) and is_whole(value):
        fmt = Format.WHOLE_POINTS
    *signed, nothing = EXCEL[fmt].split(";")
    if signed and not isinstance(value, str) and value < 0 and MINUS not in as_text(value, fmt):
        return f"{nothing};{nothing}"
    return EXCEL[fmt]


def plain(value: Any) -> str:
    """Write a text cell: several values joined, control characters dropped."""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, list | tuple):
        return ", ".join(plain(v) for v in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return drop_controls(str(value))


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """Return the characters every shipped face holds (read once; matplotlib's own reader)."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415  # slow to import, used by documents only

    faces = [frozenset(FT2Font(str(f)).get_charmap()) for f in theme.FONT_FILES.values()]
    return frozenset.intersection(*faces)


@lru_cache(maxsize=65536)
def printable(text: str) -> str:
    """Return a text as the shipped font can print it.

    An accessible PDF refuses a letter without a glyph: direction marks and other invisible controls
    are dropped, an unknown letter becomes its plain form if there is one, else a visible « ¤ ».
    """
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if char in "\t\n\r\v\f\u2028\u2029":
            out.append(" ")
        elif ord(char) in _covered():
            out.append(char)
        elif unicodedata.category(char) not in {"Cc", "Cf", "Mn"}:
            bare = unicodedata.normalize("NFKD", char)
            known = "".join(c for c in bare if ord(c) in _covered())
            out.append(known or "¤")
    return "".join(out)
