"""What intervals are about (`cible`) stands on the source line of every table of the survey."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from report_dossier import claimed, make

from tfpb.model.report import Chart, Table
from tfpb.report.map_model import map_model
from tfpb.report.sections import report
from tfpb.report.sections.restitution import owners, position

COUNTS = {"methode_document"}
"""Tables of counts, where nothing is inferred."""
LETTERS = pd.DataFrame({"item": ["q01"], "lettre": ["A"], "ecart": [-0.03]})
SPREAD = pd.DataFrame(
    {"item": ["q01"], "groupe": ["ecart"], "quartile1": [-0.05], "mediane": [-0.03],
     "quartile3": [0.0], "autres": [8], "incertitude_points": [4], "difference": ["non"]}
)  # fmt: skip


def _with_target(target: str) -> object:
    whole = make()
    told = dataclasses.replace(whole.survey, settings={**whole.survey.settings, "cible": target})
    return claimed(dataclasses.replace(whole, survey=told))


@pytest.mark.parametrize("target", ["parc", "service"])
def test_every_table_and_chart_of_the_survey_says_the_target(target: str) -> None:
    blocks = [
        b
        for s in report(_with_target(target)).sections
        for b in s.blocks
        if isinstance(b, Table | Chart) and "enquête" in b.source and b.key not in COUNTS
    ]
    assert {"satisfaction", "evolution_document", "axes"} <= {b.key for b in blocks}
    assert all(f"cible : {target}" in b.source for b in blocks)


@pytest.mark.parametrize("target", ["parc", "service"])
def test_the_page_of_a_quarter_says_the_target_where_it_names_the_survey(target: str) -> None:
    dossier = _with_target(target)
    entrances = dossier.located.entrances.assign(result_citycode="")
    located = dataclasses.replace(dossier.located, entrances=entrances)
    model = map_model(dataclasses.replace(dossier, located=located))
    (said,) = [s for s in model.sources if "enquête" in s]
    assert said == f"enquête 2023 (cible : {target})"


@pytest.mark.parametrize("target", ["parc", "service"])
def test_tables_of_the_region_say_the_target(target: str) -> None:
    items = make().survey.items
    rows = pd.DataFrame(
        {"vague": ["2023"], "item": ["q01"], "groupe": ["ecart"], "estimation": [-0.1],
         "lecture": ["au_dessus"]}
    )  # fmt: skip
    parts = [owners(LETTERS, SPREAD, items, "2023", target=target)]
    parts.append(position(rows, items, "2023", target=target))
    shown = [b for s in parts for b in s.blocks if isinstance(b, Table) and len(b.rows)]
    assert len(shown) == 3
    assert all(f"cible : {target}" in b.source for b in shown)
