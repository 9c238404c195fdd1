"""One secrecy over all outputs: every cell of every table, what ties them, what each reader knows.

A reader may hold every output, and is perhaps a bailleur that knows its own answers wholly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.survey.blocks import QUARTER_COLUMNS
from tfpb.survey.cells import BOTH, HORS, QPV, Cell, Cells, declare_cells
from tfpb.survey.masking import complement_masks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Estimates
    from tfpb.survey.model import Survey

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


def published_rows(estimates: Estimates, survey: Survey) -> Estimates:
    """Keep what the region publishes: territories over all bailleurs, bailleurs over their whole.

    A change between two waves in a territory is kept only when every bailleur that answered there
    is in both: over fewer of them, it would tell of those left out by subtraction.
    """
    table = estimates.comparison
    whole = (table["niveau"] == TOTAL).to_numpy()
    together = (table["bailleur"] == ENSEMBLE).to_numpy()
    changes = table["groupe"].str.startswith("evolution").to_numpy()
    keep = whole | together
    partial = _partial_territories(survey)
    if partial and (changes & ~whole).any():
        places = zip(table["vague"].astype(str), table["niveau"], table["territoire"], strict=True)
        keep &= ~(changes & np.array([p in partial for p in places], dtype=bool))
    return replace(estimates, comparison=table[keep].reset_index(drop=True))


def _partial_territories(survey: Survey) -> set[tuple[str, str, str]]:
    """List (pair of waves, level, territory) met by a bailleur that is not in both waves."""
    frame = survey.respondents
    out: set[tuple[str, str, str]] = set()
    for one, two in zip(survey.waves, survey.waves[1:], strict=False):
        owners = [set(frame.loc[frame["vague"] == w, "bailleur"]) for w in (one, two)]
        alone = owners[0] ^ owners[1]
        rows = frame[frame["vague"].isin([one, two]) & frame["bailleur"].isin(alone)]
        for level in (c for c in _levels(frame) if len(rows)):
            out |= {(f"{one}-{two}", level, str(t)) for t in rows[level].unique() if t}
    return out


def _levels(frame: pd.DataFrame) -> list[str]:
    known = ("code_qpv", "contrat_de_ville", "siren_epci", "departement")
    return [c for c in known if c in frame]


def region_masks(
    estimates: Estimates, survey: Survey, rules: Rules, before: frozenset[Cell] = frozenset()
) -> frozenset[Cell]:
    """Choose the cells to mask in every output.

    Parameters
    ----------
    estimates : Estimates
        All that any output shows (`published_rows`).
    survey : Survey
        The answers they rest on: who contributes to a territory, how territories cross.
    rules : Rules
    before : frozenset of Cell
        Masked by an earlier run: the difference of two runs would reveal them.

    Returns
    -------
    frozenset of Cell
        To be handed to `protect` for each output: no reader of all of them, a bailleur that knows
        its own answers included, can work a masked cell out.
    """
    cells = declare_cells(estimates)
    first: set[Cell] = {c for c in before if c in cells.count}
    for wave in survey.waves:
        answers = _Wave(survey, wave)
        first |= set(answers.exposed(cells, rules))
        answers.tie_levels(cells)
    masked = complement_masks(cells, rules.masking_n, frozenset(first))
    return _against_insiders(cells, masked, rules.masking_n)


def _against_insiders(cells: Cells, masked: frozenset[Cell], masking_n: int) -> frozenset[Cell]:
    """Mask until no bailleur that knows its own cells can work out another's."""
    while True:
        more: set[Cell] = set()
        for owner in sorted({c.bailleur for c in masked} - {ENSEMBLE}):
            if owner.startswith("@"):
                continue
            known = _known_to(cells, owner)
            more |= complement_masks(known, masking_n, masked) - masked
        if not more:
            return masked
        masked = complement_masks(cells, masking_n, masked | more)


def _known_to(cells: Cells, owner: str) -> Cells:
    """Take away what a bailleur knows of itself: its cells are constants of every sum."""
    return Cells(
        count={c: n for c, n in cells.count.items() if c.bailleur != owner},
        shown={c for c in cells.shown if c.bailleur != owner},
        sums=[
            (total, kept)
            for total, parts in cells.sums
            if total.bailleur != owner and (kept := tuple(p for p in parts if p.bailleur != owner))
        ],
    )


