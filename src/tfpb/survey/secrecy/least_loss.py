"""Masks chosen together, at the least loss: a linear program where a group is closed, then a clean-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from tfpb.survey.secrecy.released_system import systems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cell, Cells
    from tfpb.survey.secrecy.released_system import Need, System

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_TINY: Final = 1e-6
_MOST_PROGRAMS: Final = 400
"""Linear programs that the clean-up of one question may take: a number, never seconds."""
_AGAIN: Final = 0.3
"""What a cell that another question of the wave masks costs, where another costs one."""


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
    by a linear program); a movement found serves every other group and question that it frees. Last, masks
    are taken back one by one, dearest first, where every group that leant on them finds another way.
    """
    out: set[Cell] = set()
    for wave in systems(cells, atoms, masking_n, previous):
        moves: list[Vector] = []
        again: set[tuple[str, ...]] = set()
        for system in wave:
            search = _Search(system, moves if len(atoms) else [], again)
            search.open_all()
            search.clean()
            masked = {c for k in np.flatnonzero(search.lost) for c in system.cells[k]}
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
        Movements of atoms found so far, in this wave.
    again : set
        Cells that other questions of the wave mask.
    """

    system: System
    moves: list[Vector]
    again: set[tuple[str, ...]]
    lost: Flags = field(init=False)
    cost: Vector = field(init=False)
    found: dict[int, Vector] = field(init=False, default_factory=dict)
    programs: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.lost = self.system.lost.copy()
        twice = np.array([any(c[2:] in self.again for c in g) for g in self.system.cells], bool)
        self.cost = np.where(twice, _AGAIN, 1.0) * self.system.weight

    def open_all(self) -> None:
        """Free every group that must be open; one that nothing can free is left."""
        for k, need in enumerate(self.system.needs):
            move = self._kept(need, self.lost)
            if move is None:
                move = self._program(need, self.lost, hard=False)
                if move is None:
                    continue
                self.moves.append(move)
                self.lost |= self._told_by(move)
            self.found[k] = move

    def clean(self) -> None:
        """Take masks back, dearest first, as long as every group finds another way."""
        needless = self.lost & ~self.system.lost
        order = np.argsort(-self.system.weight, kind="stable")
        for row in order[needless[order]].tolist():
            lost = self.lost.copy()
            lost[row] = False
            anew: dict[int, Vector] = {}
            for k, move in self.found.items():
                if not self._told_by(move)[row]:
                    continue
                need = self.system.needs[k]
                other = self._kept(need, lost, tuple(anew.values()))
                if other is None and self.programs < _MOST_PROGRAMS:
                    other = self._program(need, lost, hard=True)
                if other is None:
                    break
                anew[k] = other
            else:
                self.lost = lost
                self.found |= anew
                self.moves += anew.values()

    def _told_by(self, move: Vector) -> Flags:
        told: Flags = np.abs(self.system.rows @ move) > _TINY
        return told

    def _kept(self, need: Need, lost: Flags, more: Sequence[Vector] = ()) -> Vector | None:
        """Return a movement found before that frees a group under some masks."""
        size = len(need.target)
        for move in (*more, *reversed(self.moves)):
            if len(move) != size:
                continue
            reach = float(need.target @ move) / need.by
            if reach < 1 - _TINY:
                continue
            scaled = move / reach
            if (
                not scaled[need.own].any()
                and (scaled >= need.low - _TINY).all()
                and (scaled <= need.high + _TINY).all()
                and not (self._told_by(scaled) & ~lost).any()
                and not (np.abs(self.system.ties @ scaled) > _TINY).any()
            ):
                return scaled
        return None

    def _program(self, need: Need, lost: Flags, *, hard: bool) -> Vector | None:
        """Return how unknowns may move when a group does, at least loss; None when nothing can help.

        Parameters
        ----------
        need : Need
        lost : bool array
        hard : bool
            No further row may be lost.
        """
        self.programs += 1
        system = self.system
        kept = np.flatnonzero(~lost)
        free = kept[~system.fixed[kept]] if not hard else kept[:0]
        slack = sparse.csr_array(
            (np.ones(len(free)), (np.searchsorted(kept, free), np.arange(len(free)))),
            shape=(len(kept), len(free)),
        )
        blank = sparse.csr_array((1 + system.ties.shape[0], 2 * len(free)))
        below = sparse.hstack(
            [sparse.vstack([sparse.csr_array(need.target[None, :]), system.ties]), blank]
        )
        above = sparse.hstack([system.rows[kept], -slack, slack])
        equal = np.zeros(above.shape[0] + below.shape[0])
        equal[above.shape[0]] = need.by
        low, high = np.where(need.own, 0, need.low), np.where(need.own, 0, need.high)
        found = linprog(
            np.concatenate([np.zeros(len(low)), np.tile(self.cost[free], 2)]),
            A_eq=sparse.vstack([above, below], format="csr"), b_eq=equal,
            bounds=np.column_stack([
                np.concatenate([low, np.zeros(2 * len(free))]),
                np.concatenate([high, np.full(2 * len(free), np.inf)]),
            ]),
            method="highs-ds",
        )  # fmt: skip
        if found.x is None:
            return None
        move: Vector = np.asarray(found.x[: len(low)])
        return np.where(np.abs(move) > _TINY, move, 0.0)
