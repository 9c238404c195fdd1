"""Fay and Herriot's model: figures of areas drawn towards what their covariates foretell.

``direct = x'β + v + e``, v of variance A + r between areas, A common to all and r known, e of a known
variance ψ (Fay and Herriot, JASA 1979: r = 0). Every item is a model of its own; all are computed together.

A is the moment of Fay and Herriot, not REML: it has one root, reached by Newton's steps alone, and
rests on no normal law (docs/benchmarks-survey.md: REML's intervals miss more where shares are high).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats


_STEPS: Final = 60
_CLOSE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class AreaData:
    """What the model of every item reads.

    Parameters
    ----------
    direct : float array, shape (areas, items)
        Direct estimates; what stands where `entered` is false is never read.
    variance : float array, shape (areas, items)
        Their variances, positive; never read where `entered` is false.
    covariates : float array, shape (areas, columns)
        Known of every area, intercept included, independent over the areas that enter.
    entered : bool array, shape (areas, items)
        Areas the model of an item rests on.
    own : float array, shape (areas, items), or 0
        r, the part of the variance between areas that is each one's own.
    """

    direct: Floats
    variance: Floats
    covariates: Floats
    entered: Flags
    own: Floats | float = 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Variance between areas, beyond what covariates explain.

    Parameters
    ----------
    moment : float array, shape (items,)
        Root of Σ(direct − x'β)²/(A + r + ψ) = areas − columns; where that has no positive root, one
        step below zero by the expected slope.
    variance : float array, shape (items,)
        Variance of `moment`: the larger of the normal law's 2m/(ΣW)² and of the spread of the
        squared residuals themselves (answers near 0 or 1 have long tails).
    value : float array, shape (items,)
        A as used: the mean of a normal law about `moment` cut at zero. Always positive: a moment
        at zero says that the survey cannot see A, not that areas are alike.
    """

    moment: Floats
    variance: Floats
    value: Floats


@dataclass(frozen=True, slots=True)
class AreaPrediction:
    """Predictions at a given A; an area that does not enter has its synthetic part alone.

    Parameters
    ----------
    estimate, synthetic : float array, shape (areas, items)
        EBLUP, and its part x'β.
    shrinkage : float array, shape (areas, items)
        γ = (A + r)/(A + r + ψ), the weight of the direct figure; 0 where the area does not enter.
    precision : float array, shape (areas, items)
        1/(A + r + ψ); 0 where the area does not enter.
    inverse : float array, shape (items, columns, columns)
        Variance of the coefficients.
    g1, g2, g3 : float array, shape (areas, items)
        Terms of the error: v not known exactly, then β, then A.
    """

    estimate: Floats
    synthetic: Floats
    shrinkage: Floats
    precision: Floats
    inverse: Floats
    g1: Floats
    g2: Floats
    g3: Floats

    @property
    def mse(self) -> Floats:
        """Mean squared error, g1 + g2 + 2 g3 (Prasad and Rao, JASA 1990)."""
        return self.g1 + self.g2 + 2 * self.g3


def model_spread(data: AreaData) -> Spread:
    """Estimate A of every item, by Newton's steps from zero (the equation is convex in A)."""
    areas = data.entered.sum(axis=0)
    freedom = areas - data.covariates.shape[1]
    at = np.zeros(data.direct.shape[1])
    for _ in range(_STEPS):
        precision, residual = _residuals(data, at)
        excess = (precision * residual**2).sum(axis=0) - freedom
        slope = ((precision * residual) ** 2).sum(axis=0)
        after = np.maximum(at + excess / np.maximum(slope, _CLOSE), 0.0)
        moved = np.abs(after - at).max(initial=0.0)
        at = after
        if moved < _CLOSE:
            break
    precision, residual = _residuals(data, at)
    squares = precision * residual**2
    total = precision.sum(axis=0)
    # of the areas that enter only: the others have a residual of zero by construction
    scatter = np.where(data.entered, squares - squares.sum(axis=0) / areas, 0.0)
    variance = np.maximum(2 * areas, (scatter**2).sum(axis=0)) / total**2
    moment = np.where(at > 0, at, np.minimum(squares.sum(axis=0) - freedom, 0.0) / total)
    return Spread(moment, variance, _mean_above_zero(moment, np.sqrt(variance)))


def predict(data: AreaData, spread: Floats, spread_variance: Floats) -> AreaPrediction:
    """Predict every area at a given A, with the three terms of its error.

    Parameters
    ----------
    spread, spread_variance : float array, shape (items,)
        A, and the variance of its estimate (for g3).
    """
    precision = _precision(data, spread)
    inverse, coefficients = _coefficients(data, precision)
    synthetic = data.covariates @ coefficients
    residual = np.where(data.entered, data.direct - synthetic, 0.0)
    between = spread + data.own
    shrinkage = between * precision
    rest = 1 - shrinkage
    return AreaPrediction(
        estimate=synthetic + shrinkage * residual,
        synthetic=synthetic,
        shrinkage=shrinkage,
        precision=precision,
        inverse=inverse,
        g1=between * rest,
        g2=rest**2 * synthetic_variance(data.covariates, inverse),
        g3=rest**2 * precision * spread_variance,
    )


def synthetic_variance(covariates: Floats, inverse: Floats) -> Floats:
    """Variance of x'β, shape (areas, items)."""
    areas, columns = covariates.shape
    squares = (covariates[:, :, None] * covariates[:, None, :]).reshape(areas, columns**2)
    out: Floats = squares @ inverse.reshape(-1, columns**2).T
    return out


def _precision(data: AreaData, spread: Floats) -> Floats:
    known = np.where(data.entered, data.variance + data.own, 1.0)
    return np.where(data.entered, 1 / (spread + known), 0.0)


def _cross_products(covariates: Floats, weight: Floats) -> Floats:
    """Σ w x x' of every item, shape (items, columns, columns)."""
    areas, columns = covariates.shape
    squares = (covariates[:, :, None] * covariates[:, None, :]).reshape(areas, columns**2)
    out: Floats = (weight.T @ squares).reshape(-1, columns, columns)
    return out


def _coefficients(data: AreaData, precision: Floats) -> tuple[Floats, Floats]:
    """Weighted least squares: variance of the coefficients, and they, shape (columns, items)."""
    products = _cross_products(data.covariates, precision)
    inverse = np.asarray(np.linalg.inv(products), dtype=np.float64)
    pull = np.where(data.entered, precision * data.direct, 0.0).T @ data.covariates
    coefficients: Floats = np.einsum("icd,id->ci", inverse, pull)
    return inverse, coefficients


def _residuals(data: AreaData, spread: Floats) -> tuple[Floats, Floats]:
    precision = _precision(data, spread)
    _, coefficients = _coefficients(data, precision)
    fitted = data.covariates @ coefficients
    return precision, np.where(data.entered, data.direct - fitted, 0.0)


def _mean_above_zero(centre: Floats, error: Floats) -> Floats:
    """Mean of a normal law of which only the part above zero is kept."""
    from scipy.special import erfcx  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    # φ(a)/(1 − Φ(a)) by the scaled error function: no 0/0 far below zero
    hazard = np.sqrt(2 / np.pi) / erfcx(-centre / (error * np.sqrt(2)))
    out: Floats = centre + error * hazard
    return out
