"""One variance for every row: how far a weighted figure may lie from the dwellings it aims at.

A figure is Σ a_ij y_ij over interviews j of résidences i, aimed at Σ A_i Ȳ_i over the résidences of its
domain, surveyed or not. Its variance is p(1 − p) D,

    D = Σ_i ρ⁺_i (a_i − A_i)² + (1 − ρ⁻_i)(q_i − 2 a_i A_i / N_i + A_i² / N_i),

a_i = Σ_j a_ij, q_i = Σ_j a_ij². The target is these dwellings, now (`parc`: A_i from the stock), or the
service that the résidences are an instance of (`service`, and every survey without stock: A_i = 0).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.arrays import divided
from tfpb.survey.estimation.design import indicator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy import sparse

    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.survey.estimation.design import Sums

PLANNED: Final = 0.10
"""Correlation assumed where no answer may be looked at: before the survey, and for « peu de résidences »."""
LEAST: Final = 0.01
MOST: Final = 0.60
_ENOUGH: Final = 120
"""Résidences of a side from which a question's own correlation is taken as it is."""
_PRIOR: Final = 0.15
_PRIOR_RESIDENCES: Final = 20
_BORROWED: Final = 0.5
"""What is borrowed from the other questions: their median; the upper quartile covers no better."""
_CLASS_PRIOR: Final = 10
"""Résidences that draw the correlation of a class to that of its side."""
_KNOWN_STOCK: Final = 0.9
"""Share of a domain's weight that the stock must know, for its dwellings to be the population."""
_NIL: Final = 1e-9
_BLOCK: Final = 1 << 15
"""Entries of figures whose variance is counted at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Figures Σ coefficient · Σ w·y over atoms, gathered by `owner`."""

    owner: Indices  # figure of each entry, in ascending order
    atom: Indices  # of each entry
    coefficient: Floats  # a_ij over the weight of the interview: 1 / Σ w of the domain for its mean
    count: int  # number of figures

    @classmethod
    def of_domains(cls, member: sparse.csr_array, base: Floats) -> Rows:
        """Return the mean of each domain (rows of `member`), Σ w of valid answers being `base`."""
        owner = np.repeat(np.arange(member.shape[0]), np.diff(member.indptr))
        return cls(owner, member.indices.astype(np.intp), _inverse(base)[owner], len(base))

    def values(self, sums: Sums) -> Floats:
        """Return the figures, shape (figures, measures)."""
        return self._summed(sums.total)

    def weight(self, sums: Sums) -> Floats:
        """Return what the answers of each figure weigh together: 1 for a mean, 0 without any."""
        return self._summed(sums.base)

    def blocks(self) -> Iterator[tuple[slice, Rows]]:
        """Give the figures by runs of some entries: all at once, a region's would fill the memory."""
        begins = np.searchsorted(self.owner, np.arange(self.count + 1))
        first = 0
        while first < self.count:
            full = np.searchsorted(begins, begins[first] + _BLOCK, side="right") - 1
            last = min(max(int(full), first + 1), self.count)
            here = slice(begins[first], begins[last])
            own = self.owner[here] - first
            yield (
                slice(first, last),
                Rows(own, self.atom[here], self.coefficient[here], last - first),
            )
            first = last

    def _summed(self, values: Floats) -> Floats:
        out: Floats = indicator(self.owner, self.count) @ (self.coefficient * values[self.atom])
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """D in its two parts, arrays of shape (figures, measures)."""

    between: Floats  # from résidences
    within: Floats  # from the households of each
    aimed: Flags  # figures whose population is the dwellings of the stock; else unlimited

    @property
    def total(self) -> Floats:
        """Return D, the variance over p(1 − p): 1 / D is the effective number of interviews."""
        return np.maximum(self.between + self.within, _NIL)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How similar the answers of one résidence are, by résidence (survey, stock) and measure."""

    high: Floats  # ρ⁺: cautious is high between résidences
    low: Floats  # ρ⁻: cautious is low inside résidences
    stock_high: Floats
    stock_low: Floats

    @classmethod
    def planned(cls, homes: int, stock: int, measures: int) -> Likeness:
        """Return that assumed before any answer is known."""
        one, two = (np.full((count, measures), PLANNED) for count in (homes, stock))
        return cls(one, one, two, two)


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """The dwellings that figures aim at."""

    member: sparse.csr_array  # (figures · cells, résidences of the stock)
    cell: Indices  # of composition of each résidence; all 0 where figures are not calibrated
    factor: Floats
    """Calibration factor, (figures, cells, measures), 1 where figures are not calibrated."""
    dwellings: Floats
    """N_i, (résidences of the stock, measures); nil where no one is concerned, or no interviewed household
    gave a valid answer."""
    home_row: Indices  # row of the stock of each résidence of the survey, −1 when it is not there

    def total(self, values: Floats, power: int = 1) -> Floats:
        """Return Σ factor^power · value over the résidences of each figure, (figures, measures)."""
        summed = (self.member @ values).reshape(self.factor.shape)
        out: Floats = (self.factor**power * summed).sum(axis=1)
        return out

    def of_figures(self, which: slice) -> Aim:
        """Return the dwellings that a run of the figures aim at."""
        cells = self.factor.shape[1]
        rows = self.member[which.start * cells : which.stop * cells]
        return replace(self, member=rows, factor=self.factor[which])

    def shares(self, owner: Indices, home: Indices) -> tuple[Floats, Floats]:
        """Return A_i and 1 / N_i of some (figure, résidence of the survey), nil where it is not aimed at."""
        cells, rows = self.factor.shape[1], self.member.shape[1]
        row = self.home_row[home]
        cell = self.cell[row]
        held = np.repeat(np.arange(self.member.shape[0]), np.diff(self.member.indptr))
        there = np.isin((owner * cells + cell) * rows + row, held * rows + self.member.indices)
        there &= row >= 0
        n = np.where(there[:, None], self.dwellings[row], 0.0)
        share = self.factor[owner, cell] * n * _inverse(self.total(self.dwellings))[owner]
        return share, _inverse(n)


def of_residences(
    a: Floats,
    q: Floats,
    share: Floats,
    dwellings: Floats,
    high: Floats | float,
    low: Floats | float,
) -> float:
    """Return D of one figure from its résidences, surveyed or not: the formula as it is written.

    Parameters
    ----------
    a, q, share, dwellings : float arrays, shape (résidences,)
        aᵢ, Σⱼ aᵢⱼ², Aᵢ and Nᵢ.
    high, low : float arrays or floats
        ρ⁺ and ρ⁻.
    """
    between = high * (a - share) ** 2
    within = (1 - np.asarray(low)) * (q - 2 * a * share / dwellings + share**2 / dwellings)
    return float(between.sum() + within.sum())


def dispersion(sums: Sums, rows: Rows, likeness: Likeness, aim: Aim | None = None) -> Dispersion:
    """Return D of every figure, as `dispersions`."""
    return dispersions(sums, rows, (likeness,), aim)[0]


def dispersions(
    sums: Sums, rows: Rows, likenesses: Sequence[Likeness], aim: Aim | None = None
) -> list[Dispersion]:
    """Return D of every figure under each likeness: the one variance of the survey, for both targets.

    Without `aim`, A_i = 0. A figure of which the stock knows less than nine tenths of the weight has none
    either (`aimed`). Where the delivery names no résidence, each interview is its own and counts for the
    design effect that is assumed.
    """
    shape = (rows.count, rows.coefficient.shape[1])
    out = [
        Dispersion(np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool))
        for _ in likenesses
    ]
    for which, part in rows.blocks():
        mine = None if aim is None else aim.of_figures(which)
        for whole, one in zip(out, _dispersions(sums, part, likenesses, mine), strict=True):
            whole.between[which], whole.within[which] = one.between, one.within
            whole.aimed[which] = one.aimed
    return out


def _dispersions(
    sums: Sums, rows: Rows, likenesses: Sequence[Likeness], aim: Aim | None
) -> Iterator[Dispersion]:
    """Give D of a run of figures, gathered by résidence once for every likeness."""
    design = sums.design
    homes = int(design.home.max(initial=0)) + 1
    keys, at = np.unique(rows.owner * homes + design.home[rows.atom], return_inverse=True)
    gather = indicator(at, len(keys))
    owner, home = keys // homes, keys % homes
    weighed = rows.coefficient * sums.base[rows.atom]
    squares = (
        rows.coefficient**2 * sums.weight_squares[rows.atom] * design.inflation[rows.atom][:, None]
    )
    a, q = gather @ weighed, gather @ squares
    by_owner = indicator(owner, rows.count)
    if aim is None:
        none = np.zeros((rows.count, rows.coefficient.shape[1]), dtype=bool)
        for likeness in likenesses:
            high, low = likeness.high[home], 1 - likeness.low[home]
            yield Dispersion(by_owner @ (high * a**2), by_owner @ (low * q), none)
        return
    share, inverse = aim.shares(owner, home)
    n, whole = aim.dwellings, _inverse(aim.total(aim.dwellings))
    known = aimed(by_owner @ a, by_owner @ np.where(share > 0, a, 0.0), whole)
    for likeness in likenesses:
        high, low = likeness.high[home], 1 - likeness.low[home]
        between, within = by_owner @ (high * a**2), by_owner @ (low * q)
        to_between = aim.total(likeness.stock_high * n**2, 2) * whole**2 - by_owner @ (
            2 * high * a * share
        )
        to_within = aim.total((1 - likeness.stock_low) * n, 2) * whole**2 - by_owner @ (
            2 * low * a * share * inverse
        )
        yield Dispersion(
            np.where(known, np.maximum(between + to_between, 0.0), between),
            np.where(known, np.maximum(within + to_within, 0.0), within),
            known,
        )


def concentration(sums: Sums, rows: Rows) -> Floats:
    """Return Σ aᵢ² of each figure, whose inverse is its effective number of résidences."""
    one = np.ones((int(sums.design.home.max(initial=-1)) + 1, sums.n.shape[1]))
    return dispersion(sums, rows, Likeness(one, one, one[:0], one[:0])).between


def aimed(weight: Floats, known: Floats, whole: Floats) -> Flags:
    """Return the figures whose population is the stock: it knows nearly all that they weigh."""
    out: Flags = (whole > 0) & (known >= _KNOWN_STOCK * weight)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Answers of résidences, one unit each, (units, measures): what a correlation is estimated from."""

    n: Floats  # valid answers
    hits: Floats  # Σ y, unweighted
    squares: Floats  # Σ y², unweighted
    home: Indices
    place: Indices  # where résidences are compared: a quarter, or a bailleur outside quarters
    side: Indices  # 1 in QPV, else 0

    @classmethod
    def of(cls, sums: Sums, atoms: Indices, place: Indices) -> Units:
        """Gather some atoms; `place` is that of every atom."""
        side = (sums.design.atoms["qpv"].to_numpy(dtype=int) == 1).astype(np.intp)
        columns = np.stack([sums.design.home, place, side])[:, atoms]
        keys, at = np.unique(columns, axis=1, return_inverse=True)
        gather = indicator(at.ravel(), keys.shape[1])
        parts = (gather @ v[atoms] for v in (sums.n, sums.hits, sums.hit_squares))
        return cls(*parts, *(row.astype(np.intp) for row in keys))


