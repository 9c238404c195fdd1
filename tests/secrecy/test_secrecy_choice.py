"""Which groups are shown, on small stocks worked out by hand from the text of the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from test_secrecy_rule import SIDE, homes, shown_of, wave_of

from tfpb.survey.secrecy.choice import Rules, shown_groups
from tfpb.survey.secrecy.tree import Group, Tree

if TYPE_CHECKING:
    from collections.abc import Collection

    from tfpb.model.survey import Households

SIX = [*homes(6, 10, "C1", "Q1")]
"""Sixty households of A in a quarter."""


def named(wave: Households, crossed: Collection[str] | None = (), **rules: float) -> set[str]:
    """Name what is shown of a side: « Q1 », or « B Q1 » of a bailleur's own."""
    shown = shown_groups(Tree.of(wave, crossed), wave, 0, Rules(**rules))  # type: ignore[arg-type]
    return {f"{g.bailleur} {g.territoire}".removeprefix("ensemble ") for g in shown}


@pytest.mark.parametrize(("last", "shown"), [(10, {"total", "C1", "Q1"}), (9, set())])
def test_thirty_households_are_shown_and_twenty_nine_are_not(last: int, shown: set[str]) -> None:
    assert shown_of([*homes(2, 10, "C1", "Q1"), ("A", "z", "C1", "Q1", last)]) == shown


@pytest.mark.parametrize(("last", "held"), [(6, True), (5, False)])
def test_eleven_households_may_be_left_aside_and_ten_may_not(last: int, *, held: bool) -> None:
    stock = [*SIX, ("A", "y", "C1", "Q2", 5), ("A", "z", "C1", "Q2", last)]
    assert ("Q1" in shown_of(stock)) is held


def test_residences_without_a_name_are_each_household_its_own() -> None:
    assert "Q1" in shown_of([("A", "", "C1", "Q1", 40)])
    assert shown_of([("A", "Les Tilleuls", "C1", "Q1", 40)]) == set()
    # one name, two bailleurs: two résidences
    stock = [("A", "Les Tilleuls", "C1", "Q1", 40), ("B", "Les Tilleuls", "C1", "Q1", 40)]
    assert shown_of(stock) == {"total", "C1", "Q1"}


def test_a_territory_of_owners_enough_has_no_limit_of_share_unless_one_is_given() -> None:
    stock = [row for c in ("1", "2") for o, n in (("A", 30), ("B", 2)) for row in
             homes(10, n, "C" + c, "Q" + c, o)]  # fmt: skip
    assert "Q1" in shown_of(stock, owners=2)  # 94 % are A's
    assert "Q1" not in shown_of(stock, owners=2, largest_share=0.9)


def test_for_a_small_bailleur_two_are_hidden_the_smaller_with_their_own_quarters() -> None:
    """B hidden alone would read C’s eight in what is left: two must be hidden with it."""
    stock = [
        *homes(5, 12, "C1", "Q1"), *homes(5, 12, "C1", "Q2"), *homes(5, 20, "C1", "Q1", "D"),
        *homes(5, 10, "C1", "Q1", "B"), *homes(5, 8, "C1", "Q2", "B"),
        *homes(2, 4, "C1", "Q2", "C"),
    ]  # fmt: skip
    owners = {name for name in named(wave_of(stock)) if name.endswith("total")}
    assert owners == {"total", "A total"}
    crossed = named(wave_of(stock), None)
    assert {"total", "A total", "A Q1", "A Q2"} <= crossed
    assert not [name for name in crossed if name.startswith(("B ", "C ", "D "))]


def test_what_is_hidden_goes_as_deep_as_it_must() -> None:
    """C1 is its two quarters: without it alone, the four households of C2 would be left as before."""
    stock = [*SIX, *homes(5, 10, "C1", "Q2"), *homes(2, 2, "C2", "Q3")]
    assert shown_of(stock) == {"total", "Q1"}


def test_a_contrat_outweighs_a_larger_quarter() -> None:
    stock = [
        *homes(4, 5, "C1", "Q1"), *homes(4, 5, "C1", "Q2"), *homes(6, 10, "", "Q9"),
        *homes(2, 2, "", "Q8"),
    ]  # fmt: skip
    assert shown_of(stock) == {"total", "C1"}


def test_of_equals_the_first_name_is_hidden() -> None:
    stock = [*homes(4, 10, "C1", "Q2"), *homes(4, 10, "C1", "Q1"), *homes(2, 2, "C1", "Q3")]
    assert shown_of(stock) == {"total", "C1", "Q2"}


AGENCY = [*SIX, *homes(6, 10, "C1", "Q2")]


def agencies(few: int, *, owner: str = "A", crossed: Collection[str] | None = ()) -> set[str]:
    """Show Q1 (all Nord's but for a résidence of some households) and Q2, where Nord has three."""
    stock = [*AGENCY, (owner, "x", "C1", "Q1", few), ("A", "y", "C1", "Q2", 3)]
    if owner != "A":
        stock += homes(6, 10, "C1", "Q3", owner)
    wave = wave_of(stock)
    agence = ["Nord"] * 6 + ["Sud"] * 6 + ["Sud", "Nord"] + ["Sud"] * (len(stock) - 14)
    return named(replace(wave, places=wave.places.assign(agence=agence)), crossed)


def test_a_quarter_lies_in_an_agency_by_those_who_were_asked() -> None:
    assert "Nord" not in agencies(0)  # nobody of Sud in Q1: Nord less Q1 is three households
    assert "Nord" in agencies(1)  # Q1 holds one of Sud's: Nord less Q1 is no group
    assert {"Q1", "Q2"} <= agencies(0) & agencies(1)


