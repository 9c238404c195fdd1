"""Estimates of one wave, or of two waves together: every item of every group, once for all tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import TOTAL, Groupe
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS, groups
from tfpb.survey.estimation.design import (
    asked_of,
    indicator,
    satisfied_answers,
    sum_answers,
    survey_design,
)
from tfpb.survey.estimation.intervals import Sides
from tfpb.survey.estimation.means import domain_means, membership
from tfpb.survey.estimation.population import MOST_SHARED, TYPE, Population, kept_effect
from tfpb.survey.estimation.variance import Dispersion, Rows, dispersions
from tfpb.survey.printed import coarser, rounded_count
from tfpb.survey.reading.surveyed_stock import PARC as PARC_ROW
from tfpb.survey.verdicts import PARC, UNPUBLISHABLE, Thresholds, publication_states

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from tfpb.model.arrays import Flags, Floats, Indices, Integers
    from tfpb.model.plan import Item
    from tfpb.survey.estimation.design import Design, Sums
    from tfpb.survey.estimation.means import Means
    from tfpb.survey.respondents import Survey

    Grouping = Callable[[pd.DataFrame, Sequence[str]], tuple[pd.DataFrame, list[Indices]]]

_OF_ONE: Final = (Groupe.QPV, Groupe.HORS_QPV, Groupe.ECART)
_BLOCK: Final = 1 << 15
"""Résidences of pairs of domains that are summed at once."""
_OF_TWO: Final = (Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS, Groupe.EVOLUTION_ECART)


@dataclass(frozen=True, slots=True, eq=False)
class Domains:
    """Shares of some sets of interviews under one weighting, arrays of shape (domains, measures)."""

    rows: Rows
    exact: Floats  # Σ a_ij y_ij
    count: Floats  # households of the base
    n: Floats  # households of the base, to ten
    dispersion: Dispersion
    planned: Floats  # D before any answer is known

    def printed(self, shared: Floats | None = None) -> Sides:
        """Return the shares as sides of what is printed."""
        return Sides.of(self.exact, self.dispersion.total, self.count, shared)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Groups whose sides are compared, of one wave or of two."""

    vague: str  # the wave, or both joined by a dash
    index: pd.DataFrame  # `compared_groups.COLUMNS`, one line a group
    items: Sequence[Item]
    thresholds: Thresholds
    labels: tuple[tuple[str, ...], ...]  # of the levels of each item
    means: Means  # exact, of the domains; those of the earlier wave first
    sides: Indices
    """Domains in QPV and hors QPV of the later (or only) wave, then of the earlier one: (groups, 2 or 4)."""
    later: Flags  # atoms of the later (or only) wave
    population: tuple[Population, ...]
    """Target of each wave's domains, and how similar résidences are."""
    domains: Domains  # raw
    count: Floats  # interviews of the base of each question, (domains, items)
    state: Integers  # publication state, (domains, items)
    kept_effect: Floats
    """Correlation of a résidence between two waves, by side, (2,); nil in one wave."""
    broken: Floats  # what a change must lie beyond (`verdicts.evolution_verdicts`), (items,)

    @property
    def sums(self) -> Sums:
        """Answers summed over atoms."""
        return self.means.sums

    @property
    def design(self) -> Design:
        """Design of the interviews."""
        return self.means.sums.design

    @property
    def figures(self) -> tuple[tuple[Groupe, tuple[float, ...]], ...]:
        """Return each kind of figure and the weights of the sides in it."""
        evolution = self.sides.shape[1] > 2  # noqa: PLR2004 - both sides of two waves
        waves = (1.0, -1.0) if evolution else (1.0,)
        patterns = ((1.0, 0.0), (0.0, 1.0), (1.0, -1.0))
        signs = [tuple(s * t for s in waves for t in pattern) for pattern in patterns]
        return tuple(zip(_OF_TWO if evolution else _OF_ONE, signs, strict=True))

    @property
    def shown(self) -> Flags:
        """Groups × items whose gap may be shown: the level of one side alone compares nothing."""
        out: Flags = self.state[self.sides].max(axis=1) < UNPUBLISHABLE
        return out

    @property
    def quarters(self) -> Flags:
        """Return which groups are quarters, shape (groups,)."""
        return self.index["niveau"].isin(QUARTER_COLUMNS).to_numpy()

    @property
    def totals(self) -> Indices:
        """Lines of the index that are not split by territory."""
        return np.flatnonzero((self.index["niveau"] == TOTAL).to_numpy())

    def printed(self) -> Sides:
        """Return the shares of the domains of one wave, both sides together at twice the coarser cell.

        Told as near as its sides are, their whole would tell which counts they can have.
        """
        out = self.domains.printed()
        whole = self.numbers("ensemble")
        lines = np.flatnonzero(whole >= 0)
        step, cell = out.step.copy(), out.nearness.copy()
        step[whole[lines]] = cell[whole[lines]] = coarser(cell[self.sides[lines]].max(axis=1))
        return replace(out, step=step, cell=cell)

    def numbers(self, name: str) -> Indices:
        """Return a column of the index that numbers domains."""
        return self.index[name].to_numpy(dtype=np.intp)

    def shared(self, domains: Domains, sides: Indices) -> Floats:
        """Return the correlation of both waves of each side, shape (groups, 2, items).

        Two visits of one résidence share its effect where résidences are a draw; nil otherwise.
        """
        out = np.zeros((len(sides), 2, len(self.items)))
        if len(self.population) == 1 or not self.design.clustered:
            return out
        rows, homes = domains.rows, len(self.population[0].likeness.high)
        held, at = np.unique(rows.owner * homes + self.design.home[rows.atom], return_inverse=True)
        a = indicator(at, len(held)) @ (rows.coefficient * self.sums.base[rows.atom])
        then, now = (p.likeness.high for p in self.population)
        pairs = np.stack([sides[:, :2].ravel(), sides[:, 2:].ravel()])  # later, earlier
        first = np.searchsorted(held, pairs[0] * homes)
        length = np.searchsorted(held, (pairs[0] + 1) * homes) - first
        pair = np.repeat(np.arange(len(first)), length)
        entry = np.arange(len(pair)) - np.repeat(np.cumsum(length) - length - first, length)
        home = held[entry] % homes
        other = np.minimum(np.searchsorted(held, pairs[1][pair] * homes + home), len(held) - 1)
        met = held[other] == pairs[1][pair] * homes + home
        pair, entry, other, home = pair[met], entry[met], other[met], home[met]
        root, common = np.sqrt(now * then), np.zeros((len(first), len(self.items)))
        for begin in range(0, len(pair), _BLOCK):  # of a region, all at once is a gigabyte
            some = slice(begin, begin + _BLOCK)
            effect = root[home[some]] * a[entry[some]] * a[other[some]]
            low = pair[begin]
            part = indicator(pair[some] - low, int(pair[some][-1] - low) + 1) @ effect
            common[low : low + len(part)] += part
        d, aimed = domains.dispersion.total, domains.dispersion.aimed
        common /= np.sqrt(d[pairs[0]] * d[pairs[1]])
        common = np.where(aimed[pairs[0]] | aimed[pairs[1]], 0.0, common)
        kept = self.kept_effect[np.arange(len(first)) % 2]
        return np.clip(kept[:, None] * common, 0.0, MOST_SHARED).reshape(out.shape)


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

    `by` are territory columns, `keys` further columns that the atoms must not mix (variables of the
    calibration).
    """
    rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
    sums = _sums(survey, items, rows, ("bailleur", "qpv", *by, *keys), thresholds)
    labels = tuple(survey.scales[i.identifiant].labels for i in items)
    return estimate_groups(
        sums, groups, wave, items, thresholds, by=by, labels=labels, stock=survey.stock
    )


def _sums(
    survey: Survey,
    items: Sequence[Item],
    rows: Indices,
    keys: Sequence[str],
    thresholds: Thresholds,
) -> Sums:
    """Sum the answers of some interviews over atoms that bear some columns."""
    known = [c for c in survey.respondents if c in QUARTER_COLUMNS][:1]
    known += [c for c in (TYPE,) if c in survey.respondents]
    design = survey_design(survey, rows, (*keys, *known, PARC_ROW), thresholds.default_deff)
    return sum_answers(design, satisfied_answers(survey, rows), asked_of(survey, rows, items))


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

    Parameters are those of `estimate_wave`.
    """
    survey = survey.on_panel(pair)
    rows = np.flatnonzero(survey.respondents["vague"].isin(pair).to_numpy())
    sums = _sums(survey, items, rows, ("vague", "bailleur", "qpv", *by, *keys), thresholds)
    atoms = sums.design.atoms
    later = atoms["vague"].to_numpy(dtype=object) == pair[1]
    owner = atoms["bailleur"]
    panel = sorted(set(owner[later]) & set(owner[~later]))

    def grouping(frame: pd.DataFrame, levels: Sequence[str]) -> tuple[pd.DataFrame, list[Indices]]:
        return groups(frame, levels, owners=panel)

    return estimate_groups(
        sums, grouping, "-".join(pair), items, thresholds, by=by, later=later, stock=survey.stock
    )


