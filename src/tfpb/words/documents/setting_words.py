"""What became of the rows of files, settings and legal values in words, and files of settings to fill in."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tfpb.model import tables
from tfpb.model.columns import Contract
from tfpb.model.legal.map_table import VINTAGES
from tfpb.packaged import packaged
from tfpb.words.documents.report_words import ROLES, USERS_OWN
from tfpb.words.faults.sentences import bounded
from tfpb.words.money.abatement_words import ROUNDINGS
from tfpb.words.numbers import euros, long_date, number, plural, to_ten
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tfpb.model.money import LegalValue
    from tfpb.model.record import Reading, Source

_TEXTS: Final = packaged(__name__)
LEGAL_ORIGINS: Final[dict[str, str]] = _TEXTS["legal_origins"]
READINGS: Final[dict[str, str]] = _TEXTS["readings"]
"""How the cells of a column are read, where the user said so → in words."""
_CHECKED: Final = {True: "vérifié", False: "non vérifié"}
_CHOICES: Final[dict[str, dict[str, str]]] = {**_TEXTS["choices"], "arrondi": ROUNDINGS}
_LABELS: Final = {
    f"{contract.name}.{column.name}": column.label
    for contract in vars(tables).values()
    if isinstance(contract, Contract)
    for column in contract.columns
}
_SAME: Final = {
    "programme_precedent": "programme", "fiscalite_precedente": "fiscalite", "declaration": "liste_declaree",
}  # fmt: skip
NONE: Final = "néant"
UNKNOWN: Final = "non renseigné"
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DUE: Final = re.compile(r"N(-1)? (\d{2})-(\d{2})")
_DOTTED: Final = re.compile(r"\d+\.\d+")


def legal_state(value: LegalValue) -> str:
    """Write whether a legal value was verified; a choice of the tool, or of the user, is no law."""
    chosen = {"reglage": "choix à adapter, hors texte", "utilisateur": USERS_OWN}
    return chosen.get(value.origine, _CHECKED[value.verifie])


def setting_value(key: str, value: Any) -> str:
    """Write the value of a setting of `[reglages]`, as JSON has it."""
    if value in ({}, [], ""):
        return NONE
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return number(value, 0 if float(value).is_integer() else 2)
    if isinstance(value, dict):
        write = _MAPPINGS.get(key, "{} : {}".format)
        return " ; ".join(write(k, v) for k, v in sorted(value.items()))
    words = _CHOICES.get(key, {})
    if isinstance(value, list):
        return ", ".join(words.get(str(v), str(v)) for v in value)
    return words.get(str(value), str(value))


def column_words(key: str) -> str:
    """Write « programme.axe » as a reader knows it: « Programme d’actions, axe du cadre national… »."""
    role, _, name = key.partition(".")
    label = _LABELS.get(f"{_SAME.get(role, role)}.{name}", name)
    return f"{ROLES.get(role, role)}, {label}"


def _carried(code: str, amount: Any) -> str:
    try:
        return f"{code} : {euros(float(str(amount).replace(',', '.').replace(' ', '')))}"
    except ValueError:
        return f"{code} : {amount}"


_MAPPINGS: Final[dict[str, Callable[[str, Any], str]]] = {
    "colonnes": lambda key, header: f"{column_words(key)} : colonne « {header} »",
    "lectures": lambda key, reading: f"{column_words(key)} : {READINGS.get(str(reading), reading)}",
    "feuilles": lambda role, name: f"{ROLES.get(role, role)} : feuille « {name} »",
    "report_eur": _carried,
}


def overrides_words(replaced: Mapping[str, Any]) -> str:
    """Write how many legal values are the user's own: the table of the sheet lists them."""
    if not replaced:
        return NONE
    return f"{plural(len(replaced), 'valeur', 'valeurs')}, de nature « valeur légale » ci-dessus"


def legal_value(text: str) -> str:
    """Write a legal value kept as text: decimal comma, day before year, due days in words."""
    if _DOTTED.fullmatch(text):
        return text.replace(".", ",")
    if due := _DUE.fullmatch(text):
        any_year = long_date(dt.date(2000, int(due[2]), int(due[3]))).removesuffix(" 2000")
        return f"{any_year} de l’année {'d’avant l’imposition' if due[1] else 'd’imposition'}"
    return _ISO.sub(r"\3/\2/\1", text)


