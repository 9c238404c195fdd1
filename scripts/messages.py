"""Writes docs/messages.md: every fault and doubt the program can tell, and what to do about it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from tfpb.facts.kinds import KINDS, Shelf
from tfpb.words.faults.sentences import CATALOGUE

TARGET: Final = Path(__file__).parents[1] / "docs" / "messages.md"
_COUNT: Final = re.compile(r"\{(\w+):s ([^/{}]+)/([^{}]+)\}")
_FIELD: Final = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
_LEAD: Final = """# Messages

Tout ce que le programme peut dire d’un fichier, d’un réglage ou d’un résultat, par sorte. Ce qui **arrête**
(code de sortie 2, rien n’est écrit) et ce qui **change un chiffre** sont dans une seule liste, « À régler » ;
le reste est dit là où on le rencontre. Chaque message dit aussi où : fichier, feuille, ligne, colonne, et ce
qui a été lu.
Plusieurs lignes au même message n’en font qu’un, avec ses lignes. Entre ‹ › : ce que le message remplace
par une valeur du fichier.

Cette page est écrite par `scripts/messages.py`, d’après `src/tfpb/facts/kinds.toml` ; un test tient à ce
qu’elle soit à jour.
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
            parts.append(f"\n### {kind.title}\n")
            if kind.effect is not None:
                parts.append(f"{kind.effect.question}\n")
            parts += ["| code | message | attendu | que faire |", "|---|---|---|---|"]
            words = ((code, CATALOGUE[code]) for code in sorted(kind.codes))
            parts += [
                f"| `{code}` | {_cell(w.title)} | {_cell(w.expected)} | {_cell(w.hint)} |"
                for code, w in words
            ]
    return "\n".join(parts) + "\n"


def _cell(template: str) -> str:
    text = _COUNT.sub(r"‹\1› \3", template)
    return _FIELD.sub(r"‹\1›", text).replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page; with --verifier, only say whether it is up to date (exit 1 if not)."""
    text = render()
    if "--verifier" in sys.argv[1:]:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == text else 1)
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
