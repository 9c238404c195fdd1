"""Points of a layer: where each row lies, and whether its coordinate columns repeat its geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from tfpb.errors import Fault, Severity, fail
from tfpb.model.projection import LAMBERT_93, LONLAT, crs, from_lonlat
from tfpb.perimeters.legal_areas import epsg_of_lonlat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import geopandas as gpd

    from tfpb.errors import Place
    from tfpb.model.arrays import Floats, Integers

PAIRS: Final = (("result_x", "result_y"), ("longitude", "latitude"), ("x", "y"))
"""Columns that may repeat a geometry: eastings or longitudes, then northings or latitudes."""
MOVED: Final = "point_deplace"
"""Reason, and doubt, of a point of a layer that is not where its address is."""
SAME_M: Final = 1.0
"""Distance up to which two positions are the same place."""
_DEGREES: Final = 180.0
_DEGREE_M: Final = 111_320.0
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Spots:
    """Positions that geometries give, (n,); NaN for a row without geometry."""

    x: Floats  # metres of the legal projection `epsg`: that of the place, Lambert-93 out of France
    y: Floats
    epsg: Integers
    lon: Floats  # degrees (EPSG:4326), like lat
    lat: Floats
    own_x: Floats  # in the layer's own projection, like own_y
    own_y: Floats

    def apart(self, a: Floats, b: Floats) -> Floats:
        """Return metres between each geometry and a pair of numbers; NaN where either lacks.

        The pair may be degrees, metres of the legal projection, or the layer's own: the nearest reading.
        """
        in_degrees = (np.abs(a) <= _DEGREES) & (np.abs(b) <= _DEGREES)
        east = (a - self.lon) * _DEGREE_M * np.cos(np.radians(self.lat))
        degrees = np.hypot(east, (b - self.lat) * _DEGREE_M)
        metres = np.hypot(a - self.x, b - self.y)
        own = np.hypot(a - self.own_x, b - self.own_y)
        return np.where(in_degrees, degrees, np.fmin(metres, own))


def spots(frame: gpd.GeoDataFrame, place_of: Callable[[int], Place]) -> Spots:
    """Read the active geometry of a layer: points, multipoints of one, or none, in any projection.

    `place_of` gives the place of a row. Raises `projection_absente`; `couche_sans_point`, a geometry that
    is no point.
    """
    if frame.crs is None:
        raise fail("projection_absente")
    points = np.asarray(frame.geometry.array, dtype=object)
    alone = (shapely.get_type_id(points) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(points) == 1
    )
    points = np.where(alone, shapely.get_geometry(points, 0), points)
    there = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    wrong = np.flatnonzero(there & (shapely.get_type_id(points) != shapely.GeometryType.POINT))
    if len(wrong):
        first = int(wrong[0])
        got = str(points[first].geom_type)
        raise fail("couche_sans_point", place=place_of(first), got=got, nombre=len(wrong))
    own_x, own_y = shapely.get_x(points), shapely.get_y(points)
    placed = frame.set_geometry(points, crs=frame.crs).geometry
    degrees = placed.to_crs(crs(LONLAT)).to_numpy()
    lon, lat = shapely.get_x(degrees), shapely.get_y(degrees)
    epsg = epsg_of_lonlat(lon, lat)
    epsg[epsg == 0] = LAMBERT_93
    x, y = own_x.copy(), own_y.copy()
    for code in set(epsg.tolist()) - {frame.crs.to_epsg()}:
        rows = np.flatnonzero((epsg == code) & np.isfinite(lon))
        if len(rows):
            x[rows], y[rows] = from_lonlat(lon[rows], lat[rows], code)
    return Spots(x, y, epsg, lon, lat, own_x, own_y)


def contradictions(
    at: Spots,
    pairs: Iterable[tuple[tuple[str, str], Floats, Floats]],
    place_of: Callable[[int, str], Place],
) -> list[Fault]:
    """List the rows whose coordinate columns are more than a metre off their geometry.

    `pairs` are headers of two columns and their numbers, NaN where blank; `place_of` gives the place of a
    row and header. `geometrie_contredite`, the first rows one by one, the others counted.
    """
    out = []
    for (a, b), east, north in pairs:
        gap = at.apart(east, north)
        rows = np.flatnonzero(gap > SAME_M)
        for i in rows[:_LISTED].tolist():
            fields = {"distance_m": max(2, round(float(gap[i]))), "colonnes": f"{a}, {b}"}
            got = f"{east[i]:.10g} ; {north[i]:.10g}"
            out.append(Fault("geometrie_contredite", place_of(i, a), got, fields))
        if len(rows) > _LISTED:
            here = place_of(int(rows[_LISTED]), a)
            out.append(
                Fault("geometrie_contredite_suite", here, fields={"reste": len(rows) - _LISTED})
            )
    return out


def moved_doubt(places: Sequence[Place]) -> Fault:
    """Make the one doubt of the points that are not where their addresses are, named by the first."""
    return Fault(MOVED, places[0], "", {"nombre": len(places)}, Severity.DOUTE)
