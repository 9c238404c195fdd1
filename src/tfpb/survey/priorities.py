"""Importance × performance: what weighs on the overall mark, and how each item does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Theme
from tfpb.model.results import PRIORITY_COLUMNS
from tfpb.survey.estimation.compared_groups import COLUMN_OF
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.intervals import (
    proportion_interval,
    t_interval,
    wilson_bounds,
    z_quantile,
)
from tfpb.survey.estimation.means import atoms_of, linear_variance
from tfpb.survey.estimation.rows import state_names
from tfpb.survey.verdicts import CONFIDENCE, FRAGILE, UNCOMPUTABLE, UNPUBLISHABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.codes import Groupe
    from tfpb.model.plan import Item
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.respondents import Survey

    Floats = NDArray[np.float64]

_ANSWERS_A_SLOPE: Final = 10
"""Fewer answers than this a slope, and the model is not published."""
_TOLERANCE: Final = 1e-9


def overall_item(items: Sequence[Item], survey: Survey) -> Item | None:
    """Return the overall mark: the first global item on a scale of marks, else the first global."""
    found = [i for i in items if i.theme is Theme.GLOBAL and i.identifiant in survey.answers]
    marked = [i for i in found if survey.scales[i.identifiant].marks]
    return next(iter((*marked, *found)), None)


def priority_rows(survey: Survey, comparison: Comparison, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Rows of `PRIORITY_COLUMNS` for one wave, both sides and together, each bailleur.

    Importance is the slope of the item on the overall mark, all items together, both in standard
    deviations: weighted least squares on everyone who gave the mark, with the sandwich variance of
    the design. An item that was not answered takes its mean and a column of its own, so that filters
    and NSP do not empty the model.

    Parameters
    ----------
    survey : Survey
    comparison : Comparison
        Of the wave.
    rows : int array
        Interviews of the wave, in the order of the design.
    """
    c = comparison
    overall = overall_item(c.items, survey)
    others = np.array(
        [
            j
            for j, i in enumerate(c.items)
            if i.theme is not Theme.GLOBAL
            and not _general(i, c.items)
            and (survey.answers[i.identifiant][rows] >= 0).any()
        ],
        dtype=np.intp,
    )
    if overall is None or len(others) < 2:  # noqa: PLR2004 - nothing to weigh against
        return pd.DataFrame(columns=list(PRIORITY_COLUMNS))
    mark = [i.identifiant for i in c.items].index(overall.identifiant)
    target = _values(survey, overall, rows)
    values = np.column_stack([_values(survey, c.items[j], rows) for j in others])
    tables = []
    for k in c.totals.tolist():
        for group, name in COLUMN_OF.items():
            domain = int(c.index[name].iloc[k])
            inside = np.zeros(len(c.design.atoms), dtype=bool)
            inside[atoms_of(c.means.member, domain)] = True
            used = np.flatnonzero(inside[c.design.row_atom] & ~np.isnan(target))
            slopes = None
            if c.state[domain, mark] < UNPUBLISHABLE:
                slopes = _slopes(c, used, target, values)
            tables.append(_rows(c, k, group, domain, others, mark, slopes))
    return pd.concat(tables, ignore_index=True)


def _general(item: Item, items: Sequence[Item]) -> bool:
    """Whether an item sums up its theme: beside its own components it would take their weight."""
    others = sum(i.theme is item.theme for i in items) - 1
    return item.tete_de_theme and others > 1


def _values(survey: Survey, item: Item, rows: NDArray[np.intp]) -> Floats:
    """Return answers as a quantity that grows with satisfaction, NaN when not valid."""
    name = item.identifiant
    if survey.scales[name].marks:
        return survey.marks[name][rows]
    ranks = survey.answers[name][rows].astype(float)
    return np.where(ranks >= 0, len(survey.scales[name].labels) - ranks, np.nan)


def _slopes(
    c: Comparison, used: NDArray[np.intp], target: Floats, values: Floats
) -> tuple[Floats, Floats] | None:
    """Fit the model on some interviews: (slopes, standard errors)."""
    weight = c.design.weight[used]
    y = target[used]
    x = values[used]
    absent = np.isnan(x)
    mean, spread = _moments(x, weight)
    centre, scale = _moments(y[:, None], weight)
    if not scale[0] > 0:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        standard = np.where(absent, 0.0, (x - mean) / spread)
    standard = np.where(np.isfinite(standard), standard, 0.0)
    lacking = absent[:, absent.any(axis=0)].astype(float)
    matrix = np.hstack([np.ones((len(y), 1)), standard, lacking])
    root = np.sqrt(weight)[:, None]
    scaled = matrix * root
    cross = scaled.T @ scaled
    kept = _kept_columns(cross)
    if len(y) < _ANSWERS_A_SLOPE * len(kept):
        return None
    response = (y - centre[0]) / scale[0]
    inverse = np.linalg.inv(cross[np.ix_(kept, kept)])
    beta = inverse @ (scaled[:, kept].T @ (root[:, 0] * response))
    residual = response - matrix[:, kept] @ beta
    count = values.shape[1]
    slope, se = np.full(count, np.nan), np.full(count, np.nan)
    held = [(kept.index(1 + item), item) for item in range(count) if 1 + item in kept]
    place, item = np.array(held, dtype=np.intp).reshape(-1, 2).T
    influence = (matrix[:, kept] * residual[:, None]) @ inverse[:, place]
    slope[item], se[item] = beta[place], np.sqrt(_variance(c, used, influence))
    return slope, se


