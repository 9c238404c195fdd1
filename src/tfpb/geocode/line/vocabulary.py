"""Words of addresses: types of streets, articles, titles, abbreviations; where a street begins by them."""

from __future__ import annotations

import re
from typing import Final

from tfpb.packaged import packaged

_TABLES: Final = packaged(__name__)
_STRONG_TYPES: Final[dict[str, str]] = _TABLES["strong_types"]
_WEAK_TYPES: Final[dict[str, str]] = _TABLES["weak_types"]


def _spellings(table: dict[str, str]) -> dict[str, str]:
    return {word: kind for kind, words in table.items() for word in words.split()}


STRONG: Final = _spellings(_STRONG_TYPES)
"""Spelling to type, for types that can only begin a street."""
TYPES: Final = {**_spellings(_WEAK_TYPES), **STRONG}
"""Spelling to type, all types; the weak ones also stand inside names and complements."""
DOUBLE_TYPES: Final[dict[tuple[str, ...], str]] = {
    tuple(two.split()): kind for kind, written in _TABLES["double_types"].items() for two in written
}
SINGLE_DOUBLES: Final[dict[str, str]] = _spellings(_TABLES["single_doubles"])
ADJECTIVES: Final[frozenset[str]] = frozenset(_TABLES["adjectives"])
"""Words that may stand before a type inside one name (« Vieille Route de Paris »)."""

GLUED_TYPES: Final[tuple[str, ...]] = tuple(_TABLES["glued_types"])
"""Types found glued to the word that follows, longest first."""
LONG_GLUED: Final = frozenset(t for t in GLUED_TYPES if len(t) > 4 and t != "cours") | {"rue"}  # noqa: PLR2004
"""Types long enough to be believed when nothing else shows that two words are glued."""
BUILDING_TYPES: Final[frozenset[str]] = frozenset(_TABLES["building_types"])
"""Types that more often name a building than a street."""

ARTICLES: Final[frozenset[str]] = frozenset(_TABLES["articles"])
PREPOSITIONS: Final = ARTICLES | {"a", "sur", "sous", "une", "un"}

TITLES: Final[dict[str, str]] = _TABLES["titles"]
_WORDS: Final[dict[str, str]] = _TABLES["words"]
SPOKEN: Final[dict[str, int]] = _TABLES["spoken"]
"""Words that numbers are said with (« mille neuf cent dix-huit »)."""
_RANKS: Final[dict[str, str]] = _TABLES["ranks"]
_ROMANS: Final[dict[str, str]] = _TABLES["romans"]
_ROMAN_RANKS: Final = {
    f"{roman}{end}": number for roman, number in _ROMANS.items() for end in ("e", "eme", "ieme")
    if roman + end != "vie"
}  # fmt: skip
ORDINALS: Final = frozenset(["er", "ere", "re", "eme", "e", "nd", "nde"])
MONTHS: Final[frozenset[str]] = frozenset(_TABLES["months"])
_MONTHS_CUT: Final[dict[str, str]] = _TABLES["months_cut"]
FEMININE: Final[frozenset[str]] = frozenset(_TABLES["feminine"])
"""Types before which « anc » is « ancienne »."""
LIGHT: Final = frozenset(TITLES) | {"prolongee", "ancien", "ancienne", "grand", "petit"}
"""Words that tell little of which street is meant: weighted by `LIGHT_WEIGHT`."""
COMMON: Final[frozenset[str]] = frozenset(_TABLES["common_words"].split())
"""Words that many towns have in the names of their streets: one of them is seldom another one misspelt."""
RESPELL: Final[dict[str, str]] = {
    **{word: title for title, words in TITLES.items() for word in words.split()},
    **{word: full for full, words in _WORDS.items() for word in words.split()},
    **{word: str(number) for word, number in SPOKEN.items() if word != "un"},
    **_RANKS,
    **_ROMANS,
    **_ROMAN_RANKS,
    **_MONTHS_CUT,
    **dict.fromkeys(ARTICLES, ""),
}
"""Word to the spelling it is compared by; empty for words that are dropped."""

SUFFIX_WORDS: Final = {"b": "bis", "t": "ter", "q": "quater", "bis": "b", "ter": "t", "quater": "q"}
"""The other spelling of a suffix."""

KINSHIP: Final = tuple(frozenset(kin) for kin in _TABLES["kinship"])
"""Types often taken for one another."""

NOT_ADDRESSES: Final[frozenset[str]] = frozenset(_TABLES["not_addresses"])
"""Whole lines that name no address."""


_LETTERS: Final = re.compile(r"[\s,.:;-]*([a-z]+)(\.?)")
TWO_WORDS: Final = re.compile(r"[\s,.:;'-]*([a-z]+)[\s.']*([a-z]*)")


def split_type(flat: str, pos: int, *, after_digit: bool) -> int | None:
    """Return where a type glued to the next word ends (« RUEDU », « PLA. »), None if nothing is glued.

    `after_digit`: a number is right before, and « 5RUE » needs no other sign.
    """
    match = _LETTERS.match(flat, pos)
    if match is None:
        return None
    word, begin = match[1], match.start(1)
    if word in TYPES:
        return None
    for kind in GLUED_TYPES:
        if not word.startswith(kind) or len(word) == len(kind):
            continue
        tail = word[len(kind) :]
        certain = tail in ARTICLES or (len(tail) == 1 and match[2] == ".") or tail in TYPES
        if tail.startswith(kind) or tail in {"l", "d"}:
            certain = True
        if certain or (after_digit and begin == pos) or (kind in LONG_GLUED and len(tail) > 3):  # noqa: PLR2004
            return begin + len(kind)
    return None


def begins_street(flat: str, pos: int, *, strong: bool = False) -> bool:
    """Return whether a street type, perhaps glued to what follows, is at a position of a flat line.

    `strong` counts only types that can begin nothing but a street.
    """
    match = TWO_WORDS.match(flat, pos)
    if match is None:
        return False
    first, second = match[1], match[2]
    if first in (STRONG if strong else TYPES) or (first, second) in DOUBLE_TYPES:
        return True
    if first in ADJECTIVES and second in STRONG:
        return True
    glued_here = pos > 0 and flat[pos - 1].isdigit() and match.start(1) == pos
    return split_type(flat, pos, after_digit=glued_here) is not None
