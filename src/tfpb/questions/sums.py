"""Rows that sum others, told by exact arithmetic: totals without the word, group rows of a stock.

Equal flats make a lattice where one row often equals the sum of two others: an equality counts only with
something that chance does not give (docs/designs/findings.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.questions.whole_table import WholeTable, in_cents, listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tfpb.model.arrays import Flags, Integers
    from tfpb.questions.finding import Finding

_LEAST_ROWS: Final = 2
_VARIES: Final = 0.03
"""How far the ratio of two measures varies in a block for the second sum to be news."""
_PARTS: Final = 60
"""Dwellings of a building of which amounts may all be multiples of one dwelling's."""
_LEAST_UNIT: Final = 1000
"""Cents of a unit under which any amount is near a multiple."""
_FILLED: Final = 0.9
"""Part of the rows that bear an identifier from which a blank is news."""
_MOST_ROUNDS: Final = 4
_LEAST_GROUPS: Final = 3
_GROUP_ROWS: Final = 3
_SHARED: Final = 0.6
"""Part of the group rows found that share a form, from which all rows of that form are taken."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A row and the contiguous rows that it equals, as positions among the rows that are no sum yet."""

    row: int
    first: int
    end: int


def sum_rows(table: WholeTable, apart: Collection[int] = ()) -> Iterator[Finding]:
    """Ask about rows that equal two or more contiguous rows above or below.

    Every measure that the row has must sum over the same rows, and one thing more: an identifier is blank
    where nearly all others are filled, the ratio of two measures varies by more than 3 % in the block, or
    the one measure has cents that no common unit explains. Sums of sums are found in further rounds. Rows
    in `apart` are in a question already.
    """
    measures = [h for h in table.measures if np.isfinite(table.numbers(h)).any()]
    if not measures or len(table.rows) <= _LEAST_ROWS:
        return
    grid = np.column_stack([in_cents(table.numbers(h)) for h in measures])
    there = np.column_stack([np.isfinite(table.numbers(h)) for h in measures])
    blanks = _key_blanks(table)
    active = np.flatnonzero(~np.isin(table.rows, list(apart)))
    found: dict[int, tuple[int, ...]] = {}
    for _ in range(_MOST_ROUNDS):
        met = _round(table, grid[active], there[active], blanks[active], active)
        if not met:
            break
        found |= met
        active = np.array([k for k in active.tolist() if k not in found])
    if found:
        at = sorted(found)
        used = [*at, *sorted({k for block in found.values() for k in block})]
        cells = [c for k in used for c in table.cells([k], measures)]
        names = listed(_name(table, k) for k in at)
        yield table.ask_rows("lignes_de_somme", at, seen={"exemples": names}, cells=cells)


def group_rows(table: WholeTable) -> Iterator[Finding]:
    """Ask about the rows of a stock that give a résidence as a whole above or under its buildings.

    Where the first or the last row equals the sum of the others, in three résidences or more and in half
    of those that have three rows or more; then every row that shares a form with most of these.
    """
    header = table.found.get("nb_logements", "")
    if table.source != "patrimoine" or not header or not table.group:
        return
    counts = in_cents(table.numbers(header))
    groups = [np.sort(g) for g in table.frame.groupby(table.group, sort=False).indices.values()]
    large = [g for g in groups if len(g) >= _GROUP_ROWS]
    alone = {int(g[0]) for g in groups if len(g) == 1}
    for end in (0, -1):
        found = [int(g[end]) for g in large if counts[g[end]] * 2 == counts[g].sum() > 0]
        if len(found) < _LEAST_GROUPS or 2 * len(found) < len(large):
            continue
        ends = {int(g[end]) for g in groups if len(g) > 1}
        at = sorted({*found, *_alike(table, found, ends, alone)})
        names = listed(_name(table, k) for k in at)
        cells = table.cells(range(len(counts)), [table.group, header])
        yield table.ask_rows("lignes_de_groupe", at, seen={"exemples": names}, cells=cells)
        return


def _round(
    table: WholeTable, grid: Integers, there: Flags, blanks: Flags, active: Integers
) -> dict[int, tuple[int, ...]]:
    """Find the rows that sum others among those left; each with its block, as positions of the table."""
    zeros = np.zeros((1, grid.shape[1]), dtype=np.int64)
    sums = np.concatenate([zeros, np.cumsum(grid, axis=0)])
    met: dict[int, tuple[_Block, bool]] = {}
    for column in range(grid.shape[1]):
        if (grid[:, column] < 0).any():
            continue
        for block in _equal_blocks(grid[:, column], sums[:, column]):
            if block.row in met or not _all_sum(block, grid, there, sums):
                continue
            proof = _proof(block, grid, there)
            if proof or blanks[block.row].any():
                met[block.row] = (block, proof)
    rows = set(met)
    proving = [k for k in range(blanks.shape[1]) if _blanks_are_sums(blanks[:, k], rows)]
    kept = [
        block
        for block, proof in met.values()
        if proof or (blanks[block.row, proving].any() and _is_whole(block, rows, table, active))
    ]
    if len(kept) == 1 and not met[kept[0].row][1] and kept[0].end - kept[0].first < _GROUP_ROWS:
        return {}
    return {int(active[b.row]): tuple(active[b.first : b.end].tolist()) for b in kept}


