"""A quantity that may be unknown: at least this, at most that, and what is missing to know it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

QUESTION: Final = "question"
"""Why bounds lie apart where a question on a table has no answer."""
_NIL: Final = Decimal(0)
_SLIGHT: Final = Decimal("1e-12")
"""Below, what a share still moves by is the rounding of a division."""


class UnknownAmountError(TypeError):
    """An amount that is not known was asked for as a number, a text or a truth."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Amount:
    """A quantity (euros, dwellings, a share) that lies between two bounds.

    It adds, and nothing else: an amount cannot be printed (`words.numbers.euros` alone writes it),
    compared, divided, read as true or false, nor given a default. What needs the number calls `exact`,
    which raises where there is none. ValueError for bounds in the wrong order, bounds that differ without a
    reason, or a number that is not finite.
    """

    at_least: Decimal
    at_most: Decimal | None  # None where nothing bounds it above
    why: frozenset[str] = frozenset()
    """Codes of what is missing; empty exactly where both bounds are one."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a quantity between two bounds."""
        ends = [self.at_least] if self.at_most is None else [self.at_least, self.at_most]
        if not all(isinstance(end, Decimal) and end.is_finite() for end in ends):
            message = f"bounds must be finite Decimals: {ends!r}"
            raise ValueError(message)
        if self.at_most is not None and self.at_most < self.at_least:
            message = f"bounds in the wrong order: {ends!r}"
            raise ValueError(message)
        if self.is_known == bool(self.why):
            message = "bounds apart need a reason, and a known amount has none"
            raise ValueError(message)
        object.__setattr__(self, "why", reasons(self.why))

    @property
    def is_known(self) -> bool:
        """Whether both bounds are one."""
        return self.at_most is not None and self.at_most == self.at_least

    @property
    def exact(self) -> Decimal:
        """The number; `UnknownAmountError` where the bounds are apart."""
        if not self.is_known:
            self._refused("read as a number")
        return self.at_least

    @property
    def is_nil(self) -> bool:
        """Whether it is known, and zero."""
        return self.is_known and self.at_least == 0

    @property
    def exceeds_nil(self) -> bool:
        """Whether it is above zero, whatever is not known of it."""
        return self.at_least > 0

    @property
    def may_exceed_nil(self) -> bool:
        """Whether it is above zero, or may be for all that is known."""
        return self.at_most is None or self.at_most > 0

    @property
    def is_written(self) -> bool:
        """Whether it is above zero, or a reply that is awaited may make it so: a sentence on it stands."""
        return self.exceeds_nil or (QUESTION in self.why and self.may_exceed_nil)

    def __add__(self, other: Amount) -> Amount:
        """Add bound by bound; what is missing from either is missing from the sum."""
        if not isinstance(other, Amount):
            return NotImplemented
        ends = (self.at_most, other.at_most)
        most = None if ends[0] is None or ends[1] is None else ends[0] + ends[1]
        why = self.why | other.why if other.why else self.why
        return Amount(self.at_least + other.at_least, most, why)

    def __eq__(self, other: object) -> bool:
        """Compare with an amount; with a number it would hide what is not known, and is refused."""
        if not isinstance(other, Amount):
            self._refused("compared with a number")
        return self._parts == other._parts

    def __hash__(self) -> int:
        """Hash the bounds and the reasons."""
        return hash(self._parts)

    def __repr__(self) -> str:
        """Show the bounds to a developer; no page can print it (`str` is refused)."""
        most = "…" if self.at_most is None else f"{self.at_most:f}"
        return f"<Amount [{self.at_least:f}, {most}] {sorted(self.why)}>"

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - refused on purpose
        """Refuse: « is it nil » is `is_nil`, « is it known » is `is_known`."""
        self._refused("read as true or false")

    def __str__(self) -> NoReturn:  # noqa: PLE0307 - refused on purpose
        """Refuse: `words.numbers.euros` writes an amount."""
        self._refused("printed")

    def __format__(self, spec: str) -> NoReturn:
        """Refuse, whatever the form."""
        self._refused("printed")

    def _refused(self, use: str) -> NoReturn:
        message = f"an amount cannot be {use}: {self!r}"
        raise UnknownAmountError(message)

    @property
    def _parts(self) -> tuple[Decimal, Decimal | None, frozenset[str]]:
        return self.at_least, self.at_most, self.why


