"""Means of domains (sets of respondents), and the variance of any linear combination of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.arrays import divided
from tfpb.survey.estimation.design import Sums, by_cluster, indicator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy import sparse

    from tfpb.model.arrays import Floats, Indices


NIL: Final = 1e-12
"""Under this, a standard error or the distance of a share to 0 or 1 is rounding, not information."""
_ALIKE: Final = 1e-13
_RAKING_SWEEPS: Final = 10  # as many as R's svyrecvar projects residuals over raked margins
AT_ONCE: Final = 30_000
"""Scores of atoms that are held together, all measures of them."""
_WITHOUT_REPLACEMENT_FROM: Final = 1.5
"""Weights read as population counts from this mean on; smaller means are relative weights."""


def membership(sets: Sequence[Indices], atoms: int) -> sparse.csr_array:
    """Return the matrix (domains × atoms) of some sets of atoms."""
    from scipy import sparse  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    start = np.concatenate([[0], np.cumsum([len(s) for s in sets], dtype=np.intp)])
    held = np.concatenate([*sets, np.zeros(0)]).astype(np.intp)
    return sparse.csr_array((np.ones(len(held)), held, start), shape=(len(sets), atoms))


@dataclass(frozen=True, slots=True)
class Means:
    """Means of domains, arrays of shape (domains, measures); `member` is (domains, atoms)."""

    sums: Sums
    member: sparse.csr_array
    estimate: Floats  # Σ w·y / Σ w over valid answers; NaN for an empty domain
    base: Floats  # Σ w over valid answers
    srs_variance: Floats  # under simple random sampling with replacement: Σ w(y−p)²/Σ w / (n−1)
    n: Floats  # valid answers
    clusters: Floats  # résidences with a valid answer
    strata: Floats  # strata with a valid answer
    nsp_share: Floats  # NSP / (valid + NSP), weighted
    not_concerned_share: Floats  # non concernés / all, weighted

    @property
    def units(self) -> Floats:
        """Sampled units with a valid answer: résidences, or interviews when none is named."""
        return self.clusters if self.sums.design.clustered else self.n

    @property
    def shown_clusters(self) -> Floats:
        """Résidences with a valid answer, nil when the delivery names none."""
        return self.clusters * self.sums.design.clustered


def domain_means(sums: Sums, member: sparse.csr_array) -> Means:
    """Estimate every measure in every domain at once."""
    base, n, nsp = member @ sums.base, member @ sums.n, member @ sums.nsp
    estimate = divided(member @ sums.total, base, np.nan)
    spread = divided(member @ sums.square, base, np.nan) - estimate**2
    # rounding must not turn answers that are all alike into ones that differ by 1e-17
    spread = np.where(spread < _ALIKE, 0.0, spread)
    clusters, strata = occupied(sums, member)
    return Means(
        sums=sums,
        member=member,
        estimate=estimate,
        base=base,
        srs_variance=spread / np.where(n > 1, n - 1, np.nan),
        n=n,
        clusters=clusters,
        strata=strata,
        nsp_share=divided(nsp, base + nsp, np.nan),
        not_concerned_share=divided(member @ sums.not_concerned, member @ sums.weight, np.nan),
    )


def occupied(sums: Sums, member: sparse.csr_array) -> tuple[Floats, Floats]:
    """Count the clusters and the strata with a valid answer in each domain."""
    design, domains = sums.design, member.shape[0]
    owner = np.repeat(np.arange(domains), np.diff(member.indptr))
    gather, owner, cluster = by_cluster(design, owner, member.indices)
    filled = (gather @ sums.n[member.indices] > 0).astype(float)
    stratum = design.cluster_stratum[cluster]
    strata = max(len(design.stratum_size), 1)
    pairs, at = np.unique(owner * strata + stratum, return_inverse=True)
    met = (indicator(at, len(pairs)) @ filled > 0).astype(float)
    return indicator(owner, domains) @ filled, indicator(pairs // strata, domains) @ met


def design_effects(means: Means, variance: Floats) -> tuple[Floats, Floats]:
    """Return (design effect, effective size) of each domain.

    The effective size always compares with a simple random sample drawn with replacement. The
    printed effect is R's ``deff=TRUE`` (without replacement from Σw) when weights count a
    population (Σw > 1.5 n), else R's ``deff="replace"``. Where every answer is alike there is no
    effect, and the effective size is the number of answers. Where answers differ but no variance
    is seen between résidences (a lone one, or chance), neither is known.
    """
    variance = np.where(variance < NIL**2, np.nan, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        replace = variance / means.srs_variance
        finite = 1 - means.n / means.base
        printed = np.where(
            means.base > _WITHOUT_REPLACEMENT_FROM * means.n, replace / finite, replace
        )
        effective = means.n / replace
    alike = means.srs_variance == 0
    return np.where(alike, np.nan, printed), np.where(alike, means.n, effective)


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Linear combinations of domain means: Σ coefficient · mean, gathered by `owner`."""

    owner: Indices  # combination of each term, in increasing order
    domain: Indices  # that each term weighs
    coefficient: Floats  # (terms, 1) or (terms, measures)
    count: int  # number of combinations

    @classmethod
    def of(cls, domains: Indices, signs: Sequence[float]) -> Contrasts:
        """Combine the domains of each row (combinations × terms) with the same signs."""
        rows, terms = domains.shape
        return cls(
            np.repeat(np.arange(rows), terms),
            domains.ravel(),
            np.tile(np.asarray(signs, dtype=float), rows)[:, None],
            rows,
        )

    def values(self, means: Means) -> Floats:
        """Return Σ coefficient · mean (combinations × measures); a nil coefficient drops its term."""
        part = np.where(self.coefficient == 0, 0.0, self.coefficient * means.estimate[self.domain])
        out: Floats = indicator(self.owner, self.count) @ part
        return out


