"""Files whose bytes depend on their content alone: no clock, no random identifier."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STAMP: Final = "2026-01-05T09:00:00Z"
ZIP_TIME: Final = (2026, 1, 5, 9, 0, 0)
HEAD_FILL: Final = PatternFill("solid", fgColor="D9E2EC")
THIN: Final = Side(style="thin", color="B8C4CE")


@dataclass(frozen=True)
class Sheet:
    """A sheet as a bailleur's software prints it: title rows, then the table."""

    name: str
    titles: tuple[str, ...]
    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    formats: dict[str, str] | None = None


def csv_bytes(header: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str) -> bytes:
    """Write a « ; » CSV with decimal commas and Windows line ends."""
    lines = [";".join(_cell(v) for v in row) for row in [header, *rows]]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (float, Decimal)):
        return f"{value}".replace(".", ",")
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if re.search(r'[;"\n]', text) else text


def gz_bytes(data: bytes) -> bytes:
    """Compress without name or date."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=9) as out:
        out.write(data)
    return buffer.getvalue()


def geojson_bytes(name: str, features: list[dict[str, Any]]) -> bytes:
    """Write a GeoJSON collection, one feature a line, in degrees."""
    head = {
        "type": "FeatureCollection",
        "name": name,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    }
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + lines + "\n]}\n"
    return text.encode()


def xlsx_bytes(sheets: Sequence[Sheet], title: str) -> bytes:
    """Write a workbook with fixed dates inside and out."""
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "Données fictives"
    book.properties.title = title
    for sheet in sheets:
        _write_sheet(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.name)
    for i, text in enumerate(sheet.titles, start=1):
        cell = page.cell(row=i, column=1, value=text)
        cell.font = Font(bold=i == 1, size=13 if i == 1 else 10, italic=i > 1)
    top = len(sheet.titles) + 1
    for j, label in enumerate(sheet.header, start=1):
        cell = page.cell(row=top, column=j, value=label)
        cell.font = Font(bold=True)
        cell.fill = HEAD_FILL
        cell.border = Border(bottom=THIN)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        widest = max(
            [len(str(row[j - 1] or "")) for row in sheet.rows[:200]] + [len(label) // 2, 6]
        )
        page.column_dimensions[get_column_letter(j)].width = min(46, widest + 2)
    formats = sheet.formats or {}
    for i, row in enumerate(sheet.rows, start=top + 1):
        for j, value in enumerate(row, start=1):
            if value is None or value == "":
                continue
            cell = page.cell(row=i, column=j, value=value)
            if isinstance(value, dt.date):
                cell.number_format = "DD/MM/YYYY"
            elif (style := formats.get(sheet.header[j - 1])) is not None:
                cell.number_format = style
    page.freeze_panes = page.cell(row=top + 1, column=1)


def _without_clock(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:(created|modified)[^>]*>)[^<]*",
                    rb"\g<1>" + STAMP.encode(),
                    content,
                )
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, content, compresslevel=9)
    return out.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write one file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
