"""The gaps of the whole read otherwise: under the other target, and with the weights as delivered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Groupe
from tfpb.model.results import VARIANT_COLUMNS
from tfpb.survey.estimation.compared_groups import groups
from tfpb.survey.estimation.comparison import estimate_groups, estimate_wave
from tfpb.survey.estimation.release import released
from tfpb.survey.estimation.rows import raw_rows
from tfpb.survey.reading.calibration import CELL, DELIVERED
from tfpb.survey.verdicts import NO_VERDICT, PARC, SERVICE

if TYPE_CHECKING:
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.respondents import Survey

DELIVERED_WEIGHTS: Final = "poids_livres"
TARGET: Final = "cible_"
"""Before the name of the target, in `variante`."""


def under_other_target(survey: Survey, comparison: Comparison) -> pd.DataFrame:
    """Return the verdicts of one wave as the other `cible` would give them; none without stock.

    Verdicts alone: two intervals of one figure would tell more than either.
    """
    c = comparison
    if survey.stock is None or not survey.has_clusters:
        return pd.DataFrame(columns=list(VARIANT_COLUMNS))
    other = SERVICE if c.thresholds.cible == PARC else PARC
    stock = survey.stock if other == PARC else None
    index, sets = groups(c.design.atoms, ())
    thresholds = c.thresholds.aiming(other)
    made = estimate_groups(c.sums, index, sets, c.vague, c.items, thresholds, stock=stock)
    return _gaps(made, f"{TARGET}{other}").assign(estimation=np.nan)


def with_delivered_weights(survey: Survey, comparison: Comparison) -> pd.DataFrame:
    """Return the gaps of one wave before calibration; none without calibration."""
    c = comparison
    if DELIVERED not in survey.respondents:
        return pd.DataFrame(columns=list(VARIANT_COLUMNS))
    frame = survey.respondents
    cells = [n for n in frame if str(n).startswith(CELL)]
    delivered = frame.assign(poids=frame[DELIVERED]).drop(columns=cells)
    before = replace(survey, respondents=delivered)
    made = estimate_wave(before, c.items, c.vague, by=(), thresholds=c.thresholds)
    return _gaps(made, DELIVERED_WEIGHTS).assign(verdict=NO_VERDICT)


def _gaps(made: Comparison, name: str) -> pd.DataFrame:
    rows = released(raw_rows(made), made.thresholds)
    gaps = rows[rows["groupe"] == Groupe.ECART.value]
    return gaps.assign(variante=name)[list(VARIANT_COLUMNS)].reset_index(drop=True)
