"""The sheet « Dictionnaire » of a delivery, in the two shapes firms use.

Long: one row a code (variable, label, code, meaning), the variable sometimes on its first row only.
Wide: one row a variable, all its codes in one cell (« 1 = Très satisfait ; 2 = … »).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.model.plan import Dictionary
from tfpb.text import fold

if TYPE_CHECKING:
    import pandas as pd

_VARIABLE: Final = ("variable", "variables", "nom variable", "code variable", "nom", "nom colonne", "champ",
                    "nom champ", "colonne", "code question")  # fmt: skip
_LABEL: Final = ("libelle", "libelle variable", "question", "intitule", "intitule question",
                 "libelle question", "intitule variable", "texte question", "description",
                 "label")  # fmt: skip
_CODE: Final = ("code", "codes", "valeur", "valeurs", "code modalite", "code reponse", "value")
_MEANING: Final = ("modalite", "modalites", "libelle modalite", "libelle modalites", "signification",
                   "libelle code", "libelle valeur", "libelle reponse", "intitule modalite", "reponse",
                   "reponses", "etiquette", "etiquette valeur")  # fmt: skip
_ARTICLES: Final = re.compile(r"\b(?:de|du|des|la|le|les|d|l) ")
_PAIR: Final = re.compile(r"\s*(-?\d+)\s*[=:–-]\s*(.+?)\s*")
_ROUND: Final = re.compile(r"(-?\d+)[.,]0+")


def is_dictionary(frame: pd.DataFrame) -> bool:
    """Return whether a sheet is a dictionary: a column of variables and a column of what they mean."""
    heads = [_head(c) for c in frame.columns]
    has_name = any(h in _VARIABLE for h in heads)
    return has_name and any(h in (*_LABEL, *_MEANING) for h in heads)


def read_dictionary(frame: pd.DataFrame) -> Dictionary:
    """Read a dictionary sheet of either shape."""
    variable = _find(frame, _VARIABLE)
    label = _find(frame, _LABEL)
    code, meaning = _find(frame, _CODE), _find(frame, _MEANING)
    if code is None and meaning is None:
        meaning = _coded_column(frame)
    labels: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    current = ""
    for _, row in frame.iterrows():
        current = str(row[variable]) or current if variable is not None else current
        if not current:
            continue
        text = str(row[label]) if label is not None else ""
        if text:
            labels.setdefault(current, text)
        words = str(row[meaning]) if meaning is not None else ""
        if code is not None and str(row[code]):
            key = _ROUND.sub(r"\1", str(row[code]))
            if words or not _pairs(key):
                values.setdefault(current, {})[key] = words
            else:
                values.setdefault(current, {}).update(_pairs(str(row[code])))
        elif words:
            values.setdefault(current, {}).update(_pairs(words))
    return Dictionary(labels, {k: v for k, v in values.items() if v})


def _find(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    folded = {_head(c): str(c) for c in reversed(list(frame.columns))}
    return next((folded[n] for n in names if n in folded), None)


def _head(name: object) -> str:
    """Fold a header, articles left out: « Intitulé de la question » is « intitule question »."""
    return _ARTICLES.sub("", fold(str(name)))


def _coded_column(frame: pd.DataFrame) -> str | None:
    """Find a column of « 1 = … ; 2 = … » under an unknown header."""
    for name in frame.columns:
        if any(len(_pairs(str(t))) > 1 for t in frame[name]):
            return str(name)
    return None


def _pairs(text: str) -> dict[str, str]:
    parts = re.split(r"[;|\n]|,\s*(?=-?\d+\s*[=:])", text)
    return {m[1]: m[2] for part in parts if (m := _PAIR.fullmatch(part))}
