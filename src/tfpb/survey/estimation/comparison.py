"""Estimates of one wave, or of two waves together: every item of every group, once for all tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import TOTAL, Groupe
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS, groups, kinds_of
from tfpb.survey.estimation.design import satisfied_answers, sum_answers, survey_design
from tfpb.survey.estimation.means import (
    Contrasts,
    contrast_variance,
    design_effects,
    domain_means,
    membership,
    occupied,
    standard_error,
    strata_of,
)
from tfpb.survey.estimation.pooled import (
    Correlations,
    domain_spread,
    of_these_dwellings,
    planned,
    smoothed,
)
from tfpb.survey.reading.surveyed_stock import PARC as PARC_ROW
from tfpb.survey.verdicts import PARC, UNPUBLISHABLE, Thresholds, publication_states

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.arrays import Flags, Floats, Indices, Integers
    from tfpb.model.plan import Item
    from tfpb.survey.estimation.design import Design, Sums
    from tfpb.survey.estimation.means import Means
    from tfpb.survey.estimation.pooled import Spread
    from tfpb.survey.respondents import Survey


EXPECTED_Z: Final = 1.645
_PLANNED_VARIANCE: Final = 0.17
"""p(1 − p) of a share of satisfied tenants near 78 %: fixed before any answer."""


_OF_ONE: Final = (Groupe.QPV, Groupe.HORS_QPV, Groupe.ECART)
_OF_TWO: Final = (Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS, Groupe.EVOLUTION_ECART)


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of figure of every group compared, arrays of shape (groups, items).

    Parameters
    ----------
    group : Groupe
    signs : tuple of float
        Weight of each side (see `Comparison.sides`): (1, −1) for the gap of one wave.
    estimate, se : float arrays
        Unadjusted.
    n, clusters : float arrays
        Answers and résidences it rests on, each résidence once (nil when none is named).
    state : int array
        Publication state: that of the worst of its sides.
    """

    group: Groupe
    signs: tuple[float, ...]
    estimate: Floats
    se: Floats
    n: Floats
    clusters: Floats
    state: Integers


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups whose sides are set against each other, of one wave or of two.

    Parameters
    ----------
    vague : str
        The wave, or both joined by a dash.
    index : DataFrame
        `compared_groups.COLUMNS`, one line a group.
    items : sequence of Item
    thresholds : Thresholds
    labels : tuple of tuple of str
        Labels of the levels of each item.
    means : Means
        Means of the domains; those of the earlier wave first, then those of the later one.
    sides : int array, shape (groups, 2 or 4)
        Domains in QPV and hors QPV of the later (or only) wave, then of the earlier one.
    standard : bool array, shape (atoms,)
        Atoms whose composition is the standard of adjustments: those of the later wave.
    df : float array, shape (groups, items)
        Degrees of freedom: units − strata among the valid answers of the bailleur.
    se, deff, effective : float arrays, shape (domains, items)
        Standard error, design effect and effective size of each domain.
    correlation : float array, shape (domains, items)
        Intra-class correlation of the question on the sides and waves of each domain.
    spread, shown_spread : Spread
        How weights concentrate in each domain: as it is, and as what is released assumes.
    state : int array, shape (domains, items)
        Publication state of each domain.
    figures : tuple of Figure
        Both sides, then the gap; or their changes, then that of the gap.
    """

    vague: str
    index: pd.DataFrame
    items: Sequence[Item]
    thresholds: Thresholds
    labels: tuple[tuple[str, ...], ...]
    means: Means
    sides: Indices
    standard: Flags
    df: Floats
    se: Floats
    deff: Floats
    effective: Floats
    correlation: Floats
    spread: Spread
    shown_spread: Spread
    state: Integers
    figures: tuple[Figure, ...]

    @property
    def sums(self) -> Sums:
        """Answers summed over atoms."""
        return self.means.sums

    @property
    def design(self) -> Design:
        """Design of the interviews."""
        return self.means.sums.design

    @property
    def gap(self) -> Figure:
        """The gap, or its change."""
        return self.figures[-1]

    @property
    def shown(self) -> Flags:
        """Groups × items whose raw gap may be shown: the level of one side alone compares nothing."""
        out: Flags = self.gap.state < UNPUBLISHABLE
        return out

    @property
    def pooled(self) -> Flags:
        """Groups × items that follow the pooled rule: territories, and sides of few résidences."""
        level = (self.index["niveau"] != TOTAL).to_numpy()[:, None]
        if not self.design.clustered:
            return np.broadcast_to(level, self.gap.n.shape)
        few = self.means.shown_clusters[self.sides].min(axis=1) < self.thresholds.own_from
        return np.asarray(level | few)

    @property
    def pooled_effective(self) -> Floats:
        """Effective number of interviews of each domain by the pooled rule, shape (domains, items)."""
        return 1 / self.shown_spread.design(self.correlation)

    @property
    def expected_half(self) -> Floats:
        """Half-width of the 90 % interval of each gap as known before the answers (groups × items)."""
        design = planned(self.shown_spread)[self.sides].sum(axis=1)
        half: Floats = EXPECTED_Z * np.sqrt(_PLANNED_VARIANCE * design)
        return half

    @property
    def signs(self) -> Floats:
        """Weights of the sides in each figure, shape (figures, sides)."""
        return np.array([f.signs for f in self.figures])

    @property
    def totals(self) -> Indices:
        """Lines of the index that are not split by territory."""
        return np.flatnonzero((self.index["niveau"] == TOTAL).to_numpy())

    def domains(self, name: str) -> Indices:
        """Return a column of the index that numbers domains."""
        return self.index[name].to_numpy(dtype=np.intp)


def estimate_wave(
    survey: Survey,
    items: Sequence[Item],
    wave: str,
    *,
    by: Sequence[str],
    thresholds: Thresholds,
    keys: Sequence[str] = (),
) -> Comparison:
    """Estimate every item of every group of one wave.

    Parameters
    ----------
    by : sequence of str
        Territory columns.
    keys : sequence of str
        Further columns that the atoms must not mix (adjustment cells).
    """
    rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
    names = ("bailleur", "qpv", *by, *_quarter(survey), PARC_ROW, *keys)
    design = survey_design(survey, rows, names, thresholds.default_deff)
    sums = sum_answers(design, satisfied_answers(survey, rows))
    labels = tuple(survey.scales[i.identifiant].labels for i in items)
    stock = survey.stock if thresholds.cible == PARC else None
    return estimate_groups(
        sums, *groups(design.atoms, by), wave, items, thresholds, labels=labels, stock=stock
    )


def _quarter(survey: Survey) -> tuple[str, ...]:
    """Return the column of the quarter, if interviews bear one."""
    return tuple(c for c in survey.respondents if c in QUARTER_COLUMNS)[:1]


def estimate_pair(
    survey: Survey,
    items: Sequence[Item],
    pair: tuple[str, str],
    *,
    by: Sequence[str],
    thresholds: Thresholds,
    keys: Sequence[str] = (),
) -> Comparison:
    """Estimate the changes of every item between two waves, on the bailleurs that answered it in both.

    The design is that of both waves together: a résidence met twice is one cluster, so that its
    two visits are not taken for independent. Parameters are those of `estimate_wave`.
    """
    survey = survey.on_panel(pair)
    rows = np.flatnonzero(survey.respondents["vague"].isin(pair).to_numpy())
    keys = ("vague", "bailleur", "qpv", *by, *_quarter(survey), PARC_ROW, *keys)
    design = survey_design(survey, rows, keys, thresholds.default_deff)
    sums = sum_answers(design, satisfied_answers(survey, rows))
    later = design.atoms["vague"].to_numpy(dtype=object) == pair[1]
    owner = design.atoms["bailleur"]
    panel = sorted(set(owner[later]) & set(owner[~later]))
    index, sets = groups(design.atoms, by, only=panel)
    stock = survey.stock if thresholds.cible == PARC else None
    return estimate_groups(
        sums, index, sets, "-".join(pair), items, thresholds, later=later, stock=stock
    )


def estimate_groups(
    sums: Sums,
    index: pd.DataFrame,
    sets: Sequence[Indices],
    vague: str,
    items: Sequence[Item],
    thresholds: Thresholds,
    *,
    labels: tuple[tuple[str, ...], ...] = (),
    later: Flags | None = None,
    stock: pd.DataFrame | None = None,
) -> Comparison:
    """Estimate the groups of an index.

    Parameters
    ----------
    index, sets
        As `compared_groups.groups` gives them.
    later : bool array, shape (atoms,), optional
        Atoms of the later wave when there are two: changes are then estimated.
    stock : DataFrame, optional
        Résidences that are the population (`Survey.stock`), under `parc`.
    """
    atoms = len(sums.design.atoms)
    if not sums.design.clustered:
        thresholds = thresholds.without_clusters()
    whole = means = domain_means(sums, membership(sets, atoms))
    sides = index[["qpv", "hors"]].to_numpy(dtype=np.intp).reshape(-1, 2)
    if later is not None:
        parts = [s[~later[s]] for s in sets] + [s[later[s]] for s in sets]
        means = domain_means(sums, membership(parts, atoms))
        sides = np.hstack([sides + len(sets), sides])
    df = (whole.units - whole.strata)[index["universe"].to_numpy(dtype=np.intp)]
    alone = Contrasts.of(np.arange(len(means.n))[:, None], [1.0])
    variance = contrast_variance(means, alone)
    deff, effective = design_effects(means, variance)
    every = np.full(whole.n.shape, np.nan)
    for name in ("universe", "qpv", "hors", "ensemble"):
        domain = index[name].to_numpy(dtype=np.intp)
        every[domain[domain >= 0]] = df[domain >= 0]
    waves = len(means.n) // max(len(sets), 1)
    state = publication_states(
        n=means.n,
        clusters=means.shown_clusters,
        df=np.tile(every, (waves, 1)),
        thresholds=thresholds,
    )
    spread = domain_spread(means)
    if stock is not None:
        spread = of_these_dwellings(spread, means, index, stock, waves)
    kinds = np.tile(kinds_of(index, len(sets)), waves) + 3 * np.repeat(np.arange(waves), len(sets))
    return Comparison(
        vague=vague,
        index=index,
        items=items,
        thresholds=thresholds,
        labels=labels,
        means=means,
        sides=sides,
        standard=np.ones(atoms, dtype=bool) if later is None else later,
        df=df,
        se=standard_error(variance),
        deff=deff,
        effective=effective,
        correlation=Correlations.of(sums, later).of_domains(means),
        spread=spread,
        shown_spread=smoothed(spread, means.n, means.shown_clusters, kinds),
        state=state,
        figures=make_figures(means, whole, index, sides, state),
    )


def make_figures(
    means: Means, whole: Means, index: pd.DataFrame, sides: Indices, state: Integers
) -> tuple[Figure, ...]:
    """Combine the sides: each of them, then one minus the other.

    Sides that share no stratum are independent: their variances, each computed once however many
    groups share the side, are added. Calibrated weights tie every side to the others.
    """
    units = index[["qpv", "hors"]].to_numpy(dtype=np.intp).reshape(-1, 2)
    signs = (1.0,) if sides.shape[1] == units.shape[1] else (1.0, -1.0)
    q, h = sides[:, ::2], sides[:, 1::2]
    variances = [_variance(means, side, signs) for side in (q, h)]
    strata = strata_of(whole)
    shared = (strata[units[:, 0]] & strata[units[:, 1]]).any(axis=1)
    variances.append(variances[0] + variances[1])
    joint = shared | bool(means.sums.design.margins)
    both = tuple(s * t for s in signs for t in (1.0, -1.0))
    if joint.any():
        variances[2][joint] = _variance(means, sides[joint], both)
    met = [whole.shown_clusters[units[:, 0]], whole.shown_clusters[units[:, 1]]]
    met.append(met[0] + met[1])
    if shared.any() and means.sums.design.clustered:
        one, two = (whole.member[units[shared, k]] for k in (0, 1))
        met[2][shared] = occupied(means.sums, one + two)[0]
    weights = [tuple(s * t for s in signs for t in pattern) for pattern in ((1.0, 0.0), (0.0, 1.0))]
    return tuple(
        _figure(means, group, sides, weight, variance, clusters, state)
        for group, weight, variance, clusters in zip(
            _OF_ONE if len(signs) == 1 else _OF_TWO, [*weights, both], variances, met, strict=True
        )
    )


def _variance(means: Means, domains: Indices, signs: Sequence[float]) -> Floats:
    """Variance of the same combination of the domains of each row; equal rows are computed once."""
    rows, back = np.unique(domains, axis=0, return_inverse=True)
    return contrast_variance(means, Contrasts.of(rows, signs))[back.ravel()]


def _figure(
    means: Means,
    group: Groupe,
    sides: Indices,
    signs: tuple[float, ...],
    variance: Floats,
    clusters: Floats,
    state: Integers,
) -> Figure:
    used = sides[:, np.flatnonzero(signs)]
    return Figure(
        group=group,
        signs=signs,
        estimate=Contrasts.of(used, [s for s in signs if s]).values(means),
        se=standard_error(variance),
        n=means.n[used].sum(axis=1),
        clusters=clusters,
        state=state[used].max(axis=1),
    )
