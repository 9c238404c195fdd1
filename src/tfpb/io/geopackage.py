"""Layers as the bytes of one GeoPackage."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tfpb.io.geofiles import write_layers

if TYPE_CHECKING:
    import geopandas as gpd


def geopackage_bytes(named: dict[str, gpd.GeoDataFrame]) -> bytes:
    """Write layers to a GeoPackage and return its bytes (the driver only writes files)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "couches.gpkg"
        write_layers(path, named)
        return path.read_bytes()
