"""By which habit a notice file is read: taken, asked, or refused.

Another habit than the headers' is taken when it is 10⁴ times likelier and explains four sums that theirs
does not. One is asked about when it shows other states and is within 10³, or explains two sums, and three
in ten of those unread, that the first does not. Under 80 % explained, what only some premises abated would
explain is not read, and one number that the sums of a commune share is looked for, always asked about.
Without one, the habit itself is asked about where half the sums do not fit it, or bases alone are given.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a field's type
from dataclasses import dataclass
from itertools import product
from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.tax.abatement.notices.file_reading import NoticeFile, Outcome
from tfpb.tax.abatement.notices.habit import Base, Habit, commune_of
from tfpb.tax.abatement.notices.shared_rates import shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.arrays import Flags
    from tfpb.tax.abatement.notices.likelihood import Fits

BY_NOTICE: Final = "selon_avis"
"""Answer: each notice by the reading that explains it."""
_TAKEN: Final = log(1e4)
_ASKED: Final = log(1e3)
_FEW: Final = 4
_GAINED: Final = 2
_GAINED_SHARE: Final = 0.3
_REFUSED: Final = 0.8
_SAME_BASE: Final = 0.01
_KIND: Final = 0.2
"""Part of the sums that a habit must explain to be an answer for the whole file."""
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """What a file is read by."""

    first: Habit  # taken, or that of the headers
    outcome: Outcome  # as read: while an answer is pending, a sum that two readings read otherwise is not
    answers: Mapping[str, Outcome]  # by answer; empty where nothing is asked
    subject: str = ""  # subject of the question (`teom`, `base`…); empty without one
    readings: tuple[str, ...] = ()  # codes of the two readings of the question
    taken: bool = False  # whether `first` is another habit than the headers'
    explained: int = 0  # sums that it explains

    @property
    def moot(self) -> frozenset[str]:
        """Doubts on values that the habit answers."""
        odd = self.first.base == Base.COLUMN
        return frozenset(
            (("vlc_suspecte",) if self.first.value_unit > 1 else ())
            + (("base_incoherente",) if odd else ())
        )


def choose(file: NoticeFile) -> Choice:
    """Choose the habit that a file is read by, and what has to be asked."""
    if not file.sums:
        return Choice(Habit(), Outcome(file.items, ()), {})
    fits, weighty = file.fits, file.weighty
    header, best = int(np.argmax(fits.odds[:2])), int(np.argmax(fits.odds))
    gained = int((fits.hits[best] & ~fits.hits[header] & weighty).sum())
    taken = fits.odds[best] - fits.odds[header] >= _TAKEN and gained >= _FEW
    first = best if taken else header
    outcome = file.under(fits.habits[first])
    outcome = file.unread_where(outcome, _otherwise(fits, first, outcome))
    dense = _flags(r.is_dense for r in outcome.readings)
    counted = weighty & ~dense
    read = counted & _flags(r.explained for r in outcome.readings)
    lacking = counted & ~read
    refused = read.sum() < _REFUSED * counted.sum() and int(lacking.sum()) >= _GAINED
    rival = _near(file, first)
    if rival is None:
        rival = _gaining(file, first, lacking)
    if rival is None and refused and taken:
        rival = header
    if rival is not None:
        return _open(file, fits.habits[first], outcome, fits.habits[rival], taken=taken)
    if refused:
        outcome = file.unread_where(outcome, _flags(not r.uniform for r in outcome.readings))
        if others := _shared(file, header, counted):
            return _open(file, fits.habits[first], outcome, *others, taken=False)
        if int(lacking.sum()) >= _FEW and (_of_bases(file) or 2 * read.sum() < counted.sum()):
            return _unfit(file, fits.habits[first], outcome)
    return Choice(fits.habits[first], outcome, {}, taken=taken, explained=int(read.sum()))


def _of_bases(file: NoticeFile) -> bool:
    """Return whether a file gives bases alone: the abatement may have reduced them already."""
    return all(i.row.money("vlc_eur") is None for i in file.items)


def _unfit(file: NoticeFile, first: Habit, outcome: Outcome) -> Choice:
    """Ask whether a habit that too many sums do not fit is the file's; nothing is read until then."""
    own = first.codes()["base"]
    other = next(str(b) for b in (Base.AFTER, Base.HEADER) if str(b) != own)
    unread = file.unread_where(outcome, np.ones(len(file.sums), dtype=bool))
    return Choice(first, unread, {own: outcome, other: unread}, "base", (own, other))


def _flags(values: Iterable[bool]) -> Flags:
    return np.array(list(values), dtype=bool)


