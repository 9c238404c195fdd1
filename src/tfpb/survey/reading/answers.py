"""Reading the answers of every item: unknown codes are faults, filters leave only those concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Fault, Place, Severity
from tfpb.survey.reading.delivery_columns import distinct, rows_fault
from tfpb.survey.reading.scales import ABSENT, Scale, build_scale, token

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.model.plan import Item, Plan

_PLAN: Final = Place("plan_enquete.toml")


def read_answers(
    text: pd.DataFrame,
    frame: pd.DataFrame,
    variables: pd.DataFrame,
    plan: Plan,
    faults: list[Fault],
) -> tuple[dict[str, Scale], dict[str, NDArray[np.int16]], dict[str, NDArray[np.float64]]]:
    """Read every item of the plan.

    Parameters
    ----------
    text : DataFrame
        One column an item (its identifier), text as delivered, NaN where the delivery lacks it, and
        `_lu_<identifier>`: the header it was read under.
    frame : DataFrame
        The same rows with their stamp.
    variables : DataFrame
        The same rows' variables, categories named as the plan does: what filters are read on.
    faults : list of Fault
        Receives `code_reponse_inconnu` (one a file, column and code), `echelle_inconnue`,
        `item_absent`.

    Returns
    -------
    scales, answers, marks : dicts by item
    """
    built = {name: build_scale(echelle) for name, echelle in plan.echelles.items()}
    scales: dict[str, Scale] = {}
    answers: dict[str, NDArray[np.int16]] = {}
    marks: dict[str, NDArray[np.float64]] = {}
    for item in plan.items:
        scale = built.get(item.echelle)
        if scale is None:
            known = ", ".join(built)
            faults.append(
                Fault(
                    "echelle_inconnue",
                    _PLAN,
                    item.echelle,
                    {"item": item.libelle, "connues": known},
                )
            )
            continue
        name = item.identifiant
        ranks, values = _read_item(text, frame, item, scale, faults)
        if item.filtre is not None:
            outside = ~_concerned(text, variables, item)
            ranks[outside] = ABSENT
            values[outside] = np.nan
        scales[name] = scale
        answers[name] = ranks
        if scale.marks:
            marks[name] = values
    return scales, answers, marks


def _read_item(
    text: pd.DataFrame, frame: pd.DataFrame, item: Item, scale: Scale, faults: list[Fault]
) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    name = item.identifiant
    if name not in text.columns:
        severity = Severity.FAUTE
        faults.append(
            Fault("item_absent", _PLAN, ", ".join(item.colonnes), {"item": item.libelle}, severity)
        )
        nothing = np.full(len(text), ABSENT, dtype=np.int16)
        return nothing, np.full(len(text), np.nan)
    absent = text[name].isna().to_numpy()
    faults += _lacking_files(frame, absent, item)
    codes, uniques = distinct(text[name].fillna("").to_numpy(dtype=object))
    read = [scale.read(u) for u in uniques]
    for k, value in enumerate(read):
        if value is None:
            positions = np.flatnonzero(codes == k)
            header = str(text[f"_lu_{name}"].iloc[positions[0]])
            faults += rows_fault(
                "code_reponse_inconnu",
                frame,
                positions,
                column=header,
                got=uniques[k],
                severity=Severity.FAUTE,
                fields={"item": item.libelle, "echelle": item.echelle},
            )
    ranks = np.array([ABSENT if v is None else v[0] for v in read], dtype=np.int16)
    values = np.array([np.nan if v is None else v[1] for v in read], dtype=float)
    return ranks[codes], values[codes]


def _lacking_files(frame: pd.DataFrame, absent: NDArray[np.bool_], item: Item) -> list[Fault]:
    """Say which deliveries do not hold an item that others hold."""
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


def _concerned(text: pd.DataFrame, variables: pd.DataFrame, item: Item) -> NDArray[np.bool_]:
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
