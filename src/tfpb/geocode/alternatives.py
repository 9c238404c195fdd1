"""What else a line may mean, ready to be geocoded if it is picked: at most five addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.geocode.candidates import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tfpb.geocode.candidates import Candidate
    from tfpb.geocode.choose import Found
    from tfpb.geocode.commune_table import StreetTable
    from tfpb.geocode.line.parsed import ParsedAddress
    from tfpb.geocode.numbering import Point
    from tfpb.geocode.source import Street

    Near = tuple[StreetTable, Candidate]


def number_text(point: Point) -> str:
    """Write a house number as labels bear it (« 12bis »)."""
    return f"{point.number}{point.suffix}"


def alternatives(found: Found, parsed: ParsedAddress, near: Sequence[Near]) -> list[str]:
    """Name what answers as well as what was found, with its likeness.

    Streets of other communes come first, then the numbers next to one that is missing, other
    streets that answer the line, and streets that only resemble it.

    Parameters
    ----------
    found : Found
    parsed : ParsedAddress
    near : sequence of (StreetTable, Candidate)
    """
    made = [*_next_numbers(found, parsed), *_rivals(found, parsed), *proposed(near, parsed)]
    own = _label(found.table, found.spot.street, _numbers(parsed), 0.0)
    out = {_address(label): label for label in reversed(made)}
    out.pop(_address(own), None)
    return [*map(_elsewhere, found.elsewhere), *reversed(out.values())][:MOST]


def proposed(near: Iterable[Near], parsed: ParsedAddress) -> list[str]:
    """Name streets that resemble the line, under the numbers written.

    Parameters
    ----------
    near : iterable of (StreetTable, Candidate)
    parsed : ParsedAddress
    """
    return [_of_group(table, candidate, parsed) for table, candidate in near]


def _elsewhere(found: Found) -> str:
    """Name what answers in another commune."""
    first = found.spot.first
    number = number_text(first) if first else ""
    return _label(found.table, found.spot.street, number, found.choice.candidate.rank)


def _next_numbers(found: Found, parsed: ParsedAddress) -> Iterator[str]:
    """Name the numbers next to the one written, when it is what is missing."""
    table, candidate = found.table, found.choice.candidate
    if found.spot.first is None and parsed.numbers:
        numbers = table.numbering(table.groups[candidate.group].members)
        number = parsed.numbers[0][0]
        beside = numbers.around(number)
        for points in beside if any(beside) else numbers.around(number, other=True):
            for point in points[:1]:
                street = table.streets[point.member]
                yield _label(table, street, number_text(point), candidate.rank)


def _rivals(found: Found, parsed: ParsedAddress) -> Iterator[str]:
    for rival in found.choice.rivals[:MOST]:
        yield _of_group(found.table, rival, parsed)


def _of_group(table: StreetTable, candidate: Candidate, parsed: ParsedAddress) -> str:
    street = table.streets[table.groups[candidate.group].members[0]]
    return _label(table, street, _numbers(parsed), candidate.rank)


def _numbers(parsed: ParsedAddress) -> str:
    return "-".join(f"{number}{suffix}" for number, suffix in parsed.numbers)


def _label(table: StreetTable, street: Street, number: str, worth: float) -> str:
    return f"{number} {street.name} {street.postcode} {table.commune.city} ({worth:.2f})".strip()


def _address(label: str) -> str:
    return label.rpartition(" (")[0]
