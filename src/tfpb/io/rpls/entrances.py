"""A register (RPLS) read as a stock: dwellings counted by entrance, with what it tells of each.

Rows in = dwellings out + rows listed. What it tells of an exemption is an estimate and never a date; its own
position is taken only with its projection and where it says that it is sure.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.io.rpls.register_table import (
    address_headers,
    address_lines,
    cells_of,
    clean,
    is_register,
    streets,
)
from tfpb.io.tables.headers import match_columns
from tfpb.model.codes import FLAGS, INSIDE, OUTSIDE, PROPOSED, Exemption
from tfpb.model.projection import legal_epsg, moved
from tfpb.model.tables import STOCK
from tfpb.text import fold
from tfpb.words.faults.input_words import ESTIMATED, HOUSING, PROPOSED_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.io.tables.text_table import TextTable

_Value = TypeVar("_Value")
_LONGEST_YEARS: Final = 30
_SHORTEST_YEARS: Final = 15
"""The long-term exemption lasts from 15 to 30 years."""
_FROM_REGISTER: Final = frozenset({
    "adresse", "code_postal", "commune", "code_insee", "nb_logements", "annee_construction",
    "type_habitat", "x", "y",
})  # fmt: skip
_OWN: Final = tuple(name for name in STOCK.names if name not in _FROM_REGISTER)
"""Columns of a stock that the register has not, and the landlord's own file may bear besides."""
_YEAR: Final = re.compile(r"(?:1[789]|20)\d{2}")
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?")
_YES: Final = frozenset({"1", "oui", "o", "vrai", "true"})
_NO: Final = frozenset({"0", "2", "non", "n", "faux", "false", "hors qpv"})
_QUARTER: Final = re.compile(r"Q[NP]\w{6}", re.IGNORECASE)
_SURE: Final = frozenset({"1", "11"})
"""Qualities of a position on its number; others lie anywhere in the street, or in the commune."""
_SURE_M: Final = 30.0


def as_stock(
    table: TextTable, renames: Mapping[str, str], year: int | None
) -> tuple[TextTable, list[Fault]]:
    """Read a register, a dwelling a row, as a stock; another table comes back as it is.

    One row an entrance, in the order of the file, at the row of its first dwelling: columns of `STOCK`,
    then those of `model.register`; nothing else of the file; with doubts. The exemption is estimated on the
    tax `year`. `renames` gives headers that the user named.
    """
    if not is_register(table, renames):
        return table, []
    read = _Dwellings(table, renames, year)
    keys = read.keys
    first = list(dict.fromkeys(keys).keys())
    at: dict[tuple[str, ...], list[int]] = {key: [] for key in first}
    for position, key in enumerate(keys):
        at[key].append(position)
    blank = at.pop(read.BLANK, [])
    rows = [read.entrance(positions) for positions in at.values()]
    frame = pd.DataFrame(rows, dtype="str")
    kept = np.array([positions[0] for positions in at.values()], dtype=np.int64)
    notices = tuple(n for n in table.notices if not n.place.column)
    stock = replace(
        table, frame=frame, rows=table.rows[kept], notices=notices, percents=frozenset()
    )
    return stock, read.doubts(len(rows), blank)


