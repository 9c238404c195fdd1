"""Extent, error cells and uncomputed formulas of the sheets of a workbook, before its reader loads them.

The reader allocates the whole rectangle from the first to the last filled cell, and stops the whole
program when memory lacks: one stray cell in the last corner would do it. And it returns nothing for a
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

from tfpb.errors import Place, fail
from tfpb.io.tables.contents import largest_unpacked, most_cells, refuse_larger
from tfpb.io.tables.old_workbook import percent_cells

if TYPE_CHECKING:
    from collections.abc import Container, Generator, Iterable, Iterator
    from pathlib import Path

_BLOCK: Final = 1 << 20
_WORKBOOK: Final = "xl/workbook.xml"
_OPEN_DOCUMENT: Final = "content.xml"
_OPEN_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})
_MOST_ALIKE: Final = 10_000
"""Cells that one mark may repeat: more percentages alike are no table of rates."""
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
_STYLES: Final = "xl/styles.xml"
_FORMAT: Final = re.compile(r"<(?:\w+:)?numFmt\s[^>]*>")
_CELL_STYLES: Final = re.compile(r"<(?:\w+:)?cellXfs.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE: Final = re.compile(r"<(?:\w+:)?xf\s[^>]*>")
_FONTS: Final = re.compile(r"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", re.DOTALL)
_FONT: Final = re.compile(r"<(?:\w+:)?font(?:\s[^>]*)?(?:/>|>.*?</(?:\w+:)?font>)", re.DOTALL)
_STRIKE: Final = re.compile(r"<(?:\w+:)?strike(?:\s*/>|>|\s+val=\"(?:1|true)\")")
_ROW: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*hidden=[^>]*>")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\s[^>]*hidden=[^>]*>")
_MOST_HIDDEN: Final = 1_000
"""Columns beyond which a sheet hides what it does not use."""
_TRUE: Final = frozenset({"1", "true"})
_PERCENT_KINDS: Final = {"9", "10"}
_STYLED: Final = re.compile(rb'(?:^|\s)s="(\d+)"')
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


@dataclass(slots=True)
class SheetScan:
    """What a sheet has beyond its values; rows and columns are from 0."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # cells in error (« #DIV/0! »)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    """Formulas without a computed value."""
    percents: set[tuple[int, int]] = field(default_factory=set)
    """Numbers shown as percentages: 0.0047 shown « 0,47 % »."""
    hidden: set[int] = field(default_factory=set)
    """Rows hidden one by one or by a filter; those folded under an outline are data."""
    struck: set[tuple[int, int]] = field(default_factory=set)  # cells struck through
    hidden_columns: set[int] = field(default_factory=set)
    """Those that an outline folds are not hidden (xlsx alone)."""


@dataclass(frozen=True, slots=True)
class _Styles:
    """Numbers of the cell styles that show a percentage, and of those that strike through."""

    percents: frozenset[bytes] = frozenset()
    struck: frozenset[bytes] = frozenset()


_NO_STYLES: Final = _Styles()


def scan_workbook(path: Path) -> dict[str, SheetScan]:
    """Look through the sheets of an xlsx, xlsm, ods or xls (of the last, percentages alone).

    Raises `fichier_trop_grand` when the archive unpacks beyond the limit, `feuille_trop_grande` when a
    sheet's filled rectangle does.
    """
    if not zipfile.is_zipfile(path):
        return {name: SheetScan(percents=cells) for name, cells in percent_cells(path).items()}
    with zipfile.ZipFile(path) as archive:
        total = sum(info.file_size for info in archive.infolist())
        refuse_larger(path, total, largest_unpacked())
        names = set(archive.namelist())
        for part in sorted(n for n in names if n.startswith(_BINARY) and n.endswith(".bin")):
            with archive.open(part) as file:
                _refuse_far_record(iter(lambda: file.read(_BLOCK), b""), path)
        if _OPEN_DOCUMENT in names:
            return _OpenDocument().read(archive)
        if _WORKBOOK not in names or _RELATIONS not in names:
            return {}
        named = {part: sheet for sheet, part in _parts(archive) if part in names}
        others = [n for n in names if _OTHER.fullmatch(n) and n not in named]
        for part in sorted(others):  # reached by a name that plain search does not understand
            _scan(archive, part, path, "")
        shown = _cell_styles(_text(archive, _STYLES)) if _STYLES in names else _Styles()
        return {sheet: _scan(archive, part, path, sheet, shown) for part, sheet in named.items()}


class _OpenDocument:
    """Reads the content of an ods to its end: cells that show a percentage or are struck, rows hidden."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetScan] = {}
        self._here = SheetScan()
        self._row = self._rows = self._column = self._outline = 0
        self._style = ""
        self._struck: set[str] = set()

    def read(self, archive: zipfile.ZipFile) -> dict[str, SheetScan]:
        """Refuse a content that is no XML, or declares entities: the reader would never come back.

        ValueError: the caller reports an unreadable file.
        """
        parser = expat.ParserCreate()
        parser.EntityDeclHandler = refuse_entities
        parser.StartElementHandler = self._element
        parser.EndElementHandler = self._end
        try:
            with archive.open(_OPEN_DOCUMENT) as file:
                parser.ParseFile(file)
        except expat.ExpatError as error:
            raise ValueError(_OPEN_DOCUMENT) from error
        return self.sheets

    def _element(self, name: str, marks: dict[str, str]) -> None:
        if name == "table:table":
            self._here = self.sheets.setdefault(marks.get("table:name", ""), SheetScan())
            self._row = self._rows = 0
        elif name == "table:table-row":
            self._next_row(marks)
        elif name == "table:table-row-group":
            self._outline += 1
        elif name == "style:style":
            self._style = marks.get("style:name", "")
        elif name == "style:text-properties":
            if marks.get("style:text-line-through-style", "none") != "none":
                self._struck.add(self._style)
        elif name in _OPEN_CELLS:
            self._cells(marks)

    def _next_row(self, marks: dict[str, str]) -> None:
        self._row, self._column = self._row + self._rows, 0
        self._rows = _repeated(marks, "table:number-rows-repeated")
        seen = marks.get("table:visibility", "visible") == "visible"
        if not seen and not self._outline and self._rows <= _MOST_ALIKE:
            self._here.hidden.update(range(self._row, self._row + self._rows))

    def _cells(self, marks: dict[str, str]) -> None:
        wide = _repeated(marks, "table:number-columns-repeated")
        percent = marks.get("office:value-type") == "percentage"
        struck = marks.get("table:style-name") in self._struck
        if (percent or struck) and self._rows * wide <= _MOST_ALIKE:
            rows, columns = range(self._row, self._row + self._rows), range(wide)
            held = {(row, self._column + c) for row in rows for c in columns}
            if percent:
                self._here.percents |= held
            if struck:
                self._here.struck |= held
        self._column += wide

    def _end(self, name: str) -> None:
        self._outline -= name == "table:table-row-group"


