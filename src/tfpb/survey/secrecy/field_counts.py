"""Counts of interviews and spread of weights as they may be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.results import FIELD_COLUMNS
from tfpb.survey.printed import rounded_count

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.survey import WeightSpread

_SHARE_DIGITS: Final = 2


def protected_counts(table: pd.DataFrame, shown_n: int) -> pd.DataFrame:
    """Round the counts of `FIELD_COLUMNS` to ten, shares to the point; NaN for 1 to `shown_n` − 1."""
    if table.empty:
        return table.reindex(columns=list(FIELD_COLUMNS))
    n = table["n"].to_numpy(dtype=float)
    counts = np.where((n > 0) & (n < shown_n), np.nan, rounded_count(n))
    whole = table.groupby(["vague", "bailleur"])["n"].transform("sum").to_numpy(dtype=float)
    share = np.round(counts / np.maximum(rounded_count(whole), 1.0), _SHARE_DIGITS)
    return table.assign(n=counts, part_interroges=share)[list(FIELD_COLUMNS)]


def rounded_spread(spread: WeightSpread) -> WeightSpread:
    """Tell a spread of weights to one decimal."""
    each = {n: round(getattr(spread, n), 1) for n in ("quartile1", "mediane", "quartile3", "kish")}
    return replace(spread, **each)
