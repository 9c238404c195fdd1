"""Raw gaps read otherwise: what chance would leave of many, and what like with like contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.model.codes import ALONE, SHOWN, TOTAL, Ajustement, Groupe, Verdict
from tfpb.survey.estimation.intervals import z_quantile
from tfpb.survey.verdicts import CONFIDENCE, benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from tfpb.model.survey import Published


FALSE_SHARE: Final = 0.10
"""Share of the rows kept that may be there by chance, on average."""
_KEYS: Final = ["niveau", "territoire", "item"]
Key = tuple[str, ...]
"""`groupe, vague, niveau, territoire, bailleur, item` of a raw row."""
KEY: Final = ("groupe", "vague", "niveau", "territoire", "bailleur", "item")
_VALUES: Final = ["estimation", "ic90_bas", "ic90_haut"]
_WAYS: Final = (Ajustement.BRUT.value, Ajustement.COMPARABLE.value)


def exploration(
    comparison: pd.DataFrame, *, wave: str, bailleur: str, segments: Collection[str] = ()
) -> pd.DataFrame:
    """List the raw gaps of territories with what chance alone would bring, the least likely first.

    Gaps of the protected comparison that may not be shown are excluded, as are `segments`, levels that are
    no territory (`Published.segments`); `bailleur` is `ensemble` for all. `n`, `qpv`: answers and level in
    the territory. `part_hasard`: share of chance expected among the rows that are at least as extreme
    (adjusted within the level of territories). `ressort`: at most `FALSE_SHARE`, and QPV lower. The p-value
    is that at which the printed interval, on the side of zero, would reach it. `niveau, territoire, item,
    n, qpv, ecart, ic95_bas, ic95_haut, publication, part_hasard, ressort`.
    """
    rows = comparison[
        (comparison["vague"] == wave)
        & (comparison["bailleur"] == bailleur)
        & ~comparison["niveau"].isin([TOTAL, *segments])
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
    from scipy.special import ndtr  # noqa: PLC0415 - slow to load, and many commands estimate nothing

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
    """What like with like tells otherwise: which side is better, or how far apart they are."""

    SENS = "sens"
    AMPLEUR = "ampleur"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A comparable figure that contradicts the raw one."""

    story: Story
    change: bool  # of a change between waves; otherwise of a gap
    estimate: float  # the comparable figure, as printed
    low: float  # of its 90 % interval, as printed
    high: float  # of its 90 % interval, as printed

    @property
    def figures(self) -> tuple[str, float, float, float]:
        """What words need of it."""
        return str(self.story), self.estimate, self.low, self.high


def disagreements(comparison: pd.DataFrame) -> dict[Key, Disagreement]:
    """List the raw gaps, and changes of gaps, that comparable figures contradict (`autre_histoire`).

    Both rows of the protected comparison must be shown.
    """
    rows = comparison[
        (comparison["autre_histoire"] == ALONE) & comparison["publication"].isin(SHOWN)
    ].dropna(subset=_VALUES)
    raw, like = (
        {
            tuple(map(str, key)): values
            for key, values in zip(
                part[list(KEY)].itertuples(index=False, name=None),
                part[_VALUES].astype(float).itertuples(index=False, name=None),
                strict=True,
            )
        }
        for part in (rows[rows["ajustement"] == way] for way in _WAYS)
    )
    out = {}
    for key, (first, *_) in raw.items():
        if key in like:
            estimate, low, high = like[key]
            story = Story.SENS if first * estimate < 0 else Story.AMPLEUR
            out[key] = Disagreement(story, key[0] != Groupe.ECART, estimate, low, high)
    return out


@lru_cache(maxsize=2)
def stories_of(published: Published) -> Mapping[Key, Disagreement]:
    """Return the disagreements of a publication, worked out once for all that read it."""
    return MappingProxyType(disagreements(published.comparison))


def mode_changed(comparison: pd.DataFrame) -> frozenset[str]:
    """Return the pairs of waves over which firm or mode changed: levels withheld, gaps compared."""
    broken = comparison["verdict"] == Verdict.INTERROMPUE.value
    keys = ["vague", "item"]
    levels, gaps = (
        {
            tuple(pair)
            for pair in comparison.loc[broken & (comparison["groupe"] == g), keys].to_numpy()
        }
        for g in (Groupe.EVOLUTION_QPV.value, Groupe.EVOLUTION_ECART.value)
    )
    return frozenset(str(vague) for vague, _ in levels - gaps)


def key_of(row: Mapping[Any, Any], **known: str) -> Key:
    """Return the key of a row, from its columns and from what is known of it."""
    return tuple(str(known.get(name, row.get(name, ""))) for name in KEY)
