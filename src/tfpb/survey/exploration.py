"""Where to look first: territories × items, many at once, without any verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr

from tfpb.model.codes import TOTAL, Ajustement, Groupe, Publication
from tfpb.survey.estimation.intervals import z_quantile
from tfpb.survey.verdicts import CONFIDENCE

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.arrays import Floats


FALSE_SHARE: Final = 0.10
"""Share of the rows kept that may be there by chance, on average."""
_SHOWN: Final = (Publication.PUBLIABLE.value, Publication.FRAGILE.value)
_KEYS: Final = ["niveau", "territoire", "item"]


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjust p-values to the false discovery rate; NaN are left out of the family.

    Notes
    -----
    Benjamini and Hochberg's step-up: ``min over k ≥ rank of m · p₍ₖ₎ / k``. Gaps that share the same
    hors-QPV answers are positively dependent, under which it still holds.
    """
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    scaled = p[order] * m / np.arange(1, m + 1)
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out


def exploration(comparison: pd.DataFrame, *, wave: str, bailleur: str) -> pd.DataFrame:
    """List the raw gaps of territories with what chance alone would bring.

    Parameters
    ----------
    comparison : DataFrame
        A protected comparison: gaps that may not be shown are no part of it.
    wave, bailleur : str
        `ensemble` for all bailleurs.

    Returns
    -------
    DataFrame
        `niveau, territoire, item, n, qpv, ecart, ic95_bas, ic95_haut, publication, part_hasard,
        ressort`, the least likely by chance first. `n`, `qpv`: answers and level in the territory.
        `part_hasard`: share of chance expected among the rows that stand out at least as much (adjusted
        within the level of territories). `ressort`: at most `FALSE_SHARE`, and QPV lower.

    Notes
    -----
    The p-value is that at which the printed interval, on the side of zero, would reach it.
    """
    rows = comparison[
        (comparison["vague"] == wave)
        & (comparison["bailleur"] == bailleur)
        & (comparison["niveau"] != TOTAL)
        & (comparison["ajustement"] == Ajustement.BRUT.value)
        & comparison["publication"].isin(_SHOWN)
    ]
    gaps = rows[rows["groupe"] == Groupe.ECART.value]
    sides = rows.loc[rows["groupe"] == Groupe.QPV.value, [*_KEYS, "n", "estimation"]].rename(
        columns={"estimation": "qpv"}
    )
    kept = [*_KEYS, "estimation", "ic95_bas", "ic95_haut", "publication"]
    out = gaps[kept].rename(columns={"estimation": "ecart"})
    out = out.merge(sides, on=_KEYS, how="inner", validate="one_to_one")
    gap, low, high = (out[c].to_numpy(dtype=float) for c in ("ecart", "ic95_bas", "ic95_haut"))
    reach = np.where(gap < 0, high - gap, gap - low)
    p = 2 * ndtr(-z_quantile(CONFIDENCE) * np.abs(gap) / reach)
    share = np.full(len(out), np.nan)
    for at in out.groupby("niveau", sort=False).indices.values():
        share[at] = benjamini_hochberg(p[at])
    low = (share <= FALSE_SHARE) & (gap < 0)
    out = out.assign(part_hasard=share, ressort=low)
    return out.sort_values(["part_hasard", "ecart", *_KEYS], kind="stable").reset_index(drop=True)
