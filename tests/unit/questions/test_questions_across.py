from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from tfpb.questions.across import (
    FIRST,
    SECOND,
    Held,
    odd_scales,
    shared_addresses,
    shared_interviews,
    shared_invoices,
)
from tfpb.questions.finding import KEPT, Finding
from tfpb.questions.odd_amounts import DIVIDED
from tfpb.words.faults.question_words import question_title


def held(name: str, keys: list[str], amounts: list[float], header: str = "") -> Held:
    rows = np.arange(2, len(keys) + 2)
    return Held(
        name, f"{name} › f.csv", "", rows, tuple(keys), np.array(amounts, dtype=float), header
    )


def test_dwellings_of_one_address_in_two_stocks_are_asked_whose() -> None:
    one = held("A", ["1 rue a", "2 rue a", "2 rue a", "3 rue a"], [10, 4, 5, 7])
    other = held("B", ["2 rue a", "3 rue a", "9 rue b"], [9, 8, 12])
    (found,) = shared_addresses([one, other])
    assert found.question.rows == (2,)
    assert {a.code: a.effect.amount for a in found.question.answers} == {
        FIRST: 17,
        SECOND: 17,
        KEPT: 26,
    }
    assert [(c.file, c.left_out) for c in found.changes[FIRST]] == [("B › f.csv", (2,))]
    assert [(c.file, c.left_out) for c in found.changes[SECOND]] == [("A › f.csv", (3, 4))]
    assert found.changes[KEPT] == ()
    assert list(shared_addresses([one, held("A", ["1 rue a"], [10])])) == []
    assert list(shared_addresses([one, held("B", ["1 rue a"], [11])])) == []


def test_an_invoice_that_two_bailleurs_value_whole_is_asked_who_may() -> None:
    one = held("A", ["f 1, 100.00 €", "f 2, 50.00 €", ""], [100, 50, 7])
    other = held("B", ["f 1, 100.00 €", "f 2, 25.00 €"], [100, 25])
    (found,) = shared_invoices([one, other])
    assert found.question.source == "programme"
    effects = {a.code: a.effect.amount for a in found.question.answers}
    assert effects == {FIRST: 25, SECOND: 25, KEPT: 125}
    assert [(c.file, c.left_out) for c in found.changes[SECOND]] == [("A › f.csv", (2,))]
    assert list(shared_invoices([one, held("A", ["f 1, 100.00 €"], [100])])) == []


def test_interviews_of_two_deliveries_are_asked_from_five() -> None:
    one = held("A", [f"k{k}" for k in range(100)], [1] * 100)
    few = held("B", [*(f"k{k}" for k in range(4)), *(f"b{k}" for k in range(96))], [1] * 100)
    many = held("B", [*(f"k{k}" for k in range(6)), *(f"b{k}" for k in range(94))], [1] * 100)
    assert list(shared_interviews([one, few])) == []
    (found,) = shared_interviews([one, many])
    assert found.question.rows == tuple(range(2, 8))
    assert found.question.part == found.question.spread / 100 > 0
    blank = held("B", [""] * 100, [1] * 100)
    assert list(shared_interviews([held("A", [""] * 100, [1] * 100), blank])) == []


def test_weights_of_another_scale_are_divided_by_a_power_of_ten() -> None:
    others = [held(name, ["x"] * 50, [20] * 50, "poids") for name in "ABC"]
    odd = held("D", ["x"] * 50, [20_000] * 50, "poids")
    (found,) = odd_scales([*others, odd], [1000, 1100, 900, 1000])
    assert found.question.place.file == "D › f.csv"
    assert found.changes[DIVIDED][0].scaled == {"poids": Decimal("0.001")}
    effects = {a.code: a.effect.amount for a in found.question.answers}
    assert effects[DIVIDED] < 30
    assert effects[KEPT] > 99
    assert found.question.part == 1 / 4  # a quarter of the interviews, not « 0,0 % »
    assert list(odd_scales([*others, held("D", ["x"] * 50, [100] * 50, "poids")], [1000] * 4)) == []


def test_one_wave_of_a_file_on_another_scale_is_asked_alone() -> None:
    def waves(name: str, before: float, after: float) -> list[Held]:
        both = held(name, ["x"] * 80, [before] * 40 + [after] * 40, "poids")
        return [
            replace(
                both, rows=both.rows[at], keys=both.keys[at], amounts=both.amounts[at], wave=wave
            )
            for at, wave in ((slice(40), "2019"), (slice(40, None), "2023"))
        ]

    def found(*one: float) -> list[Finding]:
        clean = [w for name in "ABC" for w in waves(name, 9, 11)]
        return list(odd_scales([*clean, *waves("D", *one)], [400] * 8))

    (asked,) = found(
        9, 1.3
    )  # less than ten times apart: relative weights beside those that count dwellings
    (change,) = asked.changes[DIVIDED]
    assert (change.rows, change.scaled) == (tuple(range(42, 82)), {"poids": Decimal(10)})
    assert (
        question_title(asked.question)
        == "Les poids de D, vague 2023, sont-ils sur une autre échelle ?"
    )
    (whole,) = found(9_000, 11_000)  # all waves of a file: one question, of the whole of it
    assert whole.changes[DIVIDED][0].rows == ()
    assert found(9, 11) == found(9, 4) == []
