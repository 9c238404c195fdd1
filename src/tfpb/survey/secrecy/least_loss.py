"""Masks chosen together, at the least loss: a linear program where a group is closed, then a clean-up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tfpb.survey.estimation.design import indicator
from tfpb.survey.secrecy.released_system import COUNTS, matrix, open_to, systems

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms
    from tfpb.survey.secrecy.cells import Cell, Cells
    from tfpb.survey.secrecy.released_system import Need, Numbers, System, Telling

    Vector = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Move = tuple[Numbers, Vector]
    """Unknowns, and how far each moves."""
    Each = Callable[[Callable[["_Chunk"], "_Found"], Sequence["_Chunk"]], Iterable["_Found"]]
    Room = tuple[Vector, Vector]
    """How far unknowns may move, down and up: shape (2, unknowns) each."""

_TINY: Final = 1e-6
_MOST_PROGRAMS: Final = {True: 60, False: 20}
"""Linear programs of the clean-up of the first question of a wave, and of each other: never seconds."""
_MOST_CHECKS: Final = {True: 6000, False: 600}
"""Groups whose other ways it may look for."""
_CALM: Final = 0.9
"""How far unknowns may move at first, of what they can in the tightest of like questions: one movement
then serves them all."""
_CHUNK: Final = 8
"""Questions searched one after the other, whoever runs them."""
_LIKE: Final = 1.25
"""Questions of a wave are alike when their numbers of answers differ by less than this, about."""
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
        alike = [*zip(fullest, _shared(fullest), strict=True)]
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
    alike : sequence of (System, _Shared)
    moves : mapping of int to sequence of Move
        By number of unknowns.
    again : frozenset of tuple of str
        Cells that the first question masks, without wave and question.
    open_masked : bool
        Whether what is masked must be open too.
    """

    alike: Sequence[tuple[System, _Shared]]
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


@dataclass(frozen=True, slots=True)
class _Shared:
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


def _shared(wave: Sequence[System]) -> list[_Shared]:
    """Return, for each question, what those like it share."""
    alike: dict[tuple[int, int], list[System]] = defaultdict(list)
    keys = []
    for system in wave:
        answers = -float(system.low[COUNTS].sum())
        keys.append((system.low.shape[1], round(np.log(max(answers, 1.0)) / np.log(_LIKE))))
        alike[keys[-1]].append(system)
    made: dict[tuple[int, int], _Shared] = {}
    for key, members in alike.items():
        widest: dict[tuple[bytes, int, bool], float] = {}
        for need in chain.from_iterable(system.needs for system in members):
            name = _name(need)
            widest[name] = max(widest.get(name, 0.0), abs(need.by))
        low, high = np.full((2, key[0]), -np.inf), np.full((2, key[0]), np.inf)
        for system in members:
            low, high = np.maximum(low, system.low), np.minimum(high, system.high)
        made[key] = _Shared(low, high, widest)
    return [made[key] for key in keys]


def _name(need: Need) -> tuple[bytes, int, bool]:
    return need.group.tobytes(), need.moving, need.by > 0


