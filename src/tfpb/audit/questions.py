"""One question's released rows as a system over atoms: sizes, then counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack, vstack

from tfpb.audit.atoms import Assumed, Atoms, Cell, Vectors
from tfpb.audit.released import RAW, Release
from tfpb.audit.solving import System, distinct
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.model.arrays import Flags, Floats

    Vector = Floats

MASKED: Final = "masque"
_HALF_POINT: Final = 0.005
_EXACT: Final = 1e-6
_WHOLE_NUMBER: Final = 1e-6
_CELL: Final = ["vague", "niveau", "territoire", "bailleur", "groupe"]
_SHARES: Final = ("qpv", "hors_qpv", "ensemble")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a cell for one question: its size, or nothing.

    `adjusted` says that an adjusted row tells what the raw one masks.
    """

    cell: Cell
    vector: Vector
    n: float
    masked: bool
    adjusted: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A share told, and how far the count may lie from it."""

    cell: Cell
    vector: Vector
    n: float
    share: float
    slack: float


class Space:
    """The unknowns of an audit: atoms, wave after wave, and each cell as a vector over them."""

    def __init__(self, releases: Sequence[Release], atoms: Atoms) -> None:
        self.releases, self.atoms = releases, atoms
        frames = [r.rows.assign(release=k) for k, r in enumerate(releases)]
        self.rows = pd.concat(frames, ignore_index=True)
        changes = self.rows["groupe"].str.startswith("evolution")
        self.waves = sorted(self.rows.loc[~changes, "vague"].unique())
        self.of = Vectors(atoms, releases, self.waves).of
        self.unreached = 0
        self._told = self._read()
        self.equal = _equal_weights(self.rows)

    @property
    def caps(self) -> Vector:
        """Dwellings of each unknown."""
        return np.tile(self.atoms.caps, len(self.waves))

    @property
    def items(self) -> list[str]:
        """Questions, in order."""
        return sorted(self._told)

    def measures(self, item: str) -> list[str]:
        """Return the answers that a question's shares are of."""
        return sorted(self.rows.loc[self.rows["item"] == item, "mesure"].unique())

    def of_owner(self, owner: str) -> Flags:
        """Return the unknowns of one bailleur."""
        one = [fold(b) == fold(owner) for b in self.atoms.table["bailleur"]]
        return np.tile(np.array(one, dtype=bool), len(self.waves))

    def homes(self, target: Vector) -> tuple[str, ...]:
        """Return the résidences of a target, where a stock tells them."""
        count = len(self.atoms.table)
        places = sorted({int(k) % count for k in np.flatnonzero(target)})
        return tuple(h for k in places for h in self.atoms.residences[k])

    def answers(self, known: pd.DataFrame, item: str, column: str) -> Vector:
        """Add up what is known of résidences, by unknown."""
        rows = known[known["item"] == item].groupby(["vague", "residence"])[column].sum()
        out = [
            sum(float(rows.get((wave, home), 0)) for home in homes)
            for wave in self.waves
            for homes in self.atoms.residences
        ]
        return np.array(out)

    def told(self, item: str) -> list[Told]:
        """Return what each cell of a question tells of its size."""
        return self._told.get(item, [])

    def _read(self) -> dict[str, list[Told]]:
        """Read each cell once: its raw rows, or what its adjusted rows tell where these are masked."""
        raw: dict[tuple[str, Cell], list[tuple[str, float]]] = {}
        other: dict[tuple[str, Cell], float] = {}
        columns = [
            self.rows[c].tolist()
            for c in ("item", "release", *_CELL, "ajustement", "publication", "n")
        ]
        for item, *names, adjustment, publication, n in zip(*columns, strict=True):
            key = (item, Cell(*names))
            if adjustment == RAW:
                raw.setdefault(key, []).append((publication, n))
            elif not np.isnan(n):
                other[key] = n
        out: dict[str, list[Told]] = {}
        for (item, cell), rows in sorted(raw.items()):
            masked = any(p == MASKED for p, _ in rows) or all(np.isnan(n) for _, n in rows)
            if not (v := self.of(cell)).any():  # too many territories crossed, or none in the stock
                self.unreached += masked
                continue
            sizes = [n for _, n in rows if not np.isnan(n)]
            adjusted = not sizes and (item, cell) in other
            n = sizes[0] if sizes else other.get((item, cell), np.nan)
            out.setdefault(item, []).append(Told(cell, v, n, masked, adjusted))
        return out

    def shares(self, item: str, measure: str) -> list[Share]:
        """Return the shares that a question tells, of sides and their whole."""
        rows = self.rows[
            (self.rows["item"] == item) & (self.rows["mesure"] == measure)
            & (self.rows["ajustement"] == RAW) & self.rows["groupe"].isin(_SHARES)
            & self.rows["estimation"].notna() & self.rows["n"].notna()
        ]  # fmt: skip
        out = []
        for row in rows.to_dict("records"):
            cell = Cell(row["release"], *(row[c] for c in _CELL))
            slack = _HALF_POINT if np.isnan(row["erreur_type"]) else _EXACT
            out.append(Share(cell, self.of(cell), row["n"], row["estimation"], slack))
        return out

    def asked(self) -> Mapping[Cell, float]:
        """Return the interviews of each cell that equal weights and « ne sait pas » give back."""
        rows = self.rows[
            self.rows["part_nsp"].notna() & self.rows["n"].notna() & (self.rows["ajustement"] == RAW)
            & self.rows["groupe"].isin(_SHARES)
        ]  # fmt: skip
        left = (1 - rows["part_nsp"]) * (1 - rows["part_non_concerne"].fillna(0))
        total = (rows["n"] / left).where(left > 0)
        out: dict[Cell, float] = {}
        for names, n in zip(
            rows[["release", *_CELL]].itertuples(index=False, name=None), total, strict=True
        ):
            out[Cell(*names)] = max(out.get(Cell(*names), 0.0), float(np.nan_to_num(n)))
        return out


