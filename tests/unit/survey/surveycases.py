"""Small surveys to test with: text deliveries and the plan that reads them (fictional)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tfpb.model.plan import Plan

LEVELS = ("Très satisfait", "Plutôt satisfait", "Plutôt pas satisfait", "Pas du tout satisfait")


def make_plan(items: tuple[str, ...] = ("q1", "q2"), **changes: Any) -> Plan:
    """Make a plan with four-level items and a global mark."""
    columns = {
        "repondant": "id",
        "vague": "vague",
        "bailleur": "bailleur",
        "residence": "residence",
        "poids": "poids",
        "qpv": "qpv",
        "strates": ["bailleur", "qpv"],
    }
    themes = ("residence", "quartier", "logement", "relation")
    listed: list[dict[str, Any]] = [
        {"colonnes": [name], "libelle": f"Question {name}", "theme": themes[k % 4], "echelle": "s4"}
        for k, name in enumerate(items)
    ]
    return Plan.model_validate(
        {
            "colonnes": columns | changes.pop("colonnes", {}),
            "reglages": {"marge_adoptee_par": "comité"} | changes.pop("reglages", {}),
            "echelles": {
                "s4": {
                    "satisfait": [1, 2, *LEVELS[:2]],
                    "insatisfait": [3, 4, *LEVELS[2:]],
                    "non_concerne": [8, "Non concerné"],
                    "nsp": [9, "Ne sait pas"],
                },
                "note": {"type": "note", "satisfait_des": 7, "nsp": [99, "Ne sait pas"]},
            },
            "items": listed + changes.pop("more", []),
            **changes,
        }
    )


def make_delivery(
    seed: int,
    *,
    owners: tuple[str, ...] = ("A", "B", "C"),
    waves: tuple[str, ...] = ("2019", "2023"),
    items: tuple[str, ...] = ("q1", "q2"),
    residences: int = 6,
    interviews: int = 12,
    gap: float = -0.1,
) -> pd.DataFrame:
    """One delivery as text with its stamp: résidences of both sides, each interview weighted."""
    rng = np.random.default_rng(seed)
    rows = []
    for owner in owners:
        for k in range(residences):
            qpv = k % 2
            effect = rng.normal(0, 0.08)
            for wave in waves:
                for _ in range(int(rng.integers(1, 2 * interviews))):
                    row = {
                        "id": str(len(rows) + 1),
                        "vague": wave,
                        "bailleur": owner,
                        "residence": f"{owner}{k:02d}",
                        "poids": f"{rng.uniform(0.5, 2):.4f}",
                        "qpv": str(qpv),
                        "code_quartier": f"QN{owner}{k % 4}" if qpv else "",
                        "agence": f"ag{k % 3}",
                    }
                    for item in items:
                        draw = rng.random()
                        good = rng.random() < 0.7 + gap * qpv + effect
                        code = int(rng.integers(1, 3)) if good else int(rng.integers(3, 5))
                        row[item] = "9" if draw < 0.04 else "8" if draw < 0.08 else str(code)
                    rows.append(row)
    return stamped(pd.DataFrame(rows), "enquete.csv")


def stamped(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    """Add the stamp a reader gives."""
    return frame.assign(_fichier=file, _feuille="", _ligne=range(2, len(frame) + 2))
