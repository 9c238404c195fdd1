"""Which words of a whole address are the commune: behind the street, before it, glued to it, misspelt."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.complement import blank
from tfpb.geocode.line.vocabulary import PREPOSITIONS, STRONG, TYPES, begins_street
from tfpb.geocode.town.commune_names import CommuneNames, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_POSTCODE: Final = re.compile(r"(?<!\d)(?:f\s?-\s?)?(\d{5})(?!\d)")
_TAIL: Final = re.compile(r"(?:\bcedex\b(?:\s*\d{1,2})?|\bfrance\b|[\s,.;()/-])+$")
_NUMBERED: Final = re.compile(
    r"\b(paris|lyon|marseille)[\s,-]*(\d{1,2}|[ivx]{1,5})\s*(?:er|ere|e|eme)?\s*(?:arr[a-z]*\.?)?$"
)
_ROMAN: Final = {"i": 1, "v": 5, "x": 10}
_DEPARTMENT: Final = re.compile(r"[\s,(]\(?(\d{2,3}|2[ab])\)?[\s,)-]*$")
_DEPARTMENT_BEHIND: Final = re.compile(r"[\s,(]+(\d{2}|97\d|2[ab])\)?\s*$")
_PLACE: Final = re.compile(r"\bl(?:e|a|es)?['\s]+[a-z]+\s*$")
_WORD: Final = re.compile(r"[a-z]+|\d+")
_EDGES: Final = " ,;:-(/"
_MOST_WORDS: Final = 8
_LEAST_GLUED: Final = 4
_LEAST_INSIDE: Final = 5
_MOST: Final = 10
BEHIND, BEFORE, CODE, GLUED, INSIDE = 1.0, 0.98, 0.97, 0.95, 0.9
"""How often a name that stands there is the commune."""
_NEAR_ENOUGH: Final = 0.72


class TownReading(NamedTuple):
    """One way to part a whole address into street and commune."""

    rest: str  # the line without the commune and its postcode
    town: str  # folded name of a commune, an arrondissement's number behind it
    postcode: str = ""  # five digits, or empty
    likeness: float = 1.0  # of the name written to the name read (0..1): 1 when they are the same
    sure: float = 1.0  # how often a name at that position is the commune (0..1)
    department: str = ""  # number of the département written next to the name, or empty
    letters: int = 0  # length of the name written


class _Word(NamedTuple):
    start: int
    end: int
    text: str


class TownReader:
    """Reads the commune out of a line, by the names of all communes."""

    def __init__(self, names: CommuneNames) -> None:
        self.names = names

    def written(self, line: str) -> Iterator[TownReading]:
        """Yield the ways to read, in a whole address, a commune written as the list has it, best first."""
        parts = _Parts(line, self.names)
        behind = self._at_end(parts, parts.suffixes(), BEHIND)
        before = self._at_end(parts, parts.prefixes(), BEFORE)
        return _distinct(chain(self._numbered(parts), behind, before, self._glued(parts)))

    def code_alone(self, line: str, postcode: str) -> Iterator[TownReading]:
        """Yield the reading in which a line names no commune, if a postal code stands in it or beside it."""
        parts = _Parts(line, self.names)
        if (postcode or parts.postcode) and _has_street(parts.flat):
            rest = parts.text.strip(_EDGES)
            yield TownReading(rest, "", postcode or parts.postcode, sure=CODE)

    def inside(self, line: str) -> Iterator[TownReading]:
        """Yield the readings of a commune that stands in the middle of a line."""
        return _distinct(self._inside(_Parts(line, self.names)))

    def resembling(self, line: str) -> Iterator[TownReading]:
        """Yield the ways to read, in a whole address, a misspelt or shortened commune, best first."""
        parts = _Parts(line, self.names)
        found: list[TownReading] = []
        for first, last in (*parts.suffixes(), *parts.prefixes()):
            if parts.words[first].text in STRONG:
                continue
            words = parts.between(first, last)
            sure = BEHIND if last == len(parts.words) else BEFORE
            for near in self.names.near(words):
                reading = parts.reading(first, last, near.name, sure)
                if reading is not None:
                    found.append(reading._replace(likeness=near.likeness))
        found.sort(key=lambda r: (-round(r.likeness * r.sure, 2), -r.letters))
        return _distinct(r for r in found if r.likeness >= _NEAR_ENOUGH)

    def _numbered(self, parts: _Parts) -> Iterator[TownReading]:
        """Read « paris 14e arrdt », « lyon 7 »."""
        match = _NUMBERED.search(parts.flat)
        if match is None:
            return
        number = int(match[2]) if match[2].isdigit() else _roman(match[2])
        rest = blank(parts.text, match.start(), match.end())
        if _has_street(flatten(rest)):
            yield TownReading(rest, f"{match[1]} {number}", parts.postcode, letters=len(match[1]))

    def _at_end(
        self, parts: _Parts, runs: Iterable[tuple[int, int]], sure: float
    ) -> Iterator[TownReading]:
        """Read a commune that is one of the runs of words at an end of the line."""
        for first, last in runs:
            name = self.names.exact(parts.between(first, last))
            reading = parts.reading(first, last, name, sure) if name else None
            if reading is not None:
                yield reading

    def _glued(self, parts: _Parts) -> Iterator[TownReading]:
        """Read a commune glued to the word before it (« gambettalyon »), the longest name first."""
        for first, last in parts.suffixes():
            word = parts.words[first]
            for cut in range(2, len(word.text) - 1):
                tail = f"{word.text[cut:]} {parts.between(first + 1, last)}".strip()
                if len(tail) < _LEAST_GLUED:
                    continue
                name = self.names.exact(tidy(tail))
                reading = parts.cut(word.start + cut, last, name, GLUED) if name else None
                if reading is not None:
                    yield reading
                    break

    def _inside(self, parts: _Parts) -> Iterator[TownReading]:
        count = len(parts.words)
        for first in range(count):
            for last in range(min(count - 1, first + _MOST_WORDS), first, -1):
                words = parts.between(first, last)
                name = self.names.exact(words) if len(words) >= _LEAST_INSIDE else ""
                reading = parts.reading(first, last, name, INSIDE) if name else None
                if reading is not None:
                    yield reading


class _Parts:
    """A line cut into words, its postcode and what stands behind the commune taken off."""

    def __init__(self, line: str, names: CommuneNames) -> None:
        text = _CAMEL.sub(" ", clean(line))
        flat = flatten(text)
        self.postcode = ""
        for match in _POSTCODE.finditer(flat):
            if match.start() and not flat[match.end() :].lstrip(" ,").startswith(
                tuple("0123456789")
            ):
                self.postcode = match[1]
                flat = blank(flat, match.start(), match.end())
                text = blank(text, match.start(), match.end())
        begin = None if self.postcode else _POSTCODE.match(flat)
        if begin and not begins_street(flat, begin.end(), strong=True):
            self.postcode = begin[1]
            flat, text = blank(flat, 0, begin.end()), blank(text, 0, begin.end())
        tail = _TAIL.search(flat)
        stop = tail.start() if tail else len(flat)
        self.department = ""
        behind = _DEPARTMENT_BEHIND.search(flat[:stop])
        if behind and _WORD.search(flat[: behind.start()]) and flat[:1].isdigit():
            self.department, stop = behind[1], behind.start()
            tail = _TAIL.search(flat[:stop])
            stop = tail.start() if tail else stop
        self.text, self.flat = text[:stop], flat[:stop]
        self._by_name = names.communes.by_name
        self.words = [_Word(m.start(), m.end(), m[0]) for m in _WORD.finditer(self.flat)]

    def between(self, first: int, last: int) -> str:
        """Return some words as a name is looked up."""
        return tidy(" ".join(word.text for word in self.words[first:last]))

    def suffixes(self) -> list[tuple[int, int]]:
        """Return the runs of words that end the line, the longest first."""
        count = len(self.words)
        first = count
        while (
            first > 0 and count - first < _MOST_WORDS and not self.words[first - 1].text.isdigit()
        ):
            first -= 1
        return [(i, count) for i in range(first, count)]

    def prefixes(self) -> list[tuple[int, int]]:
        """Return the runs of words that begin the line, the longest first."""
        stop = 0
        while stop < min(len(self.words), _MOST_WORDS) and not self.words[stop].text.isdigit():
            stop += 1
        return [(0, i) for i in range(min(stop, len(self.words) - 1), 0, -1)]

    def reading(self, first: int, last: int, name: str, sure: float) -> TownReading | None:
        """Take a run of words out as the commune; None when no street is left."""
        if all(word.text in TYPES for word in self.words[first:last]):
            return None
        return self.cut(self.words[first].start, last, name, sure)

    def cut(self, start: int, last: int, name: str, sure: float) -> TownReading | None:
        """Take the letters from `start` to the end of a word out as the commune."""
        end = self.words[last - 1].end
        department, begin = self.department, start
        nearby = _DEPARTMENT.search(self.flat[:start])
        if nearby and self._holds(nearby[1], name) and _WORD.search(self.flat[: nearby.start()]):
            department, begin = nearby[1], nearby.start()
        rest = blank(self.text, begin, end).strip(_EDGES)
        if not _has_street(blank(self.flat, begin, end)):
            return None
        letters = sum(c.isalpha() for c in self.flat[start:end])
        return TownReading(rest, name, self.postcode, 1.0, sure, department, letters)

    def _holds(self, department: str, name: str) -> bool:
        """Tell whether a number before a name is a département that has a commune of that name."""
        return any(code.startswith(department.upper()) for code in self._by_name(name))


def _has_street(flat: str) -> bool:
    """Tell whether a street can still be read: a name, two types (« rue du parc »), « l'îlot »."""
    words = [w for w in _WORD.findall(flat) if not w.isdigit() and w not in PREPOSITIONS]
    named = any(w not in TYPES for w in words if len(w) > 1)
    return named or len(words) > 1 or bool(words and _PLACE.search(flat) and words[0] not in STRONG)


def _roman(text: str) -> int:
    values = [_ROMAN[c] for c in text]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _distinct(readings: Iterable[TownReading]) -> Iterator[TownReading]:
    seen: set[tuple[str, str]] = set()
    for reading in readings:
        if (reading.rest, reading.town) not in seen:
            seen.add((reading.rest, reading.town))
            yield reading
        if len(seen) == _MOST:
            return
