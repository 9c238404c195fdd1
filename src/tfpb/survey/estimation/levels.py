"""The levels of each scale and the mean of marks, as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.arrays import divided
from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimation.compared_groups import COLUMN_OF
from tfpb.survey.estimation.design import Sums, indicator, sum_answers
from tfpb.survey.estimation.intervals import Sides
from tfpb.survey.estimation.means import domain_means
from tfpb.survey.estimation.rows import lay, state_names
from tfpb.survey.printed import MARK_STEP, POINT, at_step, level_step_of, rounded_count

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.estimation.design import Coded
    from tfpb.survey.estimation.rows import Columns
    from tfpb.survey.reading.scales import Scale
    from tfpb.survey.respondents import Survey


def level_rows(survey: Survey, comparison: Comparison, rows: Indices) -> pd.DataFrame:
    """Rows of one wave: shares of each level, means of marks, gaps of both (`LEVEL_COLUMNS`).

    A question has one dispersion a side, whatever is printed of it. The wave's design, domains and
    publication states are used again; `rows` are its interviews, in the order of the design.
    """
    c = comparison
    means = domain_means(sum_answers(c.design, coded_answers(survey, c, rows)), c.means.member)
    column, measures = measure_columns(survey, c)
    marks = measures["mesure"] == "moyenne"
    good = np.concatenate([[False] if s.marks else s.satisfied for s in _scales(survey, c)])
    printed = c.printed()
    whole = printed.printed()[:, column]
    wide = level_step_of(rounded_count(c.domains.count[:, column]))
    step = np.maximum(printed.step[:, column], np.where(marks, 0.0, wide))
    rounded = np.where(
        marks,
        np.nan,
        _adding_up(at_step(means.estimate, step), whole, column, good & ~marks, ~good & ~marks),
    )
    every = Sides(
        share=means.estimate,
        dispersion=printed.dispersion[:, column],
        step=np.where(marks, step * MARK_STEP, step),
        variance=np.broadcast_to(
            _mark_variance(c, marks, column, means.sums), means.estimate.shape
        ),
        unit=np.where(marks, POINT * MARK_STEP, POINT),
    )
    lines = c.totals
    figures: list[tuple[Groupe, list[str], tuple[float, ...]]] = [
        (group, [name], (1.0,)) for group, name in COLUMN_OF.items()
    ]
    figures.append((Groupe.ECART, ["qpv", "hors"], (1.0, -1.0)))
    parts = []
    for group, names, signs in figures:
        domains = np.column_stack([c.numbers(name)[lines] for name in names])
        columns: Columns = {
            "n": means.n[domains].sum(axis=1),
            "publication": state_names(c.state[domains].max(axis=1)[:, column]),
            **every.at(domains).figure(np.array(signs)),
        }
        if group is not Groupe.ECART:
            one = rounded[domains[:, 0]]
            columns["estimation"] = np.where(marks, columns["estimation"], one)
        columns |= {name: np.tile(v, (len(lines), 1)) for name, v in measures.items()}
        items = [c.items[j] for j in column]
        parts.append(lay(c, lines, group, Ajustement.BRUT, columns, items))
    return pd.concat(parts, ignore_index=True)


def _scales(survey: Survey, c: Comparison) -> list[Scale]:
    return [survey.scales[i.identifiant] for i in c.items]


def _adding_up(shares: Floats, whole: Floats, item: Indices, good: Flags, bad: Flags) -> Floats:
    """Give the last level of the satisfied, and of the others, what is left of the printed share.

    Rounded each by itself, levels would tell that share to less than a point.
    """
    out = shares.copy()
    for part, total in ((good, whole), (bad, 1 - whole)):
        for one in np.unique(item[part]):
            *others, last = np.flatnonzero(part & (item == one))
            rest = np.round(total[:, last] - out[:, others].sum(axis=1), 9)
            out[:, last] = np.clip(rest, 0.0, 1.0)
    return out


def _mark_variance(c: Comparison, marks: Flags, column: Indices, sums: Sums) -> Floats:
    """Return the variance of marks, NaN for a level: within résidences, over 1 − ρ⁻."""
    alone = np.zeros(len(c.design.atoms), dtype=np.intp)  # no résidence is named
    home = c.design.home if c.design.clustered else alone
    gather = indicator(home, int(home.max(initial=-1)) + 1)
    n, hits, squares = (gather @ v for v in (sums.n, sums.hits, sums.hit_squares))
    rest = (squares - divided(hits**2, n)).sum(axis=0)
    within = divided(rest, n.sum(axis=0) - (n > 0).sum(axis=0), np.nan)
    low = c.population[0].likeness.low[:, column].max(axis=0, initial=0.0)
    return np.where(marks, within / (1 - low), np.nan)


def coded_answers(survey: Survey, comparison: Comparison, rows: Indices) -> list[Coded]:
    """Return the answers to each item as codes and values: a column a level, or the mark itself."""
    out: list[Coded] = []
    for item in (i.identifiant for i in comparison.items):
        if survey.scales[item].marks:
            codes, values = pd.factorize(survey.marks[item][rows], sort=True)
            out.append((codes, np.asarray(values, dtype=float)[:, None]))
        else:
            out.append((survey.answers[item][rows], np.eye(len(survey.scales[item].labels))))
    return out


def measure_columns(survey: Survey, comparison: Comparison) -> tuple[Indices, Columns]:
    """Return the item of each measure (a level, or the mean of a mark), and `mesure, modalite, rang`."""
    item, named = [], []
    for j, one in enumerate(comparison.items):
        marks = survey.scales[one.identifiant].marks
        labels = [""] if marks else list(survey.scales[one.identifiant].labels)
        item += [j] * len(labels)
        for k, label in enumerate(labels):
            named.append(("moyenne", "", 0) if marks else ("niveau", label, k + 1))
    columns = zip(("mesure", "modalite", "rang"), zip(*named, strict=True), strict=True)
    return np.array(item, dtype=np.intp), {
        name: np.array(v, dtype=int if name == "rang" else object) for name, v in columns
    }