def _equal_weights(table: pd.DataFrame) -> bool:
    """Return whether exact shares are all whole numbers of answers."""
    rows = table[(table["ajustement"] == RAW) & table["groupe"].isin(_SHARES)]
    exact = rows[rows["erreur_type"].notna()]
    left = rows[rows["part_nsp"].notna() & (rows["part_nsp"] < 1)]
    of_left = left["part_nsp"] / (1 - left["part_nsp"]) * left["n"]
    counts = pd.concat([exact["estimation"] * exact["n"], of_left]).dropna().to_numpy()
    return bool((np.abs(counts - np.rint(counts)) < _WHOLE_NUMBER * (1 + counts)).all())


def size_system(
    space: Space, told: Sequence[Told], assumed: Assumed, asked: Mapping[Cell, float]
) -> System:
    """Make the system of sizes of one question."""
    known = [t for t in told if not np.isnan(t.n)]
    known = [t for t in known if assumed.changes or not t.cell.groupe.startswith("evolution")]
    known = [known[k] for k in distinct(t.vector for t in known)]
    bounded = [t for t in told if np.isnan(t.n) and asked.get(t.cell, 0) > 0]
    rows = np.array([t.vector for t in [*known, *bounded]]).reshape(-1, len(space.caps))
    numbers = np.array([t.n for t in known])
    most = np.array([np.floor(asked[t.cell] + 0.5) for t in bounded])
    big = numbers.max(initial=0) + 1000
    ceiling = np.minimum(space.caps, big) if assumed.stock else np.full(len(space.caps), big)
    return System(
        csr_array(rows),
        np.concatenate([numbers, np.zeros(len(most))]),
        np.concatenate([numbers, most]),
        np.zeros(len(ceiling)),
        ceiling,
    )


def count_system(sizes: System, shares: Sequence[Share]) -> System:
    """Add to a system of sizes the numbers of satisfied answers: `x = (sizes, counts)`."""
    unknowns = sizes.rows.shape[1]
    rows, low, high = [], [], []
    for k in distinct(s.vector for s in shares):
        s = shares[k]
        rows.append(s.vector)
        low.append(np.ceil((s.share - s.slack) * s.n - _EXACT))
        high.append(np.floor((s.share + s.slack) * s.n + _EXACT))
    told = csr_array(np.array(rows).reshape(-1, unknowns))
    one = csr_array(np.eye(unknowns))
    empty = csr_array((sizes.rows.shape[0], unknowns))
    matrix = vstack([
        hstack([sizes.rows, empty]),
        hstack([csr_array(told.shape), told]),
        hstack([one, -one]),
    ])  # fmt: skip
    return System(
        csr_array(matrix),
        np.concatenate([sizes.low, low, np.zeros(unknowns)]),
        np.concatenate([sizes.high, high, np.full(unknowns, np.inf)]),
        np.concatenate([sizes.floor, np.zeros(unknowns)]),
        np.concatenate([sizes.ceiling, sizes.ceiling]),
    )
