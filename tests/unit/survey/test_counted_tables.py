"""Margins and standard, the two tables that a plan names: what cannot be read stops the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from surveycases import make_plan

from tfpb.errors import Severity, TfpbError
from tfpb.survey.compare import compare
from tfpb.survey.reading.recode import recode
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from tfpb.errors import Fault
    from tfpb.model.plan import Plan
    from tfpb.survey.respondents import Survey

MARGINS = pd.DataFrame(
    {
        "vague": ["2019", "2019", "2023", "2023"],
        "variable": ["qpv"] * 4,
        "modalite": ["0", "1"] * 2,
        "effectif": ["9000", "1 000", "1000", "9000"],
    }
)
"""Nine households in ten are hors QPV in 2019, one in ten in 2023."""
STANDARD = pd.DataFrame({"Type": ["Collectif", "Individuel"], "logements": ["12 000", "3 000"]})


def surveyed(plan: Plan) -> Survey:
    """Two waves of 120, two in three in a flat; none is satisfied in a QPV (q2: in its flats)."""
    rows = [
        {
            "id": str(k), "vague": wave, "bailleur": "A", "residence": f"R{k % 60}", "poids": "1",
            "qpv": str(k // 2 % 2), "type": "Collectif" if k % 3 else "individuel",
            "q1": "1" if k // 2 % 2 == 0 else "4",
            "q2": "1" if k // 2 % 2 == 0 or k % 3 == 0 else "4",
        }
        for wave in ("2019", "2023")
        for k in range(120)
    ]  # fmt: skip
    return recode([pd.DataFrame(rows, dtype=object)], plan)


def levels(margins: pd.DataFrame) -> tuple[list[float], list[Fault]]:
    """Return the satisfied share of each wave, calibrated, and what is doubted of the margins."""
    plan = make_plan(("q1",), colonnes={"strates": ["qpv"]}, variables={"type": {}})
    made = compare(surveyed(plan), plan, margins=margins)
    rows = made.comparison.query(
        "bailleur == 'ensemble' and groupe == 'ensemble' and ajustement == 'brut'"
    )
    return rows["estimation"].tolist(), [n for n in made.notices if n.code.startswith("calage")]


def refused(margins: pd.DataFrame) -> list[tuple[str, int, str]]:
    with pytest.raises(TfpbError) as stopped:
        levels(margins)
    return [(f.code, f.place.row, f.place.column) for f in stopped.value.faults]


def test_margins_of_each_wave() -> None:
    assert levels(MARGINS) == ([pytest.approx(0.9), pytest.approx(0.1)], [])
    every = MARGINS.iloc[:2].drop(columns="vague")
    assert levels(every) == ([pytest.approx(0.9), pytest.approx(0.9)], [])
    blank = MARGINS.iloc[:2].assign(vague="")
    assert levels(blank) == ([pytest.approx(0.9), pytest.approx(0.9)], [])


def test_a_wave_on_some_rows_is_a_fault() -> None:
    merged = MARGINS.assign(vague=["2019", "", "2023", ""])
    assert refused(merged) == [("valeur_vide", 3, "vague"), ("valeur_vide", 5, "vague")]
    other = pd.DataFrame(
        {
            "vague": "",
            "variable": "type",
            "modalite": ["collectif", "Individuel"],
            "effectif": ["2000", "1000"],
        }
    )  # a variable of every wave beside one of each
    assert levels(pd.concat([MARGINS, other]))[1] == []


@pytest.mark.parametrize(
    ("effectif", "code"),
    [
        ("1.000", "valeur_ambigue"), ("", "valeur_vide"), ("mille", "valeur_illisible"),
        ("-5", "valeur_illisible"),
    ],
)  # fmt: skip
def test_a_count_that_cannot_be_read_is_a_fault(effectif: str, code: str) -> None:
    counts = MARGINS.assign(effectif=["9000", effectif, "1000", "9000"])
    assert refused(counts) == [(code, 3, "effectif")]


def test_a_row_twice_is_a_fault() -> None:
    twice = pd.concat([MARGINS, MARGINS.iloc[:1].assign(modalite="hors QPV")])
    assert refused(twice) == [("ligne_en_double", 6, "")]


def test_a_column_with_dot_decimals_holds_no_thousands_with_dots() -> None:
    dots = MARGINS.assign(effectif=["9.000", "1.0", "1.000", "9.000"])
    assert levels(dots) == ([pytest.approx(0.9), pytest.approx(0.1)], [])


@pytest.mark.parametrize(("count", "part"), [("3000", [0.75, 0.75]), ("5", [])])
def test_margins_of_people_nobody_interviewed_are_doubted(count: str, part: list[float]) -> None:
    """Weights sum to the margins but for a category without interview, and nothing was written of it."""
    margins = pd.DataFrame(
        {"variable": "qz", "modalite": ["a", "b", "c"], "effectif": ["900", "100", count]}
    )
    plan = make_plan(("q1",), colonnes={"strates": ["qpv"]})
    survey = surveyed(plan)
    survey.respondents["qz"] = ["ab"[side] for side in survey.respondents["qpv"]]
    made = compare(survey, plan, margins=margins)
    doubts = [n for n in made.notices if n.code == "calage_incomplet"]
    assert [n.fields["part"] for n in doubts] == part
    assert not part or "75\u202f%" in fault_text(doubts[0]).title


def test_margins_that_do_not_hold_together_leave_the_weights() -> None:
    """Everyone of a QPV has four of the type; half and half cannot be nine in ten."""
    crossed = pd.DataFrame(
        {
            "variable": ["qpv", "qpv", "q", "q"],
            "modalite": ["0", "1", "a", "b"],
            "effectif": ["500", "500", "900", "100"],
        }
    )
    plan = make_plan(("q1",), colonnes={"strates": ["qpv"]})
    survey = surveyed(plan)
    survey.respondents["q"] = ["ab"[side] for side in survey.respondents["qpv"]]
    made = compare(survey, plan, margins=crossed)
    (doubt,) = (n for n in made.notices if n.code == "calage_contradictoire")
    assert (doubt.severity, doubt.fields) == (
        Severity.DOUTE, {"vague": "2019", "variables": "qpv, q"},
    )  # fmt: skip
    assert made.settings["calage"] == "livres"
    totals = crossed.assign(effectif=["500", "500", "3000", "3000"])  # of two sources: shares agree
    assert compare(survey, plan, margins=totals).settings["calage"] == "calage"


def standardised(reference: pd.DataFrame) -> list[Fault]:
    columns = {"strates": ["qpv"], "ajustement": ["type"]}
    plan = make_plan(("q1",), colonnes=columns)
    made = compare(surveyed(plan), plan, reference=reference)
    return [n for n in made.notices if n.code in {"standard_incomplet", "valeur_vide"}]


def test_the_standard_is_read_with_its_spaces() -> None:
    assert standardised(STANDARD) == []
    (doubt,) = standardised(STANDARD.iloc[:1])
    assert (doubt.code, doubt.got, doubt.severity) == (
        "standard_incomplet", "individuel", Severity.DOUTE,
    )  # fmt: skip
    assert doubt.fields == {"nombre": 1, "variables": "type"}
    blank = pd.concat([STANDARD, STANDARD.iloc[:1].assign(Type="")])
    (doubt,) = standardised(blank)
    assert (doubt.code, doubt.place.row, doubt.severity) == ("valeur_vide", 4, Severity.DOUTE)


@pytest.mark.parametrize(
    ("reference", "code", "row", "column"),
    [
        (STANDARD.assign(logements=["12.000", "900"]), "valeur_ambigue", 2, "logements"),
        (STANDARD.assign(logements=["12000", "n.c."]), "valeur_illisible", 3, "logements"),
        (STANDARD.drop(columns="Type"), "colonne_absente", 0, ""),
        (STANDARD.drop(columns="logements"), "colonne_absente", 0, ""),
    ],
)
def test_a_standard_that_cannot_be_read_is_a_fault(
    reference: pd.DataFrame, code: str, row: int, column: str
) -> None:
    with pytest.raises(TfpbError) as stopped:
        standardised(reference)
    (fault,) = stopped.value.faults
    assert (fault.code, fault.place.row, fault.place.column) == (code, row, column)


def test_counts_of_the_standard_weigh_what_they_say() -> None:
    """Four in five live in a flat, where the gap is one of q2: 20 % against « 95 % ou plus »."""
    columns = {"strates": ["qpv"], "ajustement": ["type"]}
    plan = make_plan(("q2",), colonnes=columns)
    for counts in (["12000", "3000"], ["12 000", "3 000"], ["0,8", "0,2"]):
        reference = STANDARD.assign(logements=counts)
        rows = compare(surveyed(plan), plan, reference=reference).comparison.query(
            "ajustement == 'comparable' and groupe == 'ecart'"
        )
        assert rows["estimation"].tolist()[:1] == [pytest.approx(-0.8)]
