"""Integer programmes over one released system: the ends of a group's size, and every size between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.arrays import Flags, Floats

    Vector = Floats

NODES: Final = 4000
"""Limit of a programme, in nodes: never in seconds, so that the same packs give the same words."""
_WIDEST: Final = 3
_INFEASIBLE: Final = 2
_OPTIMAL: Final = 0


class OpenError(Exception):
    """A programme was left undecided by its limit."""


class NoSolutionError(Exception):
    """The attacker's assumptions contradict the packs."""


@dataclass(slots=True)
class System:
    """All that a question's rows say: `low ≤ rows · x ≤ high`, `floor ≤ x ≤ ceiling`, x whole.

    Points found are kept: each serves as a witness for every later target.
    """

    rows: csr_array
    low: Vector
    high: Vector
    floor: Vector
    ceiling: Vector
    points: list[Vector] = field(default_factory=list)
    _parts: Vector | None = None

    def with_fixed(self, where: Flags, values: Vector) -> System:
        """Return the system of somebody who knows some of the numbers."""
        floor, ceiling = self.floor.copy(), self.ceiling.copy()
        floor[where] = ceiling[where] = values[where]
        return System(self.rows, self.low, self.high, floor, ceiling)

    def _part(self, vector: Vector) -> Flags:
        """Return the unknowns that a target depends on."""
        if self._parts is None:
            count, unknowns = self.rows.shape
            free = csr_array(self.rows * (self.floor < self.ceiling)[None, :])
            graph = vstack([
                hstack([csr_array((count, count)), free]),
                hstack([free.T, csr_array((unknowns, unknowns))]),
            ])  # fmt: skip
            self._parts = connected_components(graph, directed=False)[1][count:].astype(float)
        touched = np.unique(self._parts[vector != 0])
        return np.isin(self._parts, touched)

    def extreme(self, vector: Vector, sign: int, value: float | None = None) -> float:
        """Return the least (sign 1) or greatest (−1) of a target; or any point where it has a value.

        Raises
        ------
        NoSolutionError
            Nothing fits (the value, or the assumptions).
        OpenError
            The limit on nodes was met.
        """
        part = self._part(vector)
        columns = np.flatnonzero(part)
        rows = self.rows[:, columns]
        fixed = self.rows @ np.where(part, 0.0, self.floor)
        used = np.diff(rows.indptr) > 0
        conditions = []
        if used.any():
            conditions.append(
                LinearConstraint(rows[used], (self.low - fixed)[used], (self.high - fixed)[used])
            )
        if value is not None:
            conditions.append(LinearConstraint(vector[None, columns], value, value))
        cost = vector[columns] * sign if value is None else np.zeros(len(columns))
        found = _solved(cost, conditions, Bounds(self.floor[columns], self.ceiling[columns]))
        if found.status != _OPTIMAL or found.x is None:
            raise NoSolutionError if found.status == _INFEASIBLE else OpenError
        full = self.points[0].copy() if self.points else self.floor.copy()
        full[columns] = np.rint(found.x)
        self.points.append(full)
        return float(vector @ full)

    def seen(self, vector: Vector) -> Vector:
        """Return the values that a target takes at the points found so far."""
        return np.array([vector @ p for p in self.points])

    def solvable(self) -> bool:
        """Return whether the attacker's assumptions agree with the packs at all."""
        try:
            self.extreme(np.ones(self.rows.shape[1]), 1)
        except NoSolutionError:
            return False
        return True


def _solved(cost: Vector, conditions: list[LinearConstraint], bounds: Bounds) -> OptimizeResult:
    return milp(
        cost,
        constraints=conditions,
        bounds=bounds,
        integrality=np.ones(len(cost)),
        options={"node_limit": NODES, "mip_rel_gap": 0.0},
    )


@dataclass(frozen=True, slots=True)
class Range:
    """The sizes that stay possible: ends, and whether a size between them does not."""

    low: float
    high: float
    hole: bool = False


def sizes(system: System, vector: Vector, most: float) -> Range:
    """Return the sizes of a group that the system allows, as far as 0 to `most` is concerned.

    Parameters
    ----------
    system : System
    vector : array
        Which unknowns the group adds up.
    most : float
        Sizes above need not be told apart.

    Raises
    ------
    OpenError
    """
    seen = system.seen(vector)
    low = float(seen.min(initial=np.inf))
    if low > 1:
        low = system.extreme(vector, 1)
    high = float(seen.max(initial=-np.inf))
    if high < most:
        high = system.extreme(vector, -1)
    hole = False
    for size in range(max(int(low), 1), int(min(high, most)) + 1):
        if not (system.seen(vector) == size).any():
            try:
                system.extreme(vector, 1, float(size))
            except NoSolutionError:
                hole = True
                break
    return Range(float(low), float(high), hole)


def small_union(
    rows: csr_array, values: Vector, own: Flags, known: Vector, most: int
) -> tuple[Vector, float] | None:
    """Find a set of atoms whose size the rows give exactly, and which is too small.

    Parameters
    ----------
    rows, values : arrays
        Equations: `rows · x = values`.
    own : array of bool
        Atoms whose numbers the attacker knows: they may be counted any number of times.
    known : array
        Those numbers.
    most : int
        Largest size sought.

    Returns
    -------
    (array, float) or None
        Which atoms (0/1), the attacker's own left out, and how many interviews they hold.

    Raises
    ------
    OpenError
    """
    count = rows.shape[0]
    if not count:
        return None
    others = rows[:, ~own]
    size = values - rows[:, own] @ known[own]
    once = LinearConstraint(csr_array(others.T), 0, 1)
    small = LinearConstraint(size[None, :], 1, most)
    found = _solved(np.zeros(count), [once, small], Bounds(-_WIDEST, _WIDEST))
    if found.status == _INFEASIBLE:
        return None
    if found.x is None:
        raise OpenError
    factors = np.rint(found.x)
    out = np.zeros(rows.shape[1])
    out[~own] = np.rint(others.T @ factors)
    return out, float(size @ factors)


def distinct(vectors: Iterable[Vector]) -> list[int]:
    """Return the places of the first of each vector, those of nothing left out."""
    seen: dict[bytes, int] = {}
    for place, vector in enumerate(vectors):
        if vector.any():
            seen.setdefault(vector.tobytes(), place)
    return sorted(seen.values())
