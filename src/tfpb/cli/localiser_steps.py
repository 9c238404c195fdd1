"""The steps of `tfpb localiser`: read, locate, write, sum up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from tfpb import perimeters
from tfpb.errors import Fault, Place, TfpbError, fail, stop_on_faults
from tfpb.geodata.parcel_imports import load_parcels
from tfpb.geodata.qpv_imports import load_qpv
from tfpb.io.packs.geopackage import points_bytes
from tfpb.io.packs.output_files import write_together
from tfpb.io.sources.point_tables import Given, read_points, with_answers
from tfpb.io.tables.tabular import TextTable, table_bytes
from tfpb.model.projection import LAMBERT_93
from tfpb.perimeters.points import positions, rival_doubts
from tfpb.report.ground import ground
from tfpb.review.limit_doubts import row_keys
from tfpb.review.review_file import read_decisions, review_file
from tfpb.words.places.location_words import summary_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


_GEOCODED: Final = (
    "result_x", "result_y", "longitude", "latitude", "result_citycode", "result_city",
    "result_radius_m", "result_verdict", "result_parcelle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked: a table as read, and the options."""

    table: TextTable
    year: int
    radius_m: float
    folder: Path
    renames: Mapping[str, str]
    output: Path
    decisions: Path | None
    raw_csv: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What to say at the end."""

    lines: list[str]
    doubts: list[Fault]


def run(task: Task, *, advance: Callable[[int], None]) -> Done:
    """Locate a file and write its answers, and the review workbook when there is something to decide."""
    perimeters.ruling_vintage(task.year)  # a year without map is told before anything is read
    maps = {v: m for v in (2015, 2024) if (m := load_qpv(task.folder, v)) is not None}
    decisions = None if task.decisions is None else read_decisions(task.decisions)
    read = read_points(task.table, renames=task.renames)
    answers = pd.DataFrame(index=read.points.index)
    points = read.points
    if read.given is Given.NOTHING:
        answers = _geocoded(task, advance)
        points = points.drop(columns=list(_GEOCODED)).join(answers[list(_GEOCODED)])
    points = points.assign(id_residence=row_keys(points))
    stop_on_faults(read.quoted(perimeters.check_points(points)))
    codes = sorted(set(points["result_citycode"].astype(str)) - {""})
    parcels = load_parcels(task.folder, communes=codes or None)
    bare = perimeters.locate(
        points, maps, year=task.year, default_radius_m=task.radius_m, parcels=parcels
    )
    doubts = [*read.notices]
    if read.rival is not None:
        twice = read.rival
        doubts += rival_doubts(points, twice.points, left=twice.left, kept=twice.kept)
    doubts += perimeters.coverage_doubts(points, bare, maps, year=task.year)
    located = bare
    if decisions is not None:
        doubts += perimeters.check_decisions(bare, points, decisions, maps)
        located = perimeters.locate(
            points, maps, year=task.year, default_radius_m=task.radius_m, parcels=parcels,
            decisions=decisions,
        )  # fmt: skip
    frame, renamed = with_answers(task.table, answers.join(located))
    written = {task.output: _rendered(task, frame, points)}
    entrances = points.join(located)
    review = review_file(
        task.output.with_suffix(""),
        entrances,
        maps,
        parcels=parcels,
        streets=lambda rows: _streets(task, entrances, rows),
        decisions=decisions,
        radius_m=task.radius_m,
    )
    write_together(written | review)
    return Done(
        summary_lines(
            counts=_counts(located["qpv_statut"]),
            evolution=_counts(located["qpv_evolution"]),
            output=task.output.name,
            review=next((p.name for p in review), ""), renamed=renamed, year=task.year,
            geocoded=read.given is Given.NOTHING, radius_m=task.radius_m,
        ),
        doubts,
    )  # fmt: skip


def _counts(values: pd.Series[str]) -> dict[str, int]:
    return {str(k): int(n) for k, n in values.value_counts().items()}


def _geocoded(task: Task, advance: Callable[[int], None]) -> pd.DataFrame:
    """Geocode addresses by the index, when it is there."""
    from tfpb.addresses.file_geocoder import FileGeocoder
    from tfpb.addresses.store import FILE_NAME, AddressStore
    from tfpb.io.sources.address_columns import read_addresses

    store = task.folder / FILE_NAME
    try:
        addresses = read_addresses(task.table)
    except TfpbError:
        raise fail("entree_sans_colonnes", place=Place(task.table.file, task.table.sheet)) from None
    if not store.is_file():
        raise fail("adresses_absentes", place=Place(task.table.file))
    with AddressStore(store) as source:
        geocoder = FileGeocoder(mode="index", communes=source.communes(), source=source)
        return geocoder.run(addresses.addresses, progress=advance)


def _rendered(task: Task, frame: pd.DataFrame, points: pd.DataFrame) -> bytes:
    """Render the answers by the extension of the output."""
    if task.output.suffix.lower() != ".gpkg":
        return table_bytes(task.output, frame, raw_csv=task.raw_csv)
    at = positions(points, default_radius_m=task.radius_m)
    found = sorted(set(at.epsg[at.placed].tolist()))
    epsg = found[0] if len(found) == 1 else LAMBERT_93
    x, y = np.array(at.x), np.array(at.y)
    for other in found:
        if other != epsg:
            rows = at.placed & (at.epsg == other)
            moved = gpd.GeoSeries(gpd.points_from_xy(x[rows], y[rows], crs=other)).to_crs(epsg)
            x[rows], y[rows] = moved.x, moved.y
    return points_bytes(frame, x=x, y=y, epsg=epsg, layer="localisation")


def _streets(task: Task, entrances: pd.DataFrame, rows: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """Draw the streets around the doubts from the address index, when it is there."""
    from tfpb.addresses.store import FILE_NAME, AddressStore
    from tfpb.review.limit_doubts import POSITION

    store = task.folder / FILE_NAME
    at = [i for i in rows[POSITION].tolist() if i >= 0]
    codes = sorted(set(entrances["result_citycode"].iloc[at].astype(str)) - {""})
    if not codes or not store.is_file():
        return None
    where = positions(entrances.iloc[at], default_radius_m=task.radius_m)
    kept = where.placed
    if not kept.any():
        return None
    epsg = int(where.epsg[kept][0])
    same = kept & (where.epsg == epsg)
    zone = gpd.GeoSeries(gpd.points_from_xy(where.x[same], where.y[same])).buffer(1000).union_all()
    with AddressStore(store) as source:
        addresses = source.streets_of(codes)
    return ground(addresses, extent=zone, epsg=epsg).streets
