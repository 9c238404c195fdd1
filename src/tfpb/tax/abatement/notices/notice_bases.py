"""What the columns of values may mean: the net base of each premises, under each reading of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Final

from tfpb.tax.abatement.notices.habit import Base, commune_of
from tfpb.tax.abatement.notices.notice_patterns import part_left
from tfpb.tax.abatement.premises import FULL, NONE, RIGHT, UNKNOWN
from tfpb.tax.plain_values import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.tax.abatement.premises import Premises

_SAME_EUR: Final = Decimal(1)
_SAME_RATE: Final = 0.01
"""Part by which the TEOM of two premises of a commune may differ, bases and amounts being rounded."""
_FEWEST: Final = 2
_MOST: Final = 0.8
"""Part of the premises of a commune that one rate of TEOM must explain."""


@dataclass(frozen=True, slots=True)
class Bases:
    """Net bases under one reading."""

    values: tuple[Decimal, ...]  # euros before the abatement, one a premises
    states: Mapping[int, str] = field(default_factory=dict)
    """By position, the abatement that the base itself shows (`UNKNOWN` where nothing does): the notice then
    asks base times rates, whatever is abated."""


def bases_of(items: Sequence[Premises]) -> tuple[dict[Base, Bases], frozenset[int]]:
    """Return the readings of the columns of values that differ, and the premises that contradict the header.

    The header's comes first; one that gives the same bases as another is left out. `contradicted`:
    positions whose TEOM shows a base that the abatement has reduced already.
    """
    bases = tuple(i.base for i in items)
    after, contradicted = _after(items)
    found = {Base.HEADER: Bases(bases)}
    for base in (Base.HALF, Base.WHOLE, Base.COLUMN):
        values = tuple(_value(item, base) for item in items)
        if not any(_same(values, other.values) for other in found.values()):
            found[base] = Bases(values)
    if any(state != NONE for state in after.states.values()):
        found[Base.AFTER] = after
    return found, contradicted


def _same(one: Sequence[Decimal], other: Sequence[Decimal]) -> bool:
    return all(abs(a - b) <= _SAME_EUR for a, b in zip(one, other, strict=True))


def _value(item: Premises, base: Base) -> Decimal:
    vlc, net = item.row.money("vlc_eur"), item.row.money("base_nette_eur")
    if base is Base.HALF and vlc is not None:
        return vlc
    if base is Base.WHOLE and vlc is None and net is not None:
        return net * item.terms.base_part
    if base is Base.COLUMN and net is not None:
        lefts = (part_left(item, UNKNOWN), 1 - item.terms.part)
        # a base after the abatement is but a witness of the cadastral value
        return item.base if any(abs(net - item.base * left) <= _SAME_EUR for left in lefts) else net
    return item.base


def _after(items: Sequence[Premises]) -> tuple[Bases, frozenset[int]]:
    """Read bases as the abatement leaves them: the TEOM, which it does not reduce, says of which."""
    values = [i.base for i in items]
    states: dict[int, str] = {}
    alone = [p for p, i in enumerate(items) if i.row.money("vlc_eur") is None and i.base]
    for places in grouped(alone, lambda p: commune_of(items[p])).values():
        rate = _teom_rate([items[p] for p in places])
        for p in places:
            item = items[p]
            states[p] = _shown(item, rate)
            values[p] = item.base / part_left(item, states[p])
    contradicted = frozenset(p for p, state in states.items() if state not in (NONE, UNKNOWN))
    return Bases(tuple(values), states), contradicted


def _shown(item: Premises, rate: float | None) -> str:
    """Return what the TEOM of a premises shows to be abated of its base; unknown without one."""
    ratio = _ratio(item)
    if rate and ratio:
        found = (s for s in _possible(item) if _near(ratio * float(part_left(item, s)), rate))
        return next(found, UNKNOWN)
    return UNKNOWN if _may_be_abated(item) else NONE


def _possible(item: Premises) -> tuple[str, ...]:
    partial = 0 < item.right.share < 1
    return (NONE, RIGHT, FULL) if partial or (item.entitled and item.right.share) else (NONE, FULL)


def _may_be_abated(item: Premises) -> bool:
    return bool(item.right.share or item.right.doubt)


def _ratio(item: Premises) -> float | None:
    teom = item.row.money("teom_eur")
    return float(teom / item.base) if teom and item.base else None


def _near(one: float, other: float) -> bool:
    return abs(one / other - 1) <= _SAME_RATE


def _teom_rate(items: Sequence[Premises]) -> float | None:
    """Return the TEOM of a commune as a part of the base before abatement; None where two rates fit alike.

    What has no right is held not to be abated: it tells the rate from that of bases reduced already.
    """
    ratios = [
        [ratio * float(part_left(i, s)) for s in (_possible(i) if _may_be_abated(i) else (NONE,))]
        for i in items
        if (ratio := _ratio(i)) is not None
    ]
    scores: list[tuple[int, float]] = []
    for tried in {round(one, 4) for each in ratios for one in each} - {0.0}:
        nearest = (min((abs(r / tried - 1), r) for r in each)[1] for each in ratios)
        fits = [one for one in nearest if _near(one, tried)]
        if fits:
            scores.append((len(fits), median(fits)))
    scores.sort(reverse=True)
    if len(ratios) < _FEWEST or not scores:
        return None
    most, rate = scores[0]
    rivals = (score for score, other in scores if not _near(other, rate))
    clear = most > max(rivals, default=0) and most >= _MOST * len(ratios)
    return rate if clear else None
