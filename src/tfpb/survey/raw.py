"""Rows of the raw comparison of one wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimate import Contrasts, Domains, contrast_variance, domain_means
from tfpb.survey.rows import Frame, gap_rows, group_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.wave import WaveResult

    Floats = NDArray[np.float64]


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
                clusters=_shown_clusters(result, means.clusters[g]),
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


def _shown_clusters(result: WaveResult, clusters: Floats) -> Floats:
    return clusters if result.frame.clustered else np.zeros_like(clusters)


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
        se=np.sqrt(variance),
        df=result.df,
        n=means.n[qpv] + means.n[hors],
        clusters=_shown_clusters(result, _union_clusters(result, qpv, hors)),
        state=np.maximum(result.state[qpv], result.state[hors]),
    )


def _union_clusters(result: WaveResult, one: NDArray[np.intp], two: NDArray[np.intp]) -> Floats:
    """Count résidences met on either side of each gap, once each."""
    domains = result.domains
    start = domains.start
    sets = [
        np.union1d(domains.atoms[start[a] : start[a + 1]], domains.atoms[start[b] : start[b + 1]])
        for a, b in zip(one, two, strict=True)
    ]
    union = Domains.of(sets, domains.size)
    return domain_means(result.design, result.sums, union).clusters
