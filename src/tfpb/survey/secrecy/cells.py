"""Cells of the published tables, and the atoms that make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.model.survey import Atoms, Estimates
    from tfpb.survey.secrecy.field_counts import FieldCount

QPV: Final = Groupe.QPV.value
HORS: Final = Groupe.HORS_QPV.value
BOTH: Final = Groupe.ENSEMBLE.value
_TWICE: Final = ("@avant:", "@entre:")
"""The same cell in an earlier release, and what the two differ by."""
_PANEL: Final = "@commun:"
OWNER: Final = "_bailleur"
"""Column of the benchmark that names the bailleur left out of the region; dropped by `protect`."""

Home: TypeAlias = "tuple[str, str]"
"""A résidence: its bailleur and its identifier, which two bailleurs may use."""


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
    sides : tuple of (str, mapping of (str, str) to str)
        Column of the résidences (`cote`, a quarter, a level of territory) → bailleur (folded; "" for any)
        and résidence → what it was in a release: the survey keeps it.
    counts : tuple of tuple of FieldCount
        Counts of the field sheet that each release told.
    """

    masked: tuple[Cell, ...] = ()
    shown: tuple[tuple[Cell, int], ...] = ()
    sides: tuple[tuple[str, Mapping[Home, str]], ...] = ()
    counts: tuple[tuple[FieldCount, ...], ...] = ()

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
        Valid answers of each cell.
    shown : set of Cell
        Cells that a table shows.
    sums : list of (total, parts)
        ``count[total] = Σ count[part]``, where no atom tells.
    known : set of Cell
        Cells that readers hold already: too late to mask them.
    silent : set of Cell
        Cells whose number of answers is shown, and no share.
    panels : mapping of (wave, item, name) to set of str
        Bailleurs of both waves of a pair, where they are not all.
    """

    count: dict[Cell, int] = field(default_factory=dict)
    shown: set[Cell] = field(default_factory=set)
    sums: list[tuple[Cell, tuple[Cell, ...]]] = field(default_factory=list)
    known: set[Cell] = field(default_factory=set)
    silent: set[Cell] = field(default_factory=set)
    panels: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)

    def of_wave(self, vague: str) -> Cells:
        """Return the cells of one wave: nothing ties those of two."""
        return Cells(
            {c: n for c, n in self.count.items() if c.vague == vague},
            {c for c in self.shown if c.vague == vague},
            [(total, parts) for total, parts in self.sums if total.vague == vague],
            {c for c in self.known if c.vague == vague},
            {c for c in self.silent if c.vague == vague},
            {key: names for key, names in self.panels.items() if key[0] == vague},
        )

    def identity(self) -> tuple[object, ...]:
        """Return all that it holds, for a fingerprint: the cells as one table."""
        table = pd.DataFrame(list(self.count))
        flags = (self.shown, self.known, self.silent)
        marked = {f"_{k}": [c in cells for c in self.count] for k, cells in enumerate(flags)}
        told = table.assign(_n=list(self.count.values()), **marked)
        outside = [sorted(cells - self.count.keys()) for cells in flags]
        return told, outside, self.sums, self.panels

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


def declare_cells(estimates: Estimates) -> Cells:
    """List every cell that the run's tables show.

    What a subtraction gives without any table showing it needs no cell: it is a sum of atoms.
    """
    table = estimates.comparison
    raw = table[
        (table["ajustement"] == Ajustement.BRUT.value) & table["groupe"].isin([QPV, HORS, BOTH])
    ]
    cells = Cells()
    columns = ("vague", "item", "niveau", "territoire", "bailleur", "groupe")
    values = [raw[c].astype(str).tolist() for c in columns]
    states = raw["publication"] == Publication.PUBLIABLE.value
    for *key, n, telling in zip(*values, raw["n"].tolist(), states.tolist(), strict=True):
        cell = _canonical(*key)
        cells.count[cell] = int(n)
        cells.shown.add(cell)
        if not telling:
            cells.silent.add(cell)
    _declare_panels(table, estimates.atoms, cells)
    return cells


def _declare_panels(table: pd.DataFrame, atoms: Sequence[Atoms], cells: Cells) -> None:
    """Declare the bailleurs met in two waves, that changes of the ensemble are read on."""
    changes = table[table["groupe"].str.startswith("evolution") & (table["bailleur"] == ENSEMBLE)]
    waves = {w.vague: Members(w) for w in atoms}
    names = ["vague", "item", "niveau", "territoire", "groupe"]
    for pair, item, level, place, group in changes[names].drop_duplicates().astype(str).to_numpy():
        ends = split_pair(pair, list(waves))
        if ends is None:
            continue
        for side, end in product(SIDES[group], ends):
            total = _canonical(end, item, level, place, ENSEMBLE, side)
            within = total._replace(bailleur=panel_name(pair))
            common = waves[ends[0]].owners(item) & waves[ends[1]].owners(item)
            n = waves[end].count(within, common)
            if n != cells.count.get(total, n):
                cells.count[within] = n
                cells.shown.add(within)
                cells.panels[end, item, within.bailleur] = common


def panel_name(pair: str) -> str:
    """Name the bailleurs of both waves of a pair together."""
    return f"{_PANEL}{pair}"


def split_pair(pair: str, waves: list[str]) -> tuple[str, str] | None:
    """Find the two waves of « 2019-2023 », wave names that hold a dash included."""
    return next(
        ((a, b) for a in waves for b in waves if f"{a}-{b}" == pair and a != b),
        None,
    )


class Members:
    """Which atoms of a wave each cell is made of, question apart."""

    def __init__(self, wave: Atoms) -> None:
        self.wave = wave
        self.columns = {str(c): wave.places[c].to_numpy() for c in wave.places}
        self._known: dict[tuple[str, ...], NDArray[np.bool_] | None] = {}
        self._owners: dict[str, frozenset[str]] = {}
        self._panels: dict[frozenset[str], NDArray[np.bool_]] = {}

    def owners(self, item: str) -> frozenset[str]:
        """Return the bailleurs that answered a question."""
        if item not in self._owners:
            there = self.wave.n[:, self.wave.items.index(item)] > 0
            self._owners[item] = frozenset(map(str, self.columns["bailleur"][there]))
        return self._owners[item]

    def count(self, cell: Cell, panel: Collection[str]) -> int:
        """Count the answers of a cell."""
        n = self.wave.n[:, self.wave.items.index(cell.item)]
        member = self.of(cell, panel)
        return 0 if member is None else int(n[member].sum())

    def of(self, cell: Cell, panel: Collection[str] = ()) -> NDArray[np.bool_] | None:
        """Return the atoms of a cell; None for a cell of another kind.

        `panel` are the bailleurs of a cell over those of two waves.
        """
        if cell.bailleur.startswith(_PANEL):
            whole = self.of(cell._replace(bailleur=ENSEMBLE))
            names = frozenset(panel)
            if names not in self._panels:
                self._panels[names] = np.isin(self.columns["bailleur"], [*names])
            return None if whole is None else whole & self._panels[names]
        if cell[2:] not in self._known:
            self._known[cell[2:]] = self._find(cell)
        return self._known[cell[2:]]

    def _find(self, cell: Cell) -> NDArray[np.bool_] | None:
        if cell.territoire.startswith("@") or (
            cell.niveau != TOTAL and cell.niveau not in self.columns
        ):
            return None
        member = np.ones(len(self.columns["qpv"]), dtype=bool)
        if cell.niveau != TOTAL:
            member &= self.columns[cell.niveau] == cell.territoire
        if cell.bailleur != ENSEMBLE:
            member &= self.columns["bailleur"] == cell.bailleur
        if cell.groupe != BOTH:
            member &= self.columns["qpv"] == ("1" if cell.groupe == QPV else "0")
        return member


SIDES: Final = {
    QPV: (QPV,),
    HORS: (HORS,),
    BOTH: (BOTH,),
    Groupe.ECART.value: (QPV, HORS),
    Groupe.EVOLUTION_QPV.value: (QPV,),
    Groupe.EVOLUTION_HORS.value: (HORS,),
    Groupe.EVOLUTION_ECART.value: (QPV, HORS),
}
