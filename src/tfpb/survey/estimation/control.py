"""R's Taylor errors of raw figures: for a statistician of the house, never released; and what they warn of.

Checked against R's `survey` (tests/golden).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimation.compared_groups import COLUMN_OF
from tfpb.survey.estimation.design import sum_answers
from tfpb.survey.estimation.levels import coded_answers, measure_columns
from tfpb.survey.estimation.means import (
    Contrasts,
    contrast_variance,
    design_effects,
    domain_means,
    standard_error,
)
from tfpb.survey.estimation.rows import lay, state_names
from tfpb.survey.estimation.variance import dispersion
from tfpb.survey.verdicts import UNPUBLISHABLE

if TYPE_CHECKING:
    from tfpb.model.arrays import Floats, Indices
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.respondents import Survey


def control_rows(comparison: Comparison, lines: Indices | None = None) -> pd.DataFrame:
    """Rows of the unadjusted figures of some groups, exact, by the design alone.

    Parameters
    ----------
    comparison : Comparison
    lines : int array, optional
        Lines of the index; those of the whole and of bailleurs without it.

    Returns
    -------
    DataFrame
        Names of the row, `n, n_residences, estimation, erreur_type, ddl, effet_plan, n_effectif`, and
        `publie`: whether the row may be shown.
    """
    c = comparison
    lines, parts = c.totals if lines is None else lines, []
    every = Contrasts.of(np.arange(len(c.means.n))[:, None], [1.0])
    variance = contrast_variance(c.means, every)
    deff, effective = design_effects(c.means, variance)
    freedoms = freedom(c)
    figures = [
        (g, lines, c.sides[lines][:, np.flatnonzero(s)], [x for x in s if x]) for g, s in c.figures
    ]
    if len(c.population) == 1:
        both = lines[c.numbers("ensemble")[lines] >= 0]
        figures.append((Groupe.ENSEMBLE, both, c.numbers("ensemble")[both][:, None], [1.0]))
    for group, at, domains, signs in figures:
        lone = domains.shape[1] == 1
        d = domains[:, 0]
        contrast = Contrasts.of(domains, signs)
        columns = {
            "n": c.means.n[domains].sum(axis=1),
            "n_residences": _homes(c, domains),
            "estimation": contrast.values(c.means),
            "erreur_type": standard_error(contrast_variance(c.means, contrast)),
            "ddl": freedoms[at],
            "effet_plan": deff[d] if lone else np.full(deff[d].shape, np.nan),
            "n_effectif": effective[d] if lone else np.full(deff[d].shape, np.nan),
            "publie": c.state[domains].max(axis=1) < UNPUBLISHABLE,
        }
        parts.append(lay(c, at, group, Ajustement.BRUT, columns))
    return pd.concat(parts, ignore_index=True)


def freedom(c: Comparison) -> Floats:
    """Degrees of freedom: units − strata among the valid answers of the bailleur, (groups, items)."""
    universe = c.numbers("universe")
    member = c.means.member[universe]
    for k in range(1, len(c.population)):
        member = member + c.means.member[universe + k * (len(c.means.n) // len(c.population))]
    whole = domain_means(c.sums, member)
    return whole.units - whole.strata


def _homes(c: Comparison, domains: Indices) -> Floats:
    """Count the résidences of some figures, each once."""
    member = sum(
        (c.means.member[domains[:, k]] for k in range(1, domains.shape[1])),
        c.means.member[domains[:, 0]],
    )
    return domain_means(c.sums, member).shown_clusters


def control_levels(survey: Survey, comparison: Comparison, rows: Indices) -> pd.DataFrame:
    """Shares of each level and means of marks of one wave, exact, by the design alone."""
    c = comparison
    answers = coded_answers(survey, c, rows)
    means = domain_means(sum_answers(c.design, answers), c.means.member)
    column, measures = measure_columns(survey, c)
    lines, parts = c.totals, []
    for group, name in COLUMN_OF.items():
        g = c.numbers(name)[lines]
        errors = contrast_variance(means, Contrasts.of(g[:, None], [1.0]))
        columns = {
            **{k: np.tile(v, (len(lines), 1)) for k, v in measures.items()},
            "n": means.n[g],
            "n_residences": c.means.shown_clusters[g][:, column],
            "estimation": means.estimate[g],
            "erreur_type": standard_error(errors),
            "publication": state_names(c.state[g][:, column]),
        }
        items = [c.items[j] for j in column]
        parts.append(lay(c, lines, group, Ajustement.BRUT, columns, items))
    return pd.concat(parts, ignore_index=True)


def alarm(comparison: Comparison) -> list[float]:
    """Return, question by question, R's error of the gap of the whole over the pooled one.

    Both are of the service: above 1, résidences differ between them more than was supposed.
    """
    c = comparison
    line = c.totals[:1]
    if not c.design.clustered or not len(line):
        return []
    sides = c.sides[line]
    taylor = contrast_variance(c.means, Contrasts.of(sides, [1.0, -1.0]))[0]
    spread = dispersion(c.sums, c.domains.rows, c.population[0].likeness).total
    level = c.means.estimate[sides[0]]
    pooled = (level * (1 - level) * spread[sides[0]]).sum(axis=0)
    shown = c.shown[line[0]] & (pooled > 0)
    ratios: list[float] = np.sqrt(taylor[shown] / pooled[shown]).tolist()
    return ratios
