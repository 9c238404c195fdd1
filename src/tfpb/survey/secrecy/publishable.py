"""Whether the households of a group are enough for a result on them to be published: each group alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices, Integers

FEWEST_HOMES: Final = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """When a group is published; the last two are a region's, of a territory over all its bailleurs."""

    shown_n: int = 30
    """Fewest households."""
    fewest: int = 11
    """Fewest others than any bailleur inside."""
    owners: int = 0
    """Fewest bailleurs (0: any)."""
    largest_share: float = 1.0
    """Most of the households that one bailleur may have."""


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Which rows of households each of `count` groups holds: pairs of group and row."""

    group: Indices
    row: Indices
    count: int

    def total(self, values: Floats | Integers) -> Floats:
        """Sum values of rows over each group."""
        return np.bincount(self.group, values[self.row], self.count).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """How the households of groups are held by bailleurs, arrays of shape (groups,)."""

    owners: Integers
    """Bailleurs inside."""
    largest: Floats
    """Households of the one that holds most."""
    others: Floats
    """Fewest households that the others are, for a bailleur inside; infinite where it is alone."""

    @classmethod
    def of(cls, members: Members, n: Integers, owner: Indices) -> Shares:
        """Count the households of each bailleur in each group."""
        held = _by_owner(members, n, owner)
        rest = held.sum(axis=1)[:, None] - held
        rest[(held == 0) | (rest == 0)] = np.inf
        return cls(
            (held > 0).sum(axis=1), held.max(axis=1, initial=0.0), rest.min(axis=1, initial=np.inf)
        )


def _by_owner(members: Members, n: Integers, owner: Indices) -> Integers:
    """Count the households of each bailleur in each group, shape (groups, bailleurs)."""
    width = int(owner.max(initial=0)) + 1
    key = members.group * width + owner[members.row]
    held = np.bincount(key, n[members.row], members.count * width)
    return held.reshape(members.count, width)


def isolates_nobody(
    members: Members, some: Integers, asked: Integers, owner: Indices, rules: Rules
) -> Flags:
    """Return the groups where `some` households of the others are 0 or enough, for each bailleur asked.

    A bailleur with none of them reads the total as the others' own count.
    """
    own = _by_owner(members, some, owner)
    others = own.sum(axis=1)[:, None] - own
    few = (others > 0) & (others < rules.fewest) & (_by_owner(members, asked, owner) > 0)
    out: Flags = ~few.any(axis=1)
    return out


def publishable(
    members: Members, n: Integers, owner: Indices, home: Indices, rules: Rules
) -> Flags:
    """Return which groups may be published, each looked at alone; arrays have one item a row of households.

    30 households, in two résidences (−1: none is named, each household is its own), and no bailleur inside
    that could isolate 1 to 10 households of the others: a reader may be one, who knows its own answers.
    """
    at = n[members.row] > 0
    group, row = members.group[at], members.row[at]
    named = home[row] >= 0
    width = int(home.max(initial=0)) + 1
    met = np.unique(group[named] * width + home[row][named]) // width
    homes = np.bincount(met, minlength=members.count)
    homes = homes + np.bincount(group[~named], n[row][~named], members.count)
    large = (members.total(n) >= rules.shown_n) & (homes >= FEWEST_HOMES)
    out: Flags = large & (Shares.of(members, n, owner).others >= rules.fewest)
    return out
