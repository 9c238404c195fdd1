"""Whole addresses in one field: every way to part street and commune is tried against the base."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.candidates import proposals
from tfpb.geocode.grade import EXACT_CONFIDENCE, REJECTED
from tfpb.geocode.line.parser import parse
from tfpb.geocode.town.commune_finder import Place, in_department
from tfpb.geocode.town.town_reader import BEFORE, TownReader, TownReading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.geocode.choose import Found
    from tfpb.geocode.line.one_line import ParsedAddress
    from tfpb.geocode.street_search import StreetSearch

_GOOD: Final = 0.9
_LIKELY_STREET: Final = 0.6
_LIKELY_LETTERS: Final = 0.72
_MOST_RESEMBLING: Final = 8
_NEXT_TO: Final = 0.85
_NEAR_CERTAINTY: Final = 0.985
_FAR_CERTAINTY: Final = 0.9
_DOUBTFUL: Final = 0.9
"""Where street and commune are not told apart, a name half alike may be cut in the wrong place."""
_NEAR: Final = 0.8
_LONGER: Final = 2


class Attempt(NamedTuple):
    """A line parted in one way, and what the base answers."""

    reading: TownReading
    parsed: ParsedAddress
    place: Place
    found: Found | None
    elsewhere: tuple[Found, ...] = ()
    """The very street in communes of a similar name, when nothing is found in this one."""

    @property
    def worth(self) -> float:
        """How well street and commune answer together (0..1)."""
        if self.found is None:
            return 0.0
        return self.found.confidence * self.reading.likeness * self.reading.sure

    @property
    def likely(self) -> bool:
        """Whether the street itself bears out a commune that is read with doubt."""
        found = self.found
        if found is None or found.confidence < _LIKELY_STREET * self.place.certainty:
            return False
        return found.choice.candidate.letters >= _LIKELY_LETTERS

    @property
    def settled(self) -> bool:
        """Whether nothing better can be found: a street of that very name, with the number written."""
        found = self.found
        if found is None or found.choice.candidate.how not in EXACT_CONFIDENCE:
            return False
        return found.spot.first is not None or not self.parsed.numbers


class WholeLines:
    """Reads lines that hold street and commune together."""

    def __init__(self, streets: StreetSearch) -> None:
        self._streets = streets
        self._towns = TownReader(streets.finder.names)

    def read(self, line: str, postcode: str) -> Attempt | None:
        """Part a line into street and commune; None when no commune is named in it.

        `postcode` is written next to the line, or empty. Without street when the commune is known and
        nothing in it answers.
        """
        written = chain(self._towns.written(line), self._towns.code_alone(line, postcode))
        tried = self._tried(written, postcode)
        best = _best(tried)
        if best is not None and (best.settled or best.worth >= _GOOD):
            return best
        held = [a for a in tried if self._held(a.place)]
        whole = [a for a in held if a.reading.sure >= BEFORE]
        longest = max((a.reading.letters for a in whole), default=0)
        codes = {code for a in whole for code in a.place.codes}
        readings = islice(self._towns.resembling(line), _MOST_RESEMBLING)
        others = [
            a for a in self._tried(readings, postcode) if not codes.intersection(a.place.codes)
        ]
        likely = [
            a for a in others if a.likely and (not whole or a.reading.letters > longest + _LONGER)
        ]
        better = _best(likely)
        if better is not None and (best is None or better.worth > best.worth):
            return _weighed(better, likely)
        if best is not None and best.worth >= REJECTED:
            return best
        inside = [] if whole else self._tried(self._towns.inside(line), postcode)
        better = _best([a for a in inside if a.likely])
        if better is not None:
            return better
        close = [a for a in others if self._alike(a)]
        coded = [a for a in held if not a.reading.town]
        named = next(iter([*whole, *coded, *close, *held, *tried]), None)
        return named and named._replace(
            elsewhere=tuple(a.found for a in others if a.found and (a.settled or a.likely))
        )

    def _alike(self, attempt: Attempt) -> bool:
        """Tell whether a commune holds a street that resembles the rest of the line."""
        tables = filter(None, map(self._streets.table, attempt.place.codes))
        near = (proposals(t, attempt.parsed.readings, attempt.parsed.numbers)[:1] for t in tables)
        return any(p.letters >= _LIKELY_LETTERS for listed in near for p in listed)

    def _held(self, place: Place) -> bool:
        return any(self._streets.table(code) is not None for code in place.codes)

    def _tried(self, readings: Iterable[TownReading], postcode: str) -> list[Attempt]:
        """Answer the readings one by one until one leaves nothing to ask."""
        tried: list[Attempt] = []
        for reading in readings:
            attempt = self._attempt(reading, postcode)
            if attempt is None:
                continue
            tried.append(attempt)
            if attempt.settled and reading.likeness == 1.0:
                break
        return tried

    def _attempt(self, reading: TownReading, postcode: str) -> Attempt | None:
        postal = postcode or reading.postcode
        place = self._streets.finder.place("", postal, reading.town)
        if reading.department:
            there = tuple(c for c in place.codes if in_department(c, f"{reading.department:0<5}"))
            if there and len(there) < len(place.codes):
                certainty = 0.98 if len(there) == 1 else place.certainty
                reasons = place.reasons if len(there) > 1 else ()
                place = place._replace(codes=there, certainty=certainty, reasons=reasons)
        if not place.codes:
            return None
        if reading.likeness < 1.0:
            sure = _NEAR_CERTAINTY if reading.likeness >= _NEAR else _FAR_CERTAINTY
            reasons = tuple(dict.fromkeys((*place.reasons, "commune_corrigee")))
            place = place._replace(certainty=place.certainty * sure, reasons=reasons)
        parsed = parse(reading.rest)
        found = self._streets.search(parsed.readings, place)
        if found is None or found.confidence < REJECTED:
            found = self._streets.fallbacks(found, parsed, place, "", "")
        if found is not None and found.choice.candidate.letters < _LIKELY_LETTERS:
            found = found._replace(confidence=min(found.confidence, _DOUBTFUL))
        return Attempt(reading, parsed, place, found)


def _best(tried: list[Attempt]) -> Attempt | None:
    return max(tried, key=lambda a: (a.settled, a.worth), default=None)


def _weighed(best: Attempt, tried: list[Attempt]) -> Attempt:
    """Doubt a corrected commune when another one answers nearly as well."""
    assert best.found is not None  # noqa: S101 - the best of those found
    rivals = tuple(
        a.found for a in tried
        if a.found is not None and a.found.table is not best.found.table
        and a.worth > _NEXT_TO * best.worth and (a.settled or not best.settled)
    )  # fmt: skip
    if not rivals:
        return best
    found = best.found._replace(
        confidence=max(REJECTED, best.found.confidence * 0.6),
        reasons=(*best.found.reasons, "plusieurs_communes"),
        elsewhere=(*best.found.elsewhere, *rivals),
    )
    return best._replace(found=found)
