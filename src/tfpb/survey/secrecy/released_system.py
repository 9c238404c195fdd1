"""What a wave and a question release, as sums over atoms, and what must stay open to every reader.

An atom is the answers of one bailleur and side that stand together in every level of territory: no row
tells them apart. What is told are sums of atoms, whatever the level, the panel, or the earlier release.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.secrecy.cells import BOTH, QPV, Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cells

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_TOTALS: Final = {True: 1000.0, False: 100.0}
"""What a figure of everyone (true), and one of a bailleur, cost to lose; one of a territory, about one."""
_SIDE: Final = 2.0
"""A side costs more than the whole of its territory: without it there is no gap."""


@dataclass(frozen=True, slots=True)
class Need:
    """One group that readers must find open.

    Parameters
    ----------
    target : array
        Which unknowns the group adds up.
    by : float
        How far its number must be able to move.
    readers : tuple of int
        Bailleurs that know their own answers (`System.owner`); −1 for anybody.
    low, high : arrays
        How far each unknown can move.
    """

    target: Vector
    by: float
    readers: tuple[int, ...]
    low: Vector
    high: Vector


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
    fixed, lost : bool arrays
        Rows that readers hold: too late to mask them; rows that are masked whatever follows.
    ties : sparse array, shape (sums, unknowns)
        Sums that hold between unknowns.
    owner : int array
        Whose each unknown is; −1 for nobody's.
    needs : tuple of Need
    """

    rows: sparse.csr_array
    cells: Sequence[tuple[Cell, ...]]
    weight: Vector
    fixed: Flags
    lost: Flags
    ties: sparse.csr_array
    owner: NDArray[np.int64]
    needs: tuple[Need, ...]


def systems(
    cells: Cells, atoms: Sequence[Atoms], masking_n: int, previous: frozenset[Cell]
) -> Iterator[list[System]]:
    """Write the systems of each wave (its questions one after the other), then of all other cells."""
    waves = {(w.vague, item): (w, j) for w in atoms for j, item in enumerate(w.items)}
    members: dict[str, _Members] = {w.vague: _Members(w) for w in atoms}
    sums: dict[tuple[str, str], list[tuple[Cell, tuple[Cell, ...]]]] = defaultdict(list)
    for total, parts in cells.sums:
        sums[total.vague, total.item].append((total, parts))
    by_name = groupby(sorted(cells.count), key=lambda c: (c.vague, c.item))
    made: dict[str, list[System]] = defaultdict(list)
    for name, here in by_name:
        wave, j = waves.get(name, (None, 0))
        maker = _Maker(cells, members.get(name[0]), wave, j, masking_n, previous)
        made[name[0]].append(maker.system(list(here), sums[name]))
    yield from made.values()


