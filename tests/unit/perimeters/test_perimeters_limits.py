"""Distances against shapely's own, on any polygons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tfpb.perimeters.limits import Limits


def brute(polygons: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    rings = shapely.boundary(polygons)
    return np.array([shapely.distance(rings, p).min() for p in shapely.points(x, y)])


def blob(
    rng: np.random.Generator, at: tuple[float, float], count: int, size: float
) -> shapely.Polygon:
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    away = rng.uniform(0.3, 1.0, count) * size
    ring = np.column_stack((at[0] + away * np.cos(angle), at[1] + away * np.sin(angle)))
    return shapely.make_valid(shapely.Polygon(ring))


def test_a_finely_drawn_limit_is_still_proven() -> None:
    circle = shapely.Point(0, 0).buffer(300, quad_segs=4000)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-2, 2, (2, 50))
    near = Limits.of(np.array([circle], dtype=object)).nearest(x, y)
    np.testing.assert_allclose(near.distance_m, brute(np.array([circle]), x, y), atol=1e-6)


def test_a_point_at_equal_distance_names_both() -> None:
    pair = np.array([shapely.box(0, 0, 100, 100), shapely.box(300, 0, 400, 100)], dtype=object)
    near = Limits.of(pair).nearest(np.array([200.0]), np.array([50.0]))
    assert (near.distance_m[0], near.quarter[0], near.tied[0]) == (100.0, 0, 1)


def test_a_shared_limit_is_a_tie_whatever_the_vertices() -> None:
    left = shapely.box(0, 0, 100, 400)
    right = shapely.segmentize(shapely.box(100, 0, 200, 400), 7)
    near = Limits.of(np.array([left, right], dtype=object)).nearest(
        np.array([95.0]), np.array([201.0])
    )
    assert near.distance_m[0] == pytest.approx(5)
    assert {near.quarter[0], near.tied[0]} == {0, 1}


def test_a_point_at_the_far_corner_of_the_cells_is_asked() -> None:
    """The extent is a whole number of cells: 1 000 m of limit, 2 000 m of reach on each side."""
    square = np.array([shapely.box(0, 0, 1000, 1000)], dtype=object)
    near = Limits.of(square).nearest(np.array([3000.0, 3000.0]), np.array([1000.0, 3000.0]))
    assert near.distance_m[0] == 2000.0
    assert np.isnan(near.distance_m[1])


def test_deep_inside_is_measured_beyond_reach() -> None:
    big = np.array([shapely.box(0, 0, 10_000, 10_000)], dtype=object)
    limits = Limits.of(big)
    at = np.array([5000.0])
    assert np.isnan(limits.nearest(at, at).distance_m[0])
    assert limits.depth(at, at, np.array([0]))[0] == 5000


def test_holes_and_parts_count() -> None:
    ring = shapely.box(0, 0, 400, 400).difference(shapely.box(100, 100, 300, 300))
    both = shapely.MultiPolygon([ring, shapely.box(1000, 0, 1100, 100)])
    limits = Limits.of(np.array([both], dtype=object))
    held = limits.holding(np.array([50.0, 200.0, 1050.0]), np.array([50.0, 200.0, 50.0]))
    assert held.quarter.tolist() == [0, -1, 0]
    near = limits.nearest(np.array([200.0, 1050.0]), np.array([190.0, 60.0]))
    np.testing.assert_allclose(near.distance_m, [90, 40])


def test_no_polygon_and_no_point() -> None:
    none = Limits.of(np.zeros(0, dtype=object))
    assert np.isnan(none.nearest(np.array([1.0]), np.array([1.0])).distance_m).all()
    assert none.holding(np.array([1.0]), np.array([1.0])).quarter.tolist() == [-1]


def quarters(*shapes: shapely.Geometry) -> Limits:
    return Limits.of(np.array(shapes, dtype=object))


def told(limits: Limits, x: float, y: float, **options: float) -> tuple[float, int, int]:
    near = limits.nearest(np.array([x]), np.array([y]), **options)
    return float(near.distance_m[0]), int(near.quarter[0]), int(near.tied[0])


SQUARE = shapely.box(0, 0, 400, 400)


@pytest.mark.parametrize(
    ("x", "y", "distance_m"),
    [
        (200, 10, 10),  # inside
        (200, -10, 10),  # outside, in front of a side
        (-3, -4, 5),  # off a corner
        (403, 404, 5),
        (-3, 404, 5),
        (200, 200, 200),  # the heart
        (0, 200, 0),  # on the limit
        (400, 400, 0),
        (-37.5, 123, 37.5),
        (437.5, 20, 37.5),
        (390, 399, 1),
    ],
)
def test_distances_of_a_square_by_hand(x: float, y: float, distance_m: float) -> None:
    assert told(quarters(SQUARE), x, y) == (pytest.approx(distance_m, abs=1e-9), 0, -1)


def test_two_kilometres_are_told_and_not_a_step_more() -> None:
    one = quarters(SQUARE)
    assert told(one, 2400, 200) == (2000, 0, -1)
    assert told(one, 200, -2000) == (2000, 0, -1)
    far = told(one, 2400.5, 200)
    assert np.isnan(far[0])
    assert far[1:] == (-1, -1)
    assert np.isnan(told(one, 200, 2400.5)[0])


def test_the_reach_is_a_setting_and_its_end_is_told() -> None:
    one = quarters(SQUARE)
    assert told(one, 500, 200, reach_m=100) == (100, 0, -1)
    assert np.isnan(told(one, 500.5, 200, reach_m=100)[0])
    assert told(one, 8400, 200, reach_m=8000) == (8000, 0, -1)
    # a reach of little more than a cell, from the edge of one: the second next is within it
    assert told(quarters(shapely.box(0, 0, 985, 400)), 1994, 200, reach_m=1010) == (1009, 0, -1)


def test_a_centimetre_nearer_is_nearer_and_no_tie() -> None:
    pair = quarters(SQUARE, shapely.box(600, 0, 1000, 400))
    assert told(pair, 500, 200) == (100, 0, 1)
    assert told(pair, 500.01, 200) == (pytest.approx(99.99), 1, -1)
    assert told(pair, 499.99, 200) == (pytest.approx(99.99), 0, -1)
    back = quarters(shapely.box(600, 0, 1000, 400), SQUARE)
    assert told(back, 500, 200) == (100, 0, 1)
    assert told(back, 500.01, 200) == (pytest.approx(99.99), 0, -1)


def test_rounding_noise_does_not_break_a_tie() -> None:
    pair = quarters(SQUARE, shapely.box(600 + 9.5e-7, 0, 1000, 400))
    assert told(pair, 500, 200) == (pytest.approx(100), 0, 1)
    apart = quarters(SQUARE, shapely.box(600 + 1.05e-6, 0, 1000, 400))
    assert told(apart, 500, 200) == (pytest.approx(100), 0, -1)


def test_of_three_equals_the_first_is_named_and_another() -> None:
    around = quarters(
        shapely.box(-300, -50, -100, 50), shapely.box(100, -50, 300, 50),
        shapely.box(-50, 100, 50, 300),
    )  # fmt: skip
    distance, quarter, tied = told(around, 0, 0)
    assert (distance, quarter) == (100, 0)
    assert tied in {1, 2}


def test_a_point_on_the_limit_is_held() -> None:
    one = quarters(SQUARE)
    x = np.array([0.0, 400.0, 200.0, 200.0, 0.0, 400.0, 200.0, -0.01, 400.01, 200.0, 200.0])
    y = np.array([200.0, 200.0, 0.0, 400.0, 0.0, 400.0, 200.0, 200.0, 200.0, -0.01, 400.01])
    held = one.holding(x, y)
    assert held.quarter.tolist() == [0] * 7 + [-1] * 4
    assert held.other.tolist() == [-1] * 11


def test_where_quarters_overlap_both_are_named() -> None:
    both = quarters(SQUARE, shapely.box(300, 0, 700, 400), shapely.box(5000, 0, 5400, 400))
    x = np.array([5100.0, 350.0, 100.0, 600.0, 900.0])
    held = both.holding(x, np.full(5, 200.0))
    assert held.quarter.tolist() == [2, 0, 0, 1, -1]
    assert held.other.tolist() == [-1, 1, -1, -1, -1]


def test_only_the_points_near_a_limit_are_asked() -> None:
    one = quarters(SQUARE)
    x, y = np.array([200.0, 200.0]), np.array([200.0, 200.0])
    assert one.holding(x, y, near=np.array([1])).quarter.tolist() == [-1, 0]
    assert np.isnan(one.nearest(x, y, near=np.array([1])).distance_m).tolist() == [True, False]
    assert one.holding(x, y, near=np.array([1, 0])).quarter.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(5000, 5000, 0), (5000, 3900, -1), (3900, 5000, -1), (4000, 4000, -1), (4001, 4001, 0)],
)
def test_the_heart_of_a_wide_quarter_is_held_beyond_reach(
    width: float, height: float, expected: int
) -> None:
    # a quarter wider than twice the reach either way has a heart that no limit is near to
    wide = quarters(shapely.box(700, 100, 700 + width, 100 + height))
    x, y = np.array([700 + width / 2]), np.array([100 + height / 2])
    assert wide.holding(x, y, near=np.zeros(0, dtype=np.intp)).quarter.tolist() == [expected]
    assert wide.holding(x, y, near=wide.close(x, y)).quarter.tolist() == [0]
    beside = quarters(*wide.polygons, shapely.box(0, 0, 100, 90))
    assert beside.holding(x, y, near=np.zeros(0, dtype=np.intp)).quarter.tolist() == [expected]


def test_every_point_within_reach_is_close_and_far_ones_are_not() -> None:
    rng = np.random.default_rng(7)
    shapes = [blob(rng, (0, 0), 30, 300), blob(rng, (9000, 2000), 30, 700)]
    limits = quarters(*shapes)
    x, y = rng.uniform(-9000, 16000, 4000), rng.uniform(-9000, 12000, 4000)
    truth = brute(np.array(shapes, dtype=object), x, y)
    for reach_m in (50.0, 700.0, 2000.0):
        near = limits.close(x, y, reach_m)
        assert len(set(near.tolist())) == len(near)
        assert set(np.flatnonzero(truth <= reach_m).tolist()) <= set(near.tolist())
        assert truth[near].max() < np.sqrt(2) * (reach_m + 2100)  # two cells more at most
    np.testing.assert_array_equal(limits.close(x, y), limits.close(x, y, 2000.0))


def test_distances_around_one_quarter_up_to_the_reach() -> None:
    """On a grid that crosses the reach on every side, and far beyond it."""
    side = np.arange(-2600.0, 3001.0, 100.0)
    x, y = (a.ravel() for a in np.meshgrid(side, side))
    near = quarters(SQUARE).nearest(x, y)
    truth = brute(np.array([SQUARE], dtype=object), x, y)
    np.testing.assert_array_equal(np.isfinite(near.distance_m), truth <= 2000)
    np.testing.assert_allclose(near.distance_m[truth <= 2000], truth[truth <= 2000], atol=1e-9)


def test_a_vertex_written_twice_changes_nothing() -> None:
    twice = shapely.Polygon([(0, 0), (400, 0), (400, 0), (400, 400), (0, 400), (0, 400), (0, 0)])
    assert told(quarters(twice), 403, -4) == (5, 0, -1)
    assert told(quarters(twice), 200, 390) == (10, 0, -1)


def test_depth_is_to_the_limit_of_the_quarter_asked() -> None:
    pair = quarters(SQUARE, shapely.box(600, 0, 1000, 400))
    at = np.array([450.0, 450.0, 30.0])
    found = pair.depth(at, np.full(3, 200.0), np.array([0, 1, 0]))
    assert found.tolist() == [50, 150, 30]
    assert found.dtype == np.float64


def test_a_limit_of_the_parts_of_one_quarter_is_no_tie() -> None:
    parts = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(300, 0, 400, 100)])
    assert told(quarters(parts), 200, 50) == (100, 0, -1)
    assert told(quarters(shapely.box(900, 0, 990, 9), parts), 200, 50) == (100, 1, -1)


@pytest.mark.parametrize("vertices", [3, 5, 12, 40, 700])
def test_a_fine_limit_beside_a_coarse_one(vertices: int) -> None:
    """The nearest of a coarse and of a finely drawn limit, whatever the number of their vertices."""
    circle = shapely.Point(0, 0).buffer(100, quad_segs=vertices)
    coarse = shapely.box(104, -2000, 2000, 2000)
    rng = np.random.default_rng(vertices)
    x, y = rng.uniform(-130, 130, (2, 400))
    limits = quarters(circle, coarse)
    near = limits.nearest(x, y)
    each = np.array(
        [shapely.distance(shapely.boundary(limits.polygons), p) for p in shapely.points(x, y)]
    )
    np.testing.assert_allclose(near.distance_m, each.min(axis=1), atol=1e-9)
    np.testing.assert_array_equal(near.quarter, each.argmin(axis=1))
    assert (near.tied == -1).all()  # no two limits are equally near by chance


def test_a_tie_in_the_middle_of_the_longest_piece_is_seen_behind_a_fine_limit() -> None:
    """Forty-one vertices are nearer than the two ends of the other limit, as near by its middle."""
    fine = shapely.segmentize(shapely.box(-500, -10, 500, 0), 1)
    assert told(quarters(fine, shapely.box(-20, 100, 20, 140)), 0, 50) == (50, 0, 1)


def test_no_point_has_no_answer() -> None:
    none = np.zeros(0)
    one = quarters(SQUARE)
    assert one.nearest(none, none).distance_m.shape == (0,)
    assert one.holding(none, none).quarter.shape == (0,)
    assert Limits.of(np.zeros(0, dtype=object)).close(np.zeros(1), np.zeros(1)).tolist() == []


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(3, 120), size=st.floats(0.5, 4000))
def test_distance_and_side_are_exact(seed: int, count: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    polygons = np.array(
        [blob(rng, (0, 0), count, size), blob(rng, (size * 1.5, size), count, size)], dtype=object
    )
    x, y = rng.uniform(-3 * size, 4 * size, (2, 300))
    limits = Limits.of(polygons)
    near = limits.nearest(x, y)
    truth = brute(polygons, x, y)
    told = np.isfinite(near.distance_m)
    np.testing.assert_array_equal(told, truth <= 2000)
    np.testing.assert_allclose(near.distance_m[told], truth[told], atol=1e-6, rtol=1e-9)
    each = np.array([shapely.distance(shapely.boundary(polygons), p) for p in shapely.points(x, y)])
    chosen = each[np.flatnonzero(told), near.quarter[told]]
    np.testing.assert_allclose(chosen, truth[told], atol=1e-6)
    held = limits.holding(x, y)
    np.testing.assert_array_equal(
        held.quarter >= 0, shapely.intersects_xy(shapely.union_all(polygons), x, y)
    )
