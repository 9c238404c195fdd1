"""The calendar of conventions: which end before the law does, and what hangs on each renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.results import RENEWAL_COLUMNS
from tfpb.tax.plain_values import total

if TYPE_CHECKING:
    from tfpb.tax.abatement.signatures import Conventions


def renewals(coming: pd.DataFrame, conventions: Conventions) -> pd.DataFrame:
    """Return one row a convention that ends while the forecast runs and that no other takes over.

    Parameters
    ----------
    coming : DataFrame
        As `forecast` makes it.
    conventions : Conventions

    Returns
    -------
    DataFrame
        `RENEWAL_COLUMNS`, by date of end: amounts and dwellings are those of the first year without it.
        `a_renouveler_eur` is None when no amount could be estimated.
    """
    rows: list[dict[str, Any]] = []
    for identifier, codes, end in conventions.ends():
        mine = coming[coming["convention"] == identifier]
        if mine.empty:
            continue
        first = int(mine["annee"].min())
        year = mine[mine["annee"] == first]
        amounts = list(year["a_renouveler_eur"])
        rows.append(
            {
                "id_convention": identifier,
                "codes_qpv": ", ".join(codes),
                "date_fin": end,
                "annee": first,
                "residences": len(year),
                "logements": int(year["logements_a_renouveler"].sum()),
                "a_renouveler_eur": None if None in amounts else total(amounts),
            }
        )
    return pd.DataFrame(rows, columns=list(RENEWAL_COLUMNS), dtype=object)
