"""Side of each point on one map: dans, hors or à vérifier, with the reason and the distance."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.columns import texts
from tfpb.perimeters.legal_areas import TERRITORIES, quarters_in_metres
from tfpb.perimeters.limits import REACH_M, Limits
from tfpb.perimeters.surfaces import WHOLE, SurfaceAnswer, Surfaces, answer
from tfpb.words.places.side_words import Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Objects, Shapes
    from tfpb.model.location import QpvMap
    from tfpb.perimeters.points import Positions

    Ints = NDArray[np.integer[Any]]
    Pairs = Indices

DANS: Final = 0
HORS: Final = 1
A_VERIFIER: Final = 2
STATUTS: Final = (QpvStatut.DANS, QpvStatut.HORS, QpvStatut.A_VERIFIER)
QUARTERS: Final = frozenset({"holder", "other", "code", "nearest", "tied", "quarter"})
"""Fields of `Sides` and `SurfaceAnswer` that are positions of quarters."""
_FARTHEST_M: Final = 50_000.0
"""An uncertainty larger than this is not measured: the row is in doubt or has no quarter near."""
_CUT: Final = 3
_UNKNOWN: Final = -1
_TOGETHER_M: Final = 150.0
_NEXT: Final = 4
"""Numbers of one side of a street further apart than this are no neighbours."""
_NUMBER: Final = re.compile(r"\d+")
_LIFTED: Final = (int(Case.SURFACE_DANS), int(Case.SURFACE_HORS))
_MOST: Final = 40
"""Entrances of a résidence compared with each other: more stand for themselves."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Result of one map for each row, (n,); quarters are positions in its frame, −1 for none."""

    statut: Ints  # `DANS`, `HORS` or `A_VERIFIER`
    case: Ints  # `words.places.side_words.Case`
    holder: Ints  # quarter that contains the point
    other: Ints  # another quarter that contains the point
    code: Ints  # quarter to name: the holder, or that of the surface when the surface decides
    nearest: Ints  # quarter of the nearest limit
    tied: Ints  # another quarter equally near
    distance_m: Floats  # to the nearest limit, exact inside and up to 2 000 m, NaN beyond
    point: Ints  # side of the point alone, `DANS` or `HORS`, −1 without position
    parcel: SurfaceAnswer
    footprint: SurfaceAnswer


def sides(
    at: Positions, qpv: QpvMap, *, parcels: gpd.GeoDataFrame | None = None,
    footprints: gpd.GeoDataFrame | None = None, references: Sequence[str] | None = None,
) -> Sides:  # fmt: skip
    """Place every row on one map; one side a row, in order, by construction.

    Positions are metres in legal projections. `parcels` and `footprints` are surfaces with an `id`; they
    lift the doubt of a point near a limit, or raise one; `references` are identifiers of parcels by row
    (« a | b »).
    """
    n = len(at.x)
    none = np.full(n, -1, dtype=np.int32)
    out = Sides(
        statut=np.full(n, A_VERIFIER, np.int8), case=np.full(n, int(Case.SANS_POSITION), np.int8),
        holder=none.copy(), other=none.copy(), code=none.copy(), nearest=none.copy(),
        tied=none.copy(), distance_m=np.full(n, np.nan), point=np.full(n, -1, np.int8),
        parcel=_answers(parcels, n), footprint=_answers(footprints, n),
    )  # fmt: skip
    groups = quarters_in_metres(qpv)
    doubtful = np.zeros(n, dtype=bool)
    for epsg in TERRITORIES:
        rows = np.flatnonzero(at.placed & (at.epsg == epsg))
        if not len(rows):
            continue
        members, polygons = groups.get(epsg, (np.zeros(0, np.intp), np.zeros(0, object)))
        _measure(at, rows, members, polygons, out, doubtful)
        for layer, into, cited in (
            (parcels, out.parcel, references), (footprints, out.footprint, None),
        ):  # fmt: skip
            if layer is not None and len(layer):
                _ask_surfaces(at, rows, members, polygons, layer, epsg, cited, into)
    _judge(at, out, doubtful)
    return out


def _answers(layer: gpd.GeoDataFrame | None, n: int) -> SurfaceAnswer:
    return SurfaceAnswer.nothing(n) if layer is None else SurfaceAnswer.blank(n)


