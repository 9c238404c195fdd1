"""Percentages of an old workbook (.xls): its reader gives the number, not how the cell shows it.

A file that is not as the format says has no answer here: its reader refuses it, or a rate so low is asked
about later.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Cell = tuple[int, int]
_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR: Final = 0xFFFFFFFA
"""Numbers of sectors from here on are marks: free, end of chain."""
_ENTRY: Final = 128
_BOF, _EOF, _SHEET, _FORMAT, _STYLE = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_NUMBER, _SHORT, _SHORTS, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_UNICODE: Final = 0x0600
_TEXT_RESULT: Final = b"\xff\xff"
_PERCENTS: Final = frozenset({9, 10})


def percent_cells(path: Path) -> dict[str, set[Cell]]:
    """Return the numbers shown as percentages, by sheet: (row, column), from 0."""
    data = path.read_bytes()
    try:
        return dict(_sheets(_workbook(data))) if data.startswith(_SIGNATURE) else {}
    except (struct.error, IndexError, KeyError, ValueError, OverflowError):
        return {}


def _words(data: bytes, at: int, count: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{count}I", data, at)


def _workbook(data: bytes) -> bytes:
    """Return the stream of the workbook out of its compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    first, _, small, first_mini, _, more = _words(data, 48, 6)
    listed = list(_words(data, 76, 109))
    while more < _NO_SECTOR and len(listed) * size < 4 * len(data):
        *part, more = _words(data, (more + 1) * size, size // 4)
        listed += part
    table = [w for s in listed if s < _NO_SECTOR for w in _words(data, (s + 1) * size, size // 4)]

    def stream(start: int) -> bytes:
        return b"".join(data[(s + 1) * size : (s + 2) * size] for s in _chain(table, start))

    folder = stream(first)
    entries = {}
    for at in range(0, len(folder), _ENTRY):
        length = struct.unpack_from("<H", folder, at + 64)[0]
        name = folder[at : at + max(0, length - 2)].decode("utf-16-le")
        entries[name] = _words(folder, at + 116, 2)
    start, length = entries["Workbook" if "Workbook" in entries else "Book"]
    if length >= small:
        return stream(start)[:length]
    minis, step = stream(entries["Root Entry"][0]), 1 << struct.unpack_from("<H", data, 32)[0]
    short = stream(first_mini)
    follows = list(_words(short, 0, len(short) // 4))
    return b"".join(minis[s * step : (s + 1) * step] for s in _chain(follows, start))[:length]


def _chain(table: list[int], start: int) -> Iterator[int]:
    """Follow the sectors of a stream; a chain that loops stops at the size of its table."""
    for _ in range(len(table)):
        if start >= _NO_SECTOR:
            return
        yield start
        start = table[start]


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Read the records of a substream, to its end."""
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        if kind == _EOF:
            return
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(book: bytes) -> Iterator[tuple[str, set[Cell]]]:
    """Read the styles, then the cells of each sheet that wear one of a percentage."""
    wide, sheets, styles = True, [], []
    kinds = set(_PERCENTS)
    for kind, body in _records(book, 0):
        if kind == _BOF:
            wide = struct.unpack_from("<H", body)[0] == _UNICODE
        elif kind == _SHEET:
            letters = body[8:] if wide and body[7] & 1 else body[7 + wide :]
            code = "utf-16-le" if wide and body[7] & 1 else "latin-1"
            sheets.append((letters.decode(code), _words(body, 0, 1)[0]))
        elif kind == _FORMAT and b"%" in body[2:]:
            kinds.add(struct.unpack_from("<H", body)[0])
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    shown = {k for k, number in enumerate(styles) if number in kinds}
    for name, at in sheets:
        cells = (cell for kind, body in _records(book, at) for cell in _cells(kind, body))
        yield name, {(row, column) for row, column, style in cells if style in shown}


def _cells(kind: int, body: bytes) -> Iterator[tuple[int, int, int]]:
    """Return row, column and style of the numbers of a record."""
    if kind in (_NUMBER, _SHORT) or (kind == _FORMULA and body[12:14] != _TEXT_RESULT):
        row, column, style = struct.unpack_from("<HHH", body)
        yield row, column, style
    elif kind == _SHORTS:
        row, first = struct.unpack_from("<HH", body)
        for k, at in enumerate(range(4, len(body) - 2, 6)):
            yield row, first + k, struct.unpack_from("<H", body, at)[0]
