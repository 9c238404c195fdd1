"""Who holds what, where: dwellings by résidence, quarter and side, and one rule for a doubtful door.

A doubtful door belongs to one quarter: the polygon that holds it, else the nearest. So the quarters add up to
the whole, and no room counts a door where another does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.columns import numbers, texts

if TYPE_CHECKING:
    from tfpb.model.arrays import Indices, Texts

HELD_COLUMNS: Final = ("id_residence", "code_qpv", "cote", "entrees", "logements", "sans_compte")
"""One row a résidence, quarter (empty: out of every quarter) and side: its doors, their dwellings, and the
doors whose dwellings no file counts."""
_SIDES: Final = (QpvStatut.DANS, QpvStatut.A_VERIFIER, QpvStatut.HORS)


def quarter_of_door(doors: pd.DataFrame) -> Texts:
    """Return the quarter of each door: the one that holds it, for a doubtful door else the nearest.

    Parameters
    ----------
    doors : DataFrame, n rows
        `qpv_statut, qpv_code, qpv_proche_code`.

    Returns
    -------
    object array of str, shape (n,)
        `code_qpv`; empty for a door that is out, and for one in doubt that is near none.
    """
    side, own, near = (
        texts(doors, c).to_numpy(dtype=object)
        for c in ("qpv_statut", "qpv_code", "qpv_proche_code")
    )
    held = np.where((side != QpvStatut.DANS) & (own == ""), near, own)
    return np.where(side == QpvStatut.HORS, "", held).astype(object)


def holds(doors: pd.DataFrame) -> pd.DataFrame:
    """Gather doors by résidence, quarter and side.

    Parameters
    ----------
    doors : DataFrame
        `id_residence, nb_logements, qpv_statut, qpv_code, qpv_proche_code`, one row an entrance.

    Returns
    -------
    DataFrame
        `HELD_COLUMNS`, by résidence in order of appearance, then code, then side (dans, a_verifier, hors).
        Σ of `entrees`, of `logements` and of `sans_compte` are those of the doors.
    """
    home, homes = pd.factorize(texts(doors, "id_residence").to_numpy(dtype=object))
    code, codes = pd.factorize(quarter_of_door(doors), sort=True)
    width, height = len(_SIDES), max(len(codes), 1)
    cell = (home * height + code) * width + _rank(texts(doors, "qpv_statut"))
    cells, row = np.unique(cell, return_inverse=True)
    count = numbers(doors, "nb_logements")
    lacking = np.isnan(count)
    dwellings = np.bincount(row, np.where(lacking, 0.0, np.round(count)), minlength=len(cells))
    return pd.DataFrame(
        {
            "id_residence": homes[cells // (height * width)],
            "code_qpv": codes[cells // width % height],
            "cote": np.array(_SIDES, dtype=object)[cells % width],
            "entrees": np.bincount(row, minlength=len(cells)),
            "logements": dwellings.astype(np.int64),
            "sans_compte": np.bincount(row, lacking, minlength=len(cells)).astype(np.int64),
        },
        columns=list(HELD_COLUMNS),
    )


def _rank(side: pd.Series[str]) -> Indices:
    """Return the place of each side in `_SIDES`; a door that no file places is one to check (contract)."""
    values = side.to_numpy(dtype=object)
    inside, outside = values == QpvStatut.DANS, values == QpvStatut.HORS
    return np.where(inside, 0, np.where(outside, 2, 1)).astype(np.intp)


def main_quarter(held: pd.DataFrame) -> pd.Series[str]:
    """Return the quarter of each résidence: of most dwellings in, else most in doubt, else the first code.

    Parameters
    ----------
    held : DataFrame
        As `holds` makes it.

    Returns
    -------
    Series of str
        `code_qpv` by `id_residence`, in order of appearance; empty for a résidence that is wholly out. Doors
        that no file counts decide between quarters of as many dwellings.
    """
    some = held[(held["code_qpv"] != "") & (held["cote"] != QpvStatut.HORS)]
    order = some.assign(_rank=_rank(some["cote"])).sort_values(
        ["_rank", "logements", "entrees", "code_qpv"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    first = order.drop_duplicates("id_residence").set_index("id_residence")["code_qpv"]
    homes = pd.Index(pd.unique(held["id_residence"]), name="id_residence")
    return first.reindex(homes, fill_value="")


def sides(held: pd.DataFrame) -> pd.Series[str]:
    """Return the side of each résidence: of most dwellings; `a_verifier` where two sides are even.

    Parameters
    ----------
    held : DataFrame
        As `holds` makes it.

    Returns
    -------
    Series of str
        `QpvStatut` by `id_residence`, in order of appearance. A résidence without any dwelling has the side
        of its doors where they have one.
    """
    by_side = by_side_of(held, "id_residence")
    homes = by_side.index
    weight = by_side.to_numpy()
    doors = by_side_of(held, "id_residence", "entrees").to_numpy()
    weight = np.where(weight.sum(axis=1, keepdims=True) == 0, doors > 0, weight)
    most = weight.max(axis=1, initial=0, keepdims=True)
    alone = (weight == most).sum(axis=1) == 1
    found = np.array(_SIDES, dtype=object)[weight.argmax(axis=1)]
    return pd.Series(
        np.where(alone, found, QpvStatut.A_VERIFIER), index=homes, name="cote", dtype=object
    )


def by_side_of(held: pd.DataFrame, key: str, counted: str = "logements") -> pd.DataFrame:
    """Count a column by side: a row a value of `key` in order of appearance, a column a side.

    Parameters
    ----------
    held : DataFrame
        As `holds` makes it.
    key : str
        `id_residence` or `code_qpv`.
    counted : str
        `logements`, `entrees` or `sans_compte`.

    Returns
    -------
    DataFrame of int
        Columns `dans`, `a_verifier`, `hors`; a side without a row holds no door, and counts 0.
    """
    place, values = pd.factorize(held[key])
    cell = place * len(_SIDES) + _rank(held["cote"])
    flat = np.bincount(cell, held[counted], minlength=len(values) * len(_SIDES))
    table = flat.reshape(len(values), len(_SIDES)).astype(np.int64)
    return pd.DataFrame(table, index=pd.Index(values, name=key), columns=[str(s) for s in _SIDES])


def quarters(held: pd.DataFrame) -> pd.DataFrame:
    """Count what each quarter holds; over all rows the columns add up to the whole.

    Parameters
    ----------
    held : DataFrame
        As `holds` makes it.

    Returns
    -------
    DataFrame
        `code_qpv, residences, logements_dans, logements_a_verifier, sans_compte`, by code; a résidence in two
        quarters is one of each. Doors in doubt that are near no quarter stand under an empty code.
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
