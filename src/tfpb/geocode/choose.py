"""Street and number chosen together: among like names, the one that has the number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.geocode.candidates import Candidate, candidates
from tfpb.geocode.spots import Spot, spot
from tfpb.model.codes import ResultType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.geocode.commune_table import StreetTable
    from tfpb.geocode.line.one_line import Reading
    from tfpb.geocode.town.commune_finder import Place

_TRIED: Final = 4
_FOUND: Final = 0.2
_BETWEEN: Final = 0.12
_NEAR: Final = 0.3
_CLOSE: Final = 0.12


class Choice(NamedTuple):
    """The street retained, where the number is on it, and how far the next one comes."""

    candidate: Candidate
    spot: Spot
    margin: float  # distance to the next street, number included (0..1)
    rivals: tuple[Candidate, ...] = ()  # other streets that answer the line, best first
    contested: bool = False  # a street close behind has the number too, or the exact name lacks it


class Found(NamedTuple):
    """A street answer before it is written out."""

    table: StreetTable
    choice: Choice
    confidence: float  # probability that the street is right (0..1)
    reasons: tuple[str, ...] = ()
    elsewhere: tuple[Found, ...] = ()  # streets of other communes that answer as well

    @property
    def spot(self) -> Spot:
        """Where the number stands."""
        return self.choice.spot


def choose(table: StreetTable, readings: tuple[Reading, ...], place: Place) -> Choice | None:
    """Choose a street of a commune for the readings of a line.

    Postcode and old commune of `place` distinguish streets of one name.
    """
    listed = candidates(table, readings)
    if not listed:
        return None
    head = readings[listed[0].reading].head
    choice = _weigh(table, readings, listed, place)
    if choice.spot.first is not None or not head.singles or listed[0].how == "fuzzy":
        return choice
    return _weigh(table, readings, candidates(table, readings, widen=True), place)


def _weigh(
    table: StreetTable, readings: Sequence[Reading], listed: list[Candidate], place: Place
) -> Choice:
    if len(listed) == 1:
        return Choice(listed[0], spot(table, readings, listed[0], place), 1.0)
    top = listed[0].rank
    tried: list[tuple[float, Candidate, Spot]] = []
    for candidate in listed[:_TRIED]:
        if top - candidate.rank > _NEAR:
            break
        where = spot(table, readings, candidate, place)
        tried.append((candidate.rank + _evidence(where), candidate, where))
    tried.sort(key=lambda t: -t[0])
    (worth, best, where), *rest = tried
    second = max((t[0] for t in rest), default=0.0)
    if len(tried) < len(listed):
        second = max(second, listed[len(tried)].rank)
    contested = any(
        (t[2].first is not None and worth - t[0] < _CLOSE) or (t[1].how in {"exact", "joined"})
        for t in rest
    )
    rivals = tuple(c for c in listed if c is not best)
    return Choice(best, where, min(1.0, max(0.0, worth - second)), rivals, contested)


def _evidence(where: Spot) -> float:
    """Return what the number says of the street."""
    if where.first is not None:
        return _FOUND
    return _BETWEEN if where.kind is ResultType.INTERPOLATED and not where.ambiguous else 0.0
