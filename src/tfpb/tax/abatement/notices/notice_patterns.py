"""Which premises of a notice may be abated: the patterns that its sum is held against."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations_with_replacement, product
from math import comb, prod
from typing import TYPE_CHECKING, Final

from tfpb.tax.abatement.premises import FULL, NONE, RIGHT
from tfpb.tax.plain_values import ZERO, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.tax.abatement.premises import Premises

_MOST: Final = 512
"""Patterns of a notice that are tried."""
_DENSE: Final = 0.2
"""Part of what a notice may ask that its mixed patterns cover, from which one of them proves nothing."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """States of the premises of a sum."""

    states: tuple[str, ...]
    bare: bool  # whether those wholly exempt are not taxed at all
    odd: int  # how many are not as they should be
    uniform: bool  # whether all are as they should be, or none is abated; of one premises, always


def options(line: Premises) -> tuple[str, ...]:
    """Return what a notice may abate of a premises."""
    if line.right.share and line.right.share < 1:
        return (NONE, RIGHT, FULL)
    return (NONE, RIGHT) if line.entitled and line.right.share else (NONE, FULL)


def abated_part(line: Premises, state: str) -> Decimal:
    """Return the part of its base that a state abates (0..1)."""
    return {FULL: Decimal(1), RIGHT: line.right.share}.get(state, ZERO)


def part_left(line: Premises, state: str) -> Decimal:
    """Return the part of its base that a notice taxes; of an unknown state, all that may be due abated."""
    share = abated_part(line, state) if state else line.right.share or Decimal(1)
    return 1 - line.terms.part * share


def as_due(lines: Sequence[Premises]) -> tuple[str, ...]:
    """Return the states as they should be."""
    return tuple(RIGHT if line.entitled and line.right.share else NONE for line in lines)


def kind_of(line: Premises) -> tuple[object, ...]:
    """Return what tells a premises apart from the others of its notice: none does where it is the same."""
    right = line.right
    return (right.code_qpv, right.statut, right.share, right.doubt, line.taxed, line.rates)


def patterns_of(lines: Sequence[Premises]) -> list[Pattern]:
    """Return the patterns of a sum: exempt premises untaxed first, then taxed."""
    due, none = as_due(lines), (NONE,) * len(lines)
    single = len(lines) == 1
    found = []
    some_bare = not single and any(line.taxed and not line.right.taxable for line in lines)
    for states in _states(lines, due):
        odd = sum(a != b for a, b in zip(states, due, strict=True))
        uniform = single or states in (due, none)
        found += [
            Pattern(states, bare, odd, uniform)
            for bare in ((True, False) if some_bare else (False,))
        ]
    return sorted(found, key=lambda p: not p.bare)


def is_dense(asked: Sequence[float], margin: float) -> bool:
    """Return whether patterns lie so close that a sum which fits one is no proof of it.

    `asked`: what the notice would ask under each pattern; `margin`: how far a sum may miss its pattern;
    both in euros.
    """
    ordered = sorted(asked)
    span = ordered[-1] - ordered[0] + 2 * margin
    covered, reached = 0.0, ordered[0] - margin
    for one in ordered:
        covered += max(0.0, one + margin - max(reached, one - margin))
        reached = max(reached, one + margin)
    return covered > _DENSE * span


def _states(lines: Sequence[Premises], due: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield how many of each kind are abated, whichever they are.

    Of too many, all as due and none alone: another that fits among a few tried proves nothing.
    """
    kinds = list(grouped(range(len(lines)), lambda k: kind_of(lines[k])).values())
    counts = [(len(options(lines[places[0]])), len(places)) for places in kinds]
    if prod(comb(n + k - 1, n) for k, n in counts) > _MOST:
        yield from (due, (NONE,) * len(lines))
        return
    choices = (combinations_with_replacement(options(lines[p[0]]), len(p)) for p in kinds)
    for chosen in product(*choices):
        states = [NONE] * len(lines)
        for places, some in zip(kinds, chosen, strict=True):
            for place, state in zip(places, some, strict=True):
                states[place] = state
        yield tuple(states)
