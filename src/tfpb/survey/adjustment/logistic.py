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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

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

    atoms: NDArray[np.intp]
    pattern: NDArray[np.intp]
    levels: NDArray[np.intp]
    matrix: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """One fitted model.

    Parameters
    ----------
    beta : float array, shape (kept,)
    inverse : float array, shape (kept, kept)
        Inverse information.
    kept : list of int
        Columns of the matrix that do not depend on those before them.
    active : bool array, shape (patterns,)
        Patterns the model is fitted on.
    basis : float array, shape (columns, rank)
        Orthonormal basis of the differences that the model's data hold.
    constant : float array, shape (patterns,)
        0 or 1 where a level of a factor predicts itself exactly; NaN elsewhere.
    fitted : float array, shape (patterns,)
    """

    beta: Floats
    inverse: Floats
    kept: list[int]
    active: NDArray[np.bool_]
    basis: Floats
    constant: Floats
    fitted: Floats

    def predict(self, patterns: Patterns, side: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Predict every pattern were it on one side.

        Returns
        -------
        mean : float array, shape (patterns,)
        gradient : float array, shape (patterns, kept)
            Derivative of the prediction by the coefficients.
        known : bool array, shape (patterns,)
            Whether the model can predict: a level it never met, or a side that other factors
            explain wholly, has no prediction.
        """
        rows = patterns.matrix.copy()
        rows[:, 1] = side
        sure = ~np.isnan(self.constant)
        rest = rows - (rows @ self.basis) @ self.basis.T
        known = sure | (np.abs(rest).max(axis=1) < _DEPENDENT * 10)
        at = rows[:, self.kept]
        mean = np.where(sure, self.constant, expit(at @ self.beta))
        gradient = np.where(sure, 0.0, mean * (1 - mean))[:, None] * at
        return mean, gradient, known


def make_patterns(atoms: pd.DataFrame, among: NDArray[np.intp], factors: Sequence[str]) -> Patterns:
    """Gather some atoms by their covariates, those not all known left out.

    Parameters
    ----------
    atoms : DataFrame
        `qpv` and the factors, all atoms of the design.
    among : int array
        Atoms to gather.
    factors : sequence of str
    """
    text = {f: atoms[f].astype(str).to_numpy(dtype=object)[among] for f in factors}
    known = np.ones(len(among), dtype=bool)
    for column in text.values():
        known &= column != ""
    among = among[known]
    side = atoms["qpv"].to_numpy(dtype=np.intp)[among]
    codes = [side, *(pd.factorize(c[known], sort=True)[0].astype(np.intp) for c in text.values())]
    if not len(among):
        nothing = np.zeros((0, len(codes)), dtype=np.intp)
        return Patterns(among, side, nothing, np.zeros((0, 2)))
    levels, pattern = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    columns = [np.ones(len(levels)), levels[:, 0].astype(float)]
    for f in range(1, levels.shape[1]):
        columns += [
            (levels[:, f] == level).astype(float) for level in range(1, levels[:, f].max() + 1)
        ]
    return Patterns(among, pattern.ravel(), levels, np.column_stack(columns))


class Fitter:
    """Fits models on the same patterns, item after item; what data have in common is kept.

    Parameters
    ----------
    patterns : Patterns
    """

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns
        self._known: dict[bytes, tuple[list[int], Floats]] = {}

    def fit(self, weight: Floats, hits: Floats) -> Fit | None:
        """Fit one model.

        Parameters
        ----------
        weight, hits : float arrays, shape (patterns,)
            Σ w and Σ w·y.

        Returns
        -------
        Fit or None
            None when there is no finite estimate: one side empty or all alike, or data that separate.

        Notes
        -----
        A level of a factor in which every answer is alike predicts itself exactly: its patterns leave
        the fit, which is the limit of the full model.
        """
        patterns = self._patterns
        active, constant = _set_aside(patterns.levels, weight, hits)
        sides = patterns.levels[active, 0]
        if not (sides == 1).any() or not (sides == 0).any():
            return None
        kept, basis = self._columns(active)
        if kept[:2] != [0, 1]:
            return None
        design = patterns.matrix[active][:, kept]
        found = _newton(design, weight[active], hits[active])
        if found is None:
            return None
        beta, inverse = found
        fitted = np.divide(hits, weight, out=np.zeros(len(weight)), where=weight > 0)
        fitted[active] = expit(design @ beta)
        return Fit(beta, inverse, kept, active, basis, constant, fitted)

    def _columns(self, active: NDArray[np.bool_]) -> tuple[list[int], Floats]:
        key = active.tobytes()
        if key not in self._known:
            design = self._patterns.matrix[active]
            self._known[key] = _independent(design), _row_space(design)
        return self._known[key]


def _set_aside(
    levels: NDArray[np.intp], weight: Floats, hits: Floats
) -> tuple[NDArray[np.bool_], Floats]:
    """Set levels whose answers are all alike aside: (patterns left, what the others predict)."""
    active = weight > 0
    constant = np.full(len(weight), np.nan)
    while True:
        before = active.sum()
        for f in range(1, levels.shape[1]):
            w = np.bincount(levels[active, f], weights=weight[active])
            s = np.bincount(levels[active, f], weights=hits[active])
            for alike, value in (((w > 0) & (s <= 0), 0.0), ((w > 0) & (s >= w), 1.0)):
                found = np.isin(levels[:, f], np.flatnonzero(alike))
                constant[found & np.isnan(constant)] = value
                active = active & ~found
        if active.sum() == before:
            return np.asarray(active), constant


def _independent(matrix: Floats) -> list[int]:
    """List the columns that do not depend on those before them."""
    if matrix.shape[0] < 2:  # noqa: PLR2004 - no data to separate the side from the intercept
        return [0]
    kept: list[int] = []
    basis = np.zeros((matrix.shape[0], 0))
    for j in range(matrix.shape[1]):
        column = matrix[:, j]
        norm = np.linalg.norm(column)
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        if norm > 0 and np.linalg.norm(rest) > _DEPENDENT * norm:
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
            kept.append(j)
    return kept


def _row_space(matrix: Floats) -> Floats:
    """Return an orthonormal basis of the rows of a matrix, one column a vector."""
    _, values, rows = np.linalg.svd(matrix, full_matrices=False)
    rank = int((values > _DEPENDENT * values[0]).sum())
    return np.asarray(rows[:rank].T)


def _newton(design: Floats, weight: Floats, hits: Floats) -> tuple[Floats, Floats] | None:
    """Newton's method on the weighted log-likelihood: (coefficients, inverse information)."""
    beta = np.zeros(design.shape[1])
    for _ in range(_ITERATIONS):
        mean = expit(design @ beta)
        information = (design.T * (weight * mean * (1 - mean))) @ design
        try:
            inverse = np.linalg.inv(information)
        except np.linalg.LinAlgError:
            return None
        step = inverse @ (design.T @ (hits - weight * mean))
        beta = beta + step
        if not np.isfinite(beta).all() or np.abs(beta).max() > _RUNAWAY:
            return None
        if np.abs(step).max() < _STEP:
            return beta, inverse
    return None
