"""Domain means, their linearised scores, and the variance of any linear combination of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from tfpb.survey.estimation.domains import Contrasts, Means
from tfpb.survey.estimation.gather import collapse, group_sums
from tfpb.survey.estimation.pieces import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.estimation.design import Design, Sums
    from tfpb.survey.estimation.domains import Domains

_ALIKE = 1e-13
_RAKING_SWEEPS = 10  # as many as R's svyrecvar projects residuals over raked margins


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def domain_means(design: Design, sums: Sums, domains: Domains) -> Means:
    """Estimate every measure in every domain at once."""
    member = domains.matrix()
    base = member @ sums.base
    n = member @ sums.n
    estimate = _ratio(member @ sums.total, base)
    spread = _ratio(member @ sums.square, base) - estimate**2
    # rounding must not turn answers that are all alike into ones that differ by 1e-17
    spread = np.where(spread < _ALIKE, 0.0, spread)
    srs = spread / np.where(n > 1, n - 1, np.nan)
    nsp = member @ sums.nsp
    clusters, strata = occupied(design, sums, domains)
    weight = member @ sums.weight
    return Means(
        estimate=estimate,
        base=base,
        srs_variance=srs,
        n=n,
        clusters=clusters,
        strata=strata,
        nsp_share=_ratio(nsp, base + nsp),
        not_concerned_share=_ratio(member @ sums.not_concerned, weight),
    )


def occupied(
    design: Design, sums: Sums, domains: Domains
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count the clusters and the strata with a valid answer in each domain."""
    owner = np.repeat(np.arange(domains.count), np.diff(domains.start))
    cluster = design.cluster[domains.atoms]
    member, group, _ = collapse(
        owner * len(design.cluster_stratum) + cluster, sums.n[domains.atoms]
    )
    domain = group // max(len(design.cluster_stratum), 1)
    stratum = design.cluster_stratum[group % max(len(design.cluster_stratum), 1)]
    filled = (member > 0).astype(float)
    clusters = group_sums(domain, filled, domains.count)
    by_stratum, keys, _ = collapse(domain * len(design.stratum_size) + stratum, filled)
    strata = group_sums(
        keys // max(len(design.stratum_size), 1), (by_stratum > 0).astype(float), domains.count
    )
    return clusters, strata


def contrast_variance(
    design: Design, sums: Sums, domains: Domains, means: Means, contrasts: Contrasts
) -> NDArray[np.float64]:
    """Taylor variance of linear combinations of domain means (combinations × measures).

    The score of an atom in a domain is ``(Σwy − p Σw) / Σ_domain w``; scores are summed by cluster
    with their coefficient, and ``V = Σ_h n_h/(n_h−1) Σ_i (z_hi − z̄_h)²`` over every cluster of the
    stratum, those outside the domain counting as zero. A stratum of one cluster is centred on the
    overall mean of scores. With calibrated weights, scores are first replaced by
    their residuals within the margins. Without clusters: `default_deff` times the variance of a
    simple random sample, domains being disjoint.
    """
    if not np.isnan(design.default_deff):
        part = contrasts.coefficient**2 * design.default_deff * means.srs_variance[contrasts.domain]
        return group_sums(
            contrasts.owner, np.where(contrasts.coefficient == 0, 0, part), contrasts.count
        )
    if design.margins:
        return _calibrated_variance(design, sums, domains, means, contrasts)
    if contrasts.coefficient.shape[1] > 1:
        return _joint_variance(design, sums, domains, means, contrasts)
    parts = cut(design, domains, contrasts)
    alone = _joint_variance(design, sums, domains, means, Contrasts.of(parts.terms))
    return group_sums(parts.owner, alone[parts.piece], contrasts.count)


