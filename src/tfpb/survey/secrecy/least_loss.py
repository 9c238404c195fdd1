"""Masks chosen together, at the least loss: a linear program where a group is closed, then a clean-up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from tfpb.survey.estimation.design import indicator
from tfpb.survey.secrecy.movements import DEAR, TINY, Columns, Movements, moved, shared_by
from tfpb.survey.secrecy.released_system import COUNTS, matrix, open_to, systems

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cell, Cells
    from tfpb.survey.secrecy.movements import Move, Shared
    from tfpb.survey.secrecy.released_system import Need, Numbers, System, Telling

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Each = Callable[[Callable[["_Chunk"], "_Found"], Sequence["_Chunk"]], Iterable["_Found"]]

_MOST_PROGRAMS: Final = {True: 60, False: 20}
"""Linear programs of the clean-up of the first question of a wave, and of each other: never seconds."""
_MOST_CHECKS: Final = {True: 6000, False: 600}
"""Groups whose other ways it may look for."""
_CHUNK: Final = 8
"""Questions searched one after the other, whoever runs them."""


def least_masks(
    cells: Cells,
    atoms: Sequence[Atoms],
    masking_n: int,
    previous: frozenset[Cell],
    telling: Telling | None = None,
    each: Each = map,
) -> frozenset[Cell]:
    """Choose the cells to mask so that every small group is open to every reader.

    Parameters
    ----------
    cells : Cells
    atoms : sequence of Atoms
        One a wave.
    masking_n : int
    previous : frozenset of Cell
        Masked before: masked again.
    telling : callable, optional
        Which groups of territories show one bailleur, by its answers: masked, and open too.
    each : callable
        Runs a function over some chunks of questions, here or elsewhere.

    Returns
    -------
    frozenset of Cell

    Notes
    -----
    Small cells and cells that answer as one first. Then, group by group and reader by reader, the masks
    of least loss that let its number move as far as it must (Kelly, Golden & Assad's network heuristic,
    by a linear program); a movement found serves every other group, reader and question that it frees. Last,
    masks are taken back one by one, dearest first, where every group that leant on them finds another way.
    Of each wave the question with most answers comes first: the others mask what it masks before all else.
    """
    out: set[Cell] = set()
    for wave in systems(cells, atoms, masking_n, previous, telling):
        fullest = sorted(wave, key=lambda system: system.low[COUNTS].sum())
        alike = [*zip(fullest, shared_by(fullest), strict=True)]
        open_masked = telling is not None
        first = _searched(_Chunk(alike[:1], {}, frozenset(), open_masked))
        rest = [
            _Chunk(alike[k : k + _CHUNK], first.moves, first.names, open_masked)
            for k in range(1, len(alike), _CHUNK)
        ]
        for found in (first, *each(_searched, rest)):
            out |= found.masked
    return frozenset(out)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Questions of a wave that are searched one after the other, and what its first question gave.

    Parameters
    ----------
    alike : sequence of (System, Shared)
    moves : mapping of int to sequence of Move
        By number of unknowns.
    again : frozenset of tuple of str
        Cells that the first question masks, without wave and question.
    open_masked : bool
        Whether what is masked must be open too.
    """

    alike: Sequence[tuple[System, Shared]]
    moves: Mapping[int, Sequence[Move]]
    again: frozenset[tuple[str, ...]]
    open_masked: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What a chunk masks, and the movements that it found."""

    masked: frozenset[Cell]
    moves: Mapping[int, Sequence[Move]]

    @property
    def names(self) -> frozenset[tuple[str, ...]]:
        """Cells masked, without wave and question."""
        return frozenset(c[2:] for c in self.masked)


def _searched(chunk: _Chunk) -> _Found:
    """Choose the masks of some questions; a movement that one finds serves the next."""
    masked: set[Cell] = set()
    moves = {size: [*known] for size, known in chunk.moves.items()}
    for system, shared in chunk.alike:
        known = moves.setdefault(system.rows.shape[1], [])
        search = _Search(system, known, chunk.again, shared)
        search.open_all()
        search.clean()
        if chunk.open_masked:
            search.open_masked()
        masked |= {c for k in np.flatnonzero(search.lost).tolist() for c in system.cells[k]}
        masked |= system.hidden
    return _Found(frozenset(masked), moves)


class _Search:
    """The masks of one system, as they are chosen.

    Parameters
    ----------
    system : System
    moves : list of array
        Movements of as many unknowns found so far in this wave.
    again : set
        Cells that the first question of the wave masks: masked here before any other.
    shared : Shared

    Attributes
    ----------
    lost : bool array
        Rows masked.
    told, met : bool arrays
        Of each movement that this system allows: the rows that it moves, the bailleurs whose answers
        it moves (none, for the reader −1, last).
    fits : list of list of int
        The movements that free each need, made longer, shorter or turned round.
    way : int array, shape (needs, readers)
        Which movement frees a group for a reader; −1 for none.
    """

    def __init__(
        self,
        system: System,
        moves: list[Move],
        again: Collection[tuple[str, ...]],
        shared: Shared,
    ) -> None:
        self.system, self.moves, self.first = system, moves, not again
        self.again = np.array([any(c[2:] in again for c in g) for g in system.cells], bool)
        self.again &= ~system.fixed
        self.lost: Flags = system.paid(system.lost, self.again)
        self.ways = Movements(system, shared)
        self.known = [m for m in moves if not self.ways.untied(m)] if system.ties.nnz else [*moves]
        self.told, self.met = self._effects(self.known)
        self._ask(system.needs)

    def _effects(self, moves: Sequence[Move]) -> tuple[Flags, Flags]:
        """Return, of movements, the rows that each moves and the bailleurs whose answers."""
        far = moved(moves, len(self.system.owner))
        whose = indicator(
            self.system.owner % self.system.readers, self.system.readers
        )  # nobody's last
        met = (abs(far) @ whose.T).toarray() > 0
        met[:, -1] = False
        return (abs(far @ self.system.rows.T) > TINY).toarray(), met

    def _ask(self, needs: Sequence[Need]) -> None:
        """Take on what must be open."""
        self.needs = needs
        groups = matrix([n.group for n in needs], len(self.system.owner))
        self.members = Columns(groups)
        self.by = np.array([n.by for n in needs])
        self.moving = np.array([n.moving for n in needs], dtype=np.intp)
        self.way = np.full((len(needs), self.met.shape[1]), -1)
        self.fits = self._fitting(groups)

    def _fitting(self, groups: sparse.csr_array) -> list[list[int]]:
        """List the known movements that free each need."""
        far = moved(self.known, groups.shape[1])
        ends = np.sort(
            [edge[:, far.indices] / far.data for edge in (self.system.low, self.system.high)],
            axis=0,
        )
        least = np.maximum.reduceat(ends[0], far.indptr[:-1], axis=1) * (1 + TINY)
        most = np.minimum.reduceat(ends[1], far.indptr[:-1], axis=1) * (1 + TINY)
        reach = (groups @ far.T).tocoo()
        some = np.abs(reach.data) > TINY
        need, move = (at[some] for at in reach.coords)
        scale, moving = self.by[need] / reach.data[some], self.moving[need]
        fit = (scale >= least[moving, move]) & (scale <= most[moving, move])
        need, move = need[fit], move[fit]
        order = np.lexsort((move, need))
        starts = np.searchsorted(need[order], np.arange(len(self.needs) + 1)).tolist()
        listed = move[order].tolist()
        return [listed[a:b] for a, b in pairwise(starts)]

    def open_masked(self) -> None:
        """Free what is masked, so that no reader can work it out, until nothing more is."""
        done = np.zeros(len(self.lost), dtype=bool)
        while (self.lost & ~done).any():
            rows = np.flatnonzero(self.lost & ~done)
            done |= self.lost
            system = self.system
            groups = [system.rows[[k]].indices.astype(np.intp) for k in rows.tolist()]
            told = [open_to(g, system.owner, system.low, system.high) for g in groups]
            self._ask([*chain.from_iterable(told)])
            self.open_all()

    def open_all(self) -> None:
        """Free every group that must be open, for every reader; one that nothing can free is left."""
        shut = self._shut(self.lost)
        for k, need in enumerate(self.needs):
            left = self._freed(k, np.array(need.readers), shut, self.way[k])
            while len(left):
                move = self.ways.traded(need, left, self.lost)
                if move is None and (known := self._again(k, int(left[0]))) >= 0:
                    self.lost |= self.told[known]
                    shut = self._shut(self.lost)
                    left = self._freed(k, left, shut, self.way[k])
                    continue
                if move is None:
                    move = self.ways.program(need, int(left[0]), self.lost, hard=False)
                if move is None:
                    left = left[1:]
                    continue
                self._found(move)
                self.lost |= self.told[-1]
                shut = self._shut(self.lost)
                free = ~self.met[-1, left]
                self.way[k, left[free]] = len(self.told) - 1
                left = left[~free]

    def _again(self, k: int, reader: int) -> int:
        """Return the known movement that frees a group at the least loss of rows masked elsewhere; or −1."""
        ways = np.array(self.fits[k], dtype=np.intp)
        ways = ways[~self.met[ways, reader]]
        more = self.told[ways] & ~self.lost
        price = more @ self.system.costs(self.lost)
        ways, price = (
            of[(price < DEAR) & ~(more & ~self.again).any(axis=1)] for of in (ways, price)
        )
        return int(ways[price.argmin()]) if len(ways) else -1

    def _shut(self, lost: Flags) -> Flags:
        """Return which movements move a row that is shown."""
        return np.asarray((self.told & ~lost).any(axis=1))

    def _freed(self, k: int, readers: Numbers, shut: Flags, way: Numbers) -> Numbers:
        """Note in `way` which open movement frees a group for each reader; return those left."""
        ways = np.array(self.fits[k], dtype=np.intp)
        ways = ways[~shut[ways]][::-1]
        if not len(ways):
            return readers
        free = ~self.met[np.ix_(ways, readers)]
        found = free.any(axis=0)
        way[readers[found]] = ways[free.argmax(axis=0)[found]]
        return readers[~found]

    def clean(self) -> None:
        """Take masks back, dearest first, as long as every group finds another way.

        A dear one is also given back for others that cost less all together.
        """
        used = self.told[np.unique(self.way[self.way >= 0])].any(axis=0)
        self.lost &= self.system.lost | used
        self._take_back()
        needless = self.lost & ~self.system.lost
        most, left = self.ways.programs + _MOST_PROGRAMS[self.first], _MOST_CHECKS[self.first]
        costs = self.system.costs(self.system.lost)
        order = np.argsort(-costs, kind="stable")
        for row in order[needless[order]].tolist():
            leant = np.append(self.told[:, row], False)[self.way]
            left -= int(leant.sum())
            dear = costs[row] >= DEAR
            if left < 0 and not dear:
                return
            lost = self.lost.copy()
            lost[row] = False
            anew = self.way.copy()
            shut = self._shut(lost)
            for k in np.flatnonzero(leant.any(axis=1)).tolist():
                readers = self._freed(k, np.flatnonzero(leant[k]), shut, anew[k])
                while len(readers) and self.ways.programs < most:
                    reader = int(readers[0])
                    move = self.ways.traded(self.needs[k], readers, lost)
                    if move is None:
                        move = self.ways.program(self.needs[k], reader, lost, row, hard=not dear)
                    if move is None:
                        break
                    self._found(move)
                    lost |= self.told[-1]
                    shut = self._shut(lost)
                    anew[k, reader] = len(self.told) - 1
                    readers = self._freed(k, readers[1:], shut, anew[k])
                if len(readers):
                    break
            else:
                if costs[lost & ~self.lost].sum() < costs[row]:
                    self.lost, self.way = lost, anew

    def _take_back(self) -> None:
        """Take back masks, dearest first, that every group does without by movements already known."""
        shut = self._shut(self.lost)
        if not len(shut):
            return
        held = np.array([len(fit) for fit in self.fits], dtype=np.intp)
        listed = np.fromiter(chain.from_iterable(self.fits), dtype=np.intp)
        need = np.repeat(np.arange(len(held)), held)
        fits = sparse.csc_array(
            (np.where(shut[listed], 0.0, 1.0), (need, listed)), shape=(len(held), len(shut))
        )
        free = (~self.met).astype(float)
        asked = self.way >= 0
        ways = fits @ free
        order = np.argsort(-self.system.costs(self.system.lost), kind="stable")
        for row in order[(self.lost & ~self.system.lost)[order]].tolist():
            closing = np.flatnonzero(self.told[:, row] & ~shut)
            fewer = ways - fits[:, closing] @ free[closing]
            if (fewer[asked] > TINY).all():
                self.lost[row], ways = False, fewer
                shut[closing] = True
        for k in np.flatnonzero((asked & shut[self.way]).any(axis=1)).tolist():
            self._freed(k, np.flatnonzero(asked[k]), shut, self.way[k])

    def _found(self, move: Move) -> None:
        """Note a movement: the rows that it moves, whose answers, and the needs that it frees."""
        self.moves.append(move)
        self.known.append(move)
        self._fit(move, len(self.told))
        met = np.zeros(self.system.readers, dtype=bool)
        met[self.system.owner[move[0]]] = True
        met[-1] = False
        self.told = np.vstack([self.told, self.ways.tells(move)[None]])
        self.met = np.vstack([self.met, met[None]])

    def _fit(self, move: Move, number: int) -> None:
        """Note which needs a movement frees."""
        system, (at, by) = self.system, move
        ends = np.sort([system.low[:, at] / by, system.high[:, at] / by], axis=0)
        least, most = ends[0].max(axis=1) * (1 + TINY), ends[1].min(axis=1) * (1 + TINY)
        reach = self.members.of(at, by)
        k = np.flatnonzero(np.abs(reach) > TINY)
        scale, moving = self.by[k] / reach[k], self.moving[k]
        for need in k[(scale >= least[moving]) & (scale <= most[moving])].tolist():
            self.fits[need].append(number)
