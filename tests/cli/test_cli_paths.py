"""A folder given for its dossier.toml, or none given; a mistyped path answered with what is near."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

NEAR = "n’existe pas ; voulez-vous dire"


def test_verifier_reads_the_folder_it_stands_in(
    unsurveyed: Path, geodata: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(unsurveyed)
    result = run("verifier", "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    assert "Aucune faute" in result.output


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("dossier", []),
        ("verifier", []),
        ("cartes", ["--sortie", "ici"]),
        ("region", ["--sortie", "ici"]),
    ],
)
def test_commands_look_for_their_settings_in_a_folder(
    command: str, more: list[str], tmp_path: Path, run: Run
) -> None:
    name = "region.toml" if command == "region" else "dossier.toml"
    (tmp_path / name).write_text("inconnu = 1\n", encoding="utf-8")
    result = run(command, tmp_path, *more)
    assert result.exit_code == 2
    assert f"fichier « {name} »" in result.output


@pytest.mark.parametrize("command", ["verifier", "dossier"])
def test_a_folder_without_settings_says_what_was_looked_for(
    command: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ([], [tmp_path]):
        result = run(command, *given)
        assert result.exit_code == 2
        assert f"Le dossier « {tmp_path} » ne contient pas de dossier.toml." in result.output
        assert "tfpb nouveau" in result.output
    for name in ("valmont.toml", "plan_enquete.toml"):
        (tmp_path / name).touch()
    result = run(command)
    assert result.exit_code == 2
    assert "dossier.toml ; il contient : plan_enquete.toml, valmont.toml." in result.output
    assert not list(tmp_path.glob("dossier*"))


def test_a_second_pack_needs_a_first(run: Run, tmp_path: Path) -> None:
    result = run("verifier", "--avec", tmp_path / "dossier.zip")
    assert result.exit_code == 2
    assert "--dossier suivi d’un dossier.zip" in result.output


FILES = (
    "patrimoine.xlsx", "enquete.csv", "plan.toml", "decisions.xlsx", "alias.csv", "residences.xlsx",
    "repere.csv", "conventions.csv", "programme.csv", "fiscalite.csv", "dossier.toml", "region.toml",
    "adresses.csv.gz", "quartiers.geojson", "dossier.zip",
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, example: Path) -> Path:
    """Put a file of each kind in a folder; what is read before the mistyped one can be read."""
    folder = tmp_path / "fichiers"
    folder.mkdir()
    for name in FILES:
        (folder / name).touch()
    shutil.copy(example / "plan_enquete.toml", folder / "plan.toml")
    shutil.copy(example / "enquete_2019.csv", folder / "enquete.csv")
    shutil.copy(example / "patrimoine.xlsx", folder / "patrimoine.xlsx")
    return folder


@pytest.mark.parametrize(
    "line",
    [
        "dossier !dossier.toml",
        "verifier !dossier.toml",
        "verifier --dossier !dossier.zip",
        "cartes !dossier.toml --sortie s",
        "region !region.toml --sortie s",
        "nouveau neuf --depuis !enquete.csv",
        "geocoder !patrimoine.xlsx --sortie s.xlsx",
        "geocoder patrimoine.xlsx --sortie s.xlsx --decisions !decisions.xlsx",
        "geocoder patrimoine.xlsx --sortie s.xlsx --alias-voies !alias.csv",
        "localiser !patrimoine.xlsx --sortie s.xlsx --annee 2025",
        "localiser patrimoine.xlsx --sortie s.xlsx --annee 2025 --decisions !decisions.xlsx",
        "comparer !enquete.csv --plan plan.toml --sortie s.xlsx",
        "comparer enquete.csv --plan !plan.toml --sortie s.xlsx",
        "comparer enquete.csv --plan plan.toml --sortie s.xlsx --residences !residences.xlsx",
        "comparer enquete.csv --plan plan.toml --sortie s.xlsx --repere !repere.csv",
        "abattement !fiscalite.csv --residences residences.xlsx --sortie s.xlsx",
        "abattement fiscalite.csv --residences !residences.xlsx --sortie s.xlsx",
        "abattement fiscalite.csv --residences residences.xlsx --sortie s.csv --conventions !conventions.csv",
        "abattement fiscalite.csv --residences residences.xlsx --sortie s.csv --programme !programme.csv",
        "geodonnees importer-adresses !adresses.csv.gz",
        "geodonnees importer-qpv !quartiers.geojson --millesime 2024",
        "geodonnees importer-communes !quartiers.geojson",
        "geodonnees importer-parcelles !quartiers.geojson",
    ],
)
@pytest.mark.parametrize("wrong", ["name", "folder"])
def test_a_mistyped_path_is_answered_with_what_is_near(
    line: str, wrong: str, files: Path, run: Run, geodata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files.parent)
    monkeypatch.setenv("TFPB_GEODONNEES", str(geodata))
    meant = re.search(r"!(\S+)", line)[1]
    stem, dot, suffix = meant.partition(".")
    name = f"{stem[:-1]}{dot}{suffix}"
    typed = f"fichiers/{name}" if wrong == "name" else f"fichier/{meant}"
    got = name if wrong == "name" else typed
    near = meant if wrong == "name" else f"fichiers/{meant}"
    words = [
        typed if w.startswith("!") else f"fichiers/{w}" if w in FILES else w for w in line.split()
    ]
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert f"« {got} » {NEAR} « {near}" in result.output


@pytest.mark.parametrize(("suffixes", "count"), [("xlsx|csv", 11), ("toml", 1)])
def test_files_mistyped_in_the_settings_are_answered_with_what_is_near(
    suffixes: str, count: int, copy: Path, geodata: Path, run: Run
) -> None:
    # without its plan a survey is not read: the plan has its turn
    toml = copy / "dossier.toml"
    text = toml.read_text(encoding="utf-8")
    names = re.findall(rf'"(\w+)(\.(?:{suffixes}))"', text)
    assert len(names) == count
    for stem, suffix in names:
        text = text.replace(f'"{stem}{suffix}"', f'"{stem[1:]}{suffix}"')
    toml.write_text(text, encoding="utf-8")
    result = run("verifier", copy, "--geodonnees", geodata)
    assert result.exit_code == 2, result.output
    for stem, suffix in names:
        assert f"« {stem[1:]}{suffix} » {NEAR} « {stem}{suffix}" in result.output
