"""The house numbers of the streets of one name, looked up without making a point of each."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tfpb.geocode.line.vocabulary import SUFFIX_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.geocode.line.house_numbers import Number
    from tfpb.geocode.source import Street


class Point(NamedTuple):
    """One address of a street: position in the member, where it stands.

    Parameters
    ----------
    member, at : int
        Position of the street in `CommuneAddresses.streets`, and of the address in the street.
    number : int
    suffix : str
    x, y : float
        Metres, legal projection of the commune.
    """

    member: int
    at: int
    number: int
    suffix: str
    x: float
    y: float

    def apart(self, other: Point) -> float:
        """Return the distance to another address, in metres."""
        return math.hypot(self.x - other.x, self.y - other.y)


def point_at(member: int, street: Street, at: int) -> Point:
    """Return one address of a street."""
    return Point(
        member, at, int(street.numbers[at]), str(street.suffixes[at]), float(street.x[at]),
        float(street.y[at]),
    )  # fmt: skip


class Numbering:
    """Numbers of some streets of a commune.

    Parameters
    ----------
    streets : sequence of Street
        Of the commune, numbers sorted.
    members : tuple of int
        Positions of those that bear the name.
    """

    def __init__(self, streets: Sequence[Street], members: tuple[int, ...]) -> None:
        self._streets: list[tuple[int, Street, list[int]]] = [
            (m, streets[m], streets[m].numbers.tolist()) for m in members
        ]

    @cached_property
    def numbers(self) -> list[int]:
        """All numbers, sorted; one that several addresses bear comes as often."""
        if len(self._streets) == 1:
            return self._streets[0][2]
        return sorted(number for _, _, numbers in self._streets for number in numbers)

    def __contains__(self, number: int) -> bool:
        return number in self.numbers

    def __iter__(self) -> Iterator[Point]:
        for member, street, numbers in self._streets:
            for at in range(len(numbers)):
                yield point_at(member, street, at)

    def at(self, number: int) -> list[Point]:
        """Return the addresses that bear a number, whatever their suffix."""
        return [
            point_at(member, street, at)
            for member, street, numbers in self._streets
            for at in range(bisect_left(numbers, number), bisect_right(numbers, number))
        ]

    def hits(self, wanted: Number) -> tuple[list[Point], bool]:
        """Return the addresses of a number, and whether their suffix is the one written."""
        number, suffix = wanted
        listed = self.at(number)
        exact = [p for p in listed if p.suffix == suffix]
        if not exact and (other := SUFFIX_WORDS.get(suffix)):
            exact = [p for p in listed if p.suffix == other]
        if exact:
            return exact, True
        return [p for p in listed if not p.suffix] or listed[:1], False

    def around(self, number: int, *, other: bool = False) -> tuple[list[Point], list[Point]]:
        """Return the addresses of the next number below, and of the next above, on one side.

        Parameters
        ----------
        number : int
        other : bool
            Across the street.
        """
        side = (number + other) % 2
        below = reversed(self.numbers[: bisect_left(self.numbers, number)])
        above = self.numbers[bisect_right(self.numbers, number) :]
        low, high = (next((n for n in listed if n % 2 == side), None) for listed in (below, above))
        return [] if low is None else self.at(low), [] if high is None else self.at(high)
