"""The window of a printed map: ground, perimeters, résidences and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import EllipseCollection, LineCollection, PathCollection, PolyCollection
from matplotlib.path import Path

from tfpb.model.codes import QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM
from tfpb.report.print_map.map_labels import Taken, line_discs, name_points, name_streets
from tfpb.report.print_map.map_layers import FAR_SCALE, lines_of, symbol_mm
from tfpb.report.print_map.map_names import (
    BIG_SCALE,
    POINT_PT,
    area_names,
    point_names,
    street_pieces,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tfpb.report.print_map.map_layers import Atlas, Frame

    Array = NDArray[np.float64]

STREET_PT: Final = {1: 8.0, 2: 7.0, 3: 7.0}
STREET_MM: Final = {1: 1.9, 2: 1.3, 3: 0.8}
SECTOR_MM: Final = 6.0
"""Side of the squares on paper whose résidences are gathered on a map of a whole region."""


def draw(axes: Axes, atlas: Atlas, frame: Frame, *, own: Collection[str], single: bool) -> None:
    """Draw a map window; the axes are in millimetres from the lower left corner.

    Parameters
    ----------
    own : collection of str
        Quarters the sheet is about: their outlines stand out, the others stay behind.
    single : bool
        Whether it is the page of one quarter, whose résidences are named, or an overview, whose
        quarters are.
    """
    axes.set_xlim(0, frame.width)
    axes.set_ylim(0, frame.height)
    axes.set_autoscale_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, color=theme.STREET_EDGE, linewidth=0.6)
    taken = Taken(frame.width, frame.height)
    _ground(axes, atlas, frame)
    outlines = _perimeters(axes, atlas, frame, own, single=single)
    spots = _residences(axes, atlas, frame, taken)
    for line in outlines:
        taken.add(line_discs(line, 0.55), soft=True)
    quarters = atlas.near(atlas.qpv, frame)
    mine = quarters["code_qpv"].astype(str).isin(own)
    placed = area_names(
        quarters[~mine] if single else quarters[mine],
        "code_qpv",
        "quarter",
        frame,
        taken,
        beside=not single,
    )
    main, small = street_pieces(atlas, frame)
    placed += name_streets(main, taken, sizes=STREET_PT, most=40)
    if single:
        own_names, other_names = point_names(spots, own)
        placed += name_points(own_names, taken, size_pt=POINT_PT, cross=True, most=30)
    placed += name_streets(small, taken, sizes=STREET_PT, most=60)
    if single and frame.scale <= BIG_SCALE:
        placed += name_points(other_names, taken, size_pt=POINT_PT, kind="outside", most=20)
    communes = atlas.near(atlas.communes, frame)
    if len(communes) > 1:
        placed += area_names(communes, "code_insee", "commune", frame, taken)
    write(axes, placed)


def _paths(shapes: Any, frame: Frame) -> list[Path]:
    """Turn polygons into compound paths on paper, holes kept."""
    out = []
    for polygon in shapely.get_parts(shapes):
        rings = [frame.paper(r) for r in lines_of(polygon)]
        if rings:
            out.append(Path.make_compound_path(*[Path(r, closed=True) for r in rings]))
    return out


def _ground(axes: Axes, atlas: Atlas, frame: Frame) -> None:
    window = shapely.box(*frame.bounds)
    if frame.scale <= BIG_SCALE and len(atlas.parcels):
        parcels = atlas.near(atlas.parcels, frame)
        fine = shapely.simplify(parcels.geometry.to_numpy(), frame.metres(0.12))
        polygons = [
            frame.paper(shapely.get_coordinates(p.exterior))
            for p in shapely.get_parts(fine)
            if p.geom_type == "Polygon"
        ]
        axes.add_collection(
            PolyCollection(
                polygons,
                facecolor=theme.PARCEL,
                edgecolor=theme.PARCEL_EDGE,
                linewidth=0.3,
                zorder=1,
            )
        )
    communes = atlas.near(atlas.communes, frame)
    edges = [frame.paper(c) for c in lines_of(communes.geometry.boundary.to_numpy())]
    axes.add_collection(
        LineCollection(
            edges,
            colors=theme.COMMUNE,
            linewidths=0.9,
            linestyles=[(0, (8, 2.5, 1.5, 2.5))],
            zorder=4,
        )
    )
    streets = atlas.near(atlas.streets, frame)
    shapes = shapely.intersection(streets.geometry.to_numpy(), window.buffer(frame.metres(5)))
    shapes = shapely.simplify(shapes, frame.metres(0.1))
    rank = streets["rang"].to_numpy()
    shrink = min(1.0, (6000 / frame.scale) ** 0.6)
    for level in (3, 2, 1):
        lines = [frame.paper(c) for c in lines_of(shapes[rank == level])]
        width = STREET_MM[level] * shrink / POINT_MM
        if frame.scale > BIG_SCALE:
            width = {1: 0.9, 2: 0.4, 3: 0.25}[level]
        axes.add_collection(
            LineCollection(
                lines,
                colors=theme.STREET,
                linewidths=width,
                capstyle="round",
                joinstyle="round",
                zorder=2 + (3 - level) / 10,
            )
        )


def own_line(frame: Frame, *, single: bool) -> float:
    """Width in points of the outlines a sheet is about."""
    if not single:
        return 1.4
    # an outline thick on a street plan would hide a quarter seen from afar
    return 2.8 if frame.scale <= BIG_SCALE else 2.0


def other_line(*, single: bool) -> float:
    """Width in points of the other outlines."""
    return 1.1 if single else 0.6


def _perimeters(
    axes: Axes, atlas: Atlas, frame: Frame, own: Collection[str], *, single: bool
) -> list[Array]:
    """Draw the outlines; return all of them, on paper: no name should be struck by one."""
    fine = frame.metres(0.08)
    old = atlas.near(atlas.old, frame)
    ghost = [frame.paper(c) for c in lines_of(shapely.simplify(old.geometry.to_numpy(), fine))]
    axes.add_collection(
        LineCollection(
            ghost, colors=theme.QPV_OLD, linewidths=1.3, linestyles=[(0, (4, 2.4))], zorder=5
        )
    )
    near = atlas.near(atlas.qpv, frame)
    shapes = shapely.simplify(near.geometry.to_numpy(), fine)
    drawn = list(ghost)
    mine = near["code_qpv"].astype(str).isin(own).to_numpy()
    for kept, alpha, width in (
        (shapes[~mine], 0.06, other_line(single=single)),
        (shapes[mine], theme.QPV_FILL_ALPHA, own_line(frame, single=single)),
    ):
        paths = _paths(kept, frame)
        rings = [frame.paper(c) for c in lines_of(kept)]
        drawn += rings
        axes.add_collection(
            PathCollection(paths, facecolor=theme.QPV, alpha=alpha, linewidth=0, zorder=3)
        )
        # a white edge keeps the line apart from the streets it follows, in colour and in grey
        for colour, wide in ((theme.PAPER, width + 1.8), (theme.QPV, width)):
            axes.add_collection(
                LineCollection(rings, colors=colour, linewidths=wide, joinstyle="round", zorder=6)
            )
    return drawn


def _residences(axes: Axes, atlas: Atlas, frame: Frame, taken: Taken) -> gpd.GeoDataFrame:
    """Draw the résidences in the frame; return them with `mx, my, r` on paper, largest first."""
    spots = atlas.near(atlas.residences, frame).copy()
    at = frame.paper(shapely.get_coordinates(spots.geometry.to_numpy()).reshape(-1, 2))
    spots["mx"], spots["my"] = at[:, 0], at[:, 1]
    if frame.scale > FAR_SCALE and len(spots):
        spots = _gathered(spots)
    spots["r"] = symbol_mm(spots["logements"].to_numpy(dtype=float), frame.scale)
    spots = spots.sort_values(["r", "id_residence"], ascending=[False, True], kind="stable")
    symbols(axes, spots["mx"], spots["my"], spots["r"], spots["statut"])
    taken.add(spots[["mx", "my", "r"]].to_numpy(dtype=float))
    return spots


def _gathered(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Gather résidences of one status: those of a quarter or, outside quarters, of a square on paper."""
    squares = (spots[["mx", "my"]] // SECTOR_MM).astype(int).astype(str)
    square = squares["mx"] + "/" + squares["my"]
    quarter = spots["code_qpv"].fillna("").astype(str)
    weight = spots["logements"].astype(float).fillna(1.0).clip(lower=1.0)
    table = pd.DataFrame(
        {
            "statut": spots["statut"].astype(str),
            "id_residence": quarter.where(quarter.ne(""), square),
            "logements": weight,
            "mx": spots["mx"] * weight,
            "my": spots["my"] * weight,
        }
    )
    out = table.groupby(["statut", "id_residence"], as_index=False, sort=True).sum()
    return out.assign(mx=out["mx"] / out["logements"], my=out["my"] / out["logements"])


def symbols(axes: Axes, x: Any, y: Any, radius: Any, status: Any) -> None:
    """Draw résidences: filled disc inside, hollow outside, diamond with a dark edge in doubt.

    The axes are in millimetres; arrays of one length.
    """
    x, y, radius = (np.asarray(v, dtype=float) for v in (x, y, radius))
    status = np.asarray(status, dtype=object)
    looks = {
        QpvStatut.HORS: (theme.PAPER, theme.HORS, 1.1),
        QpvStatut.DANS: (theme.DANS, theme.PAPER, 0.5),
    }
    for code, (fill, edge, width) in looks.items():
        here = status == code
        axes.add_collection(
            EllipseCollection(
                2 * radius[here],
                2 * radius[here],
                np.zeros(here.sum()),
                units="xy",
                offsets=np.column_stack([x[here], y[here]]),
                offset_transform=axes.transData,
                facecolor=fill,
                edgecolor=edge,
                linewidth=width,
                zorder=7,
            )
        )
    here = status == QpvStatut.A_VERIFIER
    square = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)], dtype=float)
    diamonds = (
        np.column_stack([x[here], y[here]])[:, None]
        + square * (np.maximum(radius[here] * 1.15, 0.9)[:, None, None])
    )
    axes.add_collection(
        PolyCollection(
            diamonds, facecolor=theme.A_VERIFIER, edgecolor=theme.INK, linewidth=0.9, zorder=8
        )
    )
