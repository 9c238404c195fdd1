"""Which cells to mask so that no masked cell can be worked out from those left."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from tfpb.model.codes import ENSEMBLE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tfpb.survey.secrecy.cells import Cell, Cells

_TOLERANCE: Final = 1e-7


def complement_masks(cells: Cells, masking_n: int, previous: frozenset[Cell]) -> frozenset[Cell]:
    """Mask small cells, then their complements.

    Parameters
    ----------
    cells : Cells
        Counts and sums of everything the run shows.
    masking_n : int
        Cells with 1 to `masking_n` − 1 answers are masked.
    previous : frozenset of Cell
        Cells masked before: masked again.

    Returns
    -------
    frozenset of Cell

    Notes
    -----
    Three rules, applied until none asks for more. In every sum that holds a masked cell: at least
    two are masked, and those masked hold together at least `masking_n` answers (their total is
    known). And over all sums together, no masked cell is determined by the linear system of what is
    shown. The cell added is each time the smallest that is left.
    """
    small = {c for c, n in cells.count.items() if 0 < n < masking_n} - cells.known
    masked = small | {c for c in previous if c in cells.count}
    if not masked:
        return frozenset()
    for sums in _systems(cells).values():
        members = {c for s in sums for c in s}
        if here := masked & members:
            implied = members - cells.shown - cells.known
            masked |= _protect_system(sums, here, implied, cells, masking_n)
    return frozenset(masked)


def _systems(cells: Cells) -> dict[tuple[str, str], list[tuple[Cell, ...]]]:
    """Group the sums by wave and item: nothing ties two of these groups."""
    systems: dict[tuple[str, str], list[tuple[Cell, ...]]] = defaultdict(list)
    for total, parts in cells.sums:
        systems[total.vague, total.item].append((total, *parts))
    return systems


def _protect_system(
    sums: list[tuple[Cell, ...]],
    masked: set[Cell],
    implied: set[Cell],
    cells: Cells,
    masking_n: int,
) -> set[Cell]:
    """Add complements within one wave and item. Each sum is (total, *parts).

    Implied cells stand in no table: they are unknown from the start, and need no protection of
    their own unless they are small.
    """
    masked = set(masked)
    holders: dict[Cell, list[int]] = defaultdict(list)
    for k, members in enumerate(sums):
        for cell in members:
            holders[cell].append(k)
    pending = {k for c in masked for k in holders[c]}
    while True:
        while pending:
            k = min(pending)
            pending.discard(k)
            added = _settle_sum(sums[k], masked, implied, cells, masking_n)
            if added is not None:
                masked.add(added)
                pending |= set(holders[added])
        chosen: set[Cell] = set()
        for shown in _revealing(sums, masked, implied, cells):
            if chosen.isdisjoint(shown) and (c := _cheapest(shown, masked, cells)) is not None:
                chosen.add(c)
        if not chosen:  # nothing is determined, or all that reveals it is empty
            return masked
        masked |= chosen
        pending |= {k for c in chosen for k in holders[c]}


def _settle_sum(
    members: tuple[Cell, ...],
    masked: set[Cell],
    implied: set[Cell],
    cells: Cells,
    masking_n: int,
) -> Cell | None:
    """Return the cell to mask so that one sum discloses nothing; None when it does not.

    What is shown of a sum, subtracted, discloses its unknown part as a whole: that whole must not be
    a small set of people either. When the total itself is unknown, the whole is a difference that
    describes no set of people.
    """
    total, *parts = members
    unknown = [c for c in members if (c in masked or c in implied) and cells.count[c] > 0]
    if masked.isdisjoint(unknown):
        return None
    whole = sum(cells.count[c] for c in parts if c in masked or c in implied)
    thin = total not in masked and whole < masking_n
    return _cheapest(members, masked, cells) if len(unknown) == 1 or thin else None


def _cheapest(members: Iterable[Cell], masked: set[Cell], cells: Cells) -> Cell | None:
    """Return the smallest shown cell that can still be masked (an empty one hides nothing).

    Those over everyone come last.
    """
    left = {c for c in members if c in cells.shown and c not in masked and cells.count[c] > 0}
    return min(left, key=lambda c: (_everyone(c), cells.count[c], c), default=None)


def _everyone(cell: Cell) -> bool:
    """Return whether a cell is over all bailleurs and territories: masked last, everyone reads it."""
    return cell.niveau == TOTAL and cell.bailleur == ENSEMBLE


def _revealing(
    sums: list[tuple[Cell, ...]], masked: set[Cell], implied: set[Cell], cells: Cells
) -> list[set[Cell]]:
    """List what determines masked cells: the shown cells that a subtraction would use.

    Returns
    -------
    list of set of Cell
        One set a masked cell that is determined: masking one of its cells hinders the subtraction.
    """
    unknown = sorted(c for c in masked | implied if cells.count[c] > 0)
    column = {c: j for j, c in enumerate(unknown)}
    kept = [members for members in sums if any(c in column for c in members)]
    if not kept:
        return []
    entries = [
        (k, column[cell], -1.0 if at else 1.0)
        for k, members in enumerate(kept)
        for at, cell in enumerate(members)
        if cell in column
    ]
    row, unknown_at, sign = map(np.array, zip(*entries, strict=True))
    matrix = sparse.csr_array((sign, (row, unknown_at)), shape=(len(kept), len(unknown)))
    _, label = connected_components(abs(matrix).T @ abs(matrix), directed=False)
    of_row = label[matrix.indices[matrix.indptr[:-1]]]
    found = []
    for part in dict.fromkeys(of_row.tolist()):  # parts of the system that share no unknown
        rows, columns = np.flatnonzero(of_row == part), np.flatnonzero(label == part)
        for j, weights in determined_columns(matrix[rows][:, columns].toarray()):
            if unknown[columns[j]] in masked:
                found.append(_left_over([kept[k] for k in rows], weights, column))
    return found


def _left_over(
    sums: list[tuple[Cell, ...]], weights: NDArray[np.float64], column: dict[Cell, int]
) -> set[Cell]:
    """Return the known cells of a combination of sums, those that cancel out left aside."""
    total: dict[Cell, float] = defaultdict(float)
    for k in np.flatnonzero(np.abs(weights) > _TOLERANCE):
        for at, cell in enumerate(sums[k]):
            if cell not in column:
                total[cell] += -float(weights[k]) if at else float(weights[k])
    return {c for c, value in total.items() if abs(value) > _TOLERANCE}


def determined_columns(
    matrix: NDArray[np.float64],
) -> list[tuple[int, NDArray[np.float64]]]:
    """List the unknowns that ``matrix @ x = known`` determines, and by which combination of rows.

    In the reduced row echelon form, an unknown is determined when it leads a row that holds nothing
    else (Gauss-Jordan with partial pivoting; entries are 0 and ±1, so that nothing is lost to
    rounding). The rows' own identity, carried along, gives the combination.
    """
    rows, columns = matrix.shape
    reduced = np.hstack([matrix.astype(float), np.eye(rows)])
    leads: list[int] = []
    for j in range(columns):
        rank = len(leads)
        if rank == rows:
            break
        best = rank + int(np.abs(reduced[rank:, j]).argmax())
        if abs(reduced[best, j]) <= _TOLERANCE:
            continue
        if best != rank:
            reduced[[rank, best]] = reduced[[best, rank]]
        reduced[rank] /= reduced[rank, j]
        others = np.flatnonzero(np.abs(reduced[:, j]) > _TOLERANCE)
        others = others[others != rank]
        held = np.flatnonzero(reduced[rank])  # few: sums share few cells
        reduced[np.ix_(others, held)] -= np.outer(reduced[others, j], reduced[rank, held])
        leads.append(j)
    left = (np.abs(reduced[:, :columns]) > _TOLERANCE).sum(axis=1)
    return [(j, reduced[k, columns:]) for k, j in enumerate(leads) if left[k] == 1]
