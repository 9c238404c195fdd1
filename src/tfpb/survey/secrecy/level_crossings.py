"""Levels of territory that share answers, and the sums that so tie their cells.

An EPCI is the sum of its quarters, an agency shares some of their answers: what a subtraction between
two levels discloses must be protected like what one level discloses.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, Groupe
from tfpb.model.survey import Crossing
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.design import indicator
from tfpb.survey.secrecy.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.survey.estimation.comparison import Comparison
    from tfpb.survey.secrecy.cells import Cells

_SIDES: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value)


def wave_crossings(result: Comparison, by: Sequence[str]) -> list[Crossing]:
    """Count the valid answers of one wave where each two levels of territory meet.

    Quarters meet others on their own side only: their other side is the bailleur's whole.
    """
    side = result.design.atoms["qpv"].to_numpy(dtype=int)
    out: list[Crossing] = []
    for levels in combinations(by, 2):
        out += _met(result, levels, Groupe.QPV.value, np.flatnonzero(side == 1))
        if not set(levels) & QUARTER_COLUMNS:
            out += _met(result, levels, Groupe.HORS_QPV.value, np.flatnonzero(side == 0))
            out += _met(result, levels, Groupe.ENSEMBLE.value, np.arange(len(side)))
    return out


def _met(
    result: Comparison, levels: tuple[str, str], group: str, atoms: np.ndarray
) -> Iterator[Crossing]:
    """Count one group, all bailleurs together and each of them."""
    frame = result.design.atoms.iloc[atoms]
    keys = [frame[c].astype(str).to_numpy(dtype=object) for c in levels]
    owner = frame["bailleur"].astype(str).to_numpy(dtype=object)
    items = tuple(i.identifiant for i in result.items)
    for owners in (np.full(len(frame), ENSEMBLE, dtype=object), owner):
        codes, names = pd.factorize(pd.MultiIndex.from_arrays([owners, *keys]), sort=True)
        counts = (indicator(codes, len(names)) @ result.sums.n[atoms]).round().astype(np.int64)
        rows: dict[str, list[int]] = defaultdict(list)
        for k, name in enumerate(names):
            rows[str(name[0])].append(k)
        for name, here in rows.items():
            places = tuple((str(names[k][1]), str(names[k][2])) for k in here)
            yield Crossing(result.vague, levels, name, group, items, places, counts[here])


def tie_crossings(cells: Cells, crossings: Sequence[Crossing]) -> None:
    """Write each territory as the sum of its parts in every other level.

    A part that is the whole of a territory is that territory's own cell; others stand in no table:
    they are implied cells.
    """
    sides: dict[tuple[object, ...], dict[str, Cell]] = defaultdict(dict)
    for crossing in crossings:
        for key, cell in _tie(cells, crossing).items():
            sides[crossing.vague, crossing.levels, crossing.bailleur, *key][crossing.groupe] = cell
    for both in sides.values():
        total = both.get(Groupe.ENSEMBLE.value)
        parts = tuple(both[g] for g in _SIDES if g in both)
        if total is not None and sum(cells.count[p] for p in parts) == cells.count[total]:
            cells.sums.append((total, parts))


def _tie(cells: Cells, crossing: Crossing) -> dict[tuple[object, ...], Cell]:
    """Tie the territories of one crossing: the cell of each part that someone answered in."""
    met = _places(crossing)
    out: dict[tuple[object, ...], Cell] = {}
    for j, item in enumerate(crossing.items):
        parts = {
            row: _part(crossing, met, item, crossing.places[row])
            for row in np.flatnonzero(crossing.n[:, j]).tolist()
        }
        for level, territories in zip(crossing.levels, met, strict=True):
            for name, rows in territories.items():
                total = _cell(crossing, item, level, name)
                held = {parts[r]: int(crossing.n[r, j]) for r in rows if r in parts}
                if name and total in cells.count and set(held) - {total}:
                    cells.count |= {c: n for c, n in held.items() if c not in cells.count}
                    cells.sums.append((total, tuple(held)))
        out |= {(item, crossing.places[r]): c for r, c in parts.items() if c in cells.count}
    return out


def _places(crossing: Crossing) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return, for both levels, the rows of the crossing that each territory holds."""
    first: dict[str, list[int]] = defaultdict(list)
    second: dict[str, list[int]] = defaultdict(list)
    for row, (one, two) in enumerate(crossing.places):
        first[one].append(row)
        second[two].append(row)
    return first, second


def _part(
    crossing: Crossing,
    met: tuple[dict[str, list[int]], dict[str, list[int]]],
    item: str,
    pair: tuple[str, str],
) -> Cell:
    """Name what two territories share, by the territory that it is the whole of, if any."""
    for level, territories, name in zip(crossing.levels, met, pair, strict=True):
        if name and len(territories[name]) == 1:
            return _cell(crossing, item, level, name)
    return _cell(crossing, item, "@" + "×".join(crossing.levels), "×".join(pair))


def _cell(crossing: Crossing, item: str, level: str, place: str) -> Cell:
    return Cell(crossing.vague, item, level, place, crossing.bailleur, crossing.groupe)