FORMS: Final[dict[str, str]] = _TEXTS["forms"]
HEADINGS: Final[tuple[str, ...]] = tuple(_TEXTS["headings"])
AXES_HEADINGS: Final = ("Axe", "Libellé du cadre national", "Statut")
NATIONAL: Final = "cadre national du 29 avril 2015"
PROPOSED: Final = "proposition (thèmes du « Livret bailleurs » du Nord), à confirmer"
INTRODUCTIONS: Final[dict[str, tuple[str, str]]] = {
    k: (a, b) for k, (a, b) in _TEXTS["introductions"].items()
}
FILE_TITLE: Final = "{title} : modèle à remplir"
EXPLANATIONS: Final = "Explications"
AXES_SHEET: Final = "Axes"
LISTS: Final = "Listes"
"""Sheets of a template beside the one that is filled in."""


def settings_file(name: str) -> bytes:
    """Return a file of settings to fill in, on the newest map, its meaning beside (`words/templates`)."""
    text = files("tfpb.words").joinpath("templates", name).read_bytes()
    return text.replace(b"{carte}", str(VINTAGES[-1]).encode())


TITLE: Final = "Lu, gardé, écarté :"
MOTIVES: Final[dict[str, str]] = _TEXTS["motives"]
"""Code of a doubt → why its rows are set aside."""
OTHERS: Final = "sous d’autres noms"
SURVEY: Final = "enquete"
_OF_A_RESIDENCE: Final = frozenset({"qpv_manquant", "residence_inconnue_enquete"})
_LINE: Final = Phrase("{file}{whose} : {read:s ligne lue/lignes lues}, {kept:s gardée}{left}")
_LEFT: Final = Phrase(", {count:s écartée} ({why})")
_WAVE: Final = "vague {wave}"
_NOT_YOURS: Final = (
    ", hors de vos résultats : si l’un de ces noms est le vôtre, une ligne sous [alias.bailleurs] du "
    "dossier.toml le dit"
)


def reading_line(one: Reading, *, owners: bool) -> str:
    """Write what became of the rows of a file; `owners`: whether bailleurs are to be told apart."""
    named = one.bailleur or (OTHERS if owners and one.role == SURVEY else "")
    parts = [one.sheet and f"« {one.sheet} »", named, one.wave and _WAVE.format(wave=one.wave)]
    whose = "".join(f", {part}" for part in parts if part)
    left = sum(one.left.values())
    why = _LEFT.format(count=left, why=motives(one.left)) if left else ""
    why += _NOT_YOURS if named == OTHERS else ""
    return _LINE.format(file=f"« {one.file} »", whose=whose, read=one.read, kept=one.kept, left=why)


def motives(left: Mapping[str, int]) -> str:
    """Write why rows were set aside, with how many."""
    return ", ".join(f"{MOTIVES.get(code, code)} : {number(n)}" for code, n in left.items() if n)


def hides(one: Reading, masking_n: int) -> bool:
    """Return whether a reading has a count that may not be told, nor the number of rows that gives it."""
    left = [n for n in one.left.values() if n]
    # what is left out of one résidence is never told exact: its quarter less that is another's
    of_a_residence = any(n and code in _OF_A_RESIDENCE for code, n in one.left.items())
    small = any(0 < n < masking_n for n in (one.kept, sum(left), *left))
    return one.role == SURVEY and (small or of_a_residence)


def masked_sources(
    sources: Iterable[Source], readings: Iterable[Reading], masking_n: int
) -> tuple[Source, ...]:
    """Return the sources, the rows of a delivery to ten, untold where a reading hides how many it read.

    Nor is its size told: rows of answers are nearly of one length, and two releases' sizes, subtracted, count
    the interviews that came between them.
    """
    hidden = {one.file for one in readings if hides(one, masking_n)}
    return tuple(
        s
        if s.role != SURVEY
        else replace(
            s, rows=None if s.rows is None or s.name in hidden else to_ten(s.rows), size_bytes=0
        )
        for s in sources
    )


def reading_row(one: Reading, masking_n: int) -> dict[str, str | int]:
    """Write a line of the table of a pack; of interviews, no count that secrecy hides, nor what gives it."""
    small = hides(one, masking_n)
    whole = small and 0 < one.kept < masking_n
    if one.role == SURVEY:  # of the small ones nothing is written
        left = one.left if small else {code: to_ten(n) for code, n in one.left.items()}
        kept = one.kept if whole else to_ten(one.kept)
        one = replace(one, read=to_ten(one.read), kept=kept, left=left)
    left = {code: n for code, n in one.left.items() if n}
    aside = sum(left.values())
    return {
        "role": ROLES.get(one.role, one.role),
        "fichier": one.file,
        "bailleur": one.bailleur,
        "vague": one.wave,
        "lues": "…" if small else one.read,
        "gardees": bounded(one.kept, masking_n) if whole else one.kept,
        "ecartees": bounded(aside, masking_n) if small and aside else aside,
        "motif": ", ".join(MOTIVES.get(c, c) for c in left) if small else motives(left),
    }
