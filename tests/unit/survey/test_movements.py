"""How answers may move while every shown sum stays: written out by hand for a few unknowns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import sparse

from tfpb.survey.secrecy import movements
from tfpb.survey.secrecy.cells import Cell
from tfpb.survey.secrecy.movements import Columns, Movements, moved, shared_by
from tfpb.survey.secrecy.released_system import ANSWERS, COUNTS, Need, System, matrix

if TYPE_CHECKING:
    from collections.abc import Sequence


def system(
    sets: Sequence[Sequence[int]], size: Sequence[float], *, owner: Sequence[int] = (),
    place: Sequence[int] = (), up: Sequence[float] = (), ties: Sequence[Sequence[float]] = (),
    weight: Sequence[float] = (), fixed: Sequence[int] = (), needs: Sequence[Need] = (),
) -> System:  # fmt: skip
    """Write told sets of unknowns; each holds `size` answers, may gain as many or `up`."""
    n, rows = np.array(size, float), len(sets)
    high = np.array(up, float) if up else n
    return System(
        rows=matrix([np.array(s, dtype=np.intp) for s in sets], len(n)),
        cells=[(Cell("2023", "q", "agence", str(k), "ensemble", "qpv"),) for k in range(rows)],
        weight=np.array(weight, float) if weight else np.full(rows, 2.0),
        gaps=np.zeros((0, 3), dtype=np.intp), fixed=np.isin(np.arange(rows), fixed),
        lost=np.zeros(rows, dtype=bool), hidden=frozenset(),
        ties=sparse.csr_array(np.array(ties, float).reshape(-1, len(n))),
        owner=np.array(owner or [-1] * len(n)),
        place=np.array(place or [-1] * len(n)),
        low=np.array([-n, -n / 2]), high=np.array([high, n / 2]), needs=tuple(needs),
    )  # fmt: skip


def need(
    group: Sequence[int], by: float, moving: int = COUNTS, readers: tuple[int, ...] = (-1,)
) -> Need:
    return Need(np.array(group, dtype=np.intp), by, readers, moving)


def ways(made: System) -> Movements:
    return Movements(made, shared_by([made])[0])


def far(move: tuple[np.ndarray, np.ndarray] | None) -> dict[int, float]:
    assert move is not None
    return dict(sorted(zip(move[0].tolist(), move[1].round(6).tolist(), strict=True)))


SHOWN = np.zeros(9, dtype=bool)


def none(made: System) -> np.ndarray:
    return np.zeros(made.rows.shape[0], dtype=bool)


def test_questions_of_about_as_many_answers_share_room_and_needs() -> None:
    one = system([[0]], [60, 40], needs=[need([0], 3), need([0], -3), need([1], 2, ANSWERS)])
    two = system([[0]], [50, 60], up=[70, 30], needs=[need([0], 5), need([0], -1)])
    large = system([[0]], [80, 60], needs=[need([1], 1), need([1], -3)])
    other = system([[0]], [60, 40, 0])  # another wave's unknowns
    shared = shared_by([one, large, two, other])
    assert shared[0] is shared[2]
    assert shared[0].low.tolist() == [[-50, -40], [-25, -20]]
    assert shared[0].high.tolist() == [[60, 30], [25, 20]]
    name = np.array([0], dtype=np.intp).tobytes()
    last = np.array([1], dtype=np.intp).tobytes()
    assert shared[0].widest == {
        (name, COUNTS, True): 5, (name, COUNTS, False): 3, (last, ANSWERS, True): 2,
    }  # fmt: skip
    assert shared[1].low.tolist() == large.low.tolist()
    assert shared[1].widest == {(last, COUNTS, True): 1, (last, COUNTS, False): 3}
    assert shared[3].high.shape == (2, 3)
    [empty] = shared_by([system([[0]], [0, 0])])
    assert empty.low.tolist() == [[0, 0], [0, 0]]


def test_movements_are_rows_and_sets_are_read_by_unknown() -> None:
    moves = [(np.array([2, 0]), np.array([1.0, -1.0])), (np.array([1]), np.array([4.0]))]
    assert moved(moves, 3).toarray().tolist() == [[-1, 0, 1], [0, 4, 0]]
    assert moved([], 3).shape == (0, 3)
    columns = Columns(matrix([np.array([0, 1]), np.array([1]), np.array([2])], 4))
    assert columns.of(np.array([1, 2]), np.array([3.0, -1.0])).tolist() == [3, 3, -1]
    assert columns.of(np.array([0, 1, 3]), np.array([1.0, -1.0, 9.0])).tolist() == [0, -1, 0]


def test_a_movement_tells_the_rows_that_it_moves_and_may_break_a_tie() -> None:
    made = system([[0, 1], [1]], [20, 20, 20], ties=[[1, 0, -1], [0, 0, 0]])
    found = ways(made)
    assert found.tells((np.array([0, 1]), np.array([2.0, -2.0]))).tolist() == [False, True]
    assert found.untied((np.array([0]), np.array([2.0])))
    assert not found.untied((np.array([0, 2]), np.array([2.0, 2.0])))
    assert not found.untied((np.array([1]), np.array([2.0])))
    free = ways(system([[0]], [20, 20]))
    assert not free.untied((np.array([0]), np.array([2.0])))


def test_at_first_unknowns_move_nine_tenths_of_what_all_questions_leave() -> None:
    made = system([[0]], [25, 40], up=[31, 8])
    (low, high), full = ways(made).rooms
    assert low.tolist() == [[-22, -36], [-11, -18]]
    assert high.tolist() == [[27, 7], [11, 18]]
    assert full == (made.low, made.high)
    tight = replace(shared_by([made])[0], low=np.full((2, 2), -3.0), high=np.full((2, 2), 5.0))
    (low, high), _ = Movements(made, tight).rooms
    assert low.tolist() == [[-2, -2], [-2, -2]]
    assert high.tolist() == [[4, 4], [4, 4]]


# trades and shifts: two places of one side (1, 3), one of the other (2), bailleurs 0 to 2

OWNERS = [0, 1, 0, 1, 0, 1]
PLACED = [1, 1, 3, 3, 2, 2]
MARGINS = [[0, 1], [2, 3], [4, 5], [0, 2], [1, 3]]
"""Places over everybody, then the bailleurs' sides."""


