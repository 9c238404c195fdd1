"""Steps on the stock: every entrance on its side, résidence by résidence, and what maps are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tfpb.addresses.communes import places
from tfpb.errors import stop_on_faults
from tfpb.facts.place import holds
from tfpb.facts.quarter import quarters_of
from tfpb.model.legal.map_table import pair_of
from tfpb.model.location import Located
from tfpb.pipeline.rooms import ground as grounds
from tfpb.pipeline.rooms import perimeters

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.facts.quarter import Quarters
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Ground
    from tfpb.pipeline.steps.geocoding import Settled


@dataclass(frozen=True, slots=True)
class Rule:
    """What rules the side of a point."""

    year: int  # tax year: it chooses the map
    radius_m: float  # uncertainty of points that have none, metres


@dataclass(frozen=True, slots=True)
class Points:
    """Rows with a position, and decisions on their side."""

    frame: pd.DataFrame  # columns of the input and `RESULT_COLUMNS`, one row a row of the input
    decisions: pd.DataFrame | None = None  # typed by `tables.DECISIONS_LIMITES`
    notices: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """Side of each point: `LOCATION_COLUMNS`, index of the points."""

    frame: pd.DataFrame
    notices: tuple[Fault, ...] = ()


def communes_of(inputs: Inputs) -> list[str]:
    """Return the commune of each row of the stock as written: its INSEE code, else its postcode."""
    stock = inputs.frame("patrimoine")
    if stock is None:
        return []
    codes, postcodes = (stock[c].fillna("").astype(str) for c in ("code_insee", "code_postal"))
    return codes.where(codes != "", postcodes).tolist()


def stock_points(inputs: Inputs, settled: Settled) -> Points:
    """Join the stock to the answers of the geocoder."""
    frame = inputs.frames["patrimoine"].join(settled.frame)
    frame, proposed = perimeters.proposed_residences(frame)
    return Points(frame, inputs.frame("decisions"), (*settled.notices, *proposed))


def sides(points: Points, geography: Geography, rule: Rule) -> Sides:
    """Place every point on its side of the limits, decisions of the user included.

    Raises for decisions that match no point or quarter.
    """
    at, decisions, maps = points.frame, points.decisions, geography.maps
    parcels = geography.parcels_of(at)
    located = partial(
        perimeters.locate, at, maps,
        year=rule.year, default_radius_m=rule.radius_m, parcels=parcels,
    )  # fmt: skip
    found = located()
    notices = perimeters.coverage_doubts(at, found, maps, year=rule.year)
    if decisions is not None:
        notices += perimeters.check_decisions(found, at, decisions, maps)
        stop_on_faults(notices)
        found = located(decisions=decisions)
    return Sides(found, tuple(notices))


def locate(points: Points, sides: Sides, geography: Geography, rule: Rule) -> Located:
    """Gather entrances into résidences; one that a limit cuts is split by its dwellings."""
    entrances = points.frame.join(sides.frame)
    held = holds(entrances)
    vintage = perimeters.ruling_of(rule.year, points.frame["result_citycode"])
    return Located(
        year=rule.year,
        vintage=vintage,
        entrances=entrances,
        residences=perimeters.residences(entrances, held),
        held=held,
        correspondence=perimeters.correspondence(geography.maps, entrances, pair=pair_of(vintage)),
        notices=(
            *points.notices,
            *sides.notices,
            *perimeters.cut_residences(held),
            *perimeters.declared_doubts(entrances),
        ),
    )


def quarters(geography: Geography, inputs: Inputs, located: Located) -> Quarters:
    """Name the quarters: as the maps publish them, the year's first, then as tables of the stock do."""
    maps = sorted(geography.maps.values(), key=lambda m: m.vintage != located.vintage)
    stock = (located.entrances, located.residences)
    return quarters_of(maps, stock, inputs.frame("conventions"))


def ground(geography: Geography, located: Located) -> Ground:
    """Draw the ground of the communes of the stock; streets come from the address index of the geography."""
    codes = sorted({c for c in located.entrances["result_citycode"] if c})
    drawn = grounds.ground(
        geography.addresses.streets_of(codes), geography.outlines, geography.parcels(codes)
    )
    return replace(drawn, places=places(codes, geography.communes))
