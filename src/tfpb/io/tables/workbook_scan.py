"""A look at the sheets of an xlsx before its reader loads them: extent, error cells, bare formulas.

The reader allocates the whole rectangle from the first to the last filled cell, so that one stray
cell in the last corner would ask for more memory than any machine has; and it returns nothing for a
cell in error or a formula that was never computed, as if the cell were empty.
"""

from __future__ import annotations

import html
import re
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from tfpb.io.tables.size_limits import EXPANSION, max_file_bytes, too_large
from tfpb.io.tables.workbook_extent import (
    column_number,
    may_reach_far,
    refuse_far_corner,
    refuse_far_record,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_BLOCK: Final = 1 << 20
_WORKBOOK: Final = "xl/workbook.xml"
_OPEN_DOCUMENT: Final = "content.xml"
_BINARY: Final = "xl/worksheets/"
_OTHER: Final = re.compile(r"xl/(?:\w*sheets/)?[^/]*sheet[^/]*\.xml", re.IGNORECASE)
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
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
        for part in sorted(n for n in names if n.startswith(_BINARY) and n.endswith(".bin")):
            with archive.open(part) as file:
                refuse_far_record(iter(lambda: file.read(_BLOCK), b""), path, "")
        if _OPEN_DOCUMENT in names:
            _refuse_malformed(archive, _OPEN_DOCUMENT)
        if _WORKBOOK not in names or _RELATIONS not in names:
            return {}
        named = {part: sheet for sheet, part in _parts(archive) if part in names}
        others = [n for n in names if _OTHER.fullmatch(n) and n not in named]
        for part in sorted(others):  # reached by a name that plain search does not understand
            _scan(archive, part, path, "")
        return {sheet: _scan(archive, part, path, sheet) for part, sheet in named.items()}


def _refuse_malformed(archive: zipfile.ZipFile, part: str) -> None:
    """Refuse a part that is no XML to its end, or declares entities: the reader would never come back.

    Raises
    ------
    ValueError
        Told by the caller as an unreadable file.
    """
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entities
    try:
        with archive.open(part) as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise ValueError(part) from error


def _refuse_entities(*_declared: object) -> None:
    raise ValueError


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
    far = False
    for block, far in may_reach_far(_blocks(archive, part)):  # noqa: B007 - the last one counts
        if b't="e"' in block or _FORMULA.search(block):
            _odd_cells(block, out)
    if far:
        with closing(_blocks(archive, part)) as blocks:  # refused midway, the part is closed
            refuse_far_corner(blocks, path, sheet)
    return out


def _blocks(archive: zipfile.ZipFile, part: str) -> Generator[bytes, None, None]:
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
        where = (int(place[2]) - 1, column_number(place[1]))
        if b't="e"' in cell["head"]:
            out.errors[where] = value[1].decode("utf-8", errors="replace") if value else "#ERREUR"
        elif value is None and b't="str"' not in cell["head"] and _FORMULA.search(cell["body"]):
            out.formulas.append(where)  # a computed formula may be an empty text, marked « str »
