"""Interviews that a group needs to show that it is not lower by more than the margin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_DEFF: Final = 1.6
_RISK, _POWER = 0.05, 0.80
_KEY: Final = ("vague", "niveau", "territoire", "bailleur", "item")


def n_necessaire(
    proportion: float,
    *,
    effet_plan: float = DEFAULT_DEFF,
    marge_points: float = 5.0,
) -> int:
    """Return the interviews a group needs to show non-inferiority when the gap is truly nil.

    Parameters
    ----------
    proportion : float
        Share of satisfied tenants, 0..1.
    effet_plan : float
        Design effect (variance over that of a simple random sample).
    marge_points : float
        Margin of equivalence, in points.

    Returns
    -------
    int
        ``deff · 2p(1−p) · ((z₀.₉₅ + z₀.₈₀) / δ)²``, one-sided, rounded to the nearest ten (about 1 480 at
        75 %, deff 1.6 and 5 points), the usual two-sample size formula.

    Raises
    ------
    ValueError
        If the proportion is outside 0..1 or the margin is not positive.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    if not 0 <= proportion <= 1 or marge_points <= 0:
        raise ValueError((proportion, marge_points))
    spread = float(ndtri(1 - _RISK) + ndtri(_POWER)) / (marge_points / 100)
    exact = max(effet_plan, 1.0) * 2 * proportion * (1 - proportion) * spread**2
    return max(10, 10 * math.floor(exact / 10 + 0.5))


def interviews_needed(comparison: pd.DataFrame, row: pd.Series) -> int | None:
    """Return the interviews a group would have needed for one gap (`groupe` `ecart`) of the comparison.

    From the share of both sides together on the same item, and a design effect of 1.6; None when it is not
    shown.
    """
    same = comparison[
        (comparison["groupe"] == "ensemble")
        & (comparison["ajustement"] == "brut")
        & np.all([comparison[c] == row[c] for c in _KEY], axis=0)
    ]
    if same.empty or not math.isfinite(float(same["estimation"].iloc[0])):
        return None
    share = float(same["estimation"].iloc[0])
    return n_necessaire(share, marge_points=float(row["marge_points"]))
