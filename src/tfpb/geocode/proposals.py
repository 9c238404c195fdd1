"""Streets that resemble a line that none answers: what a person would try next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tfpb.geocode.places import numbering
from tfpb.geocode.streets import type_agreement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.geocode.commune_table import StreetTable
    from tfpb.geocode.line.house_numbers import Number
    from tfpb.geocode.line.parsed import Reading
    from tfpb.geocode.line.street_names import Name

MOST: Final = 5
_KEPT: Final = 20_000
_READINGS: Final = 2
_WEIGHED: Final = 60
_WORDS: Final = 12
_LEAST_WORD: Final = 3
_SHORT: Final = 6
_SHORT_CUTOFF: Final = 0.38
_CUTOFF: Final = 0.55
_SHORT_ALIKE: Final = 0.49
_ALIKE: Final = 0.62
_WORD_SHARE: Final = 0.92
_KIND: Final = 0.12
_NUMBER: Final = 0.14
_ENDS: Final = 0.04


class Proposal(NamedTuple):
    """A street of a commune that resembles what is written.

    Parameters
    ----------
    group : int
        Position in `StreetTable.groups`.
    likeness : float
        Of the names, letter by letter (0..1).
    worth : float
        Likeness with what type and number say; the best come first.
    """

    group: int
    likeness: float
    worth: float


def proposals(
    table: StreetTable, readings: Sequence[Reading], numbers: Sequence[Number]
) -> list[Proposal]:
    """Return at most five streets that resemble a line, best first; none when nothing is alike.

    Parameters
    ----------
    table : StreetTable
    readings : sequence of Reading
    numbers : sequence of Number
        House numbers written: a street that has them is likelier.
    """
    key = (*(reading.name.key for reading in readings[:_READINGS]), *numbers)
    known = table.proposals.get(key)
    if known is None:
        if len(table.proposals) > _KEPT:
            table.proposals.clear()
        known = table.proposals[key] = _proposals(table, readings, numbers)
    return known


def _proposals(
    table: StreetTable, readings: Sequence[Reading], numbers: Sequence[Number]
) -> list[Proposal]:
    best: dict[int, Proposal] = {}
    for reading in readings[:_READINGS]:
        name = reading.name
        if len(name.joined) < _LEAST_WORD:
            continue
        short = len(name.joined) <= _SHORT
        for group, likeness in _alike(table, name, _SHORT_CUTOFF if short else _CUTOFF):
            made = Proposal(group, likeness, _worth(table, name, group, likeness, numbers))
            enough = likeness >= (_SHORT_ALIKE if short else _ALIKE)
            if enough and (group not in best or made.worth > best[group].worth):
                best[group] = made
    return sorted(best.values(), key=lambda p: (-p.worth, p.group))[:MOST]


def _alike(table: StreetTable, name: Name, cutoff: float) -> Iterator[tuple[int, float]]:
    """Yield streets whose whole name, or one word of it, resembles the name written."""
    for written, names in ((name.joined, table.joined_names), (name.full, table.full_names)):
        near = process.extract(
            written, names, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=_WEIGHED
        )
        yield from ((at, float(likeness)) for _, likeness, at in near)
    for token in name.tokens:
        if len(token) < _LEAST_WORD or token.isdigit():
            continue
        near = process.extract(
            token,
            table.long_words,
            scorer=OSA.normalized_similarity,
            score_cutoff=cutoff,
            limit=_WORDS,
        )
        share = table.weight(token) / sum(map(table.weight, name.tokens))
        for word, likeness, _ in near:
            for group in table.postings[word]:
                words = table.groups[group].name.tokens
                part = table.weights[word] / sum(table.weights[w] for w in words)
                yield group, float(likeness) * min(1.0, share * _WORD_SHARE, part + 0.35)


def _worth(
    table: StreetTable, name: Name, group: int, likeness: float, numbers: Sequence[Number]
) -> float:
    street = table.groups[group]
    held = numbering(table, street.members).points
    worth = likeness + _KIND * type_agreement(name.kind, street.name.kind)
    if numbers and all(number in held for number, _ in numbers):
        worth += _NUMBER
    written, listed = name.joined, street.name.joined
    if listed:
        worth += _ENDS * ((written[0] == listed[0]) + (written[-1] == listed[-1]))
    return worth
