"""Where a figure like with like tells another story than the raw one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Ajustement, Groupe, Publication

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

Key = tuple[str, ...]
"""`groupe, vague, niveau, territoire, bailleur, item` of a raw row."""
KEY: Final = ("groupe", "vague", "niveau", "territoire", "bailleur", "item")
_VALUES: Final = ["estimation", "ic95_bas", "ic95_haut"]
_GROUPS: Final = [Groupe.ECART.value, Groupe.EVOLUTION_ECART.value]
_SHOWN: Final = [Publication.PUBLIABLE.value, Publication.FRAGILE.value]
_DIGITS: Final = 3
"""A sign is that of the figure as printed, to a tenth of a point."""


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
        comparison["groupe"].isin(_GROUPS) & comparison["publication"].isin(_SHOWN)
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
