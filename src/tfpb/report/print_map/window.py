"""The window of a printed map: ground, perimeters, résidences and names, in millimetres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.markers import MarkerStyle

from tfpb.facts.quarter import codes_of, stands_in
from tfpb.model.codes import QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM
from tfpb.report.print_map import labels
from tfpb.report.print_map.labels import Taken
from tfpb.report.print_map.views import BIG_SCALE, FAR_SCALE, Atlas, Frame, lines_of, on_paper

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STREET_MM: Final = {1: 1.9, 2: 1.3, 3: 0.8}
"""Width of streets by rank on a map of 1:6000 or closer."""
THIN_PT: Final = {1: 0.9, 2: 0.4, 3: 0.25}
"""Width of streets by rank beyond `BIG_SCALE`."""
CUT: Final = "coupee"
"""Look of a résidence that the limit cuts."""
SECTOR_MM: Final = 6.0
"""Side of the squares on paper whose résidences are gathered on a map of a whole region."""
OLD_LINE: Final[dict[str, Any]] = {
    "color": theme.QPV_OLD, "linewidth": 1.3, "linestyle": (0, (4, 2.4)),
}  # fmt: skip
COMMUNE_LINE: Final[dict[str, Any]] = {
    "color": theme.COMMUNE, "linewidth": 0.9, "linestyle": (0, (8, 2.5, 1.5, 2.5)),
}  # fmt: skip


def draw(axes: Axes, layers: Atlas, frame: Frame, *, own: Collection[str], single: bool) -> None:
    """Draw a map window; the axes are set to millimetres from the lower left corner.

    Parameters
    ----------
    layers : Atlas, in metres
    own : collection of str
        Quarters the sheet is about: their outlines stand out, the others stay behind.
    single : bool
        Whether it is the page of one quarter, whose résidences are named, or an overview, whose
        quarters are.
    """
    axes.set(xlim=(0, frame.width), ylim=(0, frame.height), autoscale_on=False)
    bare(axes)
    taken = Taken(frame.width, frame.height)
    paper = on_paper(layers, frame)
    mine = stands_in(paper.qpv, own)
    _ground(axes, paper, frame.scale)
    _perimeters(axes, paper, mine, frame.scale, single=single)
    spots = _residences(axes, paper.residences, frame.scale)
    taken.add(spots[["mx", "my", "r"]].to_numpy(dtype=float))
    for line in lines_of(np.concatenate([paper.old.geometry, paper.qpv.geometry])):
        taken.add(labels.line_discs(line, 0.55), soft=True)
    named = paper.qpv[mine != single]
    placed = labels.name_areas(named, taken, kind="quarter", outside=not single)
    close = frame.scale <= BIG_SCALE
    pieces = labels.street_pieces(paper.streets, frame.width, frame.height, main_only=not close)
    placed += labels.name_streets([p for p in pieces if p[1] == 1], taken, most=40)
    own_names, other_names = labels.point_names(spots, own) if single else ([], [])
    placed += labels.name_points(own_names, taken, cross=True, most=30)
    placed += labels.name_streets([p for p in pieces if p[1] > 1], taken, most=60)
    if close:
        placed += labels.name_points(other_names, taken, kind="outside", most=20)
    if len(paper.communes) > 1:
        placed += labels.name_areas(paper.communes, taken, kind="commune")
    labels.write(axes, placed)


def bare(axes: Axes) -> None:
    """Leave of axes their frame alone."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=theme.STREET_EDGE, linewidth=0.6)


def plot(axes: Axes, layer: gpd.GeoDataFrame | gpd.GeoSeries, **look: Any) -> None:
    """Draw a layer on axes that are already set; an empty one draws nothing."""
    if len(layer):
        layer.geometry.plot(ax=axes, aspect=None, autolim=False, **look)
        axes.set(xlabel="", ylabel="")  # geopandas names the axes after the projection


def _ground(axes: Axes, paper: Atlas, scale: int) -> None:
    """Draw parcels on a close map, streets as wide as they stand, limits of communes."""
    if scale <= BIG_SCALE:
        look = {"facecolor": theme.PARCEL, "edgecolor": theme.PARCEL_EDGE, "linewidth": 0.3}
        plot(axes, paper.parcels, zorder=1, **look)
    plot(axes, paper.communes.boundary, zorder=4, **COMMUNE_LINE)
    shrink = min(1.0, (6000 / scale) ** 0.6) / POINT_MM
    for rank in (3, 2, 1):
        width = STREET_MM[rank] * shrink if scale <= BIG_SCALE else THIN_PT[rank]
        plot(
            axes, paper.streets[paper.streets["rang"] == rank], color=theme.STREET,
            linewidth=width, capstyle="round", joinstyle="round", zorder=2 + (3 - rank) / 10,
        )  # fmt: skip


def own_line(scale: int, *, single: bool) -> float:
    """Width in points of the outlines a sheet is about."""
    if not single:
        return 1.4
    # an outline thick on a street plan would hide a quarter seen from afar
    return 2.8 if scale <= BIG_SCALE else 2.0


def other_line(*, single: bool) -> float:
    """Width in points of the other outlines."""
    return 1.1 if single else 0.6


