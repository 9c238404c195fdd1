"""The ground under the data, drawn without tiles: streets from addresses, outlines, parcels.

The addresses of a street stand on both sides of it, a few metres back. Odd and even numbers are
each joined in order into one line a side; the street is then drawn half way between the sides. A
number that lies far off the line is left out, a hole in the numbers cuts the line, and an end that
nearly meets another street is led to it, so that what is drawn reads as a network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, STRtree

from tfpb.model.location import Ground
from tfpb.model.projection import crs, legal_epsg
from tfpb.text import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

FACING_M: Final = 45.0
"""Two sides of a street are at most that far apart; beyond, they are drawn as two lines would be."""
GAP_M: Final = 130.0
"""A hole in the numbers longer than that (or than five usual steps) cuts the line."""
MEET_M: Final = 55.0
"""An end closer than that to another street is led to it."""
MARGIN_M: Final = 400.0
"""Addresses are kept that far beyond the extent, so that lines run out of the frame."""
_MAIN: Final = re.compile(r"^(avenue|av|boulevard|bd|route|cours|quai|chaussee|esplanade)\b")
_SMALL: Final = re.compile(
    r"^(allee|impasse|square|sente|sentier|villa|passage|clos|residence|cite|hameau|place|pl|cour|mail)\b"
)


def ground(
    addresses: pd.DataFrame,
    outlines: gpd.GeoDataFrame | None = None,
    parcels: gpd.GeoDataFrame | None = None,
) -> Ground:
    """Draw the ground from what was imported, in the legal projection of the first commune.

    `addresses` have `street`, `number` (int or text that begins with digits), `x, y` (metres, legal
    projection), `citycode`; `outlines` are communes (`code_insee, nom`), `parcels` parcels or footprints,
    in any CRS. Same input, same output, whatever the order of rows.
    """
    epsg = legal_epsg(min(addresses["citycode"].astype(str), default=""))
    communes = _brought(outlines, ["code_insee", "nom"], epsg)
    return Ground(
        streets=streets(addresses, epsg=epsg),
        communes=communes.sort_values(["code_insee", "nom"], kind="stable", ignore_index=True),
        parcels=_brought(parcels, [], epsg),
    )


def _brought(layer: gpd.GeoDataFrame | None, columns: list[str], epsg: int) -> gpd.GeoDataFrame:
    """Bring these columns of a layer to a projection; of none, an empty one."""
    if layer is None or layer.empty:
        return gpd.GeoDataFrame({c: [] for c in columns}, geometry=[], crs=crs(epsg))
    return layer[[*columns, layer.geometry.name]].to_crs(crs(epsg)).reset_index(drop=True)


def streets(addresses: pd.DataFrame, *, epsg: int, zone: Any = None) -> gpd.GeoDataFrame:
    """Join the numbers of each street into lines: `nom, rang, geometry`, longest first.

    `zone` is what the maps show, in metres of the legal projection: only addresses near its parts count.
    """
    names: list[str] = []
    lines: list[LineString] = []
    for name, sides in _by_street(addresses, zone):
        for line in _street_lines(sides):
            names.append(name)
            lines.append(line)
    lines = _meet(lines)
    frame = gpd.GeoDataFrame({"nom": names}, geometry=lines, crs=crs(epsg))
    length = frame.geometry.length
    # a street drawn in pieces is ranked as a whole
    whole = length.groupby(frame["nom"]).transform("sum") if len(frame) else length
    frame["rang"] = [_rank(n, m) for n, m in zip(names, whole, strict=True)]
    order = np.lexsort((frame["nom"].to_numpy(dtype=str), -length.round(3).to_numpy()))
    return frame.iloc[order].reset_index(drop=True)[["nom", "rang", "geometry"]]


def _rank(name: str, length_m: float) -> int:
    words = fold(name)
    if length_m >= 900 or (_MAIN.match(words) and length_m >= 350):  # noqa: PLR2004
        return 1
    if length_m >= 280 and not (_SMALL.match(words) and length_m < 450):  # noqa: PLR2004
        return 2
    return 3


def _by_street(addresses: pd.DataFrame, zone: Any) -> list[tuple[str, list[Points]]]:
    """Group usable addresses: street name, and its sides as arrays `number, x, y` in order."""
    if addresses.empty:
        return []
    number = pd.to_numeric(
        addresses["number"].astype(str).str.extract(r"^\s*(\d+)", expand=False), errors="coerce"
    )
    table = pd.DataFrame(
        {
            "city": addresses["citycode"].astype(str).to_numpy(),
            "street": addresses["street"].astype(str).to_numpy(),
            "n": number.to_numpy(dtype=float),
            "x": pd.to_numeric(addresses["x"], errors="coerce").to_numpy(dtype=float),
            "y": pd.to_numeric(addresses["y"], errors="coerce").to_numpy(dtype=float),
        }
    )
    # « Allée des Lys » et « Allee des Lys » are one street; number 0 and above 5000 stand for places
    folded = {name: fold(name) for name in table["street"].unique()}
    table["key"] = table["city"] + "|" + table["street"].map(folded)
    usable = table["n"].between(1, 4999) & table["x"].notna() & table["y"].notna()
    table = table[usable & table["street"].ne("")]
    if zone is not None and len(table):
        near = zone.buffer(MARGIN_M, quad_segs=2)
        shapely.prepare(near)
        table = table[shapely.contains_xy(near, table["x"], table["y"])]
    # bis and ter of a number: one point, their middle
    table = table.groupby(["key", "n"], sort=True).agg(
        street=("street", "min"), x=("x", "mean"), y=("y", "mean")
    )
    table = table.reset_index()
    values = table[["n", "x", "y"]].to_numpy(dtype=float)
    names = table.groupby("key", sort=True)["street"].max().tolist()
    edges = np.flatnonzero(table["key"].ne(table["key"].shift()).to_numpy())[1:]
    out = []
    for name, rows in zip(names, np.split(values, edges), strict=True) if names else ():
        odd = rows[:, 0] % 2 == 1
        out.append((str(name), [rows[odd], rows[~odd]]))
    return out


def _street_lines(sides: list[Points]) -> list[LineString]:
    pieces = [[p for p in _cut(_without_outliers(side)) if len(p)] for side in sides]
    runs = [[p for p in side if len(p) >= 2] for side in pieces]  # noqa: PLR2004
    main, other = sorted(runs, key=lambda r: -sum(_length(p) for p in r))
    across = [p for side in pieces for p in side] if not main else other
    if not main:
        # one number a side at most: the street is the segment between them, if they are neighbours
        return _segment([p[0] for p in across])
    lines = []
    for piece in main:
        middle = _lengthen(_middle(piece, other), other)
        line = LineString(_smooth(middle)).simplify(2.0)
        if line.length >= 15 and line.length <= 4 * _span(middle) + 30:  # noqa: PLR2004
            lines.append(line)
    lines += [LineString(p).simplify(2.0) for p in _left_over(other, lines)]
    return lines


def _segment(points: list[Points]) -> list[LineString]:
    if len(points) < 2:  # noqa: PLR2004
        return []
    line = LineString(points[:2])
    return [line] if 15 <= line.length <= GAP_M else []  # noqa: PLR2004


def _length(points: Points) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) if len(points) > 1 else 0.0


def _span(points: Points) -> float:
    return float(np.hypot(*(points.max(axis=0) - points.min(axis=0))))


def _without_outliers(side: Points) -> Points:
    """Drop numbers that make the line run out and back: `number, x, y` → `x, y`."""
    points = side[:, 1:]
    for _ in range(3):
        if len(points) < 3:  # noqa: PLR2004
            break
        step = np.hypot(*np.diff(points, axis=0).T)
        through = np.hypot(*(points[2:] - points[:-2]).T)
        detour = step[:-1] + step[1:]
        bad = np.zeros(len(points), dtype=bool)
        bad[1:-1] = (detour > 2.2 * through + 30) & (np.minimum(step[:-1], step[1:]) > 20)  # noqa: PLR2004
        if not bad.any():
            break
        points = points[~bad]
    return points


def _cut(points: Points) -> list[Points]:
    """Cut a side where two consecutive numbers are too far apart."""
    if len(points) < 2:  # noqa: PLR2004
        return [points]
    step = np.hypot(*np.diff(points, axis=0).T)
    limit = max(GAP_M, 5 * float(np.median(step)))
    return np.split(points, np.flatnonzero(step > min(limit, 300.0)) + 1)


def _middle(piece: Points, other: list[Points]) -> Points:
    """Move each point of a side half way to the other side, where there is one."""
    if not other:
        return piece
    facing = shapely.MultiLineString([LineString(p) for p in other])
    here = shapely.points(piece)
    shift = shapely.get_coordinates(shapely.shortest_line(here, facing)).reshape(-1, 2, 2)
    half = (shift[:, 1] - shift[:, 0]) / 2
    near = np.hypot(*half.T) * 2 <= FACING_M
    if not near.any():
        return piece
    # numbers that face nobody keep the distance of the nearest one that does, in rank
    rank = np.arange(len(piece))
    for axis in (0, 1):
        half[:, axis] = np.interp(rank, rank[near], half[near, axis])
    moved: Points = piece + half
    return moved


def _lengthen(middle: Points, other: list[Points]) -> Points:
    """Run the line on to the last number of the other side, when that one goes further."""
    points = np.vstack(other) if other else np.empty((0, 2))
    for end in (0, -1):
        before = middle[1 if end == 0 else -2]
        way = middle[end] - before
        way = way / max(float(np.hypot(*way)), 1e-9)
        ahead = (points - middle[end]) @ way
        aside = np.abs((points - middle[end]) @ np.array([-way[1], way[0]]))
        reach = ahead[(aside <= FACING_M / 2) & (ahead > 0) & (ahead <= GAP_M / 2)]
        if len(reach):
            tip = middle[end] + way * float(reach.max())
            middle = np.vstack([tip, middle]) if end == 0 else np.vstack([middle, tip])
    return middle


def _left_over(other: list[Points], lines: list[LineString]) -> list[Points]:
    """Return the parts of the other side that no drawn line runs along."""
    if not other:
        return []
    drawn = shapely.union_all(lines)
    out = []
    for piece in other:
        far = shapely.distance(shapely.points(piece), drawn) > FACING_M
        for part in np.split(piece, np.flatnonzero(np.diff(far.astype(int))) + 1):
            lonely = len(part) >= 3 and shapely.distance(LineString(part), drawn) > FACING_M  # noqa: PLR2004
            if lonely and _length(part) <= 4 * _span(part) + 30:
                out.append(part)
    return out


def _smooth(points: Points) -> Points:
    """Soften the zigzag of set-back houses; ends stay."""
    if len(points) < 4:  # noqa: PLR2004
        return points
    for _ in range(2):
        inner = points[1:-1] * 0.5 + (points[:-2] + points[2:]) * 0.25
        points = np.vstack([points[:1], inner, points[-1:]])
    return points


def _meet(lines: list[LineString]) -> list[LineString]:
    """Lead each end that points at a nearby street to it."""
    if len(lines) < 2:  # noqa: PLR2004
        return lines
    tree = STRtree(lines)
    out = []
    for index, line in enumerate(lines):
        coords = shapely.get_coordinates(line)
        head = _reach(coords[::-1], index, lines, tree)
        tail = _reach(coords, index, lines, tree)
        parts = [p[None, :] for p in (head,) if p is not None]
        parts.append(coords)
        parts += [p[None, :] for p in (tail,) if p is not None]
        out.append(LineString(np.vstack(parts)))
    return out


def _reach(coords: Points, index: int, lines: list[LineString], tree: STRtree) -> Points | None:
    """Return the point of another street that the last segment aims at, if any."""
    end, before = coords[-1], coords[-2]
    here = shapely.Point(end)
    near = sorted(int(i) for i in tree.query(here.buffer(MEET_M)) if int(i) != index)
    best: Points | None = None
    best_cost = MEET_M
    ahead = (end - before) / max(float(np.hypot(*(end - before))), 1e-9)
    for i in near:
        target = shapely.get_coordinates(shapely.shortest_line(here, lines[i]))[1]
        way = target - end
        distance = float(np.hypot(*way))
        if distance < 1.0:
            return None  # it already meets a street
        if float(way @ ahead) / distance >= 0.35 and distance < best_cost:  # noqa: PLR2004
            best, best_cost = target, distance
    return best
