"""The mark of each résidence on a map: its side, the dwellings it stands for, whether it is cut in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.facts.place import cut_homes, doubtful
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import numbers

if TYPE_CHECKING:
    import pandas as pd


def drawn(homes: pd.DataFrame, held: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Return résidences as maps draw them.

    Parameters
    ----------
    homes : DataFrame
        `RESIDENCE_COLUMNS`.
    held : DataFrame
        As `holds` makes it.
    doors : DataFrame
        `LOCATION_COLUMNS`, `longitude, latitude`.

    Returns
    -------
    DataFrame
        The same with `statut` (that of its dwellings; `a_verifier` where a door is in doubt), `dessines`
        (the dwellings its mark stands for: those to check where it is in doubt, else all) and `moitie` (drawn
        in two halves: cut, no door in doubt). One drawn in halves is placed among its doors of `statut`: the
        mean of all may lie across the limit, where a hollow disc reads as an error of the map.
    """
    unsure = homes["id_residence"].isin(doors["id_residence"][doubtful(doors)])
    cut = cut_homes(held)
    split = homes["id_residence"].isin(cut.index[cut]) & ~unsure
    out = homes.assign(
        statut=homes["cote"].where(~unsure, str(QpvStatut.A_VERIFIER)),
        dessines=homes["logements_a_verifier"].where(unsure, homes["nb_logements"]),
        moitie=split,
    )
    for row in out.index[split & out["longitude"].notna()]:
        own = doors[doors["id_residence"] == out.loc[row, "id_residence"]]
        own = own[(own["qpv_statut"] == out.loc[row, "statut"]) & own["longitude"].notna()]
        if len(own):
            weights = np.clip(np.nan_to_num(numbers(own, "nb_logements")), 1e-9, None)
            for axis in ("longitude", "latitude"):
                out.loc[row, axis] = np.average(numbers(own, axis), weights=weights)
    return out
