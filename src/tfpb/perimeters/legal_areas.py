"""The territories of the tax: where they lie, in which legal projection, and quarters in metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from tfpb.model.projection import LAMBERT_93, from_lonlat, legal_epsg

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Shapes
    from tfpb.model.location import QpvMap


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: degrees (EPSG:4326) or metres, as stated where it is made."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, x: Floats, y: Floats) -> Flags:
        """Return which points lie in the box; NaN does not."""
        with np.errstate(invalid="ignore"):
            return (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)


TERRITORIES: Final[dict[int, tuple[Box, ...]]] = {
    LAMBERT_93: (Box(-5.5, 41.2, 9.8, 51.3),),
    # Guadeloupe, Martinique, then Saint-Martin and Saint-Barthélemy.
    5490: (
        Box(-62.0, 15.7, -60.9, 16.7),
        Box(-61.4, 14.2, -60.7, 15.0),
        Box(-63.3, 17.7, -62.6, 18.3),
    ),
    2972: (Box(-54.8, 2.0, -51.4, 6.0),),
    2975: (Box(55.1, -21.5, 55.95, -20.8),),
    4471: (Box(44.9, -13.15, 45.45, -12.5),),
}
"""Rough land boxes in degrees by EPSG code of the legal projection."""


@lru_cache(maxsize=8)
def metric_box(epsg: int) -> Box:
    """Return the box of a territory in metres of its legal projection, with a margin of 20 km."""
    xs: list[float] = []
    ys: list[float] = []
    for box in TERRITORIES[epsg]:
        lon = np.linspace(box.west, box.east, 21)
        lat = np.linspace(box.south, box.north, 21)
        x, y = from_lonlat(np.r_[lon, lon, lat * 0 + box.west, lat * 0 + box.east],
                           np.r_[lon * 0 + box.south, lon * 0 + box.north, lat, lat], epsg)  # fmt: skip
        xs += [float(x.min()), float(x.max())]
        ys += [float(y.min()), float(y.max())]
    margin = 20_000.0
    return Box(min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)


def in_france(lon: Floats, lat: Floats) -> Flags:
    """Return which degrees lie in the rough box of a territory where the tax exists."""
    return epsg_of_lonlat(lon, lat) > 0


def epsg_of_lonlat(lon: Floats, lat: Floats) -> Integers:
    """Return the EPSG code of the legal projection at each place; 0 outside France."""
    out = np.zeros(len(lon), dtype=np.int64)
    for epsg, boxes in TERRITORIES.items():
        for box in boxes:
            out[box.holds(lon, lat)] = epsg
    return out


def epsg_of_codes(citycodes: pd.Series) -> Integers:
    """Return the EPSG code of the legal projection of each INSEE code (text); 0 where it is empty."""
    codes, values = pd.factorize(citycodes)
    table = np.array([legal_epsg(v) if v else 0 for v in values] or [0], dtype=np.int64)
    return table[codes] if len(codes) else np.zeros(0, dtype=np.int64)


def quarters_in_metres(qpv: QpvMap) -> dict[int, tuple[Indices, Shapes]]:
    """Sort the quarters of a map by territory (EPSG code): positions in its frame, and polygons in metres.

    Quarters of territories where the tax does not exist (Polynésie française) are left out.
    """
    frame = qpv.frame
    if frame.crs is not None and frame.crs.to_epsg() != 4326:  # noqa: PLR2004
        frame = frame.to_crs(4326)
    degrees = np.asarray(frame.geometry.array, dtype=object)
    inner = shapely.point_on_surface(degrees)
    at = epsg_of_lonlat(shapely.get_x(inner), shapely.get_y(inner))
    out = {}
    for epsg in TERRITORIES:
        rows = np.flatnonzero(at == epsg)
        if len(rows):
            out[epsg] = (rows, to_metres(degrees[rows], epsg))
    return out


def to_metres(geometries: Shapes, epsg: int) -> Shapes:
    """Project geometries from degrees (EPSG:4326) to metres of a legal projection.

    Projection moves vertices by rounding only, yet may close a sliver on itself: what is no longer
    valid is mended, keeping polygons.
    """

    def project(xy: Floats) -> Floats:
        return np.column_stack(from_lonlat(xy[:, 0], xy[:, 1], epsg))

    out = np.asarray(shapely.transform(geometries, project), dtype=object)
    broken = ~shapely.is_valid(out) & ~shapely.is_missing(out)
    if broken.any():
        out[broken] = polygons_only(shapely.make_valid(out[broken]))
    return out


def polygons_only(geometries: Shapes) -> Shapes:
    """Keep the polygons of mixed collections, as one MultiPolygon each, empty where there is none."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    areal = shapely.get_dimensions(parts) == 2  # noqa: PLR2004
    inner, position = shapely.get_parts(parts[areal], return_index=True)
    kept = owner[areal][position]
    return np.array(
        [shapely.multipolygons(inner[kept == i]) for i in range(len(geometries))], dtype=object
    )
