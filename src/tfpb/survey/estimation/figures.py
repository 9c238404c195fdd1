"""What is estimated of every group: both sides and their gap, or the changes of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.model.codes import Groupe
from tfpb.survey.estimation.means import (
    Contrasts,
    contrast_variance,
    occupied,
    standard_error,
    strata_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.arrays import Floats, Indices, Integers
    from tfpb.survey.estimation.means import Means


_OF_ONE: Final = (Groupe.QPV, Groupe.HORS_QPV, Groupe.ECART)
_OF_TWO: Final = (Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS, Groupe.EVOLUTION_ECART)


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of figure of every group compared, arrays of shape (groups, items).

    Parameters
    ----------
    group : Groupe
    signs : tuple of float
        Weight of each side (see `Comparison.sides`): (1, −1) for the gap of one wave.
    estimate, se : float arrays
        Unadjusted.
    n, clusters : float arrays
        Answers and résidences it rests on, each résidence once (nil when none is named).
    state : int array
        Publication state: that of the worst of its sides.
    """

    group: Groupe
    signs: tuple[float, ...]
    estimate: Floats
    se: Floats
    n: Floats
    clusters: Floats
    state: Integers


def make_figures(
    means: Means, whole: Means, index: pd.DataFrame, sides: Indices, state: Integers
) -> tuple[Figure, ...]:
    """Combine the sides: each of them, then one minus the other.

    Sides that share no stratum are independent: their variances, each computed once however many
    groups share the side, are added. Calibrated weights tie every side to the others.
    """
    units = index[["qpv", "hors"]].to_numpy(dtype=np.intp).reshape(-1, 2)
    signs = (1.0,) if sides.shape[1] == units.shape[1] else (1.0, -1.0)
    q, h = sides[:, ::2], sides[:, 1::2]
    variances = [_variance(means, side, signs) for side in (q, h)]
    strata = strata_of(whole)
    shared = (strata[units[:, 0]] & strata[units[:, 1]]).any(axis=1)
    variances.append(variances[0] + variances[1])
    joint = shared | bool(means.sums.design.margins)
    both = tuple(s * t for s in signs for t in (1.0, -1.0))
    if joint.any():
        variances[2][joint] = _variance(means, sides[joint], both)
    met = [whole.shown_clusters[units[:, 0]], whole.shown_clusters[units[:, 1]]]
    met.append(met[0] + met[1])
    if shared.any() and means.sums.design.clustered:
        one, two = (whole.member[units[shared, k]] for k in (0, 1))
        met[2][shared] = occupied(means.sums, one + two)[0]
    weights = [tuple(s * t for s in signs for t in pattern) for pattern in ((1.0, 0.0), (0.0, 1.0))]
    return tuple(
        _figure(means, group, sides, weight, variance, clusters, state)
        for group, weight, variance, clusters in zip(
            _OF_ONE if len(signs) == 1 else _OF_TWO, [*weights, both], variances, met, strict=True
        )
    )


def _variance(means: Means, domains: Indices, signs: Sequence[float]) -> Floats:
    """Variance of the same combination of the domains of each row; equal rows are computed once."""
    rows, back = np.unique(domains, axis=0, return_inverse=True)
    return contrast_variance(means, Contrasts.of(rows, signs))[back.ravel()]


def _figure(
    means: Means,
    group: Groupe,
    sides: Indices,
    signs: tuple[float, ...],
    variance: Floats,
    clusters: Floats,
    state: Integers,
) -> Figure:
    used = sides[:, np.flatnonzero(signs)]
    return Figure(
        group=group,
        signs=signs,
        estimate=Contrasts.of(used, [s for s in signs if s]).values(means),
        se=standard_error(variance),
        n=means.n[used].sum(axis=1),
        clusters=clusters,
        state=state[used].max(axis=1),
    )
