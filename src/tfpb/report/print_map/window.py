"""The window of a printed map: ground, perimeters, résidences and names, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import Rectangle, Wedge

from tfpb.facts.quarter import codes_of, stands_in
from tfpb.model.codes import Etat, QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, wrap
from tfpb.report.print_map import labels
from tfpb.report.print_map.labels import Taken
from tfpb.report.print_map.views import BIG_SCALE, FAR_SCALE, Atlas, Frame, lines_of, on_paper
from tfpb.words.documents import quarter_page as words

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tfpb.model.location import QpvPage

    Array = NDArray[np.float64]

STREET_MM: Final = {1: 1.9, 2: 1.3, 3: 0.8}
"""Width of streets by rank on a map of 1:6000 or closer."""
THIN_PT: Final = {1: 0.9, 2: 0.4, 3: 0.25}
"""Width of streets by rank beyond `BIG_SCALE`."""
CUT: Final = "coupee"
"""State of a résidence whose two sides lie on each other."""
_SIDES: Final = (QpvStatut.DANS, QpvStatut.HORS)
_ORDER: Final = (
    Etat.HORS, Etat.A_RISQUE, Etat.DANS, Etat.ABATTUE, Etat.EXONEREE, Etat.A_ETABLIR, Etat.A_RECLAMER,
    Etat.A_VERIFIER,
)  # fmt: skip
"""Marks from those that others may hide."""
_LOOKS: Final[dict[str, tuple[str, str, float]]] = {
    Etat.DANS: (theme.DANS, theme.PAPER, 0.5),
    Etat.EXONEREE: (theme.EXONEREE, theme.DANS, 0.9),
    Etat.A_ETABLIR: (theme.PAPER, theme.DANS, 1.4),
    Etat.HORS: (theme.PAPER, theme.HORS, 1.1),
    Etat.A_RISQUE: (theme.PAPER, theme.HORS, 1.1),
}
"""Fill, edge and its width; the others are as inside."""
TIE: Final[dict[str, Any]] = {
    "color": theme.INK, "linewidth": 1.1, "linestyle": (0, (1, 1.6)), "zorder": 6.5,
}  # fmt: skip
_BOX_MM: Final = 72.0
_BOXED: Final = 3
"""Width of the box of what is not placed, and the most that it names."""
SECTOR_MM: Final = 6.0
"""Side of the squares on paper whose résidences are gathered on a map of a whole region."""
OLD_LINE: Final[dict[str, Any]] = {
    "color": theme.QPV_OLD, "linewidth": 1.3, "linestyle": (0, (4, 2.4)),
}  # fmt: skip
COMMUNE_LINE: Final[dict[str, Any]] = {
    "color": theme.COMMUNE, "linewidth": 0.9, "linestyle": (0, (8, 2.5, 1.5, 2.5)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a map numbers: the names that it has no room for, and the résidences that it shows or boxes.

    `unnamed` counts the quarters of an overview whose name is not drawn.
    """

    named: tuple[tuple[int, str], ...] = ()
    homes: frozenset[str] = frozenset()
    unnamed: int = 0


def draw(
    axes: Axes, layers: Atlas, frame: Frame, *, own: Collection[str], page: QpvPage | None = None
) -> Numbered:
    """Draw a map window; the axes are set to millimetres from the lower left corner.

    Layers are in metres; the outlines of `own`, quarters the sheet is about, are in front of the others.
    With a `page`, that of one quarter, its résidences are named and numbered as its list; without it, an
    overview, whose quarters are.
    """
    axes.set(xlim=(0, frame.width), ylim=(0, frame.height), autoscale_on=False)
    bare(axes)
    taken = Taken(frame.width, frame.height)
    paper, single = on_paper(layers, frame), page is not None
    mine = stands_in(paper.qpv, own)
    _ground(axes, paper, frame.scale)
    _perimeters(axes, paper, mine, frame.scale, single=single)
    spots = _residences(axes, paper, frame.scale, single=single)
    taken.add(spots[["mx", "my", "r"]].to_numpy(dtype=float))
    for line in lines_of(np.concatenate([paper.old.geometry, paper.qpv.geometry])):
        taken.add(labels.line_discs(line, 0.55), soft=True)
    if page is not None:
        _box(axes, page, taken)
    named = paper.qpv[mine != single]
    placed = labels.name_areas(named, taken, kind="quarter", outside=not single)
    unnamed = 0 if single else len(set(own)) - len(placed)
    close = frame.scale <= BIG_SCALE
    pieces = labels.street_pieces(paper.streets, frame.width, frame.height, main_only=not close)
    rest: list[tuple[int, str]] = []
    homes: set[str] = set()
    if page is not None:
        known = {task.home: k for k, task in enumerate(page.tasks, 1) if task.home}
        start = len(page.tasks) + 1
        own_names, other_names = labels.point_names(spots, own, known, start)
        homes = {home for home, _, _ in page.unplaced} | set(spots["id_residence"])
        found, rest = labels.name_points(own_names, taken, start=start)
        placed += found
    placed += labels.name_streets([p for p in pieces if p[1] == 1], taken, most=40)
    placed += labels.name_streets([p for p in pieces if p[1] > 1], taken, most=60)
    if page is not None and close:
        placed += labels.name_points(other_names, taken, kind="outside", most=20)[0]
    if len(paper.communes) > 1:
        placed += labels.name_areas(paper.communes, taken, kind="commune")
    labels.write(axes, placed)
    return Numbered(tuple(rest), frozenset(homes), unnamed)


