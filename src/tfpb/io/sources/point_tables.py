"""Tables of points as users have them: geocoded, in metres, in degrees, or addresses only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Headers, stop_on_faults
from tfpb.io.tables.headers import match_columns, refuse_unknown
from tfpb.io.tables.typed import typed
from tfpb.model.columns import STAMP, Column, Kind
from tfpb.model.results import LOCATION_COLUMNS, RESULT_COLUMNS
from tfpb.model.tables import STOCK, contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.arrays import Flags

_OF_STOCK: Final = (
    "id_residence", "id_batiment", "nom", "bailleur", "adresse", "code_postal", "commune",
    "code_insee", "nb_logements", "parcelle",
)  # fmt: skip


def _stock_column(name: str) -> Column:
    """Return a column of the stock; nothing is required of a plain list of points."""
    column = STOCK.column(name)
    kind = Kind.TEXT if name == "id_residence" else column.kind
    return Column(name, kind, column.label, aliases=column.aliases, minimum=column.minimum)


POINTS: Final = contract("points", *map(_stock_column, _OF_STOCK))
"""Columns `tfpb localiser` looks for."""
_TWINS: Final = (("result_x", "x"), ("result_y", "y"), ("longitude", "x"), ("latitude", "y"))
ORIGIN: Final = "point_origine"
"""Column of a layer that the program wrote: where it put the point, « x ; y » in metres."""
_REASON: Final = "qpv_motif"
"""Column that only a located file has."""
_SHORT: Final = {"rayon": "result_radius_m"}
_DEGREES: Final = 180.0


class Given(StrEnum):
    """How the positions of a table are given."""

    GEOCODED = "geocodees"
    METRES = "metres"
    DEGREES = "degres"
    NOTHING = "aucune"


@dataclass(frozen=True, slots=True)
class Rival:
    """A second pair of columns that gives positions, left for the one that was read."""

    points: pd.DataFrame
    """Rows of the table, the pair in `result_x, result_y` or `longitude, latitude`."""
    left: tuple[str, str]  # headers of this pair
    kept: tuple[str, str]  # headers of the one that was read


@dataclass(frozen=True, slots=True)
class PointTable:
    """What `locate` reads of a table."""

    points: pd.DataFrame
    """Columns of `POINTS` + stamp, one row a row of the table, positions in `result_x, result_y` (metres)
    or `longitude, latitude` (degrees)."""
    given: Given
    headers: Mapping[str, str]  # column of the positions → header of the user's file, for messages
    notices: tuple[Fault, ...] = ()  # doubts met while reading
    rival: Rival | None = None  # where `x, y` and `longitude, latitude` are both there

    def quoted(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults with the user's own headers where they name our columns."""
        listed = list(faults)
        sheets = {(f.place.file, f.place.sheet): self.headers for f in listed}
        return list(Headers(sheets).quote(listed))


def read_points(table: TextTable, *, renames: Mapping[str, str] | None = None) -> PointTable:
    """Read the positions of a table, one row a row, and what `locate` may use besides.

    `renames`: our column (`x`, `y`, `longitude`, `latitude`, `rayon`…) → header. Raises a fault for a named
    column that is absent or unknown, or numbers that cannot be read.
    """
    asked = {_SHORT.get(k, k): v for k, v in (renames or {}).items()}
    refuse_unknown(table, asked, ("rayon", *POINTS.names))
    frame, faults = typed(table, POINTS, renames=asked)
    stop_on_faults(faults)
    points = frame[[*POINTS.names, *STAMP]].copy()
    named = {"x", "y"} <= asked.keys()
    given = _settle(points, named=named)
    found, _ = match_columns(table, POINTS, asked)
    rival = None if given is Given.GEOCODED else _rival(frame, found, named=named)
    in_degrees = given is Given.DEGREES and _both(frame, "longitude", "latitude").any()
    if given is not Given.GEOCODED and not in_degrees:
        found |= {a: found[b] for a, b in _TWINS if b in found}
    return PointTable(points, given, found, tuple(faults), rival)


