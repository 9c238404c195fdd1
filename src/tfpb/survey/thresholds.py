"""Thresholds of the statistics: set before any result, printed with every table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tfpb.model.plan import Plan

CONFIDENCE: Final = 0.95
CONFIDENCE_MARGIN: Final = 0.90
"""Level of the interval held against the margin: two one-sided tests at 5 %."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What decides whether a cell is computed, shown, flagged or hidden.

    Parameters
    ----------
    margin : float
        Margin of equivalence δ, a proportion (0.05 for 5 points).
    mask_n : int
        Fewer valid answers than this: hidden.
    min_clusters : int
        Fewer résidences than this in the cell: not computable.
    min_effective_n : float
        Smaller effective sizes are not published.
    fragile_n, fragile_df : int
        Under either, a published cell is flagged.
    few_clusters : int
        Under this number of résidences the Korn-Graubard interval is used.
    extreme : float
        Proportions under it, or over its complement, take the Korn-Graubard interval.
    default_deff : float
        Design effect assumed when the delivery names no résidence.
    """

    margin: float = 0.05
    mask_n: int = 11
    min_clusters: int = 2
    min_effective_n: float = 30.0
    fragile_n: int = 60
    fragile_df: int = 8
    few_clusters: int = 30
    extreme: float = 0.10
    default_deff: float = 1.6

    @classmethod
    def of(cls, plan: Plan) -> Thresholds:
        """Read what the plan sets; the rest are defaults."""
        settings = plan.reglages
        return cls(
            margin=settings.marge_points / 100,
            mask_n=settings.masquage_n,
            default_deff=settings.effet_plan_defaut,
        )

    def without_clusters(self) -> Thresholds:
        """Return those of a survey that names no résidence: no rule counts them."""
        return replace(self, min_clusters=0, few_clusters=0)
