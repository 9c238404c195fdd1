"""From entrances to résidences: a résidence cut by a limit is split by its dwellings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.place import by_side_of, cut_homes, holds, home_columns, located, mean_weights
from tfpb.facts.quarter import quarters_of
from tfpb.model.arrays import divided
from tfpb.model.columns import numbers, texts
from tfpb.model.projection import legal_epsg, to_lonlat
from tfpb.model.results import LOCATION_COLUMNS, RESIDENCE_COLUMNS, RESULT_COLUMNS
from tfpb.model.tables import STOCK
from tfpb.perimeters.locate import SURFACE_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Integers

_NOT_GROUPING: Final = frozenset(
    {*STOCK.names, *RESULT_COLUMNS, *LOCATION_COLUMNS, *SURFACE_COLUMNS, *RESIDENCE_COLUMNS}
)


def residences(entrances: pd.DataFrame, held: pd.DataFrame | None = None) -> pd.DataFrame:
    """Gather entrances by résidence, dwellings split by the side of each entrance.

    From stock columns + `RESULT_COLUMNS` + `LOCATION_COLUMNS`, one row an entrance: `RESIDENCE_COLUMNS`,
    then the grouping columns of the stock (value of most dwellings), one row a résidence in order of first
    appearance. Side, quarter and dwellings are those of `facts.place.home_columns` (`held`, of
    `facts.place.holds`, where known). Σ of the three dwelling columns is `nb_logements`; `x, y` are metres
    of the legal projection, `longitude, latitude` degrees (EPSG:4326). Point, distance and located commune
    are those of the entrances that are `facts.place.located`: NaN where there is none.

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
    placed = home_columns(holds(entrances) if held is None else held)
    named = quarters_of(stock=[entrances])
    sure = np.asarray(located(entrances))
    found, written = groups.of_most("result_citycode", sure), groups.of_most("code_insee")
    city = [a or b for a, b in zip(found, written, strict=True)]
    out: dict[str, Any] = {
        "id_residence": names,
        **{c: groups.of_most(c) for c in ("nom", "bailleur", "commune")},
        "code_insee": city,
        "nb_entrees": np.bincount(key, minlength=len(names)),
        **{str(column): placed[column].to_numpy() for column in placed.columns},
        "nom_qpv": [named[code].shown for code in placed["code_qpv"]],
        "evolution": groups.of_most("qpv_evolution"),
        "distance_min_m": groups.least(
            np.where(sure, numbers(entrances, "qpv_distance_m"), np.nan)
        ),
        **_position(groups, city),
    }
    own = [str(c) for c in entrances.columns if c not in _NOT_GROUPING]
    for column in ("annee_construction", "type_habitat", *(c for c in own if c[:1] != "_")):
        out[column] = groups.of_most(column)
    return pd.DataFrame(out)


def cut_residences(held: pd.DataFrame) -> list[Fault]:
    """List résidences whose dwellings lie on several sides: not wrong, to be known (`residence_coupee`)."""
    counted = by_side_of(held, "id_residence")
    cut = counted[cut_homes(held)]
    return [
        Fault(
            "residence_coupee",
            Place(),
            str(home),
            {str(k): n for k, n in fields.items()},
            Severity.DOUTE,
        )
        for home, fields in cut.to_dict("index").items()
    ]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Entrances by résidence."""

    frame: pd.DataFrame
    key: Indices  # position of the résidence of each entrance
    count: int  # résidences
    dwellings: Integers

    def sum(self, values: NDArray[Any]) -> Floats:
        """Add by résidence."""
        return np.bincount(self.key, weights=values, minlength=self.count).astype(np.float64)

    def least(self, values: Floats) -> Floats:
        """Return the least value by résidence, NaN where there is none."""
        out = np.full(self.count, np.nan)
        np.fmin.at(out, self.key, values)
        return out

    def of_most(self, column: str, among: Flags | None = None) -> list[Any]:
        """Return the non-empty value that most dwellings carry (first seen on a tie), of some rows."""
        out: list[Any] = [None if column == "annee_construction" else ""] * self.count
        if column not in self.frame.columns:
            return out
        values = pd.Series(self.frame[column].tolist(), dtype=object)
        kept = values.notna() & (values != "") & (True if among is None else among)
        carried = pd.DataFrame({"key": self.key, "value": values, "dwellings": self.dwellings})
        sums = carried[kept].groupby(["key", "value"], sort=False)["dwellings"].sum()
        for key, value in sums.groupby(level="key", sort=False).idxmax() if len(sums) else ():
            out[key] = value
        return out


def _position(groups: _Groups, codes: list[Any]) -> dict[str, Floats]:
    """Return the mean place of located entrances, weighted by dwellings (metres and degrees)."""
    x, y = numbers(groups.frame, "result_x"), numbers(groups.frame, "result_y")
    weight = np.where(np.isfinite(x) & np.isfinite(y), mean_weights(groups.frame), 0.0)
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
