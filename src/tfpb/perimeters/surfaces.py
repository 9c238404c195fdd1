"""Parcels and footprints beside points: on which side of the limits does the whole surface lie."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from tfpb.model.arrays import divided
from tfpb.perimeters.legal_areas import to_metres

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from tfpb.model.arrays import Flags, Floats, Indices, Objects, Shapes


WHOLE: Final = 0.98
"""Share of a surface that counts as the whole of it (contract)."""
_REACH_M: Final = 50.0
"""A surface that a row cites speaks for its point up to here, or up to a larger uncertainty."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Parcels or building footprints of one territory, in metres."""

    shapes: Shapes
    names: Objects  # identifiers, empty where the layer has none
    tree: shapely.STRtree
    by_name: dict[str, int]

    @classmethod
    def of(cls, layer: gpd.GeoDataFrame, epsg: int) -> Surfaces:
        """Project a layer (any CRS, EPSG:4326 as imported) and index it."""
        if layer.crs is not None and layer.crs.to_epsg() == epsg:
            shapes = np.asarray(layer.geometry.array, dtype=object)
        else:
            degrees = layer if layer.crs is None else layer.to_crs(4326)
            shapes = to_metres(np.asarray(degrees.geometry.array, dtype=object), epsg)
        names = (
            layer["id"].astype(str).to_numpy(dtype=object)
            if "id" in layer.columns
            else np.full(len(layer), "", dtype=object)
        )
        by_name = {n: i for i, n in enumerate(names.tolist()) if n}
        return cls(shapes, names, shapely.STRtree(shapes), by_name)

    def holding(self, x: Floats, y: Floats) -> Indices:
        """Find the surface that holds each point, the smallest of several; −1 where none does."""
        out = np.full(len(x), -1, dtype=np.intp)
        rows, found = self.tree.query(shapely.points(x, y), predicate="intersects")
        order = np.lexsort((found, -shapely.area(self.shapes[found]), rows))
        out[rows[order]] = found[order]
        return out

    def named(self, references: Sequence[str]) -> list[tuple[int, ...]]:
        """Find the surfaces cited by each row (« 93010000AB0012 | … »), () where none is known."""
        return [
            tuple(
                self.by_name[n] for n in (p.strip() for p in text.split("|")) if n in self.by_name
            )
            if text
            else ()
            for text in references
        ]

    def shares(self, wanted: Indices, quarters: Objects) -> tuple[Floats, Floats, Indices]:
        """Measure the share (0..1 of the area) of surfaces, by position, inside quarters.

        Three arrays, (w,): the share, where what quarters that overlap have in common counts once; the
        share of the quarter with the largest part; that quarter, −1 where none.
        """
        shapes = self.shapes[wanted]
        inside = np.zeros(len(wanted))
        best = np.zeros(len(wanted))
        quarter = np.full(len(wanted), -1, dtype=np.intp)
        if not len(wanted) or not len(quarters):
            return inside, best, quarter
        q, s = shapely.STRtree(shapes).query(quarters, predicate="intersects")
        common = shapely.area(shapely.intersection(shapes[s], quarters[q]))
        for at, which, area in zip(s.tolist(), q.tolist(), common.tolist(), strict=True):
            inside[at] += area
            if area > best[at]:
                best[at], quarter[at] = area, which
        areas = shapely.area(shapes)
        several = np.flatnonzero(np.bincount(s, minlength=len(wanted)) > 1)
        for at in several.tolist():  # two halves are the whole, the same half twice is half
            inside[at] = shapely.area(
                shapely.intersection(shapes[at], shapely.union_all(quarters[q[s == at]]))
            )
        share, largest = (np.minimum(1.0, divided(part, areas)) for part in (inside, best))
        return share, largest, quarter


