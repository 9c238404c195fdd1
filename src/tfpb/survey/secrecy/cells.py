"""Cells of the published tables, and the sums that tie them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd

    from tfpb.model.survey import Estimates

QPV: Final = Groupe.QPV.value
HORS: Final = Groupe.HORS_QPV.value
BOTH: Final = Groupe.ENSEMBLE.value
_GROUPS: Final = (QPV, HORS, BOTH)
MODEL_ITEM: Final = "@modele"
"""Stands for the complete answers that the priorities' model rests on."""
REST: Final = "@reste"
_TWICE: Final = ("@avant:", "@entre:")
"""The same cell in an earlier release, and what the two differ by."""
_PANEL: Final = "@commun:"
_WITHOUT: Final = "@sans:"
_OTHERS: Final = "@autres"
OWNER: Final = "_bailleur"
"""Column of the benchmark that names the bailleur left out of the region; dropped by `protect`."""


class Cell(NamedTuple):
    """One set of answers that tables show a count and a share of."""

    vague: str
    item: str
    niveau: str
    territoire: str
    bailleur: str
    groupe: str


class Disclosed(NamedTuple):
    """What readers already hold of the same survey, from runs that came before.

    Parameters
    ----------
    masked : tuple of Cell
        Cells that were masked.
    shown : tuple of (Cell, int)
        Cells that were shown, be it by their number of answers, and that number.
    sides : tuple of (str, mapping of str to str)
        Column of the résidences (`cote`, a quarter, a level of territory) → résidence → what it was in a
        release: the survey keeps it.
    """

    masked: tuple[Cell, ...] = ()
    shown: tuple[tuple[Cell, int], ...] = ()
    sides: tuple[tuple[str, Mapping[str, str]], ...] = ()

    @property
    def levels(self) -> list[str]:
        """Levels of territory of these cells, the total apart."""
        return sorted({c.niveau for c in (*self.masked, *(c for c, _ in self.shown))} - {TOTAL})


