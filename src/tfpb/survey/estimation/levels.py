"""The levels of each scale, the mean of marks, and the Rao-Scott test of levels × side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimation.compared_groups import COLUMN_OF
from tfpb.survey.estimation.design import Sums, sum_answers
from tfpb.survey.estimation.means import (
    Contrasts,
    contrast_variance,
    domain_means,
    inverses,
    linear_variance,
    standard_error,
)
from tfpb.survey.estimation.pooled import Correlations, Spread
from tfpb.survey.estimation.release import HALF, POOLED, Sides, released_columns
from tfpb.survey.estimation.rows import completed, lay

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.estimation.design import Coded
    from tfpb.survey.estimation.means import Means
    from tfpb.survey.estimation.rows import Columns
    from tfpb.survey.respondents import Survey


def level_rows(survey: Survey, comparison: Comparison, rows: Indices) -> pd.DataFrame:
    """Rows of one wave: shares of each level, means of marks, gaps of both.

    `LEVEL_COLUMNS` by the design, and what `released` needs of the pooled rule.

    Parameters
    ----------
    survey : Survey
    comparison : Comparison
        Of one wave: its design, domains and publication states are used again.
    rows : int array
        Interviews of the wave, in the order of the design.
    """
    c = comparison
    answers = [_coded(survey, i.identifiant, rows) for i in c.items]
    # one measure a level of each item; a mark has one, its mean
    column = np.repeat(np.arange(len(answers)), [values.shape[1] for _, values in answers])
    marks = np.array([survey.scales[i.identifiant].marks for i in c.items], dtype=bool)[column]
    means = domain_means(sum_answers(c.design, answers), c.means.member)
    lines = c.totals
    sums = means.sums
    effective = 1 / _pooled_spread(c, column).design(Correlations.of(sums).of_domains(means))
    variance = np.where(marks, _mark_variance(sums), np.nan)
    pooled = c.pooled[lines][:, column]
    domains = {name: c.domains(name)[lines] for name in COLUMN_OF.values()}
    df = c.df[lines][:, column]
    parts = []
    for group, name in COLUMN_OF.items():
        g = domains[name]
        errors = contrast_variance(means, Contrasts.of(g[:, None], [1.0]))
        seen = _sides(means, g[:, None], effective, variance)
        columns: Columns = {
            "n": means.n[g],
            "n_residences": c.means.shown_clusters[g][:, column],
            "estimation": means.estimate[g],
            "erreur_type": standard_error(errors),
            "ddl": df,
            "etat": c.state[g][:, column],
            **_release(c, seen, np.ones(1), pooled, lines, column),
        }
        parts.append(_lay(c, lines, group, columns, column, marks))
    both = np.column_stack([domains["qpv"], domains["hors"]])
    gaps = Contrasts.of(both, [1.0, -1.0])
    seen = _sides(means, both, effective, variance)
    columns = {
        "n": means.n[domains["qpv"]] + means.n[domains["hors"]],
        "n_residences": c.gap.clusters[lines][:, column],
        "estimation": gaps.values(means),
        "erreur_type": standard_error(contrast_variance(means, gaps)),
        "ddl": df,
        "etat": c.gap.state[lines][:, column],
        **_release(c, seen, np.array([1.0, -1.0]), pooled, lines, column),
        "p_rao_scott": _rao_scott_matrix(means, domains["ensemble"], column, marks, df),
    }
    parts.append(_lay(c, lines, Groupe.ECART, columns, column, marks))
    table = completed(pd.concat(parts, ignore_index=True), c.thresholds)
    return table.drop(columns="verdict")


def _pooled_spread(c: Comparison, column: Indices) -> Spread:
    """Return the spread of the domains of each item, once a level: levels share their answers."""
    return Spread(c.shown_spread.clusters[:, column], c.shown_spread.interviews[:, column])


def _mark_variance(sums: Sums) -> Floats:
    """Return the variance of the answers to each measure, over everyone: of no group in particular."""
    n, total, squares = (v.sum(axis=0) for v in (sums.n, sums.hits, sums.hit_squares))
    n = np.where(n > 0, n, np.nan)
    return np.asarray(squares / n - (total / n) ** 2)


def _sides(means: Means, domains: Indices, effective: Floats, variance: Floats) -> Sides:
    shape = (*domains.shape, len(variance))
    return Sides(means.estimate[domains], effective[domains], np.broadcast_to(variance, shape))


def _release(
    c: Comparison, sides: Sides, signs: Floats, pooled: Flags, lines: Indices, column: Indices
) -> Columns:
    """Return what the pooled rule releases of some figures."""
    return {
        POOLED: pooled,
        HALF: c.expected_half[lines][:, column],
        **released_columns(sides, signs),
    }


def _coded(survey: Survey, item: str, rows: Indices) -> Coded:
    """Return the answers to one item as codes and values: a column a level, or the mark itself."""
    if survey.scales[item].marks:
        codes, values = pd.factorize(survey.marks[item][rows], sort=True)
        return codes, np.asarray(values, dtype=float)[:, None]
    return survey.answers[item][rows], np.eye(len(survey.scales[item].labels))


def _lay(
    c: Comparison, lines: Indices, group: Groupe, columns: Columns, column: Indices, marks: Flags
) -> pd.DataFrame:
    """Lay figures (lines × measures) out as rows."""
    first = np.searchsorted(column, column)
    level = np.where(marks, -1, np.arange(len(column)) - first)
    measures = {
        "mesure": np.where(marks, "moyenne", "niveau").astype(object),
        "modalite": np.array(
            ["" if k < 0 else c.labels[j][k] for j, k in zip(column, level, strict=True)],
            dtype=object,
        ),
        "rang": level + 1,
    }
    wide: Columns = {name: np.tile(values, (len(lines), 1)) for name, values in measures.items()}
    items = [c.items[j] for j in column]
    return lay(c, lines, group, Ajustement.BRUT, wide | columns, items=items)


def _rao_scott_matrix(
    means: Means, domains: Indices, column: Indices, marks: Flags, df: Floats
) -> Floats:
    out = np.full(df.shape, np.nan)
    for j in np.unique(column[~marks]):
        at = np.flatnonzero(column == j)
        out[:, at] = rao_scott(means, domains, at, df[:, at[0]])[:, None]
    return out


def rao_scott(means: Means, domains: Indices, columns: Indices, df: Floats) -> Floats:
    """p-value of the second-order Rao-Scott F test of levels × side (R's ``svychisq``) in each domain.

    Parameters
    ----------
    domains : int array
        Each of both sides.
    columns : int array
        Measures of the levels of one item.
    df : float array, shape (domains,)
        Degrees of freedom of the design among valid answers.

    Notes
    -----
    Rao and Scott (1984): Pearson's statistic over the trace of the generalised design effects, held
    against F with ``d0`` and ``d0·df`` degrees of freedom.
    """
    side = means.sums.design.atoms["qpv"].to_numpy(dtype=float)
    base = means.sums.base[:, columns[0]]
    inside, outside = (means.member[domains] @ (base * of) for of in (side, 1 - side))
    seen = means.estimate[np.ix_(domains, columns)] > 0
    able = (seen.sum(axis=1) > 1) & (inside > 0) & (outside > 0) & (df > 0)
    out = np.full(len(domains), np.nan)
    for levels in np.unique(seen[able], axis=0):
        rows = np.flatnonzero(able & (seen == levels).all(axis=1))
        out[rows] = _second_order(means, domains[rows], columns[levels], df[rows])
    return out


def _second_order(means: Means, domains: Indices, columns: Indices, df: Floats) -> Floats:
    """Return the test of `rao_scott` in domains that all hold every level, and both sides."""
    sums, member = means.sums, means.member[domains]
    design, count, levels = sums.design, len(domains), len(columns)
    side = design.atoms["qpv"].to_numpy(dtype=float)[:, None]

    def cells(total: Floats) -> Floats:
        """Return the sums of each level in QPV, then of each level hors QPV."""
        return np.hstack([total[:, columns] * side, total[:, columns] * (1 - side)])

    n, weight = means.n[domains, columns[0]], means.base[domains, columns[0]][:, None]
    share = member @ cells(sums.total) / weight
    by_side = share.reshape(count, 2, levels)
    expected = by_side.sum(axis=2)[:, :, None] * by_side.sum(axis=1)[:, None]
    pearson = n * ((by_side - expected) ** 2 / expected).sum(axis=(1, 2))
    contrast = _interaction(levels)
    inverse = np.where(share > 0, 1 / np.where(share > 0, share, 1.0), 0.0)
    scaled = contrast * inverse[:, :, None]
    owner, atom = np.repeat(np.arange(count), np.diff(member.indptr)), member.indices

    def scores(total: Floats, base: Floats) -> Floats:
        """Return the scores of each contrast, an entry an atom of each domain."""
        own = cells(total)[atom] - share[owner] * base[atom, columns[0]][:, None]
        return np.asarray((own[:, None] @ scaled[owner])[:, 0] / weight[owner])

    one, two = np.triu_indices(levels - 1)
    # covariances, from the variances of each and of the sums of each two
    z = scores(sums.total, sums.base)
    rest = scores(sums.residual_total, sums.residual_base) if design.margins else None
    under = None if rest is None else rest[:, one] + rest[:, two]
    place = owner * len(design.atoms) + atom
    variance = np.zeros((count, levels - 1, levels - 1))
    variance[:, one, two] = linear_variance(sums, place, z[:, one] + z[:, two], under, count)
    variance[:, two, one] = variance[:, one, two]
    own = np.einsum("dkk->dk", variance) / 4
    variance = (variance - own[:, :, None] - own[:, None]) / 2
    delta = inverses(contrast.T @ scaled / n[:, None, None]) @ variance
    trace = np.einsum("dkk->d", delta)
    with np.errstate(invalid="ignore", divide="ignore"):
        d0 = trace**2 / np.einsum("dkl,dlk->d", delta, delta)
        out = fdtrc(d0, d0 * df, pearson / trace)
    return np.where(trace > 0, out, np.nan)


def _interaction(levels: int) -> Floats:
    """Contrasts of levels × side, orthogonal to the levels and to the side."""
    level, side = np.tile(np.arange(levels), 2), np.repeat([0, 1], levels)
    dummies = (level[:, None] == np.arange(1, levels)).astype(float)
    second = (side == 1).astype(float)[:, None]
    orthogonal, _ = np.linalg.qr(np.hstack([np.ones((2 * levels, 1)), dummies, second]))
    interaction = dummies * second
    return np.asarray(interaction - orthogonal @ (orthogonal.T @ interaction))
