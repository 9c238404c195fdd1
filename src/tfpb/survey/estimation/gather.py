"""Sums of rows that share a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray


def collapse(
    keys: NDArray[np.intp], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Sum rows that share a key: (sums, sorted keys, first position of each in sorted order)."""
    if not len(keys):
        return values, keys, keys
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return np.add.reduceat(values[order], first, axis=0), ordered[first], first


def group_sums(
    group: NDArray[np.intp], values: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Sum rows by group (0..count − 1)."""
    rows = np.arange(len(group))
    spread = sparse.csr_array((np.ones(len(group)), (group, rows)), shape=(count, len(group)))
    out: NDArray[np.float64] = spread @ values
    return out
