"""How much the interviews of few résidences tell: a design effect pooled over the survey.

A quarter of three résidences cannot measure how its own résidences differ: its design effect is that
of the question over the whole survey, its résidences and interviews being as uneven as those of most
of the survey's territories. What is released of it then depends on n, the number of résidences and the
share alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.arrays import divided
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS, groups
from tfpb.survey.estimation.design import Sums, by_cluster, indicator
from tfpb.survey.estimation.means import Contrasts, Means, expanded, membership
from tfpb.survey.reading.surveyed_stock import PARC

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.arrays import Flags, Floats, Indices


PLANNED: Final = 0.10
"""Correlation assumed where no answer may be looked at: before the survey, and for what may be said."""
LEAST: Final = 0.01
MOST: Final = 0.60
_ENOUGH: Final = 120
"""Résidences from which a question's own correlation is taken as it is."""
_PRIOR: Final = 0.15
_PRIOR_RESIDENCES: Final = 20
_BORROWED: Final = 0.75
"""What is borrowed from the other questions: their upper quartile, on the cautious side."""


def pooled_correlation(sums: Sums, domain: Indices, group: Indices, groups: int) -> Floats:
    """Estimate one correlation a group and measure, over all domains of the group together.

    Parameters
    ----------
    sums : Sums
    domain : int array, shape (atoms,)
        Within which résidences are compared: a quarter, or a bailleur outside quarters.
    group : int array, shape (atoms,)
        Side (and wave) of each atom; domains are nested in groups.
    groups : int

    Returns
    -------
    float array, shape (groups, measures)
        Within `LEAST`..`MOST`.

    Notes
    -----
    One-way analysis of variance, unweighted: ``ρ = (MSB − MSW) / (MSB + (n₀ − 1) MSW)`` (Donner,
    1986). With fewer than 120 résidences a question borrows what it lacks from the others of its
    group, and from `_PRIOR` where these are few too.
    """
    design = sums.design
    keys, unit = np.unique(np.stack([design.cluster, domain, group]), axis=1, return_inverse=True)
    gather = indicator(unit.ravel(), keys.shape[1])
    n, hits, squares = gather @ sums.n, gather @ sums.hits, gather @ sums.hit_squares
    places, at = np.unique(keys[1:], axis=1, return_inverse=True)
    by_place = indicator(at.ravel(), places.shape[1])
    by_group = indicator(places[1].astype(np.intp), groups)
    mean = divided(hits, n)
    whole = by_place @ n
    centre = divided(by_place @ hits, whole)[at.ravel()]
    met = n > 0
    residences = by_place @ met.astype(float)
    between = by_group @ (by_place @ (n * (mean - centre) ** 2))
    within = by_group @ (by_place @ np.maximum(squares - n * mean**2, 0.0))
    df_between = by_group @ np.maximum(residences - 1, 0.0)
    answers, clusters = by_group @ whole, by_group @ residences
    size = divided(answers - by_group @ divided(by_place @ n**2, whole), df_between)
    msb, msw = divided(between, df_between), divided(within, answers - clusters)
    own = np.clip(divided(msb - msw, msb + (size - 1) * msw), LEAST, MOST)
    own[~(df_between > 0)] = PLANNED
    return _shrunk(own, clusters)


def _shrunk(own: Floats, clusters: Floats) -> Floats:
    """Complete a correlation known from few résidences with what the other questions show."""
    if not own.shape[1]:
        return own
    others = np.quantile(own, _BORROWED, axis=1, keepdims=True)
    share = clusters / (clusters + _PRIOR_RESIDENCES)
    borrowed = share * others + (1 - share) * _PRIOR
    known = np.minimum(1.0, clusters / _ENOUGH)
    return np.clip(known * own + (1 - known) * borrowed, LEAST, MOST)


OWN_FROM: Final = 20
"""Résidences from which a group's own sizes count where they are more uneven than assumed: they can no
longer be worked out from it."""
_MOST: Final = 0.8
"""Share of the survey's groups that are at most as uneven as what is assumed of a small one."""
_KNOWN_STOCK: Final = 0.9
"""Share of a group's weight that the stock must know, for its dwellings to be the population."""
_NIL: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Spread:
    """How weights concentrate in some statistics, arrays of shape (statistics, measures).

    Parameters
    ----------
    clusters : float array
        Σ over résidences of the square of what its interviews weigh together.
    interviews : float array
        Σ over interviews of the square of what each weighs.
    """

    clusters: Floats
    interviews: Floats

    def design(self, correlation: Floats) -> Floats:
        """Return D, the variance over p(1 − p): 1 / D is the effective number of interviews."""
        out: Floats = correlation * self.clusters + (1 - correlation) * self.interviews
        return np.maximum(out, _NIL)


