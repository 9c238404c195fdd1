"""Addresses of the base proposed while one is typed: those whose words begin as what is written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tfpb.geocode.answer import number_text
from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.street_names import name_of
from tfpb.geocode.line.vocabulary import RESPELL, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tfpb.geocode.commune_table import Group, StreetTable

MOST: Final = 8
_HEAD: Final = re.compile(r"(\d{1,5}) ?(bis|ter|quater|[a-z](?= ))?[ ,]*(.*)")
_WORD: Final = re.compile(r"\w+")
_PLAIN: Final = frozenset({"de", "du", "des", "la", "le", "les", "l", "d", "et"})


def suggested(table: StreetTable, typed: str) -> tuple[str, ...]:
    """Return at most eight addresses of a commune that a typed text may become, best first.

    Its last word may be cut; the words before may be short (« av gal lec ») and in any order.
    """
    flat = flatten(clean(typed)).strip()
    head = _HEAD.fullmatch(flat)
    number, suffix, line = (int(head[1]), head[2] or "", head[3]) if head else (0, "", flat)
    words = _WORD.findall(line)
    wanted = [_spellings(w) for w in words if w not in _PLAIN] or [(w,) for w in words[-1:]]
    if not wanted:
        return ()
    fits = [
        (len(own) - len(wanted), len(name), name, group)
        for group in table.groups
        for name in (table.streets[group.members[0]].name,)
        for own in (_words(name),)
        if all(any(o.startswith(f) for o in own for f in forms) for forms in wanted)
    ]
    groups = [group for *_, group in sorted(fits)] or _alike(table, wanted)
    lines = (line for group in groups for line in _lines(table, group, number, suffix))
    # a street that has the number stands before one that has its neighbours
    ranked = sorted(lines, key=lambda pair: pair[0])
    return tuple(dict.fromkeys(text for _, text in ranked))[:MOST]


def _spellings(word: str) -> tuple[str, ...]:
    """Return a word, and what it is short for."""
    return tuple({word, RESPELL.get(word, word), TYPES.get(word, word)})


@lru_cache(maxsize=60_000)
def _words(street: str) -> tuple[str, ...]:
    """Return the words that a street is looked for by: as published, and as they are compared."""
    flat = flatten(clean(street))
    name = name_of(flat)
    return tuple(dict.fromkeys((*_WORD.findall(flat), *name.kind.split(), *name.tokens)))


def _alike(table: StreetTable, wanted: Iterable[tuple[str, ...]]) -> list[Group]:
    """Return the streets that have most of the words, or words alike, the type of the street apart."""
    near = {word for forms in wanted for form in forms for word in table.expand(form)}
    held = ((len(near.intersection(g.name.tokens)), g) for g in table.groups)
    scored = [(-score, len(g.name.tokens), g.name.key, g) for score, g in held if score]
    return [group for score, *_, group in sorted(scored) if score == min(scored)[0]]


def _lines(table: StreetTable, group: Group, number: int, suffix: str) -> Iterator[tuple[int, str]]:
    """Yield the addresses of a street, each after how far it is from the number typed."""
    street = table.streets[group.members[0]].name
    numbering = table.numbering(group.members)
    if not number or not numbering.numbers:
        yield 0, street
        return
    points, exact = numbering.hits((number, suffix))
    if points:
        yield not exact, f"{number_text(points[0])} {street}"
        return
    for near in numbering.neighbours(number):
        for point in near[:1]:
            yield 2, f"{number_text(point)} {street}"
