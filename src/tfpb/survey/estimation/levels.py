"""The levels of each scale, the mean of marks, and the Rao-Scott test of levels × side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import TOTAL, Groupe
from tfpb.model.results import LEVEL_COLUMNS
from tfpb.survey.estimation.design import Sums, sum_levels, sum_responses
from tfpb.survey.estimation.domains import Contrasts
from tfpb.survey.estimation.estimate import (
    calibration_residuals,
    contrast_variance,
    domain_means,
    stratum_covariance,
)
from tfpb.survey.estimation.intervals import f_tail, proportion_interval, standard_error, t_interval
from tfpb.survey.estimation.rows import state_names
from tfpb.survey.respondents import Responses
from tfpb.survey.thresholds import CONFIDENCE
from tfpb.survey.verdicts import UNCOMPUTABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.survey.estimation.blocks import Block
    from tfpb.survey.estimation.wave import WaveResult
    from tfpb.survey.respondents import Survey

    Floats = NDArray[np.float64]

_SIDES = (Groupe.QPV, Groupe.HORS_QPV, Groupe.ENSEMBLE)


def level_rows(survey: Survey, result: WaveResult, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Rows of `LEVEL_COLUMNS` for one wave: shares of each level, means of marks, gaps of both.

    Parameters
    ----------
    survey : Survey
    result : WaveResult
        Whose design, domains and publication states are used again.
    rows : int array
        Interviews of the wave, in the order of the design.
    """
    measures = _measures(survey, result)
    if not measures:
        return pd.DataFrame(columns=list(LEVEL_COLUMNS))
    sums = _sums(survey, rows, result, measures)
    means = domain_means(result.design, sums, result.domains)
    blocks = [b for b in result.frame.blocks if b.niveau == TOTAL]
    column = np.array([j for j, _ in measures])
    df = result.df[[result.frame.blocks.index(b) for b in blocks]][:, column]
    tables = []
    for group, name in zip(_SIDES, ("qpv", "hors", "ensemble"), strict=True):
        g = np.array([getattr(b, name) for b in blocks])
        alone = Contrasts.of([[(int(d), 1.0)] for d in g])
        se = standard_error(contrast_variance(result.design, sums, result.domains, means, alone))
        state = result.state[g][:, column]
        se = np.where(state == UNCOMPUTABLE, np.nan, se)
        low, high = _bounds(result, measures, means.estimate[g], se, means.n[g], g, df)
        tables.append(
            _lay(
                result,
                blocks,
                measures,
                group,
                n=means.n[g],
                clusters=result.shown_clusters(g)[:, column],
                estimate=means.estimate[g],
                se=se,
                df=df,
                low=low,
                high=high,
                state=state,
            )
        )
    tables.append(_gaps(result, sums, blocks, measures, df))
    return pd.concat(tables, ignore_index=True)


def _measures(survey: Survey, result: WaveResult) -> list[tuple[int, int]]:
    """List the measures: (item index, level), the level being -1 for the mean of a mark."""
    out = []
    for j, item in enumerate(result.frame.items):
        scale = survey.scales[item.identifiant]
        out += [(j, -1)] if scale.marks else [(j, k) for k in range(len(scale.labels))]
    return out


def _sums(
    survey: Survey, rows: NDArray[np.intp], result: WaveResult, measures: list[tuple[int, int]]
) -> Sums:
    """Sum every measure over atoms: levels counted item by item, marks as values."""
    names = [i.identifiant for i in result.frame.items]
    marked = [j for j, level in measures if level < 0]
    values = np.column_stack(
        [survey.marks[names[j]][rows] for j in marked] or [np.zeros((len(rows), 0))]
    )
    none = np.zeros(values.shape, dtype=bool)
    valid = ~np.isnan(values)
    marks = sum_responses(result.design, Responses(np.nan_to_num(values), valid, none, none))
    counted = {
        j: sum_levels(result.design, survey.answers[names[j]][rows], len(result.labels[j]))
        for j in dict.fromkeys(j for j, level in measures if level >= 0)
    }
    columns: dict[str, list[NDArray[np.float64]]] = {
        name: [] for name in ("total", "base", "square", "n", "under_total", "under_base")
    }
    for j, level in measures:
        if level < 0:
            at = marked.index(j)
            parts = [marks.total, marks.base, marks.square, marks.n]
            if result.design.margins:
                parts += [marks.calibration_total, marks.calibration_base]
            found = [part[:, at] for part in parts]
        else:
            weighted, plain, under = counted[j]
            found = [
                weighted[:, level],
                weighted.sum(axis=1),
                weighted[:, level],
                plain.sum(axis=1),
                under[:, level],
                under.sum(axis=1),
            ]
        for name, column in zip(columns, found, strict=False):
            columns[name].append(column)
    nothing = np.zeros((result.design.size, len(measures)))
    stacked = {name: np.column_stack(c) if c else nothing for name, c in columns.items()}
    return Sums(
        total=stacked["total"],
        base=stacked["base"],
        square=stacked["square"],
        n=stacked["n"],
        nsp=nothing,
        not_concerned=nothing,
        weight=result.sums.weight,
        calibration_total=stacked["under_total"] if result.design.margins else nothing,
        calibration_base=stacked["under_base"] if result.design.margins else nothing,
        calibration_rows=result.sums.calibration_rows,
    )


