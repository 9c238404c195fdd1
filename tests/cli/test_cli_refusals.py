"""Refusals of files that a reader would understand: each names the one thing to do, and its line to paste."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import openpyxl
import pytest

from example_pack import keep_few_homes

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from conftest import Run


@pytest.fixture
def few(unsurveyed: Path) -> Path:
    """Return some twenty résidences of the example, without survey."""
    keep_few_homes(unsurveyed)
    return unsurveyed


def opened(path: Path) -> tuple[openpyxl.Workbook, Worksheet, dict[str, int]]:
    """Return the stock's workbook, its sheet, and the column of each header."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    return book, sheet, {str(cell.value): cell.column for cell in sheet[4]}


def told(run: Run, folder: Path, geodata: Path) -> str:
    made = run("verifier", folder, "--geodonnees", geodata)
    assert made.exit_code == 2, made.output
    return re.sub(r"[^\S\n]+", " ", made.output)


def test_formulas_without_result_are_one_fault(few: Path, run: Run, geodata: Path) -> None:
    path = few / "patrimoine.xlsx"
    book, sheet, at = opened(path)
    for row in range(5, sheet.max_row + 1):
        cell = sheet.cell(row, at["Nb logts"])
        cell.value = f"={cell.value}+0"
    book.save(path)
    text = told(run, few, geodata)
    assert "n’ont pas de résultat" in text
    assert "La cellule est vide" not in text


def test_identifiers_written_once_name_the_line_that_copies_them(
    few: Path, run: Run, geodata: Path
) -> None:
    path = few / "patrimoine.xlsx"
    book, sheet, at = opened(path)
    last = None
    for row in range(5, sheet.max_row + 1):
        cell = sheet.cell(row, at["Code résidence"])
        own, cell.value = cell.value, None if cell.value == last else cell.value
        last = own
    book.save(path)
    assert 'recopier = ["patrimoine.id_residence"]' in told(run, few, geodata).replace("\n", " ")


def test_counts_of_two_days_propose_that_of_1_january(few: Path, run: Run, geodata: Path) -> None:
    path = few / "patrimoine.xlsx"
    book, sheet, at = opened(path)
    more = sheet.max_column + 1
    for row in range(5, sheet.max_row + 1):
        sheet.cell(row, more, sheet.cell(row, at["Nb logts"]).value)
    sheet.cell(4, at["Nb logts"], "Logements 31/12/2023")
    sheet.cell(4, more, "Logements 31/12/2024")
    book.save(path)
    assert '"patrimoine.nb_logements" = "Logements 31/12/2024"' in told(run, few, geodata)
