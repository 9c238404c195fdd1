"""The small map of a doubtful entrance: point and uncertainty, limits, parcels, named streets."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.patches import Circle
from matplotlib.path import Path

from tfpb.perimeters.legal_areas import quarters_in_metres
from tfpb.perimeters.locate import DEFAULT_RADIUS_M
from tfpb.perimeters.points import positions
from tfpb.report import theme
from tfpb.report.print_map.canvas import new_figure, style
from tfpb.review.limit_doubts import POSITION

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tfpb.model.location import QpvMap

WIDTH_MM: Final = 62.0
HEIGHT_MM: Final = 44.0
DPI: Final = 110
MOST: Final = 300
"""Pictures drawn for one workbook."""
_LEAST_HALF_M: Final = 90.0
_MOST_HALF_M: Final = 1200.0
_ROOM: Final = 1.8
_STREET_PT: Final = 5.5
_HALO: Final = {"facecolor": theme.PAPER, "edgecolor": "none", "alpha": 0.7, "pad": 0.6}
_BAR_STEPS_M: Final = (20, 50, 100, 200, 500, 1000)
_LETTER_M: Final = 0.011
"""Width of a street's letter as a share of the picture's width."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows, all in metres of one legal projection.

    Parameters
    ----------
    quarters : object array of polygons
        Quarters of the ruling map.
    older : object array of polygons
        Quarters of the other map, drawn dashed; may be empty.
    parcels : object array of polygons
    streets : GeoDataFrame or None
        `nom, geometry`: lines.
    """

    quarters: NDArray[np.object_]
    older: NDArray[np.object_]
    parcels: NDArray[np.object_]
    streets: gpd.GeoDataFrame | None = None


def picture(scene: Scene, *, x: float, y: float, radius_m: float, distance_m: float) -> bytes:
    """Draw one doubtful entrance.

    Parameters
    ----------
    scene : Scene
    x, y : float
        The point, metres.
    radius_m : float
        Its uncertainty: the circle.
    distance_m : float
        To the nearest limit (NaN when far): the window is made wide enough to show it.

    Returns
    -------
    bytes
        PNG, without a clock.
    """
    far = distance_m if np.isfinite(distance_m) else 0.0
    half = min(_MOST_HALF_M, max(_LEAST_HALF_M, _ROOM * radius_m, far + 40.0))
    tall = half * HEIGHT_MM / WIDTH_MM
    window = shapely.box(x - half, y - tall, x + half, y + tall)
    with style():
        figure = new_figure(WIDTH_MM, HEIGHT_MM)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(x - half, x + half)
        axes.set_ylim(y - tall, y + tall)
        axes.set_aspect("equal", adjustable="box")
        axes.axis("off")
        _fill(axes, _inside(scene.parcels, window), theme.PARCEL, theme.PARCEL_EDGE, 0.3)
        _streets(axes, scene.streets, window, half)
        quarters = _inside(scene.quarters, window)
        _fill(axes, quarters, theme.QPV, "none", 0, alpha=theme.QPV_FILL_ALPHA)
        _outline(axes, _inside(scene.older, window), theme.QPV_OLD, 0.8, "--")
        _outline(axes, quarters, theme.QPV, 1.6, "-")
        if radius_m > 0:
            axes.add_patch(
                Circle(
                    (x, y),
                    radius_m,
                    fill=False,
                    edgecolor=theme.INK,
                    linewidth=0.7,
                    linestyle=":",
                    zorder=8,
                )
            )
        axes.plot(
            [x],
            [y],
            "D",
            color=theme.A_VERIFIER,
            markersize=4.5,
            markeredgecolor=theme.INK,
            zorder=9,
        )
        _scale(axes, x - half * 0.94, y - tall * 0.9, half)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def pictures(
    rows: pd.DataFrame, entrances: pd.DataFrame, maps: Mapping[int, QpvMap], *,
    parcels: gpd.GeoDataFrame | None = None, streets: gpd.GeoDataFrame | None = None,
    default_radius_m: float = DEFAULT_RADIUS_M,
) -> list[bytes | None]:  # fmt: skip
    """Draw every row of the review sheet that has a position.

    Parameters
    ----------
    rows : DataFrame
        `tfpb.review.limit_doubts.doubtful(entrances, …)`.
    entrances : DataFrame
        Located entrances.
    maps : mapping of vintage to QpvMap
    parcels, streets : GeoDataFrame, optional
        Ground, any CRS said; `streets` has `nom` and lines.

    Returns
    -------
    list of bytes or None, one a row
        The first `MOST` are drawn: beyond, a workbook becomes too heavy to open.
    """
    at = positions(entrances, default_radius_m=default_radius_m)
    vintages = entrances["qpv_millesime"].tolist()
    distances = entrances["qpv_distance_m"].to_numpy(dtype=float)
    scenes: dict[tuple[int, int], Scene] = {}
    metres = {v: quarters_in_metres(m) for v, m in maps.items()}
    out: list[bytes | None] = []
    for i in rows[POSITION].tolist():
        if i < 0 or not at.placed[i] or sum(p is not None for p in out) >= MOST:
            out.append(None)
            continue
        key = (int(vintages[i]), int(at.epsg[i]))
        if key not in scenes:
            scenes[key] = _scene(*key, metres, parcels, streets)
        out.append(
            picture(
                scenes[key], x=float(at.x[i]), y=float(at.y[i]), radius_m=float(at.radius_m[i]),
                distance_m=float(distances[i]),
            )
        )  # fmt: skip
    return out


def _scene(
    vintage: int, epsg: int, metres: Mapping[int, Mapping[int, Any]], parcels: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
) -> Scene:  # fmt: skip
    none = np.zeros(0, dtype=object)
    others = [metres[v][epsg][1] for v in sorted(metres) if v != vintage and epsg in metres[v]]
    return Scene(
        quarters=metres[vintage][epsg][1] if epsg in metres[vintage] else none,
        older=others[0] if others else none,
        parcels=none
        if parcels is None
        else np.asarray(parcels.to_crs(epsg).geometry.array, dtype=object),
        streets=None if streets is None or not len(streets) else streets.to_crs(epsg),
    )


def _inside(shapes: NDArray[np.object_], window: Any) -> NDArray[np.object_]:
    """Keep what meets the window, in order."""
    if not len(shapes):
        return shapes
    kept: NDArray[np.object_] = shapes[
        np.sort(shapely.STRtree(shapes).query(window, predicate="intersects"))
    ]
    return kept


def _fill(
    axes: Axes,
    shapes: NDArray[np.object_],
    face: str,
    edge: str,
    width: float,
    *,
    alpha: float = 1.0,
) -> None:
    """Fill polygons, holes left open, as one collection."""
    if len(shapes):
        paths = [_path(p) for p in shapely.get_parts(shapes)]
        axes.add_collection(
            PathCollection(
                paths, facecolor=face, edgecolor=edge, linewidth=width, alpha=alpha, zorder=2
            ),
            autolim=False,
        )


def _outline(axes: Axes, shapes: NDArray[np.object_], colour: str, width: float, dash: str) -> None:
    if len(shapes):
        paths = [_path(p) for p in shapely.get_parts(shapes)]
        axes.add_collection(
            PathCollection(
                paths, facecolor="none", edgecolor=colour, linewidth=width, linestyle=dash, zorder=5
            ),
            autolim=False,
        )


def _path(polygon: Any) -> Path:
    """Make the compound path of a polygon: its rings one after the other."""
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in shapely.get_rings(polygon))
    )


def _streets(axes: Axes, streets: gpd.GeoDataFrame | None, window: Any, half: float) -> None:
    """Draw streets, and write the name of each once, along its longest stretch in the window."""
    if streets is None or not len(streets):
        return
    lines = np.asarray(streets.geometry.array, dtype=object)
    rows = np.sort(shapely.STRtree(lines).query(window, predicate="intersects"))
    best: dict[str, Any] = {}
    for row in rows.tolist():
        name = str(streets["nom"].iloc[row])
        for part in shapely.get_parts(shapely.intersection(lines[row], window)):
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


def _scale(axes: Axes, x: float, y: float, half: float) -> None:
    """Draw the scale: the round length nearest a quarter of the width."""
    length = max((s for s in _BAR_STEPS_M if s <= half * 0.6), default=_BAR_STEPS_M[0])
    axes.plot([x, x + length], [y, y], "-", color=theme.INK, linewidth=1.2, zorder=9)
    axes.text(
        x,
        y + half * 0.03,
        f"{length}\u202fm",
        fontsize=_STREET_PT,
        color=theme.INK,
        zorder=9,
        bbox=_HALO,
    )