def _bounds(
    result: WaveResult,
    measures: list[tuple[int, int]],
    estimate: Floats,
    se: Floats,
    n: Floats,
    domains: NDArray[np.intp],
    df: Floats,
) -> tuple[Floats, Floats]:
    """Intervals: of a proportion for levels, symmetric for means."""
    column = np.array([j for j, _ in measures])
    mean = np.array([level < 0 for _, level in measures])
    clusters = result.means.clusters[domains][:, column]
    symmetric = t_interval(estimate, se, df, level=CONFIDENCE)
    bounded = proportion_interval(
        np.where(mean, 0.5, estimate),
        se,
        n,
        clusters,
        df,
        level=CONFIDENCE,
        thresholds=result.frame.thresholds,
        clustered=result.frame.clustered,
    )
    low, high = (np.where(mean, s, b) for s, b in zip(symmetric, bounded, strict=True))
    return low, high


def _gaps(
    result: WaveResult,
    sums: Sums,
    blocks: Sequence[Block],
    measures: list[tuple[int, int]],
    df: Floats,
) -> pd.DataFrame:
    column = np.array([j for j, _ in measures])
    means = domain_means(result.design, sums, result.domains)
    contrasts = Contrasts.of([[(b.qpv, 1.0), (b.hors, -1.0)] for b in blocks])
    variance = contrast_variance(result.design, sums, result.domains, means, contrasts)
    q, h = np.array([b.qpv for b in blocks]), np.array([b.hors for b in blocks])
    state = np.maximum(result.state[q], result.state[h])[:, column]
    se = standard_error(variance)
    state = np.where((se > 0) | (state > UNCOMPUTABLE), state, UNCOMPUTABLE)
    se = np.where(state == UNCOMPUTABLE, np.nan, se)
    estimate = means.estimate[q] - means.estimate[h]
    low, high = t_interval(estimate, se, df, level=CONFIDENCE)
    return _lay(
        result,
        blocks,
        measures,
        Groupe.ECART,
        n=means.n[q] + means.n[h],
        clusters=result.union_clusters(q, h)[:, column],
        estimate=estimate,
        se=se,
        df=df,
        low=low,
        high=high,
        state=state,
        p=_rao_scott_columns(result, sums, blocks, measures, df),
    )


def _rao_scott_columns(
    result: WaveResult,
    sums: Sums,
    blocks: Sequence[Block],
    measures: list[tuple[int, int]],
    df: Floats,
) -> Floats:
    out = np.full((len(blocks), len(measures)), np.nan)
    column = np.array([j for j, _ in measures])
    level = np.array([k for _, k in measures])
    for j in np.unique(column[level >= 0]):
        at = np.flatnonzero((column == j) & (level >= 0))
        for k, block in enumerate(blocks):
            out[k, at] = rao_scott(result, sums, block, at, float(df[k, at[0]]))
    return out


def rao_scott(
    result: WaveResult, sums: Sums, block: Block, columns: NDArray[np.intp], df: float
) -> float:
    """p-value of the second-order Rao-Scott F test of levels × side (R's ``svychisq``).

    Parameters
    ----------
    columns : int array
        Measures of the levels of one item.
    df : float
        Degrees of freedom of the design among valid answers.

    Notes
    -----
    Rao and Scott (1984): Pearson's statistic over the trace of the generalised design effects, held
    against F with ``d0`` and ``d0·df`` degrees of freedom.
    """
    atoms = result.domain_atoms(block.ensemble)
    side = result.design.atoms["qpv"].to_numpy(dtype=float)[atoms]
    total = sums.total[np.ix_(atoms, columns)]
    base = sums.base[atoms, columns[0]]
    n = float(sums.n[atoms, columns[0]].sum())
    seen = total.sum(axis=0) > 0
    weight = base.sum()
    rows = int(seen.sum())
    if rows < 2 or not 0 < (side * base).sum() < weight or not df > 0:  # noqa: PLR2004
        return float("nan")
    by_side = [total[:, seen] * side[:, None], total[:, seen] * (1 - side)[:, None]]
    cells = np.hstack(by_side)
    share = cells.sum(axis=0) / weight
    scores = (cells - share * base[:, None]) / weight
    under = None
    if result.design.margins:
        raw = sums.calibration_total[np.ix_(atoms, columns)][:, seen]
        raw = np.hstack([raw * side[:, None], raw * (1 - side)[:, None]])
        under = (raw - share * sums.calibration_base[atoms, columns[0]][:, None]) / weight
    variance = _covariance(result, sums, atoms, scores, under)
    expected = np.outer(
        [share[:rows].sum(), share[rows:].sum()], share[:rows] + share[rows:]
    ).ravel()
    pearson = n * float(((share - expected) ** 2 / expected).sum())
    return _second_order(share, variance, pearson, n, df, rows)


