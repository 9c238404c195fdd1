"""Masks chosen together, on systems small enough to be done by hand (threshold 11)."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import linprog

from tfpb.model.survey import Atoms
from tfpb.survey.secrecy import least_loss
from tfpb.survey.secrecy.cells import Cell, Cells
from tfpb.survey.secrecy.least_loss import least_masks
from tfpb.survey.secrecy.released_system import System, systems

MASK = 11
Homes = dict[tuple[str, str], int]


def cell(place: str, owner: str = "ensemble", item: str = "q1") -> Cell:
    level = "total" if place == "total" else "agence"
    return Cell("2023", item, level, place, owner, "qpv")


def survey(
    homes: Homes,
    *,
    hits: Homes | None = None,
    dwellings: float = np.inf,
    items: tuple[str, ...] = ("q1",),
) -> tuple[Cells, list[Atoms]]:
    """Tell, of (bailleur, agency) → answers in QPV, every agency and the whole, together and by bailleur."""
    owners = sorted({o for o, _ in homes})
    places = sorted({p for _, p in homes})
    table = pd.DataFrame(list(homes), columns=["bailleur", "agence"]).assign(qpv="1")
    n = np.repeat(np.array(list(homes.values()))[:, None], len(items), axis=1)
    yes = np.array([(hits or {}).get(k, -1) for k in homes])
    satisfied = np.where(yes < 0, np.maximum(n[:, 0] // 2, n[:, 0] > 1), yes)
    cells = Cells()
    for item in items:
        for owner in ("ensemble", *(owners if len(owners) > 1 else ())):
            for place in ("total", *places):
                told = cell(place, owner, item)
                cells.count[told] = sum(
                    v for (o, p), v in homes.items()
                    if owner in {o, "ensemble"} and place in {p, "total"}
                )  # fmt: skip
                cells.shown.add(told)
    limit = np.maximum(dwellings, n.max(axis=1)).astype(float)
    wave = Atoms(
        "2023", items, table[["bailleur", "qpv", "agence"]], n, np.repeat(satisfied[:, None], len(items), 1),
        limit,
    )  # fmt: skip
    return cells, [wave]


def alone(**places: int) -> Homes:
    return {("A", place): n for place, n in places.items()}


def masked(found: frozenset[Cell]) -> str:
    return " ".join(sorted(c.territoire + c.bailleur.removeprefix("ensemble") for c in found))


def choose(homes: Homes, previous: tuple[Cell, ...] = (), **more: object) -> str:
    cells, atoms = survey(homes, **more)  # type: ignore[arg-type]
    return masked(least_masks(cells, atoms, MASK, frozenset(previous)))


@pytest.mark.parametrize(("n", "expected"), [(1, "a b"), (10, "a b"), (11, ""), (12, "")])
def test_one_to_ten_answers_are_hidden_with_one_more(n: int, expected: str) -> None:
    assert choose(alone(a=n, b=20, c=30)) == expected


def test_the_whole_is_kept_where_an_agency_will_do_and_the_smaller_one_goes() -> None:
    assert choose(alone(a=5, b=40, c=16, d=30)) == "a c"


@pytest.mark.parametrize(
    ("homes", "expected"),
    [
        (alone(a=4, b=7, c=30, d=40), "a b"),  # 4 + 7 = 11: either may be one, or all
        (alone(a=4, b=6, c=30, d=40), "a b c"),  # 4 + 6 = 10 people would be told together
    ],
)
def test_two_small_ones_hide_each_other_if_each_may_be_eleven(homes: Homes, expected: str) -> None:
    assert choose(homes) == expected


def test_dwellings_bound_what_may_be_supposed() -> None:
    homes = alone(a=5, b=14, c=15)
    assert choose(homes) == "a b"
    # b cannot take 4 more if it has 15 dwellings, nor c alone; both together can
    cells, atoms = survey(homes)
    atoms = [Atoms(*_fields(atoms[0])[:-1], np.array([40.0, 16.0, 17.0]))]
    assert masked(least_masks(cells, atoms, MASK, frozenset())) == "a b c"


def _fields(wave: Atoms) -> tuple[object, ...]:
    return (wave.vague, wave.items, wave.places, wave.n, wave.hits, wave.dwellings)


def test_a_bailleur_that_knows_its_own_answers_learns_nothing() -> None:
    """A, 20 of 24 answers of the agency « a », would know the 4 of B by subtraction."""
    homes = {
        ("A", "a"): 20,
        ("B", "a"): 4,
        ("C", "a"): 0,
        ("A", "b"): 20,
        ("B", "b"): 30,
        ("C", "b"): 40,
    }
    found = choose(homes)
    assert "a" in found.split()
    assert "aB" in found.split()
    assert "total" not in found


@pytest.mark.parametrize(("yes", "expected"), [(0, "a b"), (20, "a b"), (1, ""), (19, "")])
def test_a_cell_that_answers_as_one_is_hidden_with_one_more(yes: int, expected: str) -> None:
    assert choose(alone(a=20, b=21, c=30), hits={("A", "a"): yes}) == expected


def test_a_cell_whose_share_is_not_told_may_answer_as_one() -> None:
    cells, atoms = survey(alone(a=20, b=21, c=30), hits={("A", "a"): 0})
    cells.silent.add(cell("a"))
    assert not least_masks(cells, atoms, MASK, frozenset())


def test_what_was_masked_before_stays_so_and_is_not_given_back() -> None:
    assert choose(alone(a=20, b=22, c=30), (cell("a"),)) == "a b"
    assert choose(alone(a=20, b=22, c=30), (cell("z"),)) == ""


def test_what_readers_hold_is_not_masked_in_vain() -> None:
    cells, atoms = survey(alone(a=5, b=12, c=30))
    cells.withdraw((), [(cell("b"), 12)])
    assert masked(least_masks(cells, atoms, MASK, frozenset())) == "a c"


def test_a_small_group_that_readers_hold_wholly_is_left() -> None:
    cells, atoms = survey(alone(a=5))
    cells.withdraw((), [(cell("a"), 5), (cell("total"), 5)])
    assert masked(least_masks(cells, atoms, MASK, frozenset())) == ""


def test_a_few_answers_more_than_were_told_are_hidden() -> None:
    cells, atoms = survey(alone(a=24, b=25, c=30))
    cells.withdraw((), [(cell("a"), 20)])
    assert masked(least_masks(cells, atoms, MASK, frozenset())) == "a b"
    cells, atoms = survey(alone(a=24, b=25, c=30))
    cells.withdraw((), [(cell("a"), 13)])
    assert masked(least_masks(cells, atoms, MASK, frozenset())) == ""


def test_cells_that_no_atom_makes_up_are_sums_too() -> None:
    model = [
        Cell("2023", "@modele", "total", "total", o, "qpv") for o in ("ensemble", "A", "B", "C")
    ]
    cells = Cells(dict(zip(model, (59, 4, 25, 30), strict=True)), set(model))
    cells.sums.append((model[0], tuple(model[1:])))
    found = least_masks(cells, [], MASK, frozenset())
    assert {c.bailleur for c in found} == {"A", "B"}


def test_questions_of_a_wave_are_masked_alike() -> None:
    cells, atoms = survey(alone(a=5, b=20, c=20), items=("q1", "q2"))
    found = least_masks(cells, atoms, MASK, frozenset())
    assert len({frozenset(c.territoire for c in found if c.item == i) for i in ("q1", "q2")}) == 1
    assert len(found) == 4


def test_a_headline_is_given_back_for_cheaper_cells() -> None:
    """Four answers hors QPV and four of no quarter: a quarter pays, not the whole of the stock."""
    n = {("", "0"): 4, ("", "1"): 4, ("a", "1"): 229, ("b", "1"): 203, ("c", "1"): 11}
    sides = {"qpv": 447, "hors_qpv": 4, "ensemble": 451}
    cells = Cells()
    for side, count in sides.items():
        cells.count[Cell("2023", "q1", "total", "total", "ensemble", side)] = count
    for place in "abc":
        cells.count[Cell("2023", "q1", "code_qpv", place, "ensemble", "qpv")] = n[place, "1"]
    cells.shown |= set(cells.count)
    table = pd.DataFrame(list(n), columns=["code_qpv", "qpv"]).assign(bailleur="A")
    satisfied = np.array([4, 2, 120, 143, 6])[:, None]
    homes = np.array([3065, np.inf, 1433, 1313, 61])
    wave = Atoms("2023", ("q1",), table, np.array(list(n.values()))[:, None], satisfied, homes)
    found = least_masks(cells, [wave], MASK, frozenset())
    assert {c.groupe for c in found if c.niveau == "total"} == {"qpv", "hors_qpv"}
    assert {c.territoire for c in found if c.niveau == "code_qpv"} == {"c"}


@pytest.mark.parametrize("seed", range(6))
def test_every_group_is_open_and_the_loss_is_near_the_least(seed: int) -> None:
    """All subsets of masks are tried, each judged by linear programs of this test's own."""
    rng = np.random.default_rng(seed)
    homes = alone(**{p: int(rng.choice([3, 5, 8, 13, 21, 34])) for p in "abcde"})
    cells, atoms = survey(homes)
    [[system]] = systems(cells, atoms, MASK, frozenset())
    found = least_masks(cells, atoms, MASK, frozenset())
    chosen = np.array([found.issuperset(g) for g in system.cells])
    rows = system.rows.toarray()

    def holds(lost: np.ndarray) -> bool:
        for need in system.needs:
            low, high = system.low[need.moving], system.high[need.moving]
            bounds = list(zip(low, high, strict=True))
            target = np.isin(np.arange(len(low)), need.group)
            told = np.vstack([rows[~lost], target])
            aim = np.append(np.zeros((~lost).sum()), need.by)
            if linprog(np.zeros(rows.shape[1]), A_eq=told, b_eq=aim, bounds=bounds).status:
                return False
        return True

    assert holds(chosen)
    free = np.flatnonzero(~system.lost)
    losses = []
    for size in range(len(free) + 1):
        for more in combinations(free, size):
            lost = system.lost.copy()
            lost[list(more)] = True
            if holds(lost):
                losses.append(float(system.weight[lost].sum()))
    assert float(system.weight[chosen].sum()) <= min(losses) + 1e-9


