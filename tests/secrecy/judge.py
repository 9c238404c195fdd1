"""The judge: what a reader of printed rows alone can work out of a small group, by integer programs.

Written from the attack as described, without reading the protector. A reader knows which résidences lie where
(the stock), and perhaps every number of interviews; a bailleur knows its own answers besides. Every printed
count and share is a bound on sums of whole numbers; two programs a target tell how far its answers may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, lil_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HALF_COUNT: Final = (5, 4)
"""A count printed n may be n − 5 to n + 4."""
_SECONDS: Final = (30.0, 300.0)
"""Of the clock, for a first and for a last look: a machine at work by five others gives a fifth of them."""
_OUT_OF_TIME: Final = 1
_IMPOSSIBLE: Final = 2
"""Status of a program of scipy that its limit stopped, and of one that has no solution."""
_TINY: Final = 1e-7


Levels = tuple[int, ...]
"""Levels of an answer that a printed share counts together."""


@dataclass(frozen=True)
class Window:
    """Answers of these levels to a question: between two counts, or two shares of those of `base`."""

    question: str
    levels: Levels
    low: float
    high: float
    base: Levels | None = None

    def coefficients(self, share: float, count: int) -> np.ndarray:
        """Return what a household of each of `count` levels adds to « levels − share × base »."""
        every = np.arange(count)
        base = np.isin(every, self.base) if self.base is not None else np.zeros(count)
        return np.isin(every, self.levels) - share * base


@dataclass(frozen=True)
class Row:
    """One printed row: which atoms it is made of, its count, and between what its shares lie, by question.

    `moment`: which release. A count is NaN where none is printed, and lies between `bounds` where it is told
    to be small.
    """

    atoms: np.ndarray
    n: float
    shares: dict[tuple[str, Levels], tuple[float, float]]
    moment: int = 0
    bounds: tuple[float, float] | None = None
    windows: tuple[Window, ...] = ()
    """What is printed of a question where not every answer is valid."""

    def of_question(self, question: str, count: int) -> Iterator[Window]:
        """Yield what the row prints of a question that has `count` levels."""
        every = tuple(range(count))
        for (asked, levels), (low, high) in self.shares.items():
            if asked == question:
                yield Window(question, levels, low, high, every)
        yield from (w for w in self.windows if w.question == question)


@dataclass(frozen=True)
class Weighed:
    """A printed figure of the satisfied under weights that a reader knows: within `slack` of `value`."""

    question: str
    atoms: np.ndarray
    weight: np.ndarray
    value: float
    slack: float


@dataclass(frozen=True)
class Reader:
    """What a reader knows besides: every size (or its own alone), and which atoms are its own."""

    sizes: bool
    own: np.ndarray


@dataclass(frozen=True)
class Range:
    """What a target may be: its true value, and two away from it on each side at most."""

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


@dataclass(frozen=True)
class _Program:
    """Whole unknowns between bounds, sums of them between others, and the truth, which meets them all."""

    lower: np.ndarray
    upper: np.ndarray
    held: csr_array
    lows: np.ndarray
    highs: np.ndarray
    true: np.ndarray

    def solved(self, goal: np.ndarray, beyond: tuple[float, float]) -> OptimizeResult:
        """Look for unknowns whose goal is beyond the truth: as far from it as `beyond` says.

        The solver's presolve may call the truth itself impossible: what it says then is asked without it.
        """
        for seconds in _SECONDS:
            made = self._looked(goal, beyond, seconds)
            if made.status != _OUT_OF_TIME or made.x is not None:
                break
        open_ends = (-np.inf, np.inf)
        if made.status != _IMPOSSIBLE or self._looked(goal, open_ends, _SECONDS[0]).x is not None:
            return made
        return self._looked(goal, beyond, _SECONDS[-1], presolve=False)

    def _looked(
        self,
        goal: np.ndarray,
        beyond: tuple[float, float],
        seconds: float,
        *,
        presolve: bool = True,
    ) -> OptimizeResult:
        return milp(
            np.zeros(len(goal)), integrality=np.ones(len(goal)), bounds=Bounds(self.lower, self.upper),
            constraints=[
                LinearConstraint(self.held, self.lows, self.highs),
                LinearConstraint(goal[None, :], *beyond),
            ],
            options={"time_limit": seconds, "presolve": presolve},
        )  # fmt: skip


class Attack:
    """All that is printed of one survey, as bounds on the sizes and answers of its atoms.

    Parameters
    ----------
    rows : sequence of Row
    n : int array (moments, atoms)
        True interviews of each release: only those that a reader knows are used. They never fall.
    hits : mapping of str to int array (moments, atoms, levels)
        True answers by level, each household answering.
    supposed : bool
        Whether some of the rows are supposed, so that the truth need not meet them.
    good : tuple of int
        Levels of the satisfied.
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
        good: Levels = (0,),
        weighed: Sequence[Weighed] = (),
        *,
        supposed: bool = False,
    ) -> None:
        self.rows, self.n, self.hits, self.caps, self.reader = rows, n, hits, caps, reader
        self.good, self.weighed, self.supposed = good, weighed, supposed
        self.moments, self.atoms = n.shape
        self.size_of = self.moments * self.atoms
        self.undecided = 0
        self._made: dict[str | None, _Program] = {}

    def size(self, target: np.ndarray) -> Range:
        """Bound the number of households of a target at the first release."""
        return self._range(None, target, int(self.n[0][target].sum()))

    def _most(self, target: np.ndarray, moment: int) -> int:
        own = self.reader.own[target] | self.reader.sizes
        return int(np.where(own, self.n[moment][target], self.caps[target]).sum())

    def answers(self, question: str, target: np.ndarray) -> Range:
        """Bound how many of a target are satisfied at the first release."""
        return self._range(question, target, int(self._satisfied(question, 0)[target].sum()))

    def _satisfied(self, question: str, moment: int) -> np.ndarray:
        return np.asarray(self.hits[question][moment][:, list(self.good)].sum(axis=1))

    def late(self, question: str, moment: int, target: np.ndarray) -> Range:
        """Bound how many satisfied are come to a target by a release."""
        now, then = (self._satisfied(question, m) for m in (moment, 0))
        true = int((now - then)[target].sum())
        return self._range(question, target, true, moment)

    def _range(
        self, question: str | None, target: np.ndarray, true: int, moment: int | None = None
    ) -> Range:
        blocks = 1 if question is None else self.hits[question].shape[2]
        goal = np.zeros(blocks * self.size_of)
        for block in [0] if question is None else [1 + level for level in self.good]:
            first = block * self.size_of + np.asarray(target)
            goal[first] = 1 if moment is None else -1
            if moment is not None:
                goal[first + moment * self.atoms] = 1
        most = self._most(target, moment or 0)
        ends = [self._reached(goal, true, sense, most, question) for sense in (-1, 1)]
        return Range(ends[0], ends[1], true, most)

    def _reached(
        self, goal: np.ndarray, true: int, sense: int, most: int, question: str | None
    ) -> int:
        """Return a value two away from the truth that nothing printed rules out, else one, else the truth.

        An integer witness of it is found; a program that finds none in time counts as ruled out, and is
        counted (`undecided`): on a busy machine what seems found may be that.
        """
        whole = self._program(question)
        for far in (2, 1):
            value = min(max(true + sense * far, 0), most)
            if (value - true) * sense <= 0:
                continue
            beyond = (value, np.inf) if sense > 0 else (-np.inf, value)
            for program, asked in [*self._tied(question, goal), (whole, goal)]:
                made = program.solved(asked, beyond)
                if made.x is not None:
                    return round(float(asked @ np.round(made.x)))
            self.undecided += made.status == _OUT_OF_TIME
        return true

    def _tied(
        self, question: str | None, goal: np.ndarray
    ) -> Iterator[tuple[_Program, np.ndarray]]:
        """Give first the program in which all that came after the first release is as it was.

        A witness of it is one of the whole, of a fifth of the unknowns where there are five releases.
        """
        whole = self._program(question)
        blocks = len(goal) // self.size_of
        first = np.arange(len(goal)).reshape(blocks, self.moments, self.atoms)
        column = np.broadcast_to(
            np.arange(blocks * self.atoms).reshape(blocks, 1, self.atoms), first.shape
        )
        spread = csr_array((np.ones(len(goal)), (first.ravel(), column.ravel())))
        if self.moments == 1 or not (goal @ spread).any():
            return
        start = first[:, 0].ravel()
        come = whole.true - spread @ whole.true[start]
        held, moved = whole.held @ spread, whole.held @ come
        by = (blocks, self.moments, self.atoms)
        tied = _Program(
            (whole.lower - come).reshape(by).max(axis=1).ravel(),
            (whole.upper - come).reshape(by).min(axis=1).ravel(),
            csr_array(held), whole.lows - moved, whole.highs - moved, whole.true[start],
        )  # fmt: skip
        yield tied, goal @ spread

    def _program(self, question: str | None) -> _Program:
        if question in self._made:
            return self._made[question]
        every = self.n.ravel()
        known = np.tile(self.reader.own, self.moments) | self.reader.sizes
        lower = np.where(known, every, 0).astype(float)
        upper = np.where(known, every, np.tile(self.caps, self.moments)).astype(float)
        cells: list[tuple[np.ndarray, np.ndarray, float, float]] = []
        for row in self.rows:
            at = row.moment * self.atoms + row.atoms
            down, up = _HALF_COUNT
            low, high = row.bounds or (row.n - down, row.n + up)
            if not np.isnan(low):
                cells.append((at, np.ones(len(at)), low, high))
        for later in range(1, self.moments):
            for atom in range(self.atoms):
                at = np.array([later * self.atoms + atom, (later - 1) * self.atoms + atom])
                cells.append((at, np.array([1.0, -1.0]), 0.0, np.inf))
        if question is not None:
            hits = self.hits[question]
            own = np.tile(self.reader.own, self.moments)
            top = upper.copy()
            for level in range(hits.shape[2] - 1):
                told = hits[:, :, level].ravel()
                lower = np.concatenate([lower, np.where(own, told, 0)])
                upper = np.concatenate([upper, np.where(own, told, top)])
            cells += self._answered(question)
        matrix = lil_array((len(cells), len(lower)))
        lows, highs = np.empty(len(cells)), np.empty(len(cells))
        for k, (at, weight, least, most) in enumerate(cells):
            matrix[[k], at] = weight
            lows[k], highs[k] = least, most
        held = csr_array(matrix)
        levels = [] if question is None else self.hits[question][:, :, :-1].transpose(2, 0, 1)
        true = np.concatenate([every, *(level.ravel() for level in levels)]).astype(float)
        met = held @ true
        wrong = np.flatnonzero((met < lows - _TINY) | (met > highs + _TINY))
        assert self.supposed or not len(wrong), (
            f"what is printed is not what is true: {[cells[k] for k in wrong[:2]]}"
        )
        self._made[question] = _Program(lower, upper, held, lows, highs, true)
        return self._made[question]

    def _answered(self, question: str) -> list[tuple[np.ndarray, np.ndarray, float, float]]:
        size, free = (
            self.size_of,
            self.hits[question].shape[2] - 1,
        )  # the last level is what is left
        blocks = size * np.arange(free + 1)
        rest = np.r_[1.0, -np.ones(free)]
        cells = [(blocks + k, rest, 0.0, np.inf) for k in range(size)]  # who was not asked has none
        for later in range(1, self.moments):  # nor changes its answer
            for atom in range(self.atoms):
                now, then = (blocks + m * self.atoms + atom for m in (later, later - 1))
                both = zip(now[1:], then[1:], strict=True)
                cells += [(np.array(b), np.array([1.0, -1.0]), 0.0, np.inf) for b in both]
                cells.append((np.r_[now, then], np.r_[rest, -rest], 0.0, np.inf))
        for row in self.rows:
            at = row.moment * self.atoms + row.atoms
            for window in row.of_question(question, free + 1):
                where = np.concatenate([at, *((1 + k) * size + at for k in range(free))])
                limits = (
                    [(0.0, window.low, window.high)]
                    if window.base is None
                    else [(window.low - _TINY, 0.0, np.inf), (window.high + _TINY, -np.inf, 0.0)]
                )
                for share, least, most in limits:
                    each = window.coefficients(share, free + 1)
                    # the households of the last level are those of no other one
                    weight = np.r_[each[-1], each[:-1] - each[-1]]
                    cells.append((where, np.repeat(weight, len(at)), least, most))
        for one in (w for w in self.weighed if w.question == question):
            where = np.concatenate([(1 + k) * size + one.atoms for k in self.good])
            weight = np.tile(one.weight, len(self.good))
            cells.append((where, weight, one.value - one.slack, one.value + one.slack))
        return cells
