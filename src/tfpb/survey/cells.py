"""Cells of the published tables, and the sums that tie them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe
from tfpb.survey.blocks import QUARTER_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.survey import Estimates

QPV: Final = Groupe.QPV.value
HORS: Final = Groupe.HORS_QPV.value
BOTH: Final = Groupe.ENSEMBLE.value
MODEL_ITEM: Final = "@modele"
"""Stands for the complete answers that the priorities' model rests on."""
_REST: Final = "@reste"
_PANEL: Final = "@commun:"
_WITHOUT: Final = "@sans:"
_OTHERS: Final = "@autres"
OWNER: Final = "_bailleur"
"""Column of the benchmark that says whose the region is taken without; dropped before it leaves."""


class Cell(NamedTuple):
    """One set of answers that tables show a count and a share of."""

    vague: str
    item: str
    niveau: str
    territoire: str
    bailleur: str
    groupe: str


@dataclass(slots=True)
class Cells:
    """Counts of cells, and sums between them.

    Parameters
    ----------
    count : dict of Cell to int
        Valid answers of each cell; implied cells (what a subtraction of totals gives) included.
    shown : set of Cell
        Cells that a table shows; the others can only be worked out.
    sums : list of (total, parts)
        ``count[total] = Σ count[part]``, and likewise for satisfied answers.
    """

    count: dict[Cell, int] = field(default_factory=dict)
    shown: set[Cell] = field(default_factory=set)
    sums: list[tuple[Cell, tuple[Cell, ...]]] = field(default_factory=list)


def _canonical(vague: str, item: str, niveau: str, terr: str, owner: str, group: str) -> Cell:
    """Name a cell once: a quarter's other side is the bailleur's whole hors-QPV."""
    if niveau in QUARTER_COLUMNS and group == HORS:
        return Cell(vague, item, TOTAL, TOTAL, owner, HORS)
    return Cell(vague, item, niveau, terr, owner, group)


def without(vague: str, item: str, owner: str, group: str) -> Cell:
    """Name the cell of « the region without one bailleur »."""
    return Cell(vague, item, TOTAL, TOTAL, f"{_WITHOUT}{owner}", group)


def declare_cells(estimates: Estimates) -> Cells:
    """List every cell of the run's tables and every sum between them.

    What a subtraction of totals gives without any table showing it (the answers no territory
    holds) is declared too: a small one must be protected like any other.
    """
    table = estimates.comparison
    raw = table[
        (table["ajustement"] == Ajustement.BRUT.value) & table["groupe"].isin([QPV, HORS, BOTH])
    ]
    cells = Cells()
    columns = ("vague", "item", "niveau", "territoire", "bailleur", "groupe")
    values = [raw[c].astype(str).tolist() for c in columns]
    for *key, n in zip(*values, raw["n"].tolist(), strict=True):
        cell = _canonical(*key)
        cells.count[cell] = int(n)
        cells.shown.add(cell)
    _declare_models(estimates.priorities, cells)
    tree = _tree(cells)
    for (vague, item), levels in tree.items():
        _tie_sides_and_bailleurs(cells, vague, item, levels)
        _tie_territories(cells, vague, item, levels)
    _tie_panels(table, cells)
    _tie_benchmark(estimates.benchmark, cells)
    return cells


def _declare_models(priorities: pd.DataFrame, cells: Cells) -> None:
    if priorities.empty:
        return
    first = priorities.drop_duplicates(["vague", "bailleur", "groupe"])
    for vague, owner, group, n in zip(
        first["vague"], first["bailleur"], first["groupe"], first["n"], strict=True
    ):
        cell = Cell(str(vague), MODEL_ITEM, TOTAL, TOTAL, str(owner), str(group))
        cells.count[cell] = int(n)
        cells.shown.add(cell)


_Tree = dict[tuple[str, str], dict[tuple[str, str], set[str]]]


def _tree(cells: Cells) -> _Tree:
    """Index cells: (vague, item) → (niveau, territoire) → bailleurs."""
    tree: _Tree = defaultdict(lambda: defaultdict(set))
    for cell in cells.count:
        tree[cell.vague, cell.item][cell.niveau, cell.territoire].add(cell.bailleur)
    return tree


def _tie_sides_and_bailleurs(
    cells: Cells, vague: str, item: str, levels: dict[tuple[str, str], set[str]]
) -> None:
    for (niveau, terr), owners in levels.items():
        for owner in sorted(owners):
            both, qpv, hors = (Cell(vague, item, niveau, terr, owner, g) for g in (BOTH, QPV, HORS))
            if all(c in cells.count for c in (both, qpv, hors)):
                cells.sums.append((both, (qpv, hors)))
        if ENSEMBLE not in owners:
            continue
        for group in (QPV, HORS, BOTH):
            total = Cell(vague, item, niveau, terr, ENSEMBLE, group)
            parts = tuple(
                c
                for owner in sorted(owners - {ENSEMBLE})
                if (c := Cell(vague, item, niveau, terr, owner, group)) in cells.count
            )
            if total in cells.count and parts:
                _tie(cells, total, parts, Cell(vague, item, niveau, terr, _OTHERS, group))


def _tie(cells: Cells, total: Cell, parts: tuple[Cell, ...], rest: Cell) -> None:
    """Record a sum; what the parts leave of the total is an implied cell of its own."""
    left = cells.count[total] - sum(cells.count[p] for p in parts)
    if left > 0:
        cells.count[rest] = left
        parts = (*parts, rest)
    cells.sums.append((total, parts))


