"""From a row to an answer: parse, commune, street, number, grade."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tfpb.geocode.answer import Answer, parcels_written, with_given, write
from tfpb.geocode.candidates import MOST, Candidate, proposals
from tfpb.geocode.coordinates import read_given
from tfpb.geocode.grade import REJECTED
from tfpb.geocode.line.parser import parse
from tfpb.geocode.street_search import SURE, StreetSearch
from tfpb.geocode.town.whole_line import WholeLines
from tfpb.model.projection import legal_epsg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.geocode.answer import Near
    from tfpb.geocode.choose import Found
    from tfpb.geocode.line.one_line import ParsedAddress
    from tfpb.geocode.source import AddressSource, CommuneTable
    from tfpb.geocode.town.commune_finder import Place

ANSWERS_KEPT: Final = 50_000
"""A file has several rows an address, and comes back after its decisions."""
_MOST_COMMUNES: Final = 50
"""No postal code serves more."""


class Geocoder(StreetSearch):
    """Geocodes rows one by one; see `StreetSearch` for what it is made of."""

    def __init__(
        self,
        source: AddressSource,
        communes: CommuneTable,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(source, communes, aliases or {})
        self._whole = WholeLines(self)
        self._known = lru_cache(ANSWERS_KEPT)(self._answer)

    def row(
        self, address: str, postcode: str, commune: str, code: str,
        name: str = "", parcel: str = "", x: str = "", y: str = "",
    ) -> Answer:  # fmt: skip
        """Geocode one row; every cell is text, empty where unknown.

        Parameters
        ----------
        address, postcode, commune, code : str
            Line, postcode, name and INSEE code of the commune.
        name, parcel : str
            Name of the place and cadastral reference, tried when the line leads nowhere.
        x, y : str
            Coordinates, in any of the usual systems; they prevail when they lie in the commune.

        Returns
        -------
        Answer
            Metres in the legal projection of the commune.
        """
        return self._known(address, postcode, commune, code, name, parcel, x, y)

    def _answer(
        self, address: str, postcode: str, commune: str, code: str, name: str, parcel: str, x: str, y: str
    ) -> Answer:  # fmt: skip
        parsed = parse(address)
        place = self.finder.place(code, postcode or parsed.postcode, commune or parsed.town)
        elsewhere: tuple[Found, ...] = ()
        best = self.search(parsed.readings, place) if len(place.codes) == 1 else None
        if not (code or commune or parsed.town) and (best is None or best.confidence < REJECTED):
            whole = self._whole.read(address, postcode)
            if whole is not None:
                parsed, place, best, elsewhere = whole[1:]
        elif len(place.codes) != 1:
            best = self.search(parsed.readings, place)
        if best is None or best.confidence < SURE or best.spot.first is None:
            best = self.fallbacks(best, parsed, place, name, parcel)
        table = best.table if best else self.first_table(place)
        city = table.commune.citycode if table else (place.codes[0] if place.codes else "")
        parcels = parcels_written(parsed, parcel, city) if parcel or parsed.parcels else []
        answer = write(
            best, parsed, place, table, parcels, lambda: self._near(parsed, place, elsewhere)
        )
        if x or y:
            given = read_given(x, y, table, legal_epsg(city))
            return answer if given is None else with_given(answer, given)
        if not address.strip() and best is None:
            return Answer(
                status="skipped", reasons=("adresse_vide",), postcode=answer.postcode,
                city=answer.city, citycode=answer.citycode, parcel=answer.parcel,
            )  # fmt: skip
        return answer

    def _near(
        self, parsed: ParsedAddress, place: Place, elsewhere: tuple[Found, ...]
    ) -> list[Near]:
        """Return the streets that resemble the line, in the communes it may mean, best first."""
        tables = filter(None, map(self.table, place.codes[:_MOST_COMMUNES]))
        near = [
            (table, proposal)
            for table in tables
            for proposal in proposals(table, parsed.readings, parsed.numbers)
        ]
        near.sort(key=lambda n: -n[1].score)
        same = [(f.table, Candidate(f.choice.candidate.group, 0)) for f in elsewhere]
        return [*same, *near][:MOST]
