"""How sure a planned survey would be: variance factors, expected half-width, power.

Formulas of the method page: the factor D multiplies p(1 − p), so that 1/D is the number of
independent answers that would say as much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.survey.estimation.intervals import combined_bounds, wilson_bounds, z_quantile
from tfpb.survey.estimation.variance import of_residences
from tfpb.survey.verdicts import CONFIDENCE_MARGIN

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.arrays import Floats, Indices


_GAP: Final = np.array([1.0, -1.0])
LEAST_FACTOR: Final = 1e-9
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_HALVINGS: Final = 26


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """Résidences of one side of a comparison, one value each.

    Parameters
    ----------
    answers : float array
        Valid answers expected (0 for a résidence that is not surveyed).
    dwellings : float array
        At least 1 each.
    strata : int array
        An answer stands for the dwellings of its stratum, divided by its answers.
    """

    answers: Floats
    dwellings: Floats
    strata: Indices


def variance_factor(
    domain: Domain, *, rho: tuple[float, float], parc: bool, uneven: float
) -> float:
    """Return D of one side, infinite without answers.

    Parameters
    ----------
    rho : (float, float)
        Likeness of the answers of one résidence between résidences and inside them (ρ⁺ and ρ⁻).
    parc : bool
        These dwellings, now: only the households not asked are uncertain. Otherwise résidences are
        a sample of what the service gives.
    uneven : float
        Relative variance of the answers of a résidence around what is expected.

    Returns
    -------
    float
        That of `estimation.variance`, aᵢ = 0 for résidences not surveyed; uneven answers draw aᵢ away from
        what it is aimed at, its stratum weighing the same.
    """
    size, answers, strata = domain.dwellings, domain.answers, domain.strata
    stratum_size = np.bincount(strata, size)
    stratum_answers = np.bincount(strata, answers, minlength=len(stratum_size))
    surveyed = stratum_answers > 0
    if not surveyed.any():
        return float("inf")
    weight = np.where(surveyed, stratum_size, 0.0) / np.where(surveyed, stratum_answers, 1.0)
    own = (weight / stratum_size[surveyed].sum())[strata]
    share = answers * own
    aimed = size / size.sum() if parc else np.zeros(len(size))
    moved = loosened(share, strata, unevenness(uneven, answers / size))
    factor = of_residences(share, share * own, aimed, size, *rho) + rho[0] * moved
    return max(factor, LEAST_FACTOR)


def unevenness(uneven: float, asked: Floats) -> Floats:
    """Return the relative variance that answers may have, `asked` being the share of the dwellings they are.

    Numbers within 0..N of mean fN vary by (1 − f)/f at most (Bhatia and Davis, 2000).
    """
    share = np.maximum(asked, LEAST_FACTOR)
    return np.asarray(np.minimum(uneven, np.maximum(1 - share, 0.0) / share))


def loosened(share: Floats, strata: Indices, loose: Floats) -> float:
    """Return what uneven answers add to Σ (aᵢ − Aᵢ)², strata weighing the same.

    Parameters
    ----------
    share : float array, shape (résidences,)
        aᵢ, as expected.
    strata : int array, shape (résidences,)
    loose : float array, shape (résidences,)
        Relative variance of the answers of each.
    """
    held = share / np.bincount(strata, share)[strata].clip(LEAST_FACTOR)
    moved = loose * share**2
    common = np.bincount(strata, held**2) @ np.bincount(strata, moved)
    return float(moved @ (1 - 2 * held) + common)


def half_width(level: float, qpv: Any, hors: Any) -> Any:
    """Return the half-width of the 90 % interval of a gap, expected before the answers (0..1).

    ``1.645 √(p(1−p)(D_Q + D_H))``; infinite where a side has no answer.
    """
    return z_quantile(CONFIDENCE_MARGIN) * np.sqrt(level * (1 - level) * (np.asarray(qpv) + hors))


_CENSUS: Final = 1e-9
"""D of a side all of whose households answer."""


def low_bound(p_qpv: Floats, p_hors: Floats, qpv: Floats, hors: Floats) -> Floats:
    """Return the lower 90 % bound of the gap as it will be printed, for factors of either side."""
    shares = np.stack(np.broadcast_arrays(p_qpv, p_hors), axis=-1)[..., None]
    read = np.stack(np.broadcast_arrays(qpv, hors), axis=-1)[..., None]
    effective = 1 / np.maximum(read, _CENSUS)
    held = wilson_bounds(shares, effective, z_quantile(CONFIDENCE_MARGIN))
    return combined_bounds(shares, held, _GAP)[0][..., 0]


def power(
    level: float, gap: float, sides: tuple[Any, Any], read: tuple[Any, Any], *, margin: float
) -> Any:
    """Return the chance to show « not lower by more than the margin » when the gap is truly `gap`.

    Parameters
    ----------
    level : float
        Share of satisfied tenants out of QPV, 0..1.
    gap : float
        True gap QPV − hors QPV, 0..1.
    sides : (float or array, float or array)
        D of each side, in QPV and out of it.
    read : (float or array, float or array)
        The same as the interval will have it, on the cautious side.
    margin : float
        Margin of equivalence, 0..1.

    Returns
    -------
    float or array
        Chance that the lower 90 % bound lies above −margin; observed shares are normal around the
        true ones (summed over 31 values of the share out of QPV). 0 where a side has no answer.
    """
    from scipy.special import ndtr  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    factors = np.broadcast_arrays(*(np.asarray(d, float) for d in (*sides, *read)))
    known = np.isfinite(sum(factors))
    dq, dh, wide_q, wide_h = (np.where(known, d, 1.0)[..., None] for d in factors)
    other = np.clip(level + _NODES * np.sqrt(level * (1 - level) * dh), 0.0, 1.0)
    low, high = np.zeros_like(other), np.ones_like(other)
    for _ in range(_HALVINGS):  # the bound grows with the share in QPV
        middle = (low + high) / 2
        above = low_bound(middle, other, wide_q, wide_h) > -margin
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    mean = level + gap
    beyond = ndtr((mean - high) / np.sqrt(mean * (1 - mean) * dq[..., 0])[..., None])
    # a share of 1 may not be enough: what the normal law puts above 1 is then no demonstration
    beyond = np.where(low_bound(np.ones_like(other), other, wide_q, wide_h) > -margin, beyond, 0.0)
    out = np.where(known, (beyond * _WEIGHTS).sum(axis=-1), 0.0)
    return float(out) if out.ndim == 0 else out


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
    """Return the interviews a group would have needed for one gap of the comparison.

    Parameters
    ----------
    comparison : DataFrame
        `COMPARISON_COLUMNS`, protected.
    row : Series
        A row on groupe `ecart`.

    Returns
    -------
    int or None
        From the share of both sides together on the same item, and a design effect of 1.6; None when
        it is not shown.
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
