"""A user's table located: read, place each row on its side, write, sum up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from tfpb.errors import Fault, Place, Severity, TfpbError, fail, stop_on_faults
from tfpb.geodata.geography import Geography, open_geography
from tfpb.io.packs.output_files import write_together
from tfpb.io.sources.address_columns import known_headers, read_addresses, totals_of
from tfpb.io.sources.personal import without_people
from tfpb.io.sources.point_tables import POINTS, Given, PointTable, read_points, with_answers
from tfpb.io.tables.text_table import unused_option
from tfpb.model.results import ADDRESS_COLUMNS
from tfpb.perimeters.points import positions, rival_doubts
from tfpb.pipeline import stages
from tfpb.pipeline.jobs.rendering import rendered
from tfpb.pipeline.rooms import perimeters
from tfpb.pipeline.steps.geocoding import Watch
from tfpb.pipeline.steps.given_positions import read_positions
from tfpb.pipeline.steps.locating import Points, Rule
from tfpb.pipeline.wiring import Values
from tfpb.report import ground
from tfpb.review.address_decisions import DecidedAddresses
from tfpb.review.doubts import POSITION, Terrain, row_keys
from tfpb.review.review_workbook import read_limit_decisions, review_file
from tfpb.words.faults.input_words import ALL_HAVE_RADIUS, POINTS_GIVEN
from tfpb.words.places.side_words import TOTAL_ROW, summary_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tfpb.io.tables.tabular import TextTable


DEFAULT_RADIUS_M: Final = 30.0
_WRITTEN: Final = {Given.METRES: ("result_x", "result_y"), Given.DEGREES: ("longitude", "latitude")}
"""Where the positions that a file gives stand, as written."""
_SHEET: Final = "Adresses"
"""Of a workbook: that of the pack which has these rows."""


@dataclass(frozen=True, slots=True)
class Task:
    """The points to locate, and how."""

    table: TextTable
    year: int  # tax year
    radius_m: float  # uncertainty of points that have none, metres
    folder: Path  # of geography
    renames: Mapping[str, str]  # our column → header of the table
    output: Path
    decisions: Path | None  # review workbook filled in
    raw_csv: bool  # whether a CSV is written for programs


def run(task: Task, *, advance: Callable[[int], None]) -> tuple[list[str], list[Fault]]:
    """Locate a file and write its answers, and the review workbook when there is something to decide.

    `advance` is called with the number of addresses geocoded since the last call. Returns what to print at
    the end, and the doubts. Raises for a year without map, positions or decisions that cannot be read, a
    file that cannot be written.
    """
    perimeters.ruling_vintage(task.year)  # a year without map is refused before anything is read
    known = (*POINTS.headers, *known_headers(), *task.renames.values())
    table, dropped = without_people(task.table, known=known)
    task = replace(task, table=table)
    geography = open_geography(task.folder, index=False)
    decisions = None if task.decisions is None else read_limit_decisions(task.decisions)
    totals, total_notices = totals_of(table, task.renames)
    read = read_points(table, renames=task.renames)
    answers = pd.DataFrame(index=read.points.index)
    points = read.points
    if read.given is Given.NOTHING:
        answers = _geocoded(task, geography, advance)
        found = [column for column in answers.columns if column in points.columns]
        points = points.drop(columns=found).join(answers[found])
    points, judged = _judged(points, read, geography)
    points = points.assign(id_residence=row_keys(points))
    stop_on_faults(read.quoted([*judged, *perimeters.check_points(points)]))
    values = (
        Values()
        .having(stages.POINTS, Points(points, decisions))
        .having(stages.GEOGRAPHY, geography)
        .having(stages.RULE, Rule(task.year, task.radius_m))
    )
    sides = stages.run((stages.SIDES,), values).required()[stages.SIDES]
    located = _without_totals(sides.frame, totals)
    doubts = [*dropped, *read.notices, *total_notices, *judged, *_unused(task, read)]
    if read.rival is not None:
        twice = read.rival
        doubts += rival_doubts(points, twice.points, left=twice.left, kept=twice.kept)
    doubts += sides.notices
    frame, renamed = with_answers(task.table, answers.join(located))
    whole = rendered(task.output, task.table, frame, points, raw_csv=task.raw_csv, sheet=_SHEET)
    written = {task.output: whole}
    entrances = points.join(located)
    review = review_file(
        task.output.with_suffix(""),
        Terrain(entrances, geography.maps, task.radius_m, geography.parcels_of(points)),
        decisions=decisions,
        streets=lambda rows: _streets(task, geography, entrances, rows),
    )
    write_together(written | review)
    lines = summary_lines(
        counts=Counter(s for s in located["qpv_statut"] if s),
        evolution=Counter(located["qpv_evolution"]),
        output=task.output.name,
        review=next((path.name for path in review), ""),
        renamed=renamed,
        year=task.year,
        geocoded=read.given is Given.NOTHING,
        radius_m=task.radius_m,
    )
    return lines, doubts


def _judged(
    points: pd.DataFrame, read: PointTable, geography: Geography
) -> tuple[pd.DataFrame, list[Fault]]:
    """Judge coordinates that a file gives, as a dossier does."""
    pair = _WRITTEN.get(read.given)
    if pair is None:
        return points, []
    written = points.assign(x=points[pair[0]], y=points[pair[1]])
    found, faults = read_positions(written, geography)
    if found is written or any(f.severity is Severity.FAUTE for f in faults):
        return points, faults
    blank = dict.fromkeys(("longitude", "latitude"), np.nan)
    return points.assign(result_x=found["x"], result_y=found["y"], **blank), faults


def _without_totals(located: pd.DataFrame, totals: list[int]) -> pd.DataFrame:
    """Empty the answers of lines that are no place: a total lies on no side."""
    if not totals:
        return located
    out = located.copy()
    rows = out.index[totals]
    for column in out:
        out.loc[rows, column] = pd.NA if is_numeric_dtype(out[column]) else ""
    out.loc[rows, "qpv_motif"] = TOTAL_ROW
    return out


def _unused(task: Task, read: PointTable) -> list[Fault]:
    """Doubt the options that did not serve."""
    out = []
    given = read.given is not Given.NOTHING
    addresses = [c for c in task.renames if c in ADDRESS_COLUMNS and c not in {"x", "y"}]
    if given and addresses:
        named = f"--colonne {addresses[0]}={task.renames[addresses[0]]}"
        out.append(unused_option(named, task.table.file, POINTS_GIVEN))
    if task.radius_m != DEFAULT_RADIUS_M and read.points["result_radius_m"].notna().all():
        out.append(unused_option("--rayon", task.table.file, ALL_HAVE_RADIUS))
    return out


def _geocoded(task: Task, geography: Geography, advance: Callable[[int], None]) -> pd.DataFrame:
    """Geocode addresses by the index, when it is there."""
    named = {c: h for c, h in task.renames.items() if c in ADDRESS_COLUMNS}
    try:
        addresses = read_addresses(task.table, renames=named).addresses
    except TfpbError as error:
        if named:
            raise
        place = Place(task.table.file, task.table.sheet)
        raise fail("entree_sans_colonnes", place=place) from error
    if geography.store is None:
        raise fail("adresses_absentes", place=Place(task.table.file))
    from tfpb.addresses.file_geocoder import FileGeocoder  # noqa: PLC0415 - addresses alone ask for it

    geocoder = FileGeocoder(mode="index", communes=geography.communes, source=geography.store)
    values = (
        Values()
        .having(stages.ADDRESSES, DecidedAddresses(addresses, [None] * len(addresses)))
        .having(stages.GEOCODER, geocoder)
        .having(stages.WATCH, Watch(progress=advance))
    )
    return stages.run((stages.GEOCODED,), values).required()[stages.GEOCODED]


def _streets(
    task: Task, geography: Geography, entrances: pd.DataFrame, rows: pd.DataFrame
) -> gpd.GeoDataFrame | None:
    """Draw the streets around the doubts from the address index, when it is there."""
    at = [i for i in rows[POSITION].tolist() if i >= 0]
    codes = sorted(set(entrances["result_citycode"].iloc[at].astype(str)) - {""})
    if not codes or geography.store is None:
        return None
    where = positions(entrances.iloc[at], default_radius_m=task.radius_m)
    kept = where.placed
    if not kept.any():
        return None
    epsg = int(where.epsg[kept][0])
    same = kept & (where.epsg == epsg)
    zone = gpd.GeoSeries(gpd.points_from_xy(where.x[same], where.y[same])).buffer(1000).union_all()
    return ground.streets(geography.store.streets_of(codes), zone=zone, epsg=epsg)