def _measure(
    at: Positions, rows: Ints, members: Ints, polygons: Shapes, out: Sides,
    doubtful: Flags,
) -> None:  # fmt: skip
    """Fill holders and distances of the rows of one territory."""
    out.point[rows] = HORS
    if not len(members):
        return
    limits = Limits.of(polygons)
    names = np.append(members, -1)
    x, y, radius = at.x[rows], at.y[rows], at.radius_m[rows]
    close = limits.close(x, y)
    held = limits.holding(x, y, near=close)
    near = limits.nearest(x, y, near=close)
    distance, quarter, tied = near.distance_m, near.quarter, near.tied
    inside = held.quarter >= 0
    deep = np.flatnonzero(inside & np.isnan(distance))
    if len(deep):
        distance[deep] = limits.depth(x[deep], y[deep], held.quarter[deep])
        quarter[deep] = held.quarter[deep]
    # Of equals, the quarter that holds the point names its own limit.
    own = inside & (tied == held.quarter)
    quarter[own], tied[own] = tied[own], quarter[own]
    out.point[rows[inside]] = DANS
    out.holder[rows], out.other[rows] = names[held.quarter], names[held.other]
    out.nearest[rows], out.tied[rows] = names[quarter], names[tied]
    out.distance_m[rows] = distance
    doubtful[rows] = distance < radius
    wide = np.flatnonzero(np.isnan(distance) & (radius > REACH_M))
    if len(wide):
        far = limits.nearest(x[wide], y[wide], reach_m=min(float(radius[wide].max()), _FARTHEST_M))
        doubtful[rows[wide]] = far.distance_m < radius[wide]


def _ask_surfaces(
    at: Positions, rows: Ints, members: Ints, polygons: Shapes, layer: gpd.GeoDataFrame,
    epsg: int, cited: Sequence[str] | None, into: SurfaceAnswer,
) -> None:  # fmt: skip
    """Fill the answer of parcels or footprints for the rows of one territory."""
    surfaces = Surfaces.of(layer, epsg)
    references = [""] * len(rows) if cited is None else [cited[r] for r in rows]
    found = answer(surfaces, at.x[rows], at.y[rows], at.radius_m[rows], references, polygons)
    found = replace(found, quarter=np.append(members, -1)[found.quarter])
    for field in fields(found):
        getattr(into, field.name)[rows] = getattr(found, field.name)


def surface_side(share: Floats) -> Ints:
    """Turn shares into sides: `DANS` or `HORS` from 98 % on, 3 when cut, −1 when unknown."""
    with np.errstate(invalid="ignore"):
        side = np.where(share >= WHOLE, DANS, np.where(share <= 1 - WHOLE, HORS, _CUT))
    return np.where(np.isnan(share), _UNKNOWN, side).astype(np.intp)


def _judge(at: Positions, out: Sides, doubtful: Flags) -> None:
    """Settle status and case of every row, from the weakest reason to the strongest."""
    placed = at.placed
    out.code[:] = out.holder
    _set(out, placed, out.point, Case.DANS_NET)
    _set(out, placed & (out.point == HORS), HORS, Case.HORS_NET)
    _set(out, placed & (out.point == HORS) & np.isnan(out.distance_m), HORS, Case.HORS_LOIN)
    _set(out, placed & doubtful, A_VERIFIER, Case.LIMITE)
    parcel, building = surface_side(out.parcel.share), surface_side(out.footprint.share)
    if (parcel >= 0).any() or (building >= 0).any():
        _judge_surfaces(out, placed, placed & at.on_number, doubtful, parcel, building)
    _set(out, placed & ~at.accepted, A_VERIFIER, Case.VERDICT)
    unsure = placed & ~at.accepted
    out.code[unsure] = out.holder[unsure]
    out.code[out.statut == HORS] = -1


def _judge_surfaces(
    out: Sides, placed: Flags, strong: Flags, doubtful: Flags,
    parcel: Ints, building: Ints,
) -> None:  # fmt: skip
    """Let surfaces lift or raise doubts: the building first, then the parcel.

    The surface that a weak point falls on says nothing; one the row cites may still raise a doubt.
    """
    building_settled = (building == DANS) | (building == HORS)
    parcel_settled = (parcel == DANS) | (parcel == HORS)
    cut = strong & ~building_settled & ((parcel == _CUT) | (building == _CUT))
    # A point clearly in stays in: the part of its parcel beyond the limit is no reason to doubt it.
    cut &= doubtful | (out.point == HORS)
    _set(out, cut, A_VERIFIER, Case.SURFACE_COUPEE)
    away = out.parcel.astray
    for settled, side, found in (
        (parcel_settled & (building != _CUT) & ~away, parcel, out.parcel),
        (building_settled, building, out.footprint),
    ):  # fmt: skip
        rows = strong & settled
        _set(out, rows & (side == HORS), HORS, Case.SURFACE_HORS)
        _set(out, rows & (side == DANS), DANS, Case.SURFACE_DANS)
        taken = rows & (side == DANS) & (out.holder < 0)
        out.code[taken] = found.quarter[taken]
        # Where the point alone was clear and agrees, its own reason stays the plainer one.
        plain = rows & ~doubtful & (side == out.point)
        _set(out, plain & (side == DANS), DANS, Case.DANS_NET)
        _set(out, plain & (side == HORS), HORS, Case.HORS_NET)
        _set(out, plain & (side == HORS) & np.isnan(out.distance_m), HORS, Case.HORS_LOIN)
    # Only a parcel is known by a reference: it may lie away from the point that cites it.
    named = placed & parcel_settled & (away | ~out.parcel.holds)
    kept = (out.parcel.quarter == out.holder) | (out.parcel.quarter == out.other)
    elsewhere = (parcel == DANS) & (out.holder >= 0) & ~kept & (away | ~out.parcel.shared)
    against = named & (~doubtful & (parcel != out.point) | elsewhere)
    _set(out, against, A_VERIFIER, Case.SURFACE_CONTRE_POINT)
    both = strong & building_settled & parcel_settled & (building != parcel)
    _set(out, both, A_VERIFIER, Case.SURFACES_CONTRAIRES)
    lost = away & (against | both | strong & doubtful & ~building_settled)
    _set(out, lost, A_VERIFIER, Case.SURFACE_LOIN)
    unsure = against | both | lost
    out.code[unsure] = out.holder[unsure]


