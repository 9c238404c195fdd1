"""Where on a street an address stands, and how surely."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.line.house_numbers import Head, Number, inside
from tfpb.model.codes import ResultType
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.geocode.candidates import Candidate
    from tfpb.geocode.commune_table import Numbering, Point, StreetTable
    from tfpb.geocode.line.one_line import Reading
    from tfpb.geocode.source import Street
    from tfpb.geocode.town.commune_finder import Place

EXACT_RADIUS_M: Final = 15.0
SUFFIX_RADIUS_M: Final = 30.0
INTERPOLATED_RADIUS_M: Final = 50.0
LOCALITY_RADIUS_M: Final = 300.0
FAR_APART_M: Final = 100.0
"""Two points of one address further apart than this make it ambiguous."""
STREETS_APART_M: Final = 300.0
_BEYOND_MOST: Final = 20
_GAP_NUMBERS: Final = 20
_CLOUD: Final = 60


class Spot(NamedTuple):
    """Where an address was found."""

    kind: ResultType
    x: float  # metres, legal projection of the commune, like y
    y: float
    radius_m: float  # uncertainty of the position
    street: Street  # the street (of several that have the name) the answer lies in
    first: Point | None = None  # first number found
    entrances: tuple[Point, ...] = ()  # all numbers found, in the order of the street
    reasons: tuple[str, ...] = ()
    ambiguous: bool = False  # another place answers as well


def spot(
    table: StreetTable, readings: Sequence[Reading], candidate: Candidate, place: Place
) -> Spot:
    """Find the numbers of the reading that a candidate answers on the streets of one name.

    Postcode and old commune of `place` distinguish streets of one name.
    """
    head, postcode = readings[candidate.reading].head, place.postcode
    members = table.groups[candidate.group].members
    members, apart = members_meant(table, members, postcode, place.old_city)
    numbers = table.numbering(members)
    found: Spot | None
    if not head.singles:
        found = _on_street(table, members, numbers, "sans_numero")
    elif head.ranges or len(head.singles) > 1:
        found = _range(table, numbers, head)
    else:
        found = _single(table, numbers, head.singles[0], postcode=postcode)
    if found is None:
        found = None if apart else _between(table, numbers, head.singles[0][0])
    if found is None:
        found = _on_street(table, members, numbers, "numero_absent")
    if apart:
        found = found._replace(reasons=(*found.reasons, "voie_en_double"), ambiguous=True)
    return found


def members_meant(
    table: StreetTable, members: tuple[int, ...], postcode: str, old_city: str
) -> tuple[tuple[int, ...], bool]:
    """Keep the streets of one name that lie in the postcode or old commune written (folded, or "").

    A street that runs through two postcodes comes as two under one identifier: both are kept, the part
    written first. Returned with whether they lie far apart and nothing decides which is meant.
    """
    if len(members) == 1:
        return members, False
    meant = members
    for attribute, value in (("old_city", old_city), ("postcode", postcode)):
        if value:
            streets = ((m, str(getattr(table.streets[m], attribute))) for m in meant)
            meant = tuple(m for m, borne in streets if fold(borne) == value) or meant
    ids = {table.streets[m].id for m in meant}
    meant += tuple(m for m in members if m not in meant and table.streets[m].id in ids)
    return meant, len(ids) > 1 and _far_apart(table, meant)


def _far_apart(table: StreetTable, members: tuple[int, ...]) -> bool:
    """Tell whether streets of one name are different places: nearest points over 300 m apart."""
    if members not in table.apart:
        parts: dict[str, list[tuple[float, float]]] = {}
        for street in (table.streets[m] for m in members):
            cloud = list(zip(street.x.tolist(), street.y.tolist(), strict=True))[:_CLOUD]
            parts.setdefault(street.id, []).extend(cloud or [street.centre])
        clouds = list(parts.values())
        table.apart[members] = any(
            min(math.dist(a, b) for a in one for b in other) > STREETS_APART_M
            for i, one in enumerate(clouds)
            for other in clouds[i + 1 :]
        )
    return table.apart[members]


def corner(table: StreetTable, one: tuple[int, ...], other: tuple[int, ...], spot: Spot) -> Spot:
    """Move the answer `spot` of a street to where it comes nearest to another street.

    `radius_m` grows by the gap between the streets; unchanged when one has no number.
    """
    here, there = list(table.numbering(one)), list(table.numbering(other))
    if not here or not there:
        return spot
    gap, near = min((a.apart(b), a) for a in here for b in there)
    return spot._replace(x=near.x, y=near.y, radius_m=INTERPOLATED_RADIUS_M + gap)


def _on_street(
    table: StreetTable, members: tuple[int, ...], numbers: Numbering, reason: str
) -> Spot:
    """Stand at the address nearest to the centre of a street, or on a locality; at no number."""
    street = table.streets[members[0]]
    points = list(numbers)
    locality = street.kind == "locality" and not (points and reason == "numero_absent")
    missing = reason == "numero_absent"
    reasons = () if locality and not missing else (reason,)
    kind = ResultType.LOCALITY if locality else ResultType.STREET
    x, y = street.centre
    far = LOCALITY_RADIUS_M
    if points:
        mean = sum(p.x for p in points) / len(points), sum(p.y for p in points) / len(points)
        middle = min(points, key=lambda p: (math.dist((p.x, p.y), mean), p.number, p.suffix))
        x, y = middle.x, middle.y
        far = max(INTERPOLATED_RADIUS_M, *map(middle.apart, points))
    return Spot(kind, x, y, far, street, reasons=reasons, ambiguous=missing and not locality)


def _single(
    table: StreetTable, numbers: Numbering, wanted: Number, *, postcode: str
) -> Spot | None:
    hits, same = numbers.hits(wanted)
    if not hits:
        return None
    if len(hits) > 1 and len({table.streets[p.member].postcode for p in hits}) > 1:
        # the number on both sides of a postcode limit: the one written tells them apart
        hits = [p for p in hits if table.streets[p.member].postcode == postcode] or hits
    first = hits[0]
    spread = max(map(first.apart, hits)) if len(hits) > 1 else 0.0
    astray = _astray(numbers, first)
    reasons = (
        *(() if same else ("suffixe_absent",)),
        *(("numero_en_double",) if spread > FAR_APART_M else ()),
        *(("numero_decale",) if astray else ()),
    )
    return Spot(
        ResultType.HOUSENUMBER, first.x, first.y,
        max(EXACT_RADIUS_M if same else SUFFIX_RADIUS_M, spread, astray),
        table.streets[first.member], first, (first,), reasons, spread > FAR_APART_M or astray > 0,
    )  # fmt: skip


def _astray(numbers: Numbering, point: Point) -> float:
    """Return how far a number lies from both its neighbours when these are close together, else 0."""
    below, above = numbers.neighbours(point.number)
    if not below or not above or above[0].number - below[0].number > _GAP_NUMBERS:
        return 0.0
    low, high = below[0], above[0]
    away = min(point.apart(low), point.apart(high))
    return away if away > STREETS_APART_M and low.apart(high) < away / 2 else 0.0


def _range(table: StreetTable, numbers: Numbering, head: Head) -> Spot | None:
    """Gather every number of a list or range that exists."""
    singles = [numbers.hits(single) for single in head.singles]
    order = [hits[0] for hits, _ in singles if hits]
    missing = not all(hits and same for hits, same in singles)
    ranged = [
        point
        for span in head.ranges
        for number in dict.fromkeys(numbers.numbers)
        if inside(span, number)
        for point in numbers.at(number)
    ]
    found = {(p.number, p.suffix): p for p in reversed([*order, *ranged])}
    if not found:
        return None
    points = tuple(found[key] for key in sorted(found))
    x = sum(p.x for p in points) / len(points)
    y = sum(p.y for p in points) / len(points)
    spread = max(math.hypot(p.x - x, p.y - y) for p in points)
    first = order[0] if order else points[0]
    written = [number for number, _ in head.singles]
    widest = max(written) - min(written)
    far = spread > 2 * STREETS_APART_M or (missing and len(points) == 1 and widest > _GAP_NUMBERS)
    reasons = (("plage_incomplete",) if missing else ()) + (("plage_etendue",) if far else ())
    return Spot(
        ResultType.RANGE, x, y, spread + EXACT_RADIUS_M, table.streets[first.member], first, points,
        reasons, ambiguous=far,
    )  # fmt: skip


def _between(table: StreetTable, numbers: Numbering, number: int) -> Spot | None:
    """Place a number that is not listed between its neighbours, or past the end of the street."""
    below, above = numbers.neighbours(number)
    if below and above:
        low, high = below[-1], above[0]
        share = (number - low.number) / (high.number - low.number)
        wide = high.number - low.number > _GAP_NUMBERS or low.apart(high) > STREETS_APART_M
        return Spot(
            ResultType.INTERPOLATED,
            low.x + share * (high.x - low.x),
            low.y + share * (high.y - low.y),
            max(INTERPOLATED_RADIUS_M, low.apart(high) / 2),
            table.streets[low.member],
            reasons=("numero_interpole", "ecart_large") if wide else ("numero_interpole",),
            ambiguous=wide,
        )
    end = next(iter(below or above), None)
    if end is None or abs(number - end.number) > _BEYOND_MOST:
        return None
    radius = INTERPOLATED_RADIUS_M + 10.0 * abs(number - end.number)
    return Spot(
        ResultType.INTERPOLATED, end.x, end.y, radius, table.streets[end.member],
        reasons=("numero_au_dela",), ambiguous=True,
    )  # fmt: skip
