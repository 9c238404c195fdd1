"""Edit a copy of an example's inputs: a cell, a column, a file, the order of the rows."""

from __future__ import annotations

import csv
import random
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

Row = dict[str, Any]
STOCK, TAX, PROGRAMME = "patrimoine.xlsx", "fiscalite_2025.xlsx", "programme_2025.xlsx"
CONTRIBUTION = "Cotisation (€)"


@dataclass(frozen=True)
class Inputs:
    """A folder that holds a copy of the example's inputs."""

    folder: Path

    @property
    def toml(self) -> Path:
        return self.folder / "dossier.toml"

    def without(self, role: str) -> None:
        """Take a file out of the dossier, as a landlord who does not have it."""
        lines = self.toml.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not re.match(rf"{role}\s*=", line)]
        assert len(kept) == len(lines) - 1, role
        self.toml.write_text("".join(kept), encoding="utf-8")

    def setting(self, old: str, new: str) -> None:
        """Replace a part of dossier.toml, which must be there."""
        text = self.toml.read_text(encoding="utf-8")
        assert old in text, old
        self.toml.write_text(text.replace(old, new), encoding="utf-8")

    def rows(self, file: str, change: Callable[[Row], Row | None]) -> int:
        """Change the rows of a table by title; return how many changed. None takes a row out."""
        path = self.folder / file
        return (_csv_rows if path.suffix == ".csv" else _sheet_rows)(path, change)

    def blank(self, file: str, column: str) -> None:
        """Empty a column, its title kept."""
        changed = self.rows(file, lambda row: row | {column: None})
        assert changed, (file, column)

    def shuffled(self, file: str, seed: int) -> None:
        """Put the rows of a table in another order."""
        path, chance = self.folder / file, random.Random(seed)  # noqa: S311 - an order of rows
        if path.suffix == ".csv":
            titles, rows, dialect = _csv_read(path)
            chance.shuffle(rows)
            _csv_write(path, titles, rows, dialect)
            return
        book = load_workbook(path)
        sheet = book.worksheets[0]
        start = _title_row(sheet) + 1
        lines = [[c.value for c in row] for row in sheet.iter_rows(min_row=start)]
        chance.shuffle(lines)
        for at, line in enumerate(lines, start=start):
            for place, value in enumerate(line, start=1):
                sheet.cell(at, place).value = value
        book.save(path)

    def titles(self, file: str) -> list[str]:
        """Return the column titles of a table."""
        path = self.folder / file
        if path.suffix == ".csv":
            return _csv_read(path)[0]
        sheet = load_workbook(path).worksheets[0]
        return [str(c.value) for c in sheet[_title_row(sheet)]]

    def column(self, file: str, title: str) -> list[str]:
        """Return the cells of a column, as text."""
        sheet = load_workbook(self.folder / file).worksheets[0]
        start = _title_row(sheet)
        place = [str(c.value) for c in sheet[start]].index(title)
        return [str(r[place]) for r in sheet.iter_rows(min_row=start + 1, values_only=True)]


def unsurveyed(inputs: Inputs) -> None:
    """Leave the survey out: it has no part in the money, and a pack without it is made faster."""
    inputs.without("enquete")
    inputs.without("plan")


def copy_of(example: Path, folder: Path) -> Inputs:
    """Copy the example's inputs; its geography stays where it is."""
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    return Inputs(folder)


def _title_row(sheet: Worksheet) -> int:
    """Return the first row of which two cells at least are filled."""
    for row in sheet.iter_rows(max_row=12):
        if sum(c.value is not None for c in row) > 1:
            return int(row[0].row or 0)
    raise AssertionError(sheet.title)


def _sheet_rows(path: Path, change: Callable[[Row], Row | None]) -> int:
    book = load_workbook(path)
    sheet = book.worksheets[0]
    start = _title_row(sheet)
    titles = [str(c.value) for c in sheet[start]]
    changed, gone = 0, []
    for cells in sheet.iter_rows(min_row=start + 1):
        before = dict(zip(titles, (c.value for c in cells), strict=True))
        after = change(dict(before))
        if after is None:
            gone.append(cells[0].row)
            changed += 1
        elif after != before:
            assert set(after) == set(titles), set(after) - set(titles)
            changed += 1
            for cell, title in zip(cells, titles, strict=True):
                cell.value = after[title]
    for at in reversed(gone):
        sheet.delete_rows(int(at or 0))
    book.save(path)
    return changed


def _csv_read(path: Path) -> tuple[list[str], list[list[str]], tuple[str, str]]:
    data = path.read_bytes()
    try:
        text, coding = data.decode("utf-8-sig"), "utf-8-sig"
    except UnicodeDecodeError:
        text, coding = data.decode("cp1252"), "cp1252"
    titles, *rows = list(csv.reader(text.splitlines(), delimiter=";"))
    return titles, rows, (coding, ";")


def _csv_write(
    path: Path, titles: list[str], rows: list[list[str]], dialect: tuple[str, str]
) -> None:
    with path.open("w", encoding=dialect[0], newline="") as file:
        csv.writer(file, delimiter=dialect[1]).writerows([titles, *rows])


def _csv_rows(path: Path, change: Callable[[Row], Row | None]) -> int:
    titles, rows, dialect = _csv_read(path)
    changed, kept = 0, []
    for row in rows:
        before = dict(zip(titles, row, strict=True))
        after = change(dict(before))
        changed += after != before
        if after is not None:
            kept.append(["" if after[t] is None else str(after[t]) for t in titles])
    _csv_write(path, titles, kept, dialect)
    return changed
