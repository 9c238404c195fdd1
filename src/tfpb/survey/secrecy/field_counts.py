"""Counts of interviews as they may be told: to five, none small, none that a subtraction gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.results import FIELD_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_STEP: Final = 5
_DIGITS: Final = 3
_WHOLE: Final = ["vague", "bailleur"]


def protected_counts(table: pd.DataFrame, masking_n: int) -> pd.DataFrame:
    """Round the counts of the field sheet, and hide those that would tell of few households.

    Parameters
    ----------
    table : DataFrame
        `FIELD_COLUMNS` and `n_residences`: a partition of the interviews of each wave and bailleur.
    masking_n : int

    Returns
    -------
    DataFrame
        `FIELD_COLUMNS`; `n` and `part_interroges` are NaN where hidden. A bailleur one side of
        which is itself too small has no row in that wave: the rest of its interviews would tell it.

    Notes
    -----
    A cell is hidden with 1 to `masking_n` − 1 interviews once rounded, or of a single résidence; in each
    side that has one, two at least are, which hold `masking_n` together. Nobody is nobody's secret:
    a cell without interview is told.
    """
    if table.empty:
        return table.reindex(columns=list(FIELD_COLUMNS))
    kept = []
    for _, whole in table.groupby(_WHOLE, sort=False):
        sides = [_side(part, masking_n) for _, part in whole.groupby("cote", sort=False)]
        if all(s is not None for s in sides):
            told = pd.concat(sides)
            total = whole["n"].sum()
            kept.append(told.assign(part_interroges=(told["n"] / max(total, 1)).round(_DIGITS)))
    out = pd.concat(kept) if kept else table.iloc[:0]
    return out.sort_index().reset_index(drop=True)[list(FIELD_COLUMNS)]


def _side(part: pd.DataFrame, masking_n: int) -> pd.DataFrame | None:
    """Return one side with its counts as told; None when the side itself is too small."""
    n, homes = (part[c].to_numpy(dtype=float) for c in ("n", "n_residences"))
    if _few(n.sum(), homes.sum(), masking_n):
        return None
    hidden: Flags = np.array([_few(a, k, masking_n) for a, k in zip(n, homes, strict=True)])
    left = [int(r) for r in np.argsort(n, kind="stable") if n[r] > 0 and not hidden[r]]
    while hidden.any() and left and (hidden.sum() < 2 or n[hidden].sum() < masking_n):  # noqa: PLR2004
        hidden[left.pop(0)] = True
    return part.assign(n=np.where(hidden, np.nan, _told(n)))


def _few(n: float, residences: float, masking_n: int) -> bool:
    """Tell whether interviews are too few, by themselves or for their résidences (secrecy of sizes)."""
    small = float(_told(np.array([n]))[0]) < masking_n or n < masking_n + residences - 2
    return n > 0 and (small or residences < 2)  # noqa: PLR2004


def _told(n: Floats) -> Floats:
    rounded: Floats = _STEP * np.floor(n / _STEP + 0.5)
    return rounded
