"""A notice file and its sums, read under one habit, or under two at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tfpb.tax.abatement.notices.habit import Base, commune_of, rebased
from tfpb.tax.abatement.notices.likelihood import Margins, fits
from tfpb.tax.abatement.notices.notice_bases import bases_of
from tfpb.tax.abatement.notices.notice_reading import read_sum
from tfpb.tax.abatement.notices.notice_sums import sums_of
from tfpb.tax.plain_values import ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tfpb.model.arrays import Flags
    from tfpb.tax.abatement.notices.habit import Habit
    from tfpb.tax.abatement.notices.likelihood import Fits
    from tfpb.tax.abatement.notices.notice_reading import Reading
    from tfpb.tax.abatement.notices.notice_sums import Sum
    from tfpb.tax.abatement.premises import Premises


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file as one habit, or one answer, reads it."""

    items: tuple[Premises, ...]  # on the base that is read, with their state
    readings: tuple[Reading, ...]  # one a sum


class NoticeFile:
    """The premises of a year with their sums, to be read under several habits.

    `items` have their rights, and no notice is read yet; `tolerance` is in euros a line of a notice (CGI
    1657).
    """

    def __init__(self, items: Sequence[Premises], tolerance: Decimal) -> None:
        self.items = tuple(items)
        self.sums: tuple[Sum, ...] = tuple(sums_of(items))
        self._tolerance = tolerance
        self._bases, self._contradicted = bases_of(self.items)
        self.margins = Margins(self.items, self.sums, tolerance)

    @cached_property
    def fits(self) -> Fits:
        """What each habit makes of each sum."""
        return fits(self.items, self.sums, self._bases, self._contradicted, self._tolerance)

    @cached_property
    def weighty(self) -> Flags:
        """Whether a sum says anything: it is no zero, and its premises are taxed."""
        found: Flags = np.array(
            [
                bool(s.written) and based
                for s, based in zip(self.sums, self.fits.bases[0], strict=True)
            ],
            dtype=bool,
        )
        return found

    @cached_property
    def holds_teom(self) -> Flags:
        """Whether the TEOM left in explains a sum that the headers do not."""
        found = [
            k for k, h in enumerate(self.fits.habits) if h.teom and not h.cut and h.oddities == 1
        ]
        held: Flags = np.any(self.fits.hits[found], axis=0)
        return held

    def under(self, habit: Habit) -> Outcome:
        """Read every sum under one habit."""
        bases = self._bases[habit.base]
        items = [
            rebased(i, base * habit.value_unit, habit.factors.get(commune_of(i)))
            for i, base in zip(self.items, bases.values, strict=True)
        ]
        readings = []
        for one in self.sums:
            lines = [items[p] for p in one.places]
            whole = sum((line.base for line in lines), ZERO)
            known = all(p in bases.states for p in one.places)
            reading = read_sum(
                lines,
                habit.apart(one, commune_of(self.items[one.places[0]]), whole),
                self.margins.of(lines, habit),
                fees=habit.fees,
                shown=[bases.states[p] for p in one.places] if known else None,
            )
            against = habit.base is not Base.AFTER and not self._contradicted.isdisjoint(one.places)
            readings.append(reading.unread() if against else reading)
        return self._with(items, readings)

    def _with(self, items: Sequence[Premises], readings: Sequence[Reading]) -> Outcome:
        out = list(items)
        for one, reading in zip(self.sums, readings, strict=True):
            for place, state in zip(one.places, reading.states, strict=True):
                out[place] = replace(items[place], state=state, noticed=True)
        checked = tuple(
            replace(r, check=replace(r.check, line=s.line))
            for s, r in zip(self.sums, readings, strict=True)
        )
        return Outcome(tuple(out), checked)

    def unread_where(self, outcome: Outcome, places: Flags) -> Outcome:
        """Return an outcome in which some sums are not read."""
        readings = [
            r.unread() if out else r for r, out in zip(outcome.readings, places, strict=True)
        ]
        return self._with(outcome.items, readings)

    def common(self, first: Outcome, second: Outcome) -> Outcome:
        """Keep what two readings read alike; the rest is not read, and bounded by the larger base."""
        items, readings = list(first.items), list(first.readings)
        for k, one in enumerate(self.sums):
            if not self._alike(first, second, one):
                readings[k] = readings[k].unread()
                for p in one.places:
                    items[p] = max(first.items[p], second.items[p], key=lambda i: i.full)
        return self._with(items, readings)

    def by_notice(self, first: Outcome, second: Outcome) -> Outcome:
        """Read each sum by the reading that explains it; not where both do, and differ."""
        items, readings = list(first.items), list(first.readings)
        for k, one in enumerate(self.sums):
            own, other = first.readings[k], second.readings[k]
            if other.is_read and not own.explained:
                readings[k] = other
                for p in one.places:
                    items[p] = second.items[p]
            elif own.explained and other.explained and not self._alike(first, second, one):
                readings[k] = own.unread()
                for p in one.places:
                    items[p] = max(first.items[p], second.items[p], key=lambda i: i.full)
        return self._with(items, readings)

    @staticmethod
    def _alike(first: Outcome, second: Outcome, one: Sum) -> bool:
        pairs = ((first.items[p], second.items[p]) for p in one.places)
        return all((a.state, a.base, a.rates) == (b.state, b.base, b.rates) for a, b in pairs)
