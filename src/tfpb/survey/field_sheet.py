"""The field sheet: who was asked beside who lives there, and how far weights spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE
from tfpb.model.results import FIELD_COLUMNS
from tfpb.model.survey import WeightSpread
from tfpb.survey.reading.calibration import DELIVERED, delivered_weight
from tfpb.survey.reading.surveyed_stock import PARC as ROW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.respondents import Survey

    Floats = NDArray[np.float64]

_KINDS: Final = ("type_habitat", "periode_construction")
_CELL: Final = ["cote", *_KINDS]
_DIGITS: Final = 3
_SIDES: Final = {1: "qpv", 0: "hors_qpv"}


def sample_against_stock(survey: Survey) -> pd.DataFrame:
    """Set the interviews of each wave beside the dwellings they stand for.

    An interview has the side, type and period of its résidence's row in the stock: both are counted in
    the same categories. One that the stock does not hold is left out.

    Returns
    -------
    DataFrame
        `FIELD_COLUMNS` and `n_residences`, each bailleur under its name (`ensemble` when there is
        one only), unprotected; empty without stock.
    """
    stock = survey.stock
    if stock is None:
        return pd.DataFrame(columns=[*FIELD_COLUMNS, "n_residences"])
    homes = stock.assign(cote=stock["qpv"].map(_SIDES))
    homes = homes.assign(**{k: homes.get(k, "") for k in _KINDS})
    alone = len(survey.respondents["bailleur"].unique()) == 1
    homes = homes.assign(bailleur=ENSEMBLE if alone else homes["bailleur"])
    keys = ["bailleur", *_CELL]
    there = homes.groupby(keys, sort=True)["logements"].sum()
    parts = []
    for wave in survey.waves:
        rows = survey.respondents.loc[survey.respondents["vague"] == wave, ROW]
        asked = homes.iloc[rows[rows >= 0].to_numpy(dtype=np.intp)]
        met = asked.assign(_ligne=asked.index).groupby(keys)["_ligne"].agg(["size", "nunique"])
        table = there.to_frame().join(met).fillna({"size": 0, "nunique": 0}).reset_index()
        parts.append(table.assign(vague=wave))
    out = pd.concat(parts, ignore_index=True)
    out = out.rename(columns={"size": "n", "nunique": "n_residences"})
    for count, share in (("logements", "part_logements"), ("n", "part_interroges")):
        whole = out.groupby(["vague", "bailleur"])[count].transform("sum").clip(lower=1)
        out[share] = (out[count] / whole).round(_DIGITS)
    return out[[*FIELD_COLUMNS, "n_residences"]]


def weight_spreads(survey: Survey, wave: str) -> tuple[WeightSpread, ...]:
    """Measure the weights of one wave as delivered, then as calibrated by this run."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    out = [_spread(delivered_weight(frame), calibrated=False)] if survey.has_weights else []
    if DELIVERED in frame:
        out.append(_spread(frame["poids"].to_numpy(dtype=float), calibrated=True))
    return tuple(out)


def _spread(weights: Floats, *, calibrated: bool) -> WeightSpread:
    low, first, middle, third, high = map(float, np.quantile(weights, [0, 0.25, 0.5, 0.75, 1]))
    kish = len(weights) * float((weights**2).sum()) / float(weights.sum()) ** 2
    return WeightSpread(calibrated, low, first, middle, third, high, kish)