class _Wave:
    """Valid answers of one wave, counted by territory, bailleur and side."""

    def __init__(self, survey: Survey, wave: str) -> None:
        rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
        self.wave = wave
        self.items = tuple(survey.answers)
        self.frame = survey.respondents.iloc[rows]
        self.side = self.frame["qpv"].to_numpy(dtype=int)
        valid = np.column_stack([survey.answers[i][rows] >= 0 for i in self.items])
        self.valid = valid.astype(float)
        self.levels = _levels(survey.respondents)
        self.columns = {
            c: self.frame[c].astype(str).to_numpy(dtype=object) for c in (*self.levels, "bailleur")
        }

    def exposed(self, cells: Cells, rules: Rules) -> Iterator[Cell]:
        """Yield the territories that would show one bailleur, or a few answers of one."""
        for level in self.levels:
            for group, (pairs, counts) in self._grouped(level, "bailleur"):
                for place, rows in _by_first(pairs):
                    if not place:
                        continue
                    for item in np.flatnonzero(_reveals(counts[rows], rules)):
                        cell = Cell(self.wave, self.items[item], level, place, ENSEMBLE, group)
                        if cells.count.get(cell, 0) > 0:
                            yield cell

    def tie_levels(self, cells: Cells) -> None:
        """Tie territories of each two levels through what they have in common."""
        for k, small in enumerate(self.levels):
            for large in self.levels[k + 1 :]:
                made = {
                    group: self._tie(cells, (small, large), group, pairs, counts)
                    for group, (pairs, counts) in self._grouped(small, large)
                }
                _tie_sides(cells, made)

    def _grouped(
        self, one: str, two: str
    ) -> Iterator[tuple[str, tuple[list[tuple[str, str]], Counts]]]:
        """Yield each group of answers with its counts by (value of one, value of two) and item."""
        quarter = bool({one, two} & QUARTER_COLUMNS)
        for group in (QPV,) if quarter else (QPV, HORS, BOTH):
            rows = (
                np.arange(len(self.side))
                if group == BOTH
                else np.flatnonzero(self.side == _SIDES[group])
            )
            a, b = self.columns[one][rows], self.columns[two][rows]
            index = pd.MultiIndex.from_arrays([a, b])
            codes, uniques = pd.factorize(index, sort=True)
            spread = sparse.csr_array(
                (np.ones(len(rows)), (codes, np.arange(len(rows)))), shape=(len(uniques), len(rows))
            )
            counts: Counts = np.asarray(spread @ self.valid[rows])
            yield group, ([(str(x), str(y)) for x, y in uniques], counts)

    def _tie(
        self,
        cells: Cells,
        levels: tuple[str, str],
        group: str,
        pairs: Sequence[tuple[str, str]],
        counts: Counts,
    ) -> dict[tuple[tuple[str, str], str], Cell]:
        """Write each territory as the sum of its parts in the other level, item by item.

        A part that is the whole of a territory is that territory's own cell; others are implied.
        Returns the cell of each part that someone answered in.
        """
        met = [_partners(pairs, k) for k in (0, 1)]

        def part(pair: tuple[str, str], item: str) -> Cell:
            for k in (0, 1):
                if pair[k] and met[k][pair[k]] == {pair[1 - k]}:
                    return Cell(self.wave, item, levels[k], pair[k], ENSEMBLE, group)
            name = f"{pair[0]}×{pair[1]}"
            return Cell(self.wave, item, f"@{levels[0]}×{levels[1]}", name, ENSEMBLE, group)

        for k in (0, 1):
            for place, rows in _rows_by(pairs, k).items():
                for j, item in enumerate(self.items if place else ()):
                    total = Cell(self.wave, item, levels[k], place, ENSEMBLE, group)
                    found = [(part(pairs[r], item), int(counts[r, j])) for r in rows]
                    _write_sum(cells, total, [(one, n) for one, n in found if n > 0])
        return {
            (pair, item): one
            for r, pair in enumerate(pairs)
            for j, item in enumerate(self.items)
            if counts[r, j] > 0 and (one := part(pair, item)) in cells.count
        }


def _tie_sides(cells: Cells, made: dict[str, dict[tuple[tuple[str, str], str], Cell]]) -> None:
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


def _partners(pairs: Sequence[tuple[str, str]], k: int) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for pair in pairs:
        out.setdefault(pair[k], set()).add(pair[1 - k])
    return out


def _rows_by(pairs: Sequence[tuple[str, str]], k: int) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for r, pair in enumerate(pairs):
        out.setdefault(pair[k], []).append(r)
    return out


def _by_first(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[int]]]:
    yield from sorted(_rows_by(pairs, 0).items())


def _reveals(counts: Counts, rules: Rules) -> NDArray[np.bool_]:
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


def check_total(survey: Survey, fewest: int) -> bool:
    """Tell whether enough bailleurs answered, in every wave, for the region to be shown at all."""
    frame = survey.respondents
    owners = frame.groupby("vague")["bailleur"].nunique()
    return bool((owners > fewest).all())
