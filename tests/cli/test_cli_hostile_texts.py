"""Hostile texts in the columns of the files: the pack shows them as they are, and nothing runs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from xlsx_rules import SUM, faults

from example_pack import keep_few_homes

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

TEXTS = (
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "${7*7}{{7*7}}",
    "\u202egnp.exe\u202c abc",
    "N" * 10_000,
    "@SUM(1+1)",
    "</script><script>alert(1)</script>",
    "{titre.__class__} {0} %s",
    "#panic() $x$ @ref <label> /* // */ \\u{0}",
    "[x](javascript:alert(1))",
    "\t=1+1\r\nligne",
    "🏚️ 中文 العربية",
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = {
    "patrimoine.xlsx": ("Nom résidence", "Agence", "Prestataire propreté"),
    "programme_2025.xlsx": ("Action", "Résidence / description", "Calendrier", "Bilan qualitatif"),
}


@pytest.fixture
def hostile(copy: Path) -> Path:
    keep_few_homes(copy)
    for file, headers in COLUMNS.items():
        book = load_workbook(copy / file)
        page = book.worksheets[0]
        for shift, header in enumerate(headers):
            head = next(c for row in page.iter_rows(max_row=6) for c in row if c.value == header)
            for row in range(head.row + 1, page.max_row + 1):
                cell: Any = page.cell(row, head.column)
                cell.value = TEXTS[(row + 5 * shift) % len(TEXTS)]
                cell.data_type = "s"
        book.save(copy / file)
    rows = list(
        csv.reader(io.StringIO((copy / "diagnostics.csv").read_text("utf-8-sig")), delimiter=";")
    )
    for i, row in enumerate(rows[1:]):
        row[2:5] = [TEXTS[(3 * i + j) % len(TEXTS)] for j in range(3)]
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    (copy / "diagnostics.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    settings = (copy / "dossier.toml").read_text(encoding="utf-8")
    for line in ("enquete = ", "plan = ", "droit_commun = "):
        settings = settings.replace(f"\n{line}", f"\n# {line}")
    title = "<img src=x onerror=alert(3)> =1+1 #panic() $x$ ${7*7} \\\\u202Ex"
    settings = re.sub('titre = ".*"', f'titre = "{title}"', settings)
    (copy / "dossier.toml").write_text(settings, encoding="utf-8")
    return copy


def test_nothing_runs_in_any_medium(hostile: Path, tmp_path: Path, geodata: Path, run: Run) -> None:
    out = tmp_path / "pack"
    result = run("dossier", hostile / "dossier.toml", "--sortie", out, "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    assert "\u202e" not in result.output
    seen = 0
    for file in [*out.rglob("*.xlsx"), *tmp_path.glob("*.xlsx")]:
        assert not faults(file), file.name
        for page in load_workbook(file):
            for cell in (c for row in page.iter_rows() for c in row):
                if cell.data_type == "f":  # ours alone: a sum of what the filter shows
                    assert SUM.fullmatch(str(cell.value)), (file.name, page.title, cell.coordinate)
                    continue
                if isinstance(cell.value, str):
                    seen += cell.value.startswith(DANGEROUS)
                    assert cell.quotePrefix or not cell.value.startswith(DANGEROUS)
    assert seen
    for file in (out / "donnees").glob("*.csv"):
        for row in csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline=""), delimiter=";"):
            for text in row:
                assert not text.startswith(DANGEROUS) or re.fullmatch(
                    r"[-+]?[\d,.]+(e[-+]?\d+)?", text
                )
    with zipfile.ZipFile(out / "a_envoyer" / "reclamation.docx") as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                assert b"javascript:" not in archive.read(name) or name == "word/document.xml"
                ET.fromstring(archive.read(name))  # noqa: S314 - written by us
    page_text = (out / "carte.html").read_text(encoding="utf-8")
    for raw in ("<img src=x", "</script><script>alert", "\u202e\u202e"):
        assert raw not in page_text
    assert (out / "rapport.pdf").read_bytes().startswith(b"%PDF")
    assert len(list((out / "quartiers").glob("QN*.pdf"))) == 3


def test_a_pack_never_takes_the_place_of_a_file(
    example: Path, tmp_path: Path, geodata: Path, run: Run
) -> None:
    taken = tmp_path / "notes"
    taken.write_text("à garder")
    for place in (taken, taken / "dessous"):
        result = run(
            "dossier", example / "dossier.toml", "--sortie", place, "--geodonnees", geodata
        )
        assert result.exit_code == 2
        assert "est un fichier" in result.output
    assert taken.read_text() == "à garder"
    assert [p.name for p in tmp_path.iterdir()] == ["notes"]


ENGLISH = re.compile(r"\b(Usage|Error|Missing|Invalid|required|Show this|Try|No such|Commands)\b")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("zut",), "La commande « zut » n’existe pas."),
        (("dossier", "--zut", "x"), "L’option --zut n’existe pas."),
        (("geocoder", "x.csv"), "Il manque --sortie."),
        (("geocoder", "x.csv", "-s", "y.csv", "--mode", "zut"), "index, api, auto"),
        (("localiser", "x.csv", "-s", "y.csv", "--annee", "abc"), "un nombre entier"),
        (("geocoder", "x.csv", "-s", "y.csv", "--colonne", "adresse"), "nom=COLONNE"),
        (("dossier", "a.toml", "b.toml"), "En trop sur la ligne : b.toml."),
        (("geodonnees", "zut"), "La commande « zut » n’existe pas."),
        (("verifier",), "ne contient pas de dossier.toml"),
        ((), "Utilisation :"),
    ],
)
def test_a_wrong_line_is_told_in_french(line: tuple[str, ...], words: str, run: Run) -> None:
    result = run(*line)
    assert result.exit_code == 2
    assert words in result.output
    assert not ENGLISH.search(result.output)
