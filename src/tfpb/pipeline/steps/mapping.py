"""What maps are drawn from: the ground of the stock, and its layers for a GIS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb.addresses.communes import places
from tfpb.model.projection import LAMBERT_93
from tfpb.pipeline.rooms import ground as grounds

if TYPE_CHECKING:
    import geopandas as gpd

    from tfpb.geodata.geography import Geography
    from tfpb.model.assembly import Dossier
    from tfpb.model.location import Located
    from tfpb.model.maps import Ground


def ground(geography: Geography, located: Located) -> Ground:
    """Draw the ground of the communes of the stock.

    Parameters
    ----------
    geography : Geography
        With an address index: the streets are drawn from it.
    located : Located
    """
    codes = sorted({c for c in located.entrances["result_citycode"] if c})
    drawn = grounds.ground(
        geography.addresses.streets_of(codes),
        geography.outlines,
        geography.parcels(codes),
    )
    return replace(drawn, places=places(codes, geography.communes))


def layers(dossier: Dossier) -> dict[str, gpd.GeoDataFrame]:
    """Return what a GIS reads: résidences and quarters, short stable names, EPSG:2154.

    Parameters
    ----------
    dossier : Dossier

    Returns
    -------
    dict of str to GeoDataFrame
        `residences` (points; those without a position are left out) and `qpv`.
    """
    import geopandas as gpd  # noqa: PLC0415 - with its libraries, when a pack is made

    homes = dossier.located.residences
    lonlat = gpd.points_from_xy(homes["longitude"], homes["latitude"], crs="EPSG:4326")
    points = gpd.GeoDataFrame(homes.copy(), geometry=lonlat).to_crs(LAMBERT_93)
    quarters = dossier.maps[dossier.located.vintage].frame
    shown = quarters[quarters["code_qpv"].isin(set(homes["code_qpv"]))]
    shown = shown[["code_qpv", "nom_qpv", "communes", "geometry"]].to_crs(LAMBERT_93)
    return {"residences": points[points["longitude"].notna()], "qpv": shown}
