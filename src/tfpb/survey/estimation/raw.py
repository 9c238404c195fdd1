"""Rows of the raw comparison of one wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimation.domains import Contrasts
from tfpb.survey.estimation.estimate import contrast_variance
from tfpb.survey.estimation.intervals import standard_error
from tfpb.survey.estimation.rows import Frame, gap_rows, group_rows

if TYPE_CHECKING:
    from tfpb.survey.estimation.wave import WaveResult


def raw_rows(result: WaveResult) -> pd.DataFrame:
    """Rows of the raw comparison of one wave: both sides, together, and the gap."""
    frame, means = result.frame, result.means
    tables = []
    for group, name in (
        (Groupe.QPV, "qpv"),
        (Groupe.HORS_QPV, "hors"),
        (Groupe.ENSEMBLE, "ensemble"),
    ):
        index = np.array([getattr(b, name) for b in frame.blocks])
        there = np.flatnonzero(index >= 0)
        part = Frame(
            frame.wave,
            [frame.blocks[int(k)] for k in there],
            frame.items,
            frame.thresholds,
            clustered=frame.clustered,
        )
        g = index[there]
        tables.append(
            group_rows(
                part,
                group.value,
                Ajustement.BRUT.value,
                estimate=means.estimate[g],
                se=result.se[g],
                df=result.df[there],
                n=means.n[g],
                clusters=result.shown_clusters(g),
                state=result.state[g],
                extra={
                    "part_nsp": means.nsp_share[g],
                    "part_non_concerne": means.not_concerned_share[g],
                    "effet_plan": result.deff[g],
                    "n_effectif": result.effective[g],
                },
            )
        )
    tables.append(_raw_gaps(result))
    return pd.concat(tables, ignore_index=True)


def _raw_gaps(result: WaveResult) -> pd.DataFrame:
    means, blocks = result.means, result.frame.blocks
    contrasts = Contrasts.of([[(b.qpv, 1.0), (b.hors, -1.0)] for b in blocks])
    qpv = np.array([b.qpv for b in blocks])
    hors = np.array([b.hors for b in blocks])
    variance = contrast_variance(result.design, result.sums, result.domains, means, contrasts)
    return gap_rows(
        result.frame,
        Groupe.ECART.value,
        Ajustement.BRUT.value,
        estimate=means.estimate[qpv] - means.estimate[hors],
        se=standard_error(variance),
        df=result.df,
        n=means.n[qpv] + means.n[hors],
        clusters=result.union_clusters(qpv, hors),
        state=np.maximum(result.state[qpv], result.state[hors]),
    )
