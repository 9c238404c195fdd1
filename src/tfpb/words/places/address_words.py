"""Words for geocoding: what a reason, a type and a verdict mean, the command, its review sheet."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import GeocodeVerdict
from tfpb.packaged import packaged
from tfpb.words.numbers import number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

_TEXTS: Final = packaged(__name__)
SERVICE_NAME: Final = "Service national des adresses"
REFERENCES: Final[dict[str, str]] = _TEXTS["references"]
"""What a kind of file of addresses is, for the list of sources."""


REASONS: Final[dict[str, str]] = _TEXTS["reasons"]
"""Code of `result_reasons` to what it means."""

TYPES: Final[dict[str, str]] = _TEXTS["types"]
"""`result_type` to words."""


_LIKENESS: Final[dict[str, str]] = _TEXTS["likeness"]
_ALIKE: Final = 0.995
"""Likeness that two decimals write 1,00: the street has the words of the line."""


def proposal(address: str, likeness: float, *, other_number: bool) -> str:
    """Write an address proposed for a line, and what of it resembles the line.

    `likeness` is of the streets' names, 0..1; 0 for another answer, which was not compared.
    """
    alike = (
        "meme_voie" if likeness >= _ALIKE else "voie_proche" if likeness > 0 else "autre_reponse"
    )
    parts = [_LIKENESS[alike], *([_LIKENESS["autre_numero"]] if other_number else [])]
    return f"{address} ({', '.join(parts)})"


def without_likeness(choice: str) -> str:
    """Return the address of a proposal that was chosen, as `proposal` or an older sheet writes it."""
    return _LIKE.sub("", choice).strip()


_LIKE: Final = re.compile(
    rf"\s*\((?:\d(?:[.,]\d+)?|(?:{'|'.join(_LIKENESS.values())})(?:, {_LIKENESS['autre_numero']})?)\)\s*$"
)


CHOSEN: Final = "choisi à la main"
ACCEPT: Final = "accepter"
NOWHERE: Final = "introuvable"
ADDRESSES: Final = "Adresses"
LIMITS: Final = "Limites"
CHOICES: Final = "Choix"
"""Hidden sheet: what may be chosen for each row of « Adresses »."""
HEADERS: Final[dict[str, str]] = _TEXTS["headers"]
"""Column of the review to its heading in the sheet."""
LEAD: Final = (
    "Adresses à vérifier : choisissez dans la colonne « décision », ou corrigez, ou donnez x et y.",
    f"« {ACCEPT} » garde l’adresse trouvée ; « {NOWHERE} » dit qu’aucune ne convient.",
    "Une voie choisie dans la liste garde les numéros de votre ligne.",
    "Enregistrez, puis relancez avec --decisions et ce fichier (ou « decisions » dans dossier.toml).",
)
KEPT: Final = "{kept} contient des décisions : il est gardé tel quel ; les doutes sont dans {new}."
DECISIONS: Final = Phrase("Décisions lues : {read:n} ; appliquées : {used:n}.")
SENT: Final = (
    "Rien d’autre que l’adresse et le code de la commune n’est envoyé au service national."
)
REQUESTS: Final = Phrase(f"Requêtes au service national : {{count:n}}. {SENT}")


MOVED_IN_LAYER: Final = f"{CHOSEN} : point déplacé dans {{file}}"
"""Source of a point that was moved in a layer."""


def chosen_words(date: str, piece: str) -> str:
    """Write that a person chose a place, when and why: whoever reads it need not know who."""
    try:
        day = f"le {dt.date.fromisoformat(date[:10]):%d/%m/%Y}"
    except ValueError:
        day = f"le {date}" if date else "(date non indiquée)"
    return f"{CHOSEN} {day}{f' : {piece}' if piece else ''}"


def read_line(read: Mapping[str, str]) -> str:
    """Write which columns were read as what."""
    return "Colonnes lues : " + ", ".join(f"{ours} ← « {theirs} »" for ours, theirs in read.items())


def renamed_line(renamed: Mapping[str, str]) -> str:
    """Write which columns of the input had to change their name."""
    pairs = ", ".join(f"« {old} » devient « {new} »" for old, new in renamed.items())
    return f"Colonnes de votre fichier qui portaient le nom d’un résultat : {pairs}."


def summary_lines(
    *, output: str, verdicts: Counter[str], types: Mapping[str, int], errors: int
) -> list[str]:
    """Write what was found, and how sure it is."""
    rows = sum(verdicts.values())

    def share(verdict: GeocodeVerdict) -> str:
        count = verdicts[verdict]
        return f"{number(count)} ({percent(count / rows if rows else 0)})"

    counted = f"{plural(rows, 'ligne')}, autant que dans votre fichier, dans le même ordre"
    accepted, rejected = share(GeocodeVerdict.ACCEPTE), share(GeocodeVerdict.REJETE)
    checked = share(GeocodeVerdict.A_VERIFIER)
    lines = [
        f"{output} : {counted}.",
        f"  Acceptées : {accepted} ; à vérifier : {checked} ; rejetées : {rejected}.",
    ]
    found = ", ".join(f"{TYPES[kind]} {number(types[kind])}" for kind in TYPES if types.get(kind))
    if found:
        lines.append(f"  Précision : {found}.")
    if errors:
        lines.append(
            f"  Sans réponse du service national : {number(errors)}. Relancez la même commande : "
            "seules ces lignes seront redemandées."
        )
    return lines


def review_line(*, file: str, rows: int) -> str:
    """Write which file to open first."""
    if not rows:
        return "Aucune adresse à vérifier."
    return (
        f"À ouvrir d’abord : {file}, feuille « Adresses » ({plural(rows, 'adresse')} à vérifier ; "
        f"pour chacune, un choix à faire dans une liste). Puis relancez avec --decisions {file}"
    )
