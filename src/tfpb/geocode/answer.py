"""One answer, in the columns of the contract, from what was found."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.candidates import MOST, Candidate
from tfpb.geocode.grade import EXACT_CONFIDENCE, REJECTED, verdict
from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.complement import Parcel, take_parcels
from tfpb.model.codes import GeocodeVerdict, ResultType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tfpb.geocode.choose import Found
    from tfpb.geocode.commune_table import Point, StreetTable
    from tfpb.geocode.coordinates import Given
    from tfpb.geocode.line.one_line import ParsedAddress
    from tfpb.geocode.source import Street
    from tfpb.geocode.spots import Spot
    from tfpb.geocode.town.commune_finder import Place

    Near = tuple[StreetTable, Candidate]

JOIN: Final = " | "
FAR_FROM_ADDRESS_M: Final = 250.0
APART_M: Final = 30.0
_ON_NUMBER: Final = frozenset({ResultType.HOUSENUMBER, ResultType.RANGE})
_SHORT_PARCEL: Final = re.compile(r"^\s*(?:(\d{3})\s*)?([a-z]{1,2}|0[a-z])\s*0*(\d{1,4})\s*$")
_WRITTEN_MISSING_TYPE: Final = 0.6


def number_text(point: Point) -> str:
    """Write a house number as labels bear it (« 12bis »)."""
    return f"{point.number}{point.suffix}"


def alternatives(
    found: Found, parsed: ParsedAddress, near: Callable[[], Sequence[Near]]
) -> list[str]:
    """Name what answers as well as what was found, with its likeness.

    Streets of other communes come first, then the numbers next to one that is missing, other streets that
    answer the line, and, when these are not enough, streets that only resemble it (`near`).
    """
    own = _label(found.table, found.spot.street, _numbers(parsed), 0.0)
    out = {_address(own): own}
    for label in _answering(found, parsed, near):
        out.setdefault(_address(label), label)
        if len(out) > MOST:
            break
    return [*map(_elsewhere, found.elsewhere), *list(out.values())[1:]][:MOST]


def _answering(
    found: Found, parsed: ParsedAddress, near: Callable[[], Sequence[Near]]
) -> Iterator[str]:
    yield from _next_numbers(found, parsed)
    yield from proposed([(found.table, rival) for rival in found.choice.rivals[:MOST]], parsed)
    yield from proposed(near(), parsed)


def proposed(near: Sequence[Near], parsed: ParsedAddress) -> list[str]:
    """Name streets that resemble the line, under the numbers written."""
    numbers = _numbers(parsed)
    return [_label(t, t.streets[t.groups[c.group].members[0]], numbers, c.rank) for t, c in near]


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
        neighbours = numbers.neighbours(number)
        for points in neighbours if any(neighbours) else numbers.neighbours(number, other=True):
            for point in points[:1]:
                street = table.streets[point.member]
                yield _label(table, street, number_text(point), candidate.rank)


def _numbers(parsed: ParsedAddress) -> str:
    return "-".join(f"{number}{suffix}" for number, suffix in parsed.numbers)


def _label(table: StreetTable, street: Street, number: str, worth: float) -> str:
    return f"{number} {street.name} {street.postcode} {table.commune.city} ({worth:.2f})".strip()


def _address(label: str) -> str:
    return label.rpartition(" (")[0]


class Answer(NamedTuple):
    """Result of one row: contract columns without degrees, and the code of the projection.

    Coordinates are metres in the legal projection `epsg` of the commune; NaN when there is no point.
    """

    label: str = ""  # as the national service writes it, like the number, street and commune
    score: float = 0.0  # likeness of the names (0..1)
    kind: ResultType = ResultType.NONE
    housenumber: str = ""
    name: str = ""
    postcode: str = ""
    city: str = ""
    citycode: str = ""
    id: str = ""  # the base's own identifier
    status: str = "not-found"  # `ok`, `not-found` or `skipped`
    x: float = math.nan
    y: float = math.nan
    confidence: float = 0.0  # probability that the street is right (0..1)
    verdict: GeocodeVerdict = GeocodeVerdict.REJETE
    reasons: tuple[str, ...] = ()  # codes of what was done or is doubtful
    complement: str = ""  # several values are joined by « | », like the two next and `parcel`
    entrances: str = ""
    alternatives: str = ""
    radius_m: float = math.nan
    parcel: str = ""


def write(
    found: Found | None, parsed: ParsedAddress, place: Place,
    table: StreetTable | None, parcels: list[str], near: Callable[[], Sequence[Near]],
) -> Answer:  # fmt: skip
    """Write an answer out in the columns of the contract.

    `table` is the commune, when the base has it; `parcels` are identifiers written on the row; `near`
    returns the streets that resemble the line, when the answer is refused.
    """
    notes = tuple(n for n in parsed.notes if n != "plage") if parsed.notes else ()
    if found is not None and found.confidence >= REJECTED:
        named = place.reasons
        if "homonyme_tranche" in found.reasons:
            named = tuple(r for r in named if r != "commune_homonyme")
        return _answer(found, parsed, (*notes, *named, *found.reasons), parcels, near)
    reasons = [*notes, *place.reasons]
    if table is None:
        reasons.append("commune_absente_index" if place.codes else "commune_inconnue")
        return Answer(
            reasons=tuple(dict.fromkeys(reasons)), complement=parsed.complement,
            postcode=place.postcode, citycode=place.codes[0] if place.codes else "",
            parcel=JOIN.join(parcels),
        )  # fmt: skip
    reasons.append("voie_inconnue" if parsed.readings else "adresse_illisible")
    return _municipality(
        table, place, parsed, tuple(dict.fromkeys(reasons)), found, parcels, near()
    )


def _answer(
    found: Found, parsed: ParsedAddress, reasons: tuple[str, ...], parcels: list[str],
    near: Callable[[], Sequence[Near]],
) -> Answer:  # fmt: skip
    where, city = found.spot, found.table.commune.city
    street, first = where.street, where.first
    number = number_text(first) if first else ""
    all_reasons = tuple(dict.fromkeys((*reasons, *_match_reasons(found), *where.reasons)))
    judged = verdict(where, found.confidence, all_reasons)
    others: Sequence[str] = ()
    if judged is not GeocodeVerdict.ACCEPTE:
        sure = found.choice.candidate.how in EXACT_CONFIDENCE and not found.choice.contested
        others = alternatives(found, parsed, tuple if sure else near)
    return Answer(
        label=" ".join(filter(None, (number, street.name, street.postcode, city))),
        score=found.choice.candidate.rank, kind=where.kind, housenumber=number, name=street.name,
        postcode=street.postcode, city=city, citycode=street.citycode, id=_id_of(street, first),
        status="ok", x=where.x, y=where.y, confidence=found.confidence, verdict=judged,
        reasons=all_reasons, complement=parsed.complement,
        entrances=JOIN.join(map(number_text, where.entrances)), alternatives=JOIN.join(others),
        radius_m=where.radius_m, parcel=JOIN.join(parcels or _parcels_of(where)),
    )  # fmt: skip


def _id_of(street: Street, point: Point | None) -> str:
    """Return the base's own identifier of an address, or of the street without number."""
    if point is None:
        return street.id
    if street.ids is not None:
        return street.ids[point.at]
    return f"{street.id}_{point.number:05d}{f'_{point.suffix}' if point.suffix else ''}"


