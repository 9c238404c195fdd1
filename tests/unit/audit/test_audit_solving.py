"""The programmes of the audit: ends, holes, unions, somebody's own numbers, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from tfpb.audit import solving
from tfpb.audit.solving import NoSolutionError, OpenError, Range, System, sizes, small_union

if TYPE_CHECKING:
    from tfpb.audit.solving import Vector

NONE = np.zeros(3, dtype=bool)


def make(rows: list[list[float]], values: list[float], caps: list[float]) -> System:
    matrix, known = csr_array(np.array(rows, dtype=float)), np.array(values, dtype=float)
    return System(matrix, known, known, np.zeros(len(caps)), np.array(caps, dtype=float))


def union(rows: csr_array, values: Vector, own: Any, known: Vector) -> tuple[list[float], float]:
    found = small_union(rows, values, own, known, 10)
    assert found is not None
    return found[0].tolist(), found[1]


def test_a_subtraction_gives_one_size() -> None:
    system = make([[1, 1, 1], [1, 1, 0]], [60, 55], [99, 99, 99])
    assert sizes(system, np.array([0.0, 0, 1]), 11) == Range(5, 5)


def test_two_masked_cells_keep_every_size() -> None:
    system = make([[1, 1, 1], [1, 0, 0]], [60, 40], [99, 99, 99])
    found = sizes(system, np.array([0.0, 0, 1]), 11)
    assert found.low <= 1
    assert found.high >= 11
    assert not found.hole


def test_dwellings_bound_what_is_left() -> None:
    system = make([[1, 1, 0]], [60], [8, 55, 0])
    assert sizes(system, np.array([1.0, 0, 0]), 8) == Range(5, 8)


def test_a_size_between_the_ends_may_be_impossible() -> None:
    system = make([[1, -2, 0]], [0], [40, 40, 0])  # the first is even
    assert sizes(system, np.array([1.0, 0, 0]), 11).hole


def test_own_numbers_open_what_an_outsider_cannot() -> None:
    system = make([[1, 1, 0], [0, 1, 1]], [40, 30], [99, 99, 99])
    target = np.array([1.0, 0, 0])
    assert sizes(system, target, 11).high > 11
    own = np.array([False, False, True])
    assert sizes(system.with_fixed(own, np.array([0.0, 0, 25])), target, 11) == Range(35, 35)


def test_what_contradicts_itself_has_no_solution() -> None:
    system = make([[1, 1, 0], [1, 1, 0]], [40, 41], [99, 99, 99])
    assert not system.solvable()
    with pytest.raises(NoSolutionError):
        sizes(system, np.array([1.0, 0, 0]), 11)


def test_three_levels_give_a_union() -> None:
    """A + B + C − 2T, as in docs/designs/audit.md: atoms abc, ab, ac, bc."""
    rows = csr_array(
        np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 1, 1]], dtype=float)
    )
    values = np.array([93, 63, 63, 63], dtype=float)
    own = np.zeros(4, dtype=bool)
    assert union(rows, values, own, np.zeros(4)) == ([1, 0, 0, 0], 3)
    assert small_union(rows, values, own, np.zeros(4), 2) is None


def test_a_union_of_two_unknown_atoms_is_found() -> None:
    rows, values = csr_array(np.array([[1.0, 1, 1], [1, 0, 0]])), np.array([50.0, 43])
    assert union(rows, values, NONE, np.zeros(3)) == ([0, 1, 1], 7)


def test_own_atoms_count_any_number_of_times() -> None:
    rows, values = csr_array(np.array([[2.0, 1, 0]])), np.array([47.0])
    own, known = np.array([True, False, False]), np.array([20.0, 0, 0])
    assert union(rows, values, own, known) == ([0, 1, 0], 7)
    assert small_union(rows, values, NONE, known, 10) is None


def test_what_a_limit_leaves_is_not_called_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    class Left:
        status, x = 1, None

    monkeypatch.setattr(solving, "milp", lambda *_a, **_k: Left())
    with pytest.raises(OpenError):
        sizes(make([[1, 1, 0]], [60], [99, 99, 0]), np.array([1.0, 0, 0]), 11)
    with pytest.raises(OpenError):
        small_union(csr_array(np.eye(3)), np.ones(3), NONE, np.zeros(3), 10)
