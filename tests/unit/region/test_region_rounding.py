"""What a region rounds to the point shows no decimal: « −3,0 » would look measured to the tenth."""

from __future__ import annotations

import pandas as pd

from tfpb.model.report import Format, Table
from tfpb.report.sections.restitution import position
from tfpb.words.documents.region_words import position_lead

QUARTILES = ("quartile1", "mediane", "quartile3")


def test_quartiles_of_others_are_whole_points_and_the_bailleur_has_its_tenth() -> None:
    row = {
        "vague": "2023", "item": "q1", "estimation": -0.067, "ic95_bas": -0.149, "ic95_haut": 0.015,
        "region": 0.005, "region_bas": -0.01, "region_haut": 0.02, "quartile1": -0.03,
        "mediane": -0.02, "quartile3": 0.0, "autres": 6, "lecture": "non_tranche",
    }  # fmt: skip
    rows = pd.DataFrame([row | {"groupe": g} for g in ("ecart", "qpv", "hors_qpv")])
    items = pd.DataFrame([{"item": "q1", "libelle": "Accueil", "theme": "relation", "ordre": 1}])
    gaps, shares = [b for b in position(rows, items, "2023").blocks if isinstance(b, Table)]
    formats = {c.key: c.format for c in gaps.columns}
    assert {formats[k] for k in QUARTILES} == {Format.WHOLE_POINTS}
    assert {formats[k] for k in ("estimation", "ic95_bas", "region")} == {Format.POINTS}
    assert {c.format for c in shares.columns if c.key in QUARTILES} == {Format.PERCENT}


def test_no_question_is_said_in_words() -> None:
    said = position_lead(0, 1, 17)
    assert said.startswith(
        "Aucune question au-dessus de la médiane des autres bailleurs, 1 en dessous"
    )
    assert position_lead(2, 0, 0).endswith(
        "bailleurs, aucune en dessous, aucune sans écart démontré."
    )
