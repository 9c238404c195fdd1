"""Files of polygons in and out: shapefile, GeoJSON, GeoPackage, archives of them; GeoParquet kept."""

from __future__ import annotations

import gzip
import warnings
import zipfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from tfpb.errors import Place, fail
from tfpb.io.contents import SPOILED_ARCHIVE, cannot_write, contents_or_reason, unreadable
from tfpb.io.near_paths import absent
from tfpb.io.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

LAYER_FILES: Final = frozenset({".shp", ".geojson", ".json", ".gpkg"})
ARCHIVES: Final = frozenset({".zip", ".gz"})
_READABLE: Final = "shp, geojson, gpkg ou zip"
_MAX_EXPANSION_BYTES: Final = 8_000_000_000
_SNIFFED: Final = 512
_DEGREES: Final = (-180.0, -90.0, 180.0, 90.0)
_WGS84: Final = 4326
_AREAL: Final = ("Polygon", "Surface", "Collection", "Unknown", "Geometry")
_REFUSED: Final = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
)  # fmt: skip
"""How the driver says that the disk is full or closed to it."""
_MAX_NAME: Final = 31
"""GeoPackage column and layer names stay under 32 characters: some readers cut longer ones."""


@contextmanager
def opened(path: Path) -> Iterator[list[Path]]:
    """Give the layer files a path stands for; archives are unpacked for the time of the block.

    Nested archives are followed once. Names inside an archive cannot leave its folder.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_mal_nomme`, `format_inconnu`, `fichier_illisible` (HTML page, cut
        archive, bomb).
    """
    if not path.is_file():
        raise absent(path)
    refuse_html(path)
    if path.suffix.lower() not in LAYER_FILES | ARCHIVES:
        raise fail("format_inconnu", place=Place(path.name), got=path.suffix, attendu=_READABLE)
    if path.suffix.lower() in LAYER_FILES:
        yield [path]
        return
    with scratch_folder() as folder:
        _unpack(path, folder)
        for inner in sorted(folder.rglob("*.zip")):
            _unpack(inner, inner.with_suffix(""))
        found = [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in LAYER_FILES]
        if not found:
            raise fail(
                "format_inconnu", place=Place(path.name), got="aucune couche", attendu=_READABLE
            )
        yield found


def refuse_html(path: Path) -> None:
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
            if sum(i.file_size for i in archive.infolist()) > _MAX_EXPANSION_BYTES:
                raise fail(
                    "fichier_illisible",
                    place=Place(path.name),
                    got="archive trop grande",
                    format="archive",
                )
            archive.extractall(folder)
    except SPOILED_ARCHIVE as error:
        if isinstance(error, OSError) and error.errno:  # the place unpacked to, not the archive
            raise cannot_write(path.name, error) from error
        raise unreadable(path, "archive") from error


def _copy(source: Any, sink: Any, path: Path) -> None:
    total = 0
    while block := source.read(1 << 20):
        total += len(block)
        if total > _MAX_EXPANSION_BYTES:
            raise fail(
                "fichier_illisible",
                place=Place(path.name),
                got="archive trop grande",
                format="archive",
            )
        sink.write(block)


