"""Attacks on the program as it is.

Numbers are those of docs/designs/audit.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from auditcases import Case, built, home, make_case, needless_masks, three_levels

from effort import tries
from tfpb import survey
from tfpb.audit import Attack, audit

if TYPE_CHECKING:
    from tfpb.audit import Finding


def found(case: Case, *attacks: Attack, insiders: bool = False) -> list[Finding]:
    pack = case.release(case.published())
    told = audit([pack], truth=case.truth, insiders=insiders).found
    return [f for f in told if f.attack in attacks]


def test_a_decision_between_two_packs_tells_nothing() -> None:
    before = built(
        [home("x", 5)] + [home(f"h{k}", 20 + k) for k in range(4)]
        + [home(f"q{k}", 22 + k, quarter="QN1") for k in range(4)], ("code_qpv",)
    ).decided("x", "")  # fmt: skip
    after = before.decided("x", "hors")
    first = before.published()
    told = survey.disclosed_in([first])
    second = after.published(masked_before=told.masked, shown_before=told.shown)
    assert not audit([after.release(second), before.release(first)], truth=after.truth).found


@pytest.mark.parametrize("weights", ["egaux", "tires"])
@pytest.mark.parametrize("target", ["parc", "service"])
def test_the_interval_of_a_whole_tells_no_side(weights: str, target: str) -> None:
    case = make_case(
        1 if target == "parc" else 0, residences=80, agencies=16, levels=("agence",), small=0.5,
        weights=weights, target=target,
    )  # fmt: skip
    assert not found(case, Attack.SIDES)


def test_weights_of_dwellings_tell_no_size() -> None:
    case = make_case(3, residences=18, quarters=5, weights="parc", small=0.35)
    assert not found(case, Attack.WEIGHTS)


def test_three_levels_tell_nothing_together() -> None:
    assert not found(three_levels(), Attack.SIZE, Attack.UNION, Attack.COUNT)


def test_a_bailleur_learns_nothing_of_others() -> None:
    case = make_case(1, owners=3, levels=("code_qpv", "agence"), residences=12)
    assert not [f for f in found(case, *Attack, insiders=True) if f.attacker]


def test_a_cell_that_answers_as_one_is_not_shown() -> None:
    case = make_case(8, owners=4, residences=12, quarters=8, small=0.35)
    assert not found(case, Attack.UNANIMOUS)


def test_many_bailleurs_leave_no_union_to_an_outsider() -> None:
    case = make_case(8, owners=4, residences=12, quarters=8, small=0.35)
    assert not found(case, Attack.SIZE, Attack.UNION)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "owners", "levels"),
    [
        (5, 3, ("code_qpv",)),
        (2, 3, ("code_qpv",)),
        (4, 1, ("code_qpv", "agence")),
        (7, 1, ("code_qpv", "agence", "secteur")),
    ][:: tries(2, 1)],
)
def test_no_cell_is_masked_for_nothing(seed: int, owners: int, levels: tuple[str, ...]) -> None:
    """Against a reader of the pack, and each bailleur that knows its own answers."""
    residences = 4 if owners > 1 else 14
    case = make_case(
        seed, owners=owners, residences=residences, quarters=3, small=0.6, levels=levels
    )
    rows = case.published()
    assert (rows["publication"] == "masque").any()
    assert not needless_masks(case, rows, insiders=True)


def test_a_published_width_is_that_of_n_share_and_residences() -> None:
    """Attack 2 as it was told (standard error of a quarter of two) no longer works."""
    for target in ("parc", "service"):
        case = make_case(4, residences=40, levels=("code_qpv", "agence"), target=target, agencies=5)
        assert not found(case, Attack.WIDTH)
