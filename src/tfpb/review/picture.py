"""The small map of a doubtful entrance: point and uncertainty, limits, parcels, named streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle
from mpl_toolkits.axes_grid1.anchored_artists import AnchoredSizeBar

from tfpb.model.projection import crs
from tfpb.perimeters.legal_areas import quarters_in_metres
from tfpb.perimeters.points import positions
from tfpb.report import theme
from tfpb.report.canvas import Sheet, save_png, style
from tfpb.review.doubts import POSITION
from tfpb.stage import Execute, Stage, directly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from tfpb.model.arrays import Indices, Shapes
    from tfpb.review.doubts import Terrain

WIDTH_MM: Final = 62.0
HEIGHT_MM: Final = 44.0
DPI: Final = 110
MOST: Final = 300
"""Pictures drawn for one workbook."""
_LEAST_HALF_M: Final = 90.0
_MOST_HALF_M: Final = 1200.0
_ROOM: Final = 1.8
_STREET_PT: Final = 5.5
_BAR_STEPS_M: Final = (20, 50, 100, 200, 500, 1000)
_LETTER_M: Final = 0.011
"""Width of a street's letter as a share of the picture's width."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows, all in metres of one legal projection."""

    quarters: Shapes  # polygons of the ruling map
    older: Shapes  # polygons of the other map, drawn dashed; may be empty
    parcels: Shapes  # polygons
    streets: gpd.GeoDataFrame | None  # `nom, geometry`: lines

    def within(self, x: float, y: float, half: float) -> Scene:
        """Return what a picture of some half width shows around a point."""
        tall = half * HEIGHT_MM / WIDTH_MM
        window = shapely.box(x - half, y - tall, x + half, y + tall)
        shapes = (self.quarters, self.older, self.parcels)
        quarters, older, parcels = (kept[_meeting(kept, window)] for kept in shapes)
        streets = self.streets
        if streets is not None:
            lines = np.asarray(streets.geometry.array, dtype=object)
            streets = streets[["nom", "geometry"]].iloc[_meeting(lines, window)]
            streets = streets.reset_index(drop=True)
        return Scene(quarters, older, parcels, streets)


@dataclass(frozen=True, slots=True)
class Spot:
    """A row of the review sheet that has a position, in metres of a legal projection."""

    scene: Scene
    epsg: int
    x: float
    y: float
    radius_m: float
    distance_m: float


def spots(rows: pd.DataFrame, land: Terrain) -> Iterator[Spot | None]:
    """Place every row of the review sheet, None for one without position; see `pictures`."""
    at = positions(land.entrances, default_radius_m=land.radius_m)
    vintages = land.entrances["qpv_millesime"].tolist()
    distances = land.entrances["qpv_distance_m"].to_numpy(dtype=float)
    scenes: dict[tuple[int, int], Scene] = {}
    metres = {v: quarters_in_metres(m) for v, m in land.maps.items()}
    for i in rows[POSITION].tolist():
        if i < 0 or not at.placed[i]:
            yield None
            continue
        key = (int(vintages[i]), int(at.epsg[i]))
        if key not in scenes:
            scenes[key] = _scene(*key, metres, land)
        x, y, radius_m, distance_m = map(float, (at.x[i], at.y[i], at.radius_m[i], distances[i]))
        yield Spot(scenes[key], key[1], x, y, radius_m, distance_m)


def _picture(spot: Spot, execute: Execute) -> bytes:
    """Draw one doubtful entrance: the window is wide enough to show the limit, if it is near."""
    half = half_width(spot.radius_m, spot.distance_m)
    seen = spot.scene.within(spot.x, spot.y, half)
    areas = tuple(gpd.GeoSeries(kept) for kept in (seen.quarters, seen.older, seen.parcels))
    values = (*areas, seen.streets, spot.x, spot.y, spot.radius_m, half)
    drawn: dict[str, bytes] = execute(_PICTURE, values)
    return drawn["png"]


def half_width(radius_m: float, distance_m: float) -> float:
    """Return half the width of a picture, in metres: it shows the uncertainty, and the limit if near."""
    far = distance_m if np.isfinite(distance_m) else 0.0
    return min(_MOST_HALF_M, max(_LEAST_HALF_M, _ROOM * radius_m, far + 40.0))


def _drawn(
    quarters: gpd.GeoSeries, older: gpd.GeoSeries, parcels: gpd.GeoSeries,
    streets: gpd.GeoDataFrame | None, x: float, y: float, radius_m: float, half: float,
) -> dict[str, bytes]:  # fmt: skip
    tall = half * HEIGHT_MM / WIDTH_MM
    with style():
        sheet = Sheet(WIDTH_MM, HEIGHT_MM)
        axes = sheet.window(0, 0, WIDTH_MM, HEIGHT_MM)
        axes.set(xlim=(x - half, x + half), ylim=(y - tall, y + tall), autoscale_on=False)
        axes.set_axis_off()
        _draw(axes, parcels, theme.PARCEL, edgecolor=theme.PARCEL_EDGE)
        _streets(axes, streets, shapely.box(x - half, y - tall, x + half, y + tall), half)
        _draw(axes, quarters, theme.QPV, alpha=theme.QPV_FILL_ALPHA, linewidth=0)
        _draw(axes, older, edgecolor=theme.QPV_OLD, linewidth=0.8, linestyle="--", zorder=5)
        _draw(axes, quarters, edgecolor=theme.QPV, linewidth=1.6, zorder=5)
        ring = {"fill": False, "edgecolor": theme.INK, "linewidth": 0.7, "linestyle": ":"}
        if radius_m > 0:
            axes.add_patch(Circle((x, y), radius_m, zorder=8, **ring))
        axes.plot(
            [x], [y], "D", color=theme.A_VERIFIER, markersize=4.5, markeredgecolor=theme.INK,
            zorder=9,
        )  # fmt: skip
        _scale(axes, half)
        return {"png": save_png(sheet.figure, dpi=DPI)}


