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
_MOST: Final = 0.8
"""Part of the premises of a commune that one rate of TEOM must explain."""


@dataclass(frozen=True, slots=True)
class Bases:
    """Net bases under one reading.

    Parameters
    ----------
    values : tuple of Decimal, one a premises
        Euros; before the abatement.
    states : mapping of int to str
        By position, what the base itself shows to be abated, where it does: what the notice asks is then
        base times rates whatever is abated. `UNKNOWN` where nothing tells.
    """

    values: tuple[Decimal, ...]
    states: Mapping[int, str] = field(default_factory=dict)


def bases_of(items: Sequence[Premises]) -> tuple[dict[Base, Bases], frozenset[int]]:
    """Return the readings of the columns of values that differ, and the premises that contradict the header.

    Returns
    -------
    bases : dict of Base to Bases
        That of the header first; one that gives the same bases as another is left out.
    contradicted : frozenset of int
        Positions whose TEOM shows a base that the abatement has reduced already.
    """
    said = tuple(i.base for i in items)
    after, contradicted = _after(items)
    found = {Base.HEADER: Bases(said)}
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
    contradicted: set[int] = set()
    alone = [p for p, i in enumerate(items) if i.row.money("vlc_eur") is None and i.base]
    for places in grouped(alone, lambda p: commune_of(items[p])).values():
        rate = _teom_rate([items[p] for p in places])
        for p in places:
            item = items[p]
            left = part_left(item, UNKNOWN)
            if not _may_be_abated(item):
                states[p] = NONE
                continue
            ratio = _ratio(item)
            if rate and ratio and _near(ratio, rate):
                states[p] = NONE
                continue
            told = bool(rate and ratio and _near(ratio * float(left), rate))
            states[p] = _abated(item) if told else UNKNOWN
            values[p] = item.base / left
            if told:
                contradicted.add(p)
    return Bases(tuple(values), states), frozenset(contradicted)


def _abated(item: Premises) -> str:
    return RIGHT if item.right.share and (item.entitled or item.right.share < 1) else FULL


def _may_be_abated(item: Premises) -> bool:
    return bool(item.right.share or item.right.doubt)


def _ratio(item: Premises) -> float | None:
    teom = item.row.money("teom_eur")
    return float(teom / item.base) if teom and item.base else None


def _near(one: float, other: float) -> bool:
    return abs(one / other - 1) <= _SAME_RATE


def _teom_rate(items: Sequence[Premises]) -> float | None:
    """Return the TEOM of a commune as a part of the base before abatement; None where two rates fit alike."""
    ratios = [
        (r, float(part_left(i, UNKNOWN)), _may_be_abated(i))
        for i in items
        if (r := _ratio(i)) is not None
    ]
    if len(ratios) < 2:  # noqa: PLR2004
        return None
    scores: list[tuple[int, float]] = []
    for tried in {
        round(r * part, 6) for r, left, may in ratios for part in ((1.0, left) if may else (1.0,))
    }:
        fits = [
            r * part
            for r, left, may in ratios
            for part in (1.0, left)
            if (may or part == 1) and _near(r * part, tried)
        ]
        scores.append((len(fits), median(fits)))
    scores.sort(reverse=True)
    most, rate = scores[0]
    rivals = (score for score, other in scores if not _near(other, rate))
    clear = most > max(rivals, default=0) and most >= _MOST * len(ratios)
    return rate if clear else None
