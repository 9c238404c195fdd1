"""The window of a printed map: ground, perimeters, résidences and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.collections import EllipseCollection, LineCollection, PathCollection, PolyCollection
from matplotlib.path import Path

from tfpb.model.codes import QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, printable, text_width_mm, wrap
from tfpb.report.map_labels import Label, Taken, line_discs, name_points, name_streets, text_discs
from tfpb.report.map_layers import lines_of, radius_mm, symbol_shrink

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tfpb.report.map_layers import Atlas, Frame

    Array = NDArray[np.float64]
    Named = tuple[list[str], float, float, float]

STREET_PT: Final = {1: 8.0, 2: 7.0, 3: 7.0}
STREET_MM: Final = {1: 1.9, 2: 1.3, 3: 0.8}
POINT_PT: Final = 7.0
AREA_PT: Final = 8.0
BIG_SCALE: Final = 16_000
"""Beyond that denominator only main streets are drawn as such, the others as hairlines."""
_NAME_MM: Final = 30.0
_INKS: Final = {
    "quarter": theme.QPV,
    "point": theme.INK,
    "outside": theme.SOFT,
    "commune": theme.SOFT,
}


def draw(
    axes: Axes, atlas: Atlas, frame: Frame, *, code_qpv: str = "", labels: bool = True
) -> None:
    """Draw a map window; the axes are in millimetres from the lower left corner.

    Parameters
    ----------
    code_qpv : str
        The quarter of the page: its outline stands out, the others stay behind. Empty: all alike.
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
    own = _perimeters(axes, atlas, frame, code_qpv)
    spots = _residences(axes, atlas, frame, taken)
    if not labels:
        return
    far = frame.scale > BIG_SCALE
    for line in own:
        taken.add(line_discs(line, 0.55), soft=True)
    own_names, other_names = _point_names(spots, code_qpv)
    placed = _area_names(
        atlas.near(atlas.qpv, frame), "code_qpv", "quarter", frame, taken, code_qpv
    )
    main, small = _street_pieces(atlas, frame)
    placed += name_streets(main, taken, sizes=STREET_PT, most=40)
    if code_qpv:
        placed += name_points(own_names, taken, size_pt=POINT_PT, cross=True, most=30)
    placed += name_streets(small, taken, sizes=STREET_PT, most=60)
    if code_qpv and not far:
        placed += name_points(other_names, taken, size_pt=POINT_PT, kind="outside", most=20)
    communes = atlas.near(atlas.communes, frame)
    if len(communes) > 1:
        placed += _area_names(communes, "code_insee", "commune", frame, taken)
    _write(axes, placed)


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


def _perimeters(axes: Axes, atlas: Atlas, frame: Frame, code_qpv: str) -> list[Array]:
    """Draw the outlines; return those of the quarter of the page, on paper."""
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
    mine = (
        near["code_qpv"].astype(str).eq(code_qpv).to_numpy()
        if code_qpv
        else np.ones(len(near), bool)
    )
    # an outline thick on a street plan would hide a quarter seen from afar
    own_line = (2.8 if frame.scale <= BIG_SCALE else 2.0) if code_qpv else 1.2
    for kept, alpha, width in (
        (shapes[~mine], 0.06, 1.1),
        (shapes[mine], theme.QPV_FILL_ALPHA, own_line),
    ):
        paths = _paths(kept, frame)
        rings = [frame.paper(c) for c in lines_of(kept)]
        axes.add_collection(
            PathCollection(paths, facecolor=theme.QPV, alpha=alpha, linewidth=0, zorder=3)
        )
        # a white edge keeps the line apart from the streets it follows, in colour and in grey
        for colour, wide in ((theme.PAPER, width + 1.8), (theme.QPV, width)):
            axes.add_collection(
                LineCollection(rings, colors=colour, linewidths=wide, joinstyle="round", zorder=6)
            )
    return [frame.paper(c) for c in lines_of(shapes[mine])]


def _residences(axes: Axes, atlas: Atlas, frame: Frame, taken: Taken) -> gpd.GeoDataFrame:
    """Draw the résidences in the frame; return them with `mx, my, r` on paper, largest first."""
    spots = atlas.near(atlas.residences, frame).copy()
    at = frame.paper(shapely.get_coordinates(spots.geometry.to_numpy()).reshape(-1, 2))
    spots["mx"], spots["my"] = at[:, 0], at[:, 1]
    shrink = symbol_shrink(frame.scale)
    spots["r"] = radius_mm(spots["logements"].to_numpy(dtype=float)) * shrink
    spots = spots.sort_values(["r", "id_residence"], ascending=[False, True], kind="stable")
    symbols(axes, spots["mx"], spots["my"], spots["r"], spots["statut"])
    taken.add(spots[["mx", "my", "r"]].to_numpy(dtype=float))
    return spots


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


