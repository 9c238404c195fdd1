"""Positions that cannot be right stop the run, each with its own words."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest_perimeters import X0, Y0, at

from tfpb.errors import TfpbError
from tfpb.model.projection import to_lonlat
from tfpb.perimeters import check_points, locate
from tfpb.perimeters.points import positions
from tfpb.perimeters.surfaces import reference_key
from tfpb.words.faults.sentences import fault_text


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"result_x": [2.35], "result_y": [48.85]}, "degres_au_lieu_de_metres"),
        ({"result_x": [Y0], "result_y": [X0]}, "metres_inverses"),
        ({"result_x": [600_000.0], "result_y": [2_400_000.0]}, "lambert_2"),
        ({"result_x": [260_000.0], "result_y": [6_250_000.0 - 400_000]}, "point_hors_france"),
        ({"longitude": [48.85], "latitude": [2.35]}, "degres_inverses"),
        ({"longitude": [-0.1], "latitude": [51.5]}, "point_hors_france"),
        ({"longitude": [0.0], "latitude": [0.0]}, "point_hors_france"),
        (
            {"result_x": [X0], "result_y": [Y0], "longitude": [5.0], "latitude": [45.0]},
            "positions_discordantes",
        ),
        ({"result_x": [X0], "result_y": [Y0], "result_citycode": ["97101"]}, "point_hors_france"),
        ({"result_x": [np.nan], "result_y": [np.nan]}, "aucune_position"),
    ],
)
def test_each_wrong_position_has_its_fault(columns: dict, code: str, square) -> None:  # noqa: ANN001
    points = pd.DataFrame(columns)
    faults = check_points(points)
    assert [f.code for f in faults] == [code]
    assert fault_text(faults[0]).title
    with pytest.raises(TfpbError):
        locate(points, {2015: square}, year=2020)


@pytest.mark.parametrize(
    ("columns"),
    [
        {"result_x": [X0], "result_y": [Y0]},
        {"longitude": [-61.5], "latitude": [16.25]},
        {"longitude": [55.45], "latitude": [-20.9], "result_citycode": ["97411"]},
        {"result_x": [338_000.0], "result_y": [7_688_000.0], "result_citycode": ["97411"]},
        {"result_x": [520_000.0], "result_y": [8_590_000.0], "result_citycode": ["97611"]},
        {"result_x": [np.nan, X0], "result_y": [np.nan, Y0]},
    ],
)
def test_right_positions_pass(columns: dict) -> None:
    assert check_points(pd.DataFrame(columns)) == []


def test_many_faults_are_counted_and_rows_quoted() -> None:
    points = pd.DataFrame({"result_x": [2.35] * 50, "result_y": [48.85] * 50})
    points = points.assign(_fichier="stock.xlsx", _feuille="Base", _ligne=range(5, 55))
    faults = check_points(points)
    assert faults[0].place.row == 5
    assert faults[0].place.sheet == "Base"
    assert faults[-1].code == "degres_au_lieu_de_metres_suite"
    assert len(faults) - 1 + faults[-1].fields["reste"] == 50


def test_every_fault_is_told_at_once() -> None:
    points = pd.DataFrame(
        {
            "result_x": [2.35, Y0, X0],
            "result_y": [48.85, X0, Y0],
            "longitude": [np.nan] * 3,
            "latitude": [np.nan] * 3,
        }
    )
    assert {f.code for f in check_points(points)} == {"degres_au_lieu_de_metres", "metres_inverses"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("000 / AB / 0119", "93010000AB0119"),
        ("AB 119", "93010000AB0119"),
        ("ab119", "93010000AB0119"),
        ("000 , CR ,0694", "93010000CR0694"),
        ("A 12", "930100000A0012"),
        ("93010000AB0119", "93010000AB0119"),
        ("12 rue", ""),
        ("", ""),
    ],
)
def test_cadastral_references_are_written_as_the_cadastre_does(text: str, key: str) -> None:
    assert reference_key(text, "93010") == key


def test_a_good_row_is_not_blamed(square) -> None:  # noqa: ANN001
    assert check_points(at((0, 0), (100, 100))) == []


@pytest.mark.parametrize("epsg", [2154, 4326, 3857])
def test_the_geometry_of_a_geodataframe_is_read_in_its_own_projection(square, epsg: int) -> None:  # noqa: ANN001
    table = at((0, 0), (30, -900))
    places = gpd.points_from_xy(table["result_x"], table["result_y"], crs=2154)
    points = gpd.GeoDataFrame(geometry=places).to_crs(epsg)
    found, expected = (locate(p, {2024: square}, year=2025) for p in (points, table))
    assert found["qpv_statut"].tolist() == expected["qpv_statut"].tolist()
    np.testing.assert_allclose(found["qpv_distance_m"], expected["qpv_distance_m"], atol=0.01)


def test_a_geodataframe_without_projection_is_refused(square) -> None:  # noqa: ANN001
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([X0], [Y0]))
    with pytest.raises(TfpbError) as error:
        locate(points, {2024: square}, year=2025)
    assert [f.code for f in error.value.faults] == ["projection_absente"]


def test_a_map_in_another_projection_is_read_in_its_own(square) -> None:  # noqa: ANN001
    moved = replace(square, frame=square.frame.to_crs(2154))
    points = at((0, 0), (30, -900))
    found, expected = (locate(points, {2024: m}, year=2025) for m in (moved, square))
    pd.testing.assert_frame_equal(found, expected)


def test_rounded_positions_without_a_radius_are_as_sure_as_their_step() -> None:
    """A point 60 m from a limit, rounded to 79 m, was out of it for sure; its parcel settled nothing."""
    lon, lat = (float(v) for v in to_lonlat(X0, Y0, 2154))
    points = pd.DataFrame(
        {
            "longitude": [round(lon, 3), round(lon, 5), round(lon, 3)],
            "latitude": [round(lat, 3), round(lat, 3), round(lat, 3)],
            "result_radius_m": [np.nan, np.nan, 5.0],
        }
    )
    where = positions(points, default_radius_m=30.0)
    assert where.radius_m.round(1).tolist() == [78.6, 30.0, 5.0]
    assert where.on_number.tolist() == [False, True, True]
    metres = pd.DataFrame({"result_x": [X0 + 100, X0 + 107], "result_y": [Y0 + 300, Y0 + 300]})
    assert positions(metres, default_radius_m=30.0).radius_m.round(1).tolist() == [70.7, 30.0]
