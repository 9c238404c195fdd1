"""What else a line may mean, ready to be geocoded if it is picked: at most five addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tfpb.geocode.choose import rank
from tfpb.geocode.places import neighbours
from tfpb.geocode.proposals import MOST, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tfpb.geocode.choose import Found
    from tfpb.geocode.commune_table import StreetTable
    from tfpb.geocode.line.parsed import ParsedAddress
    from tfpb.geocode.places import Point
    from tfpb.geocode.source import Street


class Near(NamedTuple):
    """A street that resembles a line, and its commune.

    Parameters
    ----------
    table : StreetTable
    proposal : Proposal
    """

    table: StreetTable
    proposal: Proposal


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
    near : sequence of Near
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
    near : iterable of Near
    parsed : ParsedAddress
    """
    return [_of_group(n.table, n.proposal.group, parsed, n.proposal.likeness) for n in near]


def _elsewhere(found: Found) -> str:
    """Name what answers in another commune."""
    first = found.spot.first
    number = number_text(first) if first else ""
    return _label(found.table, found.spot.street, number, rank(found.choice.candidate))


def _next_numbers(found: Found, parsed: ParsedAddress) -> Iterator[str]:
    """Name the numbers next to the one written, when it is what is missing."""
    table = found.table
    if found.spot.first is None and parsed.numbers:
        members = table.groups[found.choice.candidate.group].members
        worth = rank(found.choice.candidate)
        for point in neighbours(table, members, parsed.numbers[0][0]):
            yield _label(table, table.streets[point.member], number_text(point), worth)


def _rivals(found: Found, parsed: ParsedAddress) -> Iterator[str]:
    for rival in found.choice.rivals[:MOST]:
        yield _of_group(found.table, rival.group, parsed, rank(rival))


def _of_group(table: StreetTable, group: int, parsed: ParsedAddress, worth: float) -> str:
    street = table.streets[table.groups[group].members[0]]
    return _label(table, street, _numbers(parsed), worth)


def _numbers(parsed: ParsedAddress) -> str:
    return "-".join(f"{number}{suffix}" for number, suffix in parsed.numbers)


def _label(table: StreetTable, street: Street, number: str, worth: float) -> str:
    return f"{number} {street.name} {street.postcode} {table.commune.city} ({worth:.2f})".strip()


def _address(label: str) -> str:
    return label.rpartition(" (")[0]
