"""Which cells are masked, on sums small enough to be done by hand (threshold 11)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from tfpb.survey.secrecy.cells import Cell, Cells
from tfpb.survey.secrecy.least_loss import least_masks

MASK = 11


def cell(name: str, *, item: str = "proprete", wave: str = "2023") -> Cell:
    """Name a quarter; « total » is everyone."""
    if name == "total":
        return Cell(wave, item, "total", "total", "ensemble", "qpv")
    return Cell(wave, item, "epci", name, "ensemble", "qpv")


def made(*sums: dict[str, int], hidden: str = "", known: str = "", item: str = "proprete") -> Cells:
    """Make the cells of sums, each written total first; `hidden` ones stand in no table."""
    out = Cells()
    for members in sums:
        total, *parts = (cell(n, item=item) for n in members)
        out.count |= {cell(n, item=item): value for n, value in members.items()}
        out.sums.append((total, tuple(parts)))
    away = {cell(n, item=item) for n in (*hidden.split(), *known.split())}
    out.shown = set(out.count) - away
    out.known = {cell(n, item=item) for n in known.split()}
    return out


def masked(cells: Cells, before: str = "", masking_n: int = MASK) -> str:
    previous = frozenset(cell(n) for n in before.split())
    found = least_masks(cells, (), masking_n, previous) | (previous & cells.count.keys())
    assert not closed(cells, found, masking_n)
    return " ".join(sorted(c.territoire for c in found))


def closed(cells: Cells, found: frozenset[Cell], masking_n: int) -> list[Cell]:
    """List the small cells that can be told not to be of one answer, or of the threshold."""
    names = sorted(cells.count)
    sums = np.zeros((len(cells.sums), len(names)))
    for row, (total, parts) in zip(sums, cells.sums, strict=True):
        row[[names.index(c) for c in (total, *parts)]] = [1.0, *(-1.0 for _ in parts)]
    told = (cells.shown | cells.known) - found
    limits = [
        (cells.count[c],) * 2 if c in told or not cells.count[c] else (0, None) for c in names
    ]
    out = []
    for k, one in enumerate(names):
        if not 0 < cells.count[one] < masking_n or one in cells.known:
            continue
        aim = np.eye(len(names))[k]
        ends = [linprog(s * aim, A_eq=sums, b_eq=0 * sums[:, 0], bounds=limits) for s in (1, -1)]
        low, high = (e.x[k] if e.status == 0 else np.inf for e in ends)
        if low > 1 + 1e-6 or high < masking_n - 1e-6:
            out.append(one)
    return out


@pytest.mark.parametrize(
    ("answers", "expected"),
    [(0, ""), (1, "a b"), (10, "a b"), (11, ""), (12, "")],
)
def test_one_to_ten_answers_are_hidden_and_eleven_shown(answers: int, expected: str) -> None:
    table = {"total": 50 + answers, "a": answers, "b": 20, "c": 30}
    assert masked(made(table)) == expected


def test_the_threshold_is_a_setting() -> None:
    table = {"total": 39, "a": 4, "b": 15, "c": 20}
    assert masked(made(table), masking_n=5) == "a b"
    assert masked(made(table), masking_n=4) == ""


def test_a_small_cell_takes_the_smallest_of_its_sum_along() -> None:
    assert masked(made({"total": 60, "a": 5, "b": 30, "c": 25})) == "a c"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (7, "a b"),  # 4 + 7 = 11 people: what is shown, subtracted, tells of eleven
        (6, "a b c"),  # 4 + 6 = 10 people would be told together
    ],
)
def test_those_hidden_together_are_eleven_at_least(second: int, expected: str) -> None:
    table = {"total": 4 + second + 35, "a": 4, "b": second, "c": 15, "d": 20}
    assert masked(made(table)) == expected


def test_a_single_cell_is_never_hidden_alone_however_large() -> None:
    table = {"total": 100, "a": 40, "b": 30, "c": 30}
    assert masked(made(table), before="a") == "a b"


def test_what_was_hidden_before_stays_hidden() -> None:
    table = {"total": 60, "a": 20, "b": 22, "c": 18}
    assert masked(made(table)) == ""
    assert masked(made(table), before="a b") == "a b"
    assert masked(made(table), before="z") == ""  # a cell that this run does not show


def test_an_empty_cell_hides_nothing() -> None:
    # b holds nobody: hiding it beside a would leave a = total − c
    assert masked(made({"total": 25, "a": 5, "b": 0, "c": 20})) == "a c"


def test_a_hidden_empty_cell_hides_no_other() -> None:
    table = {"total": 25, "a": 5, "b": 0, "c": 20}
    assert masked(made(table), before="b") == "a b c"


def test_two_cells_of_a_sum_are_not_enough_when_sums_cross() -> None:
    # a + b = 12, b + c = 15, a + c = 13: three sums tell three unknowns. Two totals must go too: with
    # one, a + c = 13 keeps c above 2
    triangle = [
        {"ab": 12, "a": 5, "b": 7}, {"bc": 15, "b": 7, "c": 8}, {"ac": 13, "a": 5, "c": 8},
    ]  # fmt: skip
    assert masked(made(*triangle)) == "a ab ac b c"


def test_a_row_and_a_column_cost_less_than_four_cells() -> None:
    table = [
        {"r1": 25, "a": 5, "b": 20}, {"r2": 70, "c": 30, "d": 40},
        {"c1": 35, "a": 5, "c": 30}, {"c2": 60, "b": 20, "d": 40},
    ]  # fmt: skip
    assert masked(made(*table)) == "a c1 r1"


def test_the_figure_of_everyone_is_hidden_last() -> None:
    triangle = [
        {"total": 12, "a": 5, "b": 7}, {"bc": 15, "b": 7, "c": 8}, {"ac": 13, "a": 5, "c": 8},
    ]  # fmt: skip
    assert masked(made(*triangle)) == "a b bc c"


def test_the_figure_of_everyone_is_hidden_when_nothing_else_is_left() -> None:
    # b was hidden, perhaps for fewer than eleven: a of 5 does not let it move so far
    assert masked(made({"total": 16, "a": 5, "b": 11}), before="b") == "a b total"
    # one bailleur alone: the whole is its own figure
    assert masked(made({"total": 5, "a": 5})) == "a total"
    assert masked(made({"total": 20, "a": 20}), before="a") == "a total"


def test_answers_that_no_territory_holds_are_protected_too() -> None:
    # the rest (4 answers) stands in no table: total − a − b would tell it
    assert masked(made({"total": 54, "a": 20, "b": 30, "rest": 4}, hidden="rest")) == "a"


def test_a_large_rest_is_a_cover_of_its_own() -> None:
    assert masked(made({"total": 60, "a": 5, "b": 25, "rest": 30}, hidden="rest")) == "a"
    # 5 + 5 unknown: still fewer than eleven, so b goes
    few = made({"total": 35, "a": 5, "b": 25, "rest": 5}, hidden="rest")
    assert masked(few) == "a b"


def test_what_readers_know_is_neither_hidden_nor_a_cover() -> None:
    table = {"total": 60, "a": 5, "b": 20, "c": 35}
    assert masked(made(table, known="b")) == "a c"
    assert masked(made(table, known="a")) == ""  # too late for a, and nothing else is small


def test_a_hidden_total_tells_no_set_of_people() -> None:
    # t, hidden before, must move by eleven: a alone, of 5, does not let it
    table = {"t": 40, "a": 5, "b": 15, "c": 20}
    assert masked(made(table), before="t") == "a b t"


def test_a_small_whole_goes_with_its_parts_and_one_beside_it() -> None:
    above = {"g": 60, "t": 9, "u": 20, "v": 31}
    below = {"t": 9, "x": 4, "y": 5}
    assert masked(made(above, below)) == "t u x y"


def test_a_chain_of_sums_is_not_begun_where_a_cell_ends_it() -> None:
    # a takes c, of no other sum: b would take e, and e would take f
    chain = [
        {"t1": 60, "a": 5, "b": 15, "c": 40}, {"t2": 75, "b": 15, "e": 20, "d": 40},
        {"t3": 70, "e": 20, "f": 22, "g": 28},
    ]  # fmt: skip
    assert masked(made(*chain)) == "a c"


def test_questions_and_waves_do_not_mix() -> None:
    one = made({"total": 35, "a": 5, "b": 30})
    other = made({"total": 35, "a": 15, "b": 20}, item="calme")
    one.count |= other.count
    one.shown |= other.shown
    one.sums += other.sums
    found = least_masks(one, (), MASK, frozenset())
    assert {(c.item, c.territoire) for c in found} == {("proprete", "a"), ("proprete", "b")}


def test_equal_sizes_are_settled_by_name() -> None:
    assert masked(made({"total": 45, "a": 5, "c": 20, "b": 20})) == "a b"