def _variance(c: Comparison, used: NDArray[np.intp], influence: Floats) -> Floats:
    """Variance of statistics from the influence of some interviews (interviews × statistics)."""
    design = c.design
    atoms, place = np.unique(design.row_atom[used], return_inverse=True)
    gather = indicator(place, len(atoms))
    residual = None
    if design.margins:
        under = design.residual_weight
        residual = gather @ (influence if under is None else influence * under[used][:, None])
    scores = gather @ (influence * design.weight[used][:, None])
    out: Floats = linear_variance(c.sums, atoms, scores, residual)[0]
    return out


def _moments(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the weighted mean and standard deviation of each column, NaN left out."""
    known = ~np.isnan(x)
    total = np.maximum((weight[:, None] * known).sum(axis=0), np.finfo(float).tiny)
    filled = np.nan_to_num(x)
    mean = (weight[:, None] * filled).sum(axis=0) / total
    spread = (weight[:, None] * np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / total
    return mean, np.sqrt(spread)


def _kept_columns(cross: Floats) -> list[int]:
    """List the columns that do not depend on those before them, from their cross-products."""
    kept: list[int] = []
    for j in range(len(cross)):
        if cross[j, j] <= 0:
            continue
        part = cross[np.ix_(kept, kept)]
        side = cross[kept, j]
        rest = cross[j, j] - (side @ np.linalg.solve(part, side) if kept else 0.0)
        if rest > _TOLERANCE * cross[j, j]:
            kept.append(j)
    return kept


def _rows(
    c: Comparison,
    line: int,
    group: Groupe,
    domain: int,
    others: NDArray[np.intp],
    mark: int,
    slopes: tuple[Floats, Floats] | None,
) -> pd.DataFrame:
    """Rows of one group of one bailleur, `slopes` being None when the model may not be published."""
    means, df, items = c.means, c.df[line], [c.items[j] for j in others]
    nothing = np.full(len(others), np.nan)
    slope, se = slopes if slopes is not None else (nothing, nothing)
    low, high = t_interval(slope, se, np.full(len(others), df[mark]), level=CONFIDENCE)
    estimate = means.estimate[domain, others]
    bounds = proportion_interval(
        estimate,
        c.se[domain, others],
        means.n[domain, others],
        means.clusters[domain, others],
        df[others],
        level=CONFIDENCE,
        thresholds=c.thresholds,
    )
    pooled = c.pooled[line, others]
    estimate = np.where(pooled, np.round(estimate, 2), estimate)
    held = wilson_bounds(estimate, c.pooled_effective[domain, others], z_quantile(CONFIDENCE))
    share_low, share_high = (np.where(pooled, a, b) for a, b in zip(held, bounds, strict=True))
    state = np.maximum(c.state[domain, others], c.state[domain, mark])
    state = np.where(np.isnan(slope) & (state <= FRAGILE), UNPUBLISHABLE, state)
    state = np.where(means.n[domain, mark] == 0, UNCOMPUTABLE, state)
    return pd.DataFrame(
        {
            "vague": c.vague,
            "bailleur": c.index["bailleur"].iloc[line],
            "groupe": group.value,
            "item": [i.identifiant for i in items],
            "theme": [i.theme.value for i in items],
            "nature": [i.nature.value for i in items],
            "n": means.n[domain, others],
            "n_residences": means.shown_clusters[domain, others],
            "importance": slope,
            "importance_ic95_bas": low,
            "importance_ic95_haut": high,
            "performance": estimate,
            "performance_ic95_bas": share_low,
            "performance_ic95_haut": share_high,
            "quadrant": _quadrants(slope, estimate),
            "certitude": _certainty(slope, (low, high), estimate, (share_low, share_high)),
            "publication": state_names(state),
        },
        columns=list(PRIORITY_COLUMNS),
    )


def _certainty(
    importance: Floats,
    weight: tuple[Floats, Floats],
    performance: Floats,
    share: tuple[Floats, Floats],
) -> list[str]:
    """Say how sure each quadrant is.

    `sur` when neither interval holds its cut, `probable` when one does, `indecis` when both do.
    """
    if np.isnan(importance).all():
        return [""] * len(importance)
    crossed = [
        (low <= np.nanmedian(values)) & (np.nanmedian(values) <= high)
        for values, (low, high) in ((importance, weight), (performance, share))
    ]
    words = ("sur", "probable", "indecis")
    return [
        "" if np.isnan(value) else words[int(a) + int(b)]
        for value, a, b in zip(importance, *crossed, strict=True)
    ]


def _quadrants(importance: Floats, performance: Floats) -> list[str]:
    """Cut both scales at their median over the items."""
    if np.isnan(importance).all():
        return [""] * len(importance)
    weighs = importance >= np.nanmedian(importance)
    pleases = performance >= np.nanmedian(performance)
    names = {
        (True, False): "priorite",
        (True, True): "atout",
        (False, False): "secondaire",
        (False, True): "a_maintenir",
    }
    return [
        "" if np.isnan(value) else names[bool(w), bool(p)]
        for value, w, p in zip(importance, weighs, pleases, strict=True)
    ]
