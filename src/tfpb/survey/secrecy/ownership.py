"""Whose rows a bailleur's own pack may hold: its own, and the whole when that shows no other bailleur."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.record import summed
from tfpb.model.survey import OF_OTHERS
from tfpb.survey.secrecy.groups import KEY, resting
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from tfpb.model.record import Reading
    from tfpb.model.survey import Estimates

FEWEST_OTHERS: Final = 3
"""With fewer other bailleurs behind it, the whole minus one's own would show another's results."""


def under_name(estimates: Estimates, bailleur: str) -> Estimates:
    """Write a bailleur as its dossier does, and leave what is told of others by name.

    Deliveries may write it with other accents or case. Doubts that name another bailleur, and the region
    taken without another, go.
    """
    names = {str(n) for n in estimates.comparison["bailleur"]} - {ENSEMBLE}
    own = {n for n in names if fold(n) == fold(bailleur)}
    others = names - own

    def mine(table: pd.DataFrame, column: str = "bailleur") -> pd.DataFrame:
        if column not in table:
            return table
        return table.assign(**{column: [bailleur if b in own else b for b in table[column]]})

    benchmark = mine(estimates.benchmark, "_bailleur")
    if "_bailleur" in benchmark:
        benchmark = benchmark[benchmark["_bailleur"].isin(["", bailleur])].reset_index(drop=True)
    # a delivery that names nobody is the bailleur's own
    marks = {OF_OTHERS: True} if others - {""} and not own else {}
    return replace(
        estimates,
        comparison=mine(estimates.comparison),
        levels=mine(estimates.levels),
        benchmark=benchmark,
        fieldwork=mine(estimates.fieldwork),
        variants=mine(estimates.variants),
        settings={**estimates.settings, **marks},
        readings=own_readings(estimates.readings, bailleur),
        notices=tuple(
            n for n in estimates.notices if str(n.fields.get("bailleur", "")) not in others
        ),
        households=tuple(replace(w, places=mine(w.places)) for w in estimates.households),
    )


def own_readings(readings: Iterable[Reading], bailleur: str) -> tuple[Reading, ...]:
    """Keep what was read of one bailleur; of the others, their sum in each file and wave, unnamed."""
    return summed(
        replace(r, bailleur=bailleur if fold(r.bailleur) == fold(bailleur) else "")
        for r in readings
    )


def own_rows(
    table: pd.DataFrame, groups: pd.DataFrame, bailleur: str, fewest: int = 0
) -> pd.DataFrame:
    """Keep a bailleur's own rows, and those of the whole that show no other by subtraction.

    Parameters
    ----------
    groups : DataFrame
        As `group_table` makes it.
    bailleur : str
        Empty for every reader at once: then all rows by name stay.
    fewest : int
        Fewest bailleurs besides a reader's behind a row of the whole, for every reader at once (0: any).

    Notes
    -----
    Both sides must hold by themselves. One's own alone is the whole. Where a delivery does not name the
    bailleur, its whole is told, of others (`OF_OTHERS`).
    """
    if "bailleur" not in table or table.empty or not (bailleur or fewest):
        return table
    names = set(groups["bailleur"]) - {ENSEMBLE}
    keep = np.ones(len(table), dtype=bool)
    if bailleur and (len(names) > 1 or bailleur not in names):
        keep = table["bailleur"].isin([ENSEMBLE, bailleur]).to_numpy().copy()
    whole = np.flatnonzero((table["bailleur"] == ENSEMBLE).to_numpy())
    if "item" in table and len(whole) and (fewest or {bailleur} < names):
        sides = resting(table.iloc[whole], groups)
        own = groups.loc[groups["bailleur"] == bailleur, KEY].assign(bailleur=ENSEMBLE, own=1)
        sides = sides.merge(own.drop_duplicates(), on=KEY, how="left")
        others = sides["owners"] - sides["own"].fillna(0 if bailleur else 1)
        few = (others > 0) & (others < (fewest or FEWEST_OTHERS))
        if not bailleur:
            few = (others < fewest) & (sides["niveau"] == TOTAL)
        keep[whole] &= ~few.groupby(sides["row"]).any().to_numpy()
    return table[keep].reset_index(drop=True)
