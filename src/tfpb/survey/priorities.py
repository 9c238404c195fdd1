"""Importance × performance: what weighs on the overall mark, and how each item does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Theme
from tfpb.model.results import PRIORITY_COLUMNS
from tfpb.survey.estimation.compared_groups import COLUMN_OF
from tfpb.survey.estimation.control import freedom
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.intervals import t_interval
from tfpb.survey.estimation.means import atoms_of, independent_columns, linear_variance
from tfpb.survey.estimation.rows import state_names
from tfpb.survey.verdicts import CONFIDENCE, PUBLISHABLE, UNCOMPUTABLE, UNPUBLISHABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Floats, Indices, Objects
    from tfpb.model.plan import Item
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.respondents import Survey


_ANSWERS_A_SLOPE: Final = 10
"""Fewer answers than this a slope, and the model is not published."""
_TOLERANCE: Final = 1e-9


def overall_item(items: Sequence[Item], survey: Survey) -> Item | None:
    """Return the overall mark: the first global item on a scale of marks, else the first global."""
    found = [i for i in items if i.theme is Theme.GLOBAL and i.identifiant in survey.answers]
    marked = [i for i in found if survey.scales[i.identifiant].marks]
    return next(iter((*marked, *found)), None)


def priority_rows(survey: Survey, comparison: Comparison, rows: Indices) -> pd.DataFrame:
    """Rows of `PRIORITY_COLUMNS` for one wave, both sides and together, each bailleur.

    Importance is the slope of the item on the overall mark, all items together, both in standard
    deviations: weighted least squares on everyone who gave the mark, with the sandwich variance of
    the design. An item that was not answered takes its mean and a column of its own, so that filters
    and NSP do not empty the model.

    Parameters
    ----------
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
    lines = np.repeat(c.totals, len(COLUMN_OF))
    domains = c.index[list(COLUMN_OF.values())].to_numpy(dtype=np.intp)[c.totals].ravel()
    slopes = np.full((2, len(domains), len(others)), np.nan)
    for k in np.flatnonzero(c.state[domains, mark] < UNPUBLISHABLE):
        inside = np.zeros(len(c.design.atoms), dtype=bool)
        inside[atoms_of(c.means.member, domains[k])] = True
        used = np.flatnonzero(inside[c.design.row_atom] & ~np.isnan(target))
        slopes[:, k] = _slopes(c, used, target, values)
    return _rows(c, lines, domains, others, mark, slopes)


def _general(item: Item, items: Sequence[Item]) -> bool:
    """Whether an item sums up its theme: beside its own components it would take their weight."""
    others = sum(i.theme is item.theme for i in items) - 1
    return item.tete_de_theme and others > 1


def _values(survey: Survey, item: Item, rows: Indices) -> Floats:
    """Return answers as a quantity that grows with satisfaction, NaN when not valid."""
    name = item.identifiant
    if survey.scales[name].marks:
        return survey.marks[name][rows]
    ranks = survey.answers[name][rows].astype(float)
    return np.where(ranks >= 0, len(survey.scales[name].labels) - ranks, np.nan)


