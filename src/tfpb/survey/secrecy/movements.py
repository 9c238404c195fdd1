"""How answers may move from one place to another while every shown sum stays: trades, then linear programs.

A movement that keeps what is shown, and that a reader's own answers take no part in, is why this reader
cannot work a group out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tfpb.survey.secrecy.released_system import COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.survey.secrecy.released_system import Need, Numbers, System

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Move = tuple[Numbers, Vector]
    """Unknowns, and how far each moves."""
    Room = tuple[Vector, Vector]
    """How far unknowns may move, down and up: shape (2, unknowns) each."""

TINY: Final = 1e-6
_CALM: Final = 0.9
"""How far unknowns may move at first, of what they can in the tightest of like questions: one movement
then serves them all."""
_LIKE: Final = 1.25
"""Questions of a wave are alike when their numbers of answers differ by less than this, about."""
_ALL: Final = 150
_FEW: Final = (30, 10)
"""Unknowns that all move in one program; most of a row through which a larger system is reached, at
first and then."""
_HUBS: Final = 8
"""Places, of each bailleur of a group, where it may trade with others: closest, then largest."""
_FAR: Final = 1e-4
"""What an answer moved costs: the fewest move, of the fewest bailleurs, so that a movement serves the most
groups and readers."""
_BY_NAME: Final = 1e-4
"""What the last row costs more than the first: rows of one price are lost in the order of their names."""
DEAR: Final = 100.0
"""A loss above which more unknowns are let move."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What questions of a wave that are alike ask and allow, all together.

    Parameters
    ----------
    low, high : arrays, shape (2, unknowns)
        How far each unknown can move in all of those that hold it.
    widest : mapping
        How far each group must move in the one that asks most, by its unknowns, what moves and the way.
    """

    low: Vector
    high: Vector
    widest: Mapping[tuple[bytes, int, bool], float]


def shared_by(wave: Sequence[System]) -> list[Shared]:
    """Return, for each question, what those like it share."""
    alike: dict[tuple[int, int], list[System]] = defaultdict(list)
    keys = []
    for system in wave:
        answers = -float(system.low[COUNTS].sum())
        keys.append((system.low.shape[1], round(np.log(max(answers, 1.0)) / np.log(_LIKE))))
        alike[keys[-1]].append(system)
    made: dict[tuple[int, int], Shared] = {}
    for key, members in alike.items():
        widest: dict[tuple[bytes, int, bool], float] = {}
        for need in chain.from_iterable(system.needs for system in members):
            name = _name(need)
            widest[name] = max(widest.get(name, 0.0), abs(need.by))
        low = np.stack([system.low for system in members]).max(axis=0)
        high = np.stack([system.high for system in members]).min(axis=0)
        made[key] = Shared(low, high, widest)
    return [made[key] for key in keys]


def _name(need: Need) -> tuple[bytes, int, bool]:
    return need.group.tobytes(), need.moving, need.by > 0


def moved(moves: Sequence[Move], unknowns: int) -> sparse.csr_array:
    """Write movements as rows, how far each unknown moves."""
    start = np.cumsum([0, *(len(at) for at, _ in moves)])
    held = np.concatenate([np.zeros(0, dtype=np.intp), *(at for at, _ in moves)])
    far = np.concatenate([np.zeros(0), *(by for _, by in moves)])
    return sparse.csr_array((far, held, start), shape=(len(moves), unknowns))


class Columns:
    """Sets of unknowns, read by unknown."""

    def __init__(self, sets: sparse.csr_array) -> None:
        held = sets.tocsc()
        self.count = sets.shape[0]
        self.sets = [held.indices[a:b] for a, b in pairwise(held.indptr)]

    def of(self, at: Numbers, by: Vector) -> Vector:
        """Return how far each set moves."""
        met = [self.sets[k] for k in at.tolist()]
        far = np.repeat(by, [len(m) for m in met])
        return np.asarray(np.bincount(np.concatenate(met), far, self.count), float)


class Movements:
    """How the answers of one system may move.

    Parameters
    ----------
    system : System
    shared : Shared

    Attributes
    ----------
    programs : int
        Linear programs solved so far.
    """

    def __init__(self, system: System, shared: Shared) -> None:
        self.system, self.programs, self.widest = system, 0, shared.widest
        self.columns = Columns(system.rows)
        self.at = np.full((system.place.max(initial=-1) + 1, system.readers), -1)
        placed = np.flatnonzero(system.place >= 0)
        self.at[system.place[placed], system.owner[placed]] = placed
        self.draw = np.random.default_rng(0).random(system.rows.shape[0])
        tight = np.maximum(system.low, shared.low), np.minimum(system.high, shared.high)
        calm = np.trunc(_CALM * tight[0]), np.trunc(_CALM * tight[1])
        self.rooms: tuple[Room, Room] = (calm, (system.low, system.high))

    def untied(self, move: Move) -> bool:
        """Return whether a movement breaks a sum that must hold."""
        return bool((np.abs(self.system.ties[:, move[0]] @ move[1]) > TINY).any())

    def tells(self, move: Move) -> Flags:
        """Return which rows a movement moves."""
        return np.asarray(np.abs(self.columns.of(*move)) > TINY)

    def _trade(self, need: Need, by: float, readers: Numbers, room: Room) -> Move | None:
        """Return a movement by which one bailleur trades answers with others, of two places each time.

        No territory over all bailleurs, and no bailleur's own whole, moves: no row is lost for it.

        Parameters
        ----------
        need : Need
        by : float
            How far its group moves.
        readers : int array
            Bailleurs that are not to move.
        room : pair of arrays
            How far the other unknowns may move.
        """
        system, at, size = self.system, self.at, abs(by)
        able, same, other = self._limits(need, room)
        inside = np.isin(np.arange(len(system.owner)), need.group)
        some = (at >= 0) & ~inside[at]
        side = np.arange(len(at)) % 2
        capped = [np.where(some, n[at], 0.0) for n in (same, other)]
        placed = need.group[system.place[need.group] >= 0]
        for k in placed[np.argsort(-able[placed], kind="stable")][: _FEW[1]].tolist():
            here, owner = system.place[k], system.owner[k]
            if able[k] < size or owner in readers:
                continue
            up, down = capped[0].copy(), capped[1].copy()
            up[side != side[here]] = 0.0
            left, moved = size, dict[int, float]()
            for one in np.argsort(-down[here], kind="stable").tolist():
                while one not in readers:
                    most = np.minimum(down[:, owner], up[:, one])
                    there = int(most.argmax())
                    step = min(left, float(down[here, one]), float(most[there]))
                    if not step:
                        break
                    for place, who, left_there, way in (
                        (here, one, down, -1), (there, owner, down, -1), (there, one, up, 1),
                    ):  # fmt: skip
                        left_there[place, who] -= step
                        unknown = int(at[place, who])
                        moved[unknown] = moved.get(unknown, 0.0) + way * step
                    left -= step
            if left <= 0:
                moved[k] = size
                far = np.array(list(moved.values())) * np.sign(by)
                return np.array(list(moved)), far
        return None

    def _limits(self, need: Need, room: Room) -> tuple[Vector, Vector, Vector]:
        """Return how far the unknowns of a group may move its way, others as it does, and against it."""
        low, high = (np.abs(edge[need.moving]) for edge in room)
        same, other = (high, low) if need.by > 0 else (low, high)
        scale = self._by(need, room) / need.by
        own = (self.system.high if need.by > 0 else self.system.low)[need.moving]
        return np.abs(own) * scale, same, other

    def _by(self, need: Need, room: Room) -> float:
        """Return how far a group is moved: as much as any like question asks, where all leave the room."""
        far = (
            self.widest[_name(need)] if room is self.rooms[0] and _name(need) in self.widest else 0
        )
        return float(np.copysign(max(far, abs(need.by)), need.by))

    def _shift(
        self, need: Need, by: float, readers: Numbers, room: Room, lost: Flags
    ) -> Move | None:
        """Return a movement between two unknowns that no shown row tells apart; arguments as above."""
        system, size = self.system, abs(by)
        can, _, other = self._limits(need, room)
        away = np.zeros(system.readers, dtype=bool)
        away[readers] = True
        able = ~away[system.owner] & (system.place >= 0)
        inside = np.isin(np.arange(len(able)), need.group)
        sign = system.rows.T @ np.where(lost, 0.0, self.draw)
        there = np.flatnonzero(able & ~inside & (other >= size))
        group = need.group[able[need.group] & (can[need.group] >= size)]
        group = group[np.isin(sign[group], sign[there])]
        if not len(group):
            return None
        k = group[can[group].argmax()]
        there = there[sign[there] == sign[k]]
        return np.array([k, there[other[there].argmax()]]), np.array([by, -by])

    def traded(self, need: Need, readers: Numbers, lost: Flags) -> Move | None:
        """Return a movement that loses no row, without any of the readers or without the first."""
        few = len(readers) <= _FEW[1]
        for apart in ((readers, readers[:1]) if few else (readers[:1],)) if len(self.at) else ():
            for room in self.rooms:
                by = self._by(need, room)
                move = self._shift(need, by, apart, room, lost)
                move = move or self._trade(need, by, apart, room)
                if move is None or (self.tells(move) & ~lost).any() or self.untied(move):
                    continue
                return move
        return None

    def program(
        self, need: Need, reader: int, lost: Flags, barred: int | None = None, *, hard: bool
    ) -> Move | None:
        """Return how unknowns may move when a group does, at least loss; None when nothing can help.

        Parameters
        ----------
        need : Need
        reader : int
        lost : bool array
        barred : int, optional
            A row that may not be lost.
        hard : bool
            No further row may be lost.
        """
        near, every = self._near(need.group), np.arange(len(self.system.owner))
        calm, full = self.rooms
        tries = [(near, calm), (near, full), *([(every, full)] if len(near) < len(every) else [])]
        best, least = None, np.inf
        free = ~(lost | self.system.fixed) & (not hard)
        if barred is not None:
            free[barred] = False
        for moving, room in tries[: len(tries) if not hard else 2]:
            move = self._solved(need, reader, lost, free, moving, room)
            if move is not None:
                told = self.tells(move)
                cost = float(self.system.costs(lost)[told & ~lost].sum())
                if cost < least:
                    best, least = move, cost
                if cost < (0.5 if room is calm else DEAR):  # a movement for all, but at no price
                    break
        return best

    def _solved(
        self,
        need: Need,
        reader: int,
        lost: Flags,
        free_rows: Flags,
        near: NDArray[np.intp],
        room: Room,
    ) -> Move | None:
        """Solve one program, some unknowns moving, no farther than `room`; some rows may be lost."""
        self.programs += 1
        system = self.system
        kept = np.flatnonzero(~lost & (abs(system.rows[:, near]).sum(axis=1) > 0))
        free = kept[free_rows[kept]]
        slack = sparse.csr_array(
            (np.ones(len(free)), (np.searchsorted(kept, free), np.arange(len(free)))),
            shape=(len(kept), len(free)),
        )
        sums = system.rows[kept][:, near]
        still = sparse.hstack([sums, -sums, -slack, slack])
        target = np.isin(near, need.group)
        below = sparse.vstack([sparse.csr_array(target[None, :] * 1.0), system.ties[:, near]])
        below = sparse.hstack([below, -below])
        blank = sparse.csr_array((below.shape[0], 2 * len(free)))
        equal = np.zeros(still.shape[0] + below.shape[0])
        equal[still.shape[0]] = by = self._by(need, room)
        matrix = sparse.vstack([still, sparse.hstack([below, blank])], format="csr")
        own = (system.owner[near] == reader) & (reader >= 0)
        low, high = (
            np.where(
                own,
                0.0,
                np.where(target, whole[need.moving, near] * by / need.by, edge[need.moving, near]),
            )
            for edge, whole in zip(room, self.rooms[1], strict=True)
        )
        dear = system.costs(lost) * (1 + _BY_NAME * np.linspace(0, 1, len(lost)))
        found = milp(
            np.r_[np.full(2 * len(near), _FAR), np.tile(dear[free], 2)],
            constraints=LinearConstraint(matrix, equal, equal),
            bounds=Bounds(0, np.r_[high, -low, np.full(2 * len(free), np.inf)]),
        )
        if found.x is None:
            return None
        move = found.x[: len(near)] - found.x[len(near) : 2 * len(near)]
        moved = np.abs(move) > TINY
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