def _repeated(marks: dict[str, str], name: str) -> int:
    """Return how many times a row or a cell stands."""
    text = marks.get(name, "1")
    return int(text) if text.isdecimal() else 1


def refuse_entities(*_declared: object) -> None:
    """Refuse a file that declares entities: expanded, they may never end."""
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


def _cell_styles(styles: str) -> _Styles:
    """Return the numbers of the cell styles that show a percentage, and of those that strike through."""
    formats = [_attributes(m) for m in _FORMAT.findall(styles)]
    kinds = _PERCENT_KINDS | {f.get("numFmtId") for f in formats if "%" in f.get("formatCode", "")}
    used = _CELL_STYLES.search(styles)
    cells = [_attributes(m) for m in _STYLE.findall(used[0])] if used else []
    fonts = _FONTS.search(styles)
    struck = {
        str(k)
        for k, font in enumerate(_FONT.findall(fonts[0]) if fonts else ())
        if _STRIKE.search(font)
    }

    def numbers(name: str, wanted: Container[str | None]) -> frozenset[bytes]:
        return frozenset(str(k).encode() for k, c in enumerate(cells) if c.get(name) in wanted)

    return _Styles(numbers("numFmtId", kinds), numbers("fontId", struck))


def _scan(
    archive: zipfile.ZipFile,
    part: str,
    path: Path,
    sheet: str,
    shown: _Styles = _NO_STYLES,
) -> SheetScan:
    """Look through the cells of one sheet; measure them one by one only if they may reach too far."""
    out = SheetScan()
    width, height, odd = 26, 9_999, False
    for block in _blocks(archive, part):
        if b't="e"' in block or _FORMULA.search(block):
            _odd_cells(block, out)
        if shown.percents or shown.struck:
            _styled_cells(block, shown, out)
        if b"hidden=" in block:
            out.hidden |= set(_hidden_rows(block))
            out.hidden_columns |= set(_hidden_columns(block))
        width = max([width, *(bound for mark, bound in _WIDE if mark.search(block))])
        height = max([height, *(bound for mark, bound in _TALL if mark.search(block))])
        odd = odd or _ODD.search(block) is not None
    if odd or width * height > most_cells():
        with closing(_blocks(archive, part)) as blocks:  # refused midway, the part is closed
            _refuse_far_corner(blocks, path, sheet)
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


