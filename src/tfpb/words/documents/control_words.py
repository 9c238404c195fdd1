"""Words of the check of many packs: findings, what to ask for, the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged
from tfpb.words.money.state_words import MOTIVES
from tfpb.words.numbers import number, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS: Final = packaged(__name__)
SUBJECTS: Final[dict[str, str]] = _TEXTS["subjects"]
STATES: Final[dict[str, str]] = _TEXTS["states"]
FOUND: Final = MOTIVES | Phrase.table(**_TEXTS["found"])
"""A sentence a finding; what a convention lacks, as it is said of premises."""
ASKS: Final[dict[str, str]] = _TEXTS["asks"]
"""What to ask for, by subject."""
LEADS: Final[dict[str, str]] = _TEXTS["leads"]
TITLE: Final = "Contrôle des dossiers d’abattement"
SUBTITLE: Final = Phrase("{count:s dossier} ; {year}")
YEAR: Final = "imposition {year}"
EVERY_YEAR: Final = "chacun pour son année d’imposition"
LACKS: Final = "manque"
TO_KNOW: Final = "à savoir"
HEAD: Final = "✗"
HELD: Final = "✓"
READ_ONLY: Final = (
    "Ce contrôle lit ce qui est remis et ne recalcule ni l’abattement ni la localisation : un dossier "
    "« complet » n’est pas un abattement accordé."
)
WRITTEN: Final = "Contrôle écrit dans {book}, et la page dans {page}."
NOT_SHOWN: Final = Phrase("Et {count:s dossier}, dans le classeur.")


def sentence(code: str, fields: Mapping[str, Any]) -> str:
    """Write a finding."""
    return FOUND[code].filled(fields)


def summary(packs: int, whole: int, refused: int, lacks: Mapping[str, int]) -> str:
    """Write how many packs are whole, how many are not and in what, how many were refused.

    `lacks`: subject → packs that lack something there.
    """
    parts = [f"{plural(packs, 'dossier')} : {plural(whole, 'complet')}"]
    if rest := packs - whole - refused:
        parts.append(f"{number(rest)} à compléter")
    if refused:
        parts.append(f"{number(refused)} refusé{'s' if refused > 1 else ''}")
    counts = [f"{SUBJECTS[k].lower()} {number(n)}" for k, n in lacks.items() if n]
    return f"{', '.join(parts)}." + (
        f" Ce qui manque, en dossiers : {', '.join(counts)}." if counts else ""
    )
