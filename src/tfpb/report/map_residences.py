"""Résidences as maps show them: one symbol each, on one side of the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.codes import QpvStatut
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.location import Located


def map_residences(located: Located) -> pd.DataFrame:
    """Return the résidences that have a point, as `MapModel.residences` holds them.

    One that has a doubtful entrance is shown as doubtful.
    """
    entrances = located.entrances
    first = entrances.groupby("id_residence", sort=False).agg(
        adresse=("adresse", "first"), motif=("qpv_motif", "first")
    )
    doubtful = entrances[entrances["qpv_statut"] == QpvStatut.A_VERIFIER]
    reasons = doubtful.groupby("id_residence", sort=False)["qpv_motif"].first()
    homes = located.residences.copy()
    homes["adresse"] = homes["id_residence"].map(first["adresse"]).fillna("")
    reason = {**first["motif"].to_dict(), **reasons.to_dict()}
    homes["motif"] = [reason.get(r, "") for r in homes["id_residence"]]
    doubt = homes["id_residence"].isin(set(doubtful["id_residence"]))
    homes["statut"] = homes["cote"].where(~doubt, str(QpvStatut.A_VERIFIER))
    homes = _cut(homes, entrances)
    homes = homes.rename(columns={"nb_logements": "logements", "distance_min_m": "distance_m"})
    return homes[homes["longitude"].notna()].reset_index(drop=True)


def _cut(homes: pd.DataFrame, entrances: pd.DataFrame) -> pd.DataFrame:
    """Place a résidence that the limit cuts on its side, and write how many dwellings lie on each.

    The mean of all its entrances may lie across the limit: a hollow disc inside the quarter reads as an
    error of the map.
    """
    sides = homes[["logements_dans", "logements_hors"]].astype(int)
    cut = (sides > 0).all(axis=1) & (homes["statut"] == homes["cote"])
    homes["coupee"] = ""
    for row in homes.index[cut]:
        inside, outside = sides.loc[row]
        homes.loc[row, "coupee"] = words.CUT_NAME.format(inside=inside, outside=outside)
        homes.loc[row, "motif"] = words.CUT_REASON.format(inside=inside, outside=outside)
        own = entrances["id_residence"] == homes.loc[row, "id_residence"]
        doors = entrances[own & (entrances["qpv_statut"] == homes.loc[row, "cote"])]
        placed = doors[doors["longitude"].notna()]
        if len(placed):
            weights = placed["nb_logements"].astype(float).clip(lower=1e-9)
            for axis in ("longitude", "latitude"):
                homes.loc[row, axis] = np.average(placed[axis].astype(float), weights=weights)
    return homes
