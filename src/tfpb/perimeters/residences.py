"""From entrances to résidences: a résidence cut by a limit is split by its dwellings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.arrays import divided
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import numbers, texts
from tfpb.model.projection import legal_epsg, to_lonlat
from tfpb.model.results import LOCATION_COLUMNS, RESIDENCE_COLUMNS, RESULT_COLUMNS
from tfpb.model.tables import STOCK
from tfpb.perimeters.locate import SURFACE_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Objects

_DOUBT: Final = QpvStatut.A_VERIFIER.value
_SIDES: Final = (QpvStatut.DANS.value, QpvStatut.HORS.value, _DOUBT)
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
        dwellings `a_verifier`. Σ of the three dwelling columns is `nb_logements`; `x, y` are metres of
        the legal projection, `longitude, latitude` degrees (EPSG:4326).

    Examples
    --------
    >>> import pandas as pd
    >>> doors = pd.DataFrame({
    ...     "id_residence": ["R1", "R1"], "nb_logements": [8, 4], "qpv_statut": ["dans", "hors"],
    ...     "qpv_code": ["QN05991I", ""], "qpv_nom": ["Les Tilleuls", ""]})
    >>> residences(doors)[["id_residence", "logements_dans", "logements_hors", "cote", "code_qpv"]]
      id_residence  logements_dans  logements_hors  cote  code_qpv
    0           R1               8               4  dans  QN05991I
    """
    key, names = pd.factorize(texts(entrances, "id_residence").to_numpy(dtype=object))
    dwellings = np.nan_to_num(numbers(entrances, "nb_logements")).round().astype(np.int64)
    groups = _Groups(entrances, key, len(names), dwellings)
    statut = texts(entrances, "qpv_statut").to_numpy(dtype=object)
    by_side = {s: groups.sum(np.where(statut == s, dwellings, 0)).astype(np.int64) for s in _SIDES}
    total = groups.sum(dwellings).astype(np.int64)
    side = _most_side(by_side, statut, key)
    located, written = groups.of_most("result_citycode"), groups.of_most("code_insee")
    city = [a or b for a, b in zip(located, written, strict=True)]
    out: dict[str, Any] = {
        "id_residence": names,
        **{c: groups.of_most(c) for c in ("nom", "bailleur", "commune")},
        "code_insee": city,
        "nb_entrees": np.bincount(key, minlength=len(names)),
        "nb_logements": total,
        **{f"logements_{s}": homes for s, homes in by_side.items()},
        "part_qpv": divided(by_side[QpvStatut.DANS], total, np.nan),
        "cote": side,
        **_quarter(groups, statut, side),
        "evolution": groups.of_most("qpv_evolution"),
        "distance_min_m": groups.least(numbers(entrances, "qpv_distance_m")),
        **_position(groups, city),
    }
    own = [str(c) for c in entrances.columns if c not in _NOT_GROUPING]
    for column in ("annee_construction", "type_habitat", *(c for c in own if c[:1] != "_")):
        out[column] = groups.of_most(column)
    return pd.DataFrame(out)


def cut_residences(table: pd.DataFrame) -> list[Fault]:
    """List résidences whose dwellings lie on several sides: not wrong, to be known.

    Parameters
    ----------
    table : DataFrame
        `RESIDENCE_COLUMNS`.

    Returns
    -------
    list of Fault
        `residence_coupee`, one a résidence.
    """
    out = []
    names = ("logements_dans", "logements_hors", "logements_a_verifier")
    columns = [table[c].astype(int).tolist() for c in names]
    for residence, inside, outside, unsure in zip(table["id_residence"], *columns, strict=True):
        if inside and outside:
            fields = {"dans": inside, "hors": outside, "a_verifier": unsure}
            out.append(Fault("residence_coupee", Place(), str(residence), fields, Severity.DOUTE))
    return out


