"""The located stock beside the interviews: the dwellings a survey speaks for, their territories and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.arrays import all_texts
from tfpb.model.columns import stamped_place
from tfpb.model.location import department_of
from tfpb.model.tables import STOCK
from tfpb.survey.reading.delivery_columns import find_column, parse_number
from tfpb.survey.reading.located_residences import SIDES, residence_rows
from tfpb.text import fold, squeeze
from tfpb.words.survey.survey_words import PERIODS

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices, Texts

PARC: Final = "_parc"
"""Column of the respondents: row of their résidence in the stock, −1 when it is not there."""
_OWN: Final = frozenset({"id_residence", "bailleur", "cote", "x", "y", "longitude", "latitude"})


def surveyed_stock(
    frame: pd.DataFrame, residences: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, Indices, list[Fault]]:
    """Return the résidences whose dwellings are known, and that of each interview.

    From `vague, bailleur, residence` of the interviews and `RESIDENCE_COLUMNS`. Those of a résidence that
    counts more interviews in a wave than dwellings are not known (a doubt each): a sample larger than its
    population would leave nothing uncertain. One row a résidence: `bailleur` (as the survey writes it),
    `qpv` (1 or 0, −1 where its side is to be checked), `logements` and the territories; None where no side
    is known. Then the row of each interview's résidence, −1 when it is not there.
    """
    nowhere = np.full(len(frame), -1, dtype=np.intp)
    if residences is None or residences.empty:
        return None, nowhere, []
    contract = STOCK.column("nb_logements")
    column = find_column(residences, (contract.name, *contract.aliases))
    if column is None:
        return None, nowhere, []
    dwellings = np.array([parse_number(str(v)) for v in residences[column]], dtype=float)
    side = np.array([SIDES.get(str(c), -1) for c in residences["cote"]], dtype=np.int64)
    rows = residence_rows(frame, residences)
    crowded, doubts = _crowded(frame, rows, dwellings)
    known = (dwellings > 0) & ~crowded
    table = pd.DataFrame(stock_columns(residences), dtype=object).assign(
        bailleur=_owners(frame, residences, rows), qpv=side, logements=dwellings
    )
    place = np.where(known, np.cumsum(known) - 1, -1)
    found = np.where(rows >= 0, place[rows], -1).astype(np.intp)
    stock = table[known].reset_index(drop=True)
    return (stock, found, doubts) if (stock["qpv"] >= 0).any() else (None, nowhere, doubts)


def _crowded(frame: pd.DataFrame, rows: Indices, dwellings: Floats) -> tuple[Flags, list[Fault]]:
    """Find the résidences that count more interviews in a wave than they have dwellings."""
    out = np.zeros(len(dwellings), dtype=bool)
    doubts = []
    met = frame.assign(_row=rows, _at=np.arange(len(frame)))[rows >= 0]
    for _, group in met.groupby(["vague", "_row"], sort=True):
        row = int(group["_row"].iloc[0])
        if not 0 < dwellings[row] < len(group):
            continue
        out[row] = True
        name = str(group["residence"].iloc[0])
        fields = {
            "residence": name, "vague": str(group["vague"].iloc[0]), "nombre": len(group),
            "logements": int(dwellings[row]), "bailleur": str(group["bailleur"].iloc[0]),
        }  # fmt: skip
        place = stamped_place(frame, int(group["_at"].iloc[0]))
        doubts.append(Fault("interviews_plus_que_logements", place, name, fields, Severity.DOUTE))
    return out, doubts


def _owners(frame: pd.DataFrame, residences: pd.DataFrame, rows: Indices) -> Texts:
    """Name the bailleur of each résidence as the survey does.

    That of its own interviews; else the one the stock names; else the one most interviews of this
    stock are of: a stock without a column of bailleurs is one bailleur's.
    """
    names = frame["bailleur"].to_numpy(dtype=object)
    spelled = {fold(str(n)): str(n) for n in pd.unique(names)}
    met = names[rows >= 0]
    sole = str(pd.Series(met).mode().iloc[0]) if len(met) else ""
    written = residences["bailleur"] if "bailleur" in residences else [""] * len(residences)
    out = all_texts([spelled.get(fold(str(w)), "" if str(w) else sole) for w in written])
    if len(met) and not np.isin(out, list(spelled.values())).any():
        out[:] = sole
    out[rows[rows >= 0]] = met
    return out


def stock_columns(residences: pd.DataFrame) -> dict[str, Texts]:
    """Return the territories and variables of located résidences, as text ("" when unknown)."""
    out = {
        str(name): plain_texts(residences[name])
        for name in residences.columns
        if name not in _OWN and not str(name).startswith("_")
    }
    if "periode_construction" not in out and "annee_construction" in out:
        out["periode_construction"] = construction_periods(out["annee_construction"])
    if "departement" not in out and "code_insee" in out:
        out["departement"] = all_texts([department_of(c) for c in out["code_insee"]])
    return out


def plain_texts(column: pd.Series[Any]) -> Texts:
    """Return a column as texts, "" where it is empty; years without decimals."""
    return all_texts(["" if pd.isna(v) else squeeze(str(v)).removesuffix(".0") for v in column])


def construction_periods(years: Texts) -> Texts:
    """Cut years of construction at the turning points of social building."""

    def period(year: str) -> str:
        if not year.isdecimal():
            return ""
        return next((label for end, label in PERIODS if int(year) < end), "")

    return all_texts([period(y) for y in years])
