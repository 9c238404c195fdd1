"""The review loop: doubtful entrances out as a sheet, decisions kept from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.perimeters.decisions import match_decisions
from tfpb.perimeters.points import numbers, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

REVIEW_COLUMNS: Final = (
    "id_residence", "id_batiment", "adresse", "commune", "nb_logements", "quartier", "distance_m",
    "incertitude_m", "motif", "decision", "code_qpv", "auteur", "date", "piece",
)  # fmt: skip
"""Sheet « Limites »: those of `DECISIONS_LIMITES` are read back, the others help to decide."""
POSITION: Final = "_position"
"""Position (0-based) of the entrance in the located frame, −1 for a decision without entrance."""
_FILLED: Final = ("decision", "code_qpv", "auteur", "date", "piece")


def row_keys(entrances: pd.DataFrame) -> pd.Series[Any]:
    """Return the identifier each row is decided by: its résidence, or its row where it has none."""
    ids = texts(entrances, "id_residence")
    rows = (
        entrances["_ligne"].tolist()
        if "_ligne" in entrances.columns
        else range(2, len(entrances) + 2)
    )
    return pd.Series(
        [i or f"ligne {r}" for i, r in zip(ids, rows, strict=True)],
        index=entrances.index,
        dtype="str",
    )


def doubtful(entrances: pd.DataFrame, decisions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Gather what is to be decided, and what was: the sheet can be handed back as it is.

    Parameters
    ----------
    entrances : DataFrame
        Stock columns (or any table) + `RESULT_COLUMNS` as far as known + `LOCATION_COLUMNS`.
    decisions : DataFrame, optional
        Typed `DECISIONS_LIMITES` of the run before; every line of it is found again in the sheet,
        those that match no entrance at the end.

    Returns
    -------
    DataFrame
        `REVIEW_COLUMNS` + `POSITION`, entrances in order.
    """
    keyed = entrances.assign(id_residence=row_keys(entrances))
    taken: dict[int, int] = {}
    orphans: list[int] = []
    if decisions is not None and len(decisions):
        matched = {m.decision: m.rows for m in match_decisions(keyed, decisions)}
        for line, ruled in matched.items():
            taken.update(dict.fromkeys(ruled, line))
            if not ruled:
                orphans.append(line)
    unsure = texts(entrances, "qpv_statut").to_numpy(dtype=object) == QpvStatut.A_VERIFIER.value
    rows = sorted({*np.flatnonzero(unsure).tolist(), *taken})
    kept = keyed.iloc[rows]
    columns = {c: texts(kept, c).tolist() for c in _TOLD}
    figures = {c: numbers(kept, c).tolist() for c in _FIGURES}
    out = []
    for place, i in enumerate(rows):
        told = {c: values[place] for c, values in columns.items()}
        cells = _cells(told) | {_FIGURES[c]: values[place] for c, values in figures.items()}
        if i in taken and decisions is not None:
            filled = _decided(decisions, taken[i])
            cells |= {k: v for k, v in filled.items() if v or k != "code_qpv"}
        cells[POSITION] = i
        out.append([cells.get(c, "") for c in (*REVIEW_COLUMNS, POSITION)])
    out += [_orphan(decisions, line) for line in orphans if decisions is not None]
    return pd.DataFrame(out, columns=[*REVIEW_COLUMNS, POSITION])


_TOLD: Final = (
    "id_residence", "id_batiment", "adresse", "commune", "result_city", "qpv_motif", "qpv_code",
    "qpv_nom", "qpv_proche_code", "qpv_proche_nom",
)  # fmt: skip
_FIGURES: Final = {
    "nb_logements": "nb_logements", "qpv_distance_m": "distance_m", "result_radius_m": "incertitude_m",
}  # fmt: skip


def _cells(told: dict[str, str]) -> dict[str, Any]:
    """Write the cells that help to decide one entrance; the quarter is its own, else the nearest."""
    inside = bool(told["qpv_code"])
    return {
        "id_residence": told["id_residence"], "id_batiment": told["id_batiment"],
        "adresse": told["adresse"], "commune": told["commune"] or told["result_city"],
        "quartier": told["qpv_nom"] if inside else told["qpv_proche_nom"],
        "code_qpv": told["qpv_code"] if inside else told["qpv_proche_code"],
        "motif": told["qpv_motif"],
    }  # fmt: skip


def _orphan(decisions: pd.DataFrame, line: int) -> list[Any]:
    known = {
        c: str(texts(decisions, c).iloc[line]) for c in ("id_residence", "id_batiment", "adresse")
    }
    cells: dict[str, Any] = {**known, **_decided(decisions, line), POSITION: -1}
    empty = dict.fromkeys(("nb_logements", "distance_m", "incertitude_m"), float("nan"))
    return [{**empty, **cells}.get(c, "") for c in (*REVIEW_COLUMNS, POSITION)]


def _decided(decisions: pd.DataFrame, line: int) -> dict[str, Any]:
    out: dict[str, Any] = {c: str(texts(decisions, c).iloc[line]) for c in _FILLED if c != "date"}
    day = decisions["date"].iloc[line] if "date" in decisions.columns else None
    out["date"] = "" if day is None or pd.isna(day) else day
    return out


def lost_decisions(filled: pd.DataFrame, used: pd.DataFrame | None) -> list[int]:
    """Find decisions of a review file that the run does not use: they must not be written over.

    Parameters
    ----------
    filled, used : DataFrame
        Typed `DECISIONS_LIMITES`: what stands in the file, what the run was given.

    Returns
    -------
    list of int
        Positions in `filled`.
    """
    key = [c for c in DECISIONS_LIMITES.names if c in filled.columns]
    known = set() if used is None else set(_lines(used, key))
    return [
        i
        for i, line in enumerate(_lines(filled, key))
        if line not in known and str(texts(filled, "decision").iloc[i])
    ]


def _lines(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    parts = [texts(frame, c).tolist() for c in columns]
    return list(zip(*parts, strict=True))
