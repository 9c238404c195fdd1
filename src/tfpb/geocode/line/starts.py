"""Where a street begins: a type, perhaps glued to the word that follows."""

from __future__ import annotations

import re
from typing import Final

from tfpb.geocode.line.vocabulary import (
    ADJECTIVES,
    ARTICLES,
    DOUBLE_TYPES,
    GLUED_TYPES,
    LONG_GLUED,
    STRONG,
    TYPES,
)

_LETTERS: Final = re.compile(r"[\s,.:;-]*([a-z]+)(\.?)")
TWO_WORDS: Final = re.compile(r"[\s,.:;'-]*([a-z]+)[\s.']*([a-z]*)")


def split_type(flat: str, pos: int, *, after_digit: bool) -> int | None:
    """Return where a type glued to the next word ends (« RUEDU », « PLA. »), None if nothing is glued.

    Parameters
    ----------
    flat : str
        Lower case, no accents (`cleaning.flatten`).
    pos : int
    after_digit : bool
        Whether a number stands right before: « 5RUE » needs no other sign.
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
    """Tell whether a street type, perhaps glued to what follows, stands at a position.

    Parameters
    ----------
    flat : str
        Lower case, no accents (`cleaning.flatten`).
    pos : int
    strong : bool
        Count only types that can begin nothing but a street.
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
