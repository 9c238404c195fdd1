"""Text tables in: encodings of French offices, separators, and lines that do not fit their header."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place, Severity, fail
from tfpb.io.tables.contents import MAX_COLUMNS, is_binary, unreadable
from tfpb.io.tables.text_table import TextTable, cut_table, trimmed
from tfpb.packaged import packaged
from tfpb.text import like_formula
from tfpb.words.faults.input_words import ENCODINGS, TEXT, columns_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_CELL_CHARACTERS: Final = 1_000_000
_SEPARATORS: Final = (";", "\t", ",", "|")
_WINDOW: Final = 1_000_000
"""Characters without an end of line from which a line is looked at."""
_SAMPLE_CHARACTERS: Final = 200_000
_SAMPLE_LINES: Final = 50
_CP1252_HOLES: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_SNIFFED: Final = 4096
_NUL_SHARE: Final = 0.3
_SHOWN: Final = 80
_REMEMBERED: Final = 100_000


_EIGHT_BITS: Final = ("cp1252", "mac_roman", "cp850")
_FRENCH, _NEITHER = (frozenset(packaged(__name__)["letters"][k]) for k in ("french", "neither"))
_ASCII: Final = 127
_SNIFFED_LETTERS: Final = 1 << 18


def decode(raw: bytes) -> str:
    """Decode bytes as UTF-8 or UTF-16, with or without BOM, else as cp1252 (its holes as Latin-1)."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if wide := _wide(raw[:_SNIFFED]):
        return raw.decode(wide, errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(raw, encoding_of(raw))


def encoding_of(raw: bytes) -> str:
    """Return the codec of eight bits under which most letters are French: Windows, Mac or DOS."""
    head = raw[:_SNIFFED_LETTERS]
    return max(_EIGHT_BITS, key=lambda codec: _french(_as(head, codec)))


def _as(raw: bytes, codec: str) -> str:
    text = raw.decode(codec, errors="surrogateescape")
    return text.translate({0xDC00 + byte: byte for byte in _CP1252_HOLES})


def _french(text: str) -> int:
    """Count the signs of French texts, the others of eight bits taken off."""
    letters = (c for c in text if ord(c) > _ASCII and c not in _NEITHER)
    return sum(1 if c in _FRENCH else -1 for c in letters)


def _wide(head: bytes) -> str:
    """Return the codec of UTF-16 without BOM: one byte in two is nul, always on the same side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and odd > _NUL_SHARE * half and not even:
        return "utf-16-le"
    return "utf-16-be" if half and even > _NUL_SHARE * half and not odd else ""


def read_text(path: Path, names: frozenset[str]) -> TextTable:
    """Read a text file as a table; `names` are the folded names expected in the header.

    Raises `fichier_illisible`, `feuille_vide`, `cellule_trop_longue`, `guillemet_non_ferme`,
    `tableau_trop_large`.
    """
    grid, separator = grid_of(path)
    named = tuple(_old_encoding(path))
    table, top, header = cut_table(grid, path.name, "", names)
    uneven = _uneven_lines(grid, top, path.name, header)
    return replace(table, decimal="." if separator == "," else "", notices=(*named, *uneven))


def _old_encoding(path: Path) -> Iterator[Fault]:
    """Doubt a file whose accents are those of DOS or of an old Mac: they are read as such."""
    raw = path.read_bytes()
    try:
        if raw[:2] not in (b"\xff\xfe", b"\xfe\xff") and not _wide(raw[:_SNIFFED]):
            raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if (codec := encoding_of(raw)) != _EIGHT_BITS[0]:
            name = ENCODINGS[codec]
            yield Fault("encodage_ancien", Place(path.name), name, {}, Severity.DOUTE)


def grid_of(path: Path) -> tuple[list[list[str]], str]:
    """Return the cells of a text file by row, and its separator."""
    raw = path.read_bytes()
    if not _wide(raw[:_SNIFFED]) and is_binary(raw[:_SNIFFED]):
        raise unreadable(path, TEXT)
    text = decode(raw)
    del raw
    if "\x00" in text:
        text = text.replace("\x00", "")
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    separator = _separator(text)
    _refuse_endless_line(text, separator, path.name)
    grid: list[list[str]] = []
    meant, quoted = _Meant(), '"' in text  # without a quote no cell holds an end of line
    # a text takes four bytes a character in a StringIO; as bytes, one for nearly all of them
    held = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    del text
    lines = io.TextIOWrapper(held, "utf-8", "surrogatepass", newline="")
    reader = csv.reader(lines, delimiter=separator)
    try:
        for row in reader:
            cells = [meant[c] for c in row]
            if quoted:
                _refuse_swallowed(cells, separator, len(grid), path.name)
            grid.append(cells)
    except csv.Error as error:
        place = Place(path.name, "", len(grid) + 1)
        raise fail("cellule_trop_longue", place=place, limite=MAX_CELL_CHARACTERS) from error
    return grid, separator


def _refuse_endless_line(text: str, separator: str, file: str) -> None:
    """Refuse a line of millions of cells before each of them takes its place in memory."""
    for start in range(0, len(text) - _WINDOW, _WINDOW):
        end = start + _WINDOW
        if text.find("\n", start, end) < 0 and text.find("\r", start, end) < 0:
            cells = text.count(separator, start, end)
            if cells > MAX_COLUMNS:
                place = Place(file, "", text.count("\n", 0, start) + 1)
                got = columns_words(cells, more=True)
                raise fail("tableau_trop_large", place=place, got=got, limite=MAX_COLUMNS)


def _refuse_swallowed(cells: list[str], separator: str, position: int, file: str) -> None:
    """Refuse a cell that holds whole lines: a quote was opened and never closed."""
    for cell in cells:
        if "\n" not in cell:  # nearly all of them
            continue
        lines = cell.count("\n")
        if lines > 1 and cell.count(separator) >= max(2 * len(cells), 4):
            place = Place(file, "", position + 1)
            raise fail("guillemet_non_ferme", place=place, got=cell[:_SHOWN], lignes=lines + 1)


def as_meant(cell: str) -> str:
    """Drop the apostrophe that our own files put before a text that looks like a formula."""
    text = cell.strip()
    return text[1:].strip() if text[:1] == "'" and like_formula(text[1:]) else text


class _Meant(dict[str, str]):
    """Cells as meant, each text examined once: a file of codes holds few, one of names is forgotten."""

    def __missing__(self, cell: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[cell] = meant = as_meant(cell)
        return meant


def _separator(text: str) -> str:
    """Choose the separator that cuts the first lines into most columns, most evenly."""
    lines = [
        line for line in text[:_SAMPLE_CHARACTERS].splitlines()[:_SAMPLE_LINES] if line.strip()
    ]
    best, score = ";", (0, 0)
    for mark in _SEPARATORS if lines else ():
        widths = [len(r) for r in csv.reader(lines, delimiter=mark)]
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        candidate = (widths.count(common) * (common > 1), common)
        if candidate > score:
            best, score = mark, candidate
    return best


def _uneven_lines(grid: list[list[str]], top: int, file: str, header: list[str]) -> Iterator[Fault]:
    """List lines with more cells than the header (a fault), and cut ones (a doubt).

    A line is cut when it stops short though the lines of the file are as wide as their header.
    """
    width = len(trimmed(grid[top]))
    full = sum(1 for row in grid[top + 1 :] if len(row) >= width)
    for position, row in enumerate(grid[top + 1 :], start=top + 1):
        if len(row) == width:
            continue
        fields = {"lues": len(row), "attendues": width}
        extra = " ; ".join(c for c in row[width:] if c)
        if extra:
            place = Place(file, "", position + 1)
            yield Fault("ligne_trop_longue", place, extra[:_SHOWN], fields)
        elif len(row) < width and any(row) and 2 * full > len(grid) - top - 1:
            place = Place(file, "", position + 1, header[len(row) - 1])
            yield Fault("ligne_coupee", place, row[-1][:_SHOWN], fields, Severity.DOUTE)
