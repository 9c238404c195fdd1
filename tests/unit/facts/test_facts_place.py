"""Who holds what: one frame, one main quarter, one side, one rule for a doubtful door."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tfpb.facts.place import HELD_COLUMNS, holds, main_quarter, quarters, sides
from tfpb.model.codes import QpvStatut


def doors(*rows: tuple[str, float | None, str, str, str]) -> pd.DataFrame:
    columns = ["id_residence", "nb_logements", "qpv_statut", "qpv_code", "qpv_proche_code"]
    return pd.DataFrame(list(rows), columns=columns)


def test_a_doubtful_door_is_of_the_polygon_that_holds_it_else_of_the_nearest() -> None:
    held = holds(doors(("R1", 5, "a_verifier", "QN1", "QN2"), ("R2", 7, "a_verifier", "", "QN2")))
    assert list(held["code_qpv"]) == ["QN1", "QN2"]
    assert quarters(held)["logements_a_verifier"].tolist() == [5, 7]


def test_even_quarters_are_told_by_code_whatever_the_order_of_rows() -> None:
    rows = [("R1", 6, "dans", "QN2", ""), ("R1", 6, "dans", "QN1", "")]
    assert main_quarter(holds(doors(*rows)))["R1"] == "QN1"
    assert main_quarter(holds(doors(*rows[::-1])))["R1"] == "QN1"


def test_a_residence_in_doubt_settled_in_is_in_everywhere() -> None:
    asked = doors(
        ("R", 30, "dans", "QN1", ""), ("R", 40, "dans", "QN2", ""), ("R", 60, "hors", "", "QN2")
    )
    held = holds(asked)
    assert main_quarter(held)["R"] == "QN2"
    assert sides(held)["R"] == QpvStatut.DANS


def test_most_in_comes_before_most_in_doubt() -> None:
    held = holds(doors(("R", 3, "dans", "QN2", ""), ("R", 40, "a_verifier", "", "QN1")))
    assert main_quarter(held)["R"] == "QN2"
    assert sides(held)["R"] == QpvStatut.A_VERIFIER


def test_dwellings_that_no_file_counts_are_not_nil() -> None:
    held = holds(doors(("R", None, "dans", "QN1", ""), ("R", 4, "dans", "QN1", "")))
    assert held["logements"].tolist() == [4]
    assert held["sans_compte"].tolist() == [1]


def test_a_residence_without_dwellings_has_the_side_of_its_doors() -> None:
    held = holds(
        doors(("R", 0, "dans", "QN1", ""), ("S", 0, "dans", "QN1", ""), ("S", 0, "hors", "", ""))
    )
    assert sides(held).tolist() == [QpvStatut.DANS, QpvStatut.A_VERIFIER]


def test_a_door_without_side_is_to_check() -> None:
    held = holds(doors(("R", 4, "", "", "QN1")))
    assert held["cote"].tolist() == [QpvStatut.A_VERIFIER]
    assert held["code_qpv"].tolist() == ["QN1"]


def test_nothing_held_makes_empty_tables() -> None:
    held = holds(doors())
    assert list(held.columns) == list(HELD_COLUMNS)
    assert main_quarter(held).empty
    assert sides(held).empty
    assert quarters(held).empty


one_door = st.tuples(
    st.sampled_from(["R1", "R2", "R3"]), st.integers(0, 9), st.sampled_from(["dans", "hors", "a_verifier"]),
    st.sampled_from(["QN1", "QN2"]), st.sampled_from(["QN1", "QN2", "QN3"]), st.booleans(),
)  # fmt: skip


@given(st.lists(one_door, min_size=1, max_size=12), st.randoms())
def test_quarters_add_up_and_no_order_matters(rows: list[tuple], shuffle: object) -> None:  # type: ignore[type-arg]
    made = [
        (
            home,
            count,
            side,
            code if side == "dans" or (side == "a_verifier" and within) else "",
            near,
        )
        for home, count, side, code, near, within in rows
    ]
    table = doors(*made)
    held = holds(table)
    by_side = table.groupby("qpv_statut")["nb_logements"].sum()
    counted = quarters(held)
    assert counted["logements_dans"].sum() == by_side.get("dans", 0)
    assert counted["logements_a_verifier"].sum() == by_side.get("a_verifier", 0)
    shuffle.shuffle(made)  # type: ignore[attr-defined]
    again = holds(doors(*made))
    pd.testing.assert_frame_equal(quarters(again), counted)
    assert main_quarter(again).to_dict() == main_quarter(held).to_dict()
    assert sides(again).to_dict() == sides(held).to_dict()
    assert np.array_equal(np.sort(again["logements"]), np.sort(held["logements"]))