class _Dwellings:
    """The rows of a register, column by column."""

    BLANK: Final = ("", "", "")

    def __init__(self, table: TextTable, renames: Mapping[str, str], year: int | None) -> None:
        self._table, self._year = table, year
        found, _ = match_columns(table, STOCK, renames)
        self._own = {n: [clean(c) for c in table.frame[found[n]]] for n in _OWN if n in found}
        self._lines, self._streets = address_lines(table, address_headers(table)), streets(table)
        self._codes = [c.zfill(5) if c.isdigit() else c for c in cells_of(table, "depcom")]
        self._towns = _first(cells_of(table, "libcom"), cells_of(table, "depcomlibelle"))
        self._posts = cells_of(table, "codepostal")
        doors = zip(cells_of(table, "bat"), cells_of(table, "entree"), strict=True)
        self._doors = self._own.get("id_batiment") or [" ".join(filter(None, d)) for d in doors]
        self._built = [_year(c) for c in cells_of(table, "construct")]
        self._types = [HOUSING.get(fold(c)[:1], "") for c in cells_of(table, "typeconst")]
        self._let = [_year(c) for c in cells_of(table, "locat")]
        self._exempt = [self._exemption(c) for c in self._let]
        self._points = self._positions()
        self._identifiers = cells_of(table, "identrep")
        self._more = {
            ours: cells_of(table, theirs)
            for ours, theirs in (("code_financement", "finan"), ("convention", "numconv"))
        }
        self._flags = {
            ours: [_side(c) for c in cells_of(table, theirs)] for ours, theirs in FLAGS.items()
        }
        self.keys = [
            (code or f"{post} {town}".strip(), fold(line), fold(door))
            for code, post, town, line, door in zip(
                self._codes, self._posts, self._towns, self._lines, self._doors, strict=True
            )
        ]

    def entrance(self, at: Sequence[int]) -> dict[str, str]:
        """Return the row of the stock that some dwellings make."""
        code, street, built = (_most(v, at) for v in (self._codes, self._streets, self._built))
        x, y = _most(self._points, at) or ("", "")
        own: dict[str, str] = {name: _most(cells, at) for name, cells in self._own.items()}
        proposed = not own.get("id_residence")
        if proposed:
            town = code or _most(self._posts, at)
            parts = (town, built, *fold(street).upper().split())
            own["id_residence"] = "-".join(filter(None, parts)) or "-"
            own["nom"] = own.get("nom") or (
                PROPOSED_NAME.format(street=street, year=built) if built else street
            )
        return {
            **own,
            "id_batiment": _most(self._doors, at),
            "adresse": _most(self._lines, at),
            "code_postal": _most(self._posts, at),
            "commune": _most(self._towns, at),
            "code_insee": code,
            "nb_logements": str(len(at)),
            "annee_construction": built,
            "type_habitat": _most(self._types, at),
            "x": x,
            "y": y,
            "annee_location": _most(self._let, at),
            **{name: _most(cells, at) for name, cells in self._more.items()},
            "exo_estimee": ESTIMATED[_agreed([self._exempt[k] for k in at], Exemption.INCONNUE)],
            **{name: _agreed([cells[k] for k in at], "") for name, cells in self._flags.items()},
            PROPOSED: "1" if proposed else "",
        }

    def _exemption(self, let: str) -> str:
        if not let or self._year is None:
            return Exemption.INCONNUE
        if int(let) + _LONGEST_YEARS < self._year:
            return Exemption.ECHUE
        running = int(let) + _SHORTEST_YEARS >= self._year
        return Exemption.EN_COURS if running else Exemption.INCONNUE

    def _positions(self) -> list[tuple[str, str] | None]:
        """Turn the file's own points into the legal projection of their commune; None for none sure."""
        out: list[tuple[str, str] | None] = [None] * len(self._codes)
        quality = cells_of(self._table, "qualitexy")
        away = cells_of(self._table, "distanceprecision")
        given = (cells_of(self._table, name) for name in ("epsg", "x", "y"))
        by_system: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
        for k, (epsg, x, y) in enumerate(zip(*given, strict=True)):
            system = re.fullmatch(r"(?:EPSG ?: ?)?(\d{4,5})(?:\.0)?", epsg, re.IGNORECASE)
            if system and _sure(quality[k], away[k]):
                with suppress(ValueError):
                    place = float(x.replace(",", ".")), float(y.replace(",", "."))
                    pair = int(system[1]), legal_epsg(self._codes[k])
                    by_system.setdefault(pair, []).append((k, *place))
        for (source, target), points in by_system.items():
            rows, xs, ys = zip(*points, strict=True)
            with suppress(Exception):  # a number that names no system: its points are not read
                east, north = moved(xs, ys, source, target)
                for k, x, y in zip(rows, east, north, strict=True):
                    if np.isfinite(x) and np.isfinite(y):
                        out[k] = (f"{x:.2f}", f"{y:.2f}")
        return out

    def doubts(self, entrances: int, blank: Sequence[int]) -> list[Fault]:
        """Tell what was read, what is estimated and what is only proposed."""
        table = self._table
        place = Place(table.file, table.sheet)
        counted = {"logements": len(self.keys) - len(blank), "entrees": entrances}
        found = [("rpls_lu", place, "", counted)]
        if blank:
            found.append(("rpls_sans_adresse", table.place(blank[0]), "", {"nombre": len(blank)}))
        counts = Counter(n for n in self._identifiers if n)
        if twice := [name for name, count in counts.items() if count > 1]:
            again = sum(counts[name] - 1 for name in twice)
            here = table.place(self._identifiers.index(twice[0]), "IDENT_REP")
            found.append(("rpls_logement_en_double", here, twice[0], {"nombre": again}))
        if self._year is not None and "fin_exoneration" not in self._own:
            states = Counter(self._exempt)
            found.append(
                (
                    "exoneration_estimee",
                    place,
                    "",
                    {"annee": self._year, **{e.value: states[e] for e in Exemption}},
                )
            )
        return [Fault(*one, Severity.DOUTE) for one in found]


def _year(cell: str) -> str:
    """Return the year that a cell says, as « 1969 » or « 07/1969 » do; "" for none."""
    found = _YEAR.search(cell)
    return found[0] if found else ""


def _first(one: list[str], other: list[str]) -> list[str]:
    return [a or b for a, b in zip(one, other, strict=True)]


def _most(cells: Sequence[_Value], at: Sequence[int]) -> _Value:
    """Return the value that most of some rows hold, the first met of several; blanks count for nothing."""
    counts = Counter(cells[k] for k in at if cells[k])
    return max(counts, key=counts.__getitem__) if counts else cells[at[0]]


def _agreed(values: Iterable[str], otherwise: str) -> str:
    """Return the one value that all rows hold."""
    held = set(values)
    return held.pop() if len(held) == 1 else otherwise


def _side(cell: str) -> str:
    """Return on which side a flag, or the code of a quarter, says that a dwelling lies; "" for unknown."""
    key = fold(cell)
    if key in _YES or _QUARTER.fullmatch(cell):
        return INSIDE
    return OUTSIDE if key in _NO else ""


def _sure(quality: str, away: str) -> bool:
    """Return whether the file says that a point is on its number; one that says nothing is taken."""
    if _NUMBER.fullmatch(away):
        return float(away.replace(",", ".")) <= _SURE_M
    return not quality or quality.removesuffix(".0") in _SURE
