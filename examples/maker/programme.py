"""The programme of actions and the diagnostics on foot."""

# ruff: noqa: E501 - tables of data and prose read better one record a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maker.files import Sheet, csv_bytes, xlsx_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

ACTIONS_WANTED: Final = 64
LAST_OF_2015: Final = 2024
TITLES: Final = (
    "Programme d'actions TFPB {year} - HABITAT VALMONTOIS",
    "DONNÉES FICTIVES - actions, montants et pièces inventés",
)
HEADER: Final = (
    "N° action", "Axe", "Code QPV", "Action", "Résidence / description", "Calendrier",
    "Dépense prévisionnelle", "Dépense réalisée", "Financement bailleur", "Autre financement",
    "Dépense valorisée TFPB", "Heures", "Coût horaire", "Pièce", "Date pièce", "Bilan qualitatif", "Année",
)  # fmt: skip
LABELS: Final = {
    1: ("Renforcement de la présence du personnel de proximité", "1", "Axe 1"),
    2: ("Formation/soutien des personnels de proximité", "2", "Axe 2"),
    3: ("Sur-entretien", "3", "Sur entretien"),
    4: ("Gestion des déchets et encombrants / épaves", "4", "Axe 4"),
    5: ("Tranquillité résidentielle", "5", "Axe 5"),
    6: ("Concertation / sensibilisation des locataires", "6", "Axe 6"),
    7: ("Animation, lien social, vivre ensemble", "7", "Axe 7"),
    8: ("Petits travaux d'amélioration de la qualité de service", "8", "Axe 8"),
}
# title, usual spending in a large quarter (€), hours counted
ACTIONS: Final = {
    1: (("Gardien supplémentaire", 39_000, 1_607), ("Présence en soirée", 14_500, 520), ("Référent de quartier", 21_000, 780)),
    2: (("Formation à la gestion des conflits", 4_200, 0), ("Analyse de la pratique", 2_600, 0)),
    3: (("Passage de nettoyage supplémentaire", 31_500, 0), ("Remise en état après dégradations", 18_400, 0), ("Nettoyage renforcé des abords", 15_200, 0)),
    4: (("Enlèvement hebdomadaire des encombrants", 24_600, 0), ("Enlèvement d'épaves", 5_100, 0), ("Aire de tri temporaire", 8_300, 0)),
    5: (("Médiation de nuit", 22_800, 0), ("Vidéoprotection des halls", 9_400, 0), ("Sécurisation des caves", 7_700, 0)),
    6: (("Ateliers éco-gestes", 3_900, 60), ("Marches exploratoires", 2_200, 40), ("Livret d'accueil traduit", 1_900, 0)),
    7: (("Fête des voisins", 2_800, 48), ("Jardin partagé", 6_400, 90), ("Chantier éducatif jeunes", 11_500, 0)),
    8: (("Reprise de l'éclairage des halls", 13_600, 0), ("Boîtes aux lettres", 8_900, 0), ("Signalétique des entrées", 5_300, 0)),
}  # fmt: skip
SCALE: Final = {"QN05991I": 0.68, "QN05992M": 0.84, "QN05993N": 0.11}
SCALE_2024: Final = {"QP059901": 0.61, "QP059902": 0.88, "QP059903": 0.14}
"""The year before: quarters of the map of 2015, one of which is no quarter any more."""
NOTES: Final = (
    "Action reconduite ; retour favorable des locataires en réunion.",
    "Démarrage retardé de deux mois.",
    "Réalisée selon le calendrier.",
    "",
)
WHEN: Final = ("Année {}", "1er trimestre {}", "avril à septembre {}", "2e semestre {}")


def programme_workbook(rng: Random, year: int) -> bytes:
    """Write 64 actions over the eight axes, each axis spelt in three ways."""
    rows = actions(rng, SCALE if year > LAST_OF_2015 else SCALE_2024, ACTIONS_WANTED, year)
    titles = tuple(title.format(year=year) for title in TITLES)
    money = dict.fromkeys(HEADER[6:11], "#,##0.00")
    return xlsx_bytes(
        [Sheet("Programme", titles, HEADER, rows, money)],
        f"Programme d'actions {year} (données fictives)",
    )


def actions(
    rng: Random, quarters: Mapping[str, float], wanted: int, year: int = 2025
) -> list[list[Any]]:
    """Write the rows of a programme; `quarters` gives the size of each one's spending."""
    rows: list[list[Any]] = []
    order = 0
    while len(rows) < wanted:
        for code, scale in quarters.items():
            for axis, choices in ACTIONS.items():
                if code == "QN05992M" and axis == 8 and order > 0:
                    continue
                if len(rows) == wanted or (code == "QN05993N" and (axis + order) % 3 != 0):
                    continue
                if order < len(choices):
                    rows.append(_row(len(rows) + 1, axis, code, choices[order], scale, rng, year))
                elif order == len(choices):
                    follow = (f"{choices[0][0]} (suite)", choices[0][1] // 2, choices[0][2] // 2)
                    rows.append(_row(len(rows) + 1, axis, code, follow, scale, rng, year))
        order += 1
    rows.sort(key=lambda row: (row[2], row[0]))
    return rows


def _row(
    number: int,
    axis: int,
    code: str,
    action: tuple[str, int, int],
    scale: float,
    rng: Random,
    year: int,
) -> list[Any]:
    title, amount, hours = action
    planned = round(amount * scale * rng.uniform(0.9, 1.15), -1)
    done = round(planned * rng.uniform(0.86, 1.08), 2)
    others = round(done * 0.2, 2) if axis in {5, 7} and number % 2 else 0.0
    paid = round(done - others, 2)
    valued = paid if number % 5 else round(paid * 0.8, 2)
    rate = round(rng.uniform(23, 31), 2) if hours else None
    # the hours explain most of the spending, never more than it
    worked = int(min(hours * scale, done * 0.94 / rate)) if rate else None
    proof = f"FAC-{year}-{1000 + number * 7}" if number % 7 else None
    return [
        f"A{number:02d}", LABELS[axis][number % 3], code, title,
        f"Ensemble du quartier {'(deux tranches)' if number % 4 == 0 else ''}".strip(),
        WHEN[number % 4].format(year), planned, done, paid, others, valued, worked,
        rate, proof,
        f"{1 + number % 27:02d}/{1 + number % 12:02d}/{year}" if proof else None, NOTES[number % 4] or None, year,
    ]  # fmt: skip


def diagnostics() -> bytes:
    """Write what was found on foot."""
    header = ("date", "code_qpv", "constat", "responsable", "suite", "photo", "id_action")
    rows = [
        ["14/03/2025", "QN05991I", "Encombrants au pied des tours", "Responsable de secteur", "Passage hebdomadaire ajouté", "", "A04"],
        ["14/03/2025", "QN05991I", "Halls dégradés rue Descartes", "Responsable de secteur", "Remise en état programmée", "", "A03"],
        ["2025-06-20", "QN05992M", "Éclairage insuffisant près de l'écluse", "Référent de la commune", "Signalé à la commune", "", ""],
        ["20 juin 2025", "QN05992M", "Dépôt de pneus sur le parking", "Gardien", "Enlevé le jour même", "", "A12"],
        ["02/10/2025", "QN05993N", "Boîtes aux lettres forcées", "Gardien", "Commande passée", "", ""],
        ["02/10/2025", "QN05991I", "Abords mieux tenus qu'au printemps", "Chargée de GUSP", "Maintenir les passages", "", "A03"],
    ]  # fmt: skip
    return csv_bytes(header, rows, "utf-8-sig")
