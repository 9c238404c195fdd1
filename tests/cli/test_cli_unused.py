"""Options that cannot serve beside the others are said, never silently ignored."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from tfpb.cli.app import app
from tfpb.cli.terminal.shared import geodata_folder, warn_raw

EXAMPLES = Path(__file__).parents[2] / "examples"


def said(*words: object) -> str:
    return CliRunner().invoke(app, [str(w) for w in words]).output


def test_raw_csv_is_said_where_the_output_is_no_csv(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, told in (("t.xlsx", True), ("t.CSV", False), ("t", False), ("t.parquet", True)):
        warn_raw(tmp_path / name, given=True)
        assert ("--csv-brut n’a pas servi" in capsys.readouterr().out) is told
    warn_raw(tmp_path / "t.xlsx", given=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", ["abattement", "comparer", "geocoder", "localiser"])
def test_each_command_with_raw_csv_says_it(tmp_path: Path, command: str) -> None:
    needed = {
        "abattement": ["--residences", tmp_path / "r.csv"],
        "comparer": ["--plan", tmp_path / "p.toml"],
        "localiser": ["--annee", 2025],
    }
    # the files are not there: what an option cannot do is said before anything is read
    words = [command, tmp_path / "x.csv", "--sortie", tmp_path / "y.xlsx", "--csv-brut"]
    assert "--csv-brut n’a pas servi" in said(*words, *needed.get(command, []))


def test_what_a_region_cannot_use_is_said(tmp_path: Path) -> None:
    region = EXAMPLES / "region" / "region.toml"
    told = said(
        "region", region, "--sortie", tmp_path / "r", "--geodonnees", tmp_path, "--moteur", "local",
        "--processus", 3, "--ordonnanceur", "tcp://x:1", "--pages", "--sans-documents",
    )  # fmt: skip
    for option in ("--processus", "--ordonnanceur", "--pages"):
        assert f"{option} n’a pas servi" in told


def test_of_two_folders_of_geography_the_one_that_is_read_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, other = tmp_path / "geo", tmp_path / "autre"
    own.mkdir()
    other.mkdir()
    settings: Any = SimpleNamespace(
        reglages=SimpleNamespace(geodonnees="geo"), path=lambda name: tmp_path / name
    )
    assert geodata_folder(other, settings) == other
    assert f"Géodonnées lues : « {other} »" in capsys.readouterr().out
    for option in (own, tmp_path / "autre" / ".." / "geo", None):
        assert geodata_folder(option, settings).resolve() == own.resolve()
        assert capsys.readouterr().out == ""
