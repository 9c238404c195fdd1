"""Intervals and p-values, vectorised; NaN in, NaN out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtr, ndtri, stdtr, stdtrit

from tfpb.survey.estimation.means import NIL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.arrays import Flags, Floats
    from tfpb.survey.verdicts import Thresholds


_FAR: Final = 8.0
"""Normal quantile beyond which a p-value is nil."""
_HALVINGS: Final = 24


def t_quantile(probability: float, df: Floats) -> Floats:
    """Quantile of Student's t; NaN where there is no degree of freedom."""
    values, back = np.unique(np.where(df > 0, df, np.nan), return_inverse=True)
    out: Floats = stdtrit(values, probability)[back].reshape(np.shape(df))
    return out


def t_interval(estimate: Floats, se: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Symmetric interval of Student's t."""
    half = t_quantile((1 + level) / 2, df) * se
    return estimate - half, estimate + half


def logit_interval(p: Floats, se: Floats, df: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Interval on the logit scale (R's ``svyciprop(method="logit")``)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = logit(p)
        half = t_quantile((1 + level) / 2, df) * se / (p * (1 - p))
        return expit(centre - half), expit(centre + half)


def korn_graubard_interval(
    p: Floats, se: Floats, n: Floats, df: Floats, *, level: float
) -> tuple[Floats, Floats]:
    """Beta interval at the effective sample size (R's ``svyciprop(method="beta")``).

    The effective size ``p(1−p)/V`` is adjusted for the degrees of freedom of the design. Where
    every answer is the same (p = 0 or 1) it is the number of answers, so adjusted.
    """
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where((p <= 0) | (p >= 1), n, p * (1 - p) / se**2)
        effective = effective * (t_quantile(tail, n - 1) / t_quantile(tail, df)) ** 2
        hits, misses = effective * p, effective * (1 - p)
        low = betaincinv(hits, misses + 1, tail)
        high = betaincinv(hits + 1, misses, 1 - tail)
    nothing = np.isnan(effective)
    certain = np.isinf(effective)  # no variance between clusters though answers differ
    low = np.where(p <= 0, 0.0, np.where(certain, p, low))
    high = np.where(p >= 1, 1.0, np.where(certain, p, high))
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)


def proportion_interval(
    p: Floats,
    se: Floats,
    n: Floats,
    clusters: Floats,
    df: Floats,
    *,
    level: float,
    thresholds: Thresholds,
) -> tuple[Floats, Floats]:
    """Logit interval, or Korn-Graubard for extreme proportions and few clusters.

    Never outside 0..1.
    """
    p = np.where(p < NIL, 0.0, np.where(p > 1 - NIL, 1.0, p))
    extreme = (p < thresholds.extreme) | (p > 1 - thresholds.extreme)
    few = clusters < thresholds.few_clusters
    beta = korn_graubard_interval(p, se, n, df, level=level)
    plain = logit_interval(p, se, df, level=level)
    low, high = (np.where(extreme | few, b, a) for a, b in zip(plain, beta, strict=True))
    return low, high


def intervals(
    estimate: Floats,
    se: Floats,
    n: Floats,
    clusters: Floats,
    df: Floats,
    *,
    shares: Flags,
    level: float,
    thresholds: Thresholds,
) -> tuple[Floats, Floats]:
    """Interval of a proportion where `shares`, symmetric for means and differences."""
    low, high = t_interval(estimate, se, df, level=level)
    parts = (v[shares] for v in (estimate, se, n, clusters, df))
    low[shares], high[shares] = proportion_interval(*parts, level=level, thresholds=thresholds)
    return low, high


def two_sided_p(estimate: Floats, se: Floats, df: Floats) -> Floats:
    """p-value of no difference."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = 2 * stdtr(np.where(df > 0, df, np.nan), -np.abs(estimate / se))
    return out


def non_inferiority_p(estimate: Floats, se: Floats, df: Floats, margin: float) -> Floats:
    """p-value of « the gap is −δ or worse » (one-sided)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = stdtr(np.where(df > 0, df, np.nan), -(estimate + margin) / se)
    return out


def equivalence_p(estimate: Floats, se: Floats, df: Floats, margin: float) -> Floats:
    """p-value of « the gap is δ or more, one way or the other »: the larger one-sided one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        above = stdtr(np.where(df > 0, df, np.nan), (estimate - margin) / se)
    out: Floats = np.maximum(non_inferiority_p(estimate, se, df, margin), above)
    return out


def z_quantile(level: float) -> float:
    """Quantile of the normal distribution for a two-sided interval."""
    return float(ndtri((1 + level) / 2))


def wilson_bounds(p: Floats, effective: Floats, z: Floats | float) -> tuple[Floats, Floats]:
    """Interval of Wilson (1927) of a share on an effective number of interviews."""
    size = 1 + z**2 / effective
    centre = p + z**2 / (2 * effective)
    half = z * np.sqrt(p * (1 - p) / effective + z**2 / (4 * effective**2))
    return np.maximum((centre - half) / size, 0.0), np.minimum((centre + half) / size, 1.0)


def wilson_dispersion(p: Floats, low: Floats, high: Floats, z: float) -> Floats:
    """Return D = 1 / n of the interval of Wilson that has these bounds: (p − b)² = z² b(1 − b)D.

    Read at the bound farther from `p`, the one that neither 0 nor 1 cuts.
    """
    bound = np.where(p < 0.5, high, low)  # noqa: PLR2004 - the longer arm is the one towards 0.5
    out: Floats = (p - bound) ** 2 / (z**2 * bound * (1 - bound))
    return out


def normal_bounds(
    mean: Floats, effective: Floats, z: Floats | float, variance: Floats
) -> tuple[Floats, Floats]:
    """Symmetric interval of a mean whose answers have a known variance."""
    half = z * np.sqrt(variance / effective)
    return mean - half, mean + half


def combined_bounds(
    values: Floats, bounds: tuple[Floats, Floats], signs: Floats
) -> tuple[Floats, Floats]:
    """Bounds of Σ sign · value from those of each value, taken as independent.

    Parameters
    ----------
    values, bounds : float arrays, shape (…, sides, measures)
    signs : float array, shape (sides,), or that of `values`
        Nil for a side that is no part of the figure.

    Returns
    -------
    float arrays, shape (…, measures)

    Notes
    -----
    MOVER (Zou and Donner, 2008): each side brings the distance to its own bound on the side that
    counts.
    """
    low, high = bounds
    sign = signs[:, None] if signs.ndim == 1 else signs
    used = sign != 0
    down = np.where(used, np.where(sign > 0, values - low, high - values), 0.0)
    up = np.where(used, np.where(sign > 0, high - values, values - low), 0.0)
    whole = (np.where(used, values, 0.0) * sign).sum(axis=-2)
    weight = sign**2
    return (
        whole - np.sqrt((weight * down**2).sum(axis=-2)),
        whole + np.sqrt((weight * up**2).sum(axis=-2)),
    )


def exceeding_p(low: Callable[[Floats], Floats], limit: float, shape: tuple[int, ...]) -> Floats:
    """One-sided p-value of an interval: the risk at which its low bound reaches a limit.

    Parameters
    ----------
    low : callable
        Low bound for given normal quantiles, arrays of `shape`; decreasing in them.
    limit : float
    """
    left, right = np.full(shape, -_FAR), np.full(shape, _FAR)
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        above = low(middle) > limit
        left, right = np.where(above, middle, left), np.where(above, right, middle)
    out: Floats = ndtr(-(left + right) / 2)
    return out
