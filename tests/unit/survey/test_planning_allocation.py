"""Shares by largest remainders between bounds; floors first, no résidence beyond its households."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfpb.survey.planning.allocation import HORS, Floor, Parc, allocate, share


def shared(total: int, size: list[float], low: list[int], high: list[int]) -> list[int]:
    made = share(total, np.array(size, float), np.array(low), np.array(high))
    return [int(n) for n in made]


def test_largest_remainders_by_hand() -> None:
    # 10 × (3, 3, 1)/7 = 4.29, 4.29, 1.43: the tenth goes to the last
    assert shared(10, [3, 3, 1], [0] * 3, [99] * 3) == [4, 4, 2]
    assert shared(3, [1, 1], [0, 0], [9, 9]) == [2, 1]  # the first on equal remainders


def test_bounds_rule_and_what_they_refuse_goes_elsewhere() -> None:
    assert shared(10, [1, 1, 1], [0, 0, 0], [1, 9, 9]) == [1, 5, 4]
    assert shared(10, [1, 100, 1], [3, 0, 0], [9, 9, 9]) == [3, 7, 0]  # 3 is owed, 7 × (100, 1)/101
    assert shared(20, [4, 2, 1], [0, 0, 0], [5, 99, 99]) == [5, 10, 5]
    assert shared(12, [4, 2, 1], [0, 0, 4], [9, 9, 9]) == [5, 3, 4]  # 8 × (4, 2)/6 = 5.33, 2.67
    assert shared(100, [1, 2], [0, 0], [4, 5]) == [4, 5]
    assert shared(1, [1, 2], [2, 2], [4, 5]) == [2, 2]
    assert shared(5, [0, 0], [0, 1], [9, 9]) == [0, 1]


@given(
    st.integers(0, 500),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 40), st.integers(0, 200)), min_size=1),
)
def test_a_share_sums_and_keeps_its_bounds(total: int, cells: list[tuple[int, int, int]]) -> None:
    size = np.sqrt([c[0] for c in cells])
    low = np.array([c[1] for c in cells])
    high = low + np.where(size > 0, [c[2] for c in cells], 0)
    out = share(total, size, low, high)
    assert (out >= low).all()
    assert (out <= high).all()
    assert out.sum() == min(max(total, low.sum()), high.sum())


def parc(cells: list[tuple[int, int, list[int]]], *, most: int = 30) -> Parc:
    """(bailleur, quarter, dwellings of each résidence); one household in four answers."""
    rows = [(b, q, n) for b, q, homes in cells for n in homes]
    bailleur, quarter, homes = (np.array(v) for v in zip(*rows, strict=True))
    return Parc(bailleur, quarter, homes, homes // 4, most)


def by_quarter(made: Parc, out: np.ndarray) -> dict[int, int]:
    return {int(q): int(out[made.quarter == q].sum()) for q in np.unique(made.quarter)}


def test_floors_come_before_shares() -> None:
    made = parc([(0, HORS, [100] * 40), (0, 0, [100] * 40), (0, 1, [40] * 9)])
    out = allocate(made, 300, Floor(67, 5))
    assert out.sum() == 300
    assert by_quarter(made, out) == {HORS: 150, 0: 83, 1: 67}  # by roots, 1 would have 35


def test_the_largest_quarters_first_while_half_of_the_budget_lasts() -> None:
    made = parc([(0, HORS, [100] * 40), (0, 0, [50] * 20), (0, 1, [60] * 20), (0, 2, [40] * 20)])
    got = by_quarter(made, allocate(made, 280, Floor(67, 5)))
    assert got[1] >= 67
    assert got[0] >= 67
    assert got[2] < 67
    assert got[HORS] >= 140


def test_a_quarter_that_no_budget_can_publish_gets_no_floor() -> None:
    small = parc([(0, HORS, [100] * 20), (0, 0, [100] * 20), (0, 1, [40] * 4)])
    few = by_quarter(small, allocate(small, 200, Floor(34, 5)))  # 4 résidences
    assert few[1] < 34
    closed = parc([(0, HORS, [100] * 20), (0, 0, [100] * 20), (0, 1, [40, 40, 40, 40, 3])])
    assert (
        by_quarter(closed, allocate(closed, 200, Floor(34, 5))) == few
    )  # no one to ask in a fifth
    enough = by_quarter(small, allocate(small, 200, Floor(34, 2)))
    assert enough[1] == 34


def test_interviews_spread_over_residences_and_never_exceed_their_households() -> None:
    made = parc([(0, HORS, [200, 100, 8, 4, 3]), (0, 0, [160, 80])])
    out = allocate(made, 60, Floor(34, 2))
    assert (out <= made.capacity).all()
    assert (out[made.capacity > 0] >= 1).all()
    assert out.tolist()[4] == 0  # three dwellings: no one to hope for
    assert out.sum() == 60


@pytest.mark.parametrize("budget", [0, 1, 7, 33])
def test_a_budget_too_small_is_spent_whole(budget: int) -> None:
    made = parc([(0, HORS, [100] * 5), (0, 0, [100] * 5), (1, 1, [100] * 5)])
    assert allocate(made, budget, Floor(67, 5)).sum() == budget


def test_beyond_what_the_stock_holds_nothing_is_invented() -> None:
    made = parc([(0, HORS, [100] * 2), (0, 0, [100, 12])], most=20)
    out = allocate(made, 10_000, Floor(67, 5))
    assert out.tolist() == [20, 20, 20, 3]


def test_a_bailleur_without_qpv_has_half_of_its_share_and_no_floor() -> None:
    made = parc([(0, HORS, [100] * 30), (0, 0, [100] * 30), (1, HORS, [100] * 60)])
    out = allocate(made, 300, Floor(34, 2))
    owned = [int(out[made.bailleur == b].sum()) for b in (0, 1)]
    assert owned == [200, 100]  # equal roots: halves of 0 on both sides, of 1 on one
    assert out[(made.bailleur == 0) & (made.quarter == HORS)].sum() == 100


def test_a_quarter_of_two_bailleurs_shares_its_floor_by_dwellings() -> None:
    made = parc(
        [(0, HORS, [100] * 20), (1, HORS, [100] * 20), (0, 0, [60] * 10), (1, 0, [30] * 10)]
    )
    out = allocate(made, 150, Floor(67, 5))
    inside = [int(out[(made.bailleur == b) & (made.quarter == 0)].sum()) for b in (0, 1)]
    assert sum(inside) >= 67
    assert inside[0] > inside[1]


def test_each_bailleur_has_its_floor_out_of_qpv_where_it_has_quarters() -> None:
    cells = [(0, HORS, [100] * 60), (0, 0, [100] * 60), (1, HORS, [40] * 9), (1, 1, [40] * 9)]
    made = parc([*cells, (2, HORS, [40] * 9)])
    out = allocate(made, 430, Floor(67, 5))
    got = {
        (b, q): int(out[(made.bailleur == b) & (made.quarter == q)].sum())
        for b, q in ((0, HORS), (0, 0), (1, HORS), (1, 1), (2, HORS))
    }
    # roots 109.5, 26.8, 19.0: by them alone bailleur 1 would have 41 a side; 296 are left to 0 and 2
    assert got == {(0, HORS): 136, (0, 0): 136, (1, HORS): 67, (1, 1): 67, (2, HORS): 24}


def test_what_one_side_cannot_hold_pays_floors_of_the_other() -> None:
    quarters = [(0, 0, [200] * 9), (0, 1, [200] * 9), (0, 2, [32] * 9)]
    made = parc([(0, HORS, [32] * 5), *quarters])
    got = by_quarter(made, allocate(made, 300, Floor(67, 5)))
    # 5 × 8 households out of QPV, 260 left in: 2 has its floor, the third; by roots it would have 43
    assert got == {HORS: 40, 0: 97, 1: 96, 2: 67}


def test_limits_are_reached_not_passed() -> None:
    # 5 résidences, 67 households, 67 interviews to spend a side: all just enough for one floor
    homes = [56, 56, 56, 52, 48]
    made = parc([(0, HORS, [100] * 9), (0, 0, homes), (0, 1, [100] * 9)])
    got = by_quarter(made, allocate(made, 134, Floor(67, 5)))
    assert got == {HORS: 67, 0: 0, 1: 67}  # the largest quarter, though its code comes last
    alone = parc([(0, HORS, [100] * 9), (0, 0, homes), (0, 1, [100] * 4)])
    assert by_quarter(alone, allocate(alone, 134, Floor(67, 5)))[0] == 67
    short = parc([(0, HORS, [100] * 9), (0, 0, [*homes[:4], 44]), (0, 1, [100] * 9)])
    assert by_quarter(short, allocate(short, 268, Floor(67, 5)))[0] < 66


def test_as_many_interviews_as_residences_go_one_to_each() -> None:
    made = parc([(0, HORS, [300, 8, 8, 8]), (0, 0, [300, 8, 8, 8])])
    assert allocate(made, 8, Floor(67, 5)).tolist() == [1] * 8
    assert allocate(made, 6, Floor(67, 5)).tolist() == [3, 0, 0, 0, 3, 0, 0, 0]  # the largest first
