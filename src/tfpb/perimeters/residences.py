"""From entrances to résidences: a résidence cut by a limit is split by its dwellings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import QpvStatut
from tfpb.model.projection import legal_epsg, to_lonlat
from tfpb.model.results import LOCATION_COLUMNS, RESIDENCE_COLUMNS, RESULT_COLUMNS
from tfpb.model.tables import STOCK
from tfpb.perimeters.locate import SURFACE_COLUMNS
from tfpb.perimeters.points import numbers, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_SIDES: Final = (QpvStatut.DANS.value, QpvStatut.HORS.value, QpvStatut.A_VERIFIER.value)
_NOT_GROUPING: Final = frozenset(
    {*STOCK.names, *RESULT_COLUMNS, *LOCATION_COLUMNS, *SURFACE_COLUMNS, *RESIDENCE_COLUMNS}
)


def residences(entrances: pd.DataFrame) -> pd.DataFrame:
    """Gather entrances by résidence, dwellings split by the side of each entrance.

    Parameters
    ----------
    entrances : DataFrame
        Stock columns + `RESULT_COLUMNS` + `LOCATION_COLUMNS`, one row an entrance.

    Returns
    -------
    DataFrame
        `RESIDENCE_COLUMNS`, then the grouping columns of the stock (value of most dwellings), one
        row a résidence in order of first appearance. `cote` is the side of most dwellings; on equal
        dwellings `a_verifier`. Σ of the three dwelling columns is `nb_logements`.
    """
    n = len(entrances)
    key = texts(entrances, "id_residence").to_numpy(dtype=object)
    group, names = pd.factorize(key)
    count = len(names)
    dwellings = np.nan_to_num(numbers(entrances, "nb_logements")).round().astype(np.int64)
    statut = texts(entrances, "qpv_statut").to_numpy(dtype=object)
    by_side = {s: _sum(group, np.where(statut == s, dwellings, 0), count) for s in _SIDES}
    total = _sum(group, dwellings, count)
    out: dict[str, Any] = {
        "id_residence": names,
        **{
            c: _of_most(entrances, c, group, dwellings, count)
            for c in ("nom", "bailleur", "commune")
        },
        "code_insee": _city(entrances, group, dwellings, count),
        "nb_entrees": np.bincount(group, minlength=count),
        "nb_logements": total,
        "logements_dans": by_side["dans"],
        "logements_hors": by_side["hors"],
        "logements_a_verifier": by_side["a_verifier"],
        "part_qpv": np.divide(by_side["dans"], total, out=np.full(count, np.nan), where=total > 0),
        "cote": _most_side(by_side, total, statut, group),
    }
    out |= _quarter(entrances, group, dwellings, np.array(out["cote"], dtype=object), count)
    out["evolution"] = _of_most(entrances, "qpv_evolution", group, dwellings, count)
    out["distance_min_m"] = _least(group, numbers(entrances, "qpv_distance_m"), count)
    out |= _place(entrances, group, dwellings, count, out["code_insee"])
    for column in ("annee_construction", "type_habitat"):
        out[column] = _of_most(entrances, column, group, dwellings, count)
    for column in _grouping(entrances):
        out[column] = _of_most(entrances, column, group, dwellings, count)
    assert sum(int(by_side[s].sum()) for s in _SIDES) == int(dwellings.sum()) or not n  # noqa: S101
    return pd.DataFrame(out)


def cut_residences(table: pd.DataFrame) -> list[Fault]:
    """List résidences whose dwellings lie on several sides: not wrong, to be known."""
    out = []
    names = ("logements_dans", "logements_hors", "logements_a_verifier")
    columns = [table[c].astype(int).tolist() for c in names]
    for residence, inside, outside, unsure in zip(table["id_residence"], *columns, strict=True):
        if inside and outside:
            fields = {"dans": inside, "hors": outside, "a_verifier": unsure}
            out.append(Fault("residence_coupee", Place(), str(residence), fields, Severity.DOUTE))
    return out


def _grouping(entrances: pd.DataFrame) -> Iterable[str]:
    """Columns the bailleur groups by: those of the stock that no contract knows."""
    return [
        str(c) for c in entrances.columns if c not in _NOT_GROUPING and not str(c).startswith("_")
    ]


def _sum(group: NDArray[np.intp], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.bincount(group, weights=values, minlength=count).round().astype(np.int64)


def _least(group: NDArray[np.intp], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    out = np.full(count, np.inf)
    np.minimum.at(out, group, np.where(np.isnan(values), np.inf, values))
    return np.where(np.isinf(out), np.nan, out)


def _of_most(
    frame: pd.DataFrame, column: str, group: NDArray[np.intp], dwellings: NDArray[np.int64], count: int,
    *, only: NDArray[np.bool_] | None = None,
) -> list[Any]:  # fmt: skip
    """Return, by group, the non-empty value that most dwellings carry (first seen on a tie)."""
    out: list[Any] = [None if column == "annee_construction" else ""] * count
    if column not in frame.columns:
        return out
    weight: list[dict[Any, int]] = [{} for _ in range(count)]
    values = frame[column].tolist()
    kept = range(len(values)) if only is None else np.flatnonzero(only).tolist()
    for i in kept:
        value = values[i]
        if _nothing(value):
            continue
        found = weight[group[i]]
        found[value] = found.get(value, 0) + int(dwellings[i])
    for g, found in enumerate(weight):
        if found:
            out[g] = max(found.items(), key=lambda pair: pair[1])[0]
    return out


def _nothing(value: Any) -> bool:
    """Say whether a cell is empty; missing first, since pandas' NA refuses to be compared."""
    missing = not isinstance(value, (tuple, list)) and pd.isna(value)
    return bool(missing) or value == ""


