"""Workbooks as grids of cells, written as xlsx, ods, csv or what is only called xls."""

# ruff: noqa: E501, TC003

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.styles import Font


@dataclasses.dataclass
class Sheet:
    """A table under its own header, with what stands above, below, and the marks of its rows."""

    name: str
    keys: list[str]
    header: list[str]
    rows: list[list[Any]]
    titles: list[list[Any]] = dataclasses.field(default_factory=list)
    upper: list[Any] | None = None
    foot: list[list[Any]] = dataclasses.field(default_factory=list)
    hidden: set[int] = dataclasses.field(default_factory=set)
    struck: set[int] = dataclasses.field(default_factory=set)
    filtered: bool = False
    state: str = "visible"

    def at(self, key: str) -> int:
        """Return the place of a column."""
        return self.keys.index(key)

    def each(self, key: str, change: Any) -> None:
        """Change each cell of a column."""
        place = self.at(key)
        for row in self.rows:
            row[place] = change(row[place])

    def add(self, key: str, header: str, values: list[Any], before: int | None = None) -> None:
        """Add a column."""
        place = len(self.keys) if before is None else before
        self.keys.insert(place, key)
        self.header.insert(place, header)
        for row, value in zip(self.rows, values, strict=True):
            row.insert(place, value)

    def drop(self, key: str) -> None:
        """Remove a column."""
        place = self.at(key)
        for row in [self.keys, self.header, *self.rows]:
            del row[place]

    def grid(self) -> list[list[Any]]:
        """Return all rows as they are laid on the page."""
        upper = [] if self.upper is None else [self.upper]
        return [*self.titles, *upper, self.header, *self.rows, *self.foot]


@dataclasses.dataclass
class Book:
    """One file of a delivery."""

    stem: str
    sheets: list[Sheet]
    suffix: str = ".xlsx"
    encoding: str = "utf-8-sig"
    decimal: str = ","
    separator: str = ";"

    @property
    def main(self) -> Sheet:
        """The sheet that holds the table."""
        return self.sheets[0]

    @property
    def filename(self) -> str:
        """The name of the file."""
        return self.stem + self.suffix

    def write(self, folder: Path) -> None:
        """Write the file."""
        path = folder / self.filename
        match self.suffix:
            case ".csv":
                lines = [
                    self.separator.join(self._text(cell) for cell in row)
                    for row in self.main.grid()
                ]
                path.write_bytes(
                    ("\r\n".join(lines) + "\r\n").encode(self.encoding, errors="replace")
                )
            case ".ods":
                with pd.ExcelWriter(path, engine="odf") as writer:
                    for sheet in self.sheets:
                        pd.DataFrame(sheet.grid()).to_excel(
                            writer, sheet_name=sheet.name, header=False, index=False
                        )
            case ".xls":
                cells = "".join(
                    "<tr>"
                    + "".join(f"<td>{html.escape(self._text(cell))}</td>" for cell in row)
                    + "</tr>"
                    for row in self.main.grid()
                )
                path.write_text(
                    f"<html><meta charset='utf-8'><body><table>{cells}</table></body></html>",
                    "utf-8",
                )
            case _:
                self._workbook().save(path)

    def _text(self, cell: Any) -> str:
        if cell is None:
            return ""
        if isinstance(cell, float):
            return f"{cell:.10g}".replace(".", self.decimal)
        if isinstance(cell, dt.date):
            return f"{cell:%d/%m/%Y}"
        text = str(cell)
        return f'"{text}"' if self.separator in text else text

    def _workbook(self) -> openpyxl.Workbook:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for sheet in self.sheets:
            page = book.create_sheet(sheet.name)
            page.sheet_state = sheet.state
            for row in sheet.grid():
                page.append(
                    [
                        cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell
                        for cell in row
                    ]
                )
            first = len(sheet.titles) + (sheet.upper is not None) + 2
            for at in sheet.hidden:
                page.row_dimensions[first + at].hidden = True
            for at in sheet.struck:
                for cell in page[first + at]:
                    cell.font = Font(strike=True)
            if sheet.filtered:
                page.auto_filter.ref = f"A{first - 1}:{page.cell(1, len(sheet.keys)).column_letter}{first + len(sheet.rows) - 1}"
        return book
