"""The canonical form of a street name, the same on both sides of the comparison."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tfpb.geocode.line.vocabulary import (
    ADJECTIVES,
    DOUBLE_TYPES,
    FEMININE,
    MONTHS,
    ORDINALS,
    RESPELL,
    SINGLE_DOUBLES,
    SPOKEN,
    STRONG,
    TYPES,
)

_HUNDRED: Final = 100
_THOUSAND: Final = 1000
_TENS: Final = frozenset({20, 30, 40, 50, 60, 80})
_WORD: Final = re.compile(r"\d+|[a-z]+[.']?")
_VOWELS: Final = frozenset("aeiouyh")
WHOLE: Final = {"grande rue", "petite rue"}
"""Types that are a name by themselves."""
_OF: Final = frozenset({"de", "du", "des", "d'", "d"})
YEAR: Final = re.compile(r"\d{4}|14|18|36|39|4[0-5]|5[48]|62")
"""A year behind a month, « 45 » as well as « 1945 »."""


def number_after(so_far: int, word: int) -> int:
    """Return the number that a word makes of the number so far; 0 when it begins another.

    A word is 1 to 16, tens, 100 or 1 000.
    """
    units, tens = so_far % 10, so_far % _HUNDRED
    whole = so_far >= _HUNDRED and not tens
    if word == _THOUSAND:
        return so_far * word if so_far < _HUNDRED else 0
    if word == _HUNDRED:
        if units > 1 and tens == units and not so_far % _THOUSAND // _HUNDRED:
            return so_far - units + units * word
        return so_far + word if so_far >= _THOUSAND and not so_far % _THOUSAND else 0
    if word == 20 and tens == 4:  # noqa: PLR2004
        return so_far + 76
    if word < 10:  # noqa: PLR2004
        teen = tens in {10, 70, 90} and word in {7, 8, 9}
        return so_far + word if tens in _TENS or teen or whole else 0
    if word < 20:  # noqa: PLR2004
        return so_far + word if tens in {60, 80} or whole else 0
    return so_far + word if word < _HUNDRED and whole else 0


class Name(NamedTuple):
    """A street name taken apart."""

    kind: str  # canonical type (`rue`, `avenue`…), empty when none is written
    tokens: tuple[str, ...]  # significant words, in order; a single letter is an initial
    key: str  # type and tokens: equal keys are the same street name
    core: str  # tokens only
    joined: str  # tokens without spaces
    full: str  # all words after the type without spaces, articles included
    plain: str  # the name in full words, as an online service reads it best


@lru_cache(maxsize=200_000)
def name_of(flat: str) -> Name:
    """Take a flat street name apart (type first, if there is one)."""
    words = _WORD.findall(flat)
    kind, start = _type_of(words)
    tokens: list[str] = []
    full: list[str] = []
    plain: list[str] = [kind] if kind else []
    for i in range(start, len(words)):
        word = words[i]
        bare = word.rstrip(".'")
        full.append(bare)
        spelt = _spelt(words, i)
        plain.append(bare if not spelt or spelt.isdigit() else spelt)
        if tokens and bare in ORDINALS and words[i - 1].isdigit():
            continue
        if len(bare) == 1 and len(spelt) < 2 and not bare.isdigit():  # noqa: PLR2004
            if _is_initial(words, i, start):
                tokens.append(bare)
            continue
        if spelt:
            tokens.append(spelt.lstrip("0") or "0" if spelt.isdigit() else spelt)
    tokens = _numbers_joined(tokens)
    if not tokens and start:
        # a name made of a type alone (« Grande Rue », « Le Parc »)
        tokens = full = [] if kind in WHOLE else [words[-1].rstrip(".'")]
    core = " ".join(tokens)
    return Name(
        kind, tuple(tokens), f"{kind} {core}", core, "".join(tokens), "".join(full), " ".join(plain)
    )


def _type_of(words: list[str]) -> tuple[str, int]:
    """Read the type at the head of the words, once if it is repeated."""
    kind, start = "", 0
    while start < len(words):
        word = words[start].rstrip(".'")
        following = words[start + 1].rstrip(".'") if start + 1 < len(words) else ""
        double = DOUBLE_TYPES.get((word, following)) or DOUBLE_TYPES.get(
            (TYPES.get(word, word), following)
        )
        found = double or SINGLE_DOUBLES.get(word) or TYPES.get(word)
        width = 2 if double else 1
        if found is None or (kind and start + width >= len(words) and found not in WHOLE):
            break
        if kind and found not in {kind, *WHOLE}:
            break
        kind, start = found, start + width
    return kind, start


def _is_initial(words: list[str], i: int, start: int) -> bool:
    """Tell an initial (« A. Thomas », « L Blum ») from an elided or plain article."""
    word = words[i]
    if word.endswith("."):
        return True
    if word.endswith("'"):
        return False
    following = words[i + 1] if i + 1 < len(words) else ""
    if word in {"l", "d"}:
        return bool(following) and following[0] not in _VOWELS
    if word in {"a", "y"}:
        return i == start and bool(following)
    return True


def _spelt(words: list[str], i: int) -> str:
    """Spell a word as it is compared: « pte » before « de » is a gate, a type behind « ancien » is whole."""
    bare = words[i].rstrip(".'")
    if bare == "pte" and i + 1 < len(words) and words[i + 1] in _OF:
        return "porte"
    if bare == "anc" and i + 1 < len(words) and STRONG.get(words[i + 1].rstrip(".")) in FEMININE:
        return "ancienne"
    if i == 1 and bare in STRONG and words[0].rstrip(".") in ADJECTIVES:
        return STRONG[bare]
    return RESPELL.get(bare, bare)


def _numbers_joined(tokens: list[str]) -> list[str]:
    """Add up numbers written as several words, and drop the year of a date."""
    if len(tokens) < 2 or not any(map(str.isdigit, tokens)):  # noqa: PLR2004
        return tokens
    out: list[str] = []
    for token in tokens:
        last = out[-1] if out else ""
        value = int(token) if token.isdigit() else SPOKEN.get(token, 0)
        added = number_after(int(last), value) if value and last.isdigit() else 0
        if added:
            out[-1] = str(added)
        else:
            out.append(token)
    return [
        t for at, t in enumerate(out) if not (at and out[at - 1] in MONTHS and YEAR.fullmatch(t))
    ]
