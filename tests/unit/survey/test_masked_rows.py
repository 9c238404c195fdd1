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
    assert rests_on(table, masked).nonzero()[0].tolist() == hidden
