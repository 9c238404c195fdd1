"""The audit of whole surveys: it finds what is there to find, and says nothing of what holds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from auditcases import (
    Case,
    built,
    home,
    make_case,
    primary_only,
    region_case,
    three_levels,
    unprotected,
)

from effort import tries
from tfpb import survey
from tfpb.audit import Attack, Audit, Release, audit
from tfpb.audit.widths import effective
from tfpb.region.secrecy import cuts

if TYPE_CHECKING:
    from collections.abc import Callable

Protector = SimpleNamespace | None
KINDS: dict[str, dict[str, Any]] = {
    "un niveau": {"residences": 16},
    "poids tirés": {"residences": 16, "weights": "tires"},
    "deux niveaux": {"residences": 18, "levels": ("code_qpv", "agence")},
    "deux vagues": {"residences": 16, "waves": ("2019", "2023"), "levels": ("code_qpv", "agence")},
    "trois niveaux": {"residences": 18, "levels": ("code_qpv", "agence", "secteur")},
}


def attacked(case: Case, **more: Any) -> Audit:
    return audit([case.release(case.published())], truth=case.truth, **more)


def kinds(found: Audit, attacker: str = "") -> set[Attack]:
    return {f.attack for f in found.found if f.attacker == attacker}


def homes_of(found: Audit) -> set[tuple[str, ...]]:
    return {f.residences for f in found.found if f.attack in {Attack.SIZE, Attack.UNION}}


@pytest.mark.parametrize("kind", KINDS)
def test_the_protector_holds_against_an_outsider(kind: str) -> None:
    found = attacked(make_case(5, **KINDS[kind]))
    assert not [f for f in found.found if f.attack is not Attack.SIDES]
    assert found.open == 0
    assert not found.loosened


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "small"), [(21, 0.6), (20, 0.25)][: tries(1, 2)]
)  # the first: small sums of atoms
def test_the_protector_holds_in_a_region_against_each_bailleur(
    seed: int, small: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = region_case(seed, owners=5, towns=3, small=small)
    found = audit(case.releases(), truth=case.truth)
    assert not [f for f in found.found if f.attack is not Attack.SIDES]
    assert found.open == 0
    monkeypatch.setattr(cuts, "sealed", lambda estimates, *_: unprotected(estimates))
    assert Attack.SIZE in kinds(audit(case.releases(), truth=case.truth))


@pytest.mark.slow
@pytest.mark.parametrize("protector", [primary_only, unprotected][: tries(1, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_audit_sees_a_protector_that_is_off(
    kind: str, protector: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = made_to_fail(kind)
    assert not kinds(attacked(case)) & {Attack.SIZE, Attack.UNION, Attack.COUNT}
    monkeypatch.setattr(survey, "protect", protector)
    found = attacked(case)
    small = case.truth.groupby("residence")["n"].min()
    told = {h for homes in homes_of(found) if len(homes) == 1 for h in homes}
    assert told
    assert (small[list(told)] < 11).all()
    assert Attack.SIZE in kinds(found)


def made_to_fail(kind: str) -> Case:
    """Return a survey where the protector has masked something."""
    for seed in range(30):
        case = make_case(seed, small=0.4, quarters=5, **KINDS[kind])
        if (case.published()["publication"] == "masque").any() and len(small_alone(case)):
            return case
    raise AssertionError(kind)


def small_alone(case: Case) -> pd.Series[int]:
    """Return quarters or agencies that hold fewer than 11 households on a side."""
    whole = case.truth.merge(case.stock, on="residence")
    level = case.levels[0]
    sizes = whole[whole[level] != ""].groupby([level, "cote", "item", "vague"])["n"].sum()
    return sizes[sizes < 11]


def test_without_the_truth_what_is_surely_small_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    case = made_to_fail("un niveau")
    rows = case.published()
    assert not audit([case.release(rows)]).sure
    monkeypatch.setattr(survey, "protect", primary_only)
    found = audit([case.release(case.published())]).sure
    assert {f.attack for f in found} >= {Attack.SIZE, Attack.UNION}


def test_without_the_stock_a_complement_still_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    case = made_to_fail("un niveau")
    assert not audit([Release.of_rows("", case.published())]).sure
    monkeypatch.setattr(survey, "protect", primary_only)
    assert Attack.SIZE in kinds(audit([Release.of_rows("", case.published())]))


def test_an_adjusted_row_shows_what_the_raw_one_masks() -> None:
    case = made_to_fail("un niveau")
    rows = case.published()
    masked = rows[(rows["publication"] == "masque") & (rows["groupe"] == "qpv")]
    bare = case.estimates().comparison
    names = ["niveau", "territoire", "bailleur", "item", "groupe"]
    extra = bare.merge(masked[names], on=names).assign(ajustement="regression")
    found = audit([case.release(pd.concat([rows, extra], ignore_index=True))], truth=case.truth)
    assert Attack.ADJUSTED in kinds(found)


def test_an_earlier_pack_counts() -> None:
    """Two packs, each safe: their difference is the résidence that was decided."""
    before = built([home("x", 5, quarter=""), *PLACES], ("code_qpv",)).decided("x", "")
    after = before.decided("x", "hors")
    packs = [
        c.release(survey.protect(c.estimates(), masking_n=11).comparison) for c in (after, before)
    ]
    for pack in packs:
        assert not audit([pack], truth=after.truth).found
    assert ("x",) in homes_of(audit(packs, truth=after.truth))


PLACES = [home(f"h{k}", 20 + k) for k in range(4)] + [
    home(f"q{k}", 22 + k, quarter="QN1") for k in range(4)
]


def test_a_bailleur_subtracts_its_own() -> None:
    homes = [home(f"h{k}", 20 + k) for k in range(6)] + [home("x", 4)]
    owners = ["Bailleur A"] * 3 + ["Bailleur B"] * 3 + ["Bailleur C"]
    case = built([h | {"bailleur": b} for h, b in zip(homes, owners, strict=True)], ())
    rows = case.estimates().comparison
    rows = rows[(rows["bailleur"] == "ensemble") | rows["bailleur"].eq("Bailleur A")]
    found = audit([case.release(rows)], truth=case.truth)
    assert not kinds(found)
    assert Attack.SIZE in kinds(found, "Bailleur B")  # the whole − A's row − its own = x
    assert not kinds(found, "Bailleur A") & {Attack.SIZE, Attack.UNION}


def test_all_satisfied_is_an_answer() -> None:
    case = built(PLACES, ("code_qpv",))
    case.frame.loc[case.frame["residence"].str.startswith("q"), "q1"] = "1"
    bare = primary_only(case.estimates()).comparison
    found = audit([case.release(bare)], truth=case.truth)
    assert ("q1", "qpv") in {f.where[4:] for f in found.found if f.attack is Attack.UNANIMOUS}
    assert not kinds(attacked(case))


@pytest.mark.parametrize("column", ["erreur_type", "ic95_bas"])
def test_a_width_of_its_own_is_seen(column: str) -> None:
    case = make_case(4, residences=30, levels=("code_qpv", "agence"), target="service", agencies=5)
    rows = case.published()
    assert not kinds(audit([case.release(rows)], truth=case.truth)) & {Attack.WIDTH}
    own = rows.copy()
    one = own["ic95_bas"].notna() & own["groupe"].isin(["qpv"]) & (own["niveau"] == "agence")
    own.loc[one, column] = own.loc[one, column] * 0.97 if column != "erreur_type" else 0.05
    found = audit([case.release(own)], truth=case.truth)
    assert Attack.WIDTH in kinds(found)


def test_a_wilson_interval_gives_back_its_share_and_number() -> None:
    n, p, z = 37.0, 0.62, 1.959963984540054
    centre, half = (p + z**2 / 2 / n) / (1 + z**2 / n), None
    half = z * np.sqrt(p * (1 - p) / n + z**2 / 4 / n**2) / (1 + z**2 / n)
    row = pd.DataFrame({"ic95_bas": [centre - half], "ic95_haut": [centre + half]})
    told = effective(row).iloc[0]
    assert told["p"] == pytest.approx(p)
    assert 1 / told["d"] == pytest.approx(n)


def test_what_packs_contradict_is_loosened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "protect", primary_only)  # more is told, more is contradicted
    case = three_levels()
    rows = case.published()
    wrong = case.stock.assign(cote=np.where(case.stock["cote"] == "dans", "hors", "dans"))
    found = audit([Release.of_rows("", rows, wrong)])
    assert "stock" in found.loosened


def test_the_same_packs_give_the_same_words() -> None:
    case = three_levels()
    pack = case.release(case.published())
    assert audit([pack], truth=case.truth) == audit([pack], truth=case.truth)
