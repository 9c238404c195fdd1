"""The tree of a wave: each side, one nested chain of territories below it, and families beside the chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb.model.codes import CHAIN, ENSEMBLE, TOTAL, Groupe
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection

    from tfpb.model.arrays import Indices
    from tfpb.model.survey import Households

SIDES: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value)
_OWNERS: Final = "bailleur"
NO_PARENT: Final = -1


class Group(NamedTuple):
    """A group of households of a wave: names of a row of the comparison."""

    niveau: str
    territoire: str
    bailleur: str
    groupe: str


@dataclass(slots=True)
class Tree:
    """The groups of one wave.

    Parameters
    ----------
    groups : list of Group
        Parents before children.
    rows : list of int arrays
        Rows of the households of each; none where a bailleur has nobody on a side.
    parent : list of int
        The group next above, −1 for a side.
    family : list of str
        Groups of one family under one group hold no household twice.
    levels : pair of tuples of str
        The chain, large to small, and the levels beside it: `nested`.
    """

    groups: list[Group] = field(default_factory=list)
    rows: list[Indices] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    family: list[str] = field(default_factory=list)
    levels: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @classmethod
    def of(cls, wave: Households, crossed: Collection[str] | None = ()) -> Tree:
        """Make the tree of a wave.

        Parameters
        ----------
        crossed : collection of str, optional
            Bailleurs that have territories of their own; None for all of them. A lone bailleur is the
            whole.
        """
        tree = cls(levels=nested(wave.places))
        owner = wave.places["bailleur"].to_numpy(dtype=object)
        names = sorted(set(owner))
        for side in SIDES:
            mine = np.flatnonzero((wave.places["groupe"] == side).to_numpy())
            root = tree._add(Group(TOTAL, TOTAL, ENSEMBLE, side), mine, NO_PARENT, "")
            tree._territories(wave, root)
            for name in names if len(names) > 1 else ():
                own = mine[owner[mine] == name]
                at = tree._add(Group(TOTAL, TOTAL, name, side), own, root, _OWNERS)
                if crossed is None or name in crossed:
                    tree._territories(wave, at)
        return tree

    def _add(self, group: Group, rows: Indices, parent: int, family: str) -> int:
        self.groups.append(group)
        self.rows.append(rows)
        self.parent.append(parent)
        self.family.append(family)
        return len(self.groups) - 1

    def _territories(self, wave: Households, root: int) -> None:
        """Add the chain and the families below a side, of all bailleurs or of one."""
        top = self.groups[root]
        chain, families = self.levels
        place = np.full(len(wave.places), root)
        for level in (*chain, *families):
            if level in QUARTER_COLUMNS and top.groupe != Groupe.QPV.value:
                continue
            rows = self.rows[root]
            codes, values = pd.factorize(wave.places[level].to_numpy(dtype=object)[rows], sort=True)
            for k, value in enumerate(values):
                if value == "":
                    continue
                held = rows[codes == k]
                group = Group(level, str(value), top.bailleur, top.groupe)
                above = int(place[held[0]]) if level in chain else root
                family = f"chaine {root}" if level in chain else f"{level} {root}"
                place[held] = self._add(group, held, above, family)


def nested(places: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the levels of a wave into the chain that nests, large to small, and the others.

    A level of `CHAIN` that parts a territory of a finer one, or holds it in part only, is no part of it.
    """
    known = levels_of(places)
    chain: list[str] = []
    for level in (c for c in reversed(CHAIN) if c in known):
        if all(_lies_whole(places, finer, level) for finer in chain):
            chain.append(level)
    chain.reverse()
    return tuple(chain), tuple(c for c in known if c not in chain)


def levels_of(places: pd.DataFrame) -> list[str]:
    """List the levels among the columns of households."""
    return [str(c) for c in places if c not in {"bailleur", "residence", "groupe"}]


def _lies_whole(places: pd.DataFrame, finer: str, level: str) -> bool:
    """Whether each territory lies whole in one larger one, or whole outside of all."""
    pairs = places.loc[places[finer] != "", [finer, level]].drop_duplicates()
    return not pairs[finer].duplicated().any()
