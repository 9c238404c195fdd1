"""Distances to the limits of quarters, exact and fast, and the quarters that hold a point.

Plain spatial joins answer yes or no. Here every answer keeps its distance. Boundaries are cut into
pieces of at most `_PIECE_M`, their ends stand in a k-d tree, and the nearest pieces are proven: a
piece whose distance is D has an end within sqrt(D² + (piece/2)²), so once all ends of that circle
were looked at, nothing nearer can exist. Points that k neighbours do not prove are asked again with
more, so the answer never depends on luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices, Shapes


REACH_M: Final = 2000.0
"""Beyond this distance outside, the distance is not told (contract)."""
_PIECE_M: Final = 40.0
_CELL_M: Final = 1000.0
_NEIGHBOURS: Final = (4, 32)
_CHUNK: Final = 200_000
_TIE_M: Final = 1e-6
"""Two limits are equally near under this difference: rounding noise of coordinates in metres."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Nearest limit of each point, (n,); `quarter` and `tied` are −1 where there is none."""

    distance_m: Floats  # NaN where no limit lies within reach
    quarter: Indices  # position of the nearest quarter; of equals, the first in the order of the polygons
    tied: Indices  # position of another quarter whose limit is equally near


@dataclass(frozen=True, slots=True)
class Holding:
    """Quarter that holds each point (limit included), and another one where two overlap; −1: none."""

    quarter: Indices
    other: Indices


