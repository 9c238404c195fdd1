"""Answers of the geocoder as points with their CRS, for analysts who work with geopandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    import pandas as pd


def as_points(answers: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return answers with a geometry.

    Parameters
    ----------
    answers : DataFrame, n rows
        `RESULT_COLUMNS`, as `geocode` returns them.

    Returns
    -------
    GeoDataFrame, n rows
        Same index and columns, points in EPSG:4326 (legal projections differ from one territory to
        another); an address that was not found has an empty point.
    """
    points = gpd.points_from_xy(answers["longitude"], answers["latitude"], crs="EPSG:4326")
    return gpd.GeoDataFrame(answers.copy(), geometry=points)