@dataclass(frozen=True, slots=True)
class SurfaceAnswer:
    """Answer of surfaces for each row, (n,); `share` is NaN where no surface is known."""

    share: Floats  # 0..1 inside quarters
    quarter: Indices  # quarter with the largest part, −1 for none
    shared: Flags
    """True where that quarter does not contain the whole: neighbours share the surface."""
    name: Objects
    holds: Flags  # True where the surface contains the point itself, False where known by its reference
    astray: Flags
    """True where the answer rests on surfaces cited that lie away from the point: it settles nothing."""
    gap_m: Floats  # from the point to the farthest surface cited, NaN where none is

    @classmethod
    def nothing(cls, n: int) -> SurfaceAnswer:
        """Return the answer of rows without any surface: it takes no memory and cannot be written."""
        name = np.array("", dtype=object)
        values = (np.nan, np.intp(-1), np.False_, name, np.False_, np.False_, np.nan)
        return cls(*(np.broadcast_to(v, n) for v in values))

    @classmethod
    def blank(cls, n: int) -> SurfaceAnswer:
        """Return the same, to be filled."""
        empty = cls.nothing(n)
        return cls(*(getattr(empty, f.name).copy() for f in fields(cls)))


def answer(
    surfaces: Surfaces, x: Floats, y: Floats, radius_m: Floats, references: Sequence[str], quarters: Objects,
) -> SurfaceAnswer:  # fmt: skip
    """Ask surfaces for each row: the ones it cites, else the one that holds its point.

    A reference may be mistyped, or lack its prefix in a merged commune, and name a parcel kilometres away.
    """
    n = len(x)
    out = SurfaceAnswer.blank(n)
    holding = surfaces.holding(x, y)
    cited = surfaces.named(references)
    members = [c or ((int(h),) if h >= 0 else ()) for c, h in zip(cited, holding, strict=True)]
    wanted = np.array(sorted({m for ms in members for m in ms}), dtype=np.intp)
    if not len(wanted):
        return out
    share, largest, quarter = surfaces.shares(wanted, quarters)
    area = shapely.area(surfaces.shapes[wanted])
    place = {int(w): i for i, w in enumerate(wanted)}

    def of_all(at: Sequence[int]) -> float:
        total = float(area[at].sum())
        return float((share[at] * area[at]).sum() / total) if total else float(share[at[0]])

    for row, ms in enumerate(members):
        if not ms:
            continue
        at = near = [place[m] for m in ms]
        out.share[row] = of_all(at)
        if cited[row]:
            gaps = shapely.distance(surfaces.shapes[list(ms)], shapely.Point(x[row], y[row]))
            reach = max(_REACH_M, float(radius_m[row]))
            near = [i for i, gap in zip(at, gaps, strict=True) if gap <= reach]
            out.gap_m[row] = gaps.max()
            out.astray[row] = not near or _whole(of_all(near)) != _whole(out.share[row])
        most = max(near or at, key=lambda i: share[i] * area[i])
        out.quarter[row] = quarter[most]
        alone = sum(largest[i] * area[i] for i in at if quarter[i] == quarter[most])
        out.shared[row] = alone < WHOLE * float(area[at].sum())
        out.name[row] = " | ".join(str(surfaces.names[m]) for m in ms if surfaces.names[m])
        out.holds[row] = holding[row] in ms
    return out


def _whole(share: float) -> int:
    """Return 1 for a surface wholly inside, −1 for one wholly outside, 0 for one that is cut."""
    return int(share >= WHOLE) - int(share <= 1 - WHOLE)


_REFERENCE: Final = re.compile(
    r"^(?P<town>\d[\dAB]\d{3})?[\s/,_-]*(?P<prefix>\d{3})?[\s/,_-]*"
    r"(?P<section>[A-Z]{1,2}|\d?[A-Z])[\s/,_-]*(?P<number>\d{1,4})$"
)


def reference_key(text: str, citycode: str) -> str:
    """Write a cadastral reference as the cadastre does: commune, prefix, section, number.

    « 000 / AB / 0119 » in 93010 becomes « 93010000AB0119 »; text that is no reference gives "".
    """
    found = _REFERENCE.match(text.strip().upper())
    if not found:
        return ""
    town = found["town"] or citycode
    if not town:
        return ""
    return f"{town}{found['prefix'] or '000'}{found['section'].rjust(2, '0')}{int(found['number']):04d}"
