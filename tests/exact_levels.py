"""Shares of each level and means of marks, exact, with errors of the design alone: what R is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement
from tfpb.survey.estimation.compared_groups import COLUMN_OF
from tfpb.survey.estimation.comparison import estimate_wave
from tfpb.survey.estimation.design import sum_answers
from tfpb.survey.estimation.levels import coded_answers, measure_columns
from tfpb.survey.estimation.means import (
    Contrasts,
    contrast_variance,
    domain_means,
    standard_error,
)
from tfpb.survey.estimation.rows import lay
from tfpb.survey.verdicts import Thresholds

if TYPE_CHECKING:
    from tfpb.model.plan import Plan
    from tfpb.survey.respondents import Survey


def exact_levels(survey: Survey, plan: Plan) -> pd.DataFrame:
    items = [i for i in plan.items if i.identifiant in survey.answers]
    parts = []
    for wave in survey.waves:
        c = estimate_wave(survey, items, wave, by=(), thresholds=Thresholds.of(plan))
        interviews = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
        means = domain_means(
            sum_answers(c.design, coded_answers(survey, c, interviews)), c.means.member
        )
        column, measures = measure_columns(survey, c)
        for group, name in COLUMN_OF.items():
            g = c.numbers(name)[c.totals]
            columns = {
                **{k: np.tile(v, (len(g), 1)) for k, v in measures.items()},
                "n": means.n[g],
                "n_residences": c.means.shown_clusters[g][:, column],
                "estimation": means.estimate[g],
                "erreur_type": standard_error(
                    contrast_variance(means, Contrasts.of(g[:, None], [1.0]))
                ),
            }
            asked = [c.items[j] for j in column]
            parts.append(lay(c, c.totals, group, Ajustement.BRUT, columns, asked))
    return pd.concat(parts, ignore_index=True)