@pytest.mark.slow
def test_taking_masks_back_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    def loss() -> int:
        total = 0
        for seed in range(5):
            rng = np.random.default_rng(seed)
            homes = {(o, p): int(rng.choice([0, 3, 6, 15, 30])) for o in "ABCDE" for p in "abcdef"}
            cells, atoms = survey(homes)
            total += len(least_masks(cells, atoms, MASK, frozenset()))
        return total

    less = loss()
    monkeypatch.setattr(least_loss._Search, "clean", lambda _self: None)
    assert less < loss()


@pytest.mark.parametrize(
    ("lost", "paid"),
    [
        ([], []),
        ([0], [0, 1]),  # the gap is gone: the other side is worth less than the whole
        ([1], [1, 2]),  # unless that side serves another gap too
        ([0, 2], [0, 2]),
        ([2], [2]),  # both sides are shown, hence their gap
    ],
)
def test_a_lost_side_is_paid_by_what_costs_least(lost: list[int], paid: list[int]) -> None:
    system = _two_gaps([1.0, 0.5, 3.0, 0.5, 3.0])
    free = np.zeros(5, dtype=bool)
    start = np.isin(np.arange(5), lost)
    there = np.flatnonzero(system.paid(start, np.zeros_like(start))[:3]).tolist()
    assert there == paid
    assert system.costs(free)[0] == system.weight[0] + 2 * (system.costs(free)[1] - 0.5)


