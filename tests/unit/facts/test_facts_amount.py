"""An amount that is not known cannot be used as if it were."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfpb.facts.amount import (
    Amount,
    UnknownAmountError,
    between,
    excess,
    known,
    lesser,
    nil,
    total,
    unknown,
)
from tfpb.words.numbers import euros
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable

MISUSES: dict[str, Callable[[Amount], object]] = {
    "bool": bool,
    "or": lambda a: a or 0,
    "str": str,
    "f-string": lambda a: f"{a}",
    "format": lambda a: f"{a:.2f}",
    "phrase": lambda a: Phrase("{a}").format(a=a),
    "percent": lambda a: "%s" % a,  # noqa: UP031 - one of the ways to print
    "equal to a number": lambda a: a == 0,
    "not equal": lambda a: a != Decimal(0),
    "less": lambda a: a < Decimal(1),
    "greater": lambda a: a > nil(),
    "divided": lambda a: a / Decimal(2),
    "multiplied": lambda a: a * 2,
    "subtracted": lambda a: a - a,
    "float": float,
    "int": int,
    "abs": abs,
    "negated": lambda a: -a,
    "builtin sum": lambda a: sum([a]),
    "max": lambda a: max(a, known(1)),
    "sorted": lambda a: sorted([a, known(1)]),
    "added to a number": lambda a: a + Decimal(1),
    "added by a number": lambda a: Decimal(1) + a,
    "pandas sum that skips blanks": lambda a: pd.Series([a, None], dtype=object).sum(),
    "pandas fill": lambda a: pd.to_numeric(pd.Series([a], dtype=object)),
    "json": json.dumps,
    "text join": lambda a: ", ".join([*"x", a]),
    "csv": lambda a: pd.DataFrame({"a": [a]}).to_csv(),
}


@pytest.mark.parametrize("use", MISUSES.values(), ids=MISUSES)
@pytest.mark.parametrize("amount", [known(5), unknown("avis_non_lu")], ids=["known", "unknown"])
def test_an_amount_is_used_as_nothing_else(use: Callable[[Amount], object], amount: Amount) -> None:
    with pytest.raises((TypeError, ValueError)):
        use(amount)


def test_the_number_of_an_unknown_is_refused() -> None:
    assert known(5).exact == 5
    with pytest.raises(UnknownAmountError):
        _ = between(Decimal(5), None, "avis_non_lu").exact


def test_bounds_apart_need_a_reason_and_finite_ends() -> None:
    for ends in ((5, 4), (0, 1)):
        with pytest.raises(ValueError, match=r"order|reason"):
            Amount(Decimal(ends[0]), Decimal(ends[1]))
    with pytest.raises(ValueError, match="finite"):
        Amount(Decimal("NaN"), Decimal(1), frozenset({"x"}))
    with pytest.raises(ValueError, match="finite"):
        known(Decimal("inf"))


def test_an_unknown_is_told_from_nil() -> None:
    assert nil().is_nil
    assert not unknown("x").is_nil
    assert unknown("x").may_exceed_nil
    assert unknown("x") != nil()
    assert total([]) == nil()


def test_an_amount_is_written_with_its_bounds() -> None:
    written = [
        euros(a)
        for a in (
            known(5), between(Decimal(5), Decimal(9), "x"), between(Decimal(5), None, "x"),
            between(Decimal(0), Decimal(9), "x"), unknown("x"), nil(),
        )
    ]  # fmt: skip
    assert [w.replace("\u202f", " ") for w in written] == [
        "5 €", "de 5 € à 9 €", "au moins 5 €", "au plus 9 €", "non connu", "0 €",
    ]  # fmt: skip
    assert Phrase("{a:€} de plus").format(a=unknown("x")) == "non connu de plus"


ends = st.integers(0, 50)
truths = st.tuples(ends, ends, ends).map(sorted)


def around(truth: list[int], *, open_above: bool) -> tuple[Amount, int]:
    low, value, high = truth
    most = None if open_above else Decimal(high)
    return between(Decimal(low), most, "x"), value


@given(truths, truths, st.booleans(), st.booleans())
def test_what_is_computed_holds_the_truth(
    one: list[int],
    other: list[int],
    left: bool,  # noqa: FBT001 - drawn
    right: bool,  # noqa: FBT001 - drawn
) -> None:
    (a, x), (b, y) = around(one, open_above=left), around(other, open_above=right)
    for made, truth in ((a + b, x + y), (lesser(a, b), min(x, y)), (excess(a, b), max(0, x - y))):
        most = math.inf if made.at_most is None else made.at_most
        assert made.at_least <= truth <= most