def _point_names(spots: gpd.GeoDataFrame, code_qpv: str) -> tuple[list[Named], list[Named]]:
    """Return the names to place: doubts then the quarter's own; and, apart, those outside."""
    doubt = (spots["statut"] == QpvStatut.A_VERIFIER).to_numpy()
    own = spots["code_qpv"].astype(str).eq(code_qpv).to_numpy() if code_qpv else ~doubt
    order = np.lexsort((-spots["r"].to_numpy(dtype=float), ~doubt))
    sides: tuple[list[Named], list[Named]] = ([], [])
    for index in order:
        row = spots.iloc[index]
        lines = wrap(str(row["nom"] or row["id_residence"]), _NAME_MM, POINT_PT, lines=2)
        named = (lines, float(row["mx"]), float(row["my"]), float(row["r"]))
        sides[0 if doubt[index] or own[index] else 1].append(named)
    return sides


def _area_names(
    areas: gpd.GeoDataFrame, key: str, kind: str, frame: Frame, taken: Taken, but: str = ""
) -> list[Label]:
    """Name quarters or communes inside their outline, where there is room."""
    out = []
    window = shapely.box(*frame.bounds)
    step = AREA_PT * POINT_MM * 1.2
    for code, name, shape in zip(areas[key], areas["nom"], areas.geometry, strict=True):
        inside = shapely.intersection(shape, window)
        if code == but or inside.is_empty or inside.area < frame.metres(10) ** 2:
            continue
        text = str(name).upper() if kind == "commune" else str(name)
        lines = wrap(text, 34.0, AREA_PT, bold=kind == "quarter", lines=2)
        for spot in _spots(inside, frame):
            rows = [
                text_discs(
                    spot[0], spot[1] - i * step, text_width_mm(t, AREA_PT, bold=True), AREA_PT, 0.0
                )
                for i, t in enumerate(lines)
            ]
            if taken.free(np.vstack(rows)):
                taken.add(np.vstack(rows))
                middle = spot[1] - step * (len(lines) - 1) / 2
                out.append(Label("\n".join(lines), spot[0], middle, 0.0, AREA_PT, kind))
                break
    return out


def _spots(area: Any, frame: Frame) -> list[Array]:
    """Return places inside an area to try in turn: its heart, then a coarse lattice."""
    xmin, ymin, xmax, ymax = area.bounds
    x, y = np.meshgrid(np.linspace(xmin, xmax, 9)[1:-1], np.linspace(ymin, ymax, 9)[1:-1])
    held = shapely.contains_xy(area, x.ravel(), y.ravel())
    lattice = np.column_stack([x.ravel()[held], y.ravel()[held]])
    heart = shapely.get_coordinates(area.representative_point())
    return list(frame.paper(np.vstack([heart, lattice])))


def _street_pieces(
    atlas: Atlas, frame: Frame
) -> tuple[list[tuple[str, int, list[Array]]], list[tuple[str, int, list[Array]]]]:
    """Street lines cut to the frame, by name: main ones, and the others."""
    streets = atlas.near(atlas.streets, frame)
    shapes = shapely.intersection(streets.geometry.to_numpy(), shapely.box(*frame.bounds))
    by_name: dict[str, tuple[int, list[Array]]] = {}
    for name, rank, shape in zip(streets["nom"], streets["rang"], shapes, strict=True):
        if frame.scale > BIG_SCALE and rank > 1:
            continue
        pieces = [frame.paper(c) for c in lines_of(shape) if len(c) > 1]
        if pieces:
            known = by_name.setdefault(printable(str(name)), (int(rank), []))
            known[1].extend(pieces)
    rows = [(name, rank, pieces) for name, (rank, pieces) in by_name.items()]
    return [r for r in rows if r[1] == 1], [r for r in rows if r[1] > 1]


def _write(axes: Axes, labels: list[Label]) -> None:
    for label in labels:
        if label.kind == "street":
            axes.text(
                label.x,
                label.y,
                label.text,
                fontsize=label.size_pt,
                rotation=label.angle,
                ha="center",
                va="center_baseline",
                style="italic",
                color=theme.STREET_NAME,
                rotation_mode="anchor",
                zorder=5.5,
            )
            continue
        bold = label.kind == "quarter"
        axes.text(
            label.x,
            label.y,
            label.text,
            fontsize=label.size_pt,
            ha="center",
            va="center",
            color=_INKS[label.kind],
            fontweight="bold" if bold else "normal",
            linespacing=1.1,
            zorder=9,
            bbox={"facecolor": theme.PAPER, "alpha": 0.72, "linewidth": 0, "pad": 0.6},
        )
