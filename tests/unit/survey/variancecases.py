"""A stock and answers drawn on it, with known likeness inside résidences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tfpb.model.plan import Plan


def plan(items: int = 3, **columns: object) -> Plan:
    """Return a plan of questions of service on one scale."""
    roles = {
        "repondant": "id", "vague": "vague", "bailleur": "bailleur", "residence": "residence",
        "poids": "poids", "strates": ["bailleur", "qpv"],
    }  # fmt: skip
    return Plan.model_validate(
        {
            "colonnes": roles | columns,
            "echelles": {
                "accord": {"satisfait": [1, 2], "insatisfait": [3, 4], "nsp": [9]},
            },
            "items": [
                {
                    "colonnes": f"q{k}",
                    "libelle": f"Question {k}",
                    "theme": "residence",
                    "echelle": "accord",
                }
                for k in range(items)
            ],
        }
    )


def stock_and_answers(
    rng: np.random.Generator,
    *,
    homes: int = 90,
    quarters: int = 3,
    items: int = 3,
    everyone: bool = False,
    gap: float = -0.08,
    icc: float = 0.08,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return located résidences and the answers of some of their tenants, as delivered.

    Half of the résidences are in QPV; one in ten is not surveyed, one in six has no valid answer to the
    last question.
    """
    size = rng.integers(8, 60, homes)
    inside = np.arange(homes) % 2 == 0
    kind = np.where(rng.random(homes) < 0.7, "collectif", "individuel")
    stock = pd.DataFrame(
        {
            "id_residence": [f"R{k:03d}" for k in range(homes)],
            "bailleur": "Fictif Habitat",
            "cote": np.where(inside, "dans", "hors"),
            "code_qpv": [f"QN{k % quarters:03d}" if i else "" for k, i in enumerate(inside)],
            "nom_qpv": "",
            "nb_logements": size,
            "type_habitat": kind,
            "periode_construction": np.where(rng.random(homes) < 0.5, "avant 1975", "après 1975"),
        }
    )
    rows = []
    mean = np.where(inside, 0.75 + gap, 0.75)
    scale = (1 - icc) / icc
    for k in range(homes):
        if not everyone and k % 10 == 9:
            continue
        asked = int(size[k]) if everyone else int(rng.binomial(size[k], 0.3)) or 1
        chance = rng.beta(mean[k] * scale, (1 - mean[k]) * scale, items)
        for _ in range(asked):
            said = np.where(rng.random(items) < chance, 1, 4)
            if not everyone:
                said = np.where(rng.random(items) < 0.03, 9, said)
                if k % 6 == 5:
                    said[-1] = 9
            weight = 1.0 if everyone else float(rng.choice([0.8, 1.0, 1.3]))
            rows.append((f"R{k:03d}", weight, *said.tolist()))
    answers = pd.DataFrame(rows, columns=["residence", "poids", *(f"q{k}" for k in range(items))])
    answers.insert(0, "id", np.arange(len(answers)))
    return stock, answers.assign(vague="2023", bailleur="Fictif Habitat")
