"""Like with like: logistic regression with marginal standardisation.

All variables are categories, so that a model is fitted on its covariate patterns (a few hundred
weighted cells) rather than on interviews, and the sandwich variance is that of one score an atom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import expit

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe
from tfpb.survey.estimate import linear_variance
from tfpb.survey.intervals import standard_error
from tfpb.survey.rows import Frame, gap_rows, group_rows
from tfpb.survey.standardise import uncomputable_where_nan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.survey.blocks import Block
    from tfpb.survey.wave import WaveResult

    Floats = NDArray[np.float64]

_ITERATIONS: Final = 50
_STEP: Final = 1e-11
_RUNAWAY: Final = 15.0
"""A coefficient beyond this on the logit scale means the data separate: no finite estimate."""
_DEPENDENT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct combinations of the covariates of one block.

    Parameters
    ----------
    atoms : int array, shape (a,)
        Atoms of the block whose covariates are all known.
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
class Margins:
    """Average predictions of one model: QPV = 1, QPV = 0, and their difference.

    Parameters
    ----------
    estimate : float array, shape (3,)
    influence : float array, shape (patterns, 3)
        Effect on each of one unit of weighted residual in a pattern.
    fitted : float array, shape (patterns,)
    """

    estimate: Floats
    influence: Floats
    fitted: Floats


def regression_rows(result: WaveResult, variables: Sequence[str]) -> pd.DataFrame:
    """Rows of the comparison at equal characteristics.

    For each bailleur and item: logistic regression of satisfaction on the side and the variables
    (and the bailleur, over all bailleurs); then the weighted average prediction were every tenant
    in QPV, minus that were none. The variance is the delta method's on the design-based sandwich
    of the coefficients, covariates taken as they are (R's ``svyglm``).
    """
    frame = result.frame
    blocks = [b for b in frame.blocks if b.niveau == TOTAL]
    measures = len(frame.items)
    values = np.full((3 * len(blocks), measures), np.nan)
    owner, atoms, scores, under = [], [], [], []
    sums = result.sums
    for k, block in enumerate(blocks):
        patterns = make_patterns(result, block, variables)
        for j in range(measures):
            margins = fit_margins(
                patterns, sums.total[patterns.atoms, j], sums.base[patterns.atoms, j]
            )
            if margins is None:
                continue
            values[3 * k : 3 * k + 3, j] = margins.estimate
            here = patterns.atoms
            fitted = margins.fitted[patterns.pattern]
            residual = sums.total[here, j] - fitted * sums.base[here, j]
            influence = margins.influence[patterns.pattern]
            owner.append(np.repeat(3 * k + np.arange(3), len(here)) * measures + j)
            atoms.append(np.tile(here, 3))
            scores.append((influence * residual[:, None]).T.ravel())
            if result.design.margins:
                raw = sums.calibration_total[here, j] - fitted * sums.calibration_base[here, j]
                under.append((influence * raw[:, None]).T.ravel())
    se = np.full(values.shape, np.nan)
    if owner:
        variance = linear_variance(
            result.design,
            sums,
            owner=np.concatenate(owner),
            atom=np.concatenate(atoms),
            score=np.concatenate(scores),
            under=np.concatenate(under) if under else None,
            count=values.size,
        )
        se = standard_error(variance.reshape(values.shape))
    return _rows(result, blocks, values, se)


def _rows(result: WaveResult, blocks: list[Block], values: Floats, se: Floats) -> pd.DataFrame:
    frame = result.frame
    layout = Frame(frame.wave, blocks, frame.items, frame.thresholds, clustered=frame.clustered)
    df = result.df[[frame.blocks.index(b) for b in blocks]]
    rows = []
    for k, (group, name) in enumerate(((Groupe.QPV, "qpv"), (Groupe.HORS_QPV, "hors"))):
        g = np.array([getattr(b, name) for b in blocks])
        rows.append(
            group_rows(
                layout,
                group.value,
                Ajustement.REGRESSION.value,
                estimate=values[k::3],
                se=se[k::3],
                df=df,
                n=result.means.n[g],
                clusters=result.shown_clusters(g),
                state=uncomputable_where_nan(result.state[g], values[k::3]),
            )
        )
    q = np.array([b.qpv for b in blocks])
    h = np.array([b.hors for b in blocks])
    rows.append(
        gap_rows(
            layout,
            Groupe.ECART.value,
            Ajustement.REGRESSION.value,
            estimate=values[2::3],
            se=se[2::3],
            df=df,
            n=result.means.n[q] + result.means.n[h],
            clusters=result.union_clusters(q, h),
            state=np.maximum(result.state[q], result.state[h]),
        )
    )
    return pd.concat(rows, ignore_index=True)


def make_patterns(result: WaveResult, block: Block, variables: Sequence[str]) -> Patterns:
    """Gather the atoms of a block by their covariates, those not all known left out."""
    table = result.design.atoms
    atoms = np.union1d(result.domain_atoms(block.qpv), result.domain_atoms(block.hors))
    factors = [*variables, *(["bailleur"] if block.bailleur == ENSEMBLE else [])]
    text = {f: table[f].astype(str).to_numpy(dtype=object)[atoms] for f in factors}
    known = np.ones(len(atoms), dtype=bool)
    for column in text.values():
        known &= column != ""
    atoms = atoms[known]
    side = table["qpv"].to_numpy(dtype=np.intp)[atoms]
    codes = [side, *(pd.factorize(c[known], sort=True)[0].astype(np.intp) for c in text.values())]
    if not len(atoms):
        nothing = np.zeros((0, len(codes)), dtype=np.intp)
        return Patterns(atoms, side, nothing, np.zeros((0, 2)))
    levels, pattern = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    columns = [np.ones(len(levels)), levels[:, 0].astype(float)]
    for f in range(1, levels.shape[1]):
        columns += [
            (levels[:, f] == level).astype(float) for level in range(1, levels[:, f].max() + 1)
        ]
    return Patterns(atoms, pattern.ravel(), levels, np.column_stack(columns))


def fit_margins(patterns: Patterns, total: Floats, base: Floats) -> Margins | None:
    """Fit one model and average its predictions.

    Parameters
    ----------
    total, base : float arrays, shape (a,)
        Σ w·y and Σ w of each atom.

    Returns
    -------
    Margins or None
        None when there is no finite estimate: one side empty or all alike, or data that separate.

    Notes
    -----
    A level of a factor in which every answer is alike predicts itself exactly: its patterns leave
    the fit and weigh in the averages with no difference, which is the limit of the full model.
    """
    count = len(patterns.matrix)
    if not count:
        return None
    weight = np.bincount(patterns.pattern, weights=base, minlength=count).astype(float)
    hits = np.bincount(patterns.pattern, weights=total, minlength=count).astype(float)
    active = _not_separated(patterns.levels, weight, hits)
    sides = patterns.levels[active, 0]
    if not (sides == 1).any() or not (sides == 0).any():
        return None
    design = patterns.matrix[active]
    kept = _independent(design * np.sqrt(weight[active])[:, None])
    if kept[:2] != [0, 1]:
        return None
    design = design[:, kept]
    fit = _logistic(design, weight[active], hits[active])
    if fit is None:
        return None
    beta, inverse = fit
    whole = weight.sum()
    estimate = np.zeros(3)
    gradients = np.zeros((len(kept), 3))
    constant = hits[~active].sum() / whole
    for side in (1, 0):
        at = design.copy()
        at[:, 1] = side
        mean = expit(at @ beta)
        estimate[1 - side] = weight[active] @ mean / whole + constant
        gradients[:, 1 - side] = (weight[active] * mean * (1 - mean)) @ at / whole
    estimate[2] = estimate[0] - estimate[1]
    gradients[:, 2] = gradients[:, 0] - gradients[:, 1]
    influence = np.zeros((count, 3))
    influence[active] = design @ inverse @ gradients
    fitted = np.divide(hits, weight, out=np.zeros(count), where=weight > 0)
    fitted[active] = expit(design @ beta)
    return Margins(estimate, influence, fitted)


def _not_separated(levels: NDArray[np.intp], weight: Floats, hits: Floats) -> NDArray[np.bool_]:
    """Return the patterns left once levels whose answers are all alike are set aside."""
    active = weight > 0
    while True:
        before = active.sum()
        for f in range(1, levels.shape[1]):
            w = np.bincount(levels[active, f], weights=weight[active])
            s = np.bincount(levels[active, f], weights=hits[active])
            alike = (w > 0) & ((s <= 0) | (s >= w))
            active = active & ~np.isin(levels[:, f], np.flatnonzero(alike))
        if active.sum() == before:
            return np.asarray(active)


def _independent(matrix: Floats) -> list[int]:
    """List the columns that do not depend on those before them."""
    if matrix.shape[0] < 2:  # noqa: PLR2004 - nothing to tell a side from the intercept
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


def _logistic(design: Floats, weight: Floats, hits: Floats) -> tuple[Floats, Floats] | None:
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
