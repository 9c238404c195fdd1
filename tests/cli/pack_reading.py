"""Read a pack as its readers would: text and numbers of every file of it."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import struct
import subprocess
import zipfile
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from everywhere import need
from tfpb.evidence.differences import dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THIN = "\u202f"


@lru_cache(maxsize=2)
def _workbook(path: Path, _changed: int) -> Any:
    """Read a workbook once for the tests of a process, which only look at it."""
    return load_workbook(path)


@dataclass(frozen=True)
class Pack:
    """A pack folder."""

    folder: Path

    def rows(self, table: str) -> list[dict[str, str]]:
        text = (self.folder / "donnees" / f"{table}.csv").read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))

    def dictionary(self) -> list[dict[str, str]]:
        path = self.folder / "donnees" / "datapackage.json"
        return dictionary({"donnees/datapackage.json": path.read_bytes()})

    def quarters(self) -> list[dict[str, str]]:
        """Return the quarters of the year: without those of another year, and what is in none."""
        return [r for r in self.rows("quartiers") if r["residences"]]

    def run(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(
            (self.folder / "technique" / "run.json").read_text(encoding="utf-8")
        )
        return record

    def pdf(self, name: str = "rapport.pdf") -> str:
        command = [need("pdftotext"), "-layout", str(self.folder / name), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def pdf_in_order(self, name: str) -> str:
        """Return the text of a document in the order of its content, cell by cell."""
        command = [need("pdftotext"), "-raw", str(self.folder / name), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def xlsx(self) -> Any:
        path = self.folder / "dossier.xlsx"
        return _workbook(path, path.stat().st_mtime_ns)

    def payload(self) -> dict[str, Any]:
        page = (self.folder / "carte.html").read_text(encoding="utf-8")
        found = re.search(
            r'<script type="application/json" id="donnees">(.*?)</script>', page, re.DOTALL
        )
        assert found is not None
        data: dict[str, Any] = json.loads(found.group(1))
        return data

    def files(self) -> list[Path]:
        return sorted(p for p in self.folder.rglob("*") if p.is_file())


def number(text: Any) -> float:
    """Read a number as French documents write it (units dropped)."""
    if isinstance(text, int | float):
        return float(text)
    if re.fullmatch(
        r"-?[\d,]+e[+-]\d+", str(text)
    ):  # what a data file writes of a very small number
        return float(str(text).replace(",", "."))
    kept = re.sub(r"[^\d,.+−-]", "", str(text)).replace("−", "-").replace(",", ".")
    return float(kept)


def flat(text: str) -> str:
    """Drop every space: numbers and words of a page then follow one another."""
    return re.sub(r"\s", "", text)


def sheet_tables(book: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a workbook by name (without « t_ »), header → cell."""
    out = {}
    for sheet in book:
        for table in sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            lines = [
                [c.value for c in row]
                for row in sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
            ]
            out[table.name.removeprefix("t_")] = [
                dict(zip(lines[0], line, strict=True)) for line in lines[1:]
            ]
    return out


def texts(path: Path) -> Iterator[str]:
    """Yield every text a file of a pack holds, whatever its form, hidden parts included."""
    kind = path.suffix
    data = path.read_bytes()
    if kind in (".xlsx", ".docx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                part = archive.read(name)
                yield name
                if name.endswith((".xml", ".rels", ".vml")):
                    text = part.decode("utf-8")
                    yield text
                    yield re.sub(r"<[^>]+>", "", text)
                elif name.endswith(".png"):
                    yield from png_texts(part)
    elif kind == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from archive.namelist()
    elif kind == ".pdf":
        for mode in ("-layout", "-raw"):
            command = [need("pdftotext"), mode, str(path), "-"]
            yield subprocess.run(command, check=True, capture_output=True, text=True).stdout
        yield data.decode("latin-1")
        command = [need("pdfinfo"), "-meta", str(path)]
        yield subprocess.run(command, check=True, capture_output=True, text=True).stdout
    elif kind == ".gpkg":
        with closing(sqlite3.connect(path)) as base:
            yield "\n".join(str(line) for line in base.iterdump())
    elif kind == ".png":
        yield from png_texts(data)
    elif kind == ".parquet":
        yield pd.read_parquet(path).to_csv()
        yield data.decode("latin-1")
    else:
        yield data.decode("utf-8-sig")


def png_texts(data: bytes) -> Iterator[str]:
    """Yield the text parts of a picture."""
    place = 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind = data[place + 4 : place + 8]
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
            yield data[place + 8 : place + 8 + length].decode("latin-1")
        place += 12 + length
