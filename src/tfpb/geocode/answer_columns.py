"""One answer, in the columns of the contract."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.model.codes import GeocodeVerdict, ResultType

if TYPE_CHECKING:
    from tfpb.geocode.line.complement import Parcel
    from tfpb.geocode.places import Point, Spot
    from tfpb.geocode.source import Street

JOIN: Final = " | "


class Answer(NamedTuple):
    """What is known of one row: contract columns without degrees, and the code of the projection.

    Coordinates are metres in the legal projection `epsg`; NaN when there is no point.
    """

    label: str = ""
    score: float = 0.0
    kind: ResultType = ResultType.NONE
    housenumber: str = ""
    name: str = ""
    postcode: str = ""
    city: str = ""
    citycode: str = ""
    id: str = ""
    status: str = "not-found"
    x: float = math.nan
    y: float = math.nan
    confidence: float = 0.0
    verdict: GeocodeVerdict = GeocodeVerdict.REJETE
    reasons: tuple[str, ...] = ()
    complement: str = ""
    entrances: str = ""
    alternatives: str = ""
    radius_m: float = math.nan
    parcel: str = ""


def number_text(point: Point) -> str:
    """Write a house number as labels bear it (« 12bis »)."""
    return f"{point.number}{point.suffix}"


def label_of(spot: Spot, city: str) -> str:
    """Write an answer as the national service does: « 12 Rue X 93140 Bondy »."""
    street = spot.street
    number = f"{number_text(spot.first)} " if spot.first else ""
    return f"{number}{street.name} {street.postcode} {city}".replace("  ", " ").strip()


def id_of(street: Street, point: Point | None) -> str:
    """Return the base's own identifier of an address, or of the street without number."""
    if point is None:
        return street.id
    if street.ids is not None:
        return street.ids[point.at]
    return f"{street.id}_{point.number:05d}{f'_{point.suffix}' if point.suffix else ''}"


def parcel_id(citycode: str, parcel: Parcel) -> str:
    """Return the fourteen-character identifier of a parcel."""
    return f"{citycode}{parcel.prefix}{parcel.section}{parcel.number}"


def parcels_of(spot: Spot) -> str:
    """Return the parcels the base gives to the addresses found."""
    if spot.street.parcels is None:
        return ""
    listed = [
        spot.street.parcels[p.at].replace("|", JOIN)
        for p in spot.entrances
        if p.member == (spot.first.member if spot.first else p.member)
    ]
    return JOIN.join(dict.fromkeys(p for p in listed if p))
