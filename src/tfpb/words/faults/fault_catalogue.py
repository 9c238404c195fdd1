"""Every fault and doubt in French: templates by code, one TOML file a subject."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Final

SUBJECTS: Final = {
    "reading": "Lecture des fichiers",
    "dossier": "Dossier, plan d’enquête, liens entre les fichiers",
    "geodata": "Géodonnées",
    "addresses": "Adresses",
    "perimeters": "Périmètres",
    "survey": "Enquête",
    "money": "Abattement, programme, droit commun",
    "region": "Région",
}
"""Files of the catalogue, and what docs/messages.md calls them."""


@dataclass(frozen=True, slots=True)
class FaultWords:
    """Templates of a fault: `str.format` fields are those of the `Fault`, and `{got}`.

    Parameters
    ----------
    title : str
        What is wrong, in the reader's words.
    expected : str
        What should have stood there.
    hint : str
        What to do now.
    """

    title: str
    expected: str = ""
    hint: str = ""


def _read(subject: str) -> dict[str, FaultWords]:
    file = resources.files("tfpb.words.faults").joinpath(f"{subject}.toml")
    entries = tomllib.loads(file.read_text("utf-8"))
    return {
        code: FaultWords(words["message"], words.get("attendu", ""), words.get("que_faire", ""))
        for code, words in entries.items()
    }


BY_SUBJECT: Final = {subject: _read(subject) for subject in SUBJECTS}
CATALOGUE: Final = {code: words for faults in BY_SUBJECT.values() for code, words in faults.items()}