@dataclass(frozen=True, slots=True)
class Correlations:
    """Intra-class correlations of a survey, by side and wave.

    Parameters
    ----------
    group : int array, shape (atoms,)
        Side and wave of each atom.
    values : float array, shape (groups, measures)
    """

    group: Indices
    values: Floats

    @classmethod
    def of(cls, sums: Sums, later: Flags | None = None) -> Correlations:
        """Estimate them from the answers summed over atoms.

        Résidences are compared within their quarter or, hors QPV, within their stratum.
        """
        atoms = sums.design.atoms
        side = (atoms["qpv"].to_numpy(dtype=int) == 1).astype(np.intp)
        group = side if later is None else side + 2 * later.astype(np.intp)
        quarter = next((c for c in atoms if c in QUARTER_COLUMNS), None)
        stratum = sums.design.stratum.astype(str)
        place = stratum
        if quarter is not None:
            place = np.where(side == 1, atoms[quarter].astype(str).to_numpy(), stratum)
        domain = np.unique(place, return_inverse=True)[1].ravel()
        count = 2 if later is None else 4
        return cls(group, pooled_correlation(sums, domain, group, count))

    def of_domains(self, means: Means) -> Floats:
        """Return the largest among the groups that each domain's answers are of, (domains, measures).

        An average by their numbers of answers would give these away, masked sides included.
        """
        out = np.zeros(means.n.shape)
        for g, value in enumerate(self.values):
            met = means.member @ (means.sums.n * (self.group == g)[:, None]) > 0
            out = np.maximum(out, np.where(met, value, 0.0))
        return out


def spread_of(sums: Sums, place: Indices, factor: Floats, count: int) -> Spread:
    """Return the spread of statistics Σ factor · w · y.

    Parameters
    ----------
    place : int array, shape (entries,)
        ``statistic · atoms + atom`` of each entry.
    factor : float array, shape (entries, measures)
    count : int
        Number of statistics.
    """
    design = sums.design
    owner, atom = np.divmod(place, max(len(design.atoms), 1))
    gather, owners, _ = by_cluster(design, owner, atom)
    of_cluster = gather @ (factor * sums.base[atom])
    by_owner = indicator(owners, count)
    interviews = indicator(owner, count) @ (factor**2 * sums.weight_squares[atom])
    if not design.clustered:
        return Spread(interviews * design.default_deff, interviews * design.default_deff)
    return Spread(by_owner @ of_cluster**2, interviews)


def domain_spread(means: Means) -> Spread:
    """Return the spread of the mean of each domain: Σ aᵢ² and Σ aᵢⱼ²."""
    return contrast_spread(means, Contrasts.of(np.arange(len(means.n))[:, None], [1.0]))


def contrast_spread(means: Means, contrasts: Contrasts) -> Spread:
    """Return the spread of linear combinations of domain means."""
    shape = (contrasts.count, means.n.shape[1])
    parts = Spread(np.zeros(shape), np.zeros(shape))
    for first, last, place, _, factor in expanded(means, contrasts):
        part = spread_of(means.sums, place, factor, last - first)
        parts.clusters[first:last] = part.clusters
        parts.interviews[first:last] = part.interviews
    return parts


