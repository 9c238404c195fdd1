"""A bailleur's own deliveries, which may name it as its files do and others beside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from tfpb.region import partition
from tfpb.survey import Plan

PLAN = Plan.model_validate(
    {
        "colonnes": {
            "repondant": "id", "vague": "annee", "bailleur": "bailleur", "residence": "residence",
            "poids": "poids", "qpv": "qpv", "strates": ["qpv"],
        },
        "echelles": {"s": {"satisfait": [1, 2], "insatisfait": [3, 4]}},
        "items": [{"colonnes": ["q1"], "libelle": "Propreté", "theme": "residence", "echelle": "s"}],
    }
)  # fmt: skip


def delivered(owner: str) -> pd.DataFrame:
    rows = [
        {"id": f"{owner}{k}", "annee": "2023", "bailleur": owner, "residence": f"R{k % 2 + 1}",
         "poids": "1", "qpv": "", "q1": "1"}
        for k in range(6)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_its_residences_are_known_by_the_name_its_files_give_it() -> None:
    """Another of the delivery uses the same identifiers: its answers are left, not taken for ours."""
    table: Any = SimpleNamespace(file="livraison.csv")
    both = pd.concat([delivered("A SA"), delivered("B")], ignore_index=True)
    inputs: Any = SimpleNamespace(deliveries=[SimpleNamespace(frame=both, table=table)])
    sides = pd.DataFrame(
        {"id_residence": ["R1", "R2"], "bailleur": "Office A", "cote": ["dans", "hors"],
         "code_qpv": ["QN1", ""], "nb_logements": ["40", "40"]}
    )  # fmt: skip
    made = partition._answers(inputs, PLAN, sides, "Office A", "A SA")
    assert set(made.respondents["bailleur"]) == {"Office A"}
    assert made.respondents["qpv"].tolist() == [1, 0, 1, 0, 1, 0]
    assert {(f.code, f.fields.get("bailleur")) for f in made.faults} == {
        ("residence_sans_cote", "B")
    }
    assert [(r.bailleur, r.read, r.kept) for r in made.readings] == [
        ("Office A", 6, 6),
        ("B", 6, 0),
    ]
