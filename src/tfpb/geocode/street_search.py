"""The street of a reading, looked for in every commune that a row may mean."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from tfpb.geocode.answer import parcels_written
from tfpb.geocode.candidates import SAME_TYPE, Candidate
from tfpb.geocode.choose import Choice, Found, choose
from tfpb.geocode.commune_table import StreetTable
from tfpb.geocode.grade import EXACT_CONFIDENCE, REJECTED, confidence
from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.house_numbers import NO_NUMBER
from tfpb.geocode.line.one_line import ParsedAddress, Reading
from tfpb.geocode.line.parser import parse
from tfpb.geocode.line.street_names import name_of
from tfpb.geocode.spots import Spot, corner
from tfpb.geocode.town.commune_finder import SHARED, CommuneFinder, Place
from tfpb.model.codes import ResultType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.geocode.line.street_names import Name
    from tfpb.geocode.source import AddressSource, CommuneTable

TABLES_KEPT: Final = 2000
"""Communes kept ready at once; a file rarely names more."""
SURE: Final = 0.95
"""A street found with this confidence in the likeliest commune ends the search."""
_ONLY_ONE: Final = 0.98
"""A street borne by one of several communes of a name or code: the one that has it is the right one."""


class StreetSearch:
    """Communes kept ready, and the search for a street in them; `aliases`: old street name → current one."""

    def __init__(
        self, source: AddressSource, communes: CommuneTable, aliases: Mapping[str, str]
    ) -> None:
        self.source = source
        self.finder = CommuneFinder(communes)
        self.aliases = {
            name_of(flatten(clean(old))).key: name_of(flatten(clean(new)))
            for old, new in aliases.items()
        }
        self._tables: OrderedDict[str, StreetTable | None] = OrderedDict()

    def table(self, code: str) -> StreetTable | None:
        """Return a commune ready for matching, None when the base does not hold it."""
        if code in self._tables:
            return self._tables[code]
        addresses = self.source.commune(code)
        streets = StreetTable(addresses) if addresses is not None and addresses.streets else None
        self._tables[code] = streets
        if len(self._tables) > TABLES_KEPT:
            self._tables.popitem(last=False)
        return streets

    def prepare(self, rows: Iterable[Sequence[str]]) -> None:
        """Compare the names that the communes of a file lack to theirs, all at once: answers do not change.

        A row is line, postcode, name and INSEE code of the commune, then what else it says.
        """
        waiting: dict[StreetTable, list[Name]] = {}
        for address, postcode, commune, code, *_ in rows:
            parsed = parse(address)
            place = self.finder.place(code, postcode or parsed.postcode, commune or parsed.town)
            table = self.table(place.codes[0]) if place.codes and parsed.readings else None
            if table is not None and parsed.readings[0].name.key not in table.by_key:
                waiting.setdefault(table, []).append(parsed.readings[0].name)
        for table, names in waiting.items():
            table.prepare(names)

    def first_table(self, place: Place) -> StreetTable | None:
        """Return the first commune of a place that the base holds."""
        return next((t for t in map(self.table, place.codes) if t is not None), None)

    def search(self, readings: tuple[Reading, ...], place: Place) -> Found | None:
        """Look for a street in every commune the row may mean."""
        if not readings:
            return None
        # under the new names that the user gives to streets, first
        known = (
            Reading(self.aliases[r.name.key], r.head)
            for r in readings
            if r.name.key in self.aliases
        )
        renamed = tuple(known) if self.aliases else ()
        readings = (*renamed, *readings)
        found: list[Found] = []
        for at, code in enumerate(place.codes):
            table = self.table(code)
            if table is None:
                continue
            sure = place.certainty if at == 0 or len(place.codes) <= 2 else place.certainty * 0.98  # noqa: PLR2004
            choice = choose(table, readings, place)
            if choice is not None:
                reasons = ("voie_renommee",) if choice.candidate.reading < len(renamed) else ()
                likely = confidence(choice, certainty=sure, streets=len(table.groups))
                here = Found(table, choice, likely, reasons)
                found.append(here)
                if at == 0 and here.confidence > SURE:
                    return here
        return _judged(found, place, whole=all(map(self.table, place.codes))) if found else None

    def fallbacks(
        self, best: Found | None, parsed: ParsedAddress, place: Place, name: str, parcel: str
    ) -> Found | None:
        """Try what else the row says: other addresses of the line, named places, name, parcel."""
        tried: list[tuple[str, tuple[Reading, ...]]] = [
            ("autre_adresse_retenue", other.readings) for other in parsed.others
        ]
        weak = best is None or best.confidence < REJECTED
        if weak:
            tried += [("par_nom_de_residence", (Reading(p, NO_NUMBER),)) for p in parsed.places]
            if name:
                tried.append(("par_nom_de_residence", parse(name).readings))
        for reason, readings in tried:
            other = self.search(readings, place)
            if other is None or other.confidence < REJECTED:
                continue
            if best is None or best.confidence < REJECTED or (
                other.spot.first is not None and best.spot.first is None and best.spot.ambiguous
            ):  # fmt: skip
                best = other._replace(reasons=(*other.reasons, reason))
                break
            if reason == "autre_adresse_retenue" and "deux_voies" in parsed.notes:
                best = _at_corner(best, other)
        if best is None or best.confidence < REJECTED:
            return self._by_parcel(parsed, place, parcel) or best
        return best

    def _by_parcel(self, parsed: ParsedAddress, place: Place, parcel: str) -> Found | None:
        """Find an address of the base that lies on the parcel written."""
        table = self.first_table(place)
        if table is None or not (parcel or parsed.parcels):
            return None
        wanted = parcels_written(parsed, parcel, table.commune.citycode)
        for member, street in enumerate(table.streets):
            for at, listed in enumerate(street.parcels or ()):
                if listed and any(p in listed for p in wanted):
                    point = list(table.numbering((member,)))[at]
                    kind = ResultType.HOUSENUMBER
                    where = Spot(kind, point.x, point.y, 30.0, street, point, (point,))
                    choice = Choice(Candidate(0, 0, how="parcel"), where, 1.0)
                    return Found(table, choice, 0.9, ("par_parcelle",))
        return None


def _judged(found: list[Found], place: Place, *, whole: bool) -> Found:
    """Choose among the communes that answer; doubt the choice when another one answers as well.

    Of communes of one name, all held by the base (`whole`), the one that has that very street and number is
    the right one when no other has a street alike. Of those of one postal code, which says more, the street
    may be misspelt; its type and number may not.
    """
    found.sort(key=lambda f: (-f.confidence, f.spot.first is None))
    best = found[0]
    exact = best.spot.first is not None and best.choice.candidate.how in EXACT_CONFIDENCE
    shared = next((r for r in place.reasons if r in SHARED), "") if len(place.codes) > 1 else ""
    coded = shared == "commune_par_code_postal"
    fits = exact or (
        coded and best.spot.first is not None and best.choice.candidate.kind == SAME_TYPE
    )
    if (
        whole
        and fits
        and shared
        and all(f.confidence < REJECTED * place.certainty for f in found[1:])
    ):
        certainty = min(1.0, place.certainty / SHARED[shared]) * _ONLY_ONE
        sure = confidence(best.choice, certainty=certainty, streets=len(best.table.groups))
        more = () if coded else ("homonyme_tranche",)
        return best._replace(confidence=sure, reasons=(*best.reasons, *more))
    rivals = [f for f in found[1:] if f.confidence > 0.8 * best.confidence]
    if exact:
        rivals = [f for f in rivals if f.spot.first is not None]
    if rivals:
        unsure = max(REJECTED, best.confidence * 0.6)
        best = best._replace(
            confidence=unsure, reasons=(*best.reasons, "plusieurs_communes"),
            elsewhere=tuple(rivals),
        )  # fmt: skip
    elif place.codes and best.table.commune.citycode != place.codes[0] and place.reasons:
        best = best._replace(reasons=(*best.reasons, "autre_commune"))
    return best


def _at_corner(one: Found, other: Found) -> Found:
    """Place a line that names two streets where they meet, unless it bears a number."""
    reasons = (*one.reasons, "deux_voies_trouvees")
    if one.spot.first is not None or one.table is not other.table:
        return one._replace(reasons=reasons)
    table = one.table
    meeting = corner(
        table,
        table.groups[one.choice.candidate.group].members,
        table.groups[other.choice.candidate.group].members,
        one.spot,
    )
    return one._replace(choice=one.choice._replace(spot=meeting), reasons=reasons)