def test_a_bailleur_trades_with_another_in_another_place() -> None:
    made = system(MARGINS, [20] * 6, owner=OWNERS, place=PLACED)
    found = ways(made)
    none_ = np.zeros(5, dtype=bool)
    for by in (4.0, -4.0):
        move = found.traded(need([0], by), np.array([-1]), none_)
        assert far(move) == {0: by, 1: -by, 2: -by, 3: by}
        assert move is not None
        assert not found.tells(move).any()
    assert far(found.traded(need([3], 4), np.array([-1]), none_)) == {0: 4, 1: -4, 2: -4, 3: 4}
    first = system([[0, 1], [2, 3], [0, 2], [1, 3]], [20] * 4, owner=[0, 1] * 2, place=[0, 0, 2, 2])
    assert far(ways(first).traded(need([0], 4), np.array([-1]), none_[:4])) == {
        0: 4,
        1: -4,
        2: -4,
        3: 4,
    }
    # the other side's answers are no room for it
    apart = system(
        [[0, 1], [2, 3], [0, 2], [1, 3]], [20] * 4, owner=[0, 1, 0, 1], place=[1, 1, 2, 2]
    )
    for by in (4, 1):
        assert ways(apart).traded(need([0], by), np.array([-1]), none_[:4]) is None
    # neither is what a reader knows
    for reader in (0, 1):
        assert found.traded(need([0], 4), np.array([reader]), none_) is None


def test_a_trade_that_moves_a_shown_row_is_none() -> None:
    made = system([*MARGINS, [0]], [20] * 6, owner=OWNERS, place=PLACED)
    lost = np.zeros(6, dtype=bool)
    assert ways(made).traded(need([0], 4), np.array([-1]), lost) is None
    lost[5] = True
    assert ways(made).traded(need([0], 4), np.array([-1]), lost) is not None


