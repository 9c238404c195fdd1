"""What is told, what must stay open and to whom, written out by hand for small waves (threshold 11)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from test_least_loss import Homes, alone, cell, survey

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.survey import Atoms
from tfpb.survey.secrecy.cells import BOTH, HORS, QPV, Cell, Cells
from tfpb.survey.secrecy.released_system import ANSWERS, COUNTS, System, open_to, systems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tfpb.survey.secrecy.released_system import Need

MASK = 11
Asked = set[tuple[tuple[int, ...], float, tuple[int, ...]]]


def system(
    homes: Homes, previous: tuple[Cell, ...] = (), known: tuple[tuple[Cell, int], ...] = (),
    **more: object,
) -> System:  # fmt: skip
    cells, atoms = survey(homes, **more)  # type: ignore[arg-type]
    if known:
        cells.withdraw((), known)
    [[made]] = systems(cells, atoms, MASK, frozenset(previous))
    return made


def asked(needs: Iterable[Need], moving: int = COUNTS) -> Asked:
    return {(tuple(n.group.tolist()), float(n.by), n.readers) for n in needs if n.moving == moving}


def lost(made: System) -> set[str]:
    """Name the cells whose rows are masked whatever follows."""
    rows = [made.cells[k] for k in np.flatnonzero(made.lost)]
    return {c.territoire + c.bailleur.removeprefix("ensemble") for g in rows for c in g}


def test_one_bailleur_and_three_agencies() -> None:
    made = system(alone(a=5, b=20, c=30), dwellings=8)
    assert [[c.territoire for c in g] for g in made.cells] == [["a"], ["b"], ["c"], ["total"]]
    assert made.rows.toarray().tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]
    assert lost(made) == {"a"}
    assert made.low.tolist() == [[-5, -20, -30], [-2, -10, -15]]
    assert made.high.tolist() == [[3, 0, 0], [3, 10, 15]]
    assert asked(made.needs) == {((0,), 3.0, (-1,)), ((0,), -4.0, (-1,))}
    assert asked(made.needs, ANSWERS) == set()
    assert made.weight.tolist() == [2 + 5 / 55, 2 + 20 / 55, 2 + 30 / 55, 1001]
    assert not made.fixed.any()
    assert (made.gaps.shape, made.ties.shape, made.hidden) == ((0, 3), (0, 3), frozenset())
    assert made.owner.tolist() == made.place.tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
    ("n", "needs"),
    [
        (1, {((0,), 10.0, (-1,))}),
        (10, {((0,), 1.0, (-1,)), ((0,), -9.0, (-1,))}),
        (11, set()),
    ],
)
def test_a_small_atom_may_hold_one_to_eleven(n: int, needs: Asked) -> None:
    assert asked(system(alone(a=n, b=20, c=30)).needs) == needs
    full = system(alone(a=n, b=20, c=30), dwellings=0)  # every dwelling has answered
    assert asked(full.needs) == {need for need in needs if need[1] < 0}


THREE = {
    ("A", "a"): 20, ("B", "a"): 4, ("C", "a"): 3, ("A", "b"): 20, ("B", "b"): 3, ("C", "b"): 30,
}  # fmt: skip
"""Unknowns 0 to 5; A alone knows that the others of « a » are seven, and B's whole is seven."""


@pytest.mark.parametrize("dwellings", [np.inf, 5.0])
def test_what_each_bailleur_sees_of_a_small_row_is_open_too(dwellings: float) -> None:
    made = system(THREE, dwellings=dwellings)
    assert made.owner.tolist() == [0, 1, 2, 0, 1, 2]
    assert made.place.tolist() == [-1] * 6
    few = dwellings < MASK
    atoms = {
        ((1,), 1.0 if few else 7.0, (0, 2)), ((1,), -3.0, (0, 2)),
        ((2,), 2.0 if few else 8.0, (0, 1)), ((2,), -2.0, (0, 1)),
        ((4,), 2.0 if few else 8.0, (0, 2)), ((4,), -2.0, (0, 2)),
    }  # fmt: skip
    rows = {
        ((1, 2), 3.0 if few else 4.0, (0,)), ((1, 2), -6.0, (0,)),
        ((1, 4), 3.0 if few else 4.0, (0, 2)), ((1, 4), -6.0, (0, 2)),
    }  # fmt: skip
    assert asked(made.needs) == atoms | rows
    assert lost(made) == {"aB", "aC", "bB", "totalB"}
    names = [(c.territoire, c.bailleur) for g in made.cells for c in g]
    weights = dict(zip(names, made.weight.tolist(), strict=True))
    assert weights["total", "A"] == 100 + 40 / 80
    assert weights["a", "B"] == 2 + 4 / 80