def _tie_territories(
    cells: Cells,
    vague: str,
    item: str,
    levels: dict[tuple[str, str], set[str]],
) -> None:
    """Tie the territories of a level to the total; what no territory holds is an implied cell."""
    by_level: dict[str, list[str]] = defaultdict(list)
    for niveau, terr in levels:
        if niveau != TOTAL:
            by_level[niveau].append(terr)
    owners = levels.get((TOTAL, TOTAL), set())
    for niveau, territories in sorted(by_level.items()):
        for owner in sorted(owners):
            for group in (QPV, HORS, BOTH):
                total = Cell(vague, item, TOTAL, TOTAL, owner, group)
                parts = tuple(
                    c
                    for t in sorted(territories)
                    if (c := Cell(vague, item, niveau, t, owner, group)) in cells.count
                )
                if not parts or total not in cells.count:
                    continue
                _tie(cells, total, parts, Cell(vague, item, niveau, _REST, owner, group))


def _tie_panels(table: pd.DataFrame, cells: Cells) -> None:
    """Tie the panel of bailleurs met in two waves, that evolutions of the ensemble are read on."""
    changes = table[table["groupe"].str.startswith("evolution") & (table["bailleur"] == ENSEMBLE)]
    owners: dict[str, set[str]] = defaultdict(set)
    index: dict[tuple[str, str, str, str, str], set[str]] = defaultdict(set)
    for cell in cells.count:
        if not cell.bailleur.startswith("@"):
            owners[cell.vague].add(cell.bailleur)
            index[(*cell[:4], cell.groupe)].add(cell.bailleur)
    waves = sorted(owners)
    for pair in sorted(set(changes["vague"].astype(str))):
        ends = split_pair(pair, waves)
        if ends is None:
            continue
        common = (owners[ends[0]] & owners[ends[1]]) - {ENSEMBLE}
        for wave in ends:
            if owners[wave] - {ENSEMBLE} == common:
                continue
            for key in [k for k in index if k[0] == wave and not k[3].startswith("@")]:
                _tie_panel(cells, key, index[key], common, pair)


def _tie_panel(
    cells: Cells,
    key: tuple[str, str, str, str, str],
    owners: set[str],
    common: set[str],
    pair: str,
) -> None:
    vague, item, niveau, terr, group = key
    total = Cell(vague, item, niveau, terr, ENSEMBLE, group)
    kept = tuple(Cell(vague, item, niveau, terr, o, group) for o in sorted(owners & common))
    left = tuple(
        Cell(vague, item, niveau, terr, o, group) for o in sorted(owners - common - {ENSEMBLE})
    )
    if total not in cells.count or not left:
        return
    within = Cell(vague, item, niveau, terr, f"{_PANEL}{pair}", group)
    cells.count[within] = sum(cells.count[c] for c in kept)
    cells.shown.add(within)
    cells.sums.append((total, (within, *left)))
    if kept:
        cells.sums.append((within, kept))


def split_pair(pair: str, waves: list[str]) -> tuple[str, str] | None:
    """Find the two waves of « 2019-2023 », wave names that hold a dash included."""
    return next(
        ((a, b) for a in waves for b in waves if f"{a}-{b}" == pair and a != b),
        None,
    )


def _tie_benchmark(benchmark: pd.DataFrame, cells: Cells) -> None:
    """Tie « the region without oneself » to the ensemble and to oneself."""
    if benchmark.empty or OWNER not in benchmark:
        return
    rows = benchmark[(benchmark[OWNER] != "") & (benchmark["groupe"] != Groupe.ECART.value)]
    if len(set(rows[OWNER])) != 1:
        return
    for vague, item, group, owner in zip(
        rows["vague"], rows["item"], rows["groupe"], rows[OWNER], strict=True
    ):
        place = (str(vague), str(item), TOTAL, TOTAL)
        total = Cell(*place, ENSEMBLE, str(group))
        own = Cell(*place, str(owner), str(group))
        if total in cells.count and own in cells.count:
            others = without(str(vague), str(item), str(owner), str(group))
            cells.count[others] = cells.count[total] - cells.count[own]
            cells.shown.add(others)
            cells.sums.append((total, (others, own)))


_SIDES: Final = {
    QPV: (QPV,),
    HORS: (HORS,),
    BOTH: (BOTH,),
    Groupe.ECART.value: (QPV, HORS),
    Groupe.EVOLUTION_QPV.value: (QPV,),
    Groupe.EVOLUTION_HORS.value: (HORS,),
    Groupe.EVOLUTION_ECART.value: (QPV, HORS),
}


def row_cells(table: pd.DataFrame, *, model: bool = False) -> list[tuple[Cell, ...]]:
    """Return the cells each row of a table rests on.

    A side rests on its own cell; a gap on both sides; a change on the sides of both waves, and on
    the panel's when it is that of the ensemble. With `model`, rows also rest on the answers of the
    priorities' model.
    """
    size = len(table)
    total = [TOTAL] * size
    names = ("vague", "item", "niveau", "territoire", "bailleur", "groupe")
    columns = [table[c].astype(str).tolist() if c in table else total for c in names]
    waves = sorted({v for v, g in zip(columns[0], columns[5], strict=True) if not _change(g)})
    pairs = {v: split_pair(v, waves) for v in set(columns[0])}
    out = []
    for vague, item, niveau, terr, owner, group in zip(*columns, strict=True):
        ends = (pairs[vague] or (vague,)) if _change(group) else (vague,)
        owners = [owner]
        if _change(group) and owner == ENSEMBLE:
            owners.append(f"{_PANEL}{vague}")
        cells = [
            _canonical(wave, item, niveau, terr, name, side)
            for wave in ends
            for name in owners
            for side in _SIDES[group]
        ]
        if model:
            cells.append(Cell(vague, MODEL_ITEM, TOTAL, TOTAL, owner, group))
        out.append(tuple(cells))
    return out


def _change(group: str) -> bool:
    return group.startswith("evolution")