def _joint_variance(
    design: Design, sums: Sums, domains: Domains, means: Means, contrasts: Contrasts
) -> NDArray[np.float64]:
    """Variance of combinations from the scores of all their terms together."""
    term, atom = _expand(domains, contrasts)
    domain = contrasts.domain[term]
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = (sums.total[atom] - means.estimate[domain] * sums.base[atom]) / means.base[domain]
        scores *= contrasts.coefficient[term]
    if contrasts.coefficient.shape[1] > 1:
        scores = np.where(contrasts.coefficient[term] == 0, 0.0, scores)
    keys = contrasts.owner[term] * len(design.cluster_stratum) + design.cluster[atom]
    by_cluster, keys, _ = collapse(keys, scores)
    count = max(len(design.cluster_stratum), 1)
    return cluster_variance(design, by_cluster, keys // count, keys % count, contrasts.count)


def _expand(domains: Domains, contrasts: Contrasts) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List every (term, atom) pair of the combinations."""
    begin = domains.start[contrasts.domain]
    length = domains.start[contrasts.domain + 1] - begin
    term = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(term)) - np.repeat(np.cumsum(length) - length, length)
    return term, domains.atoms[np.repeat(begin, length) + offset]


def stratum_covariance(
    design: Design, atoms: NDArray[np.intp], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Covariance matrix of statistics from their scores on some atoms (others score zero).

    Parameters
    ----------
    scores : float array, shape (len(atoms), statistics)
    """
    by_cluster, cluster, _ = collapse(design.cluster[atoms], scores)
    stratum = design.cluster_stratum[cluster]
    sums, strata, first = collapse(stratum, by_cluster)
    present = np.diff(np.append(first, len(by_cluster)))
    size = design.stratum_size[strata].astype(float)
    overall = scores.sum(axis=0) / len(design.cluster_stratum)
    mean = np.where(size[:, None] > 1, sums / size[:, None], overall)
    scale = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    deviation = by_cluster - np.repeat(mean, present, axis=0)
    weighted = deviation * np.repeat(scale, present)[:, None]
    absent = mean * (scale * (size - present))[:, None]
    return np.asarray(deviation.T @ weighted + mean.T @ absent)


def cluster_variance(
    design: Design,
    scores: NDArray[np.float64],
    owner: NDArray[np.intp],
    cluster: NDArray[np.intp],
    count: int,
) -> NDArray[np.float64]:
    """Variance between clusters within strata.

    Parameters
    ----------
    scores : float array, shape (entries, measures)
        Scores summed by cluster, sorted by (owner, cluster); absent clusters score zero.
    owner, cluster : int arrays, shape (entries,)
    count : int
        Number of owners.
    """
    if not len(scores):
        return np.zeros((count, scores.shape[1]))
    strata = len(design.stratum_size)
    stratum = design.cluster_stratum[cluster]
    sums, keys, first = collapse(owner * strata + stratum, scores)
    present = np.diff(np.append(first, len(scores)))
    size = design.stratum_size[keys % strata].astype(float)
    # a lone cluster is centred on the mean of all: nil but under raking, whose residuals are not
    overall = group_sums(owner, scores, count)[keys // strata] / len(design.cluster_stratum)
    mean = np.where(size[:, None] > 1, sums / size[:, None], overall)
    deviation = scores - np.repeat(mean, present, axis=0)
    squares = np.add.reduceat(deviation**2, first, axis=0)
    squares += (size - present)[:, None] * mean**2
    scale = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    return group_sums(keys // strata, scale[:, None] * squares, count)


def _calibrated_variance(
    design: Design, sums: Sums, domains: Domains, means: Means, contrasts: Contrasts
) -> NDArray[np.float64]:
    """Variance under calibrated weights: scores of every atom, replaced by margin residuals."""
    out = np.zeros((contrasts.count, sums.total.shape[1]))
    clusters = np.arange(len(design.cluster_stratum))
    by_cluster = sparse.csr_array(
        (np.ones(design.size), (design.cluster, np.arange(design.size))),
        shape=(len(clusters), design.size),
    )
    order = np.argsort(contrasts.owner, kind="stable")
    bounds = np.searchsorted(contrasts.owner[order], np.arange(contrasts.count + 1))
    for k in range(contrasts.count):
        scores = np.zeros_like(sums.total)
        under = np.zeros_like(sums.total)
        for term in order[bounds[k] : bounds[k + 1]]:
            g = contrasts.domain[term]
            atoms = domains.atoms[domains.start[g] : domains.start[g + 1]]
            with np.errstate(invalid="ignore", divide="ignore"):
                factor = np.where(
                    contrasts.coefficient[term] == 0,
                    0.0,
                    contrasts.coefficient[term] / means.base[g],
                )
                p = means.estimate[g]
                scores[atoms] += factor * (sums.total[atoms] - p * sums.base[atoms])
                under[atoms] += factor * (
                    sums.calibration_total[atoms] - p * sums.calibration_base[atoms]
                )
        residual = calibration_residuals(design, sums, scores, under)
        z = by_cluster @ residual
        out[k] = cluster_variance(design, z, np.zeros_like(clusters), clusters, 1)[0]
    return out


def calibration_residuals(
    design: Design,
    sums: Sums,
    scores: NDArray[np.float64],
    under: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Replace scores by their residuals within the calibration margins.

    Parameters
    ----------
    scores : float array, shape (atoms, measures)
        Scores summed over the atom's interviews.
    under : float array, same shape
        The same scores over the calibrated weight, summed under the weights of `Sums`.

    Notes
    -----
    Rows of an atom share their cells, so that R's row-wise projection (one for post-stratification,
    ten sweeps over the margins for raking) is a sum over atoms.
    """
    weight = sums.weight
    rows = sums.calibration_rows
    sweeps = _RAKING_SWEEPS if len(design.margins) > 1 else 1
    for _ in range(sweeps):
        for margin in design.margins:
            cells = int(margin.cell.max(initial=-1)) + 1
            top = group_sums(margin.cell, under, cells)
            bottom = group_sums(margin.cell, rows, cells)
            mean = (top / np.where(bottom > 0, bottom, 1.0))[margin.cell]
            scores = scores - weight * mean
            under = under - rows * mean
    return scores