def _box(axes: Axes, page: QpvPage, taken: Taken) -> None:
    """Name in a corner of the map what it does not draw: the place is known to the commune alone."""
    if not page.unplaced:
        return
    numbers = {task.home: k for k, task in enumerate(page.tasks, 1)}
    shown = page.unplaced[:_BOXED]
    texts = [
        (numbers.get(home), wrap(head, _BOX_MM - 14, 7.5, bold=True), wrap(why, _BOX_MM - 4, 7))
        for home, head, why in shown
    ]
    left = len(page.unplaced) - len(shown)
    more = [words.MORE_UNPLACED.format(count=left)] if left else []
    lines = sum(len(head) + len(why) for _, head, why in texts) + len(more)
    tall = 3.0 + 3.3 * lines + 1.2 * len(texts)
    x, y = _corner(taken, tall)
    axes.add_patch(
        Rectangle(
            (x, y),
            _BOX_MM,
            tall,
            facecolor=theme.PAPER,
            edgecolor=theme.INK,
            linewidth=0.8,
            zorder=9,
        )
    )
    at = y + tall - 3.6
    for number, head, why in texts:
        for look in symbol(Etat.A_VERIFIER, 1.5):
            axes.scatter([x + 4], [at + 0.2], **{**look, "zorder": 9.5})
        if number:
            labels.badge(axes, x + 9, at + 0.2, number)
        for line in head:
            axes.text(x + 12, at, line, fontsize=7.5, fontweight="bold", va="center", zorder=9.5)
            at -= 3.3
        for line in why:
            axes.text(x + 2, at, line, fontsize=7, va="center", color=theme.SOFT, zorder=9.5)
            at -= 3.3
        at -= 1.2
    for line in more:
        axes.text(x + 2, at, line, fontsize=7, va="center", color=theme.SOFT, zorder=9.5)


def _corner(taken: Taken, tall: float) -> tuple[float, float]:
    """Choose the corner where a box hides fewest marks, and take it."""
    edge = 2.0
    right, top = taken.width - _BOX_MM - edge, taken.height - tall - edge
    corners = [(edge, edge), (right, edge), (edge, top), (right, top)]
    x, y, r = taken.hard.T

    def hidden(corner: tuple[float, float]) -> int:
        west, south = corner
        inside = (
            (x + r > west) & (x - r < west + _BOX_MM) & (y + r > south) & (y - r < south + tall)
        )
        return int(inside.sum())

    best = min(corners, key=hidden)
    across, up = np.meshgrid(np.arange(1.5, _BOX_MM, 3.0), np.arange(1.5, tall, 3.0))
    taken.add(
        np.column_stack([best[0] + across.ravel(), best[1] + up.ravel(), np.full(across.size, 2.2)])
    )
    return best


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


def _residences(axes: Axes, paper: Atlas, scale: int, *, single: bool) -> pd.DataFrame:
    """Draw the marks in the frame; return them with `mx, my, r` on paper, largest first.

    The page of a quarter shows what notices make of each (`etat`), an overview its side alone. The marks of a
    résidence that the limit cuts are tied by a dotted line or, closer than a disc, are one disc cut as the
    limit runs.
    """
    spots = paper.residences
    at = shapely.get_coordinates(spots.geometry.to_numpy()).reshape(-1, 2)
    rows = pd.DataFrame(spots.drop(columns="geometry")).assign(mx=at[:, 0], my=at[:, 1])
    if scale > FAR_SCALE and len(rows):
        rows = _gathered(rows)
    elif single:
        rows = _joined(rows, scale)
    rows["r"] = symbol_mm(rows["dessines"], scale)
    rows = rows.sort_values(["r", "id_residence"], ascending=[False, True], kind="stable")
    shown = rows["etat"] if single and "etat" in rows else rows["statut"]
    for state in _ORDER:
        mine = rows[shown == state]
        for look in symbol(state, mine["r"].to_numpy(dtype=float)):
            axes.scatter(mine["mx"], mine["my"], **look)
    if single and "coupee" in rows:
        _ties(axes, rows)
        for row in rows[rows["etat"] == CUT].to_dict("records"):
            _halves(axes, paper.qpv, (row["mx"], row["my"]), row["r"], row["dedans"])
    return rows


