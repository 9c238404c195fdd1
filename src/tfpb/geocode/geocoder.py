"""From a row to an answer: parse, commune, street, number, grade."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.answer import (
    JOIN,
    Answer,
    id_of,
    label_of,
    number_text,
    parcel_id,
    parcels_of,
)
from tfpb.geocode.choose import Choice, choose, rank
from tfpb.geocode.cleaning import clean, flatten
from tfpb.geocode.communes import CommuneFinder, Place
from tfpb.geocode.complement import Parcel, take_parcels
from tfpb.geocode.coordinates import GIVEN_RADIUS_M, Given, extent_of, read_given
from tfpb.geocode.grade import REJECTED, confidence, verdict
from tfpb.geocode.line import parse
from tfpb.geocode.names import name_of
from tfpb.geocode.numbers import NO_NUMBER
from tfpb.geocode.parsed import ParsedAddress, Reading
from tfpb.geocode.places import Point, Spot, corner
from tfpb.geocode.streets import Candidate
from tfpb.geocode.table import StreetTable
from tfpb.model.codes import GeocodeVerdict, ResultType
from tfpb.model.projection import legal_epsg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.geocode.source import AddressSource, CommuneTable

TABLES_KEPT: Final = 2000
"""Communes kept ready at once; a landlord's file rarely names more."""
FAR_FROM_ADDRESS_M: Final = 250.0
_SURE: Final = 0.95
_SHORT_PARCEL: Final = re.compile(r"^\s*(?:(\d{3})\s*)?([a-z]{1,2}|0[a-z])\s*0*(\d{1,4})\s*$")


class Found(NamedTuple):
    """A street answer before it is written out."""

    table: StreetTable
    choice: Choice
    confidence: float
    reasons: tuple[str, ...] = ()

    @property
    def spot(self) -> Spot:
        """Where the number stands."""
        return self.choice.spot


