"""From one wave to the next: same bailleurs, one map, shared résidences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import Ajustement, Groupe
from tfpb.model.survey import WaveFacts
from tfpb.survey.blocks import make_blocks
from tfpb.survey.calibration import calibration_columns, delivered_weight
from tfpb.survey.design import build_design, sum_ranks
from tfpb.survey.estimate import Contrasts, Domains, contrast_variance, domain_means
from tfpb.survey.intervals import NIL, standard_error
from tfpb.survey.model import item_ranks
from tfpb.survey.rows import Frame, gap_rows
from tfpb.survey.verdicts import publication_states
from tfpb.survey.wave import flag_df

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item, Plan
    from tfpb.survey.blocks import Block
    from tfpb.survey.estimate import Means
    from tfpb.survey.model import Survey
    from tfpb.survey.settings import Thresholds

_DECLARED = ("prestataire", "mode", "dates", "population", "quotas")
_ENOUGH = 200


def panel(survey: Survey, pair: tuple[str, str]) -> list[str]:
    """Bailleurs met in both waves, in order."""
    waves = survey.respondents["vague"]
    first, second = (set(survey.respondents["bailleur"][waves == w]) for w in pair)
    return sorted(first & second)


def evolution_rows(
    survey: Survey,
    items: Sequence[Item],
    pair: tuple[str, str],
    *,
    by: Sequence[str],
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Change of each side and of the gap between two waves, on the bailleurs of both.

    The design is that of both waves together: a résidence met twice is one cluster, so that its
    two visits are not taken for independent.
    """
    owners = panel(survey, pair)
    rows = np.flatnonzero(survey.respondents["vague"].isin(pair).to_numpy())
    frame = survey.respondents.iloc[rows]
    design = build_design(
        frame,
        keys=("vague", "bailleur", "qpv", *by),
        clustered=survey.has_clusters,
        margins=calibration_columns(survey),
        delivered_weight=delivered_weight(frame),
        default_deff=thresholds.default_deff,
    )
    sums = sum_ranks(design, *item_ranks(survey, rows))
    blocks, sets = make_blocks(design.atoms, by, only=owners)
    second = design.atoms["vague"].to_numpy(dtype=object) == pair[1]
    split = [s[~second[s]] for s in sets] + [s[second[s]] for s in sets]
    shift = len(sets)
    domains = Domains.of(split, design.size)
    means = domain_means(design, sums, domains)
    whole = domain_means(design, sums, Domains.of(sets, design.size))
    universe = np.array([b.universe for b in blocks])
    units = whole.clusters if survey.has_clusters else whole.n
    df = (units - whole.strata)[universe]
    alone = Contrasts.of([[(g, 1.0)] for g in range(domains.count)])
    variance = contrast_variance(design, sums, domains, means, alone)
    effective = effective_size(means.n, variance, means.srs_variance)
    flagged = flag_df(blocks, df, whole.clusters if survey.has_clusters else None, shift)
    domain_df = np.vstack([flagged, flagged])
    state = publication_states(
        n=means.n,
        clusters=means.clusters,
        effective=effective,
        df=domain_df,
        thresholds=thresholds,
        clustered=survey.has_clusters,
    )
    layout = Frame("-".join(pair), blocks, items, thresholds, clustered=survey.has_clusters)
    tables = []
    for group in (Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS, Groupe.EVOLUTION_ECART):
        terms = [_terms(group, block, shift) for block in blocks]
        contrasts = Contrasts.of(terms)
        used = [[d for d, _ in term] for term in terms]
        tables.append(
            gap_rows(
                layout,
                group.value,
                Ajustement.BRUT.value,
                estimate=contrasts.values(means),
                se=standard_error(contrast_variance(design, sums, domains, means, contrasts)),
                df=df,
                n=np.array([means.n[d].sum(axis=0) for d in used]),
                clusters=_clusters(survey, whole, blocks, group),
                state=np.array([state[d].max(axis=0) for d in used]),
            )
        )
    return pd.concat(tables, ignore_index=True)


