"""Words of the audit of statistical disclosure: what was tried on a pack, and what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.numbers import plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXTS: Final = packaged(__name__)
TRIED: Final = Phrase(
    "Secret statistique de {name} : {cells:s cellule} ({masked:s masquée}), "
    "{tried:s essai} pour retrouver un groupe de moins de {threshold} ménages."
)
TOGETHER: Final = Phrase("Attaqué avec {count:s dossier déjà diffusé/dossiers déjà diffusés}.")
NOTHING_TOLD: Final = "Ce dossier ne dit rien d’une enquête : aucun secret à éprouver."
SAFE: Final = "Rien n’a été retrouvé."
BETRAYED: Final = Phrase("{count:s réponse n’est pas protégée/réponses ne sont pas protégées} :")
NARROWED: Final = Phrase(
    "{count:s groupe masqué est resserré/groupes masqués sont resserrés} (à relire, sans certitude) :"
)
OPEN: Final = Phrase("{count:s essai n’a pas/essais n’ont pas} abouti : rien n’en est prouvé.")
OTHERS: Final = Phrase("  – … et {count:s autre}.")
MOST: Final = 12
LOOSENED: Final = Phrase.table(**_TEXTS["loosened"])
"""What the packs contradict of what an attacker would take for granted."""

COUNTED: Final = (
    r"(?<![\d.,\u202f\u00a0])(\d{1,2})[ \u00a0\u202f]"
    r"(?:interviews?|ménages? interrogés?|réponses?|répondants?)\b"
)
"""A count of interviews, as files write it."""
NO_COUNT: Final = r"(?:moins de|plus de|au moins|à partir de|sous|≥|<|seuil de)\s*$"
"""What stands before a number that is a threshold."""

_ATTACKS: Final = Phrase.table(**_TEXTS["attacks"])
_SIDES: Final[dict[str, str]] = _TEXTS["sides"]
_LONGEST: Final = 90
_NAMED: Final = 3
_WHOLE: Final = frozenset({"", "total", "ensemble"})


def finding(
    attack: str,
    where: Sequence[str],
    bounds: tuple[float, float],
    *,
    attacker: str,
    residences: Sequence[str],
    text: str,
) -> str:
    """Write one thing that a pack lets out.

    Parameters
    ----------
    attack : str
    where : sequence of str
        Wave, level, territory, bailleur, question (or the file of a sentence), group.
    bounds : (float, float)
        Least and greatest size.
    attacker : str
        The bailleur whose own answers it takes; empty when the pack alone suffices.
    residences : sequence of str
        Of the group; empty where unknown.
    text : str
        Sentence of a file.
    """
    wave, level, place, owner, item, group = where
    parts = [
        f"vague {wave}" if wave else "",
        f"{level} {place}" if level not in _WHOLE else "",
        owner if owner not in _WHOLE else "",
        item,
        _SIDES.get(group, ""),
        _homes(residences),
    ]
    line = _ATTACKS[attack].format(
        where=", ".join(p for p in parts if p), size=_size(bounds), file=item, text=_short(text)
    )
    return f"  – {line}" + (f" (pour {attacker}, qui a ses réponses)." if attacker else ".")


def _size(bounds: tuple[float, float]) -> str:
    low, high = bounds
    if low == high:
        return plural(int(low), "ménage")
    if high == float("inf"):
        return f"au moins {plural(int(low), 'ménage')}"
    return f"entre {int(low)} et {plural(int(high), 'ménage')}"


def _homes(residences: Sequence[str]) -> str:
    if not residences or len(residences) > _NAMED:
        return ""
    return f"{'résidence' if len(residences) == 1 else 'résidences'} {', '.join(residences)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
