"""An action for « tous quartiers », shared between them by their dwellings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.errors import Fault
from tfpb.model.codes import ALL_QUARTERS
from tfpb.tax.plain_values import Record, apportion, doubt, money, place, records, text
from tfpb.tax.programme.entries import AMOUNTS
from tfpb.words.money.accounts import shares

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPLIT = tuple(c for c in AMOUNTS if c != "cout_horaire_eur")


def shared(actions: pd.DataFrame, homes: Mapping[str, int]) -> tuple[pd.DataFrame, list[Fault]]:
    """Write one row a quarter for each action of all quarters; amounts add up to the cent.

    Parameters
    ----------
    actions : DataFrame
        Typed by `tables.PROGRAMME`.
    homes : mapping of str to int
        Dwellings of each quarter that counts.

    Returns
    -------
    actions : DataFrame
        The same one when no action is of all quarters.
    faults : list of Fault
        `action_partagee` (doubt, with the shares), `action_sans_quartier` where no quarter has dwellings.
    """
    if not (actions["code_qpv"] == ALL_QUARTERS).any():
        return actions, []
    codes = [c for c, n in homes.items() if n > 0]
    weights = [Decimal(homes[c]) for c in codes]
    rows: list[Record] = []
    faults: list[Fault] = []
    for row in records(actions):
        if text(row["code_qpv"]) != ALL_QUARTERS:
            rows.append(row)
            continue
        here = place(row, "code_qpv")
        if not codes:
            faults.append(Fault("action_sans_quartier", here, text(row["id_action"])))
            continue
        parts = {c: _split(money(row.get(c)), weights) for c in _SPLIT}
        hours = money(row.get("heures"))
        for k, code in enumerate(codes):
            each: dict[str, Any] = {c: values[k] for c, values in parts.items()}
            if hours is not None:
                each["heures"] = float(hours * weights[k] / sum(weights))
            rows.append({**row, **each, "code_qpv": code})
        said = shares({c: homes[c] for c in codes})
        faults.append(doubt("action_partagee", here, text(row["id_action"]), parts=said))
    frame = pd.DataFrame(rows, columns=list(actions.columns))
    kinds = {c: kind for c, kind in actions.dtypes.items() if kind.kind != "O"}
    return frame.astype(kinds), faults


def _split(amount: Decimal | None, weights: list[Decimal]) -> list[Decimal | None]:
    """Share an amount by weights, to the cent; parts add up to it."""
    if amount is None:
        return [None] * len(weights)
    count = int(amount.scaleb(2).to_integral_value())
    sign = -1 if count < 0 else 1
    return [Decimal(sign * part).scaleb(-2) for part in apportion(abs(count), weights)]
