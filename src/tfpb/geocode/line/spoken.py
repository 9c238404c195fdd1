"""Numbers said in several words: « quatre-vingt-dix-neuf », « mille neuf cent dix-huit »."""

from __future__ import annotations

from typing import Final

_HUNDRED: Final = 100
_THOUSAND: Final = 1000
_TENS: Final = frozenset({20, 30, 40, 50, 60, 80})


def said_after(said: int, word: int) -> int:
    """Return the number that a word makes of the words before it; 0 when it begins another.

    Parameters
    ----------
    said : int
        Number said so far.
    word : int
        Number of the next word: 1 to 16, tens, 100 or 1 000.
    """
    units, tens = said % 10, said % _HUNDRED
    whole = said >= _HUNDRED and not tens
    if word == _THOUSAND:
        return said * word if said < _HUNDRED else 0
    if word == _HUNDRED:
        if units > 1 and tens == units and not said % _THOUSAND // _HUNDRED:
            return said - units + units * word
        return said + word if said >= _THOUSAND and not said % _THOUSAND else 0
    if word == 20 and tens == 4:  # noqa: PLR2004
        return said + 76
    if word < 10:  # noqa: PLR2004
        teen = tens in {10, 70, 90} and word in {7, 8, 9}
        return said + word if tens in _TENS or teen or whole else 0
    if word < 20:  # noqa: PLR2004
        return said + word if tens in {60, 80} or whole else 0
    return said + word if word < _HUNDRED and whole else 0