_PICTURE: Final = Stage(
    "Vignette",
    ("quartiers", "anciens", "parcelles", "rues", "x", "y", "rayon", "demi_largeur"),
    "image",
    _drawn,
    kept="fichiers",
)


def pictures(rows: pd.DataFrame, land: Terrain, execute: Execute = directly) -> list[bytes | None]:
    """Draw, as a PNG without a clock, every row of the review sheet (`limit_doubts`) that has a position.

    The first `MOST` are drawn: beyond, a workbook becomes too heavy to open. `execute` draws each picture
    as a stage of its own: what is around a point does not move when another is decided.
    """
    drawn: dict[tuple[object, ...], bytes] = {}  # entrances of one address are one picture
    out: list[bytes | None] = []
    for spot in spots(rows, land):
        if spot is None or sum(p is not None for p in out) >= MOST:
            out.append(None)
            continue
        where = (id(spot.scene), spot.x, spot.y, spot.radius_m, spot.distance_m)
        if where not in drawn:
            drawn[where] = _picture(spot, execute)
        out.append(drawn[where])
    return out


def _scene(
    vintage: int, epsg: int, metres: Mapping[int, Mapping[int, Any]], land: Terrain
) -> Scene:
    none = np.zeros(0, dtype=object)
    others = [metres[v][epsg][1] for v in sorted(metres) if v != vintage and epsg in metres[v]]
    parcels, streets = land.parcels, land.streets
    return Scene(
        quarters=metres[vintage][epsg][1] if epsg in metres[vintage] else none,
        older=others[0] if others else none,
        parcels=none
        if parcels is None
        else np.asarray(parcels.to_crs(crs(epsg)).geometry.array, dtype=object),
        streets=None if streets is None or not len(streets) else streets.to_crs(crs(epsg)),
    )


def _meeting(shapes: Shapes, window: Any) -> Indices:
    """Return the positions of what meets the window, in order."""
    if not len(shapes):
        return np.zeros(0, dtype=np.intp)
    return np.sort(shapely.STRtree(shapes).query(window, predicate="intersects"))


def _draw(
    axes: Axes, areas: gpd.GeoSeries, colour: str = "none", *, zorder: float = 2, **look: Any
) -> None:
    """Draw polygons, holes left open."""
    if len(areas):
        look = {"linewidth": 0.3, **look}
        areas.plot(ax=axes, facecolor=colour, aspect=None, autolim=False, zorder=zorder, **look)


def _streets(axes: Axes, streets: gpd.GeoDataFrame | None, window: Any, half: float) -> None:
    """Draw streets, and write the name of each once, along its longest stretch in the window."""
    if streets is None or not len(streets):
        return
    lines = np.asarray(streets.geometry.array, dtype=object)
    best: dict[str, Any] = {}
    for name, line in zip(streets["nom"].astype(str), lines, strict=True):
        for part in shapely.get_parts(shapely.intersection(line, window)):
            xy = shapely.get_coordinates(part)
            if len(xy) < 2:  # noqa: PLR2004 - a touch is not a line
                continue
            axes.plot(xy[:, 0], xy[:, 1], "-", color=theme.STREET, linewidth=2.4, zorder=3)
            if name and (name not in best or part.length > best[name].length):
                best[name] = part
    for name in sorted(best, key=lambda n: (-best[n].length, n)):
        part = best[name]
        if part.length < len(name) * _LETTER_M * 2 * half:
            continue
        middle = part.interpolate(0.5, normalized=True)
        a, b = part.interpolate(0.45, normalized=True), part.interpolate(0.55, normalized=True)
        angle = float(np.degrees(np.arctan2(b.y - a.y, b.x - a.x)))
        angle = (angle + 90) % 180 - 90
        axes.text(
            middle.x, middle.y, name, fontsize=_STREET_PT, style="italic", color=theme.STREET_NAME,
            rotation=angle, rotation_mode="anchor", ha="center", va="center", zorder=6, clip_on=True,
        )  # fmt: skip


def _scale(axes: Axes, half: float) -> None:
    """Draw a scale bar of a round length, about a quarter of the width."""
    length = max((s for s in _BAR_STEPS_M if s <= half * 0.6), default=_BAR_STEPS_M[0])
    bar = AnchoredSizeBar(
        axes.transData, length, f"{length}\u202fm", "lower left", label_top=True, sep=2, pad=0.3,
        size_vertical=0, color=theme.INK, fontproperties=FontProperties(size=_STREET_PT),
    )  # fmt: skip
    bar.patch.set(facecolor=theme.PAPER, edgecolor="none", alpha=0.7)
    bar.set_zorder(9)
    axes.add_artist(bar)
