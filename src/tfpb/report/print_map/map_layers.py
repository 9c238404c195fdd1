"""Layers of a map made ready to draw, on paper: projection, frame, what falls in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from tfpb.model.projection import legal_epsg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.model.maps import MapModel

    Array = NDArray[np.float64]

SCALES: Final = (
    1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000, 7500, 8000, 9000, 10_000,
    11_000, 12_000, 12_500, 14_000, 15_000, 17_500, 20_000, 25_000, 30_000, 35_000, 40_000,
    50_000, 60_000, 75_000, 100_000, 125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000,
    750_000, 1_000_000, 1_500_000, 2_000_000,
)  # fmt: skip
"""Scales a reader can use with a ruler."""


FAR_SCALE: Final = 100_000
"""Beyond that denominator résidences are gathered: one symbol a quarter or a sector."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The window of a printed map.

    Parameters
    ----------
    width, height : float
        Millimetres on paper.
    scale : int
        Denominator.
    x0, y0 : float
        Lower left corner, metres.
    """

    width: float
    height: float
    scale: int
    x0: float
    y0: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return xmin, ymin, xmax, ymax in metres."""
        k = self.scale / 1000
        return self.x0, self.y0, self.x0 + self.width * k, self.y0 + self.height * k

    def paper(self, coords: Array) -> Array:
        """Turn metres into millimetres from the lower left corner of the window."""
        moved: Array = (coords - (self.x0, self.y0)) * (1000 / self.scale)
        return moved

    def metres(self, mm: float) -> float:
        """Turn millimetres on paper into metres."""
        return mm * self.scale / 1000


def fit(
    bounds: tuple[float, float, float, float], width: float, height: float, *, margin: float = 0.1
) -> Frame:
    """Choose the largest round scale at which the bounds and a margin fit the window."""
    xmin, ymin, xmax, ymax = bounds
    wide, high = max(xmax - xmin, 1.0), max(ymax - ymin, 1.0)
    share = 1 - 2 * margin
    need = 1000 * max(wide / (width * share), high / (height * share))
    scale = next((s for s in SCALES if s >= need), math.ceil(need / 1e6) * 1_000_000)
    k = scale / 1000
    cx, cy = (xmin + xmax) / 2, (ymin + ymax) / 2
    return Frame(width, height, scale, cx - width * k / 2, cy - height * k / 2)


def page_epsg(code_qpv: str) -> int:
    """Return the legal projection of a quarter: its code holds the département (QP059…, QN974…)."""
    return legal_epsg(code_qpv[2:5])


def points(residences: pd.DataFrame, epsg: int) -> gpd.GeoDataFrame:
    """Turn located résidences into points of a projection; rows without coordinates are left out."""
    known = residences[residences["longitude"].notna() & residences["latitude"].notna()]
    geometry = gpd.points_from_xy(known["longitude"], known["latitude"], crs=4326)
    return gpd.GeoDataFrame(known.copy(), geometry=geometry).to_crs(epsg=epsg)


@dataclass(frozen=True, slots=True)
class Atlas:
    """All layers of a model in one projection, made once for many pages."""

    epsg: int
    qpv: gpd.GeoDataFrame
    old: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame

    def near(self, layer: gpd.GeoDataFrame, frame: Frame) -> gpd.GeoDataFrame:
        """Return the rows of a layer that touch a frame."""
        return layer.iloc[self.touching(layer, frame)]

    def touching(self, layer: gpd.GeoDataFrame, frame: Frame) -> NDArray[np.intp]:
        """Return the positions of the rows of a layer that touch a frame, in their order."""
        if layer.empty:
            return np.empty(0, dtype=np.intp)
        found = layer.sindex.query(shapely.box(*frame.bounds), predicate="intersects")
        return np.sort(found)


def atlas(model: MapModel, epsg: int) -> Atlas:
    """Bring every layer of a model to one projection."""

    def bring(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        if layer.crs is None or layer.empty:
            return layer.set_crs(epsg=epsg, allow_override=True)
        return layer if layer.crs.to_epsg() == epsg else layer.to_crs(epsg=epsg)

    return Atlas(
        epsg=epsg,
        qpv=bring(model.qpv),
        old=bring(model.qpv_old),
        residences=points(model.residences, epsg),
        streets=bring(model.ground.streets),
        communes=bring(model.ground.communes),
        parcels=bring(model.ground.parcels),
    )


def lines_of(shape: Any) -> Iterator[Array]:
    """Yield the coordinates of each line of a geometry (polygons give their rings)."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield shapely.get_coordinates(ring)
        elif part.geom_type in {"LineString", "LinearRing"}:
            yield shapely.get_coordinates(part)
        elif hasattr(part, "geoms"):
            yield from lines_of(part)


def symbol_mm(dwellings: Array, scale: int) -> Array:
    """Radius of a symbol on paper: its area follows dwellings, within bounds one can see.

    Symbols are smaller as the map shows more of the country; beyond `FAR_SCALE` they stand for groups.
    """
    roots = np.sqrt(np.nan_to_num(dwellings, nan=1.0))
    size: Array = np.clip(roots * 0.045, 0.5, 3.0)
    if scale <= FAR_SCALE:
        shrink = float(np.clip((9000 / scale) ** 0.4, 0.2, 1.0))
        size = np.clip(roots * 0.19, 0.85, 2.9) * shrink
    return size
