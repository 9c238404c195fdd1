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
