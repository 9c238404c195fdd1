"""How a bailleur's software writes an address: capitals, abbreviations, and now and then a slip."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

TYPES: Final = {
    "RUE": "R.", "AVENUE": "AV", "BOULEVARD": "BD", "ALLEE": "ALL", "IMPASSE": "IMP", "PLACE": "PL",
    "SQUARE": "SQ", "CHEMIN": "CHE", "PASSAGE": "PASS", "RESIDENCE": "RES", "ROUTE": "RTE",
}  # fmt: skip
TITLES: Final = {
    "GENERAL": "GAL", "MARECHAL": "MAL", "DOCTEUR": "DR", "PRESIDENT": "PDT", "COMMANDANT": "CDT",
    "COLONEL": "COL", "CAPITAINE": "CNE", "SAINT": "ST", "SAINTE": "STE", "MONSEIGNEUR": "MGR",
}  # fmt: skip


def afnor(text: str) -> str:
    """Write in capitals without accents or punctuation."""
    flat = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(c for c in flat if not unicodedata.combining(c)).upper()
    return re.sub(r"\s+", " ", re.sub(r"[-'’.]", " ", plain)).strip()


def capitals(text: str) -> str:
    """Write in capitals without accents, punctuation kept."""
    flat = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(c for c in flat if not unicodedata.combining(c)).upper()


def shortened(street: str) -> str:
    """Abbreviate type and titles: « R. DU GAL LECLERC »."""
    words = re.split(r"([ -])", capitals(street))
    words[0] = TYPES.get(words[0], words[0])
    return "".join(TITLES.get(w, w) for w in words)


def initialled(street: str) -> str:
    """Write first names by their initials: « RUE L.A. BLANQUI »."""
    words = capitals(street).split(" ")
    if len(words) != 3 or words[1] in {"DE", "DU", "DES", "LA", "LES", "ET"}:
        return " ".join(words)
    first = ".".join(part[0] for part in words[1].split("-"))
    return f"{words[0]} {first}. {words[2]}"


def slipped(text: str, rng: Random) -> str:
    """Slip a letter in the longest word: one doubled, dropped or swapped with the next."""
    word = max(text.split(" "), key=len)
    at = rng.randrange(1, len(word) - 2)
    wrong = rng.choice(
        (
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return text.replace(word, wrong, 1)


def garbled(text: str) -> str:
    """Break the accents as software that reads UTF-8 as cp1252 does: « LibertÃ© »."""
    return text.encode().decode("cp1252", errors="replace")