@cache
def reasons(why: frozenset[str]) -> frozenset[str]:
    """Return the one set of these codes: a region holds half a million, of some hundred kinds."""
    return why


def known(value: Decimal | int) -> Amount:
    """Return what is known."""
    exact = Decimal(value)
    return Amount(exact, exact)


def nil() -> Amount:
    """Return a known nothing: to be said of what was counted and is not there, never of what lacks."""
    return known(_NIL)


def unknown(*why: str) -> Amount:
    """Return what nothing bounds above."""
    return Amount(_NIL, None, frozenset(why))


def between(at_least: Decimal, at_most: Decimal | None, *why: str) -> Amount:
    """Return what lies between two bounds; known where they are one."""
    return Amount(at_least, at_most, frozenset(why) if at_least != at_most else frozenset())


def total(amounts: Iterable[Amount]) -> Amount:
    """Add amounts; a known nothing where there is none."""
    out = nil()
    for one in amounts:
        out += one
    return out


def lesser(one: Amount, other: Amount) -> Amount:
    """Return the lesser of two amounts, as far as they are known."""
    ends = [a.at_most for a in (one, other) if a.at_most is not None]
    return between(min(one.at_least, other.at_least), min(ends, default=None), *one.why, *other.why)


def excess(whole: Amount, part: Amount) -> Amount:
    """Return by how much one amount exceeds another, nil where it does not."""
    least = _NIL if part.at_most is None else max(_NIL, whole.at_least - part.at_most)
    most = None if whole.at_most is None else max(_NIL, whole.at_most - part.at_least)
    return between(least, most, *whole.why, *part.why)


def quotient(part: Amount, whole: Amount) -> Amount:
    """Divide amounts that are not below nil; open above where nothing keeps the whole from being nil."""
    least = _NIL if whole.at_most is None else part.at_least / whole.at_most
    most = None if part.at_most is None or not whole.at_least else part.at_most / whole.at_least
    return between(least, most, *part.why, *whole.why)


def shared(parts: Sequence[tuple[Amount, Amount]]) -> Amount:
    """Return Σ min(part, whole) / Σ whole between its bounds, each part and whole varying by itself.

    Highest where each whole a of [A, B] is a* = min(max(A, part), B): up to the part, a whole takes both sums
    along; beyond, the lower one alone. Lowest at one end of each whole, found by going down from B. Open
    above where it may come to the whole; Σ whole must be able to exceed nil.
    """
    why = frozenset[str]().union(*(a.why for pair in parts for a in pair))
    low, high = _lowest(parts), _highest(parts)
    return between(low, None if high == 1 and low < 1 else high, *why)


def _highest(parts: Sequence[tuple[Amount, Amount]]) -> Decimal:
    top, base = _NIL, _NIL
    for part, whole in parts:
        reached = part.at_most
        if reached is None:
            reached = whole.at_most
        if reached is None:  # both grow without bound, and the share nears the whole
            return Decimal(1)
        at = max(whole.at_least, reached)
        at = at if whole.at_most is None else min(at, whole.at_most)
        top, base = top + min(reached, at), base + at
    return top / base if base else Decimal(1)


def _lowest(parts: Sequence[tuple[Amount, Amount]]) -> Decimal:
    if any(whole.at_most is None for _, whole in parts):
        return _NIL
    ends = [
        [
            (min(part.at_least, end), end)
            for end in (whole.at_most, whole.at_least)
            if end is not None
        ]
        for part, whole in parts
    ]
    chosen = [pair[0] for pair in ends]
    while True:
        low = sum((n for n, _ in chosen), _NIL) / sum((d for _, d in chosen), _NIL)
        chosen = [min(pair, key=lambda end: end[0] - low * end[1]) for pair in ends]
        if sum((n - low * d for n, d in chosen), _NIL) >= -_SLIGHT:
            return low
