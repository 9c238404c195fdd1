"""Maps of the quarters, one clean layer a vintage, nothing dropped; and Insee's count of dwellings in each.

The count (RPLS, social dwellings) is the outside control of any location.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Point

from tfpb.errors import Fault, Place, TfpbError, fail, stop_on_faults
from tfpb.geodata.catalogue import entry
from tfpb.geodata.stored_layers import (
    earlier_sources,
    find_column,
    mended_polygons,
    read_card,
    read_stored,
    store,
)
from tfpb.io.layers.geofiles import layers, opened, read_parquet, read_polygons
from tfpb.io.tables.contents import hash_file
from tfpb.io.tables.headers import refuse_unknown
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.legal.map_table import MAPS, examples, listed
from tfpb.model.location import QpvMap
from tfpb.model.projection import legal_epsg
from tfpb.model.record import SourceFile
from tfpb.model.tables import INSEE_COUNTS
from tfpb.perimeters.legal_areas import epsg_of_lonlat, polygons_only
from tfpb.text import fold, mend_mojibake, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_CODES: Final = {code: one.codes for code, one in MAPS.items()}
_STORED: Final = {"code_qpv": "code_qp", "nom_qpv": "nom_qp"}
"""Column of the model to its name in the stored file, which is that of the official layer."""
_CODE_FIELDS: Final = ("code qp", "code qpv", "codeqp", "codeqpv", "id qp")
_NAME_FIELDS: Final = ("nom qp", "lib qp", "nom qpv", "lib qpv", "nom")
_TOWN_FIELDS: Final = ("commune qp", "lib com", "communes", "nom com")
_INSEE_FIELDS: Final = ("insee com", "code insee", "codgeo")
_INSEE: Final = re.compile(r"\d[\dAB]\d{3}")
_LISTED: Final = 20
_WHOLE: Final = 2
"""What the name of a file that holds the whole country adds to its rank."""
_NOT_A_LAYER: Final = frozenset({"fichier_illisible", "couche_vide", "projection_absente"})
"""Faults of a file beside the map in an archive (a notice in JSON, an empty layer): passed over."""
_POLYGONS: Final = (3, 6)
"""Types of shapely: Polygon, MultiPolygon."""
_UNTAXED: Final = "98"
"""Codes of collectivités where the tax does not exist (Polynésie française) begin so."""
_FIGURE: Final = re.compile(r"\d")


def import_qpv(path: Path, *, vintage: int, folder: Path) -> QpvMap:
    """Import a map of the quarters into the folder of geographies.

    Parameters
    ----------
    path : Path
        shp, geojson, gpkg (the layer with quarters is found), or the official archive.
    vintage : int
        A map of `law/maps.toml`; codes must be of that vintage.
    folder : Path
        Folder of geographies.

    Returns
    -------
    QpvMap
        The whole map as now stored. A file that bears all codes already stored replaces them; a
        partial one is merged into them, its own quarters being the newer.

    Raises
    ------
    TfpbError
        Unreadable file, no code column, codes of another vintage, quarters without geometry.
    """
    if vintage not in _CODES:
        raise fail("millesime_inconnu", place=Place(path.name), got=vintage, cartes=listed())
    key = f"qpv-{vintage}"
    known = entry(key)
    with opened(path) as files:
        frame = _best(files, vintage, path.name)
    sources = [SourceFile(path.name, hash_file(path), len(frame))]
    stored = load_qpv(folder, vintage)
    if stored is not None and not set(stored.frame["code_qpv"]) <= set(frame["code_qpv"]):
        kept = stored.frame.assign(mended=stored.frame["code_qpv"].isin(stored.mended))
        frame = _completed(frame, kept)
        sources = earlier_sources(folder, key, but=path.name) + sources
    frame = frame.sort_values("code_qpv", kind="stable").reset_index(drop=True)
    mended = frame.loc[frame.pop("mended"), "code_qpv"]
    written = frame.assign(codes_insee=["|".join(c) for c in frame["codes_insee"]])
    written = written.rename(columns=_STORED)
    licence = known.licence if QpvMap(vintage, frame).is_national else ""
    store(folder, key, written, known, sources, licence=licence, mended=mended)
    found = load_qpv(folder, vintage)
    if found is None:  # the files were just written: only another process could take them away
        raise fail("geodonnees_abimees", place=Place(f"{key}.json"))
    return found


def load_qpv(folder: Path, vintage: int) -> QpvMap | None:
    """Load a stored map; None when that vintage is not imported."""
    side = read_card(folder, f"qpv-{vintage}")
    if side is None:
        return None
    frame = read_parquet(folder / side.stored)
    frame = frame.rename(columns={stored: ours for ours, stored in _STORED.items()})
    frame["codes_insee"] = [
        tuple(t.split("|")) if t else () for t in frame["codes_insee"].astype(str)
    ]
    return QpvMap(
        vintage=vintage, frame=frame, source=" ; ".join(s.name for s in side.sources), licence=side.licence,
        date=side.date, sha256=side.sha256, mended=tuple(side.mended),
    )  # fmt: skip


def _best(files: Iterable[Path], vintage: int, name: str) -> gpd.GeoDataFrame:
    """Read the layer that holds most quarters, completed by those only others hold.

    Columns are those of the model, and `mended`: whether the polygon had to be.

    An official archive repeats the same quarters by format and projection, with one file for the
    whole country: that one is tried first, and when it is there the others bring nothing.
    """
    ranked = sorted(files, key=lambda p: (-_promise(p), str(p)))
    best: gpd.GeoDataFrame | None = None
    refused: TfpbError | None = None
    for path in ranked:
        for layer in _layers(path):
            try:
                read = _read_layer(path, layer or None, vintage)
            except LookupError:
                continue
            except TfpbError as error:
                if len(ranked) == 1 or error.faults[0].code not in _NOT_A_LAYER:
                    raise
                refused = refused or error
                continue
            best = read if best is None else _completed(best, read)
        if best is not None and _promise(path) >= _WHOLE:
            break
    if best is None and refused is not None:
        raise refused
    if best is None:
        raise fail("couche_sans_code", place=Place(name), millesime=vintage, attendu="code_qp")
    return best


def _layers(path: Path) -> list[str]:
    """List the layers of a file of an archive; one that cannot be opened is met when it is read."""
    try:
        return layers(path)
    except TfpbError:
        return [""]


def _promise(path: Path) -> int:
    """Rank a file by its name: the whole country in degrees first, GeoJSON before shapefile."""
    words = fold(path.stem)
    whole = "wgs84" in words and ("outre mer" in words or "outremer" in words)
    plain = path.suffix.lower() in {".geojson", ".gpkg", ".json"}
    return (_WHOLE if whole else 0) + int(plain)


def _completed(best: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the quarters that only another layer holds."""
    extra = other[~other["code_qpv"].isin(set(best["code_qpv"]))]
    return gpd.GeoDataFrame(pd.concat([best, extra], ignore_index=True), crs=4326)


