from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.questions.finding import KEPT, OUT, Change, Finding, settle

FRAME = pd.DataFrame(
    {"id": ["A", "B", "C"], "vlc": ["1 000,50", "n.c.", "3"], "q1": ["1", "4", "9"]}, dtype=object
)
ROWS = np.array([2, 4, 5], dtype=np.int64)


def test_each_change_does_what_its_name_says_and_leaves_the_frame_alone() -> None:
    changes = [
        Change("f.csv", left_out=(4,), scaled={"vlc": Decimal(1000)}, read_as={"vlc": "vlc_eur"}),
        Change("f.csv", recoded={"q1": {"1": "4", "4": "1"}}, written={(5, "id"): "D"}),
        Change("autre.csv", left_out=(2,)),
    ]
    before = FRAME.copy()
    out = settle(FRAME, ROWS, changes, file="f.csv")
    assert out.frame.to_dict("list") == {
        "id": ["A", "D"], "vlc": ["1000500", "3000"], "q1": ["4", "9"],
    }  # fmt: skip
    assert out.rows.tolist() == [2, 5]
    assert out.renames == {"vlc_eur": "vlc"}
    pd.testing.assert_frame_equal(FRAME, before)


def test_cells_without_a_number_are_not_scaled_and_ignored_columns_go() -> None:
    change = Change("f.csv", "S", scaled={"vlc": Decimal(1000)}, ignored=frozenset({"q1"}))
    out = settle(FRAME, ROWS, [change], file="f.csv", sheet="S")
    assert out.frame.to_dict("list") == {"id": ["A", "B", "C"], "vlc": ["1000500", "n.c.", "3000"]}
    assert settle(FRAME, ROWS, [change], file="f.csv", sheet="T").frame is FRAME


def test_every_answer_has_its_changes() -> None:
    dwellings = Measure(10, Unit.LOGEMENTS)
    question = Question(
        "mots_de_lignes", "patrimoine", Place("f.csv"), (4,), (("mot", "vendu"),),
        (Answer(KEPT, dwellings), Answer(OUT, Measure(9, Unit.LOGEMENTS))), dwellings, content_of(["x"]),
    )  # fmt: skip
    Finding(question, {KEPT: (), OUT: (Change("f.csv", left_out=(4,)),)})
    with pytest.raises(ValueError, match="mots_de_lignes"):
        Finding(question, {OUT: ()})
