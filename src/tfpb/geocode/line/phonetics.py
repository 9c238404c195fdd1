"""How a French word sounds, roughly: spellings of one sound are made one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_RULES: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"(?<=[ct])h", ""),
        (r"h", ""),
        (r"ge(?=[aou])", "j"),
        (r"g(?=[eiy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"qu|q|k|ck|cc", "c"),
        (r"x$|z$|s$|t$|d$|p$|e$", ""),
        (r"s$|t$|d$|e$", ""),
        (r"z", "s"),
        (r"eau|au", "o"),
        (r"ai|ei|ay|ey|er$|et$|ez$", "e"),
        (r"oe|eu", "e"),
        (r"y", "i"),
        (r"ill", "il"),
        (r"gn", "ni"),
        (r"m(?=[bp])", "n"),
        (r"am|em|en", "an"),
        (r"im|in|ym|yn|ain|ein", "in"),
        (r"om", "on"),
        (r"w", "v"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """Return a code that words of like sound share.

    Parameters
    ----------
    word : str
        One lower-case word without accents.
    """
    code = word
    for pattern, replacement in _RULES:
        code = pattern.sub(replacement, code)
    return code or word
