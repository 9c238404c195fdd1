"""Layers as the bytes of one GeoPackage, the same for the same layers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.tables.contents import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.model.arrays import Floats

_FILE: Final = "couches.gpkg"
_POINTS: Final = "localisation"
_REFUSED: Final = (
    OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
)  # fmt: skip
"""What the driver raises when the disk is full or closed to it."""
_CLOCK: Final = "OGR_CURRENT_DATE"
_MAX_NAME: Final = 31
"""Names of columns and layers stay under 32 characters: some readers cut longer ones."""


def geopackage_bytes(layers: Mapping[str, pd.DataFrame]) -> bytes:
    """Return layers (name → rows) as a GeoPackage; no clock is written in it.

    Parameters
    ----------
    layers : mapping of str to DataFrame
        Each in its own CRS, or without geometry; an empty one is written too.

    Returns
    -------
    bytes
        The same for the same layers.

    Raises
    ------
    TfpbError
        `ecriture_impossible`: the driver only writes files, here on the machine's temporary disk.
    """
    with scratch_folder() as folder, _fixed_date():
        path = folder / _FILE
        try:
            for name, frame in layers.items():
                first = not path.exists()
                pyogrio.write_dataframe(
                    frame, path, layer=name, driver="GPKG", append=not first,
                    dataset_options={"VERSION": "1.3"} if first else None,
                )  # fmt: skip
            return path.read_bytes()
        except _REFUSED as error:
            raise cannot_write(_FILE, error) from error


def points_bytes(frame: pd.DataFrame, *, x: Floats, y: Floats, epsg: int) -> bytes:
    """Return rows as points of a GeoPackage, the same for the same rows (`ecriture_impossible`).

    Parameters
    ----------
    frame : DataFrame, n rows
        Column names are cut to 31 characters, kept unique.
    x, y : float array, shape (n,)
        Metres of `epsg`; NaN keeps the row, without a point.
    """
    points = shapely.points(x, y)
    points[~np.isfinite(x)] = None
    out = frame.copy()
    for name in out.columns:
        if out[name].dtype == object:
            out[name] = [_text(v) for v in out[name]]
    out.columns = pd.Index(short_names([str(c) for c in out.columns]))
    return geopackage_bytes({_POINTS: gpd.GeoDataFrame(out, geometry=points, crs=epsg)})


def _text(value: Any) -> str | None:
    """Return a cell of mixed kinds as text, the only way GDAL writes it."""
    if isinstance(value, (tuple, list)):
        return " | ".join(map(str, value))
    return None if value is None else str(value)


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Fix the date that GDAL writes into GeoPackages."""
    pyogrio.set_gdal_config_options({_CLOCK: "2000-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_CLOCK: None})


def short_names(names: list[str]) -> list[str]:
    """Cut names to 31 characters, keeping them different whatever the case."""
    out: list[str] = []
    taken: set[str] = {"geometry", "fid", "geom"}
    for name in names:
        short, rank = name[:_MAX_NAME], 1
        while short.lower() in taken:
            rank += 1
            tail = f"_{rank}"
            short = name[: _MAX_NAME - len(tail)] + tail
        taken.add(short.lower())
        out.append(short)
    return out
