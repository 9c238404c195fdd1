"""Layers as the bytes of one GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.io.sources.geofiles import write_gpkg, write_layers
from tfpb.io.tables.scratch import scratch_folder

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def points_bytes(
    frame: pd.DataFrame,
    *,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    epsg: int,
    layer: str,
) -> bytes:
    """Return rows as points of a GeoPackage; parameters are those of `geofiles.write_gpkg`."""
    with scratch_folder() as folder:
        path = folder / "couches.gpkg"
        write_gpkg(path, frame, x=x, y=y, epsg=epsg, layer=layer)
        return path.read_bytes()


def geopackage_bytes(named: dict[str, gpd.GeoDataFrame]) -> bytes:
    """Write layers to a GeoPackage and return its bytes (the driver only writes files)."""
    with scratch_folder() as folder:
        path = folder / "couches.gpkg"
        write_layers(path, named)
        return path.read_bytes()
