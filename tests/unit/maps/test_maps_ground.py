"""Streets from addresses: lines where streets are, none where they are not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from effort import tries
from tfpb.report.ground import ground, streets


def _street(
    name: str, points: list[tuple[float, float]], numbers: list[int] | None = None
) -> pd.DataFrame:
    numbers = numbers or list(range(1, len(points) + 1))
    return pd.DataFrame(
        {
            "street": name,
            "number": numbers,
            "x": [700_000 + p[0] for p in points],
            "y": [7_000_000 + p[1] for p in points],
            "citycode": "59350",
        }
    )


def _row(length: float, step: float = 20.0, width: float = 16.0) -> list[tuple[float, float]]:
    return [
        (x, width / 2 if i % 2 else -width / 2) for i, x in enumerate(np.arange(0, length, step))
    ]


def test_two_sides_make_one_line_half_way() -> None:
    streets = ground(_street("Rue Droite", _row(400))).streets
    assert len(streets) == 1
    line = streets.geometry.iloc[0]
    assert max(abs(y - 7_000_000) for _, y in line.coords) < 3
    assert 320 < line.length < 420


def test_a_number_far_off_is_left_out() -> None:
    rows = _street("Rue Droite", _row(400))
    stray = rows.iloc[[7]].assign(y=7_000_900.0)
    rows = pd.concat([rows.drop(index=7), stray])
    streets = ground(rows).streets
    assert streets.geometry.length.sum() < 450
    assert streets.total_bounds[3] < 7_000_100


def test_a_hole_in_the_numbers_cuts_the_line() -> None:
    near, far = _row(200), [(x + 700, y) for x, y in _row(200)]
    rows = _street("Rue Coupée", near + far, list(range(1, 11)) + list(range(41, 51)))
    streets = ground(rows).streets
    assert len(streets) == 2
    assert streets.geometry.length.max() < 250


def test_an_end_is_led_to_the_street_it_points_at() -> None:
    across = _street(
        "Avenue du Travers",
        [(420.0 + (8 if i % 2 else -8), y) for i, y in enumerate(np.arange(-300, 300, 20))],
    )
    rows = pd.concat([_street("Rue Droite", _row(400)), across])
    streets = ground(rows).streets.set_index("nom").geometry
    assert streets["Rue Droite"].distance(streets["Avenue du Travers"]) < 0.1


def test_accents_and_case_do_not_split_a_street() -> None:
    rows = _street("Allée des Érables", _row(300))
    rows.loc[rows.index % 3 == 0, "street"] = "ALLEE DES ERABLES"
    assert len(set(ground(rows).streets["nom"])) == 1


def test_same_name_in_two_communes_stays_two_streets() -> None:
    other = _street("Rue Pasteur", [(x, y + 60) for x, y in _row(300)]).assign(citycode="59351")
    rows = pd.concat([_street("Rue Pasteur", _row(300)), other])
    assert len(ground(rows).streets) == 2


def test_rank_follows_length_and_name() -> None:
    rows = pd.concat(
        [
            _street("Avenue Longue", [(x, 2000.0) for x in np.arange(0, 1200, 20)]),
            _street("Rue Moyenne", [(x, 1000.0) for x in np.arange(0, 420, 20)]),
            _street("Impasse Courte", _row(90)),
        ]
    )
    rank = ground(rows).streets.set_index("nom")["rang"]
    assert rank["Avenue Longue"] == 1
    assert rank["Rue Moyenne"] == 2
    assert rank["Impasse Courte"] == 3


def test_bad_rows_are_ignored_and_nothing_gives_nothing() -> None:
    rows = _street("Rue Droite", _row(400))
    bad = pd.DataFrame(
        {
            "street": ["", "Rue Droite", "Rue Droite"],
            "number": ["3", "lieu-dit", "0"],
            "x": [1.0, 2.0, np.nan],
            "y": [1.0, 2.0, 3.0],
            "citycode": "59350",
        }
    )
    assert len(ground(pd.concat([rows.astype({"number": str}), bad])).streets) == 1
    empty = ground(rows.iloc[:0])
    assert empty.streets.empty
    assert list(empty.streets.columns) == ["nom", "rang", "geometry"]
    assert empty.streets.crs.to_epsg() == 2154


def test_number_with_a_letter_counts_as_its_number() -> None:
    rows = _street("Rue Droite", _row(400)).astype({"number": str})
    rows.loc[3, "number"] = "4bis"
    assert len(ground(rows).streets) == 1


def test_overseas_streets_are_in_their_projection() -> None:
    rows = _street("Rue Droite", _row(400)).assign(citycode="97411")
    assert ground(rows).streets.crs.to_epsg() == 2975


def test_a_zone_keeps_what_is_near_and_outlines_are_brought_to_its_projection() -> None:
    far = _street("Rue Loin", [(x + 9000, y) for x, y in _row(300)])
    outlines = gpd.GeoDataFrame(
        {"code_insee": ["59350"], "nom": ["Valmont"]},
        geometry=[box(699_000, 6_999_000, 701_000, 7_001_000)],
        crs=2154,
    ).to_crs(4326)
    here = Point(700_200, 7_000_000).buffer(300)
    both = pd.concat([_street("Rue Droite", _row(400)), far])
    assert list(streets(both, epsg=2154, zone=here)["nom"]) == ["Rue Droite"]
    got = ground(both, outlines)
    assert list(got.communes["nom"]) == ["Valmont"]
    assert got.communes.crs.to_epsg() == 2154


@settings(deadline=None, max_examples=tries(10, 25))
@given(st.integers(0, 2**32 - 1), st.floats(0, 8))
def test_row_order_and_noise_do_not_matter(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    points = [(x + rng.normal(0, noise), y + rng.normal(0, noise)) for x, y in _row(500)]
    rows = _street("Rue Droite", points)
    one = ground(rows).streets
    two = ground(rows.sample(frac=1, random_state=seed % 1000)).streets
    assert one.geometry.to_wkt().tolist() == two.geometry.to_wkt().tolist()
    # nothing is drawn away from the addresses
    cloud = gpd.GeoSeries(gpd.points_from_xy(rows.x, rows.y)).union_all().buffer(60)
    assert all(cloud.contains(line) for line in one.geometry)


def test_empty_frame_without_codes() -> None:
    frame = pd.DataFrame({c: [] for c in ("street", "number", "x", "y", "citycode")})
    assert ground(frame).parcels.empty


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_numbers(count: int) -> None:
    rows = _street("Rue Courte", _row(60)[:count])
    assert len(ground(rows).streets) == count - 1
