"""What a spreadsheet « repairs » or refuses in an xlsx, looked for part by part."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from openpyxl.utils import range_boundaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

M: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
P: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
T: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
NAME: Final = re.compile(r"[^\W\d][\w.]*")
LIKE_A_CELL: Final = re.compile(r"(?i)[a-z]{1,3}\d+|r\d*c\d*")
SUM: Final = re.compile(r"=SUBTOTAL\(109,([A-Z]+)\d+:\1\d+\)")
"""The one formula of a pack: the total of what a filter shows."""
LONGEST: Final = 255
Parts = dict[str, bytes]


def faults(path: Path) -> list[str]:
    """List what would make a spreadsheet complain; empty for a clean workbook."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        found = [f"{n}: twice in the archive" for n, k in Counter(names).items() if k > 1]
        parts = {name: archive.read(name) for name in names}
    for name, data in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            try:
                ET.fromstring(data)  # noqa: S314 - our own file
            except ET.ParseError as error:
                return [*found, f"{name}: {error}"]
    found += _declared(parts)
    found += _linked(parts)
    book = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314
    found += _names(book)
    texts = _texts(parts)
    formats = _tree(parts, "xl/styles.xml").find(f"{M}cellXfs")
    styles = 0 if formats is None else len(formats)
    tables: list[tuple[str, str]] = []
    titles = [s.get("name", "") for s in book.iter(f"{M}sheet")]
    targets = _targets(parts, "xl/workbook.xml")
    for sheet in book.iter(f"{M}sheet"):
        where = targets[sheet.get(f"{R}id", "")]
        found += [
            f"{sheet.get('name')}: {f}" for f in _sheet(parts, where, texts, styles, tables, titles)
        ]
    for kind in (0, 1):
        seen = Counter(t[kind].casefold() for t in tables)
        found += [f"table {n}: twice" for n, k in seen.items() if k > 1]
    return found


def _tree(parts: Parts, name: str) -> ET.Element:
    return ET.fromstring(parts[name])  # noqa: S314


def _rels(name: str) -> str:
    return join(dirname(name), "_rels", name.rsplit("/", 1)[-1] + ".rels")


def _targets(parts: Parts, name: str) -> dict[str, str]:
    if _rels(name) not in parts:
        return {}
    return {
        r.get("Id", ""): (
            r.get("Target", "").lstrip("/")
            if r.get("Target", "").startswith("/")
            else normpath(join(dirname(name), r.get("Target", "")))
        )
        for r in _tree(parts, _rels(name))
        if r.get("TargetMode") != "External"
    }


def _declared(parts: Parts) -> Iterator[str]:
    types = _tree(parts, "[Content_Types].xml")
    kinds = {d.get("Extension", "").lower() for d in types.iter(f"{T}Default")}
    named = {o.get("PartName", "").lstrip("/") for o in types.iter(f"{T}Override")}
    for name in parts:
        known = name in named or name.rsplit(".", 1)[-1].lower() in kinds
        if name != "[Content_Types].xml" and not known:
            yield f"{name}: no content type"
    yield from (f"{name}: declared, absent" for name in named if name not in parts)


def _linked(parts: Parts) -> Iterator[str]:
    for name in parts:
        for target in _targets(parts, name).values():
            if target not in parts:
                yield f"{name}: points to {target}, absent"


def _names(book: ET.Element) -> Iterator[str]:
    titles = [s.get("name", "") for s in book.iter(f"{M}sheet")]
    for title in titles:
        if (
            not 0 < len(title) <= 31
            or re.search(r"[\[\]:*?/\\]", title)
            or title.strip("'") != title
        ):
            yield f"sheet {title!r}: name"
    if len({t.casefold() for t in titles}) != len(titles):
        yield "two sheets of one name"
    for one in book.iter(f"{M}definedName"):
        name, text = one.get("name", ""), one.text or ""
        if not name.startswith("_xlnm.") and (
            not NAME.fullmatch(name) or LIKE_A_CELL.fullmatch(name) or len(name) > LONGEST
        ):
            yield f"name {name!r}"
        if "#REF!" in text or not text:
            yield f"name {name!r}: {text!r}"


def _texts(parts: Parts) -> list[str]:
    if "xl/sharedStrings.xml" not in parts:
        return []
    items = _tree(parts, "xl/sharedStrings.xml").findall(f"{M}si")
    return ["".join(t.text or "" for t in item.iter(f"{M}t")) for item in items]