@dataclass(frozen=True, slots=True, eq=False)
class Variances:
    """Parts of the variance of answers, arrays of shape (groups, measures)."""

    between: Floats  # σ² between résidences of one place (below zero when less than chance)
    within: Floats  # σ² within résidences
    homes: Floats  # résidences that answered
    known: Flags  # whether two résidences of one place answered somewhere

    @property
    def correlation(self) -> Floats:
        """ρ, within `LEAST`..`MOST`; `PLANNED` where nothing tells."""
        own = np.clip(divided(self.between, self.between + self.within), LEAST, MOST)
        return np.where(self.known, own, PLANNED)

    @property
    def pooled(self) -> Floats:
        """ρ over all measures together, shape (groups,); NaN where nothing tells."""
        between = np.where(self.known, self.between, 0.0).sum(axis=1)
        within = np.where(self.known, self.within, 0.0).sum(axis=1)
        own = np.clip(divided(between, between + within), LEAST, MOST)
        return np.where(self.known.any(axis=1), own, np.nan)


def variances(units: Units, group: Indices, groups: int) -> Variances:
    """Analyse the variance of answers in each group, résidences being compared within their place.

    Parameters
    ----------
    group : int array, shape (units,)
        −1 for units that are left out; a place met in two groups is two places.

    Notes
    -----
    One-way analysis of variance, unweighted (Donner, 1986): σ²_b = (MSB − MSW) / n₀.
    """
    kept = np.flatnonzero(group >= 0)
    n, hits, squares = (v[kept] for v in (units.n, units.hits, units.squares))
    places, at = np.unique(np.stack([group[kept], units.place[kept]]), axis=1, return_inverse=True)
    by_place = indicator(at.ravel(), places.shape[1])
    by_group = indicator(places[0].astype(np.intp), groups)
    whole = by_place @ n
    centre = divided(by_place @ hits, whole)[at.ravel()]
    mean = divided(hits, n)
    residences = by_place @ (n > 0).astype(float)
    between = by_group @ (by_place @ (n * (mean - centre) ** 2))
    within = by_group @ (by_place @ np.maximum(squares - n * mean**2, 0.0))
    df = by_group @ np.maximum(residences - 1, 0.0)
    answers, homes = by_group @ whole, by_group @ residences
    size = divided(answers - by_group @ divided(by_place @ n**2, whole), df)
    msw = divided(within, answers - homes)
    return Variances(
        between=divided(divided(between, df) - msw, size),
        within=msw,
        homes=homes,
        known=(df > 0) & (answers > homes),
    )


