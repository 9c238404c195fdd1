"""Where on a street a number stands, and how surely."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.line.house_numbers import Head, Number, inside
from tfpb.geocode.line.vocabulary import SUFFIX_WORDS
from tfpb.model.codes import ResultType
from tfpb.text import fold

if TYPE_CHECKING:
    from tfpb.geocode.commune_table import StreetTable
    from tfpb.geocode.source import Street

EXACT_RADIUS_M: Final = 15.0
SUFFIX_RADIUS_M: Final = 30.0
INTERPOLATED_RADIUS_M: Final = 50.0
LOCALITY_RADIUS_M: Final = 300.0
FAR_APART_M: Final = 100.0
"""Two points of one address further apart than this make it ambiguous."""
STREETS_APART_M: Final = 300.0
_BEYOND_MOST: Final = 20
_GAP_NUMBERS: Final = 20


class Point(NamedTuple):
    """One address of a street: position in the member, where it stands.

    Parameters
    ----------
    member, at : int
        Position of the street in `CommuneAddresses.streets`, and of the address in the street.
    number : int
    suffix : str
    x, y : float
        Metres, legal projection of the commune.
    """

    member: int
    at: int
    number: int
    suffix: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an address was found.

    Parameters
    ----------
    kind : ResultType
    x, y : float
        Metres, legal projection of the commune.
    radius_m : float
        Uncertainty of the position.
    street : Street
        The street (of several that bear the name) the answer lies in.
    first : Point or None
        First number found.
    entrances : tuple of Point
        All numbers found, in the order of the street.
    reasons : tuple of str
    ambiguous : bool
        Another place answers as well.
    """

    kind: ResultType
    x: float
    y: float
    radius_m: float
    street: Street
    first: Point | None = None
    entrances: tuple[Point, ...] = ()
    reasons: tuple[str, ...] = ()
    ambiguous: bool = False


@dataclass(slots=True)
class Numbering:
    """Numbers of the streets of one name, ready to be looked up.

    Parameters
    ----------
    points : dict of int to list of Point
        By number.
    sides : tuple of two lists of int
        Even numbers, odd numbers, sorted.
    """

    points: dict[int, list[Point]] = field(default_factory=dict)
    sides: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))


def numbering(table: StreetTable, members: tuple[int, ...]) -> Numbering:
    """Return the numbers of some streets of a commune, made once."""
    known = table.numberings.get(members)
    if known is None:
        known = table.numberings[members] = _numbering(table, members)
    return known


def _numbering(table: StreetTable, members: tuple[int, ...]) -> Numbering:
    out = Numbering()
    for member in members:
        street = table.streets[member]
        columns = (street.numbers.tolist(), street.suffixes, street.x.tolist(), street.y.tolist())
        for at, (number, suffix, x, y) in enumerate(zip(*columns, strict=True)):
            if math.isfinite(x) and math.isfinite(y):
                point = Point(member, at, number, str(suffix), x, y)
                out.points.setdefault(number, []).append(point)
    for number in sorted(out.points):
        out.sides[number % 2].append(number)
    return out


def neighbours(table: StreetTable, members: tuple[int, ...], number: int) -> list[Point]:
    """Return the one or two numbers next to a number that is not listed, its own side first.

    Parameters
    ----------
    table : StreetTable
    members : tuple of int
        Streets of one name.
    number : int
    """
    numbers = numbering(table, members)
    side = numbers.sides[number % 2] or numbers.sides[1 - number % 2]
    at = bisect_left(side, number)
    return [numbers.points[n][0] for n in side[max(0, at - 1) : at + 1]]


def _middle(
    table: StreetTable, members: tuple[int, ...], numbers: Numbering
) -> tuple[float, float, float]:
    """Return the address nearest to the centre of a street and the distance to its far end."""
    points = [p for listed in numbers.points.values() for p in listed]
    if not points:
        street = table.streets[members[0]]
        return *street.centre, LOCALITY_RADIUS_M
    mean_x = sum(p.x for p in points) / len(points)
    mean_y = sum(p.y for p in points) / len(points)
    middle = min(points, key=lambda p: (math.hypot(p.x - mean_x, p.y - mean_y), p.number, p.suffix))
    far = max(math.hypot(p.x - middle.x, p.y - middle.y) for p in points)
    return middle.x, middle.y, max(far, INTERPOLATED_RADIUS_M)


