"""The mean of the gaps within bailleurs, beside the pooled gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.codes import ENSEMBLE
from tfpb.survey.estimation.intervals import t_interval
from tfpb.survey.estimation.means import Contrasts, contrast_variance, standard_error
from tfpb.survey.thresholds import CONFIDENCE
from tfpb.survey.verdicts import FRAGILE, UNCOMPUTABLE

if TYPE_CHECKING:
    from tfpb.survey.estimation.comparison import Comparison

CONTRIBUTORS = "_bailleurs"
"""Bailleurs a mean rests on: read by `protect`, then dropped."""


def within_gaps(comparison: Comparison) -> list[dict[str, object]]:
    """Average the gaps of the bailleurs of one wave, each weighing as its QPV tenants.

    Bailleurs differ in their share of QPV: the pooled gap mixes the gap between their tenants in
    QPV and elsewhere with the gap between bailleurs; this mean holds the first alone. Bailleurs with
    a side that is hidden or not computable are left out.

    Returns
    -------
    list of dict
        `vague, item, estimation, erreur_type, ic95_bas, ic95_haut, bailleurs` (count), one an item
        with at least two bailleurs.
    """
    c = comparison
    lines = c.totals
    names = c.index["bailleur"].to_numpy(dtype=object)[lines]
    whole, own = lines[names == ENSEMBLE][0], lines[names != ENSEMBLE]
    names = names[names != ENSEMBLE]
    if len(own) < 2:  # noqa: PLR2004 - nothing to average
        return []
    state = np.maximum(*(c.state[c.sides[:, k]] for k in (0, 1)))
    used = state[own] < UNCOMPUTABLE
    weight = np.where(used, c.means.base[c.sides[own, 0]], 0.0)
    total = weight.sum(axis=0)
    share = weight / np.where(total > 0, total, 1.0)
    terms = Contrasts(
        owner=np.zeros(2 * len(own), dtype=np.intp),
        domain=c.sides[own].T.ravel(),
        coefficient=np.concatenate([share, -share]),
        count=1,
    )
    estimate = terms.values(c.means)[0]
    se = standard_error(contrast_variance(c.means, terms)[0])
    low, high = t_interval(estimate, se, c.df[whole], level=CONFIDENCE)
    return [
        {
            "vague": c.vague,
            "item": item.identifiant,
            "estimation": float(estimate[j]),
            "erreur_type": float(se[j]),
            "ic95_bas": float(low[j]),
            "ic95_haut": float(high[j]),
            "bailleurs": int(used[:, j].sum()),
            CONTRIBUTORS: tuple(names[used[:, j]]),
        }
        for j, item in enumerate(c.items)
        if used[:, j].sum() > 1 and state[whole, j] <= FRAGILE and se[j] > 0
    ]
