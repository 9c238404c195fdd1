"""Masks chosen together, at the least loss: a linear program where a group is closed, then a clean-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tfpb.survey.secrecy.released_system import systems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cell, Cells
    from tfpb.survey.secrecy.released_system import Need, System

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
    cells: Cells, atoms: Sequence[Atoms], masking_n: int, previous: frozenset[Cell]
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
    for wave in systems(cells, atoms, masking_n, previous):
        moves: Moves = {}
        again: set[tuple[str, ...]] = set()
        for system in wave:
            search = _Search(system, moves.setdefault(system.rows.shape[1], []), again)
            search.open_all()
            search.clean()
            masked = {c for k in np.flatnonzero(search.lost).tolist() for c in system.cells[k]}
            again |= {c[2:] for c in masked}
            out |= masked
    return frozenset(out)


@dataclass(slots=True)
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
    known, told, met : arrays
        The movements that this system allows, the rows that each moves, the bailleurs whose answers it moves.
    way : dict of (need, reader) to int
        Which movement frees a group for a reader.
    """

    system: System
    moves: list[Vector]
    again: set[tuple[str, ...]]
    lost: Flags = field(init=False)
    known: Vector = field(init=False)
    told: Flags = field(init=False)
    met: Flags = field(init=False)
    way: dict[tuple[int, int], int] = field(init=False, default_factory=dict)
    programs: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        again = np.array([any(c[2:] in self.again for c in g) for g in self.system.cells], bool)
        self.lost = self.system.lost | (again & ~self.system.fixed)
        told, unknowns = self.system.rows.shape
        self.known, self.told = np.zeros((0, unknowns)), np.zeros((0, told), dtype=bool)
        self.met = np.zeros((0, self.system.owner.max(initial=-1) + 1), dtype=bool)
        if self.moves:
            made = np.array(self.moves)
            self._learn(made[~(np.abs(self.system.ties @ made.T) > _TINY).any(axis=0)])

    def open_all(self) -> None:
        """Free every group that must be open, for every reader; one that nothing can free is left."""
        shut = (self.told & ~self.lost).any(axis=1)
        for k, need in enumerate(self.system.needs):
            fits = self._fits(need, np.arange(len(self.known)))
            for reader in need.readers:
                ways = np.flatnonzero(fits & ~shut & ~self._moved(reader))
                if not len(ways):
                    move = self._program(need, reader, self.lost, hard=False)
                    if move is None:
                        continue
                    self._learn(move[None, :])
                    self.moves.append(move)
                    self.lost |= self.told[-1]
                    shut = (self.told & ~self.lost).any(axis=1)
                    fits = np.append(fits, True)
                    ways = np.array([len(self.known) - 1])
                self.way[k, reader] = int(ways[-1])

    def clean(self) -> None:
        """Take masks back, dearest first, as long as every group finds another way."""
        first = not self.again
        used = self.told[list(set(self.way.values()))].any(axis=0)
        self.lost &= self.system.lost | used
        needless = self.lost & ~self.system.lost
        most, left = self.programs + _MOST_PROGRAMS[first], _MOST_CHECKS[first]
        order = np.argsort(-self.system.weight, kind="stable")
        for row in order[needless[order]].tolist():
            left -= sum(self.told[way, row] for way in self.way.values())
            if left < 0:
                return
            lost = self.lost.copy()
            lost[row] = False
            anew: dict[tuple[int, int], int] = {}
            shut = (self.told & ~lost).any(axis=1)
            for (k, reader), way in self.way.items():
                if not self.told[way, row]:
                    continue
                need = self.system.needs[k]
                able = np.flatnonzero(~shut & ~self._moved(reader))
                able = able[self._fits(need, able)]
                if len(able):
                    anew[k, reader] = int(able[-1])
                    continue
                move = (
                    self._program(need, reader, lost, hard=True) if self.programs < most else None
                )
                if move is None:
                    break
                self._learn(move[None, :])
                self.moves.append(move)
                shut = np.append(shut, False)
                anew[k, reader] = len(self.known) - 1
            else:
                self.lost = lost
                self.way |= anew

    def _learn(self, moves: Vector) -> None:
        """Note movements, the rows that each moves, and whose answers."""
        owners = np.arange(self.met.shape[1])
        theirs = np.abs(moves) > _TINY
        met = np.column_stack([
            theirs[:, self.system.owner == o].any(axis=1) for o in owners
        ]) if len(owners) else np.zeros((len(moves), 0), dtype=bool)  # fmt: skip
        self.known = np.vstack([self.known, moves])
        self.told = np.vstack([self.told, np.abs(self.system.rows @ moves.T).T > _TINY])
        self.met = np.vstack([self.met, met])

    def _moved(self, reader: int) -> Flags:
        """Return which movements move what a reader knows."""
        return self.met[:, reader] if reader >= 0 else np.zeros(len(self.met), dtype=bool)

    def _fits(self, need: Need, among: NDArray[np.intp]) -> Flags:
        """Return which movements, made longer, shorter or turned round, move a group as far as it must."""
        group = np.flatnonzero(need.target)
        reach = self.known[np.ix_(among, group)] @ need.target[group]
        some = np.abs(reach) > _TINY
        scaled = self.known[among[some]] * (need.by / reach[some])[:, None]
        out = np.zeros(len(among), dtype=bool)
        inside = (scaled >= need.low - _TINY) & (scaled <= need.high + _TINY)
        out[some] = inside.all(axis=1)
        return out

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
        near, every = self._near(need.target), np.arange(len(need.target))
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
        below = sparse.vstack([sparse.csr_array(need.target[None, near]), system.ties[:, near]])
        blank = sparse.csr_array((below.shape[0], 2 * len(free)))
        equal = np.zeros(still.shape[0] + below.shape[0])
        equal[still.shape[0]] = need.by
        matrix = sparse.vstack([still, sparse.hstack([below, blank])], format="csr")
        own = (system.owner == reader) & (reader >= 0)
        share = np.where(own, 0.0, np.where(need.target != 0, 1.0, room))[near]
        moving = share > 0
        low = np.where(moving, need.low[near], 0) * np.where(moving, share, 1)
        high = np.where(moving, need.high[near], 0) * np.where(moving, share, 1)
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
        move = np.zeros(len(need.target))
        move[near] = found.x[: len(near)]
        return np.where(np.abs(move) > _TINY, move, 0.0)

    def _near(self, target: Vector) -> NDArray[np.intp]:
        """Return the unknowns that may move with a group: all, or those of its territories and of theirs."""
        reached = target != 0
        if len(target) <= _ALL:
            return np.arange(len(target))
        members = self.system.rows.sum(axis=1)
        for most in _FEW:
            rows = (self.system.rows[:, reached].sum(axis=1) > 0) & (members <= most)
            reached |= self.system.rows[rows].sum(axis=0) > 0
        return np.flatnonzero(reached)
