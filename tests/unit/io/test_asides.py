"""Lines that sum others are told and set aside; a line of data never is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.tabular import TextTable
from tfpb.model.tables import PROGRAMME, STOCK

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


def test_notes_below_the_last_action_are_set_aside_and_a_sentence_above_stays() -> None:
    note, signed = (
        ("* action reconduite", "", "", "", ""),
        ("Montants arrêtés au 31/12", "", "", "", ""),
    )
    assert kept(A1, A2, note, signed) == ["A1", "A2"]
    assert kept(A1, note, A2) == ["A1", "* action reconduite", "A2"]


def test_the_title_of_a_printed_page_goes_with_its_header() -> None:
    title = ("Agence Sud", "", "", "", "")
    assert kept(A1, title, HEADERS, A2) == ["A1", "A2"]
    assert kept(A1, title, A2) == ["A1", "Agence Sud", "A2"]


STOCK_HEAD = ("id_residence", "nom", "adresse", "commune", "nb_logements")


def stock(*last: str) -> TextTable:
    rows = [[f"R{k}", f"N{k}", f"{k} rue A", "Bondy", "25"] for k in range(4)] + [list(last)]
    frame = pd.DataFrame(rows, columns=list(STOCK_HEAD), dtype=object)
    return TextTable(frame, "p.csv", "", np.arange(2, 7))


@pytest.mark.parametrize(
    "head",
    [
        "S/Total",
        "S-TOTAL Bondy",
        "Grand total",
        "Ensemble",
        "ENSEMBLE du parc",
        "Cumul",
        "S/T",
        "Total Bondy",
        "Montant global",
    ],
)
def test_a_sum_of_another_name_is_no_residence(head: str) -> None:
    left = set_aside(stock(head, "", "", "", "100"), STOCK)
    assert left.frame["id_residence"].tolist() == ["R0", "R1", "R2", "R3"]
    assert [n.code for n in left.notices] == ["ligne_de_total"]


@pytest.mark.parametrize(
    "row",
    [
        ("ENSEMBLE", "Ensemble", "5 rue A", "Bondy", "100"),
        ("Ensemble Nord", "", "", "", "100"),
        ("Cumul", "Tour", "", "", "100"),
        ("R5", "", "", "", "100"),
    ],
)
def test_a_residence_of_such_a_name_stays(row: tuple[str, ...]) -> None:
    assert set_aside(stock(*row), STOCK).frame["id_residence"].tolist()[-1] == row[0]
