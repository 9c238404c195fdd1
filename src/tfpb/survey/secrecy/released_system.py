"""What a wave and a question release, as sums over atoms, and what must stay open to every reader.

An atom is the answers of one bailleur and side that stand together in every level of territory: no row
tells them apart. What is told are sums of atoms, whatever the level, the panel, or the earlier release.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.design import indicator
from tfpb.survey.secrecy.cells import BOTH, HORS, QPV, Cell, Members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cells

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.intp]
    Telling = Callable[[Vector], Flags]
    """Tells, of answers by bailleur (rows) and group (columns), which groups show one of them."""

_TOTALS: Final = {True: 1000.0, False: 100.0}
"""What a figure of everyone (true), and one of a bailleur, cost to lose; one of a territory, about one."""
_SIDE: Final = 2.0
"""A side costs more than the whole of its territory: without it there is no gap."""
_SPARE: Final = {False: 0.5, True: 3.0}
"""Where gaps count as such: a side whose gap is lost, and (true) the whole of its territory."""
_BY_SIZE: Final = 20.0
"""What a side of as many answers as the whole costs more, where territories are of every size."""
_GAP: Final = 4.0
"""What a gap costs more than its sides, where it is the headline of a territory."""
COUNTS, ANSWERS = 0, 1
"""What moves: numbers of answers, or numbers of satisfied answers among as many."""


@dataclass(frozen=True, slots=True)
class Need:
    """One group that readers must find open.

    Parameters
    ----------
    group : int array
        Unknowns that the group adds up.
    by : float
        How far its number must be able to move.
    readers : tuple of int
        Bailleurs that know their own answers (`System.owner`); −1 for anybody.
    moving : int
        `COUNTS` or `ANSWERS`.
    """

    group: Numbers
    by: float
    readers: tuple[int, ...]
    moving: int


@dataclass(frozen=True, slots=True)
class System:
    """One wave and question.

    Parameters
    ----------
    rows : sparse array, shape (told, unknowns)
        What each told set of answers adds up; sets that are the same answers are one row.
    cells : sequence of tuple of Cell
        Those of each row.
    weight : array
        What each row costs to lose.
    gaps : int array, shape (gaps, 3)
        Rows of the two sides of a territory, without either of which there is no gap, and of its whole.
    fixed, lost : bool arrays
        Rows that readers hold: too late to mask them; rows that are masked whatever follows.
    hidden : frozenset of Cell
        Masked too, though another cell, of the same answers, is not.
    ties : sparse array, shape (sums, unknowns)
        Sums that hold between unknowns.
    owner : int array
        Whose each unknown is; −1 for nobody's.
    place : int array
        Where each unknown lies, sides apart (even and odd); −1 where territories are not crossed.
    low, high : arrays, shape (2, unknowns)
        How far each unknown can move: `COUNTS`, `ANSWERS`.
    needs : tuple of Need
    """

    rows: sparse.csr_array
    cells: Sequence[tuple[Cell, ...]]
    weight: Vector
    gaps: Numbers
    fixed: Flags
    lost: Flags
    hidden: frozenset[Cell]
    ties: sparse.csr_array
    owner: NDArray[np.int64]
    place: NDArray[np.int64]
    low: Vector
    high: Vector
    needs: tuple[Need, ...]

    @property
    def readers(self) -> int:
        """How many may read: each bailleur, then anybody."""
        return int(self.owner.max(initial=-1)) + 2

    def costs(self, lost: Flags) -> Vector:
        """Return what each row costs to lose, once others are: a side, its gap if the other is shown."""
        sides = self.gaps[:, :2]
        left = ~lost[sides[:, ::-1]]
        return self.weight + _GAP * np.bincount(sides[left], minlength=len(lost))

    def paid(self, lost: Flags, again: Flags) -> Flags:
        """Lose one more row of each territory with one lost side: the other two would tell it.

        The cheapest; one of `again`, masked by another question, at half its price.
        """
        lost, costs = lost.copy(), self.costs(lost)
        for rows in self.gaps[lost[self.gaps[:, :2]].any(axis=1)].tolist():
            if lost[rows].sum() == 1:
                lost[
                    min(
                        (k for k in rows if not lost[k] and not self.fixed[k]),
                        key=lambda k: costs[k] * (0.5 if again[k] else 1.0),
                    )
                ] = True
        return lost


def systems(
    cells: Cells,
    atoms: Sequence[Atoms],
    masking_n: int,
    previous: frozenset[Cell],
    telling: Telling | None = None,
) -> Iterator[list[System]]:
    """Write the systems of each wave (its questions one after the other), then of all other cells."""
    waves = {w.vague: _Wave(w, crossed=telling is not None) for w in atoms}
    by_name = groupby(sorted(cells.count), key=lambda c: (c.vague, c.item))
    made: dict[str, list[System]] = defaultdict(list)
    for (vague, _), here in by_name:
        maker = _Maker(cells, waves.get(vague), list(here), masking_n, previous, telling)
        made[vague].append(maker.system())
    yield from made.values()


class _Wave(Members):
    """A wave's atoms; with `crossed`, the groups that each level, or two of them, tell apart.

    Attributes
    ----------
    groups : sparse array, shape (groups, atoms)
    place : int array, shape (atoms,)
        As `System`.
    """

    def __init__(self, wave: Atoms, *, crossed: bool) -> None:
        super().__init__(wave)
        levels = [c for c in self.columns if c not in {"bailleur", "qpv"}] if crossed else []
        sides = [self.columns["qpv"] == "1", self.columns["qpv"] == "0"]
        found: dict[bytes, Flags] = {}
        for pair in [*((v,) for v in levels), *combinations(levels, 2)]:
            codes, met = pd.factorize(pd.MultiIndex.from_arrays([self.columns[v] for v in pair]))
            member = indicator(codes, len(met)).toarray() > 0
            quarter = bool(QUARTER_COLUMNS & set(pair))
            for side in sides[:1] if quarter else [*sides, sides[0] | sides[1]]:
                found |= {group.tobytes(): group for group in member & side}
        self.place = np.full(len(wave.n), -1)
        if levels:
            where = pd.MultiIndex.from_arrays([self.columns[v] for v in levels])
            self.place = 2 * pd.factorize(where)[0] + sides[0]
        self.groups = sparse.csr_array(
            np.array(list(found.values())).reshape(len(found), len(wave.n))
        )


class _Maker:
    """Makes the system of one wave and question: its cells, those that no atom makes up apart.

    Attributes
    ----------
    n, hits : arrays, shape (unknowns,)
        Answers of each atom, and those satisfied; then those of each cell that no atom makes up.
    sets : mapping of Cell to int array
        The unknowns of each cell.
    """

    def __init__(
        self,
        cells: Cells,
        wave: _Wave | None,
        here: Sequence[Cell],
        masking_n: int,
        previous: frozenset[Cell],
        telling: Telling | None,
    ) -> None:
        self.cells, self.masking_n = cells, masking_n
        self.previous, self.telling = previous, telling
        vague, item = here[0][:2]
        count = cells.count
        self.wave = wave if wave is not None and item in wave.wave.items else None
        sets: dict[Cell, Numbers] = {}
        n, hits = np.zeros(0), np.zeros(0)
        most = np.zeros(0)
        self.owner = self.place = np.zeros(0, dtype=np.int64)
        if self.wave is not None:
            wave = self.wave
            j = wave.wave.items.index(item)
            n, hits = (m[:, j].astype(float) for m in (wave.wave.n, wave.wave.hits))
            most = wave.wave.dwellings
            for cell in here:
                member = wave.of(cell, cells.panels.get((vague, item, cell.bailleur), ()))
                if member is not None and int(n[member].sum()) == count[cell]:
                    sets[cell] = np.flatnonzero(member & (n > 0))
            self.owner = _owners(wave.columns["bailleur"], n > 0)
            self.place = np.where(self.owner >= 0, wave.place, -1)
        self.atoms = len(n)
        self.extra = [c for c in here if c not in sets and count[c] > 0]
        for k, cell in enumerate(self.extra):
            sets[cell] = np.array([self.atoms + k])
        more = len(self.extra)
        self.sets = sets
        self.n = np.concatenate([n, [float(count[c]) for c in self.extra]])
        self.hits = np.concatenate([hits, np.zeros(more)])
        self.owner, self.place = (
            np.concatenate([of, np.full(more, -1)]) for of in (self.owner, self.place)
        )
        self.readers = tuple(range(-1, self.owner.max(initial=-1) + 1))
        up = np.concatenate([most, np.full(more, np.inf)]) - self.n
        of_atom = np.arange(len(self.n)) < self.atoms
        self.low = np.array([-self.n, np.where(of_atom, -self.hits, 0.0)])
        self.high = np.array(
            [
                np.where(self.n > 0, np.maximum(up, 0.0), 0.0),
                np.where(of_atom, self.n - self.hits, 0.0),
            ]
        )

    def system(self) -> System:
        """Write every told cell over the unknowns; group those that are the same answers."""
        cells, size = self.cells, len(self.n)
        alike: dict[bytes, list[Cell]] = defaultdict(list)
        for cell, group in self.sets.items():
            if len(group) and (cell in cells.shown or cell in cells.known):
                alike[group.tobytes()].append(cell)
        telling = self._telling()
        hidden, groups, lost = set[Cell](), list[tuple[Cell, ...]](), list[bool]()
        for key, told in alike.items():
            show = [c for c in told if c.niveau == TOTAL] if key in telling else told
            hidden |= set(told) - set(show) - cells.known
            groups.append(tuple(show or told))
            lost.append(not show or not self.previous.isdisjoint(show))
        rows = matrix([self.sets[g[0]] for g in groups], size)
        answers = rows @ self.n
        fixed = np.array([not cells.known.isdisjoint(g) for g in groups], dtype=bool)
        gone = np.array(lost, dtype=bool) | (answers < self.masking_n)
        needs = [*self._sizes(), *self._seen_small(groups, rows, fixed), *self._hidden(telling)]
        opened, unanimous = self._answers(groups, rows)
        needs += opened
        gone |= unanimous
        paired = self._gaps(groups) if self.telling else {}
        weight = np.array(
            [
                sum(_SPARE[c.groupe == BOTH] if c in paired else _weight(c) for c in g)
                for g in groups
            ]
        )
        whole = np.full(len(groups), float(answers.max(initial=0)))
        if self.telling:
            sides = np.array([g[0].groupe for g in groups])
            whole = np.array([answers[sides == s].max() for s in sides]) / _BY_SIZE
        return System(
            rows, groups, weight + answers / np.maximum(whole, 1.0),
            np.array([*dict.fromkeys(paired.values())], dtype=np.intp).reshape(-1, 3), fixed,
            gone & ~fixed, frozenset(hidden), self._ties(), self.owner, self.place, self.low, self.high,
            tuple(needs),
        )  # fmt: skip

    def _gaps(self, groups: Sequence[Sequence[Cell]]) -> dict[Cell, tuple[int, int, int]]:
        """Return, by each, the rows of both sides of a territory that tells them, and of its whole."""
        at = {c: k for k, g in enumerate(groups) for c in g if c.niveau != TOTAL}
        out: dict[Cell, tuple[int, int, int]] = {}
        for cell, row in at.items():
            other, whole = (cell._replace(groupe=g) for g in (HORS, BOTH))
            if cell.groupe == QPV and other in at and whole in at:
                out[cell] = out[other] = out[whole] = (row, at[other], at[whole])
        return out

    def _ties(self) -> sparse.csr_array:
        """Write the sums that hold between unknowns and cells."""
        apart, out = set(self.extra), []
        here = self.sets.keys()
        for total, parts in self.cells.sums:
            if not apart.isdisjoint((total, *parts)):
                row = np.zeros(len(self.n))
                row[self.sets[total]] += 1
                for part in here & set(parts):
                    row[self.sets[part]] -= 1
                out.append(row)
        return sparse.csr_array(np.array(out).reshape(len(out), len(self.n)))

    def _telling(self) -> Mapping[bytes, Numbers]:
        """List the groups of territories, told or got by subtraction, that would show a bailleur."""
        if self.telling is None or self.wave is None:
            return {}
        n = self.n[: self.atoms]
        met, names = np.unique(self.wave.columns["bailleur"], return_inverse=True)
        counts = (self.wave.groups * n) @ indicator(names, len(met)).T
        found = np.flatnonzero(self.telling(counts.toarray().T))
        there = [self.wave.groups[[k]].indices for k in found.tolist()]
        groups = [np.sort(g[n[g] > 0]).astype(np.intp) for g in there]
        return {g.tobytes(): g for g in groups}

    def _hidden(self, telling: Mapping[bytes, Numbers]) -> Iterator[Need]:
        """Ask that what was masked before, and what would show a bailleur, stays open.

        What was masked before as wide as what it may have been masked for. What a bailleur's own
        whole gives of a group is told anyway: the rest of it must be open.
        """
        high = self.high[COUNTS]
        for cell in sorted(self.previous & self.sets.keys()):
            if self.sets[cell].tobytes() in telling:
                continue
            for reader in self.readers:
                group = self._seen(self.sets[cell], reader)
                up = float(np.minimum(high[group], self.masking_n).sum())
                down = float(self.n[group].sum()) - 1
                for by in (min(self.masking_n, up), -min(self.masking_n, down)):
                    if by and len(group):
                        yield Need(group, by, (reader,), COUNTS)
        if self.wave is None:
            return
        names = self.wave.columns["bailleur"] + self.wave.columns["qpv"]
        whole = np.unique(names, return_inverse=True)[1]
        number = np.bincount(whole[self.n[: self.atoms] > 0])
        for every in telling.values():
            met = np.bincount(whole[every], minlength=len(number))
            yield from open_to(every[(met < number)[whole[every]]], self.owner, self.low, self.high)

    def _seen(self, group: Numbers, reader: int) -> Numbers:
        """Return what a reader does not know of a group."""
        return group if reader < 0 else group[self.owner[group] != reader]

    def _sizes(self) -> Iterator[Need]:
        """Ask that each small atom may hold one answer, and as many as the threshold."""
        for k in np.flatnonzero((self.n > 0) & (self.n < self.masking_n)).tolist():
            if k >= self.atoms and self.extra[k - self.atoms] in self.cells.known:
                continue
            for by in (min(self.masking_n - self.n[k], self.high[COUNTS, k]), 1 - self.n[k]):
                if by:
                    yield Need(np.array([k]), by, self._others(k), COUNTS)

    def _seen_small(
        self, groups: Sequence[Sequence[Cell]], rows: sparse.csr_array, fixed: Flags
    ) -> Iterator[Need]:
        """Ask as much of small rows, and of what bailleurs inside do not know of a row, if it is small."""
        whose = indicator(self.owner % len(self.readers), len(self.readers))  # nobody's last
        counts = ((rows * self.n) @ whose.T).toarray()
        counts[:, -1] = 0
        size = rows @ self.n
        for k in np.flatnonzero(~fixed).tolist():
            group = self.sets[groups[k][0]]
            away = tuple(r for r in self.readers[1:] if not counts[k, r]) or (-1,)
            inside = np.flatnonzero(counts[k]).tolist()
            for readers, seen in (
                (away, size[k]),
                *(((r,), size[k] - counts[k, r]) for r in inside),
            ):
                left = self._seen(group, readers[0])
                if seen < self.masking_n and len(left) > 1:
                    up = float(self.high[COUNTS, left].sum())
                    for by in (min(self.masking_n - seen, up), 1 - seen):
                        if by:
                            yield Need(left, by, readers, COUNTS)

    def _answers(
        self, groups: Sequence[Sequence[Cell]], rows: sparse.csr_array
    ) -> tuple[list[Need], Flags]:
        """Ask that no small atom, nor what a reader sees of a row, be known to answer as one.

        Returns
        -------
        list of Need
        bool array
            Rows whose answers are as one, to one reader at least.
        """
        yes, n = self.hits, self.n
        of_atom = np.arange(len(n)) < self.atoms
        needs: list[Need] = []
        small = of_atom & (n > 0) & (n < self.masking_n) & ((yes == 0) | (yes == n))
        for k in np.flatnonzero(small).tolist():
            by = 1.0 if yes[k] == 0 else -1.0
            needs.append(Need(np.array([k]), by, self._others(k), ANSWERS))
        alike = np.zeros(len(groups), dtype=bool)
        told = np.array([not self.cells.silent.issuperset(g) for g in groups], dtype=bool)
        for reader in self.readers:
            others = of_atom & ((self.owner != reader) | (reader < 0))
            size, hits = rows @ (n * others), rows @ (yes * others)
            seen = told & (size > 0) & ((hits == 0) | (hits == size))
            alike |= seen
            for k in np.flatnonzero(seen).tolist():
                group = self.sets[groups[k][0]]
                by = 1.0 if hits[k] == 0 else -1.0
                needs.append(Need(group[others[group]], by, (reader,), ANSWERS))
        return needs, alike

    def _others(self, k: int) -> tuple[int, ...]:
        """Return who may read of an unknown: every other bailleur, or anybody where there is one only."""
        return tuple(r for r in self.readers[1:] if r != self.owner[k]) or (-1,)


def open_to(group: Numbers, owner: NDArray[np.int64], low: Vector, high: Vector) -> Iterator[Need]:
    """Ask that what each reader does not know of a group can move, one way or the other."""
    inside = set(owner[group].tolist()) - {-1}
    outside = tuple(sorted(({-1} | set(owner.tolist())) - inside))
    for readers in (outside, *((r,) for r in sorted(inside))):
        left = group[~np.isin(owner[group], readers) | (owner[group] < 0)]
        up = float(high[COUNTS, left].sum()) >= 1
        if up or low[COUNTS, left].sum() <= -1:
            yield Need(left, 1.0 if up else -1.0, readers, COUNTS)


def matrix(groups: Sequence[Numbers], unknowns: int) -> sparse.csr_array:
    """Write sets of unknowns as rows of 0 and 1."""
    held = np.concatenate([np.zeros(0, dtype=np.intp), *groups])
    start = np.cumsum([0, *map(len, groups)])
    return sparse.csr_array((np.ones(len(held)), held, start), shape=(len(groups), unknowns))


def _owners(names: NDArray[np.object_], there: Flags) -> NDArray[np.int64]:
    """Return the number of each bailleur that answered, where several may each read; else −1."""
    out = np.full(len(there), -1)
    answered = names[there]
    if len(set(answered)) > 1:
        out[there] = np.unique(answered, return_inverse=True)[1]
    return out


def _weight(cell: Cell) -> float:
    if cell.niveau == TOTAL:
        return _TOTALS[cell.bailleur == ENSEMBLE]
    return 1.0 if cell.groupe == BOTH else _SIDE
