"""What a gap lets one say: publication states, verdicts in the contract's order, Holm within themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import Publication, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.survey.thresholds import Thresholds

    Floats = NDArray[np.float64]

STATES: Final = (
    Publication.PUBLIABLE,
    Publication.FRAGILE,
    Publication.NON_PUBLIABLE,
    Publication.NON_CALCULABLE,
    Publication.MASQUE,
)
"""Publication states from best to worst; a row built on several cells takes the worst."""
PUBLISHABLE, FRAGILE, UNPUBLISHABLE, UNCOMPUTABLE, MASKED = range(5)
NO_VERDICT: Final = ""
HOLM_WITHIN: Final = ("vague", "niveau", "territoire", "bailleur", "ajustement", "theme", "groupe")


def publication_states(
    *,
    n: Floats,
    clusters: Floats,
    effective: Floats,
    df: Floats,
    thresholds: Thresholds,
) -> NDArray[np.int64]:
    """Return the state of each cell as an index of `STATES`.

    A group without a valid answer is not computable rather than hidden: there is no one to protect.
    Clusters that happen to answer alike do not make more interviews of fewer: the effective number is
    capped by the number itself.
    """
    state = np.full(n.shape, PUBLISHABLE, dtype=np.int64)
    state[(n < thresholds.fragile_n) | (df < thresholds.fragile_df)] = FRAGILE
    state[~(np.minimum(effective, n) >= thresholds.min_effective_n)] = UNPUBLISHABLE
    state[clusters < thresholds.min_clusters] = UNCOMPUTABLE
    state[~(df > 0)] = UNCOMPUTABLE
    state[n < thresholds.mask_n] = MASKED
    state[n == 0] = UNCOMPUTABLE
    return state


def gap_verdicts(
    low90: Floats,
    high90: Floats,
    low95: Floats,
    high95: Floats,
    state: NDArray[np.int64],
    margin: float,
) -> NDArray[np.object_]:
    """Return the verdict on each gap; the first that holds, in the contract's order."""
    rules = [
        (state == UNCOMPUTABLE, Verdict.NON_CALCULABLE),
        ((state == UNPUBLISHABLE) | (state == MASKED), Verdict.NON_PUBLIABLE),
        (np.isnan(low90) | np.isnan(high90), Verdict.NON_CALCULABLE),
        ((low90 > -margin) & (high90 < margin) & (high95 < 0), Verdict.EQUIVALENT_INFERIEUR),
        ((low90 > -margin) & (high90 < margin), Verdict.EQUIVALENT),
        ((low90 > -margin) & (low95 > 0), Verdict.MEILLEUR),
        (low90 > -margin, Verdict.NON_INFERIEUR),
        (high90 < -margin, Verdict.INFERIEUR),
        (high95 < 0, Verdict.ECART_DEFAVORABLE),
    ]
    return _first(rules, Verdict.NON_CONCLUANT, low90.shape)


def gap_verdict(low90: float, high90: float, low95: float, high95: float, margin: float) -> str:
    """Return the verdict on one gap that may be shown; bounds and margin as proportions."""
    a, b, c, d = (np.array([v], dtype=float) for v in (low90, high90, low95, high95))
    return str(gap_verdicts(a, b, c, d, np.zeros(1, dtype=np.int64), margin)[0])


def evolution_verdicts(
    low95: Floats, high95: Floats, state: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Return the verdict on each change of the gap between two waves.

    A change that may not be shown has none: the contract knows three, and `publication` says why.
    """
    rules = [
        (state >= UNPUBLISHABLE, NO_VERDICT),
        (np.isnan(low95) | np.isnan(high95), NO_VERDICT),
        (low95 > 0, Verdict.HAUSSE),
        (high95 < 0, Verdict.BAISSE),
    ]
    return _first(rules, Verdict.NON_DEMONTRE, low95.shape)


def _first(
    rules: Sequence[tuple[NDArray[np.bool_], str]], otherwise: str, shape: tuple[int, ...]
) -> NDArray[np.object_]:
    out = np.full(shape, str(otherwise), dtype=object)
    for holds, verdict in reversed(rules):
        out[holds] = str(verdict)
    return out


def holm(p: Floats) -> Floats:
    """Adjust p-values by Holm's step-down method; NaN are left out of the family."""
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    adjusted = np.maximum.accumulate((m - np.arange(m)) * p[order])
    out[order] = np.minimum(adjusted, 1.0)
    return out


def set_holm(table: pd.DataFrame) -> pd.DataFrame:
    """Fill `p_holm` of the gaps that may be shown, within bailleur, adjustment and theme."""
    shown = table["publication"].isin([STATES[PUBLISHABLE].value, STATES[FRAGILE].value])
    rows = shown & (table["groupe"] == "ecart") & table["p_non_inferiorite"].notna()
    adjusted = table.loc[rows].groupby(list(HOLM_WITHIN), sort=False)["p_non_inferiorite"]
    values = np.full(len(table), np.nan)
    p = table["p_non_inferiorite"].to_numpy(dtype=float)
    positions = np.flatnonzero(rows.to_numpy())
    for index in adjusted.indices.values():
        at = positions[index]
        values[at] = holm(p[at])
    return table.assign(p_holm=values)