@pytest.mark.parametrize(
    ("size", "trades"),
    [
        ((20, 20, 20, 20), True),
        ((5, 5, 5, 5), True),  # four of five: nine tenths, cut
        ((20, 4, 20, 20), True),  # all of four, once the room of like questions is not enough
        ((20, 3, 20, 20), False),
        ((20, 20, 3, 20), False),
        ((20, 20, 20, 3), False),
        ((3, 20, 20, 20), False),
        ((4, 20, 20, 20), True),
    ],
)
def test_a_trade_stays_within_what_each_may_move(size: tuple[int, ...], *, trades: bool) -> None:
    sets = [[0, 1], [2, 3], [0, 2], [1, 3]]
    made = system(sets, size, owner=[0, 1, 0, 1], place=[1, 1, 3, 3])
    move = ways(made).traded(need([0], 4), np.array([-1]), np.zeros(4, dtype=bool))
    assert (move is not None) is trades
    if trades:
        assert far(move) == {0: 4, 1: -4, 2: -4, 3: 4}
    down = ways(made).traded(need([0], -4), np.array([-1]), np.zeros(4, dtype=bool))
    assert (down is not None) is trades


def test_a_trade_goes_up_where_there_is_room_and_down_where_there_are_answers() -> None:
    sets = [[0, 1], [2, 3], [0, 2], [1, 3]]
    made = system(sets, [0, 20, 20, 3], up=[20, 0, 0, 20], owner=[0, 1, 0, 1], place=[1, 1, 3, 3])
    none_ = np.zeros(4, dtype=bool)
    for by in (4, 1):
        move = ways(made).traded(need([0], by), np.array([-1]), none_)
        assert far(move) == {0: by, 1: -by, 2: -by, 3: by}
    assert ways(made).traded(need([0], -3), np.array([-1]), none_) is None
    turned = system(sets, [20, 0, 0, 20], up=[3, 20, 20, 3], owner=[0, 1, 0, 1], place=[1, 1, 3, 3])
    move = ways(turned).traded(need([0], -4), np.array([-1]), none_)
    assert far(move) == {0: -4, 1: 4, 2: 4, 3: -4}


def test_a_trade_is_shared_by_several_and_by_several_places() -> None:
    # bailleur 1 may give 3 here, bailleur 2 the rest; the place with most room comes first
    owner, place = [0, 1, 2] * 3, [1, 1, 1, 3, 3, 3, 5, 5, 5]
    sets = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8]]
    made = system(sets, [30, 10, 8, 6, 30, 30, 9, 30, 30], owner=owner, place=place)
    move = ways(made).traded(need([0], 12), np.array([-1]), np.zeros(6, dtype=bool))
    got = far(move)
    assert got[0] == 12
    assert got[1] + got[2] == -12
    assert got[1] == -9  # the largest here, nine tenths of ten
    assert got[6] == -8  # nine tenths of nine, cut
    assert got[3] == -4
    assert not ways(made).tells(move).any()  # type: ignore[arg-type]


def test_a_trade_of_a_group_moves_its_ablest_member_and_none_other() -> None:
    made = system(
        [[0, 1], [2, 3], [0, 2], [1, 3]], [20, 20, 30, 30], owner=[0, 1, 0, 1], place=[1, 1, 3, 3]
    )
    move = ways(made).traded(need([0, 3], 4), np.array([-1]), np.zeros(4, dtype=bool))
    assert move is None  # each other unknown of the trade is in the group
    wide = system(
        [[0, 1], [2, 3], [4, 5], [0, 2, 4], [1, 3, 5]], [20, 20, 30, 30, 40, 40], owner=OWNERS,
        place=[1, 1, 3, 3, 5, 5],
    )  # fmt: skip
    move = ways(wide).traded(need([0, 2], 4), np.array([-1]), np.zeros(5, dtype=bool))
    assert far(move) == {2: 4, 3: -4, 4: -4, 5: 4}


def test_the_next_member_trades_where_the_ablest_cannot() -> None:
    made = system(
        [[0, 1], [2, 3], [4, 5], [0, 2, 4], [1, 3, 5]], [50, 4, 20, 20, 30, 30], owner=OWNERS,
        place=[1, 1, 3, 3, 5, 5],
    )  # fmt: skip
    move = ways(made).traded(need([0, 2], 4), np.array([-1]), np.zeros(5, dtype=bool))
    assert far(move) == {2: 4, 3: -4, 4: -4, 5: 4}


