"""Like with like: direct standardisation on the composition of the stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.model.codes import TOTAL, Ajustement
from tfpb.survey.adjustment.composition import composition
from tfpb.survey.estimation.domains import Contrasts, Domains
from tfpb.survey.estimation.estimate import contrast_variance, domain_means
from tfpb.survey.estimation.intervals import standard_error
from tfpb.survey.verdicts import MASKED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.survey.estimation.domains import Means
    from tfpb.survey.estimation.opposition import Opposition

    Floats = NDArray[np.float64]

_SAID_UNDER: Final = 0.995
_AT_ONCE: Final = 150_000
"""Atoms whose scores are held together, all items of them."""

_Cells = dict[int, list[tuple[int, int]]]
"""Domain of a side → (adjustment cell, domain of that cell) of each cell met."""


def standardised_rows(
    opposed: Opposition, variables: Sequence[str], reference: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of the comparison at equal composition, and the common support of each bailleur.

    All sides are averaged over the cells that each of them knows, weighted by the standard: their gap
    is what is left once composition is equal. A side knows a cell when it holds there as many
    résidences and answers as a published figure needs at least: a lone résidence shows no variance,
    and two supports that differ by a small cell would tell of it. The standard's own sampling error
    is not counted (as in R's ``svystandardize``).
    """
    design, sums = opposed.design, opposed.sums
    weight = np.where(opposed.standard, sums.weight[:, 0], 0.0)
    parts = composition(design.atoms, weight, variables, reference)
    blocks = np.flatnonzero(opposed.shown.any(axis=1))
    cells, sets = _cell_domains(opposed, parts.cell, np.unique(opposed.sides[blocks]))
    domains = Domains.of(sets, design.size)
    means = domain_means(design, sums, domains)
    known = _known_cells(opposed, cells, means, len(parts.standard))
    shape = (len(opposed.sides), len(opposed.readings), sums.total.shape[1])
    values, se = np.full(shape, np.nan), np.full(shape, np.nan)
    for some in _batches(opposed, blocks):
        common = np.stack([_common(opposed, known, k) for k in some])
        share = (common * parts.standard[:, None]).sum(axis=1)
        weights = common * parts.standard[:, None] / np.where(share > 0, share, 1.0)[:, None]
        contrasts = _contrasts(opposed, cells, some, weights)
        wanted = np.repeat((share > 0)[:, None, :], shape[1], axis=1)
        found = contrasts.values(means).reshape(wanted.shape)
        variance = contrast_variance(design, sums, domains, means, contrasts)
        values[some] = np.where(wanted, found, np.nan)
        se[some] = np.where(wanted, standard_error(variance.reshape(wanted.shape)), np.nan)
    support = _support(opposed, cells, known, means, blocks)
    rows = opposed.rows(Ajustement.STANDARDISE, values, se, support)
    return rows, _notices(opposed, support)


def _cell_domains(
    opposed: Opposition, cell: NDArray[np.intp], sides: NDArray[np.intp]
) -> tuple[_Cells, list[NDArray[np.intp]]]:
    """Split each side by cell, once however many blocks share it."""
    sets: list[NDArray[np.intp]] = []
    cells: _Cells = {}
    for g in sides.tolist():
        atoms = opposed.atoms(g)
        here = cell[atoms]
        cells[g] = []
        for s in np.unique(here[here >= 0]).tolist():
            cells[g].append((s, len(sets)))
            sets.append(atoms[here == s])
    return cells, sets


def _known_cells(
    opposed: Opposition, cells: _Cells, means: Means, count: int
) -> dict[int, NDArray[np.bool_]]:
    """Tell which cells each side knows, item by item: arrays of shape (cells, items)."""
    least = opposed.frame.thresholds
    enough = means.n >= least.mask_n
    if opposed.frame.clustered:
        enough &= means.clusters >= least.min_clusters
    out = {}
    for g, met in cells.items():
        out[g] = np.zeros((count, enough.shape[1]), dtype=bool)
        for s, domain in met:
            out[g][s] = enough[domain]
    return out


def _common(
    opposed: Opposition, known: dict[int, NDArray[np.bool_]], block: int
) -> NDArray[np.bool_]:
    """Tell which cells all the sides of a block know."""
    out: NDArray[np.bool_] = np.all([known[g] for g in opposed.sides[block].tolist()], axis=0)
    return out


def _batches(opposed: Opposition, blocks: NDArray[np.intp]) -> Iterator[list[int]]:
    """Cut blocks so that few enough atoms are held together."""
    size = np.diff(opposed.domains.start)
    batch: list[int] = []
    held = 0
    for k in blocks.tolist():
        more = int(size[opposed.sides[k]].sum()) * 2
        if batch and held + more > _AT_ONCE:
            yield batch
            batch, held = [], 0
        batch.append(k)
        held += more
    if batch:
        yield batch


def _contrasts(
    opposed: Opposition, cells: _Cells, blocks: Sequence[int], weights: Floats
) -> Contrasts:
    """Write every reading of some blocks as a combination of the means of cells.

    Parameters
    ----------
    weights : float array, shape (blocks, cells, items)
    """
    readings, measures = len(opposed.readings), weights.shape[2]
    owner, domain, coefficient = [], [], []
    for at, k in enumerate(blocks):
        for side, g in enumerate(opposed.sides[k].tolist()):
            for s, cell in cells[g]:
                if not weights[at, s].any():
                    continue
                for r in np.flatnonzero(opposed.signs[:, side]).tolist():
                    owner.append(at * readings + r)
                    domain.append(cell)
                    coefficient.append(opposed.signs[r, side] * weights[at, s])
    terms = np.array(coefficient) if coefficient else np.zeros((0, measures))
    return Contrasts(
        np.array(owner, dtype=np.intp),
        np.array(domain, dtype=np.intp),
        terms,
        len(blocks) * readings,
    )


def _support(
    opposed: Opposition,
    cells: _Cells,
    known: dict[int, NDArray[np.bool_]],
    means: Means,
    blocks: NDArray[np.intp],
) -> Floats:
    """Return the share of the QPV sample that has its like on all sides (the least of two waves)."""
    shape = (len(opposed.sides), opposed.sums.base.shape[1])
    support = np.full(shape, np.nan)
    for k in blocks.tolist():
        common = _common(opposed, known, k)
        shares = []
        for g in opposed.sides[k, ::2].tolist():
            held = np.zeros(shape[1])
            for s, domain in cells[g]:
                held += np.where(common[s], means.base[domain], 0.0)
            total = opposed.sums.base[opposed.atoms(g)].sum(axis=0)
            shares.append(np.divide(held, total, out=np.zeros(shape[1]), where=total > 0))
        support[k] = np.min(shares, axis=0)
    return support


def _notices(opposed: Opposition, support: Floats) -> list[Fault]:
    """Say the common support of bailleurs, over all their answers (territories say it row by row)."""
    notices = []
    for k, block in enumerate(opposed.frame.blocks):
        told = [support[k, j] for j in np.flatnonzero(opposed.shown[k])]
        hidden = any((r.state[k] >= MASKED).any() for r in opposed.readings)
        if block.niveau != TOTAL or hidden or not told:
            continue
        share = float(np.median(told))
        if share < _SAID_UNDER:
            fields = {
                "vague": opposed.frame.wave,
                "bailleur": block.bailleur,
                "part_pct": round(100 * share),
            }
            notices.append(Fault("support_commun", fields=fields, severity=Severity.DOUTE))
    return notices
