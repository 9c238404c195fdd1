"""Adjustment variables and territories: from the delivery, else from the located stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.survey.reading.delivery_columns import Rows, distinct, token
from tfpb.survey.reading.located_residences import residence_rows
from tfpb.text import fold, squeeze
from tfpb.words.survey.survey_words import PERIODS

if TYPE_CHECKING:
    from tfpb.model.arrays import Texts
    from tfpb.model.plan import Plan, Variable

_OWN: Final = frozenset({"id_residence", "bailleur", "cote", "x", "y", "longitude", "latitude"})
_DEPARTEMENT_LETTERS: Final = 2
_OVERSEAS: Final = ("97", "98")


def wanted_variables(plan: Plan) -> tuple[str, ...]:
    """Name the variables the plan reads besides roles and items, each once, in order."""
    columns = plan.colonnes
    roles = {"repondant", "vague", "bailleur", "residence", "poids", "qpv"}
    for role in tuple(roles):
        roles.update(getattr(columns, role))
    names = (
        *columns.ajustement,
        *columns.standardisation,
        *(s for s in columns.strates if s not in roles),
        *(i.filtre.colonne for i in plan.items if i.filtre is not None),
        *plan.variables,
    )
    return tuple(dict.fromkeys(names))


def read_variables(
    text: pd.DataFrame, rows: Rows, plan: Plan, residences: pd.DataFrame | None
) -> pd.DataFrame:
    """Read variables and territories, one column each, text ("" when unknown).

    A variable the deliveries do not hold is taken from the located stock; `periode_construction` is
    then cut from the year of construction. Territories are the columns of the stock.
    """
    frame = rows.frame
    stock = _stock_columns(frame, residences)
    out: dict[str, Texts] = {}
    for name in wanted_variables(plan):
        if f"@{name}" in text.columns:
            values = text[f"@{name}"].fillna("").to_numpy(dtype=object)
            out[name] = _categories(values, name, plan.variables.get(name), rows, text)
        elif name in stock:
            out[name] = stock[name]
        elif name in {*plan.colonnes.ajustement, *plan.colonnes.standardisation}:
            place, fields = Place("plan_enquete.toml"), {"colonne": name}
            rows.faults.append(Fault("variable_absente", place, name, fields, Severity.DOUTE))
    for name, values in stock.items():
        if name not in out and name not in frame.columns:
            out[name] = values
    return pd.DataFrame(out, index=frame.index, dtype=object)


def _stock_columns(frame: pd.DataFrame, residences: pd.DataFrame | None) -> dict[str, Texts]:
    if residences is None or residences.empty:
        return {}
    rows = residence_rows(frame, residences)
    known = rows >= 0
    out: dict[str, Texts] = {}
    for name, values in stock_columns(residences).items():
        spread = np.full(len(frame), "", dtype=object)
        spread[known] = values[rows[known]]
        out[name] = spread
    return out


def stock_columns(residences: pd.DataFrame) -> dict[str, Texts]:
    """Return the territories and variables of located résidences, as text ("" when unknown)."""
    out = {
        str(name): np.array(
            ["" if pd.isna(v) else _plain(v) for v in residences[name]], dtype=object
        )
        for name in residences.columns
        if name not in _OWN and not str(name).startswith("_")
    }
    if "periode_construction" not in out and "annee_construction" in out:
        out["periode_construction"] = construction_periods(out["annee_construction"])
    if "departement" not in out and "code_insee" in out:
        out["departement"] = np.array([_departement(c) for c in out["code_insee"]], dtype=object)
    return out


def _plain(value: object) -> str:
    text = squeeze(str(value))
    return text.removesuffix(".0")


def construction_periods(years: Texts) -> Texts:
    """Cut years of construction at the turning points of social building."""

    def period(year: str) -> str:
        if not year.isdigit():
            return ""
        return next((label for end, label in PERIODS if int(year) < end), "")

    return np.array([period(y) for y in years], dtype=object)


def _departement(code_insee: str) -> str:
    return code_insee[: 3 if code_insee.startswith(_OVERSEAS) else _DEPARTEMENT_LETTERS]


def _categories(
    values: Texts, name: str, variable: Variable | None, rows: Rows, text: pd.DataFrame
) -> Texts:
    """Name categories as the plan does; without a list, spellings that fold alike are one."""
    if variable is None or not variable.categories:
        codes, uniques = distinct(values)
        first: dict[str, str] = {}
        for value in sorted(uniques):
            first.setdefault(fold(value), value)
        return np.array([first[fold(u)] for u in uniques], dtype=object)[codes]
    lookup = {token(v): label for label, vs in variable.categories.items() for v in (label, *vs)}
    codes, named = rows.parsed(
        values, lambda value: lookup.get(key) if (key := token(value)) else "", "categorie_inconnue",
        text[f"_lu_@{name}"].to_numpy(dtype=object),
        variable=name, connues=", ".join(variable.categories),
    )  # fmt: skip
    return np.array([n or "" for n in named], dtype=object)[codes]
