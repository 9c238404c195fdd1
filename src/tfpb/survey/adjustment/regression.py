"""Like with like: logistic regression with marginal standardisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.codes import ENSEMBLE, Ajustement
from tfpb.survey.adjustment.logistic import Fitter, make_patterns
from tfpb.survey.estimation.intervals import standard_error
from tfpb.survey.estimation.linear import linear_variance

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.survey.adjustment.logistic import Fit, Patterns
    from tfpb.survey.estimation.opposition import Opposition

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margins:
    """Average predictions of the models of one block and item.

    Parameters
    ----------
    estimate : float array, shape (sides,)
    influence : tuple of float arrays, one a model, shape (patterns, sides)
        Effect on each average of one unit of weighted residual in a pattern.
    told : float
        Share of the interviews averaged over that every model can speak of.
    """

    estimate: Floats
    influence: tuple[Floats, ...]
    told: float


def regression_rows(opposed: Opposition, variables: Sequence[str]) -> pd.DataFrame:
    """Rows of the comparison at equal characteristics.

    For each block and item, and each wave: logistic regression of satisfaction on the side and the
    variables (and the bailleur, over all bailleurs); then the weighted average prediction were every
    tenant in QPV, minus that were none. Over two waves, both models are averaged over the
    interviews of the later one. The variance is the delta method's on the design-based sandwich of
    the coefficients, covariates taken as they are (R's ``svyglm``).
    """
    shape = (len(opposed.sides), len(opposed.readings), opposed.sums.total.shape[1])
    values = np.full(shape, np.nan)
    support = np.full((shape[0], shape[2]), np.nan)
    se = np.full(shape, np.nan)
    for k in np.flatnonzero(opposed.shown.any(axis=1)).tolist():
        block = opposed.frame.blocks[k]
        factors = [*variables, *(["bailleur"] if block.bailleur == ENSEMBLE else [])]
        among = np.unique(np.concatenate([opposed.atoms(g) for g in opposed.sides[k].tolist()]))
        patterns = make_patterns(opposed.design.atoms, among, factors)
        models = _models(opposed, patterns, k)
        fitter = Fitter(patterns)
        support[k] = _support(opposed, patterns, models, len(variables))
        scores = _Scores.nil(opposed, len(patterns.atoms))
        for j in np.flatnonzero(opposed.shown[k]).tolist():
            fits = [_fit(opposed, fitter, patterns, rows, j) for rows in models]
            weight = _weight(opposed, patterns, models[0], j)
            margins = _average(patterns, [f for f in fits if f is not None], weight, len(models))
            if margins is None:
                continue
            values[k, :, j] = opposed.signs @ margins.estimate
            support[k, j] = min(support[k, j], margins.told)
            for fit, rows, influence in zip(fits, models, margins.influence, strict=True):
                if fit is not None:
                    scores.add(opposed, j, patterns, rows, fit, influence)
        se[k] = scores.errors(opposed, patterns.atoms)
    se[np.isnan(values)] = np.nan
    return opposed.rows(Ajustement.REGRESSION, values, se, support)


def _models(opposed: Opposition, patterns: Patterns, block: int) -> list[NDArray[np.intp]]:
    """List the rows of the patterns' atoms that each wave's model rests on, later wave first."""
    sides = opposed.sides[block].tolist()
    return [
        np.flatnonzero(np.isin(patterns.atoms, np.union1d(opposed.atoms(one), opposed.atoms(two))))
        for one, two in zip(sides[::2], sides[1::2], strict=True)
    ]


def _weight(opposed: Opposition, patterns: Patterns, rows: NDArray[np.intp], item: int) -> Floats:
    """Sum the weights of the valid answers of some atoms by pattern."""
    base = opposed.sums.base[patterns.atoms[rows], item]
    return np.bincount(patterns.pattern[rows], weights=base, minlength=len(patterns.matrix)).astype(
        float
    )


def _fit(
    opposed: Opposition, fitter: Fitter, patterns: Patterns, rows: NDArray[np.intp], item: int
) -> Fit | None:
    if not len(rows):
        return None
    total = opposed.sums.total[patterns.atoms[rows], item]
    hits = np.bincount(patterns.pattern[rows], weights=total, minlength=len(patterns.matrix))
    return fitter.fit(_weight(opposed, patterns, rows, item), hits.astype(float))


def _average(
    patterns: Patterns, fits: Sequence[Fit], weight: Floats, models: int
) -> Margins | None:
    """Average the predictions of each model on both sides over the same interviews.

    Parameters
    ----------
    weight : float array, shape (patterns,)
        Weighted interviews to average over: those of the later wave.

    Returns
    -------
    Margins or None
        None when a model has no estimate, or cannot tell the sides of the interviews apart. Over two
        waves, interviews that one of the models cannot speak of are left out of both averages.
    """
    if len(fits) < models:
        return None
    predictions = [[fit.predict(patterns, side) for side in (1, 0)] for fit in fits]
    told = np.all([known for two in predictions for *_, known in two], axis=0)
    if models == 1 and not told[weight > 0].all():
        return None
    whole = weight[told].sum()
    if not whole > 0:
        return None
    share = np.where(told, weight, 0.0) / whole
    estimate: list[float] = []
    influence = []
    for m, (fit, two) in enumerate(zip(fits, predictions, strict=True)):
        gradients = np.zeros((len(fit.kept), 2 * models))
        for side, (mean, gradient, _) in enumerate(two):
            estimate.append(float(share @ mean))
            gradients[:, 2 * m + side] = share @ gradient
        effect = np.zeros((len(weight), 2 * models))
        effect[fit.active] = patterns.matrix[fit.active][:, fit.kept] @ fit.inverse @ gradients
        influence.append(effect)
    return Margins(np.array(estimate), tuple(influence), float(whole / weight.sum()))


def _support(
    opposed: Opposition, patterns: Patterns, models: list[NDArray[np.intp]], variables: int
) -> Floats:
    """Return the share of the QPV sample whose characteristics are met on all sides, by item.

    Bailleurs do not count: their effect is a shift of all their tenants.
    """
    kind, side = np.zeros(len(patterns.atoms), dtype=np.intp), np.zeros(len(patterns.atoms))
    if len(patterns.levels):
        own = patterns.levels[:, 1 : 1 + variables]
        kind = np.unique(own, axis=0, return_inverse=True)[1].ravel()[patterns.pattern]
        side = patterns.levels[patterns.pattern, 0]
    base = opposed.sums.base[patterns.atoms]
    kinds = int(kind.max(initial=-1)) + 1
    held = []
    for rows in models:
        for value in (1, 0):
            here = rows[side[rows] == value]
            total = np.zeros((kinds, base.shape[1]))
            np.add.at(total, kind[here], base[here])
            held.append(total)
    common = np.all([h > 0 for h in held], axis=0)
    shares = [
        np.divide(
            np.where(common, h, 0.0).sum(axis=0),
            h.sum(axis=0),
            out=np.zeros(base.shape[1]),
            where=h.sum(axis=0) > 0,
        )
        for h in held[::2]
    ]
    out: Floats = np.min(shares, axis=0)
    return out


@dataclass(frozen=True, slots=True)
class _Scores:
    """Linearised scores of the readings of one block, arrays of shape (atoms, readings, items).

    Parameters
    ----------
    score : float array
    under : float array or None
        The same over the calibrated weight, when calibrated.
    """

    score: Floats
    under: Floats | None

    @classmethod
    def nil(cls, opposed: Opposition, atoms: int) -> _Scores:
        """Start from nothing."""
        shape = (atoms, len(opposed.readings), opposed.sums.total.shape[1])
        return cls(np.zeros(shape), np.zeros(shape) if opposed.design.margins else None)

    def add(
        self,
        opposed: Opposition,
        item: int,
        patterns: Patterns,
        rows: NDArray[np.intp],
        fit: Fit,
        influence: Floats,
    ) -> None:
        """Add what one model brings to the readings of one item."""
        sums = opposed.sums
        here, pattern = patterns.atoms[rows], patterns.pattern[rows]
        fitted = fit.fitted[pattern]
        effect = influence[pattern] @ opposed.signs.T
        residual = sums.total[here, item] - fitted * sums.base[here, item]
        self.score[rows, :, item] += effect * residual[:, None]
        if self.under is not None:
            raw = sums.calibration_total[here, item] - fitted * sums.calibration_base[here, item]
            self.under[rows, :, item] += effect * raw[:, None]

    def errors(self, opposed: Opposition, atoms: NDArray[np.intp]) -> Floats:
        """Return the standard errors, shape (readings, items)."""
        shape = self.score.shape
        flat = (shape[0], shape[1] * shape[2])
        variance = linear_variance(
            opposed.design,
            opposed.sums,
            atoms=atoms,
            scores=self.score.reshape(flat),
            under=None if self.under is None else self.under.reshape(flat),
        )
        return standard_error(variance).reshape(shape[1:])
