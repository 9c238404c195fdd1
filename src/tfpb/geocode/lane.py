"""Rows looked at together before each is answered: names unknown are compared to streets all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.geocode.line.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.geocode.line.street_names import Name
    from tfpb.geocode.street_search import StreetSearch


def prepare(streets: StreetSearch, rows: Iterable[Sequence[str]]) -> None:
    """Make ready what the rows of a file will ask of their communes; answers do not change by it.

    Parameters
    ----------
    streets : StreetSearch
    rows : iterable of sequence of str
        Line, postcode, name and INSEE code of the commune, then what else the row says.
    """
    waiting: dict[str, dict[str, Name]] = {}
    for address, postcode, commune, code, *_ in rows:
        parsed = parse(address)
        place = streets.finder.place(code, postcode or parsed.postcode, commune or parsed.town)
        if not place.codes or not parsed.readings:
            continue
        name = parsed.readings[0].name
        table = streets.table(place.codes[0])
        if table is not None and name.key not in table.by_key:
            waiting.setdefault(place.codes[0], {})[name.joined] = name
    for citycode, names in waiting.items():
        table = streets.table(citycode)
        if table is not None:
            table.prepare(names.values())
