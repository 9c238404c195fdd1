"""Like with like: logistic regression with marginal standardisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.codes import ENSEMBLE, Ajustement
from tfpb.survey.adjustment.logistic import factor_codes, fit_items, make_patterns
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.means import atoms_of, linear_variance, standard_error
from tfpb.survey.estimation.pooled import Spread, smoothed, spread_of
from tfpb.survey.estimation.release import Sides
from tfpb.survey.estimation.rows import adjusted_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.survey.adjustment.logistic import Fits, Patterns
    from tfpb.survey.estimation.comparison import Comparison

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]


def regression_rows(comparison: Comparison, variables: Sequence[str]) -> pd.DataFrame:
    """Rows of the comparison at equal characteristics.

    For each group and item, and each wave: logistic regression of satisfaction on the side and the
    variables (and the bailleur, over all bailleurs); then the weighted average prediction were every
    tenant in QPV, minus that were none. Over two waves, both models are averaged over the
    interviews of the later one. The variance is the delta method's on the design-based sandwich of
    the coefficients, covariates taken as they are (R's ``svyglm``).
    """
    c = comparison
    items = c.sums.total.shape[1]
    shape = (len(c.sides), len(c.figures), items)
    values, se = np.full(shape, np.nan), np.full(shape, np.nan)
    support = np.full((shape[0], items), np.nan)
    margins = np.full((shape[0], c.sides.shape[1], items), np.nan)
    loads = [_nothing(c) for _ in c.figures]
    codes = factor_codes(c.design.atoms, [*variables, "bailleur"])
    for k in np.flatnonzero(c.shown.any(axis=1)).tolist():
        several = c.index["bailleur"].iloc[k] == ENSEMBLE
        own = codes if several else codes[:, :-1]
        sides = [atoms_of(c.means.member, g) for g in c.sides[k].tolist()]
        patterns = make_patterns(own, np.unique(np.concatenate(sides)))
        # rows of the patterns' atoms that the model of each wave rests on, later wave first
        models = [
            np.flatnonzero(np.isin(patterns.atoms, np.concatenate(both)))
            for both in zip(sides[::2], sides[1::2], strict=True)
        ]
        support[k] = _support(c, patterns, models, len(variables))
        made = _averages(c, patterns, models, np.flatnonzero(c.shown[k]))
        values[k], se[k], margins[k] = made.figures, made.se, made.margins
        support[k] = np.fmin(support[k], made.predicted)
        for load, effect in zip(loads, made.effect.swapaxes(0, 1), strict=True):
            found = _loads(c, patterns, models, effect)
            load.clusters[k], load.interviews[k] = found.clusters, found.interviews
    seen = [
        _seen(c, margins, load, np.array(figure.signs))
        for load, figure in zip(loads, c.figures, strict=True)
    ]
    return adjusted_rows(c, Ajustement.REGRESSION, values, se, support, seen)


@dataclass(frozen=True, slots=True)
class _Averages:
    """What the models of one group give.

    Parameters
    ----------
    figures, se : float arrays, shape (figures, items)
    margins : float array, shape (sides, items)
        Average prediction on each side.
    effect : float array, shape (atoms of the patterns, figures, items)
        Effect on each figure of one unit of weighted answer.
    predicted : float array, shape (items,)
        Share of the interviews averaged over that every model can predict; NaN without estimate.
    """

    figures: Floats
    se: Floats
    margins: Floats
    effect: Floats
    predicted: Floats


def _nothing(c: Comparison) -> Spread:
    shape = (*c.sides.shape, c.sums.total.shape[1])
    return Spread(np.full(shape, np.nan), np.full(shape, np.nan))


def _loads(c: Comparison, patterns: Patterns, models: list[Indices], effect: Floats) -> Spread:
    """Return how a figure's weights concentrate among the interviews of each side and wave."""
    side = c.design.atoms["qpv"].to_numpy(dtype=int)[patterns.atoms]
    entries = [
        (2 * m + s, rows[side[rows] == value])
        for m, rows in enumerate(models)
        for s, value in enumerate((1, 0))
    ]
    at = np.concatenate([rows for _, rows in entries])
    owner = np.concatenate([np.full(len(rows), k) for k, rows in entries])
    place = owner * len(c.design.atoms) + patterns.atoms[at]
    return spread_of(c.sums, place, effect[at], 2 * len(models))


def _seen(c: Comparison, margins: Floats, load: Spread, signs: Floats) -> Sides:
    """Return the sides of one figure by the pooled rule.

    Each side's margin bears the weight that the figure puts on the interviews of that side and wave
    (without covariates, exactly that of its raw share). A figure of one side rests on both sides'
    interviews through the model: their weights are added.
    """
    count, width, items = load.clusters.shape
    flat = c.sides.ravel()
    part = Spread(load.clusters.reshape(-1, items), load.interviews.reshape(-1, items))
    kinds = np.tile(np.arange(width), count)
    part = smoothed(part, c.means.n[flat], c.means.shown_clusters[flat], kinds, at_least=False)
    design = part.design(c.correlation[flat]).reshape(count, width, items)
    for wave in range(0, width, 2):
        two = slice(wave, wave + 2)
        if np.count_nonzero(signs[two]) == 1:
            design[:, two] = design[:, two].sum(axis=1, keepdims=True)
    return Sides(margins, 1 / design)


def _averages(
    c: Comparison, patterns: Patterns, models: list[Indices], shown: Indices
) -> _Averages:
    """Fit the models of one group, all its items together."""
    sums, signs = c.sums, c.signs
    figures, items = len(signs), sums.total.shape[1]
    at = [(patterns.atoms[rows], patterns.pattern[rows]) for rows in models]
    weights, hits = (
        [(indicator(where, len(patterns.matrix)) @ of[atoms][:, shown]).T for atoms, where in at]
        for of in (sums.base, sums.total)
    )
    fits = [fit_items(patterns, w, y) for w, y in zip(weights, hits, strict=True)]
    estimate, influence, share = _margins(fits, patterns, weights[0])
    values, predicted = np.full((figures, items), np.nan), np.full(items, np.nan)
    margins = np.full((signs.shape[1], items), np.nan)
    values[:, shown], margins[:, shown] = signs @ estimate.T, estimate.T
    predicted[shown] = share
    scores = np.zeros((len(patterns.atoms), figures, items))
    effects = np.zeros(scores.shape)
    residual = np.zeros(scores.shape) if c.design.margins else None
    for fit, rows, (atoms, where), moved in zip(fits, models, at, influence, strict=True):
        fitted = fit.fitted.T[where]
        effect = (moved @ signs.T).transpose(1, 2, 0)[where]
        place = np.ix_(rows, np.arange(figures), shown)
        z = sums.total[atoms][:, shown] - fitted * sums.base[atoms][:, shown]
        scores[place] += effect * z[:, None]
        effects[place] += effect
        if residual is not None:
            z = sums.residual_total[atoms][:, shown]
            z = z - fitted * sums.residual_base[atoms][:, shown]
            residual[place] += effect * z[:, None]
    flat = (len(patterns.atoms), figures * items)
    under = None if residual is None else residual.reshape(flat)
    variance = linear_variance(sums, patterns.atoms, scores.reshape(flat), under)
    se = standard_error(variance).reshape(figures, items)
    return _Averages(values, se, margins, effects, predicted)


def _margins(
    fits: Sequence[Fits], patterns: Patterns, weight: Floats
) -> tuple[Floats, list[Floats], Floats]:
    """Average the predictions of each model on both sides over the same interviews.

    Parameters
    ----------
    fits : sequence of Fits
        One a wave, the later one first.
    weight : float array, shape (items, patterns)
        Weighted interviews to average over: those of the later wave.

    Returns
    -------
    estimate : float array, shape (items, sides)
        NaN when a model has no estimate, or when its data do not separate the sides of the interviews.
    influence : list of float arrays, one a model, shape (items, patterns, sides)
        Effect on each average of one unit of weighted residual in a pattern; 0 without estimate.
    predicted : float array, shape (items,)
        Share of the interviews that every model can predict. Over two waves, interviews that one of
        the models cannot predict are left out of both averages.
    """
    predictions = [[fit.predict(patterns, side) for side in (1, 0)] for fit in fits]
    known = np.all([known for two in predictions for *_, known in two], axis=0)
    met = np.where(known, weight, 0.0)
    whole = met.sum(axis=1)
    found = np.all([fit.estimated for fit in fits], axis=0) & (whole > 0)
    if len(fits) == 1:
        found &= (known | ~(weight > 0)).all(axis=1)
    nothing = np.zeros(met.shape)
    share = np.divide(met, whole[:, None], out=nothing, where=found[:, None])
    estimate = np.full((len(weight), 2 * len(fits)), np.nan)
    influence = []
    for m, (fit, two) in enumerate(zip(fits, predictions, strict=True)):
        gradients = np.zeros((*fit.beta.shape, estimate.shape[1]))
        for s, (side, (mean, slope, _)) in enumerate(zip((1, 0), two, strict=True)):
            estimate[found, 2 * m + s] = (share * mean).sum(axis=1)[found]
            gradients[:, :, 2 * m + s] = (share * slope) @ patterns.on(side)
        effect = patterns.matrix @ (fit.inverse @ gradients)
        influence.append(effect * fit.active[:, :, None])
    predicted = np.full(len(weight), np.nan)
    predicted[found] = whole[found] / weight.sum(axis=1)[found]
    return estimate, influence, predicted


def _support(c: Comparison, patterns: Patterns, models: list[Indices], variables: int) -> Floats:
    """Return the share of the QPV sample whose characteristics are met on all sides, by item.

    Bailleurs do not count: their effect is a shift of all their tenants.
    """
    kind, side = np.zeros(len(patterns.atoms), dtype=np.intp), np.zeros(len(patterns.atoms))
    if len(patterns.levels):
        own = patterns.levels[:, 1 : 1 + variables]
        kind = np.unique(own, axis=0, return_inverse=True)[1].ravel()[patterns.pattern]
        side = patterns.levels[patterns.pattern, 0]
    base = c.sums.base[patterns.atoms]
    kinds = int(kind.max(initial=-1)) + 1
    parts = [rows[side[rows] == value] for rows in models for value in (1, 0)]
    held = np.stack([indicator(kind[at], kinds) @ base[at] for at in parts])
    common = np.where((held > 0).all(axis=0), held, 0.0).sum(axis=1)[::2]
    total = held.sum(axis=1)[::2]
    shares = np.divide(common, total, out=np.zeros(total.shape), where=total > 0)
    return np.asarray(shares.min(axis=0))
