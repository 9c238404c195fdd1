"""The programme against the abatement: bounds that hold, one rule for a proof, rows that add up."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from effort import tries
from tfpb.facts.amount import Amount, between, known, nil, shared, unknown
from tfpb.facts.claim import TOTAL, Claims, State, axis_scope, claim
from tfpb.facts.programme_claims import actions_of, programme_claims, spent
from tfpb.facts.surplus import surplus_claims, surplus_of
from tfpb.model.money import DroitCommun, Programme

DAY = dt.date(2025, 5, 1)
OPEN_END = 10**9
"""Where a truth is drawn that nothing bounds above."""


def action(
    code: str, valued: int | None, *, axe: int = 3, piece: str = "F1", day: Any = DAY
) -> dict[str, Any]:
    money = None if valued is None else Decimal(valued)
    return {"id_action": "A", "code_qpv": code, "axe": axe, "annee": 2025, "piece": piece,
            "prevu_eur": Decimal(9), "realise_eur": Decimal(9), "valorise_eur": money,
            "date_piece": day}  # fmt: skip


def made(rows: list[dict[str, Any]], acquired: dict[str, Amount], carried: dict[str, int] | None = None,
         before: list[dict[str, Any]] | None = None) -> Claims:  # fmt: skip
    plan = Programme(
        pd.DataFrame(rows), *[pd.DataFrame()] * 3, year=2025, before=pd.DataFrame(before) if before else None,
        carried={code: Decimal(v) for code, v in (carried or {}).items()},
    )  # fmt: skip
    base = [claim("acquis", code, amount) for code, amount in acquired.items()]
    whole = nil()
    for amount in acquired.values():
        whole += amount
    base += [claim("acquis", TOTAL, whole)] if acquired else []
    homes = [claim("logements_qpv", code, known(10)) for code in acquired]
    homes += [claim("logements_qpv", TOTAL, known(10 * len(acquired)))]
    return Claims(programme_claims(plan, Claims([*base, *homes])))


def test_what_a_quarter_spends_too_much_justifies_no_other() -> None:
    claims = made(
        [action("QN1", 900), action("QN1", 300, piece=""), action("QN2", 100, day=None)],
        {"QN1": known(1000), "QN2": known(500)}, {"QN2": 40},
    )  # fmt: skip
    expected = {
        "justifie": 1100, "prouve": 900, "a_prouver": 200, "reste_a_justifier": 400, "reporte": 40,
        "a_programmer": 440, "valorise": 1300, "solde": -240, "actions": 3, "actions_prouvees": 1,
    }  # fmt: skip
    assert {name: claims.amount(name).exact for name in expected} == expected
    assert claims.amount("part_justifiee").exact == Decimal(1100) / 1500
    assert claims.amount("part_prouvee").exact == Decimal(900) / 1500
    assert claims.amount("couverture").exact == Decimal(1300) / 1500
    assert claims.amount("valorise", axis_scope(3, "QN2")) == known(100)
    assert claims.amount("valorise", axis_scope(4, "QN2")) == nil()  # no action: nothing, and known
    assert claims.amount("valorise_par_logement_qpv", "QN1") == known(120)


def test_an_empty_amount_is_not_nil() -> None:
    claims = made([action("QN1", 900), action("QN1", None)], {"QN1": known(1000)})
    assert claims.amount("valorise") == between(Decimal(900), None, "valorise_vide")
    assert claims.get("valorise").state is State.NON_LU
    assert claims.amount("reste_a_justifier") == between(Decimal(0), Decimal(100), "valorise_vide")
    assert claims.amount("part_justifiee") == between(Decimal("0.9"), None, "valorise_vide")
    enough = made([action("QN1", 1000), action("QN1", None)], {"QN1": known(1000)})
    assert enough.amount("justifie") == known(1000)  # whatever the empty one is worth
    assert enough.amount("part_justifiee") == known(1)


def test_without_the_abatement_nothing_is_justified_nor_left() -> None:
    claims = made([action("QN1", 900)], {})
    assert claims.amount("valorise") == known(900)
    assert not any(
        claims.has(n) for n in ("justifie", "reste_a_justifier", "solde", "part_justifiee")
    )


def test_a_quarter_of_actions_alone_has_nothing_acquired_and_says_so() -> None:
    """Beside a total that counts it as nothing, an unclaimed abatement would be printed « non connu »."""
    claims = made([action("QN1", 50), action("QN9", 80)], {"QN1": known(100)})
    for name in ("acquis", "logements_qpv"):
        assert claims.amount(name, "QN9") == nil(), name
    assert not claims.has("part_justifiee", "QN9"), "of nothing, no share"
    assert not made([action("QN9", 80)], {}).has("acquis", "QN9"), "without notices it is not known"


def test_of_what_may_be_nothing_no_share_is_justified() -> None:
    """« Justifié à 100 % » of an abatement under reserve would be read as settled."""
    hangs = between(Decimal(0), Decimal(500), "convention")
    claims = made([action("QN1", 900), action("QN2", 50)], {"QN1": hangs})
    assert claims.amount("reste_a_justifier", "QN1") == nil()
    assert not claims.has("part_justifiee")
    assert not claims.has("part_prouvee", "QN1")
    settled = made([action("QN1", 900), action("QN2", 50)], {"QN1": hangs, "QN2": known(50)})
    assert settled.amount("part_justifiee") == known(1), (
        "the rest is acquired, and all of it justified"
    )


def test_an_unread_notice_leaves_a_share_at_most() -> None:
    unread = between(Decimal(1000), None, "avis_non_lu")
    claims = made([action("QN1", 900), action("QN2", 100)], {"QN1": unread, "QN2": known(100)})
    assert claims.amount("part_justifiee", "QN1") == between(
        Decimal(0), Decimal("0.9"), "avis_non_lu"
    )
    assert claims.amount("reste_a_justifier") == between(Decimal(100), None, "avis_non_lu")
    assert claims.get("solde", "QN1").value is None
    assert claims.get("solde", "QN1").state is State.NON_LU
    more = made([action("QN1", 1000)], {"QN1": unread})
    assert more.amount("part_justifiee") == unknown("avis_non_lu")  # « ? »: it may be the whole


def test_last_year_and_what_it_leaves_stand_by_quarter_and_axis() -> None:
    before = [action("QN1", 70, axe=5), action("QN3", None)]
    claims = made([action("QN1", 1)], {"QN1": known(5)}, {"QN1": -3}, before)
    assert claims.amount("valorise_precedent", axis_scope(5, "QN1")) == known(70)
    assert claims.amount("valorise_precedent") == between(Decimal(70), None, "valorise_vide")
    assert claims.amount("a_programmer", "QN1") == known(1)  # 5 − 3 − 1
    assert not claims.has("valorise", "QN3")  # it has neither action nor abatement any more


@pytest.mark.parametrize(
    ("piece", "day", "proved"),
    [("F", DAY, True), ("F", None, False), ("", DAY, False), ("en attente", DAY, False)],
)
def test_a_proof_is_a_piece_and_its_date(piece: str, day: Any, *, proved: bool) -> None:
    [one] = actions_of(pd.DataFrame([action("QN1", 5, piece=piece, day=day)]))
    assert one.is_proved is proved
    assert spent([one]).with_proof == known(5 if proved else 0)


def _drawn(dice: random.Random, most: int) -> tuple[Amount, int]:
    """Draw an amount and a truth within it; small numbers meet one another, and their bounds."""
    low = dice.randrange(most)
    kind = dice.random()
    if kind < 0.4:
        return known(low), low
    if kind < 0.7:
        high = low + dice.randrange(most)
        return between(Decimal(low), Decimal(high), "avis_non_lu"), dice.randint(low, high)
    return between(Decimal(low), None, "avis_non_lu"), low + dice.choice(
        [0, dice.randrange(3 * most), OPEN_END]
    )


def _bounded(amount: Amount, truth: Fraction, *, whole: int | None = None) -> bool:
    slight = Fraction(1, 10**20)
    most = whole if amount.at_most is None else Fraction(amount.at_most)
    return Fraction(amount.at_least) - slight <= truth and (most is None or truth <= most + slight)


@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold_whatever_the_truth_is(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - drawn cases
    for _ in range(tries(400, 5000)):
        quarters = []
        for k in range(dice.randint(1, 4)):
            proved, odd, bare, due = (_drawn(dice, dice.choice([4, 50])) for _ in range(4))
            quarters.append((f"QN{k}", proved, odd, bare, due))
        rows, truths = [], []
        for code, (proved, p), (odd, r), (bare, u), (_, a) in quarters:
            truths.append((p, r, u, a))
            rows += [(code, proved), (code, odd), (code, bare)]
        claims = _claims(rows, {code: due for code, *_, (due, _) in quarters})
        values = {
            "justifie": sum(min(p + r + u, a) for p, r, u, a in truths),
            "prouve": sum(min(p, a) for p, _, _, a in truths),
            "a_revoir": sum(min(p + r, a) - min(p, a) for p, r, _, a in truths),
            "a_prouver": sum(min(p + r + u, a) - min(p + r, a) for p, r, u, a in truths),
            "reste_a_justifier": sum(max(0, a - p - r - u) for p, r, u, a in truths),
        }
        due = sum(a for *_, a in truths)
        assert sum(values.values()) - values["justifie"] == due
        for name, value in values.items():
            assert _bounded(claims.amount(name), Fraction(value)), (name, rows, truths)
        if due:
            for name, part in (("part_justifiee", "justifie"), ("part_prouvee", "prouve")):
                share = Fraction(values[part], due)
                assert _bounded(claims.amount(name), share, whole=1), (name, rows, truths)


def _claims(rows: list[tuple[str, Amount]], due: dict[str, Amount]) -> Claims:
    """Claim quarters whose sums with a piece, with one to review and without are any amounts."""
    from tfpb.facts import programme_claims as room

    whole = sum(due.values(), nil())
    base = Claims([claim("acquis", c, a) for c, a in {**due, TOTAL: whole}.items()])
    lines = []
    for code in due:
        sums = room.Spent(2, 2, 0, 1, *[nil()] * 4, *(amount for c, amount in rows if c == code))
        lines.append(room._Line(code, sums, None, base))
    return Claims(room._against(TOTAL, lines, base))


@pytest.mark.parametrize("seed", range(3))
def test_the_bounds_of_a_share_are_reached(seed: int) -> None:
    """No narrower ones would hold: each is met at some corner of what is not known."""
    dice = random.Random(seed)  # noqa: S311 - drawn cases
    for _ in range(tries(60, 1000)):
        parts = []
        for _ in range(dice.randint(1, 3)):
            part, whole = (
                between(Decimal(a), Decimal(a + b), "avis_non_lu") if b else known(a)
                for a, b in (
                    (dice.randrange(6), dice.randrange(4)),
                    (dice.randrange(6), dice.randrange(4)),
                )
            )
            parts.append((part, whole))
        if not any(whole.may_exceed_nil for _, whole in parts):
            continue
        found = shared(parts)
        met = _shares(parts)
        if max(met) == 0 and not any(whole.at_least for _, whole in parts):
            assert (
                found.at_most is None
            )  # nothing spent for a whole that may be nil: « ? », not 0 %
            continue
        assert abs(Fraction(found.at_least) - min(met)) < Fraction(1, 10**12)
        top = Fraction(1) if found.at_most is None else Fraction(found.at_most)
        assert abs(top - max(met)) < Fraction(1, 10**12)


def _shares(parts: list[tuple[Amount, Amount]]) -> list[Fraction]:
    """Return the share at every whole number within the bounds."""
    sums: set[tuple[int, int]] = {(0, 0)}
    for part, whole in parts:
        ends = [range(int(a.at_least), int(a.at_most or 0) + 1) for a in (part, whole)]
        sums = {(n + min(v, a), d + a) for n, d in sums for v in ends[0] for a in ends[1]}
    return [Fraction(n, d) for n, d in sums if d]


def _usages(**cells: Any) -> DroitCommun:
    row = {"annee": 2025, "surcout_eur": Decimal(18), "surcout_ic95_bas_eur": Decimal(9),
           "surcout_ic95_haut_eur": Decimal(26)}  # fmt: skip
    return DroitCommun(pd.DataFrame([row, row | cells]))


def test_the_surplus_is_of_one_year_and_known_where_each_indicator_is() -> None:
    [one] = surplus_claims(_usages(), 2025)
    assert one.amount == known(36)
    [part] = surplus_claims(_usages(surcout_eur=None), 2025)
    assert (part.value, part.state) == (None, State.INCONNU)
    assert not list(surplus_claims(_usages(), 2026))
    other = surplus_of(_usages(annee=2024), 2026)
    assert other is not None
    assert (other.year, other.amount, other.counted) == (2025, 18, 1)
    assert surplus_of(None, 2025) is None
