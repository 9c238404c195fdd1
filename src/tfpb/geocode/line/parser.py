"""The address line parser: one for the index and for the national service.

Nearly all lines are a number, a type, plain words and perhaps a complement: they are cut by one expression,
and what their head and their tail mean is read once by `OneLine`, on a street that stands for all others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.house_numbers import Head, read_head
from tfpb.geocode.line.one_line import EDGES, OneLine, ParsedAddress, Reading, less_likely, notes_of
from tfpb.geocode.line.street_names import name_of
from tfpb.geocode.line.vocabulary import (
    ADJECTIVES,
    MONTHS,
    PREPOSITIONS,
    STRONG,
    SUFFIX_WORDS,
    TYPES,
    split_type,
)

__all__ = ["ParsedAddress", "parse"]

_NUMBERS: Final = r"\d[\d ,/&-]*(?:(?:bis|ter|quater|et|[a-qs-z])(?![a-z'.°])[\d ,/&-]*)*"
_HEAD: Final = re.compile(rf"((?:n ?° ?)?{_NUMBERS})((?<!\d)[a-z]|[a-z]{{2,}})\.?(?= )")
_INNER: Final = re.compile(rf"(?<=[ ,]){_NUMBERS}(?:{'|'.join(STRONG)})\.?(?= )")
"""Numbers and a type inside a line."""
_STREET: Final = re.compile(
    r"(?:[a-z' -]|\.(?=[ -])|(?<![a-z]{2})\.(?=[a-z])"
    rf"|(?<= )\d\d?(?:er)? (?:{'|'.join(sorted(MONTHS))})(?: 1[89]\d\d)?(?![a-z0-9]))*"
)
_MARK: Final = re.compile(
    r" -|- |(?<![a-z])(?:bat|esc|ent|ap|etg|etage|porte|pte|hall|cage|bloc|log|lgt|imm|tour|pav|ilot|box"
    r"|local|park|lot|groupe|rdc|rez|res|cite|hameau|quartier|domaine|ensemble|foyer|za|zup|hlm|chez|lieu|ld|villa|copro"
    r"|parcelle|cad|section|ref|bp|cs|tsa|cedex|cidex|anc|ex|acces|angle|bt|et |x )"
)
"""What may begin something else than the name of a street."""
_LONG: Final = 5
"""Signs of what may be a postal code."""
_WORD: Final = re.compile(r"[a-z]+")
_LAST_WORD: Final = re.compile(r"([a-z]{3,}|\d{4})$")
_ANY: Final = "quai zyxabc"
"""A street that no vocabulary knows, in place of the one written."""
_APART: Final = frozenset({"ancienne_adresse", "acces_par"})
"""Remarks that hang on the tail alone."""


@lru_cache(maxsize=100_000)
def parse(line: str) -> ParsedAddress:
    """Take an address line apart, in several readings when it can be cut in more than one way.

    Parameters
    ----------
    line : str
        Number and street as written, with whatever else the cell holds.
    """
    cleaned = clean(line)
    flat = flatten(cleaned)
    return _cut(cleaned, flat) or OneLine(cleaned, flat).parsed()


def _cut(cleaned: str, flat: str) -> ParsedAddress | None:
    """Take a line apart by its marks alone; None when it must be read word by word."""
    if "  " in flat:  # a sign that no letter stands for
        return None
    begun = _HEAD.match(flat)
    if begun is None:
        inner = None if "(" in flat else _INNER.search(flat)
        return _behind(cleaned, flat, inner.start()) if inner else None
    head = _numbers(begun[1])
    start = begun.start(2)
    plain = _STREET.match(flat, begun.end())
    stop = plain.end() if plain else begun.end()
    mark = _MARK.search(flat, begun.end(), stop)
    stop = mark.start() if mark else stop
    whole = not flat[stop:].strip()
    stop = len(flat) if whole else start + len(flat[start:stop].rstrip())
    if head is None or not (begun[2] in STRONG or (whole and _unknown(begun[1], flat, start))):
        return None
    second = _WORD.search(flat, begun.end(), stop)
    if second is None or (second[0] in TYPES and not whole):
        return None
    if begun[2] == "r" and second[0] in _TYPED:  # « 12 R RUE »: a suffix, or a type twice
        return None
    text = flat[start:stop]
    first = Reading(name_of(text), head)
    written = cleaned[start:stop].strip(EDGES)
    if whole:
        typed = begun[2] in STRONG and second[0] not in TYPES
        others = [] if typed else less_likely(text, head)
        readings = (
            first,
            *(r for r in others if r.name.key != first.name.key and r.name.key.strip()),
        )
        return ParsedAddress(cleaned, readings, written, notes=notes_of(head))
    last = _LAST_WORD.search(flat, begun.end(), stop)
    tail = None if last is None or last[1] in _HANGING else _tail(cleaned[stop:])
    if tail is None:
        return None
    behind, kept = tail
    second_reading = () if kept is None else (Reading(name_of(text + kept), head),)
    return behind._replace(
        text=cleaned, readings=(first, *second_reading), street=written,
        notes=(*notes_of(head), *behind.notes),
    )  # fmt: skip


def _unknown(numbers: str, flat: str, start: int) -> bool:
    """Tell whether plain numbers come before a word that begins nothing by itself."""
    word = _WORD.match(flat, start)
    return (
        word is not None
        and len(word[0]) > 1
        and word[0] not in _HANGING | SUFFIX_WORDS.keys()
        and numbers.find(" ")
        == len(numbers) - 1  # two that nothing links are so before a type alone
        and len(numbers) <= _LONG
        and not any(map(str.isalpha, numbers))
        and split_type(flat, start, after_digit=False) is None
    )


def _behind(cleaned: str, flat: str, start: int) -> ParsedAddress | None:
    """Take a line apart whose number stands behind a building or the name of a place."""
    before, rest = _lead(cleaned[:start]), _cut(cleaned[start:], flat[start:])
    if before is None or rest is None:
        return None
    parts = dict.fromkeys(f"{before.complement} | {rest.complement}".split(" | "))
    return rest._replace(
        text=cleaned, complement=" | ".join(filter(None, parts)), places=(*before.places, *rest.places)
    )  # fmt: skip


_TYPED: Final = ADJECTIVES | frozenset(TYPES)
_HANGING: Final = PREPOSITIONS | _TYPED
"""Words that do not end a name: what stands behind them may go on with it."""


@lru_cache(maxsize=20_000)
def _numbers(flat: str) -> Head | None:
    """Read what stands before a street; None when it is more than numbers."""
    head = read_head(f"{flat}{_ANY}")
    return None if not head.end or flat[head.end :].strip(" ,.:;-") else head


@lru_cache(maxsize=20_000)
def _lead(cleaned: str) -> ParsedAddress | None:
    """Read what stands before the number; None when it is more than a place or a part of one."""
    whole = f"{cleaned}12 {_ANY}"
    parsed = OneLine(whole, flatten(whole)).parsed()
    plain = parsed.numbers == ((12, ""),) and parsed.readings[0].name.key == _ANY
    sole = plain and len(parsed.readings) == 1 and not (parsed.notes or parsed.others)
    return None if not sole or parsed.parcels or parsed.postcode else parsed


@lru_cache(maxsize=20_000)
def _tail(cleaned: str) -> tuple[ParsedAddress, str | None] | None:
    """Read what stands behind a street, and what a second reading takes for words of the street.

    None when it is, or may be, a part of the name.
    """
    before = f"12 {_ANY}"
    whole = before + cleaned
    line = OneLine(whole, flatten(whole))
    parsed = line.parsed()
    first = parsed.readings[0] if parsed.readings else None
    if first is None or first.name.key != _ANY or first.head.singles != ((12, ""),):
        return None
    if len(parsed.readings) > 2 or not _APART.issuperset(parsed.notes):  # noqa: PLR2004
        return None
    return parsed, line.kept[len(before) :] if len(parsed.readings) > 1 else None
