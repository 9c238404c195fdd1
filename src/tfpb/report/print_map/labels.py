"""Names on a printed map: along streets, beside points, in areas, never one over another.

All lengths are millimetres on paper, from the lower left corner of the map. What is taken is kept as a
set of discs: a name is a row of discs as high as its letters, a point is a disc, a line is a row of
small ones. A place is free when no disc of the name meets one that is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.patches import Circle

from tfpb.facts.quarter import stands_in
from tfpb.model.codes import QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, text_width_mm, wrap
from tfpb.report.cell_values import printable
from tfpb.report.print_map.views import lines_of
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CAP: Final = 0.36
"""Half height of a line of text over its size: what the discs of a label cover."""
LEADING: Final = 1.15
REPEAT_MM: Final = 85.0
"""A long street is named again when it runs that far on."""
BEND_MM: Final = 1.1
"""A straight label may leave the line by that much."""
STREET_PT: Final = {1: 8.0, 2: 7.0, 3: 7.0}
"""Size of the names of streets, by rank."""
POINT_PT: Final = 7.0
AREA_PT: Final = 8.0
_NAME_MM: Final = 30.0
BADGE_MM: Final = 1.9
"""Radius of the ring around a number."""
_BADGE_ROOM: Final = 2 * BADGE_MM + 1.4
_BOLD: Final = ("quarter", "commune", "numbered")
_GROW: Final = {
    "street": 1.0, "point": 1.3, "numbered": 1.3, "outside": 1.3, "quarter": 1.45, "commune": 1.45,
}  # fmt: skip
"""Names on a white ground keep more room than their letters."""
_INKS: Final = {
    "quarter": theme.QPV,
    "point": theme.INK,
    "numbered": theme.INK,
    "outside": theme.SOFT,
    "commune": theme.SOFT,
}


@dataclass(frozen=True, slots=True)
class Label:
    """A text placed: its middle, its turn in degrees, its size in points."""

    text: str
    x: float
    y: float
    angle: float
    size_pt: float
    kind: str
    badge: tuple[int, float] | None = None  # a number and where it stands on the line

    def discs(self) -> Array:
        """Cover the letters by discs `x, y, radius`."""
        lines = self.text.split("\n") if self.text else []
        bold, italic = self.kind in _BOLD, self.kind == "street"
        rows = [np.array([[self.badge[1], self.y, BADGE_MM]])] if self.badge else []
        for k, line in enumerate(lines):
            y = self.y + ((len(lines) - 1) / 2 - k) * self.size_pt * POINT_MM * LEADING
            width = text_width_mm(line, self.size_pt, bold=bold, italic=italic)
            rows.append(text_discs(self.x, y, width, self.size_pt, self.angle))
        return np.vstack(rows) * (1.0, 1.0, _GROW[self.kind])


def text_discs(x: float, y: float, width: float, size_pt: float, angle: float) -> Array:
    """Cover a line of text centred there by a row of discs."""
    radius = size_pt * POINT_MM * CAP
    count = max(2, int(np.ceil(width / (radius * 1.3))))
    along = np.linspace(-width / 2 + radius * 0.6, width / 2 - radius * 0.6, count)
    turn = np.deg2rad(angle)
    return np.column_stack(
        [x + along * np.cos(turn), y + along * np.sin(turn), np.full(count, radius)]
    )


def line_discs(coords: Array, radius: float, step: float = 1.0) -> Array:
    """Cover a line by small discs."""
    if len(coords) < 2:  # noqa: PLR2004
        return np.empty((0, 3))
    line = shapely.LineString(coords)
    at = np.arange(0, line.length, step)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    return np.column_stack([points, np.full(len(points), radius)])


def _none() -> Array:
    return np.empty((0, 3))


@dataclass(slots=True)
class Taken:
    """What is already on the map, inside a frame of `width` × `height` millimetres."""

    width: float
    height: float
    hard: Array = field(default_factory=_none)
    soft: Array = field(default_factory=_none)

    def add(self, discs: Array, *, soft: bool = False) -> None:
        """Mark discs `x, y, radius` as taken; soft ones may be crossed at need (a perimeter)."""
        if soft:
            self.soft = np.vstack([self.soft, discs])
        else:
            self.hard = np.vstack([self.hard, discs])

    def free(self, discs: Array, *, cross: bool = False, edge: float = 1.0) -> bool:
        """Check that the discs lie in the frame and meet nothing; `cross` ignores soft ones."""
        x, y, r = discs.T
        west, south, east, north = (x - r).min(), (y - r).min(), (x + r).max(), (y + r).max()
        if west < edge or south < edge or east > self.width - edge or north > self.height - edge:
            return False
        for taken in (self.hard,) if cross else (self.hard, self.soft):
            tx, ty, tr = taken.T
            # most discs are far away: only those around the label are compared one by one
            near = (tx + tr > west) & (tx - tr < east) & (ty + tr > south) & (ty - tr < north)
            other = taken[near]
            apart = (x[:, None] - other[:, 0]) ** 2 + (y[:, None] - other[:, 1]) ** 2
            if (apart < (r[:, None] + other[:, 2]) ** 2).any():
                return False
        return True

    def first(self, labels: Iterable[Label], *, cross: bool = False) -> list[Label]:
        """Take the first of some labels whose place is free: a list of one, or of none."""
        for label in labels:
            discs = label.discs()
            if self.free(discs, cross=cross):
                self.add(discs)
                return [label]
        return []


def name_streets(
    streets: Sequence[tuple[str, int, list[Array]]], taken: Taken, *, most: int = 70
) -> list[Label]:
    """Name at most `most` streets along their lines (pieces cut to the frame), main ones first."""
    order = sorted(streets, key=lambda s: (s[1], -sum(_length(p) for p in s[2]), s[0]))
    placed: list[Label] = []
    for name, rank, pieces in order:
        if len(placed) >= most:
            break
        for piece in sorted(pieces, key=lambda p: -_length(p))[:3]:
            found = _along(name, piece, STREET_PT[rank], taken)
            placed += found
            if found and rank > 1:
                break
    return placed


def _length(points: Array) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def _along(name: str, piece: Array, size: float, taken: Taken) -> list[Label]:
    """Place a name once on a piece, and again every `REPEAT_MM`."""
    line = shapely.LineString(piece)
    width = text_width_mm(name, size, italic=True)
    need = width + 1.5
    if line.length < need:
        return []
    at = np.arange(need / 2, line.length - need / 2 + 0.01, 2.0)
    tenths = np.linspace(-0.5, 0.5, 9) * width
    where = (at[:, None] + tenths).ravel()
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, where))
    points = points.reshape(len(at), 9, 2)
    chord = points[:, -1] - points[:, 0]
    run = np.hypot(*chord.T)
    normal = np.column_stack([-chord[:, 1], chord[:, 0]]) / np.maximum(run, 1e-9)[:, None]
    off = ((points - points[:, :1]) * normal[:, None, :]).sum(axis=2)
    bend = np.abs(off).max(axis=1)
    straight = (bend <= BEND_MM) & (run >= 0.97 * width)
    angles = (np.degrees(np.arctan2(chord[:, 1], chord[:, 0])) + 90) % 180 - 90
    centres = (points[:, 0] + points[:, -1]) / 2 + normal * off.mean(axis=1)[:, None]
    # the straightest places first, then those near the middle of the line
    cost = np.round(bend, 1) + 0.01 * np.abs(at - line.length / 2)
    out: list[Label] = []
    used: list[float] = []
    for k in np.argsort(cost, kind="stable"):
        if not straight[k] or any(abs(at[k] - u) < REPEAT_MM for u in used):
            continue
        # on the line; or just beside it, when a perimeter or a point holds the line itself
        asides = (centres[k] + normal[k] * a * size * POINT_MM * 0.95 for a in (0.0, 1.0, -1.0))
        angle = float(angles[k])
        tries = (Label(name, float(x), float(y), angle, size, "street") for x, y in asides)
        if found := taken.first(tries):
            used.append(float(at[k]))
            out += found
    return out


def street_pieces(
    streets: gpd.GeoDataFrame, width: float, height: float, *, main_only: bool
) -> list[tuple[str, int, list[Array]]]:
    """Cut street lines to the frame, and gather them by name with the rank of the first."""
    if main_only:
        streets = streets[streets["rang"] <= 1]
    shapes = shapely.intersection(streets.geometry.to_numpy(), shapely.box(0, 0, width, height))
    by_name: dict[str, tuple[str, int, list[Array]]] = {}
    for name, rank, shape in zip(streets["nom"], streets["rang"], shapes, strict=True):
        if pieces := [c for c in lines_of(shape) if len(c) > 1]:
            key = printable(str(name))
            by_name.setdefault(key, (key, int(rank), []))[2].extend(pieces)
    return list(by_name.values())


@dataclass(frozen=True, slots=True)
class Named:
    """What is written next to a mark: lines, its place and radius, its number on the page if any."""

    lines: list[str]
    x: float
    y: float
    r: float
    number: int | None = None


def point_names(
    spots: pd.DataFrame, quarters: Collection[str], known: Mapping[str, int], start: int
) -> tuple[list[Named], list[Named]]:
    """Return the names of marks to place: the quarter's own, those of the list first; and the others.

    `spots` have `nom, id_residence, statut, etat, code_qpv, dessines, coupee, numeros`, and `mx, my, r`:
    place and radius; `hors`: dwellings outside, of one disc for two sides. `known` are numbers of
    résidences on the list of the page; `start`, the first that the list lacks: both sides of one that the
    limit cuts have it.
    """
    own = stands_in(spots, quarters).to_numpy()
    split = (
        spots["coupee"].to_numpy(dtype=bool)
        & spots["id_residence"].isin(spots["id_residence"][own]).to_numpy()
    )
    numbers = dict(known)
    doubt = (spots["statut"] == QpvStatut.A_VERIFIER).to_numpy()
    for home in dict.fromkeys(spots["id_residence"][split].sort_values()):
        numbers.setdefault(home, max([start - 1, *numbers.values()]) + 1)
    to_act = spots["etat"].isin(list(words.TO_DO)).to_numpy() & own
    numbered = spots["id_residence"].isin(list(numbers)).to_numpy() & (to_act | split)
    sides: tuple[list[Named], list[Named]] = ([], [])
    for k in np.lexsort((-spots["r"].to_numpy(dtype=float), ~doubt, ~numbered)):
        row = spots.iloc[k]
        mine = own[k] or split[k]
        named = Named(
            _lines(row, split=split[k], number=numbered[k]),
            float(row["mx"]), float(row["my"]), float(row["r"]),
            numbers[row["id_residence"]] if numbered[k] else None,
        )  # fmt: skip
        sides[0 if mine else 1].append(named)
    return sides


def _lines(row: pd.Series[Any], *, split: bool, number: bool) -> list[str]:
    name = str(row["nom"] or row["id_residence"])
    if row["hors"]:
        return [
            name,
            words.CUT_SIDES.format(inside=row["dessines"] - row["hors"], outside=row["hors"]),
        ]
    if split:
        name = words.CUT_PLACE.format(name=name, doors=row["numeros"]) if row["numeros"] else name
        return [name, words.CUT_SIDE.format(homes=row["dessines"], side=row["statut"])]
    if number and (state := words.TO_DO.get(row["etat"])):
        name = f"{name} : {state}"
    return wrap(name, _NAME_MM, POINT_PT, lines=2)


def name_points(
    points: Iterable[Named], taken: Taken, *, kind: str = "point", most: int = 40, start: int = 1
) -> tuple[list[Label], list[tuple[int, str]]]:
    """Name marks next to their symbols, the most important first, where the name fits.

    The quarter's own (`point`) that have no place have a number in place of their name, from `start`, after
    those that are numbered; the others have none. Returned with the numbers and the names that they
    replace.
    """
    out: list[Label] = []
    left: list[Named] = []
    points = list(points)
    for one in points:
        found: list[Label] = []
        if len(out) < most or one.number:
            look = "numbered" if one.number and kind == "point" else kind
            tries = list(_places_of(one, look))
            found = taken.first(tries)
            if not found and kind == "point":
                found = taken.first(tries, cross=True)
        out += found
        if not found and kind == "point":
            left.append(one)
    number = max([start - 1, *(one.number for one in points if one.number)])
    rest = []
    for one in left:
        if one.number is None:
            number += 1
            rest.append((number, " ".join(one.lines)))
        own = replace(one, lines=[], number=one.number or number)
        tries = list(_places_of(own, "numbered"))
        found = taken.first(tries, cross=True)
        out += (
            found or tries[:1]
        )  # at worst over another name: the number is what the list refers to
    return out, rest


def _places_of(one: Named, kind: str) -> Iterator[Label]:
    """Yield the places of a name to try in turn, with its number towards the mark."""
    leading = POINT_PT * POINT_MM * LEADING
    bold = kind in _BOLD
    wide = max([0.0, *(text_width_mm(line, POINT_PT, bold=bold) for line in one.lines)])
    badge = (_BADGE_ROOM if wide else 2 * BADGE_MM) if one.number else 0.0
    gap = one.r + 0.9
    aside = gap + (wide + badge) / 2
    above = gap + leading * (0.45 + (max(len(one.lines), 1) - 1) / 2)
    ways = [(aside, 0.0), (-aside, 0.0), (0.0, above), (0.0, -above)]
    ways += [(dx, k * gap) for far in (1, 2) for dx in (aside, -aside) for k in (far, -far)]
    if not one.lines:  # a number alone may stand a little off
        turns = np.deg2rad(np.arange(0, 360, 30))
        ways += [
            (r * np.cos(t), r * np.sin(t)) for r in (aside, 2 * aside, 3 * aside) for t in turns
        ]
    text = "\n".join(one.lines)
    for dx, dy in ways:
        towards = 1 if dx < 0 else -1  # the number stands next to the mark
        middle = one.x + dx
        at = middle + towards * (wide + badge - 2 * BADGE_MM) / 2
        yield Label(
            text, middle - towards * badge / 2, one.y + dy, 0.0, POINT_PT, kind,
            None if one.number is None else (one.number, at),
        )  # fmt: skip


def badge(axes: Axes, x: float, y: float, number: int) -> None:
    """Write a number in its ring."""
    ring = {"facecolor": theme.PAPER, "edgecolor": theme.INK, "linewidth": 0.8, "zorder": 9.6}
    axes.add_patch(Circle((x, y), BADGE_MM, **ring))
    axes.text(
        x,
        y,
        str(number),
        fontsize=7,
        fontweight="bold",
        ha="center",
        va="center_baseline",
        zorder=9.7,
    )


def name_areas(
    areas: gpd.GeoDataFrame, taken: Taken, *, kind: str, outside: bool = False
) -> list[Label]:
    """Name quarters or communes inside their outline, where there is space; or just outside it.

    Areas have a code, `nom` and polygons; `kind` is `quarter` or `commune`; with `outside`, small areas are
    named too, and a name may be next to its area.
    """
    window = shapely.box(0, 0, taken.width, taken.height)
    out = []
    # the largest first: they are what a reader looks for
    codes = areas.iloc[:, 0].astype(str)
    largest = np.lexsort((codes, -areas.geometry.area.round(2).to_numpy()))
    for name, shape in zip(areas["nom"].iloc[largest], areas.geometry.iloc[largest], strict=True):
        inside = shapely.intersection(shape, window)
        if inside.is_empty or (not outside and inside.area < 100):  # noqa: PLR2004 - a square centimetre
            continue
        text = str(name).upper() if kind == "commune" else str(name)
        lines = wrap(text, 34.0, AREA_PT, bold=kind == "quarter", lines=2)
        spots = [*_spots(inside), *(_spots_beside(inside, lines) if outside else ())]
        out += taken.first(Label("\n".join(lines), x, y, 0.0, AREA_PT, kind) for x, y in spots)
    return out


def _spots(area: Any) -> Iterator[tuple[float, float]]:
    """Yield places inside an area to try in turn: its heart, then a coarse lattice."""
    xmin, ymin, xmax, ymax = area.bounds
    x, y = np.meshgrid(np.linspace(xmin, xmax, 9)[1:-1], np.linspace(ymin, ymax, 9)[1:-1])
    held = shapely.contains_xy(area, x.ravel(), y.ravel())
    yield area.representative_point().coords[0]
    yield from zip(x.ravel()[held].tolist(), y.ravel()[held].tolist(), strict=True)


def _spots_beside(area: Any, lines: list[str]) -> Iterator[tuple[float, float]]:
    """Yield places next to an area: below, above, right and left of its outline."""
    outline = shapely.get_coordinates(area.boundary)
    half = max(text_width_mm(t, AREA_PT, bold=True) for t in lines) / 2 + 2.0
    high = AREA_PT * POINT_MM * LEADING * (len(lines) + 1) / 2
    for axis, sign, dx, dy in (
        (1, -1, 0, -high),
        (1, 1, 0, high),
        (0, 1, half, 0),
        (0, -1, -half, 0),
    ):
        x, y = outline[(sign * outline[:, axis]).argmax()]
        yield float(x) + dx, float(y) + dy


def write(axes: Axes, labels: list[Label]) -> None:
    """Write the names where they were placed: those of streets along them, the others on white."""
    for label in labels:
        if label.badge:
            number, at = label.badge
            badge(axes, at, label.y, number)
        if not label.text:
            continue
        if label.kind == "street":
            look: dict[str, Any] = {
                "rotation": label.angle, "rotation_mode": "anchor", "va": "center_baseline",
                "style": "italic", "color": theme.STREET_NAME, "zorder": 5.5,
            }  # fmt: skip
        else:
            look = {
                "va": "center", "color": _INKS[label.kind], "linespacing": 1.1, "zorder": 9,
                "fontweight": "bold" if label.kind in ("quarter", "numbered") else "normal",
                "bbox": {"facecolor": theme.PAPER, "alpha": 0.72, "linewidth": 0, "pad": 0.6},
            }  # fmt: skip
        axes.text(label.x, label.y, label.text, fontsize=label.size_pt, ha="center", **look)
