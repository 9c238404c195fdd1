"""Weights that are dwellings over interviews: exact shares of « ne sait pas » then tell sizes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.audit.findings import Attack, Finding
from tfpb.audit.released import ANSWER, RAW, WHERE, is_whole
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.audit.released import Release

_FEW: Final = 2
_MOST_LEFT: Final = 12
"""Answers « ne sait pas » of one résidence, at most."""
_MOST: Final = 400
_MOST_HOMES: Final = 4
_SAME: Final = 1e-12
_SIDE: Final = {"qpv": "dans", "hors_qpv": "hors"}


def weights_told(release: Release, threshold: int) -> list[Finding]:
    """Find cells of two résidences whose sizes the share of « ne sait pas » gives, dwellings being known.

    With weights N/m (N dwellings, m interviews of the résidence) that share is
    Σ N·a/m over Σ N, a being the answers left out: of all (a, m) that add up to n, one fits to 1e-12.
    """
    stock = release.stock
    if stock is None:
        return []
    rows = release.rows
    kept = rows[
        (rows["mesure"] == ANSWER) & (rows["ajustement"] == RAW) & rows["groupe"].isin(list(_SIDE))
        & (rows["n_residences"] == _FEW) & rows["part_nsp"].gt(0) & rows["n"].le(_MOST)
        & rows["part_non_concerne"].fillna(0).eq(0)
    ]  # fmt: skip
    out = []
    for row in kept.to_dict("records"):
        homes = _homes(stock, row)
        if not _FEW <= len(homes) <= _MOST_HOMES:
            continue
        fits = [
            fit
            for pair in combinations(homes.tolist(), _FEW)
            for fit in _sizes(pair, int(row["n"]), float(row["part_nsp"]))
        ]
        small = {min(fit) for fit in fits}
        if fits and len(fits) < threshold and max(small) < threshold:
            where = tuple(str(row[c]) for c in WHERE)
            out.append(Finding(Attack.WEIGHTS, where, low=min(small), high=max(small)))
    return out


def _homes(stock: pd.DataFrame, row: Mapping[Hashable, Any]) -> NDArray[np.float64]:
    here = stock["cote"] == _SIDE[row["groupe"]]
    if not is_whole(row["bailleur"]):
        here &= stock["bailleur"].map(fold) == fold(row["bailleur"])
    if row["niveau"] in stock and row["groupe"] == "qpv":
        here &= stock[row["niveau"]] == row["territoire"]
    return stock.loc[here, "logements"].to_numpy(dtype=float)


def _sizes(dwellings: tuple[float, float], n: int, share: float) -> list[tuple[int, int]]:
    """Return the valid answers of two résidences that give a share exactly."""
    first, a, b = np.meshgrid(
        np.arange(1, n), np.arange(_MOST_LEFT), np.arange(_MOST_LEFT), indexing="ij"
    )
    one, two = dwellings
    left = one * a / (first + a) + two * b / (n - first + b)
    fit = np.abs(left / (one + two) - share) < _SAME
    return sorted({(int(f), int(n - f)) for f in first[fit]})
