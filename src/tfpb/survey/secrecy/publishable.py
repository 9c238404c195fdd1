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
    """When a group is published.

    Parameters
    ----------
    shown_n : int
        Fewer households are not.
    fewest : int
        Nor are others than a bailleur inside, when they are fewer.
    owners : int
        Fewest bailleurs behind a territory over all of them (a region's rule; 0: any).
    largest_share : float
        Most that one bailleur may hold of its households (a region's rule too).
    """

    shown_n: int = 30
    fewest: int = 11
    owners: int = 0
    largest_share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Which rows of households each group holds.

    Parameters
    ----------
    group, row : int arrays, shape (entries,)
    count : int
        Groups.
    """

    group: Indices
    row: Indices
    count: int

    def total(self, values: Floats | Integers) -> Floats:
        """Sum values of rows over each group."""
        return np.bincount(self.group, values[self.row], self.count).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """How the households of groups are held by bailleurs, arrays of shape (groups,).

    Parameters
    ----------
    owners : int array
        Bailleurs inside.
    largest : float array
        Households of the one that holds most.
    others : float array
        Fewest households that the others are, for a bailleur inside; infinite where it is alone.
    """

    owners: Integers
    largest: Floats
    others: Floats

    @classmethod
    def of(cls, members: Members, n: Integers, owner: Indices) -> Shares:
        """Count the households of each bailleur in each group."""
        width = int(owner.max(initial=0)) + 1
        key = members.group * width + owner[members.row]
        held = np.bincount(key, n[members.row], members.count * width)
        held = held.reshape(members.count, width)
        rest = held.sum(axis=1)[:, None] - held
        rest[(held == 0) | (rest == 0)] = np.inf
        return cls(
            (held > 0).sum(axis=1), held.max(axis=1, initial=0.0), rest.min(axis=1, initial=np.inf)
        )


def publishable(
    members: Members, n: Integers, owner: Indices, home: Indices, rules: Rules
) -> Flags:
    """Return which groups may be published.

    Parameters
    ----------
    n : int array, shape (rows,)
        Households of each row.
    owner, home : int arrays, shape (rows,)
        Its bailleur; its résidence, −1 where the delivery names none (each household is then its own).

    Notes
    -----
    30 households, in two résidences, and no bailleur inside that could isolate 1 to 10 households of the
    others: a reader may be a bailleur, who knows its own answers. Each group is looked at alone.
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
