"""What an action and an axis bring to a quarter: cents that add up, bounds that hold, proofs first."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from effort import tries
from tfpb.facts.amount import Amount, between, known, nil, parted, total, unknown
from tfpb.facts.claim import TOTAL, Claims, axis_scope, claim
from tfpb.facts.programme_claims import Action, Brought, _brought, brought, programme_claims
from tfpb.model.codes import Axe
from tfpb.model.money import Programme

CENT = Fraction(1, 100)


def row(
    name: str, code: str, valued: str | None, axe: int, *, proved: bool, year: int = 2025
) -> Any:
    return {
        "id_action": name, "code_qpv": code, "axe": axe, "annee": year, "piece": "F1" if proved else "",
        "date_piece": "2025-05-01" if proved else None,
        "valorise_eur": None if valued is None else Decimal(valued),
    }  # fmt: skip


@dataclass(frozen=True)
class Made:
    claims: Claims
    shares: dict[str, Brought | None]


def made(rows: list[Any], acquired: dict[str, Amount]) -> Made:
    plan = Programme(pd.DataFrame(rows), year=2025)
    whole = total(acquired.values())
    base = Claims(claim("acquis", c, a) for c, a in {**acquired, TOTAL: whole}.items())
    claims = Claims((*base, *programme_claims(plan, base)))
    names = [one["id_action"] for one in rows]
    return Made(claims, dict(zip(names, brought(plan, claims), strict=True)))


def cells(one: Made, name: str) -> dict[str, Decimal]:
    return {
        action: getattr(share, name).exact
        for action, share in one.shares.items()
        if share is not None
    }


def test_proofs_count_first_in_proportion_and_to_the_cent() -> None:
    rows = [
        row("A", "QN1", "300", 3, proved=True), row("B", "QN1", "300", 4, proved=True),
        row("C", "QN1", "200", 3, proved=False), row("D", "QN1", "100", 5, proved=False),
        row("E", "QN2", "70", 3, proved=False), row("Z", "QN1", "5", 3, proved=True, year=2024),
    ]  # fmt: skip
    one = made(rows, {"QN1": known(700), "QN2": known(0)})
    assert one.shares["Z"] is None
    assert cells(one, "prouve") == {"A": 300, "B": 300, "C": 0, "D": 0, "E": 0}
    third = {"C": Decimal("66.67"), "D": Decimal("33.33")}
    assert cells(one, "justifie") == {"A": 300, "B": 300, **third, "E": 0}
    assert one.claims.amount("justifie", axis_scope(3, "QN1")) == known(Decimal("366.67"))
    assert one.claims.amount("prouve", axis_scope(3)) == known(300)
    assert one.claims.amount("justifie", axis_scope(8)) == nil()  # no action: a known nothing
    # the largest piece is fetched first, up to what is still to prove: here one of the two is enough
    assert cells(one, "enjeu") == {"A": 0, "B": 0, "C": 100, "D": 0, "E": 0}


def test_more_proved_than_acquired_leaves_nothing_to_the_others() -> None:
    rows = [row("A", "QN1", "30", 3, proved=True), row("B", "QN1", "30", 3, proved=True),
            row("C", "QN1", "90", 3, proved=False)]  # fmt: skip
    one = made(rows, {"QN1": known(Decimal("10.01"))})
    assert cells(one, "prouve") == {"A": Decimal("5.01"), "B": Decimal("5.00"), "C": 0}
    assert cells(one, "justifie") == cells(one, "prouve")
    assert cells(one, "enjeu")["C"] == 0


def test_a_piece_that_the_folder_lacks_proves_nothing() -> None:
    rows = [row("A", "QN1", "30", 3, proved=True) | {"piece_absente": "oui"}]
    one = made(rows, {"QN1": known(20)})
    assert one.claims.amount("prouve", "QN1") == nil()
    assert cells(one, "enjeu") == {"A": 20}


def test_without_the_abatement_nobody_knows_what_an_action_brings() -> None:
    plan = Programme(pd.DataFrame([row("A", "QN1", "30", 3, proved=True)]), year=2025)
    assert brought(plan, Claims()) == [None]


def test_an_unknown_amount_leaves_the_others_between_bounds() -> None:
    rows = [row("A", "QN1", "900", 3, proved=True), row("B", "QN1", None, 3, proved=True)]
    one = made(rows, {"QN1": known(1000)})
    [a, b] = one.shares.values()
    assert a is not None
    assert b is not None
    assert a.prouve == between(Decimal(0), Decimal(900), "valorise_vide")
    assert b.prouve.at_most == 1000
    assert one.claims.amount("prouve", axis_scope(3, "QN1")) == between(
        Decimal(900), Decimal(1000), "valorise_vide"
    )


def test_the_order_of_the_file_moves_no_cent() -> None:
    rows = [row(f"A{k}", "QN1", "100", 3, proved=True) for k in range(7)]
    due = {"QN1": known(Decimal("99.99"))}
    one, other = made(rows, due), made(rows[::-1], due)
    assert one.shares == other.shares


@pytest.mark.parametrize("seed", range(3))
def test_actions_add_up_to_their_axis_their_quarter_and_the_whole(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - drawn cases
    for _ in range(tries(40, 1000)):
        due = {f"QN{k}": known(Decimal(dice.randrange(200_000)).scaleb(-2)) for k in range(3)}
        rows = [
            row(f"A{k}", dice.choice(list(due)), f"{dice.randrange(90_000) / 100:.2f}",
                dice.randint(1, 8), proved=dice.random() < 0.6)
            for k in range(dice.randint(1, 14))
        ]  # fmt: skip
        one = made(rows, due)
        for name in ("justifie", "prouve"):
            mine = cells(one, name)
            for code in (*due, TOTAL):
                here = [r for r in rows if code in (TOTAL, r["code_qpv"])]
                whole = one.claims.amount(name, code).exact
                assert sum((mine[r["id_action"]] for r in here), Decimal(0)) == whole
                assert whole == sum(
                    (one.claims.amount(name, axis_scope(a, code)).exact for a in Axe), Decimal(0)
                )
        for r in rows:
            key = r["id_action"]
            proved, justified = cells(one, "prouve")[key], cells(one, "justifie")[key]
            assert 0 <= proved <= justified <= r["valorise_eur"]
            assert justified == proved or not r["piece"]
        for code in due:
            stakes = [cells(one, "enjeu")[r["id_action"]] for r in rows if r["code_qpv"] == code]
            assert sum(stakes, Decimal(0)) == one.claims.amount("a_prouver", code).exact


def _drawn(dice: random.Random, most: int) -> tuple[Amount, int]:
    low = dice.randrange(most)
    kind = dice.random()
    if kind < 0.4:
        return known(low), low
    if kind < 0.7:
        high = low + dice.randrange(most)
        return between(Decimal(low), Decimal(high), "avis_non_lu"), dice.randint(low, high)
    return unknown("valorise_vide"), dice.choice([0, dice.randrange(3 * most), 10**9])


def _actions(kinds: list[tuple[int, bool]], values: list[Amount]) -> list[Action]:
    """Make the actions of a quarter: axis, whether they are proved, and what they are valued."""
    bare = [nil()] * 2
    return [
        Action(
            f"A{k}", "QN1", "", 2025, axe, *bare, value, *bare, has_photo=False, is_proved=proved
        )
        for k, ((axe, proved), value) in enumerate(zip(kinds, values, strict=True))
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_share_of_an_action_lies_within_its_bounds_whatever_the_truth(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - drawn cases
    for _ in range(tries(150, 4000)):
        kinds = [(dice.randint(1, 3), dice.random() < 0.6) for _ in range(dice.randint(1, 6))]
        drawn = [_drawn(dice, dice.choice([4, 60])) for _ in kinds]
        due, truth = _drawn(dice, 90)
        told = _brought(_actions(kinds, [v for v, _ in drawn]), due)
        exact = _brought(_actions(kinds, [known(t) for _, t in drawn]), known(truth))
        for bounds, value in zip(told, exact, strict=True):
            for name in ("justifie", "prouve"):
                lies, at = getattr(bounds, name), getattr(value, name).exact
                assert lies.at_least <= at, (kinds, drawn, due, truth)
                assert lies.at_most is None or at <= lies.at_most, (kinds, drawn, due, truth)


@pytest.mark.parametrize("seed", range(3))
def test_losing_its_piece_never_makes_an_action_bring_more(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - drawn cases
    for _ in range(tries(150, 4000)):
        kinds = [(dice.randint(1, 3), dice.random() < 0.7) for _ in range(dice.randint(1, 6))]
        values = [known(Decimal(dice.randrange(1, 6000)).scaleb(-2)) for _ in kinds]
        due = known(Decimal(dice.randrange(9000)).scaleb(-2))
        lost = dice.randrange(len(kinds))
        poorer = [(axe, proved and k != lost) for k, (axe, proved) in enumerate(kinds)]
        had, has = (_brought(_actions(k, values), due)[lost] for k in (kinds, poorer))
        assert has.prouve == nil()
        # two sharings, by axis then by action, each to the cent
        assert Fraction(has.justifie.exact) <= Fraction(had.justifie.exact) + 2 * CENT


def test_shares_of_nothing_are_nothing() -> None:
    assert parted([], known(5)) == []
    assert parted([nil(), nil()], known(5)) == [nil(), nil()]
    assert parted([known(5)], nil()) == [nil()]