def side_correlations(own: Floats, homes: Floats) -> tuple[Floats, Floats]:
    """Return ρ⁺ and ρ⁻ of each side, completed where résidences are few, (groups, measures).

    `own` is ρ of each question, `homes` the résidences that it is known from.
    """
    if not own.shape[1]:
        return own, own
    share = homes / (homes + _PRIOR_RESIDENCES)
    others = np.quantile(own, _BORROWED, axis=1, keepdims=True)
    borrowed = share * others + (1 - share) * _PRIOR
    known = np.minimum(1.0, homes / _ENOUGH)
    return np.maximum(own, known * own + (1 - known) * borrowed), known * own + (1 - known) * LEAST


def class_factor(units: Units, side: Variances, kind: Indices, kinds: int) -> Floats:
    """Return κ, what the correlation of each class is over that of its side, shape (2, kinds).

    Parameters
    ----------
    side : Variances
        Of both sides.
    kind : int array, shape (homes,)
        Class of each résidence, −1 when unknown.

    Notes
    -----
    Both pooled over all questions, and drawn to 1 by ten résidences: (k κ + 10) / (k + 10).
    """
    own = kind[units.home]
    group = np.where(own >= 0, units.side * kinds + own, -1)
    found = variances(units, group, 2 * kinds)
    ratio = found.pooled / np.repeat(side.pooled, kinds)
    homes = found.homes.max(axis=1, initial=0.0)
    drawn = (homes * ratio + _CLASS_PRIOR) / (homes + _CLASS_PRIOR)
    out = np.where(np.isfinite(ratio), drawn, 1.0)
    return np.asarray(out.reshape(2, kinds))


