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


def atoms(wave: str, asked: dict[str, dict[str, str]]) -> Atoms:
    """Return one answer of each (question → bailleurs on each side: « qpv », « hors »)."""
    places = sorted({(b, s) for sides in asked.values() for s in sides for b in sides[s]})
    n = [[int(b in sides.get(s, "")) for sides in asked.values()] for b, s in places]
    table = pd.DataFrame(places, columns=["bailleur", "qpv"])
    table["qpv"] = table["qpv"].map({"qpv": "1", "hors": "0"})
    counts = np.array(n)
    return Atoms(wave, tuple(asked), table, counts, counts // 2, np.full(len(table), np.inf))


def estimates(names: list[str]) -> Estimates:
    table = pd.DataFrame({"bailleur": names, "estimation": [0.5] * len(names)})
    table = table.assign(vague="2023", item="q", niveau="total", territoire="total")
    there = [n for n in names if n != "ensemble"]
    places = pd.DataFrame({"bailleur": there, "qpv": "1"})
    n = np.full((len(there), 1), 20)
    one = Atoms("2023", ("q",), places, n, n, np.full(len(there), np.inf))
    nothing = pd.DataFrame()
    return Estimates(
        table, table, table, pd.DataFrame({"repere": ["x"]}), nothing, variants=table, design=table,
        atoms=(one,),
    )  # fmt: skip


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
    assert found.design is not None
    for table in (found.priorities, found.variants, found.design):
        assert table["bailleur"].tolist() == kept
        assert table.index.tolist() == list(range(len(kept)))
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
        estimates(["B", "HABITAT A"]),
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


def told(*waves: Atoms, rows: list[tuple[str, ...]], own: str = "A") -> list[tuple[str, ...]]:
    """Return which rows of the whole stay in the pack of a bailleur."""
    names = sorted({str(b) for w in waves for b in w.places["bailleur"]})
    columns = ["vague", "item", "niveau", "territoire"]
    table = pd.DataFrame(rows, columns=columns).assign(bailleur="ensemble")
    theirs = pd.DataFrame({"bailleur": names, "vague": "2023", "item": "q1"})
    every = pd.concat([table, theirs], ignore_index=True).fillna("total")
    nothing = pd.DataFrame()
    made = Estimates(every, nothing, nothing, nothing, nothing, atoms=waves)
    kept = for_bailleur(made, own).comparison
    assert set(kept["bailleur"]) <= {"ensemble", own}
    left = kept.loc[kept["bailleur"] == "ensemble", columns]
    return [tuple(row) for row in left.to_numpy().tolist()]


TOTAL = ("total", "total")


def test_a_question_that_one_other_bailleur_answered_has_no_whole() -> None:
    wave = atoms(
        "2023",
        {
            "q1": {"qpv": "ABCDE", "hors": "ABCDE"},
            "q2": {"qpv": "AB", "hors": "AB"},  # the whole less A is B
            "q3": {"qpv": "BC", "hors": "BC"},  # A was not asked
            "q4": {"qpv": "ABC", "hors": "ABCDE"},  # in QPV, two others
            "q5": {"qpv": "A", "hors": "A"},
            "q6": {"qpv": "BCD", "hors": ""},
            "q7": {"qpv": "ABCD", "hors": "ABC"},
            "q8": {"qpv": "", "hors": ""},
        },
    )
    rows = [("2023", f"q{k}", *TOTAL) for k in range(1, 9)]
    assert [r[1] for r in told(wave, rows=rows)] == ["q1", "q5", "q6", "q8"]


def test_a_wave_of_one_other_bailleur_has_no_whole_and_gives_none_by_a_change() -> None:
    def one(wave: str, q1: str, q2: str) -> Atoms:
        return atoms(wave, {"q1": {"qpv": q1, "hors": q1}, "q2": {"qpv": q2, "hors": q2}})

    first, second = one("2019", "ABCDE", "ABCD"), one("2023", "AB", "ABCDE")
    rows = [(v, q, *TOTAL) for q in ("q1", "q2") for v in ("2019", "2023", "2019-2023")]
    # of q2, 2023 less the panel is E alone
    assert told(first, second, rows=rows) == [
        ("2019", "q1", *TOTAL), ("2019", "q2", *TOTAL), ("2023", "q2", *TOTAL),
    ]  # fmt: skip
    more = one("2023", "ABCDEFGH", "BCD")
    assert told(first, more, rows=rows) == [(v, q, *TOTAL) for v, q in (
        ("2019", "q1"), ("2023", "q1"), ("2019-2023", "q1"),
        ("2019", "q2"), ("2023", "q2"), ("2019-2023", "q2"),
    )]  # fmt: skip


def test_changes_that_are_rounded_already_may_leave_one_bailleur() -> None:
    def one(wave: str, owners: str) -> Atoms:
        return atoms(wave, {"q1": {"qpv": owners, "hors": owners}})

    names = ["ensemble", *"ABCDE"]
    table = pd.DataFrame({"bailleur": names, "vague": "2019-2023", "item": "q1"})
    nothing = pd.DataFrame()
    made = Estimates(
        table, nothing, nothing, nothing, nothing, atoms=(one("2019", "ABCD"), one("2023", "ABCDE"))
    )
    assert for_bailleur(made, "A").comparison["bailleur"].tolist() == ["A"]
    left = for_bailleur(made, "A", rounded=True).comparison
    assert left["bailleur"].tolist() == ["ensemble", "A"]
    # a panel of one other is told by neither
    lone = replace(made, atoms=(one("2019", "AB"), one("2023", "ABCDE")))
    assert for_bailleur(lone, "A", rounded=True).comparison["bailleur"].tolist() == ["A"]


def test_a_territory_of_one_other_bailleur_has_no_row_of_the_whole() -> None:
    every = {"q1": {"qpv": "ABCDE", "hors": "ABCDE"}}
    wave = replace(made := atoms("2023", every), places=made.places.assign(
        agence=["N" if b in "ABCD" else "S" for b in made.places["bailleur"]],
        code_qpv=["Q" if b in "AB" and s == "1" else "R" if s == "1" else ""
                  for b, s in made.places[["bailleur", "qpv"]].to_numpy()],
    ))  # fmt: skip
    rows = [
        ("2023", "q1", "agence", "N"), ("2023", "q1", "agence", "S"),
        ("2023", "q1", "code_qpv", "Q"), ("2023", "q1", "code_qpv", "R"),
        ("2023", "q1", "commune", "X"), ("2021", "q1", *TOTAL),
    ]  # fmt: skip
    assert told(wave, rows=rows) == [("2023", "q1", "agence", "N"), ("2023", "q1", "code_qpv", "R")]
    # of a change, those of both waves in the territory; out of QPV too
    was = replace(wave, vague="2019")
    pair = [("2019-2023", *row[1:]) for row in rows[:4]]
    assert told(was, wave, rows=pair) == [pair[0], pair[3]]
    lone = replace(made, places=made.places.assign(
        agence=["N" if b in "AB" or s == "1" else "S" for b, s in
                made.places[["bailleur", "qpv"]].to_numpy()]))  # fmt: skip
    assert told(lone, rows=rows[:2]) == [rows[1]]
    # a quarter is set against the other side of the whole: of two others, it is not shown either
    few = {"q1": {"qpv": "ABCD", "hors": "ABC"}}
    wave = replace(made := atoms("2023", few), places=made.places.assign(code_qpv=[
        "Q" if s == "1" else "" for s in made.places["qpv"]]))  # fmt: skip
    assert told(wave, rows=[("2023", "q1", "code_qpv", "Q")]) == []


def test_a_delivery_of_one_bailleur_hides_nothing_from_it() -> None:
    rows = [("2021", "q1", *TOTAL), ("2023", "q1", "agence", "nowhere")]
    assert told(atoms("2023", {"q1": {"qpv": "A"}}), rows=rows) == rows
    assert told(atoms("2023", {"q1": {"qpv": "AB"}}), rows=rows) == []


def test_the_region_without_a_bailleur_goes_with_the_whole() -> None:
    wave = atoms("2023", {"q1": {"qpv": "ABCDE"}, "q2": {"qpv": "AB"}})
    names = ["ensemble", *"ABCDE"]
    table = pd.DataFrame({"bailleur": names, "vague": "2023", "item": "q1"})
    marks = pd.DataFrame(
        [("2023", "q1", "A"), ("2023", "q2", "A"), ("2023", "q2", ""), ("2023", "q1", "B")],
        columns=["vague", "item", OWNER],
    )
    nothing = pd.DataFrame()
    made = Estimates(table, nothing, nothing, marks, nothing, atoms=(wave,))
    left = for_bailleur(made, "A").benchmark
    assert left.to_numpy().tolist() == [["2023", "q1", "A"], ["2023", "q2", ""]]
