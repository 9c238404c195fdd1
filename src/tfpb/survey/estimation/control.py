"""Exact figures with R's Taylor errors: for a statistician of the house, never released; what they warn of.

Raw rows are those of R's `survey`; rows like with like take their calibration factors as known weights, as R
would if it were given them. Both are checked against R (tests/golden).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Ajustement, Groupe
from tfpb.survey.estimation.design import indicator
from tfpb.survey.estimation.means import (
    Contrasts,
    contrast_variance,
    design_effects,
    domain_means,
    linear_variance,
    standard_error,
)
from tfpb.survey.estimation.rows import lay
from tfpb.survey.estimation.variance import dispersion
from tfpb.survey.verdicts import UNCOMPUTABLE, UNPUBLISHABLE

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.model.survey import Estimates
    from tfpb.survey.estimation.comparison import Comparison, Domains
    from tfpb.survey.estimation.variance import Rows

CONTROL_COLUMNS: Final = (
    "vague", "bailleur", "item", "groupe", "ajustement", "n", "n_residences", "estimation",
    "erreur_type", "ddl", "effet_plan", "n_effectif",
)  # fmt: skip
"""The table of `comparer --controle` (contract)."""


def control_table(estimates: Estimates) -> pd.DataFrame:
    """Return what `comparer --controle` writes: exact rows of the whole and of bailleurs, never released.

    Returns
    -------
    DataFrame
        `CONTROL_COLUMNS`, rows of at least `masquage_n` interviews on each side; `n` are valid answers,
        `estimation` a proportion, `effet_plan` and `n_effectif` empty for differences.
    """
    rows = estimates.design
    if rows is None:
        return pd.DataFrame(columns=list(CONTROL_COLUMNS))
    return rows.loc[rows["assez"], list(CONTROL_COLUMNS)].reset_index(drop=True)


def control_rows(comparison: Comparison, lines: Indices | None = None) -> pd.DataFrame:
    """Rows of the unadjusted figures of some groups, exact, by the design alone.

    `lines` are of the index, by default those of the whole and of bailleurs. `publie`: whether the row may
    be shown; `assez`: whether it may be handed to a statistician.
    """
    c = comparison
    lines, parts = c.totals if lines is None else lines, []
    every = Contrasts.of(np.arange(len(c.means.n))[:, None], [1.0])
    variance = contrast_variance(c.means, every)
    deff, effective = design_effects(c.means, variance)
    freedoms = np.full((len(c.sides), c.means.n.shape[1]), np.nan)
    freedoms[lines] = freedom(c, lines)
    figures = [
        (g, lines, c.sides[lines][:, np.flatnonzero(s)], [x for x in s if x]) for g, s in c.figures
    ]
    if len(c.population) == 1:
        both = lines[c.numbers("ensemble")[lines] >= 0]
        figures.append((Groupe.ENSEMBLE, both, c.numbers("ensemble")[both][:, None], [1.0]))
    for group, at, domains, signs in figures:
        lone = domains.shape[1] == 1
        d = domains[:, 0]
        contrast = Contrasts.of(domains, signs)
        columns = {
            "n": c.means.n[domains].sum(axis=1),
            "n_residences": _homes(c, domains),
            "estimation": contrast.values(c.means),
            "erreur_type": standard_error(contrast_variance(c.means, contrast)),
            "ddl": freedoms[at],
            "effet_plan": deff[d] if lone else np.full(deff[d].shape, np.nan),
            "n_effectif": effective[d] if lone else np.full(deff[d].shape, np.nan),
            "publie": c.state[domains].max(axis=1) < UNPUBLISHABLE,
            "assez": c.state[domains].max(axis=1) < UNCOMPUTABLE,
        }
        parts.append(lay(c, at, group, Ajustement.BRUT, columns))
    return pd.concat(parts, ignore_index=True)


def control_alike(
    c: Comparison, like: Domains, sides: Indices, lines: Indices, kept: Flags
) -> pd.DataFrame:
    """Rows of comparable figures of the whole and of bailleurs, exact.

    `like` are calibrated; `sides`, (lines, 2 or 4), the figures of each line in the order of
    `Comparison.sides`; `kept`, (lines, items), marks the rows that exist.
    """
    own = np.flatnonzero(np.isin(lines, c.totals))
    sides, lines, kept = sides[own], lines[own], kept[own]
    rows, freedoms, parts = like.rows, freedom(c, lines), []
    answers = np.where(rows.coefficient > 0, c.sums.n[rows.atom], 0.0)
    n = indicator(rows.owner, rows.count) @ answers
    for group, weights in c.figures:
        used = np.flatnonzero(weights)
        signs, at = np.array(weights)[used], sides[:, used]
        variance = _taylor(c, like, at, signs)
        p, size = like.exact[at[:, 0]], n[at[:, 0]]
        with np.errstate(divide="ignore", invalid="ignore"):
            effect = variance * (size - 1) / (p * (1 - p))
        effect = np.where((len(used) == 1) & (p > 0) & (p < 1), effect, np.nan)
        fewest = n[at].min(axis=1)
        columns = {
            "n": n[at].sum(axis=1),
            "n_residences": _homes_alike(c, rows, at),
            "estimation": (signs[:, None] * like.exact[at]).sum(axis=1),
            "erreur_type": standard_error(variance),
            "ddl": freedoms,
            "effet_plan": effect,
            "n_effectif": size / effect,
            "publie": c.state[c.sides[lines][:, used]].max(axis=1) < UNPUBLISHABLE,
            "assez": kept & (fewest >= c.thresholds.mask_n),
        }
        parts.append(lay(c, lines, group, Ajustement.COMPARABLE, columns)[kept.ravel()])
    return pd.concat(parts, ignore_index=True)


def _weighed(rows: Rows, figures: Indices) -> tuple[Indices, Indices]:
    """List the entries of some figures: place of each in `figures`, and its entry of `rows`."""
    first = np.searchsorted(rows.owner, figures)
    length = np.searchsorted(rows.owner, figures + 1) - first
    term = np.repeat(np.arange(len(first)), length)
    return term, np.arange(len(term)) - np.repeat(np.cumsum(length) - length - first, length)


def _homes_alike(c: Comparison, rows: Rows, figures: Indices) -> Floats:
    """Count the résidences that some combinations of figures weigh, each once."""
    term, entry = _weighed(rows, figures.ravel())
    homes = int(c.design.home.max(initial=-1)) + 1
    atom = rows.atom[entry]
    owner = term // figures.shape[1] * homes + c.design.home[atom]
    keys, at = np.unique(owner, return_inverse=True)
    n = np.where(rows.coefficient[entry] > 0, c.sums.n[atom], 0.0)
    there = (indicator(at, len(keys)) @ n > 0).astype(float) * c.design.clustered
    out: Floats = indicator(keys // homes, len(figures)) @ there
    return out


def _taylor(c: Comparison, like: Domains, figures: Indices, signs: Floats) -> Floats:
    """Taylor variance of Σ sign · figure, (combinations, items): factors are taken as known weights."""
    rows, width = like.rows, figures.shape[1]
    term, entry = _weighed(rows, figures.ravel())
    atom, mean = rows.atom[entry], like.exact[figures.ravel()][term]
    score = c.sums.total[atom] - mean * c.sums.base[atom]
    score = score * rows.coefficient[entry] * signs[term % width, None]
    place = term // width * len(c.design.atoms) + atom
    return linear_variance(c.sums, place, score, None, len(figures))


def freedom(c: Comparison, lines: Indices) -> Floats:
    """Degrees of freedom: units − strata among the valid answers of the bailleur, (lines, items)."""
    universe = c.numbers("universe")[lines]
    member = c.means.member[universe]
    for k in range(1, len(c.population)):
        member = member + c.means.member[universe + k * (len(c.means.n) // len(c.population))]
    whole = domain_means(c.sums, member)
    return whole.units - whole.strata


def _homes(c: Comparison, domains: Indices) -> Floats:
    """Count the résidences of some figures, each once."""
    member = sum(
        (c.means.member[domains[:, k]] for k in range(1, domains.shape[1])),
        c.means.member[domains[:, 0]],
    )
    return domain_means(c.sums, member).shown_clusters


def alarm(comparison: Comparison) -> list[float]:
    """Return, question by question, R's error of the gap of the whole over the pooled one.

    Both are of the service: above 1, résidences differ between them more than was supposed.
    """
    c = comparison
    line = c.totals[:1]
    if not c.design.clustered or not len(line):
        return []
    sides = c.sides[line]
    taylor = contrast_variance(c.means, Contrasts.of(sides, [1.0, -1.0]))[0]
    spread = dispersion(c.sums, c.domains.rows, c.population[0].likeness).total
    level = c.means.estimate[sides[0]]
    pooled = (level * (1 - level) * spread[sides[0]]).sum(axis=0)
    shown = c.shown[line[0]] & (pooled > 0)
    ratios: list[float] = np.sqrt(taylor[shown] / pooled[shown]).tolist()
    return ratios
