"""What a maintainer writes in the law, run as a user runs the program: what packs then say."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

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

AXES = Path("law", "axes.toml")
NEW_AXIS = """
[axes.9]
nom = "Mobilité fictive"
courts = ["mobilité douce"]
"""
LINES = Path("law", "lines.toml")
NEW_LINE = """
[lignes.fictive]
nom = "Taxe fictive"
perte = false
taux = "taux de la taxe fictive, en %"
entetes = ["taux fictif"]
avis = ["taxe fictive"]
frais = "Frais de gestion sur la taxe fictive"
series = [
  { debut = 2016-01-01, valeur = "0.10", reference = "texte fictif", verifie = true },
]
"""

pytestmark = pytest.mark.slow


def pack_under(program: Program, example: Path, geodata: Path, folder: Path) -> Path:
    program.run("dossier", example / "dossier.toml", "--sortie", folder, "--geodonnees", geodata)
    return folder


def forecast(pack: Path) -> dict[str, dict[str, str]]:
    [path] = pack.rglob("annees.csv")
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
        column = "attendu_eur"
        told = amount(before[year][column]) * 40 / 30
        gap = abs(amount(after[year][column]) - told)
        assert gap <= told / 10_000, year  # notices round each line to the euro
    for sheet in ("Synthèse", "Années"):
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
        told = {
            c: v for c, v in after[year].items() if c not in {"annee", "nature", "origine"} and v
        }
        assert not told, year
    for sheet in ("Synthèse", "Années"):
        assert "non connu au-delà de 2027" in texts(made, sheet), sheet


def test_a_tax_line_more_is_one_entry(tmp_path: Path) -> None:
    program = Program(tmp_path, {LINES: changed(LINES) + NEW_LINE})
    (tmp_path / "fiscalite.csv").write_text(
        "avis;id_residence;annee;nb_logements;vlc_eur;taux_commune_pct;taux fictif;cotisation_avis_eur\n"
        "A1;R1;2025;1;3000;40;2;441\n",
        encoding="utf-8",
    )
    (tmp_path / "residences.csv").write_text(
        "id_residence;code_insee;logements_dans;code_qpv\nR1;59999;1;QN05991I\n", encoding="utf-8"
    )
    (tmp_path / "conventions.csv").write_text(
        "id_convention;codes_qpv;date_signature_contrat;date_signature_convention;date_declaration;"
        "date_fin\nC1;QN05991I;2024-03-28;2024-12-12;2024-12-20;2030-12-31\n",
        encoding="utf-8",
    )
    given = (
        "--residences",
        tmp_path / "residences.csv",
        "--conventions",
        tmp_path / "conventions.csv",
    )
    program.run(
        "abattement", tmp_path / "fiscalite.csv", *given, "--sortie", tmp_path / "lignes.csv"
    )
    with (tmp_path / "lignes.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file, delimiter=";")
    # 0.3 × 1 500 € = 450 €: 180 € at 40 %, 9 € at 2 %; fees 3 % of the first, 10 % of the other
    assert amount(row["abattement_commune_eur"]) == 180
    assert amount(row["abattement_fictive_eur"]) == 9
    assert amount(row["abattement_eur"]) == 189
    assert amount(row["frais_gestion_eur"]) == Decimal("6.30")
    assert row["statut"] == "abattu"


def test_an_axis_more_is_one_entry(tmp_path: Path, unsurveyed: Path, geodata: Path) -> None:
    program = Program(tmp_path, {AXES: changed(AXES) + NEW_AXIS})
    path = unsurveyed / "programme_2025.xlsx"
    book = load_workbook(path)
    sheet = book["Programme"]
    top = next(r for r in range(1, 20) if sheet.cell(r, 2).value == "Axe")
    sheet.cell(top + 1, 2).value = "mobilité douce"
    spent = Decimal(str(sheet.cell(top + 1, 11).value))
    book.save(path)
    made = pack_under(program, unsurveyed, geodata, tmp_path / "pack")
    with (made / "donnees" / "axes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            r for r in csv.DictReader(file, delimiter=";") if r["axe_mot"] == "9 · Mobilité fictive"
        ]
    assert {amount(r["valorise_eur"]) for r in rows if amount(r["valorise_eur"])} == {spent}
    assert "9 · Mobilité fictive" in texts(made, "Actions")
