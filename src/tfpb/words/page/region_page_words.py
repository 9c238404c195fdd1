"""Words of the page of a region: what it makes of each file, and whom its outputs are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.text import fold
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Collection

_TEXTS: Final = packaged(__name__)
COMMON: Final[dict[str, str]] = _TEXTS["common"]
"""Common file of a region → its name."""
FILES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = tuple(
    (title, tuple(patterns)) for title, patterns in _TEXTS["files"].items()
)
"""Whom files are for → where they lie in what a run made."""
AT: Final = "{owner} : {line}"
JOINT: Final = "Livraison commune à plusieurs organismes : {line}"
SHARED: Final = "« {name} » : {role}{before}."
INSTEAD: Final = ", à la place de « {name} »"
WHOSE: Final = "« {name} » ({role}) : rien ne dit sûrement de quel organisme. Dites-le ci-dessous."
UNKNOWN_ROLE: Final = "fichier non reconnu"
RECOGNISED: Final = Phrase(
    "{count:s fichier reconnu/fichiers reconnus}, chez {owners:s organisme/organismes} : le tableau "
    "ci-dessous les nomme."
)
UNLIKE: Final = "Rien n’y ressemble à un fichier connu, et il reste sans usage : {names}."
UNLIKE_ONE: Final = "« {name} » ({owners})"
TO_CONFIRM: Final = (
    "Des en-têtes restent à confirmer aux écrans « Colonnes » ou « Questions de l’enquête » de : {names}. "
    "Ouvrez-en un : sa réponse se donne d’un bouton à tous ceux qui ont les mêmes en-têtes."
)
MANY: Final = Phrase("{count:s organisme/organismes}")
_NAMED: Final = 6
PLANNED: Final = "Le plan de la région remplace l’ébauche de : {names}."
ARCHIVE: Final = "zip"
EXPECTED: Final = Phrase("{count:s organisme attendu de plus/organismes attendus de plus}.")


def owners_words(names: Collection[str]) -> str:
    """Name bailleurs by name, or count them where they are many: the table below names each."""
    if len(names) > _NAMED:
        return MANY.format(count=len(names))
    return ", ".join(sorted(names, key=fold))