@dataclass(frozen=True, slots=True)
class Limits:
    """Boundaries of polygons in one metric projection, indexed."""

    polygons: Shapes  # valid, in metres
    segments: Floats  # (s, 5): start x, y, run x, y, 1 / length² of each segment
    nodes: Floats  # (v, 2): vertices, and points added on long segments
    owners: Indices  # polygon of each node
    before: Indices  # one segment that meets at each node
    after: Indices  # the other segment that meets at each node
    half_piece_m: float  # half the longest piece between two nodes
    tree: Any

    @classmethod
    def of(cls, polygons: Shapes) -> Limits:
        """Prepare polygons (metres); an empty array is allowed."""
        from scipy.spatial import cKDTree  # noqa: PLC0415 - slow to load, and many commands estimate nothing

        parts, of_part = shapely.get_parts(polygons, return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        inside = ring[:-1] == ring[1:]
        starts, runs, ring = xy[:-1][inside], (xy[1:] - xy[:-1])[inside], ring[:-1][inside]
        square = (runs**2).sum(axis=1)
        kept = square > 0
        starts, runs, ring, square = starts[kept], runs[kept], ring[kept], square[kept]
        length = np.sqrt(square)
        count = np.maximum(1, np.ceil(length / _PIECE_M)).astype(np.intp)
        segment = np.repeat(np.arange(len(starts)), count)
        rank = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
        nodes = starts[segment] + (rank / count[segment])[:, None] * runs[segment]
        before = _previous(ring)[segment]
        before[rank > 0] = segment[rank > 0]
        shapely.prepare(polygons)
        return cls(
            polygons=polygons,
            segments=np.column_stack((starts, runs, 1 / square)),
            nodes=nodes,
            owners=of_part[of_ring][ring][segment],
            before=before,
            after=segment,
            half_piece_m=float((length / count).max() / 2) if len(length) else 0.0,
            tree=cKDTree(nodes) if len(nodes) else None,
        )

    def nearest(
        self, x: Floats, y: Floats, *, reach_m: float = REACH_M, near: Indices | None = None
    ) -> Nearest:
        """Find the nearest limit of each point (metres of the polygons; no NaN), up to `reach_m`.

        `near` is `self.close(x, y, reach_m)`, when it is known.
        """
        n = len(x)
        out = Nearest(np.full(n, np.nan), np.full(n, -1, np.intp), np.full(n, -1, np.intp))
        if near is None:
            near = self.close(x, y, reach_m)
        for first in range(0, len(near), _CHUNK):
            rows = near[first : first + _CHUNK]
            self._ask(np.column_stack((x[rows], y[rows])), rows, reach_m, out)
        return out

    def holding(self, x: Floats, y: Floats, *, near: Indices | None = None) -> Holding:
        """Find the quarter that contains each point; a point on the limit is in it.

        `near` is `self.close(x, y, REACH_M)`: only these are tested, unless a quarter is so wide that its
        heart lies beyond reach of its own limit.
        """
        out = Holding(np.full(len(x), -1, np.intp), np.full(len(x), -1, np.intp))
        bounds = shapely.bounds(self.polygons)
        wide = np.minimum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) > 2 * REACH_M
        rows = np.arange(len(x)) if near is None or wide.any() else near
        order = rows[np.argsort(x[rows], kind="stable")]
        xs, ys = x[order], y[order]
        first = np.searchsorted(xs, bounds[:, 0], side="left")
        last = np.searchsorted(xs, bounds[:, 2], side="right")
        for q in range(len(self.polygons)):
            band = ys[first[q] : last[q]]
            at = np.flatnonzero((band >= bounds[q, 1]) & (band <= bounds[q, 3])) + first[q]
            if not len(at):
                continue
            held = order[at[shapely.intersects_xy(self.polygons[q], xs[at], ys[at])]]
            again = out.quarter[held] >= 0
            out.other[held[again]] = q
            out.quarter[held[~again]] = q
        return out

    def depth(self, x: Floats, y: Floats, quarter: Indices) -> Floats:
        """Measure the distance of points to the limit of a given quarter, however far."""
        limits = shapely.boundary(self.polygons[quarter])
        return np.asarray(shapely.distance(shapely.points(x, y), limits), dtype=np.float64)

    def close(self, x: Floats, y: Floats, reach_m: float = REACH_M) -> Indices:
        """Find the points in the cells that lie within reach of a limit, in the order of the cells.

        The order matters: neighbours ask for the same leaves of the tree, which then stay warm.
        """
        if self.tree is None:
            return np.zeros(0, dtype=np.intp)
        low = self.nodes.min(axis=0) - reach_m
        high = self.nodes.max(axis=0) + reach_m
        cell = max(_CELL_M, float((high - low).max()) / 2000)
        width, height = (np.ceil((high - low) / cell).astype(np.intp) + 1).tolist()
        taken = np.zeros((width, height), dtype=bool)
        taken[tuple(((self.nodes - low) // cell).astype(np.intp).T)] = True
        steps = int(np.ceil((reach_m + self.half_piece_m) / cell))
        wide = _widened(_widened(taken, steps).T, steps).T
        rows = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
        i = ((x[rows] - low[0]) * (1 / cell)).astype(np.int32)
        j = ((y[rows] - low[1]) * (1 / cell)).astype(np.int32)
        kept = wide[i, j]
        order = np.argsort((i * np.int32(height) + j)[kept])
        near: Indices = rows[kept][order]
        return near

    def _ask(self, points: Floats, rows: Indices, reach_m: float, out: Nearest) -> None:
        """Fill `out` at `rows`; ask again with more neighbours what is not proven."""
        farthest = float(np.hypot(reach_m, self.half_piece_m))
        for neighbours in _NEIGHBOURS:
            k = min(neighbours, len(self.nodes))
            away, node = self.tree.query(points, k=k, distance_upper_bound=farthest * (1 + 1e-9))
            away, node = away.reshape(len(points), k), node.reshape(len(points), k)
            within = np.isfinite(away)
            proven = self._settle(points, rows, node, within, away, reach_m, out)
            if k == len(self.nodes):
                return
            points, rows = points[~proven], rows[~proven]
            if not len(rows):
                return
        # Dozens of nodes in one circle: a very finely drawn limit. Look at the whole circle.
        circle = np.hypot(np.minimum(out.distance_m[rows], farthest), self.half_piece_m) + _TIE_M
        circle = np.where(np.isnan(circle), farthest, circle)
        for position, found in enumerate(self.tree.query_ball_point(points, circle)):
            one = np.asarray(found, dtype=np.intp)[None, :]
            self._settle(
                points[position : position + 1], rows[position : position + 1], one,
                np.ones_like(one, dtype=bool), np.zeros(one.shape), reach_m, out,
            )  # fmt: skip

    def _settle(
        self, points: Floats, rows: Indices, node: Indices, within: Flags, away: Floats,
        reach_m: float, out: Nearest,
    ) -> Flags:  # fmt: skip
        """Measure the segments around candidate nodes; return which points are proven.

        Both segments of a node lie on one ring: its nearest one gives the node's distance and owner.
        """
        proven = ~within[:, -1]
        some = np.flatnonzero(within[:, 0])
        x, y, node, away = points[some, 0], points[some, 1], node[some], away[some]
        best = self._to_nearest(x, y, node[:, 0])
        first = self.owners[node[:, 0]]
        last = first.copy()
        circle = np.sqrt(best**2 + self.half_piece_m**2) + _TIE_M
        proven[some] |= away[:, -1] > circle
        at, column = np.nonzero(away[:, 1:] <= circle[:, None])
        if len(at):
            other = node[at, column + 1]
            distance, owner = self._to_nearest(x[at], y[at], other), self.owners[other]
            mine = best.copy()
            np.minimum.at(best, at, distance)
            lost = mine > best + _TIE_M
            first[lost], last[lost] = len(self.polygons), -1
            equal = distance <= best[at] + _TIE_M
            np.minimum.at(first, at[equal], owner[equal])
            np.maximum.at(last, at[equal], owner[equal])
        reached = best <= reach_m
        target = rows[some[reached]]
        out.distance_m[target] = best[reached]
        out.quarter[target] = first[reached]
        out.tied[target] = np.where(last > first, last, -1)[reached]
        return proven

    def _to_nearest(self, x: Floats, y: Floats, node: Indices) -> Floats:
        """Measure the nearer of the two segments that meet at one node of each point."""
        nearer: Floats = np.minimum(
            self._to_segment(x, y, self.before[node]), self._to_segment(x, y, self.after[node])
        )
        return np.sqrt(nearer)

    def _to_segment(self, x: Floats, y: Floats, segment: Indices) -> Floats:
        """Measure the square of the distance from each point to one segment."""
        line = self.segments[segment]
        run_x, run_y = line[:, 2], line[:, 3]
        way_x, way_y = x - line[:, 0], y - line[:, 1]
        share = (way_x * run_x + way_y * run_y) * line[:, 4]
        np.clip(share, 0.0, 1.0, out=share)
        way_x -= share * run_x
        way_y -= share * run_y
        square: Floats = way_x * way_x + way_y * way_y
        return square


def _previous(ring: Indices) -> Indices:
    """Return, for each segment, the one before it on its closed ring."""
    if not len(ring):
        return np.zeros(0, dtype=np.intp)
    opens = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    closes = np.r_[opens[1:], len(ring)] - 1
    before = np.arange(len(ring)) - 1
    before[opens] = closes
    return before


def _widened(taken: Flags, steps: int) -> Flags:
    """Take the cells up to some steps above and below those taken, too."""
    sums = np.cumsum(np.pad(taken, ((steps + 1, steps), (0, 0))), axis=0, dtype=np.int32)
    wide: Flags = sums[2 * steps + 1 :] > sums[: -2 * steps - 1]
    return wide
