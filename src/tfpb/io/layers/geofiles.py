"""Files of layers in: shapefile, GeoJSON, GeoPackage, archives of them; GeoParquet as we store it."""

from __future__ import annotations

import gzip
import warnings
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from tfpb.errors import Place, fail
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.tables.contents import SPOILED_ARCHIVE, absent, cannot_write, contents, unreadable
from tfpb.perimeters.legal_areas import in_france
from tfpb.words.faults.input_words import ARCHIVE, ARCHIVE_TOO_LARGE, LAYER, LAYERS_READ, NO_LAYER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

LAYER_FILES: Final = frozenset({".shp", ".geojson", ".json", ".gpkg"})
ARCHIVES: Final = frozenset({".zip", ".gz"})
_MAX_EXPANSION_BYTES: Final = 8_000_000_000
_SNIFFED: Final = 512
_WGS84: Final = 4326
_AREAL: Final = ("Polygon", "Surface", "Collection", "Unknown", "Geometry")


@contextmanager
def opened(path: Path) -> Iterator[list[Path]]:
    """Give the layer files of a path (shp, geojson, gpkg, or a zip); archives are unpacked for the block.

    Nested archives are followed once. Names inside an archive cannot leave its folder. Raises
    `fichier_absent`, `fichier_mal_nomme`, `format_inconnu`, `fichier_illisible` (HTML page, cut archive,
    bomb).
    """
    place, suffix = Place(path.name), path.suffix.lower()
    if not path.is_file():
        raise absent(path)
    _refuse_html(path)
    if suffix not in LAYER_FILES | ARCHIVES:
        raise fail("format_inconnu", place=place, got=path.suffix, attendu=LAYERS_READ)
    if suffix in LAYER_FILES:
        yield [path]
        return
    with scratch_folder() as folder:
        _unpack(path, folder)
        for inner in sorted(folder.rglob("*.zip")):
            _unpack(inner, inner.with_suffix(""))
        found = [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in LAYER_FILES]
        if not found:
            raise fail("format_inconnu", place=place, got=NO_LAYER, attendu=LAYERS_READ)
        yield found


def _refuse_html(path: Path) -> None:
    """Refuse an error page saved under the name of a data file."""
    with path.open("rb") as file:
        head = file.read(_SNIFFED).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")) and path.suffix.lower() not in {
        ".xml",
        ".html",
    }:
        raise fail("page_web", place=Place(path.name))


def _unpack(path: Path, folder: Path) -> None:
    try:
        if path.suffix.lower() == ".gz":
            target = folder / path.stem
            with gzip.open(path) as source, target.open("wb") as sink:
                _copy(source, sink, path)
            return
        with zipfile.ZipFile(path) as archive:
            _refuse_swollen(sum(i.file_size for i in archive.infolist()), path)
            archive.extractall(folder)
    except SPOILED_ARCHIVE as error:
        if isinstance(error, OSError) and error.errno:  # the place unpacked to, not the archive
            raise cannot_write(path.name, error) from error
        raise unreadable(path, ARCHIVE) from error


def _copy(source: Any, sink: Any, path: Path) -> None:
    total = 0
    while block := source.read(1 << 20):
        total += len(block)
        _refuse_swollen(total, path)
        sink.write(block)


def _refuse_swollen(size: int, path: Path) -> None:
    """Refuse an archive that unpacks to more bytes than any geography holds."""
    if size > _MAX_EXPANSION_BYTES:
        place = Place(path.name)
        raise fail("fichier_illisible", place=place, got=ARCHIVE_TOO_LARGE, format=ARCHIVE)


