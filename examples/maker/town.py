"""The street plan: rays and rings, oblique quarters between them, a river and a railway to cross.

Coordinates are metres of EPSG:2154, in a stretch of countryside where no such town exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shapely import LineString, MultiLineString, Point, Polygon, unary_union
from shapely.ops import polygonize

from maker import names

if TYPE_CHECKING:
    from random import Random

CENTRE: Final = (732_000.0, 7_004_000.0)
RAY_DEGREES: Final = (10.0, 52.0, 98.0, 140.0, 188.0, 231.0, 277.0, 322.0)
RING_RADII: Final = (270.0, 620.0, 1010.0)
EDGE: Final = 1330.0
PLACE_RADIUS: Final = 55.0
RIVER_HALF_WIDTH: Final = 42.0
RAIL_HALF_WIDTH: Final = 26.0
MIN_STREET: Final = 85.0
SHORT_STREET: Final = 165.0
# orientation given to the fill of each sector, degrees from its middle ray, inner and outer belt
TURN: Final = ((0, 18), (-25, 0), (30, -18), (0, 35), (12, -10), (-30, 20), (20, 0), (0, -28))
PARKS: Final = frozenset({(6, 1), (3, 0)})


@dataclass(frozen=True)
class Way:
    """One street: its axis, and how its numbers run."""

    name: str
    rank: int
    axis: LineString


@dataclass(frozen=True)
class Town:
    """Streets, and the faces between their axes (what quarters are cut from)."""

    ways: tuple[Way, ...]
    faces: tuple[Polygon, ...]
    outline: Polygon


def bend(x: float, y: float) -> tuple[float, float]:
    """Turn the drawing board into ground: gentle curves everywhere, then the place on the map."""
    east = x + 34 * math.sin(y / 410 + 1) + 12 * math.sin(y / 165)
    north = y + 30 * math.sin(x / 370 + 2) + 10 * math.sin(x / 150)
    return CENTRE[0] + east, CENTRE[1] + north


def make_town(rng: Random) -> Town:
    """Draw the town."""
    river = _dense(_river()).buffer(RIVER_HALF_WIDTH)
    rail = _rail().buffer(RAIL_HALF_WIDTH)
    mains = [*_rays(), *_rings(), _place()]
    locals_ = _fill(rng, river.union(rail))
    ways = tuple(
        Way(w.name, w.rank, _bent(w.axis)) for w in [*mains, *locals_] if w.axis.length > 30
    )
    cuts = [*[_extended(w.axis) for w in [*mains, *locals_]], _river(), _rail()]
    edge = _ring(EDGE, 0.02)
    net = unary_union([_bent(c) for c in [*cuts, edge]])
    faces = sorted(
        (f for f in polygonize(net) if f.area > 400),
        key=lambda f: (f.centroid.x, f.centroid.y),
    )
    outline = Polygon(_bent(_ring(EDGE * 1.16, 0.05)).coords)
    return Town(ways, tuple(faces), outline)


def _bent(line: LineString) -> LineString:
    return LineString([bend(x, y) for x, y in _dense(line).coords])


def _dense(line: LineString) -> LineString:
    return line.segmentize(12.0)


def _extended(line: LineString, by: float = 6.0) -> LineString:
    """Lengthen both ends so that a street surely meets the avenue it ends on."""
    points = list(line.coords)

    def beyond(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, float]:
        size = math.dist(a, b) or 1.0
        return b[0] + (b[0] - a[0]) / size * by, b[1] + (b[1] - a[1]) / size * by

    return LineString([beyond(points[1], points[0]), *points, beyond(points[-2], points[-1])])


def _polar(radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return radius * math.cos(angle), radius * math.sin(angle)


def _wobble(radius: float, degrees: float, size: float) -> float:
    return radius * (1 + size * math.sin(math.radians(3 * degrees + radius)))


def _ring(radius: float, wobble: float, start: float = 0.0, end: float = 360.0) -> LineString:
    steps = max(8, int((end - start) / 3))
    degrees = [start + (end - start) * i / steps for i in range(steps + 1)]
    return LineString([_polar(_wobble(radius, d, wobble), d) for d in degrees])


def _river() -> LineString:
    return LineString(
        [(x, -330 + 110 * math.sin(x / 460) - 0.16 * x) for x in range(-1900, 1901, 40)]
    )


def _rail() -> LineString:
    return LineString([(-1800, 520), (1800, 1010)])


def _rays() -> list[Way]:
    out = []
    for degrees, inner, outer in zip(RAY_DEGREES, names.RAYS_INNER, names.RAYS_OUTER, strict=True):
        middle = _wobble(RING_RADII[0], degrees, 0.05)
        out.append(
            Way(inner, 2, LineString([_polar(PLACE_RADIUS, degrees), _polar(middle, degrees)]))
        )
        out.append(Way(outer, 1, LineString([_polar(middle, degrees), _polar(EDGE, degrees)])))
    return out


def _rings() -> list[Way]:
    out = []
    for radius, labels in zip(RING_RADII, names.RINGS, strict=True):
        turns = (RAY_DEGREES[0], RAY_DEGREES[3], RAY_DEGREES[5], RAY_DEGREES[0] + 360)
        for label, start, end in zip(labels, turns[:-1], turns[1:], strict=True):
            out.append(Way(label, 1, _ring(radius, 0.05, start, end)))
    return out


def _place() -> Way:
    return Way(names.SQUARE, 2, _ring(PLACE_RADIUS, 0.0))


def _fill(rng: Random, barrier: Polygon) -> list[Way]:
    """Fill each sector with its own slanted grid; streets stop at the river and the railway."""
    long_names, short_names = list(names.LONG), list(names.SHORT)
    rng.shuffle(long_names)
    rng.shuffle(short_names)
    out: list[Way] = []
    for sector in range(len(RAY_DEGREES)):
        start = RAY_DEGREES[sector]
        end = RAY_DEGREES[(sector + 1) % len(RAY_DEGREES)] + (
            360 if sector == len(RAY_DEGREES) - 1 else 0
        )
        for belt in (0, 1):
            if (sector, belt) in PARKS:
                continue
            cell = Polygon(
                [
                    *_ring(RING_RADII[belt], 0.05, start, end).coords,
                    *reversed(_ring(RING_RADII[belt + 1], 0.05, start, end).coords),
                ]
            ).buffer(0)
            angle = (start + end) / 2 + TURN[sector][belt]
            spacing = rng.uniform(92, 118)
            for piece in _hatch(cell, angle, spacing, barrier, rng):
                bank = short_names if piece.length < SHORT_STREET and short_names else long_names
                bank = bank or short_names
                if bank:
                    out.append(Way(bank.pop(), 3, piece))
    return out


def _hatch(
    cell: Polygon, degrees: float, spacing: float, barrier: Polygon, rng: Random
) -> list[LineString]:
    out = []
    for turn, gap, keep in ((0.0, spacing, 0.9), (90.0, spacing * 1.9, 0.85)):
        across = degrees + turn + 90
        centre = cell.centroid
        for step in range(-8, 9):
            dx, dy = _polar(step * gap + rng.uniform(-9, 9), across)
            ux, uy = _polar(900, degrees + turn)
            line = LineString(
                [(centre.x + dx - ux, centre.y + dy - uy), (centre.x + dx + ux, centre.y + dy + uy)]
            )
            if rng.random() > keep:
                continue
            cut = line.intersection(cell).difference(barrier)
            parts = cut.geoms if isinstance(cut, MultiLineString) else [cut]
            out += [p for p in parts if isinstance(p, LineString) and p.length >= MIN_STREET]
    return out


def near_faces(
    town: Town, centre: tuple[float, float], half: tuple[float, float], tilt: float
) -> Polygon:
    """Join the faces whose heart lies in a tilted ellipse: limits then run along street axes.

    Parameters
    ----------
    centre : tuple of float
        Metres from the heart of the town.
    half : tuple of float
        Half axes, metres.
    tilt : float
        Degrees.
    """
    angle = math.radians(tilt)
    kept = []
    for face in town.faces:
        heart: Point = face.representative_point()
        x, y = heart.x - CENTRE[0] - centre[0], heart.y - CENTRE[1] - centre[1]
        u = (x * math.cos(angle) + y * math.sin(angle)) / half[0]
        v = (-x * math.sin(angle) + y * math.cos(angle)) / half[1]
        if u * u + v * v <= 1:
            kept.append(face)
    joined = unary_union(kept)
    largest = max(joined.geoms, key=lambda g: g.area) if hasattr(joined, "geoms") else joined
    return Polygon(largest.exterior).simplify(0.4).normalize()
