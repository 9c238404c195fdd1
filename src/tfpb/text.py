"""Text as written in French files: folding for comparison, and the repair of broken accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LIGATURES: Final = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", **dict.fromkeys("’‘ʼ´`", "'")}
)
_SPACES: Final = re.compile(r"[\s\u00a0\u2007\u2009\u200a\u202f\u200b\ufeff]+")
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
# UTF-8 read as cp1252 once: a lead byte (Ã, Â, Å, â) followed by a continuation byte shown as cp1252.
_MOJIBAKE: Final = re.compile(r"[ÃÂÅâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_CONTROL: Final = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_FORMULA: Final = re.compile(r"[\t\r\n]|[\s\u200b-\u200d\u2060\ufeff]*[=+\-@＝＋－＠﹢﹣﹦﹫]")
"""How a formula may begin: full-width signs and what is not seen before them included."""


def strip_accents(text: str) -> str:
    """Remove accents and ligatures, keep case (« Œuvre d’été » → « OEuvre d'ete »)."""
    if text.isascii():  # nine cells in ten
        return text.replace("`", "'")
    text = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(c for c in text if not unicodedata.combining(c))


def squeeze(text: str) -> str:
    """Turn every kind of space into single plain spaces and strip the ends."""
    if text.isascii() and text.isprintable() and "  " not in text:  # nine cells in ten
        return text.strip()
    return _SPACES.sub(" ", text).strip()


def capital(text: str) -> str:
    """Return a text with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=1 << 14)  # cells of a table are often alike
def fold(text: str) -> str:
    """Reduce to lower-case words without accents or punctuation: the key headers are compared by."""
    return _NOT_WORD.sub(" ", strip_accents(text).lower()).strip()


def number_key(written: str) -> str:
    """Return what a number of notice or premises is known by, however a spreadsheet wrote it.

    Spaces and the zeros it begins with are nothing: a second copy of a line may have lost them.
    """
    return fold(written).replace(" ", "").lstrip("0")


def mend_mojibake(text: str) -> str:
    """Undo « LÃ©on » → « Léon », up to twice; text that is not broken comes back unchanged."""
    for _ in range(2):
        if not _MOJIBAKE.search(text):
            break
        try:
            text = _to_cp1252_bytes(text).decode("utf-8")
        except UnicodeError:
            break
    return text


def _to_cp1252_bytes(text: str) -> bytes:
    """Encode as cp1252, letting its five undefined bytes through as latin-1 did when they were read."""
    out = bytearray()
    for char in text:
        try:
            out += char.encode("cp1252")
        except UnicodeEncodeError:
            out += char.encode("latin-1")
    return bytes(out)


def drop_controls(text: str) -> str:
    """Remove control characters: no spreadsheet or XML file may hold them, or they turn what is read."""
    return _CONTROL.sub("", text)


def is_number(text: str) -> bool:
    """Return whether a text reads as a number, with a decimal comma or point."""
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def like_formula(text: str) -> bool:
    """Return whether a spreadsheet could take a text for a formula."""
    return _FORMULA.match(text) is not None


# controls, marks that turn the direction of text or hide it, lone surrogates, line and paragraph marks
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """Write text on one line, without what is invisible and able to disguise a value or break a screen."""
    if text.isprintable():
        return text
    shown = "".join(" " if unicodedata.category(c) in _UNSHOWN else c for c in text)
    return squeeze(shown) if shown != text else text


TIED: Final = re.compile(r" (?=[%€:;?!»])|(?<=«) ")
"""Spaces at which a French line may not break."""
_OPENING: Final = re.compile(r"«[ \u00a0\u202f]*(?=\S)")
_CLOSING: Final = re.compile(r"(?<=\S)[ \u00a0\u202f]*»")
_MARK: Final = re.compile(r"(?<=\S) (?=[:;?!](?:\s|$))")
_SAMPLE: Final = re.compile(r"\bn = (?=\d)")


def french_spaces(text: str) -> str:
    """Keep together what French typography keeps together when a line is cut.

    No-break spaces inside « » and before : ; ? !, and in « n = 12 ». Applied by renderers, once.
    """
    text = _OPENING.sub("«\u00a0", text)
    text = _CLOSING.sub("\u00a0»", text)
    text = _MARK.sub("\u00a0", text)
    return _SAMPLE.sub("n\u00a0=\u00a0", text)


def letters_of(rank: int) -> str:
    """Return the letters of a rank from 1, as a column has them: A, Z, AA."""
    out = ""
    while rank:
        rank, rest = divmod(rank - 1, 26)
        out = chr(ord("A") + rest) + out
    return out
