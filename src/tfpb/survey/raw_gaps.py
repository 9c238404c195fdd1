"""Raw gaps read otherwise: what chance would leave of many, and what like with like contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import ndtr

from tfpb.model.codes import SHOWN, TOTAL, Ajustement, Groupe
from tfpb.survey.estimation.intervals import z_quantile
from tfpb.survey.verdicts import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tfpb.model.arrays import Floats
    from tfpb.model.survey import Published


FALSE_SHARE: Final = 0.10
"""Share of the rows kept that may be there by chance, on average."""
_KEYS: Final = ["niveau", "territoire", "item"]
Key = tuple[str, ...]
"""`groupe, vague, niveau, territoire, bailleur, item` of a raw row."""
KEY: Final = ("groupe", "vague", "niveau", "territoire", "bailleur", "item")
_VALUES: Final = ["estimation", "ic95_bas", "ic95_haut"]
_GROUPS: Final = [Groupe.ECART.value, Groupe.EVOLUTION_ECART.value]
_DIGITS: Final = 3
"""A sign is that of the figure as printed, to a tenth of a point."""


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
        & comparison["publication"].isin(SHOWN)
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


class Story(StrEnum):
    """What changes when like is compared with like, the first that holds."""

    SENS = "sens"
    EFFACE = "efface"
    APPARU = "apparu"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An adjusted figure that contradicts the raw one.

    Parameters
    ----------
    story : Story
        The sign differs; a gap that was shown is no longer; one that was not now is.
    change : bool
        Of a change between waves; otherwise of a gap.
    estimate, low, high : float
        The adjusted figure and its 95 % interval.
    """

    story: Story
    change: bool
    estimate: float
    low: float
    high: float


def disagreements(comparison: pd.DataFrame) -> dict[Key, Disagreement]:
    """List the raw gaps, and changes of gaps, that an adjusted figure contradicts.

    One of both at least is established: its 95 % interval does not hold zero. The adjusted figure is the
    standardised one, else that of the regression; only figures that may be shown are held against each
    other.

    Parameters
    ----------
    comparison : DataFrame
        `COMPARISON_COLUMNS`, protected.
    """
    rows = comparison[
        comparison["groupe"].isin(_GROUPS) & comparison["publication"].isin(SHOWN)
    ].dropna(subset=_VALUES)
    by_kind = {
        str(kind): {
            tuple(map(str, key)): values
            for key, values in zip(
                part[list(KEY)].itertuples(index=False, name=None),
                part[_VALUES].astype(float).itertuples(index=False, name=None),
                strict=True,
            )
        }
        for kind, part in rows.groupby("ajustement", sort=False)
    }
    adjusted: dict[Key, Any] = {
        **by_kind.get(Ajustement.REGRESSION, {}),
        **by_kind.get(Ajustement.STANDARDISE, {}),
    }
    out = {}
    for key, raw in by_kind.get(Ajustement.BRUT, {}).items():
        beside = adjusted.get(key)
        if beside is not None and (story := _story(raw, beside)) is not None:
            estimate, low, high = beside
            out[key] = Disagreement(story, key[0] != Groupe.ECART, estimate, low, high)
    return out


@lru_cache(maxsize=2)
def stories_of(published: Published) -> Mapping[Key, Disagreement]:
    """Return the disagreements of a publication, worked out once for all that read it."""
    return MappingProxyType(disagreements(published.comparison))


def key_of(row: Mapping[Any, Any], **known: str) -> Key:
    """Return the key of a row, from its columns and from what is known of it."""
    return tuple(str(known.get(name, row.get(name, ""))) for name in KEY)


def _story(raw: tuple[float, ...], adjusted: tuple[float, ...]) -> Story | None:
    doubt = [low <= 0 <= high for _, low, high in (raw, adjusted)]
    if all(doubt):  # two figures that show nothing contradict nothing
        return None
    if round(raw[0], _DIGITS) * round(adjusted[0], _DIGITS) < 0:
        return Story.SENS
    if not any(doubt):
        return None
    return Story.EFFACE if doubt[1] else Story.APPARU
