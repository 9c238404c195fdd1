"""Three answers with distance, doubt and reason; one row out a row in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest_perimeters import X0, Y0, at
from hypothesis import given, settings
from hypothesis import strategies as st

from tfpb.errors import TfpbError
from tfpb.model.projection import to_lonlat
from tfpb.model.results import LOCATION_COLUMNS
from tfpb.perimeters import coverage_doubts, locate, ruling_vintage

if TYPE_CHECKING:
    from conftest import MakeMap
    from tfpb.model.location import QpvMap


def one(points: pd.DataFrame, maps: dict[int, QpvMap], **options: object) -> pd.Series:
    options.setdefault("year", 2020)
    return locate(points, maps, **options).iloc[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("x", "y", "statut", "code", "distance"),
    [
        (200, 200, "dans", "QP093901", 200),
        (371, 200, "a_verifier", "QP093901", 29),
        (369, 200, "dans", "QP093901", 31),
        (429, 200, "a_verifier", "", 29),
        (430, 200, "hors", "", 30),
        (2399, 200, "hors", "", 1999),
        (2402, 200, "hors", "", np.nan),
    ],
)
def test_side_code_and_distance(
    square: QpvMap, x: float, y: float, statut: str, code: str, distance: float
) -> None:
    row = one(at((x, y)), {2015: square})
    assert (row.qpv_statut, row.qpv_code) == (statut, code)
    assert row.qpv_distance_m == pytest.approx(distance, abs=0.01, nan_ok=True)
    assert row.qpv_proche_code == ("" if np.isnan(distance) else "QP093901")
    assert row.qpv_millesime == 2015
    assert row.qpv_motif


def test_a_point_on_the_limit_is_held_and_doubtful(square: QpvMap) -> None:
    row = one(at((400, 200)), {2015: square})
    assert row.qpv_statut == "a_verifier"
    assert row.qpv_distance_m == pytest.approx(0, abs=0.01)


def test_the_row_s_own_radius_rules(square: QpvMap) -> None:
    points = at(
        (390, 200), (390, 200), (390, 200), (2500, 200), result_radius_m=[5.0, 10.5, None, 2200.0]
    )
    assert locate(points, {2015: square}, year=2020).qpv_statut.tolist() == [
        "dans",
        "a_verifier",
        "a_verifier",
        "a_verifier",
    ]


def test_a_verdict_that_is_not_accepted_is_a_doubt_everywhere(square: QpvMap) -> None:
    points = at(
        (200, 200), (200, 200), (1500, 1500), result_verdict=["accepte", "a_verifier", "rejete"]
    )
    out = locate(points, {2015: square}, year=2020)
    assert out.qpv_statut.tolist() == ["dans", "a_verifier", "a_verifier"]
    assert out.qpv_code.tolist() == ["QP093901", "QP093901", ""]
    assert "rejetée" in out.qpv_motif.iloc[2]


def test_a_row_without_position_comes_out_to_be_checked(square: QpvMap) -> None:
    points = at((200, 200), (np.nan, np.nan))
    out = locate(points, {2015: square}, year=2020)
    assert out.qpv_statut.tolist() == ["dans", "a_verifier"]
    assert "non située" in out.qpv_motif.iloc[1]


def test_degrees_give_the_same_answer_as_metres(square: QpvMap) -> None:
    metres = at((371, 200), (100, 50))
    lon, lat = to_lonlat(metres.result_x.to_numpy(), metres.result_y.to_numpy(), 2154)
    degrees = pd.DataFrame({"longitude": lon, "latitude": lat})
    a, b = (locate(p, {2015: square}, year=2020) for p in (metres, degrees))
    pd.testing.assert_frame_equal(
        a.drop(columns="qpv_distance_m"), b.drop(columns="qpv_distance_m")
    )
    np.testing.assert_allclose(a.qpv_distance_m, b.qpv_distance_m, atol=0.002)


def test_overseas_uses_its_own_projection_and_map(make_map) -> None:  # noqa: ANN001
    place = (660_000.0, 1_797_000.0)  # Les Abymes, UTM 20N
    old = make_map(2015, {"QP971901": shapely.box(0, 0, 400, 400)}, epsg=5490, at=place)
    new = make_map(2024, {"QN97191N": shapely.box(1000, 0, 1400, 400)}, epsg=5490, at=place)
    points = pd.DataFrame(
        {"result_x": [place[0] + 380], "result_y": [place[1] + 200], "result_citycode": ["97101"]}
    )
    row = one(points, {2015: old, 2024: new}, year=2025)
    assert (row.qpv_millesime, row.qpv_distance_m) == (2015, pytest.approx(20, abs=0.01))
    row = one(points, {2015: old, 2024: new}, year=2026)
    assert (row.qpv_millesime, row.qpv_statut) == (2024, "hors")


def test_ties_are_named(make_map) -> None:  # noqa: ANN001
    pair = make_map(
        2015, {"QP093901": shapely.box(0, 0, 100, 100), "QP093902": shapely.box(140, 0, 240, 100)}
    )
    row = one(at((120, 50)), {2015: pair})
    assert row.qpv_statut == "a_verifier"
    assert row.qpv_proche_code == "QP093901"
    assert "QP093902" in row.qpv_motif


def test_overlapping_quarters_give_one_row_and_name_both(make_map) -> None:  # noqa: ANN001
    pair = make_map(
        2015, {"QP093901": shapely.box(0, 0, 400, 400), "QP093902": shapely.box(100, 0, 500, 400)}
    )
    out = locate(at((250, 200)), {2015: pair}, year=2020)
    assert len(out) == 1
    assert out.qpv_code.iloc[0] == "QP093901"
    assert "QP093902" in out.qpv_motif.iloc[0]


def test_the_holder_names_its_own_limit_on_a_shared_one(make_map) -> None:  # noqa: ANN001
    pair = make_map(
        2015, {"QP093901": shapely.box(0, 0, 100, 400), "QP093902": shapely.box(100, 0, 200, 400)}
    )
    row = one(at((105, 200)), {2015: pair})
    assert (row.qpv_code, row.qpv_proche_code) == ("QP093902", "QP093902")
    assert "QP093901" in row.qpv_motif


@pytest.mark.parametrize(
    ("box", "point", "statut", "words"),
    [
        ((380, 180, 399, 220), (390, 200), "dans", "Pas de doute"),  # whole parcel in
        ((401, 180, 440, 220), (410, 200), "hors", "Pas de doute"),  # whole parcel out
        ((380, 180, 420, 220), (410, 200), "a_verifier", "coupe"),  # cut, point near
        ((300, 0, 500, 400), (450, 200), "a_verifier", "coupe"),  # cut, point clearly out
        ((300, 0, 500, 400), (350, 200), "dans", "Dans le quartier"),  # cut, point clearly in
        ((380, 180, 400.2, 220), (400.1, 200), "dans", "Pas de doute"),  # 99 % in, point just out
    ],
)
def test_parcels_lift_or_raise_a_doubt(
    square: QpvMap, box: tuple, point: tuple, statut: str, words: str
) -> None:
    parcels = gpd.GeoDataFrame(
        {"id": ["93999000AB0012"]},
        geometry=[shapely.affinity.translate(shapely.box(*box), X0, Y0)],
        crs=2154,
    )
    row = one(at(point), {2015: square}, parcels=parcels)
    assert row.qpv_statut == statut
    assert words in row.qpv_motif
    assert row.qpv_code == ("QP093901" if statut == "dans" else "")
    assert row.qpv_point in {"dans", "hors"}
    assert row.qpv_parcelle in {"dans", "hors", "coupee"}
    assert row.qpv_parcelle_ref == "93999000AB0012"


def test_a_parcel_shared_by_two_quarters_is_said_of_neither(make_map: MakeMap) -> None:
    halves = {"QP093901": shapely.box(0, 0, 400, 400), "QP093902": shapely.box(400, 0, 800, 400)}
    parcels = gpd.GeoDataFrame(
        {"id": ["P"]}, geometry=[shapely.box(X0 + 380, Y0, X0 + 420, Y0 + 40)], crs=2154
    )
    row = one(at((395, 20)), {2015: make_map(2015, halves)}, parcels=parcels)
    assert (row.qpv_statut, row.qpv_code) == ("dans", "QP093901")
    assert "la parcelle P est à 100" in row.qpv_motif
    assert "en QPV" in row.qpv_motif
    assert "dans le quartier" not in row.qpv_motif.split(".")[0]


def test_the_half_of_a_parcel_in_two_quarters_that_overlap_is_half(make_map: MakeMap) -> None:
    lapping = {"QP093901": shapely.box(0, 0, 400, 400), "QP093902": shapely.box(350, 0, 400, 400)}
    parcels = gpd.GeoDataFrame(
        {"id": ["P"]}, geometry=[shapely.box(X0 + 380, Y0, X0 + 420, Y0 + 40)], crs=2154
    )
    row = one(at((395, 20)), {2015: make_map(2015, lapping)}, parcels=parcels)
    assert (row.qpv_statut, row.qpv_parcelle, row.qpv_parcelle_part) == (
        "a_verifier",
        "coupee",
        0.5,
    )


def test_a_parcel_known_by_reference_against_a_clear_point_is_a_doubt(square: QpvMap) -> None:
    parcels = gpd.GeoDataFrame(
        {"id": ["93999000AB0119"]},
        geometry=[shapely.box(X0 + 100, Y0 + 100, X0 + 140, Y0 + 140)],
        crs=2154,
    )
    points = at((600, 200), result_parcelle=["000 / AB / 0119"])
    row = one(points, {2015: square}, parcels=parcels)
    assert row.qpv_statut == "a_verifier"
    assert "93999000AB0119" in row.qpv_motif


def test_the_building_prevails_over_the_parcel(square: QpvMap) -> None:
    parcel = gpd.GeoDataFrame(
        {"id": ["P"]}, geometry=[shapely.box(X0 + 300, Y0, X0 + 500, Y0 + 400)], crs=2154
    )
    building = gpd.GeoDataFrame(
        {"id": ["B"]}, geometry=[shapely.box(X0 + 405, Y0 + 180, X0 + 440, Y0 + 220)], crs=2154
    )
    row = one(at((410, 200)), {2015: square}, parcels=parcel, footprints=building)
    assert (row.qpv_statut, row.qpv_parcelle, row.qpv_emprise) == ("hors", "coupee", "hors")
    assert "bâtiment B" in row.qpv_motif


def test_parcels_do_not_lift_the_doubt_of_a_verdict(square: QpvMap) -> None:
    parcel = gpd.GeoDataFrame(
        {"id": ["P"]}, geometry=[shapely.box(X0 + 380, Y0 + 180, X0 + 399, Y0 + 220)], crs=2154
    )
    row = one(at((390, 200), result_verdict=["a_verifier"]), {2015: square}, parcels=parcel)
    assert row.qpv_statut == "a_verifier"


def test_evolution_of_each_kind(make_map) -> None:  # noqa: ANN001
    old = make_map(2015, {"QP093901": shapely.box(0, 0, 400, 400)})
    new = make_map(2024, {"QN09391M": shapely.box(200, 0, 600, 400)})
    out = locate(
        at((100, 200), (300, 200), (500, 200), (800, 200), (410, 200)),
        {2015: old, 2024: new},
        year=2025,
    )
    assert out.qpv_evolution.tolist() == ["sortant", "maintenu", "entrant", "hors", "a_verifier"]
    assert out.qpv_millesime.tolist() == [2024] * 5
    assert out.qpv2015_code.tolist() == ["QP093901", "QP093901", "", "", ""]
    assert (locate(at((100, 200)), {2015: old}, year=2016).qpv_evolution == "").all()


@pytest.mark.parametrize("year", [2015, 2010, 2031])
def test_years_without_a_map_are_refused(square: QpvMap, year: int) -> None:
    with pytest.raises(TfpbError) as caught:
        locate(at((1, 1)), {2015: square}, year=year)
    assert caught.value.faults[0].code == ("annee_zus" if year <= 2015 else "annee_hors_champ")


@pytest.mark.parametrize(
    ("year", "city", "vintage"),
    [
        (2016, "59350", 2015),
        (2024, "59350", 2015),
        (2025, "59350", 2024),
        (2030, "", 2024),
        (2025, "97101", 2015),
        (2026, "97101", 2024),
        (2025, "97611", 2015),
    ],
)
def test_the_map_that_rules_a_year(year: int, city: str, vintage: int) -> None:
    assert ruling_vintage(year, city) == vintage


def test_a_missing_map_says_how_to_import_it(square: QpvMap) -> None:
    with pytest.raises(TfpbError) as caught:
        locate(at((1, 1)), {2015: square}, year=2025)
    assert caught.value.faults[0].code == "carte_absente"
    assert caught.value.faults[0].fields["millesime"] == 2024


def test_points_of_another_territory_than_the_map_are_an_error(square: QpvMap) -> None:
    with pytest.raises(TfpbError) as caught:
        locate(at((200_000, 0), (200_500, 10)), {2015: square}, year=2020)
    assert caught.value.faults[0].code == "aucun_point_apparie"


def test_partial_maps_and_empty_matches_are_doubted(square: QpvMap) -> None:
    points = at((600, 200), (200_000, 0))
    out = locate(points, {2015: square}, year=2020)
    codes = [f.code for f in coverage_doubts(points, out, {2015: square}, year=2020)]
    assert codes == ["carte_partielle", "aucun_point_en_qpv"]


def test_an_extract_without_a_quarter_of_a_departement_is_doubted_though_one_is_near(
    square: QpvMap,
) -> None:
    """Entrances of Paris were « hors », known, on a map of Seine-Saint-Denis."""
    points = at((600, 200), (9_000, 0), (8_000, 0)).assign(
        result_citycode=["93010", "75119", "75119"]
    )
    located = locate(points, {2015: square}, year=2020)
    (doubt,) = coverage_doubts(points, located, {2015: square}, year=2020)[:1]
    assert (doubt.code, doubt.got, doubt.fields["lignes"]) == ("carte_sans_departement", "75", 2)
    own = points.assign(result_citycode="93010")
    codes = [f.code for f in coverage_doubts(own, located, {2015: square}, year=2020)]
    assert "carte_sans_departement" not in codes


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)), min_size=1, max_size=40),
    st.randoms(),
)
def test_one_row_out_a_row_in_whatever_the_order(square: QpvMap, places: list, random) -> None:  # noqa: ANN001
    points = at(*places)
    points.index = pd.Index([f"r{i}" for i in range(len(points))])
    out = locate(points, {2015: square}, year=2020)
    assert out.index.equals(points.index)
    assert list(out.columns) == list(LOCATION_COLUMNS)
    order = list(range(len(points)))
    random.shuffle(order)
    again = locate(points.iloc[order], {2015: square}, year=2020)
    pd.testing.assert_frame_equal(again.loc[out.index], out)


def test_empty_in_empty_out(square: QpvMap) -> None:
    out = locate(at().iloc[:0], {2015: square}, year=2020)
    assert len(out) == 0
    assert list(out.columns) == list(LOCATION_COLUMNS)


def test_an_uncertainty_of_kilometres_is_a_doubt_said_without_a_distance(square: QpvMap) -> None:
    row = one(at((6000, 200), result_radius_m=[7000.0]), {2015: square})
    assert row.qpv_statut == "a_verifier"
    assert np.isnan(row.qpv_distance_m)
    assert "dépasse la distance" in row.qpv_motif


def parcel(low: float, high: float, name: str) -> gpd.GeoDataFrame:
    """Make a parcel between two abscissas, 40 m deep."""
    ground = [shapely.box(X0 + low, Y0 + 180, X0 + high, Y0 + 220)]
    return gpd.GeoDataFrame({"id": [name]}, geometry=ground, crs=2154)


@pytest.mark.parametrize("kind", ["interpolated", "street", "locality", "municipality"])
def test_a_weak_point_never_wins_by_its_parcel(square: QpvMap, kind: str) -> None:
    ground = parcel(401, 440, "P")
    points = at((410, 200), result_type=[kind], result_radius_m=[50.0])
    row = one(points, {2015: square}, parcels=ground)
    assert row.qpv_statut == "a_verifier"
    assert "50\u202fm" in row.qpv_motif
    walls = one(points, {2015: square}, footprints=ground)
    assert walls.qpv_statut == "a_verifier"
    far = at((460, 200), result_type=[kind], result_radius_m=[50.0])
    cut = parcel(300, 500, "P")
    assert one(far, {2015: square}, parcels=cut).qpv_statut == "hors"  # nor loses by it


@pytest.mark.parametrize("kind", ["housenumber", "range", "given", ""])
def test_a_point_on_its_number_wins_by_its_parcel(square: QpvMap, kind: str) -> None:
    points = at((410, 200), result_type=[kind], result_radius_m=[15.0])
    row = one(points, {2015: square}, parcels=parcel(401, 440, "P"))
    assert row.qpv_statut == "hors"
    assert "Pas de doute" in row.qpv_motif


def test_a_parcel_that_a_weak_point_cites_may_still_raise_a_doubt(square: QpvMap) -> None:
    points = at((600, 200), result_type=["street"], result_parcelle=["93999000AB0119"])
    row = one(points, {2015: square}, parcels=parcel(100, 140, "93999000AB0119"))
    assert row.qpv_statut == "a_verifier"


def test_neighbours_on_the_other_side_give_the_doubt_back(square: QpvMap) -> None:
    ground = pd.concat([parcel(401, 440, "P"), parcel(330, 369, "Q"), parcel(370, 399, "R")])
    street = {
        "result_type": ["housenumber"] * 3, "result_name": ["Allée de la Paix"] * 3,
        "result_citycode": ["93999"] * 3, "result_housenumber": ["29", "31", "27bis"],
    }  # fmt: skip
    places = (402, 200), (350, 200), (380, 200)
    found = locate(at(*places, **street), {2015: square}, year=2020, parcels=ground)
    assert found["qpv_statut"].tolist() == ["a_verifier", "dans", "dans"]
    assert "la parcelle P est hors QPV" in found["qpv_motif"].iloc[0]
    assert "entrées voisines sont de l’autre côté" in found["qpv_motif"].iloc[0]
    apart = street | {"result_housenumber": ["29", "39", "27"]}  # one neighbour only
    alone = locate(at(*places, **apart), {2015: square}, year=2020, parcels=ground)
    assert alone["qpv_statut"].tolist() == ["hors", "dans", "dans"]
    kept = apart | {"id_residence": ["R1", "R1", "R1"]}
    home = locate(at(*places, **kept), {2015: square}, year=2020, parcels=ground)
    assert home["qpv_statut"].tolist() == ["a_verifier", "dans", "dans"]


def test_a_delivered_point_away_from_its_address_does_not_win_by_its_parcel(square: QpvMap) -> None:
    points = at((402, 200), result_type=["given"], result_radius_m=[48.0])
    assert one(points, {2015: square}, parcels=parcel(401, 440, "P")).qpv_statut == "a_verifier"
    near = at((402, 200), result_type=["given"], result_radius_m=[15.0])
    assert one(near, {2015: square}, parcels=parcel(401, 440, "P")).qpv_statut == "hors"


def test_neighbours_far_away_or_a_point_clear_by_itself_raise_nothing(square: QpvMap) -> None:
    ground = pd.concat([parcel(401, 440, "P"), parcel(330, 369, "Q"), parcel(370, 399, "R")])
    home = {"id_residence": ["R1"] * 3, "result_type": ["housenumber"] * 3}
    far = locate(
        at((402, 200), (200, 200), (210, 200), **home), {2015: square}, year=2020, parcels=ground
    )
    assert far["qpv_statut"].tolist() == ["hors", "dans", "dans"]
    clear = locate(
        at((435, 200), (350, 200), (380, 200), **home), {2015: square}, year=2020, parcels=ground
    )
    assert clear["qpv_statut"].tolist() == ["hors", "dans", "dans"]


FAR = pd.concat([
    parcel(3100, 3140, "93999000AB0001"), parcel(8000, 8040, "93999000AB0002"),
    parcel(375, 395, "93999000AB0003"), parcel(402, 440, "93999000AB0004"),
    parcel(452, 492, "93999000AB0005"), parcel(455, 495, "93999000AB0006"),
])  # fmt: skip
"""In the other quarter, far from both, in the first, out of it; then 47 and 50 m from a point at 405."""


@pytest.mark.parametrize(
    ("x", "cited", "radius", "statut", "code", "words"),
    [
        # 5 m out of A, 2 695 m from a parcel of B; and 5 m inside, 7 605 and 2 705 m from theirs
        (405, "AB 1", 12, "a_verifier", "", "que la ligne cite, est à 2\u202f695\u202fm de lui"),
        (395, "AB 2", 12, "a_verifier", "QP093901", "est à 7\u202f605\u202fm de lui"),
        (395, "AB 1", 12, "a_verifier", "QP093901", "est à 2\u202f705\u202fm de lui"),
        # clear of the limit: the other quarter is a doubt, the same side is none
        (200, "AB 1", 12, "a_verifier", "QP093901", "est à 2\u202f900\u202fm de lui"),
        (700, "AB 1", 12, "a_verifier", "", "est à 2\u202f400\u202fm de lui"),
        (700, "AB 2", 12, "hors", "", "Hors QPV"),
        (200, "AB 3", 12, "dans", "QP093901", "Dans le quartier"),
        # one parcel beside the point: what is far does not outweigh it, and an equal answer stands
        (405, "AB 4 | AB 1", 12, "a_verifier", "", "va jusqu’à 2\u202f695\u202fm de lui"),
        (405, "AB 3 | AB 1", 12, "dans", "QP093901", "en QPV"),
        (405, "AB 4 | AB 2", 12, "hors", "", "Pas de doute"),
        # up to 50 m, or to the uncertainty when that is larger
        (405, "AB 5", 12, "hors", "", "Pas de doute"),
        (404, "AB 6", 12, "a_verifier", "", "est à 51\u202fm de lui"),
        (404, "AB 6", 52, "hors", "", "Pas de doute"),
    ],
)
def test_a_parcel_cited_speaks_for_a_point_beside_it(
    make_map: MakeMap, x: float, cited: str, radius: float, statut: str, code: str, words: str
) -> None:
    boxes = {
        "QP093901": shapely.box(0, 0, 400, 400),
        "QP093902": shapely.box(3000, 0, 3400, 400),
    }
    points = at((x, 200), result_parcelle=[cited], result_radius_m=[radius])
    row = one(points, {2015: make_map(2015, boxes)}, parcels=FAR)
    assert (row.qpv_statut, row.qpv_code) == (statut, code)
    assert words in row.qpv_motif
    assert ("Pas de doute" in row.qpv_motif) <= (statut != "a_verifier")


def test_a_large_parcel_far_away_does_not_settle_a_point_on_its_own(make_map: MakeMap) -> None:
    boxes = {
        "QP093901": shapely.box(0, 0, 400, 400),
        "QP093902": shapely.box(3000, 0, 3400, 400),
    }
    large = gpd.GeoDataFrame(
        {"id": ["93999000AB0009"]}, geometry=[shapely.box(X0 + 3000, Y0, X0 + 3400, Y0 + 400)], crs=2154
    )  # fmt: skip
    ground = pd.concat([parcel(402, 440, "93999000AB0004"), large])  # 1 520 m², and 160 000
    for x in (405, 430):
        points = at((x, 200), result_parcelle=["AB 4 | AB 9"], result_radius_m=[12.0])
        row = one(points, {2015: make_map(2015, boxes)}, parcels=ground)
        assert (row.qpv_statut, row.qpv_code) == ("a_verifier", "")


def test_a_parcel_beside_the_point_in_another_quarter_is_a_doubt_that_names_it(
    make_map: MakeMap,
) -> None:
    halves = {"QP093901": shapely.box(0, 0, 400, 400), "QP093902": shapely.box(400, 0, 800, 400)}
    points = at((395, 200), result_parcelle=["AB 4"], result_radius_m=[12.0])
    row = one(points, {2015: make_map(2015, halves)}, parcels=parcel(402, 440, "93999000AB0004"))
    assert (row.qpv_statut, row.qpv_code) == ("a_verifier", "QP093901")
    assert "mais la parcelle 93999000AB0004 est dans le quartier « Quartier 902 »" in row.qpv_motif
    whole = {"QP093901": shapely.box(0, 0, 800, 400), "QP093902": shapely.box(400, 0, 800, 400)}
    both = one(points, {2015: make_map(2015, whole)}, parcels=parcel(402, 440, "93999000AB0004"))
    assert both.qpv_statut == "dans"


def test_a_parcel_that_holds_the_point_is_said_of_its_own_quarter(make_map: MakeMap) -> None:
    halves = {"QP093901": shapely.box(0, 0, 400, 400), "QP093902": shapely.box(400, 0, 800, 400)}
    row = one(at((399.9, 200)), {2015: make_map(2015, halves)}, parcels=parcel(399.8, 440, "P"))
    assert (row.qpv_statut, row.qpv_code) == ("dans", "QP093901")
    assert "la parcelle P est à 100\u202f% en QPV" in row.qpv_motif


def test_a_building_that_holds_the_point_outweighs_a_parcel_far_away(square: QpvMap) -> None:
    walls, far = parcel(402, 415, "B"), parcel(8000, 8040, "93999000AB0002")
    points = at((405, 200), result_parcelle=["AB 2"])
    row = one(points, {2015: square}, parcels=far, footprints=walls)
    assert (row.qpv_statut, "bâtiment B" in row.qpv_motif) == ("hors", True)
    inside = one(at((395, 200), result_parcelle=["AB 2"]), {2015: square}, parcels=far,
                 footprints=parcel(385, 398, "B"))  # fmt: skip
    assert inside.qpv_statut == "a_verifier"
    assert "la parcelle 93999000AB0002, que la ligne cite, est à 7\u202f605" in inside.qpv_motif
