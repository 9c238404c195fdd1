"""The steps of the stock: every entrance on its side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb import perimeters
from tfpb.errors import stop_on_faults
from tfpb.model.location import Located
from tfpb.pipeline.steps.geocoding import addresses_of
from tfpb.review.address_decisions import decided, settled

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.settings import Settings
    from tfpb.review.address_decisions import AddressDecision


def communes_of(inputs: Inputs) -> list[str]:
    """Return where each row of the stock says to lie: its INSEE code, else its postcode."""
    stock = inputs.frame("patrimoine")
    if stock is None:
        return []
    codes, postcodes = (stock[c].fillna("").astype(str) for c in ("code_insee", "code_postal"))
    return codes.where(codes != "", postcodes).tolist()


def locate(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    geocoded: pd.DataFrame,
    chosen: tuple[AddressDecision, ...] = (),
) -> Located:
    """Place every entrance on its side for the tax year."""
    _addresses_now, rows, lost = decided(addresses_of(inputs), chosen)
    settled_points, pointless = settled(geocoded, rows)
    located = located_in(settings, inputs, geography, settled_points, settings.dossier.annee)
    return replace(located, notices=(*lost, *pointless, *located.notices))


def located_in(
    settings: Settings, inputs: Inputs, geography: Geography, geocoded: pd.DataFrame, year: int
) -> Located:
    """Place every entrance on the map of a year, decisions of the user included."""
    stock = inputs.frames["patrimoine"]
    points = stock.join(geocoded)
    communes = sorted(set(points["result_citycode"]) - {""})
    decisions = inputs.frame("decisions")

    def side(decided: pd.DataFrame | None) -> pd.DataFrame:
        return perimeters.locate(
            points,
            geography.maps,
            year=year,
            default_radius_m=settings.reglages.rayon_defaut_m,
            parcels=geography.parcels(communes),
            decisions=decided,
        )

    sides = side(None)
    notices = perimeters.coverage_doubts(points, sides, geography.maps, year=year)
    if decisions is not None:
        notices += perimeters.check_decisions(sides, points, decisions, geography.maps)
        stop_on_faults(notices)
        sides = side(decisions)
    entrances = points.join(sides)
    homes = perimeters.residences(entrances)
    notices += perimeters.cut_residences(homes)
    return Located(
        year=year,
        vintage=perimeters.ruling_of(year, points["result_citycode"]),
        entrances=entrances,
        residences=homes,
        correspondence=perimeters.correspondence(geography.maps, entrances),
        notices=tuple(notices),
    )
