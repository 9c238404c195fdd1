"""Points corrected in a GIS: what was moved changes side, in every command, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from everywhere import small_settings
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings
from tfpb.io.tables.tabular import read_table
from tfpb.pipeline.steps.geocoding import addresses_of, placed_in_layers

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


@pytest.fixture(scope="module")
def located(
    tmp_path_factory: pytest.TempPathFactory, run: Run, example: Path, geodata: Path
) -> Path:
    """Return the example's stock as `localiser` writes it for a GIS."""
    out = tmp_path_factory.mktemp("sig") / "localise.gpkg"
    done = run("localiser", example / "patrimoine.xlsx", "--sortie", out, "--annee", 2025,
               "--geodonnees", geodata)  # fmt: skip
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def moved(located: Path, geodata: Path) -> tuple[Path, list[int]]:
    """Return that layer, one point moved into a quarter and one out of it, and which rows."""
    from tfpb.geodata.qpv_imports import load_qpv

    qpv = load_qpv(geodata, 2024)
    assert qpv is not None
    shapes = qpv.frame.to_crs(2154)
    frame = gpd.read_file(located)
    into = frame.index[frame["qpv_statut"] == "hors"][0]
    out = frame.index[frame["qpv_statut"] == "dans"][0]
    inner = shapes.geometry.iloc[0].representative_point()
    frame.loc[into, "geometry"] = inner
    frame.loc[out, "geometry"] = shapely.Point(inner.x, shapes.total_bounds[3] + 900)
    path = located.with_name("corrige.gpkg")
    frame.to_file(path)
    return path, [into, out]


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "csv", "parquet"])
def test_points_moved_in_a_gis_change_both_sides_and_the_others_stay(
    run: Run,
    located: Path,
    moved: tuple[Path, list[int]],
    geodata: Path,
    tmp_path: Path,
    suffix: str,
) -> None:
    path, (into, out) = moved
    again = tmp_path / f"relu.{suffix}"
    done = run("localiser", path, "--sortie", again, "--annee", 2025, "--geodonnees", geodata)
    assert done.exit_code == 0, done.output
    assert "2 points déplacés" in done.output
    before, after = gpd.read_file(located)["qpv_statut"], read_table(again).frame["qpv_statut"]
    changed = before.index[before.to_numpy() != after.to_numpy()]
    assert sorted(changed) == sorted([into, out])
    assert (after[into], after[out]) == ("dans", "hors")
    if suffix == "parquet":  # a layer in, a layer out
        assert gpd.read_parquet(again).crs.to_epsg() == 2154


def test_the_geocoder_keeps_points_placed_by_hand(
    run: Run, moved: tuple[Path, list[int]], geodata: Path, tmp_path: Path
) -> None:
    path, rows = moved
    out = tmp_path / "adresses.geojson"
    done = run("geocoder", path, "--sortie", out, "--geodonnees", geodata)
    assert done.exit_code == 0, done.output
    assert "2 points déplacés" in done.output
    given, found = gpd.read_file(path), gpd.read_file(out).to_crs(2154)
    kinds = found["result_type"] == "given"
    assert sorted(found.index[kinds]) == sorted(rows)
    assert found["result_verdict"][kinds].tolist() == ["accepte", "accepte"]
    assert found.geometry.distance(given.geometry).max() < 0.05


def test_a_survey_refuses_sides_older_than_their_points(
    run: Run, moved: tuple[Path, list[int]], example: Path, located: Path, tmp_path: Path
) -> None:
    survey = (example / "enquete_2019.csv", "--plan", example / "plan_enquete.toml")
    out = ("--sortie", tmp_path / "c.csv")
    assert run("comparer", *survey, "--residences", located, *out).exit_code == 0
    done = run("comparer", *survey, "--residences", moved[0], *out)
    assert done.exit_code == 2
    assert "depuis que les côtés de ce fichier" in " ".join(done.output.split())


def test_a_dossier_reads_its_stock_from_a_layer(
    run: Run, moved: tuple[Path, list[int]], geodata: Path, tmp_path: Path
) -> None:
    path, rows = moved
    (tmp_path / "parc.gpkg").write_bytes(path.read_bytes())
    toml = tmp_path / "dossier.toml"
    toml.write_text(small_settings(patrimoine="parc.gpkg"), encoding="utf-8")
    done = run("verifier", toml, "--geodonnees", geodata)
    assert done.exit_code == 0, done.output
    assert "2 points déplacés" in done.output
    inputs = gather_inputs(load_settings(toml))[0]
    placed = placed_in_layers(inputs)
    assert [i for i, place in enumerate(placed) if place] == sorted(rows)
    given = addresses_of(inputs)["x"] != ""
    assert [i for i, has in enumerate(given) if has] == sorted(rows)


def test_a_foreign_point_far_from_its_address_rules_and_is_doubted(
    run: Run, located: Path, geodata: Path, tmp_path: Path
) -> None:
    frame = gpd.read_file(located)
    sure = frame[(frame["result_type"] == "housenumber") & (frame["result_verdict"] == "accepte")]
    plain = (
        sure[["Code résidence", "Adresse", "CP", "Ville", "Nb logts", "geometry"]].head(30).copy()
    )
    first = plain.index[0]
    plain.loc[first, "geometry"] = shapely.Point(
        plain.geometry[first].x + 700, plain.geometry[first].y
    )
    plain.to_file(tmp_path / "parc.gpkg")
    out = tmp_path / "a.csv"
    done = run("geocoder", tmp_path / "parc.gpkg", "--sortie", out, "--geodonnees", geodata)
    assert done.exit_code == 0, done.output
    assert "1 point déplacé" in done.output
    found = read_table(out).frame
    assert set(found["result_verdict"]) == {"accepte"}
    assert found["result_reasons"].tolist()[0] == "point_deplace"
    assert float(found["result_x"][0].replace(",", ".")) == pytest.approx(
        plain.geometry[first].x, abs=0.05
    )
    table = pd.DataFrame(plain.drop(columns="geometry"))
    table["x"], table["y"] = plain.geometry.x, plain.geometry.y
    table.to_csv(tmp_path / "parc.csv", sep=";", decimal=",", index=False)
    run("geocoder", tmp_path / "parc.csv", "--sortie", out, "--geodonnees", geodata)
    assert (
        read_table(out).frame["result_verdict"][0] == "a_verifier"
    )  # columns of a table do not rule so