def _set(out: Sides, rows: Flags, statut: int | Ints, case: Case) -> None:
    out.statut[rows] = statut if isinstance(statut, int) else statut[rows]
    out.case[rows] = int(case)


def neighbours(points: pd.DataFrame, at: Positions) -> tuple[Pairs, Pairs]:
    """Return pairs (row, neighbour), (m, 2): entrances of a résidence; next numbers of a side of a street.

    Points have `id_residence`, `result_citycode`, `result_name`, `result_housenumber` where known; `at` is
    of the same rows.
    """
    homes = texts(points, "id_residence").to_numpy(dtype=object)
    streets = (texts(points, "result_citycode") + "|" + texts(points, "result_name")).to_numpy(
        dtype=object
    )
    numbers = [_NUMBER.match(text) for text in texts(points, "result_housenumber")]
    together: list[tuple[int, int]] = []
    for rows in _groups(homes, np.flatnonzero(at.placed & (homes != ""))):
        if len(rows) <= _MOST:
            together += permutations(rows, 2)
    in_street: list[tuple[int, int]] = []
    numbered = np.array([n is not None for n in numbers], dtype=bool)
    for rows in _groups(streets, np.flatnonzero(at.placed & numbered)):
        for side in (0, 1):
            listed = sorted((int(n[0]), i) for i in rows if (n := numbers[i]))
            in_street += _next_numbers([pair for pair in listed if pair[0] % 2 == side])
    return _near(together, at), _near(in_street, at)


def _next_numbers(listed: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield each row with the two whose numbers are next to its own."""
    for at, (number, row) in enumerate(listed):
        close = sorted((abs(n - number), i) for n, i in listed[max(0, at - 2) : at + 3] if i != row)
        yield from ((row, i) for gap, i in close[:2] if gap <= _NEXT)


def _near(pairs: list[tuple[int, int]], at: Positions) -> Pairs:
    if not pairs:
        return np.empty((0, 2), np.intp)
    both = np.array(pairs, dtype=np.intp)
    a, b = both.T
    gap = np.hypot(at.x[a] - at.x[b], at.y[a] - at.y[b])
    kept: Pairs = both[(at.epsg[a] == at.epsg[b]) & (gap <= _TOGETHER_M)]
    return kept


def _groups(keys: Objects, rows: Indices) -> list[list[int]]:
    grouped = pd.Series(rows).groupby(keys[rows], sort=False)
    return [listed.tolist() for _, listed in grouped if len(listed) > 1]


def doubt_against_neighbours(sides: Sides, together: Pairs, in_street: Pairs) -> None:
    """Give back its doubt to a row that a surface settled against its neighbours (changed in place).

    Most of the other entrances of its résidence (`together`), or both next numbers of its street
    (`in_street`), lie on the other side.
    """
    lifted = np.isin(sides.case, _LIFTED)
    against, along = _counted(sides, together)
    doubted = against > along
    against, along = _counted(sides, in_street)
    doubted |= (against > 1) & (along == 0)
    doubted &= lifted
    sides.statut[doubted] = A_VERIFIER
    sides.case[doubted] = int(Case.SURFACE_CONTRE_VOISINS)
    sides.code[doubted] = sides.holder[doubted]


def _counted(sides: Sides, pairs: Pairs) -> tuple[Pairs, Pairs]:
    """Count for each row those beside it that lie on the other side, and on its own."""
    row, other = pairs.T
    known = np.isin(sides.statut[row], (DANS, HORS)) & np.isin(sides.statut[other], (DANS, HORS))
    same = sides.statut[row] == sides.statut[other]
    n = len(sides.statut)
    return np.bincount(row[known & ~same], minlength=n), np.bincount(row[known & same], minlength=n)
