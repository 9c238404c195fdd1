"""An address line taken apart, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tfpb.geocode.line.house_numbers import NO_NUMBER, Head, Number

if TYPE_CHECKING:
    from tfpb.geocode.line.complement import Parcel
    from tfpb.geocode.line.street_names import Name


class Reading(NamedTuple):
    """One way to read a line: a street name and the numbers that go with it.

    Parameters
    ----------
    name : Name
    head : Head
    """

    name: Name
    head: Head


class ParsedAddress(NamedTuple):
    """An address line taken apart; nothing of it is thrown away.

    Parameters
    ----------
    text : str
        The line, cleaned.
    readings : tuple of Reading
        Best first; empty when no street can be read.
    street : str
        Street of the first reading as written.
    complement : str
        Building, entrance, résidence name, postal box…, joined by « | ».
    places : tuple of Name
        Named places among the complements, tried when the street is not found.
    parcels : tuple of Parcel
        Cadastral references.
    postcode, town : str
        When they stand in the line.
    notes : tuple of str
        Codes of what was done (`words.geocoding.REASONS`).
    others : tuple of ParsedAddress
        Other addresses of the same line: former name, access, street around the corner.
    """

    text: str
    readings: tuple[Reading, ...] = ()
    street: str = ""
    complement: str = ""
    places: tuple[Name, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    postcode: str = ""
    town: str = ""
    notes: tuple[str, ...] = ()
    others: tuple[ParsedAddress, ...] = ()

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
