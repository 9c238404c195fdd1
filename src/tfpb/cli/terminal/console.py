"""Consoles that cannot show French signs, and the help of the whole, shown before any library is loaded."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import unicodedata
from functools import partial
from pathlib import Path
from typing import Final

COMPLETION: Final = "_TFPB_COMPLETE"
"""Variable by which a shell asks what may follow."""
_HELP: Final = "words/documents/whole_help.txt"
_WIDE: Final = 80
"""Columns of the window from which the help is laid out the same."""
_PLAIN: Final = {
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\ufeff": "",
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "‹": "<", "›": ">",
    "–": "-", "—": "-", "−": "-", "‑": "-", "…": "...", "•": "-", "·": ".",
    "€": "EUR", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "×": "x", "÷": "/", "±": "+/-",
    "≥": ">=", "≤": "<=", "≈": "~", "≠": "<>", "→": "->", "²": "2", "³": "3", "°": "o", "№": "n",
    "●": "*", "○": "o", "◒": "*", "◐": "*", "▲": "^", "△": "^", "▼": "v", "▽": "v", "■": "#", "█": "#",
    "◇": "+", "◆": "+",
}  # fmt: skip


def show_help() -> bool:
    """Print the help of the whole as it stands written; False where it is to be laid out anew.

    The library of the command line takes most of the time of a help. A test holds the text to what it says.
    """
    if sys.stdout is None or COMPLETION in os.environ or shutil.get_terminal_size().columns < _WIDE:
        return False
    try:
        settle_console()
        text = (Path(__file__).parents[2] / _HELP).read_text(encoding="utf-8")
        print(text, end="", flush=True)  # noqa: T201 - before the one place that prints can be loaded
    except OSError:  # whatever the output refuses is said as for every command
        return False
    return True


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
