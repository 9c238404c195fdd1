"""The side of each interview: one map for every wave, the delivered flag only compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import QpvStatut
from tfpb.survey.reading.delivery_columns import identifier, place_of, rows_fault
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = -1
_SIDES = {QpvStatut.DANS.value: 1, QpvStatut.HORS.value: 0}
_WORDS = {1: QpvStatut.DANS.value, 0: QpvStatut.HORS.value}


def residence_rows(frame: pd.DataFrame, residences: pd.DataFrame) -> NDArray[np.intp]:
    """Return the position in `residences` of each interview's résidence, -1 when it is not there.

    Identifiers are compared without case. When the stock holds one identifier under several
    bailleurs, or one bailleur that the survey also names among others, the bailleur must agree.
    """
    ids = [identifier(squeeze(str(v))).casefold() for v in residences["id_residence"]]
    owners = [fold(str(v)) for v in residences["bailleur"]] if "bailleur" in residences else []
    keys = frame[["bailleur", "residence"]].drop_duplicates()
    surveyed = {fold(str(b)) for b in keys["bailleur"]}
    by_owner = bool(owners) and (
        len(set(ids)) < len(ids) or (len(surveyed) > 1 and bool(surveyed & set(owners)))
    )
    if by_owner:
        position = {(o, i): k for k, (o, i) in enumerate(zip(owners, ids, strict=True))}
    else:
        position = {("", i): k for k, i in enumerate(ids)}
    found = [
        position.get((fold(str(b)) if by_owner else "", str(r).casefold()), -1) if r else -1
        for b, r in zip(keys["bailleur"], keys["residence"], strict=True)
    ]
    index = pd.MultiIndex.from_frame(keys)
    rows = index.get_indexer(pd.MultiIndex.from_frame(frame[["bailleur", "residence"]]))
    return np.array(found, dtype=np.intp)[rows]


def apply_located_side(
    frame: pd.DataFrame, residences: pd.DataFrame | None, keep: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[Fault]]:
    """Return the side of each row (1, 0, -1 left out) and what must be said of it.

    Parameters
    ----------
    frame : DataFrame
        Standard columns; `qpv` is the delivered flag (-1 when empty).
    residences : DataFrame, optional
        Located résidences; without them the delivered flag rules.
    keep : bool array
        Rows still in; others are not spoken of again.
    """
    flag = frame["qpv"].to_numpy(dtype=np.int64)
    if residences is None or residences.empty:
        lacking = np.flatnonzero((flag < 0) & keep)
        column = str(frame["_colonne_qpv"].iloc[0]) if len(frame) else ""
        listed = rows_fault("qpv_manquant", frame, lacking, column=column) if lacking.size else []
        return flag, listed
    rows = residence_rows(frame, residences)
    located = np.array([_SIDES.get(str(c), UNKNOWN) for c in residences["cote"]], dtype=np.int64)
    known = rows >= 0
    side = np.where(known, located[rows], flag)
    faults: list[Fault] = []
    named = frame["residence"].to_numpy(dtype=object) != ""
    nowhere = np.flatnonzero(~named & (flag < 0) & keep)
    if nowhere.size:
        column = str(frame["_colonne_qpv"].iloc[0])
        faults += rows_fault("qpv_manquant", frame, nowhere, column=column)
    for code, mask in (
        ("residence_a_verifier", known & (side < 0)),
        ("residence_hors_patrimoine", ~known & named & (flag >= 0)),
        ("residence_sans_cote", ~known & named & (flag < 0)),
        ("qpv_contredit", known & (side >= 0) & (flag >= 0) & (side != flag)),
    ):
        faults += _by_residence(code, frame, mask & keep, side, flag)
    return side.astype(np.int64), faults


def _by_residence(
    code: str,
    frame: pd.DataFrame,
    mask: NDArray[np.bool_],
    side: NDArray[np.int64],
    flag: NDArray[np.int64],
) -> list[Fault]:
    """Make one doubt a résidence and wave."""
    positions = np.flatnonzero(mask)
    if not positions.size:
        return []
    faults = []
    rows = frame.iloc[positions].assign(_at=positions)
    for (wave, owner, residence), group in rows.groupby(
        ["vague", "bailleur", "residence"], sort=True
    ):
        at = int(group["_at"].iloc[0])
        faults.append(
            Fault(
                code,
                place_of(frame, at, str(frame["_colonne_qpv"].iloc[at])),
                str(residence),
                {
                    "residence": str(residence),
                    "vague": str(wave),
                    "bailleur": str(owner),
                    "nombre": len(group),
                    "livre": _WORDS.get(int(flag[at]), ""),
                    "situe": _WORDS.get(int(side[at]), QpvStatut.A_VERIFIER.value),
                },
                Severity.DOUTE,
            )
        )
    return faults