def contrast_variance(means: Means, contrasts: Contrasts) -> Floats:
    """Taylor variance of linear combinations of domain means (combinations × measures).

    The score of an atom in a domain is ``(Σwy − p Σw) / Σ_domain w``; see `linear_variance`. Without
    clusters: `default_deff` times the variance of a simple random sample, domains being disjoint.
    """
    sums = means.sums
    design = sums.design
    if not design.clustered:
        part = contrasts.coefficient**2 * design.default_deff * means.srs_variance[contrasts.domain]
        part = np.where(contrasts.coefficient == 0, 0, part)
        return np.asarray(indicator(contrasts.owner, contrasts.count) @ part)
    out = np.zeros((contrasts.count, sums.total.shape[1]))
    for first, last, place, domain, factor in expanded(means, contrasts):
        atom = place % len(design.atoms)
        mean = np.where(factor != 0, means.estimate[domain], 0.0)
        scores = factor * (sums.total[atom] - mean * sums.base[atom])
        residual = None
        if design.margins:
            residual = factor * (sums.residual_total[atom] - mean * sums.residual_base[atom])
        out[first:last] = linear_variance(sums, place, scores, residual, last - first)
    return out


def expanded(
    means: Means, contrasts: Contrasts
) -> Iterator[tuple[int, int, Indices, Indices, Floats]]:
    """Write combinations of domain means as sums over atoms, a part at a time.

    Yields the first and last combinations of the part; ``(combination − first) · atoms + atom``,
    (entries,); the domain, (entries,); and the factor of Σ w·y of the atom, coefficient / Σ_domain w,
    (entries, measures).
    """
    atoms = len(means.sums.design.atoms)
    for first, last in _batches(means, contrasts):
        terms = slice(*np.searchsorted(contrasts.owner, [first, last]))
        term, atom = expand(means.member, contrasts.domain[terms])
        domain, coefficient = contrasts.domain[terms][term], contrasts.coefficient[terms][term]
        base = means.base[domain]
        factor = divided(coefficient, base, np.nan)  # an empty domain has no mean
        factor[np.broadcast_to(coefficient == 0, factor.shape)] = 0.0
        yield first, last, (contrasts.owner[terms][term] - first) * atoms + atom, domain, factor


