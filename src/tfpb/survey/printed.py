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
CELLS: Final = ((400, POINT), (800, POINT / 2))
"""Up to this rounded count, how near bounds may tell a share: two answers of each count are within it."""
_FINEST: Final = POINT / 4
LEVEL_STEPS: Final = ((400, 0.05),)
"""Steps of the answers of a scale: read together they tell a count unless it times the step is 400."""
LEAST_LEVELS: Final = 100
"""Answers of a scale are withheld up to this rounded count."""
_COARSER: Final = {0.01: 0.02, 0.02: 0.05, 0.05: 0.1}
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
    return _up_to(count, STEPS, POINT)


def cell_of(count: Floats) -> Floats:
    """Return how near bounds may tell the shares of groups, from their rounded counts: their step at most."""
    out = _up_to(count, CELLS, _FINEST)
    return np.where(out < POINT, out, step_of(count))


def level_step_of(count: Floats) -> Floats:
    """Return the step of the answers of a scale, from their rounded counts."""
    return _up_to(count, LEVEL_STEPS, POINT)


def coarser(cell: Floats) -> Floats:
    """Return a step of twice a cell or more, of those that are printed."""
    out = np.maximum(2 * cell, POINT)
    for step, wider in _COARSER.items():
        out = np.where(np.isclose(cell, step), wider, out)
    return out


def _up_to(count: Floats, steps: tuple[tuple[int, float], ...], beyond: float) -> Floats:
    out = np.full(np.shape(count), beyond)
    for most, step in reversed(steps):
        out = np.where(count <= most, step, out)
    return out


def cell_ends(share: Floats, step: Floats, cell: Floats) -> tuple[Floats, Floats]:
    """Return the ends of what a share is told within: of its printed step, or of a finer cell.

    Finer cells are parts of the steps, so that both together tell no more than the cell.
    """
    with np.errstate(invalid="ignore"):
        at = np.floor(np.round(share / cell, _DIGITS))
    at = np.where(share == 1, 1 / cell - 1, at)
    printed = at_step(share, step)
    fine = cell < step
    return (
        np.where(fine, at * cell, printed - step / 2),
        np.where(fine, (at + 1) * cell, printed + step / 2),
    )


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
    """Return the word of each gap, from the printed ends of its 90 % interval, proportions as δ (`margin`).

    NaN (no number) is `non_calculable`. One and only one word applies wherever low ≤ high: the table of
    words of the survey.
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
