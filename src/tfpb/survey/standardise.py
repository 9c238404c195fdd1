"""Like with like: direct standardisation on the composition of the stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import TOTAL, Ajustement, Groupe
from tfpb.survey.estimate import Contrasts, Domains, contrast_variance, domain_means
from tfpb.survey.intervals import standard_error
from tfpb.survey.rows import Frame, gap_rows, group_rows
from tfpb.survey.verdicts import FRAGILE, MASKED
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tfpb.survey.blocks import Block
    from tfpb.survey.design import Design
    from tfpb.survey.wave import WaveResult

    Floats = NDArray[np.float64]

_ENOUGH_SUPPORT: Final = 0.8
"""Under this share of the QPV sample in common support, a standardised row is flagged."""
_SAID_UNDER: Final = 0.995
_COUNT_NAMES: Final = ("effectif", "logements", "nb_logements", "poids", "part")


@dataclass(frozen=True, slots=True)
class Composition:
    """Cells of the adjustment variables, and the weight each has in the standard.

    Parameters
    ----------
    cell : int array, shape (atoms,)
        Cell of each atom; -1 when a variable is unknown.
    standard : float array, shape (cells,)
        Share of each cell in the standard population (sums to 1).
    """

    cell: NDArray[np.intp]
    standard: Floats


def composition(
    design: Design,
    weight: Floats,
    variables: Sequence[str],
    reference: pd.DataFrame | None = None,
) -> Composition:
    """Cut atoms into cells and weigh them by a standard.

    Parameters
    ----------
    design : Design
        Its atoms hold the variables.
    weight : float array, shape (atoms, 1)
        Weighted interviews of each atom.
    variables : sequence of str
    reference : DataFrame, optional
        The variables and a count (`effectif` or `logements`); without it the standard is the joint
        weighted distribution of the whole wave's sample.
    """
    atoms = design.atoms
    known = np.all([atoms[v].astype(str).to_numpy() != "" for v in variables], axis=0)
    keys = [atoms[v].astype(str).to_numpy(dtype=object) for v in variables]
    joined = np.array(["\x1f".join(t) for t in zip(*keys, strict=True)], dtype=object)
    cell, names = pd.factorize(joined, sort=True)
    cell = np.where(known, cell, -1)
    if reference is None:
        total = np.bincount(cell[known], weights=weight[known, 0], minlength=len(names)).astype(
            float
        )
    else:
        counts = _reference_counts(reference, variables)
        total = np.array(
            [counts.get(tuple(fold(p) for p in str(n).split("\x1f")), 0.0) for n in names]
        )
    share = total / total.sum() if total.sum() > 0 else total
    return Composition(cell.astype(np.intp), share)


def _reference_counts(
    reference: pd.DataFrame, variables: Sequence[str]
) -> dict[tuple[str, ...], float]:
    folded = {fold(str(c)): str(c) for c in reference.columns}
    count = next((folded[n] for n in map(fold, _COUNT_NAMES) if n in folded), None)
    columns = [folded.get(fold(v)) for v in variables]
    if count is None or any(c is None for c in columns):
        return {}
    out: dict[tuple[str, ...], float] = {}
    values = pd.to_numeric(reference[count].astype(str).str.replace(",", "."), errors="coerce")
    for *parts, number in zip(*(reference[c] for c in columns), values, strict=True):
        key = tuple(fold(str(p)) for p in parts)
        out[key] = out.get(key, 0.0) + (0.0 if np.isnan(number) else float(number))
    return out


def standardised_rows(
    result: WaveResult, variables: Sequence[str], reference: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of the comparison at equal composition, and the common support of each bailleur.

    Both sides are averaged over the cells where both have answers, weighted by the standard: their
    gap is what is left once composition is equal. The standard's own sampling error is not counted
    (as in R's ``svystandardize``).
    """
    frame = result.frame
    blocks = [b for b in frame.blocks if b.niveau == TOTAL]
    parts = composition(result.design, result.sums.weight, variables, reference)
    sets, owners = _cell_domains(result.domains, blocks, parts)
    domains = Domains.of(sets, result.design.size)
    means = domain_means(result.design, result.sums, domains)
    share, contrasts = _contrasts(means.base, owners, parts.standard, len(blocks))
    values = contrasts.values(means)
    values[np.repeat(share, 3, axis=0) <= 0] = np.nan
    variance = contrast_variance(result.design, result.sums, domains, means, contrasts)
    se = standard_error(variance)
    support, notices = _support(result, blocks, owners, sets)
    layout = Frame(frame.wave, blocks, frame.items, frame.thresholds, clustered=frame.clustered)
    rows = []
    index = {name: np.array([getattr(b, name) for b in blocks]) for name in ("qpv", "hors")}
    weak = np.where(support < _ENOUGH_SUPPORT, FRAGILE, 0)[:, None]
    df = result.df[[frame.blocks.index(b) for b in blocks]]
    for k, (group, name) in enumerate(((Groupe.QPV, "qpv"), (Groupe.HORS_QPV, "hors"))):
        g = index[name]
        state = np.maximum(result.state[g], weak)
        rows.append(
            group_rows(
                layout,
                group.value,
                Ajustement.STANDARDISE.value,
                estimate=values[k::3],
                se=se[k::3],
                df=df,
                n=result.means.n[g],
                clusters=result.shown_clusters(g),
                state=uncomputable_where_nan(state, values[k::3]),
            )
        )
    q, h = index["qpv"], index["hors"]
    state = np.maximum(np.maximum(result.state[q], result.state[h]), weak)
    rows.append(
        gap_rows(
            layout,
            Groupe.ECART.value,
            Ajustement.STANDARDISE.value,
            estimate=values[2::3],
            se=se[2::3],
            df=df,
            n=result.means.n[q] + result.means.n[h],
            clusters=result.union_clusters(q, h),
            state=state,
        )
    )
    return pd.concat(rows, ignore_index=True), notices


