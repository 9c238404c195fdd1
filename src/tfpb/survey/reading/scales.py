"""Codes and labels that mean the same: answers read into ranks by their scales, variables into categories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.arrays import all_texts
from tfpb.survey.reading.delivery_columns import Rows, distinct, numeric, token
from tfpb.survey.reading.located_residences import residence_rows
from tfpb.survey.reading.stock_agreement import disagreements
from tfpb.survey.reading.surveyed_stock import stock_columns
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Objects, Texts
    from tfpb.model.plan import Code, Echelle, Item, Plan, Variable

ABSENT: Final = -1
"""No answer: the question was not asked, or the cell is empty."""
NSP: Final = -2
"""« Ne sait pas »."""
NOT_CONCERNED: Final = -3
"""« Non concerné »."""

_NUMBERED: Final = re.compile(r"(\d+)\s*[-–—.:=)]\s*(\D.*)")
_PLAN: Final = Place("plan_enquete.toml")


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale ready to read answers."""

    labels: tuple[str, ...]
    """Levels in order, best first as the plan lists them; for a mark, the two sides of the cut."""
    satisfied: tuple[bool, ...]  # whether each level counts as satisfied
    lookup: dict[str, int]  # token → rank, `NSP` or `NOT_CONCERNED`
    marks: bool = False  # the answer is a mark: its value is kept for means
    cut: float = float("nan")  # a mark from `cut` on is satisfied
    minimum: float = 0.0  # of the marks
    maximum: float = 10.0  # of the marks

    def read(self, text: str) -> tuple[int, float] | None:
        """Read one answer: (rank, mark), the mark being NaN but on a scale of marks.

        Returns None when the code is unknown.
        """
        nothing = float("nan")
        key = token(text)
        if not key:
            return ABSENT, nothing
        if key in self.lookup:
            return self.lookup[key], nothing
        if self.marks and numeric(key):
            mark = float(key)
            if self.minimum <= mark <= self.maximum:
                return int(mark >= self.cut), mark
        if match := _NUMBERED.fullmatch(squeeze(text)):  # « 1 - Très satisfait »
            return self._numbered(match[1], match[2])
        return None

    def _numbered(self, code: str, label: str) -> tuple[int, float] | None:
        """Read a label that carries its code; both must agree when both are known."""
        ranks = {self.lookup[t] for t in (token(code), token(label)) if t in self.lookup}
        if len(ranks) == 1:
            return ranks.pop(), float("nan")
        if self.marks and not ranks and self.minimum <= float(code) <= self.maximum:
            return int(float(code) >= self.cut), float(code)
        return None


def build_scale(echelle: Echelle) -> Scale:
    """Turn a scale of the plan into a reader.

    Codes and labels of the same list are two writings of the same levels when there are as many of
    each (the first code is the first label); `libelles` names a code otherwise.
    """
    lookup: dict[str, int] = {}
    for code in echelle.nsp:
        lookup[token(code)] = NSP
    for code in echelle.non_concerne:
        lookup[token(code)] = NOT_CONCERNED
    if echelle.type == "note":
        return Scale(
            labels=("", ""),
            satisfied=(False, True),
            lookup=lookup,
            marks=True,
            cut=echelle.cut,
            minimum=echelle.minimum,
            maximum=echelle.maximum,
        )
    labels: list[str] = []
    satisfied: list[bool] = []
    for codes, good in ((echelle.satisfait, True), (echelle.insatisfait, False)):
        for label, tokens in _levels(codes, echelle.libelles):
            for key in tokens:
                lookup.setdefault(key, len(labels))
            labels.append(label)
            satisfied.append(good)
    return Scale(tuple(labels), tuple(satisfied), lookup)


