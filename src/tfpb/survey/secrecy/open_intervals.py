"""What is told leaves every small set of answers open: from one to the threshold, over all levels at once.

An atom is the answers of one bailleur and side that stand together in every level of territory. What
is told are sums of atoms. A reader who solves them all (agency + caretaker's firm + sector − twice the
total) must find each atom under the threshold able to hold 1 answer, and as many as the threshold: then so
is every union of small atoms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.survey import Atoms
from tfpb.survey.estimation.design import indicator
from tfpb.survey.secrecy.cells import BOTH, QPV, Cell

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.secrecy.cells import Cells

_OWN: Final = ("bailleur", "qpv")
_TINY: Final = 1e-6
_HEADLINE: Final = 1000.0
_WHOLE: Final = 100.0
"""What a figure of everyone, and one of a bailleur, cost to lose, where that of a territory costs one."""


def wave_atoms(result: Comparison, by: Sequence[str]) -> Atoms:
    """Count the valid answers of one wave by bailleur, side and every level together."""
    frame = result.design.atoms
    keys = [frame[c].astype(str).to_numpy(dtype=object) for c in (*_OWN, *by)]
    codes, names = pd.factorize(pd.MultiIndex.from_arrays(keys), sort=True)
    counts = (indicator(codes, len(names)) @ result.sums.n).round().astype(np.int64)
    places = pd.DataFrame(list(names), columns=[*_OWN, *by], dtype=object)
    return Atoms(result.vague, tuple(i.identifiant for i in result.items), places, counts)


def closing_masks(
    cells: Cells, atoms: Sequence[Atoms], masked: Collection[Cell], masking_n: int
) -> frozenset[Cell]:
    """Choose what else to mask so that every small atom is open.

    Parameters
    ----------
    cells : Cells
    atoms : sequence of Atoms
        One a wave.
    masked : collection of Cell
        Masked already.
    masking_n : int

    Returns
    -------
    frozenset of Cell
        Cells that were told: those whose values move least, weighed, when the atom takes one answer, or
        the threshold's (a linear program each). Empty when every atom is open, or when readers hold
        already what closes it.
    """
    told = (cells.shown | cells.known) - (set(masked) - cells.known)
    by_item: dict[tuple[str, str], list[Cell]] = {}
    for cell in sorted(told):
        by_item.setdefault((cell.vague, cell.item), []).append(cell)
    more: set[Cell] = set()
    for wave in atoms:
        for j, item in enumerate(wave.items):
            system = _system(cells, wave, j, by_item.get((wave.vague, item), []))
            if system is not None:
                more |= system.closing(masking_n)
    return frozenset(more)


@dataclass(frozen=True, slots=True)
class _System:
    """Atoms of one wave and question, and what is told of them.

    Parameters
    ----------
    n : int array, shape (atoms,)
    rows : sparse array, shape (told, atoms)
        1 where the atom is part of the cell.
    told : tuple of Cell
    fixed : bool array, shape (told,)
        Cells that readers hold: too late to mask them.
    weight : float array, shape (told,)
        What each cell costs to lose: everyone's most, then a bailleur's, then the larger territories.
    """

    n: NDArray[np.int64]
    rows: sparse.csr_array
    told: tuple[Cell, ...]
    fixed: NDArray[np.bool_]
    weight: NDArray[np.float64]

    def closing(self, masking_n: int) -> set[Cell]:
        """Free the small atoms one by one; a change found for one serves others that it moves enough."""
        lost = np.zeros(len(self.told), dtype=bool)
        changes: list[NDArray[np.float64]] = []
        for atom in np.flatnonzero((self.n > 0) & (self.n < masking_n)).tolist():
            for by in (masking_n - int(self.n[atom]), 1 - int(self.n[atom])):
                if by and not any(change[atom] / by >= 1 for change in changes):
                    change = self._change(atom, by, lost)
                    if change is not None:
                        changes.append(change)
                        lost |= np.abs(self.rows @ change) > _TINY
        return {self.told[k] for k in np.flatnonzero(lost)}

    def _change(self, atom: int, by: int, free: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return how all atoms may change when one does, at least loss; None when nothing can help."""
        atoms, told = len(self.n), len(self.told)
        kept = np.flatnonzero(~free)
        slack = sparse.eye_array(told, format="csr")[kept]
        matrix = sparse.hstack([self.rows[kept], -slack, slack], format="csr")
        bounds: list[tuple[float, float | None]] = [(-float(n), None) for n in self.n]
        bounds[atom] = (by, by)
        ends = [(0.0, 0.0 if fixed else None) for fixed in self.fixed]
        from scipy.optimize import linprog  # noqa: PLC0415 - a third of a second, for masked cells

        found = linprog(
            np.concatenate([np.zeros(atoms), self.weight, self.weight]),
            A_eq=matrix, b_eq=np.zeros(len(kept)), bounds=[*bounds, *ends, *ends],
            method="highs-ds",
        )  # fmt: skip
        return None if found.x is None else np.asarray(found.x[:atoms])


def _weight(cell: Cell) -> float:
    if cell.niveau != TOTAL:
        return 1.0
    return _HEADLINE if cell.bailleur == ENSEMBLE else _WHOLE


def _system(cells: Cells, wave: Atoms, item: int, told: Sequence[Cell]) -> _System | None:
    """Write each told cell as the sum of its atoms; None when no atom is small or nothing is told."""
    held = np.flatnonzero(wave.n[:, item])
    n = wave.n[held, item]
    if not len(held) or not told:
        return None
    columns = {str(c): wave.places[c].to_numpy(dtype=object)[held] for c in wave.places}
    rows, kept = [], []
    for cell in told:
        member = _members(cell, columns)
        # panels, models and « the region without oneself » are no sums of atoms by territory
        if member is not None and int(n[member].sum()) == cells.count[cell]:
            rows.append(member)
            kept.append(cell)
    if not rows:
        return None
    fixed = np.array([c in cells.known or c not in cells.shown for c in kept])
    matrix = sparse.csr_array(np.array(rows, dtype=float))
    size = matrix @ n
    weight = np.array([_weight(c) for c in kept]) + size / max(float(size.max()), 1.0)
    return _System(n, matrix, tuple(kept), fixed, weight)


def _members(cell: Cell, columns: dict[str, NDArray[np.object_]]) -> NDArray[np.bool_] | None:
    """Return which atoms a cell is made of; None for a cell of another kind."""
    if cell.niveau != TOTAL and cell.niveau not in columns:
        return None
    member = np.ones(len(columns["qpv"]), dtype=bool)
    if cell.niveau != TOTAL:
        member &= columns[cell.niveau] == cell.territoire
    if cell.bailleur != ENSEMBLE:
        member &= columns["bailleur"] == cell.bailleur
    if cell.groupe != BOTH:
        member &= columns["qpv"] == ("1" if cell.groupe == QPV else "0")
    return member
