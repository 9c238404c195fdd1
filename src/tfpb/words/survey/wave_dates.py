"""When waves of a survey began, and the one order they are told in: that of time, not of the alphabet."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import first_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

_DIGITS: Final = re.compile(r"(\d+)")


def began(wave: str, period: str = "") -> dt.date | None:
    """Return the first day of a wave, by its dates as declared, else by its name; None if neither tells."""
    return first_day(period) or first_day(wave)


def in_time(waves: Iterable[str], periods: Mapping[str, str]) -> list[str]:
    """Sort waves by their first day; by name, numbers as numbers, where one of them has none.

    `periods` are dates of a wave as declared; those that several waves share are of none of them.
    """
    known = _known(waves, periods)
    by_name = sorted(known, key=_natural)
    starts = {wave: day for wave, day in known.items() if day is not None}
    return by_name if len(starts) < len(known) else sorted(by_name, key=lambda w: starts[w])


def order_unsure(waves: Iterable[str], periods: Mapping[str, str]) -> bool:
    """Return whether dates do not settle the order: lacking, alike, or against the years of the names."""
    known = _known(waves, periods)
    ordered = in_time(known, periods)
    return any(_unsure(one, two, known) for one, two in pairwise(ordered))


def _unsure(one: str, two: str, known: Mapping[str, dt.date | None]) -> bool:
    start, after = known[one], known[two]
    if start is None or after is None:
        return True
    if start.year == after.year and (start == after or (start.month, start.day) == (1, 1)):
        return True  # the same day, or a year alone
    named, then = first_day(one), first_day(two)
    return named is not None and then is not None and named.year > then.year


def _known(waves: Iterable[str], periods: Mapping[str, str]) -> dict[str, dt.date | None]:
    names = list(dict.fromkeys(waves))
    counts = Counter(periods.get(wave, "") for wave in names)
    own = {wave: p if counts[p := periods.get(wave, "")] == 1 else "" for wave in names}
    return {wave: began(wave, period) for wave, period in own.items()}


def _natural(name: str) -> list[int | str]:
    """Return what sorts « V2 » before « V10 »."""
    return [int(part) if k % 2 else part for k, part in enumerate(_DIGITS.split(name))]
