"""Estimates of one wave: every item in every domain, once, for all the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import TOTAL, Groupe
from tfpb.survey.estimation.blocks import make_blocks
from tfpb.survey.estimation.design import build_design, sum_ranks
from tfpb.survey.estimation.domains import Contrasts, Domains
from tfpb.survey.estimation.estimate import contrast_variance, domain_means, occupied
from tfpb.survey.estimation.intervals import NIL, standard_error
from tfpb.survey.estimation.opposition import Opposition, Reading
from tfpb.survey.estimation.pieces import apart
from tfpb.survey.estimation.rows import Frame
from tfpb.survey.reading.calibration import calibration_columns, delivered_weight
from tfpb.survey.respondents import item_ranks
from tfpb.survey.verdicts import publication_states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item
    from tfpb.survey.estimation.blocks import Block
    from tfpb.survey.estimation.design import Design, Sums
    from tfpb.survey.estimation.domains import Means
    from tfpb.survey.respondents import Survey
    from tfpb.survey.thresholds import Thresholds

    Floats = NDArray[np.float64]

_WITHOUT_REPLACEMENT_FROM: Final = 1.5
"""Weights read as population counts from this mean on; smaller means are relative weights."""


@dataclass(frozen=True, slots=True)
class WaveResult:
    """Everything estimated on one wave, kept while the other tables are made.

    Parameters
    ----------
    frame : Frame
    design, sums, domains, means
        As estimated.
    state : int array, shape (domains, items)
        Publication state of each domain.
    se : float array, shape (domains, items)
    df : float array, shape (blocks, items)
    deff, effective : float arrays, shape (domains, items)
        Design effect and effective size.
    labels : tuple
        Labels of the levels of each item.
    """

    frame: Frame
    design: Design
    sums: Sums
    domains: Domains
    means: Means
    state: NDArray[np.int64]
    se: Floats
    df: Floats
    deff: Floats
    effective: Floats
    labels: tuple[tuple[str, ...], ...] = ()

    def domain_atoms(self, domain: int) -> NDArray[np.intp]:
        """Return the atoms of a domain."""
        start = self.domains.start
        return self.domains.atoms[start[domain] : start[domain + 1]]

    def shown_clusters(self, domain: NDArray[np.intp]) -> Floats:
        """Return the résidences of some domains, nil when the delivery names none."""
        clusters = self.means.clusters[domain]
        return clusters if self.frame.clustered else np.zeros_like(clusters)

    def opposed(self) -> Opposition:
        """Return both sides of each block and what is read off them: levels and their gap."""
        blocks = self.frame.blocks
        q = np.array([b.qpv for b in blocks])
        h = np.array([b.hors for b in blocks])
        n, state = self.means.n, self.state
        readings = (
            Reading(Groupe.QPV, (1.0, 0.0), n[q], self.shown_clusters(q), state[q]),
            Reading(Groupe.HORS_QPV, (0.0, 1.0), n[h], self.shown_clusters(h), state[h]),
            Reading(
                Groupe.ECART,
                (1.0, -1.0),
                n[q] + n[h],
                self.union_clusters(q, h),
                np.maximum(state[q], state[h]),
            ),
        )
        return Opposition(
            frame=self.frame,
            design=self.design,
            sums=self.sums,
            domains=self.domains,
            sides=np.column_stack([q, h]),
            standard=np.ones(self.design.size, dtype=bool),
            df=self.df,
            readings=readings,
        )

    def union_clusters(self, one: NDArray[np.intp], two: NDArray[np.intp]) -> Floats:
        """Count the résidences met in either of two domains, once each."""
        if not self.frame.clustered:
            return np.zeros((len(one), self.means.n.shape[1]))
        disjoint = [
            apart(self.design, self.domains, int(a), int(b)) for a, b in zip(one, two, strict=True)
        ]
        out = np.asarray(self.means.clusters[one] + self.means.clusters[two])
        mixed = np.flatnonzero(~np.array(disjoint, dtype=bool))
        sets = [np.union1d(self.domain_atoms(one[k]), self.domain_atoms(two[k])) for k in mixed]
        union = Domains.of(sets, self.domains.size)
        out[mixed] = occupied(self.design, self.sums, union)[0]
        return out


def estimate_wave(
    survey: Survey,
    items: Sequence[Item],
    wave: str,
    *,
    by: Sequence[str],
    thresholds: Thresholds,
    keys: Sequence[str] = (),
) -> WaveResult:
    """Estimate every item in every domain of one wave.

    Parameters
    ----------
    keys : sequence of str
        Further columns the atoms must not mix (adjustment cells).
    """
    rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
    frame = survey.respondents.iloc[rows]
    design = build_design(
        frame,
        keys=("bailleur", "qpv", *by, *keys),
        clustered=survey.has_clusters,
        margins=calibration_columns(survey),
        delivered_weight=delivered_weight(frame),
        default_deff=thresholds.default_deff,
    )
    sums = sum_ranks(design, *item_ranks(survey, rows))
    blocks, sets = make_blocks(design.atoms, by)
    domains = Domains.of(sets, design.size)
    means = domain_means(design, sums, domains)
    alone = Contrasts.of([[(g, 1.0)] for g in range(domains.count)])
    variance = contrast_variance(design, sums, domains, means, alone)
    universe = np.array([b.universe for b in blocks])
    df = degrees_of_freedom(means, design)[universe]
    domain_df = flag_df(blocks, df, means.clusters if survey.has_clusters else None, domains.count)
    deff, effective = design_effects(means, variance)
    state = publication_states(
        n=means.n,
        clusters=means.clusters,
        effective=effective,
        df=domain_df,
        thresholds=thresholds,
        clustered=survey.has_clusters,
    )
    return WaveResult(
        frame=Frame(wave, blocks, items, thresholds, clustered=survey.has_clusters),
        design=design,
        sums=sums,
        domains=domains,
        means=means,
        state=state,
        se=standard_error(variance),
        df=df,
        deff=deff,
        effective=effective,
        labels=tuple(survey.scales[i.identifiant].labels for i in items),
    )


def degrees_of_freedom(means: Means, design: Design) -> Floats:
    """Clusters − strata among those with a valid answer; interviews − strata without clusters."""
    units = means.n if not np.isnan(design.default_deff) else means.clusters
    return units - means.strata


def flag_df(blocks: Sequence[Block], df: Floats, clusters: Floats | None, count: int) -> Floats:
    """Return the degrees of freedom each domain is flagged on.

    Those of its bailleur and wave; in a territory, no more than its own résidences less one, since
    the few résidences of a quarter do not gain precision from those of the other quarters.
    """
    out = np.full((count, df.shape[1]), np.nan)
    for k, block in enumerate(blocks):
        own = [g for g in (block.qpv, block.hors, block.ensemble) if g >= 0]
        if block.niveau == TOTAL or clusters is None:
            out[[block.universe, *own]] = df[k]
            continue
        for g in own if block.ensemble >= 0 else [block.qpv]:
            out[g] = np.minimum(df[k], clusters[g] - 1)
    return out


def design_effects(means: Means, variance: Floats) -> tuple[Floats, Floats]:
    """Return (design effect, effective size) of each domain.

    The effective size always compares with a simple random sample drawn with replacement. The
    printed effect is R's ``deff=TRUE`` (without replacement from Σw) when weights count a
    population (Σw > 1.5 n), else R's ``deff="replace"``. Where every answer is alike there is no
    effect, and the effective size is the number of answers. Where answers differ but no variance
    is seen between résidences (a lone one, or chance), neither is known.
    """
    variance = np.where(variance < NIL**2, np.nan, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        replace = variance / means.srs_variance
        finite = 1 - means.n / means.base
        printed = np.where(
            means.base > _WITHOUT_REPLACEMENT_FROM * means.n, replace / finite, replace
        )
        effective = means.n / replace
    alike = means.srs_variance == 0
    return np.where(alike, np.nan, printed), np.where(alike, means.n, effective)