def _joined(rows: pd.DataFrame, scale: int) -> pd.DataFrame:
    """Make one row of the two sides of a résidence whose marks would lie on each other."""
    rows = rows.assign(dedans=rows["etat"], hors=0)
    out = []
    for _, sides in rows[rows["coupee"]].groupby("id_residence", sort=False):
        if sides["statut"].nunique() != len(_SIDES) or len(sides) != len(_SIDES):
            continue
        inside, outside = (sides[sides["statut"] == side].iloc[0] for side in _SIDES)
        apart = np.hypot(inside["mx"] - outside["mx"], inside["my"] - outside["my"])
        radii = symbol_mm([inside["dessines"], outside["dessines"]], scale)
        if apart < radii.sum():
            weights = sides["dessines"].to_numpy(dtype=float).clip(min=1.0)
            middle = {c: np.average(sides[c], weights=weights) for c in ("mx", "my")}
            facts = {"etat": CUT, "hors": outside["dessines"], "coupee": False, **middle}
            both = inside["dessines"] + outside["dessines"]
            out.append((inside.name, outside.name, {**facts, "dessines": both}))
    for kept, gone, facts in out:
        rows = rows.drop(index=gone)
        for column, value in facts.items():
            rows.loc[kept, column] = value
    return rows


def _ties(axes: Axes, rows: pd.DataFrame) -> None:
    """Tie the marks of a résidence on both sides of the limit by a dotted line."""
    for _, sides in rows[rows["coupee"]].groupby("id_residence", sort=False):
        inside, outside = (
            sides.loc[sides["statut"] == side, ["mx", "my"]].to_numpy(dtype=float)
            for side in _SIDES
        )
        for one in inside:
            for other in outside:
                axes.plot([one[0], other[0]], [one[1], other[1]], **TIE)


def _halves(
    axes: Axes, quarters: gpd.GeoDataFrame, at: tuple[float, float], radius: float, inside: str
) -> None:
    """Draw one disc cut as the limit runs next to it: what is inside towards the quarter."""
    limit = shapely.union_all(quarters.boundary.to_numpy())
    centre = shapely.Point(at)
    near = shapely.get_coordinates(shapely.shortest_line(centre, limit))[-1]
    away = near - np.array(at)
    if not np.hypot(*away):
        away = np.array([0.0, 1.0])
    if shapely.contains_xy(shapely.union_all(quarters.geometry.to_numpy()), *at):
        away = -away
    turn = float(np.degrees(np.arctan2(away[1], away[0])))
    fill = symbol(inside, radius)[0]["facecolor"]
    for start, colour in ((turn - 90, fill), (turn + 90, theme.PAPER)):
        axes.add_patch(
            Wedge(
                at,
                radius,
                start,
                start + 180,
                facecolor=colour,
                edgecolor=theme.DANS,
                linewidth=0.8,
                zorder=7,
            )
        )


def symbol(state: str, radius_mm: Any) -> list[dict[str, Any]]:
    """Return the looks of marks for `Axes.scatter`, one over the other, by the radius of their symbols.

    A disc is filled inside and hollow outside, paler where an exemption runs; a ring stands around money to
    act on, a point in what is not established; a doubt is a diamond with a dark edge.
    """
    width = 2 * np.asarray(radius_mm, dtype=float) / POINT_MM
    if state == QpvStatut.A_VERIFIER:
        tall = np.maximum(width * 1.15, 1.8 / POINT_MM)
        return [{"s": tall**2 / 2, "marker": "D", "facecolor": theme.A_VERIFIER,
                 "edgecolor": theme.INK, "linewidth": 0.9, "zorder": 8}]  # fmt: skip
    fill, edge, line = _LOOKS.get(state, _LOOKS[Etat.DANS])
    disc = {"s": width**2, "marker": "o", "facecolor": fill, "edgecolor": edge, "linewidth": line,
            "zorder": 7}  # fmt: skip
    if state in (Etat.A_RECLAMER, Etat.A_RISQUE):
        ring = {"s": (width + 5.5) ** 2, "marker": "o", "facecolor": theme.PAPER,
                "edgecolor": theme.RING, "linewidth": 1.6, "zorder": 6.9}  # fmt: skip
        return [ring, disc]
    if state == Etat.A_ETABLIR:
        return [disc, {**disc, "s": (width * 0.35) ** 2, "facecolor": theme.DANS, "linewidth": 0}]
    return [disc]
