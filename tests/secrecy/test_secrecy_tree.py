"""The groups of a wave, by hand: a chain of territories that nests, families beside it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from tfpb.model.survey import Households
from tfpb.survey.secrecy.tree import NO_PARENT, Group, Tree, levels_of, nested

COLUMNS = ["bailleur", "residence", "groupe", "departement", "contrat_de_ville", "code_qpv", "type"]
HOMES = [
    ("A", "a1", "qpv", "59", "Lille", "Q1", "collectif"),
    ("A", "a2", "qpv", "59", "Lille", "Q2", "individuel"),
    ("B", "b1", "qpv", "62", "Lens", "Q3", "collectif"),
    ("A", "a3", "qpv", "59", "", "Q4", ""),  # a quarter of no contrat
    ("B", "b2", "qpv", "62", "", "", "individuel"),  # in a quarter that the delivery does not name
    ("A", "a4", "hors_qpv", "59", "Lille", "Q1", "collectif"),  # near Q1, not in it
    ("A", "a5", "hors_qpv", "", "", "", ""),
]


def wave_of(homes: list[tuple[str, ...]]) -> Households:
    places = pd.DataFrame(homes, columns=COLUMNS, dtype=object)
    n = np.full((len(homes), 1), 40, dtype=np.int64)
    return Households("2023", ("q",), (0,), places, (), n, n)


def held(tree: Tree, homes: list[tuple[str, ...]]) -> dict[Group, set[str]]:
    """Return the résidences of each group that holds one."""
    names = ({homes[r][1] for r in rows} for rows in tree.rows)
    return {g: n for g, n in zip(tree.groups, names, strict=True) if n}


def above(tree: Tree) -> dict[Group, Group | None]:
    """Return the group next above each."""
    return {
        g: None if p == NO_PARENT else tree.groups[p]
        for g, p in zip(tree.groups, tree.parent, strict=True)
    }


def qpv(level: str, name: str, owner: str = "ensemble") -> Group:
    return Group(level, name, owner, "qpv")


def test_groups_hold_the_residences_that_bear_their_name() -> None:
    hors = ("ensemble", "hors_qpv")
    assert held(Tree.of(wave_of(HOMES)), HOMES) == {
        qpv("total", "total"): {"a1", "a2", "a3", "b1", "b2"},
        qpv("departement", "59"): {"a1", "a2", "a3"},
        qpv("departement", "62"): {"b1", "b2"},
        qpv("contrat_de_ville", "Lille"): {"a1", "a2"},
        qpv("contrat_de_ville", "Lens"): {"b1"},
        **{qpv("code_qpv", f"Q{k}"): {h} for k, h in enumerate(("a1", "a2", "b1", "a3"), 1)},
        qpv("type", "collectif"): {"a1", "b1"},
        qpv("type", "individuel"): {"a2", "b2"},
        qpv("total", "total", "A"): {"a1", "a2", "a3"},
        qpv("total", "total", "B"): {"b1", "b2"},
        Group("total", "total", *hors): {"a4", "a5"},
        Group("departement", "59", *hors): {"a4"},
        Group("contrat_de_ville", "Lille", *hors): {"a4"},  # and no quarter: it is not in one
        Group("type", "collectif", *hors): {"a4"},
        Group("total", "total", "A", "hors_qpv"): {"a4", "a5"},
    }


def test_the_chain_hangs_a_territory_on_the_next_that_is_named_and_families_on_the_side() -> None:
    found = above(Tree.of(wave_of(HOMES), None))
    whole = qpv("total", "total")
    assert found[whole] is None
    assert found[qpv("code_qpv", "Q1")] == qpv("contrat_de_ville", "Lille")
    assert found[qpv("code_qpv", "Q4")] == qpv("departement", "59")  # of no contrat
    assert found[qpv("contrat_de_ville", "Lens")] == qpv("departement", "62")
    assert found[qpv("departement", "62")] == found[qpv("type", "collectif")] == whole
    assert found[qpv("total", "total", "B")] == whole
    own = qpv("contrat_de_ville", "Lens", "B")
    assert found[qpv("code_qpv", "Q3", "B")] == own
    assert found[own] == qpv("departement", "62", "B")
    assert found[qpv("type", "collectif", "B")] == qpv("total", "total", "B")


def test_no_household_is_twice_in_a_family_under_one_group() -> None:
    tree = Tree.of(wave_of(HOMES), None)
    pairs = [
        (a, b)
        for a, b in combinations(range(len(tree.groups)), 2)
        if (tree.parent[a], tree.family[a]) == (tree.parent[b], tree.family[b])
    ]
    assert len(pairs) > 5
    for a, b in pairs:
        assert not set(tree.rows[a]) & set(tree.rows[b]), (tree.groups[a], tree.groups[b])


def test_territories_of_two_levels_under_one_group_are_of_one_family() -> None:
    """The département less its contrats is the quarter of none: both are taken away together."""
    tree = Tree.of(wave_of(HOMES))
    family = dict(zip(tree.groups, tree.family, strict=True))
    chained = family[qpv("contrat_de_ville", "Lille")]
    assert chained == family[qpv("code_qpv", "Q4")] == family[qpv("departement", "62")]
    others = {family[qpv("type", "collectif")], family[qpv("total", "total", "A")]}
    assert len(others - {chained}) == 2


def test_groups_stand_in_one_order_whatever_that_of_the_residences() -> None:
    """Ties of what is hidden go by this order: one that hangs on rows would move with an export."""
    mixed = [HOMES[k] for k in (4, 2, 6, 0, 5, 3, 1)]
    first, again = (Tree.of(wave_of(h), None) for h in (HOMES, mixed))
    assert first.groups == again.groups
    assert first.parent == again.parent
    assert held(first, HOMES) == held(again, mixed)


def test_territories_of_its_own_are_of_the_bailleurs_named() -> None:
    def owners(crossed: tuple[str, ...] | None) -> set[str]:
        groups = Tree.of(wave_of(HOMES), crossed).groups
        return {g.bailleur for g in groups if g.niveau == "code_qpv"}

    assert owners(()) == {"ensemble"}
    assert owners(("B",)) == {"ensemble", "B"}
    assert owners(None) == {"ensemble", "A", "B"}
    alone = [h for h in HOMES if h[0] == "A"]
    assert {g.bailleur for g in Tree.of(wave_of(alone), None).groups} == {"ensemble"}


def chain(*rows: tuple[str, ...]) -> tuple[str, ...]:
    """Return the chain of départements, contrats and quarters."""
    return nested(pd.DataFrame(rows, columns=COLUMNS[3:6], dtype=object))[0]


def test_a_level_that_parts_a_finer_territory_is_no_part_of_the_chain() -> None:
    levels = ("departement", "contrat_de_ville", "code_qpv")
    assert chain(("59", "C1", "Q1"), ("59", "C1", "Q2"), ("62", "C2", "Q3")) == levels
    assert chain(("59", "C1", "Q1"), ("59", "C1", ""), ("62", "", ""), ("", "", "")) == levels
    # a contrat of two départements
    assert chain(("59", "C1", "Q1"), ("62", "C1", "Q2")) == levels[1:]
    # a quarter of two contrats, or partly of none: it stands, and contrats stand beside
    assert chain(("59", "C1", "Q1"), ("59", "C2", "Q1")) == (levels[0], levels[2])
    assert chain(("59", "C1", "Q1"), ("59", "", "Q1")) == (levels[0], levels[2])
    # départements hold every contrat, and part a quarter
    assert chain(("59", "C1", "Q1"), ("62", "", "Q1"), ("62", "C2", "")) == levels[2:]


def test_levels_are_the_columns_that_place_a_household_and_no_residence() -> None:
    places = wave_of(HOMES).places
    assert levels_of(places) == COLUMNS[3:]
    assert nested(places) == (("departement", "contrat_de_ville", "code_qpv"), ("type",))
