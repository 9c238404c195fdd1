"""A survey of several bailleurs over crossed territories, without files (fictional)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tfpb import survey
from tfpb.model.plan import Plan
from tfpb.region.cuts import Protected
from tfpb.survey.secrecy.publishable import Rules

if TYPE_CHECKING:
    from tfpb.model.survey import Estimates
    from tfpb.survey.respondents import Survey

LEVELS = ("code_qpv", "contrat_de_ville", "siren_epci", "departement")
ITEMS = ("q1", "q2")
RULES = Rules(owners=3, largest_share=0.85)


def protected_of(made: Estimates) -> Protected:
    """Protect the estimates of a region that has released nothing."""
    return Protected.of(made, RULES, survey.Released())


def region_plan() -> Plan:
    return Plan.model_validate(
        {
            "colonnes": {
                "vague": "vague", "bailleur": "bailleur", "residence": "residence",
                "poids": "poids", "qpv": "qpv", "strates": ["bailleur", "qpv"],
            },
            "reglages": {"marge_adoptee_par": "comité"},
            "echelles": {
                "s4": {"satisfait": [1, 2], "insatisfait": [3, 4], "nsp": [9]},
                "note": {"type": "note", "satisfait_des": 7},
            },
            "items": [
                *({"colonnes": q, "libelle": f"Question {q}", "theme": "residence",
                   "echelle": "s4", "tete_de_theme": True} for q in ITEMS),
                {"colonnes": "note", "libelle": "Note", "theme": "global", "echelle": "note"},
            ],
        }
    )  # fmt: skip


def region_survey(
    seed: int,
    *,
    owners: int = 7,
    towns: int = 6,
    waves: tuple[str, ...] = ("2019", "2023"),
    homes: tuple[int, int] = (2, 5),
) -> Survey:
    """Simulate answers: each bailleur in some towns, a contrat of two, départements across.

    `homes` bounds the résidences of a bailleur in a town (the last excluded).
    """
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for owner in range(owners):
        here = rng.choice(towns, rng.integers(2, towns + 1), replace=False)
        for town in here:
            for home in range(rng.integers(*homes)):
                qpv = int(rng.random() < 0.5)
                quarter = f"QN059{town:02d}{rng.integers(1, 3)}"
                for wave in waves:
                    rows += [
                            {"vague": wave, "bailleur": f"B{owner}", "residence": f"R{town}-{home}",
                             "poids": str(round(float(np.exp(rng.normal(0, 0.3))), 3)),
                             "qpv": str(qpv), "q1": str(rng.choice([1, 2, 3, 4, 9])),
                             "q2": str(rng.choice([1, 2, 3, 4])), "note": str(rng.integers(3, 11)),
                             "code_qpv": quarter if qpv else "",
                             "contrat_de_ville": f"C{town // 2}",
                             "siren_epci": f"E{town // 2 if town < 4 else town}",
                             "departement": f"D{(town + 1) // 3}"}
                        for _ in range(rng.integers(1, 12))
                    ]  # fmt: skip
    frame = pd.DataFrame(rows, dtype=object)
    places = frame[list(LEVELS)]
    text = frame.drop(columns=list(LEVELS)).assign(_fichier="e.csv", _feuille="", _ligne=2)
    made = survey.recode([text], region_plan())
    return replace(made, respondents=made.respondents.join(places), faults=())
