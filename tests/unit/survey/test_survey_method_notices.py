"""What the method says of a survey by itself: a question asked once, résidences that differ."""

from __future__ import annotations

import pandas as pd

from tfpb import survey
from tfpb.survey.method import alarm_notices, wave_notices


def test_a_question_that_a_bailleur_asked_in_one_wave_alone_is_told() -> None:
    rows = range(240)
    frame = pd.DataFrame(
        {
            "id": rows, "annee": [2019 + 4 * (i % 2) for i in rows], "bailleur": "Fictif Habitat",
            "residence": [f"R{i % 12:02d}" for i in rows], "poids": 1.0, "qpv": [i // 2 % 2 for i in rows],
            "proprete": [1 + i % 4 for i in rows], "accueil": [1 + i % 4 if i % 2 else None for i in rows],
        }
    )  # fmt: skip
    items = [
        {"colonnes": name, "libelle": name, "theme": "residence", "echelle": "accord"}
        for name in ("proprete", "accueil")
    ]
    plan = survey.Plan.model_validate(
        {
            "colonnes": {
                "repondant": "id", "vague": "annee", "bailleur": "bailleur",
                "residence": "residence", "poids": "poids", "qpv": "qpv", "strates": ["qpv"],
            },
            "echelles": {"accord": {"satisfait": [1, 2], "insatisfait": [3, 4]}},
            "items": items,
        }
    )  # fmt: skip
    told = wave_notices(survey.recode([frame], plan), plan, ("2019", "2023"))
    (one,) = (n for n in told if n.code == "vagues_question")
    assert one.fields["item"] == "accueil"


def test_residences_that_differ_more_than_supposed_are_told() -> None:
    assert alarm_notices([]) == alarm_notices([1.2, 1.0, 1.04]) == []
    (told,) = alarm_notices([1.2, 1.1, 1.0])
    assert (told.code, told.fields["rapport"]) == ("residences_differentes", 1.1)
