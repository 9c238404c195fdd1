"""The coordinates of one file are judged alike by `verifier`, `localiser` and `dossier`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from effort import tries
from everywhere import small_settings
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings
from tfpb.io.tables.tabular import read_table
from tfpb.model.projection import moved
from tfpb.words.faults.sentences import CATALOGUE

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

GUESSED = [(2154, True), (27572, False), (27572, True), (3950, False), (3857, True), (4326, True)]
PLAIN = [(2154, False), (4326, False)]


@pytest.fixture(scope="module")
def placed(
    tmp_path_factory: pytest.TempPathFactory, geodata: Path, example: Path, run: Run
) -> pd.DataFrame:
    """Return the entrances of the example whose address is sure, with metres."""
    out = tmp_path_factory.mktemp("places") / "adresses.csv"
    done = run("geocoder", example / "patrimoine.xlsx", "--sortie", out, "--geodonnees", geodata)
    assert done.exit_code == 0, done.output
    answers = read_table(out).frame
    stock = gather_inputs(load_settings(example / "dossier.toml"))[0].frames["patrimoine"]
    keys = ["id_residence", "id_batiment", "adresse", "commune", "code_postal", "nb_logements"]
    found = stock[keys].copy()
    for axis in ("x", "y"):
        found[axis] = pd.to_numeric(answers[f"result_{axis}"].str.replace(",", "."))
    sure = (answers["result_verdict"] == "accepte") & (answers["result_type"] == "housenumber")
    return found[sure.to_numpy()].head(60).reset_index(drop=True)


def dossier(folder: Path, placed: pd.DataFrame, epsg: int, *, swapped: bool) -> Path:
    x, y = moved(placed["x"].to_numpy(), placed["y"].to_numpy(), 2154, epsg)
    pair = (y, x) if swapped else (x, y)
    digits = 7 if epsg == 4326 else 2
    frame = placed.assign(x=np.round(pair[0], digits), y=np.round(pair[1], digits))
    frame.to_csv(folder / "patrimoine.csv", sep=";", index=False)
    (folder / "dossier.toml").write_text(small_settings(), encoding="utf-8")
    return folder / "dossier.toml"


@pytest.fixture(scope="module")
def sides(
    tmp_path_factory: pytest.TempPathFactory, placed: pd.DataFrame, geodata: Path, run: Run
) -> list[str]:
    """Return the side of each entrance, from metres of the legal projection."""
    plain = tmp_path_factory.mktemp("metres")
    dossier(plain, placed, 2154, swapped=False)
    out = plain / "c.csv"
    done = run("localiser", plain / "patrimoine.csv", "--annee", 2025, "--sortie", out,
               "--geodonnees", geodata)  # fmt: skip
    assert done.exit_code == 0, done.output
    return list(read_table(out).frame["qpv_statut"])


def codes(output: str) -> set[str]:
    """List which messages of coordinates came."""
    bare = " ".join(output.split())
    wanted = ("projection_reconnue", "projection_inconnue", "points_hors_commune")
    heads = {code: re.split(r"\{", CATALOGUE[code].title)[0].strip() for code in wanted}
    return {code for code, head in heads.items() if head in bare}


BY_DAY = [GUESSED[0], GUESSED[2], PLAIN[1]]


@pytest.mark.parametrize("system", [*GUESSED, *PLAIN] if tries(0, 1) else BY_DAY)
def test_each_system_and_its_swap_are_known_by_all_commands(
    tmp_path: Path,
    placed: pd.DataFrame,
    sides: list[str],
    geodata: Path,
    run: Run,
    system: tuple[int, bool],
) -> None:
    epsg, swapped = system
    expected = {"projection_reconnue"} if system in GUESSED else set()
    toml = dossier(tmp_path, placed, epsg, swapped=swapped)
    where = ("--geodonnees", geodata)
    checked = run("verifier", toml, *where)
    out = tmp_path / "cotes.csv"
    located = run(
        "localiser", tmp_path / "patrimoine.csv", "--annee", 2025, "--sortie", out, *where
    )
    assert (checked.exit_code, located.exit_code) == (0, 0), checked.output + located.output
    assert codes(checked.output) == codes(located.output) == expected
    assert read_table(out).frame["qpv_statut"].tolist() == sides
    assert "dans" in sides


def test_a_system_that_is_not_found_stops_all_commands(
    tmp_path: Path, placed: pd.DataFrame, geodata: Path, run: Run
) -> None:
    far = placed.assign(x=placed["x"] + np.where(np.arange(len(placed)) % 2, 90_000, 0))
    toml = dossier(tmp_path, far, 2154, swapped=False)
    where = ("--geodonnees", geodata)
    for command in (
        ("verifier", toml),
        ("dossier", toml, "--sortie", tmp_path / "d"),
        ("localiser", tmp_path / "patrimoine.csv", "--annee", 2025, "--sortie", tmp_path / "c.csv"),
    ):
        done = run(*command, *where)
        assert done.exit_code == 2, done.output
        assert codes(done.output) == {"projection_inconnue"}, done.output


def test_a_few_points_out_of_their_commune_are_not_read(
    tmp_path: Path, placed: pd.DataFrame, geodata: Path, run: Run
) -> None:
    far = placed.assign(x=placed["x"] + np.where(np.arange(len(placed)) % 20 == 3, 90_000, 0))
    toml = dossier(tmp_path, far, 2154, swapped=False)
    where, out = ("--geodonnees", geodata), tmp_path / "c.csv"
    checked = run("verifier", toml, *where)
    located = run(
        "localiser", tmp_path / "patrimoine.csv", "--annee", 2025, "--sortie", out, *where
    )
    assert codes(checked.output) == codes(located.output) == {"points_hors_commune"}
    sides = read_table(out).frame["qpv_statut"].tolist()
    assert [sides[k] for k in range(3, len(sides), 20)] == ["a_verifier"] * len(sides[3::20])