def _batches(means: Means, contrasts: Contrasts) -> Iterator[tuple[int, int]]:
    """Cut combinations so that few enough scores are held together: (first, last) of each part."""
    held = np.diff(means.member.indptr)[contrasts.domain]
    if means.sums.design.margins:  # residuals spread over every atom
        held = np.full(len(held), means.member.shape[1])
    load = np.cumsum(np.bincount(contrasts.owner, weights=held, minlength=contrasts.count))
    first = 0
    while first < contrasts.count:
        done = load[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(load, done + AT_ONCE, side="right")))
        yield first, last
        first = last


def expand(member: sparse.csr_array, domain: Indices) -> tuple[Indices, Indices]:
    """List every (term, atom) pair of some terms."""
    begin = member.indptr[domain].astype(np.intp)
    length = member.indptr[domain + 1] - begin
    term = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(term)) - np.repeat(np.cumsum(length) - length, length)
    return term, member.indices[np.repeat(begin, length) + offset].astype(np.intp)


def linear_variance(
    sums: Sums, place: Indices, scores: Floats, residual: Floats | None = None, count: int = 1
) -> Floats:
    """Taylor variance of statistics from their linearised scores on atoms.

    Parameters
    ----------
    place : int array, shape (entries,)
        ``statistic · atoms + atom`` of each entry; atoms that are not there score zero.
    scores : float array, shape (entries, measures)
        Scores summed over the interviews of each atom.
    residual : float array, same shape, optional
        The same over the calibrated weight, under the weights that residuals are taken under: with
        calibrated weights, scores are first replaced by their residuals within the margins.
    count : int
        Number of statistics.

    Returns
    -------
    float array, shape (count, measures)
        ``V = Σ_h n_h/(n_h−1) Σ_i (z_hi − z̄_h)²`` over every cluster i of the stratum h, those without
        a score counting as zero. A stratum of one cluster is centred on the overall mean of scores; one
        that names no résidence counts for `Design.stratum_deff`.
    """
    design = sums.design
    atoms, clusters = len(design.atoms), max(len(design.cluster_stratum), 1)
    strata = max(len(design.stratum_size), 1)
    if residual is not None:
        spread = indicator(place, count * atoms)
        scores = _residuals(sums, spread @ scores, spread @ residual, count)
        place = np.arange(count * atoms)
    gather, owner, cluster = by_cluster(design, *np.divmod(place, max(atoms, 1)))
    z, stratum = gather @ scores, design.cluster_stratum[cluster]
    keys, at = np.unique(owner * strata + stratum, return_inverse=True)
    size = design.stratum_size[keys % strata].astype(float)[:, None]
    present = np.bincount(at, minlength=len(keys))[:, None]
    # a lone cluster is centred on the mean of all: nil but under raking, whose residuals are not
    overall = (indicator(owner, count) @ z)[keys // strata] / clusters
    mean = np.where(size > 1, indicator(at, len(keys)) @ z / size, overall)
    squares = indicator(at, len(keys)) @ (z - mean[at]) ** 2 + (size - present) * mean**2
    scale = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    scale = scale * design.stratum_deff[keys % strata][:, None]
    variance: Floats = indicator(keys // strata, count) @ (scale * squares)
    return variance if design.clustered else variance * design.default_deff


def _residuals(sums: Sums, scores: Floats, residual: Floats, count: int) -> Floats:
    """Replace scores (statistics × atoms rows) by their residuals within the calibration margins.

    Rows of an atom share their cells, so that R's row-wise projection (one for post-stratification,
    ten sweeps over the margins for raking) is a sum over atoms.
    """
    margins = sums.design.margins
    weight, rows = np.tile(sums.weight, (count, 1)), np.tile(sums.residual_rows, (count, 1))
    for _ in range(_RAKING_SWEEPS if len(margins) > 1 else 1):
        for margin in margins:
            cells = int(margin.max(initial=-1)) + 1
            cell = (np.arange(count)[:, None] * cells + margin).ravel()
            gather = indicator(cell, count * cells)
            held = gather @ rows
            mean = (gather @ residual / np.where(held > 0, held, 1.0))[cell]
            scores = scores - weight * mean
            residual = residual - rows * mean
    return scores


def standard_error(variance: Floats) -> Floats:
    """Square root of a variance, rounding noise taken for the zero it stands for."""
    se: Floats = np.sqrt(variance)
    return np.where(se < NIL, 0.0, se)