def test_what_lies_nowhere_is_not_traded() -> None:
    made = system(
        [[0, 1, 2], [3, 4], [0, 1, 3], [2, 4]], [50, 20, 20, 20, 20], owner=[0, 0, 1, 0, 1],
        place=[-1, 1, 1, 3, 3],
    )  # fmt: skip
    move = ways(made).traded(need([0, 1], 4), np.array([-1]), np.zeros(4, dtype=bool))
    assert far(move) == {1: 4, 2: -4, 3: -4, 4: 4}


@pytest.mark.parametrize(
    ("sets", "size", "readers", "expected"),
    [
        ([[0, 1], [2]], (9, 9, 9), [-1], {0: 4, 1: -4}),
        ([[0, 1], [2]], (9, 4, 9), [-1], {0: 4, 1: -4}),
        ([[0, 1], [2]], (9, 3, 9), [-1], None),
        ([[0, 1], [2]], (3, 9, 9), [-1], None),
        ([[0, 1], [2]], (4, 9, 9), [-1], {0: 4, 1: -4}),
        ([[0, 1], [2]], (9, 9, 9), [1], None),  # the reader's own
        ([[0, 1], [2]], (9, 9, 9), [0], None),
        ([[0, 1, 2]], (9, 9, 12), [-1], {0: 4, 2: -4}),  # the largest
        ([[0], [1], [2]], (9, 9, 9), [-1], None),
    ],
)
def test_a_shift_between_two_that_no_shown_row_tells_apart(
    sets: list[list[int]],
    size: tuple[int, ...],
    readers: list[int],
    expected: dict[int, float] | None,
) -> None:
    made = system(sets, size, owner=[0, 1, 2], place=[1, 2, 5])
    move = ways(made).traded(need([0], 4), np.array(readers), np.zeros(len(sets), dtype=bool))
    assert (None if move is None else far(move)) == expected


def test_a_lost_row_tells_nothing_apart_and_unplaced_unknowns_are_left() -> None:
    made = system([[0, 1, 2], [0], [1]], [9, 9, 9], owner=[0, 1, 2], place=[1, 2, 5])
    lost = np.array([False, True, False])
    assert far(ways(made).traded(need([0], -4), np.array([-1]), lost)) == {0: -4, 2: 4}
    assert ways(made).traded(need([0], -4), np.array([-1]), ~lost & False) is None
    nowhere = system([[0, 1]], [9, 9], owner=[0, 1], place=[1, -1])
    assert ways(nowhere).traded(need([0], 4), np.array([-1]), np.array([False])) is None
    unplaced = system([[0, 1]], [9, 9])
    assert ways(unplaced).traded(need([0], 4), np.array([-1]), np.array([False])) is None


def test_a_shift_of_a_group_takes_its_ablest_member() -> None:
    made = system([[0, 1, 2, 3]], [9, 14, 9, 9], owner=[0, 1, 2, 3], place=[1, 2, 5, 6])
    move = ways(made).traded(need([0, 1], 4), np.array([-1]), np.array([False]))
    assert far(move) == {1: 4, 2: -4}


def test_a_movement_that_breaks_a_tie_is_none() -> None:
    made = system([[0, 1]], [9, 9], owner=[0, 1], place=[1, 3], ties=[[1, 0]])
    assert ways(made).traded(need([0], 4), np.array([-1]), np.array([False])) is None


def test_a_group_moves_as_far_as_any_like_question_asks() -> None:
    made = system([[0, 1], [2]], [30, 30, 30], owner=[0, 1, 2], place=[1, 2, 5])
    shared = replace(
        shared_by([made])[0], widest={(np.array([0], dtype=np.intp).tobytes(), COUNTS, True): 7.0}
    )
    found = Movements(made, shared)
    none_ = np.zeros(2, dtype=bool)
    assert far(found.traded(need([0], 4), np.array([-1]), none_)) == {0: 7, 1: -7}
    assert far(found.traded(need([0], 9), np.array([-1]), none_)) == {0: 9, 1: -9}
    assert far(found.traded(need([0], -4), np.array([-1]), none_)) == {0: -4, 1: 4}
    few = system(
        [[0, 1], [2]], [6, 30, 30], owner=[0, 1, 2], place=[1, 2, 5]
    )  # four of six, as seven of ten
    assert far(Movements(few, shared).traded(need([0], 4), np.array([-1]), none_)) == {0: 7, 1: -7}
    tight = replace(shared, low=np.full((2, 3), -5.0))  # seven is too far for one of them
    assert far(Movements(made, tight).traded(need([0], 4), np.array([-1]), none_)) == {0: 4, 1: -4}


