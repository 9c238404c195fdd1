"""Styles of the workbook, made from the theme once."""

from __future__ import annotations

import math
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from tfpb.report import theme
from tfpb.report.cell_values import NUMERIC
from tfpb.text import drop_controls

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from tfpb.model.report import Format

FONT: Final = "Calibri"
"""A workbook cannot carry its font: this one stands on office computers."""
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "−")
_LETTERS: Final = 1.1  # letters in the width of a figure, the unit of a column
_CAPITAL: Final = 0.2  # what a capital takes beyond a letter
_LIMIT: Final = 32_000  # characters a cell can hold, with some to spare


def _rgb(colour: str) -> str:
    return f"FF{colour[1:]}"


def font(
    size: float = 10, *, bold: bool = False, italic: bool = False, colour: str = theme.INK
) -> Font:
    """Make a font of the workbook."""
    return Font(name=FONT, size=size, bold=bold, italic=italic, color=_rgb(colour))


def resized(made: Font, least: float) -> Font:
    """Return a font at `least` points or more, in half points: what is reduced in print stays legible."""
    size = math.ceil(2 * least) / 2
    if size <= float(made.size):
        return made
    out = copy(made)
    out.size = size
    return out


TITLE: Final = font(16, bold=True, colour=theme.ACCENT)
SUBTITLE: Final = font(12, bold=True)
BODY: Final = font()
LEAD: Final = font(11)
NOTE: Final = font(8, colour=theme.SOFT)
HEADER: Final = font(9, bold=True)
FIGURE: Final = font(14, bold=True, colour=theme.ACCENT)
LINK: Final = Font(name=FONT, size=10, color=_rgb(theme.ACCENT), underline="single")
HEADER_FILL: Final = PatternFill("solid", fgColor=_rgb(theme.MARGIN_BAND))
_THIN: Final = Side(style="thin", color=_rgb(theme.RULE))
_STRONG: Final = Side(style="medium", color=_rgb(theme.ACCENT))
HEADER_BORDER: Final = Border(bottom=_STRONG)
ROW_BORDER: Final = Border(bottom=_THIN)
TOTAL_BORDER: Final = Border(top=_STRONG)
WRAP: Final = Alignment(wrap_text=True, vertical="top")
TOP: Final = Alignment(horizontal="left", vertical="top")
_CELL_TEXT: Final = Alignment(horizontal="left", wrap_text=True, vertical="top", indent=1)
_RIGHT: Final = Alignment(horizontal="right", vertical="top")
_HEADER_LEFT: Final = Alignment(horizontal="left", wrap_text=True, vertical="bottom", indent=1)
_HEADER_RIGHT: Final = Alignment(wrap_text=True, vertical="bottom", horizontal="right")


def alignment(fmt: Format, *, header: bool = False) -> Alignment:
    """Return the alignment of a column: figures right, text left and wrapped."""
    if header:
        return _HEADER_RIGHT if fmt in NUMERIC else _HEADER_LEFT
    return _RIGHT if fmt in NUMERIC else _CELL_TEXT


def put(sheet: Worksheet, row: int, col: int, value: Any, **look: Any) -> Any:
    """Write a cell so that no text ever becomes a formula, dress it, and return it.

    A text that a spreadsheet could take for a formula is stored as text and carries the quote prefix,
    so that editing it does not bring it alive. `look`: attributes of the cell (font, fill…).
    """
    cell: Any = sheet.cell(row=row, column=col)
    if isinstance(value, str):
        text = drop_controls(value)[:_LIMIT]
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_RISKY)
    elif value is not None:
        cell.value = value
    for name, part in look.items():
        setattr(cell, name, part)
    return cell


def lines(text: str, width: float) -> int:
    """Estimate how many lines a text takes in a width of characters, broken between words."""
    room = max(int(width * _LETTERS), 4)
    count = 0
    for part in text.split("\n"):
        count += 1
        used = 0.0
        for word in part.split():
            size = letters(word)
            if used and used + 1 + size <= room:
                used += 1 + size
                continue
            more = math.ceil(size / room)  # a word longer than a line is cut
            count += more - (0 if used else 1)
            used = size - (more - 1) * room
    return count


def letters(word: str) -> float:
    """Return the room a word takes, in small letters: files that shout need wider columns."""
    return len(word) + _CAPITAL * sum(map(str.isupper, word))
