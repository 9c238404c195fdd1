"""The questionnaire of the simulated survey."""

# ruff: noqa: E501 - tables of data and prose read better one record a line

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Question:
    """One item: what is asked, and what the simulation makes people answer.

    `level` is the share satisfied out of the quarters, `gap_2019` and `gap_2023` what is added to it
    inside them (points of 100), `nsp` and `out` the shares that do not know or are not concerned.
    """

    name: str
    label: str
    theme: str
    nature: str
    axes: tuple[int, ...]
    level: float
    gap_2019: float
    gap_2023: float
    nsp: float = 0.015
    out: float = 0.0
    flats_only: bool = False
    headline: bool = False


QUESTIONS: Final = (
    Question("q01_residence", "Satisfaction générale sur la résidence", "residence", "autre", (), 0.79, -9, -7, headline=True),
    Question("q02_proprete_pc", "Propreté des parties communes", "residence", "service", (3,), 0.70, -12, -11, flats_only=True),
    Question("q03_proprete_abords", "Propreté des abords et espaces extérieurs", "residence", "service", (3,), 0.68, -11, -9),
    Question("q04_espaces_verts", "Entretien des espaces verts", "residence", "service", (3,), 0.74, -4, -3, 0.02, 0.04),
    Question("q05_encombrants", "Gestion des déchets et des encombrants", "residence", "service", (4,), 0.66, -20, -8, 0.02),
    Question("q06_ascenseur", "Fonctionnement de l'ascenseur", "residence", "service", (8,), 0.72, -6, -5, 0.01, 0.35, flats_only=True),
    Question("q07_eclairage", "Éclairage et équipements des parties communes", "residence", "service", (8,), 0.80, -5, -2, 0.01, flats_only=True),
    Question("q08_quartier", "Qualité de vie dans le quartier", "quartier", "quartier", (), 0.83, -13, -12, headline=True),
    Question("q09_tranquillite", "Tranquillité et sécurité dans le quartier", "quartier", "quartier", (5,), 0.78, -18, -16),
    Question("q10_voisinage", "Relations entre voisins, vivre ensemble", "quartier", "quartier", (6, 7), 0.82, -7, -5),
    Question("q11_transports", "Desserte par les transports en commun", "quartier", "quartier", (), 0.77, 2, 3, 0.05, 0.06),
    Question("q12_commerces", "Commerces et services de proximité", "quartier", "quartier", (), 0.73, -4, -6, 0.02),
    Question("q13_logement", "Satisfaction générale sur le logement", "logement", "autre", (), 0.77, -5, -5, headline=True),
    Question("q14_chauffage", "Chauffage et isolation du logement", "logement", "autre", (), 0.64, -3, -4, 0.01),
    Question("q15_equipements", "État des équipements du logement", "logement", "service", (8,), 0.71, -5, -4),
    Question("q16_accueil", "Accueil par le bailleur", "relation", "service", (1,), 0.87, -1, 0, 0.03, headline=True),
    Question("q17_presence", "Présence et disponibilité du gardien", "relation", "service", (1,), 0.79, -2, 13, 0.03, 0.08),
    Question("q18_demandes", "Traitement des demandes", "relation", "service", (2,), 0.63, -2, -1, 0.02, 0.28),
    Question("q19_interventions", "Qualité des interventions techniques", "relation", "service", (8,), 0.74, -2, -1, 0.02, 0.22),
    Question("q20_information", "Information donnée aux locataires", "relation", "service", (6,), 0.81, 0, 1, 0.03),
)  # fmt: skip
MARK: Final = ("q21_note_globale", "Note globale donnée au bailleur (0 à 10)")
ANSWERS: Final = {
    1: "Très satisfait",
    2: "Plutôt satisfait",
    3: "Plutôt pas satisfait",
    4: "Pas du tout satisfait",
    8: "Non concerné",
    9: "Ne sait pas",
}
PERIODS: Final = {1: "Avant 1970", 2: "1970-1979", 3: "1980-1999", 4: "2000 et après"}
KINDS: Final = {1: "Collectif", 2: "Individuel"}


def old_header(order: int, label: str) -> str:
    """Return the heading the 2019 delivery gives a question."""
    return f"Q{order:02d}. {label}"
