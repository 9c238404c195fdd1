"""What the survey prints: counts to ten, shares at a step, bounds to the half point outwards.

Pure and vectorised: figures are worked out exactly and rounded here, last; words are of printed bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import Verdict

if TYPE_CHECKING:
    from tfpb.model.arrays import Floats, Objects

COUNTED_BY: Final = 10
POINT: Final = 0.01
"""Finest step of shares; bounds are at half of it."""
STEPS: Final = ((50, 0.05), (100, 0.02))
"""Up to this rounded count, this step of shares: a count times a step of 100 or more excludes no count."""
SPREAD: Final = 0.1
"""Step, upwards, of the dispersion of one interview."""
MARK_STEP: Final = 10.0
"""Step of a mean of marks over that of a share: a mark goes from 0 to 10."""
_DIGITS: Final = 9
"""Decimals at which float noise is cut: 0.15 and 3 × 0.05 are one share."""


def rounded_count(n: Floats) -> Floats:
    """Round counts of households to the nearest ten, halves up; NaN stays."""
    return np.asarray(np.floor(n / COUNTED_BY + 0.5) * COUNTED_BY, dtype=float)


def at_step(values: Floats, step: Floats | float = POINT) -> Floats:
    """Round figures to the nearest step; halves go to the even one, NaN stays."""
    out: Floats = np.round(np.rint(np.round(values / step, _DIGITS)) * step, _DIGITS) + 0.0
    return out


def step_of(count: Floats) -> Floats:
    """Return the step of the shares of groups, from their rounded counts."""
    out = np.full(np.shape(count), POINT)
    for most, step in reversed(STEPS):
        out = np.where(count <= most, step, out)
    return out


def printed_dispersion(dispersion: Floats, n: Floats) -> Floats:
    """Return D as bounds may tell it: at least itself, and of n no more than its rounded count says."""
    one = np.ceil(np.round(dispersion * n / SPREAD, 6)) * SPREAD
    fewest = np.maximum(rounded_count(n) - COUNTED_BY // 2, 1)
    return np.where(n > 0, np.maximum(one / fewest, dispersion), dispersion)


def bounds_outwards(
    low: Floats, high: Floats, step: Floats | float = POINT
) -> tuple[Floats, Floats]:
    """Round the ends of intervals to half a step, outwards: what is printed contains what is exact."""
    half = np.asarray(step) / 2
    ends = (
        np.floor(np.round(low / half, _DIGITS)) * half,
        np.ceil(np.round(high / half, _DIGITS)) * half,
    )
    down, up = (np.round(end, _DIGITS) + 0.0 for end in ends)
    return down, up


def words_of(low: Floats, high: Floats, margin: float) -> Objects:
    """Return the word of each gap, from the printed ends of its 90 % interval.

    Parameters
    ----------
    low, high : float arrays
        Ends, as proportions; NaN (no number) is `non_calculable`.
    margin : float
        δ, a proportion.

    Returns
    -------
    object array of `Verdict` values
        One and only one holds wherever low ≤ high: the table of words of the survey.
    """
    out = np.full(np.shape(low), str(Verdict.NON_CALCULABLE), dtype=object)
    near = low > -margin
    for holds, word in (
        (high < -margin, Verdict.INFERIEUR),
        ((high >= -margin) & (high < 0) & ~near, Verdict.ECART_DEFAVORABLE),
        ((high >= -margin) & (high < 0) & near, Verdict.EQUIVALENT_INFERIEUR),
        ((high >= 0) & (high < margin) & near & (low <= 0), Verdict.EQUIVALENT),
        ((high >= margin) & near & (low <= 0), Verdict.NON_INFERIEUR),
        ((high < margin) & (low > 0), Verdict.MEILLEUR_PEU),
        ((high >= margin) & (low > 0), Verdict.MEILLEUR),
        ((high >= 0) & ~near & ~np.isnan(low), Verdict.NON_CONCLUANT),
    ):
        out[holds] = str(word)
    return out
