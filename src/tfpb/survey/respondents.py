"""The survey as read: what `recode` hands to the estimators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.errors import Fault
    from tfpb.survey.reading.scales import Scale


@dataclass(frozen=True, slots=True)
class Survey:
    """Interviews with their answers as ranks.

    Parameters
    ----------
    respondents : DataFrame
        One row an interview: `vague, bailleur, residence, poids (float), qpv (0 or 1), strate`, the
        adjustment variables and the columns of the located résidences (text, "" when unknown), and
        the stamp of the source line.
    answers : dict of int16 array, shape (len(respondents),)
        Rank of the level (0 is best), or `ABSENT`, `NSP`, `NOT_CONCERNED` (negative).
    marks : dict of float array
        Marks of the items on a scale of marks, NaN otherwise.
    scales : dict of Scale
        Scale of each item.
    faults : tuple of Fault
        Everything found while reading, faults and doubts alike.
    has_clusters, has_weights : bool
        Whether the deliveries name a résidence, a weight.
    """

    respondents: pd.DataFrame
    answers: dict[str, NDArray[np.int16]]
    marks: dict[str, NDArray[np.float64]]
    scales: dict[str, Scale]
    faults: tuple[Fault, ...] = ()
    has_clusters: bool = True
    has_weights: bool = True

    @property
    def items(self) -> tuple[str, ...]:
        """Identifiers of the items, in the order of the plan."""
        return tuple(self.answers)

    @property
    def waves(self) -> tuple[str, ...]:
        """Waves in order."""
        return tuple(sorted(self.respondents["vague"].unique(), key=str))


@dataclass(frozen=True, slots=True)
class Responses:
    """Answers of some rows as numbers, one column a measure.

    Parameters
    ----------
    y : float array, shape (rows, measures)
        Value (0 or 1, or a mark); 0 where the answer is not valid.
    valid : bool array, same shape
        Whether the answer counts in the base.
    nsp, not_concerned : bool arrays, same shape
        The two kinds of answers out of the base.
    """

    y: NDArray[np.float64]
    valid: NDArray[np.bool_]
    nsp: NDArray[np.bool_]
    not_concerned: NDArray[np.bool_]


def item_ranks(
    survey: Survey, rows: NDArray[np.intp]
) -> tuple[list[NDArray[np.int16]], list[tuple[bool, ...]]]:
    """Return the ranks of some interviews and which levels are satisfied, item by item."""
    names = survey.items
    return [survey.answers[i][rows] for i in names], [survey.scales[i].satisfied for i in names]
