"""Like with like: logistic regression with marginal standardisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.arrays import divided
from tfpb.model.codes import ENSEMBLE, Ajustement
from tfpb.survey.adjustment.logistic import Fits, Patterns, factor_codes, fit_items, make_patterns
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.means import AT_ONCE, expand, linear_variance, standard_error
from tfpb.survey.estimation.pooled import Spread, smoothed, spread_of
from tfpb.survey.estimation.release import Sides
from tfpb.survey.estimation.rows import adjusted_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.arrays import Floats, Indices
    from tfpb.survey.estimation.comparison import Comparison


def regression_rows(comparison: Comparison, variables: Sequence[str]) -> pd.DataFrame:
    """Rows of the comparison at equal characteristics.

    For each group and item, and each wave: logistic regression of satisfaction on the side and the
    variables (and the bailleur, over all bailleurs); then the weighted average prediction were every
    tenant in QPV, minus that were none. Over two waves, both models are averaged over the
    interviews of the later one. The variance is the delta method's on the design-based sandwich of
    the coefficients, covariates taken as they are (R's ``svyglm``).
    """
    c = comparison
    made = _Averages.none(c)
    codes = factor_codes(c.design.atoms, [*variables, "bailleur"])
    owner = c.index["bailleur"].to_numpy(dtype=object)
    shown = c.shown.any(axis=1)
    for name in dict.fromkeys(owner[shown].tolist()):
        lines = np.flatnonzero(shown & (owner == name))
        own = codes if name == ENSEMBLE else codes[:, :-1]
        _, atom = expand(c.means.member, np.unique(c.sides[lines]))
        patterns = make_patterns(own, np.unique(atom))
        held = np.diff(c.means.member.indptr)[c.sides[lines]].sum(axis=1)
        for batch in np.split(lines, np.flatnonzero(np.diff(np.cumsum(held) // AT_ONCE)) + 1):
            _average(c, patterns, batch, len(variables), made)
    support = np.fmin(made.support, made.predicted)
    seen = [
        _seen(c, made.margins, load, np.array(figure.signs))
        for load, figure in zip(made.loads, c.figures, strict=True)
    ]
    return adjusted_rows(c, Ajustement.REGRESSION, made.figures, made.se, support, seen)


@dataclass(frozen=True, slots=True)
class _Averages:
    """What the models of all groups give; NaN where none is fitted.

    Parameters
    ----------
    figures, se : float arrays, shape (groups, figures, items)
    margins : float array, shape (groups, sides, items)
        Average prediction on each side.
    support, predicted : float arrays, shape (groups, items)
        Share of the QPV sample whose characteristics are met on all sides (bailleurs do not count: their
        effect is a shift of all their tenants); of the interviews that every model can predict.
    loads : list of Spread, one a figure, shape (groups, sides, items)
        How its weights concentrate among the interviews of each side and wave.
    """

    figures: Floats
    se: Floats
    margins: Floats
    support: Floats
    predicted: Floats
    loads: list[Spread]

    @classmethod
    def none(cls, c: Comparison) -> _Averages:
        """Return the arrays to fill."""

        def unknown(*shape: int) -> Floats:
            return np.full((len(c.sides), *shape, c.sums.total.shape[1]), np.nan)

        figures, sides = c.signs.shape
        loads = [Spread(unknown(sides), unknown(sides)) for _ in c.figures]
        arrays = unknown(figures), unknown(figures), unknown(sides), unknown(), unknown()
        return cls(*arrays, loads)


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


def _average(
    c: Comparison, patterns: Patterns, lines: Indices, variables: int, made: _Averages
) -> None:
    """Fit the models of some groups of one bailleur, all their items together.

    A model of group and item is a row: groups that share a side, and all items, share one design.
    """
    sums, signs = c.sums, c.signs
    width, items, count = signs.shape[1], sums.total.shape[1], len(patterns.matrix)
    position = np.full(len(c.design.atoms), -1, dtype=np.intp)
    position[patterns.atoms] = patterns.pattern
    term, atom = expand(c.means.member, c.sides[lines].ravel())
    known = position[atom] >= 0
    term, atom = term[known], atom[known]
    pattern, (line, side) = position[atom], np.divmod(term, width)
    gather = indicator(term * count + pattern, len(lines) * width * count)
    base, total = (
        (gather @ of[atom]).reshape(len(lines), width, count, items)
        for of in (sums.base, sums.total)
    )
    made.support[lines] = _support(patterns, base, variables)
    at, item = np.nonzero(c.shown[lines])
    waves = [slice(k, k + 2) for k in range(0, width, 2)]
    weights, hits = ([v[at, two, :, item].sum(axis=1) for two in waves] for v in (base, total))
    fits = [fit_items(patterns, w, y) for w, y in zip(weights, hits, strict=True)]
    estimate, influence, share = _margins(fits, patterns, weights[0])
    rows = lines[at]
    made.figures[rows, :, item], made.margins[rows, :, item] = estimate @ signs.T, estimate
    made.predicted[rows, item] = share
    fitted = np.zeros((len(waves), len(lines), count, items))
    effects = np.zeros((*fitted.shape[:3], len(signs), items))
    for m, (fit, moved) in enumerate(zip(fits, influence, strict=True)):
        fitted[m, at, :, item] = fit.fitted
        effects[m, at, :, :, item] = moved @ signs.T
    entry = side // 2, line, pattern
    mean, effect = fitted[entry], effects[entry]
    scores, residual = (
        (effect * (of[atom] - mean * whole[atom])[:, None]).reshape(len(atom), -1)
        for of, whole in ((sums.total, sums.base), (sums.residual_total, sums.residual_base))
    )
    under = residual if c.design.margins else None
    variance = linear_variance(sums, line * len(c.design.atoms) + atom, scores, under, len(lines))
    made.se[lines] = standard_error(variance).reshape(len(lines), len(signs), items)
    for f, load in enumerate(made.loads):
        place = term * len(c.design.atoms) + atom
        found = spread_of(sums, place, effect[:, f], len(lines) * width)
        load.clusters[lines] = found.clusters.reshape(len(lines), width, items)
        load.interviews[lines] = found.interviews.reshape(len(lines), width, items)


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


def _support(patterns: Patterns, base: Floats, variables: int) -> Floats:
    """Return the support of each group and item: see `_Averages`.

    Parameters
    ----------
    base : float array, shape (groups, sides, patterns, items)
        Weighted answers.
    """
    own = patterns.levels[:, 1 : 1 + variables]
    kind = np.unique(own, axis=0, return_inverse=True)[1].ravel()
    gather = indicator(kind, int(kind.max(initial=-1)) + 1)
    held = np.stack([[gather @ side for side in group] for group in base])
    common = np.where((held > 0).all(axis=1, keepdims=True), held, 0.0).sum(axis=2)[:, ::2]
    total = held.sum(axis=2)[:, ::2]
    shares = divided(common, total)
    return np.asarray(shares.min(axis=1))
