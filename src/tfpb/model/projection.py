"""The legal projection of a commune, and the way between metres and degrees."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tfpb.model.arrays import Floats

LAMBERT_93: Final = 2154
LONLAT: Final = 4326
_OVERSEAS: Final = {
    **dict.fromkeys(("971", "972", "977", "978"), 5490), "973": 2972, "974": 2975, "976": 4471,
}  # fmt: skip
LEGAL_EPSG: Final = (LAMBERT_93, 5490, 2972, 2975, 4471)
OTHER_EPSG: Final = (*LEGAL_EPSG, 32620, 32622, 32740, 32738, 27572, 3857, *range(3942, 3951))
"""Systems in metres that files are met in: legal ones, UTM overseas, Lambert II étendu, web Mercator, conic
conformal 9 zones."""


def legal_epsg(citycode: str) -> int:
    """Return the EPSG code of the legal projection of a commune (decree 2000-1276, amended).

    An INSEE code unknown or empty counts as metropolitan.
    """
    return _OVERSEAS.get(citycode[:3], LAMBERT_93)


@lru_cache(maxsize=16)
def crs(epsg: int) -> CRS:
    """Return a projection, read once: by its number, each frame reads it again, in ten milliseconds."""
    return CRS.from_epsg(epsg)


@lru_cache(maxsize=128)
def _transformer(source: int, target: int) -> Any:
    return Transformer.from_crs(source, target, always_xy=True)


def moved(x: ArrayLike, y: ArrayLike, source: int, target: int) -> tuple[Any, Any]:
    """Turn places of one projection (EPSG code) into another's; degrees are longitude, latitude."""
    east, north = _transformer(source, target).transform(x, y)
    return east, north


def to_lonlat(x: ArrayLike, y: ArrayLike, epsg: int) -> tuple[Floats, Floats]:
    """Turn metres of a legal projection into degrees (EPSG:4326): longitude, latitude."""
    return moved(x, y, epsg, 4326)


def from_lonlat(lon: ArrayLike, lat: ArrayLike, epsg: int) -> tuple[Floats, Floats]:
    """Turn degrees (EPSG:4326) into metres of a legal projection: x, y."""
    return moved(lon, lat, 4326, epsg)


_ROUND_DEGREES: Final = (0, 1, 2, 3)
_ROUND_METRES: Final = (-4, -3, -2)
"""Decimals of two numbers at most, from which they are no entrance: a thousandth of a degree, 100 m."""
_MOST_DEGREES: Final = 180.0
_DEGREE_M: Final = 111_200.0


def rounding_m(x: float, y: float) -> float:
    """Return half the diagonal of the step that both coordinates are rounded to, metres; 0 where it is fine.

    Coordinates are in degrees or metres, by their size.

    Examples
    --------
    >>> rounding_m(3.062, 50.631), rounding_m(3.06241, 50.631), rounding_m(703_500.0, 7_059_600.0)
    (78.63, 0.0, 70.71)
    """
    in_degrees = max(abs(x), abs(y)) <= _MOST_DEGREES
    for digits in _ROUND_DEGREES if in_degrees else _ROUND_METRES:
        if (round(x, digits), round(y, digits)) == (x, y):
            step = 10.0**-digits * (_DEGREE_M if in_degrees else 1.0)
            return round(step / math.sqrt(2), 2)
    return 0.0
