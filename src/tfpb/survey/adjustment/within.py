"""The mean of the gaps within bailleurs, beside the pooled gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.estimation.domains import Contrasts
from tfpb.survey.estimation.estimate import contrast_variance
from tfpb.survey.estimation.intervals import standard_error, t_interval
from tfpb.survey.thresholds import CONFIDENCE
from tfpb.survey.verdicts import FRAGILE, UNCOMPUTABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.estimation.wave import WaveResult

CONTRIBUTORS = "_bailleurs"
"""Bailleurs a mean rests on: read by `protect`, then dropped."""


def within_gaps(result: WaveResult) -> list[dict[str, object]]:
    """Average the gaps of the bailleurs, each weighing as its QPV tenants.

    Bailleurs differ in their share of QPV: the pooled gap mixes the gap between their tenants in
    QPV and elsewhere with the gap between bailleurs; this mean holds the first alone. Bailleurs with
    a side that is hidden or not computable are left out.

    Returns
    -------
    list of dict
        `vague, item, estimation, erreur_type, ic95_bas, ic95_haut, bailleurs` (count), one an item
        with at least two bailleurs.
    """
    blocks = [b for b in result.frame.blocks if b.niveau == TOTAL and b.bailleur != ENSEMBLE]
    if len(blocks) < 2:  # noqa: PLR2004 - nothing to average
        return []
    q = np.array([b.qpv for b in blocks])
    h = np.array([b.hors for b in blocks])
    used: NDArray[np.bool_] = np.maximum(result.state[q], result.state[h]) < UNCOMPUTABLE
    weight = np.where(used, result.means.base[q], 0.0)
    total = weight.sum(axis=0)
    share = weight / np.where(total > 0, total, 1.0)
    terms = Contrasts(
        owner=np.zeros(2 * len(blocks), dtype=np.intp),
        domain=np.concatenate([q, h]),
        coefficient=np.concatenate([share, -share]),
        count=1,
    )
    estimate = terms.values(result.means)[0]
    parts = result.design, result.sums, result.domains, result.means
    se = standard_error(contrast_variance(*parts, terms)[0])
    df = result.df[0]
    low, high = t_interval(estimate, se, df, level=CONFIDENCE)
    whole = np.maximum(
        result.state[result.frame.blocks[0].qpv], result.state[result.frame.blocks[0].hors]
    )
    return [
        {
            "vague": result.frame.wave,
            "item": item.identifiant,
            "estimation": float(estimate[j]),
            "erreur_type": float(se[j]),
            "ic95_bas": float(low[j]),
            "ic95_haut": float(high[j]),
            "bailleurs": int(used[:, j].sum()),
            CONTRIBUTORS: tuple(b.bailleur for b, u in zip(blocks, used[:, j], strict=True) if u),
        }
        for j, item in enumerate(result.frame.items)
        if used[:, j].sum() > 1 and whole[j] <= FRAGILE and se[j] > 0
    ]
