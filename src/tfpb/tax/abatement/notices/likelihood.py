"""How likely a file is under each habit: each sum against all abated as due, or none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.legal.tax_lines import LINES
from tfpb.tax.abatement.notices.habit import CENTS, TEOM_FEES, THOUSANDS, Base, Habit
from tfpb.tax.abatement.notices.notice_patterns import abated_part, as_due, part_left
from tfpb.tax.abatement.premises import NONE, UNKNOWN
from tfpb.tax.plain_values import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.model.arrays import Flags, Floats, Integers
    from tfpb.tax.abatement.notices.notice_bases import Bases
    from tfpb.tax.abatement.notices.notice_sums import Sum
    from tfpb.tax.abatement.premises import Premises

_ODD: Final = 0.02
"""Part of the sums of a file that nothing explains."""
_PRIOR: Final = 0.4
"""Of all as due, and of none: the same, so that no habit wins by the states it gives."""
_TINY_EUR: Final = 100.0
_DUE, _NONE = 0, 1
"""Columns of patterns: as due, none abated, all abated (one premises), then the first two, exempt untaxed."""


@dataclass(frozen=True, slots=True)
class Fits:
    """What each habit makes of each sum; arrays are of shape (habits, sums), `odds` (habits,)."""

    habits: tuple[Habit, ...]
    odds: Floats  # log-likelihood
    hits: Flags  # whether all abated as due, or none, explains the sum
    kinds: Integers
    """Nearest: 0 as due, 1 none, 2 all of one premises, 3 shown by the base itself, 4 abated before,
    unseen."""
    bases: Floats  # sum of the bases, euros
    asked: tuple[Floats, ...]
    """What the notice would ask, euros: one array a habit, shape (sums, patterns)."""


class Margins:
    """By how many euros a sum may miss: a euro a line of the notice, and what the file rounds."""

    def __init__(self, items: Sequence[Premises], sums: Sequence[Sum], tolerance: Decimal) -> None:
        self._tolerance = float(tolerance)
        self._written = _step([one.written for one in sums])
        values = (
            v
            for i in items
            for c in ("vlc_eur", "base_nette_eur")
            if (v := i.row.money(c)) is not None
        )
        self._value = _step(values) / 2

    def of(self, lines: Sequence[Premises], habit: Habit) -> float:
        """Return the margin of one sum, euros."""
        kinds = max(1, len({k for line in lines for k, rate in enumerate(line.rates) if rate}))
        own = self._tolerance * kinds
        rates = float(sum(lines[0].rates, ZERO)) / 100
        if habit.value_unit > 1:
            own += self._value * float(habit.value_unit) * rates
        return max(own * math.sqrt(len(lines)), self._written * float(habit.unit))


def _step(values: Iterable[Decimal]) -> float:
    """Return half of the last digit that a column is written to, a thousandth at least."""
    places = (-int(v.normalize().as_tuple().exponent) for v in values if v)
    most = max((p for p in places if p > 0), default=0)
    return float(Decimal(1).scaleb(-min(3, most)) / 2)


def candidates(bases: Mapping[Base, Bases], sums: Sequence[Sum]) -> tuple[Habit, ...]:
    """Return the habits that a file may have: the header's first, without fees and with them."""
    teom = (ZERO, Decimal(1), TEOM_FEES) if any(s.teom for s in sums) else (ZERO,)
    cut = (False, True) if any(s.cut for s in sums) else (False,)
    one = Decimal(1)
    units = ((one, one), (CENTS, one), (THOUSANDS, one), (one, THOUSANDS))
    tried = product(bases, teom, cut, units, (False, True))
    return tuple(Habit(b, t, c, unit, value, fees) for b, t, c, (unit, value), fees in tried)