def _city(
    frame: pd.DataFrame, group: NDArray[np.intp], dwellings: NDArray[np.int64], count: int
) -> list[Any]:
    """Return the INSEE code of the résidence: as located, else as written in the stock."""
    located = _of_most(frame, "result_citycode", group, dwellings, count)
    written = _of_most(frame, "code_insee", group, dwellings, count)
    return [a or b for a, b in zip(located, written, strict=True)]


def _most_side(
    by_side: dict[str, NDArray[np.int64]], total: NDArray[np.int64], statut: NDArray[np.object_],
    group: NDArray[np.intp],
) -> list[str]:  # fmt: skip
    """Return the side of most dwellings; equal dwellings, or none at all on several sides: doubt."""
    stack = np.vstack([by_side[s] for s in _SIDES])
    if not stack.shape[1]:
        return []
    best = stack.max(axis=0)
    alone = (stack == best).sum(axis=0) == 1
    out = [
        _SIDES[i] if ok else "a_verifier" for i, ok in zip(stack.argmax(axis=0), alone, strict=True)
    ]
    for g in np.flatnonzero(total == 0):
        found = set(statut[group == g].tolist())
        out[g] = found.pop() if len(found) == 1 else "a_verifier"
    return out


def _quarter(
    frame: pd.DataFrame, group: NDArray[np.intp], dwellings: NDArray[np.int64], side: NDArray[np.object_],
    count: int,
) -> dict[str, list[str]]:  # fmt: skip
    """Return code and name of the quarter: of most dwellings in, or the nearest one in doubt."""
    statut = texts(frame, "qpv_statut").to_numpy(dtype=object)
    inside = _of_most(frame, "qpv_code", group, dwellings, count, only=statut == "dans")
    doubt_code = _of_most(frame, "qpv_code", group, dwellings, count, only=statut == "a_verifier")
    doubt_near = _of_most(
        frame, "qpv_proche_code", group, dwellings, count, only=statut == "a_verifier"
    )
    codes = []
    for g in range(count):
        if inside[g]:
            codes.append(inside[g])
        elif side[g] == "a_verifier":
            codes.append(doubt_code[g] or doubt_near[g])
        else:
            codes.append("")
    names = dict(zip(texts(frame, "qpv_proche_code"), texts(frame, "qpv_proche_nom"), strict=True))
    names |= dict(zip(texts(frame, "qpv_code"), texts(frame, "qpv_nom"), strict=True))
    return {"code_qpv": codes, "nom_qpv": [names.get(c, "") if c else "" for c in codes]}


def _place(
    frame: pd.DataFrame, group: NDArray[np.intp], dwellings: NDArray[np.int64], count: int,
    codes: list[Any],
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    """Return the mean place of entrances, weighted by dwellings (metres and degrees)."""
    x, y = numbers(frame, "result_x"), numbers(frame, "result_y")
    placed = np.isfinite(x) & np.isfinite(y)
    # An entrance without dwellings still has a place; it weighs next to nothing.
    weight = np.where(placed, np.maximum(dwellings, 1e-9), 0.0)
    total = np.bincount(group, weights=weight, minlength=count)
    mean = [
        np.divide(
            np.bincount(group, weights=weight * np.nan_to_num(v), minlength=count), total,
            out=np.full(count, np.nan), where=total > 0,
        )
        for v in (x, y)
    ]  # fmt: skip
    lon, lat = np.full(count, np.nan), np.full(count, np.nan)
    epsg = np.array([legal_epsg(str(c)) for c in codes] or [0], dtype=np.int64)[:count]
    for code in sorted(set(epsg.tolist())):
        rows = (epsg == code) & (total > 0)
        if rows.any():
            lon[rows], lat[rows] = to_lonlat(mean[0][rows], mean[1][rows], code)
    return {
        "x": np.round(mean[0], 2), "y": np.round(mean[1], 2),
        "longitude": np.round(lon, 7), "latitude": np.round(lat, 7),
    }  # fmt: skip
