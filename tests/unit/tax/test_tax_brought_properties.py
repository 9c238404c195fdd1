"""What an action and an axis bring to a quarter: cents that add up, bounds that hold, proofs first."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from effort import tries
from tfpb.facts.amount import Amount, between, known, nil, total
from tfpb.facts.claim import TOTAL, Claims, axis_scope, claim
from tfpb.facts.programme_claims import Action, Proof, actions_of, programme_claims
from tfpb.model.legal.axis_table import AXES
from tfpb.model.money import Programme
from tfpb.tax.programme.brought import Brought, brought

CENT = Decimal("0.01")


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
    frame = pd.DataFrame(rows)
    whole = total(acquired.values())
    base = Claims(claim("acquis", c, a) for c, a in {**acquired, TOTAL: whole}.items())
    own = frame["annee"] == 2025
    shares = brought(actions_of(frame[own]), base)
    for name in ("justifie", "prouve"):
        cells = pd.Series(None, index=frame.index, dtype=object)
        cells[own] = [None if one is None else getattr(one, name) for one in shares]
        frame[f"{name}_eur"] = cells
    claims = Claims((*base, *programme_claims(Programme(frame, year=2025), base)))
    return Made(claims, dict(zip(frame["id_action"][own], shares, strict=True)))


def cells(one: Made, name: str) -> dict[str, Decimal]:
    return {
        action: getattr(share, name) for action, share in one.shares.items() if share is not None
    }


def test_proofs_count_first_in_proportion_and_to_the_cent() -> None:
    rows = [
        row("A", "QN1", "300", 3, proved=True), row("B", "QN1", "300", 4, proved=True),
        row("C", "QN1", "200", 3, proved=False), row("D", "QN1", "100", 5, proved=False),
        row("E", "QN2", "70", 3, proved=False), row("Z", "QN1", "5", 3, proved=True, year=2024),
    ]  # fmt: skip
    one = made(rows, {"QN1": known(700), "QN2": known(0)})
    assert "Z" not in one.shares
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


def test_pieces_to_review_come_between_the_dated_and_those_that_lack() -> None:
    rows = [row("A", "QN1", "30", 3, proved=True), row("C", "QN1", "40", 3, proved=False),
            row("B", "QN1", "50", 3, proved=True) | {"piece_a_revoir": "oui"},
            row("D", "QN1", "5", 3, proved=True) | {"piece_a_revoir": "revue"}]  # fmt: skip
    one = made(rows, {"QN1": known(100)})
    amounts = {n: one.claims.amount(n, "QN1").exact for n in ("prouve", "a_revoir", "a_prouver")}
    assert amounts == {"prouve": 35, "a_revoir": 50, "a_prouver": 15}
    assert one.claims.amount("reste_a_justifier", "QN1") == nil()
    assert cells(one, "prouve") == {"A": 30, "B": 0, "C": 0, "D": 5}
    assert cells(one, "justifie") == {"A": 30, "B": 50, "C": 15, "D": 5}
    assert cells(one, "enjeu") == {"A": 0, "B": 50, "C": 15, "D": 0}


@pytest.mark.parametrize(
    ("second", "due"),
    [(None, known(1000)), ("50", between(Decimal(5), Decimal(9), "avis_non_lu"))],
)
def test_a_quarter_not_wholly_known_is_shared_between_nobody(
    second: str | None, due: Amount
) -> None:
    rows = [row("A", "QN1", "900", 3, proved=True), row("B", "QN1", second, 3, proved=True),
            row("C", "QN2", "7", 3, proved=True)]  # fmt: skip
    one = made(rows, {"QN1": due, "QN2": known(9)})
    assert one.shares["A"] is one.shares["B"] is None
    assert cells(one, "prouve") == {"C": 7}
    there = one.claims.amount("prouve", axis_scope(3, "QN1"))
    assert (there.at_least, there.at_most) == (0, None)
    assert one.claims.amount("prouve", axis_scope(3)).at_least == 7
    assert one.claims.amount("prouve", axis_scope(4, "QN1")) == nil()


def test_without_the_abatement_nobody_knows_what_an_action_brings() -> None:
    frame = pd.DataFrame([row("A", "QN1", "30", 3, proved=True)])
    assert brought(actions_of(frame), Claims()) == [None]


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
                    (one.claims.amount(name, axis_scope(a, code)).exact for a in AXES), Decimal(0)
                )
        for r in rows:
            key = r["id_action"]
            proved, justified = cells(one, "prouve")[key], cells(one, "justifie")[key]
            assert 0 <= proved <= justified <= r["valorise_eur"]
            assert justified == proved or not r["piece"]
        for code in due:
            stakes = [cells(one, "enjeu")[r["id_action"]] for r in rows if r["code_qpv"] == code]
            assert sum(stakes, Decimal(0)) == one.claims.amount("a_prouver", code).exact


def _actions(kinds: list[tuple[int, bool]], values: list[Amount]) -> list[Action]:
    """Make the actions of a quarter: axis, whether they are proved, and what they are valued."""
    bare = [nil()] * 2
    return [
        Action(
            f"A{k}",
            "QN1",
            "",
            2025,
            axe,
            *bare,
            value,
            *bare,
            *bare,
            has_photo=False,
            proof=Proof.AVEC if proved else Proof.SANS,
            is_undated=False,
            is_reviewed=False,
        )
        for k, ((axe, proved), value) in enumerate(zip(kinds, values, strict=True))
    ]


@pytest.mark.parametrize("seed", range(3))
def test_losing_its_piece_never_makes_an_action_bring_more(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - drawn cases
    for _ in range(tries(150, 4000)):
        kinds = [(dice.randint(1, 3), dice.random() < 0.7) for _ in range(dice.randint(1, 6))]
        values = [known(Decimal(dice.randrange(1, 6000)).scaleb(-2)) for _ in kinds]
        due = Decimal(dice.randrange(9000)).scaleb(-2)
        base = Claims([claim("acquis", c, known(due)) for c in ("QN1", TOTAL)])
        lost = dice.randrange(len(kinds))
        poorer = [(axe, proved and k != lost) for k, (axe, proved) in enumerate(kinds)]
        had, has = (brought(_actions(k, values), base)[lost] for k in (kinds, poorer))
        assert had is not None
        assert has is not None
        assert has.prouve == 0
        # two sharings, by axis then by action, each to the cent
        assert has.justifie <= had.justifie + 2 * CENT
