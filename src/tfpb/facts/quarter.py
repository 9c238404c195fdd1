"""A quartier prioritaire: the one place that names a quarter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from tfpb.model.codes import TOTAL
from tfpb.model.columns import texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import pandas as pd

    from tfpb.model.location import QpvMap

_NAMED: Final = (
    ("code_qpv", "nom_qpv"), ("qpv_code", "qpv_nom"), ("qpv_proche_code", "qpv_proche_nom"),
)  # fmt: skip
"""Columns that name a quarter, in a map or a table of the stock."""
_NO_QUARTER: Final = ("", TOTAL)
Layer = TypeVar("Layer", bound="pd.DataFrame")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of one of the maps."""

    code_qpv: str  # `QN05991I`, `QP059061`
    nom: str = ""  # as its map publishes it; empty where no map and no file names it
    commune: str = ""  # names of its communes, as its map publishes them
    contrat: str = ""  # its contrat de ville; empty where no convention gives it

    @property
    def shown(self) -> str:
        """Its name, else its code: a quarter without name is still a quarter."""
        return self.nom or self.code_qpv

    @property
    def full(self) -> str:
        """Its name and its code, « Les Tilleuls (QN05991I) »; one without a name is its code."""
        return f"{self.nom} ({self.code_qpv})" if self.nom else self.code_qpv


class Quarters:
    """The quarters of a dossier, by code; any code has an answer, and one code has one name.

    The first of a code that has a name rules: maps come before files.
    """

    __slots__ = ("_by_code",)

    def __init__(self, quarters: Iterable[Quarter] = ()) -> None:
        by_code: dict[str, Quarter] = {}
        for one in quarters:
            if one.code_qpv and not by_code.get(one.code_qpv, Quarter("")).nom:
                by_code[one.code_qpv] = one
        self._by_code = by_code

    def __getitem__(self, code_qpv: str) -> Quarter:
        """Return the quarter of a code; one that nothing names bears its code alone."""
        return self._by_code.get(code_qpv) or Quarter(code_qpv)

    def __contains__(self, code_qpv: object) -> bool:
        """Return whether a map or a file names the code."""
        return code_qpv in self._by_code

    def __iter__(self) -> Iterator[Quarter]:
        """Go through the quarters in the order they were given."""
        return iter(self._by_code.values())

    def __len__(self) -> int:
        """Count the quarters."""
        return len(self._by_code)

    def identity(self) -> tuple[object, ...]:
        """Return what a kept result that reads them is known by."""
        return tuple(self)

    def named(self, rows: pd.DataFrame, *, nowhere: str = "") -> pd.DataFrame:
        """Return rows with what names the quarter of each (`nom_qpv`): its name, else its code.

        The one place that fills that column, beside `code_qpv`; a row of no quarter, or of the whole, bears
        `nowhere`.
        """
        codes = texts(rows, "code_qpv").tolist()
        names = [nowhere if code in _NO_QUARTER else self[code].shown for code in codes]
        if "nom_qpv" in rows or "code_qpv" not in rows:
            return rows.assign(nom_qpv=names)
        out = rows.copy()
        out.insert(list(rows.columns).index("code_qpv") + 1, "nom_qpv", names)
        return out

    def full(self, rows: pd.DataFrame, *, nowhere: str = "") -> list[str]:
        """Return the quarter of each row in full, name and code; `nowhere` as in `named`."""
        codes = texts(rows, "code_qpv").tolist()
        return [nowhere if code in _NO_QUARTER else self[code].full for code in codes]

    @property
    def names(self) -> dict[str, str]:
        """Return what names each quarter, by code."""
        return {q.code_qpv: q.shown for q in self}


def quarters_of(
    maps: Iterable[QpvMap] = (),
    stock: Iterable[pd.DataFrame] = (),
    conventions: pd.DataFrame | None = None,
) -> Quarters:
    """Return the quarters that maps publish, then those that tables of the stock name.

    Of maps of any vintage, the first that names a code rules; `stock` is located; `conventions` give a
    contrat for each quarter that one names.
    """
    held = {}
    if conventions is not None:
        pairs = zip(conventions["codes_qpv"], texts(conventions, "contrat_de_ville"), strict=True)
        held = {str(code): contrat for codes, contrat in pairs for code in codes if contrat}
    published = [
        Quarter(code, nom, commune)
        for one in maps
        for code, nom, commune in _cells(one.frame, "code_qpv", "nom_qpv", "communes")
    ]
    met = [
        Quarter(code, nom)
        for table in stock
        for columns in _NAMED
        if set(columns) <= set(table.columns)
        for code, nom in _cells(table, *columns)
    ]
    known = Quarters([*published, *met])
    return Quarters(replace(q, contrat=held.get(q.code_qpv, "")) for q in known)


def codes_of(rows: pd.DataFrame) -> list[str]:
    """Return the code of the quarter of each row."""
    return [str(code) for code in texts(rows, "code_qpv")]


def among(rows: Layer, codes: Collection[str]) -> Layer:
    """Keep the rows of some quarters, in their order."""
    return rows[stands_in(rows, codes)]


def stands_in(rows: pd.DataFrame, codes: Collection[str]) -> pd.Series[bool]:
    """Return which rows are of some quarters."""
    return texts(rows, "code_qpv").isin(codes)


def communes_of(quarters: pd.DataFrame, doors: pd.DataFrame) -> dict[str, set[str]]:
    """Return the communes (INSEE codes) of a map's quarters: as published, and of doors located there."""
    published = zip(texts(quarters, "code_qpv"), quarters["codes_insee"], strict=True)
    out = {str(code): {str(c) for c in communes} for code, communes in published}
    for code, commune in _cells(doors, "qpv_code", "result_citycode"):
        if code in out and commune:
            out[code].add(commune)
    return out


def _cells(table: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    """Return the cells of some columns as texts, each line of them once."""
    return list(dict.fromkeys(zip(*(texts(table, c).tolist() for c in columns), strict=True)))
