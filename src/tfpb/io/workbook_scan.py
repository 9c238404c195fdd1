"""A look at the sheets of an xlsx before its reader loads them: extent, error cells, bare formulas.

The reader allocates the whole rectangle from the first to the last filled cell, so that one stray
cell in the last corner would ask for more memory than any machine has; and it returns nothing for a
cell in error or a formula that was never computed, as if the cell were empty.
"""

from __future__ import annotations

import html
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, fail
from tfpb.io.limits import EXPANSION, MAX_SHEET_CELLS, max_file_bytes, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK: Final = 1 << 20
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WIDE: Final = ((re.compile(rb'r="[A-Z]{3}\d'), 16_384), (re.compile(rb'r="[A-Z]{2}\d'), 702))
_TALL: Final = (
    (re.compile(rb'r="[A-Z]{1,3}\d{7}'), 10_000_000),
    (re.compile(rb'r="[A-Z]{1,3}\d{6}'), 999_999),
    (re.compile(rb'r="[A-Z]{1,3}\d{5}'), 99_999),
)
_REFERENCE: Final = re.compile(rb'r="([A-Z]{1,3})(\d{1,10})"')
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\s(?P<head>[^>]*)(?<!/)>(?P<body>.*?)</(?:\w+:)?c>", re.DOTALL
)
_PLACE: Final = re.compile(rb'(?:^|\s)r="([A-Z]{1,3})(\d{1,7})"')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v[^>/]*>([^<]+)<")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")


@dataclass(slots=True)
class SheetScan:
    """What a sheet holds beyond its values.

    Parameters
    ----------
    errors : dict of (row, column) to str
        Cells in error (« #DIV/0! »), rows and columns from 0.
    formulas : list of (row, column)
        Formulas without a computed value.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: list[tuple[int, int]] = field(default_factory=list)


def scan_workbook(path: Path) -> dict[str, SheetScan]:
    """Look through the sheets of an xlsx or xlsm; other workbooks give an empty mapping.

    Raises
    ------
    TfpbError
        `fichier_trop_grand` when the archive unpacks beyond the limit, `feuille_trop_grande` when a
        sheet's filled rectangle does.
    """
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        limit = max_file_bytes() * EXPANSION
        total = sum(info.file_size for info in archive.infolist())
        if total > limit:
            raise too_large(path, total, limit)
        names = set(archive.namelist())
        if _WORKBOOK not in names or _RELATIONS not in names:
            return {}
        return {
            sheet: _scan(archive, part, path, sheet)
            for sheet, part in _parts(archive)
            if part in names
        }


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Pair each sheet with its part of the archive; plain search, no entity is ever expanded."""
    targets = {}
    for mark in _RELATION.findall(_text(archive, _RELATIONS)):
        fields = _attributes(mark)
        targets[fields.get("Id", "")] = fields.get("Target", "")
    for mark in _SHEET.findall(_text(archive, _WORKBOOK)):
        fields = _attributes(mark)
        key = next((v for k, v in fields.items() if k.endswith(":id")), "")
        target = targets.get(key, "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        yield html.unescape(fields.get("name", "")), part


def _attributes(mark: str) -> dict[str, str]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(mark)}


def _text(archive: zipfile.ZipFile, part: str) -> str:
    with archive.open(part) as file:
        return file.read(_BLOCK * 8).decode("utf-8", errors="replace")


def _scan(archive: zipfile.ZipFile, part: str, path: Path, sheet: str) -> SheetScan:
    out = SheetScan()
    width, height = 26, 9_999
    for block in _blocks(archive, part):
        width = max([width, *(bound for mark, bound in _WIDE if mark.search(block))])
        height = max([height, *(bound for mark, bound in _TALL if mark.search(block))])
        if b't="e"' in block or _FORMULA.search(block):
            _odd_cells(block, out)
    if width * height > MAX_SHEET_CELLS:
        _refuse_far_corner(archive, part, path, sheet)
    return out


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Read a part by blocks that never cut a cell in two."""
    rest = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            whole = rest + block
            cut = max(whole.rfind(b"<c "), whole.rfind(b":c "))
            if cut <= 0:
                cut = len(whole) - 64 if len(whole) > _BLOCK else 0
            yield whole[:cut]
            rest = whole[cut:]
    yield rest


def _odd_cells(block: bytes, out: SheetScan) -> None:
    for cell in _CELL.finditer(block):
        place = _PLACE.search(cell["head"])
        if place is None:
            continue
        value = _VALUE.search(cell["body"])
        where = (int(place[2]) - 1, _column(place[1]))
        if b't="e"' in cell["head"]:
            out.errors[where] = value[1].decode("utf-8", errors="replace") if value else "#ERREUR"
        elif value is None and b't="str"' not in cell["head"] and _FORMULA.search(cell["body"]):
            out.formulas.append(where)  # a computed formula may be an empty text, marked « str »


def _refuse_far_corner(archive: zipfile.ZipFile, part: str, path: Path, sheet: str) -> None:
    """Measure the filled rectangle exactly, and refuse it when it is too large to be a table."""
    last_row, last_column, corner = 0, 0, ""
    for block in _blocks(archive, part):
        for letters, digits in _REFERENCE.findall(block):
            row, column = int(digits), _column(letters) + 1
            if row > last_row or column > last_column:
                corner = f"{letters.decode()}{row}"
            last_row, last_column = max(last_row, row), max(last_column, column)
    if last_row * last_column > MAX_SHEET_CELLS:
        raise fail(
            "feuille_trop_grande",
            place=Place(path.name, sheet, last_row),
            got=corner,
            lignes=last_row,
            colonnes=last_column,
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
