"""Tables with a position a row as the bytes of a layer, by the extension of its name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.io.packs.geopackage import geojson_bytes, geopackage_bytes, short_names
from tfpb.io.sources.point_tables import ORIGIN
from tfpb.io.tables.tabular import parquet_ready, text_value

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tfpb.model.arrays import Floats

_POINTS: Final = "localisation"
_POSITIONS: Final = ("result_x", "result_y", "longitude", "latitude")
"""What the geometry of a layer says in their place."""


def layer_bytes(
    path: Path, frame: pd.DataFrame, *, x: Floats, y: Floats, epsg: int, added: Collection[str] = ()
) -> bytes:
    """Return rows as a layer of points, the same for the same rows (`ecriture_impossible`).

    Columns of positions are left out, so that a point has one place; where it was geocoded is kept as text
    in `point_origine`. `x` and `y`, of shape (n,), are in metres of `epsg`; NaN keeps the row, without a
    point. `added`: columns that the reader of a layer added.
    """
    out = frame.drop(columns=[c for c in (*_POSITIONS, *added, ORIGIN) if c in frame])
    if "result_verdict" in frame:
        out[ORIGIN] = [
            f"{a:.2f} ; {b:.2f}" if np.isfinite(a) else "" for a, b in zip(x, y, strict=True)
        ]
    for name in out.columns:
        if out[name].dtype == object:
            out[name] = [text_value(v) for v in out[name]]
    points = shapely.points(x, y)
    points[~np.isfinite(x)] = None
    if path.suffix.lower() == ".gpkg":
        out.columns = pd.Index(short_names([str(c) for c in out.columns]))
        return geopackage_bytes({_POINTS: gpd.GeoDataFrame(out, geometry=points, crs=epsg)})
    if path.suffix.lower() == ".geojson":
        return geojson_bytes(gpd.GeoDataFrame(out, geometry=points, crs=epsg))
    buffer = io.BytesIO()
    ready = parquet_ready(out)
    gpd.GeoDataFrame(ready, geometry=points, crs=epsg).to_parquet(buffer, index=False)
    return buffer.getvalue()