def likeness_of(
    units: Units,
    homes: int,
    classes: Sequence[tuple[Indices, Indices, int]],
    stock_side: Indices,
) -> tuple[Likeness, Variances]:
    """Estimate how similar the answers of one résidence are, by question, side and class.

    `homes` counts the résidences of the design; a classing is the class of each résidence of the survey, of
    each of the stock (−1 when unknown), and the number of classes; `stock_side` is −1 where it is to be
    checked: the more cautious of both.
    """
    found = variances(units, units.side, 2)
    high, low = side_correlations(found.correlation, found.homes)
    side = np.zeros(homes, dtype=np.intp)
    side[units.home] = units.side
    most, least = ([np.ones(homes), np.ones(len(stock_side))] for _ in range(2))
    for of_home, of_stock, kinds in classes:
        factor = np.column_stack([class_factor(units, found, of_home, kinds), np.ones(2)])
        above, below = (np.vstack([factor, end(factor, axis=0)]) for end in (np.max, np.min))
        for k, (sides, kind) in enumerate(((side, of_home), (stock_side, of_stock))):
            # the last column, and the last line, stand for −1
            most[k] = np.maximum(most[k], above[sides, kind])
            least[k] = np.minimum(least[k], below[sides, kind])
    high, low = np.vstack([high, high.max(axis=0)]), np.vstack([low, low.min(axis=0)])

    def spread(values: Floats, sides: Indices, factor: Floats) -> Floats:
        return np.clip(values[sides] * factor[:, None], LEAST, MOST)

    likeness = Likeness(
        spread(high, side, most[0]),
        spread(low, side, least[0]),
        spread(high, stock_side, most[1]),
        spread(low, stock_side, least[1]),
    )
    return likeness, found


def _inverse(values: Floats) -> Floats:
    return divided(np.ones(values.shape), values)
