"""Like with like: both sides of a gap raked to the stock of the whole, on margins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.arrays import divided
from tfpb.model.codes import ALONE, TOTAL, Ajustement
from tfpb.survey.estimation.comparison import Calibration, shares_of
from tfpb.survey.estimation.control import control_alike
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.intervals import z_quantile
from tfpb.survey.estimation.rows import figure_rows
from tfpb.survey.estimation.variance import Rows, concentration, dispersion
from tfpb.survey.reading.surveyed_stock import PARC as STOCK_ROW
from tfpb.survey.verdicts import CONFIDENCE, PARC
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.survey.adjustment.standard import Standard
    from tfpb.survey.estimation.comparison import Comparison, Domains

ENOUGH_SUPPORT: Final = 0.8
"""Under this share of the stock in categories met on every side, there is no row."""
_HOMES: Final = {True: 3, False: 5}
"""Effective résidences (1 / Σ aᵢ²) that a side needs, under `parc` and under `service`."""
MOST_FACTOR: Final = 8.0
"""Calibration factors go up to this many times their mean."""
_OFF: Final = 0.01
"""Share of the whole by which a margin may be missed."""
_SWEEPS: Final = 500
_BOUNDING: Final = 10
"""Times a sweep bounds factors again, once their mean is drawn back to 1."""
_STILL: Final = 1e-11
_FEWER: Final = 0.8
"""Share of the entries that still move under which the others are left."""


@dataclass(frozen=True, eq=False)
class Composition:
    """Cells of composition: combinations of the categories of some variables."""

    atom: Indices  # cell of each atom, −1 when a variable is unknown
    stock: Indices  # cell of each résidence of the stock, −1 when a variable is unknown
    category: Indices  # category of each cell, (variables, cells)
    names: tuple[tuple[str, ...], ...]  # categories of each cell, one a variable, folded

    @classmethod
    def of(
        cls, atoms: pd.DataFrame, stock: pd.DataFrame | None, variables: Sequence[str]
    ) -> Composition:
        """Read the categories of atoms, those of the stock first, and of the stock."""
        row = atoms[STOCK_ROW].to_numpy(dtype=np.intp)
        count = 0 if stock is None else len(stock)
        columns, known = [], np.ones(len(atoms) + count, dtype=bool)
        for name in variables:
            here = atoms[name].astype(str).map(fold).to_numpy(dtype=object)
            there = np.full(count, "", dtype=object)
            if stock is not None and name in stock:
                there = stock[name].astype(str).map(fold).to_numpy(dtype=object)
                own = np.where(row >= 0, there[row], "")
                here = np.where(own != "", own, here)
            both = np.concatenate([here, there])
            known &= both != ""
            columns.append(both)
        index = pd.MultiIndex.from_arrays(columns)
        codes, names = pd.factorize(index[known], sort=True)
        cell = np.full(len(known), -1, dtype=np.intp)
        cell[known] = codes
        cells = [tuple(map(str, n)) for n in names]
        category = np.array(
            [
                pd.factorize(np.array([n[k] for n in cells], dtype=object))[0]
                for k in range(len(variables))
            ],
            dtype=np.intp,
        ).reshape(len(variables), len(cells))
        return cls(cell[: len(atoms)], cell[len(atoms) :], category, tuple(cells))

    def margin(self, variable: int, values: Floats) -> Floats:
        """Sum values over the cells (last axis but one) of each category of a variable."""
        out: Floats = self.onto[variable] @ values
        return out

    @cached_property
    def onto(self) -> tuple[Floats, ...]:
        """Return, of each variable, the matrix (categories × cells) that sums cells."""
        counts = self.category.max(axis=1, initial=-1) + 1
        pairs = zip(self.category, counts, strict=True)
        return tuple(indicator(code, int(count)).toarray() for code, count in pairs)

    def back(self, variable: int, values: Floats) -> Floats:
        """Give each cell the value of its category."""
        return np.asarray(np.take(values, self.category[variable], axis=-2))


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Comparable figures."""

    rows: pd.DataFrame  # as released
    exact: pd.DataFrame
    """The whole's and bailleurs', for the organisation's statistician (`control_alike`)."""
    notices: list[Fault]  # the support of each bailleur

    @classmethod
    def none(cls, notices: list[Fault]) -> Alike:
        """Return what there is where nothing is alike."""
        return cls(pd.DataFrame(), pd.DataFrame(), notices)


