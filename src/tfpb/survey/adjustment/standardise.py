"""Like with like: direct standardisation on the composition of the stock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.arrays import divided
from tfpb.model.codes import TOTAL, Ajustement
from tfpb.survey.estimation.means import (
    Contrasts,
    atoms_of,
    contrast_variance,
    domain_means,
    membership,
    standard_error,
)
from tfpb.survey.estimation.pooled import contrast_spread, smoothed
from tfpb.survey.estimation.release import Sides
from tfpb.survey.estimation.rows import adjusted_rows
from tfpb.survey.reading.counted_tables import empty_cells, read_counts
from tfpb.survey.reading.delivery_columns import as_frame, find_column, place_in, texts
from tfpb.survey.verdicts import MASKED
from tfpb.text import fold
from tfpb.words.survey.survey_words import ROW_LABELS, STANDARD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.estimation.means import Means
    from tfpb.survey.reading.delivery_columns import AnyTable


_REPORTED_UNDER: Final = 0.995
_COUNT_NAMES: Final = ("effectif", "logements", "nb_logements", "poids", "part")
_JOIN: Final = "\x1f"
Standard: TypeAlias = "dict[tuple[str, ...], float]"
"""Categories, one a variable, folded → count of the standard population."""


def standardised_rows(
    comparison: Comparison, variables: Sequence[str], reference: Standard | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of the comparison at equal composition, and the common support of each bailleur.

    All sides are averaged over the cells that each of them knows, weighted by the standard: their gap
    is what is left once composition is equal. A side knows a cell when it holds there as many
    résidences and answers as a published figure needs at least: a lone résidence shows no variance,
    and two supports that differ by a small cell would disclose it. The standard's own sampling error
    is not counted (as in R's ``svystandardize``).

    Parameters
    ----------
    comparison : Comparison
    variables : sequence of str
        Columns of the atoms: type of dwelling, period of construction…
    reference : Standard, optional
        Of a file (`read_standard`); without it the standard is the joint weighted distribution of the later
        wave, all bailleurs.
    """
    c = comparison
    cell, standard = composition(c, variables, reference)
    lines = np.flatnonzero(c.shown.any(axis=1))
    used = np.unique(c.sides[lines])
    # each side is split by cell once, however many groups share it: `part[domain, cell]`
    part = np.full((len(c.means.n), len(standard)), -1, dtype=np.intp)
    sets: list[Indices] = []
    for g in used.tolist():
        atoms = atoms_of(c.means.member, g)
        for s in np.unique(cell[atoms][cell[atoms] >= 0]).tolist():
            part[g, s] = len(sets)
            sets.append(atoms[cell[atoms] == s])
    means = domain_means(c.sums, membership(sets, len(cell)))
    least = c.thresholds
    enough = (means.n >= least.mask_n) & (means.clusters >= least.min_clusters)
    known = np.vstack([enough, np.zeros((1, enough.shape[1]), dtype=bool)])[part]
    common = np.all(known[c.sides[lines]], axis=1)  # lines × cells × items
    weight = common * standard[:, None]
    share = weight.sum(axis=1, keepdims=True)
    weight = weight / np.where(share > 0, share, 1.0)
    shape = (len(c.sides), len(c.figures), enough.shape[1])
    values, se = np.full(shape, np.nan), np.full(shape, np.nan)
    contrasts = _contrasts(part[c.sides[lines]], weight, c.signs)
    wanted = np.broadcast_to(share > 0, (len(lines), *shape[1:]))
    variance = contrast_variance(means, contrasts).reshape(wanted.shape)
    values[lines] = np.where(wanted, contrasts.values(means).reshape(wanted.shape), np.nan)
    se[lines] = np.where(wanted, standard_error(variance), np.nan)
    support = np.full((shape[0], shape[2]), np.nan)
    support[lines] = _support(c, means, part, lines, common)
    sides, n, clusters = _sides(c, means, part[c.sides[lines]], weight, lines, wanted[:, 0])
    every = [sides] * len(c.figures)
    rests_on = (n, clusters)
    rows = adjusted_rows(c, Ajustement.STANDARDISE, values, se, support, every, rests_on=rests_on)
    return rows, _notices(c, support)