def fits(
    items: Sequence[Premises],
    sums: Sequence[Sum],
    bases: Mapping[Base, Bases],
    contradicted: frozenset[int],
    tolerance: Decimal,
) -> Fits:
    """Compare every sum with every habit.

    LL = Σ log[(1 − .02) · prior · explained / 2m + .02 / range], m being the margin of the sum.
    `contradicted`: positions whose TEOM shows a base already abated, which no other habit explains;
    `tolerance` in euros a line of the notice (CGI 1657).
    """
    habits = candidates(bases, sums)
    margins = Margins(items, sums, tolerance)
    groups = [[items[p] for p in one.places] for one in sums]
    starts = np.cumsum([0, *(len(g) for g in groups[:-1])])
    places = np.array([p for one in sums for p in one.places], dtype=np.int64)
    asked = {
        fees: {b: _asked(groups, starts, places, v, fees=fees) for b, v in bases.items()}
        for fees in (False, True)
    }
    held = {
        b: np.add.reduceat(np.array([float(v.values[p]) for p in places]), starts)
        for b, v in bases.items()
    }
    forced = {b: _forced(sums, v) for b, v in bases.items()}
    odd = np.array([any(p in contradicted for p in one.places) for one in sums], dtype=bool)
    written, teom, cut = (
        np.array([float(getattr(s, n)) for s in sums]) for n in ("written", "teom", "cut")
    )
    header = asked[False][Base.HEADER][:, _NONE] + teom
    span = 2 * np.maximum(np.maximum(written, header), _TINY_EUR)
    own: dict[tuple[Decimal, Decimal], Floats] = {}
    odds, hits, kinds, sizes, would = [], [], [], [], []
    for habit in habits:
        euros = written * float(habit.unit) - float(habit.teom) * teom + (cut if habit.cut else 0)
        would.append(asked[habit.fees][habit.base] * float(habit.value_unit))
        gaps = np.abs(would[-1] - euros[:, None])
        scale = (habit.unit, habit.value_unit)
        if scale not in own:
            own[scale] = np.array([margins.of(g, habit) for g in groups])
        margin = own[scale]
        near = gaps.min(axis=1) <= margin + 1e-6
        if habit.base is not Base.AFTER:
            near &= ~odd
        nearest = _KINDS[gaps.argmin(axis=1)]
        kinds.append(np.where(forced[habit.base] >= 0, forced[habit.base], nearest))
        odds.append(np.log((1 - _ODD) * _PRIOR * near / (2 * margin) + _ODD / span).sum())
        hits.append(near)
        sizes.append(held[habit.base] * float(habit.value_unit))
    return Fits(
        habits, np.array(odds), np.array(hits), np.array(kinds), np.array(sizes), tuple(would)
    )


_KINDS: Final = np.array([0, 1, 2, 0, 1])


def _forced(sums: Sequence[Sum], bases: Bases) -> Integers:
    """Return 4 where bases are after an abatement that nothing shows, 3 where some shows, 1 none, else −1."""
    found = []
    for one in sums:
        mine = {bases.states.get(p) for p in one.places}
        found.append(4 if UNKNOWN in mine else 1 if mine == {NONE} else -1 if mine == {None} else 3)
    return np.array(found, dtype=np.int64)


def _asked(
    groups: Sequence[Sequence[Premises]],
    starts: Integers,
    places: Integers,
    bases: Bases,
    *,
    fees: bool,
) -> Floats:
    """Return what the notice would ask under each uniform pattern, shape (sums, 5), euros."""
    rows = []
    lines = [(line, group) for group in groups for line in group]
    due_states = [state for group in groups for state in as_due(group)]
    for place, state, (line, group) in zip(places.tolist(), due_states, lines, strict=True):
        rate = sum(
            float(r) * (1 + (float(line.terms.fees[n]) if fees else 0))
            for n, r in zip(LINES, line.rates, strict=True)
        )
        due = float(bases.values[place]) * rate / 100 if line.taxed else 0.0
        part = float(line.terms.part)
        alone = len(group) == 1
        free = not line.right.taxable and not alone
        if (shown := bases.states.get(place)) is not None:
            left = due * float(part_left(line, shown))
            rows.append([left, left, left, *[0.0 if free else left] * 2])
            continue
        cut = line.right.share if alone else abated_part(line, state)
        right = due * (1 - part * float(cut))
        full = due * (1 - part) if alone else right
        rows.append([right, due, full, 0.0 if free else right, 0.0 if free else due])
    return np.add.reduceat(np.array(rows), starts, axis=0)
