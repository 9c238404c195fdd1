"""Located résidences from what a user holds: the table of résidences, or located entrances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place
from tfpb.model.codes import QpvStatut
from tfpb.model.tables import STOCK
from tfpb.survey.reading.delivery_columns import find_column, identifier, parse_weight, texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDES: Final = (QpvStatut.DANS.value, QpvStatut.HORS.value, QpvStatut.A_VERIFIER.value)


def located_residences(
    frame: pd.DataFrame, *, file: str = "", sheet: str = "", carte: int | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return one row a résidence with its side (`cote`) and its grouping columns.

    Parameters
    ----------
    frame : DataFrame of text
        Résidences with `cote`, or entrances as `tfpb localiser` writes them (`id_residence`,
        `qpv_statut`, `nb_logements`).
    carte : int, optional
        Map that rules the survey (2015 or 2024): its own status columns are then read.

    Returns
    -------
    DataFrame, list of Fault
        Text columns; a résidence takes the side, and the value of each column, of most of its
        dwellings. On equal dwellings its side is `a_verifier`. `colonne_absente` when the file
        cannot say where résidences stand.
    """
    key = find_column(frame, _names("id_residence"))
    side = find_column(frame, ("cote",))
    if side is None and carte is not None:
        side = _filled(frame, f"qpv{carte}_statut")
    side = side or find_column(frame, ("qpv_statut",))
    faults = [
        Fault(
            "colonne_absente",
            Place(file, sheet),
            fields={
                "colonne": name,
                "signification": meaning,
                "lues": ", ".join(str(c) for c in frame.columns),
            },
        )
        for name, there, meaning in (
            ("id_residence", key, "l’identifiant de la résidence, comme dans l’enquête"),
            ("cote", side, "dans, hors ou à vérifier : le côté de chaque résidence ou entrée"),
        )
        if there is None
    ]
    if key is None or side is None:
        return pd.DataFrame(), faults
    table = {str(c): texts(frame, str(c)) for c in frame.columns if not str(c).startswith("_")}
    ids = np.array([identifier(v) for v in table[key]], dtype=object)
    dwellings = _dwellings(frame)
    code = _filled(frame, f"qpv{carte}_code") if carte is not None else None
    code = code or find_column(frame, ("code_qpv", "qpv_code"))
    group, names = pd.factorize(ids)
    out: dict[str, NDArray[np.object_]] = {"id_residence": np.asarray(names, dtype=object)}
    out["cote"] = _majority_side(table[side], group, len(names), dwellings)
    for name, values in table.items():
        if name not in {key, side, "cote", "id_residence"}:
            out[name] = _of_most(values, group, len(names), dwellings)
    if code is not None:
        inside = np.where(table[side] == QpvStatut.DANS.value, table[code], "")
        out["code_qpv"] = _of_most(inside, group, len(names), dwellings)
    return pd.DataFrame(out, dtype=object), []


def _names(column: str) -> tuple[str, ...]:
    contract = STOCK.column(column)
    return (contract.name, *contract.aliases)


def _filled(frame: pd.DataFrame, name: str) -> str | None:
    """Return the column if it is there and says something."""
    column = find_column(frame, (name,))
    return column if column is not None and (texts(frame, column) != "").any() else None


def _dwellings(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return the dwellings of each row, one when they are not told."""
    column = find_column(frame, _names("nb_logements"))
    if column is None:
        return np.ones(len(frame))
    counts = np.array([parse_weight(v) for v in texts(frame, column)], dtype=float)
    return np.where(counts > 0, counts, 0.0)


def _majority_side(
    sides: NDArray[np.object_], group: NDArray[np.intp], count: int, dwellings: NDArray[np.float64]
) -> NDArray[np.object_]:
    weight = np.array(
        [
            np.bincount(group, weights=np.where(sides == s, dwellings + 1e-9, 0.0), minlength=count)
            for s in _SIDES
        ]
    )
    best = weight.argmax(axis=0)
    tied = (np.isclose(weight, weight.max(axis=0))).sum(axis=0) > 1
    names = np.array(_SIDES, dtype=object)[best]
    names[tied] = QpvStatut.A_VERIFIER.value
    return np.asarray(names, dtype=object)


def _of_most(
    values: NDArray[np.object_], group: NDArray[np.intp], count: int, dwellings: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return the value of most dwellings of each group, the first met on equal counts."""
    code, names = pd.factorize(values)
    pair = group * len(names) + code
    pairs, first = np.unique(pair, return_index=True)
    weight = np.bincount(np.searchsorted(pairs, pair), weights=dwellings + 1e-9)
    order = np.lexsort((first, -weight, pairs // len(names)))
    chosen = pairs[order]
    owner, at = np.unique(chosen // len(names), return_index=True)
    out = np.full(count, "", dtype=object)
    out[owner] = np.asarray(names, dtype=object)[chosen[at] % len(names)]
    return out
