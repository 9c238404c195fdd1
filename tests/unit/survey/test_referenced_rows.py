"""Outside figures: the unit of a row, gaps under one point above all."""

from __future__ import annotations

import pandas as pd
import pytest
from surveycases import make_plan

from tfpb.survey.adjustment.benchmark import referenced_rows

Row = tuple[str, str, str, str]
"""Group, value, lower and upper bound."""


def read(*rows: Row) -> tuple[list[tuple[float, ...]], list[str]]:
    """Return value and bounds of each row, and the columns that are doubted."""
    table = pd.DataFrame(rows, columns=["groupe", "valeur", "ic95_bas", "ic95_haut"])
    table = table.assign(item="q1", reference="USH 2023")
    made, faults = referenced_rows(table, make_plan().items, ["2023"])
    told = made[["valeur", "ic95_bas", "ic95_haut"]].astype(float)
    return list(told.itertuples(index=False, name=None)), [f.fields["colonne"] for f in faults]


@pytest.mark.parametrize(
    "row",
    [
        ("écart", "-0,8", "-1,9", "0,3"),
        ("écart", "-0,8 points", "-1,9 points", "0,3 points"),
        ("écart", "-0,8 point", "-1,9", "0,3"),
        ("Écart QPV", "−0.8 pts", "-1.9", "0.3 pt"),
        ("écart", "-0,8 %", "-1,9 %", "0,3 %"),
    ],
)
def test_a_gap_under_one_point_is_under_one_point(row: Row) -> None:
    assert read(row) == ([pytest.approx((-0.008, -0.019, 0.003))], [])


def test_a_gap_whose_unit_nothing_tells_is_doubted() -> None:
    assert read(("écart", "-0,8", "", "")) == ([], ["valeur"])
    # the other gaps of the table tell it, or else its levels
    [small, large], found = read(("écart", "-0,8", "-0,9", "-0,7"), ("écart", "-6,4", "", ""))
    assert small == pytest.approx((-0.008, -0.009, -0.007))
    assert large[0] == pytest.approx(-0.064)
    assert found == []
    [small, level], found = read(("écart", "-0,8", "-0,9", "-0,7"), ("qpv", "76,5", "75", "78"))
    assert small == pytest.approx((-0.008, -0.009, -0.007))
    assert level == pytest.approx((0.765, 0.75, 0.78))
    assert found == []
    # a gap of 80 points as a proportion is none
    assert read(("écart", "-0,8", "", ""), ("qpv", "0,765", "", ""))[1] == ["valeur"]


def test_proportions_stay_proportions() -> None:
    """As `region` writes them for a bailleur's own dossier."""
    rows, found = read(("ecart", "-0.064", "-0.09", "-0.038"), ("qpv", "0.765", "0.75", "0.78"))
    assert rows == [pytest.approx((-0.064, -0.09, -0.038)), pytest.approx((0.765, 0.75, 0.78))]
    assert found == []


def test_a_row_is_in_one_unit() -> None:
    assert read(("qpv", "0,9 %", "0,4", "1,6")) == ([pytest.approx((0.009, 0.004, 0.016))], [])
    assert read(("qpv", "98", "97", "99")) == ([pytest.approx((0.98, 0.97, 0.99))], [])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("qpv", "76", "78", "80"), "ic95_bas"),
        (("qpv", "76", "70", "75"), "ic95_haut"),
        (("qpv", "76", "n.c.", "80"), "ic95_bas"),
    ],
)
def test_bounds_that_do_not_hold_the_value_are_doubted(row: Row, column: str) -> None:
    assert read(row) == ([], [column])
