"""Spoiled inputs: each fault with file, sheet, row and column, all at once, exit 2, no half pack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from effort import tries
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("kept")
Spoil = Callable[[Path], None]


def cell(file: str, row: int, header: str, value: Any) -> Spoil:
    """Change one cell of a workbook, found by its header."""

    def spoil(folder: Path) -> None:
        book = load_workbook(folder / file)
        for page in book:
            for line in page.iter_rows(max_row=10):
                for head in line:
                    if head.value == header:
                        page.cell(row, head.column).value = value
                        book.save(folder / file)
                        return
        raise AssertionError(header)

    return spoil


def text(file: str, old: str, new: str) -> Spoil:
    """Replace text in a CSV or TOML file."""

    def spoil(folder: Path) -> None:
        raw = (folder / file).read_bytes()
        encoding = "utf-8"
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            encoding = "cp1252"
            content = raw.decode(encoding)
        assert old in content, old
        (folder / file).write_bytes(content.replace(old, new, 1).encode(encoding))

    return spoil


def doubled_row(file: str, row: int) -> Spoil:
    def spoil(folder: Path) -> None:
        book = load_workbook(folder / file)
        page = book.worksheets[0]
        page.append([c.value for c in page[row]])
        book.save(folder / file)

    return spoil


def emptied(file: str) -> Spoil:
    def spoil(folder: Path) -> None:
        book = load_workbook(folder / file)
        for page in book:
            page.delete_rows(1, page.max_row)
        book.save(folder / file)

    return spoil


CASES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "missing column": (
        cell("patrimoine.xlsx", 4, "Nb logts", "Effectif"),
        ("nb_logements", "patrimoine.xlsx", "manque"),
    ),
    "text for a number": (
        cell("patrimoine.xlsx", 7, "Nb logts", "vingt"),
        ("vingt", "ligne 7", "« Nb logts »", "nombre entier"),
    ),
    "unknown quarter": (
        cell("programme_2025.xlsx", 5, "Code QPV", "QN99999I"),
        ("QN99999I", "n’existe pas", "ligne 5", "programme_2025.xlsx"),
    ),
    "unknown quarter in a convention": (
        text("conventions.csv", "QN05993N", "QN05993X"),
        ("QN05993X", "conventions.csv", "ligne 2"),
    ),
    "unknown résidence in taxes": (
        cell("fiscalite_2025.xlsx", 6, "Code résidence", "99999"),
        ("99999", "patrimoine", "ligne 6", "fiscalite_2025.xlsx"),
    ),
    "empty sheet": (emptied("programme_2025.xlsx"), ("vide", "programme_2025.xlsx")),
    "rate of 5500": (
        cell("fiscalite_2025.xlsx", 5, "Taux commune (%)", 5500),
        ("5500", "bornes", "ligne 5", "« Taux commune (%) »"),
    ),
    "no such day": (
        text("conventions.csv", "31/12/2030", "31/02/2030"),
        ("31/02/2030", "date", "conventions.csv"),
    ),
    "a file that is not there": (
        text("dossier.toml", 'droit_commun = "droit_commun.csv"', 'droit_commun = "absent.csv"'),
        ("absent.csv", "introuvable"),
    ),
    "an unknown setting": (text("dossier.toml", "arrondi", "arondi"), ("arondi", "n’existe pas")),
    "valued over spent": (
        cell("programme_2025.xlsx", 5, "Dépense valorisée TFPB", 99_999_999),
        ("programme_2025.xlsx", "ligne 5"),
    ),
}


@pytest.mark.parametrize("name", list(CASES)[:: tries(2, 1)])
def test_each_fault_is_told_in_its_place(
    name: str, unsurveyed: Path, tmp_path: Path, geodata: Path, run: Run
) -> None:
    spoil, words = CASES[name]
    spoil(unsurveyed)
    out = tmp_path / "sortie"
    result = run("dossier", unsurveyed / "dossier.toml", "--sortie", out, "--geodonnees", geodata)
    assert result.exit_code == 2, result.output
    for word in words:
        assert word in result.output, (word, result.output)
    assert "Traceback" not in result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dossier"]


def test_a_fault_of_the_programme_hides_no_doubt(unsurveyed: Path, geodata: Path, run: Run) -> None:
    cell("programme_2025.xlsx", 5, "Dépense valorisée TFPB", 99_999_999)(unsurveyed)
    cell("programme_2025.xlsx", 6, "Axe", "Sur entretien")(unsurveyed)
    result = run("verifier", unsurveyed / "dossier.toml", "--geodonnees", geodata)
    assert result.exit_code == 2
    assert "dépasse la dépense réalisée" in result.output  # the fault of the stage
    assert "« Sur entretien » a été lu comme" in result.output  # a doubt of the same stage
    assert "coupée par la limite" in result.output  # a doubt of a stage that was made


def test_all_faults_come_at_once(unsurveyed: Path, tmp_path: Path, geodata: Path, run: Run) -> None:
    several = ["text for a number", "unknown quarter", "rate of 5500", "no such day"]
    for name in several:
        CASES[name][0](unsurveyed)
    result = run(
        "dossier", unsurveyed / "dossier.toml", "--sortie", tmp_path / "s", "--geodonnees", geodata
    )
    assert result.exit_code == 2
    for name in several:
        for word in CASES[name][1]:
            assert word in result.output, word


def test_survey_rows_of_unknown_residences(
    copy: Path, tmp_path: Path, geodata: Path, example: Path, run: Run, kept: Path
) -> None:
    lines = (copy / "enquete_2019.csv").read_bytes().decode("cp1252").splitlines()
    head = [h.strip('"') for h in lines[0].split(";")]
    place = head.index("Code résidence")
    for row in (1, 2):
        cells = lines[row].split(";")
        cells[place] = "R0457"
        lines[row] = ";".join(cells)
    (copy / "enquete_2019.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    args = ("dossier", copy / "dossier.toml", "--sortie", tmp_path / "s", "--geodonnees", geodata)
    result = run(*args)
    assert result.exit_code == 2
    for word in ("R0457", "2 lignes", "enquete_2019.csv", "ligne 2", "Code résidence"):
        assert word in result.output
    toml = copy / "dossier.toml"
    text = toml.read_text(encoding="utf-8").replace(
        "[reglages]", '[reglages]\nenquete_residences_inconnues = "ecarter"'
    )
    toml.write_text(text, encoding="utf-8")
    # the two interviews are in no group: neither by the map nor by the delivered flag
    counts, left = [], []
    for folder in (copy, example):
        settings = load_settings(folder / "dossier.toml")
        survey = assemble(settings, geodata, execute=StageCache(kept)).survey
        assert survey is not None
        counts.append({r.wave: r.kept for r in survey.readings})
        left.append(sum(r.left.get("residence_inconnue_enquete", 0) for r in survey.readings))
    assert left == [2, 0]
    assert counts[0]["2019"] == counts[1]["2019"] - 2
    assert counts[0]["2023"] == counts[1]["2023"]


def test_without_geography_the_command_to_import_is_given(
    example: Path, tmp_path: Path, run: Run
) -> None:
    result = run(
        "dossier", example / "dossier.toml", "--geodonnees", tmp_path, "-s", tmp_path / "x"
    )
    assert result.exit_code == 2
    assert "tfpb geodonnees importer-adresses" in result.output
    assert "tfpb geodonnees importer-qpv" in result.output


@pytest.mark.parametrize("name", ["", ".", "/", "é" * 118 + ".csv", "x" * 300 + ".csv"])
@pytest.mark.parametrize("command", ["geocoder", "localiser", "comparer", "abattement"])
def test_an_output_that_cannot_bear_its_name_is_refused_before_anything(
    run: Run, copy: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    arguments = {
        "geocoder": ("patrimoine.xlsx",),
        "localiser": ("patrimoine.xlsx", "--annee", 2025),
        "comparer": ("enquete_2019.csv", "--plan", "plan_enquete.toml"),
        "abattement": ("fiscalite_2025.xlsx", "--residences", "patrimoine.xlsx"),
    }
    monkeypatch.chdir(copy)
    before = sorted(copy.rglob("*"))
    result = run(command, *arguments[command], "--sortie", name)
    assert result.exit_code == 2, result.output
    assert "le nom est trop long" in result.output or "format du fichier" in result.output
    assert sorted(copy.rglob("*")) == before
