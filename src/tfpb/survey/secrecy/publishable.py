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
    owner: Indices  # bailleur of each row
    home: Indices  # résidence of each pair, as one of `home_group`; −1 where none is named
    home_group: Indices  # group of each résidence of a group

    @classmethod
    def of(cls, group: Indices, row: Indices, count: int, owner: Indices, home: Indices) -> Members:
        """Return the members of groups; `owner` and `home` have one item a row, −1 for no résidence."""
        named = home[row] >= 0
        width = int(home.max(initial=0)) + 1
        met, codes = np.unique(group[named] * width + home[row[named]], return_inverse=True)
        own = np.full(len(row), -1, dtype=np.intp)
        own[named] = codes
        return cls(group, row, count, owner, own, met // width)

    def total(self, values: Floats | Integers) -> Floats:
        """Sum values of rows over each group."""
        return np.bincount(self.group, values[self.row], self.count).astype(float)

    def by_owner(self, n: Integers) -> Floats:
        """Count the households of each bailleur in each group, shape (groups, bailleurs)."""
        width = int(self.owner.max(initial=0)) + 1
        key = self.group * width + self.owner[self.row]
        held = np.bincount(key, n[self.row], self.count * width)
        return held.reshape(self.count, width).astype(float)

    def homes(self, n: Integers) -> Floats:
        """Count the résidences with a household in each group; one without résidence is its own."""
        each, named = n[self.row], self.home >= 0
        met = np.bincount(self.home[named], each[named] > 0, len(self.home_group))
        count = np.bincount(self.home_group, met > 0, self.count)
        alone = np.bincount(self.group[~named], each[~named], self.count)
        return (count + alone).astype(float)


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
    def of(cls, members: Members, n: Integers) -> Shares:
        """Count the households of each bailleur in each group."""
        held = members.by_owner(n)
        rest = held.sum(axis=1)[:, None] - held
        rest[(held == 0) | (rest == 0)] = np.inf
        return cls(
            (held > 0).sum(axis=1), held.max(axis=1, initial=0.0), rest.min(axis=1, initial=np.inf)
        )


def isolates_nobody(members: Members, some: Integers, asked: Integers, rules: Rules) -> Flags:
    """Return the groups where `some` households of the others are 0 or enough, for each bailleur asked.

    A bailleur with none of them reads the total as the others' own count.
    """
    own = members.by_owner(some)
    others = own.sum(axis=1)[:, None] - own
    few = (others > 0) & (others < rules.fewest) & (members.by_owner(asked) > 0)
    out: Flags = ~few.any(axis=1)
    return out


def publishable(members: Members, n: Integers, rules: Rules) -> Flags:
    """Return which groups may be published, each looked at alone; `n` has one item a row of households.

    30 households, in two résidences, and no bailleur inside that could isolate 1 to 10 households of the
    others: a reader may be one, who knows its own answers.
    """
    large = (members.total(n) >= rules.shown_n) & (members.homes(n) >= FEWEST_HOMES)
    out: Flags = large & (Shares.of(members, n).others >= rules.fewest)
    return out
