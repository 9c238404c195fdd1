"""Who answered where: what territories, crossed, hold of each bailleur, and the sums that tie them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.model.codes import ENSEMBLE
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import BOTH, HORS, QPV, REST, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tfpb.survey.respondents import Survey
    from tfpb.survey.secrecy.cells import Cells

    Counts = NDArray[np.float64]

_SIDES: Final = {QPV: 1, HORS: 0}
_FEW: Final = 3
"""Small contributors under this number can be told apart by one of them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a territory may be shown.

    Parameters
    ----------
    masking_n : int
        Fewer answers are hidden.
    fewest : int
        Fewest bailleurs behind a territory.
    largest_share : float
        Most that one of them may hold of its answers.

    Notes
    -----
    Three contributors and 85 % are the rule French official statistics apply to firms, borrowed
    here: a bailleur is a firm whose neighbours know it.
    """

    masking_n: int
    fewest: int = 3
    largest_share: float = 0.85


def levels_of(frame: pd.DataFrame) -> list[str]:
    """List the levels of territory that answers bear, small to large."""
    known = ("code_qpv", "contrat_de_ville", "siren_epci", "departement")
    return [c for c in known if c in frame]


class Held(NamedTuple):
    """Answers of one group by place and bailleur.

    `places` are keys (one or two territories); `first` gives for each the rows of `counts`
    (place × bailleur, then items) that are its own; `owners` names the bailleur of each row.
    """

    group: str
    places: list[tuple[str, ...]]
    rows: list[slice]
    owners: list[str]
    counts: Counts


class Wave:
    """Valid answers of one wave, counted by territory, bailleur and side.

    Parameters
    ----------
    survey : Survey
    wave : str
    rules : Rules

    Attributes
    ----------
    exposed : set of Cell
        Cells that would show one bailleur, or a few answers of one; those that only a subtraction
        gives included. Filled by `tie`.
    sole : dict of Cell to str
        Cells that hold one bailleur's answers only: it knows them. Filled by `tie`.
    """

    def __init__(self, survey: Survey, wave: str, rules: Rules) -> None:
        rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
        self.wave = wave
        self.rules = rules
        self.items = tuple(survey.answers)
        self.frame = survey.respondents.iloc[rows]
        self.side = self.frame["qpv"].to_numpy(dtype=int)
        valid = np.column_stack([survey.answers[i][rows] >= 0 for i in self.items])
        self.valid = valid.astype(float)
        self.levels = levels_of(survey.respondents)
        self.columns = {
            c: self.frame[c].astype(str).to_numpy(dtype=object) for c in (*self.levels, "bailleur")
        }
        self.exposed: set[Cell] = set()
        self.sole: dict[Cell, str] = {}

    def tie(self, cells: Cells) -> None:
        """Tie territories of each two levels through what they have in common; see who stands out."""
        for level in self.levels:
            for held in self._held(level):
                for (place,), rows in zip(held.places, held.rows, strict=True):
                    name = place or REST
                    self._look(cells, held, rows, [
                        Cell(self.wave, item, level, name, ENSEMBLE, held.group)
                        for item in self.items
                    ])  # fmt: skip
        for k, small in enumerate(self.levels):
            for large in self.levels[k + 1 :]:
                made = {
                    h.group: self._tie(cells, (small, large), h) for h in self._held(small, large)
                }
                _tie_sides(cells, made)

    def _held(self, *levels: str) -> Iterator[Held]:
        """Count each group of answers by place (one or two territories) and bailleur."""
        quarter = bool(set(levels) & QUARTER_COLUMNS)
        for group in (QPV,) if quarter else (QPV, HORS, BOTH):
            rows = (
                np.arange(len(self.side))
                if group == BOTH
                else np.flatnonzero(self.side == _SIDES[group])
            )
            columns = [self.columns[c][rows] for c in (*levels, "bailleur")]
            codes, uniques = pd.factorize(pd.MultiIndex.from_arrays(columns), sort=True)
            spread = sparse.csr_array(
                (np.ones(len(rows)), (codes, np.arange(len(rows)))), shape=(len(uniques), len(rows))
            )
            keys = [tuple(str(v) for v in key) for key in uniques]
            starts = [k for k in range(len(keys)) if k == 0 or keys[k][:-1] != keys[k - 1][:-1]]
            ends = [*starts[1:], len(keys)]
            yield Held(
                group,
                [keys[k][:-1] for k in starts],
                [slice(*pair) for pair in zip(starts, ends, strict=False)],
                [key[-1] for key in keys],
                np.asarray(spread @ self.valid[rows]),
            )

    def _look(self, cells: Cells, held: Held, rows: slice, named: Sequence[Cell]) -> None:
        """Note the cells of a place (one an item) that would show a bailleur, or that one knows."""
        counts = held.counts[rows]
        there = counts > 0
        number = there.sum(axis=0)
        telling = reveals(counts, self.rules)
        for j in np.flatnonzero(number).tolist():
            cell = named[j]
            if cells.count.get(cell, 0) <= 0:
                continue
            if telling[j]:
                self.exposed.add(cell)
            if number[j] == 1:
                self.sole[cell] = held.owners[rows.start + int(there[:, j].argmax())]

    def _tie(
        self, cells: Cells, levels: tuple[str, str], held: Held
    ) -> dict[tuple[tuple[str, ...], str], Cell]:
        """Write each territory as the sum of its parts in the other level, item by item.

        A part that is the whole of a territory is that territory's own cell; others are implied.
        Returns the cell of each part that someone answered in.
        """
        pairs, group = held.places, held.group
        met = [_partners(pairs, k) for k in (0, 1)]

        def part(pair: tuple[str, ...], item: str) -> Cell:
            for k in (0, 1):
                if pair[k] and met[k][pair[k]] == {pair[1 - k]}:
                    return Cell(self.wave, item, levels[k], pair[k], ENSEMBLE, group)
            name = f"{pair[0]}×{pair[1]}"
            return Cell(self.wave, item, f"@{levels[0]}×{levels[1]}", name, ENSEMBLE, group)

        named = [[part(pair, item) for item in self.items] for pair in pairs]
        totals = [held.counts[rows].sum(axis=0) for rows in held.rows]
        for k in (0, 1):
            for place, here in _rows_by(pairs, k).items():
                for j, item in enumerate(self.items if place else ()):
                    total = Cell(self.wave, item, levels[k], place, ENSEMBLE, group)
                    found = [(named[r][j], int(totals[r][j])) for r in here]
                    _write_sum(cells, total, [(one, n) for one, n in found if n > 0])
        for rows, cell in zip(held.rows, named, strict=True):
            self._look(cells, held, rows, cell)
        return {
            (pair, item): named[r][j]
            for r, pair in enumerate(pairs)
            for j, item in enumerate(self.items)
            if totals[r][j] > 0 and named[r][j] in cells.count
        }


def _tie_sides(cells: Cells, made: dict[str, dict[tuple[tuple[str, ...], str], Cell]]) -> None:
    """Tie the two sides of what two levels have in common."""
    for key, both in made.get(BOTH, {}).items():
        parts = tuple(made[g][key] for g in (QPV, HORS) if key in made[g])
        if sum(cells.count[p] for p in parts) == cells.count[both]:
            cells.sums.append((both, parts))


def _write_sum(cells: Cells, total: Cell, parts: Sequence[tuple[Cell, int]]) -> None:
    """Declare a sum and its implied parts, unless it says nothing."""
    if total not in cells.count:
        return
    for one, n in parts:
        cells.count.setdefault(one, n)
    names = tuple(one for one, _ in parts)
    if names and names != (total,):
        cells.sums.append((total, names))


def _partners(pairs: Sequence[tuple[str, ...]], k: int) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for pair in pairs:
        out.setdefault(pair[k], set()).add(pair[1 - k])
    return out


def _rows_by(pairs: Sequence[tuple[str, ...]], k: int) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for r, pair in enumerate(pairs):
        out.setdefault(pair[k], []).append(r)
    return out


def reveals(counts: Counts, rules: Rules) -> NDArray[np.bool_]:
    """Tell, item by item, whether a territory's answers (bailleurs × items) would show one of them.

    Too few bailleurs, one that holds nearly all, or small ones: if every large bailleur tells its
    own figure of the territory, what is left is that of the small ones, who also know themselves.
    """
    there = counts > 0
    few = there.sum(axis=0) < rules.fewest
    total = counts.sum(axis=0)
    heavy = counts.max(axis=0) > rules.largest_share * total
    small = there & (counts < rules.masking_n)
    left = np.where(small, counts, 0.0)
    number = small.sum(axis=0)
    rest = left.sum(axis=0) - left.max(axis=0)
    thin = (number > 0) & ((number < _FEW) | (rest < rules.masking_n))
    out: NDArray[np.bool_] = few | heavy | thin
    return out