def read_polygons(path: Path, *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read one layer file, flat (no Z), in degrees (EPSG:4326).

    A shapefile without .cpg is read as UTF-8 if all its text is, else as Latin-1 (cp1252).

    Raises
    ------
    TfpbError
        `fichier_illisible`; `projection_absente` when nothing says the projection of the file;
        `projection_fausse` when coordinates cannot be what the file says.
    """
    place = Place(path.name)
    try:
        encoding = _dbf_encoding(path) if path.suffix.lower() == ".shp" else None
        with warnings.catch_warnings():  # in English; what it means is checked below
            warnings.simplefilter("ignore")
            frame = gpd.read_file(path, layer=layer, encoding=encoding)
    except Exception as error:  # GDAL raises bare errors of several kinds
        raise unreadable(path, "couche de polygones") from error
    if not isinstance(frame, gpd.GeoDataFrame) or not len(frame):
        raise fail("couche_vide", place=place)
    if frame.crs is None:
        raise fail("projection_absente", place=place)
    frame = frame.set_geometry(gpd.GeoSeries(shapely.force_2d(np.asarray(frame.geometry.array, dtype=object)),
                                             index=frame.index, crs=frame.crs))  # fmt: skip
    if not _finite(frame):
        raise unreadable(path, "couche de polygones")
    _refuse_false_crs(frame, place)
    return frame if frame.crs.to_epsg() == _WGS84 else _in_degrees(frame, place)


def _finite(frame: gpd.GeoDataFrame) -> bool:
    """Say whether each coordinate is a number; one that is not breaks geometry long after."""
    return bool(np.isfinite(shapely.get_coordinates(np.asarray(frame.geometry.array))).all())


def _in_degrees(frame: gpd.GeoDataFrame, place: Place) -> gpd.GeoDataFrame:
    """Project to degrees; a projection that cannot be (of another planet, out of its bounds) is false."""
    try:
        degrees = frame.to_crs(_WGS84)
    except pyproj.exceptions.ProjError as error:
        raise _false_crs(frame, place) from error
    if not _finite(degrees):
        raise _false_crs(frame, place)
    return degrees


def _refuse_false_crs(frame: gpd.GeoDataFrame, place: Place) -> None:
    """Refuse degrees said of a file written in metres, and the reverse."""
    west, south, east, north = frame.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        raise fail("couche_vide", place=place)
    looks_degrees = (
        west >= _DEGREES[0]
        and south >= _DEGREES[1]
        and east <= _DEGREES[2]
        and north <= _DEGREES[3]
    )
    if looks_degrees != bool(frame.crs.is_geographic):
        raise _false_crs(frame, place)


def _false_crs(frame: gpd.GeoDataFrame, place: Place) -> Exception:
    west, south, _, _ = frame.total_bounds
    got = f"{west:.6g} ; {south:.6g}"
    return fail("projection_fausse", place=place, got=got, projection=frame.crs.name)


def layers(path: Path) -> list[str]:
    """List the polygon layers of a GeoPackage (a plain file has one, unnamed)."""
    if path.suffix.lower() != ".gpkg":
        return [""]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pyogrio.list_layers(path)
        return [str(name) for name, kind in found if kind and any(k in str(kind) for k in _AREAL)]
    except Exception as error:
        raise unreadable(path, "couche de polygones") from error


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
    """Read back what `tfpb.geodata.sidecar.store` kept.

    Raises
    ------
    TfpbError
        `geodonnees_abimees` when the file is not whole.
    """
    try:
        return gpd.read_parquet(path)
    except Exception as error:
        raise fail(
            "geodonnees_abimees", place=Place(path.name), got=contents_or_reason(path)
        ) from error


def write_gpkg(
    path: Path,
    frame: pd.DataFrame,
    *,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    epsg: int,
    layer: str,
) -> None:
    """Write rows as points of a GeoPackage, the way QGIS reads it without a question.

    Parameters
    ----------
    frame : DataFrame, n rows
        Column names are cut to 31 characters, kept unique.
    x, y : float array, shape (n,)
        Metres of `epsg`; NaN keeps the row, without a point.
    """
    points = shapely.points(x, y)
    points[~np.isfinite(x)] = None
    out = _plain(frame)
    out.columns = pd.Index(short_names([str(c) for c in out.columns]))
    write_layers(path, {layer[:_MAX_NAME]: gpd.GeoDataFrame(out, geometry=points, crs=epsg)})


def write_layers(path: Path, named: dict[str, gpd.GeoDataFrame]) -> None:
    """Write layers to one GeoPackage, whole or not at all, without a clock inside."""
    temporary = path.with_name(f".{path.stem}.part.gpkg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with pyogrio_clock():
            for name, frame in named.items():
                pyogrio.write_dataframe(
                    frame, temporary, layer=name, driver="GPKG", append=temporary.exists(),
                    dataset_options={"VERSION": "1.3"} if not temporary.exists() else None,
                )  # fmt: skip
        temporary.replace(path)
    except (OSError, *_REFUSED) as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise cannot_write(path.name, error) from error


@contextmanager
def pyogrio_clock() -> Iterator[None]:
    """Fix the date GDAL stamps into GeoPackages, so that same inputs give same bytes."""
    key = "OGR_CURRENT_DATE"
    pyogrio.set_gdal_config_options({key: "2000-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({key: None})


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


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn cells GDAL cannot write (tuples, Decimal, mixed) into text."""
    out = frame.copy()
    for name in out.columns:
        if out[name].dtype == object:
            out[name] = [
                None
                if v is None
                else " | ".join(map(str, v))
                if isinstance(v, (tuple, list))
                else str(v)
                for v in out[name]
            ]
    return out
