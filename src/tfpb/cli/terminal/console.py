"""Consoles: French signs they lack are written near enough, and Ctrl-C is known whatever is at work.

An old Windows console (cp850, cp1252) has no narrow space, no « € » or no « − »: figures would be
cut by question marks. Each sign has a plain writing; accents go where even they are missing.
"""

from __future__ import annotations

import codecs
import signal
import sys
import threading
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

_PLAIN: Final = {
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\ufeff": "",
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "‹": "<", "›": ">",
    "–": "-", "—": "-", "−": "-", "‑": "-", "…": "...", "•": "-", "·": ".",
    "€": "EUR", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "×": "x", "÷": "/", "±": "+/-",
    "≥": ">=", "≤": "<=", "≈": "~", "≠": "<>", "→": "->", "²": "2", "³": "3", "°": "o", "№": "n",
    "●": "*", "○": "o", "◒": "*", "◐": "*", "▲": "^", "△": "^", "▼": "v", "▽": "v", "■": "#", "█": "#",
}  # fmt: skip


def plainly(error: UnicodeError, *, encoding: str) -> tuple[str, int]:
    """Write near enough what an encoding lacks: a handler of encoding errors.

    The encoding is given: a code page calls itself « charmap » in its errors.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_near(sign, encoding) for sign in lacking), error.end


def _near(sign: str, encoding: str) -> str:
    plain = _PLAIN.get(sign)
    if plain is None:
        bare = unicodedata.normalize("NFKD", sign)
        plain = "".join(c for c in bare if not unicodedata.combining(c))
    try:
        plain.encode(encoding)
    except UnicodeEncodeError:
        return "?"
    return plain


def settle_console() -> None:
    """Let consoles show what they can, near enough, instead of stopping."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = stream.encoding or "ascii"
            name = f"tfpb-{encoding}"
            codecs.register_error(name, partial(plainly, encoding=encoding))
            stream.reconfigure(errors=name)


STOPPED_CODE: Final = 130
_asked: Final = threading.Event()


def watch() -> None:
    """Note each Ctrl-C besides raising `KeyboardInterrupt`; only the main thread may ask for it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _note)


def was_asked() -> bool:
    """Say whether Ctrl-C was pressed since the last time this was asked."""
    asked = _asked.is_set()
    _asked.clear()
    return asked


def _note(_signal: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
