"""Kinds of arrays, by the names that computations give them, and how two are divided."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Texts = NDArray[np.object_]


def divided(top: NDArray[Any], bottom: NDArray[Any], empty: float = 0.0) -> Floats:
    """Divide two arrays; `empty` where there is nothing to divide by."""
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), empty)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out