def _read_layer(path: Path, layer: str | None, vintage: int) -> gpd.GeoDataFrame:
    """Read one layer into the columns of the model (LookupError: no code column here)."""
    raw = read_polygons(path, layer=layer)
    code_field = find_column(raw, _CODE_FIELDS)
    if code_field is None:
        raise LookupError(layer)
    codes = raw[code_field].fillna("").astype(str).str.strip().str.upper()
    stop_on_faults(_code_faults(codes, vintage, Place(path.name, layer or "", 0, str(code_field))))
    name_field, town_field, insee_field = (
        find_column(raw, f) for f in (_NAME_FIELDS, _TOWN_FIELDS, _INSEE_FIELDS)
    )
    shapes = np.asarray(raw.geometry.array, dtype=object)
    mixed = ~np.isin(shapely.get_type_id(shapes), _POLYGONS) & ~shapely.is_missing(shapes)
    if mixed.any():
        shapes = shapes.copy()
        shapes[mixed] = polygons_only(shapes[mixed])
    shapes, broken = mended_polygons(shapes)
    place = Place(path.name, layer or "", 0)
    stop_on_faults(
        Fault("quartier_sans_contour", place, str(c)) for c in codes[shapely.is_empty(shapes)]
    )
    stop_on_faults(
        Fault("quartier_hors_territoire", place, str(c)) for c in codes[_astray(codes, shapes)]
    )
    frame = gpd.GeoDataFrame(
        {
            "code_qpv": codes.tolist(),
            "nom_qpv": _words(raw, name_field),
            "communes": _words(raw, town_field),
            "codes_insee": [tuple(_INSEE.findall(t)) for t in _words(raw, insee_field)],
            "mended": broken,
        },
        geometry=[shapely.multipolygons(shapely.get_parts(s)) for s in shapes],
        crs=4326,
    )
    return _joined(frame, place)


