"""Write tables as landlords keep them: workbooks with titles and merged cells, CSV of an old system, ODS."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from pathlib import Path

Cell = object


@dataclass
class Sheet:
    """One sheet: titles above, headers, rows, and columns whose repeated values are merged."""

    name: str
    headers: list[str]
    rows: list[list[Cell]]
    titles: list[str] = field(default_factory=list)
    merged: tuple[int, ...] = ()


@dataclass
class Written:
    """A file of the landlord: what it is, its name, and which header means what."""

    role: str
    name: str
    columns: dict[str, str]
    wave: str = ""


def workbook(path: Path, sheets: list[Sheet]) -> None:
    """Write a workbook."""
    book = Workbook()
    book.remove(book.active)
    for one in sheets:
        sheet = book.create_sheet(one.name)
        for title in one.titles:
            sheet.append([title])
        if one.titles:
            sheet.append([])
        if one.headers:
            sheet.append(one.headers)
        first = sheet.max_row + 1
        for row in one.rows:
            sheet.append(row)
        for column in one.merged:
            _merge(sheet, column + 1, first)
    book.save(path)


def _merge(sheet: object, column: int, first: int) -> None:
    letter = get_column_letter(column)
    start, last = first, sheet.max_row  # type: ignore[attr-defined]
    values = {row: sheet.cell(row, column).value for row in range(first, last + 1)}  # type: ignore[attr-defined]
    for row in range(first + 1, last + 2):
        if row > last or values[row] != values[start]:
            if row - 1 > start and values[start] is not None:
                sheet.merge_cells(f"{letter}{start}:{letter}{row - 1}")  # type: ignore[attr-defined]
            start = row


def text(path: Path, sheet: Sheet, *, encoding: str = "cp1252") -> None:
    """Write a CSV with semicolons and decimal commas."""
    with path.open("w", encoding=encoding, errors="replace", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        for title in sheet.titles:
            writer.writerow([title])
        writer.writerow(sheet.headers)
        for row in sheet.rows:
            writer.writerow(
                [
                    str(cell).replace(".", ",")
                    if isinstance(cell, float)
                    else ""
                    if cell is None
                    else cell
                    for cell in row
                ]
            )


def ods(path: Path, sheets: list[Sheet]) -> None:
    """Write an OpenDocument sheet."""
    with pd.ExcelWriter(path, engine="odf") as out:
        for one in sheets:
            width = max([len(one.headers), *[len(row) for row in one.rows]])
            lines = [[title] for title in one.titles] + [one.headers, *one.rows]
            table = pd.DataFrame(
                [line + [None] * (width - len(line)) for line in lines], dtype=object
            )
            table.to_excel(out, sheet_name=one.name, header=False, index=False)


def write(path: Path, sheets: list[Sheet]) -> None:
    """Write by the extension."""
    if path.suffix == ".csv":
        text(path, sheets[0])
    elif path.suffix == ".ods":
        ods(path, sheets)
    else:
        workbook(path, sheets)