def read_polygons(path: Path, *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read one layer file, flat (no Z), in degrees (EPSG:4326), with every column.

    A shapefile without .cpg is read as UTF-8 if all its text is, else as Latin-1 (cp1252). `layer` is of a
    GeoPackage; geometries may be missing, mixed or invalid. Raises as `read_flat`; `contour_inverse` when
    longitude and latitude are swapped.
    """
    place = Place(path.name)
    frame = read_flat(path, layer=layer)
    degrees = frame if frame.crs.to_epsg() == _WGS84 else _in_degrees(frame, place)
    _refuse_swapped(degrees, place)
    return degrees


def read_flat(path: Path, *, layer: str | None = None, wanted: str = LAYER) -> gpd.GeoDataFrame:
    """Read one layer file, flat (no Z), in its own projection, with every column.

    Geometries may be missing, mixed or invalid; `wanted` is what it should contain, in words. Raises
    `fichier_illisible`; `projection_absente` when the file declares no projection; `projection_fausse` when
    coordinates cannot be in the projection declared.
    """
    try:
        encoding = _dbf_encoding(path) if path.suffix.lower() == ".shp" else None
        with warnings.catch_warnings():  # in English; what it means is checked below
            warnings.simplefilter("ignore")
            frame = gpd.read_file(path, layer=layer, encoding=encoding)
    except Exception as error:  # GDAL raises bare errors of several kinds
        raise unreadable(path, wanted) from error
    return flat(frame, path, wanted)


def flat(frame: Any, path: Path, wanted: str = LAYER) -> gpd.GeoDataFrame:
    """Return a layer without Z, once its projection can be true (raises as `read_flat`)."""
    place = Place(path.name)
    if not isinstance(frame, gpd.GeoDataFrame) or not len(frame):
        raise fail("couche_vide", place=place)
    if frame.crs is None:
        raise fail("projection_absente", place=place)
    frame = frame.set_geometry(gpd.GeoSeries(shapely.force_2d(np.asarray(frame.geometry.array, dtype=object)),
                                             index=frame.index, crs=frame.crs))  # fmt: skip
    if not _finite(frame):
        raise unreadable(path, wanted)
    _refuse_false_crs(frame, place)
    return frame


def _refuse_swapped(degrees: gpd.GeoDataFrame, place: Place) -> None:
    """Refuse shapes, be it one of many, that lie in France only when latitude is read first."""
    west, south, east, north = shapely.bounds(np.asarray(degrees.geometry.array)).T
    lon, lat = (west + east) / 2, (south + north) / 2
    wrong = ~in_france(lon, lat) & in_france(lat, lon)
    if wrong.any():
        first = int(wrong.argmax())
        got = f"{lon[first]:.6g} ; {lat[first]:.6g}"
        raise fail("contour_inverse", place=place, got=got, nombre=int(wrong.sum()))


def _finite(frame: gpd.GeoDataFrame) -> bool:
    """Return whether each coordinate is a number; one that is not breaks geometry much later."""
    return bool(np.isfinite(shapely.get_coordinates(np.asarray(frame.geometry.array))).all())


def _in_degrees(frame: gpd.GeoDataFrame, place: Place) -> gpd.GeoDataFrame:
    """Project to degrees; a projection of another planet, or used out of its bounds, is false."""
    try:
        degrees = frame.to_crs(_WGS84)
    except pyproj.exceptions.ProjError as error:
        raise _false_crs(frame, place) from error
    if not _finite(degrees):
        raise _false_crs(frame, place)
    return degrees


def _refuse_false_crs(frame: gpd.GeoDataFrame, place: Place) -> None:
    """Refuse a file declared in degrees and written in metres, and the reverse."""
    west, south, east, north = frame.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        raise fail("couche_vide", place=place)
    looks_degrees = max(-west, east) <= 180 and max(-south, north) <= 90  # noqa: PLR2004
    if looks_degrees != bool(frame.crs.is_geographic):
        raise _false_crs(frame, place)


def _false_crs(frame: gpd.GeoDataFrame, place: Place) -> Exception:
    west, south, _, _ = frame.total_bounds
    got = f"{west:.6g} ; {south:.6g}"
    return fail("projection_fausse", place=place, got=got, projection=frame.crs.name)


def layers(path: Path, kinds: Collection[str] = _AREAL) -> list[str]:
    """List the layers of a GeoPackage, of some kinds of shapes, polygons if none is named.

    A plain file has one, unnamed (`fichier_illisible`).
    """
    if path.suffix.lower() != ".gpkg":
        return [""]
    import pyogrio  # noqa: PLC0415 - a sixteenth of a second, for who imports a layer

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pyogrio.list_layers(path)
        return [str(name) for name, kind in found if kind and any(k in str(kind) for k in kinds)]
    except Exception as error:
        raise unreadable(path, LAYER) from error


def _dbf_encoding(path: Path) -> str | None:
    """Guess the text of a .dbf that no .cpg describes; None leaves it to the .cpg."""
    if any(p.suffix.lower() == ".cpg" for p in path.parent.glob(f"{path.stem}.*")):
        return None
    tables = [p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() == ".dbf"]
    if not tables:
        return None
    raw = tables[0].read_bytes()
    body = raw[int.from_bytes(raw[8:10], "little") :]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if not any(b in body for b in b"\x81\x8d\x8f\x90\x9d") else "ISO-8859-1"
    return "UTF-8"


def read_parquet(path: Path) -> gpd.GeoDataFrame:
    """Read back, in EPSG:4326, what `tfpb.geodata.stored_layers.store` wrote.

    Raises `geodonnees_abimees` when the file is not whole.
    """
    try:
        return gpd.read_parquet(path)
    except Exception as error:
        raise fail("geodonnees_abimees", place=Place(path.name), got=contents(path)) from error