def _sides(
    c: Comparison, means: Means, parts: Indices, weight: Floats, lines: Indices, wanted: Flags
) -> tuple[Sides, Floats, Floats]:
    """Return each side at the standard's composition, by the pooled rule, and what it rests on.

    Its correlation is that of the raw answers, on the cautious side: within a type and a period,
    résidences are more alike. It rests on the interviews and résidences of the common cells alone: how
    uneven they are is read at those numbers, known to a tenth of the side's: their exact count would
    tell how many answers lie in the other cells.
    """
    count, width = c.sides.shape
    items = means.n.shape[1]
    values, effective = np.full((2, count, width, items), np.nan)
    terms = _contrasts(parts, weight, np.eye(width))
    spread = contrast_spread(means, terms)
    values[lines] = np.where(
        wanted[:, None], terms.values(means).reshape(len(lines), width, items), np.nan
    )
    flat = c.sides[lines].ravel()
    least = c.thresholds
    n, clusters = (
        _part_held(*counts, c.sides, lines, parts, weight)
        for counts in (
            (means.n, c.means.n, least.mask_n),
            (means.shown_clusters, c.means.shown_clusters, least.min_clusters),
        )
    )
    answers, homes = (v[lines].reshape(-1, items) for v in (n, clusters))
    kinds = np.tile(np.arange(width), len(lines))
    spread = smoothed(spread, answers, homes, kinds, at_least=False)
    found = 1 / spread.design(c.correlation[flat])
    effective[lines] = found.reshape(len(lines), width, items)
    return Sides(values, effective), n, clusters


def _part_held(
    held: Floats,
    whole: Floats,
    least: int,
    sides: Indices,
    lines: Indices,
    parts: Indices,
    weight: Floats,
) -> Floats:
    """Return the numbers of each side in the cells that weigh, to a tenth of its own; else its own.

    Each such cell holds `least` or more.
    """
    own = whole[sides]
    none = np.zeros((1, held.shape[1]))
    used = np.where(weight[:, None] > 0, np.vstack([held, none])[parts], 0.0).sum(axis=2)
    near = np.round(used / np.maximum(own[lines], 1.0), 1) * own[lines]
    own[lines] = np.where(np.any(weight, axis=1)[:, None], np.maximum(near, least), own[lines])
    return own


def composition(
    comparison: Comparison, variables: Sequence[str], reference: Standard | None
) -> tuple[Indices, Floats]:
    """Return the adjustment cell of each atom (−1 when a variable is unknown) and the standard.

    The standard is the share of each cell (it sums to 1); see `standardised_rows`.
    """
    c = comparison
    keys = [c.design.atoms[v].astype(str).to_numpy(dtype=object) for v in variables]
    known = np.all([k != "" for k in keys], axis=0)
    joined = np.array([_JOIN.join(values) for values in zip(*keys, strict=True)], dtype=object)
    cell, names = pd.factorize(joined, sort=True)
    if reference is None:
        weight = np.where(c.standard & known, c.sums.weight[:, 0], 0.0)
        total = np.bincount(cell, weights=weight, minlength=len(names))
    else:
        total = np.array([reference.get(_key(str(n)), 0.0) for n in names])
    return np.where(known, cell, -1), total / (total.sum() or 1.0)


def _key(name: str) -> tuple[str, ...]:
    return tuple(fold(p) for p in name.split(_JOIN))


