"""Logistic regression on the distinct combinations of its factors.

All variables are categories, so that a model is fitted on its covariate patterns (a few hundred
weighted cells) rather than on interviews.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import expit

from tfpb.model.arrays import divided
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.means import independent_columns, inverses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats, Indices


_ITERATIONS: Final = 50
_STEP: Final = 1e-11
_RUNAWAY: Final = 15.0
"""A coefficient beyond this on the logit scale means the data separate: no finite estimate."""
_DEPENDENT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct combinations of the covariates of some atoms.

    Parameters
    ----------
    atoms : int array, shape (a,)
        Atoms whose covariates are all known.
    pattern : int array, shape (a,)
        Pattern of each of these atoms.
    levels : int array, shape (patterns, factors)
        Level of each factor; the first factor is the side (1 in QPV).
    matrix : float array, shape (patterns, columns)
        Intercept, QPV, then one column a level but the first of each other factor.
    """

    atoms: Indices
    pattern: Indices
    levels: Indices
    matrix: Floats

    def on(self, side: int) -> Floats:
        """Return the matrix were every pattern on one side."""
        rows = self.matrix.copy()
        rows[:, 1] = side
        return rows


@dataclass(frozen=True, slots=True)
class Fits:
    """One model an item, all on the same patterns.

    Parameters
    ----------
    estimated : bool array, shape (items,)
        False without a finite estimate: one side empty or all alike, or data that separate.
    beta : float array, shape (items, columns)
        Coefficients; 0 for a column that depends on those before it.
    inverse : float array, shape (items, columns, columns)
        Inverse information, with the same zeros.
    active : bool array, shape (items, patterns)
        Patterns a model is fitted on.
    constant : float array, shape (items, patterns)
        0 or 1 where a level of a factor predicts itself exactly; NaN elsewhere.
    reached : bool array, shape (items, 2, patterns)
        Whether a model's data hold the differences that a prediction out of QPV, in QPV, needs.
    fitted : float array, shape (items, patterns)
    """

    estimated: Flags
    beta: Floats
    inverse: Floats
    active: Flags
    constant: Floats
    reached: Flags
    fitted: Floats

    def predict(self, patterns: Patterns, side: int) -> tuple[Floats, Floats, Flags]:
        """Predict every pattern were it on one side.

        Returns
        -------
        mean : float array, shape (items, patterns)
        slope : float array, shape (items, patterns)
            Derivative of the prediction by its linear predictor.
        known : bool array, shape (items, patterns)
            Whether the model can predict: a level it never met, or a side that other factors
            explain wholly, has no prediction.
        """
        sure = ~np.isnan(self.constant)
        mean = np.where(sure, self.constant, expit(self.beta @ patterns.on(side).T))
        return mean, np.where(sure, 0.0, mean * (1 - mean)), sure | self.reached[:, side]


def factor_codes(atoms: pd.DataFrame, factors: Sequence[str]) -> Indices:
    """Return the side of every atom, then its level of each factor (-1 when unknown), a column each."""
    columns = [atoms["qpv"].to_numpy(dtype=np.intp)]
    for name in factors:
        text = atoms[name].astype(str).to_numpy(dtype=object)
        codes = pd.factorize(text, sort=True)[0].astype(np.intp)
        columns.append(np.where(text == "", -1, codes))
    return np.column_stack(columns)


def make_patterns(codes: Indices, among: Indices) -> Patterns:
    """Gather some atoms by their covariates, those not all known left out.

    Parameters
    ----------
    codes : int array
        As `factor_codes` gives them.
    among : int array
        Atoms to gather.
    """
    among = among[(codes[among] >= 0).all(axis=1)]
    if not len(among):
        nothing = np.zeros((0, codes.shape[1]), dtype=np.intp)
        return Patterns(among, among, nothing, np.zeros((0, 2)))
    levels, pattern = np.unique(codes[among], axis=0, return_inverse=True)
    for column in levels.T[1:]:  # levels that these atoms lack are not numbered
        column[:] = np.unique(column, return_inverse=True)[1]
    columns = [np.ones(len(levels)), levels[:, 0].astype(float)]
    for f in range(1, levels.shape[1]):
        columns += [
            (levels[:, f] == level).astype(float) for level in range(1, levels[:, f].max() + 1)
        ]
    return Patterns(among, pattern.ravel(), levels, np.column_stack(columns))


