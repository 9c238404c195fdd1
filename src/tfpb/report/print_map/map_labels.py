"""Where names go on a printed map: along streets, beside points, never one over another.

All lengths are millimetres on paper. What is taken is kept as a set of discs: a label is a row of
discs as high as its letters, a point is a disc, a line is a row of small ones. A place is free when
no disc of the label meets one that is taken; a few hundred discs are compared at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from tfpb.report.canvas import POINT_MM, text_width_mm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CAP: Final = 0.36
"""Half height of a line of text over its size: what the discs of a label cover."""
REPEAT_MM: Final = 85.0
"""A long street is named again when it runs that far on."""
BEND_MM: Final = 1.1
"""A straight label may leave the line by that much."""
POINT_GROW: Final = 1.3
"""The name of a point keeps a little more room than its letters: it stands on a white ground."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text placed: its middle, its turn in degrees, its size in points."""

    text: str
    x: float
    y: float
    angle: float
    size_pt: float
    kind: str
    anchor: str = "center"


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
        """Tell whether the discs lie in the frame and meet nothing; `cross` forgets soft ones."""
        x, y, r = discs.T
        west, south, east, north = (x - r).min(), (y - r).min(), (x + r).max(), (y + r).max()
        if west < edge or south < edge or east > self.width - edge or north > self.height - edge:
            return False
        for taken in (self.hard,) if cross else (self.hard, self.soft):
            tx, ty, tr = taken.T
            # most discs are far away: only those around the label are compared one by one
            near = (tx + tr > west) & (tx - tr < east) & (ty + tr > south) & (ty - tr < north)
            if not near.any():
                continue
            other = taken[near]
            apart = (x[:, None] - other[:, 0]) ** 2 + (y[:, None] - other[:, 1]) ** 2
            if (apart < (r[:, None] + other[:, 2]) ** 2).any():
                return False
        return True


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


def name_streets(
    streets: Sequence[tuple[str, int, list[Array]]],
    taken: Taken,
    *,
    sizes: dict[int, float],
    most: int = 70,
) -> list[Label]:
    """Name streets along their lines, main ones first.

    Parameters
    ----------
    streets : sequence of (name, rank, pieces)
        Pieces in millimetres, already cut to the frame.
    sizes : dict
        Points by rank.
    most : int
        Most names on one map.
    """
    order = sorted(streets, key=lambda s: (s[1], -sum(_length(p) for p in s[2]), s[0]))
    placed: list[Label] = []
    for name, rank, pieces in order:
        if len(placed) >= most:
            break
        size = sizes[rank]
        width = text_width_mm(name, size, italic=True)
        for piece in sorted(pieces, key=lambda p: -_length(p))[:3]:
            found = _along(name, piece, width, size, taken)
            placed += found
            if found and rank > 1:
                break
    return placed


def _length(points: Array) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def _along(name: str, piece: Array, width: float, size: float, taken: Taken) -> list[Label]:
    """Place a name once on a piece, and again every `REPEAT_MM`."""
    line = shapely.LineString(piece)
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
    # the straightest places first, then those near the middle of the line
    cost = np.round(bend, 1) + 0.01 * np.abs(at - line.length / 2)
    out: list[Label] = []
    used: list[float] = []
    for index in np.argsort(cost, kind="stable"):
        if not straight[index] or any(abs(at[index] - u) < REPEAT_MM for u in used):
            continue
        angle = float(np.degrees(np.arctan2(chord[index, 1], chord[index, 0])))
        angle = (angle + 90) % 180 - 90
        centre = (points[index, 0] + points[index, -1]) / 2 + normal[index] * off[index].mean()
        # on the line; or just beside it, when a perimeter or a point holds the line itself
        for aside in (0.0, 1.0, -1.0):
            middle = centre + normal[index] * aside * size * POINT_MM * 0.95
            discs = text_discs(float(middle[0]), float(middle[1]), width, size, angle)
            if taken.free(discs):
                taken.add(discs)
                used.append(float(at[index]))
                out.append(Label(name, float(middle[0]), float(middle[1]), angle, size, "street"))
                break
    return out


def name_points(
    points: Iterable[tuple[list[str], float, float, float]],
    taken: Taken,
    *,
    size_pt: float,
    kind: str = "point",
    cross: bool = False,
    most: int = 40,
) -> list[Label]:
    """Name points beside their symbols, where the name fits; the others stay without.

    Parameters
    ----------
    points : iterable of (lines, x, y, radius)
        Most important first; a name is one or two lines.
    cross : bool
        A name with no other place may cross a perimeter.
    """
    leading = size_pt * POINT_MM * 1.15
    out: list[Label] = []
    for lines, x, y, radius in points:
        if len(out) >= most:
            break
        width = max(text_width_mm(line, size_pt) for line in lines)
        half = leading * (len(lines) - 1) / 2
        gap = radius + 0.9
        right, left = x + gap + width / 2, x - gap - width / 2
        up, down = y + gap + leading * 0.45 + half, y - gap - leading * 0.45 - half
        places = (
            (right, y), (left, y), (x, up), (x, down),
            (right, y + gap), (right, y - gap), (left, y + gap), (left, y - gap),
            (right, y + 2 * gap), (right, y - 2 * gap), (left, y + 2 * gap), (left, y - 2 * gap),
        )  # fmt: skip
        tries = [(p, False) for p in places] + [(p, True) for p in places if cross]
        for (cx, cy), over in tries:
            rows = [
                text_discs(cx, cy + half - i * leading, text_width_mm(t, size_pt), size_pt, 0.0)
                for i, t in enumerate(lines)
            ]
            discs = np.vstack(rows) * (1.0, 1.0, POINT_GROW)
            if taken.free(discs, cross=over):
                taken.add(discs)
                out.append(Label("\n".join(lines), cx, cy, 0.0, size_pt, kind))
                break
    return out