@pytest.mark.parametrize(
    ("weight", "again", "fixed", "paid"),
    [
        (9.0, [], [], 2),  # the other side, and no gap, cost 9; the whole 7
        (5.0, [], [], 1),
        (9.0, [1], [], 1),  # masked by another question: half its price
        (14.0, [1], [], 1),
        (15.0, [1], [], 2),
        (5.0, [2], [], 2),
        (3.4, [2], [], 1),
        (5.0, [], [1], 2),  # readers hold it
        (9.0, [], [2], 1),
    ],
)
def test_what_another_question_masks_is_paid_at_half_its_price(
    weight: float, again: list[int], fixed: list[int], paid: int
) -> None:
    system = _two_gaps([1.0, weight, 7.0, 1.0, 1.0])
    at = np.arange(5)
    system = replace(system, fixed=np.isin(at, fixed), gaps=system.gaps[:1])
    found = system.paid(at == 0, np.isin(at, again))
    assert np.flatnonzero(found).tolist() == [0, paid]


def _two_gaps(weight: list[float]) -> System:
    """Return five rows: a side of two gaps, then the other side and the whole of each."""
    none, free = sparse.csr_array((0, 0)), np.zeros(5, dtype=bool)
    return System(
        rows=none, cells=[], weight=np.array(weight),
        gaps=np.array([[0, 1, 2], [0, 3, 4]]), fixed=free, lost=free, hidden=frozenset(), ties=none,
        owner=np.zeros(0, dtype=int), place=np.zeros(0, dtype=int), low=np.zeros((2, 0)),
        high=np.zeros((2, 0)), needs=(),
    )  # fmt: skip