def comparable_rows(
    comparison: Comparison,
    variables: Sequence[str],
    stock: pd.DataFrame | None,
    standard: Standard | None = None,
    *,
    owner: str = "bailleur",
) -> Alike:
    """Rows of the comparison like with like, and the support of each bailleur.

    Both sides are raked to the dwellings of the landlord's own stock (or, without stock, to the weighted
    sample of the later wave; or to `standard`, of a file), on the margins of the variables (columns of the
    atoms) and of the bailleur (column `owner`). There is no row when their common categories contain less
    than `ENOUGH_SUPPORT` of the target, a side has too few effective résidences, a margin is off by more
    than a point, or too few remain outside the comparable subset.
    """
    c = comparison
    names = (*variables, owner)
    cells = Composition.of(c.design.atoms, stock, names)
    if not len(cells.names):
        return Alike.none([])
    lines = np.flatnonzero(c.shown.any(axis=1))
    width = c.sides.shape[1]
    held = _by_cell(c, cells, c.sides[lines])  # lines × sides × cells × items
    wanted = _target(c, cells, c.numbers("universe")[lines], len(variables), standard)
    common, support = _common(cells, held, wanted)
    able = support >= ENOUGH_SUPPORT
    kept = np.flatnonzero(able.any(axis=1))
    notices = _notices(c, lines, support)
    if not len(kept):
        return Alike.none(notices)
    lines, able = lines[kept], able[kept]
    asked, share = common[kept], wanted[kept] * common[kept]
    factor, off = rake(cells, held[kept] * asked[:, None], share)
    able &= (off <= _OFF).all(axis=1)
    calibration = []
    if c.thresholds.cible == PARC and stock is not None:
        for k, side in enumerate(_by_wave(width)):
            place = c.sides[lines][:, side] - k * _domains(c)
            mine = _stock_by_cell(c, cells, k, place)
            g, missed = rake(cells, mine * asked[:, None], share)
            able &= (missed <= _OFF).all(axis=1) | ~(mine.sum(axis=2) > 0).all(axis=1)
            domain = place.ravel()
            calibration.append(
                Calibration(domain, cells.stock, g.reshape(len(domain), *g.shape[2:]))
            )
    domain, rows, sides = _figures(c, cells, lines, factor)
    able &= _enough(c, rows, sides)
    like = shares_of(c.sums, rows, c.population, c.thresholds, c.count[domain], calibration)
    story = able & _another_story(c, like, sides, lines)
    out = figure_rows(c, like, sides, lines, Ajustement.COMPARABLE, able, story)
    return Alike(out, control_alike(c, like, sides, lines, able), notices)


def _by_wave(width: int) -> list[slice]:
    """Columns of `Comparison.sides` of each wave, the earlier first."""
    return [slice(0, 2)] if width == 2 else [slice(2, 4), slice(0, 2)]  # noqa: PLR2004 - both sides


def _domains(c: Comparison) -> int:
    """Return the number of domains of one wave."""
    return len(c.means.n) // len(c.population)


def _by_cell(c: Comparison, cells: Composition, domain: Indices) -> Floats:
    """Return Σ w of the answers of some domains in each cell, (*domains, cells, items)."""
    return _in_cells(c.means.member, domain, cells.atom, len(cells.names), c.sums.base)


def _stock_by_cell(c: Comparison, cells: Composition, wave: int, domain: Indices) -> Floats:
    """Return the dwellings of some domains of a wave in each cell, (*domains, cells, items)."""
    one = c.population[wave]
    return _in_cells(one.member, domain, cells.stock, len(cells.names), one.dwellings)


def _in_cells(
    member: sparse.csr_array, domain: Indices, cell: Indices, width: int, values: Floats
) -> Floats:
    """Sum values over the members of domains in each cell, each by its chance to be one."""
    wanted, which = np.unique(domain, return_inverse=True)
    some = member[wanted]
    owner = np.repeat(np.arange(len(wanted)), np.diff(some.indptr))
    row = some.indices
    there = cell[row] >= 0
    place = owner[there] * width + cell[row[there]]
    summed = indicator(place, len(wanted) * width) @ (some.data[there, None] * values[row[there]])
    out: Floats = summed.reshape(len(wanted), width, values.shape[1])[which.reshape(domain.shape)]
    return out


def _target(
    c: Comparison, cells: Composition, whole: Indices, variables: int, standard: Standard | None
) -> Floats:
    """Return what some wholes are made of: shares of cells, (wholes, cells, items)."""
    every = whole if standard is None else np.arange(_domains(c))
    out = _by_cell(c, cells, every + len(c.means.n) - _domains(c))  # of the later wave
    if len(cells.stock):
        stock = _stock_by_cell(c, cells, len(c.population) - 1, every)
        out = np.where(stock.sum(axis=1, keepdims=True) > 0, stock, out)
    if standard is not None:
        given = np.array([standard.get(name[:variables], 0.0) for name in cells.names])
        there = (out.sum(axis=0) > 0) * given[:, None]
        out = np.broadcast_to(there, (len(whole), *there.shape))
    return divided(out, out.sum(axis=1, keepdims=True))