class _Members:
    """Which atoms of a wave each cell is made of, question apart."""

    def __init__(self, wave: Atoms) -> None:
        self.columns = {str(c): wave.places[c].to_numpy(dtype=object) for c in wave.places}
        self._known: dict[tuple[str, ...], Flags | None] = {}

    def of(self, cell: Cell) -> Flags | None:
        """Return the atoms of a cell; None for a cell of another kind."""
        if cell[2:] not in self._known:
            self._known[cell[2:]] = self._find(cell)
        return self._known[cell[2:]]

    def _find(self, cell: Cell) -> Flags | None:
        if cell.bailleur.startswith("@") or (
            cell.niveau != TOTAL and cell.niveau not in self.columns
        ):
            return None
        member = np.ones(len(self.columns["qpv"]), dtype=bool)
        if cell.niveau != TOTAL:
            member &= self.columns[cell.niveau] == cell.territoire
        if cell.bailleur != ENSEMBLE:
            member &= self.columns["bailleur"] == cell.bailleur
        if cell.groupe != BOTH:
            member &= self.columns["qpv"] == ("1" if cell.groupe == QPV else "0")
        return member


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the system of one wave and question.

    `wave` is None for cells that no atom makes up: each is then an unknown of its own.
    """

    cells: Cells
    members: _Members | None
    wave: Atoms | None
    item: int
    masking_n: int
    previous: frozenset[Cell]

    def system(self, here: Sequence[Cell], sums: Sequence[tuple[Cell, tuple[Cell, ...]]]) -> System:
        """Write every cell over the atoms, or over unknowns of its own; group those that are the same."""
        count = self.cells.count
        atoms = self.wave.n[:, self.item].astype(float) if self.wave is not None else np.zeros(0)
        known: dict[Cell, Vector] = {}
        for cell in here:
            member = self.members.of(cell) if self.members is not None and len(atoms) else None
            if member is not None and int(atoms[member].sum()) == count[cell]:
                known[cell] = member.astype(float)
        while self._derived(known, sums, atoms):
            pass
        extra = [c for c in here if c not in known and count[c] > 0]
        n = np.concatenate([atoms, [float(count[c]) for c in extra]])
        vectors = {c: np.concatenate([v, np.zeros(len(extra))]) for c, v in known.items()}
        for k, cell in enumerate(extra):
            vectors[cell] = np.zeros(len(n))
            vectors[cell][len(atoms) + k] = 1
        apart = set(extra)
        ties = [
            vectors[total] - sum((vectors[p] for p in parts if p in vectors), np.zeros(len(n)))
            for total, parts in sums
            if total in vectors and (total in apart or not apart.isdisjoint(parts))
        ]
        told = [c for c in here if c in self.cells.shown or c in self.cells.known]
        groups: dict[bytes, list[Cell]] = defaultdict(list)
        for cell in told:
            if cell in vectors and vectors[cell].any():
                groups[vectors[cell].tobytes()].append(cell)
        alike = [tuple(g) for g in groups.values()]
        rows = np.array([vectors[g[0]] for g in alike]).reshape(-1, len(n))
        size = rows @ n
        fixed = np.array([any(c in self.cells.known for c in g) for g in alike], dtype=bool)
        lost = np.array([any(c in self.previous for c in g) for g in alike], dtype=bool)
        lost |= (size > 0) & (size < self.masking_n)
        weight = np.array([sum(map(_weight, g)) for g in alike])
        needs = [*self._sizes(n, extra), *self._hidden(vectors, n)]
        if self.wave is not None:
            mute = np.array([self.cells.silent.issuperset(g) for g in alike], dtype=bool)
            opened, unanimous = self._answers(np.where(mute[:, None], 0.0, rows), n)
            needs += opened
            lost |= unanimous
        return System(
            sparse.csr_array(rows), alike, weight + size / max(float(size.max(initial=0)), 1.0),
            fixed, lost & ~fixed, sparse.csr_array(np.array(ties).reshape(-1, len(n))), self._owner(len(n)),
            tuple(needs),
        )  # fmt: skip

    def _derived(
        self,
        known: dict[Cell, Vector],
        sums: Iterable[tuple[Cell, tuple[Cell, ...]]],
        atoms: Vector,
    ) -> bool:
        """Write a cell that a sum gives from others; return whether one was found."""
        found = False
        for total, parts in sums if len(atoms) else ():
            left = [c for c in (total, *parts) if c not in known]
            if len(left) != 1:
                continue
            if left[0] is total or left[0] == total:
                vector = sum((known[p] for p in parts), np.zeros(len(atoms)))
            else:
                vector = known[total] - sum((known[p] for p in parts if p in known), 0.0)
            if np.isin(vector, (0.0, 1.0)).all() and vector @ atoms == self.cells.count[left[0]]:
                known[left[0]], found = vector, True
        return found

    def _owner(self, unknowns: int) -> NDArray[np.int64]:
        """Give each bailleur a number, where there are several that may each read."""
        out = np.full(unknowns, -1)
        if self.wave is not None:
            owner = self.wave.places["bailleur"].to_numpy(dtype=object)
            there = self.wave.n[:, self.item] > 0
            if len(set(owner[there])) > 1:
                out[np.flatnonzero(there)] = np.unique(owner[there], return_inverse=True)[1]
        return out

    def _limits(self, n: Vector) -> tuple[Vector, Vector]:
        """Return how far each number of answers can go down, and up."""
        most = np.full(len(n), np.inf)
        if self.wave is not None:
            most[: len(self.wave.n)] = self.wave.dwellings
        return -n, np.where(n > 0, np.maximum(most - n, 0.0), 0.0)

    def _hidden(self, vectors: Mapping[Cell, Vector], n: Vector) -> Iterator[Need]:
        """Ask that what was masked before stays as open as what it may have been masked for."""
        low, high = self._limits(n)
        owner = self._owner(len(n))
        for cell in sorted(self.previous & vectors.keys()):
            for reader in range(-1, owner.max(initial=-1) + 1):
                target = np.where((owner == reader) & (reader >= 0), 0.0, vectors[cell])
                up = float(target @ np.minimum(high, self.masking_n))
                down = float(target @ n) - 1
                for by in (min(self.masking_n, up), -min(self.masking_n, down)):
                    if by and target.any():
                        yield Need(target, by, (reader,), low, high)

    def _sizes(self, n: Vector, extra: Sequence[Cell]) -> Iterator[Need]:
        """Ask that each small atom may hold one answer, and as many as the threshold."""
        count = len(n) - len(extra)
        low, high = self._limits(n)
        owner = self._owner(len(n))
        for k in np.flatnonzero((n > 0) & (n < self.masking_n)).tolist():
            if k >= count and extra[k - count] in self.cells.known:
                continue
            target = np.zeros(len(n))
            target[k] = 1
            for by in (min(self.masking_n - n[k], high[k]), 1 - n[k]):
                if by:
                    yield Need(target, by, _others(owner, owner[k]), low, high)

    def _answers(self, rows: Vector, n: Vector) -> tuple[list[Need], Flags]:
        """Ask that no small atom, nor what a reader sees of a row, be known to answer as one.

        Returns
        -------
        list of Need
        bool array
            Rows whose answers are as one, to one reader at least.
        """
        assert self.wave is not None  # noqa: S101 - the caller asked
        yes = np.zeros(len(n))
        yes[: len(self.wave.n)] = self.wave.hits[:, self.item]
        of_atom = np.arange(len(n)) < len(self.wave.n)
        low, high = np.where(of_atom, -yes, 0.0), np.where(of_atom, n - yes, 0.0)
        owner = self._owner(len(n))
        needs: list[Need] = []
        small = of_atom & (n > 0) & (n < self.masking_n) & ((yes == 0) | (yes == n))
        for k in np.flatnonzero(small).tolist():
            target = np.zeros(len(n))
            target[k] = 1
            by = 1.0 if yes[k] == 0 else -1.0
            needs.append(Need(target, by, _others(owner, owner[k]), low, high))
        alike = np.zeros(len(rows), dtype=bool)
        for reader in range(-1, owner.max(initial=-1) + 1):
            others = np.where(((owner == reader) & (reader >= 0)) | ~of_atom, 0.0, rows)
            size, hits = others @ n, others @ yes
            seen = (size > 0) & ((hits == 0) | (hits == size))
            alike |= seen
            needs += [
                Need(others[k], 1.0 if hits[k] == 0 else -1.0, (reader,), low, high)
                for k in np.flatnonzero(seen).tolist()
            ]
        return needs, alike


def _others(owner: NDArray[np.int64], one: int) -> tuple[int, ...]:
    """Return who may read of a group: every other bailleur, or anybody where there is one only."""
    return tuple(k for k in range(owner.max(initial=-1) + 1) if k != one) or (-1,)


def _weight(cell: Cell) -> float:
    if cell.niveau == TOTAL:
        return _TOTALS[cell.bailleur == ENSEMBLE]
    return 1.0 if cell.groupe == BOTH else _SIDE
