"""One commune made ready for matching: exact keys first, an index of words only when it is needed."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.likeness import Likeness
from tfpb.geocode.line.cleaning import clean, flatten, sound
from tfpb.geocode.line.street_names import Name, name_of
from tfpb.geocode.line.vocabulary import COMMON, LIGHT, SUFFIX_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tfpb.geocode.line.house_numbers import Number
    from tfpb.geocode.source import CommuneAddresses, Street

    _Column = tuple[int, list[int], Sequence[str] | NDArray[np.str_], list[float], list[float]]

LIGHT_WEIGHT: Final = 0.3
INITIAL_WEIGHT: Final = 0.35
_SHORTEST_PREFIX: Final = 2
_SHORTEST_TYPO: Final = 4
_MOST_EXPANSIONS: Final = 12
_CUTOFFS: Final = {4: 0.74, 5: 0.7}
_LONG_CUTOFF: Final = 0.66
MEANT: Final = 0.85
"""Likeness from which a common word stands for another one."""
_NAMED: Final = 3
_KINDS_SPOKEN: Final = {"rn": "nationale", "rd": "departementale", "vc": "communale"}
_MARGIN_M: Final = 1500.0


class Point(NamedTuple):
    """One address of a street: position in the member, and where it is."""

    member: int  # position of the street in `CommuneAddresses.streets`
    at: int  # position of the address in the street
    number: int
    suffix: str
    x: float  # metres, legal projection of the commune, like y
    y: float

    def apart(self, other: Point) -> float:
        """Return the distance to another address, in metres."""
        return math.hypot(self.x - other.x, self.y - other.y)


class Numbering:
    """Numbers of some streets of a commune, each with its numbers sorted.

    `members` are the positions of those that have the name.
    """

    def __init__(self, streets: Sequence[Street], members: tuple[int, ...]) -> None:
        self._columns: list[_Column] = [
            (m, s.numbers.tolist(), s.suffixes, s.x.tolist(), s.y.tolist())
            for m, s in ((m, streets[m]) for m in members)
        ]

    @cached_property
    def numbers(self) -> list[int]:
        """All numbers, sorted; one that several addresses bear comes as often."""
        if len(self._columns) == 1:
            return self._columns[0][1]
        return sorted(number for column in self._columns for number in column[1])

    def __contains__(self, number: int) -> bool:
        return number in self.numbers

    def __iter__(self) -> Iterator[Point]:
        for m, numbers, suffixes, xs, ys in self._columns:
            for at in range(len(numbers)):
                yield Point(m, at, numbers[at], str(suffixes[at]), xs[at], ys[at])

    def at(self, number: int) -> list[Point]:
        """Return the addresses that bear a number, whatever their suffix."""
        return [
            Point(m, at, number, str(suffixes[at]), xs[at], ys[at])
            for m, numbers, suffixes, xs, ys in self._columns
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

    def neighbours(self, number: int, *, other: bool = False) -> tuple[list[Point], list[Point]]:
        """Return the addresses of the next number below, and of the next above, on one side of the street."""
        numbers, side = self.numbers, (number + other) % 2
        low, high = bisect_left(numbers, number) - 1, bisect_right(numbers, number)
        while low >= 0 and numbers[low] % 2 != side:
            low -= 1
        while high < len(numbers) and numbers[high] % 2 != side:
            high += 1
        return (
            self.at(numbers[low]) if low >= 0 else [],
            self.at(numbers[high]) if high < len(numbers) else [],
        )


class Group(NamedTuple):
    """Streets of one commune that have the same name."""

    name: Name
    members: tuple[int, ...]  # positions in `CommuneAddresses.streets`


class StreetTable:
    """Streets of one commune, by every key they are looked up with."""

    def __init__(self, commune: CommuneAddresses) -> None:
        self.commune = commune
        self.streets: tuple[Street, ...] = commune.streets
        grouped: dict[str, list[int]] = {}
        names: dict[str, Name] = {}
        for index, street in enumerate(commune.streets):
            name = name_of(flatten(clean(street.name)))
            grouped.setdefault(name.key, []).append(index)
            names.setdefault(name.key, name)
        self.groups = tuple(Group(names[key], tuple(members)) for key, members in grouped.items())
        self.by_key: dict[str, int] = {group.name.key: i for i, group in enumerate(self.groups)}
        self.by_joined: dict[str, list[int]] = {}
        for i, group in enumerate(self.groups):
            if group.name.core:
                for form in {group.name.joined, group.name.full}:
                    self.by_joined.setdefault(form, []).append(i)
        self.own_words = frozenset(name_of(flatten(clean(commune.city))).tokens)
        # what was looked up before
        self.apart: dict[tuple[int, ...], bool] = {}
        self._expansions: dict[str, dict[str, float]] = {}
        self._numberings: dict[tuple[int, ...], Numbering] = {}

    @cached_property
    def postings(self) -> dict[str, list[int]]:
        """Groups that hold a word."""
        out: dict[str, list[int]] = {}
        for i, group in enumerate(self.groups):
            for token in dict.fromkeys(group.name.tokens):
                out.setdefault(token, []).append(i)
        return out

    @cached_property
    def vocabulary(self) -> list[str]:
        """All words, sorted."""
        return sorted(self.postings)

    @cached_property
    def long_words(self) -> list[str]:
        """Words long enough to be mistyped."""
        return [w for w in self.vocabulary if len(w) > 2 and w.isalpha()]  # noqa: PLR2004

    @cached_property
    def alike_words(self) -> Likeness:
        """Likeness to the long words."""
        return Likeness(self.long_words)

    @cached_property
    def alike_names(self) -> Likeness:
        """Likeness to the names without spaces."""
        return Likeness([group.name.joined for group in self.groups])

    @cached_property
    def full_names(self) -> list[str]:
        """Names as published, without spaces; with the type where it is most of the name."""
        return [
            name.full
            if sum(map(str.isalpha, name.full)) >= _NAMED
            else _KINDS_SPOKEN.get(name.kind, name.kind).replace(" ", "") + name.full
            for name in (group.name for group in self.groups)
        ]

    @cached_property
    def sounds(self) -> dict[str, list[str]]:
        """Words by how they sound."""
        out: dict[str, list[str]] = {}
        for word in self.long_words:
            out.setdefault(sound(word), []).append(word)
        return out

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight of a word: its rarity in the commune, less for titles."""
        n = len(self.groups)
        return {
            word: math.log(1 + n / len(groups)) * (LIGHT_WEIGHT if word in LIGHT else 1.0)
            for word, groups in self.postings.items()
        }

    @cached_property
    def rarest(self) -> float:
        """Weight of a word the commune does not know."""
        return math.log(1 + len(self.groups))

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """Box of the addresses with a margin of 1 500 m (x and y least, x and y most, metres)."""
        xs = [v for s in self.streets for v in (*s.x.tolist(), s.centre[0]) if math.isfinite(v)]
        ys = [v for s in self.streets for v in (*s.y.tolist(), s.centre[1]) if math.isfinite(v)]
        if not xs or not ys:
            return None
        return min(xs) - _MARGIN_M, min(ys) - _MARGIN_M, max(xs) + _MARGIN_M, max(ys) + _MARGIN_M

    def numbering(self, members: tuple[int, ...]) -> Numbering:
        """Return the numbers of some streets, by their positions."""
        known = self._numberings.get(members)
        if known is None:
            known = self._numberings[members] = Numbering(self.streets, members)
        return known

    def weight(self, token: str) -> float:
        """Weight of a word of a query."""
        if len(token) == 1 and token.isalpha():
            return self.rarest * INITIAL_WEIGHT
        known = self.weights.get(token)
        if known is not None:
            return known
        return self.rarest * (LIGHT_WEIGHT if token in LIGHT else 1.0)

    def prepare(self, names: Iterable[Name]) -> None:
        """Compare the words and names that this commune does not know to its own, all at once."""
        listed = [(name.joined, words) for name in names if (words := self.unknown(name))]
        self.alike_names.prepare(joined for joined, _ in listed)
        self.alike_words.prepare(word for _, words in listed for word in words)

    def unknown(self, name: Name) -> list[str]:
        """Return the words of a name that may be misspelt words of this commune."""
        return [
            t for t in name.tokens
            if t not in self.postings and len(t) >= _SHORTEST_TYPO and t.isalpha()
        ]  # fmt: skip

    def expand(self, token: str) -> dict[str, float]:
        """Return the words of the commune a written word may mean, with a likeness 0..1.

        The word is lower case without accents; empty when nothing is close.
        """
        known = self._expansions.get(token)
        if known is None:
            known = self._expansions[token] = self._expand(token)
        return known

    def _expand(self, token: str) -> dict[str, float]:
        if token in self.postings:
            return {token: 1.0}
        if len(token) < _SHORTEST_PREFIX or not token.isalpha():
            return {}
        out: dict[str, float] = {}
        at = bisect_left(self.vocabulary, token)
        while at < len(self.vocabulary) and self.vocabulary[at].startswith(token):
            word = self.vocabulary[at]
            out[word] = 0.75 + 0.2 * len(token) / len(word)
            at += 1
        _raise_to(out, ((word, 0.93) for word in self.sounds.get(sound(token), ())))
        if len(token) >= _SHORTEST_TYPO:
            cutoff = _CUTOFFS.get(len(token), _LONG_CUTOFF) if token not in COMMON else MEANT
            near = self.alike_words.near(token, cutoff, _MOST_EXPANSIONS)
            _raise_to(out, ((self.long_words[at], likeness) for at, likeness in near))
        return out


def _raise_to(out: dict[str, float], found: Iterable[tuple[str, float]]) -> None:
    for word, likeness in found:
        if likeness > out.get(word, 0.0):
            out[word] = likeness
