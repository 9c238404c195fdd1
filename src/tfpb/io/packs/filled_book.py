"""A workbook of a pack that people filled: whether they changed anything but the sheet that is read again."""

from __future__ import annotations

import io
import math
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tfpb.io.tables.contents import SPOILED_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


def same_but(sheet: str, written: bytes, now: bytes) -> bool:
    """Return whether two workbooks have the same cells, one sheet left out.

    What a spreadsheet program writes otherwise when it saves (styles, order of parts, the last digits of a
    number) is no change. What is no workbook is not the same.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - loaded where somebody filled a workbook alone

    try:
        first, second = (load_workbook(io.BytesIO(data), read_only=True) for data in (written, now))
        return first.sheetnames == second.sheetnames and all(
            _alike(one, other)
            for name in first.sheetnames
            if name != sheet
            for one, other in zip_longest(_cells(first[name]), _cells(second[name]))
        )
    # of XML, a SyntaxError; sheets are read as they come
    except (*SPOILED_ARCHIVE, KeyError, SyntaxError):
        return False


def _cells(sheet: Any) -> Iterator[tuple[int, int, Any]]:
    """Yield the filled cells of a sheet: row, column, value."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value not in (None, ""):
                yield cell.row, cell.column, cell.value


def _alike(one: tuple[int, int, Any] | None, other: tuple[int, int, Any] | None) -> bool:
    if one is None or other is None or one[:2] != other[:2]:
        return False
    was, value = one[2], other[2]
    if isinstance(was, int | float) and isinstance(value, int | float):
        return math.isclose(was, value, rel_tol=1e-9)
    return bool(was == value) or str(was).split() == str(value).split()
