"""Two waves together: same bailleurs, one map, shared résidences; how much each side and the gap moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimation.blocks import make_blocks
from tfpb.survey.estimation.design import build_design, sum_ranks
from tfpb.survey.estimation.domains import Contrasts, Domains
from tfpb.survey.estimation.estimate import contrast_variance, domain_means
from tfpb.survey.estimation.intervals import NIL, standard_error
from tfpb.survey.estimation.opposition import Opposition, Reading
from tfpb.survey.estimation.rows import Frame, gap_rows
from tfpb.survey.estimation.wave import flag_df
from tfpb.survey.reading.calibration import calibration_columns, delivered_weight
from tfpb.survey.reading.scales import ABSENT
from tfpb.survey.respondents import item_ranks
from tfpb.survey.verdicts import publication_states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item
    from tfpb.survey.estimation.domains import Means
    from tfpb.survey.respondents import Survey
    from tfpb.survey.thresholds import Thresholds

    Floats = NDArray[np.float64]

_SIGNS: Final = {
    Groupe.EVOLUTION_QPV: (1.0, 0.0, -1.0, 0.0),
    Groupe.EVOLUTION_HORS: (0.0, 1.0, 0.0, -1.0),
    Groupe.EVOLUTION_ECART: (1.0, -1.0, -1.0, 1.0),
}
"""Weights of QPV and hors QPV of the later wave, then of the earlier one."""


@dataclass(frozen=True, slots=True)
class PairResult:
    """Everything estimated on two waves.

    Parameters
    ----------
    opposed : Opposition
        Four sides a block; raw states, answers and résidences of each change.
    means : Means
        Means of the domains: those of the earlier wave, then those of the later one.
    """

    opposed: Opposition
    means: Means


def panel(survey: Survey, pair: tuple[str, str]) -> list[str]:
    """Bailleurs met in both waves, in order."""
    waves = survey.respondents["vague"]
    first, second = (set(survey.respondents["bailleur"][waves == w]) for w in pair)
    return sorted(first & second)


def on_panel(survey: Survey, pair: tuple[str, str]) -> Survey:
    """Keep, question by question, the answers of the bailleurs that answered it in both waves.

    A question that a bailleur asked in one wave only would otherwise change the panel of its change.
    Answers of other waves are left as they are.
    """
    frame = survey.respondents
    owner = frame["bailleur"].to_numpy(dtype=object)
    waves = [(frame["vague"] == w).to_numpy() for w in pair]
    here = waves[0] | waves[1]
    answers, marks = dict(survey.answers), dict(survey.marks)
    for item, ranks in survey.answers.items():
        valid = ranks >= 0
        met = [set(owner[valid & w]) for w in waves]
        if lone := met[0] ^ met[1]:
            out = here & np.isin(owner, sorted(lone))
            answers[item] = np.where(out, ABSENT, ranks).astype(ranks.dtype)
            if item in marks:
                marks[item] = np.where(out, np.nan, marks[item])
    return replace(survey, answers=answers, marks=marks)


def estimate_pair(
    survey: Survey,
    items: Sequence[Item],
    pair: tuple[str, str],
    *,
    by: Sequence[str],
    thresholds: Thresholds,
    keys: Sequence[str] = (),
) -> PairResult:
    """Estimate every item in every domain of two waves, on the bailleurs that answered it in both.

    The design is that of both waves together: a résidence met twice is one cluster, so that its
    two visits are not taken for independent.

    Parameters
    ----------
    keys : sequence of str
        Further columns the atoms must not mix (adjustment cells).
    """
    survey = on_panel(survey, pair)
    rows = np.flatnonzero(survey.respondents["vague"].isin(pair).to_numpy())
    frame = survey.respondents.iloc[rows]
    design = build_design(
        frame,
        keys=("vague", "bailleur", "qpv", *by, *keys),
        clustered=survey.has_clusters,
        margins=calibration_columns(survey),
        delivered_weight=delivered_weight(frame),
        default_deff=thresholds.default_deff,
    )
    sums = sum_ranks(design, *item_ranks(survey, rows))
    blocks, sets = make_blocks(design.atoms, by, only=panel(survey, pair))
    second = design.atoms["vague"].to_numpy(dtype=object) == pair[1]
    domains = Domains.of([s[~second[s]] for s in sets] + [s[second[s]] for s in sets], design.size)
    shift = len(sets)
    means = domain_means(design, sums, domains)
    whole = domain_means(design, sums, Domains.of(sets, design.size))
    units = whole.clusters if survey.has_clusters else whole.n
    df = (units - whole.strata)[[b.universe for b in blocks]]
    alone = Contrasts.of([[(g, 1.0)] for g in range(domains.count)])
    variance = contrast_variance(design, sums, domains, means, alone)
    flagged = flag_df(blocks, df, whole.clusters if survey.has_clusters else None, shift)
    state = publication_states(
        n=means.n,
        clusters=means.clusters,
        effective=effective_size(means.n, variance, means.srs_variance),
        df=np.vstack([flagged, flagged]),
        thresholds=thresholds,
        clustered=survey.has_clusters,
    )
    sides = np.array(
        [[b.qpv + shift, b.hors + shift, b.qpv, b.hors] for b in blocks], dtype=np.intp
    ).reshape(-1, 4)
    readings = tuple(
        _reading(group, signs, sides, means=means, whole=whole, state=state,
                 clustered=survey.has_clusters)
        for group, signs in _SIGNS.items()
    )  # fmt: skip
    layout = Frame("-".join(pair), blocks, items, thresholds, clustered=survey.has_clusters)
    opposed = Opposition(layout, design, sums, domains, sides, second, df, readings)
    return PairResult(opposed, means)


def _reading(
    group: Groupe,
    signs: tuple[float, ...],
    sides: NDArray[np.intp],
    *,
    means: Means,
    whole: Means,
    state: NDArray[np.int64],
    clustered: bool,
) -> Reading:
    """Gather what a change rests on; résidences met in either wave count once each."""
    used = sides[:, np.flatnonzero(signs)]
    met = sides[:, 2:][:, [bool(s) for s in signs[2:]]]
    clusters = whole.clusters[met].sum(axis=1)
    return Reading(
        group,
        signs,
        n=means.n[used].sum(axis=1),
        clusters=clusters if clustered else np.zeros_like(clusters),
        state=state[used].max(axis=1),
    )


def evolution_rows(result: PairResult) -> pd.DataFrame:
    """Raw change of each side and of the gap between two waves."""
    opposed = result.opposed
    tables = []
    for reading in opposed.readings:
        contrasts = Contrasts.of(
            [
                [(g, s) for g, s in zip(sides, reading.signs, strict=True) if s]
                for sides in opposed.sides.tolist()
            ]
        )
        variance = contrast_variance(
            opposed.design, opposed.sums, opposed.domains, result.means, contrasts
        )
        tables.append(
            gap_rows(
                opposed.frame,
                reading.group.value,
                Ajustement.BRUT.value,
                estimate=contrasts.values(result.means),
                se=standard_error(variance),
                df=opposed.df,
                n=reading.n,
                clusters=reading.clusters,
                state=reading.state,
            )
        )
    return pd.concat(tables, ignore_index=True)


def effective_size(n: Floats, variance: Floats, srs: Floats) -> Floats:
    """Interviews of a simple random sample that would be as precise."""
    known = np.where(variance < NIL**2, np.nan, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(srs == 0, n, n * srs / known)
