"""How many interviews a demonstration takes."""

from __future__ import annotations

import math

from scipy.special import ndtri


def n_necessaire(
    proportion: float,
    *,
    effet_plan: float = 1.6,
    marge_points: float = 5.0,
    risque: float = 0.05,
    puissance: float = 0.80,
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
    risque, puissance : float
        One-sided risk and power.

    Returns
    -------
    int
        ``deff · 2p(1−p) · ((z₁₋ᵣ + z_puissance) / δ)²``, rounded to the nearest ten (about 1 480 at
        75 %, deff 1.6 and 5 points), the usual two-sample size formula.

    Raises
    ------
    ValueError
        If the proportion is outside 0..1 or the margin is not positive.
    """
    if not 0 <= proportion <= 1 or marge_points <= 0:
        raise ValueError((proportion, marge_points))
    spread = float(ndtri(1 - risque) + ndtri(puissance)) / (marge_points / 100)
    exact = max(effet_plan, 1.0) * 2 * proportion * (1 - proportion) * spread**2
    return max(10, 10 * math.floor(exact / 10 + 0.5))