def _covariance(
    result: WaveResult,
    sums: Sums,
    atoms: NDArray[np.intp],
    scores: Floats,
    under: Floats | None,
) -> Floats:
    design = result.design
    if under is not None:
        full, below = (np.zeros((design.size, scores.shape[1])) for _ in range(2))
        full[atoms], below[atoms] = scores, under
        scores = calibration_residuals(design, sums, full, below)
        atoms = np.arange(design.size)
    variance = stratum_covariance(design, atoms, scores)
    return variance * (1.0 if np.isnan(design.default_deff) else design.default_deff)


def _second_order(
    share: Floats, variance: Floats, pearson: float, n: float, df: float, rows: int
) -> float:
    """Correct Pearson's statistic by the design effects of the interaction contrasts."""
    level = np.tile(np.arange(rows), 2)
    side = np.repeat([0, 1], rows)
    dummies = (level[:, None] == np.arange(1, rows)).astype(float)
    second = (side == 1).astype(float)[:, None]
    main = np.hstack([np.ones((2 * rows, 1)), dummies, second])
    interaction = dummies * second
    orthogonal, _ = np.linalg.qr(main)
    contrast = interaction - orthogonal @ (orthogonal.T @ interaction)
    inverse = np.where(share > 0, 1 / np.where(share > 0, share, 1.0), 0.0)
    denominator = contrast.T @ (contrast * (inverse / n)[:, None])
    scaled = contrast * inverse[:, None]
    try:
        delta = np.linalg.solve(denominator, scaled.T @ variance @ scaled)
    except np.linalg.LinAlgError:
        return float("nan")
    trace = float(np.trace(delta))
    if not trace > 0:
        return float("nan")
    d0 = trace**2 / float(np.trace(delta @ delta))
    return float(f_tail(np.array(pearson / trace), np.array(d0), np.array(d0 * df)))


def _lay(
    result: WaveResult,
    blocks: Sequence[Block],
    measures: list[tuple[int, int]],
    group: Groupe,
    *,
    n: Floats,
    clusters: Floats,
    estimate: Floats,
    se: Floats,
    df: Floats,
    low: Floats,
    high: Floats,
    state: NDArray[np.int64],
    p: Floats | None = None,
) -> pd.DataFrame:
    items = result.frame.items
    repeat = len(measures)

    def tiled(values: list[object]) -> NDArray[np.object_]:
        return np.tile(np.array(values, dtype=object), len(blocks))

    return pd.DataFrame(
        {
            "vague": result.frame.wave,
            "niveau": TOTAL,
            "territoire": TOTAL,
            "bailleur": np.repeat(np.array([b.bailleur for b in blocks], dtype=object), repeat),
            "item": tiled([items[j].identifiant for j, _ in measures]),
            "theme": tiled([items[j].theme.value for j, _ in measures]),
            "nature": tiled([items[j].nature.value for j, _ in measures]),
            "groupe": group.value,
            "mesure": tiled(["moyenne" if k < 0 else "niveau" for _, k in measures]),
            "modalite": tiled([_label(result, j, k) for j, k in measures]),
            "rang": tiled([k + 1 for _, k in measures]).astype(int),
            "n": n.ravel(),
            "n_residences": clusters.ravel(),
            "estimation": estimate.ravel(),
            "erreur_type": se.ravel(),
            "ddl": df.ravel(),
            "ic95_bas": low.ravel(),
            "ic95_haut": high.ravel(),
            "p_rao_scott": np.nan if p is None else p.ravel(),
            "publication": state_names(state).ravel(),
        },
        columns=list(LEVEL_COLUMNS),
    )


def _label(result: WaveResult, item: int, level: int) -> str:
    return "" if level < 0 else result.labels[item][level]
