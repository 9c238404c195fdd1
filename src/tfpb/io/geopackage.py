"""Layers as the bytes of one GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.io.geofiles import write_layers
from tfpb.io.scratch import scratch_folder

if TYPE_CHECKING:
    import geopandas as gpd


def geopackage_bytes(named: dict[str, gpd.GeoDataFrame]) -> bytes:
    """Write layers to a GeoPackage and return its bytes (the driver only writes files)."""
    with scratch_folder() as folder:
        path = folder / "couches.gpkg"
        write_layers(path, named)
        return path.read_bytes()