def _slopes(c: Comparison, used: Indices, target: Floats, values: Floats) -> Floats:
    """Fit the model on some interviews: slopes, then standard errors; NaN where it is not published."""
    out = np.full((2, values.shape[1]), np.nan)
    weight, y, x = c.design.weight[used], target[used], values[used]
    absent = np.isnan(x)
    known = (~absent).astype(float)
    x[absent] = 0.0
    total = np.maximum(weight @ known, np.finfo(float).tiny)
    x -= weight @ x / total * known
    spread = np.sqrt(weight @ x**2 / total)
    centre = np.average(y, weights=weight)
    scale = np.sqrt(np.average((y - centre) ** 2, weights=weight))
    if not scale > 0:
        return out
    x *= np.where(spread > _TOLERANCE, 1 / np.maximum(spread, _TOLERANCE), 0.0)
    matrix = np.hstack([np.ones((len(y), 1)), x, 1 - known[:, absent.any(axis=0)]])
    weighted = matrix * weight[:, None]
    cross = weighted.T @ matrix
    kept = independent_columns(cross)
    if len(y) < _ANSWERS_A_SLOPE * len(kept):
        return out
    if len(kept) < len(cross):
        matrix, weighted, cross = matrix[:, kept], weighted[:, kept], cross[np.ix_(kept, kept)]
    inverse = np.linalg.inv(cross)
    response = (y - centre) / scale
    beta = inverse @ (weighted.T @ response)
    residual = (response - matrix @ beta)[:, None]
    held = [(k, column - 1) for k, column in enumerate(kept) if 0 < column <= len(out[0])]
    place, item = np.array(held, dtype=np.intp).reshape(-1, 2).T
    design, under = c.design, c.design.residual_weight
    atoms, at = np.unique(design.row_atom[used], return_inverse=True)
    gather = indicator(at, len(atoms))
    scores = gather @ (weighted * residual) @ inverse[:, place]
    rest = None
    if design.margins:
        residual = residual if under is None else residual * under[used][:, None]
        rest = gather @ (matrix * residual) @ inverse[:, place]
    variance = linear_variance(c.sums, atoms, scores, rest)[0]
    out[:, item] = beta[place], np.sqrt(variance)
    return out


def _rows(
    c: Comparison, lines: Indices, domains: Indices, others: Indices, mark: int, slopes: Floats
) -> pd.DataFrame:
    """Lay out the groups (a line of the index and a domain each) × items."""
    at = np.ix_(domains, others)
    means, df = c.means, freedom(c, lines)[:, mark]
    slope, se = slopes
    weight = t_interval(slope, se, df[:, None], level=CONFIDENCE)
    n = means.n[at]
    # one side a figure
    rounded = c.domains.printed().at(at).each()
    estimate, share = rounded["estimation"], (rounded["ic95_bas"], rounded["ic95_haut"])
    state = np.maximum(c.state[at], c.state[domains, mark][:, None])
    state = np.where(np.isnan(slope) & (state == PUBLISHABLE), UNPUBLISHABLE, state)
    state = np.where((means.n[domains, mark] == 0)[:, None], UNCOMPUTABLE, state)
    quadrant, certainty = _quadrants(slope, weight, estimate, share)
    items, width = [c.items[j] for j in others], len(others)
    columns = {
        "bailleur": np.repeat(c.index["bailleur"].to_numpy(dtype=object)[lines], width),
        "groupe": np.repeat(np.resize([g.value for g in COLUMN_OF], len(lines)), width),
        "item": np.tile([i.identifiant for i in items], len(lines)),
        "theme": np.tile([i.theme.value for i in items], len(lines)),
        "nature": np.tile([i.nature.value for i in items], len(lines)),
        "n": n,
        "importance": slope,
        "importance_ic95_bas": weight[0],
        "importance_ic95_haut": weight[1],
        "performance": estimate,
        "performance_ic95_bas": share[0],
        "performance_ic95_haut": share[1],
        "quadrant": quadrant,
        "certitude": certainty,
        "publication": state_names(state),
    }
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    return table.assign(vague=c.vague)[list(PRIORITY_COLUMNS)]


def _quadrants(
    importance: Floats, weight: tuple[Floats, Floats], performance: Floats, share: Sequence[Floats]
) -> tuple[Objects, Objects]:
    """Cut both scales at their median over the items, and say how sure each quadrant is.

    `sur` when neither interval holds its cut, `probable` when one does, `indecis` when both do.
    """
    known = ~np.isnan(importance)
    some = known.any(axis=1)
    above, crossed = [], []
    for values, (low, high) in ((importance, weight), (performance, share)):
        cut = np.full((len(values), 1), np.nan)
        cut[some, 0] = np.nanmedian(values[some], axis=1)
        above.append(values >= cut)
        crossed.append((low <= cut) & (cut <= high))
    names = np.array(["secondaire", "a_maintenir", "priorite", "atout"], dtype=object)
    words = np.array(["sur", "probable", "indecis"], dtype=object)
    quadrant = names[2 * above[0].astype(int) + above[1]]
    certainty = words[crossed[0].astype(int) + crossed[1]]
    return np.where(known, quadrant, ""), np.where(known, certainty, "")
