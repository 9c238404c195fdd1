"""Outlines of communes and parcels of the cadastre: the ground of maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.errors import Place, fail
from tfpb.geodata.catalogue import entry
from tfpb.geodata.stored_layers import (
    earlier_sources,
    find_column,
    mended_polygons,
    read_stored,
    store,
)
from tfpb.io.layers.geofiles import layers, opened, read_polygons
from tfpb.io.tables.contents import hash_file
from tfpb.model.record import SourceFile
from tfpb.perimeters.legal_areas import polygons_only
from tfpb.text import squeeze
from tfpb.words.numbers import NOTHING
from tfpb.words.places.geodata_words import INSEE_CODES, PARCEL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_COMMUNES: Final = "communes"
_CODE_FIELDS: Final = ("code insee", "insee com", "code", "codgeo", "insee", "id")
_NAME_FIELDS: Final = ("nom", "nom com", "lib com", "libelle", "nom m")
_INSEE: Final = r"^\d[\dAB]\d{3}$"
_PARCELS: Final = "parcelles"
"""Kind of the parcels, and their folder: a département holds a million of them, a file a commune."""
_PARCEL_COLUMNS: Final = ("id", "commune", "section", "numero")


def import_communes_outlines(path: Path, *, folder: Path) -> gpd.GeoDataFrame:
    """Import outlines of communes; those already stored are replaced commune by commune.

    shp, geojson, json(.gz), gpkg or zip with a column of INSEE codes (`couche_sans_colonne`). Returns
    `code_insee, nom, geometry` of the file's communes, in EPSG:4326.
    """
    with opened(path) as files:
        read = [_outlines(p, layer or None) for p in files for layer in layers(p)]
    found = [f for f in read if f is not None]
    if not found:
        place = Place(path.name)
        raise fail(
            "couche_sans_colonne", place=place, colonne="code", attendu=INSEE_CODES, lues=NOTHING
        )
    fresh = _sorted(found, "code_insee")
    whole, stored = fresh, load_outlines(folder)
    sources = [SourceFile(path.name, hash_file(path), len(fresh))]
    if stored is not None:
        kept = stored[~stored["code_insee"].isin(set(fresh["code_insee"]))]
        whole = _sorted([kept, fresh], "code_insee")
        sources = earlier_sources(folder, _COMMUNES, but=path.name) + sources
    store(folder, _COMMUNES, whole, entry(_COMMUNES), sources)
    return fresh


def _sorted(layers: list[gpd.GeoDataFrame], key: str) -> gpd.GeoDataFrame:
    """Join layers and sort them by a key, the first of equal ones kept."""
    whole = gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=4326)
    return whole.drop_duplicates(key).sort_values(key, kind="stable").reset_index(drop=True)


def load_outlines(folder: Path) -> gpd.GeoDataFrame | None:
    """Load the stored outlines (`code_insee, nom, geometry`, EPSG:4326); None when there are none."""
    return read_stored(folder, _COMMUNES)


def _outlines(path: Path, layer: str | None) -> gpd.GeoDataFrame | None:
    """Read one layer of communes; None when no column holds INSEE codes."""
    raw = read_polygons(path, layer=layer)
    code = next(
        (
            column
            for name in _CODE_FIELDS
            if (column := find_column(raw, (name,))) is not None
            and raw[column].astype(str).str.match(_INSEE).all()
        ),
        None,
    )
    if code is None:
        return None
    name = find_column(raw, _NAME_FIELDS)
    shapes = np.asarray(raw.geometry.array, dtype=object)
    return gpd.GeoDataFrame(
        {
            "code_insee": raw[code].astype(str).tolist(),
            "nom": [squeeze(str(v)) for v in raw[name]] if name else [""] * len(raw),
        },
        geometry=polygons_only(shapely.make_valid(shapes)),
        crs=4326,
    )


def import_parcels(path: Path, *, folder: Path) -> gpd.GeoDataFrame:
    """Import parcels; a commune that is already stored is replaced (`couche_sans_colonne`).

    Cadastre in GeoJSON (json, json.gz, geojson), shp, gpkg or zip, with columns `id, commune, section,
    numero`. Returns these and `geometry` of the file's parcels, in EPSG:4326.
    """
    with opened(path) as files:
        found = [_parcels(p, layer or None, path.name) for p in files for layer in layers(p)]
    whole, known, source = _sorted(found, "id"), entry(_PARCELS), hash_file(path)
    for town, rows in whole.groupby("commune", sort=True):
        sources = [SourceFile(path.name, source, len(rows))]
        store(folder, f"{_PARCELS}/{town}", gpd.GeoDataFrame(rows, crs=4326), known, sources)
    return whole


def load_parcels(folder: Path, *, communes: Iterable[str] | None = None) -> gpd.GeoDataFrame | None:
    """Load stored parcels (EPSG:4326), of some communes (INSEE codes) or of all; None when there are none.

    Columns are those of `import_parcels`.
    """
    towns = {p.stem for p in (folder / _PARCELS).glob("*.json")}
    wanted = sorted(towns if communes is None else towns.intersection(communes))
    found = [read_stored(folder, f"{_PARCELS}/{town}") for town in wanted]
    return gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=4326) if found else None


def _parcels(path: Path, layer: str | None, name: str) -> gpd.GeoDataFrame:
    raw = read_polygons(path, layer=layer)
    columns = {c: found for c in _PARCEL_COLUMNS if (found := find_column(raw, (c,))) is not None}
    missing = [c for c in _PARCEL_COLUMNS if c not in columns]
    if missing:
        read = ", ".join(map(str, raw.columns))
        raise fail(
            "couche_sans_colonne", place=Place(name), colonne=missing[0], attendu=PARCEL_COLUMNS, lues=read
        )  # fmt: skip
    shapes, _ = mended_polygons(np.asarray(raw.geometry.array, dtype=object))
    return gpd.GeoDataFrame(
        {c: raw[found].astype(str).tolist() for c, found in columns.items()},
        geometry=shapes,
        crs=4326,
    )
