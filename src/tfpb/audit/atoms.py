"""Atoms: sets of résidences that no released row tells apart; rows as vectors over them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb.audit.released import Release, is_whole
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.model.arrays import Floats


OTHERS: Final = "*"
"""The bailleurs that no row names."""
ELSEWHERE: Final = ""
MOST_ATOMS: Final = 4000
_NO_LIMIT: Final = 1e6
_IN, _OUT = "dans", "hors"
_SIDES: Final = {
    "qpv": (_IN,), "evolution_qpv": (_IN,), "hors_qpv": (_OUT,), "evolution_hors": (_OUT,),
    "ensemble": (_IN, _OUT), "ecart": (_IN, _OUT), "evolution_ecart": (_IN, _OUT),
}  # fmt: skip


class Cell(NamedTuple):
    """What one row is about, questions apart."""

    release: int
    vague: str
    niveau: str
    territoire: str
    bailleur: str
    groupe: str


@dataclass(frozen=True, slots=True)
class Atoms:
    """Sets of résidences that rows cannot part.

    Parameters
    ----------
    table : DataFrame
        One row an atom: `bailleur`, and for each release its side and territories (`0:cote`, `0:agence`…).
    caps : array
        Dwellings of each atom; a million where no stock tells.
    residences : tuple of tuple of str
        Those of each atom; empty where no stock tells.
    """

    table: pd.DataFrame
    caps: Floats
    residences: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the attacker takes for granted, from the strongest to the weakest.

    Parameters
    ----------
    stock : bool
        The packs' résidences are those surveyed, on these sides, and dwellings bound interviews.
    others : bool
        Bailleurs that no row or stock names may have answers.
    elsewhere : bool
        Some answers may lie in no territory of a level.
    changes : bool
        Changes between waves add up the two waves.
    moves : bool
        Without stock: a résidence may have another side in another pack.
    """

    stock: bool = True
    others: bool = False
    elsewhere: bool = False
    changes: bool = True
    moves: bool = False


def atoms_of(releases: Sequence[Release], assumed: Assumed) -> Atoms:
    """Part résidences by all that the rows of all releases tell apart."""
    stocks = [r.stock for r in releases]
    owners = _owners(releases)
    known: Atoms | None = None
    if assumed.stock and all(s is not None for s in stocks):
        known = _from_stocks(releases)
        named = {fold(b) for b in known.table["bailleur"]}
        owners = [b for b in owners if fold(b) not in named]
        if not assumed.others:
            return known
    alone = known is None and not assumed.others and owners
    crossed = _crossed(releases, owners if alone else [*owners, OTHERS], assumed)
    if known is None:
        return crossed
    table = pd.concat([known.table, crossed.table], ignore_index=True).fillna("")
    return Atoms(
        table, np.concatenate([known.caps, crossed.caps]), (*known.residences, *crossed.residences)
    )


def _owners(releases: Iterable[Release]) -> list[str]:
    return sorted({b for r in releases for b in r.rows["bailleur"].unique() if not is_whole(b)})


def _from_stocks(releases: Sequence[Release]) -> Atoms:
    parts = []
    for number, release in enumerate(releases):
        assert release.stock is not None  # noqa: S101 - asked for by the caller
        stock = release.stock.set_index("residence")
        part = stock[["cote", *release.levels]].add_prefix(f"{number}:")
        parts.append(
            part.assign(**{f"b{number}": stock["bailleur"], f"h{number}": stock["logements"]})
        )
    joined = pd.concat(parts, axis=1)
    numbers = range(len(releases))
    names = joined[[f"b{k}" for k in numbers]].bfill(axis=1).iloc[:, 0].fillna("")
    homes = joined[[f"h{k}" for k in numbers]].max(axis=1)
    keys = joined.drop(columns=[f"{x}{k}" for x in "bh" for k in numbers]).fillna("")
    keys.insert(0, "bailleur", names)
    keys = keys[(keys[[f"{k}:cote" for k in numbers]] != "").any(axis=1)]
    groups = keys.groupby(list(keys.columns), sort=True)
    table = pd.DataFrame(list(groups.groups), columns=keys.columns)
    rows = [list(index) for index in groups.groups.values()]
    caps = np.array([float(homes.loc[ids].sum()) for ids in rows])
    return Atoms(table, caps, tuple(tuple(map(str, ids)) for ids in rows))