def test_a_small_row_of_one_bailleur_is_open_to_anybody() -> None:
    assert asked(system(alone(a=3, b=4)).needs) == {
        ((0,), 8.0, (-1,)), ((0,), -2.0, (-1,)), ((1,), 7.0, (-1,)), ((1,), -3.0, (-1,)),
        ((0, 1), 4.0, (-1,)), ((0, 1), -6.0, (-1,)),
    }  # fmt: skip
    full = asked(system(alone(a=3, b=4), dwellings=0).needs)
    assert full == {((0,), -2.0, (-1,)), ((1,), -3.0, (-1,)), ((0, 1), -6.0, (-1,))}
    eleven = asked(system(alone(a=5, b=6)).needs)
    assert {group for group, _, _ in eleven} == {(0,), (1,)}


def test_a_small_row_of_everyone_is_open_to_anybody_and_to_each_inside() -> None:
    made = system({("A", "a"): 4, ("B", "a"): 4, ("A", "b"): 30, ("B", "b"): 40})
    rows = {need for need in asked(made.needs) if len(need[0]) > 1}
    assert rows == {((0, 1), 3.0, (-1,)), ((0, 1), -7.0, (-1,))}
    inside = system(
        {
            ("A", "a"): 3,
            ("B", "a"): 3,
            ("C", "a"): 3,
            ("C", "b"): 40,
            ("A", "b"): 30,
            ("B", "b"): 30,
        }
    )
    rows = {need for need in asked(inside.needs) if len(need[0]) > 1}
    assert rows == {
        ((0, 1, 2), 2.0, (-1,)), ((0, 1, 2), -8.0, (-1,)),
        ((1, 2), 5.0, (0,)), ((1, 2), -5.0, (0,)), ((0, 2), 5.0, (1,)), ((0, 2), -5.0, (1,)),
        ((0, 1), 5.0, (2,)), ((0, 1), -5.0, (2,)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("n", "yes", "by"),
    [(20, 0, 1.0), (20, 20, -1.0), (20, 1, 0), (20, 19, 0), (5, 0, 1), (5, 5, -1)],
)
def test_what_answers_as_one_is_masked_and_one_answer_may_differ(
    n: int, yes: int, by: float
) -> None:
    made = system(alone(a=n, b=20, c=30), hits={("A", "a"): yes})
    needs = [(tuple(k.group), k.by, k.readers) for k in made.needs if k.moving == ANSWERS]
    assert needs == [((0,), by, (-1,))] * ((by != 0) + (by != 0 and n < MASK))
    assert lost(made) == ({"a"} if by else set())
    assert made.low[ANSWERS, 0] == -yes
    assert made.high[ANSWERS, 0] == n - yes


def test_small_atoms_that_no_row_shows_alone_may_answer_otherwise() -> None:
    homes = {("A", "a"): 5, ("B", "a"): 40, ("A", "b"): 30, ("B", "b"): 40}
    cells, atoms = survey(homes, hits={("A", "a"): 5})
    cells.shown -= {cell("a", "A")}
    [[made]] = systems(cells, atoms, MASK, frozenset())
    assert asked(made.needs, ANSWERS) == {((0,), -1.0, (1,))}
    # B reads the row of both: the five of A are one to it
    assert lost(made) == {"a"}


@pytest.mark.parametrize(("n", "open_"), [(1, True), (10, True), (11, False)])
def test_a_small_atom_among_three_bailleurs_may_answer_otherwise(n: int, *, open_: bool) -> None:
    homes = {("A", "a"): n, ("A", "b"): 30} | {(o, p): 40 for o in "BC" for p in "ab"}
    cells, atoms = survey(homes, hits={("A", "a"): n})
    cells.shown -= {cell("a", "A")}
    [[made]] = systems(cells, atoms, MASK, frozenset())
    assert asked(made.needs, ANSWERS) == ({((0,), -1.0, (1, 2))} if open_ else set())


def test_one_answer_that_a_bailleur_sees_of_a_row_is_as_one() -> None:
    made = system({("A", "a"): 1, ("B", "a"): 20, ("A", "b"): 30, ("B", "b"): 40})
    assert lost(made) == {"a", "aA"}


def test_what_a_bailleur_sees_of_a_row_may_not_answer_as_one() -> None:
    homes = {("A", "a"): 20, ("B", "a"): 15, ("A", "b"): 20, ("B", "b"): 30}
    made = system(homes, hits={("A", "a"): 20})
    assert asked(made.needs, ANSWERS) == {
        ((0,), -1.0, (-1,)),  # its own row
        ((0,), -1.0, (1,)),  # the same, and the agency's, for B
    }
    assert lost(made) == {"a", "aA"}
    cells, atoms = survey(homes, hits={("A", "a"): 20})
    cells.silent |= {cell("a"), cell("a", "A")}  # no share is told
    [[silent]] = systems(cells, atoms, MASK, frozenset())
    assert asked(silent.needs, ANSWERS) == set()
    assert lost(silent) == set()


@pytest.mark.parametrize(
    ("n", "dwellings", "ups"),
    [
        (20, np.inf, (11.0, -11.0)),
        (20, 23.0, (3.0, -11.0)),
        (12, 0.0, (-11.0,)),
        (5, np.inf, (6, 11, -4)),
    ],
)
def test_what_was_masked_before_may_be_what_it_was_masked_for(
    n: int, dwellings: float, ups: tuple[float, ...]
) -> None:
    made = system(alone(a=n, b=32, c=33), (cell("a"),), dwellings=dwellings)
    assert asked(made.needs) == {((0,), by, (-1,)) for by in ups}
    assert "a" in lost(made)


def test_what_was_masked_before_is_open_to_each_bailleur_inside() -> None:
    homes = {("A", "a"): 20, ("B", "a"): 15, ("A", "b"): 20, ("B", "b"): 30}
    made = system(homes, (cell("a"), cell("z")))
    assert asked(made.needs) == {
        ((0, 1), 11.0, (-1,)), ((0, 1), -11.0, (-1,)), ((1,), 11.0, (0,)), ((1,), -11.0, (0,)),
        ((0,), 11.0, (1,)), ((0,), -11.0, (1,)),
    }  # fmt: skip
    own = system(homes, (cell("a", "A"),))
    assert asked(own.needs) == {((0,), by, (r,)) for by in (11.0, -11.0) for r in (-1, 1)}


def test_a_few_answers_more_than_were_told_are_an_unknown_of_their_own() -> None:
    made = system(alone(a=24, b=25, c=30), known=((cell("a"), 20), (cell("b"), 25)))
    told = {g[0].territoire: k for k, g in enumerate(made.cells)}
    assert set(told) == {"@avant:a", "a", "b", "c", "total"}
    assert {name for name, k in told.items() if made.fixed[k]} == {"@avant:a", "b"}
    # unknowns: three atoms, then the number told and what is more
    assert made.ties.toarray().tolist() == [[1, 0, 0, -1, -1]]
    assert made.low[COUNTS].tolist() == [-24, -25, -30, -20, -4]
    assert made.high[COUNTS].tolist() == [np.inf] * 5
    assert made.low[ANSWERS].tolist() == [-12, -12, -15, 0, 0]
    assert made.high[ANSWERS].tolist() == [12, 13, 15, 0, 0]
    assert made.owner.tolist() == made.place.tolist() == [-1] * 5
    assert asked(made.needs) == {((4,), 7.0, (-1,)), ((4,), -3.0, (-1,))}
    assert asked(made.needs, ANSWERS) == set()
    every = system(
        alone(a=24, b=25, c=30), known=((cell("a"), 79),)
    )  # as many as the whole has now
    assert every.low[COUNTS].tolist() == [-24, -25, -30, -79, -55]
    less = system(alone(a=24, b=25, c=30), known=((cell("a"), 28),))
    assert less.ties.toarray().tolist() == [[-1, 0, 0, 1, -1]]


def test_what_is_fixed_is_not_masked_nor_asked_of() -> None:
    made = system(alone(a=5, b=20, c=30), known=((cell("a"), 5), (cell("total"), 55)))
    assert lost(made) == set()
    assert made.fixed.tolist() == [True, False, False, True]
    few = {("A", "a"): 3, ("B", "a"): 3, ("A", "b"): 30, ("B", "b"): 40}
    open_, fixed = system(few), system(few, known=((cell("a"), 6),))
    both = {need for need in asked(open_.needs) if len(need[0]) > 1}
    assert both
    assert asked(fixed.needs) == asked(open_.needs) - both
    # what was told of few answers is no unknown to keep open
    assert asked(system(alone(a=24, b=25, c=30), known=((cell("a"), 4),)).needs) == set()


def test_cells_of_no_atom_and_without_wave_are_unknowns_of_their_own() -> None:
    names = [Cell("2023", "@m", TOTAL, TOTAL, o, QPV) for o in (ENSEMBLE, "A", "B", "C")]
    cells = Cells(dict(zip(names, (44, 4, 40, 0), strict=True)), set(names))
    cells.sums.append((names[0], tuple(names[1:])))
    _, atoms = survey(alone(a=20, b=22, c=30))
    for waves in ([], atoms):
        [[made]] = systems(cells, waves, MASK, frozenset())
        assert made.low.shape == (2, 3)
        assert {g[0].bailleur for g in made.cells} == {ENSEMBLE, "A", "B"}
        order = [g[0].bailleur for g in made.cells]
        tie = dict(zip(order, made.ties.toarray()[0].tolist(), strict=True))
        assert tie == {ENSEMBLE: 1, "A": -1, "B": -1}
        assert {n.readers for n in made.needs} == {(-1,)}
        assert sorted(float(n.by) for n in made.needs) == [-3, 7]


def test_places_and_bailleurs_without_an_answer_are_none() -> None:
    made = system(alone(a=20, b=0))
    assert [[c.territoire for c in g] for g in made.cells] == [["a", "total"]]
    assert made.rows.toarray().tolist() == [[1, 0]]
    assert made.high[COUNTS].tolist() == [np.inf, 0]
    nobody = system(alone(a=0, b=0))
    assert (nobody.rows.shape, len(nobody.cells), nobody.needs) == ((0, 2), 0, ())
    assert (nobody.lost.dtype, nobody.fixed.dtype) == (bool, bool)
    others = system({("A", "a"): 20, ("B", "a"): 15, ("C", "a"): 0})
    assert others.owner.tolist() == [0, 1, -1]
    assert system({("A", "a"): 20, ("B", "a"): 1}).owner.tolist() == [0, 1]
    rows = [*REGION[:-1], ("C", "0", "", "D2", 0)]
    assert region(rows).place.tolist() == [1, 1, 1, 2, 2, 5, 5, 7, 8, 8, -1]


def test_readers_are_each_bailleur_and_anybody() -> None:
    assert system(THREE).readers == 4
    assert system(alone(a=20, b=22)).readers == 1
    [[nobody]] = systems(Cells({cell("a"): 0}, {cell("a")}), [], MASK, frozenset())
    assert nobody.readers == 1


def test_one_cell_alone_is_a_system() -> None:
    cells = Cells({cell("a"): 5}, {cell("a")})
    [[made]] = systems(cells, [], MASK, frozenset())
    assert asked(made.needs) == {((0,), 6.0, (-1,)), ((0,), -4.0, (-1,))}


def test_a_number_that_its_atoms_do_not_make_up_is_an_unknown_of_its_own() -> None:
    cells, atoms = survey(alone(a=20, b=22, c=30))
    cells.count[cell("a")] = 21  # another number than that of the interviews
    [[made]] = systems(cells, atoms, MASK, frozenset())
    told = {g[0].territoire: made.rows[[k]].indices.tolist() for k, g in enumerate(made.cells)}
    assert told == {"a": [3], "b": [1], "c": [2], "total": [0, 1, 2]}


def test_waves_and_questions_are_systems_of_their_own() -> None:
    cells, atoms = survey(alone(a=20, b=22), items=("q1", "q2"))
    other = {c._replace(vague="2019"): n for c, n in cells.count.items()}
    cells.count |= other
    cells.shown |= set(other)
    made = [*systems(cells, [replace(atoms[0], vague="2019"), *atoms], MASK, frozenset())]
    names = [[{(c.vague, c.item) for g in s.cells for c in g} for s in wave] for wave in made]
    assert names == [[{("2019", "q1")}, {("2019", "q2")}], [{("2023", "q1")}, {("2023", "q2")}]]


# a region: territories over everybody, sides apart

REGION = [
    ("A", "1", "Q1", "D1", 20), ("B", "1", "Q1", "D1", 30), ("C", "1", "Q1", "D1", 40),
    ("A", "0", "", "D1", 25), ("B", "0", "", "D1", 35),
    ("A", "1", "Q2", "D2", 15), ("B", "1", "Q2", "D2", 18), ("C", "1", "Q3", "D2", 21),
    ("A", "0", "", "D2", 22), ("B", "0", "", "D2", 24), ("C", "0", "", "D2", 26),
]  # fmt: skip
"""Unknowns 0 to 10: hors QPV D1 has two bailleurs, Q2 two, Q3 one."""
SIDE = {QPV: "1", HORS: "0"}


def region(
    rows: list[tuple[str, str, str, str, int]] = REGION, previous: tuple[Cell, ...] = (),
    dwellings: float = np.inf, untold: Sequence[tuple[str, str]] = (),
) -> System:  # fmt: skip
    cells, wave = told(rows, dwellings, untold)
    [[made]] = systems(cells, [wave], MASK, frozenset(previous), few)
    return made


def told(
    rows: list[tuple[str, str, str, str, int]] = REGION, dwellings: float = np.inf,
    untold: Sequence[tuple[str, str]] = (),
) -> tuple[Cells, Atoms]:  # fmt: skip
    """Tell everybody's whole, each bailleur's, both départements and three quarters."""
    table = pd.DataFrame(rows, columns=["bailleur", "qpv", "code_qpv", "departement", "n"])
    cells = Cells()

    def tell(level: str, place: str, owner: str, side: str) -> None:
        here = table if level == TOTAL else table[table[level] == place]
        here = here if owner == ENSEMBLE else here[here["bailleur"] == owner]
        here = here if side == BOTH else here[here["qpv"] == SIDE[side]]
        one = Cell("2023", "q", level, place, owner, side)
        cells.count[one] = int(here["n"].sum())
        if (place, side) not in untold:
            cells.shown.add(one)

    for side in (QPV, HORS, BOTH):
        for owner in (ENSEMBLE, "A", "B", "C"):
            tell(TOTAL, TOTAL, owner, side)
        for place in ("D1", "D2"):
            tell("departement", place, ENSEMBLE, side)
    for quarter in ("Q1", "Q2", "Q3"):
        tell("code_qpv", quarter, ENSEMBLE, QPV)
    n = table["n"].to_numpy()[:, None]
    places = table[["bailleur", "qpv", "code_qpv", "departement"]]
    limits = np.maximum(n[:, 0], dwellings).astype(float)
    return cells, Atoms("2023", ("q",), places, n, np.maximum(n // 2, 1), limits)


def few(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((counts > 0).sum(axis=0) < 3)


def named(made: System) -> dict[tuple[str, str, str], int]:
    return {(c.territoire, c.bailleur, c.groupe): k for k, g in enumerate(made.cells) for c in g}


def test_territories_of_too_few_bailleurs_are_masked_and_open() -> None:
    made = region()
    at = named(made)
    assert {k for k, row in at.items() if made.lost[row]} == {
        ("D1", ENSEMBLE, HORS), ("Q2", ENSEMBLE, QPV), ("Q3", ENSEMBLE, QPV),
    }  # fmt: skip
    assert made.hidden == {
        Cell("2023", "q", "departement", "D1", ENSEMBLE, HORS),
        Cell("2023", "q", "code_qpv", "Q2", ENSEMBLE, QPV),
        Cell("2023", "q", "code_qpv", "Q3", ENSEMBLE, QPV),
    }
    assert made.owner.tolist() == [0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 2]
    assert made.place.tolist() == [1, 1, 1, 2, 2, 5, 5, 7, 8, 8, 8]
    assert asked(made.needs) == {
        ((3, 4), 1.0, (-1, 2)), ((4,), 1.0, (0,)), ((3,), 1.0, (1,)),  # D1, hors QPV
        ((5, 6), 1.0, (-1, 2)), ((6,), 1.0, (0,)), ((5,), 1.0, (1,)),  # Q2
        ((7,), 1.0, (-1, 0, 1)),  # Q3, that of one bailleur
    }  # fmt: skip
    full = region(dwellings=0.0)  # every dwelling has answered: fewer, then
    assert {by for _, by, _ in asked(full.needs)} == {-1.0}


def test_what_two_levels_tell_apart_by_subtraction_is_open_too() -> None:
    quarters = [
        ("A", "1", "Q1", "D1", 20), ("B", "1", "Q1", "D1", 30), ("C", "1", "Q1", "D2", 40),
        ("C", "1", "Q2", "D1", 25), ("A", "1", "Q2", "D2", 35), ("B", "1", "Q2", "D2", 36),
    ]  # fmt: skip
    outside = [(o, "0", "", d, 50) for d in ("D1", "D2") for o in "ABC"]
    made = region([*quarters, *outside])
    assert not made.lost.any()  # each row told has three bailleurs
    assert asked(made.needs) == {
        ((0, 1), 1.0, (-1, 2)), ((1,), 1.0, (0,)), ((0,), 1.0, (1,)),
        ((4, 5), 1.0, (-1, 2)), ((5,), 1.0, (0,)), ((4,), 1.0, (1,)),
        ((2,), 1.0, (-1, 0, 1)), ((3,), 1.0, (-1, 0, 1)),
    }  # fmt: skip


def test_both_sides_of_a_territory_together_may_show_a_bailleur() -> None:
    here = [("A", "1", "Q1", "D1", 20), ("B", "1", "Q1", "D1", 30), ("B", "0", "", "D1", 25)]
    there = [(o, s, "Q2" * int(s), "D2", 50) for s in "10" for o in "ABC"]
    made = region([*here, *there])
    at = named(made)
    for side in (QPV, HORS, BOTH):
        assert made.lost[at["D1", ENSEMBLE, side]]
        assert not made.lost[at["D2", ENSEMBLE, side]]
    assert ((0, 1, 2), 1.0, (-1, 2)) in asked(made.needs)


def test_one_answer_counts_and_none_does_not() -> None:
    base = asked(region().needs)
    one = region([*REGION[:4], ("B", "0", "", "D1", 1), *REGION[5:]])
    assert {need for need in asked(one.needs) if need[0] == (3, 4)} == {((3, 4), 1.0, (-1, 2))}
    assert ("D1", ENSEMBLE, HORS) in {k for k, row in named(one).items() if one.lost[row]}
    zero = region([*REGION, ("C", "0", "", "D1", 0)])
    assert asked(zero.needs) == base
    at = named(zero)
    assert zero.lost[at["D1", ENSEMBLE, HORS]]
    lone = region([*REGION[:7], ("C", "1", "Q3", "D2", 1), *REGION[8:]])
    assert Cell("2023", "q", "code_qpv", "Q3", ENSEMBLE, QPV) in lone.hidden


def test_small_sides_weigh_by_their_answers_and_a_territory_without_its_whole_has_no_gap() -> None:
    made = region([(*r[:4], 1 if r[1] == "1" else r[4]) for r in REGION])
    at = named(made)
    assert made.weight[at[TOTAL, "A", QPV]] == pytest.approx(
        100 + 2 / 1.0
    )  # six in all, under twenty
    for side in (HORS, BOTH):
        untold = region(untold=[("D2", side)])
        at = named(untold)
        assert untold.gaps.tolist() == [[at["D1", ENSEMBLE, s] for s in (QPV, HORS, BOTH)]]
    assert untold.weight[at["D2", ENSEMBLE, HORS]] == pytest.approx(2 + 72 / (132 / 20))


def test_sums_of_atoms_are_no_ties() -> None:
    cells, atoms = survey(alone(a=20, b=22, c=30))
    cells.sums.append((cell("total"), (cell("a"), cell("b"), cell("c"))))
    nobody = [cell(n)._replace(item="q1") for n in ("y", "z")]
    cells.count |= dict.fromkeys(nobody, 0)
    cells.sums.append((nobody[0], (nobody[1],)))
    [[made]] = systems(cells, atoms, MASK, frozenset())
    assert made.ties.shape == (0, 3)


def test_a_gap_is_a_pair_of_sides_and_rows_cost_by_their_size() -> None:
    made = region()
    at = named(made)
    everybody = [[at[d, ENSEMBLE, side] for side in (QPV, HORS, BOTH)] for d in ("D1", "D2")]
    assert made.gaps.tolist() == everybody
    assert made.cells[at["D1", ENSEMBLE, QPV]] == made.cells[at["Q1", ENSEMBLE, QPV]]
    answers = {
        ("D1", ENSEMBLE, QPV): 0.5 + 2 + 90 / (144 / 20),  # its quarter is the same answers
        ("D2", ENSEMBLE, QPV): 0.5 + 54 / (144 / 20),
        ("D2", ENSEMBLE, HORS): 0.5 + 72 / (132 / 20),
        ("D2", ENSEMBLE, BOTH): 3 + 126 / (276 / 20),
        ("Q2", ENSEMBLE, QPV): 2 + 33 / (144 / 20),
        (TOTAL, ENSEMBLE, BOTH): 1000 + 20,
        (TOTAL, "A", QPV): 100 + 35 / (144 / 20),
        (TOTAL, "C", HORS): 100 + 26 / (132 / 20),
    }
    for name, weight in answers.items():
        assert made.weight[at[name]] == pytest.approx(weight), name
    costs = made.costs(made.lost)
    assert costs[at["D2", ENSEMBLE, QPV]] == made.weight[at["D2", ENSEMBLE, QPV]] + 4
    assert costs[at["D1", ENSEMBLE, QPV]] == made.weight[at["D1", ENSEMBLE, QPV]]  # no gap left
    assert costs[at["D1", ENSEMBLE, HORS]] == made.weight[at["D1", ENSEMBLE, HORS]] + 4


def test_a_bailleurs_whole_that_a_place_equals_hides_the_place_only() -> None:
    rows = [r for r in REGION if not (r[0] == "C" and r[3] == "D2")]
    rows = [r for r in rows if r[0] != "C" or r[2] != "Q1"] + [("C", "1", "Q3", "D2", 40)]
    made = region(rows)  # C answers in Q3 alone
    at = named(made)
    group = made.cells[at[TOTAL, "C", QPV]]
    assert {c.niveau for c in group} == {TOTAL}
    assert Cell("2023", "q", "code_qpv", "Q3", ENSEMBLE, QPV) in made.hidden
    assert not made.lost[at[TOTAL, "C", QPV]]
    assert ("Q3", ENSEMBLE, QPV) not in at
    # what its own pack tells anyway is not asked to be open
    alone_ = len(rows) - 1
    assert not [n for n in made.needs if alone_ in n.group.tolist()]
    nobody = region([*rows, ("C", "1", "Q1", "D1", 0)])
    assert not [n for n in nobody.needs if alone_ in n.group.tolist()]
    one = region(
        [*rows, ("C", "1", "Q1", "D1", 1)]
    )  # one answer elsewhere: its own whole is not the place
    assert ((alone_,), 1.0, (-1, 0, 1)) in asked(one.needs)


def test_what_was_masked_before_in_a_region_is_open_as_wide() -> None:
    before = Cell("2023", "q", "departement", "D2", ENSEMBLE, HORS)
    made = region(previous=(before, Cell("2023", "q", "code_qpv", "Q2", ENSEMBLE, QPV)))
    more = asked(made.needs) - asked(region().needs)
    assert more == {((8, 9, 10), by, (-1,)) for by in (11.0, -11.0)} | {
        (tuple(k for k in (8, 9, 10) if k != 8 + r), by, (r,))
        for r in range(3)
        for by in (11.0, -11.0)
    }


@pytest.mark.parametrize(
    ("low", "high", "by"),
    [(-1.0, 1.0, 1.0), (-1.0, 0.5, -1.0), (-0.5, 0.5, None), (-5, 0, -1.0), (0, 1, 1.0)],
)
def test_an_open_group_moves_one_way_or_the_other(
    low: float, high: float, by: float | None
) -> None:
    group, owner = np.array([0, 1]), np.array([0, -1, 1])
    edges = np.array([[low, 0, 0], [-9, -9, -9]]), np.array([[high, 0, 0], [9, 9, 9]])
    found = asked(open_to(group, owner, *edges))
    assert found == ({((0, 1), by, (-1, 1))} if by else set())


def test_wholes_of_a_territory_cost_less_than_its_sides() -> None:
    cells, atoms = survey(alone(a=20, b=22, c=30))
    both, outside = (cell("a")._replace(groupe=g) for g in (BOTH, HORS))
    cells.count |= {both: 21, outside: 23}  # of other answers
    cells.shown |= {both, outside}
    [[made]] = systems(cells, atoms, MASK, frozenset())
    weights = {g[0]: w for g, w in zip(made.cells, made.weight.tolist(), strict=True)}
    assert weights[both] == 1 + 21 / 72
    assert made.gaps.shape == (0, 3)
    assert weights[cell("a")] == 2 + 20 / 72
