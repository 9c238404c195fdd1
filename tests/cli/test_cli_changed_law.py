"""What a maintainer writes in the law, run as a user runs the program: what packs then say."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from changed_law import (
    LAW_2026,
    RATE_2025,
    RATE_FROM_2026,
    VALUES,
    Program,
    changed,
    rate_without,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def pack_under(program: Program, example: Path, geodata: Path, folder: Path) -> Path:
    program.run("dossier", example / "dossier.toml", "--sortie", folder, "--geodonnees", geodata)
    return folder


def forecast(pack: Path) -> dict[str, dict[str, str]]:
    [path] = pack.rglob("prevision.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {r["annee"]: r for r in csv.DictReader(file, delimiter=";")}


def texts(pack: Path, sheet: str) -> str:
    page = load_workbook(pack / "dossier.xlsx")[sheet]
    return "\n".join(str(c.value) for row in page.iter_rows() for c in row if c.value is not None)


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_a_rate_from_2026_moves_the_forecast_and_the_synthesis_says_its_text(
    tmp_path: Path, example: Path, geodata: Path, pack: Path
) -> None:
    law = changed(VALUES, (RATE_2025, RATE_FROM_2026))
    made = pack_under(Program(tmp_path, {VALUES: law}), example, geodata, tmp_path / "pack")
    before, after = forecast(pack), forecast(made)
    assert after["2025"] == before["2025"]
    for year in ("2026", "2030"):
        column = "abattement_eur"
        told = amount(before[year][column]) * 40 / 30
        gap = abs(amount(after[year][column]) - told)
        assert gap <= told / 10_000, year  # notices round each line to the euro
    for sheet in ("Synthèse", "Abattement"):
        text = texts(made, sheet)
        assert "40\u202f% au lieu de 30\u202f%" in text, sheet
        assert LAW_2026 in text, sheet
        assert LAW_2026 not in texts(pack, sheet)


def test_a_year_without_value_is_not_known_in_every_medium(
    tmp_path: Path, example: Path, geodata: Path, pack: Path
) -> None:
    law = changed(VALUES, (RATE_2025, rate_without(2028, 2029, 2030)))
    made = pack_under(Program(tmp_path, {VALUES: law}), example, geodata, tmp_path / "pack")
    before, after = forecast(pack), forecast(made)
    assert after["2027"] == before["2027"]
    for year in ("2028", "2030"):
        assert after[year]["nature"] == "non connu"
        told = {c: v for c, v in after[year].items() if c not in {"annee", "nature"} and v}
        assert not told, year
    for sheet in ("Synthèse", "Abattement"):
        assert "non connu au-delà de 2027" in texts(made, sheet), sheet
