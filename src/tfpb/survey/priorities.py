"""Importance × performance: what weighs on the overall mark, and how each item does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.model.codes import TOTAL, Groupe, Theme
from tfpb.model.results import PRIORITY_COLUMNS
from tfpb.survey.estimation.intervals import proportion_interval, t_interval
from tfpb.survey.estimation.linear import linear_variance
from tfpb.survey.estimation.rows import state_names
from tfpb.survey.thresholds import CONFIDENCE
from tfpb.survey.verdicts import FRAGILE, UNCOMPUTABLE, UNPUBLISHABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.model.plan import Item
    from tfpb.survey.estimation.blocks import Block
    from tfpb.survey.estimation.wave import WaveResult
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


def priority_rows(survey: Survey, result: WaveResult, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Rows of `PRIORITY_COLUMNS` for one wave, both sides and together, each bailleur.

    Importance is the slope of the item on the overall mark, all items together, both in standard
    deviations: weighted least squares on everyone who gave the mark, with the sandwich variance of
    the design. An item that was not answered takes its mean and a column of its own, so that filters
    and NSP do not empty the model.
    """
    overall = overall_item(result.frame.items, survey)
    others = [
        (j, i)
        for j, i in enumerate(result.frame.items)
        if i.theme is not Theme.GLOBAL and (survey.answers[i.identifiant][rows] >= 0).any()
    ]
    if overall is None or len(others) < 2:  # noqa: PLR2004 - nothing to weigh against
        return pd.DataFrame(columns=list(PRIORITY_COLUMNS))
    target = _values(survey, overall, rows)
    values = np.column_stack([_values(survey, i, rows) for _, i in others])
    position = {i.identifiant: j for j, i in enumerate(result.frame.items)}
    tables = []
    for k, block in enumerate(result.frame.blocks):
        if block.niveau != TOTAL:
            continue
        for group, domain in (
            (Groupe.QPV, block.qpv),
            (Groupe.HORS_QPV, block.hors),
            (Groupe.ENSEMBLE, block.ensemble),
        ):
            state = result.state[domain, position[overall.identifiant]]
            inside = np.zeros(result.design.size, dtype=bool)
            inside[result.domain_atoms(domain)] = True
            used = np.flatnonzero(inside[result.design.row_atom] & ~np.isnan(target))
            slopes = _slopes(result, used, target, values) if state < UNPUBLISHABLE else None
            tables.append(
                _rows(result, (k, block, group, domain), others, overall, slopes, position)
            )
    return pd.concat(tables, ignore_index=True)


def _values(survey: Survey, item: Item, rows: NDArray[np.intp]) -> Floats:
    """Return answers as a quantity that grows with satisfaction, NaN when not valid."""
    name = item.identifiant
    if survey.scales[name].marks:
        return survey.marks[name][rows]
    ranks = survey.answers[name][rows].astype(float)
    return np.where(ranks >= 0, len(survey.scales[name].labels) - ranks, np.nan)


def _slopes(
    result: WaveResult, used: NDArray[np.intp], target: Floats, values: Floats
) -> tuple[Floats, Floats, int] | None:
    """Fit the model on some interviews: (slopes, standard errors, columns of the model)."""
    weight = result.design.weight[used]
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
    wanted = [(kept.index(1 + c), c) for c in range(count) if 1 + c in kept]
    influence = (matrix[:, kept] * residual[:, None]) @ inverse[:, [i for i, _ in wanted]]
    atoms, scores, under = _atom_scores(result, used, influence)
    variance = linear_variance(result.design, result.sums, atoms=atoms, scores=scores, under=under)
    for place, (i, c) in enumerate(wanted):
        slope[c], se[c] = beta[i], np.sqrt(variance[place])
    return slope, se, len(kept)


def _atom_scores(
    result: WaveResult, used: NDArray[np.intp], influence: Floats
) -> tuple[NDArray[np.intp], Floats, Floats | None]:
    """Sum the influence of interviews over atoms: (atoms met, weighted sums, sums for residuals).

    The last are under the weights that calibration residuals are taken under (see `Sums`), and None
    when weights are as delivered.
    """
    design = result.design
    atoms, place = np.unique(design.row_atom[used], return_inverse=True)
    rows = np.arange(len(used))

    def spread(weight: Floats) -> Floats:
        out: Floats = (
            sparse.csr_array((weight, (place, rows)), shape=(len(atoms), len(used))) @ influence
        )
        return out

    under = None
    if design.margins:
        raked = design.margins[0].raked
        under = spread(np.ones(len(used)) if raked else design.delivered_weight[used])
    return atoms, spread(design.weight[used]), under


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
    result: WaveResult,
    place: tuple[int, Block, Groupe, int],
    others: list[tuple[int, Item]],
    overall: Item,
    slopes: tuple[Floats, Floats, int] | None,
    position: dict[str, int],
) -> pd.DataFrame:
    k, block, group, domain = place
    column = np.array([j for j, _ in others])
    mark = position[overall.identifiant]
    means = result.means
    df = result.df[k]
    nothing = np.full(len(others), np.nan)
    slope, se, _ = slopes if slopes is not None else (nothing, nothing, 0)
    low, high = t_interval(slope, se, np.full(len(others), df[mark]), level=CONFIDENCE)
    estimate = means.estimate[domain, column]
    share_low, share_high = proportion_interval(
        estimate,
        result.se[domain, column],
        means.n[domain, column],
        means.clusters[domain, column],
        df[column],
        level=CONFIDENCE,
        thresholds=result.frame.thresholds,
        clustered=result.frame.clustered,
    )
    state = np.maximum(result.state[domain, column], result.state[domain, mark])
    state = np.where(np.isnan(slope) & (state <= FRAGILE), UNPUBLISHABLE, state)
    state = np.where(means.n[domain, mark] == 0, UNCOMPUTABLE, state)
    return pd.DataFrame(
        {
            "vague": result.frame.wave,
            "bailleur": block.bailleur,
            "groupe": group.value,
            "item": [i.identifiant for _, i in others],
            "theme": [i.theme.value for _, i in others],
            "nature": [i.nature.value for _, i in others],
            "n": means.n[domain, mark],
            "n_residences": means.clusters[domain, mark] if result.frame.clustered else 0.0,
            "importance": slope,
            "importance_ic95_bas": low,
            "importance_ic95_haut": high,
            "performance": estimate,
            "performance_ic95_bas": share_low,
            "performance_ic95_haut": share_high,
            "quadrant": _quadrants(slope, estimate),
            "publication": state_names(state),
        },
        columns=list(PRIORITY_COLUMNS),
    )


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
