"""Kinds of arrays, by the names that computations give them, and how two are divided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NewType

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Objects = NDArray[np.object_]
"""Cells of any kind."""
Shapes = NDArray[np.object_]
"""Geometries."""
Texts = NewType("Texts", NDArray[np.object_])
"""Cells of which each is a text: made by `all_texts` alone, so that a column of years is refused for one."""


def all_texts(values: Sequence[str], codes: Indices | None = None) -> Texts:
    """Return texts as an array; with `codes`, the text of each."""
    held = np.array(values, dtype=object)
    return Texts(held if codes is None else held[codes])


def divided(top: NDArray[Any], bottom: NDArray[Any], empty: float = 0.0) -> Floats:
    """Divide two arrays; `empty` where there is nothing to divide by."""
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), empty)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out
