"""The judge: what a reader of printed rows alone can work out of a small group, by integer programs.

Written from the attack as described, without reading the protector. A reader knows which résidences lie where
(the stock), and perhaps every number of interviews; a bailleur knows its own answers besides. Every printed
count and share is a bound on sums of whole numbers; two programs a target tell how far its answers may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array

if TYPE_CHECKING:
    from collections.abc import Sequence

_HALF_COUNT: Final = (5, 4)
"""A count printed n may be n − 5 to n + 4."""
MOVED: Final = 24
"""A count printed again may have moved to 20 less or more, then rounded."""
_SECONDS: Final = 20.0
_TINY: Final = 1e-7


@dataclass(frozen=True)
class Row:
    """One printed row: which atoms it is made of, its count, its share by question, its step.

    A share at the first step or the last stands for all below, or above. `moment`: which release. A row
    `again`, printed as it was, says of its own release that the count has moved by less than thirty.
    """

    atoms: np.ndarray
    n: float
    shares: dict[str, float]
    step: float
    moment: int = 0
    again: bool = False


@dataclass(frozen=True)
class Reader:
    """What a reader knows besides: every size (or its own alone), and which atoms are its own."""

    sizes: bool
    own: np.ndarray


@dataclass(frozen=True)
class Range:
    """What a target may be."""

    low: int
    high: int
    true: int
    most: int
    """What the stock, or a known size, allows at most."""

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def near(self) -> bool:
        """Within one of the truth, by what is printed and not by the stock alone."""
        told = self.low > 0 or self.high < self.most
        return told and self.true - self.low <= 1 and self.high - self.true <= 1


class Attack:
    """All that is printed of one survey, as bounds on the sizes and answers of its atoms.

    Parameters
    ----------
    rows : sequence of Row
    n : int array (moments, atoms)
        True interviews of each release: only those that a reader knows are used. They never fall.
    hits : mapping of str to int array (moments, atoms)
        True satisfied answers, each household answering.
    caps : int array (atoms,)
        Dwellings.
    reader : Reader
    """

    def __init__(
        self,
        rows: Sequence[Row],
        n: np.ndarray,
        hits: dict[str, np.ndarray],
        caps: np.ndarray,
        reader: Reader,
    ) -> None:
        self.rows, self.n, self.hits, self.caps, self.reader = rows, n, hits, caps, reader
        self.moments, self.atoms = n.shape

    def size(self, target: np.ndarray) -> Range:
        """Bound the number of households of a target at the first release."""
        return self._range(None, target, int(self.n[0][target].sum()))

    def _most(self, target: np.ndarray, moment: int) -> int:
        own = self.reader.own[target] | self.reader.sizes
        return int(np.where(own, self.n[moment][target], self.caps[target]).sum())

    def answers(self, question: str, target: np.ndarray) -> Range:
        """Bound how many of a target are satisfied at the first release."""
        return self._range(question, target, int(self.hits[question][0][target].sum()))

    def late(self, question: str, moment: int, target: np.ndarray) -> Range:
        """Bound how many satisfied are come to a target by a release."""
        true = int((self.hits[question][moment] - self.hits[question][0])[target].sum())
        return self._range(question, target, true, moment)

    def _range(
        self, question: str | None, target: np.ndarray, true: int, moment: int | None = None
    ) -> Range:
        lower, upper, constraints = self._program(question)
        goal = np.zeros(len(lower))
        block = 0 if question is None else self.moments * self.atoms
        goal[block + np.asarray(target)] = 1 if moment is None else -1
        if moment is not None:
            goal[block + moment * self.atoms + np.asarray(target)] = 1
        ends = []
        for sense in (1, -1):
            made = milp(
                sense * goal, integrality=np.ones(len(goal)), bounds=Bounds(lower, upper),
                constraints=constraints, options={"time_limit": _SECONDS},
            )  # fmt: skip
            assert made.x is not None, f"printed rows contradict each other: {made.message}"
            ends.append(round(float(goal @ np.round(made.x))))  # an integer witness
        return Range(ends[0], ends[1], true, self._most(target, moment or 0))

    def _program(
        self, question: str | None
    ) -> tuple[np.ndarray, np.ndarray, list[LinearConstraint]]:
        size = self.moments * self.atoms
        every = self.n.ravel()
        known = np.tile(self.reader.own, self.moments) | self.reader.sizes
        lower = np.where(known, every, 0).astype(float)
        upper = np.where(known, every, np.tile(self.caps, self.moments)).astype(float)
        cells: list[tuple[np.ndarray, np.ndarray, float, float]] = []
        for row in self.rows:
            at = row.moment * self.atoms + row.atoms
            down, up = _HALF_COUNT if not row.again else (MOVED + 1, MOVED)
            cells.append((at, np.ones(len(at)), row.n - down, row.n + up))
        for later in range(1, self.moments):
            for atom in range(self.atoms):
                at = np.array([later * self.atoms + atom, (later - 1) * self.atoms + atom])
                cells.append((at, np.array([1.0, -1.0]), 0.0, np.inf))
        if question is not None:
            hits = self.hits[question].ravel()
            own = np.tile(self.reader.own, self.moments)
            lower = np.concatenate([lower, np.where(own, hits, 0)])
            upper = np.concatenate([upper, np.where(own, hits, upper)])
            cells += self._answered(question, size)
        matrix = lil_array((len(cells), len(lower)))
        low, high = np.empty(len(cells)), np.empty(len(cells))
        for k, (at, weight, least, most) in enumerate(cells):
            matrix[[k], at] = weight
            low[k], high[k] = least, most
        return lower, upper, [LinearConstraint(csr_array(matrix), low, high)]

    def _answered(
        self, question: str, size: int
    ) -> list[tuple[np.ndarray, np.ndarray, float, float]]:
        sign = np.array([1.0, -1.0])
        # nobody is satisfied who was not asked
        cells = [(np.array([k, size + k]), sign, 0.0, np.inf) for k in range(size)]
        for later in range(1, self.moments):  # nor changes its answer
            for atom in range(self.atoms):
                now, then = (m * self.atoms + atom for m in (later, later - 1))
                cells.append(
                    (np.array([size + now, size + then]), np.array([1.0, -1.0]), 0.0, np.inf)
                )
                left = np.array([now, then, size + now, size + then])
                cells.append((left, np.array([1.0, -1.0, -1.0, 1.0]), 0.0, np.inf))
        for row in (r for r in self.rows if not r.again):
            share = row.shares[question]
            at = row.moment * self.atoms + row.atoms
            both = np.concatenate([size + at, at])
            if share > row.step + _TINY:
                least = np.r_[np.ones(len(at)), np.full(len(at), -(share - row.step / 2 - _TINY))]
                cells.append((both, least, 0.0, np.inf))
            if share < 1 - row.step - _TINY:
                most = np.r_[np.ones(len(at)), np.full(len(at), -(share + row.step / 2 + _TINY))]
                cells.append((both, most, -np.inf, 0.0))
        return cells
