"""Writes docs/messages.md: every fault and doubt the program can tell, and what to do about it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from tfpb.words.faults.sentences import BY_SUBJECT, SUBJECTS

TARGET: Final = Path(__file__).parents[1] / "docs" / "messages.md"
_COUNT: Final = re.compile(r"\{(\w+):s ([^/{}]+)/([^{}]+)\}")
_FIELD: Final = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
_LEAD: Final = """# Messages

Tout ce que le programme peut dire d’un fichier, d’un réglage ou d’un résultat. Une **faute** arrête le
traitement (code de sortie 2, rien n’est écrit) ; un **doute** est listé et n’arrête rien. Chaque message dit
aussi où : fichier, feuille, ligne, colonne, et ce qui a été lu. Plusieurs lignes à la même faute n’en font
qu’une, avec ses lignes. Entre ‹ › : ce que le message remplace par une valeur du fichier.

Cette page est écrite par `scripts/messages.py` ; un test tient à ce qu’elle soit à jour.
"""


def render() -> str:
    """Return the page."""
    parts = [_LEAD]
    for subject, faults in BY_SUBJECT.items():
        parts += [
            f"\n## {SUBJECTS[subject]}\n",
            "| code | message | attendu | que faire |",
            "|---|---|---|---|",
        ]
        parts += [
            f"| `{code}` | {_cell(w.title)} | {_cell(w.expected)} | {_cell(w.hint)} |"
            for code, w in sorted(faults.items())
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
