"""Variance of statistics given by their linearised scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.survey.estimation.estimate import calibration_residuals, cluster_variance
from tfpb.survey.estimation.gather import collapse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.estimation.design import Design, Sums

    Floats = NDArray[np.float64]


def linear_variance(
    design: Design,
    sums: Sums,
    *,
    atoms: NDArray[np.intp],
    scores: Floats,
    under: Floats | None,
) -> Floats:
    """Taylor variance of statistics from their scores on some atoms (others score zero).

    Parameters
    ----------
    atoms : int array, shape (a,)
    scores : float array, shape (a, statistics)
        Scores summed over the interviews of each atom.
    under : float array, same shape, optional
        The same over the calibrated weight (see `calibration_residuals`): with calibrated weights,
        scores are replaced by their residuals within the margins before anything is summed.

    Returns
    -------
    float array, shape (statistics,)
    """
    if not len(atoms):
        return np.zeros(scores.shape[1])
    if under is not None:
        full, below = (np.zeros((design.size, scores.shape[1])) for _ in range(2))
        full[atoms], below[atoms] = scores, under
        atoms = np.arange(design.size)
        scores = calibration_residuals(design, sums, full, below)
    by_cluster, cluster, _ = collapse(design.cluster[atoms], scores)
    variance = cluster_variance(design, by_cluster, np.zeros_like(cluster), cluster, 1)[0]
    out: Floats = variance * (1.0 if np.isnan(design.default_deff) else design.default_deff)
    return out