def fit_items(patterns: Patterns, weight: Floats, hits: Floats) -> Fits:
    """Fit one model an item; items whose answers leave the same columns are fitted together.

    Parameters
    ----------
    patterns : Patterns
    weight, hits : float arrays, shape (items, patterns)
        Σ w and Σ w·y.

    Notes
    -----
    A level of a factor in which every answer is alike predicts itself exactly: its patterns leave
    the fit, which is the limit of the full model.
    """
    items, (count, width) = len(weight), patterns.matrix.shape
    active, constant = _set_aside(patterns.levels, weight, hits)
    share = divided(hits, weight)
    fits = Fits(
        estimated=np.zeros(items, dtype=bool),
        beta=np.zeros((items, width)),
        inverse=np.zeros((items, width, width)),
        active=active,
        constant=constant,
        reached=np.zeros((items, 2, count), dtype=bool),
        fitted=share,
    )
    sets, alike = np.unique(active, axis=0, return_inverse=True)
    columns = np.zeros((len(sets), width), dtype=bool)
    # where what all have hors QPV separates every other column, nothing is dependent
    shared = np.delete(patterns.matrix[sets.all(axis=0) & (patterns.levels[:, 0] == 0)], 1, axis=1)
    whole = len(independent_columns(shared.T @ shared)) == width - 1
    for k, at in enumerate(sets):
        design = patterns.matrix[at]
        if len(set(patterns.levels[at, 0].tolist())) < 2:  # noqa: PLR2004 - both sides
            continue
        if whole:
            columns[k], fits.reached[alike.ravel() == k] = True, True
            continue
        kept = independent_columns(design.T @ design)
        if kept[:2] == [0, 1]:
            columns[k, kept] = True
            fits.reached[alike.ravel() == k] = _reached(patterns, design)
    own_columns = columns[alike.ravel()]
    for kept in np.unique(columns[columns.any(axis=1)], axis=0):
        own = np.flatnonzero((own_columns == kept).all(axis=1))
        used = active[own].any(axis=0)
        design = patterns.matrix[np.ix_(used, kept)]
        beta, inverse, done = _newton(
            design, *(np.where(active, of, 0.0)[np.ix_(own, used)] for of in (weight, hits))
        )
        own, beta, inverse = own[done], beta[done], inverse[done]
        fits.estimated[own] = True
        fits.beta[np.ix_(own, kept)] = beta
        fits.inverse[np.ix_(own, kept, kept)] = inverse
        fits.fitted[np.ix_(own, used)] = expit(beta @ design.T)
    return fits


def _set_aside(levels: Indices, weight: Floats, hits: Floats) -> tuple[Flags, Floats]:
    """Set levels whose answers are all alike aside: (patterns left, what the others predict), by item."""
    active = weight > 0
    constant = np.full(weight.shape, np.nan)
    groups = [indicator(f, int(f.max(initial=-1)) + 1) for f in levels.T[1:]]
    while True:
        before = active.sum()
        for group, level in zip(groups, levels.T[1:], strict=True):
            w, s = (np.where(active, of, 0.0) @ group.T for of in (weight, hits))
            for alike, value in (((w > 0) & (s <= 0), 0.0), ((w > 0) & (s >= w), 1.0)):
                found = alike[:, level]
                constant[found & np.isnan(constant)] = value
                active = active & ~found
        if active.sum() == before:
            return np.asarray(active), constant


def _reached(patterns: Patterns, design: Floats) -> Flags:
    """Return whether each pattern, on each side, is a combination of the rows of some data."""
    _, values, rows = np.linalg.svd(design, full_matrices=False)
    basis = rows[: int((values > _DEPENDENT * values[0]).sum())]
    whole = np.stack([patterns.on(side) for side in (0, 1)])
    rest = whole - (whole @ basis.T) @ basis
    return np.asarray(np.abs(rest).max(axis=2) < _DEPENDENT * 10)


def _newton(design: Floats, weight: Floats, hits: Floats) -> tuple[Floats, Floats, Flags]:
    """Newton's method on the weighted log-likelihood of each item, all on one design.

    Returns
    -------
    beta : float array, shape (items, columns)
    inverse : float array, shape (items, columns, columns)
        Inverse information.
    converged : bool array, shape (items,)
    """
    items, width = len(weight), design.shape[1]
    one, two = np.triu_indices(width)
    products = design[:, one] * design[:, two]
    beta, inverse = np.zeros((items, width)), np.zeros((items, width, width))
    converged = np.zeros(items, dtype=bool)
    left = np.arange(items)
    for _ in range(_ITERATIONS):
        mean = expit(beta[left] @ design.T)
        information = np.empty((len(left), width, width))
        information[:, one, two] = (weight[left] * mean * (1 - mean)) @ products
        information[:, two, one] = information[:, one, two]
        inverse[left] = inverses(information)
        slope = (hits[left] - weight[left] * mean) @ design
        step = (inverse[left] @ slope[:, :, None])[:, :, 0]
        beta[left] += step
        finite = np.abs(beta[left]).max(axis=1) <= _RUNAWAY  # not a number is not
        small = np.abs(step).max(axis=1) < _STEP
        converged[left[finite & small]] = True
        left = left[finite & ~small]
        if not len(left):
            break
    return beta, inverse, converged
