"""Kinds of arrays, by the names that computations give them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Texts = NDArray[np.object_]
