"""Cells of the adjustment variables, and the standard that weighs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_COUNT_NAMES: Final = ("effectif", "logements", "nb_logements", "poids", "part")


@dataclass(frozen=True, slots=True)
class Composition:
    """Cells of the adjustment variables, and the weight each has in the standard.

    Parameters
    ----------
    cell : int array, shape (atoms,)
        Cell of each atom; -1 when a variable is unknown.
    standard : float array, shape (cells,)
        Share of each cell in the standard population (sums to 1).
    """

    cell: NDArray[np.intp]
    standard: Floats


def composition(
    atoms: pd.DataFrame,
    weight: Floats,
    variables: Sequence[str],
    reference: pd.DataFrame | None = None,
) -> Composition:
    """Cut atoms into cells and weigh them by a standard.

    Parameters
    ----------
    atoms : DataFrame
        Holds the variables.
    weight : float array, shape (atoms,)
        Weighted interviews of each atom in the sample that is the standard; 0 for the others.
    variables : sequence of str
    reference : DataFrame, optional
        The variables and a count (`effectif` or `logements`); without it the standard is the joint
        weighted distribution of that sample.
    """
    known = np.all([atoms[v].astype(str).to_numpy() != "" for v in variables], axis=0)
    keys = [atoms[v].astype(str).to_numpy(dtype=object) for v in variables]
    joined = np.array(["\x1f".join(t) for t in zip(*keys, strict=True)], dtype=object)
    cell, names = pd.factorize(joined, sort=True)
    cell = np.where(known, cell, -1)
    if reference is None:
        total = np.bincount(cell[known], weights=weight[known], minlength=len(names)).astype(float)
    else:
        counts = _reference_counts(reference, variables)
        total = np.array(
            [counts.get(tuple(fold(p) for p in str(n).split("\x1f")), 0.0) for n in names]
        )
    share = total / total.sum() if total.sum() > 0 else total
    return Composition(cell.astype(np.intp), share)


def _reference_counts(
    reference: pd.DataFrame, variables: Sequence[str]
) -> dict[tuple[str, ...], float]:
    folded = {fold(str(c)): str(c) for c in reference.columns}
    count = next((folded[n] for n in map(fold, _COUNT_NAMES) if n in folded), None)
    columns = [folded.get(fold(v)) for v in variables]
    if count is None or any(c is None for c in columns):
        return {}
    out: dict[tuple[str, ...], float] = {}
    values = pd.to_numeric(reference[count].astype(str).str.replace(",", "."), errors="coerce")
    for *parts, number in zip(*(reference[c] for c in columns), values, strict=True):
        key = tuple(fold(str(p)) for p in parts)
        out[key] = out.get(key, 0.0) + (0.0 if np.isnan(number) else float(number))
    return out
