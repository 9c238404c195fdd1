"""Rows that name an agency or a sector above its résidences are none: set aside, listed, never counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from everywhere import small_settings
from tfpb.cli.app import app
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "Code résidence;Nom;Adresse;CP;Commune;Nb logements"
HOMES = {f"R{k}": 10 + k for k in range(1, 6)}


def row(code: str) -> str:
    return f"{code};Les Lilas;{code[1:]} rue A;59000;Lille;{HOMES[code]}"


def gathered(folder: Path, *lines: str, head: str = HEAD) -> tuple[dict[str, int], list[str]]:
    """Read a stock by the dossier; return its dwellings and the codes of its section rows."""
    (folder / "patrimoine.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    (folder / "dossier.toml").write_text(small_settings(), encoding="utf-8")
    inputs, faults = gather_inputs(load_settings(folder / "dossier.toml"))
    frame = inputs.frame("patrimoine")
    told = [f.got for f in faults if f.code == "ligne_de_section"]
    homes = frame["nb_logements"].astype("Int64").fillna(-1).astype(int)
    return dict(zip(frame["id_residence"], homes, strict=True)), told


@pytest.mark.parametrize("name", ["Agence Nord", "LILLE", "Secteur de la Gare", "Les hauts"])
@pytest.mark.parametrize("before", ["", ";"])
def test_a_name_alone_above_residences_is_a_section(tmp_path: Path, name: str, before: str) -> None:
    lines = [
        before + name,
        row("R1"),
        row("R2"),
        row("R3"),
        before + "Agence Sud",
        row("R4"),
        row("R5"),
    ]
    homes, told = gathered(tmp_path, *lines)
    assert homes == HOMES
    assert told == [name, "Agence Sud"]
    said = CliRunner().invoke(app, ["verifier", str(tmp_path / "dossier.toml")]).output
    assert "n’a pas d’adresse" not in said  # as it is said of a résidence that lacks one


@pytest.mark.parametrize("last", [False, True])
def test_so_is_one_with_the_sum_of_its_dwellings(tmp_path: Path, last: bool) -> None:  # noqa: FBT001
    north, south = [row(f"R{k}") for k in (1, 2, 3)], [row(f"R{k}") for k in (4, 5)]
    sums = "Agence Nord;;;;;36", "Agence Sud;;;;;29"
    lines = [*north, sums[0], *south, sums[1]] if last else [sums[0], *north, sums[1], *south]
    homes, told = gathered(tmp_path, *lines)
    assert homes == HOMES
    assert told == ["Agence Nord ; 36", "Agence Sud ; 29"]


def test_a_count_that_is_no_sum_stays_a_row(tmp_path: Path) -> None:
    homes, told = gathered(tmp_path, "Agence Nord;;;;;37", row("R1"), row("R2"), row("R3"))
    assert homes["Agence Nord"] == 37
    assert told == []


@pytest.mark.parametrize("lone", ["R9", "Les Roses 2"])
def test_a_residence_that_lacks_the_rest_stays_a_fault(tmp_path: Path, lone: str) -> None:
    homes, told = gathered(tmp_path, row("R1"), lone, row("R2"), row("R3"))
    assert lone in homes
    assert told == []


def test_names_in_place_of_codes_are_no_sections(tmp_path: Path) -> None:
    """Where résidences are known by a name, one that lacks the rest may be one: a fault, not a section."""
    lines = ["Les Lilas;;1 rue A;59000;Lille;10", "Les Roses", "Le Parc;;2 rue A;59000;Lille;12"]
    homes, told = gathered(tmp_path, *lines)
    assert "Les Roses" in homes
    assert told == []
    homes, told = gathered(tmp_path, "Agence Nord", *lines[::2])
    assert "Agence Nord" not in homes
    assert told == ["Agence Nord"]


def test_the_last_row_is_no_section_of_anything(tmp_path: Path) -> None:
    _, told = gathered(tmp_path, row("R1"), row("R2"), "Divers")
    assert told == []