def _rival(frame: pd.DataFrame, found: Mapping[str, str], *, named: bool) -> Rival | None:
    """Take the pair of columns that is not read, when a table has both."""
    if not (_both(frame, "x", "y") & _both(frame, "longitude", "latitude")).any():
        return None
    degrees, plain = (found["longitude"], found["latitude"]), (found["x"], found["y"])
    if named:
        return Rival(frame[["longitude", "latitude"]], degrees, plain)
    small = _small(frame)
    target = {"x": "longitude", "y": "latitude"} if small else {"x": "result_x", "y": "result_y"}
    return Rival(frame[["x", "y"]].rename(columns=target), plain, degrees)


def _small(points: pd.DataFrame) -> bool:
    """Return whether all of x and y could be degrees."""
    here = _both(points, "x", "y")
    return bool((points.loc[here, ["x", "y"]].abs() <= _DEGREES).to_numpy().all())


def _settle(points: pd.DataFrame, *, named: bool) -> Given:
    """Choose among the positions of a table, and put them where `locate` reads them.

    A geocoder's own columns first, unless the user named `x` and `y`; then degrees; then x and y,
    which are degrees when all of them could be, else metres.
    """
    if not named and _both(points, "result_x", "result_y").any():
        given = Given.GEOCODED
    elif not named and _both(points, "longitude", "latitude").any():
        given = Given.DEGREES
    elif _both(points, "x", "y").any():
        x, y = (points[c].to_numpy(dtype=float) for c in ("x", "y"))
        small = _small(points)
        given = Given.DEGREES if small else Given.METRES
        targets = ("longitude", "latitude") if small else ("result_x", "result_y")
        for target, values in zip(targets, (x, y), strict=True):
            points[target] = values
        other = ("result_x", "result_y") if small else ("longitude", "latitude")
        points[list(other)] = np.nan
    else:
        given = Given.NOTHING
    if given is not Given.GEOCODED:
        # an overseas postcode gives the territory where no commune is given
        overseas = points["code_postal"].where(points["code_postal"].str.startswith("97"), "")
        code = points["code_insee"].where(points["code_insee"] != "", overseas)
        points["result_citycode"] = points["result_citycode"].where(
            points["result_citycode"] != "", code
        )
    for ours, theirs in (("result_parcelle", "parcelle"), ("result_city", "commune")):
        points[ours] = points[ours].where(points[ours] != "", points[theirs])
    return given


def _both(points: pd.DataFrame, a: str, b: str) -> Flags:
    """Mark the rows where both coordinates are there."""
    return np.asarray(points[a].notna() & points[b].notna(), dtype=bool)


def without_answers(table: TextTable) -> TextTable:
    """Leave out the columns that an earlier run of this program answered: they are computed again.

    The degrees of a geocoded file are answers too; coordinates of any other stay.
    """
    columns = set(table.frame.columns)
    answers = columns & {*RESULT_COLUMNS[2:], *LOCATION_COLUMNS, ORIGIN}
    if columns.isdisjoint((*RESULT_COLUMNS[2:], _REASON)):
        return table
    if not columns.isdisjoint(RESULT_COLUMNS[2:]):
        answers |= columns & {*RESULT_COLUMNS[:2]}
    return replace(table, frame=table.frame.drop(columns=sorted(answers)))


def with_answers(table: TextTable, answers: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Put answers after the columns of a table, in the same order of rows.

    An input column of the same name is renamed to `<nom>_entree`; renames are returned, old → new.
    AssertionError when rows were lost or added: our own bug.
    """
    ours = {str(a).lower() for a in answers.columns}
    taken = ours | {str(c).lower() for c in table.frame.columns}
    renamed: dict[str, str] = {}
    for name in map(str, table.frame.columns):
        if name.lower() in ours:
            free = f"{name}_entree"
            while free.lower() in taken:
                free += "_entree"
            taken.add(free.lower())
            renamed[name] = free
    if len(answers) != len(table.frame):  # one row in, one row out: anything else is our own bug
        message = f"{len(table.frame)} rows in, {len(answers)} out"
        raise AssertionError(message)
    left: Any = table.frame.rename(columns=renamed).reset_index(drop=True)
    return pd.concat([left, answers.reset_index(drop=True)], axis=1), renamed
