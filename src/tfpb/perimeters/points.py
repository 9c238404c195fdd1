"""Points as they arrive: one metric position a row, or the faults that forbid it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import GeocodeVerdict
from tfpb.model.projection import LAMBERT_93, from_lonlat, to_lonlat
from tfpb.perimeters.territories import (
    TERRITORIES,
    Box,
    epsg_of_codes,
    epsg_of_lonlat,
    in_france,
    metric_box,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def positions(points: pd.DataFrame, *, default_radius_m: float) -> Positions:
    """Read positions: metres first, degrees failing that.

    Parameters
    ----------
    points : DataFrame
        `result_x, result_y` (metres, legal projection of `result_citycode`) and/or `longitude,
        latitude` (EPSG:4326); optionally `result_radius_m` (metres) and `result_verdict`.
    """
    x, y = numbers(points, "result_x"), numbers(points, "result_y")
    lon, lat = numbers(points, "longitude"), numbers(points, "latitude")
    epsg = epsg_of_codes(texts(points, "result_citycode"))
    unknown = epsg == 0
    if unknown.any():
        there = epsg_of_lonlat(lon[unknown], lat[unknown])
        epsg[unknown] = np.where(there > 0, there, LAMBERT_93)
    missing = ~(np.isfinite(x) & np.isfinite(y))
    from_degrees = missing & np.isfinite(lon) & np.isfinite(lat)
    x, y = np.where(missing, np.nan, x), np.where(missing, np.nan, y)
    for code in TERRITORIES:
        rows = from_degrees & (epsg == code)
        if rows.any():
            x[rows], y[rows] = from_lonlat(lon[rows], lat[rows], code)
    given = numbers(points, "result_radius_m")
    own = np.isfinite(given) & (given >= 0)
    verdict = texts(points, "result_verdict")
    accepted = verdict.isin(["", GeocodeVerdict.ACCEPTE.value]).to_numpy(dtype=bool)
    return Positions(
        x, y, epsg, np.where(own, given, default_radius_m), ~own, accepted,
        verdict.to_numpy(dtype=object),
    )  # fmt: skip


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column as floats, NaN where it is absent or not a number."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame[column], errors="coerce")
    return np.array(values.to_numpy(dtype=np.float64, na_value=np.nan))


def texts(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Read a column as text, "" where it is absent or empty."""
    if column not in frame.columns:
        return pd.Series("", index=frame.index, dtype="str")
    values = frame[column]
    if isinstance(values.dtype, pd.StringDtype):
        return values.fillna("")
    return values.astype(object).where(values.notna(), "").astype(str)


def check_points(points: pd.DataFrame) -> list[Fault]:
    """Find positions that cannot be right: every one stops the run.

    Told apart: degrees written where metres are meant, swapped axes, Lambert II étendu, points
    outside France, metres and degrees of a row that disagree (a wrong projection), and a file where
    no row at all has a position. Rows without position are not faults here: they come out
    `a_verifier`.
    """
    if not len(points):
        return []
    x, y = numbers(points, "result_x"), numbers(points, "result_y")
    lon, lat = numbers(points, "longitude"), numbers(points, "latitude")
    metres, degrees = np.isfinite(x) & np.isfinite(y), np.isfinite(lon) & np.isfinite(lat)
    if not (metres | degrees).any():
        return [_fault(points, "aucune_position", 0, "", whole=True, lignes=len(points))]
    epsg = epsg_of_codes(texts(points, "result_citycode"))
    there = epsg_of_lonlat(lon, lat)
    epsg = np.where(epsg > 0, epsg, np.where(there > 0, there, LAMBERT_93))
    faults: list[Fault] = []
    left = metres.copy()
    for code, wrong in _wrong_metres(x, y, epsg, metres):
        rows = wrong & left
        left &= ~rows
        faults += _told(points, code, rows, x, y, "result_x")
    swapped = degrees & (there == 0) & in_france(lat, lon)
    faults += _told(points, "degres_inverses", swapped, lon, lat, "longitude")
    outside = degrees & (there == 0) & ~swapped
    faults += _told(points, "point_hors_france", outside, lon, lat, "longitude")
    both = left & degrees & (there > 0)
    faults += _told(
        points, "positions_discordantes", _disagree(x, y, lon, lat, epsg, both), x, y, "result_x"
    )
    return faults


def _wrong_metres(
    x: Floats, y: Floats, epsg: NDArray[np.int64], metres: Flags
) -> Iterator[tuple[str, Flags]]:
    """Yield the kinds of wrong metres, the most telling first."""
    inside = np.zeros(len(x), dtype=bool)
    swapped = np.zeros(len(x), dtype=bool)
    for code in TERRITORIES:
        rows, box = epsg == code, metric_box(code)
        inside |= rows & box.holds(x, y)
        swapped |= rows & box.holds(y, x)
    wrong = metres & ~inside
    with np.errstate(invalid="ignore"):
        yield (
            "degres_au_lieu_de_metres",
            wrong & (np.abs(x) <= _DEGREE_LIMIT) & (np.abs(y) <= _DEGREE_LIMIT),
        )
    yield "metres_inverses", wrong & (swapped | _LAMBERT_93_SWAPPED.holds(x, y))
    yield "lambert_2", wrong & (epsg == LAMBERT_93) & _LAMBERT_2E.holds(x, y)
    yield "point_hors_france", wrong


def _disagree(
    x: Floats, y: Floats, lon: Floats, lat: Floats, epsg: NDArray[np.int64], both: Flags
) -> Flags:
    """Tell the rows whose metres and degrees show two places."""
    out = np.zeros(len(x), dtype=bool)
    for code in TERRITORIES:
        rows = np.flatnonzero(both & (epsg == code))
        if len(rows):
            there_lon, there_lat = to_lonlat(x[rows], y[rows], code)
            north = (there_lat - lat[rows]) * 111_320.0
            east = (there_lon - lon[rows]) * 111_320.0 * np.cos(np.radians(lat[rows]))
            out[rows] = np.hypot(north, east) > _AGREE_M
    return out


def _told(
    points: pd.DataFrame, code: str, rows: Flags, a: Floats, b: Floats, column: str
) -> list[Fault]:
    """Tell a kind of fault row by row, then in one line when there are many."""
    at = np.flatnonzero(rows)
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