@dataclass(frozen=True, slots=True)
class _Groups:
    """Entrances by résidence.

    Parameters
    ----------
    frame : DataFrame, n rows
    key : int array, shape (n,)
        Position of the résidence of each entrance.
    count : int
        Résidences.
    dwellings : int array, shape (n,)
    """

    frame: pd.DataFrame
    key: Indices
    count: int
    dwellings: Integers

    def sum(self, values: NDArray[Any]) -> Floats:
        """Add by résidence."""
        return np.bincount(self.key, weights=values, minlength=self.count).astype(np.float64)

    def least(self, values: Floats) -> Floats:
        """Return the least value by résidence, NaN where there is none."""
        out = np.full(self.count, np.nan)
        np.fmin.at(out, self.key, values)
        return out

    def of_most(self, column: str, only: Flags | None = None) -> list[Any]:
        """Return the non-empty value that most dwellings carry (first seen on a tie)."""
        out: list[Any] = [None if column == "annee_construction" else ""] * self.count
        if column not in self.frame.columns:
            return out
        values = pd.Series(self.frame[column].tolist(), dtype=object)
        kept = values.notna() & (values != "")
        if only is not None:
            kept &= only
        carried = pd.DataFrame({"key": self.key, "value": values, "dwellings": self.dwellings})
        sums = carried[kept].groupby(["key", "value"], sort=False)["dwellings"].sum()
        for key, value in sums.groupby(level="key", sort=False).idxmax() if len(sums) else ():
            out[key] = value
        return out


def _most_side(by_side: dict[str, Integers], statut: Objects, key: Indices) -> list[str]:
    """Return the side of most dwellings; equal dwellings, or none at all on several sides: doubt."""
    stack = np.vstack(list(by_side.values()))
    alone = (stack == stack.max(axis=0, initial=0)).sum(axis=0) == 1
    out = np.where(alone, np.array(_SIDES, dtype=object)[stack.argmax(axis=0)], _DOUBT)
    for g in np.flatnonzero(stack.sum(axis=0) == 0):
        found = set(statut[key == g].tolist())
        out[g] = found.pop() if len(found) == 1 else _DOUBT
    return list(out)


def _quarter(groups: _Groups, statut: Objects, side: list[str]) -> dict[str, list[str]]:
    """Return code and name of the quarter: of most dwellings in, or the nearest one in doubt."""
    unsure = statut == _DOUBT
    inside = groups.of_most("qpv_code", statut == QpvStatut.DANS)
    doubt = zip(
        groups.of_most("qpv_code", unsure), groups.of_most("qpv_proche_code", unsure), strict=True
    )
    codes = [
        held or ((code or near) if where == _DOUBT else "")
        for held, where, (code, near) in zip(inside, side, doubt, strict=True)
    ]
    frame = groups.frame
    names = dict(zip(texts(frame, "qpv_proche_code"), texts(frame, "qpv_proche_nom"), strict=True))
    names |= dict(zip(texts(frame, "qpv_code"), texts(frame, "qpv_nom"), strict=True))
    return {"code_qpv": codes, "nom_qpv": [names.get(c, "") if c else "" for c in codes]}


def _position(groups: _Groups, codes: list[Any]) -> dict[str, Floats]:
    """Return the mean place of entrances, weighted by dwellings (metres and degrees)."""
    x, y = numbers(groups.frame, "result_x"), numbers(groups.frame, "result_y")
    # An entrance without dwellings still has a place; it weighs next to nothing.
    placed = np.isfinite(x) & np.isfinite(y)
    weight = np.where(placed, np.maximum(groups.dwellings, 1e-9), 0.0)
    total = groups.sum(weight)
    mean_x, mean_y = (divided(groups.sum(weight * np.nan_to_num(v)), total, np.nan) for v in (x, y))
    lon, lat = np.full(groups.count, np.nan), np.full(groups.count, np.nan)
    epsg = np.array([legal_epsg(str(c)) for c in codes], dtype=np.int64)
    for code in np.unique(epsg).tolist():
        rows = (epsg == code) & (total > 0)
        lon[rows], lat[rows] = to_lonlat(mean_x[rows], mean_y[rows], code)
    return {
        "x": np.round(mean_x, 2), "y": np.round(mean_y, 2),
        "longitude": np.round(lon, 7), "latitude": np.round(lat, 7),
    }  # fmt: skip
