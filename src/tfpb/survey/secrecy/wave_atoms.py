"""The atoms of a wave: answers that no level of territory tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.survey import Atoms
from tfpb.survey.estimation.design import indicator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.survey.estimation.comparison import Comparison

_OWN: Final = ("bailleur", "qpv")


def wave_atoms(result: Comparison, by: Sequence[str], stock: pd.DataFrame | None = None) -> Atoms:
    """Count the answers of one wave by bailleur, side and every level together.

    Parameters
    ----------
    result : Comparison
    by : sequence of str
        Levels of territory.
    stock : DataFrame, optional
        Résidences and their dwellings: nobody can suppose more interviews.
    """
    names = [*_OWN, *by]
    frame = result.design.atoms[names].astype(str)
    codes, places = pd.factorize(pd.MultiIndex.from_frame(frame), sort=True)
    table = pd.DataFrame(list(places), columns=names, dtype=object)
    spread = indicator(codes, len(table))
    n, hits = (
        (spread @ sums).round().astype(np.int64) for sums in (result.sums.n, result.sums.hits)
    )
    items = tuple(i.identifiant for i in result.items)
    return Atoms(result.vague, items, table, n, hits, _dwellings(table, stock, n))


def _dwellings(
    places: pd.DataFrame, stock: pd.DataFrame | None, n: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Add up the dwellings of each atom; without limit where the stock does not know it."""
    names = list(places)
    if stock is None or not set(names) <= set(stock):
        return np.full(len(places), np.inf)
    total = stock.assign(**stock[names].astype(str)).groupby(names)["logements"].sum()
    known = total.reindex(pd.MultiIndex.from_frame(places)).to_numpy(dtype=float)
    most = np.where(np.isnan(known), np.inf, known)
    limit: NDArray[np.float64] = np.maximum(most, n.max(axis=1, initial=0))
    return limit
