"""Sides set against each other, of one wave or of two, and what is read off them.

Adjustments know oppositions only: what serves one wave serves two, and the total as territories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Groupe
from tfpb.survey.estimation.rows import Frame, gap_rows, group_rows
from tfpb.survey.verdicts import FRAGILE, UNCOMPUTABLE, UNPUBLISHABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.model.codes import Ajustement
    from tfpb.survey.estimation.design import Design, Sums
    from tfpb.survey.estimation.domains import Domains

    Floats = NDArray[np.float64]

_LEVELS: Final = frozenset({Groupe.QPV, Groupe.HORS_QPV})
ENOUGH_SUPPORT: Final = 0.8
"""Under this share of the QPV sample in common support, an adjusted row is flagged."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One kind of row read off the sides of each block.

    Parameters
    ----------
    group : Groupe
    signs : tuple of float
        Weight of each side: (1, −1) for the gap of one wave.
    n, clusters : float arrays, shape (blocks, items)
        Answers and résidences the row rests on.
    state : int array, shape (blocks, items)
        Publication state of the raw row: an adjusted one is never better.
    """

    group: Groupe
    signs: tuple[float, ...]
    n: Floats
    clusters: Floats
    state: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Opposition:
    """Blocks whose sides are set against each other.

    Parameters
    ----------
    frame : Frame
        Its blocks are those of the rows, in the same order.
    design, sums, domains
        The sides are domains of this design.
    sides : int array, shape (blocks, 2 or 4)
        QPV and hors QPV of the later (or only) wave, then of the earlier one.
    standard : bool array, shape (atoms,)
        Atoms whose make-up is the standard: those of the later wave, all bailleurs.
    df : float array, shape (blocks, items)
    readings : tuple of Reading
        The gap comes last.
    """

    frame: Frame
    design: Design
    sums: Sums
    domains: Domains
    sides: NDArray[np.intp]
    standard: NDArray[np.bool_]
    df: Floats
    readings: tuple[Reading, ...]

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Blocks × items whose raw gap may be shown: the level of one side alone compares nothing."""
        out: NDArray[np.bool_] = self.readings[-1].state < UNPUBLISHABLE
        return out

    def atoms(self, domain: int) -> NDArray[np.intp]:
        """Return the atoms of a domain."""
        return self.domains.atoms[self.domains.start[domain] : self.domains.start[domain + 1]]

    @property
    def signs(self) -> Floats:
        """Weights of the sides, shape (readings, sides)."""
        return np.array([r.signs for r in self.readings])

    def rows(
        self, adjustment: Ajustement, values: Floats, se: Floats, support: Floats
    ) -> pd.DataFrame:
        """Lay adjusted estimates out as rows.

        Parameters
        ----------
        values, se : float arrays, shape (blocks, readings, items)
            NaN where there is no estimate: the row then says it is not computable.
        support : float array, shape (blocks, items)
            Share of the QPV sample that has its like on the other sides: without any, nothing is
            compared like with like, whatever a model says.
        """
        values = np.where((support <= 0)[:, None, :], np.nan, values)
        se = np.where(np.isnan(values), np.nan, se)
        weak = np.where(support < ENOUGH_SUPPORT, FRAGILE, 0)
        tables = []
        for k, reading in enumerate(self.readings):
            state = np.maximum(reading.state, weak)
            unknown = np.isnan(values[:, k]) & (state < UNPUBLISHABLE)
            lay = group_rows if reading.group in _LEVELS else gap_rows
            tables.append(
                lay(
                    self.frame,
                    reading.group.value,
                    adjustment.value,
                    estimate=values[:, k],
                    se=se[:, k],
                    df=self.df,
                    n=reading.n,
                    clusters=reading.clusters,
                    state=np.where(unknown, UNCOMPUTABLE, state),
                )
            )
        return pd.concat(tables, ignore_index=True)