def _perimeters(
    axes: Axes, paper: Atlas, mine: pd.Series[bool], scale: int, *, single: bool
) -> None:
    """Draw the outlines of the other vintage, of other quarters, then of those of the sheet."""
    plot(axes, paper.old.boundary, zorder=5, **OLD_LINE)
    for quarters, alpha, width in (
        (paper.qpv[~mine], 0.06, other_line(single=single)),
        (paper.qpv[mine], theme.QPV_FILL_ALPHA, own_line(scale, single=single)),
    ):
        plot(axes, quarters, facecolor=theme.QPV, alpha=alpha, linewidth=0, zorder=3)
        # a white edge keeps the line apart from the streets it follows, in colour and in grey
        for colour, wide in ((theme.PAPER, width + 1.8), (theme.QPV, width)):
            line = {"color": colour, "linewidth": wide, "joinstyle": "round"}
            plot(axes, quarters.boundary, zorder=6, **line)


def symbol_mm(dwellings: Any, scale: int) -> Array:
    """Radius of a symbol on paper: its area follows dwellings, within bounds one can see.

    Symbols are smaller as the map shows more of the country; beyond `FAR_SCALE` they stand for groups.
    """
    roots = np.sqrt(np.nan_to_num(np.asarray(dwellings, dtype=float), nan=1.0))
    size: Array = np.clip(roots * 0.045, 0.5, 3.0)
    if scale <= FAR_SCALE:
        shrink = float(np.clip((9000 / scale) ** 0.4, 0.2, 1.0))
        size = np.clip(roots * 0.19, 0.85, 2.9) * shrink
    return size


def _residences(axes: Axes, spots: gpd.GeoDataFrame, scale: int) -> pd.DataFrame:
    """Draw the résidences in the frame; return them with `mx, my, r` on paper, largest first."""
    at = shapely.get_coordinates(spots.geometry.to_numpy()).reshape(-1, 2)
    rows = pd.DataFrame(spots.drop(columns="geometry")).assign(mx=at[:, 0], my=at[:, 1])
    if scale > FAR_SCALE and len(rows):
        rows = _gathered(rows)
    rows["r"] = symbol_mm(rows["dessines"], scale)
    rows = rows.sort_values(["r", "id_residence"], ascending=[False, True], kind="stable")
    for status in (QpvStatut.HORS, QpvStatut.DANS, QpvStatut.A_VERIFIER):
        _spots(axes, rows[rows["statut"] == status], status)
    if "coupee" in rows:  # over the side it stands on, under doubts
        split = rows[rows["coupee"].ne("") & rows["statut"].ne(QpvStatut.A_VERIFIER)]
        for look in (QpvStatut.HORS, CUT):
            _spots(axes, split, look)
    return rows


def _spots(axes: Axes, rows: pd.DataFrame, status: str) -> None:
    axes.scatter(rows["mx"], rows["my"], **symbol(status, rows["r"].to_numpy(dtype=float)))


def _gathered(spots: pd.DataFrame) -> pd.DataFrame:
    """Gather résidences of one status: those of a quarter or, outside quarters, of a square on paper."""
    squares = (spots[["mx", "my"]] // SECTOR_MM).astype(int).astype(str)
    square = squares["mx"] + "/" + squares["my"]
    quarter = pd.Series(codes_of(spots), index=spots.index)
    weight = spots["dessines"].astype(float).fillna(1.0).clip(lower=1.0)
    table = pd.DataFrame(
        {
            "statut": spots["statut"].astype(str),
            "id_residence": quarter.where(quarter.ne(""), square),
            "dessines": weight,
            "mx": spots["mx"] * weight,
            "my": spots["my"] * weight,
        }
    )
    out = table.groupby(["statut", "id_residence"], as_index=False, sort=True).sum()
    return out.assign(mx=out["mx"] / out["dessines"], my=out["my"] / out["dessines"])


def symbol(status: str, radius_mm: Any) -> dict[str, Any]:
    """Return the look of résidences for `Axes.scatter`, by the radius of their symbols.

    A filled disc inside, a hollow one outside, a diamond with a dark edge in doubt; half a disc, to be
    laid over a hollow one, for what the limit cuts.
    """
    width = 2 * np.asarray(radius_mm, dtype=float) / POINT_MM
    if status == QpvStatut.A_VERIFIER:
        tall = np.maximum(width * 1.15, 1.8 / POINT_MM)
        return {"s": tall**2 / 2, "marker": "D", "facecolor": theme.A_VERIFIER,
                "edgecolor": theme.INK, "linewidth": 0.9, "zorder": 8}  # fmt: skip
    if status == CUT:
        return {"s": width**2, "marker": MarkerStyle("o", fillstyle="left"), "facecolor": theme.DANS,
                "linewidth": 0, "zorder": 7}  # fmt: skip
    fill, edge, line = (
        (theme.DANS, theme.PAPER, 0.5)
        if status == QpvStatut.DANS
        else (theme.PAPER, theme.HORS, 1.1)
    )
    return {"s": width**2, "marker": "o", "facecolor": fill, "edgecolor": edge,
            "linewidth": line, "zorder": 7}  # fmt: skip
