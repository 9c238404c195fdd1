"""Words for location: the rule of the limit, the review sheet, the last words, the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.documents.report_words import WARNING
from tfpb.words.numbers import number, plural
from tfpb.words.places.side_words import metres

if TYPE_CHECKING:
    from collections.abc import Mapping

ROAD_AXIS: Final = (
    "Quand la limite suit une rue, elle passe par l’axe de la chaussée : chaque côté relève de son "
    "propre périmètre. La règle « des deux côtés de la rue » ne vaut que pour les commerces ; elle "
    "n’est pas appliquée ici."
)
"""Printed once on every sheet and page that shows doubts (arrêté of 19 January 2018; CGI 1383 C ter)."""
NOT_AN_ATTESTATION: Final = f"{WARNING}."

TOTAL_ROW: Final = "ligne de total : pas un lieu, laissée de côté"
"""In the place of the motive of a side."""
REVIEW_LEAD: Final = (
    "Pour chaque ligne, choisissez « dans » ou « hors », signez, datez, et dites sur quelle pièce vous "
    "vous fondez. Redonnez ce fichier avec --decisions (ou « decisions » dans dossier.toml)."
)
REVIEW_HEADERS: Final = {
    "id_residence": "id_residence",
    "id_batiment": "id_batiment",
    "adresse": "adresse",
    "commune": "commune",
    "nb_logements": "logements",
    "quartier": "quartier en cause",
    "distance_m": "distance à la limite (m)",
    "incertitude_m": "incertitude du point (m)",
    "motif": "pourquoi c’est à vérifier",
    "decision": "decision",
    "code_qpv": "code_qpv",
    "auteur": "auteur",
    "date": "date",
    "piece": "piece",
    "carte": "carte",
}
"""Headers of the sheet « Limites »; those that are read back bear the names of their contract."""

EVOLUTION_WORDS: Final = {
    "maintenu": "maintenues",
    "entrant": "entrantes",
    "sortant": "sortantes",
    "hors": "hors des deux cartes",
    "a_verifier": "à vérifier",
}


def summary_lines(
    *, counts: Mapping[str, int], evolution: Mapping[str, int], output: str, review: str,
    renamed: Mapping[str, str], year: int, geocoded: bool, radius_m: float,
) -> list[str]:  # fmt: skip
    """Sum a run up: how many on each side, which file to open first."""
    total = sum(counts.values())
    inside, outside, unsure = (int(counts.get(k, 0)) for k in ("dans", "hors", "a_verifier"))
    sides = f"{number(inside)} dans un QPV, {number(outside)} hors QPV, {number(unsure)} à vérifier"
    lines = [f"Année {year} : {plural(total, 'ligne')}, dont {sides}."]
    moved = [f"{number(evolution[k])} {w}" for k, w in EVOLUTION_WORDS.items() if evolution.get(k)]
    if moved:
        lines.append(f"De la carte 2015 à la carte 2024 : {', '.join(moved)}.")
    if geocoded:
        lines.append(
            "Le fichier n’avait pas de position : ses adresses ont été géocodées par l’index."
        )
    lines.append(f"Incertitude des points qui n’en portent pas : {metres(radius_m)} (--rayon).")
    if renamed:
        listed = ", ".join(f"« {old} » → « {new} »" for old, new in renamed.items())
        lines.append(
            f"Colonnes d’entrée renommées, car leur nom est celui d’une réponse : {listed}."
        )
    if review:
        lines.append(ROAD_AXIS)
        lines.append(f"À ouvrir d’abord : {review}, feuille « Limites » ; puis {output}.")
    else:
        lines.append(f"À ouvrir : {output}.")
    lines.append(NOT_AN_ATTESTATION)
    return lines
