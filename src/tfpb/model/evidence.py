"""What joins the stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Money beside satisfaction: `EVALUATION_COLUMNS`, one row (convention | QPV) × axis × item."""

    table: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How the main figures move with the doubts and with the margin.

    Parameters
    ----------
    doubts : DataFrame
        `hypothese (retenu|tous_dans|tous_hors), logements_dans, abattement_eur`.
    margins : DataFrame
        `vague, item, marge_points, verdict`: the verdict at 3, the chosen margin and 10 points.
    """

    doubts: pd.DataFrame
    margins: pd.DataFrame