def members_meant(
    table: StreetTable, members: tuple[int, ...], postcode: str, old_city: str
) -> tuple[tuple[int, ...], bool]:
    """Keep the streets of one name that lie in the postcode or old commune written.

    A street that runs through two postcodes comes as two under one identifier: both are kept, the
    part written first.

    Parameters
    ----------
    table : StreetTable
    members : tuple of int
        Streets of one name.
    postcode, old_city : str
        Folded; empty when not written.

    Returns
    -------
    members kept, whether they lie far apart and nothing tells which is meant
    """
    if len(members) == 1:
        return members, False
    meant = members
    for attribute, value in (("old_city", old_city), ("postcode", postcode)):
        if not value:
            continue
        kept = tuple(m for m in meant if fold(str(getattr(table.streets[m], attribute))) == value)
        if kept:
            meant = kept
    ids = {table.streets[m].id for m in meant}
    meant += tuple(m for m in members if m not in meant and table.streets[m].id in ids)
    return meant, len(ids) > 1 and _far_apart(table, meant)


def _far_apart(table: StreetTable, members: tuple[int, ...]) -> bool:
    """Tell whether streets of one name are different places: nearest points over 300 m apart."""
    if members in table.apart:
        return table.apart[members]
    parts: dict[str, list[tuple[float, float]]] = {}
    for member in members:
        street = table.streets[member]
        parts.setdefault(street.id, []).extend(_cloud(street))
    clouds = list(parts.values())
    made = table.apart[members] = any(
        min(math.hypot(a[0] - b[0], a[1] - b[1]) for a in one for b in other) > STREETS_APART_M
        for i, one in enumerate(clouds)
        for other in clouds[i + 1 :]
    )
    return made


def _cloud(street: Street) -> list[tuple[float, float]]:
    points = list(zip(street.x.tolist(), street.y.tolist(), strict=True))[:60]
    return points or [street.centre]


def spot(
    table: StreetTable,
    members: tuple[int, ...],
    head: Head,
    *,
    postcode: str = "",
    old_city: str = "",
) -> Spot:
    """Find numbers on the streets of one name.

    Parameters
    ----------
    table : StreetTable
    members : tuple of int
        Streets of the name.
    head : Head
        Numbers written.
    postcode, old_city : str
        Folded; tell streets of one name apart.
    """
    members, apart = members_meant(table, members, postcode, old_city)
    numbers = numbering(table, members)
    if not head.singles:
        return _whole_street(table, members, numbers, apart=apart)
    if head.ranges or len(head.singles) > 1:
        found = _range(table, numbers, head)
    else:
        found = _single(table, numbers, head.singles[0], postcode=postcode)
    if found is None:
        found = _estimated(table, members, numbers, head.singles[0], apart=apart)
    if apart and "voie_en_double" not in found.reasons:
        found = _with(found, "voie_en_double")
    return found


def _with(found: Spot, reason: str) -> Spot:
    return replace(found, reasons=(*found.reasons, reason), ambiguous=True)


def corner(table: StreetTable, one: tuple[int, ...], other: tuple[int, ...], spot: Spot) -> Spot:
    """Move the answer of a street to where it comes nearest to another street.

    Parameters
    ----------
    table : StreetTable
    one, other : tuple of int
        Streets of the two names.
    spot : Spot
        Answer of the first.

    Returns
    -------
    Spot
        `radius_m` grows by the gap between the streets; unchanged when one has no number.
    """
    here = [p for listed in numbering(table, one).points.values() for p in listed]
    there = [p for listed in numbering(table, other).points.values() for p in listed]
    if not here or not there:
        return spot
    gap, near = min((math.hypot(a.x - b.x, a.y - b.y), a) for a in here for b in there)
    return replace(spot, x=near.x, y=near.y, radius_m=INTERPOLATED_RADIUS_M + gap)


def _whole_street(
    table: StreetTable, members: tuple[int, ...], numbers: Numbering, *, apart: bool
) -> Spot:
    locality = table.streets[members[0]].kind == "locality"
    reasons = () if locality else ("sans_numero",)
    found = _on_street(table, members, numbers, locality=locality, reasons=reasons)
    return _with(found, "voie_en_double") if apart else found


def _on_street(
    table: StreetTable, members: tuple[int, ...], numbers: Numbering, *, locality: bool,
    reasons: tuple[str, ...],
) -> Spot:  # fmt: skip
    """Stand on a street or a locality, at no number."""
    kind = ResultType.LOCALITY if locality else ResultType.STREET
    return Spot(kind, *_middle(table, members, numbers), table.streets[members[0]], reasons=reasons)


