"""Who holds what: one frame, one main quarter, one side, one rule for a doubtful door."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.facts.place import (
    HELD_COLUMNS,
    QuarterHeld,
    cut_homes,
    dwellings_by_side,
    dwellings_in,
    holds,
    holds_of_counts,
    home_columns,
    main_of,
    main_quarter,
    on_map,
    quarter_homes,
    quarters,
    quarters_held,
    settled,
    sides,
)  # fmt: skip
from tfpb.model.codes import QpvStatut
from tfpb.perimeters.map_marks import drawn
from tfpb.pipeline.pack_run import open_in as open_in_dossier
from tfpb.region.computed import open_in


def doors(*rows: tuple[str, float | None, str, str, str]) -> pd.DataFrame:
    columns = ["id_residence", "nb_logements", "qpv_statut", "qpv_code", "qpv_proche_code"]
    return pd.DataFrame(list(rows), columns=columns)


@pytest.mark.parametrize(
    ("side", "asked"), [("hors", False), ("dans", True), ("a_verifier", True), ("", True)]
)
def test_conventions_are_asked_for_where_a_door_may_be_in_a_quarter(
    side: str, *, asked: bool
) -> None:
    entrances = doors(("R1", 5, "hors", "", "QN2"), ("R2", 7, side, "", "QN2"))
    part: Any = SimpleNamespace(
        abatement=object(),
        inputs=SimpleNamespace(frame=lambda _role: None),
        located=SimpleNamespace(entrances=entrances),
    )
    assert ("sans_convention" in open_in(part)) is asked
    dossier: Any = SimpleNamespace(
        notices=(), abatement=object(), conventions=None, located=part.located
    )
    assert ("sans_convention" in open_in_dossier(dossier)) is asked


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


@settings(deadline=None, max_examples=tries(25, 100))
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


def test_the_other_map_has_its_own_side_and_no_nearest_quarter() -> None:
    table = doors(
        ("R", 4, "dans", "QN1", "QN1"), ("R", 5, "hors", "", "QN1"), ("S", 6, "dans", "QN1", "QN1")
    ).assign(
        qpv_millesime=2024,
        qpv2015_statut=["a_verifier", "dans", ""], qpv2015_code=["", "QP1", ""],
    )  # fmt: skip
    held = holds(on_map(table, 2015))
    told = held[["id_residence", "code_qpv", "cote", "logements"]].to_numpy().tolist()
    assert told == [
        ["R", "", "a_verifier", 4], ["R", "QP1", "dans", 5], ["S", "QN1", "dans", 6],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(on_map(table, 2024), table)


def test_a_table_of_residences_is_held_by_its_counts_else_by_its_side() -> None:
    homes = pd.DataFrame(
        {
            "id_residence": ["R", "S", "T"], "code_qpv": ["QN1", "QN1", "QN2"],
            "logements_dans": [6, 0, None], "logements_hors": [4, 0, None],
            "logements_a_verifier": [0, 0, None], "cote": ["dans", "dans", ""],
            "nb_logements": [10, 7, None],
        }
    )  # fmt: skip
    held = holds_of_counts(homes)
    assert list(held.columns) == list(HELD_COLUMNS)
    told = (
        held[["id_residence", "code_qpv", "cote", "logements", "sans_compte"]].to_numpy().tolist()
    )
    assert told == [
        ["R", "", "hors", 4, 0], ["R", "QN1", "dans", 6, 0], ["S", "QN1", "dans", 7, 0],
        ["T", "QN2", "a_verifier", 0, 1],
    ]  # fmt: skip


def test_doubts_settled_in_are_of_the_quarter_they_were_in_doubt_of() -> None:
    table = doors(
        ("R", 30, "dans", "QN1", ""), ("R", 40, "a_verifier", "", "QN2"), ("R", 60, "hors", "", "")
    )
    placed = home_columns(holds(settled(table, QpvStatut.DANS))).loc["R"]
    assert (placed["cote"], placed["code_qpv"], placed["logements_dans"]) == ("dans", "QN2", 70)
    out = home_columns(holds(settled(table, QpvStatut.HORS))).loc["R"]
    assert (out["cote"], out["code_qpv"], out["logements_hors"]) == ("hors", "QN1", 100)


def test_a_residence_mostly_out_has_the_quarter_of_its_doubt() -> None:
    table = doors(("R", 75, "hors", "", "QN1"), ("R", 47, "a_verifier", "", "QN1"))
    placed = home_columns(holds(table)).loc["R"]
    assert (placed["cote"], placed["code_qpv"], placed["part_qpv"]) == ("hors", "QN1", 0)


def test_parts_of_a_residence_have_the_quarter_of_the_whole_rule() -> None:
    parts = [("QN2", "a_verifier", 40, 1), ("QN2", "dans", 6, 1), ("QN1", "dans", 6, 1)]
    assert main_of(parts) == "QN1"
    assert main_of(parts[:1]) == "QN2"
    assert main_of([("", "dans", 3, 1), ("QN1", "hors", 3, 1)]) == ""
    assert main_of([]) == ""


def test_cut_is_dwellings_on_both_sides_whatever_is_in_doubt() -> None:
    cut = cut_homes(
        holds(
            doors(
                ("R", 1, "dans", "QN1", ""), ("R", 1, "hors", "", ""), ("R", 9, "a_verifier", "", "QN1"),
                ("S", 1, "dans", "QN1", ""), ("S", 0, "hors", "", ""), ("T", 2, "hors", "", ""),
            )
        )
    )  # fmt: skip
    assert cut.to_dict() == {"R": True, "S": False, "T": False}


def test_each_quarter_has_its_part_of_a_residence_and_what_the_limit_leaves_out() -> None:
    table = doors(
        ("R", 8, "dans", "QN2", ""), ("R", 3, "dans", "QN1", ""), ("R", 5, "hors", "", "QN1"),
        ("S", 7, "a_verifier", "", "QN1"), ("T", 2, "a_verifier", "", ""),
    )  # fmt: skip
    held = holds(table)
    assert quarter_homes(held).to_numpy().tolist() == [
        ["QN1", "R", 3, 0], ["QN1", "S", 0, 7], ["QN2", "R", 8, 0],
    ]  # fmt: skip
    assert quarters_held(held) == (QuarterHeld("QN1", 2, 3, 7, 5), QuarterHeld("QN2", 1, 8, 0, 5))
    assert dwellings_in(held) == {"QN1": 3, "QN2": 8}
    assert dwellings_by_side(held) == {"dans": 11, "a_verifier": 9, "hors": 5}


def test_a_mark_in_doubt_stands_for_its_dwellings_to_check_alone() -> None:
    table = doors(
        ("R", 75, "hors", "", "QN1"), ("R", 47, "a_verifier", "", "QN1"), ("S", 5, "dans", "QN1", ""),
        ("T", 0, "a_verifier", "", "QN1"), ("T", 6, "hors", "", ""),
    ).assign(longitude=3.0, latitude=50.0)  # fmt: skip
    held = holds(table)
    homes = home_columns(held).reset_index().assign(longitude=3.0, latitude=50.0)
    made = drawn(homes, held, table)
    assert made["statut"].tolist() == ["a_verifier", "dans", "a_verifier"]
    assert made["dessines"].tolist() == [47, 5, 0]
    sure = made["statut"] == "a_verifier"
    assert made.loc[sure, "dessines"].sum() == dwellings_by_side(held)["a_verifier"]