def _crossed(releases: Sequence[Release], owners: Sequence[str], assumed: Assumed) -> Atoms:
    """Cross bailleur, side and every level of territory of every release."""
    columns: dict[str, list[str]] = {"bailleur": list(owners)}
    same: dict[tuple[str, frozenset[str]], str] = {}
    copies: dict[str, str] = {}
    for number, release in enumerate(releases):
        side = f"{number}:cote"
        if number and not assumed.moves:
            copies[side] = "0:cote"
        else:
            columns[side] = [_IN, _OUT]
        for level in release.levels:
            places = sorted(
                release.rows.loc[release.rows["niveau"] == level, "territoire"].unique()
            )
            key, name = (level, frozenset(places)), f"{number}:{level}"
            if key in same:
                copies[name] = same[key]
            else:
                same[key] = name
                columns[name] = [*places, *([ELSEWHERE] if assumed.elsewhere else [])]
    _fewer(columns)
    table = pd.DataFrame(list(product(*columns.values())), columns=list(columns))
    for name, first in copies.items():
        table[name] = table[first]
    for number, release in enumerate(releases):
        for level in release.levels:
            if quarter_like(release, level):
                outside = table[f"{number}:cote"] == _OUT
                table.loc[outside, f"{number}:{level}"] = ELSEWHERE
    table = table.drop_duplicates(ignore_index=True)
    return Atoms(table, np.full(len(table), _NO_LIMIT), ((),) * len(table))


def _fewer(columns: dict[str, list[str]]) -> None:
    """Leave out the widest levels while there are too many atoms: a weaker attacker, that ends."""
    while np.prod([len(v) for v in columns.values()]) > MOST_ATOMS:
        levels = [c for c in columns if c != "bailleur" and not c.endswith(":cote")]
        widest = max(levels, key=lambda c: len(columns[c]), default="")
        if not widest or len(columns[widest]) == 1:
            return
        columns[widest] = [ELSEWHERE]


def quarter_like(release: Release, level: str) -> bool:
    """Return whether a level's gap is a quarter against all that is hors QPV: it has no whole."""
    groups = release.rows.loc[release.rows["niveau"] == level, "groupe"]
    return "ensemble" not in set(groups)


class Vectors:
    """Cells as vectors: which atoms, wave after wave, each adds up."""

    def __init__(self, atoms: Atoms, releases: Sequence[Release], waves: Sequence[str]) -> None:
        self._columns = {str(c): atoms.table[c].to_numpy() for c in atoms.table}
        self._owners = np.array([fold(b) for b in atoms.table["bailleur"]], dtype=object)
        self._quarters = {
            (k, v) for k, r in enumerate(releases) for v in r.levels if quarter_like(r, v)
        }
        pairs = [(w, w) for w in waves] + [(a, b) for a in waves for b in waves]
        self._waves = {
            a if k < len(waves) else f"{a}-{b}": np.array([float(w in (a, b)) for w in waves])
            for k, (a, b) in enumerate(pairs)
        }
        self._known: dict[Cell, Floats] = {}

    def of(self, cell: Cell) -> Floats:
        """Return a cell as a vector, the same object each time."""
        if cell not in self._known:
            side = self._columns[f"{cell.release}:cote"]
            chosen = np.isin(side.astype(str), _SIDES[cell.groupe])
            if not is_whole(cell.bailleur):
                chosen &= self._owners == fold(cell.bailleur)
            if cell.niveau != "total":
                here = self._columns[f"{cell.release}:{cell.niveau}"] == cell.territoire
                if (cell.release, cell.niveau) in self._quarters:
                    here |= side == _OUT
                chosen &= here
            waves = self._waves[cell.vague]
            self._known[cell] = np.outer(waves, chosen.astype(float)).ravel()
        return self._known[cell]