def _hits(numbers: Numbering, wanted: Number) -> tuple[list[Point], bool]:
    """Return the points of a number, and whether its suffix is the one written."""
    number, suffix = wanted
    listed = numbers.points.get(number, [])
    exact = [p for p in listed if p.suffix == suffix]
    if not exact and suffix:
        other = SUFFIX_WORDS.get(suffix, "")
        exact = [p for p in listed if other and p.suffix == other]
    if exact:
        return exact, True
    plain = [p for p in listed if not p.suffix]
    return plain or listed[:1], False


def _single(
    table: StreetTable, numbers: Numbering, wanted: Number, *, postcode: str
) -> Spot | None:
    hits, same = _hits(numbers, wanted)
    if not hits:
        return None
    if len({table.streets[p.member].postcode for p in hits}) > 1:
        # the number on both sides of a postcode limit: the one written tells them apart
        hits = [p for p in hits if table.streets[p.member].postcode == postcode] or hits
    first = hits[0]
    spread = 0.0
    if len(hits) > 1:
        spread = max(math.hypot(p.x - first.x, p.y - first.y) for p in hits)
    ambiguous = spread > FAR_APART_M
    reasons: tuple[str, ...] = () if same else ("suffixe_absent",)
    if ambiguous:
        reasons = (*reasons, "numero_en_double")
    radius = max(EXACT_RADIUS_M if same else SUFFIX_RADIUS_M, spread)
    astray = _astray(numbers, first)
    if astray:
        reasons, ambiguous, radius = (*reasons, "numero_decale"), True, max(radius, astray)
    return Spot(
        ResultType.HOUSENUMBER, first.x, first.y, radius, table.streets[first.member], first,
        (first,), reasons, ambiguous,
    )  # fmt: skip


def _astray(numbers: Numbering, point: Point) -> float:
    """Return how far a number lies from both its neighbours when these are close together, else 0."""
    side = numbers.sides[point.number % 2]
    at = bisect_left(side, point.number)
    if not 0 < at < len(side) - 1 or side[at + 1] - side[at - 1] > _GAP_NUMBERS:
        return 0.0
    low, high = numbers.points[side[at - 1]][0], numbers.points[side[at + 1]][0]
    away = min(math.hypot(point.x - p.x, point.y - p.y) for p in (low, high))
    if away <= STREETS_APART_M:
        return 0.0
    return away if math.hypot(low.x - high.x, low.y - high.y) < away / 2 else 0.0


def _range(table: StreetTable, numbers: Numbering, head: Head) -> Spot | None:
    """Gather every number of a list or range that exists."""
    found: dict[Number, Point] = {}
    missing = False
    order: list[Point] = []
    for single in head.singles:
        hits, same = _hits(numbers, single)
        if hits:
            order.append(hits[0])
            found.setdefault((hits[0].number, hits[0].suffix), hits[0])
        missing = missing or not hits or not same
    for span in head.ranges:
        for number in (n for side in numbers.sides for n in side if inside(span, n)):
            for point in numbers.points[number]:
                found.setdefault((point.number, point.suffix), point)
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


def _estimated(
    table: StreetTable, members: tuple[int, ...], numbers: Numbering, wanted: Number, *, apart: bool
) -> Spot:
    """Place a number that is not listed: between its neighbours, past the end, or on the street."""
    number = wanted[0]
    side = numbers.sides[number % 2]
    at = bisect_left(side, number)
    if 0 < at < len(side) and not apart:
        low, high = numbers.points[side[at - 1]][-1], numbers.points[side[at]][0]
        gap = math.hypot(high.x - low.x, high.y - low.y)
        share = (number - low.number) / (high.number - low.number)
        wide = high.number - low.number > _GAP_NUMBERS or gap > STREETS_APART_M
        return Spot(
            ResultType.INTERPOLATED,
            low.x + share * (high.x - low.x),
            low.y + share * (high.y - low.y),
            max(INTERPOLATED_RADIUS_M, gap / 2),
            table.streets[low.member],
            reasons=("numero_interpole", "ecart_large") if wide else ("numero_interpole",),
            ambiguous=wide,
        )
    if side and not apart:
        end = numbers.points[side[-1] if at == len(side) else side[0]][0]
        beyond = abs(number - end.number)
        if beyond <= _BEYOND_MOST:
            return Spot(
                ResultType.INTERPOLATED, end.x, end.y, INTERPOLATED_RADIUS_M + 10.0 * beyond,
                table.streets[end.member], reasons=("numero_au_dela",), ambiguous=True,
            )  # fmt: skip
    locality = table.streets[members[0]].kind == "locality" and not numbers.points
    found = _on_street(table, members, numbers, locality=locality, reasons=("numero_absent",))
    return replace(found, ambiguous=not locality)
