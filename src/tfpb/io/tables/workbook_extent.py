"""How far the cells of a sheet reach, before a reader that keeps the whole rectangle loads it.

The reader stops the whole program when memory lacks: what would make it do so is refused first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, fail
from tfpb.io.tables.size_limits import MAX_SHEET_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BLOCK: Final = 1 << 20
_WIDE: Final = ((re.compile(rb'r="[A-Z]{3}\d'), 16_384), (re.compile(rb'r="[A-Z]{2}\d'), 702))
_TALL: Final = (
    (re.compile(rb'r="[A-Z]{1,3}\d{7}'), 10_000_000),
    (re.compile(rb'r="[A-Z]{1,3}\d{6}'), 999_999),
    (re.compile(rb'r="[A-Z]{1,3}\d{5}'), 99_999),
)
_ODD: Final = re.compile(rb"""\sr\s*=\s*(?:'|"(?!\d{1,7}"|[A-Z]{1,3}\d{1,7}")|\s)|\sr\s+=""")
"""A place written as no spreadsheet writes it: the exact measure reads it as the reader does."""
_REFERENCE: Final = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,9})(\d{1,10})["']""")
_LONGEST_PLACE: Final = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]{10}""")
_XLSB_ROW: Final = 0
_XLSB_CELLS: Final = range(1, 12)
_WORD: Final = 4
_LONGEST_RECORD: Final = 1 << 25
_MORE: Final = 0x80


def may_reach_far(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Look quickly at the blocks of an xlsx sheet: whether its rectangle may be too large so far."""
    width, height, odd = 26, 9_999, False
    for block in blocks:
        width = max([width, *(bound for mark, bound in _WIDE if mark.search(block))])
        height = max([height, *(bound for mark, bound in _TALL if mark.search(block))])
        odd = odd or _ODD.search(block) is not None
        yield block, odd or width * height > MAX_SHEET_CELLS


def refuse_far_corner(blocks: Iterable[bytes], path: Path, sheet: str) -> None:
    """Measure the filled rectangle of an xlsx sheet, and refuse it when it is too large to be a table.

    Raises
    ------
    TfpbError
        `feuille_trop_grande`.
    """
    last_row, last_column, corner = 0, 0, ""
    for block in blocks:
        if _LONGEST_PLACE.search(block):
            raise fail("fichier_illisible", place=Place(path.name, sheet), got=sheet, format="xlsx")
        for letters, digits in _REFERENCE.findall(block):
            row, column = int(digits), column_number(letters.upper()) + 1
            if row > last_row or column > last_column:
                corner = f"{letters.decode().upper()}{row}"
            last_row, last_column = max(last_row, row), max(last_column, column)
    _refuse(path, sheet, corner, (last_row, last_column))


def refuse_far_record(blocks: Iterator[bytes], path: Path, sheet: str) -> None:
    """Measure the filled rectangle of an xlsb sheet, record by record; refuse it likewise."""
    last_row = last_column = row = 0
    for kind, head in _records(blocks):
        place = int.from_bytes(head[:_WORD], "little")
        if kind == _XLSB_ROW:
            row = place + 1
        elif kind in _XLSB_CELLS:
            last_row, last_column = max(last_row, row), max(last_column, place + 1)
    _refuse(path, sheet, f"{column_letters(last_column)}{last_row}", (last_row, last_column))


def _records(blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Read the records of a binary sheet: kind, and the first bytes of its content."""
    data, at = b"", 0
    for block in blocks:
        if len(data) - at > _LONGEST_RECORD:
            return  # no sheet holds such a record: the reader will say what it thinks of it
        data, at = data[at:] + block, 0
        while (found := _record(data, at)) is not None:
            kind, start, end = found
            yield kind, data[start : min(end, start + _WORD)]
            at = end


def _record(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Return kind, start and end of the record that begins at `at`; None when it is not whole here."""
    fields = []
    for most in (2, 4):
        value = 0
        for shift in range(most):
            if at >= len(data):
                return None
            byte = data[at]
            at += 1
            value |= (byte & ~_MORE) << (7 * shift)
            if not byte & _MORE:
                break
        fields.append(value)
    kind, size = fields
    return (kind, at, at + size) if at + size <= len(data) else None


def _refuse(path: Path, sheet: str, corner: str, extent: tuple[int, int]) -> None:
    rows, columns = extent
    if rows * columns > MAX_SHEET_CELLS:
        raise fail(
            "feuille_trop_grande",
            place=Place(path.name, sheet, rows),
            got=corner,
            lignes=rows,
            colonnes=columns,
        )


def column_number(letters: bytes) -> int:
    """Return the rank of a column from 0 (`A` is 0)."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return the letters of a column from its rank, the first being 1."""
    out = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out
