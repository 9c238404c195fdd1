"""One address line taken apart, word by word: numbers, street, and what stands around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.line.complement import (
    blank,
    leading_complement,
    second_address,
    tail_cut,
    take_parcels,
    take_routing,
)
from tfpb.geocode.line.house_numbers import NO_NUMBER, Head, Number, read_head
from tfpb.geocode.line.street_names import WHOLE, YEAR, Name, name_of
from tfpb.geocode.line.vocabulary import (
    ADJECTIVES,
    ARTICLES,
    BUILDING_TYPES,
    GLUED_TYPES,
    MONTHS,
    NOT_ADDRESSES,
    PREPOSITIONS,
    STRONG,
    TWO_WORDS,
    TYPES,
    begins_street,
    split_type,
)

if TYPE_CHECKING:
    from tfpb.geocode.line.complement import Parcel

_ANCHOR: Final = re.compile(r"(?<![a-z0-9])\d{1,5}(?!\d)")
_WORD: Final = re.compile(r"[a-z]+")
_ALL_WORDS: Final = re.compile(r"[a-z0-9]+")
_PARENTHESIS: Final = re.compile(r"\(([^)]*)\)?")
_TRAILING: Final = re.compile(r"[\s,]+(?:n\s*°\s*)?(\d{1,4})\s?(bis|ter|quater|[a-z])?\s*$")
_NUMBERED_ROADS: Final = frozenset({"rn", "rd", "vc", "cr"})
_TYPE_LAST: Final = re.compile(
    r"^(.*?)\s*[,(]\s*([a-z]+(?:\s+(?:de|du|des|la|les|l'|d'))*)\s*\)?\s*$"
)
_TWICE: Final = re.compile(r"(.{6,}?)[\s,;/|-]+\1")
_LONGEST_TWICE: Final = 160
_ANGLE: Final = re.compile(r"\s*angle\s+(?:d[ue]s?\s+)?(?:l[ae]s?\s+|l')?")
_ONLY_TYPE: Final = re.compile(r"[a-z]+\.?(?:\s+(?:de|du|des|la|le|les|l'|d'))*$")
_DOT: Final = re.compile(r"(?<=[a-z]{2})\.(?=[a-z0-9]{2}|[a-z]\d)|(?<=[0-9])\.(?=[a-z])")
EDGES: Final = " ,;:.-/|"
_SPACES: Final = re.compile(r"\s+")


class Reading(NamedTuple):
    """One way to read a line: a street name and the numbers that go with it."""

    name: Name
    head: Head


class ParsedAddress(NamedTuple):
    """An address line taken apart; nothing of it is thrown away."""

    text: str  # the line, cleaned
    readings: tuple[Reading, ...] = ()  # best first; empty when no street can be read
    street: str = ""  # street of the first reading as written
    complement: str = ""  # building, entrance, name of a place, postal box…, joined by « | »
    places: tuple[Name, ...] = ()
    """Named places among the complements, tried when the street is not found."""
    parcels: tuple[Parcel, ...] = ()  # cadastral references
    postcode: str = ""  # when the line has it, as the town
    town: str = ""
    notes: tuple[str, ...] = ()  # codes of what was done (`words.geocoding.REASONS`)
    others: tuple[ParsedAddress, ...] = ()
    """Other addresses of the same line: former name, access, street around the corner."""

    @property
    def head(self) -> Head:
        """Numbers of the first reading."""
        return self.readings[0].head if self.readings else NO_NUMBER

    @property
    def numbers(self) -> tuple[Number, ...]:
        """House numbers named one by one."""
        return self.head.singles

    @property
    def query(self) -> str:
        """The line as an online service reads it best: first number, suffix and street."""
        if self.numbers:
            return self.query_of(self.numbers[0])
        return self.readings[0].name.plain if self.readings else self.street

    def query_of(self, number: Number) -> str:
        """Return the same line for another of its numbers."""
        return " ".join(filter(None, (*map(str, number), self.readings[0].name.plain)))


def notes_of(head: Head) -> tuple[str, ...]:
    """Return what is remarked of the numbers of a line."""
    return ("plage",) if head.ranges or len(head.singles) > 1 else ()


def less_likely(text: str, head: Head) -> list[Reading]:
    """Read a second type as the true one, or a short type glued to a short name, in a flat street."""
    match = TWO_WORDS.match(text)
    if match is None:
        return []
    if match[1] in TYPES and match[2] in TYPES:
        return [Reading(name_of(text[match.start(2) :]), head)]
    for kind in GLUED_TYPES:
        glued = match[1].startswith(kind) and len(match[1]) > len(kind) + 1
        if glued and match[1] not in TYPES:
            at = match.start(1) + len(kind)
            return [Reading(name_of(f"{text[:at]} {text[at:]}"), head)]
    return []


class OneLine:
    """One line while it is taken apart: cleaned, and its flat twin of the same length (`cleaning`).

    `depth` is 1 for an address behind another one.
    """

    def __init__(self, cleaned: str, flat: str, *, depth: int = 0) -> None:
        self.cleaned = cleaned
        self.flat = self.read = flat
        self.depth = depth
        self.spans: list[tuple[int, int]] = []
        self.places: list[Name] = []
        self.notes: list[str] = []
        self.others: list[ParsedAddress] = []
        self.kind_last = ""
        self.kept = ""

    def parsed(self) -> ParsedAddress:
        """Take the line apart."""
        if " ".join(_ALL_WORDS.findall(self.flat)) in NOT_ADDRESSES:
            return ParsedAddress(self.cleaned, notes=("pas_une_adresse",))
        self.flat, parcels = take_parcels(self.flat)
        self.flat, boxes, postcode, town = take_routing(self.flat)
        self.spans += boxes
        twice = _TWICE.fullmatch(self.flat) if len(self.flat) < _LONGEST_TWICE else None
        if twice:
            self.flat = twice[1].ljust(len(self.flat))
        angle = _ANGLE.match(self.flat)
        if angle:
            self.flat = blank(self.flat, 0, angle.end())
        self._take_second()
        self._take_parentheses()
        self.flat = _DOT.sub(" ", self.flat)
        start, head = self._find_start()
        readings, stop = self._readings(start, head)
        if readings:
            self.notes[:0] = notes_of(readings[0].head)
        elif not parcels:
            self.notes.append("pas_une_adresse")
        return ParsedAddress(
            self.cleaned, readings, self._written(start, stop), self._complement(),
            tuple(self.places), tuple(parcels), postcode, town, tuple(dict.fromkeys(self.notes)),
            tuple(self.others),
        )  # fmt: skip

    def _written(self, start: int, stop: int) -> str:
        """Return what is left of the line between two positions, as written."""
        if self.flat[start:stop] == self.read[start:stop]:
            return self.cleaned[start:stop].strip(EDGES)
        pairs = zip(self.cleaned[start:stop], self.flat[start:stop], strict=True)
        kept = "".join(c if f != " " or c == "." else " " for c, f in pairs)
        return _SPACES.sub(" ", kept).strip(EDGES)

    def _complement(self) -> str:
        parts = (self.cleaned[a:b].strip(EDGES + "()") for a, b in sorted(self.spans))
        return " | ".join(dict.fromkeys(part for part in parts if part))

    def _set_aside(self, start: int, stop: int) -> None:
        """Keep a part as complement, and as a named place if it reads like one."""
        if not self.flat[start:stop].strip(EDGES):
            return
        self.spans.append((start, stop))
        part = self.flat[start:stop].strip(EDGES)
        part = part[leading_complement(part) :]
        cut = tail_cut(part, 0)
        name = name_of(part[:cut] if cut else part)
        if name.tokens and any(len(t) > 2 for t in name.tokens):  # noqa: PLR2004
            self.places.append(name)
        self.flat = blank(self.flat, start, stop)

    def _take_second(self) -> None:
        """Split « Gallieni/Polissard », « … ANC 1 R BAUDELAIRE », « … ACCES PAR 2 R X »."""
        found = second_address(self.flat) if self.depth == 0 else None
        if found is None:
            return
        stop, start, reason = found
        if not self.flat[:stop].strip(EDGES):
            self.flat = blank(self.flat, 0, start)
            self.notes.append(reason)
            return
        other = self._after(start)
        if not other.readings:
            return
        self.others.append(other)
        self.notes.append(reason)
        self.spans.append((stop, len(self.flat)))
        self.flat = self.flat[:stop] + " " * (len(self.flat) - stop)

    def _after(self, start: int) -> ParsedAddress:
        """Read what stands from a position on as an address of its own."""
        return OneLine(self.cleaned[start:], self.flat[start:], depth=1).parsed()

    def _take_parentheses(self) -> None:
        for match in list(_PARENTHESIS.finditer(self.flat)):
            inside = match[1].strip(EDGES)
            first = _WORD.match(inside)
            if first and first[0] in TYPES and _ONLY_TYPE.match(inside):
                self.kind_last = inside  # « LILAS (RUE DES) »
                self.flat = blank(self.flat, match.start(), match.end())
                continue
            self._set_aside(match.start(), match.end())

    def _find_start(self) -> tuple[int, Head]:
        """Find the number and type the address begins with; what stands before is set aside."""
        flat = self.flat
        begin = len(flat) - len(flat.lstrip(EDGES + "'"))
        head = read_head(flat, begin)
        if head.end and begins_street(flat, head.end):
            self._take_repeated(head.end)
            return head.end, head
        if not head.end and begins_street(flat, begin, strong=True):
            self._take_repeated(begin)
            return begin, NO_NUMBER
        skipped = 0 if head.end else leading_complement(flat[begin:])
        if skipped:
            self._set_aside(begin, begin + skipped)
            return self._find_start()
        for anchor in _ANCHOR.finditer(flat, max(begin + 1, head.end)):
            later = read_head(flat, anchor.start())
            if later.end and self._is_anchor(anchor.start(), later.end):
                self._set_aside(0, anchor.start())
                return later.end, later
        if not head.end:
            at = self._strong_word(begin)
            if at is not None:
                self._set_aside(0, at)
                return at, NO_NUMBER
        return (head.end or begin), head

    def _is_anchor(self, start: int, stop: int) -> bool:
        """Tell whether numbers inside a line begin the address."""
        if begins_street(self.flat, stop, strong=True):
            return True
        word = TWO_WORDS.match(self.flat, stop)
        if word is None or word[1] in BUILDING_TYPES or word[1] in MONTHS:
            return False
        if word[1] in TYPES:
            return len(word[2]) > 1
        separated = self.flat[:start].rstrip()[-1:] in {",", "-", ";", ":"}
        return separated and len(word[1] + word[2]) > 3  # noqa: PLR2004

    def _strong_word(self, begin: int) -> int | None:
        """Find a street type inside a line that begins with something else."""
        previous = ""
        for match in _WORD.finditer(self.flat, begin):
            word = match[0]
            if (
                len(word) > 2  # noqa: PLR2004
                and previous
                and word in STRONG
                and previous not in PREPOSITIONS
                and previous not in ADJECTIVES
                and self.flat[match.end() :].strip(EDGES + ")'")
                and not _TYPE_LAST.match(self.flat[begin:].strip())
            ):
                return match.start()
            previous = word
        return None

    def _take_repeated(self, start: int) -> None:
        """Take off a second address on the line: the same once more, or another street."""
        for anchor in _ANCHOR.finditer(self.flat, start):
            later = read_head(self.flat, anchor.start())
            if not later.end or not begins_street(self.flat, later.end):
                continue
            between = _ALL_WORDS.findall(self.flat, start, anchor.start())
            if not between or between[-1] in ARTICLES:  # « rue des 4 chemins »
                continue
            other = self._after(anchor.start())
            first = name_of(self.flat[start : anchor.start()])
            same = bool(other.readings) and other.readings[0].name.core == first.core
            if not same and not begins_street(self.flat, later.end, strong=True):
                continue  # a building or a place, left to the complement
            if not same and other.readings and self.depth == 0:
                self.others.append(other)
                self.notes.append("deux_voies")
            self.spans.append((anchor.start(), len(self.flat)))
            self.flat = blank(self.flat, anchor.start(), len(self.flat))
            return

    def _readings(self, start: int, head: Head) -> tuple[tuple[Reading, ...], int]:
        """Read the street that begins at `start` in every way that makes sense."""
        flat = self.flat
        names: list[Reading] = []
        inverted = self._type_last(start)
        if inverted:
            names += self._with_trailing_number(inverted, head)
        cut = tail_cut(flat, start)
        stop = len(flat) if cut is None or inverted else cut
        text = flat[start:stop]
        after_digit = start > 0 and flat[start - 1].isdigit()
        split = split_type(flat, start, after_digit=after_digit)
        if split is not None and split < stop:
            text = f"{flat[start:split]} {flat[split:stop]}"
        names += self._with_trailing_number(text, head)
        if head.doubtful and head.singles:
            number, suffix = head.singles[-1]
            plain = head._replace(singles=(*head.singles[:-1], (number, "")), doubtful=False)
            names.append(Reading(name_of(f"{suffix}. {text}"), plain))
        if split is not None:
            names.append(Reading(name_of(flat[start:stop]), head))
        else:
            names += less_likely(text, head)
        if stop < len(flat) and flat[stop:].strip(EDGES):
            self.kept = flat
            names.append(Reading(name_of(flat[start:]), head))
            self._set_aside(stop, len(flat))
        kept = {(r.name.key, r.head): r for r in reversed(names) if r.name.tokens or r.name.kind}
        return tuple(reversed(kept.values())), stop

    def _type_last(self, start: int) -> str:
        """Put the type of « LILAS (RUE DES) » or « LILAS, RUE DES » in front."""
        if self.kind_last:
            return f"{self.kind_last} {self.flat[start:].strip()}"
        match = _TYPE_LAST.match(self.flat[start:].strip())
        if match is None or match[2].split()[0] not in TYPES or not match[1].strip():
            return ""
        return f"{match[2]} {match[1]}"

    def _with_trailing_number(self, text: str, head: Head) -> list[Reading]:
        """Read a number written after the street (« RUE DES LILAS 12 »)."""
        whole = Reading(name_of(text), head)
        match = None if head.end else _TRAILING.search(text)
        if match is None:
            return [whole]
        before = _WORD.findall(text[: match.start()])
        dated = bool(before) and before[-1] in MONTHS
        if not before or (dated and YEAR.fullmatch(match[1])):
            return [whole]
        if whole.name.kind in _NUMBERED_ROADS and len(whole.name.tokens) == 1:
            return [whole]
        name = name_of(text[: match.start()])
        if not name.tokens and name.kind not in WHOLE:
            return [whole]
        number: Number = (int(match[1]), match[2] or "")
        tail = Reading(name, Head((number,), (), head.end))
        return [whole, tail] if dated else [tail, whole]
