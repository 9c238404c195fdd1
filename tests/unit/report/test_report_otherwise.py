"""An adjusted figure that contradicts the raw one: said first in the sections and axes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from report_dossier import BAILLEUR, claimed, make

from tfpb.evidence.evaluation import Evaluation, evaluation
from tfpb.model.codes import TOTAL
from tfpb.model.report import Text
from tfpb.report import map_model, quarter_pages
from tfpb.report.sections import report
from tfpb.report.sections.survey.evaluation_sensibilite import evaluation as evaluated

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

SAID = "à structure comparable, l’écart change de sens (+20\u202fpoints"


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    """Every question says the contrary like with like: gaps, and changes of gaps."""
    whole = make()
    table = whole.survey.comparison
    gaps = (table["groupe"] == "ecart") & (table["ajustement"] == "comparable")
    moved = table["groupe"] == "evolution_ecart"
    changed = table[moved].assign(ajustement="comparable")
    values = {"estimation": 0.2, "ic90_bas": 0.1, "ic90_haut": 0.3}
    table = table.assign(**{k: table[k].mask(gaps, v) for k, v in values.items()})
    for rows, sign in ((moved, -1), (None, 1)):
        part = {k: sign * v for k, v in zip(values, (0.05, 0.04, 0.06), strict=True)}
        if rows is None:
            changed = changed.assign(**part)
        else:
            part["ic90_bas"], part["ic90_haut"] = part["ic90_haut"], part["ic90_bas"]
            table = table.assign(**{k: table[k].mask(rows, v) for k, v in part.items()})
    raw = (table["groupe"] == "ecart") & (table["ajustement"] == "brut")
    raw_values = {"estimation": -0.09, "ic90_bas": -0.12, "ic90_haut": -0.07}
    table = table.assign(**{k: table[k].mask(raw, v) for k, v in raw_values.items()})
    table = pd.concat([table, changed], ignore_index=True).assign(autre_histoire="oui")
    survey = dataclasses.replace(whole.survey, comparison=table)
    told = evaluation(whole.located, whole.quarters, whole.claims, survey, bailleur=BAILLEUR)
    return claimed(dataclasses.replace(whole, survey=survey, evaluation=told))


def _texts(dossier: Dossier, key: str) -> tuple[str, list[str]]:
    (section,) = [s for s in report(dossier).sections if s.key == key]
    return section.lead, [p for b in section.blocks if isinstance(b, Text) for p in b.paragraphs]


def test_sections_open_with_it(dossier: Dossier) -> None:
    lead, said = _texts(dossier, "satisfaction")
    assert lead.startswith("Pour ")
    assert "à lire d’abord. Vague 2023" in lead
    assert SAID in said[0]
    lead, said = _texts(dossier, "evolution")
    assert lead.startswith("Pour ")
    assert "l’évolution de l’écart change de sens (+5\u202fpoints" in said[0]
    _, said = _texts(dossier, "synthese")
    assert any(p.startswith("Pour ") and "structure comparable" in p for p in said)


def test_axes_say_it_first_and_are_not_counted_lower(dossier: Dossier) -> None:
    table = dossier.evaluation.table
    read = table[table["item"] != ""]
    assert read["lecture"].str.contains(r"\|ecart_sens").any()
    assert read["lecture"].str.contains(r"\|evolution_sens").any()
    lead, _ = _texts(dossier, "evaluation")
    assert "l’écart défavorable ne se retrouve pas à structure comparable" in lead
    assert "aucun axe ne montre d’écart défavorable établi" in lead


def test_the_map_and_the_lines_of_a_page_say_it_first(dossier: Dossier) -> None:
    answers = quarter_pages.own_answers(dossier)
    phrases = map_model._gaps(answers)["phrase"]
    assert phrases.str.startswith(f"{SAID}, ").any()
    assert answers is not None
    lines = [
        quarter_pages.answer_line(dossier.claims, answers, item, TOTAL) for item in answers.items
    ]
    assert any(line.otherwise for line in lines)
    assert any(line.moved.endswith(" †") for line in lines)


def test_no_axis_is_denied_where_none_is_sure_or_shown() -> None:
    """« Aucun axe » was written over all masked."""
    whole = make()
    table = whole.evaluation.table
    masked = table.assign(lecture="masque|sans_evolution", ecart=float("nan"))
    level = table.assign(lecture="ecart_equivalent|sans_evolution")
    one = masked.where(table["axe"] > table["axe"].min(), level)
    for rows, lead in (
        (masked, "aucun axe n’a d’écart publié ; on ne sait pas"),
        (one, "aucun axe ne montre d’écart défavorable établi, sur 1 axe dont l’écart est publié."),
        (level.assign(ecart=0.0), "aucun axe ne montre d’écart défavorable établi."),
    ):
        known = dataclasses.replace(whole, evaluation=Evaluation(rows))
        assert evaluated(known).lead.endswith(lead) or f" : {lead}" in evaluated(known).lead
