"""Points as they arrive: one metric position a row, or the faults that forbid it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import GeocodeVerdict
from tfpb.model.projection import LAMBERT_93, from_lonlat, to_lonlat
from tfpb.perimeters.legal_areas import (
    TERRITORIES,
    Box,
    epsg_of_codes,
    epsg_of_lonlat,
    in_france,
    metric_box,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_LISTED: Final = 10
"""Rows told one by one for one kind of fault; beyond, the fault says how many there are."""
_AGREE_M: Final = 200.0
"""Metres and degrees of one row may differ by rounding or datum, not by more."""
_DEGREE_LIMIT: Final = 180.0
_LAMBERT_2E: Final = Box(0.0, 1_600_000.0, 1_250_000.0, 2_750_000.0)
_LAMBERT_93_SWAPPED: Final = Box(6_000_000.0, 50_000.0, 7_200_000.0, 1_300_000.0)


@dataclass(frozen=True, slots=True)
class Positions:
    """Where each row lies and how sure that is.

    Parameters
    ----------
    x, y : float array, shape (n,)
        Metres in the legal projection `epsg`; NaN where the row has no position.
    epsg : int array, shape (n,)
    radius_m : float array, shape (n,)
        Positional uncertainty.
    by_default : bool array, shape (n,)
        True where the uncertainty is the default, not one of the row's own.
    accepted : bool array, shape (n,)
        False where the geocoding verdict forbids to trust the position.
    verdict : object array of str, shape (n,)
        The verdict as given, empty where there is none.
    """

    x: Floats
    y: Floats
    epsg: NDArray[np.int64]
    radius_m: Floats
    by_default: Flags
    accepted: Flags
    verdict: NDArray[np.object_]

    @property
    def placed(self) -> Flags:
        """Rows that have a position."""
        return np.isfinite(self.x) & np.isfinite(self.y)


@dataclass(frozen=True, slots=True)
class Given:
    """Coordinates as the columns give them, before any is believed; NaN where there is none.

    Parameters
    ----------
    x, y : float array, shape (n,)
        Metres.
    lon, lat : float array, shape (n,)
        Degrees.
    epsg : int array, shape (n,)
        Legal projection: of the commune, else of the place in degrees, else Lambert-93.
    """

    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    epsg: NDArray[np.int64]

    @classmethod
    def of(cls, points: pd.DataFrame) -> Given:
        """Read the coordinate columns."""
        x, y = numbers(points, "result_x"), numbers(points, "result_y")
        lon, lat = numbers(points, "longitude"), numbers(points, "latitude")
        epsg = epsg_of_codes(texts(points, "result_citycode"))
        unknown = np.flatnonzero(epsg == 0)
        if len(unknown):
            there = epsg_of_lonlat(lon[unknown], lat[unknown])
            epsg[unknown] = np.where(there > 0, there, LAMBERT_93)
        return cls(x, y, lon, lat, epsg)

    @property
    def codes(self) -> list[int]:
        """Legal projections that occur, in the order of `TERRITORIES`."""
        here = set(pd.unique(self.epsg).tolist())
        return [code for code in TERRITORIES if code in here]


def positions(
    points: pd.DataFrame, *, default_radius_m: float, given: Given | None = None
) -> Positions:
    """Read positions: metres first, degrees failing that.

    Parameters
    ----------
    points : DataFrame
        `result_x, result_y` (metres, legal projection of `result_citycode`) and/or `longitude,
        latitude` (EPSG:4326); optionally `result_radius_m` (metres) and `result_verdict`.
    given : Given, optional
        The coordinates, when they were read before.
    """
    known = given or Given.of(points)
    x, y = known.x, known.y
    missing = ~(np.isfinite(x) & np.isfinite(y))
    if missing.any():
        x, y = np.where(missing, np.nan, x), np.where(missing, np.nan, y)
        degrees = missing & np.isfinite(known.lon) & np.isfinite(known.lat)
        for code in known.codes:
            rows = np.flatnonzero(degrees & (known.epsg == code))
            if len(rows):
                x[rows], y[rows] = from_lonlat(known.lon[rows], known.lat[rows], code)
    radius = numbers(points, "result_radius_m")
    own = np.isfinite(radius) & (radius >= 0)
    if "result_verdict" in points.columns:
        verdict = texts(points, "result_verdict").to_numpy(dtype=object)
        accepted = np.isin(verdict.astype(str), ("", GeocodeVerdict.ACCEPTE.value))
    else:
        verdict = np.broadcast_to(np.array("", dtype=object), len(points))
        accepted = np.ones(len(points), dtype=bool)
    return Positions(
        x, y, known.epsg, np.where(own, radius, default_radius_m), ~own, accepted, verdict
    )


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column as floats, NaN where it is absent or not a number."""
    if column not in frame.columns:
        return np.broadcast_to(np.float64(np.nan), len(frame))
    values = frame[column]
    if values.dtype != np.float64:
        values = pd.to_numeric(values, errors="coerce")
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def texts(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Read a column as text, "" where it is absent or empty."""
    if column not in frame.columns:
        return pd.Series("", index=frame.index, dtype="str")
    values = frame[column]
    if isinstance(values.dtype, pd.StringDtype):
        return values.fillna("")
    return values.astype(object).where(values.notna(), "").astype(str)


def check_points(points: pd.DataFrame, *, given: Given | None = None) -> list[Fault]:
    """Find positions that cannot be right: every one stops the run.

    Told apart: degrees written where metres are meant, swapped axes, Lambert II étendu, points
    outside France, metres and degrees of a row that disagree (a wrong projection), and a file where
    no row at all has a position. Rows without position are not faults here: they come out
    `a_verifier`.
    """
    if not len(points):
        return []
    at = given or Given.of(points)
    metres = np.isfinite(at.x) & np.isfinite(at.y)
    degrees = np.isfinite(at.lon) & np.isfinite(at.lat)
    if not (metres | degrees).any():
        return [_fault(points, "aucune_position", 0, "", whole=True, lignes=len(points))]
    faults: list[Fault] = []
    wrong = metres & ~_in_territory(at)
    left = np.flatnonzero(wrong)
    for code, kind in _KINDS:
        if not len(left):
            break
        hit = kind(at.x[left], at.y[left], at.epsg[left])
        faults += _told(points, code, left[hit], at.x, at.y, "result_x")
        left = left[~hit]
    if degrees.any():
        there = epsg_of_lonlat(at.lon, at.lat)
        astray = degrees & (there == 0)
        swapped = astray & in_france(at.lat, at.lon)
        faults += _told(
            points, "degres_inverses", np.flatnonzero(swapped), at.lon, at.lat, "longitude"
        )
        outside = np.flatnonzero(astray & ~swapped)
        faults += _told(points, "point_hors_france", outside, at.lon, at.lat, "longitude")
        both = _disagree(at, np.flatnonzero(metres & ~wrong & degrees & (there > 0)))
        faults += _told(points, "positions_discordantes", both, at.x, at.y, "result_x")
    return faults


def _in_territory(at: Given) -> Flags:
    """Tell which rows lie in the box of their own territory."""
    codes = at.codes
    if len(codes) == 1:
        return metric_box(codes[0]).holds(at.x, at.y)
    inside = np.zeros(len(at.x), dtype=bool)
    for code in codes:
        inside |= (at.epsg == code) & metric_box(code).holds(at.x, at.y)
    return inside


def _degrees_written(x: Floats, y: Floats, _epsg: NDArray[np.int64]) -> Flags:
    return (np.abs(x) <= _DEGREE_LIMIT) & (np.abs(y) <= _DEGREE_LIMIT)


def _swapped(x: Floats, y: Floats, epsg: NDArray[np.int64]) -> Flags:
    out: Flags = _LAMBERT_93_SWAPPED.holds(x, y)
    for code in TERRITORIES:
        out |= (epsg == code) & metric_box(code).holds(y, x)
    return out


def _old_lambert(x: Floats, y: Floats, epsg: NDArray[np.int64]) -> Flags:
    return np.asarray((epsg == LAMBERT_93) & _LAMBERT_2E.holds(x, y), dtype=bool)


def _elsewhere(x: Floats, _y: Floats, _epsg: NDArray[np.int64]) -> Flags:
    return np.ones(len(x), dtype=bool)


_KINDS: Final = (
    ("degres_au_lieu_de_metres", _degrees_written),
    ("metres_inverses", _swapped),
    ("lambert_2", _old_lambert),
    ("point_hors_france", _elsewhere),
)
"""Kinds of wrong metres, the most telling first; a row is told once."""


def _disagree(at: Given, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Keep the rows whose metres and degrees show two places."""
    out = []
    for code in at.codes:
        mine = rows[at.epsg[rows] == code]
        if len(mine):
            lon, lat = to_lonlat(at.x[mine], at.y[mine], code)
            north = (lat - at.lat[mine]) * 111_320.0
            east = (lon - at.lon[mine]) * 111_320.0 * np.cos(np.radians(at.lat[mine]))
            out.append(mine[np.hypot(north, east) > _AGREE_M])
    return np.sort(np.concatenate(out)) if out else rows[:0]


def rival_doubts(
    points: pd.DataFrame, rival: pd.DataFrame, *, left: tuple[str, str], kept: tuple[str, str]
) -> list[Fault]:
    """Doubt a file that gives each position twice, where the two show different places: one doubt for all.

    Parameters
    ----------
    points, rival : DataFrame, n rows each
        Positions that are read and those that are not, as `positions` takes them.
    left, kept : tuple of str
        Headers of the columns of `rival` and of `points`, to be quoted.
    """
    known, other = Given.of(points), Given.of(rival)
    here = positions(points, default_radius_m=0.0, given=known)
    there = positions(rival, default_radius_m=0.0, given=replace(other, epsg=known.epsg))
    apart = np.hypot(here.x - there.x, here.y - there.y)
    rows = np.flatnonzero(apart > _AGREE_M)
    if not len(rows):
        return []
    first = int(rows[0])
    got = " ; ".join(
        f"{(pair[0][first]):.10g}, {(pair[1][first]):.10g}"
        for pair in (
            (known.lon, known.lat),
            (known.x, known.y),
            (other.lon, other.lat),
            (other.x, other.y),
        )
        if np.isfinite(pair[0][first])
    )
    fields = {"nombre": len(rows), "retenu": " et ".join(f"« {h} »" for h in kept),
              "laisse": " et ".join(f"« {h} »" for h in left),
              "distance_m": round(float(apart[first]))}  # fmt: skip
    place = place_of(points, first, left[0])
    return [Fault("positions_en_double", place, got, fields, Severity.DOUTE)]


def _told(
    points: pd.DataFrame, code: str, at: NDArray[np.intp], a: Floats, b: Floats, column: str
) -> list[Fault]:
    """Tell a kind of fault row by row, then in one line when there are many."""
    faults = [
        _fault(points, code, int(i), column, got=f"{a[i]:.10g} ; {b[i]:.10g}") for i in at[:_LISTED]
    ]
    if len(at) > _LISTED:
        faults.append(
            _fault(
                points,
                f"{code}_suite",
                int(at[_LISTED]),
                column,
                whole=True,
                reste=len(at) - _LISTED,
            )
        )
    return faults


def _fault(
    points: pd.DataFrame, code: str, position: int, column: str, *, got: str = "", whole: bool = False,
    **fields: Any,
) -> Fault:  # fmt: skip
    return Fault(code, place_of(points, position, column, whole=whole), got, fields, Severity.FAUTE)


def place_of(frame: pd.DataFrame, position: int, column: str = "", *, whole: bool = False) -> Place:
    """Return the place a row came from, by the stamp columns when the frame carries them."""
    file = str(frame["_fichier"].iloc[position]) if "_fichier" in frame.columns else ""
    sheet = str(frame["_feuille"].iloc[position]) if "_feuille" in frame.columns else ""
    row = int(frame["_ligne"].iloc[position]) if "_ligne" in frame.columns else position + 2
    return Place(file, sheet, 0 if whole else row, "" if whole else column)
