"""Layers as the bytes of one file, the same for the same layers."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import pyogrio

from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.tables.contents import cannot_write
from tfpb.model.projection import LONLAT, crs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

_FILE: Final = "couches.gpkg"
_REFUSED: Final = (
    OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
)  # fmt: skip
"""What the driver raises when the disk is full or closed to it."""
_CLOCK: Final = "OGR_CURRENT_DATE"
_SCHEMA: Final = """
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,
  title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL,
  value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
  description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec/#extension_schema', 'read-write');
"""
_MAX_NAME: Final = 31
"""Names of columns and layers stay under 32 characters: some readers cut longer ones."""


def geopackage_bytes(
    layers: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """Return layers (name → rows) as a GeoPackage, the same for the same layers: no clock is in it.

    Each layer is in its own CRS, or without geometry; an empty one is written too. A GIS prints `titles`
    (by the beginning of a layer's name, up to « _ ») as descriptions, and `fields` as titles of columns.
    Raises `ecriture_impossible`: the driver only writes files, here on the machine's temporary disk.
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
            if titles or fields:
                _describe(path, layers, titles or {}, fields or {})
            return path.read_bytes()
        except _REFUSED as error:
            raise cannot_write(_FILE, error) from error


def _describe(
    path: Path,
    layers: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    fields: Mapping[str, str],
) -> None:
    """Write what layers and columns are, by the extension « schema » of the standard."""
    shown = {n: text for n in layers if (text := titles.get(n.partition("_")[0], ""))}
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript(_SCHEMA)
        base.executemany(
            "UPDATE gpkg_contents SET description = ? WHERE table_name = ?",
            [(text, name) for name, text in shown.items()],
        )
        base.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
            [(n, c, fields[c], fields[c]) for n in shown for c in layers[n].columns if c in fields],
        )


def geojson_bytes(frame: gpd.GeoDataFrame) -> bytes:
    """Return a layer as GeoJSON in degrees, the same for the same rows (`ecriture_impossible`)."""
    with scratch_folder() as folder:
        path = folder / "couche.geojson"
        try:
            degrees = frame.to_crs(crs(LONLAT))
            pyogrio.write_dataframe(degrees, path, driver="GeoJSON", layer="couche",
                                    layer_options={"RFC7946": "YES"})  # fmt: skip
            return path.read_bytes()
        except _REFUSED as error:
            raise cannot_write(path.name, error) from error


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
