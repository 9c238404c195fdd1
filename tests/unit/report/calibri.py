"""How wide texts are in Calibri, the font of the workbook, and whether a cell holds its own."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any, Final

from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

_EM: Final = {
    letter: hundredths / 100
    for hundredths, letters in {
        22: "' \u00a0\u202f", 24: ",ijlîï’", 26: ".:;I·", 30: "()-[]`f", 32: "!J{}", 34: "rt", 38: "/\\",
        40: '"sz', 42: "Lcç", 44: "x", 46: "?FSZkvy|", 48: "ETYagàâäÉÈÊ", 50: "#$*+0123456789<=>^_e~éèêë€−–",
        52: "KPXbdhnopquôöùûü«»", 54: "BCRÇ", 56: "V", 58: "AÀ", 62: "DH", 64: "GNU", 66: "OÔ", 68: "&Q…",
        72: "%w", 80: "m", 84: "œ", 86: "M", 88: "W", 90: "@→←",
    }.items()
    for letter in letters
}  # fmt: skip
"""Widths of Carlito, whose letters are as wide as Calibri's, to two hundredths of an em."""
_BOLD: Final = 1.03
_UNIT_PX: Final = 7  # a unit of a column
_PAD_PX: Final = 5
_INDENT_PX: Final = 9


def width(text: str, points: float, *, bold: bool) -> float:
    """Return the pixels of a line of text on a screen of 96 dots an inch."""
    ems = sum(_EM.get(letter, 0.52) for letter in text)
    return ems * points * 96 / 72 * (_BOLD if bold else 1)


def cut(sheet: Worksheet) -> Iterator[str]:
    """Yield the cells that do not hold their text: too narrow, or a row too low for its lines."""
    inside = {c for merged in sheet.merged_cells.ranges for row in merged.rows for c in row}
    for row in sheet.iter_rows():
        for cell in row:
            text = _shown(cell)
            if not text or (cell.row, cell.column) in inside:
                continue
            look = {"points": float(cell.font.size), "bold": bool(cell.font.b)}
            units = sheet.column_dimensions[get_column_letter(cell.column)].width
            room = units * _UNIT_PX - _PAD_PX - _INDENT_PX * bool(cell.alignment.indent)
            if not cell.alignment.wrap_text or not isinstance(cell.value, str):
                fits = width(text, **look) <= room or _spills(sheet, cell, width(text, **look))
            else:
                words = re.split(r"(?<=[-\u2010])|[ \n]", text)
                whole = all(width(word, **look) <= room for word in words)
                high = sheet.row_dimensions[cell.row].height or 15
                fits = whole and _lines(text, room, **look) * look["points"] * 1.22 <= high + 1.5
            if not fits:
                yield f"{sheet.title} {cell.coordinate} {text!r}"


def _spills(sheet: Worksheet, cell: Any, wanted: float) -> bool:
    """Return whether a text may run over the empty cells at its right."""
    if not isinstance(cell.value, str) or cell.alignment.horizontal == "right":
        return False
    room = 0.0
    for k in range(cell.column, sheet.max_column + 1):
        if k > cell.column and sheet.cell(cell.row, k).value not in (None, ""):
            return room >= wanted
        room += sheet.column_dimensions[get_column_letter(k)].width * _UNIT_PX
    return True


def _lines(text: str, room: float, **look: Any) -> int:
    count = 0
    for part in text.split("\n"):
        used = math.inf
        for word in part.split(" "):
            more = width(f" {word}", **look)
            count, used = (count, used + more) if used + more <= room else (count + 1, more)
    return count


def _shown(cell: Any) -> str:
    """Write a cell about as a spreadsheet does; nothing for a formula."""
    value = cell.value
    if value is None or str(value).startswith("=SUBTOTAL"):
        return ""
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, str):
        return value
    form = cell.number_format
    if "%" in form:
        return f"{100 * value:.0f} %"
    decimals = 2 if "0.00" in form else 1 if "0.0" in form else 0
    return f"{value:,.{decimals}f}" + " €" * ("€" in form)
