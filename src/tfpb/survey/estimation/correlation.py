"""How alike the answers of one résidence are: the intra-class correlation, pooled over the survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.survey.estimation.design import indicator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.survey.estimation.design import Sums

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

PLANNED: Final = 0.10
"""Correlation assumed where no answer may be looked at: before the survey, and for what may be said."""
LEAST: Final = 0.01
MOST: Final = 0.60
_ENOUGH: Final = 120
"""Résidences from which a question's own correlation is taken as it is."""
_PRIOR: Final = 0.15
_PRIOR_RESIDENCES: Final = 20
_BORROWED: Final = 0.75
"""What is borrowed from the other questions: their upper quartile, on the cautious side."""


def pooled_correlation(sums: Sums, domain: Indices, group: Indices, groups: int) -> Floats:
    """Estimate one correlation a group and measure, over all domains of the group together.

    Parameters
    ----------
    sums : Sums
    domain : int array, shape (atoms,)
        Within which résidences are compared: a quarter, or a bailleur outside quarters.
    group : int array, shape (atoms,)
        Side (and wave) of each atom; domains are nested in groups.
    groups : int

    Returns
    -------
    float array, shape (groups, measures)
        Within `LEAST`..`MOST`.

    Notes
    -----
    One-way analysis of variance, unweighted: ``ρ = (MSB − MSW) / (MSB + (n₀ − 1) MSW)`` (Donner,
    1986). With fewer than 120 résidences a question borrows what it lacks from the others of its
    group, and from `_PRIOR` where these are few too.
    """
    design = sums.design
    keys, unit = np.unique(np.stack([design.cluster, domain, group]), axis=1, return_inverse=True)
    gather = indicator(unit.ravel(), keys.shape[1])
    n, hits, squares = gather @ sums.n, gather @ sums.hits, gather @ sums.hit_squares
    places, at = np.unique(keys[1:], axis=1, return_inverse=True)
    by_place = indicator(at.ravel(), places.shape[1])
    by_group = indicator(places[1].astype(np.intp), groups)
    mean = _ratio(hits, n)
    whole = by_place @ n
    centre = _ratio(by_place @ hits, whole)[at.ravel()]
    met = n > 0
    residences = by_place @ met.astype(float)
    between = by_group @ (by_place @ (n * (mean - centre) ** 2))
    within = by_group @ (by_place @ np.maximum(squares - n * mean**2, 0.0))
    df_between = by_group @ np.maximum(residences - 1, 0.0)
    answers, clusters = by_group @ whole, by_group @ residences
    size = _ratio(answers - by_group @ _ratio(by_place @ n**2, whole), df_between)
    msb, msw = _ratio(between, df_between), _ratio(within, answers - clusters)
    own = np.clip(_ratio(msb - msw, msb + (size - 1) * msw), LEAST, MOST)
    own[~(df_between > 0)] = PLANNED
    return _shrunk(own, clusters)


def _shrunk(own: Floats, clusters: Floats) -> Floats:
    """Complete a correlation known from few résidences with what the other questions show."""
    if not own.shape[1]:
        return own
    others = np.quantile(own, _BORROWED, axis=1, keepdims=True)
    share = clusters / (clusters + _PRIOR_RESIDENCES)
    borrowed = share * others + (1 - share) * _PRIOR
    known = np.minimum(1.0, clusters / _ENOUGH)
    return np.clip(known * own + (1 - known) * borrowed, LEAST, MOST)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Divide, nil where there is nothing to divide by."""
    return np.divide(top, bottom, out=np.zeros(np.shape(bottom)), where=bottom > 0)
