"""Who holds what, where: dwellings by résidence, quarter and side, and one rule for a doubtful door.

A doubtful door belongs to one quarter: the polygon that holds it, else the nearest. So the quarters add up to
the whole, and no room counts a door where another does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.arrays import Texts, divided
from tfpb.model.codes import Evolution, GeocodeVerdict, QpvStatut, ResultType
from tfpb.model.columns import numbers, texts
from tfpb.model.location import Located

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tfpb.errors import Fault
    from tfpb.model.arrays import Floats, Indices, Integers

HELD_COLUMNS: Final = (
    "id_residence", "code_qpv", "cote", "entrees", "logements", "sans_compte", "entrees_non_situees",
    "logements_non_situes",
)  # fmt: skip
"""One row a résidence, quarter (empty: out of every quarter) and side: its doors, their dwellings, the doors
whose dwellings no file counts; then the doubtful doors that are not `located`, and their dwellings."""
_VAGUE: Final = (ResultType.MUNICIPALITY, ResultType.NONE)
"""Kinds of a point that is the middle of a town, or nothing: a mark there would show what nobody knows."""
_POSITIONS: Final = (("result_x", "result_y"), ("longitude", "latitude"))
_SIDES: Final = (QpvStatut.DANS, QpvStatut.A_VERIFIER, QpvStatut.HORS)
_SURE: Final = (QpvStatut.DANS, QpvStatut.HORS)
_PLACED: Final = (QpvStatut.DANS, QpvStatut.A_VERIFIER)


def located_stock(
    year: int,
    vintage: int,
    entrances: pd.DataFrame,
    residences: pd.DataFrame,
    correspondence: pd.DataFrame,
    notices: tuple[Fault, ...] = (),
) -> Located:
    """Return a located stock with what is held where: the one place that computes it.

    Without entrances (a table of résidences alone) it is what their counts say.
    """
    held = holds(entrances) if len(entrances) else holds_of_counts(residences)
    return Located(year, vintage, entrances, residences, held, correspondence, notices)


def with_doors(located: Located, entrances: pd.DataFrame, residences: pd.DataFrame) -> Located:
    """Return a located stock with other entrances and résidences, and what they hold."""
    return located_stock(
        located.year, located.vintage, entrances, residences, located.correspondence,
        located.notices,
    )  # fmt: skip


def quarter_of_door(doors: pd.DataFrame) -> Texts:
    """Return the quarter of each door: the one that contains it, for a doubtful door else the nearest.

    Empty for a door that is out, and for one in doubt that is near none. Reads `qpv_statut, qpv_code,
    qpv_proche_code`; an array of `code_qpv`, one a door.
    """
    side, own = (texts(doors, c).to_numpy(dtype=object) for c in ("qpv_statut", "qpv_code"))
    held = np.where(side == QpvStatut.DANS, own, quarter_near(doors))
    return Texts(np.where(side == QpvStatut.HORS, "", held).astype(object))


def quarter_near(doors: pd.DataFrame) -> Texts:
    """Return the quarter that each door is in or nearest to, whatever its side."""
    own, near = (texts(doors, c).to_numpy(dtype=object) for c in ("qpv_code", "qpv_proche_code"))
    return Texts(np.where(own == "", near, own).astype(object))


def doubtful(doors: pd.DataFrame) -> pd.Series[bool]:
    """Return which doors are to check: in doubt, or placed by no file."""
    return ~texts(doors, "qpv_statut").isin(_SURE)


def located(doors: pd.DataFrame) -> pd.Series[bool]:
    """Return which doors have a position to rely on: accepted, and more precise than the commune.

    Only these make the point, the distance, the commune and the side of a résidence, in every medium. A table
    without any column of positions has sides alone: its doors count as located.
    """
    accepted = texts(doors, "result_verdict").isin(("", GeocodeVerdict.ACCEPTE))
    sure = accepted & ~texts(doors, "result_type").isin(_VAGUE)
    given = [pair for pair in _POSITIONS if set(pair) <= set(doors.columns)]
    if not given:
        return sure
    out: pd.Series[bool] = sure & np.any(
        [np.isfinite(numbers(doors, x)) & np.isfinite(numbers(doors, y)) for x, y in given], axis=0
    )
    return out


def mean_weights(doors: pd.DataFrame) -> Floats:
    """Return the weight of each door in the point of its résidence: its dwellings, 0 if not located.

    A located door without dwellings still has a place: it weighs next to nothing.
    """
    dwellings = np.maximum(np.nan_to_num(numbers(doors, "nb_logements")), _NEXT_TO_NOTHING)
    return np.where(located(doors), dwellings, 0.0)


_NEXT_TO_NOTHING: Final = 1e-9


def within(doors: pd.DataFrame, code: str) -> pd.Series[bool]:
    """Return which doors the polygon of a quarter holds, to be checked or not."""
    return texts(doors, "qpv_code") == code


def inside(doors: pd.DataFrame) -> pd.Series[bool]:
    """Return which doors are in a quarter, with certainty."""
    return texts(doors, "qpv_statut") == QpvStatut.DANS


def to_verify(doors: pd.DataFrame) -> pd.Series[bool]:
    """Return which doors are in doubt; the total of a file, which nobody places, is none."""
    return texts(doors, "qpv_statut") == QpvStatut.A_VERIFIER


def all_outside(doors: pd.DataFrame) -> bool:
    """Tell whether every door is known to be in no quarter: no convention opens a right there."""
    return bool((texts(doors, "qpv_statut") == QpvStatut.HORS).all())


def quarters_near(doors: pd.DataFrame) -> set[str]:
    """Return the quarters that doors are nearest to, whatever their side."""
    return {str(code) for code in texts(doors, "qpv_proche_code").unique()} - {""}


def on_map(doors: pd.DataFrame, vintage: int | Integers) -> pd.DataFrame:
    """Return doors as a map, or the map of each, places them, under the columns that `holds` reads.

    One that was not located on it keeps the side of its own map. The nearest quarter is known on a door's
    own map alone: on the other, a doubtful door out of every polygon is of none. Doors have
    `LOCATION_COLUMNS`; `vintage` is one, or one a door.
    """
    out = doors
    own = numbers(doors, "qpv_millesime")
    for year in np.unique(vintage).tolist():
        side = texts(doors, f"qpv{year}_statut").to_numpy(dtype=object)
        moved = np.broadcast_to(vintage == year, len(doors)) & (side != "") & (own != year)
        if not moved.any():
            continue
        out = out.assign(
            qpv_statut=texts(out, "qpv_statut").mask(moved, side),
            qpv_code=texts(out, "qpv_code").mask(moved, texts(doors, f"qpv{year}_code")),
            qpv_proche_code=texts(out, "qpv_proche_code").mask(moved & ~np.isnan(own), ""),
        )
    return out


_EVOLUTIONS: Final = {
    (QpvStatut.DANS, QpvStatut.DANS): Evolution.MAINTENU,
    (QpvStatut.DANS, QpvStatut.HORS): Evolution.SORTANT,
    (QpvStatut.HORS, QpvStatut.DANS): Evolution.ENTRANT,
    (QpvStatut.HORS, QpvStatut.HORS): Evolution.HORS,
}


def evolution_of(before: QpvStatut, after: QpvStatut) -> Evolution:
    """Compare the side of a point on two maps; any doubt makes a doubt."""
    return _EVOLUTIONS.get((before, after), Evolution.A_VERIFIER)


def evolution_between(doors: pd.DataFrame, pair: tuple[int, int]) -> pd.Series[str]:
    """Compare the sides of doors on two maps; empty where one of them was not read."""
    both = zip(*(texts(doors, f"qpv{v}_statut") for v in pair), strict=True)
    found = [evolution_of(QpvStatut(a), QpvStatut(b)).value if a and b else "" for a, b in both]
    return pd.Series(found, index=doors.index, dtype=object)


def holds(doors: pd.DataFrame) -> pd.DataFrame:
    """Gather doors by résidence, quarter and side.

    One row an entrance (`id_residence, nb_logements, qpv_statut, qpv_code, qpv_proche_code`) gives
    `HELD_COLUMNS`, by résidence in order of appearance, then code, then side (dans, a_verifier, hors). Σ of
    `entrees`, of `logements` and of `sans_compte` are those of the doors.
    """
    nowhere = np.asarray(doubtful(doors) & ~located(doors))
    home, homes = pd.factorize(texts(doors, "id_residence").to_numpy(dtype=object))
    code, codes = pd.factorize(quarter_of_door(doors), sort=True)
    width, height = len(_SIDES), max(len(codes), 1)
    cell = (home * height + code) * width + _rank(texts(doors, "qpv_statut"))
    cells, row = np.unique(cell, return_inverse=True)
    count = numbers(doors, "nb_logements")
    lacking = np.isnan(count)
    whole = np.where(lacking, 0.0, np.round(count))

    def counted(weights: NDArray[Any]) -> Integers:
        return np.bincount(row, weights, minlength=len(cells)).astype(np.int64)

    return pd.DataFrame(
        {
            "id_residence": homes[cells // (height * width)],
            "code_qpv": codes[cells // width % height],
            "cote": np.array(_SIDES, dtype=object)[cells % width],
            "entrees": np.bincount(row, minlength=len(cells)),
            "logements": counted(whole),
            "sans_compte": counted(lacking),
            "entrees_non_situees": counted(nowhere),
            "logements_non_situes": counted(np.where(nowhere, whole, 0.0)),
        },
        columns=list(HELD_COLUMNS),
    )


def holds_of_counts(residences: pd.DataFrame) -> pd.DataFrame:
    """Gather a table of résidences that bears its own counts by side, for want of entrances.

    Parameters
    ----------
    residences : DataFrame
        `id_residence, code_qpv` and `logements_dans, logements_hors, logements_a_verifier`; one that counts
        none of them is of its `cote`, with its `nb_logements`.

    Returns
    -------
    DataFrame
        As `holds`; `entrees` is a row of the table, whatever the doors behind it.
    """
    if residences.empty:
        return holds(residences)
    counted = {side: numbers(residences, f"logements_{side}") for side in _SIDES}
    silent = np.all([~(n > 0) for n in counted.values()], axis=0)
    rows = [
        residences[keep].assign(nb_logements=n[keep], qpv_statut=str(side))
        for side, n in counted.items()
        if (keep := n > 0).any()
    ]
    bare = residences[silent]
    rows.append(bare.assign(qpv_statut=texts(bare, "cote")))
    order = pd.concat(rows).sort_index(kind="stable")
    code = texts(order, "code_qpv")
    return holds(order.assign(qpv_code=code, qpv_proche_code=code))


def settled(doors: pd.DataFrame, side: QpvStatut) -> pd.DataFrame:
    """Read every doubtful door on one side: in, it is of the quarter that its doubt is of."""
    doubt = doubtful(doors)
    held = quarter_of_door(doors)
    statut = texts(doors, "qpv_statut").mask(doubt, str(side))
    return doors.assign(qpv_statut=statut, qpv_code=np.where(doubt, held, texts(doors, "qpv_code")))


def _rank(side: pd.Series[str]) -> Indices:
    """Return the place of each side in `_SIDES`; a door that no file places is one to check (contract)."""
    values = side.to_numpy(dtype=object)
    inside, outside = values == QpvStatut.DANS, values == QpvStatut.HORS
    return np.where(inside, 0, np.where(outside, 2, 1)).astype(np.intp)


def main_quarter(held: pd.DataFrame) -> pd.Series[str]:
    """Return the quarter of each résidence: of most dwellings in, else most in doubt, else the first code.

    By `id_residence`, in order of appearance; empty for a résidence that is wholly out. Doors that no file
    counts decide between quarters of as many dwellings.
    """
    homes = pd.Index(pd.unique(held["id_residence"]), name="id_residence")
    best = dict.fromkeys(homes, ("", _LAST))
    columns = ("id_residence", "code_qpv", "cote", "logements", "entrees")
    for home, code, side, dwellings, doors in zip(
        *(held[c].tolist() for c in columns), strict=True
    ):
        rank = _order(code, side, dwellings, doors)
        if rank < best[home][1]:
            best[home] = (code, rank)
    return pd.Series([code for code, _ in best.values()], index=homes, dtype=object)


def main_of(parts: Iterable[tuple[str, str, int, int]]) -> str:
    """Return the main quarter of parts (code_qpv, side, dwellings, doors) of one résidence, by that rule."""
    ranked = ((_order(*part), part[0]) for part in parts)
    return min((r for r in ranked if r[0] < _LAST), default=(_LAST, ""))[1]


def _order(code: str, side: str, dwellings: int, doors: int) -> tuple[int, int, int, str]:
    """Rank a quarter of a résidence, the main one first; `_LAST` where there is no quarter."""
    if not code or side not in _PLACED:
        return _LAST
    return (_PLACED.index(QpvStatut(side)), -dwellings, -doors, code)


_LAST: Final = (len(_PLACED), 0, 0, "")


def sides(held: pd.DataFrame) -> pd.Series[str]:
    """Return the side of each résidence: of most dwellings; `a_verifier` where two sides are even.

    By `id_residence`, in order of appearance. A résidence without any dwelling has the side of its doors
    where they have one. Doubtful doors that are not located do not count: one that no door locates is
    `a_verifier`.
    """
    homes = by_side_of(held, "id_residence").index
    weight = _placed_by_side(held, "logements", "logements_non_situes")
    doors = _placed_by_side(held, "entrees", "entrees_non_situees")
    weight = np.where(weight.sum(axis=1, keepdims=True) == 0, doors > 0, weight)
    most = weight.max(axis=1, initial=0, keepdims=True)
    alone = (weight == most).sum(axis=1) == 1
    found = np.array(_SIDES, dtype=object)[weight.argmax(axis=1)]
    return pd.Series(
        np.where(alone, found, QpvStatut.A_VERIFIER), index=homes, name="cote", dtype=object
    )


def _placed_by_side(held: pd.DataFrame, counted: str, nowhere: str) -> Integers:
    """Count a column by side and résidence, less what doubtful doors that are not located add to it."""
    whole, lost = (by_side_of(held, "id_residence", c).to_numpy() for c in (counted, nowhere))
    out: Integers = whole - lost
    return out


def home_columns(held: pd.DataFrame) -> pd.DataFrame:
    """Return the place of each résidence, by `id_residence`, in order of appearance.

    `nb_logements, logements_dans, logements_hors, logements_a_verifier` (their sum is the first),
    `part_qpv` (0..1, NaN without dwellings), `cote`, `code_qpv`.
    """
    counted = by_side_of(held, "id_residence")
    whole = counted.sum(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "nb_logements": whole,
            **{f"logements_{s}": counted[s] for s in ("dans", "hors", "a_verifier")},
            "part_qpv": divided(counted["dans"].to_numpy(), whole, np.nan),
            "cote": sides(held),
            "code_qpv": main_quarter(held),
        },
        index=counted.index,
    )


def cut_homes(held: pd.DataFrame) -> pd.Series[bool]:
    """Return which résidences a limit cuts: dwellings in a quarter, and others out of every one.

    Those in doubt do not change it. By `id_residence`, in order of appearance.
    """
    counted = by_side_of(held, "id_residence")
    return (counted[QpvStatut.DANS] > 0) & (counted[QpvStatut.HORS] > 0)


def by_side_of(held: pd.DataFrame, key: str, counted: str = "logements") -> pd.DataFrame:
    """Count a column by side: a row a value of `key` in order of appearance, a column a side.

    `key` is `id_residence` or `code_qpv`; `counted` is `logements`, `entrees` or `sans_compte`; columns are
    `dans`, `a_verifier`, `hors`, and a side without a row has no door, and counts 0.
    """
    place, values = pd.factorize(held[key])
    cell = place * len(_SIDES) + _rank(held["cote"])
    flat = np.bincount(cell, held[counted], minlength=len(values) * len(_SIDES))
    table = flat.reshape(len(values), len(_SIDES)).astype(np.int64)
    return pd.DataFrame(table, index=pd.Index(values, name=key), columns=[str(s) for s in _SIDES])


def quarter_homes(held: pd.DataFrame) -> pd.DataFrame:
    """Count what each quarter contains of each résidence, whose buildings may be in several.

    `code_qpv, id_residence, logements_dans, logements_a_verifier`, by code, then by résidence.
    """
    some = held[held["code_qpv"] != ""]
    parts = some.drop_duplicates(["code_qpv", "id_residence"])[["code_qpv", "id_residence"]]
    parts = parts.sort_values(["code_qpv", "id_residence"], kind="stable", ignore_index=True)
    for side in _PLACED:
        mine = some[some["cote"] == side].set_index(["code_qpv", "id_residence"])["logements"]
        found = mine.reindex(pd.MultiIndex.from_frame(parts[["code_qpv", "id_residence"]]))
        parts[f"logements_{side}"] = np.nan_to_num(found.to_numpy(dtype=float)).astype(np.int64)
    return parts


def dwellings_by_side(held: pd.DataFrame) -> dict[str, int]:
    """Count the dwellings of each side over all résidences."""
    counted = by_side_of(held.assign(tous=""), "tous").sum()
    return {str(side): int(homes) for side, homes in counted.items()}


def dwellings_in(held: pd.DataFrame) -> dict[str, int]:
    """Count the dwellings in each quarter by code; quarters without any are left out."""
    counted = quarters(held)
    pairs = zip(counted["code_qpv"].tolist(), counted["logements_dans"].tolist(), strict=True)
    return {code: homes for code, homes in pairs if code and homes}


@dataclass(frozen=True, slots=True)
class QuarterHeld:
    """Counts of one quarter."""

    code_qpv: str
    residences: int  # those with a door in it, or in doubt of it
    inside: int  # dwellings in it
    unsure: int  # dwellings in doubt of it
    left_out: int  # dwellings out of every quarter, of résidences that have some in it


def quarters_held(held: pd.DataFrame) -> tuple[QuarterHeld, ...]:
    """Return what each quarter holds, by code."""
    out = held[held["cote"] == QpvStatut.HORS].groupby("id_residence")["logements"].sum()
    here = held[held["cote"] == QpvStatut.DANS].drop_duplicates(["code_qpv", "id_residence"])
    left = Counter[str]()  # a quarter that leaves none out counts 0
    for code, home in here[["code_qpv", "id_residence"]].itertuples(index=False, name=None):
        if home in out.index:
            left[code] += int(out[home])
    counted = quarters(held)
    columns = ["code_qpv", "residences", "logements_dans", "logements_a_verifier"]
    return tuple(
        QuarterHeld(code, homes, inside, unsure, left[code])
        for code, homes, inside, unsure in counted[columns].itertuples(index=False, name=None)
        if code
    )


def quarters(held: pd.DataFrame) -> pd.DataFrame:
    """Count what each quarter contains; over all rows the columns add up to the whole.

    By code; a résidence in two quarters is one of each. Doors in doubt that are near no quarter have an
    empty code.
    """
    some = held[held["cote"] != QpvStatut.HORS].sort_values("code_qpv", kind="stable")
    counted = by_side_of(some, "code_qpv")
    homes = some.drop_duplicates(["code_qpv", "id_residence"])["code_qpv"].value_counts()
    return pd.DataFrame(
        {
            "code_qpv": counted.index.to_numpy(dtype=object),
            "residences": homes.reindex(counted.index).to_numpy(),
            "logements_dans": counted[QpvStatut.DANS].to_numpy(),
            "logements_a_verifier": counted[QpvStatut.A_VERIFIER].to_numpy(),
            "sans_compte": by_side_of(some, "code_qpv", "sans_compte").sum(axis=1).to_numpy(),
        }
    )