NOTHING: Final = Disclosed()


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
    known : set of Cell
        Cells that readers hold already: too late to mask them.
    silent : set of Cell
        Cells whose number of answers is shown, and no share.
    """

    count: dict[Cell, int] = field(default_factory=dict)
    shown: set[Cell] = field(default_factory=set)
    sums: list[tuple[Cell, tuple[Cell, ...]]] = field(default_factory=list)
    known: set[Cell] = field(default_factory=set)
    silent: set[Cell] = field(default_factory=set)

    def withdraw(self, levels: Collection[str], disclosed: Iterable[tuple[Cell, int]]) -> None:
        """Take levels of territory, and what readers hold already, out of what may be masked.

        A cell shown with another number of answers is another cell: it may still be masked, and what
        the two differ by is tied to both.
        """
        told = {c: n for c, n in disclosed if c in self.count}
        self.known = {c for c, n in told.items() if self.count[c] == n and c in self.shown}
        self.shown -= self.known | {c for c in self.shown if c.niveau in levels}
        for cell, n in told.items():
            now = self.count[cell]
            if n != now:
                then, apart = (cell._replace(territoire=f"{m}{cell.territoire}") for m in _TWICE)
                self.count |= {then: n, apart: abs(now - n)}
                self.known.add(then)
                self.sums.append((cell, (then, apart)) if now > n else (then, (cell, apart)))


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
    states = raw["publication"].isin([Publication.PUBLIABLE.value, Publication.FRAGILE.value])
    for *key, n, telling in zip(*values, raw["n"].tolist(), states.tolist(), strict=True):
        cell = _canonical(*key)
        cells.count[cell] = int(n)
        cells.shown.add(cell)
        if not telling:
            cells.silent.add(cell)
    _declare_models(estimates.priorities, cells)
    for places in _by_wave_and_item(cells).values():
        _tie_sides_and_bailleurs(cells, places)
        _tie_territories(cells, places)
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


_Owners = dict[str, dict[str, Cell]]
_Places = dict[tuple[str, str], _Owners]


def _by_wave_and_item(cells: Cells) -> dict[tuple[str, str], _Places]:
    """Index cells: (vague, item) → (niveau, territoire) → bailleur → groupe."""
    tree: dict[tuple[str, str], _Places] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    for cell in cells.count:
        place = tree[cell.vague, cell.item][cell.niveau, cell.territoire]
        place[cell.bailleur][cell.groupe] = cell
    return tree


def _tie_sides_and_bailleurs(cells: Cells, places: _Places) -> None:
    for owners in places.values():
        names = sorted(owners)
        for owner in names:
            there = owners[owner]
            if len(there) == len(_GROUPS):
                cells.sums.append((there[BOTH], (there[QPV], there[HORS])))
        for group in _GROUPS:
            total = owners.get(ENSEMBLE, {}).get(group)
            parts = tuple(owners[o][group] for o in names if o != ENSEMBLE and group in owners[o])
            if total is not None and parts:
                _tie(cells, total, parts, total._replace(bailleur=_OTHERS))


def _tie_territories(cells: Cells, places: _Places) -> None:
    """Tie the territories of a level to the total; what no territory holds is an implied cell."""
    parts: dict[tuple[str, str, int], list[Cell]] = defaultdict(list)
    for level, place in sorted(k for k in places if k[0] != TOTAL):
        for owner, groups in places[level, place].items():
            for group, cell in groups.items():
                parts[level, owner, _GROUPS.index(group)].append(cell)
    whole = places.get((TOTAL, TOTAL), {})
    for (level, owner, rank), found in sorted(parts.items()):
        total = whole.get(owner, {}).get(_GROUPS[rank])
        if total is not None:
            _tie(cells, total, tuple(found), total._replace(niveau=level, territoire=REST))


def _tie(cells: Cells, total: Cell, parts: tuple[Cell, ...], rest: Cell) -> None:
    """Record a sum; what the parts leave of the total is an implied cell of its own."""
    left = cells.count[total] - sum(cells.count[p] for p in parts)
    if left > 0:
        cells.count[rest] = left
        parts = (*parts, rest)
    cells.sums.append((total, parts))


def _tie_panels(table: pd.DataFrame, cells: Cells) -> None:
    """Tie the panel of bailleurs met in two waves, that evolutions of the ensemble are read on."""
    changes = table[table["groupe"].str.startswith("evolution") & (table["bailleur"] == ENSEMBLE)]
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    index: dict[tuple[str, str, str, str, str], set[str]] = defaultdict(set)
    for cell, n in cells.count.items():
        if not cell.bailleur.startswith("@"):
            index[(*cell[:4], cell.groupe)].add(cell.bailleur)
            if n > 0 and cell.bailleur != ENSEMBLE:
                owners[cell.vague, cell.item].add(cell.bailleur)
    waves = sorted({wave for wave, _ in owners})
    for pair in sorted(set(changes["vague"].astype(str))):
        ends = split_pair(pair, waves)
        if ends is None:
            continue
        for key in [k for k in index if k[0] in ends and not k[3].startswith("@")]:
            wave, item = key[:2]
            met = [owners.get((end, item), set()) for end in ends]
            common = met[0] & met[1]  # question by question, as changes are
            if met[ends.index(wave)] != common:
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
        one
        for o in sorted(owners - common - {ENSEMBLE})
        if cells.count[one := Cell(vague, item, niveau, terr, o, group)] > 0
    )
    if total not in cells.count or not left:
        return
    within = Cell(vague, item, niveau, terr, panel_name(pair), group)
    cells.count[within] = sum(cells.count[c] for c in kept)
    cells.shown.add(within)
    cells.sums.append((total, (within, *left)))
    if kept:
        cells.sums.append((within, kept))


def panel_name(pair: str) -> str:
    """Name the bailleurs of both waves of a pair together."""
    return f"{_PANEL}{pair}"


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


SIDES: Final = {
    QPV: (QPV,),
    HORS: (HORS,),
    BOTH: (BOTH,),
    Groupe.ECART.value: (QPV, HORS),
    Groupe.EVOLUTION_QPV.value: (QPV,),
    Groupe.EVOLUTION_HORS.value: (HORS,),
    Groupe.EVOLUTION_ECART.value: (QPV, HORS),
}
