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

    from tfpb.survey.respondents import Survey

_OWN: Final = ("bailleur", "qpv")


def wave_atoms(survey: Survey, items: Sequence[str], wave: str, by: Sequence[str]) -> Atoms:
    """Count the answers of one wave by bailleur, side and every level together.

    Parameters
    ----------
    survey : Survey
        Its stock bounds what anyone can suppose of interviews.
    items : sequence of str
    wave : str
    by : sequence of str
        Levels of territory.
    """
    names = [*_OWN, *by]
    rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
    frame = survey.respondents.iloc[rows][names].astype(str)
    codes, places = pd.factorize(pd.MultiIndex.from_frame(frame), sort=True)
    table = pd.DataFrame(list(places), columns=names, dtype=object)
    spread = indicator(codes, len(table))
    ranks = {i: survey.answers[i][rows] for i in items}
    good = [np.isin(r, np.flatnonzero(survey.scales[i].satisfied)) for i, r in ranks.items()]
    n, hits = (
        (spread @ np.array(flags).reshape(-1, len(rows)).T).astype(np.int64)
        for flags in ([r >= 0 for r in ranks.values()], good)
    )
    return Atoms(wave, tuple(items), table, n, hits, _dwellings(table, survey.stock, n))


def _dwellings(
    places: pd.DataFrame, stock: pd.DataFrame | None, n: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Add up the dwellings of each atom; without limit where the stock does not know it."""
    names = list(places)
    if stock is None or not set(names) <= set(stock):
        return np.full(len(places), np.inf)
    total = stock.assign(**stock[names].astype(str)).groupby(names)["logements"].sum()
    known = total.reindex(pd.MultiIndex.from_frame(places)).to_numpy()
    most = np.where(np.isnan(known), np.inf, known)
    limit: NDArray[np.float64] = np.maximum(most, n.max(axis=1, initial=0))
    return limit