def moved(moves: Sequence[Move], unknowns: int) -> sparse.csr_array:
    """Write movements as rows, how far each unknown moves."""
    start = np.cumsum([0, *(len(at) for at, _ in moves)])
    held, far = (
        (np.concatenate([np.zeros(0), *part]) for part in zip(*moves, strict=True))
        if moves
        else (np.zeros(0),) * 2
    )
    return sparse.csr_array((far, held.astype(np.intp), start), shape=(len(moves), unknowns))


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
        Cells that the first question of the wave masks: masked here before any other.
    shared : _Shared

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
        shared: _Shared,
    ) -> None:
        self.system, self.moves, self.programs, self.first = system, moves, 0, not again
        self.again = np.array([any(c[2:] in again for c in g) for g in system.cells], bool)
        self.again &= ~system.fixed
        self.lost: Flags = system.paid(system.lost, self.again)
        self.readers = int(system.owner.max(initial=-1)) + 2
        self.columns = _Columns(system.rows)
        self.at = np.full((system.place.max(initial=-1) + 1, self.readers), -1)
        placed = np.flatnonzero(system.place >= 0)
        self.at[system.place[placed], system.owner[placed]] = placed
        self.draw = np.random.default_rng(0).random(len(self.lost))
        self.widest = shared.widest
        calm = [
            np.trunc(_CALM * tight)
            for tight in (
                np.maximum(system.low, shared.low),
                np.minimum(system.high, shared.high),
            )
        ]
        self.rooms: tuple[Room, Room] = ((calm[0], calm[1]), (system.low, system.high))
        self.known = [m for m in moves if not self._untied(m)] if system.ties.nnz else [*moves]
        self.told, self.met = self._effects(self.known)
        self._ask(system.needs)

    def _effects(self, moves: Sequence[Move]) -> tuple[Flags, Flags]:
        """Return, of movements, the rows that each moves and the bailleurs whose answers."""
        far = moved(moves, len(self.system.owner))
        whose = indicator(self.system.owner % self.readers, self.readers)  # nobody's last
        met = (abs(far) @ whose.T).toarray() > 0
        met[:, -1] = False
        return (abs(far @ self.system.rows.T) > _TINY).toarray(), met

    def _untied(self, move: Move) -> bool:
        """Return whether a movement breaks a sum that must hold."""
        ties = self.system.ties[:, move[0]]
        return bool(ties.nnz) and bool((np.abs(ties @ move[1]) > _TINY).any())

    def _ask(self, needs: Sequence[Need]) -> None:
        """Take on what must be open."""
        self.needs = needs
        groups = matrix([n.group for n in needs], len(self.system.owner))
        self.members = _Columns(groups)
        self.by = np.array([n.by for n in needs])
        self.moving = np.array([n.moving for n in needs], dtype=np.intp)
        self.way = np.full((len(needs), self.met.shape[1]), -1)
        self.fits = self._fitting(groups)

    def _fitting(self, groups: sparse.csr_array) -> list[list[int]]:
        """List the known movements that free each need."""
        if not self.known or not len(self.by):
            return [[] for _ in self.needs]
        far = moved(self.known, groups.shape[1])
        ends = np.sort(
            [edge[:, far.indices] / far.data for edge in (self.system.low, self.system.high)],
            axis=0,
        )
        least = np.maximum.reduceat(ends[0], far.indptr[:-1], axis=1) * (1 + _TINY)
        most = np.minimum.reduceat(ends[1], far.indptr[:-1], axis=1) * (1 + _TINY)
        reach = (groups @ far.T).tocoo()
        some = np.abs(reach.data) > _TINY
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
                move = self._traded(need, left, self.lost)
                if move is None and (known := self._again(k, int(left[0]))) >= 0:
                    self.lost |= self.told[known]
                    shut = self._shut(self.lost)
                    left = self._freed(k, left, shut, self.way[k])
                    continue
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

    def _again(self, k: int, reader: int) -> int:
        """Return the known movement that frees a group at the least loss of rows masked elsewhere; or −1."""
        ways = np.array(self.fits[k], dtype=np.intp)
        ways = ways[~self.met[ways, reader]]
        more = self.told[ways] & ~self.lost
        price = more @ self.system.costs(self.lost)
        ways, price = (
            of[(price < _DEAR) & ~(more & ~self.again).any(axis=1)] for of in (ways, price)
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
        most, left = self.programs + _MOST_PROGRAMS[self.first], _MOST_CHECKS[self.first]
        costs = self.system.costs(self.lost & ~needless)
        order = np.argsort(-costs, kind="stable")
        for row in order[needless[order]].tolist():
            leant = np.append(self.told[:, row], False)[self.way]
            left -= int(leant.sum())
            dear = costs[row] >= _DEAR
            if left < 0 and not dear:
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
                        barred = row if dear else None
                        move = self._program(self.needs[k], reader, lost, barred, hard=not dear)
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
        listed = np.fromiter(chain.from_iterable(self.fits), dtype=np.intp, count=int(held.sum()))
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
            if (fewer[asked] > _TINY).all():
                self.lost[row], ways = False, fewer
                shut[closing] = True
                fits.data[shut[np.repeat(np.arange(len(shut)), np.diff(fits.indptr))]] = 0
        for k in np.flatnonzero((asked & shut[self.way]).any(axis=1)).tolist():
            self._freed(k, np.flatnonzero(asked[k]), shut, self.way[k])

    def _found(self, move: Move) -> None:
        """Note a movement: the rows that it moves, whose answers, and the needs that it frees."""
        self.moves.append(move)
        self.known.append(move)
        self._fit(move, len(self.told))
        met = np.zeros((1, self.readers), dtype=bool)
        met[0, self.system.owner[move[0]]] = True
        met[0, -1] = False
        self.told = np.vstack([self.told, self._tells(move)[None]])
        self.met = np.vstack([self.met, met])

    def _tells(self, move: Move) -> Flags:
        """Return which rows a movement moves."""
        return np.asarray(np.abs(self.columns.of(*move)) > _TINY)

    def _fit(self, move: Move, number: int) -> None:
        """Note which needs a movement frees."""
        system, (at, by) = self.system, move
        ends = np.sort([system.low[:, at] / by, system.high[:, at] / by], axis=0)
        least, most = ends[0].max(axis=1) * (1 + _TINY), ends[1].min(axis=1) * (1 + _TINY)
        reach = self.members.of(at, by)
        k = np.flatnonzero(np.abs(reach) > _TINY)
        scale, moving = self.by[k] / reach[k], self.moving[k]
        for need in k[(scale >= least[moving]) & (scale <= most[moving])].tolist():
            self.fits[need].append(number)

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
        inside = np.zeros(len(system.owner) + 1, dtype=bool)  # nobody's last
        inside[need.group] = True
        some = (at >= 0) & ~inside[at]
        side = np.arange(len(at)) % 2
        capped = [np.where(some, n[at], 0.0) for n in (same, other)]
        placed = need.group[system.place[need.group] >= 0]
        for k in placed[np.argsort(-able[placed], kind="stable")][: _FEW[1]].tolist():
            here, owner = system.place[k], system.owner[k]
            if able[k] < size or owner in readers:
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
                    for place, who, way in ((here, one, -1), (there, owner, -1), (there, one, 1)):
                        (up if way > 0 else down)[place, who] -= step
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
        away = np.zeros(self.met.shape[1], dtype=bool)
        away[readers] = True
        able = ~away[system.owner] & (system.place >= 0)
        inside = np.zeros(len(able), dtype=bool)
        inside[need.group] = True
        sign = system.rows.T @ np.where(lost, 0.0, self.draw)
        there = np.flatnonzero(able & ~inside & (other >= size))
        group = need.group[able[need.group] & (can[need.group] >= size)]
        group = group[np.isin(sign[group], sign[there])]
        if not len(group):
            return None
        k = group[can[group].argmax()]
        there = there[sign[there] == sign[k]]
        return np.array([k, there[other[there].argmax()]]), np.array([by, -by])

    def _traded(self, need: Need, readers: Numbers, lost: Flags) -> Move | None:
        """Return a movement that loses no row, without any of the readers or without the first."""
        few = len(readers) <= _FEW[1]
        for apart in ((readers, readers[:1]) if few else (readers[:1],)) if len(self.at) else ():
            for room in self.rooms:
                by = self._by(need, room)
                move = self._shift(need, by, apart, room, lost)
                move = move or self._trade(need, by, apart, room)
                if move is None or (self._tells(move) & ~lost).any() or self._untied(move):
                    continue
                return move
        return None

    def _program(
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
        for moving, room in tries[: len(tries) if not hard else 2]:
            free = ~(lost | self.system.fixed) & (not hard)
            if barred is not None:
                free[barred] = False
            move = self._solved(need, reader, lost, free, moving, room)
            if move is not None:
                told = self._tells(move)
                cost = float(self.system.costs(lost)[told & ~lost].sum())
                if cost < least:
                    best, least = move, cost
                if cost < (0.5 if room is calm else _DEAR):  # a movement for all, but at no price
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
        still = sparse.hstack([system.rows[kept][:, near], -slack, slack])
        target = np.isin(near, need.group)
        below = sparse.vstack([sparse.csr_array(target[None, :] * 1.0), system.ties[:, near]])
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
