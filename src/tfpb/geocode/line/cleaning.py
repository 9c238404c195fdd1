"""From a cell to comparable text: a clean line, its flat twin of the same length, how a word sounds."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from tfpb.packaged import packaged
from tfpb.text import drop_controls, mend_mojibake, squeeze

_TWO_LETTERS: Final = str.maketrans({
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'", "´": "'",
    "`": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "…": " ", "«": " ", "»": " ", '"': " ", "“": " ",
    "”": " ", "º": "°", "\n": " ", "\t": " ", "\r": " ",
})  # fmt: skip


class _Flattener(dict[int, str]):
    """Map any character to one plain character, learnt as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFKD", char)[0]
        flat = base if base.isascii() else " "
        if char == "°":
            flat = "°"
        self[code] = flat
        return flat


_FLAT: Final = _Flattener({code: chr(code) for code in range(128)})


def clean(text: str) -> str:
    """Make a cell one tidy line: accents kept, quotes and dashes plain, ligatures opened, mojibake undone."""
    if text.isascii():
        if '"' in text or "`" in text or not text.isprintable():
            text = drop_controls(text.translate(_TWO_LETTERS))
    else:
        text = unicodedata.normalize("NFC", mend_mojibake(text)).translate(_TWO_LETTERS)
        text = drop_controls(text)
    return squeeze(text)


def flatten(cleaned: str) -> str:
    """Lower case without accents, character for character: positions are those of `cleaned`."""
    return (cleaned if cleaned.isascii() else cleaned.translate(_FLAT)).lower()


_RULES: Final = tuple((re.compile(raw), heard) for raw, heard in packaged(__name__)["sounds"])


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """Return a code that words of similar sound share, of a lower-case word without accents."""
    code = word
    for pattern, replacement in _RULES:
        code = pattern.sub(replacement, code)
    return code or word
