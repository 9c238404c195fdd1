"""Layers of a map: projection, frame, what falls in it, millimetres on paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from tfpb.model.projection import LONLAT, crs, legal_epsg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tfpb.model.location import MapModel

    Array = NDArray[np.float64]

SCALES: Final = (
    1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000, 7500, 8000, 9000, 10_000,
    11_000, 12_000, 12_500, 14_000, 15_000, 17_500, 20_000, 25_000, 30_000, 35_000, 40_000,
    50_000, 60_000, 75_000, 100_000, 125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000,
    750_000, 1_000_000, 1_500_000, 2_000_000,
)  # fmt: skip
"""Scales a reader can use with a ruler."""
BIG_SCALE: Final = 16_000
"""Beyond that denominator streets are thin lines, and only the main ones are named."""
FINE_MM: Final = 0.08
"""Detail of outlines that print does not show."""
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


@dataclass(frozen=True, slots=True)
class Atlas:
    """The layers that are drawn, all in metres of one projection or in millimetres of one frame.

    Parameters
    ----------
    qpv, old : GeoDataFrame
        Quarters of the ruling map, and of the other one: `code_qpv, nom`.
    residences : GeoDataFrame of points
        `id_residence, nom, coupee, statut, code_qpv, logements`.
    streets : GeoDataFrame of lines
        `nom, rang`.
    communes : GeoDataFrame
        `code_insee, nom`.
    parcels : GeoDataFrame
    """

    qpv: gpd.GeoDataFrame
    old: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame


DRAWN: Final = {
    "qpv": ("code_qpv", "nom"),
    "old": ("code_qpv",),
    "residences": ("id_residence", "nom", "coupee", "statut", "code_qpv", "logements"),
    "streets": ("nom", "rang"),
    "communes": ("code_insee", "nom"),
    "parcels": (),
}
"""Columns a sheet draws from: the others may change and the sheet need not be drawn again."""


def atlas(model: MapModel, epsg: int) -> Atlas:
    """Bring every layer of a model to one projection; résidences without a point are left out."""
    homes = model.residences
    homes = homes[homes["longitude"].notna() & homes["latitude"].notna()]
    spots = gpd.points_from_xy(homes["longitude"], homes["latitude"], crs=crs(LONLAT))
    layers = {
        "qpv": model.qpv,
        "old": model.qpv_old,
        "residences": gpd.GeoDataFrame(homes.copy(), geometry=spots),
        "streets": model.ground.streets,
        "communes": model.ground.communes,
        "parcels": model.ground.parcels,
    }

    def bring(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        if layer.crs is None or layer.empty:
            return layer.set_crs(crs(epsg), allow_override=True)
        return layer.to_crs(crs(epsg))

    return Atlas(**{name: bring(layer) for name, layer in layers.items()})


def touching(layer: gpd.GeoDataFrame, frame: Frame) -> NDArray[np.intp]:
    """Return the positions of the rows of a layer (metres) that touch a frame, in their order."""
    if layer.empty:
        return np.empty(0, dtype=np.intp)
    return np.sort(layer.sindex.query(shapely.box(*frame.bounds), predicate="intersects"))


def cut(layers: Atlas, frame: Frame, around: Frame) -> Atlas:
    """Keep of each layer the rows and columns that a sheet draws, in their order.

    Parameters
    ----------
    layers : Atlas, in metres
    frame : Frame
        The map.
    around : Frame
        The inset: quarters, communes and main streets only.
    """
    main = layers.streets["rang"].to_numpy() == 1

    def kept(name: str) -> gpd.GeoDataFrame:
        layer = getattr(layers, name)
        here = touching(layer, frame)
        if name in ("qpv", "communes", "streets"):
            beyond = touching(layer, around)
            here = np.union1d(here, beyond[main[beyond]] if name == "streets" else beyond)
        columns = [*DRAWN[name], layer.geometry.name]
        return layer.iloc[here][columns].reset_index(drop=True)

    return Atlas(**{name: kept(name) for name in DRAWN})


def on_paper(layers: Atlas, frame: Frame) -> Atlas:
    """Return what touches a frame in millimetres from its lower left corner, as fine as print shows."""

    def moved(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        here = layer.iloc[touching(layer, frame)]
        shapes = shapely.transform(here.geometry.to_numpy(), frame.paper)
        return here.set_geometry(gpd.GeoSeries(shapely.simplify(shapes, FINE_MM), here.index))

    return Atlas(**{name: moved(getattr(layers, name)) for name in DRAWN})


def lines_of(shape: Any) -> Iterator[Array]:
    """Yield the coordinates of each line of a geometry (polygons give their rings)."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield from (shapely.get_coordinates(ring) for ring in shapely.get_rings(part))
        elif part.geom_type in {"LineString", "LinearRing"}:
            yield shapely.get_coordinates(part)
        elif hasattr(part, "geoms"):
            yield from lines_of(part)
