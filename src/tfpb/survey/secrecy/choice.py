"""Which groups of a wave are shown: none small, none that leaves few households aside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.secrecy.enough import enough
from tfpb.survey.secrecy.tree import NO_PARENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tfpb.model.arrays import Flags, Indices, Integers
    from tfpb.model.survey import Households
    from tfpb.survey.secrecy.tree import Group, Tree

    _Loss = tuple[int, int]
    _Path = tuple[int, ...]

_CONTRAT: Final = "contrat_de_ville"
_OWNER: Final = "bailleur"


@dataclass(frozen=True, slots=True)
class Rules:
    """When a group is shown.

    Parameters
    ----------
    shown_n : int
        Fewer households are not shown.
    fewest : int
        Fewer are few: `enough`.
    owners : int
        Fewest bailleurs behind a territory over all of them (a region's rule; 0: any).
    largest_share : float
        Most that one bailleur may hold of its households.
    """

    shown_n: int = 30
    fewest: int = 11
    owners: int = 0
    largest_share: float = 1.0


def shown_groups(tree: Tree, wave: Households, base: int, rules: Rules) -> frozenset[Group]:
    """Choose the groups of one base that are shown.

    Parameters
    ----------
    base : int
        Which base of the wave.

    Notes
    -----
    A group of fewer households, or not `enough` by itself, is hidden; no territory is shown below a hidden
    side, of all bailleurs or of one, nor over all of them what their own packs read together would leave few
    of. Then, smallest territories first, each shown group less the shown
    ones next below it, family by family, must be nobody or enough: the group whose loss is least goes
    (contrats, then households; ties by name), with those between. What a later choice makes
    needless is then taken back, largest first. Last, of groups of two families one of which holds the
    other (an agency and its quarters, a bailleur and a contrat of its own) but for few, one is hidden; so
    with what they leave aside (a contrat less its quarter).
    """
    return _Choice(tree, wave, base, rules).chosen()


class _Choice:
    def __init__(self, tree: Tree, wave: Households, base: int, rules: Rules) -> None:
        self.tree, self.rules = tree, rules
        self.n: Integers = wave.asked[:, base]
        self.owner, self.home = codes_of(wave)
        self.at = {group: k for k, group in enumerate(tree.groups)}
        levels = (*tree.levels[0], *tree.levels[1], _OWNER)
        self.places = {c: wave.places[c].to_numpy(dtype=object) for c in levels}
        self.below: list[list[int]] = [[] for _ in tree.groups]
        for k, above in enumerate(tree.parent):
            if above != NO_PARENT:
                self.below[above].append(k)
        self.size = [int(self.n[rows].sum()) for rows in tree.rows]
        self.shown = [self._may(k) for k in range(len(tree.groups))]

    def chosen(self) -> frozenset[Group]:
        groups = self.tree.groups
        for k, crossed in self._crossings().items():
            self.shown[k] &= self._enough(left_aside(self.tree, k, crossed))
        for k in range(len(groups)):
            self.shown[k] &= self._side_shown(k)
        self.may = list(self.shown)
        for k in reversed(range(len(groups))):
            for family in sorted({self.tree.family[c] for c in self.below[k]}):
                if self.shown[k]:
                    self._settle(k, family)
        for k in sorted(self._hidden(), key=lambda k: self._loss((k,)), reverse=True):
            self._take_back(k)
        self._part_families()
        self._part_rests()
        for k in range(len(groups)):
            self.shown[k] &= self._side_shown(k)
        return frozenset(g for k, g in enumerate(groups) if self.shown[k])

    def _may(self, k: int) -> bool:
        """Whether a group may be shown by itself."""
        if self.size[k] < self.rules.shown_n or not self._enough(self.tree.rows[k]):
            return False
        group = self.tree.groups[k]
        if group.bailleur != ENSEMBLE or group.niveau == TOTAL:
            return True
        rows = self.tree.rows[k]
        held = np.bincount(self.owner[rows], self.n[rows])
        few = np.count_nonzero(held) < self.rules.owners
        return not few and bool(held.max() <= self.rules.largest_share * self.size[k])

    def _crossings(self) -> dict[int, list[int]]:
        """List, for each territory over all bailleurs, what their own packs may show of it."""
        out: dict[int, list[int]] = {}
        for k, group in enumerate(self.tree.groups):
            if group.bailleur != ENSEMBLE and group.niveau != TOTAL and self.shown[k]:
                out.setdefault(self.at[group._replace(bailleur=ENSEMBLE)], []).append(k)
        return out

    def _side_shown(self, k: int) -> bool:
        """Whether the side that a territory lies in is shown; a bailleur's own hangs on no whole."""
        while self.tree.groups[k].niveau != TOTAL:
            k = self.tree.parent[k]
        return self.shown[k]

    def _enough(self, rows: Indices) -> bool:
        return enough(self.n[rows], self.owner[rows], self.home[rows], self.rules.fewest)

    def _next(self, k: int, family: str) -> list[int]:
        """List the shown groups of a family next below a group."""
        out = []
        for c in self.below[k]:
            if self.tree.family[c] == family:
                out += [c] if self.shown[c] else self._next(c, family)
        return out

    def _left(self, k: int, family: str) -> Indices:
        """Return the rows of a group that no shown group of a family below it holds."""
        return left_aside(self.tree, k, self._next(k, family))

    def _settle(self, k: int, family: str) -> None:
        while not self._enough(rest := self._left(k, family)):
            *_, best = min(self._ways(k, family, rest, ()))
            for c in best:
                self.shown[c] = False

    def _hidden(self) -> list[int]:
        return [k for k, may in enumerate(self.may) if may and not self.shown[k]]

    def _take_back(self, k: int) -> None:
        """Show a group again where it, and the group that holds it, leave nobody or enough."""
        above, family = self.tree.parent[k], self.tree.family[k]
        while not self.shown[above]:  # what hid it is shown, or was hidden by one above that is
            above = self.tree.parent[above]
        self.shown[k] = True
        within = {self.tree.family[c] for c in self.below[k]}
        held = [(above, family), *((k, f) for f in within)]
        self.shown[k] = all(self._enough(self._left(*h)) for h in held)

    def _ways(
        self, k: int, family: str, rest: Indices, path: _Path
    ) -> Iterator[tuple[bool, _Loss, tuple[Group, ...], _Path]]:
        """List what may be hidden below a group: one next below it, or one further with those between.

        First whether the rest is few still, then what is lost.
        """
        for c in self._next(k, family):
            way = (*path, c)
            left = self._left(c, family)
            more = np.concatenate([rest, left])
            few = not self._enough(more)
            if self.n[left].any():
                yield few, self._loss(way), tuple(self.tree.groups[w] for w in way), way
            if few:
                yield from self._ways(c, family, more, way)

    def _part_families(self) -> None:
        """Hide what holds shown groups of another family but for few: those beside the chain go first.

        Of two beside it (an agency, a kind of dwelling), the one that holds the other goes.
        """
        held, again = self._held_across(), True
        while again:
            again = False
            for (outer, rank, _), members in held.items():
                there = [k for k in members if self.shown[k]]
                if self.shown[outer] and not self._enough(left_aside(self.tree, outer, there)):
                    for k in [outer] if self._rank(outer) <= rank else there:
                        self.shown[k] = False
                    again = True

    def _held_across(self) -> dict[tuple[int, int, str], list[int]]:
        """List, by group, rank and level beside the chain, those that lie wholly in it: itself too."""
        held: dict[tuple[int, int, str], list[int]] = {}
        for k, group in enumerate(self.tree.groups):
            if not self.shown[k]:
                continue
            rows, rank = self.tree.rows[k], self._rank(k)
            rows = rows[self.n[rows] > 0]
            above = group._replace(bailleur=ENSEMBLE) if group.niveau == TOTAL else group
            for level, values in self.places.items():
                first = values[rows[0]]
                if (values[rows] != first).any():
                    continue
                outer = self.at.get(
                    group._replace(niveau=TOTAL, territoire=TOTAL, bailleur=first)
                    if level == _OWNER
                    else above._replace(niveau=level, territoire=first)
                )
                if outer is not None:
                    held.setdefault((outer, rank, "" if rank else group.niveau), []).append(k)
        return held

    def _part_rests(self) -> None:
        """Hide a group where what shown ones leave aside and another family's leave few between them.

        Those beside the chain go first, then territories; of two beside it, the one whose loss is least.
        """
        for root in sorted({above for above in self.tree.parent if above != NO_PARENT}):
            ranks = {self.tree.family[k]: self._rank(k) for k in self.below[root]}
            while self.shown[root] and (ways := self._few_between(root, ranks)):
                self.shown[min(ways, key=lambda k: (self._loss((k,)), self.tree.groups[k]))] = False

    def _few_between(self, root: int, ranks: dict[str, int]) -> list[int]:
        """List the groups of which hiding one mixes the first few that two families leave between them."""
        rows = self.tree.rows[root]
        rows = rows[self.n[rows] > 0]
        cells = {family: self._cells(root, family)[rows] for family in ranks}
        for outer, inner in permutations(sorted(ranks), 2):
            for cell, pieces in _wholly_inside(cells[outer], cells[inner]):
                left = (cells[outer] == cell) & ~np.isin(cells[inner], pieces)
                if not self._enough(rows[left]):
                    first = min(ranks[outer], ranks[inner])
                    ends = [(outer, cell), *((inner, piece) for piece in pieces)]
                    return [
                        k
                        for family, end in ends
                        for k in (*self._next(end, family), end)
                        if ranks[family] == first and k != root
                    ]
        return []

    def _cells(self, root: int, family: str) -> Indices:
        """Return the smallest shown group of a family below a root that each row lies in; else the root."""
        out = np.full(len(self.n), root)
        for k, rows in enumerate(self.tree.rows):
            if self.shown[k] and self.tree.family[k] == family:
                out[rows] = k
        return out

    def _rank(self, k: int) -> int:
        """Return 0 for a group beside the chain, 1 for a territory, 2 for a bailleur or a side."""
        level = self.tree.groups[k].niveau
        return 2 if level == TOTAL else int(level in self.tree.levels[0])

    def _loss(self, way: _Path) -> _Loss:
        contrats = sum(self.tree.groups[w].niveau == _CONTRAT for w in way)
        return contrats, sum(self.size[w] for w in way)


def _wholly_inside(outer: Indices, inner: Indices) -> Iterator[tuple[int, list[int]]]:
    """Give each cell of one partition that holds whole cells of another, and those."""
    pairs = pd.DataFrame({"outer": outer, "inner": inner}).drop_duplicates()
    pairs = pairs[~pairs["inner"].duplicated(keep=False)]
    for cell, held in pairs.groupby("outer")["inner"]:
        yield int(str(cell)), held.tolist()


def left_aside(tree: Tree, k: int, below: Collection[int]) -> Indices:
    """Return the rows of a group without those of some groups below it."""
    rows = tree.rows[k]
    if not below:
        return rows
    held = np.concatenate([tree.rows[c] for c in below])
    return rows[~np.isin(rows, held)]


def codes_of(wave: Households) -> tuple[Indices, Indices]:
    """Return the numbers of the bailleur and résidence of each row; −1 where the delivery names none."""
    owner = pd.factorize(wave.places["bailleur"])[0]
    named: Flags = (wave.places["residence"] != "").to_numpy()
    home = pd.factorize(wave.places["bailleur"] + "\x1f" + wave.places["residence"])[0]
    return owner.astype(np.intp), np.where(named, home, -1)
