"""« À faire »: who, by when and how far, as they are written; what names an office and nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.facts.kinds import NOBODY
from tfpb.model.codes import TaskState
from tfpb.packaged import packaged
from tfpb.text import fold
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


_TEXTS: Final = packaged(__name__)
STATES: Final = {TaskState(code): french for code, french in _TEXTS["states"].items()}
"""How each state is written; the list that a cell of it offers."""
_OFFICES: Final = frozenset(map(fold, _TEXTS["offices"]))
AT_ONCE: Final = "sans attendre"
OPEN_DAY: Final = "date à fixer"
OUTSIDE: Final = "hors QPV"
PARTLY: Final = "en partie"
DOUBTFUL: Final = "{quarter} ?"
HOMES: Final = Phrase("{name} ({homes:s logement})")
PLACED: Final = Phrase("{name}, {place} ({homes:s logement})")
WORTH: Final = Phrase("{name}, vaut {worth:€}")
CARRIED: Final = Phrase("dont {carried:€} reportés de {year}")
SHEET: Final = "À faire"
COMING: Final = "à venir"
PAST: Final = "passée"
UNDATED: Final = "à dater"
LEAD: Final = Phrase("{lines:s ligne}, {open:s ouverte}{days:? ; {days:s échéance}}.")
SUM: Final = Phrase("{title} : {stake:€}")
SUMS: Final = "{sums} (sans les additionner)."
AGAIN: Final = (
    "« Qui », « Pour quand » et « État » se remplissent ici ; le calcul suivant les reprend."
)
TO_NAME: Final = (
    "« Qui », « Pour quand » et « État » se remplissent ici ; pour que le calcul suivant les reprenne, "
    "nommez ce classeur sous [fichiers] : a_faire."
)
ELSEWHERE: Final = (
    "« Qui », « Pour quand » et « État » sont ceux de « {name} » : c’est là qu’ils se remplissent, ou à "
    "l’écran « À faire » de la page."
)
FILLED_HEADERS: Final = ("Quoi", "Objet", "Qui", "Pour quand", "État", "Clé", "Proposé")
_SEPARATOR: Final = " · "


def is_office(text: str, roles: Iterable[str]) -> bool:
    """Return whether a text names an office, not a person: a role of the dossier, or words of offices."""
    if fold(text) in {fold(role) for role in roles}:
        return bool(text)
    found = re.findall(r"\w+", fold(text))
    return bool(found) and all(word in _OFFICES for word in found)


def day_words(day: dt.date | None, *, at_once: bool) -> str:
    """Write by when: a day, at once, or that nobody dated it."""
    if day is not None:
        return f"{day:%d/%m/%Y}"
    return AT_ONCE if at_once else OPEN_DAY


def coming(day: dt.date | None, on: dt.date) -> str:
    """Write how a day stands on that of the dossier, whatever was done of it."""
    return UNDATED if day is None else COMING if day >= on else PAST


def proposal(
    role: str, day: dt.date | None, *, at_once: bool, state: str = STATES[TaskState.A_FAIRE]
) -> str:
    """Write what the dossier proposes in a line: what a cell that was not filled says."""
    return _SEPARATOR.join((role or NOBODY, day_words(day, at_once=at_once), state))


def proposed(cell: str) -> tuple[str, str, str]:
    """Read again what was proposed in a line: who, when, how far; empty where the cell says none."""
    parts = cell.rsplit(_SEPARATOR, 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")  # noqa: PLR2004
