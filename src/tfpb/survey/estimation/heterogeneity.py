"""Whether estimates of several groups differ more than their sampling errors explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import stats

from tfpb.survey.verdicts import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

_LEVEL: Final = 0.05


def homogeneity_p(estimates: NDArray[np.float64], errors: NDArray[np.float64]) -> float:
    """Return the p-value of Cochran's Q: independent estimates, all of one value.

    Parameters
    ----------
    estimates, errors : float array, shape (groups,)
        Estimates and standard errors; groups without a positive error are left out.

    Returns
    -------
    float
        1 with fewer than two groups.

    Notes
    -----
    ``Q = Σ w (x − x̄)²``, ``w = 1 / se²``, x̄ the mean weighted by w; χ² with groups − 1 degrees
    of freedom.
    """
    usable = np.isfinite(estimates) & (errors > 0)
    x, weight = estimates[usable], 1 / errors[usable] ** 2
    if len(x) < 2:  # noqa: PLR2004 - nothing to compare
        return 1.0
    mean = (weight * x).sum() / weight.sum()
    return float(stats.chi2.sf((weight * (x - mean) ** 2).sum(), len(x) - 1))


def differ(questions: Sequence[Pair]) -> list[bool]:
    """Tell for which questions the groups differ, Holm's correction over all of them.

    Parameters
    ----------
    questions : sequence of (estimates, errors)
    """
    p = np.array([homogeneity_p(*pair) for pair in questions], dtype=float)
    return [bool(v < _LEVEL) for v in holm(p)]
