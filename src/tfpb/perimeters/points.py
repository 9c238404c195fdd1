"""Points as they arrive: one metric position a row, or the faults that forbid it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity, stop_on_faults
from tfpb.model.codes import GeocodeVerdict, ResultType
from tfpb.model.columns import STAMP, numbers, texts
from tfpb.model.projection import LAMBERT_93, from_lonlat, rounding_m, to_lonlat
from tfpb.perimeters.geometry import PAIRS, contradictions, spots
from tfpb.perimeters.legal_areas import (
    TERRITORIES,
    Box,
    epsg_of_codes,
    epsg_of_lonlat,
    in_france,
    metric_box,
)
from tfpb.words.places.side_words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Objects


_LISTED: Final = 10
"""Rows listed one by one for one kind of fault; beyond, one fault counts them."""
_WEAK: Final = frozenset({
    ResultType.INTERPOLATED, ResultType.STREET, ResultType.LOCALITY, ResultType.MUNICIPALITY,
})  # fmt: skip
"""Types of points that stand near an entrance, never on it."""
_GIVEN_M: Final = 30.0
"""Coordinates given that are less sure than this lie away from their address: no parcel settles them."""
_ROUND_ENOUGH: Final = 1e-6
_AGREE_M: Final = 200.0
"""Metres and degrees of one row may differ by rounding or datum, not by more."""
_DEGREE_LIMIT: Final = 180.0
_LAMBERT_2E: Final = Box(0.0, 1_600_000.0, 1_250_000.0, 2_750_000.0)
_LAMBERT_93_SWAPPED: Final = Box(6_000_000.0, 50_000.0, 7_200_000.0, 1_300_000.0)


@dataclass(frozen=True, slots=True)
class Positions:
    """Where each row lies and how sure that is; arrays are (n,)."""

    x: Floats  # metres in the legal projection `epsg`, like y; NaN where the row has no position
    y: Floats
    epsg: Integers
    radius_m: Floats  # positional uncertainty
    by_default: Flags  # True where the uncertainty is the default, not one of the row's own
    accepted: Flags  # False where the geocoding verdict forbids to trust the position
    verdict: Objects  # as given, empty where there is none
    on_number: Flags
    """True where the point is that of the number, or given: only then does the surface it falls on decide
    where the entrance is."""

    @property
    def placed(self) -> Flags:
        """Rows that have a position."""
        return np.isfinite(self.x) & np.isfinite(self.y)


@dataclass(frozen=True, slots=True)
class Given:
    """Coordinates as the columns give them, before any is believed, (n,); NaN where there is none."""

    x: Floats  # metres, like y
    y: Floats
    lon: Floats  # degrees, like lat
    lat: Floats
    epsg: Integers
    """Legal projection: of the commune, else of the place in degrees, else Lambert-93."""

    @classmethod
    def of(cls, points: pd.DataFrame) -> Given:
        """Read the coordinate columns; of a GeoDataFrame, its geometry, which they may only repeat.

        Raises as `spots`; `geometrie_contredite`.
        """
        if isinstance(points, gpd.GeoDataFrame):
            at = spots(points, lambda i: place_of(points, i))
            pairs = [
                (pair, numbers(points, pair[0]), numbers(points, pair[1]))
                for pair in PAIRS
                if set(pair) <= set(points.columns)
            ]
            stop_on_faults(contradictions(at, pairs, lambda i, c: place_of(points, i, c)))
            return cls(at.x, at.y, at.lon, at.lat, at.epsg)
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

    `points` have `result_x, result_y` (metres, legal projection of `result_citycode`) and/or `longitude,
    latitude` (EPSG:4326); optionally `result_radius_m` (metres) and `result_verdict`. `given` are the
    coordinates, when they were read before.
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
    kind = texts(points, "result_type")
    astray = (kind == ResultType.GIVEN).to_numpy(dtype=bool) & own & (radius > _GIVEN_M)
    rounding = np.where(own, 0.0, _roundings(known))
    astray |= rounding > _GIVEN_M
    radius = np.where(own, radius, np.maximum(default_radius_m, rounding))
    if "result_verdict" in points.columns:
        verdict = texts(points, "result_verdict").to_numpy(dtype=object)
        accepted = np.isin(verdict.astype(str), ("", GeocodeVerdict.ACCEPTE.value))
    else:
        verdict = np.broadcast_to(np.array("", dtype=object), len(points))
        accepted = np.ones(len(points), dtype=bool)
    return Positions(
        x, y, known.epsg, radius, ~own, accepted, verdict,
        ~kind.isin(_WEAK).to_numpy(dtype=bool) & ~astray,
    )  # fmt: skip


def _roundings(known: Given) -> Floats:
    """Return how far each point may lie from coordinates that are written rounded, 0 where they are not."""
    metres = np.isfinite(known.x) & np.isfinite(known.y)
    x, y = np.where(metres, known.x, known.lon), np.where(metres, known.y, known.lat)
    unit = np.where(metres, 100.0, 0.001)
    near = [np.abs(v / unit - np.rint(v / unit)) < _ROUND_ENOUGH for v in (x, y)]
    out = np.zeros(len(x))
    for row in np.flatnonzero(near[0] & near[1]):
        out[row] = rounding_m(float(x[row]), float(y[row]))
    return out


def check_points(points: pd.DataFrame, *, given: Given | None = None) -> list[Fault]:
    """Find positions that cannot be right: every one stops the run.

    Each has its own code: degrees written where metres are meant, swapped axes, Lambert II étendu, points
    outside France, metres and degrees of a row that disagree (a wrong projection), and a file where no row
    at all has a position. Rows without position are not faults here: they come out `a_verifier`. The first
    rows of each code come one by one, the others counted. Arguments as in `positions`.
    """
    if not len(points):
        return []
    at = given or Given.of(points)
    metres = np.isfinite(at.x) & np.isfinite(at.y)
    degrees = np.isfinite(at.lon) & np.isfinite(at.lat)
    if not (metres | degrees).any():
        here = replace(place_of(points, 0), row=0)
        return [Fault("aucune_position", here, fields={"lignes": len(points)})]
    wrong = metres & ~_in_territory(at)
    astray = degrees & (epsg_of_lonlat(at.lon, at.lat) == 0) if degrees.any() else degrees
    swapped = astray & in_france(at.lat, at.lon) if astray.any() else astray
    both = metres & ~wrong & degrees & ~astray
    if both.any():
        both[both] = _apart(at, np.flatnonzero(both))
    kinds = [
        *_wrong_metres(at, wrong),
        ("degres_inverses", swapped, "longitude"),
        ("point_hors_france", astray & ~swapped, "longitude"),
        ("positions_discordantes", both, "result_x"),
    ]
    return [f for code, rows, column in kinds for f in _listed(points, at, code, rows, column)]


def _wrong_metres(at: Given, left: Flags) -> Iterator[tuple[str, Flags, str]]:
    """Sort metres that lie out of their territory by kind, the surest first; a row has one kind."""
    if not left.any():
        return
    swapped = _LAMBERT_93_SWAPPED.holds(at.x, at.y)
    for code in TERRITORIES:
        swapped |= (at.epsg == code) & metric_box(code).holds(at.y, at.x)
    for kind, rows in (
        ("degres_au_lieu_de_metres", np.maximum(np.abs(at.x), np.abs(at.y)) <= _DEGREE_LIMIT),
        ("metres_inverses", swapped),
        ("lambert_2", (at.epsg == LAMBERT_93) & _LAMBERT_2E.holds(at.x, at.y)),
        ("point_hors_france", left),
    ):
        yield kind, left & rows, "result_x"
        left = left & ~rows


def _in_territory(at: Given) -> Flags:
    """Return which rows lie in the box of their own territory."""
    inside = np.zeros(len(at.x), dtype=bool)
    for code in at.codes:
        inside |= (at.epsg == code) & metric_box(code).holds(at.x, at.y)
    return inside


def _apart(at: Given, rows: Indices) -> Flags:
    """Return which of these rows show one place in metres and another in degrees."""
    out = np.zeros(len(rows), dtype=bool)
    for code in at.codes:
        mine = np.flatnonzero(at.epsg[rows] == code)
        lon, lat = to_lonlat(at.x[rows[mine]], at.y[rows[mine]], code)
        north = (lat - at.lat[rows[mine]]) * 111_320.0
        east = (lon - at.lon[rows[mine]]) * 111_320.0 * np.cos(np.radians(at.lat[rows[mine]]))
        out[mine] = np.hypot(north, east) > _AGREE_M
    return out


def _listed(
    points: pd.DataFrame, at: Given, code: str, flags: Flags, column: str
) -> Iterator[Fault]:
    """List a kind of fault row by row, then in one line when there are many."""
    rows = np.flatnonzero(flags)
    a, b = (at.lon, at.lat) if column == "longitude" else (at.x, at.y)
    for i in rows[:_LISTED].tolist():
        yield Fault(code, place_of(points, i, column), f"{a[i]:.10g} ; {b[i]:.10g}")
    if len(rows) > _LISTED:
        here = replace(place_of(points, int(rows[_LISTED])), row=0)
        yield Fault(f"{code}_suite", here, fields={"reste": len(rows) - _LISTED})


def rival_doubts(
    points: pd.DataFrame, rival: pd.DataFrame, *, left: tuple[str, str], kept: tuple[str, str]
) -> list[Fault]:
    """Doubt a file that gives each position twice, where the two show different places: one doubt for all.

    `points` are read, `rival` are not, both as `positions` takes them; `kept` and `left` are their headers,
    to be quoted. `positions_en_double`, or nothing.
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
    fields = {"nombre": len(rows), "retenu": quoted(kept),
              "laisse": quoted(left),
              "distance_m": round(float(apart[first]))}  # fmt: skip
    place = place_of(points, first, left[0])
    return [Fault("positions_en_double", place, got, fields, Severity.DOUTE)]


def place_of(frame: pd.DataFrame, position: int, column: str = "") -> Place:
    """Return the place a row came from, by the stamp columns when the frame carries them."""
    file, sheet, line = (frame[c].iloc[position] if c in frame.columns else "" for c in STAMP)
    return Place(str(file), str(sheet), position + 2 if line == "" else int(line), column)
