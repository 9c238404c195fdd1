"""Sentences common to the whole report: cover, what is missing, reading aids, sources."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from tfpb.model.legal.map_table import by_map
from tfpb.packaged import packaged
from tfpb.words.numbers import NOTHING, long_date, plural
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import margin_words
from tfpb.words.terms import SIDES as TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.amount import Amount

_TEXTS: Final = packaged(__name__)
DATA_COLUMNS: Final = {"_bas": "au moins", "_haut": "au plus", "_etat": "état", "_mot": "en mots"}
"""What a column of the data adds to the title of the one that it completes, by the end of its name."""
WARNING: Final = "Aide à la décision, ne vaut pas attestation"
FICTIONAL: Final = "données fictives"
DRAFT: Final = "PROJET"
DRAFT_LINE: Final = "PROJET, pour l’organisme seul : à ne pas transmettre."
FICTIONAL_LINE: Final = "Données fictives : rien ici ne décrit un lieu ni un bailleur réels."
SUMMARY: Final = "Synthèse"
CONTENTS: Final = "Sommaire"
QUESTIONS: Final[dict[str, str]] = _TEXTS["questions"]
"""What the body of a document answers, in its order."""
ANNEX_TITLE: Final = "Annexe · {title}"
MORE_IN_ANNEX: Final = Phrase(
    "{count:s autre ligne/autres lignes} en fin de document : « {title} »."
)
TOTAL: Final = "Total"
CHART_LABEL: Final = "Libellé"
CHART_SERIES: Final = "Série {rang}"
SIDES: Final = (TERMS.ici, TERMS.ailleurs)
WORD_STYLES: Final[dict[str, str]] = _TEXTS["word_styles"]
EMPTY_TABLE: Final = "Aucune ligne."
EDIT_FILES: Final = (
    "Pour corriger un chiffre, corrigez le fichier d’entrée nommé ci-dessus, puis relancez "
    "« tfpb dossier »."
)
ROWS_UNTOLD: Final = (
    "Les lignes d’une enquête ne sont pas dites quand, moins celles qui sont gardées, elles donneraient un "
    "nombre de ménages que le secret cache."
)
EDIT_INPUTS: Final = (
    "Ce classeur ne contient que des valeurs ; ses totaux, qui suivent vos filtres, sont les seules "
    "formules. Pour corriger un chiffre, corrigez le fichier d’entrée nommé dans « Sources »"
    ", puis relancez « tfpb dossier »."
)
MISSING: Final[dict[str, tuple[str, str]]] = {k: (a, b) for k, (a, b) in _TEXTS["missing"].items()}
RECITAL: Final[tuple[str, ...]] = tuple(_TEXTS["recital"])
MAIN_SHEETS: Final[list[str]] = _TEXTS["sheets"]["main"]
"""Sheets that stand first, in this order; the others follow."""
ROLES: Final[dict[str, str]] = by_map(_TEXTS["roles"])
SOURCES: Final[dict[str, str]] = _TEXTS["sources"]
"""Kinds of rows of « Sources »."""
INTERVIEWS: Final = Phrase("{interviews:s ménage interrogé/ménages interrogés}")
PLACE_FILES: Final = (
    "Empreinte du calcul : {run_hash}. Chaque bailleur a, dans son dossier, la liste de ses "
    "fichiers."
)
FINDINGS: Final[dict[str, str]] = _TEXTS["findings"]
"""Kinds of rows of « À régler »."""
TIE_TO_ACTION: Final = (
    "Nommez sous id_action l’action du programme qui y répond, ou prévoyez-en une."
)
SENSITIVITY: Final[dict[str, str]] = _TEXTS["sensitivity"]
SETTINGS: Final[dict[str, str]] = _TEXTS["settings"]
CHECKS: Final[dict[str, str]] = _TEXTS["checks"]
PROPOSITION: Final = "proposition"
USERS_OWN: Final = "selon l’utilisateur"
WEIGHTS: Final[dict[str, str]] = _TEXTS["weights"]
METHOD: Final[tuple[str, ...]] = tuple(_TEXTS["method"])


def table_line(*, unit: str = "", scope: str = "", source: str = "") -> str:
    """Write the line of unit, scope and source under a title."""
    parts = (("Unité", unit), ("Champ", scope), ("Source", source))
    return " · ".join(f"{name} : {value}" for name, value in parts if value)


def footer(run_hash: str, *, fictional: bool, draft: bool = False) -> str:
    """Write the foot of every page and sheet: draft, fictional data, warning, run."""
    marks = [DRAFT] * draft + [FICTIONAL] * fictional
    return " · ".join([*marks, WARNING, f"calcul {run_hash}"])


def subtitle(year: int, convention: str) -> str:
    """Write the line under the title."""
    base = f"Abattement de taxe foncière en quartier prioritaire, imposition {year}"
    return f"{base} · convention {convention}" if convention else base


NOTHING_ASKED: Final = Phrase(
    "{count:s autre point ne demande rien/autres points ne demandent rien} : voir la feuille « À régler »."
)


_DOUBTS: Final = Phrase(
    "{count:s point signalé/points signalés} à la lecture des fichiers ; {near:s adresse} à vérifier, "
    "près d’une limite ou {near:a mal reconnue/mal reconnues}."
)


def doubts_lead(count: int, near: Amount) -> str:
    """Open the chapter of doubts; `near` counts the entrances to check."""
    if not count and near.is_nil:
        return "Aucun doute : rien dans les fichiers d’entrée n’appelle de vérification."
    return _DOUBTS.format(count=count, near=near)


def unreadable_quarters(count: int) -> str:
    """Write how many quarter × question cells are not shown."""
    return (
        f"{plural(count, 'croisement')} d’un quartier et d’une question "
        f"{'ne sont pas montrés' if count >= 2 else 'n’est pas montré'}, "  # noqa: PLR2004
        "faute d’assez de réponses ou pour ne pas dévoiler celles d’autrui."
    )


def same_everywhere(values: Mapping[str, str]) -> tuple[str, ...]:
    """Write what a table says of every row, by header, and which columns have no value at all."""
    facts = " ; ".join(f"{k} : {v}" for k, v in values.items() if v not in ("", NOTHING))
    blank = ", ".join(k for k, v in values.items() if v in ("", NOTHING))
    return (
        *([_SAME.format(facts=facts)] if facts else []),
        *([_BLANK.format(headers=blank)] if blank else []),
    )


def sources_lead(files: int, unverified: int, run_hash: str) -> str:
    """Open the chapter of sources."""
    law = "aucune valeur légale non vérifiée"
    if unverified:
        many = "valeurs légales restent non vérifiées"
        law = plural(unverified, "valeur légale reste non vérifiée", many)
    return f"{plural(files, 'fichier lu', 'fichiers lus')} ; {law} ; calcul {run_hash}."


OWN_WAVES: Final = "livraisons de l’enquête, après application d’une seule carte"
REGION_WAVES: Final = (
    "toute l’enquête régionale, tous bailleurs, après application d’une seule carte"
)


def margin_adopted(margin: float, by: object, day: object) -> str:
    """Write the margin, who adopted it and when, as far as the plan tells."""
    text = f"Marge d’équivalence : {margin_words(margin)}"
    if by:
        text += f", adoptée par : {by}"
    if day:
        when = day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day)[:10])
        text += f", le {long_date(when)}"
    return f"{text}." if by or day else f"{text} ; le plan ne dit pas qui l’a adoptée."


SETTLE_ADDRESSES: Final = (
    "Pour trancher une adresse, remplissez la feuille « Limites » du fichier de vérification, "
    "indiquez-le sous decisions dans dossier.toml, puis relancez."
)
METHOD_LEAD: Final = Phrase(
    "{interviews:s ménage interrogé/ménages interrogés}{region:? dans toute la région} en "
    "{waves:s vague} ; marge d’équivalence de {margin}, {before:?fixée avant l’enquête {wave}|dont rien ne "
    "montre qu’elle ait été fixée avant l’enquête {wave}}."
)
SECRECY_RULE: Final = (
    "Un résultat est publié à partir de 30 ménages, dans deux résidences au moins, et si aucun bailleur ne "
    "peut y isoler moins de 11 ménages des autres. Les effectifs sont arrondis à la dizaine, les parts à 5, "
    "2 ou 1 point (jusqu’à 50 ménages, jusqu’à 100, au-delà). Une vague diffusée reste telle quelle jusqu’à "
    "ce qu’elle soit remplacée. Ne faites pas circuler le tableau des interviews par quartier."
)
MASKED_ROWS: Final = Phrase(
    "{count:s écart masqué/écarts masqués} : moins de 30 ménages, une seule résidence ou "
    "1 à 10 ménages d’autres bailleurs."
)
ONE_MAP: Final = "La carte des QPV {carte} départage toutes les vagues."
LEGAL_LEAD: Final = (
    "Pour l’imposition {year}, l’abattement de 30 % tient à quatre conditions : le quartier, la "
    "convention, la déclaration, la fin de l’exonération de longue durée."
)
CONDITIONS: Final = Phrase.table(**_TEXTS["conditions"])
ROWS_ELSEWHERE: Final = Phrase(
    "La liste complète ({count:n} lignes) est dans la feuille « {sheet} » du classeur."
)
MAP_CAPTION: Final = (
    "Carte du quartier {name} ({code}) : périmètre, résidences, chiffres et satisfaction"
)
_SAME: Final = "Sur toutes les lignes, {facts}."
_BLANK: Final = "Sans valeur, sur toutes les lignes : {headers}."
UNNAMED_MAP: Final = "Carte {key}"
USED: Final = {True: "employée", False: "sans emploi dans ce calcul"}