def estimate_groups(
    sums: Sums,
    grouping: Grouping,
    vague: str,
    items: Sequence[Item],
    thresholds: Thresholds,
    *,
    by: Sequence[str] = (),
    labels: tuple[tuple[str, ...], ...] = (),
    later: Flags | None = None,
    stock: pd.DataFrame | None = None,
) -> Comparison:
    """Estimate groups of atoms.

    `grouping` lists the groups among atoms, and among résidences of the stock (`compared_groups.groups`);
    `later`, (atoms,), marks the later wave when there are two: changes are then estimated; `stock` are
    résidences whose dwellings are known (`Survey.stock`): the target under `parc`.
    """
    index, sets = grouping(sums.design.atoms, by)
    every = np.ones(len(sums.design.atoms), dtype=bool)
    sides = index[["qpv", "hors"]].to_numpy(dtype=np.intp).reshape(-1, 2)
    waves = [every] if later is None else [~later, later]
    if later is not None:
        sides = np.hstack([sides + len(sets), sides])
    parts = [s[wave[s]] for wave in waves for s in sets]
    means = domain_means(sums, membership(parts, len(every)))
    if not sums.design.clustered:
        thresholds = thresholds.without_clusters()
    population = tuple(
        Population.of(sums, np.flatnonzero(wave), index, grouping, stock) for wave in waves
    )
    count = means.member @ sums.asked
    rows = Rows.of_domains(means.member, means.base)
    domains = shares_of(sums, rows, population, thresholds, count)
    return Comparison(
        vague=vague,
        index=index,
        items=items,
        thresholds=thresholds,
        labels=labels,
        means=means,
        sides=sides,
        later=every if later is None else later,
        population=population,
        domains=domains,
        count=count,
        state=publication_states(
            n=means.n,
            count=count,
            homes=means.shown_clusters,
            thresholds=thresholds,
        ),
        kept_effect=kept_effect(population) if later is not None else np.zeros(2),
        broken=np.zeros(len(items)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How the stock of some figures is calibrated, a wave each."""

    domain: Indices  # of each figure of a wave, as the wave numbers them
    cell: Indices  # of each résidence of the stock, −1 where its composition is not known
    factor: Floats  # (figures of a wave, cells, measures)


def shares_of(
    sums: Sums,
    rows: Rows,
    population: Sequence[Population],
    thresholds: Thresholds,
    count: Floats,
    calibration: Sequence[Calibration] = (),
) -> Domains:
    """Return the shares of some figures under one weighting, with their D.

    `rows` are figures of the earlier wave first, then as many of the later one; `count`, (figures,
    measures), interviews of the base; without `calibration`, raw figures are the domains themselves.
    """
    exact = np.where(rows.weight(sums) > 0, rows.values(sums), np.nan)
    width = rows.count // len(population)
    parts, planned = [], []
    for k, one in enumerate(population):
        own = rows.owner // max(width, 1) == k
        part = Rows(rows.owner[own] - k * width, rows.atom[own], rows.coefficient[own], width)
        domain = calibration[k].domain if calibration else np.arange(width)
        aim = None
        if thresholds.cible == PARC:
            more = (calibration[k].cell, calibration[k].factor) if calibration else (None, None)
            aim = one.aim(domain, *more)
        found, before = dispersions(sums, part, (one.likeness, one.planned), aim)
        parts.append(found)
        planned.append(before)
    spread, expected = stacked(parts), stacked(planned)
    return Domains(rows, exact, count, rounded_count(count), spread, expected.total)


def stacked(parts: Sequence[Dispersion]) -> Dispersion:
    """Put figures one after another."""
    return Dispersion(
        np.concatenate([p.between for p in parts]),
        np.concatenate([p.within for p in parts]),
        np.concatenate([p.aimed for p in parts]),
    )