def uncomputable_where_nan(state: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    """Mark as not computable what has no estimate, unless it is hidden anyway."""
    out: NDArray[np.int64] = np.where(np.isnan(values) & (state < MASKED), 3, state)
    return out


def _cell_domains(
    domains: Domains, blocks: Sequence[Block], parts: Composition
) -> tuple[list[NDArray[np.intp]], list[tuple[int, int, int]]]:
    """Split both sides of each block by cell: (atom sets, (block, side, cell) of each)."""
    sets, owners = [], []
    for k, block in enumerate(blocks):
        for side, g in ((1, block.qpv), (0, block.hors)):
            atoms = domains.atoms[domains.start[g] : domains.start[g + 1]]
            cells = parts.cell[atoms]
            for s in np.unique(cells[cells >= 0]):
                sets.append(atoms[cells == s])
                owners.append((k, side, int(s)))
    return sets, owners


def _contrasts(
    base: Floats, owners: list[tuple[int, int, int]], standard: Floats, count: int
) -> tuple[Floats, Contrasts]:
    """Weigh cells met on both sides by the standard: (share of the standard kept, combinations).

    Combinations come by three: QPV, hors QPV, gap.
    """
    measures = base.shape[1]
    filled = np.zeros((count, 2, len(standard), measures), dtype=bool)
    for g, (k, side, s) in enumerate(owners):
        filled[k, side, s] = base[g] > 0
    both = filled.all(axis=1)
    share = (both * standard[None, :, None]).sum(axis=1)
    weights = np.where(both, standard[None, :, None], 0.0)
    weights = weights / np.where(share > 0, share, 1.0)[:, None, :]
    owner, domain, coefficient = [], [], []
    for g, (k, side, s) in enumerate(owners):
        for row, sign in ((3 * k + (1 - side), 1.0), (3 * k + 2, 1.0 if side else -1.0)):
            owner.append(row)
            domain.append(g)
            coefficient.append(sign * weights[k, s])
    terms = np.array(coefficient) if coefficient else np.zeros((0, measures))
    return share, Contrasts(
        np.array(owner, dtype=np.intp), np.array(domain, dtype=np.intp), terms, 3 * count
    )


def _support(
    result: WaveResult,
    blocks: Sequence[Block],
    owners: list[tuple[int, int, int]],
    sets: list[NDArray[np.intp]],
) -> tuple[Floats, list[Fault]]:
    """Return the share of the QPV sample that has its like hors QPV, block by block."""
    weight = result.sums.weight[:, 0]
    sides: dict[tuple[int, int], dict[int, float]] = {}
    for (k, side, s), atoms in zip(owners, sets, strict=True):
        sides.setdefault((k, side), {})[s] = float(weight[atoms].sum())
    share = np.full(len(blocks), np.nan)
    notices = []
    for k, block in enumerate(blocks):
        qpv, hors = sides.get((k, 1), {}), sides.get((k, 0), {})
        total = float(weight[result.domain_atoms(block.qpv)].sum())
        if not total:
            continue
        share[k] = sum(w for s, w in qpv.items() if s in hors) / total
        if share[k] < _SAID_UNDER and (result.state[block.qpv] < MASKED).all():
            fields = {
                "vague": result.frame.wave,
                "bailleur": block.bailleur,
                "part_pct": round(100 * share[k]),
            }
            notices.append(Fault("support_commun", fields=fields, severity=Severity.DOUTE))
    return share, notices
