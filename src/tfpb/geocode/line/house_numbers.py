"""House numbers at the head of a line: one, a list, a range, and mixtures of these."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tfpb.geocode.line.vocabulary import (
    ADJECTIVES,
    ARTICLES,
    DOUBLE_TYPES,
    MONTHS,
    SINGLE_DOUBLES,
    TYPES,
    begins_street,
)

Number = tuple[int, str]
"""A house number and its suffix in lower case, `(12, "bis")`."""

_HEAD: Final = re.compile(r"(?:(?:n\s*°|no\.?|numero|n)\s*(?=\d))?")
_ITEM: Final = re.compile(
    r"(\d{1,5})(?!\d)(?:(\s*(?:[-/]\s?)?)(?:(bis|ter|quater|quinquies)(?![a-z])|(bis|ter|quater)(?=[a-z]{2})"
    r"|([a-z])(?![a-z0-9'.])))?"
)
_LINK: Final = re.compile(r"\s*(-|/|\bau?\b|\bet\b|&|\+|,|;|)\s*(?:n\s*°\s*)?(?=\d)")
_ORDINAL: Final = re.compile(r"\d+\s*(?:er|ere|eme|nde?)\b")
_DATE: Final = re.compile(r"\d{1,2}\s*(?:er)?\s+(?:" + "|".join(sorted(MONTHS)) + r")\b")
_NEXT_WORD: Final = re.compile(r"[\s,.-]*([a-z]+)?\s*([a-z]+)?")
_VOWELS: Final = frozenset("aeiouyh")
WIDEST_RANGE: Final = 150
"""A range of more numbers than this is read as two numbers."""


class Head(NamedTuple):
    """Numbers read at the head of a line."""

    singles: tuple[Number, ...] = ()  # numbers named one by one, ends of ranges included
    ranges: tuple[tuple[Number, Number], ...] = ()  # low end first
    end: int = 0  # where the numbers stop in the text
    doubtful: bool = False  # the last suffix may be an initial or an article (« 12 A THOMAS »)


NO_NUMBER: Final = Head()


def read_head(flat: str, start: int = 0) -> Head:
    """Read the house numbers that begin at `start` of a flat line; `NO_NUMBER` when there is none."""
    prefix = _HEAD.match(flat, start)
    pos = prefix.end() if prefix else start
    if _DATE.match(flat, pos) or _ORDINAL.match(flat, pos):
        return NO_NUMBER
    return _chain(flat, start, pos)


def _chain(flat: str, start: int, pos: int) -> Head:
    """Read numbers one after the other, with what links them."""
    groups: list[list[Number]] = []
    links = ""
    doubtful = False
    end = start
    while match := _ITEM.match(flat, pos):
        if groups and (_ORDINAL.match(flat, pos) or _DATE.match(flat, pos)):
            break
        number, suffix, stop, doubtful = _item(flat, match)
        if links in {"", "et", "&", "+", ",", ";"} or not groups:
            if groups and not links:
                if number == 9 and len(groups) == 1 and len(groups[0]) == 1 and not suffix:  # noqa: PLR2004
                    return _head(groups, stop, doubtful=doubtful)  # an INDREP of 9 means none
                if not _goes_on(flat, stop) and not _type_follows(flat, stop):
                    break
            groups.append([(number, suffix)])
        else:
            groups[-1].append((number, suffix))
        end = stop
        link = _LINK.match(flat, stop)
        if link is None:
            break
        links = link[1].strip()
        if not links and link.end() == stop:
            break
        pos = link.end()
    return _head(groups, end, doubtful=doubtful) if groups else NO_NUMBER


def _goes_on(flat: str, stop: int) -> bool:
    link = _LINK.match(flat, stop)
    return link is not None and bool(link[1].strip())


def _type_follows(flat: str, stop: int) -> bool:
    following = _NEXT_WORD.match(flat, stop)
    return following is not None and following[1] in TYPES


def _item(flat: str, match: re.Match[str]) -> tuple[int, str, int, bool]:
    """Read one number: value, suffix, where it ends, whether the suffix is doubtful."""
    number = int(match[1])
    if match[3] or (match[4] and _parted(flat, match)):
        return number, match[3] or match[4], match.end(), False
    letter = match[5]
    if not letter:
        return number, "", match.end(1), False
    rest = flat[match.end() :]
    if letter == "a" and re.match(r"\s*\d", rest):
        return number, "", match.end(1), False
    if not match[2]:
        return number, letter, match.end(), False
    return _spaced_letter(number, letter, match, rest)


def _parted(flat: str, match: re.Match[str]) -> bool:
    """Tell whether a suffix glued to the next word is one: « 12 terrasse » has none."""
    if begins_street(flat, match.end()):
        return True
    glued = _NEXT_WORD.match(flat, match.start(4))
    return not match[2] and not (glued and glued[1] in TYPES)


def _spaced_letter(
    number: int, letter: str, match: re.Match[str], rest: str
) -> tuple[int, str, int, bool]:
    """Decide what a letter standing apart is: suffix, « R » for rue, article or initial."""
    following = _NEXT_WORD.match(rest)
    word = (following and following[1]) or ""
    second = (following and following[2]) or ""
    begins_street = (
        word in TYPES
        or word in SINGLE_DOUBLES
        or (word, second) in DOUBLE_TYPES
        or (word in ADJECTIVES and second in TYPES)
    )
    if not word and rest.strip(" ,;-."):
        return number, letter, match.end(), False
    if letter == "r" and not begins_street:
        return number, "", match.end(1), False
    if letter in "ld" and word and word[0] in _VOWELS and not begins_street:
        return number, "", match.end(1), False
    certain = begins_street or word in ARTICLES or not word
    return number, letter, match.end(), not certain


def _head(groups: list[list[Number]], end: int, *, doubtful: bool) -> Head:
    singles: dict[Number, None] = {}
    ranges: list[tuple[Number, Number]] = []
    for listed in groups:
        group = [item for item in listed if item[0]]  # « 0 » and « 0000 » mean no number
        singles.update(dict.fromkeys(group))
        if len(group) == 2:  # noqa: PLR2004
            low, high = sorted(group)
            if 0 < high[0] - low[0] <= WIDEST_RANGE:
                ranges.append((low, high))
    return Head(tuple(singles), tuple(ranges), end, doubtful)


def inside(span: tuple[Number, Number], number: int) -> bool:
    """Tell whether a number lies in a range; the parity of its ends rules when they share it."""
    (low, _), (high, _) = span
    if not low <= number <= high:
        return False
    return (low - high) % 2 == 1 or (number - low) % 2 == 0