def _levels(codes: tuple[Code, ...], names: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Group the codes of one list into levels: (label, tokens of the level)."""
    named = {token(k): v for k, v in names.items()}
    numbers = [c for c in codes if numeric(token(c))]
    words = [c for c in codes if not numeric(token(c))]
    if numbers and len(numbers) == len(words):
        return [
            (str(word), [token(number), token(word)])
            for number, word in zip(numbers, words, strict=True)
        ]
    levels: list[tuple[str, list[str]]] = []
    for code in (*numbers, *words):
        label = named.get(token(code), str(code))
        same = next((entry for entry in levels if fold(entry[0]) == fold(label)), None)
        if same:
            same[1].append(token(code))
        else:
            levels.append((label, list(dict.fromkeys((token(code), token(label))))))
    return levels


def read_answers(
    text: pd.DataFrame, rows: Rows, variables: pd.DataFrame, plan: Plan
) -> tuple[dict[str, Scale], dict[str, NDArray[np.int16]], dict[str, Floats]]:
    """Read every item of the plan: its scale, its answers, its marks.

    `text` has one column an item (its identifier), as delivered, NaN where the delivery lacks it, and
    `_lu_<identifier>`: the header it was read under. The list of `rows` receives `code_reponse_inconnu`
    (one a file, column and code), `echelle_inconnue`, `item_absent`, `reponses_hors_filtre`. Filters are
    read on `variables`, whose categories are named as the plan does.
    """
    built = {name: build_scale(echelle) for name, echelle in plan.echelles.items()}
    scales: dict[str, Scale] = {}
    answers: dict[str, NDArray[np.int16]] = {}
    marks: dict[str, Floats] = {}
    for item in plan.items:
        scale = built.get(item.echelle)
        if scale is None:
            fields = {"item": item.libelle, "connues": ", ".join(built)}
            rows.faults.append(Fault("echelle_inconnue", _PLAN, item.echelle, fields))
            continue
        name = item.identifiant
        ranks, values = _read_item(text, rows, item, scale)
        if item.filtre is not None:
            outside = ~_concerned(text, variables, item)
            left = np.flatnonzero(outside & (ranks >= 0))
            _warn_left_out(text, variables, rows, item, left)
            ranks[outside] = ABSENT
            values[outside] = np.nan
        scales[name] = scale
        answers[name] = ranks
        if scale.marks:
            marks[name] = values
    return scales, answers, marks


def _warn_left_out(
    text: pd.DataFrame, variables: pd.DataFrame, rows: Rows, item: Item, left: Indices
) -> None:
    """List the answers of those whom a filter leaves out: nobody else should have been asked."""
    if not left.size or item.filtre is None:
        return
    column = item.filtre.colonne
    table, name = (text, f"@{column}") if f"@{column}" in text.columns else (variables, column)
    written = table[name].iloc[left]
    rows.fault_at(
        "reponses_hors_filtre", left, str(text[f"_lu_{item.identifiant}"].iloc[left[0]]),
        str(written.fillna("").mode().iloc[0]), item=item.libelle, filtre=column,
        valeurs=", ".join(map(str, item.filtre.valeurs)),
    )  # fmt: skip


def _read_item(
    text: pd.DataFrame, rows: Rows, item: Item, scale: Scale
) -> tuple[NDArray[np.int16], Floats]:
    name = item.identifiant
    if name not in text.columns:
        fields = {"item": item.libelle}
        rows.faults.append(Fault("item_absent", _PLAN, ", ".join(item.colonnes), fields))
        nothing = np.full(len(text), ABSENT, dtype=np.int16)
        return nothing, np.full(len(text), np.nan)
    absent = text[name].isna().to_numpy()
    rows.faults.extend(_lacking_files(rows.frame, absent, item))
    codes, read = rows.parsed(
        text[name].fillna("").to_numpy(dtype=object), scale.read, "code_reponse_inconnu",
        text[f"_lu_{name}"].to_numpy(dtype=object), item=item.libelle, echelle=item.echelle,
    )  # fmt: skip
    ranks = np.array([ABSENT if v is None else v[0] for v in read], dtype=np.int16)
    values = np.array([np.nan if v is None else v[1] for v in read], dtype=float)
    return ranks[codes], values[codes]


def _lacking_files(frame: pd.DataFrame, absent: Flags, item: Item) -> list[Fault]:
    """List the deliveries that do not hold an item that others hold."""
    if not absent.any():
        return []
    files = sorted(set(frame["_fichier"][absent].astype(str)))
    return [
        Fault(
            "item_absent_livraison",
            Place(file, column=item.identifiant),
            ", ".join(item.colonnes),
            {"item": item.libelle},
            Severity.DOUTE,
        )
        for file in files
    ]


def _concerned(text: pd.DataFrame, variables: pd.DataFrame, item: Item) -> Flags:
    """Return the rows that an item's filter lets through (all of them when its column is unknown).

    A filter may name a category of the plan or a code as delivered.
    """
    filtre = item.filtre
    through = np.zeros(len(text), dtype=bool)
    if filtre is None:
        return ~through
    allowed = {token(v) for v in filtre.valeurs}
    found = [
        table[name]
        for table, name in ((variables, filtre.colonne), (text, f"@{filtre.colonne}"))
        if name in table.columns
    ]
    for column in found:
        codes, uniques = distinct(column.fillna("").to_numpy(dtype=object))
        through |= np.array([token(u) in allowed for u in uniques], dtype=bool)[codes]
    return through if found else ~through


def wanted_variables(plan: Plan) -> tuple[str, ...]:
    """Name the variables the plan reads besides roles and items, each once, in order."""
    columns = plan.colonnes
    roles = {"repondant", "vague", "bailleur", "residence", "poids", "qpv"}
    for role in tuple(roles):
        roles.update(getattr(columns, role))
    names = (
        *columns.ajustement,
        *columns.standardisation,
        *columns.segments,
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
            if name in stock:
                rows.faults.extend(disagreements(frame, name, out[name], stock[name]))
        elif name in stock:
            out[name] = stock[name]
        elif name in {*plan.colonnes.comparables, *plan.colonnes.segments}:
            fields = {"colonne": name}
            rows.faults.append(Fault("variable_absente", _PLAN, name, fields, Severity.DOUTE))
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
        out[name] = all_texts(["", *values], np.where(known, rows + 1, 0))
    return out


def _categories(
    values: Objects, name: str, variable: Variable | None, rows: Rows, text: pd.DataFrame
) -> Texts:
    """Name categories as the plan does; without a list, spellings that fold alike are one."""
    if variable is None or not variable.categories:
        codes, uniques = distinct(values)
        first: dict[str, str] = {}
        for value in sorted(uniques):
            first.setdefault(fold(value), value)
        return all_texts([first[fold(u)] for u in uniques], codes)
    lookup = {token(v): label for label, vs in variable.categories.items() for v in (label, *vs)}
    codes, named = rows.parsed(
        values, lambda value: lookup.get(key) if (key := token(value)) else "", "categorie_inconnue",
        text[f"_lu_@{name}"].to_numpy(dtype=object),
        variable=name, connues=", ".join(variable.categories),
    )  # fmt: skip
    return all_texts([n or "" for n in named], codes)
