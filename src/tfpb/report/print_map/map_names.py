"""Names on a printed map: which are wanted, where they may stand, how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from tfpb.model.codes import QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, printable, text_width_mm, wrap
from tfpb.report.print_map.map_labels import Label, Taken, text_discs
from tfpb.report.print_map.map_layers import lines_of

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tfpb.report.print_map.map_layers import Atlas, Frame

    Array = NDArray[np.float64]
    Named = tuple[list[str], float, float, float]

POINT_PT: Final = 7.0
AREA_PT: Final = 8.0
BIG_SCALE: Final = 16_000
"""Beyond that denominator only main streets are drawn as such, the others as hairlines."""
AREA_GROW: Final = 1.45
"""Names of areas stand on a white ground as high as a line: no other may come under it."""
_NAME_MM: Final = 30.0
_INKS: Final = {
    "quarter": theme.QPV,
    "point": theme.INK,
    "outside": theme.SOFT,
    "commune": theme.SOFT,
}


def point_names(
    spots: gpd.GeoDataFrame, quarters: Collection[str]
) -> tuple[list[Named], list[Named]]:
    """Return the names to place: doubts then the quarter's own; and, apart, those outside."""
    doubt = (spots["statut"] == QpvStatut.A_VERIFIER).to_numpy()
    own = spots["code_qpv"].astype(str).isin(quarters).to_numpy()
    order = np.lexsort((-spots["r"].to_numpy(dtype=float), ~doubt))
    sides: tuple[list[Named], list[Named]] = ([], [])
    for index in order:
        row = spots.iloc[index]
        name = f"{row['nom'] or row['id_residence']} {row['coupee']}".strip()
        lines = wrap(name, _NAME_MM, POINT_PT, lines=2)
        named = (lines, float(row["mx"]), float(row["my"]), float(row["r"]))
        sides[0 if doubt[index] or own[index] else 1].append(named)
    return sides


def area_names(
    areas: gpd.GeoDataFrame,
    key: str,
    kind: str,
    frame: Frame,
    taken: Taken,
    *,
    beside: bool = False,
) -> list[Label]:
    """Name quarters or communes inside their outline, where there is room; or just outside it."""
    out = []
    window = shapely.box(*frame.bounds)
    step = AREA_PT * POINT_MM * 1.2
    # the largest first: they are what a reader looks for
    largest = np.lexsort((areas[key].astype(str), -areas.geometry.area.round().to_numpy()))
    for name, shape in zip(areas["nom"].iloc[largest], areas.geometry.iloc[largest], strict=True):
        inside = shapely.intersection(shape, window)
        if inside.is_empty or (not beside and inside.area < frame.metres(10) ** 2):
            continue
        text = str(name).upper() if kind == "commune" else str(name)
        lines = wrap(text, 34.0, AREA_PT, bold=kind == "quarter", lines=2)
        spots = _spots(inside, frame)
        if beside:
            spots += _spots_beside(inside, frame, lines)
        for spot in spots:
            rows = [
                text_discs(
                    spot[0], spot[1] - i * step, text_width_mm(t, AREA_PT, bold=True), AREA_PT, 0.0
                )
                for i, t in enumerate(lines)
            ]
            discs = np.vstack(rows) * (1.0, 1.0, AREA_GROW)
            if taken.free(discs):
                taken.add(discs)
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


def _spots_beside(area: Any, frame: Frame, lines: list[str]) -> list[Array]:
    """Return places of a first line next to an area: below, above, right and left of its outline."""
    outline = frame.paper(shapely.get_coordinates(shapely.get_parts(area.boundary)))
    low, high = outline[outline[:, 1].argmin()], outline[outline[:, 1].argmax()]
    left, right = outline[outline[:, 0].argmin()], outline[outline[:, 0].argmax()]
    step = AREA_PT * POINT_MM * 1.2
    more = step * (len(lines) - 1)
    half = max(text_width_mm(t, AREA_PT, bold=True) for t in lines) / 2 + 2.0
    return [
        np.add(low, (0.0, -step)),
        np.add(high, (0.0, step + more)),
        np.add(right, (half, more / 2)),
        np.add(left, (-half, more / 2)),
    ]


def street_pieces(
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


def write(axes: Axes, labels: list[Label]) -> None:
    """Write the names where they were placed: those of streets along them, the others on white."""
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