def _sheet(
    parts: Parts,
    where: str,
    texts: list[str],
    styles: int,
    tables: list[tuple[str, str]],
    titles: list[str],
) -> Iterator[str]:
    tree = _tree(parts, where)
    cells: dict[tuple[int, int], str] = {}
    yield from _rows(tree, texts, styles, cells)
    yield from _furniture(tree, titles)
    merged = [range_boundaries(m.get("ref", "")) for m in tree.iter(f"{M}mergeCell")]
    taken = [*merged]
    targets = _targets(parts, where)
    for part in tree.iter(f"{M}tablePart"):
        table = _tree(parts, targets[part.get(f"{R}id", "")])
        box = range_boundaries(table.get("ref", ""))
        yield from _table(table, box, cells)
        taken.append(box)
        tables.append((table.get("displayName", ""), "id " + table.get("id", "")))
    for k, one in enumerate(taken):
        for other in taken[:k]:
            if (
                one[0] <= other[2]
                and other[0] <= one[2]
                and one[1] <= other[3]
                and other[1] <= one[3]
            ):
                yield f"{one} and {other} overlap"
    yield from _comments(parts, targets, tree)


def _rows(
    tree: ET.Element, texts: list[str], styles: int, cells: dict[tuple[int, int], str]
) -> Iterator[str]:
    """Read the cells, in order; their texts are filed by row and column."""
    last = 0
    for row in tree.iter(f"{M}row"):
        number = int(row.get("r", "0"))
        if number <= last:
            yield f"row {number} out of order"
        last, column = number, 0
        if float(row.get("ht", "0")) > 409.5:
            yield f"row {number}: {row.get('ht')} points tall"
        for cell in row:
            name = cell.get("r", "")
            left, top, _, _ = range_boundaries(name)
            if left <= column or top != number:
                yield f"{name} out of order"
            column = left
            formula = cell.findtext(f"{M}f")
            known = formula is None or (SUM.fullmatch(f"={formula}") and cell.findtext(f"{M}v"))
            if int(cell.get("s", "0")) >= styles or not known:
                yield f"{name}: an unknown style or a formula"
            text = _text(cell, texts)
            if text is None:
                yield f"{name}: not what its type says"
            elif len(text) > 32_767:
                yield f"{name}: too long"
            cells[number, left] = text or ""


def _text(cell: ET.Element, texts: list[str]) -> str | None:
    """Return the text of a cell, nothing of a number; None for what cannot be read."""
    value, kind = cell.findtext(f"{M}v") or "", cell.get("t", "n")
    try:
        if kind == "s":
            return texts[int(value)]
        if kind == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(f"{M}t"))
        if kind == "n" and value:
            float(value)
    except (ValueError, IndexError):
        return None
    return ""


def _table(
    table: ET.Element, box: tuple[int, int, int, int], cells: dict[tuple[int, int], str]
) -> Iterator[str]:
    name = table.get("displayName", "")
    if not NAME.fullmatch(name) or LIKE_A_CELL.fullmatch(name) or len(name) > LONGEST:
        yield f"table {name!r}: name"
    left, top, right, bottom = box
    if bottom <= top:
        yield f"table {name}: no line"
    headers = [c.get("name", "") for c in table.iter(f"{M}tableColumn")]
    if len(headers) != right - left + 1:
        yield f"table {name}: {len(headers)} columns on {right - left + 1}"
    if len({h.casefold() for h in headers}) != len(headers) or not all(headers):
        yield f"table {name}: headers {headers}"
    for k, header in enumerate(headers):
        shown = cells.get((top, left + k), "")
        plain = re.sub(r"_x000[aAdD]_", "\n", header)
        if plain != shown or len(header) > LONGEST:
            yield f"table {name}: {header!r} over {shown!r}"
    own = table.find(f"{M}autoFilter")
    if own is not None and own.get("ref") != table.get("ref"):
        yield f"table {name}: filter {own.get('ref')}"


def _furniture(tree: ET.Element, titles: list[str]) -> Iterator[str]:
    for column in tree.iter(f"{M}col"):
        if not 0 <= float(column.get("width", "8")) <= LONGEST:
            yield f"column {column.get('min')}: {column.get('width')} wide"
    for place in ("oddHeader", "oddFooter"):
        if len(tree.findtext(f".//{M}{place}") or "") > LONGEST:
            yield f"{place}: more than {LONGEST} signs"
    for rule in tree.iter(f"{M}dataValidation"):
        if len(rule.findtext(f"{M}formula1") or "") > LONGEST:
            yield f"list of {rule.get('sqref')}: more than {LONGEST} signs"
    for link in tree.iter(f"{M}hyperlink"):
        target = re.fullmatch(r"'?(.+?)'?!\$?[A-Z]+\$?\d+", link.get("location") or "")
        if link.get("location") and (target is None or target[1].replace("''", "'") not in titles):
            yield f"link {link.get('ref')}: {link.get('location')}"


def _comments(parts: Parts, targets: dict[str, str], tree: ET.Element) -> Iterator[str]:
    own = [t for t in targets.values() if "comments" in t.lower()]
    if own and tree.find(f"{M}legacyDrawing") is None:
        yield "comments without their drawing"
    for name in own:
        places = [c.get("ref") for c in _tree(parts, name).iter(f"{M}comment")]
        if len(set(places)) != len(places):
            yield "two comments on a cell"
