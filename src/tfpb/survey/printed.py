"""What the survey prints: counts to ten, shares at a step, gaps of what is printed, words read from them.

Pure and vectorised: a figure that is printed, and all that is worked out from it, passes through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import Verdict

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Objects

COUNTED_BY: Final = 10
STEPS: Final = ((100, 0.05), (500, 0.02))
"""Under this rounded count, this step of shares; from the last one on, `FINEST`."""
FINEST: Final = 0.01
MARK_STEP: Final = 10.0
"""Step of a mean of marks over that of a share: a mark goes from 0 to 10."""
_DIGITS: Final = 9
"""Decimals at which float noise is cut: 0.15 and 3 × 0.05 are one share."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Figures as printed, arrays of one shape.

    Parameters
    ----------
    n : float array
        Households, rounded to ten: one a wave, group and base, never a question's own.
    step : float array
        Step of the shares of the group (0.05, 0.02 or 0.01).
    share : float array
        Shares at their step, never under a step nor over its complement: `merged` ends.
    """

    n: Floats
    step: Floats
    share: Floats

    @classmethod
    def of(cls, n: Floats, share: Floats) -> Printed:
        """Round exact counts and shares, all of them shown; both broadcast."""
        count, wide = np.broadcast_arrays(rounded_count(n), share)
        step = step_of(count)
        return cls(count.copy(), step, share_at_step(wide, step))


def rounded_count(n: Floats) -> Floats:
    """Round counts of households to the nearest ten, halves up; NaN stays."""
    return np.asarray(np.floor(n / COUNTED_BY + 0.5) * COUNTED_BY, dtype=float)


def step_of(count: Floats) -> Floats:
    """Return the step of the shares of groups, from their rounded counts; NaN where there is none."""
    out = np.full(np.shape(count), FINEST)
    for under, step in reversed(STEPS):
        out = np.where(count < under, step, out)
    return np.where(np.isnan(count), np.nan, out)


def share_at_step(share: Floats, step: Floats) -> Floats:
    """Round shares to their step, ends merged: at least one step, at most one less a step.

    Halves go to the even step: always up, they would raise the side of the wider step by half a point.
    """
    at = np.rint(np.round(share / step, _DIGITS)) * step
    return np.asarray(np.round(np.clip(at, step, 1 - step), _DIGITS), dtype=float)


def merged_ends(share: Floats, step: Floats) -> tuple[Flags, Flags]:
    """Which printed shares stand for everything at or below them, and at or above them."""
    tiny = 10.0**-_DIGITS
    return share <= step + tiny, share >= 1 - step - tiny


def mean_at_step(mean: Floats, step: Floats) -> Floats:
    """Round means of marks (0 to 10) to the step of their group: half a mark, a fifth or a tenth."""
    wide = step * MARK_STEP
    out: Floats = np.round(np.rint(np.round(mean / wide, _DIGITS)) * wide, _DIGITS)
    return out


def words_of(low: Floats, high: Floats, margin: float) -> Objects:
    """Return the word of each gap, from the unrounded ends of its 90 % interval.

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