def test_own_quarters_hide_an_own_agency_that_holds_them_but_for_few() -> None:
    shown = agencies(0, owner="B", crossed=None)
    assert {"A total", "A Q1", "A Q2", "Q1"} <= shown
    assert shown.isdisjoint({"A Nord", "A Sud"})


@pytest.mark.parametrize(("few", "held"), [(2, False), (6, True)])
def test_a_kind_that_holds_an_agency_but_for_few_is_hidden(few: int, *, held: bool) -> None:
    """Both stand beside the quarters: the individuel of Sud is the individuel less all of Nord.

    So is all but the collectif, less Nord: hiding the individuel does not hide them.
    """
    stock = [*SIX, *homes(2, few, "C1", "Q1", "A"), *homes(5, 10, "C1", "Q1", "A")]
    wave = wave_of(stock)
    places = wave.places.assign(
        agence=["Nord"] * 6 + ["Sud"] * 7, type_habitat=["individuel"] * 8 + ["collectif"] * 5
    )
    shown = named(replace(wave, places=places))
    assert {"total", "Q1", "Nord"} <= shown
    assert shown.isdisjoint({"individuel", "Sud", "collectif"}) is not held
    assert (
        not held or {"individuel", "Sud", "collectif"} <= shown
    )  # Sud less the collectif: the same


@pytest.mark.parametrize(("few", "held"), [(2, False), (6, True)])
def test_a_contrat_and_a_quarter_of_none_are_taken_from_an_agency_together(
    few: int, *, held: bool
) -> None:
    """Each alone leaves sixty; both leave a few of another quarter."""
    nord = [row for q in "123" for row in homes(4, 5, "C1", f"Q{q}")] + homes(6, 10, "", "Q9")
    stock = [*nord, *homes(2, few, "C2", "Q5"), *homes(6, 10, "C2", "Q5", "B")]
    wave = wave_of(stock)
    places = wave.places.assign(bailleur="A", agence=["Nord"] * (len(nord) + 2) + ["Sud"] * 6)
    shown = named(replace(wave, places=places))
    assert {"total", "C1", "C2", "Q5", "Q9"} <= shown
    assert ("Nord" in shown) is held


def test_groups_under_a_hidden_side_hide_no_other() -> None:
    """B’s eight hide the side, the whole agency Sud in it: A less its own Nord is thirty-eight."""
    stock = [
        *homes(5, 10, "C1", "Q1"), *homes(3, 10, "C1", "Q1"), *homes(2, 4, "C1", "Q1"),
        *homes(2, 4, "C1", "Q1", "B"),
    ]  # fmt: skip
    wave = wave_of(stock)
    agence = ["Nord"] * 5 + ["Sud"] * 3 + [""] * 4
    shown = named(replace(wave, places=wave.places.assign(agence=agence)), ("A",))
    assert shown == {"A total", "A C1", "A Q1", "A Nord"}


def test_own_territories_and_totals_ask_for_no_other_bailleur() -> None:
    stock = [*SIX, *homes(6, 10, "C1", "Q1", "B")]
    assert named(wave_of(stock), None, owners=3) == {"total", "A total", "B total"} | {
        f"{owner} {place}" for owner in "AB" for place in ("C1", "Q1")
    }


def test_what_comes_back_is_the_contrat_before_its_quarter() -> None:
    """Q1 is hidden for Q2, C1 for Q3, the département for Q4; then either C1 or Q1 may stand again."""
    stock = [*SIX, *homes(2, 4, "C1", "Q2"), *homes(2, 4, "", "Q3"), *homes(2, 4, "", "Q4")]
    wave = wave_of(stock)
    places = wave.places.assign(departement=["59"] * 10 + ["62"] * 2)
    assert named(replace(wave, places=places)) == {"total", "C1"}


def test_a_side_of_nobody_is_no_group() -> None:
    shown = shown_groups(Tree.of(wave_of(SIX)), wave_of(SIX), 0, Rules())
    assert Group("total", "total", "ensemble", SIDE) in shown
    assert {g.groupe for g in shown} == {SIDE}


@pytest.mark.parametrize(("few", "held"), [(2, False), (6, True)])
def test_what_a_contrat_leaves_aside_holds_no_bailleur_but_for_few(few: int, *, held: bool) -> None:
    """C1 less Q3 is A’s alone: A less that is its few in Q3. Without Q3, C1 less nothing is nobody’s own."""
    stock = [
        *SIX, *homes(4, 10, "C1", "Q2"), *homes(2, few, "C1", "Q3"), *homes(4, 11, "C1", "Q3", "B"),
        *homes(6, 12, "C2", "Q4", "B"), *homes(6, 12, "C2", "Q5", "D"),
    ]  # fmt: skip
    shown = named(wave_of(stock))
    assert {"total", "C1", "C2", "A total", "B total", "D total", "Q4", "Q5"} <= shown
    assert ("Q3" in shown) is held


@pytest.mark.parametrize(("few", "held"), [(2, False), (6, True)])
def test_what_a_contrat_leaves_aside_is_no_bailleur_but_for_few(few: int, *, held: bool) -> None:
    """C1 less Q1 is A, whole, and a few of B: A taken away, B’s are left."""
    stock = [
        *homes(6, 10, "C1", "Q1", "B"), *homes(6, 10, "C1", "Q2"), *homes(2, few, "C1", "Q2", "B"),
        *homes(6, 12, "C2", "Q4", "B"), *homes(6, 12, "C2", "Q5", "D"),
    ]  # fmt: skip
    shown = named(wave_of(stock))
    assert {"total", "C2", "A total", "B total", "D total", "Q4", "Q5"} <= shown
    assert ("Q1" in shown) is held