def _equal_blocks(values: Integers, sums: Integers) -> Iterator[_Block]:
    """List the blocks of two rows or more, just above or just below a row, that add up to it."""
    rows = np.flatnonzero(values > 0)
    start = np.searchsorted(sums, sums[rows] - values[rows], side="right") - 1
    hit = (start >= 0) & (start <= rows - _LEAST_ROWS)
    hit &= sums[np.maximum(start, 0)] == sums[rows] - values[rows]
    for row, first in zip(rows[hit].tolist(), start[hit].tolist(), strict=True):
        yield _Block(row, first, row)
    target = sums[rows + 1] + values[rows]
    end = np.searchsorted(sums, target, side="left")
    hit = (end < len(sums)) & (end >= rows + 1 + _LEAST_ROWS)
    hit &= sums[np.minimum(end, len(sums) - 1)] == target
    for row, last in zip(rows[hit].tolist(), end[hit].tolist(), strict=True):
        yield _Block(row, row + 1, last)


def _all_sum(block: _Block, grid: Integers, there: Flags, sums: Integers) -> bool:
    """Return whether every measure that the row holds sums over the block."""
    held = there[block.row]
    total = sums[block.end] - sums[block.first]
    return bool((grid[block.row] == total)[held].all())


def _proof(block: _Block, grid: Integers, there: Flags) -> bool:
    """Return whether the equality holds by more than the lattice of equal flats."""
    part = slice(block.first, block.end)
    held = np.flatnonzero(there[block.row] & (grid[block.row] > 0))
    for k, one in enumerate(held):
        for other in held[k + 1 :]:
            values = grid[part][:, [one, other]].astype(float)
            values = values[(values > 0).all(axis=1)]
            if len(values) >= _LEAST_ROWS:
                ratio = values[:, 1] / values[:, 0]
                if ratio.max() - ratio.min() > _VARIES * ratio.mean():
                    return True
    if len(held) > 1:
        return False
    values = grid[part, held[0]]
    return bool((values % 100).any()) and not _on_lattice(values[values > 0])


def _on_lattice(cents: Integers) -> bool:
    """Return whether amounts are multiples of one unit, but for the rounding of each."""
    least = int(cents.min())
    for parts in range(1, _PARTS + 1):
        unit = least / parts
        if unit < _LEAST_UNIT:
            return False
        times = np.rint(cents / unit)
        if (np.abs(cents - times * unit) <= 0.5 + 0.5 * times / parts).all():
            return True
    return False


def _key_blanks(table: WholeTable) -> Flags:
    """Return which identifiers each row lacks, of those that nearly all rows bear."""
    out = []
    for header in table.keys:
        blank = (table.frame[header] == "").to_numpy(dtype=bool)
        if blank.any() and blank.mean() <= 1 - _FILLED:
            out.append(blank)
    rows = len(table.rows)
    return np.column_stack(out) if out else np.zeros((rows, 1), dtype=bool)


def _blanks_are_sums(blank: Flags, sums: set[int]) -> bool:
    """Return whether most rows that lack an identifier are sums: a building without a letter is none."""
    lacking = np.flatnonzero(blank).tolist()
    return bool(lacking) and sum(k in sums for k in lacking) >= _SHARED * len(lacking)


def _is_whole(block: _Block, sums: set[int], table: WholeTable, active: Integers) -> bool:
    """Return whether a block ends where a part of the table does: its edge, another sum, a résidence."""
    above = block.end == block.row
    edge = block.first - 1 if above else block.end
    if edge < 0 or edge >= len(active) or edge in sums:
        return True
    if not table.group:
        return False
    cells = table.frame[table.group].to_numpy()[active]
    inside = cells[block.first] if above else cells[block.end - 1]
    return bool(inside and cells[edge] != inside and len(set(cells[block.first : block.end])) == 1)


def _alike(table: WholeTable, found: list[int], ends: set[int], alone: set[int]) -> list[int]:
    """List the rows that share a form with 60 % of the group rows found, no building having it.

    A form is a blank cell, a cell alike or its first word. Rows alone in their résidence are left.
    """
    best: list[int] = []
    for header in table.frame.columns:
        if header == table.group:
            continue
        cells = pd.Series([fold(c) for c in table.frame[header]])
        for forms in (cells, cells.str.partition(" ")[0]):
            form = forms.iloc[found].mode().iloc[0]
            if (forms.iloc[found] == form).mean() < _SHARED:
                continue
            at = set(np.flatnonzero(forms == form).tolist()) - alone
            if at <= ends and len(at) > len(best):
                best = sorted(at)
    return best


def _name(table: WholeTable, position: int) -> str:
    """Return what a row calls itself: its first filled cell."""
    cells = (c for c in table.frame.iloc[position] if c)
    return next(cells, "")