def _open(
    file: NoticeFile, first: Habit, outcome: Outcome, rival: Habit, *more: Habit, taken: bool
) -> Choice:
    """Ask which of some habits is the file's; of two kinds, notice by notice is a third answer."""
    own, others = first.codes(), rival.codes()
    subject = next((k for k in own if own[k] != others[k]), "frais")
    second = file.under(rival)
    answers = {own[subject]: outcome, others[subject]: second}
    pairs = list(zip(outcome.readings, second.readings, strict=True))
    lent = sum(b.is_read and not a.explained for a, b in pairs)
    if lent and any(a.is_read and not b.explained for a, b in pairs):
        answers[BY_NOTICE] = file.by_notice(outcome, second)
        if sum(b.explained for _, b in pairs) < _KIND * len(pairs):
            del answers[others[subject]]
    *_, other = (o for code, o in answers.items() if code != BY_NOTICE or len(answers) == _TWO)
    common = file.common(outcome, other)
    for habit in more:
        third = answers[habit.codes()[subject]] = file.under(habit)
        common = file.common(common, third)
    readings = (own[subject], others[subject])
    return Choice(first, common, answers, subject, readings, taken)


def _otherwise(fits: Fits, first: int, outcome: Outcome) -> Flags:
    """Return the sums that show some premises abated, and that the TEOM or dégrèvements explain better."""
    own = fits.habits[first]
    others = [
        k
        for k, habit in enumerate(fits.habits)
        if (habit.base, habit.unit, habit.value_unit) == (own.base, own.unit, own.value_unit)
        and (habit.teom, habit.cut) != (own.teom, own.cut)
    ]
    mixed = _flags(not r.uniform for r in outcome.readings)
    return mixed & fits.hits[others].any(axis=0)


def _distance(fits: Fits, one: int, other: int) -> int:
    """Count the subjects on which two habits differ; fees are none."""
    own, others = fits.habits[one].codes(), fits.habits[other].codes()
    return sum(own[k] != others[k] for k in own if k != "frais")


def _differ(file: NoticeFile, one: int, other: int) -> Flags:
    """Return the sums that both habits explain, and of which they show other states or another base."""
    fits = file.fits
    states = fits.kinds[one] != fits.kinds[other]
    larger = np.maximum(fits.bases[one], fits.bases[other])
    bases = np.abs(fits.bases[one] - fits.bases[other]) > _SAME_BASE * larger
    entitled = _flags(
        any(file.items[p].right.share or file.items[p].right.doubt for p in s.places)
        for s in file.sums
    )
    abated = (fits.kinds[one] == _ALL) | (fits.kinds[other] == _ALL)
    both = fits.hits[one] & fits.hits[other] & file.weighty
    differ: Flags = both & (states | bases) & (entitled | abated)
    return differ


_ALL: Final = 2


def _near(file: NoticeFile, first: int) -> int | None:
    """Return the likeliest habit within 10³ of the first that shows other states."""
    odds = file.fits.odds
    for other in np.argsort(-odds, kind="stable").tolist():
        if odds[other] < odds[first] - _ASKED:
            return None
        if other != first and _differ(file, first, other).any():
            return int(other)
    return None


def _gaining(file: NoticeFile, first: int, lacking: Flags) -> int | None:
    """Return the habit that explains most of the unread sums: two of them, and three in ten.

    Of a file of a few sums, all of them, by a habit that differs on one subject.
    """
    fits = file.fits
    found = []
    few = int(file.weighty.sum()) < _FEW
    for other in (k for k in range(len(fits.habits)) if k != first):
        gained = int((fits.hits[other] & lacking).sum())
        distance = _distance(fits, first, other)
        whole = few and gained and distance == 1 and gained == int(file.weighty.sum())
        whole = whole and fits.odds[other] - fits.odds[first] >= _ASKED
        some = gained >= _GAINED and gained >= _GAINED_SHARE * lacking.sum()
        if whole or (some and (distance == 1 or gained >= _FEW)):
            found.append((gained, -distance, float(fits.odds[other]), other))
    return max(found)[3] if found else None


def _shared(file: NoticeFile, header: int, counted: Flags) -> list[Habit]:
    """Return the habits of rates, or of a TEOM, that most sums of each commune share; none without any.

    Two where other rates explain as many sums with their fees as without: nothing tells them apart.
    """
    fits = file.fits
    habit = fits.habits[header]
    groups = [[file.items[p] for p in s.places] for s in file.sums]
    places = [commune_of(g[0]) for g in groups]
    euros = np.array([float(s.written) for s in file.sums])
    margins = np.array([file.margins.of(g, habit) for g in groups])
    tried = []
    for teom, own in product((False, True), (0, 1)):
        if teom and any(s.teom for s in file.sums):
            continue
        numbers, hits = shared(
            places, euros, fits.asked[own], fits.bases[own], margins, counted, teom=teom
        )
        rule = Habit(fees=bool(own), factors={} if teom else numbers, rates=numbers if teom else {})
        # the numbers of rates nearest 1 first
        away = sum(abs(log(n)) for n in rule.factors.values())
        tried.append((int((hits & counted).sum()), not teom, -away, own, rule))
    most, of_rates, *_, best = max(tried, key=lambda t: t[:4])
    if most < max(_FEW, _REFUSED * counted.sum()):
        return []
    equal = [t[-1] for t in tried if t[:2] == (most, True)] if of_rates else []
    return [best, *(rule for rule in equal if rule is not best)]
