"""What a bailleur's own pack may hold, before anything is protected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tfpb.errors import Fault
from tfpb.model.record import Reading
from tfpb.model.survey import Atoms, Estimates
from tfpb.survey.secrecy.cells import OWNER
from tfpb.survey.secrecy.ownership import for_bailleur


def estimates(names: list[str]) -> Estimates:
    table = pd.DataFrame({"bailleur": names, "estimation": [0.5] * len(names)})
    return Estimates(table, table, table, pd.DataFrame({"repere": ["x"]}), pd.DataFrame())


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["ensemble", "HABITAT A"], ["ensemble", "Habitat A"]),
        (["ensemble", "Habitat A", "B"], ["Habitat A"]),
        (["ensemble", "Habitat A", "B", "C"], ["Habitat A"]),
        (["ensemble", "Habitat A", "B", "C", "D"], ["ensemble", "Habitat A"]),
        (["ensemble", "B", "C"], ["ensemble"]),
    ],
)
def test_no_other_bailleur_stays_and_none_can_be_subtracted(
    names: list[str], kept: list[str]
) -> None:
    found = for_bailleur(estimates(names), "Habitat A")
    assert found.comparison["bailleur"].tolist() == kept
    assert found.levels["bailleur"].tolist() == kept
    assert len(found.benchmark) == 1
    assert found.fieldwork.empty  # nothing names a bailleur there


@pytest.mark.parametrize(
    ("names", "others"),
    [
        (["ensemble", "HABITAT A", "B"], False), (["ensemble", "B"], True),
        (["ensemble", "B", ""], True), (["ensemble", ""], False), (["ensemble"], False),
    ],
)  # fmt: skip
def test_a_whole_that_names_others_alone_is_said_to_be_theirs(
    names: list[str], *, others: bool
) -> None:
    whole = replace(estimates(names), settings={"marge_points": 5.0})
    found = for_bailleur(whole, "Habitat A").settings
    assert found == {"marge_points": 5.0} | ({"autrui": True} if others else {})


def test_every_table_is_cut_and_named_as_the_dossier_names_the_bailleur() -> None:
    rows = pd.DataFrame({"bailleur": ["B", "HABITAT A"], "estimation": [0.1, 0.2]})
    marks = pd.DataFrame({OWNER: ["B", "", "HABITAT A"], "repere": [1, 2, 3]})
    places = pd.DataFrame({"bailleur": ["B", "HABITAT A"], "qpv": ["1", "1"]})
    none = np.zeros((2, 0), dtype=int)
    whole = replace(
        estimates(["ensemble", "B", "HABITAT A"]),
        priorities=rows, fieldwork=rows, variants=rows, design=rows, benchmark=marks,
        atoms=(Atoms("2023", (), places, none, none, np.zeros(2)),),
        notices=(
            Fault("x", fields={"bailleur": "B"}), Fault("x", fields={"bailleur": "HABITAT A"}),
            Fault("x"),
        ),
    )  # fmt: skip
    own = for_bailleur(whole, "Habitat A")
    assert own.design is not None
    for table in (own.priorities, own.fieldwork, own.variants, own.design):
        assert table.to_dict("list") == {"bailleur": ["Habitat A"], "estimation": [0.2]}
        assert table.index.tolist() == [0]
    assert own.benchmark["repere"].tolist() == [2, 3]
    assert own.benchmark.index.tolist() == [0, 1]
    assert list(own.benchmark) == list(marks)
    assert [n.fields.get("bailleur") for n in own.notices] == ["HABITAT A", None]
    assert own.atoms[0].places["bailleur"].tolist() == ["B", "Habitat A"]
    assert own.atoms[0].places["qpv"].tolist() == ["1", "1"]


def test_readings_of_others_are_summed_without_a_name() -> None:
    def read(bailleur: str, count: int) -> Reading:
        return Reading("enquete", "e.csv", "", bailleur, "2023", count, count, {})

    whole = replace(
        estimates(["ensemble", "A"]), readings=(read("B", 3), read("HABITAT A", 5), read("C", 4))
    )
    own = for_bailleur(whole, "Habitat A").readings
    assert sorted((r.bailleur, r.read) for r in own) == [("", 7), ("Habitat A", 5)]
