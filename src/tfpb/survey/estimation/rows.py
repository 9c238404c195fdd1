"""Figures as rows of the long table, completed with intervals, p-values and verdicts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe
from tfpb.survey.estimation.intervals import (
    equivalence_p,
    intervals,
    non_inferiority_p,
    two_sided_p,
)
from tfpb.survey.estimation.release import HALF, POOLED, Sides, claim_p, released_columns
from tfpb.survey.verdicts import (
    CLAIM_P,
    CONFIDENCE,
    CONFIDENCE_MARGIN,
    FRAGILE,
    STATES,
    UNCOMPUTABLE,
    UNPUBLISHABLE,
    evolution_verdicts,
    gap_verdicts,
    publication_states,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Objects
    from tfpb.model.plan import Item
    from tfpb.survey.estimation.comparison import Comparison, Figure
    from tfpb.survey.verdicts import Thresholds

    Columns = dict[str, NDArray[Any]]

ENOUGH_SUPPORT: Final = 0.8
"""Under this share of the QPV sample in common support, an adjusted row is flagged."""
_LEVELS: Final = frozenset({Groupe.QPV, Groupe.HORS_QPV, Groupe.ENSEMBLE})
_GROUPS: Final = {g.value: k for k, g in enumerate(Groupe)}
_ADJUSTMENTS: Final = {a.value: k for k, a in enumerate(Ajustement)}


def raw_rows(comparison: Comparison) -> pd.DataFrame:
    """Rows of the unadjusted figures: both sides, together (in one wave), and the gap; or changes.

    Returns
    -------
    DataFrame
        `COMPARISON_COLUMNS` by the design (Taylor), and what `released` needs of the pooled rule.
    """
    c = comparison
    effective = c.pooled_effective
    sides = Sides(c.means.estimate[c.sides], effective[c.sides])
    parts = []
    for figure in c.figures:
        extra: Columns = {}
        if figure.group in _LEVELS:
            extra = _of_domains(c, c.sides[:, figure.signs.index(1.0)])
        parts.append(_figure_rows(c, figure, Ajustement.BRUT, sides, c.pooled, **extra))
    if c.gap.group is Groupe.ECART:
        lines = np.flatnonzero(c.domains("ensemble") >= 0)
        g = c.domains("ensemble")[lines]
        both = Sides(c.means.estimate[g][:, None], effective[g][:, None])
        columns = {
            "n": c.means.n[g],
            "n_residences": c.means.shown_clusters[g],
            "estimation": c.means.estimate[g],
            "erreur_type": c.se[g],
            "ddl": c.df[lines],
            "etat": c.state[g],
            POOLED: c.pooled[lines],
            "_n_cote": c.means.n[g],
            HALF: np.zeros(c.means.n[g].shape),
            **_of_domains(c, g),
            **released_columns(both, np.ones(1)),
        }
        parts.append(lay(c, lines, Groupe.ENSEMBLE, Ajustement.BRUT, columns))
    return completed(pd.concat(parts, ignore_index=True), c.thresholds)


def adjusted_rows(
    comparison: Comparison,
    adjustment: Ajustement,
    values: Floats,
    se: Floats,
    support: Floats,
    sides: Sequence[Sides],
    *,
    rests_on: tuple[Floats, Floats] | None = None,
) -> pd.DataFrame:
    """Rows of adjusted figures.

    Parameters
    ----------
    values, se : float arrays, shape (groups, figures, items)
        NaN where there is no estimate: the row is then not computable.
    support : float array, shape (groups, items)
        Share of the QPV sample that has its like on the other sides: without any, nothing is
        compared like with like, whatever a model gives.
    sides : sequence of Sides
        The adjusted sides as each figure sees them.
    rests_on : (answers, résidences), optional
        Those that each side rests on, shape (groups, sides, items), where these are not all of it: what
        may be shown and concluded is decided on them.
    """
    c = comparison
    n, clusters = rests_on or (c.means.n[c.sides], c.means.shown_clusters[c.sides])
    own = publication_states(n=n, clusters=clusters, df=np.ones(n.shape), thresholds=c.thresholds)
    values = np.where((support <= 0)[:, None, :], np.nan, values)
    se = np.where(np.isnan(values), np.nan, se)
    weak = np.where(support < ENOUGH_SUPPORT, FRAGILE, 0)
    every = np.ones(c.pooled.shape, dtype=bool)
    parts = []
    for k, (figure, seen) in enumerate(zip(c.figures, sides, strict=True)):
        used = np.flatnonzero(figure.signs)
        state = np.maximum(figure.state, weak)
        unknown = np.isnan(values[:, k]) & (state < UNPUBLISHABLE)
        state = np.where(unknown, UNCOMPUTABLE, np.maximum(state, own[:, used].max(axis=1)))
        made = {
            "estimation": values[:, k],
            "erreur_type": se[:, k],
            "etat": state,
            "_n_cote": n[:, used].min(axis=1),
        }
        parts.append(_figure_rows(c, figure, adjustment, seen, every, **made))
    return completed(pd.concat(parts, ignore_index=True), c.thresholds)


def _figure_rows(
    c: Comparison,
    figure: Figure,
    adjustment: Ajustement,
    sides: Sides,
    pooled: Flags,
    **columns: NDArray[Any],
) -> pd.DataFrame:
    """Rows of one figure of every group; columns given replace those of the figure."""
    signs = np.array(figure.signs)
    used = c.sides[:, np.flatnonzero(signs)]
    own = {
        "n": figure.n,
        "n_residences": figure.clusters,
        "estimation": figure.estimate,
        "erreur_type": figure.se,
        "ddl": c.df,
        "etat": figure.state,
        POOLED: pooled,
        "_n_cote": c.means.n[used].min(axis=1),
        HALF: c.expected_half / np.sqrt(max(used.shape[1], 2) / 2),
        **released_columns(sides, signs),
    }
    if figure is c.gap:
        limit = -c.thresholds.margin if figure.group is Groupe.ECART else None
        own[CLAIM_P] = claim_p(sides, signs, limit=limit)
    return lay(c, np.arange(len(c.index)), figure.group, adjustment, own | columns)


def _of_domains(c: Comparison, domains: Indices) -> Columns:
    return {
        "part_nsp": c.means.nsp_share[domains],
        "part_non_concerne": c.means.not_concerned_share[domains],
        "effet_plan": c.deff[domains],
        "n_effectif": c.effective[domains],
    }


def lay(
    c: Comparison,
    lines: Indices,
    group: Groupe,
    adjustment: Ajustement,
    columns: Columns,
    items: Sequence[Item] | None = None,
) -> pd.DataFrame:
    """Lay matrices (lines of the index × items) out as rows, one a line and item."""
    items = c.items if items is None else items
    count = len(items)
    described = {
        "item": [i.identifiant for i in items],
        "theme": [i.theme.value for i in items],
        "nature": [i.nature.value for i in items],
    }
    out: dict[str, object] = {"vague": c.vague}
    for name in ("niveau", "territoire", "bailleur"):
        out[name] = np.repeat(c.index[name].to_numpy(dtype=object)[lines], count)
    for name, values in described.items():
        out[name] = np.tile(np.array(values, dtype=object), len(lines))
    out |= {"groupe": group.value, "ajustement": adjustment.value}
    return pd.DataFrame(out | {name: values.ravel() for name, values in columns.items()})


def completed(table: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Add intervals, p-values, publication and verdicts to rows of figures.

    Parameters
    ----------
    table : DataFrame
        Names of the row, `n, n_residences, estimation, erreur_type, ddl`, and `etat` (index of
        `verdicts.STATES`); `mesure` is `moyenne` where a mean of marks is estimated, no share.

    Returns
    -------
    DataFrame
        A difference without any variance (every answer alike on both sides) is not computable: a nil
        standard error there is ignorance, not certainty.
    """
    names = ("n", "n_residences", "estimation", "erreur_type", "ddl")
    n, clusters, estimate, se, df = (table[c].to_numpy(dtype=float) for c in names)
    group = table["groupe"].to_numpy(dtype=object)
    sides = np.isin(group, [g.value for g in _LEVELS])
    shares = sides & (table["mesure"] != "moyenne").to_numpy() if "mesure" in table else sides
    state = table["etat"].to_numpy(dtype=np.intp)
    kept = sides | (se > 0) | (state > UNCOMPUTABLE) | (np.isnan(se) & (state == UNPUBLISHABLE))
    state = np.where(kept, state, UNCOMPUTABLE)
    se = np.where(state == UNCOMPUTABLE, np.nan, se)
    bounds = [
        intervals(estimate, se, n, clusters, df, shares=shares, level=level, thresholds=thresholds)
        for level in (CONFIDENCE, CONFIDENCE_MARGIN)
    ]
    (low95, high95), (low90, high90) = bounds
    gaps, changes = group == Groupe.ECART.value, group == Groupe.EVOLUTION_ECART.value
    margin = thresholds.margin
    verdict = np.where(gaps, gap_verdicts(low90, high90, low95, high95, state, margin), "")
    verdict = np.where(changes, evolution_verdicts(low95, high95, state), verdict)
    return table.assign(
        erreur_type=se,
        ic95_bas=low95,
        ic95_haut=high95,
        ic90_bas=low90,
        ic90_haut=high90,
        p_bilateral=np.where(sides, np.nan, two_sided_p(estimate, se, df)),
        p_non_inferiorite=np.where(gaps, non_inferiority_p(estimate, se, df, margin), np.nan),
        p_equivalence=np.where(gaps, equivalence_p(estimate, se, df, margin), np.nan),
        marge_points=np.where(gaps, margin * 100, np.nan),
        marge_demontree_points=np.where(gaps, -low90 * 100, np.nan),
        verdict=verdict,
        publication=state_names(state),
    )


