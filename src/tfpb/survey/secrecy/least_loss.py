"""Masks chosen together, at the least loss: a linear program where a group is closed, then a clean-up."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tfpb.survey.estimation.design import indicator
from tfpb.survey.secrecy.released_system import matrix, open_to, systems

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cell, Cells
    from tfpb.survey.secrecy.released_system import Need, Numbers, System, Telling

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Moves = dict[int, list[Vector]]

_TINY: Final = 1e-6
_MOST_PROGRAMS: Final = {True: 400, False: 20}
"""Linear programs of the clean-up of the first question of a wave, and of each other: never seconds."""
_MOST_CHECKS: Final = {True: 6000, False: 600}
"""Groups whose other ways it may look for."""
_CALM: Final = 0.9
"""How far unknowns may move at first, of what they can: a movement to the end serves one question."""
_ALL: Final = 150
_FEW: Final = (30, 10)
"""Unknowns that all move in one program; most of a row through which a larger system is reached, at
first and then."""


def least_masks(
    cells: Cells,
    atoms: Sequence[Atoms],
    masking_n: int,
    previous: frozenset[Cell],
    telling: Telling | None = None,
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

    Returns
    -------
    frozenset of Cell

    Notes
    -----
    Small cells and cells that answer as one first. Then, group by group and reader by reader, the masks
    of least loss that let its number move as far as it must (Kelly, Golden & Assad's network heuristic,
    by a linear program); a movement found serves every other group, reader and question that it frees. Last,
    masks are taken back one by one, dearest first, where every group that leant on them finds another way.
    """
    out: set[Cell] = set()
    for wave in systems(cells, atoms, masking_n, previous, telling):
        moves: Moves = {}
        again: set[tuple[str, ...]] = set()
        for system in wave:
            search = _Search(system, moves.setdefault(system.rows.shape[1], []), again)
            search.open_all()
            search.clean()
            if telling is not None:
                search.open_masked()
            masked = {c for k in np.flatnonzero(search.lost).tolist() for c in system.cells[k]}
            again |= {c[2:] for c in masked}
            out |= masked | system.hidden
    return frozenset(out)