def test_without_all_readers_and_else_without_the_first() -> None:
    made = system([[0, 1, 2], [3]], [9, 9, 9, 9], owner=[0, 1, 2, 3], place=[1, 2, 5, 6])
    found, none_ = ways(made), np.zeros(2, dtype=bool)
    assert far(found.traded(need([0], 4), np.array([1]), none_)) == {0: 4, 2: -4}
    assert far(found.traded(need([0], 4), np.array([1, 2]), none_)) == {0: 4, 2: -4}
    assert far(found.traded(need([0], 4), np.array([2, 1]), none_)) == {0: 4, 1: -4}
    many = system([[*range(13)]], [9] * 13, owner=[*range(13)], place=[*range(0, 26, 2)])
    for readers, other in (([1, 2], 3), ([*range(1, 11)], 11), ([*range(1, 12)], 2)):
        move = ways(many).traded(need([0], 4), np.array(readers), none_[:1])
        assert far(move) == {0: 4, other: -4}


# linear programs


def test_a_program_loses_what_costs_least() -> None:
    made = system([[0], [1], [2], [0, 1, 2]], [9, 9, 9], weight=[1, 7, 3, 900])
    found = ways(made)
    lost = np.array([True, False, False, False])
    move = found.program(need([0], 4), -1, lost, hard=False)
    assert far(move) == {0: 4, 2: -4}
    assert found.programs == 2  # at first near and calm, then with all the room
    assert far(found.program(need([0], 4), -1, lost, 2, hard=False)) == {0: 4, 1: -4}
    assert found.program(need([0], 4), -1, lost, hard=True) is None


def test_a_program_stops_at_a_movement_that_loses_nothing() -> None:
    made = system([[0], [1], [2], [0, 1, 2]], [9, 9, 9])
    found = ways(made)
    lost = np.array([True, True, False, False])
    assert far(found.program(need([0], 4), -1, lost, hard=True)) == {0: 4, 1: -4}
    assert found.programs == 1
    assert far(found.program(need([0], -8), -1, lost, hard=True)) == {0: -8, 1: 8}
    assert found.programs == 2
    # nine asks for more than nine tenths: the second program
    assert far(found.program(need([0], 9), -1, lost, hard=True)) == {0: 9, 1: -9}
    assert found.programs == 4
    assert found.program(need([0], 10), -1, lost, hard=True) is None


def test_what_a_reader_knows_and_what_readers_hold_do_not_move() -> None:
    made = system([[0], [1], [2], [0, 1, 2]], [9, 9, 9], owner=[0, 1, 2], fixed=[2])
    lost = np.array([True, True, False, False])
    assert far(ways(made).program(need([0], 4), 2, lost, hard=False)) == {0: 4, 1: -4}
    far_ = far(ways(made).program(need([0], 4), 1, lost, hard=False))
    assert far_ == {0: 4}  # the whole is lost, since the third is told already


def test_satisfied_answers_move_within_their_own_bounds_and_ties_hold() -> None:
    made = system([[0, 1], [2]], [9, 9, 9], ties=[[1, 0, -1]], weight=[5, 5])
    lost = np.array([False, False])
    assert far(ways(made).program(need([0], 4, ANSWERS), -1, lost, hard=False)) == {
        0: 4,
        1: -4,
        2: 4,
    }
    found = ways(made)
    assert found.program(need([0], 5, ANSWERS), -1, lost, hard=False) is None
    assert found.programs == 2


