"""What non-response would tip stands beside the word that it would tip."""

from __future__ import annotations

import dataclasses
import math

from report_dossier import claimed, make

from tfpb.model.report import Table
from tfpb.report.sections.survey.satisfaction_section import satisfaction_section
from tfpb.words.survey.satisfaction import HOLDS_UP_TO


def test_each_verdict_of_the_report_has_its_tipping_factor_beside_it() -> None:
    whole = make()
    survey = whole.survey
    assert survey is not None
    rows = survey.comparison
    gaps = (rows["groupe"] == "ecart") & (rows["ajustement"] == "brut")
    never = gaps & (rows["item"] == "q02")
    told = rows["bascule"].mask(gaps, 1.35).mask(never, math.inf)
    given = dataclasses.replace(survey, comparison=rows.assign(bascule=told))
    section = satisfaction_section(claimed(dataclasses.replace(whole, survey=given)))
    (short,) = [
        b for b in section.blocks if isinstance(b, Table) and b.key == "comparaison_document"
    ]
    keys = [c.key for c in short.columns]
    assert keys[keys.index("verdict_mot") + 1] == "bascule"
    labels = short.rows["libelle"] == survey.labels["q02"]
    assert labels.any()
    assert short.rows.loc[labels, "bascule"].isna().all()  # no non-response would do
    assert (short.rows.loc[~labels, "bascule"] == 1.35).all()
    assert HOLDS_UP_TO in short.notes
