"""Text tables in: encodings of French offices, separators, and lines that do not fit their header."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place, Severity, fail
from tfpb.io.tables.contents import is_binary, require_file, unreadable
from tfpb.io.tables.size_limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, refuse_large
from tfpb.io.tables.table_files import DANGEROUS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORMAT: Final = "texte CSV"
_SEPARATORS: Final = (";", "\t", ",", "|")
_WINDOW: Final = 1_000_000
"""Characters without an end of line from which a line is looked at."""
_SAMPLE_CHARACTERS: Final = 200_000
_SAMPLE_LINES: Final = 50
_CP1252_HOLES: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_SNIFFED: Final = 4096
_NUL_SHARE: Final = 0.3
_SHOWN: Final = 80


def decode(raw: bytes) -> str:
    """Decode bytes as UTF-8 or UTF-16, with or without BOM, else as cp1252 (its holes as Latin-1)."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if wide := _wide(raw[:_SNIFFED]):
        return raw.decode(wide, errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="surrogateescape")
        return text.translate({0xDC00 + byte: byte for byte in _CP1252_HOLES})


def _wide(head: bytes) -> str:
    """Tell UTF-16 without BOM: in French text one byte in two is nul, always on the same side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and odd > _NUL_SHARE * half and not even:
        return "utf-16-le"
    return "utf-16-be" if half and even > _NUL_SHARE * half and not odd else ""


def read_csv(path: Path) -> tuple[list[list[str]], str]:
    """Read a text file as rows of cells.

    Returns
    -------
    grid : list of rows
    separator : str

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_inaccessible`, `fichier_trop_grand`, `fichier_illisible`,
        `cellule_trop_longue`, `guillemet_non_ferme`, `tableau_trop_large`.
    """
    require_file(path)
    refuse_large(path)
    raw = path.read_bytes()
    if not _wide(raw[:_SNIFFED]) and is_binary(raw[:_SNIFFED]):
        raise unreadable(path, _FORMAT)
    text = decode(raw).replace("\x00", "")
    del raw
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    separator = _separator(text)
    _refuse_endless_line(text, separator, path.name)
    grid: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            cells = [_shown(c) for c in row]
            _refuse_swallowed(cells, separator, len(grid), path.name)
            grid.append(cells)
    except csv.Error as error:
        raise fail(
            "cellule_trop_longue",
            place=Place(path.name, "", len(grid) + 1),
            limite=MAX_CELL_CHARACTERS,
        ) from error
    return grid, separator


def _refuse_endless_line(text: str, separator: str, file: str) -> None:
    """Refuse a line of millions of cells before each of them takes its place in memory."""
    for start in range(0, len(text) - _WINDOW, _WINDOW):
        end = start + _WINDOW
        if text.find("\n", start, end) < 0 and text.find("\r", start, end) < 0:
            cells = text.count(separator, start, end)
            if cells > MAX_COLUMNS:
                row = text.count("\n", 0, start) + 1
                place = Place(file, "", row)
                raise fail(
                    "tableau_trop_large", place=place, got=f"> {cells} colonnes", limite=MAX_COLUMNS
                )


def _refuse_swallowed(cells: list[str], separator: str, position: int, file: str) -> None:
    """Refuse a cell that holds whole lines: a quote was opened and never closed."""
    for cell in cells:
        if (
            "\n" in cell
            and cell.count("\n") > 1
            and cell.count(separator) >= max(2 * len(cells), 4)
        ):
            raise fail(
                "guillemet_non_ferme",
                place=Place(file, "", position + 1),
                got=cell[:_SHOWN],
                lignes=cell.count("\n") + 1,
            )


def _shown(cell: str) -> str:
    """Take back the apostrophe that guards a formula-like text in the files we write."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in DANGEROUS and len(text) > 1 else text


def _separator(text: str) -> str:
    """Choose the separator that cuts the first lines into most columns, most evenly."""
    lines = [
        line for line in text[:_SAMPLE_CHARACTERS].splitlines()[:_SAMPLE_LINES] if line.strip()
    ]
    best, score = ";", (0, 0)
    for mark in _SEPARATORS:
        widths = [len(r) for r in csv.reader(lines, delimiter=mark)]
        if not widths:
            continue
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        candidate = (widths.count(common) * (common > 1), common)
        if candidate > score:
            best, score = mark, candidate
    return best


def uneven_lines(
    grid: list[list[str]], top: int, width: int, file: str, header: list[str]
) -> Iterator[Fault]:
    """List lines with more cells than the header (a fault), and cut ones (a doubt).

    A line is cut when it stops short though the lines of the file are as wide as their header.
    """
    full = sum(1 for row in grid[top + 1 :] if len(row) >= width)
    for position, row in enumerate(grid[top + 1 :], start=top + 1):
        extra = [c for c in row[width:] if c]
        if extra:
            yield Fault(
                "ligne_trop_longue",
                Place(file, "", position + 1),
                " ; ".join(extra)[:_SHOWN],
                {"lues": len(row), "attendues": width},
            )
        elif any(row) and len(row) < width and 2 * full > len(grid) - top - 1:
            yield Fault(
                "ligne_coupee",
                Place(file, "", position + 1, header[len(row) - 1]),
                row[-1][:_SHOWN],
                {"lues": len(row), "attendues": width},
                Severity.DOUTE,
            )
