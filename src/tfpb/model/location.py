"""Geography as values: maps of quarters, located stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tfpb.errors import Fault


@dataclass(frozen=True, slots=True)
class QpvMap:
    """One vintage of the quarters.

    Parameters
    ----------
    vintage : int
        2015 or 2024.
    frame : GeoDataFrame
        `code_qpv, nom_qpv, communes` (text as published), `codes_insee` (tuple of str, empty if not
        published), `geometry` (valid MultiPolygons), CRS EPSG:4326.
    source, licence, date : str
        Where it comes from.
    sha256 : str
        Hash of the imported file.
    mended : tuple of str
        Codes whose polygon was invalid and was mended.
    """

    vintage: int
    frame: gpd.GeoDataFrame
    source: str = ""
    licence: str = ""
    date: str = ""
    sha256: str = ""
    mended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Located:
    """The stock, geocoded and located for one tax year.

    Parameters
    ----------
    year : int
        Tax year.
    vintage : int
        Map that rules the year.
    entrances : DataFrame
        Stock columns + `RESULT_COLUMNS` + `LOCATION_COLUMNS` (+ stamp): one row an entrance.
    residences : DataFrame
        `RESIDENCE_COLUMNS`.
    correspondence : DataFrame
        2015→2024 by overlay: `code_2015, nom_2015, code_2024, nom_2024, surface_commune_m2,
        part_2015, part_2024, logements, lien` (identique|modifie|scinde|fusionne|nouveau|disparu).
    notices : tuple of Fault
    """

    year: int
    vintage: int
    entrances: pd.DataFrame
    residences: pd.DataFrame
    correspondence: pd.DataFrame
    notices: tuple[Fault, ...] = ()