def effective_size(
    n: NDArray[np.float64], variance: NDArray[np.float64], srs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interviews of a simple random sample that would be as precise."""
    known = np.where(variance < NIL**2, np.nan, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(srs == 0, n, n * srs / known)


def _terms(group: Groupe, block: Block, shift: int) -> list[tuple[int, float]]:
    qpv = [(block.qpv + shift, 1.0), (block.qpv, -1.0)]
    hors = [(block.hors + shift, 1.0), (block.hors, -1.0)]
    if group is Groupe.EVOLUTION_QPV:
        return qpv
    if group is Groupe.EVOLUTION_HORS:
        return hors
    return [*qpv, *((d, -c) for d, c in hors)]


def _clusters(
    survey: Survey, whole: Means, blocks: Sequence[Block], group: Groupe
) -> NDArray[np.float64]:
    """Résidences met in either wave, once each."""
    qpv = whole.clusters[[b.qpv for b in blocks]]
    hors = whole.clusters[[b.hors for b in blocks]]
    if not survey.has_clusters:
        return np.zeros_like(qpv)
    if group is Groupe.EVOLUTION_QPV:
        return np.asarray(qpv)
    if group is Groupe.EVOLUTION_HORS:
        return np.asarray(hors)
    return np.asarray(qpv + hors)


def declared(plan: Plan, wave: str) -> dict[str, str]:
    """Return what the method sheet declares of a wave: its own section first, else the common one."""
    common = {name: getattr(plan.enquete, name) for name in _DECLARED}
    own = (plan.enquete.model_extra or {}).get(wave)
    if isinstance(own, dict):
        common |= {k: str(v) for k, v in own.items() if k in _DECLARED}
    return {k: str(v) for k, v in common.items()}


def wave_facts(survey: Survey, plan: Plan, wave: str, deff: float) -> WaveFacts:
    """Count and describe one wave."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    said = declared(plan, wave)
    named = frame[frame["residence"] != ""]
    weighted = survey.has_weights and plan.colonnes.poids
    return WaveFacts(
        vague=wave,
        n=len(frame),
        n_residences=int(named.groupby(["bailleur", "residence"]).ngroups) if len(named) else 0,
        n_qpv=int((frame["qpv"] == 1).sum()),
        n_hors=int((frame["qpv"] == 0).sum()),
        poids=plan.colonnes.poids[0] if weighted else "",
        poids_min=float(frame["poids"].min()),
        poids_max=float(frame["poids"].max()),
        effet_plan_median=deff,
        prestataire=said["prestataire"],
        mode=said["mode"],
        periode=said["dates"],
        population=said["population"],
        quotas=said["quotas"],
    )


def wave_notices(survey: Survey, plan: Plan, pair: tuple[str, str]) -> list[Fault]:
    """Warn of what changed between two waves besides the answers."""
    notices = []
    first, second = (declared(plan, w) for w in pair)
    fields = {"vagues": "-".join(pair), "avant": "", "apres": ""}

    def warn(code: str, **more: object) -> None:
        notices.append(Fault(code, fields={**fields, **more}, severity=Severity.DOUTE))

    for name, code in (
        ("prestataire", "vagues_prestataire"),
        ("mode", "vagues_mode"),
        ("population", "vagues_population"),
        ("dates", "vagues_periode"),
    ):
        if first[name] and second[name] and first[name] != second[name]:
            warn(code, avant=first[name], apres=second[name])
    waves = survey.respondents["vague"]
    owners = [set(survey.respondents["bailleur"][waves == w]) for w in pair]
    for gone, code in (
        (owners[0] - owners[1], "vagues_sortis"),
        (owners[1] - owners[0], "vagues_entres"),
    ):
        if gone:
            warn(code, nombre=len(gone), communs=len(owners[0] & owners[1]))
    for item, ranks in survey.answers.items():
        used = [set(np.unique(ranks[(waves == w).to_numpy() & (ranks >= 0)])) for w in pair]
        enough = all(((waves == w).to_numpy() & (ranks >= 0)).sum() >= _ENOUGH for w in pair)
        if enough and used[0] != used[1] and not survey.scales[item].marks:
            warn("vagues_echelle", item=item)
    return notices