def _astray(codes: pd.Series[str], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which quarters are drawn out of the territory that their code bears: a wrong projection.

    All there would be « hors », with no quarter near. Nothing is known of where the tax does not exist.
    """
    inner = shapely.point_on_surface(shapes)
    drawn = epsg_of_lonlat(shapely.get_x(inner), shapely.get_y(inner))
    towns = [code[2:5].removeprefix("0") for code in codes]
    taxed = np.array([not town.startswith(_UNTAXED) for town in towns], dtype=bool)
    astray: NDArray[np.bool_] = taxed & (drawn != np.array([legal_epsg(town) for town in towns]))
    return astray


def _joined(frame: gpd.GeoDataFrame, place: Place) -> gpd.GeoDataFrame:
    """Join features that bear the same code: a quarter drawn in several pieces, of one name."""
    if frame["code_qpv"].is_unique:
        return frame
    rows, twice = [], []
    for code, group in frame.groupby("code_qpv", sort=True):
        first = group.iloc[0].to_dict()
        whole = shapely.union_all(np.asarray(group.geometry.array, dtype=object))
        first["geometry"] = shapely.multipolygons(shapely.get_parts(whole))
        insee = (c for codes in group["codes_insee"] for c in codes)
        first |= {"codes_insee": tuple(dict.fromkeys(insee)), "mended": group["mended"].any()}
        rows.append(first)
        if len({fold(name) for name in group["nom_qpv"]} - {""}) > 1:
            twice.append(Fault("quartier_deux_noms", place, str(code)))
    stop_on_faults(twice)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)


def _code_faults(codes: pd.Series[str], vintage: int, place: Place) -> list[Fault]:
    """List codes that are not of the vintage; all of another vintage is one fault."""
    wrong = codes[~codes.str.fullmatch(_CODES[vintage])]
    if not len(wrong):
        return []
    for other, pattern in _CODES.items():
        if other != vintage and codes.str.match(pattern).all():
            fields = {"millesime": vintage, "autre": other}
            return [Fault("millesime_discordant", place, codes.iloc[0], fields)]
    named = {"millesime": vintage, "exemples": examples()}
    return [Fault("code_quartier_invalide", place, str(c), named) for c in wrong.iloc[:_LISTED]]


def _words(frame: pd.DataFrame, field: str | None) -> list[str]:
    if field is None:
        return [""] * len(frame)
    return [squeeze(mend_mojibake(_text(v))) for v in frame[field]]


def _text(cell: Any) -> str:
    """Return a cell as text: a list (GeoJSON has some) as the official file writes several values."""
    if isinstance(cell, (list, np.ndarray)):
        return ", ".join(map(_text, cell))
    return "" if cell is None or pd.isna(cell) else str(cell)


@dataclass(frozen=True, slots=True)
class InseeCounts:
    """What became of a file of Insee's counts: quarters read, their dwellings, quarters without number."""

    quarters: int
    dwellings: int
    unknown: int


def counted(counts: pd.DataFrame) -> InseeCounts:
    """Count what `import_insee` returned; secret or unknown numbers are apart, and no nil."""
    known = counts["logements"].dropna()
    return InseeCounts(len(counts), int(known.sum()), len(counts) - len(known))


def import_insee(
    path: Path,
    *,
    vintage: int,
    folder: Path,
    sheet: str | None = None,
    renames: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Import the count of social dwellings by quarter; NaN is secret or unknown, never nil.

    Headers are looked for by meaning, or given by `renames` (`code_qpv`, `logements` → header); `vintage`
    is the map whose quarters it counts. Sorted by code. Raises `millesime_inconnu`; `colonne_absente`;
    `insee_autre_carte` when no row is of that map; `insee_quartier_en_double` when rows of one quarter
    differ; a number that cannot be read.
    """
    if vintage not in _CODES:
        raise fail("millesime_inconnu", place=Place(path.name), got=vintage, cartes=listed())
    named = dict(renames or {})
    table = read_table(path, sheet=sheet, known=(*INSEE_COUNTS.headers, *named.values()))
    refuse_unknown(table, named, INSEE_COUNTS.names)
    read, faults = typed(table, INSEE_COUNTS, renames=named)
    stop_on_faults(
        f for f in faults if f.code != "valeur_illisible" or _FIGURE.search(f.got)
    )  # « s », « nd »: secret or unknown
    mine = read[[_CODES[vintage].fullmatch(code) is not None for code in read["code_qpv"]]]
    if mine.empty:
        met = next((c for c in read["code_qpv"] if c), "")
        raise fail(
            "insee_autre_carte", place=Place(path.name, table.sheet), got=met, millesime=vintage
        )
    kept = mine[["code_qpv", "logements"]].sort_values("code_qpv", kind="stable")
    # the same row twice says one thing; years, or communes of a quarter, two, be the numbers alike: which
    # to keep, or whether to add them, the file does not say
    kept = kept[~table.frame.loc[kept.index].duplicated()]
    again = mine.loc[kept.index[kept.duplicated("code_qpv")], ["code_qpv", "_ligne"]]
    stop_on_faults(
        Fault("insee_quartier_en_double", Place(path.name, table.sheet, int(line)), code)
        for code, line in again.itertuples(index=False)
    )
    kept = kept.reset_index(drop=True)
    known = replace(entry("insee"), title=f"{entry('insee').title} {vintage}", vintage=vintage)
    # stored as the other layers are, which makes it listed and verified with them
    layer = gpd.GeoDataFrame(kept, geometry=[Point()] * len(kept), crs=4326)
    store(
        folder,
        f"insee-{vintage}",
        layer,
        known,
        [SourceFile(path.name, hash_file(path), len(kept))],
    )
    return kept


def load_insee(folder: Path, vintage: int) -> pd.DataFrame | None:
    """Load the counts of a map (`code_qpv, logements`); None when they were not imported."""
    found = read_stored(folder, f"insee-{vintage}")
    return None if found is None else pd.DataFrame(found[["code_qpv", "logements"]])