def _common(cells: Composition, held: Floats, wanted: Floats) -> tuple[Flags, Floats]:
    """Return the cells whose categories every side has, and the share of the target that they are.

    `held` is (lines, sides, cells, items), `wanted` and the cells (lines, cells, items); the share, (lines,
    items), is the least over the variables; of the last one, the bailleur, the share of the sides' own
    answers.
    """
    common = np.ones(wanted.shape, dtype=bool)
    support = np.ones((len(wanted), wanted.shape[2]))
    for variable in range(len(cells.category)):
        met = (cells.margin(variable, held) > 0).all(axis=1).astype(float)
        here = cells.back(variable, met) > 0
        common &= here
        share = (wanted * here).sum(axis=1)
        if variable == len(cells.category) - 1:  # bailleurs: a territory does not hold all of them
            mine = divided((held * here[:, None]).sum(axis=2), held.sum(axis=2))
            share = mine.min(axis=1)
        support = np.minimum(support, share)
    return common, support


def rake(cells: Composition, held: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Rake each side to the margins of a target (`wanted`, of which only the margins are read).

    Each side of each line and item is raked separately, over the cells that it has: it stops once it is
    still. `held` are weights, (lines, sides, cells, items); factors have its shape, mean 1 and
    `MOST_FACTOR` at most; then the share by which the worst margin is missed, (lines, sides, items).
    """
    start = divided(held, held.sum(axis=2, keepdims=True))
    whole = divided(wanted, wanted.sum(axis=1, keepdims=True))[:, None]
    margins = [cells.margin(v, whole) for v in range(len(cells.category))]
    raked = np.zeros(held.shape)
    at = np.nonzero(start)
    raked[at] = _raked(_Entries.of(cells, start, margins))
    raked = divided(raked, raked.sum(axis=2, keepdims=True))
    off = np.zeros((*held.shape[:2], held.shape[3]))
    for v, margin in enumerate(margins):
        off = np.maximum(off, np.abs(cells.margin(v, raked) - margin).max(axis=2, initial=0.0))
    return divided(raked, start), off


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """Shares of cells that are raked; arrays are of equal length, one a variable for the two last."""

    share: Floats  # before raking
    side: Indices  # number of the side, of one line and item, that an entry is of
    category: tuple[Indices, ...]  # number of its category on that side
    wanted: tuple[Floats, ...]  # share that the category must have

    @classmethod
    def of(cls, cells: Composition, start: Floats, margins: Sequence[Floats]) -> _Entries:
        """List what a dense table holds, in the order of `np.nonzero`."""
        line, side, cell, item = np.nonzero(start)
        number = (line * start.shape[1] + side) * start.shape[3] + item
        codes = [own[cell] for own in cells.category]
        placed = zip(margins, codes, strict=True)
        return cls(
            start[line, side, cell, item],
            number,
            tuple(number * (len(cells.names) + 1) + code for code in codes),
            tuple(margin[line, 0, code, item] for margin, code in placed),
        ).where(np.ones(len(line), dtype=bool))

    def where(self, kept: Flags) -> _Entries:
        """Return some of the entries, what they are of numbered anew."""
        side, *category = (_numbered(codes[kept]) for codes in (self.side, *self.category))
        wanted = tuple(own[kept] for own in self.wanted)
        return _Entries(self.share[kept], side, tuple(category), wanted)


def _numbered(codes: Indices) -> Indices:
    """Return codes numbered anew, in their order, without the holes between them."""
    met = np.zeros(codes.max(initial=-1) + 1, dtype=bool)
    met[codes] = True
    out: Indices = (np.cumsum(met) - 1)[codes]
    return out


def _raked(entries: _Entries) -> Floats:
    """Rake entries until each side is still."""
    out, place, now = entries.share.copy(), np.arange(len(entries.share)), entries.share
    for _ in range(_SWEEPS):
        before, most = now, MOST_FACTOR * entries.share
        for codes, wanted in zip(entries.category, entries.wanted, strict=True):
            now = now * divided(wanted, np.bincount(codes, now)[codes])
        for _bounded in range(_BOUNDING):
            now = divided(now, np.bincount(entries.side, now)[entries.side])
            if not (now > most).any():
                break
            now = np.minimum(now, most)
        out[place] = now
        moves = np.bincount(entries.side, np.abs(now - before) >= _STILL) > 0
        live = moves[entries.side]
        if not live.any():
            break
        if live.mean() < _FEWER:
            entries, place, now = entries.where(live), place[live], now[live]
    return out


def _figures(
    c: Comparison, cells: Composition, lines: Indices, factor: Floats
) -> tuple[Indices, Rows, Indices]:
    """Write each side of each line as a weighting of its atoms.

    Returns the domain of each figure, (figures,), those of the earlier wave first, both sides of each line
    together; the weighting; the figures of each line, (lines, sides), in the order of `Comparison.sides`.
    """
    waves = _by_wave(c.sides.shape[1])
    domain = np.concatenate([c.sides[lines][:, side].ravel() for side in waves])
    of_figure = np.concatenate([factor[:, side].reshape(-1, *factor.shape[2:]) for side in waves])
    member = c.means.member[domain]
    owner = np.repeat(np.arange(len(domain)), np.diff(member.indptr))
    atom = member.indices.astype(np.intp)
    cell = cells.atom[atom]
    own = np.where(cell[:, None] >= 0, of_figure[owner, cell], 0.0)
    base = indicator(owner, len(domain)) @ (own * c.sums.base[atom])
    rows = Rows(owner, atom, divided(own, base[owner]), len(domain))
    number = np.arange(2 * len(lines)).reshape(-1, 2)
    sides = number if len(waves) == 1 else np.hstack([number + 2 * len(lines), number])
    return domain, rows, sides


def _enough(c: Comparison, rows: Rows, sides: Indices) -> Flags:
    """Return the lines and items of enough résidences whose leavings are enough too."""
    least, spread = c.thresholds, concentration(c.sums, rows)
    effective = divided(np.ones(spread.shape), spread)
    fine = effective >= _HOMES[c.thresholds.cible == PARC] if c.design.clustered else effective > 0
    aside = np.where(rows.coefficient == 0, c.sums.n[rows.atom], 0.0)
    left = indicator(rows.owner, rows.count) @ aside
    homes = int(c.design.home.max(initial=-1)) + 1
    keys, at = np.unique(rows.owner * homes + c.design.home[rows.atom], return_inverse=True)
    there = (indicator(at, len(keys)) @ aside > 0).astype(float)
    of_homes = indicator(keys // homes, rows.count) @ there
    fine &= (left == 0) | ((left >= least.mask_n) & (of_homes >= least.least_homes))
    return np.asarray(fine[sides].all(axis=1))


def _another_story(c: Comparison, like: Domains, sides: Indices, lines: Indices) -> Flags:
    """Return the gaps that like with like tells otherwise, (lines, items).

    Raw less calibrated, taken as one row of weights, has a 95 % interval without zero under the
    `service` variance, whatever the target; or both are established with opposite signs.
    """
    signs = np.array(c.figures[-1][1])
    raw = c.sides[lines]
    base = divided(np.ones(c.means.base.shape), c.means.base)
    domain = np.zeros(like.rows.count, dtype=np.intp)
    domain[sides.ravel()] = raw.ravel()
    coefficient = base[domain[like.rows.owner]] - like.rows.coefficient
    width = like.rows.count // len(c.population)
    spread = np.zeros(like.exact.shape)
    for k, one in enumerate(c.population):
        own = like.rows.owner // width == k
        part = Rows(like.rows.owner[own] - k * width, like.rows.atom[own], coefficient[own], width)
        spread[k * width : (k + 1) * width] = dispersion(c.sums, part, one.likeness).total
    level = c.means.estimate[raw]
    variance = (level * (1 - level) * spread[sides]).sum(axis=1)
    moved = (signs[:, None] * (level - like.exact[sides])).sum(axis=1)
    out = np.abs(moved) > z_quantile(CONFIDENCE) * np.sqrt(variance)
    ends = [d.printed().at(at).figure(signs) for d, at in ((c.domains, raw), (like, sides))]
    above, below = ([e["ic90_bas"] > 0 for e in ends], [e["ic90_haut"] < 0 for e in ends])
    return np.asarray(out | (above[0] & below[1]) | (below[0] & above[1]))


def with_stories(table: pd.DataFrame) -> pd.DataFrame:
    """Mark raw gaps, and changes of gaps, that their comparable row tells otherwise."""
    keys = ["vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    clash = table[
        (table["ajustement"] == Ajustement.COMPARABLE) & (table["autre_histoire"] == ALONE)
    ]
    marked = pd.MultiIndex.from_frame(table[keys]).isin(pd.MultiIndex.from_frame(clash[keys]))
    raw = (table["ajustement"] == Ajustement.BRUT.value).to_numpy()
    return table.assign(
        autre_histoire=np.where(marked & raw, ALONE, table["autre_histoire"].to_numpy(dtype=object))
    )


def _notices(c: Comparison, lines: Indices, support: Floats) -> list[Fault]:
    """Report the common support of bailleurs, over all their answers (territories have it by row)."""
    notices = []
    for k, line in enumerate(lines):
        level, bailleur = c.index["niveau"].iloc[line], c.index["bailleur"].iloc[line]
        known = support[k, c.shown[line]]
        if level != TOTAL or not len(known):
            continue
        share = float(np.median(known))
        if share < ENOUGH_SUPPORT:
            fields = {"vague": c.vague, "bailleur": bailleur, "part_pct": round(100 * share)}
            notices.append(Fault("support_commun", fields=fields, severity=Severity.DOUTE))
    return notices
