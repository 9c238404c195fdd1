"""Parcels of the cadastre, kept a commune a file: a département holds a million of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.errors import Place, fail
from tfpb.geodata.catalogue import entry
from tfpb.geodata.sidecar import Sidecar, SourceFile, hash_file, read_sidecar, store
from tfpb.io.sources.geofiles import layers, opened, read_parquet, read_polygons
from tfpb.perimeters.legal_areas import polygons_only
from tfpb.text import fold
from tfpb.words.places.geodata_words import PARCEL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FOLDER: Final = "parcelles"
_COLUMNS: Final = ("id", "commune", "section", "numero")


def import_parcels(path: Path, *, folder: Path) -> gpd.GeoDataFrame:
    """Import parcels; a commune that is already stored is replaced.

    Parameters
    ----------
    path : Path
        Cadastre in GeoJSON (json, json.gz, geojson), shp, gpkg or zip, with columns `id, commune,
        section, numero`.
    folder : Path

    Returns
    -------
    GeoDataFrame (EPSG:4326)
        `id, commune, section, numero, geometry` of the file's parcels.

    Raises
    ------
    TfpbError
        `couche_sans_colonne`.
    """
    with opened(path) as files:
        found = [_read(p, layer or None, path.name) for p in files for layer in layers(p)]
    whole = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=4326)
    whole = whole.drop_duplicates("id").sort_values("id", kind="stable").reset_index(drop=True)
    known = entry("parcelles")
    source = hash_file(path)
    for town, rows in whole.groupby("commune", sort=True):
        name = f"{_FOLDER}/{town}"
        store(
            folder,
            name,
            gpd.GeoDataFrame(rows, crs=4326),
            Sidecar(
                kind="parcelles", name=known.title, vintage="", licence=known.licence, date=known.date,
                address=known.address, rows=len(rows),
                sources=[SourceFile(path.name, source, len(rows))],
            ),
        )  # fmt: skip
    return whole


def parcel_card(folder: Path, commune: str) -> Sidecar | None:
    """Read the identity card of the parcels of a commune; None when they were not imported."""
    return read_sidecar(folder / _FOLDER / f"{commune}.json")


def load_parcels(folder: Path, *, communes: Iterable[str] | None = None) -> gpd.GeoDataFrame | None:
    """Load stored parcels (EPSG:4326), of some communes or of all; None when there are none."""
    wanted = None if communes is None else set(communes)
    cards = sorted((folder / _FOLDER).glob("*.json"))
    sides = [
        s
        for c in cards
        if (wanted is None or c.stem in wanted) and (s := read_sidecar(c)) is not None
    ]
    if not sides:
        return None
    return gpd.GeoDataFrame(
        pd.concat([read_parquet(folder / s.stored) for s in sides], ignore_index=True), crs=4326
    )


def _read(path: Path, layer: str | None, name: str) -> gpd.GeoDataFrame:
    raw = read_polygons(path, layer=layer)
    folded = {fold(str(c)): str(c) for c in raw.columns}
    missing = [c for c in _COLUMNS if c not in folded]
    if missing:
        raise fail(
            "couche_sans_colonne", place=Place(name), colonne=missing[0],
            attendu=PARCEL_COLUMNS,
            lues=", ".join(str(c) for c in raw.columns),
        )  # fmt: skip
    shapes: Any = np.asarray(raw.geometry.array, dtype=object)
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = polygons_only(shapely.make_valid(shapes[broken]))
    return gpd.GeoDataFrame(
        {c: raw[folded[c]].astype(str).tolist() for c in _COLUMNS}, geometry=shapes, crs=4326
    )
