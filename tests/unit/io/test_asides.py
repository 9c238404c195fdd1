"""Lines that sum others are told and set aside; a line of data never is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.tabular import TextTable
from tfpb.model.tables import PROGRAMME

HEADERS = ("id_action", "axe", "code_qpv", "action", "realise_eur")
A1, A2 = ("A1", "3", "QN05991I", "Nettoyage", "100"), ("A2", "4", "QN05991I", "Bennes", "50")


def kept(*rows: tuple[str, ...]) -> list[str]:
    frame = pd.DataFrame(list(rows), columns=list(HEADERS), dtype=object)
    made = set_aside(TextTable(frame, "p.xlsx", "", np.arange(2, len(rows) + 2), ""), PROGRAMME)
    assert len(made.notices) == len(rows) - len(made.frame)
    return list(made.frame["id_action"])


@pytest.mark.parametrize(
    "head", ["TOTAL", "Total général", "Sous-total QN05991I", "Total Les Tilleuls", "Totaux 2025"]
)
def test_a_total_is_set_aside_wherever_it_stands(head: str) -> None:
    assert kept(A1, (head, "", "", "", "100"), A2) == ["A1", "A2"]
    assert kept(A1, A2, ("", "", "", head, "150")) == ["A1", "A2"]


def test_a_total_is_told_in_whatever_order_the_columns_stand() -> None:
    frame = pd.DataFrame(
        [A1, A2, ("TOTAL", "", "", "", "150")], columns=list(HEADERS), dtype=object
    )
    turned = frame[["realise_eur", "action", "id_action", "code_qpv", "axe"]]
    made = set_aside(TextTable(turned, "p.xlsx", "", np.arange(2, 5), ""), PROGRAMME)
    assert list(made.frame["id_action"]) == ["A1", "A2"]
    lacking = pd.DataFrame(
        [A1, ("A3", "", "QN05991I", "Total propreté", "9")], columns=list(HEADERS)
    )
    made = set_aside(TextTable(lacking, "p.xlsx", "", np.arange(2, 4), ""), PROGRAMME)
    assert list(made.frame["id_action"]) == ["A1", "A3"]


def test_an_action_whose_name_says_total_is_an_action() -> None:
    named = ("Total propreté", "3", "QN05991I", "Contrat Total propreté", "10")
    assert kept(A1, A2, named) == ["A1", "A2", "Total propreté"]
