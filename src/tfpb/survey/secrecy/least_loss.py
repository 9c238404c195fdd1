"""Masks chosen together, at the least loss: a linear program where a group is closed, then a clean-up."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tfpb.survey.secrecy.released_system import matrix, open_to, systems

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cell, Cells
    from tfpb.survey.secrecy.released_system import Need, Numbers, System, Telling

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Move = tuple[Numbers, Vector]
    """Unknowns, and how far each moves."""

_TINY: Final = 1e-6
_MOST_PROGRAMS: Final = {True: 60, False: 20}
"""Linear programs of the clean-up of the first question of a wave, and of each other: never seconds."""
_MOST_CHECKS: Final = {True: 6000, False: 600}
"""Groups whose other ways it may look for."""
_CALM: Final = 0.9
"""How far unknowns may move at first, of what they can: a movement to the end serves one question."""
_ALL: Final = 150
_FEW: Final = (30, 10)
"""Unknowns that all move in one program; most of a row through which a larger system is reached, at
first and then."""
_HUBS: Final = 8
"""Places, of each bailleur of a group, where it may trade with others: closest, then largest."""
_DEAR: Final = 100.0
"""A loss above which more unknowns are let move."""


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
        moves: dict[int, list[Move]] = {}
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


class _Columns:
    """Sets of unknowns, read by unknown."""

    def __init__(self, sets: sparse.csr_array) -> None:
        held = sets.tocsc()
        self.count = sets.shape[0]
        self.sets = [held.indices[a:b] for a, b in zip(held.indptr, held.indptr[1:], strict=False)]

    def of(self, at: Numbers, by: Vector) -> Vector:
        """Return how far each set moves."""
        met = [self.sets[k] for k in at.tolist()]
        far = np.repeat(by, [len(m) for m in met])
        out: Vector = np.bincount(np.concatenate(met), far, self.count)  # type: ignore[assignment]
        return out


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
    told, met : bool arrays
        Of each movement that this system allows: the rows that it moves, the bailleurs whose answers
        it moves (none, for the reader −1, last).
    fits : list of list of int
        The movements that free each need, made longer, shorter or turned round.
    way : int array, shape (needs, readers)
        Which movement frees a group for a reader; −1 for none.
    """

    def __init__(
        self, system: System, moves: list[Move], again: Collection[tuple[str, ...]]
    ) -> None:
        self.system, self.moves, self.programs, self.first = system, moves, 0, not again
        same = np.array([any(c[2:] in again for c in g) for g in system.cells], bool)
        self.lost: Flags = system.paid(system.lost | (same & ~system.fixed))
        readers = int(system.owner.max(initial=-1)) + 2
        self.columns = _Columns(system.rows)
        self.told, self.met = (
            np.zeros((0, size), dtype=bool) for size in (system.rows.shape[0], readers)
        )
        self.at = np.full((system.place.max(initial=-1) + 1, readers), -1)
        placed = np.flatnonzero(system.place >= 0)
        self.at[system.place[placed], system.owner[placed]] = placed
        self.draw = np.random.default_rng(0).random(len(self.lost))
        self.known = [m for m in moves if not self._untied(m)]
        self._ask(system.needs)
        self._learn(self.known)

    def _untied(self, move: Move) -> bool:
        """Return whether a movement breaks a sum that must hold."""
        ties = self.system.ties[:, move[0]]
        return bool(ties.nnz) and bool((np.abs(ties @ move[1]) > _TINY).any())

    def _ask(self, needs: Sequence[Need]) -> None:
        """Take on what must be open."""
        self.needs = needs
        self.members = _Columns(matrix([n.group for n in needs], len(self.system.owner)))
        self.by = np.array([n.by for n in needs])
        self.moving = np.array([n.moving for n in needs], dtype=np.intp)
        self.way = np.full((len(needs), self.met.shape[1]), -1)
        self.fits: list[list[int]] = [[] for _ in needs]

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
            self._fit(self.known, 0)
            self.open_all()

    def open_all(self) -> None:
        """Free every group that must be open, for every reader; one that nothing can free is left."""
        shut = self._shut(self.lost)
        for k, need in enumerate(self.needs):
            left = self._freed(k, np.array(need.readers), shut, self.way[k])
            while len(left):
                move = self._traded(need, left, self.lost)
                if move is None:
                    move = self._program(need, int(left[0]), self.lost, hard=False)
                if move is None:
                    left = left[1:]
                    continue
                self._found(move)
                if (self.told[-1] & ~self.lost).any():
                    self.lost |= self.told[-1]
                    shut = self._shut(self.lost)
                else:
                    shut = np.append(shut, False)
                free = ~self.met[-1, left]
                self.way[k, left[free]] = len(self.told) - 1
                left = left[~free]

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
        """Take masks back, dearest first, as long as every group finds another way."""
        used = self.told[np.unique(self.way[self.way >= 0])].any(axis=0)
        self.lost &= self.system.lost | used
        needless = self.lost & ~self.system.lost
        most, left = self.programs + _MOST_PROGRAMS[self.first], _MOST_CHECKS[self.first]
        order = np.argsort(-self.system.costs(self.lost & ~needless), kind="stable")
        for row in order[needless[order]].tolist():
            leant = np.append(self.told[:, row], False)[self.way]
            left -= int(leant.sum())
            if left < 0:
                return
            lost = self.lost.copy()
            lost[row] = False
            anew = self.way.copy()
            shut = self._shut(lost)
            for k in np.flatnonzero(leant.any(axis=1)).tolist():
                readers = self._freed(k, np.flatnonzero(leant[k]), shut, anew[k])
                while len(readers) and self.programs < most:
                    reader = int(readers[0])
                    move = self._traded(self.needs[k], readers, lost)
                    if move is None:
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

    def _found(self, move: Move) -> None:
        self.moves.append(move)
        self.known.append(move)
        self._learn([move])

    def _learn(self, moves: Sequence[Move]) -> None:
        """Note movements: the rows that each moves, whose answers, and the needs that it frees."""
        if not moves:
            return
        self._fit(moves, len(self.told))
        met = np.zeros((len(moves), self.met.shape[1]), dtype=bool)
        for k, (at, _) in enumerate(moves):
            met[k, self.system.owner[at]] = True
        met[:, -1] = False
        self.told = np.vstack([self.told, [self._tells(m) for m in moves]])
        self.met = np.vstack([self.met, met])

    def _tells(self, move: Move) -> Flags:
        """Return which rows a movement moves."""
        return np.asarray(np.abs(self.columns.of(*move)) > _TINY)

    def _fit(self, moves: Sequence[Move], first: int) -> None:
        """Note which needs movements free, the number of the first given."""
        system = self.system
        for m, (at, by) in enumerate(moves, first):
            ends = np.sort([system.low[:, at] / by, system.high[:, at] / by], axis=0)
            least, most = ends[0].max(axis=1) * (1 + _TINY), ends[1].min(axis=1) * (1 + _TINY)
            reach = self.members.of(at, by)
            k = np.flatnonzero(np.abs(reach) > _TINY)
            scale, moving = self.by[k] / reach[k], self.moving[k]
            for need in k[(scale >= least[moving]) & (scale <= most[moving])].tolist():
                self.fits[need].append(m)

    def _trade(self, need: Need, readers: Numbers, room: float) -> Move | None:
        """Return a movement by which one bailleur trades answers with others, of two places each time.

        No territory over all bailleurs, and no bailleur's own whole, moves: no row is lost for it.

        Parameters
        ----------
        need : Need
        readers : int array
            Bailleurs that are not to move.
        room : float
            How far unknowns may move, of what they can.
        """
        system, at, size = self.system, self.at, abs(need.by)
        limits = [np.abs(edge[need.moving]) for edge in (system.high, system.low)]
        same, other = limits if need.by > 0 else limits[::-1]
        inside = np.zeros(len(system.owner) + 1, dtype=bool)  # nobody's last
        inside[need.group] = True
        some = (at >= 0) & ~inside[at]
        side = np.arange(len(at)) % 2
        capped = [np.where(some, np.floor(room * n[at]), 0.0) for n in (same, other)]
        placed = need.group[system.place[need.group] >= 0]
        for k in placed[np.argsort(-same[placed], kind="stable")][: _FEW[1]].tolist():
            here, owner = system.place[k], system.owner[k]
            if same[k] < size or owner in readers:
                continue
            up, down = capped[0].copy(), capped[1].copy()
            up[here] = 0.0
            up[side != side[here]] = 0.0
            left, moved = size, dict[int, float]()
            for one in np.argsort(-down[here], kind="stable").tolist():
                while left > 0 and down[here, one] > 0 and one != owner and one not in readers:
                    most = np.minimum(down[:, owner], up[:, one])
                    there = int(most.argmax())
                    step = min(left, float(down[here, one]), float(most[there]))
                    if not step:
                        break
                    for place, who, by in ((here, one, -1), (there, owner, -1), (there, one, 1)):
                        (up if by > 0 else down)[place, who] -= step
                        unknown = int(at[place, who])
                        moved[unknown] = moved.get(unknown, 0.0) + by * step
                    left -= step
            if left <= 0:
                moved[k] = size
                far = np.array(list(moved.values())) * np.sign(need.by)
                return np.array(list(moved)), far
        return None

    def _shift(self, need: Need, readers: Numbers, room: float, lost: Flags) -> Move | None:
        """Return a movement between two unknowns that no shown row tells apart; arguments as above."""
        system, size = self.system, abs(need.by)
        limits = [np.abs(edge[need.moving]) for edge in (system.high, system.low)]
        same, other = limits if need.by > 0 else limits[::-1]
        away = np.zeros(self.met.shape[1], dtype=bool)
        away[readers] = True
        able = ~away[system.owner] & (system.place >= 0)
        inside = np.zeros(len(able), dtype=bool)
        inside[need.group] = True
        sign = system.rows.T @ np.where(lost, 0.0, self.draw)
        there = np.flatnonzero(able & ~inside & (room * other >= size))
        group = need.group[able[need.group] & (same[need.group] >= size)]
        group = group[np.isin(sign[group], sign[there])]
        if not len(group):
            return None
        k = group[same[group].argmax()]
        there = there[sign[there] == sign[k]]
        return np.array([k, there[other[there].argmax()]]), np.array([need.by, -need.by])

    def _traded(self, need: Need, readers: Numbers, lost: Flags) -> Move | None:
        """Return a movement that loses no row, without any of the readers or without the first."""
        few = len(readers) <= _FEW[1]
        for apart in ((readers, readers[:1]) if few else (readers[:1],)) if len(self.at) else ():
            for room in (_CALM, 1.0):
                move = self._shift(need, apart, room, lost) or self._trade(need, apart, room)
                if move is None or (self._tells(move) & ~lost).any() or self._untied(move):
                    continue
                return move
        return None

    def _program(self, need: Need, reader: int, lost: Flags, *, hard: bool) -> Move | None:
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
        best, least = None, np.inf
        for moving, room in tries[: len(tries) if not hard else 2]:
            move = self._solved(need, reader, lost, moving, room, hard=hard)
            if move is not None:
                told = self._tells(move)
                cost = float(self.system.costs(lost)[told & ~lost].sum())
                if cost < least:
                    best, least = move, cost
                if cost < _DEAR:
                    break
        return best

    def _solved(
        self,
        need: Need,
        reader: int,
        lost: Flags,
        near: NDArray[np.intp],
        room: float,
        *,
        hard: bool,
    ) -> Move | None:
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
            np.where(own, 0.0, edge[need.moving, near] * share)
            for edge in (system.low, system.high)
        )
        found = milp(
            np.concatenate([np.zeros(len(near)), np.tile(system.costs(lost)[free], 2)]),
            constraints=LinearConstraint(matrix, equal, equal),
            bounds=Bounds(
                np.r_[low, np.zeros(2 * len(free))],
                np.r_[high, np.full(2 * len(free), np.inf)],
            ),
        )
        if found.x is None:
            return None
        move = found.x[: len(near)]
        moved = np.abs(move) > _TINY
        return near[moved], move[moved]

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
        if len(self.at):
            rows = self.system.rows
            shared = rows.T @ (rows @ np.isin(np.arange(len(reached)), group) > 0) * 1.0
            closest = np.lexsort((self.system.low[0], -shared))  # then of most answers
            for owner in np.unique(self.system.owner[group]).tolist():
                ours = closest[self.system.owner[closest] == owner]
                for side in (0, 1):
                    there = self.system.place[ours[self.system.place[ours] % 2 == side][:_HUBS]]
                    places = self.at[there]
                    reached[places[places >= 0]] = True
        return np.flatnonzero(reached)