def of_these_dwellings(
    spread: Spread, means: Means, index: pd.DataFrame, stock: pd.DataFrame, waves: int
) -> Spread:
    """Return the spread when the dwellings of the stock are the population, not a draw of one.

    Parameters
    ----------
    spread : Spread
        Of the domains (`domain_spread`).
    index : DataFrame
        `compared_groups.COLUMNS`; its domains come once a wave.
    stock : DataFrame
        `bailleur, qpv, logements` and territories, one row a résidence.

    Returns
    -------
    Spread
        Unchanged where the stock does not know nine tenths of the domain's weight.

    Notes
    -----
    With Aᵢ the share of the dwellings: Σ(aᵢ − Aᵢ)² over the résidences surveyed + ΣA² over the others,
    and Σaᵢⱼ² − 1/N. Résidences whose tenants were asked and gave no valid answer are not concerned: they
    are no part of the population of the question.
    """
    sums, design = means.sums, means.sums.design
    row = design.atoms[PARC].to_numpy(dtype=np.intp)
    held = np.where(row >= 0, stock["logements"].to_numpy(dtype=float)[row], 0.0)
    known = divided(means.member @ (sums.base * (held > 0)[:, None]), means.base)
    cross = divided(means.member @ (sums.base * held[:, None]), means.base)
    dwellings, squares = (
        np.tile(v, (waves, 1)) for v in _of_stock(index, stock, len(means.n) // waves)
    )
    silent, silent_squares = _silent(means, held)
    total = dwellings - silent
    with np.errstate(divide="ignore", invalid="ignore"):
        clusters = spread.clusters - 2 * cross / total + (squares - silent_squares) / total**2
        interviews = spread.interviews - (2 * known - 1) / total
    usable = (known >= _KNOWN_STOCK) & (total > 0) & np.isfinite(clusters)
    return Spread(
        np.where(usable, np.maximum(clusters, 0.0), spread.clusters),
        np.where(usable, np.maximum(interviews, 0.0), spread.interviews),
    )


def _of_stock(index: pd.DataFrame, stock: pd.DataFrame, domains: int) -> tuple[Floats, Floats]:
    """Return Σ N and Σ N² of the stock's résidences in each domain of an index, one column."""
    names = ["niveau", "territoire", "bailleur"]
    levels = [str(v) for v in dict.fromkeys(index["niveau"]) if v in stock]
    listed, sets = groups(stock, levels, only=sorted(set(index["bailleur"])))
    counts = stock["logements"].to_numpy(dtype=float)
    member = membership(sets, len(stock))
    sums = np.stack([member @ counts, member @ counts**2])
    lines = index[names].reset_index().merge(listed, on=names, validate="one_to_one")
    out = np.zeros((2, domains))
    for column in ("universe", "qpv", "hors", "ensemble"):
        ours = index[column].to_numpy(dtype=np.intp)[lines["index"]]
        theirs = lines[column].to_numpy(dtype=np.intp)
        there = (ours >= 0) & (theirs >= 0)
        out[:, ours[there]] = sums[:, theirs[there]]
    return out[0][:, None], out[1][:, None]


def _silent(means: Means, held: Floats) -> tuple[Floats, Floats]:
    """Return Σ N and Σ N² of the résidences asked whose tenants gave no valid answer, by domain."""
    design, domains = means.sums.design, means.member.shape[0]
    owner = np.repeat(np.arange(domains), np.diff(means.member.indptr))
    atom = means.member.indices
    gather, owners, cluster = by_cluster(design, owner, atom)
    answered = gather @ means.sums.n[atom] > 0
    dwellings = np.zeros(max(len(design.cluster_stratum), 1))
    dwellings[design.cluster] = held
    counts = np.where(answered, 0.0, dwellings[cluster][:, None])
    by_owner = indicator(owners, domains)
    return by_owner @ counts, by_owner @ counts**2


def smoothed(
    spread: Spread,
    n: Floats,
    clusters: Floats,
    kinds: Sequence[int] | Indices,
    *,
    at_least: bool = True,
) -> Spread:
    """Replace the spread of statistics by one that depends on n and k alone.

    From `OWN_FROM` résidences on, their own spread counts: where it is larger, or wherever (adjusted
    rows, whose spread depends on more than n and k).

    Parameters
    ----------
    spread : Spread
    n, clusters : float arrays, shape (statistics, measures)
    kinds : int array, shape (statistics,)
        Statistics that are alike (a side, a wave): each kind has its own unevenness.
    at_least : bool
        Whether what is assumed of small groups is the least of larger ones too.

    Notes
    -----
    Among statistics of one kind and measure, k·Σaᵢ² and n·Σaᵢⱼ² are taken at the level that four in five
    do not exceed. Simulated on either side (docs/benchmarks-survey.md): nearer the middle, intervals
    of unequal quarters cover less than they say.
    """
    out = Spread(spread.clusters.copy(), spread.interviews.copy())
    small = clusters < OWN_FROM
    kinds = np.asarray(kinds)
    for kind in np.unique(kinds):
        at = np.flatnonzero(kinds == kind)
        for values, size in ((out.clusters, clusters), (out.interviews, n)):
            uneven = np.where((clusters[at] > 1) & (n[at] > 0), values[at] * size[at], np.nan)
            level = _upper(uneven)
            made = level / np.where(size[at] > 0, size[at], np.nan)
            assumed = np.isfinite(made) & (small[at] | (at_least & (made > values[at])))
            values[at] = np.where(assumed, made, values[at])
    return out


def _upper(values: Floats) -> Floats:
    """Return the level of each column that most of its known values do not exceed; NaN without any."""
    ranked = np.sort(values, axis=0)  # NaN last
    last = np.maximum((~np.isnan(values)).sum(axis=0) - 1, 0)
    at = _MOST * last
    low, high = (
        np.take_along_axis(ranked, k.astype(np.intp)[None], axis=0)[0]
        for k in (np.floor(at), np.ceil(at))
    )
    level: Floats = low + (high - low) * (at - np.floor(at))
    return level


def planned(spread: Spread) -> Floats:
    """Return D before any answer is known: what may be said is decided on it."""
    return spread.design(np.full_like(spread.clusters, PLANNED))
