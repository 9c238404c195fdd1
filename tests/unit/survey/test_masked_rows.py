"""Rows of a table that rest on a masked cell: gaps on both sides, changes on both waves and the panel."""

from __future__ import annotations

import pandas as pd
import pytest

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.secrecy.cells import Cell, panel_name
from tfpb.survey.secrecy.masked_rows import rests_on

ROWS = [
    ("2019", "A", "qpv"),
    ("2023", "A", "ecart"),
    ("2019-2023", "A", "evolution_qpv"),
    ("2019-2023", "A", "evolution_ecart"),
    ("2019-2023", ENSEMBLE, "evolution_qpv"),
    ("2019-2023", ENSEMBLE, "evolution_hors"),
]


@pytest.mark.parametrize(
    ("wave", "bailleur", "group", "hidden"),
    [
        ("2019", "A", "qpv", [0, 2, 3]),
        ("2023", "A", "hors_qpv", [1, 3]),
        ("2019", panel_name("2019-2023"), "qpv", [4]),
        ("2023", panel_name("2019-2023"), "hors_qpv", [5]),
        ("2023", ENSEMBLE, "qpv", [4]),
        ("2023", "B", "qpv", []),
    ],
)
def test_rows_that_rest_on_a_masked_cell(
    wave: str, bailleur: str, group: str, hidden: list[int]
) -> None:
    table = pd.DataFrame(ROWS, columns=["vague", "bailleur", "groupe"]).assign(item="q")
    masked = [Cell(wave, "q", TOTAL, TOTAL, bailleur, group)]
    found = rests_on(table, masked)
    assert found.dtype == bool
    assert found.nonzero()[0].tolist() == hidden


PLACED = [
    ("2023", "code_qpv", "Q1", "qpv"),
    ("2023", "code_qpv", "Q1", "ecart"),
    ("2019-2023", "code_qpv", "Q1", "evolution_hors"),
    ("2023", "epci", "E1", "hors_qpv"),
    ("2023", "epci", "E1", "ensemble"),
    ("2019", "epci", "E1", "ensemble"),
]


@pytest.mark.parametrize(
    ("level", "place", "group", "hidden"),
    [
        ("code_qpv", "Q1", "qpv", [0, 1]),
        ("code_qpv", "Q1", "hors_qpv", []),  # the other side of a quarter is the whole's
        (TOTAL, TOTAL, "hors_qpv", [1, 2]),
        ("epci", "E1", "hors_qpv", [3]),
        ("epci", "E1", "ensemble", [4]),
        ("epci", "E2", "ensemble", []),
    ],
)
def test_a_quarter_rests_on_the_whole_outside(
    level: str, place: str, group: str, hidden: list[int]
) -> None:
    table = pd.DataFrame(PLACED, columns=["vague", "niveau", "territoire", "groupe"])
    table = table.assign(bailleur="A", item="q")
    masked = [Cell("2023", "q", level, place, "A", group)]
    assert rests_on(table, masked).nonzero()[0].tolist() == hidden


def test_models_of_priorities_rest_on_the_overall_mark_too() -> None:
    table = pd.DataFrame({"vague": "2023", "item": ["q1", "q2"], "bailleur": "A", "groupe": "qpv"})
    mark = [Cell("2023", "note", TOTAL, TOTAL, "A", "qpv")]
    own = [Cell("2023", "q2", TOTAL, TOTAL, "A", "qpv")]
    assert rests_on(table, mark).tolist() == [False, False]
    assert rests_on(table, mark, marks=["note"]).tolist() == [True, True]
    assert rests_on(table, own, marks=["note"]).tolist() == [False, True]


def test_a_table_without_rows_and_one_of_changes_alone() -> None:
    table = pd.DataFrame(ROWS, columns=["vague", "bailleur", "groupe"]).assign(item="q")
    masked = [Cell("2019", "q", TOTAL, TOTAL, "A", "qpv")]
    assert rests_on(table.iloc[:0], masked).tolist() == []
    # without a row of either wave their names are not known: the change stands for itself
    assert rests_on(table.iloc[2:3], masked).tolist() == [False]
    alone = [masked[0]._replace(vague="2019-2023")]
    assert rests_on(table.iloc[2:3], alone).tolist() == [True]