def _styled_cells(block: bytes, shown: _Styles, out: SheetScan) -> None:
    for cell in _CELL.finditer(block):
        style, place = _STYLED.search(cell["head"]), _PLACE.search(cell["head"])
        if style is None or place is None:
            continue
        number = b't="' not in cell["head"] or b't="n"' in cell["head"]
        if number and style[1] in shown.percents:
            out.percents.add((int(place[2]) - 1, column_rank(place[1])))
        if style[1] in shown.struck:
            out.struck.add((int(place[2]) - 1, column_rank(place[1])))


def _hidden_rows(block: bytes) -> Iterator[int]:
    """List the rows of a block that are hidden, from 0, but those that an outline folds."""
    for mark in _ROW.findall(block):
        fields = _attributes(mark.decode("ascii", errors="replace"))
        folded = fields.get("outlineLevel", "0") != "0"
        if fields.get("hidden") in _TRUE and not folded and fields.get("r", "").isdecimal():
            yield int(fields["r"]) - 1


def _hidden_columns(block: bytes) -> Iterator[int]:
    """List the columns that a block hides, from 0, but those that an outline folds."""
    for mark in _COLUMN.findall(block):
        fields = _attributes(mark.decode("ascii", errors="replace"))
        first, last = fields.get("min", ""), fields.get("max", "")
        folded = fields.get("outlineLevel", "0") != "0"
        if fields.get("hidden") in _TRUE and not folded and first.isdecimal() and last.isdecimal():
            yield from range(int(first) - 1, min(int(last), _MOST_HIDDEN))


def _odd_cells(block: bytes, out: SheetScan) -> None:
    for cell in _CELL.finditer(block):
        place = _PLACE.search(cell["head"])
        if place is None:
            continue
        value = _VALUE.search(cell["body"])
        where = (int(place[2]) - 1, column_rank(place[1]))
        if b't="e"' in cell["head"]:
            out.errors[where] = value[1].decode("utf-8", errors="replace") if value else "#ERREUR"
        elif value is None and b't="str"' not in cell["head"] and _FORMULA.search(cell["body"]):
            out.formulas.append(where)  # a computed formula may be an empty text, marked « str »


def _refuse_far_corner(blocks: Iterable[bytes], path: Path, sheet: str) -> None:
    """Refuse an xlsx sheet whose filled rectangle, measured cell by cell, is too large for a table."""
    last_row, last_column, corner = 0, 0, ""
    for block in blocks:
        if _LONGEST_PLACE.search(block):
            raise fail("fichier_illisible", place=Place(path.name, sheet), got=sheet, format="xlsx")
        for letters, digits in _REFERENCE.findall(block):
            row, column = int(digits), column_rank(letters.upper()) + 1
            if row > last_row or column > last_column:
                corner = f"{letters.decode().upper()}{row}"
            last_row, last_column = max(last_row, row), max(last_column, column)
    refuse_extent(path, sheet, corner, (last_row, last_column))


def _refuse_far_record(blocks: Iterator[bytes], path: Path) -> None:
    """Refuse an xlsb sheet whose filled rectangle, measured record by record, is too large."""
    last_row = last_column = row = 0
    for kind, head in _records(blocks):
        place = int.from_bytes(head[:_WORD], "little")
        if kind == _XLSB_ROW:
            row = place + 1
        elif kind in _XLSB_CELLS:
            last_row, last_column = max(last_row, row), max(last_column, place + 1)
    refuse_extent(path, "", f"{letters(last_column)}{last_row}", (last_row, last_column))


def _records(blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Read the records of a binary sheet: kind, and the first bytes of its content."""
    data, at = b"", 0
    for block in blocks:
        if len(data) - at > _LONGEST_RECORD:
            return  # no sheet holds such a record: the reader will refuse it
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


def refuse_extent(path: Path, sheet: str, corner: str, extent: tuple[int, int]) -> None:
    """Refuse a sheet whose filled rectangle is too large for a table (`feuille_trop_grande`)."""
    rows, columns = extent
    if rows * columns > most_cells():
        place = Place(path.name, sheet, rows)
        raise fail("feuille_trop_grande", place=place, got=corner, lignes=rows, colonnes=columns)


def column_rank(letters: bytes) -> int:
    """Return the rank of a column from 0 (`A` is 0)."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def letters(number: int) -> str:
    """Return the letters of a column from its rank, the first being 1."""
    out = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out
