"""Atoms of a wave: answers by bailleur, side and every level, and the dwellings that bound them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfpb.survey.secrecy.wave_atoms import wave_atoms

INTERVIEWS = pd.DataFrame(
    [
        ("2023", "B", 1, "y"), ("2019", "A", 1, "x"), ("2023", "A", 1, "x"), ("2023", "A", 1, "x"),
        ("2023", "A", 0, "x"), ("2023", "A", 1, "x"),
    ],
    columns=["vague", "bailleur", "qpv", "agence"],
)  # fmt: skip
ANSWERS = {
    "q1": np.array([-1, 0, 0, 1, 2, -1]),  # the third answer is no satisfied one
    "q2": np.array([-1, 0, 2, 2, 2, 0]),
}


def survey(stock: pd.DataFrame | None = None) -> Any:
    scale = SimpleNamespace(satisfied=np.array([True, True, False]))
    return SimpleNamespace(
        respondents=INTERVIEWS, answers=ANSWERS, scales=dict.fromkeys(ANSWERS, scale), stock=stock
    )


def stock(*rows: tuple[str, int, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["bailleur", "qpv", "agence", "logements"])


def test_answers_and_satisfied_ones_of_each_atom() -> None:
    made = wave_atoms(survey(), ["q2", "q1"], "2023", ["agence"])
    assert (made.vague, made.items) == ("2023", ("q2", "q1"))
    assert list(made.places) == ["bailleur", "qpv", "agence"]
    assert made.places.to_numpy().tolist() == [["A", "0", "x"], ["A", "1", "x"], ["B", "1", "y"]]
    assert {str(kind) for kind in made.places.dtypes} == {"object"}
    assert made.n.tolist() == [[1, 1], [3, 2], [0, 0]]
    assert made.hits.tolist() == [[0, 0], [1, 2], [0, 0]]
    assert np.isinf(made.dwellings).all()


def test_dwellings_of_the_stock_bound_each_atom_and_never_less_than_its_answers() -> None:
    known = stock(("A", 1, "x", 30), ("A", 1, "x", 12), ("B", 1, "y", 0), ("C", 1, "x", 9))
    made = wave_atoms(survey(known), ["q1", "q2"], "2023", ["agence"])
    assert made.dwellings.tolist() == [np.inf, 42, 0]
    few = stock(("A", 1, "x", 2), ("A", 0, "x", 0), ("B", 1, "y", 5))
    made = wave_atoms(survey(few), ["q1", "q2"], "2023", ["agence"])
    assert made.dwellings.tolist() == [1, 3, 5]  # the question with most answers


@pytest.mark.parametrize("by", [(), ("agence",)])
def test_a_stock_that_lacks_a_level_bounds_nothing(by: tuple[str, ...]) -> None:
    known = stock(("A", 1, "x", 30), ("A", 0, "x", 8), ("B", 1, "y", 5)).drop(columns="agence")
    made = wave_atoms(survey(known), ["q1"], "2023", by)
    assert made.dwellings.tolist() == ([np.inf] * 3 if by else [8, 30, 5])


def test_no_question_leaves_places_alone() -> None:
    made = wave_atoms(survey(stock(("A", 1, "x", 30))), [], "2023", ["agence"])
    assert made.n.shape == (3, 0)
    assert made.dwellings.tolist() == [np.inf, 30, np.inf]