class _Search:
    """The masks of one system, as they are chosen.

    Parameters
    ----------
    system : System
    moves : list of array
        Movements of as many unknowns found so far in this wave.
    again : set
        Cells that other questions of the wave mask: masked here too, unless nothing leans on them.

    Attributes
    ----------
    lost : bool array
        Rows masked.
    told, met, fits : bool arrays
        Of each movement that this system allows: the rows that it moves, the bailleurs whose answers
        it moves (none, for the reader −1, last), the needs that it frees, made longer, shorter or turned
        round.
    way : int array, shape (needs, readers)
        Which movement frees a group for a reader; −1 for none.
    """

    def __init__(
        self, system: System, moves: list[Vector], again: Collection[tuple[str, ...]]
    ) -> None:
        self.system, self.moves, self.programs, self.first = system, moves, 0, not again
        same = np.array([any(c[2:] in again for c in g) for g in system.cells], bool)
        self.lost: Flags = system.lost | (same & ~system.fixed)
        readers = int(system.owner.max(initial=-1)) + 2
        self.whose = indicator(system.owner % readers, readers)
        self.whose[[-1]] *= 0
        self.moved = np.zeros((0, len(system.owner)))
        self.told, self.met = (
            np.zeros((0, size), dtype=bool) for size in (system.rows.shape[0], readers)
        )
        self._ask(system.needs)
        if moves:
            made = np.array(moves)
            self._learn(made[~(np.abs(system.ties @ made.T) > _TINY).any(axis=0)])

    def _ask(self, needs: Sequence[Need]) -> None:
        """Take on what must be open."""
        system, self.needs = self.system, needs
        self.groups = matrix([n.group for n in needs], len(system.owner))
        self.by = np.array([n.by for n in needs])
        self.moving = np.array([n.moving for n in needs], dtype=np.intp)
        self.way = np.full((len(needs), self.met.shape[1]), -1)
        self.fits = self._freed_by(self.moved)

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
        shut = (self.told & ~self.lost).any(axis=1)
        for k, need in enumerate(self.needs):
            left = self._freed(k, np.array(need.readers), shut, self.way[k])
            while len(left):
                move = self._program(need, int(left[0]), self.lost, hard=False)
                if move is None:
                    left = left[1:]
                    continue
                self._found(move)
                self.lost |= self.told[-1]
                shut = (self.told & ~self.lost).any(axis=1)
                free = ~self.met[-1, left]
                self.way[k, left[free]] = len(self.told) - 1
                left = left[~free]

    def _freed(self, k: int, readers: Numbers, shut: Flags, way: Numbers) -> Numbers:
        """Note in `way` which open movement frees a group for each reader; return those left."""
        ways = np.flatnonzero(self.fits[:, k] & ~shut)[::-1]
        if not len(ways):
            return readers
        free = ~self.met[np.ix_(ways, readers)]
        found = free.any(axis=0)
        way[readers[found]] = ways[free.argmax(axis=0)[found]]
        return readers[~found]

    def clean(self) -> None:
        """Take masks back, dearest first, as long as every group finds another way."""
        used = self.told[np.unique(self.way[self.way >= 0])].any(axis=0)
        self.lost &= self.system.lost | used
        needless = self.lost & ~self.system.lost
        most, left = self.programs + _MOST_PROGRAMS[self.first], _MOST_CHECKS[self.first]
        order = np.argsort(-self.system.weight, kind="stable")
        for row in order[needless[order]].tolist():
            leant = np.append(self.told[:, row], False)[self.way]
            left -= int(leant.sum())
            if left < 0:
                return
            lost = self.lost.copy()
            lost[row] = False
            anew = self.way.copy()
            shut = (self.told & ~lost).any(axis=1)
            for k in np.flatnonzero(leant.any(axis=1)).tolist():
                readers = self._freed(k, np.flatnonzero(leant[k]), shut, anew[k])
                while len(readers) and self.programs < most:
                    reader = int(readers[0])
                    move = self._program(self.needs[k], reader, lost, hard=True)
                    if move is None:
                        break
                    self._found(move)
                    shut = np.append(shut, False)
                    anew[k, reader] = len(self.told) - 1
                    readers = self._freed(k, readers[1:], shut, anew[k])
                if len(readers):
                    break
            else:
                self.lost, self.way = lost, anew

    def _found(self, move: Vector) -> None:
        self._learn(move[None, :])
        self.moves.append(move)

    def _learn(self, moves: Vector) -> None:
        """Note movements: the rows that each moves, whose answers, and the needs that it frees."""
        moved = np.abs(moves) > _TINY
        self.moved = np.vstack([self.moved, moves])
        self.fits = np.vstack([self.fits, self._freed_by(moves)])
        self.told = np.vstack([self.told, np.abs(self.system.rows @ moves.T).T > _TINY])
        self.met = np.vstack([self.met, (self.whose @ moved.T.astype(float)).T > 0])

    def _freed_by(self, moves: Vector) -> Flags:
        """Return which needs each movement frees."""
        low, high, up = self.system.low[:, None], self.system.high[:, None], moves > 0
        moved = np.abs(moves) > _TINY
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(moved, np.where(up, high, low) / moves, np.inf).min(axis=2, initial=np.inf)
            least = np.where(moved, np.where(up, low, high) / moves, -np.inf)
            scale = self.by / (reach := (self.groups @ moves.T).T)
        least = least.max(axis=2, initial=-np.inf)
        within = [edge[self.moving].T * (1 + _TINY) for edge in (least, most)]
        freed: Flags = (np.abs(reach) > _TINY) & (scale >= within[0]) & (scale <= within[1])
        return freed

    def _program(self, need: Need, reader: int, lost: Flags, *, hard: bool) -> Vector | None:
        """Return how unknowns may move when a group does, at least loss; None when nothing can help.

        Parameters
        ----------
        need : Need
        reader : int
        lost : bool array
        hard : bool
            No further row may be lost.
        """
        near, every = self._near(need.group), np.arange(len(self.system.owner))
        tries = [(near, _CALM), (near, 1.0), *([(every, 1.0)] if len(near) < len(every) else [])]
        for moving, room in tries[: len(tries) if not hard else 2]:
            move = self._solved(need, reader, lost, moving, room, hard=hard)
            if move is not None:
                return move
        return None

    def _solved(
        self,
        need: Need,
        reader: int,
        lost: Flags,
        near: NDArray[np.intp],
        room: float,
        *,
        hard: bool,
    ) -> Vector | None:
        """Solve one program, some unknowns moving over some part of their room."""
        self.programs += 1
        system = self.system
        kept = np.flatnonzero(~lost & (abs(system.rows[:, near]).sum(axis=1) > 0))
        free = kept[~system.fixed[kept]] if not hard else kept[:0]
        slack = sparse.csr_array(
            (np.ones(len(free)), (np.searchsorted(kept, free), np.arange(len(free)))),
            shape=(len(kept), len(free)),
        )
        still = sparse.hstack([system.rows[kept][:, near], -slack, slack])
        target = np.isin(near, need.group)
        below = sparse.vstack([sparse.csr_array(target[None, :] * 1.0), system.ties[:, near]])
        blank = sparse.csr_array((below.shape[0], 2 * len(free)))
        equal = np.zeros(still.shape[0] + below.shape[0])
        equal[still.shape[0]] = need.by
        matrix = sparse.vstack([still, sparse.hstack([below, blank])], format="csr")
        own = (system.owner[near] == reader) & (reader >= 0)
        share = np.where(target, 1.0, room)
        low, high = (
            np.where(own, 0.0, edge[need.moving, near] * share) for edge in (system.low, system.high)
        )
        found = milp(
            np.concatenate([np.zeros(len(near)), np.tile(system.weight[free], 2)]),
            constraints=LinearConstraint(matrix, equal, equal),
            bounds=Bounds(
                np.r_[low, np.zeros(2 * len(free))],
                np.r_[high, np.full(2 * len(free), np.inf)],
            ),
        )
        if found.x is None:
            return None
        move = np.zeros(len(system.owner))
        move[near] = found.x[: len(near)]
        return np.where(np.abs(move) > _TINY, move, 0.0)

    def _near(self, group: Numbers) -> Numbers:
        """Return the unknowns that may move with a group: all, or those of its territories and of theirs."""
        reached = np.zeros(len(self.system.owner), dtype=bool)
        if len(reached) <= _ALL:
            return np.arange(len(reached))
        reached[group] = True
        members = self.system.rows.sum(axis=1)
        for most in _FEW:
            rows = (self.system.rows @ reached > 0) & (members <= most)
            reached |= self.system.rows.T @ rows > 0
        return np.flatnonzero(reached)
