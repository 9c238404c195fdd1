"""Outlines of communes: the ground of maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.errors import Place, fail
from tfpb.geodata.catalogue import entry
from tfpb.geodata.sidecar import Sidecar, SourceFile, hash_file, read_sidecar, store
from tfpb.io.sources.geofiles import layers, opened, read_parquet, read_polygons
from tfpb.perimeters.legal_areas import polygons_only
from tfpb.text import fold, squeeze
from tfpb.words.numbers import NOTHING
from tfpb.words.places.geodata_words import INSEE_CODES

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "communes"
_CODE_FIELDS: Final = ("code insee", "insee com", "code", "codgeo", "insee", "id")
_NAME_FIELDS: Final = ("nom", "nom com", "lib com", "libelle", "nom m")
_INSEE: Final = r"^\d[\dAB]\d{3}$"


def import_communes_outlines(path: Path, *, folder: Path) -> gpd.GeoDataFrame:
    """Import outlines of communes; those already stored are replaced commune by commune.

    Parameters
    ----------
    path : Path
        shp, geojson, json(.gz), gpkg or zip with a column of INSEE codes.
    folder : Path

    Returns
    -------
    GeoDataFrame (EPSG:4326)
        `code_insee, nom, geometry` of the file's communes.

    Raises
    ------
    TfpbError
        `couche_sans_colonne` when no column holds INSEE codes.
    """
    with opened(path) as files:
        found = [
            f for p in files for layer in layers(p) if (f := _read(p, layer or None)) is not None
        ]
    if not found:
        raise fail(
            "couche_sans_colonne",
            place=Place(path.name),
            colonne="code",
            attendu=INSEE_CODES,
            lues=NOTHING,
        )
    fresh = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=4326).drop_duplicates(
        "code_insee"
    )
    stored = load_outlines(folder)
    whole = fresh
    sources = [SourceFile(path.name, hash_file(path), len(fresh))]
    if stored is not None:
        kept = stored[~stored["code_insee"].isin(set(fresh["code_insee"]))]
        whole = gpd.GeoDataFrame(pd.concat([kept, fresh], ignore_index=True), crs=4326)
        before = read_sidecar(folder / f"{_FILE}.json")
        sources = [s for s in (before.sources if before else []) if s.name != path.name] + sources
    whole = whole.sort_values("code_insee", kind="stable").reset_index(drop=True)
    known = entry(_FILE)
    store(
        folder,
        _FILE,
        whole,
        Sidecar(
            kind="communes", name=known.title, vintage="", licence=known.licence, date=known.date,
            address=known.address, rows=len(whole), sources=sources,
        ),
    )  # fmt: skip
    return fresh.sort_values("code_insee", kind="stable").reset_index(drop=True)


def outline_card(folder: Path) -> Sidecar | None:
    """Read the identity card of the stored outlines; None when there are none."""
    return read_sidecar(folder / f"{_FILE}.json")


def load_outlines(folder: Path) -> gpd.GeoDataFrame | None:
    """Load the stored outlines (`code_insee, nom, geometry`, EPSG:4326); None when there are none."""
    side = outline_card(folder)
    return None if side is None else read_parquet(folder / side.stored)


def _read(path: Path, layer: str | None) -> gpd.GeoDataFrame | None:
    """Read one layer of communes; None when no column holds INSEE codes."""
    raw = read_polygons(path, layer=layer)
    folded = {fold(str(c)): str(c) for c in raw.columns}
    code = next(
        (
            folded[f]
            for f in _CODE_FIELDS
            if f in folded and raw[folded[f]].astype(str).str.match(_INSEE).all()
        ),
        None,
    )
    if code is None:
        return None
    name = next((folded[f] for f in _NAME_FIELDS if f in folded), None)
    shapes = np.asarray(raw.geometry.array, dtype=object)
    return gpd.GeoDataFrame(
        {
            "code_insee": raw[code].astype(str).tolist(),
            "nom": [squeeze(str(v)) for v in raw[name]] if name else [""] * len(raw),
        },
        geometry=polygons_only(shapely.make_valid(shapes)),
        crs=4326,
    )