def _parcels_of(spot: Spot) -> list[str]:
    """Return the parcels the base gives to the addresses found on the street of the first."""
    held = spot.street.parcels
    if held is None:
        return []
    street = spot.first.member if spot.first else None
    listed = [held[p.at].replace("|", JOIN) for p in spot.entrances if p.member == street]
    return list(dict.fromkeys(filter(None, listed)))


def _match_reasons(found: Found) -> tuple[str, ...]:
    """Say in what the street found differs from the one written."""
    candidate = found.choice.candidate
    if candidate.how == "exact" and not found.choice.contested:
        return ()
    why = ["voie_incertaine"] if found.choice.contested else []
    if candidate.how == "slip" or candidate.letters < 1.0:
        why.append("voie_approchee")
    if candidate.kind < 1.0:
        why.append("type_absent" if candidate.kind > _WRITTEN_MISSING_TYPE else "type_different")
    return tuple(why)


def _municipality(
    table: StreetTable, place: Place, parsed: ParsedAddress, reasons: tuple[str, ...],
    found: Found | None, parcels: list[str], near: Sequence[Near],
) -> Answer:  # fmt: skip
    """Fall back on the commune: its middle, kilometres of doubt; refused when no street is alike."""
    west, south, east, north = table.extent or (math.nan,) * 4
    city, code = table.commune.city, table.commune.citycode
    postcode = place.postcode or table.streets[0].postcode
    return Answer(
        label=f"{postcode} {city}".strip(), score=found.choice.candidate.rank if found else 0.0,
        kind=ResultType.MUNICIPALITY, name=city, postcode=postcode, city=city, citycode=code, id=code,
        status="ok", x=(west + east) / 2, y=(south + north) / 2,
        confidence=found.confidence if found else 0.0,
        verdict=GeocodeVerdict.A_VERIFIER if near else GeocodeVerdict.REJETE,
        reasons=(*reasons, "voies_proposees") if near else reasons, complement=parsed.complement,
        alternatives=JOIN.join(proposed(near, parsed)),
        radius_m=math.hypot(east - west, north - south) / 2, parcel=JOIN.join(parcels),
    )  # fmt: skip


