"""Whether households are enough for what is published, or left aside, to point at none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from tfpb.model.arrays import Indices, Integers

FEWEST_HOMES: Final = 2


def enough(n: Integers, owner: Indices, home: Indices, fewest: int) -> bool:
    """Return whether some households are nobody, or too many to point at a few or at one résidence.

    Parameters
    ----------
    n : int array, shape (rows,)
        Households of each row.
    owner, home : int arrays, shape (rows,)
        Its bailleur; its résidence, −1 where the delivery names none (each household is then its own).
    fewest : int
        Households below which they are few.

    Notes
    -----
    A reader may be a bailleur who knows its own answers: for each of those inside, the households of the
    others are nobody, or `fewest`. The union of disjoint households each of which is enough is enough.
    """
    there = n > 0
    if not there.any():
        return True
    n, owner, home = n[there], owner[there], home[there]
    total = int(n.sum())
    unnamed = home < 0
    homes = len(np.unique(home[~unnamed])) + int(n[unnamed].sum())
    held = np.bincount(owner, n)
    others = total - held[held > 0]
    return (
        total >= fewest and homes >= FEWEST_HOMES and not ((others > 0) & (others < fewest)).any()
    )
