"""How masks are searched: which movements free a group, which rows are lost for it, which are taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from test_least_loss import MASK, alone, survey
from test_movements import MARGINS, OWNERS, PLACED, need, system
from test_released_system import REGION, few, told

from tfpb.survey.secrecy import least_loss
from tfpb.survey.secrecy.cells import Cell
from tfpb.survey.secrecy.least_loss import _Search, least_masks
from tfpb.survey.secrecy.movements import shared_by
from tfpb.survey.secrecy.released_system import ANSWERS, COUNTS, systems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tfpb.survey.secrecy.movements import Move
    from tfpb.survey.secrecy.released_system import System


def move(**by: float) -> Move:
    """Write a movement: « u0=2, u3=-2 »."""
    return np.array([int(k[1:]) for k in by]), np.array(list(by.values()), float)


def search(
    made: System, moves: Sequence[Move] = (), again: Iterable[tuple[str, ...]] = ()
) -> _Search:
    return _Search(made, list(moves), frozenset(again), shared_by([made])[0])


def frees(made: System, one: Move, k: int) -> bool:
    """Say, term by term, whether a movement, lengthened or turned round, frees a group."""
    asked = made.needs[k]
    whole = sum(b for a, b in zip(*one, strict=True) if a in asked.group)
    if not whole:
        return False
    scaled = asked.by / whole * one[1]
    low, high = made.low[asked.moving][one[0]], made.high[asked.moving][one[0]]
    return bool((scaled >= low - 1e-9).all() and (scaled <= high + 1e-9).all())


@pytest.mark.parametrize("seed", range(5))
def test_a_movement_frees_the_groups_that_it_can_move_as_far_as_asked(seed: int) -> None:
    rng = np.random.default_rng(seed)
    needs = [
        need(rng.choice(6, rng.integers(1, 3), replace=False).tolist(), by, moving)
        for by in (-4.0, -1.0, 2.0, 5.0)
        for moving in (COUNTS, ANSWERS)
    ]
    made = system(
        [[0, 1], [2, 3, 4]], rng.integers(2, 14, 6).tolist(), up=rng.integers(0, 9, 6).tolist(),
        needs=needs,
    )  # fmt: skip
    moves = [
        (at, rng.choice([-6.0, -2, -1, 1, 3, 6], len(at)))
        for at in (rng.choice(6, rng.integers(1, 4), replace=False) for _ in range(12))
    ]
    known = search(made, moves)
    found = search(made)
    for one in moves:
        found._found(one)
    expected = [
        [m for m in range(len(moves)) if frees(made, moves[m], k)] for k in range(len(needs))
    ]
    assert [sorted(f) for f in known.fits] == expected
    assert [sorted(f) for f in found.fits] == expected
    found._ask(made.needs)
    assert [sorted(f) for f in found.fits] == expected
    assert any(expected)
    assert known.told.tolist() == found.told.tolist()
    assert known.met.tolist() == found.met.tolist()


def test_a_movement_as_far_as_an_unknown_goes_frees_and_no_farther() -> None:
    made = system(
        [[0, 1]], [4, 9], needs=[need([0], 4), need([0], -4), need([0], 5), need([0], -5)]
    )
    for found in (search(made, [move(u0=1, u1=-1)]), search(made)):
        if not found.known:
            found._found(move(u0=1, u1=-1))
        assert found.fits == [[0], [0], [], []]


def test_rows_and_bailleurs_that_a_movement_meets() -> None:
    made = system([[0, 1], [1], [2]], [9, 9, 9], owner=[0, 1, -1], place=[1, 3, -1])
    moves = [move(u0=1, u1=-1), move(u2=3), move(u0=2)]
    known, found = search(made, moves), search(made)
    for one in moves:
        found._found(one)
    for one in (known, found):
        assert one.told.tolist() == [
            [False, True, False],
            [False, False, True],
            [True, False, False],
        ]
        # bailleurs 0 and 1; nobody's answers are met by no reader
        assert one.met.tolist() == [
            [True, True, False],
            [False, False, False],
            [True, False, False],
        ]


def test_a_movement_that_breaks_a_sum_is_not_known_here() -> None:
    made = system([[0, 1]], [9, 9], ties=[[1, 0]], needs=[need([1], 2)])
    moves = [move(u0=1, u1=-1), move(u1=2)]
    assert [m is moves[1] for m in search(made, moves).known] == [True]
    assert search(made, moves).fits == [[0]]
    free = system([[0, 1]], [9, 9], needs=[need([1], 2)])
    assert search(free, moves).fits == [[0, 1]]


def test_rows_masked_elsewhere_are_lost_first_and_those_that_readers_hold_never() -> None:
    made = system([[0], [1], [2]], [9, 9, 9], fixed=[2])
    again = [made.cells[k][0][2:] for k in (1, 2)]
    found = search(made, (), again)
    assert found.again.tolist() == [False, True, False]
    assert not found.first
    assert search(made).first
    pair = (
        made.cells[0][0],
        made.cells[1][0],
    )  # two cells of the same answers, one masked elsewhere
    assert search(replace(made, cells=[pair, *made.cells[1:]]), (), again).again[0]


def test_the_cheapest_known_way_through_rows_masked_elsewhere() -> None:
    made = system(
        [[1], [2], [3], [4]], [9] * 5, owner=[0, 1, 2, 0, 1], place=[1, 3, 5, 7, 9],
        weight=[5, 3, 2, 100], needs=[need([0], 2, readers=(-1, 1))],
    )  # fmt: skip
    moves = [move(u0=1, u1=-1), move(u0=1, u2=-1), move(u0=1, u3=-1), move(u0=1, u4=-1)]
    again = [made.cells[k][0][2:] for k in (0, 1, 3)]
    found = search(made, moves, again)
    assert found._again(0, -1) == 1  # the third row is masked nowhere else
    assert found._again(0, 1) == 1
    assert found._again(0, 2) == 0  # the bailleur's own answers take no part
    found.lost[2] = True
    assert found._again(0, -1) == 2  # costs nothing more
    dear = search(made, moves, [made.cells[3][0][2:]])
    assert dear._again(0, -1) == -1  # as a headline: look further
    assert search(made, moves)._again(0, -1) == -1


def test_groups_are_freed_by_open_movements_the_last_found_first() -> None:
    made = system([[1], [2], [3]], [9] * 4, owner=[0, 1, 2, 1], place=[1, 3, 5, 7],
                  needs=[need([0], 2, readers=(-1, 1, 2))])  # fmt: skip
    found = search(made, [move(u0=1, u1=-1), move(u0=1, u2=-1), move(u0=1, u3=-1)])
    lost = np.array([True, True, False])
    shut = found._shut(lost)
    assert shut.tolist() == [False, False, True]
    way = np.full(4, -1)
    readers = np.array([-1, 1, 2, 0])
    assert found._freed(0, readers, shut, way).tolist() == [0]  # its own answers move in each
    assert way.tolist() == [-1, 1, 0, 1]  # for bailleurs 0, 1, 2 and for anybody
    none = found._shut(np.zeros(3, dtype=bool))
    assert none.all()
    assert found._freed(0, readers, none, way).tolist() == readers.tolist()


def test_what_no_movement_can_free_is_left() -> None:
    made = system([[0], [1]], [4, 9], fixed=[0, 1], needs=[need([0], 2), need([0, 1], 1)])
    found = search(made)
    found.open_all()
    found.clean()
    assert not found.lost.any()
    assert (found.way == -1).all()


def test_a_reader_that_nothing_frees_leaves_the_next_to_be_freed() -> None:
    made = system([[0, 1]], [9, 9, 9], owner=[0, 1, 2], fixed=[0],
                  needs=[need([0], 2, readers=(1, 2))])  # fmt: skip
    found = search(made)
    found.open_all()
    assert (found.way[0, 1], found.way[0, 2]) == (-1, 0)


def test_each_reader_is_tried_until_one_is_freed() -> None:
    made = system([[0, 1]], [9, 9, 9], owner=[0, 2, 1], fixed=[0],
                  needs=[need([0], 2, readers=(1, 2))])  # fmt: skip
    found = search(made)
    found.open_all()
    assert (found.way[0, 1], found.way[0, 2]) == (0, -1)


def test_a_row_masked_elsewhere_is_lost_for_the_reader_that_it_serves() -> None:
    made = system(
        [[1], [2], [3], [0, 1, 2, 3]], [9] * 4, owner=[0, 2, 1, 0], weight=[5, 9, 2, 900],
        needs=[need([0], 2, readers=(1, 2))],
    )  # fmt: skip
    found = search(made, [move(u0=1, u1=-1)], [made.cells[0][0][2:]])
    assert not found.lost.any()
    found.open_all()
    assert found.lost.tolist() == [True, False, True, False]
    assert found.way[0].tolist() == [-1, 0, 1, -1]


def test_a_trade_that_loses_nothing_comes_before_rows_masked_elsewhere() -> None:
    made = system(MARGINS, [20] * 6, owner=OWNERS, place=PLACED, needs=[need([2], 4)])
    again = [made.cells[k][0][2:] for k in (1, 2, 3)]
    found = search(made, [move(u2=1, u4=-1)], again)
    found.open_all()
    assert not found.lost.any()
    assert found.ways.programs == 0


def test_a_movement_found_serves_the_next_group_and_the_next_question() -> None:
    needs = [need([0], 2), need([1], -2), need([1], 2)]
    made = system([[0], [1], [2], [0, 1, 2]], [9, 9, 9], needs=needs, weight=[1, 1, 5, 900])
    found = search(made)
    found.open_all()
    assert found.ways.programs == 2  # for the first: near, then all the room
    assert found.lost.tolist() == [True, True, False, False]
    assert found.way[:, -1].tolist() == [0, 0, 0]
    again = search(made, found.moves, [made.cells[k][0][2:] for k in (0, 1)])
    again.open_all()
    assert again.ways.programs == 0
    assert again.lost.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("weight", "lost"), [((2, 3), [True, False]), ((3, 2), [False, True]), ((2, 2), [False, True])]
)
def test_masks_are_taken_back_dearest_first(weight: tuple[float, ...], lost: list[bool]) -> None:
    """Each of two groups leans on a row of its own, and either row would do for both."""
    made = system(
        [[1], [2], [3], [0, 1, 2, 3, 4]], [9] * 5, weight=[*weight, 1, 900],
        owner=[0, 2, 2, 2, 1], needs=[need([0], 2, readers=(1,)), need([4], 2, readers=(0,))],
    )  # fmt: skip
    ways = [move(u0=1, u2=-1), move(u0=1, u1=-1), move(u4=1, u1=-1), move(u4=1, u2=-1)]
    found = search(made, ways)
    found.lost[:3] = True
    found.open_all()
    assert (found.way[0, 1], found.way[1, 0]) == (1, 3)
    found.clean()
    assert found.ways.programs == 2  # for the row that is left: what could do without it
    assert found.lost.tolist() == [*lost, False, False]
    assert (found.way[0, 1], found.way[1, 0]) == ((1, 2) if lost[0] else (0, 3))


ONE_EACH = [move(u0=1, u1=-1), move(u3=1, u2=-1)]
"""Each group leans on a row of its own: that the other row would do is not known yet."""


def _two_groups(*weight: float) -> System:
    return system(
        [[1], [2], [0, 1, 2, 3]], [9] * 4, weight=[*weight, 900], owner=[0, 2, 2, 1],
        needs=[need([0], 2, readers=(1,)), need([3], 2, readers=(0,))],
    )  # fmt: skip


@pytest.mark.parametrize(("weight", "lost"), [((2, 3), [True, False]), ((3, 2), [False, True])])
def test_the_dearest_is_taken_back_first_by_movements_yet_to_find(
    weight: tuple[float, ...], lost: list[bool]
) -> None:
    found = search(_two_groups(*weight), ONE_EACH)
    found.lost[:2] = True
    found.open_all()
    assert (found.way[0, 1], found.way[1, 0]) == (0, 1)
    found.clean()
    assert found.lost.tolist() == [*lost, False]
    assert (found.way[0, 1], found.way[1, 0]) == ((0, 2) if lost[0] else (2, 1))


@pytest.mark.parametrize(
    ("programs", "checks", "taken_back"),
    [(0, 9, False), (1, 9, True), (9, 0, False), (9, 1, True)],
)
@pytest.mark.parametrize("first", [True, False])
def test_movements_are_looked_for_so_many_times(
    monkeypatch: pytest.MonkeyPatch, programs: int, checks: int, *, taken_back: bool, first: bool
) -> None:
    monkeypatch.setattr(least_loss, "_MOST_PROGRAMS", {first: programs, not first: 5})
    monkeypatch.setattr(least_loss, "_MOST_CHECKS", {first: checks, not first: 5})
    found = search(_two_groups(2, 3), ONE_EACH, () if first else [("nowhere",)])
    found.lost[:2] = True
    found.open_all()
    found.clean()
    assert found.ways.programs == int(taken_back)
    assert found.lost.tolist() == [True, not taken_back, False]


def test_known_movements_and_dear_masks_are_tried_whatever_was_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(least_loss, "_MOST_CHECKS", {True: -1})
    ways = [move(u0=1, u2=-1), ONE_EACH[0], move(u0=2, u1=-2), ONE_EACH[1], move(u3=1, u1=-1)]
    known = search(_two_groups(2, 3), ways)
    known.lost[:2] = True
    known.open_all()
    known.way[0, 1], known.way[1, 0] = 1, 3
    known.clean()
    assert known.lost.tolist() == [True, False, False]
    assert (known.way[0, 1], known.way[1, 0]) == (1, 4)  # the first, still open, is kept
    assert known.ways.programs == 0
    made = system([[0], [1], [2], [0, 1, 2]], [9, 3, 3], weight=[1, 40, 40, 150],
                  needs=[need([0], 5)])  # fmt: skip
    dear = search(made, [move(u0=1)])
    dear.lost[[0, 3]] = True
    dear.open_all()
    dear.clean()
    assert dear.lost.tolist() == [True, True, True, False]


def test_a_mask_is_taken_back_when_each_reader_has_another_movement() -> None:
    made = system(
        [[1], [2], [3], [0, 1, 2, 3]], [9] * 4, owner=[0, 3, 2, 1], weight=[5, 1, 1, 900],
        needs=[need([0], 2, readers=(1, 2))],
    )  # fmt: skip
    made.lost[[1, 2]] = True
    found = search(made, [move(u0=1, u1=-1)])
    found.lost[0] = True
    found.open_all()
    assert found.way[0].tolist() == [-1, 0, 0, -1, -1]
    found.clean()
    assert found.lost.tolist() == [False, True, True, False]
    assert found.way[0].tolist() == [-1, 1, 2, -1, -1]


def test_a_mask_is_taken_back_by_a_trade_before_any_program() -> None:
    made = system(MARGINS, [20] * 6, owner=OWNERS, place=PLACED, needs=[need([2], 4)])
    found = search(made, [move(u2=1, u4=-1)])
    found.lost |= found.told[0]
    assert found.lost.any()
    found.open_all()
    found.clean()
    assert not found.lost.any()
    assert found.ways.programs == 0


def test_where_nothing_must_be_open_every_mask_is_taken_back() -> None:
    found = search(system([[0], [1]], [9, 9]), [move(u0=1, u1=-1)])
    found.lost[:] = True
    found.open_all()
    found.clean()
    assert not found.lost.any()


def test_rows_that_nothing_leans_on_are_shown_again_first() -> None:
    """One row of 5 serves two groups; two unused ones of 3 would do too, and cost 6 together."""
    made = system(
        [[2, 5], [3], [4], [0, 2, 3], [1, 4, 5]], [9] * 6, up=[9, 9, 0, 9, 9, 0],
        weight=[5, 3, 3, 900, 900], needs=[need([0], 2), need([1], 2)],
    )  # fmt: skip
    ways = [move(u0=1, u3=-1), move(u1=1, u4=-1), move(u0=1, u2=-1), move(u1=1, u5=-1)]
    found = search(made, ways)
    found.lost[:3] = True
    found.open_all()
    assert found.way[:, -1].tolist() == [2, 3]
    found.clean()
    assert found.lost.tolist() == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("dear", "others", "given_back"),
    [
        (150, 40, True),
        (100, 40, True),
        (99, 40, False),
        (100, 50, False),
        (101, 50, True),
        (80, 20, False),
    ],
)
def test_a_dear_mask_is_given_back_for_cheaper_ones(
    dear: float, others: float, *, given_back: bool
) -> None:
    made = system([[0], [1], [2], [0, 1, 2]], [9, 3, 3], weight=[1, others, others, dear],
                  needs=[need([0], 5)])  # fmt: skip
    found = search(made)
    found.lost[[0, 3]] = True
    found._found(move(u0=1))
    found.open_all()
    found.clean()
    assert found.lost.tolist() == [True, given_back, given_back, not given_back]
    assert found.way[0, -1] == (1 if given_back else 0)


def test_a_row_masked_whatever_follows_is_not_taken_back() -> None:
    made = system([[0], [1], [0, 1]], [9, 9], weight=[1, 1, 900])
    found = search(made)
    found.lost[:2] = True
    made.lost[0] = True
    found.open_all()
    found.clean()
    assert found.lost.tolist() == [True, False, False]


def test_questions_after_the_first_are_searched_by_eights(monkeypatch: pytest.MonkeyPatch) -> None:
    items = tuple(f"q{k:02d}" for k in range(11))
    cells, atoms = survey(alone(a=5, b=20, c=20), items=items)
    atoms[0].n[:, 3] = [4, 19, 20]  # not the fullest
    for name in ("a", "b", "total"):
        for one in [c for c in cells.count if c.item == "q03" and c.territoire == name]:
            cells.count[one] -= 1 if name != "total" else 2
    seen: list[tuple[int, bool]] = []
    plain: Callable[[Any], Any] = least_loss._searched

    def searched(chunk: Any) -> Any:
        seen.append((len(chunk.alike), bool(chunk.again)))
        assert all(len(name) == len(Cell._fields[2:]) for name in chunk.again)
        return plain(chunk)

    monkeypatch.setattr(least_loss, "_searched", searched)
    found = least_masks(cells, atoms, MASK, frozenset())
    assert seen == [(1, False), (8, True), (2, True)]
    assert {(c.item, c.territoire) for c in found} == {(i, p) for i in items for p in "ab"}


def test_what_is_masked_is_opened_until_nothing_more_is() -> None:
    made = system([[0], [1], [2], [0, 1, 2]], [9, 9, 9], owner=[0, 1, 2], place=[1, 3, 5],
                  weight=[9, 1, 5, 900])  # fmt: skip
    found = search(made)
    found.lost[0] = True
    found.open_masked()
    # the second is lost for the first; for bailleur 1, that knows it, the third is
    assert found.lost.tolist() == [True, True, True, False]
    assert [n.group.tolist() for n in found.needs] == [[1], [2]]
    assert all(n.moving == COUNTS and n.by == 1 for n in found.needs)


def test_movements_are_kept_by_their_number_of_unknowns() -> None:
    cells, atoms = survey(alone(a=5, b=20, c=20))
    [alike] = systems(cells, atoms, MASK, frozenset())
    shared = [*zip(alike, shared_by(alike), strict=True)]
    found = least_loss._searched(least_loss._Chunk(shared, {}, frozenset(), open_masked=False))
    assert alike[0].rows.shape == (4, 3)
    assert {size: len(moves) for size, moves in found.moves.items()} == {3: 1}


def test_masked_rows_of_a_region_are_open_and_cells_alike_are_masked_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [r for r in REGION if r[0] != "C"] + [("C", "1", "Q3", "D2", 40)]
    cells, wave = told(rows)
    place, whole = (
        Cell("2023", "q", *names, "qpv")
        for names in (("code_qpv", "Q3", "ensemble"), ("total", "total", "C"))
    )
    assert (cells.count[place], cells.count[whole]) == (40, 40)
    opened: list[int] = []
    monkeypatch.setattr(
        _Search, "open_masked", lambda search: opened.append(int(search.lost.sum()))
    )
    found = least_masks(cells, [wave], MASK, frozenset(), few)
    assert place in found
    assert whole not in found
    assert len(opened) == 1
    assert opened[0] > 0
    assert whole not in least_masks(cells, [wave], MASK, frozenset())
    assert len(opened) == 1  # of a comparison, they hide no household's answer


def test_cells_that_nobody_answered_are_not_masked() -> None:
    cells, _ = survey(alone(a=0, b=0))
    assert least_masks(cells, [], MASK, frozenset()) == frozenset()
    assert (
        least_masks(cells, [], MASK, frozenset(), lambda counts: counts.any(axis=0)) == frozenset()
    )
