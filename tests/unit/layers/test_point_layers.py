"""Layers of points read as tables: the geometry rules, contradictions are named, moves are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tfpb.errors import TfpbError
from tfpb.io.layers.layer_files import layer_bytes
from tfpb.io.sources.point_tables import read_points
from tfpb.io.tables.tabular import read_table
from tfpb.model.location import QpvMap
from tfpb.model.projection import to_lonlat
from tfpb.perimeters import locate

if TYPE_CHECKING:
    from pathlib import Path

X, Y = 703_500.25, 7_059_600.5
FORMATS = ("a.gpkg", "a.geojson", "a.shp", "a.parquet", "a.geoparquet", "a.zip")


def layer(**columns: object) -> gpd.GeoDataFrame:
    points = [shapely.Point(X, Y), shapely.Point(X + 500, Y), None]
    frame = pd.DataFrame({"id": ["01", "02", "03"], **columns})
    return gpd.GeoDataFrame(frame, geometry=points, crs=2154)


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix in {".parquet", ".geoparquet"}:
        frame.to_parquet(path)
    elif path.suffix == ".zip":
        frame.to_file(path.with_suffix(".shz"), driver="ESRI Shapefile")
        path.with_suffix(".shz").rename(path)
    else:
        (frame.to_crs(4326) if path.suffix == ".geojson" else frame).to_file(path)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_each_kind_of_layer_gives_the_place_of_its_rows(tmp_path: Path, name: str) -> None:
    table = read_table(written(layer(), tmp_path / name))
    assert table.frame["id"].tolist() == ["01", "02", "03"]
    points = read_points(table).points
    assert np.allclose(points["result_x"][:2], [X, X + 500], atol=0.02)
    assert np.allclose(points["result_y"][:2], Y, atol=0.02)
    assert points["result_x"][2:].isna().all()


@pytest.mark.parametrize(
    ("off", "faults"),
    [(0.4, []), (0.9, []), (1.2, ["geometrie_contredite"]), (900, ["geometrie_contredite"])],
)
@pytest.mark.parametrize("pair", [("x", "y"), ("result_x", "result_y"), ("longitude", "latitude")])
def test_columns_may_repeat_the_geometry_to_the_metre(
    tmp_path: Path, off: float, faults: list[str], pair: tuple[str, str]
) -> None:
    x, y = np.array([X, X + 500 + off, np.nan]), np.array([Y, Y, np.nan])
    if pair[0] == "longitude":
        x, y = to_lonlat(x, y, 2154)
    path = written(layer(**{pair[0]: x, pair[1]: y}), tmp_path / "a.gpkg")
    if not faults:
        assert (
            read_points(read_table(path))
            .points["result_x" if pair[0] != "longitude" else "longitude"][:2]
            .notna()
            .all()
        )
        return
    with pytest.raises(TfpbError) as met:
        read_table(path)
    (fault,) = met.value.faults
    assert fault.code == "geometrie_contredite"
    assert fault.place.row == 3
    assert fault.fields["distance_m"] >= 2


def test_many_contradictions_are_counted_after_ten(tmp_path: Path) -> None:
    points = [shapely.Point(X + i, Y) for i in range(14)]
    frame = pd.DataFrame({"x": [X + i + 50 for i in range(14)], "y": Y})
    gpd.GeoDataFrame(frame, geometry=points, crs=2154).to_file(tmp_path / "a.gpkg")
    with pytest.raises(TfpbError) as met:
        read_table(tmp_path / "a.gpkg")
    *listed, last = met.value.faults
    assert [f.place.row for f in listed] == list(range(2, 12))
    assert (last.code, last.fields["reste"]) == ("geometrie_contredite_suite", 4)


def test_a_row_without_coordinates_takes_those_of_its_geometry(tmp_path: Path) -> None:
    path = written(layer(x=[X, np.nan, np.nan], y=[Y, np.nan, np.nan]), tmp_path / "a.gpkg")
    frame = read_table(path).frame
    assert [float(v) for v in frame["x"][:2]] == pytest.approx([X, X + 500], abs=0.01)
    assert frame["x"][2] == ""


def test_what_is_not_points_is_refused_by_its_row(tmp_path: Path) -> None:
    frame = layer()
    frame.loc[1, "geometry"] = shapely.box(X, Y, X + 9, Y + 9)
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(TfpbError) as met:
        read_table(tmp_path / "a.parquet")
    assert [(f.code, f.place.row, f.got) for f in met.value.faults] == [
        ("couche_sans_point", 3, "Polygon")
    ]


def test_of_several_layers_the_one_named_or_the_best_known_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    layer().to_file(path, layer="notes")
    layer(adresse="1 rue", commune="Lille").to_file(path, layer="entrees")
    assert read_table(path, known=["adresse", "commune"]).sheet == "entrees"
    assert read_table(path, sheet="Notes", known=["adresse"]).sheet == "notes"
    with pytest.raises(TfpbError) as met:
        read_table(path, sheet="absente")
    assert met.value.faults[0].code == "feuille_absente"
    assert "notes" in met.value.faults[0].fields["feuilles"]


def ours(tmp_path: Path, suffix: str = ".gpkg") -> Path:
    """Write a layer as the commands do."""
    frame = pd.DataFrame(
        {
            "id_residence": ["01", "02"], "result_type": ["street", "housenumber"],
            "result_verdict": ["a_verifier", "accepte"], "result_radius_m": [80.0, 10.0],
            "result_parcelle": ["", "59999000AB0001"], "result_reasons": ["sans_numero", ""],
            "result_x": [X, X + 500], "result_y": [Y, Y], "longitude": [3.0, 3.0], "latitude": [50.0, 50.0],
        }
    )  # fmt: skip
    path = tmp_path / f"ours{suffix}"
    x, y = frame["result_x"].to_numpy(), frame["result_y"].to_numpy()
    path.write_bytes(layer_bytes(path, frame, x=x, y=y, epsg=2154))
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".geoparquet"])
def test_a_layer_that_we_wrote_has_one_place_a_row_and_knows_what_was_moved(
    tmp_path: Path, suffix: str
) -> None:
    path = ours(tmp_path, suffix)
    back = gpd.read_parquet(path) if suffix == ".geoparquet" else gpd.read_file(path)
    assert {"result_x", "result_y", "longitude", "latitude", "x", "y"}.isdisjoint(back.columns)
    still = read_table(path)
    assert still.notices == ()
    assert still.frame["result_verdict"].tolist() == ["a_verifier", "accepte"]
    assert "x" not in still.frame  # what did not move is no place given by hand
    back = back.to_crs(2154)
    back.loc[1, "geometry"] = shapely.Point(X + 700, Y)
    back.to_parquet(tmp_path / "moved.parquet")
    table = read_table(tmp_path / "moved.parquet")
    assert [(n.code, n.place.row, n.fields["nombre"]) for n in table.notices] == [
        ("point_deplace", 3, 1)
    ]
    assert table.frame["result_type"].tolist() == ["street", "given"]
    assert table.frame["result_verdict"].tolist() == ["a_verifier", "accepte"]
    assert table.frame["result_parcelle"].tolist() == ["", ""]
    assert table.frame["result_reasons"].tolist() == ["sans_numero", "point_deplace"]
    points = read_points(table).points
    assert points["result_x"].tolist() == pytest.approx([X, X + 700], abs=0.02)
    assert [bool(v) for v in table.frame["x"]] == [False, True]


def test_locate_reads_the_geometry_and_gives_it_back() -> None:
    quarter = gpd.GeoDataFrame(
        {"code_qpv": ["QN05991I"], "nom_qpv": ["Les Tilleuls"]},
        geometry=[shapely.box(3.06, 50.62, 3.08, 50.64)], crs=4326,
    )  # fmt: skip
    maps = {2024: QpvMap(2024, quarter)}
    frame = gpd.GeoDataFrame(
        {"longitude": [3.07, 3.09], "latitude": [50.63001, 50.63001]},
        geometry=gpd.points_from_xy([3.07, 3.09], [50.63001] * 2), crs=4326,
    ).to_crs(2154)  # fmt: skip
    found = locate(frame, maps, year=2025)
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs.to_epsg() == 2154
    assert found["qpv_statut"].tolist() == ["dans", "hors"]
    moved = frame.drop(columns=["longitude", "latitude"])
    moved.loc[0, "geometry"] = moved.geometry.iloc[1]
    assert locate(moved, maps, year=2025)["qpv_statut"].tolist() == ["hors", "hors"]
    stale = frame.copy()
    stale.loc[0, "geometry"] = stale.geometry.iloc[1]
    with pytest.raises(TfpbError) as met:
        locate(stale, maps, year=2025)
    assert [(f.code, f.place.row) for f in met.value.faults] == [("geometrie_contredite", 2)]