class Geocoder:
    """Geocodes rows one by one; keeps communes ready between them.

    Parameters
    ----------
    source : AddressSource
    communes : CommuneTable
    aliases : mapping of str to str
        Old street name to current one, as the user writes them.
    """

    def __init__(
        self,
        source: AddressSource,
        communes: CommuneTable,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.source = source
        self.finder = CommuneFinder(communes)
        self.aliases = {
            name_of(flatten(clean(old))).key: name_of(flatten(clean(new)))
            for old, new in (aliases or {}).items()
        }
        self._tables: OrderedDict[str, StreetTable | None] = OrderedDict()

    def table(self, code: str) -> StreetTable | None:
        """Return a commune ready for matching, None when the base does not hold it."""
        if code in self._tables:
            return self._tables[code]
        addresses = self.source.commune(code)
        made = StreetTable(addresses) if addresses is not None and addresses.streets else None
        self._tables[code] = made
        if len(self._tables) > TABLES_KEPT:
            self._tables.popitem(last=False)
        return made

    def row(
        self, address: str, postcode: str, commune: str, code: str,
        name: str = "", parcel: str = "", x: str = "", y: str = "",
    ) -> Answer:  # fmt: skip
        """Geocode one row; every cell is text, empty where unknown."""
        parsed = parse(address)
        place = self.finder.place(code, postcode or parsed.postcode, commune or parsed.town)
        best = self._search(parsed.readings, place)
        if best is None or best.confidence < _SURE or best.spot.first is None:
            best = self._fallbacks(best, parsed, place, name, parcel)
        table = best.table if best else self._first_table(place)
        city = table.commune.citycode if table else (place.codes[0] if place.codes else "")
        parcels = _parcels_written(parsed, parcel, city)
        given = read_given(x, y, table, legal_epsg(city)) if x or y else None
        answer = self._written(best, parsed, place, table, parcels)
        if given is not None:
            return _with_given(answer, given)
        if not address.strip() and best is None:
            return Answer(
                status="skipped", reasons=("adresse_vide",), postcode=answer.postcode,
                city=answer.city, citycode=answer.citycode, parcel=answer.parcel,
            )  # fmt: skip
        return answer

    def _first_table(self, place: Place) -> StreetTable | None:
        return next((t for t in map(self.table, place.codes) if t is not None), None)

    def _search(self, readings: Sequence[Reading], place: Place) -> Found | None:
        """Look for a street in every commune the row may mean."""
        if not readings:
            return None
        renamed = self._renamed(readings) if self.aliases else []
        readings = [*renamed, *readings]
        found: list[Found] = []
        for at, code in enumerate(place.codes):
            table = self.table(code)
            if table is None:
                continue
            sure = place.certainty if at == 0 or len(place.codes) <= 2 else place.certainty * 0.98  # noqa: PLR2004
            choice = choose(table, readings, place)
            if choice is not None:
                said = ("voie_renommee",) if choice.candidate.reading < len(renamed) else ()
                here = Found(table, choice, confidence(choice, certainty=sure), said)
                found.append(here)
                settled = here.confidence > _SURE and "commune_homonyme" not in place.reasons
                if at == 0 and settled:
                    break
        if not found:
            return None
        found.sort(key=lambda f: -f.confidence)
        best = found[0]
        if len(found) > 1 and found[1].confidence > 0.8 * best.confidence:
            best = best._replace(
                confidence=best.confidence * 0.6, reasons=(*best.reasons, "plusieurs_communes")
            )
        elif place.codes and best.table.commune.citycode != place.codes[0] and place.reasons:
            best = best._replace(reasons=(*best.reasons, "autre_commune"))
        return best

    def _renamed(self, readings: Sequence[Reading]) -> list[Reading]:
        """Read a line under the new names the user gives to its streets."""
        return [
            Reading(self.aliases[r.name.key], r.head)
            for r in readings
            if r.name.key in self.aliases
        ]

    def _fallbacks(
        self, best: Found | None, parsed: ParsedAddress, place: Place, name: str, parcel: str
    ) -> Found | None:
        """Try what else the row says: other addresses of the line, named places, name, parcel."""
        tried: list[tuple[str, Sequence[Reading]]] = [
            ("autre_adresse_retenue", other.readings) for other in parsed.others
        ]
        weak = best is None or best.confidence < REJECTED
        if weak:
            tried += [("par_nom_de_residence", (Reading(p, NO_NUMBER),)) for p in parsed.places]
            if name:
                tried.append(("par_nom_de_residence", parse(name).readings))
        for reason, readings in tried:
            other = self._search(readings, place)
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
        table = self._first_table(place)
        if table is None or not (parcel or parsed.parcels):
            return None
        wanted = _parcels_written(parsed, parcel, table.commune.citycode)
        for member, street in enumerate(table.streets):
            for at, listed in enumerate(street.parcels or ()):
                if listed and any(p in listed for p in wanted):
                    point = Point(
                        member, at, int(street.numbers[at]), str(street.suffixes[at]),
                        float(street.x[at]), float(street.y[at]),
                    )  # fmt: skip
                    where = Spot(
                        ResultType.HOUSENUMBER, point.x, point.y, 30.0, street, point, (point,)
                    )
                    made = Candidate(0, 0, 1.0, 1.0, 1.0, 1.0, 1.0, "parcel")
                    return Found(table, Choice(made, where, 1.0), 0.9, ("par_parcelle",))
        return None

    def _written(
        self, found: Found | None, parsed: ParsedAddress, place: Place,
        table: StreetTable | None, parcels: list[str],
    ) -> Answer:  # fmt: skip
        """Write an answer out in the columns of the contract."""
        notes = tuple(n for n in parsed.notes if n != "plage")
        if found is not None and found.confidence >= REJECTED:
            return _answer(found, parsed, (*notes, *place.reasons, *found.reasons), parcels)
        reasons = [*notes, *place.reasons]
        if table is None:
            reasons.append("commune_absente_index" if place.codes else "commune_inconnue")
            return Answer(
                reasons=tuple(dict.fromkeys(reasons)), complement=parsed.complement,
                postcode=place.postcode, citycode=place.codes[0] if place.codes else "",
                parcel=JOIN.join(parcels),
            )  # fmt: skip
        reasons.append("voie_inconnue" if parsed.readings else "adresse_illisible")
        return _municipality(table, place, parsed, tuple(dict.fromkeys(reasons)), found, parcels)


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


def _answer(
    found: Found, parsed: ParsedAddress, reasons: tuple[str, ...], parcels: list[str]
) -> Answer:
    where, table = found.spot, found.table
    street, city = where.street, table.commune.city
    said = list(dict.fromkeys((*reasons, *_match_reasons(found), *where.reasons)))
    judged = verdict(where, found.confidence, said)
    alternatives = ""
    if judged is not GeocodeVerdict.ACCEPTE:
        alternatives = _labels(table, found.choice.rivals)
    return Answer(
        label_of(where, city),
        rank(found.choice.candidate),
        where.kind,
        number_text(where.first) if where.first else "",
        street.name,
        street.postcode,
        city,
        street.citycode,
        id_of(street, where.first),
        "ok",
        where.x,
        where.y,
        found.confidence,
        judged,
        tuple(said),
        parsed.complement,
        JOIN.join(number_text(p) for p in where.entrances),
        alternatives,
        where.radius_m,
        JOIN.join(parcels) or parcels_of(where),
    )


def _match_reasons(found: Found) -> tuple[str, ...]:
    """Say in what the street found differs from the one written."""
    candidate = found.choice.candidate
    said = ["voie_incertaine"] if found.choice.contested else []
    if candidate.how == "fuzzy":
        said.append("voie_approchee")
    if candidate.how in {"fuzzy", "core"} and candidate.kind < 1.0:
        said.append("type_absent" if candidate.kind > 0.6 else "type_different")  # noqa: PLR2004
    return tuple(said)


def _labels(table: StreetTable, rivals: Sequence[Candidate]) -> str:
    """Name the streets that answer as well, with their likeness."""
    streets = [(table.streets[table.groups[r.group].members[0]], rank(r)) for r in rivals[:3]]
    return JOIN.join(
        f"{s.name} {s.postcode} {table.commune.city} ({worth:.2f})" for s, worth in streets
    )


def _municipality(
    table: StreetTable, place: Place, parsed: ParsedAddress, reasons: tuple[str, ...],
    found: Found | None, parcels: list[str],
) -> Answer:  # fmt: skip
    """Fall back on the commune: its middle, kilometres of doubt, refused."""
    box = extent_of(table)
    x, y, radius = math.nan, math.nan, math.nan
    if box is not None:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        radius = math.hypot(box[2] - box[0], box[3] - box[1]) / 2
    city, code = table.commune.city, table.commune.citycode
    listed = [found.choice.candidate, *found.choice.rivals] if found else []
    postcode = place.postcode or table.streets[0].postcode
    return Answer(
        label=f"{postcode} {city}".strip(),
        score=rank(found.choice.candidate) if found else 0.0,
        kind=ResultType.MUNICIPALITY,
        name=city,
        postcode=postcode,
        city=city,
        citycode=code,
        id=code,
        status="ok",
        x=x,
        y=y,
        confidence=found.confidence if found else 0.0,
        reasons=reasons,
        complement=parsed.complement,
        alternatives=_labels(table, listed),
        radius_m=radius,
        parcel=JOIN.join(parcels),
    )


def _parcels_written(parsed: ParsedAddress, parcel: str, citycode: str) -> list[str]:
    """Gather the parcels of a row, as identifiers when the commune is known."""
    found = list(parsed.parcels)
    unread: list[str] = []
    for part in filter(None, re.split(r"[|;]", parcel)):
        flat = flatten(clean(part))
        _, listed = take_parcels(flat)
        short = None if listed else _SHORT_PARCEL.match(flat)
        if short:
            listed = [Parcel(short[1] or "000", short[2].upper().zfill(2), short[3].zfill(4))]
        found += listed
        if not listed and part.strip():
            unread.append(part.strip())
    return [*dict.fromkeys(parcel_id(citycode, p) for p in found), *unread]


def _with_given(answer: Answer, given: Given) -> Answer:
    """Put the coordinates of the row in place of those found, if they can be true."""
    if not given.usable:
        reasons = (*answer.reasons, *given.reasons)
        if answer.verdict is GeocodeVerdict.ACCEPTE:
            answer = answer._replace(verdict=GeocodeVerdict.A_VERIFIER)
        return answer._replace(reasons=reasons)
    precise = answer.kind not in {ResultType.MUNICIPALITY, ResultType.NONE}
    far = precise and math.hypot(answer.x - given.x, answer.y - given.y) > max(
        FAR_FROM_ADDRESS_M, answer.radius_m
    )
    reasons = (*answer.reasons, *given.reasons, *(("coordonnees_loin_adresse",) if far else ()))
    stands = given.checked and not far
    return answer._replace(
        kind=ResultType.GIVEN,
        x=given.x,
        y=given.y,
        radius_m=GIVEN_RADIUS_M,
        status="ok",
        reasons=tuple(dict.fromkeys(reasons)),
        verdict=GeocodeVerdict.ACCEPTE if stands else GeocodeVerdict.A_VERIFIER,
    )