def test_where_what_is_near_costs_a_headline_everything_may_move(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = system([[0, 1, 2, 3]], [9] * 4, weight=[900])
    monkeypatch.setattr(movements, "_ALL", 2)
    monkeypatch.setattr(movements, "_FEW", (2, 2))
    found = ways(made)
    move = far(found.program(need([0], 4), -1, none(made), hard=False))
    assert (move[0], sum(move.values()), found.programs) == (4, 0, 3)
    assert found.program(need([0], 4), -1, none(made), hard=True) is None
    assert found.programs == 5


@pytest.mark.parametrize(("price", "programs"), [(99.0, 2), (100.0, 3), (101.0, 3)])
def test_more_may_move_where_a_headline_would_be_lost(
    price: float, programs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movements, "_ALL", 2)
    monkeypatch.setattr(movements, "_FEW", (2, 2))
    made = system([[0, 1, 2, 3]], [9] * 4, weight=[price])
    found = ways(made)
    assert far(found.program(need([0], 4), -1, none(made), hard=False))[0] == 4
    assert found.programs == programs


@pytest.mark.parametrize(
    ("price", "programs"), [(0.0, 1), (0.48, 1), (0.5, 2), (0.52, 2), (3.0, 2)]
)
def test_a_movement_for_all_like_questions_is_no_dearer(price: float, programs: int) -> None:
    made = system([[0], [1], [0, 1]], [9, 9], weight=[1, price, 900])
    found = ways(made)
    lost = np.array([True, False, False])
    assert far(found.program(need([0], 4), -1, lost, hard=False)) == {0: 4, 1: -4}
    assert found.programs == programs


def test_equal_prices_are_lost_in_the_order_of_names() -> None:
    made = system([[0], [1], [2], [3], [0, 1, 2, 3]], [9] * 4, weight=[5, 5, 5, 5, 900])
    lost = np.array([True, False, False, False, False])
    assert far(ways(made).program(need([0], 4), -1, lost, hard=False)) == {0: 4, 1: -4}


def test_the_fewest_answers_move() -> None:
    # by way of 1 alone, or of 2 and 3 together with 1 back: the shorter one
    made = system([[0, 1], [2, 3]], [9] * 4)
    assert far(ways(made).program(need([0], 4), -1, none(made), hard=True)) == {0: 4, 1: -4}


def test_near_a_group_are_its_territories_and_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = [[k, k + 1] for k in range(9)] + [list(range(10))]
    made = system(chain, range(9, 19), owner=[0] * 10, place=[-1] * 10)
    found = ways(made)
    assert found._near(np.array([0])).tolist() == list(range(10))
    monkeypatch.setattr(movements, "_ALL", 9)
    monkeypatch.setattr(movements, "_FEW", (2, 2))
    assert found._near(np.array([4])).tolist() == [2, 3, 4, 5, 6]
    monkeypatch.setattr(movements, "_FEW", (2, 1))
    assert found._near(np.array([4])).tolist() == [3, 4, 5]
    assert found._near(np.array([0, 9])).tolist() == [0, 1, 8, 9]
    monkeypatch.setattr(movements, "_ALL", 10)
    assert len(found._near(np.array([4]))) == 10


def test_near_a_group_are_the_closest_places_of_its_bailleur(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # bailleurs 0 and 1 in five places of one side, two of the other; a wide row holds places 1 and 5
    places = [1, 5, 9, 13, 17, 2, 6]
    owner = [o for _ in places for o in (0, 1)]
    place = [p for p in places for _ in (0, 1)]
    size = [10, 10, 20, 20, 50, 50, 40, 40, 30, 30, 25, 25, 60, 60]
    made = system([[0, 1, 2, 3], list(range(14))], size, owner=owner, place=place)
    monkeypatch.setattr(movements, "_ALL", 9)
    monkeypatch.setattr(movements, "_FEW", (1, 1))
    monkeypatch.setattr(movements, "_HUBS", 3)
    # of side one: the group's place, that of its row, then the largest; of the other, both
    assert ways(made)._near(np.array([0])).tolist() == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13]
    monkeypatch.setattr(movements, "_HUBS", 1)
    # each side: what shares most rows with the group, of the group's bailleur
    assert ways(made)._near(np.array([0])).tolist() == [0, 2, 3, 12, 13]
