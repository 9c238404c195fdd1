"""Numbers along the streets, in the national address base's own columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyproj import Transformer
from shapely import Point, STRtree

from maker import names
from maker.spelling import afnor

if TYPE_CHECKING:
    from random import Random

    from shapely import Polygon

    from maker.town import Town

BAN_HEADER: Final = (
    "id", "id_fantoir", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune",
    "code_insee_ancienne_commune", "nom_ancienne_commune", "x", "y", "lon", "lat", "type_position",
    "alias", "nom_ld", "libelle_acheminement", "nom_afnor", "source_position", "source_nom_voie",
    "certification_commune", "cad_parcelles",
)  # fmt: skip
LOCALITY_HEADER: Final = (
    "id", "nom_lieu_dit", "code_postal", "code_insee", "nom_commune", "code_insee_ancienne_commune",
    "nom_ancienne_commune", "x", "y", "lon", "lat", "source_position", "source_nom_voie",
)  # fmt: skip
STEP_M: Final = {1: (22.0, 34.0), 2: (12.0, 20.0), 3: (15.0, 25.0)}
SETBACK_M: Final = {1: 12.0, 2: 8.0, 3: 8.0}
CROSSING_M: Final = 9.0
_TO_DEGREES: Final = Transformer.from_crs(2154, 4326, always_xy=True)


@dataclass(frozen=True)
class Address:
    """One numbered point (metres, EPSG:2154)."""

    id: str
    street: str
    rank: int
    number: int
    suffix: str
    x: float
    y: float
    along: float  # metres from the start of the street


def degrees(x: float, y: float) -> tuple[float, float]:
    """Turn metres into longitude and latitude, rounded as the base rounds them."""
    lon, lat = _TO_DEGREES.transform(x, y)
    return round(lon, 7), round(lat, 7)


def make_addresses(town: Town, rng: Random) -> list[Address]:
    """Put numbers on both sides of every street, odd on the left, skipping crossings and water."""
    tree = STRtree([w.axis for w in town.ways])
    out: list[Address] = []
    for order, way in enumerate(town.ways):
        code = f"{names.INSEE}_{(order + 1) * 10:04d}"
        low, high = STEP_M[way.rank]
        for side, first in ((1, 1), (-1, 2)):
            along, number = rng.uniform(6, 14), first
            while along < way.axis.length - 5:
                spot = _beside(way.axis, along, side * SETBACK_M[way.rank])
                others = [
                    i
                    for i in tree.query(spot.buffer(CROSSING_M + 2))
                    if i != order and town.ways[i].axis.distance(spot) < CROSSING_M
                ]
                if not others and rng.random() > 0.04:
                    out += _numbers(code, way.name, way.rank, number, spot, along, rng)
                along += rng.uniform(low, high)
                number += 2
    return out


def _beside(axis: object, along: float, offset: float) -> Point:
    a, b = axis.interpolate(along), axis.interpolate(along + 1)  # type: ignore[attr-defined]
    size = a.distance(b) or 1.0
    nx, ny = -(b.y - a.y) / size, (b.x - a.x) / size
    return Point(a.x + nx * offset, a.y + ny * offset)


def _numbers(
    code: str, street: str, rank: int, number: int, spot: Point, along: float, rng: Random
) -> list[Address]:
    found = (
        [""] + (["bis"] if rng.random() < 0.025 else []) + (["a"] if rng.random() < 0.008 else [])
    )
    return [
        Address(
            f"{code}_{number:05d}" + (f"_{suffix}" if suffix else ""),
            street,
            rank,
            number,
            suffix,
            round(spot.x + 5 * i, 2),
            round(spot.y + 3 * i, 2),
            along,
        )
        for i, suffix in enumerate(found)
    ]


def ban_rows(addresses: list[Address]) -> list[list[str]]:
    """Write the addresses as rows of the base."""
    out = []
    for a in addresses:
        lon, lat = degrees(a.x, a.y)
        street_id = a.id.rsplit("_", 2 if a.suffix else 1)[0]
        out.append(
            [
                a.id,
                street_id,
                str(a.number),
                a.suffix,
                a.street,
                names.POSTCODE,
                names.INSEE,
                names.COMMUNE,
                "",
                "",
                f"{a.x:.2f}",
                f"{a.y:.2f}",
                f"{lon}",
                f"{lat}",
                "entrée",
                "",
                "",
                afnor(names.COMMUNE),
                afnor(a.street),
                names.FICTION,
                names.FICTION,
                "1",
                "",
            ]
        )
    return out


def locality_rows(outline: Polygon, rng: Random) -> list[list[str]]:
    """Scatter the lieux-dits between the town's edge and the commune's."""
    out = []
    ring = outline.buffer(-150).exterior
    for i, label in enumerate(names.LOCALITIES):
        spot = ring.interpolate(
            (i + rng.uniform(0.1, 0.9)) / len(names.LOCALITIES), normalized=True
        )
        lon, lat = degrees(spot.x, spot.y)
        out.append(
            [
                f"{names.INSEE}_b{i + 1:03d}",
                label,
                names.POSTCODE,
                names.INSEE,
                names.COMMUNE,
                "",
                "",
                f"{spot.x:.2f}",
                f"{spot.y:.2f}",
                f"{lon}",
                f"{lat}",
                names.FICTION,
                names.FICTION,
            ]
        )
    return out