def read_standard(reference: AnyTable, variables: Sequence[str]) -> tuple[Standard, list[Fault]]:
    """Read a standard population.

    Parameters
    ----------
    reference : DataFrame or ReadTable
        The variables and a count (`effectif`, `logements`…); rows of one category are added.
    variables : sequence of str

    Returns
    -------
    dict, list of Fault
        Folded categories, one a variable → count; a column that lacks or a count that cannot be read is a
        fault, a row that lacks a category a doubt: its count is left out.
    """
    frame = as_frame(reference)
    count = find_column(frame, _COUNT_NAMES)
    found = {v: find_column(frame, (v,)) for v in variables}
    headers = ", ".join(str(c) for c in frame.columns)
    lacking = {v: STANDARD_VARIABLE for v, c in found.items() if c is None}
    lacking |= {_COUNT_NAMES[0]: ROW_LABELS[_COUNT_NAMES[0]]} if count is None else {}
    where = replace(place_in(reference, 0), row=0) if len(frame) else Place()
    if count is None or lacking:
        return {}, [
            Fault(
                "colonne_absente",
                where,
                "",
                {"colonne": name, "signification": label, "lues": headers},
            )
            for name, label in lacking.items()
        ]
    columns = [str(found[v]) for v in variables]
    values, faults = read_counts(reference, count)
    for column in columns:
        faults += empty_cells(reference, column, STANDARD_VARIABLE, severity=Severity.DOUTE)
    cells = zip(*(texts(frame, c) for c in columns), strict=True)
    out: Standard = {}
    for cell, value in zip(cells, values, strict=True):
        if all(cell):
            key = tuple(fold(str(c)) for c in cell)
            out[key] = out.get(key, 0.0) + float(value)
    return out, faults


def lacking_categories(
    frame: pd.DataFrame, variables: Sequence[str], reference: Standard
) -> list[Fault]:
    """Doubt a standard that has no count for categories of the survey: their interviews stay out."""
    cells = frame[list(variables)].astype(str).drop_duplicates()
    cells = cells[(cells != "").all(axis=1)]
    rows = sorted(cells.itertuples(index=False, name=None))
    absent = [row for row in rows if not reference.get(tuple(fold(p) for p in row), 0.0) > 0]
    if not absent:
        return []
    fields = {"nombre": len(absent), "variables": ", ".join(variables)}
    got = " × ".join(absent[0])
    return [Fault("standard_incomplet", got=got, fields=fields, severity=Severity.DOUTE)]


def _contrasts(parts: Indices, weight: Floats, signs: Floats) -> Contrasts:
    """Write figures of some groups as combinations of the means of cells.

    Parameters
    ----------
    parts : int array, shape (lines, sides, cells)
        Domain of each cell of each side, −1 when nobody is there.
    weight : float array, shape (lines, cells, items)
    signs : float array, shape (figures, sides)
    """
    held = (parts >= 0) & np.any(weight, axis=2)[:, None, :]
    used = held[:, None] & (signs != 0)[None, :, :, None]  # lines × figures × sides × cells
    line, figure, side, cell = np.nonzero(used)
    return Contrasts(
        owner=line * len(signs) + figure,
        domain=parts[line, side, cell],
        coefficient=signs[figure, side][:, None] * weight[line, cell],
        count=len(parts) * len(signs),
    )


def _support(c: Comparison, means: Means, part: Indices, lines: Indices, common: Flags) -> Floats:
    """Return the share of the QPV sample that has its like on all sides (the least of two waves)."""
    base = np.vstack([means.base, np.zeros((1, means.base.shape[1]))])
    shares = []
    for k in range(0, c.sides.shape[1], 2):
        domains = c.sides[lines, k]
        held = np.where(common, base[part[domains]], 0.0).sum(axis=1)
        total = c.means.base[domains]
        shares.append(divided(held, total))
    return np.asarray(np.min(shares, axis=0))


def _notices(c: Comparison, support: Floats) -> list[Fault]:
    """Report the common support of bailleurs, over all their answers (territories have it by row)."""
    notices = []
    shown_items = c.shown
    for k, (level, bailleur) in enumerate(zip(c.index["niveau"], c.index["bailleur"], strict=True)):
        shown = support[k, np.flatnonzero(shown_items[k])]
        hidden = any((figure.state[k] >= MASKED).any() for figure in c.figures)
        if level != TOTAL or hidden or not len(shown):
            continue
        share = float(np.median(shown))
        if share < _REPORTED_UNDER:
            fields = {"vague": c.vague, "bailleur": bailleur, "part_pct": round(100 * share)}
            notices.append(Fault("support_commun", fields=fields, severity=Severity.DOUTE))
    return notices