def parcels_written(parsed: ParsedAddress, parcel: str, citycode: str) -> list[str]:
    """Gather the parcels of a row, as identifiers of fourteen characters when the commune is known.

    `parcel` is the cell as written, `citycode` the INSEE code or "". What could not be read comes last, as
    written.
    """
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
    named = (f"{citycode}{p.prefix}{p.section}{p.number}" for p in found)
    return [*dict.fromkeys(named), *unread]


def with_given(answer: Answer, given: Given) -> Answer:
    """Put the coordinates of the row in place of those found, if they can be true.

    To be checked when the coordinates are refused, unchecked, or far from the address; their uncertainty
    reaches the address where that one is sure. Rounded ones leave a sure address as it is. `given` is in
    metres, legal projection of the commune.
    """
    if not given.usable:
        reasons = (*answer.reasons, *given.reasons)
        if answer.verdict is GeocodeVerdict.ACCEPTE:
            answer = answer._replace(verdict=GeocodeVerdict.A_VERIFIER)
        return answer._replace(reasons=reasons)
    precise = answer.kind not in {ResultType.MUNICIPALITY, ResultType.NONE}
    apart = math.hypot(answer.x - given.x, answer.y - given.y) if precise else 0.0
    far = apart > max(FAR_FROM_ADDRESS_M, answer.radius_m, given.radius_m)
    sure = answer.kind in _ON_NUMBER and answer.verdict is GeocodeVerdict.ACCEPTE
    if sure and given.is_rounded and not far:
        return answer._replace(reasons=tuple(dict.fromkeys((*answer.reasons, *given.reasons))))
    astray = sure and not far and apart > APART_M + answer.radius_m
    reasons = (
        *answer.reasons,
        *given.reasons,
        *(("coordonnees_loin_adresse",) if far else ()),
        *(("coordonnees_ecartees",) if astray else ()),
    )
    stands = given.checked and not far
    return answer._replace(
        kind=ResultType.GIVEN,
        x=given.x,
        y=given.y,
        radius_m=apart if astray else given.radius_m,
        status="ok",
        reasons=tuple(dict.fromkeys(reasons)),
        verdict=GeocodeVerdict.ACCEPTE if stands else GeocodeVerdict.A_VERIFIER,
    )
