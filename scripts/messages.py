"""Writes docs/messages.md: what each message about a file says, in short, and what to do; one line each."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from tfpb.facts.kinds import KINDS, Shelf
from tfpb.words.faults.sentences import CATALOGUE, FaultWords

TARGET: Final = Path(__file__).parents[1] / "docs" / "messages.md"
SAID, TO_DO = 5, 3
"""Words that a message and its remedy keep, at least; what follows a comma or « ou » then goes."""
_CHOICE: Final = re.compile(
    r"\{\w+:\?([^|{}]*(?:\{\w+[^{}]*\}[^|{}]*)*)\|[^{}]*(?:\{\w+[^{}]*\}[^{}]*)*\}"
)
_COUNT: Final = re.compile(r"\{(\w+):s ([^/{}]+)/([^{}]+)\}")
_FIELD: Final = re.compile(r"« \{\w+[^{}]*\} »|\{\w+(?::[^{}]*)?\}")
_THINGS: Final = (
    "action année avis axe bailleur bâtiment carte catégorie cellule code colonne convention date diffusion "
    "dossier échelle enquête feuille fichier indicateur item lettre ligne livraison local nom onglet option "
    "organisme pièce plan projection QPV quartier question réclamation réglage report résidence territoire "
    "thème valeur variable vague"
)
_NAMED: Final = re.compile(rf"\b({_THINGS.replace(' ', '|')}) …")
"""A thing and its name: the name goes."""
_CLAUSES: Final = re.compile(
    r"(?=, | et (?:vérifiez|corrigez|recommencez|relancez|donnez|ajoutez|situez|notez|recopiez) "
    r"| ou (?:du?|le|la|les|l’|un|vérifiez|corrigez|donnez|ajoutez|écrivez) )"
)
_LEAD: Final = """# Messages

Ce que dit chaque message, en bref, puis que faire (rien, s’il n’y a pas de second texte). À l’écran, il dit
aussi où, ce qui a été lu et ce qui était attendu. [Ainsi] : une section de `dossier.toml`.
Écrit par `python scripts/messages.py`.
"""
_SHELVES: Final = {
    Shelf.STOPS: "Ce qui arrête",
    Shelf.FIGURE: "Ce qui change un chiffre",
    Shelf.GESTURE: "Ce qui est refusé là où on l’essaie",
    Shelf.READING: "Comment un fichier a été lu",
    Shelf.METHOD: "Méthode, région, loi",
    Shelf.JOURNAL: "Réponses et décisions sans objet",
}


def render() -> str:
    """Return the page."""
    parts = [_LEAD]
    for shelf, title in _SHELVES.items():
        parts.append(f"\n## {title}")
        for kind in (k for k in KINDS.values() if k.shelf is shelf):
            lines = dict.fromkeys(line(CATALOGUE[code]) for code in sorted(kind.codes))
            parts.append("\n" + "  \n".join(lines))
    return "\n".join(parts) + "\n"


def line(words: FaultWords) -> str:
    """Write a message and its remedy on one line."""
    said, to_do = _cut(_first(words.title, 4), SAID), _cut(_first(words.hint, 3), TO_DO)
    idle = not to_do or to_do.startswith(("Rien à", "Aucune correction"))
    said, to_do = (text if text.endswith(("?", "…")) else f"{text}." for text in (said, to_do))
    return f"**{said}**" if idle else f"**{said}** {to_do}"


def _first(template: str, least: int) -> str:
    """Return the first sentence of a template, without values nor what is between brackets."""
    text = _CHOICE.sub(r"\1", template)
    text = _COUNT.sub(lambda m: f"d’{m[3]}" if m[3].startswith("autres") else f"des {m[3]}", text)
    text = re.sub(r"\s*\([^()]*\)", "", _FIELD.sub("…", text))
    text = _NAMED.sub(r"\1", re.sub(r"…(?:,? …)+", "…", text))
    first, *rest = re.split(r"(?<=[.?])\s|\s[;:]\s", text)
    while rest and len(first.split()) < least:
        first = f"{first} : {rest.pop(0)}"
    first = re.sub(r"…+", "…", first).replace("] du dossier.toml", "]").rstrip(" .")
    return first[:1].upper() + first[1:]


def _cut(text: str, least: int) -> str:
    """Drop the last clauses of a long sentence; a condition keeps its answer."""
    clauses = _CLAUSES.split(text)
    kept = clauses.pop(0)
    while clauses and (
        len(kept.split()) < least or re.match(r"(?:Si|Sous|Pour|Dans|Chez) [^,]*$", kept)
    ):
        if len((kept + clauses[0]).split()) > 2 * least and not kept.startswith(
            ("Si", "Sous", "Pour", "Dans")
        ):
            break
        kept += clauses.pop(0)
    return kept.rstrip(" ,")


def main() -> None:
    """Write the page; with --verifier, only say whether it is up to date (exit 1 if not)."""
    text = render()
    if "--verifier" in sys.argv[1:]:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == text else 1)
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