def state_names(state: Integers) -> Objects:
    """Turn state indices into their codes."""
    return np.array([s.value for s in STATES], dtype=object)[state]


def in_order(
    table: pd.DataFrame, items: Sequence[Item], levels: Sequence[str], waves: Sequence[str]
) -> pd.DataFrame:
    """Sort rows as they are read: wave, level, territory, bailleur, item, adjustment, group.

    `waves` are in the order of time; a pair of them is the change from one to the next.
    """
    pairs = ["-".join(pair) for pair in pairwise(waves)]
    time = {name: k for names in (waves, pairs) for k, name in enumerate(names)}
    rank = {item.identifiant: k for k, item in enumerate(items)}
    level = {name: k for k, name in enumerate((TOTAL, *levels))}
    keys = [
        table["groupe"].map(_GROUPS).to_numpy(),
        table["ajustement"].map(_ADJUSTMENTS).to_numpy(),
        table["item"].map(rank).to_numpy(),
        pd.factorize(table["bailleur"], sort=True)[0],
        (table["bailleur"] != ENSEMBLE).to_numpy(),
        pd.factorize(table["territoire"], sort=True)[0],
        table["niveau"].map(level).to_numpy(),
        table["vague"].map(time).to_numpy(),
        table["groupe"].str.startswith("evolution").to_numpy(),
    ]
    return table.iloc[np.lexsort(keys)].reset_index(drop=True)
