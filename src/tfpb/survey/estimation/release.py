"""What is released of a figure of few résidences: its share to one point, and an interval of it.

Bounds are computed from the rounded shares, never from hidden ones: they, and the verdicts read from
them, tell nothing that n, the number of résidences and the printed share do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.model.codes import Groupe
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.intervals import (
    combined_bounds,
    exceeding_p,
    normal_bounds,
    wilson_bounds,
    z_quantile,
)
from tfpb.survey.verdicts import (
    CLAIM_P,
    CONFIDENCE,
    CONFIDENCE_MARGIN,
    FRAGILE,
    PARC,
    STATES,
    UNCOMPUTABLE,
    evolution_verdicts,
    gap_verdicts,
    restrained,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.model.arrays import Floats
    from tfpb.survey.verdicts import Thresholds

    Columns = dict[str, NDArray[Any]]

POOLED: Final = "_groupee"
HALF: Final = "_demi_attendue"
_BOUNDS: Final = ("ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut")
_UNRELEASED: Final = (
    "erreur_type", "ddl", "effet_plan", "n_effectif", "p_bilateral", "p_non_inferiorite",
    "p_equivalence", "p_rao_scott",
)  # fmt: skip
_OUT_OF_BASE: Final = ("part_nsp", "part_non_concerne")
"""Shares of answers out of the base: exact, they give the sizes of few résidences away."""
_STATE_OF: Final = {state.value: k for k, state in enumerate(STATES)}
_POINT: Final = 2
"""Decimals of a share rounded to the point."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The sides of some figures, as the pooled rule sees them; arrays of shape (groups, sides, items).

    Parameters
    ----------
    values : float array
        Shares, or means of marks.
    effective : float array
        Effective number of interviews.
    variance : float array, optional
        Variance of the answers where a mean is estimated, no share; NaN for a share.
    """

    values: Floats
    effective: Floats
    variance: Floats | None = None

    def bounds(self, values: Floats, z: Floats | float) -> tuple[Floats, Floats]:
        """Bounds of each side at a normal quantile."""
        with np.errstate(invalid="ignore"):
            low, high = wilson_bounds(np.clip(values, 0.0, 1.0), self.effective, z)
            if self.variance is None:
                return low, high
            down, up = normal_bounds(values, self.effective, z, self.variance)
        share = np.isnan(self.variance)
        return np.where(share, low, down), np.where(share, high, up)


def released_columns(sides: Sides, signs: Floats) -> Columns:
    """Return what the pooled rule would release of a figure Σ sign · side, shape (groups, items).

    Parameters
    ----------
    sides : Sides
    signs : float array, shape (sides,)

    Returns
    -------
    dict
        `_estimation` and the four bounds, each prefixed by « _ ».
    """
    rounded = np.round(sides.values, _POINT)
    sign = signs[:, None]
    out: Columns = {"_estimation": (np.where(sign != 0, rounded, 0.0) * sign).sum(axis=-2)}
    for level, names in ((CONFIDENCE, _BOUNDS[:2]), (CONFIDENCE_MARGIN, _BOUNDS[2:])):
        held = sides.bounds(rounded, z_quantile(level))
        for name, values in zip(names, combined_bounds(rounded, held, signs), strict=True):
            out[f"_{name}"] = values
    return out


def claim_p(sides: Sides, signs: Floats, *, limit: float | None) -> Floats:
    """Return the p-value of what a difference may claim, read from its intervals.

    Parameters
    ----------
    sides, signs
        As for `released_columns`.
    limit : float, optional
        What it may be claimed to exceed (−δ for a gap); None for a change, claimed either way.

    Returns
    -------
    float array, shape (groups, items)
        The risk at which the bound of the interval would reach the limit.
    """
    rounded = np.round(sides.values, _POINT)

    def low(z: Floats, sense: float) -> Floats:
        wide = sides.bounds(rounded, np.abs(z)[..., None, :])
        bounds = combined_bounds(rounded, wide, sense * signs)
        return np.where(z >= 0, bounds[0], bounds[1])

    shape = rounded.shape[:-2] + rounded.shape[-1:]
    one = exceeding_p(lambda z: low(z, 1.0), limit or 0.0, shape)
    if limit is None:
        two = exceeding_p(lambda z: low(z, -1.0), 0.0, shape)
        one = np.minimum(2 * np.minimum(one, two), 1.0)
    return np.where(np.isnan(low(np.ones(shape), 1.0)), np.nan, one)


def released(table: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Return the rows as they may leave: pooled ones with their own rule, the others as they are.

    Parameters
    ----------
    table : DataFrame
        Rows of `rows.completed` with the columns of `released_columns`, `POOLED` and `HALF`.

    Returns
    -------
    DataFrame
        The same rows; `CLAIM_P` stays, for `set_holm`.
    """
    pooled = table[POOLED].to_numpy(dtype=bool)
    known = np.array([_STATE_OF[p] for p in table["publication"]], dtype=np.intp)
    # by the design, answers that happen to be alike in few résidences have no error: pooled, they do
    state = np.where(pooled, table["etat"].to_numpy(dtype=np.intp), known)
    group = table["groupe"].to_numpy(dtype=object)
    gaps, changes = group == Groupe.ECART.value, group == Groupe.EVOLUTION_ECART.value
    half = table[HALF].to_numpy(dtype=float)
    wide = ~(half <= thresholds.verdict_half) & (gaps | changes)
    state = np.where(pooled & wide & (state < FRAGILE), FRAGILE, state)
    own = {c: table[c].to_numpy(dtype=float) for c in ("estimation", *_BOUNDS)}
    out: dict[str, Any] = {
        name: np.where(pooled, table[f"_{name}"].to_numpy(dtype=float), values)
        for name, values in own.items()
    }
    low95, high95, low90, high90 = (out[name] for name in _BOUNDS)
    unknown = pooled & np.isnan(low95) & (state <= FRAGILE)
    state = np.where(unknown, UNCOMPUTABLE, state)
    for name in _OUT_OF_BASE:
        if name in table:
            share = table[name].to_numpy(dtype=float)
            out[name] = np.where(pooled, np.round(share, _POINT), share)
    for name in _UNRELEASED:
        if name in table:
            out[name] = np.where(pooled, np.nan, table[name].to_numpy(dtype=float))
    if "verdict" in table:
        verdict = np.where(
            gaps, gap_verdicts(low90, high90, low95, high95, state, thresholds.margin), ""
        )
        verdict = np.where(changes, evolution_verdicts(low95, high95, state), verdict)
        few = table["_n_cote"].to_numpy(dtype=float) < thresholds.verdict_n
        parc = thresholds.cible == PARC
        quarter = table["niveau"].isin(QUARTER_COLUMNS).to_numpy()
        out["verdict"] = restrained(verdict, few | (pooled & wide & parc), quarter & (not parc))
        out["marge_demontree_points"] = np.where(gaps, -low90 * 100, np.nan)
        own_p = np.where(
            gaps, table["p_non_inferiorite"], np.where(changes, table["p_bilateral"], np.nan)
        )
        out[CLAIM_P] = np.where(pooled, table[CLAIM_P].to_numpy(dtype=float), own_p)
    out["publication"] = np.array([s.value for s in STATES], dtype=object)[state]
    return table.assign(**out)
