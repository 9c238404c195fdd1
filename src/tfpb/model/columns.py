"""What a column contract is made of.

A contract is data: a reader turns text into typed frames with it, an error message quotes it, the
templates of `tfpb nouveau` and the documentation are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.arrays import Floats

STAMP: Final = ("_fichier", "_feuille", "_ligne")
"""Columns every typed frame carries: file, sheet and spreadsheet row the line came from."""


def stamped_place(frame: pd.DataFrame, position: int, column: str = "") -> Place:
    """Return the place in the user's file of the row at a position (0-based) of a stamped frame."""
    file, sheet, row = (frame[name].iloc[position] for name in STAMP)
    return Place(str(file), str(sheet), int(row), column)


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Read a column as floats, NaN where it is absent or not a number."""
    if column not in frame.columns:
        return np.broadcast_to(np.float64(np.nan), len(frame))
    values = frame[column]
    if values.dtype != np.float64:
        values = pd.to_numeric(values, errors="coerce")
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def texts(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Read a column as text, "" where it is absent or empty."""
    if column not in frame.columns:
        return pd.Series("", index=frame.index, dtype="str")
    values = frame[column]
    if isinstance(values.dtype, pd.StringDtype):
        return values.fillna("")
    return values.astype(object).where(values.notna(), "").astype(str)


class Kind(StrEnum):
    """How a cell is read. Kinds are French-format aware (decimal comma, dates as written here)."""

    TEXT = "texte"
    CODE = "code"
    INTEGER = "entier"
    NUMBER = "nombre"
    MONEY = "montant"
    PERCENT = "pourcentage"
    DATE = "date"
    YEAR = "annee"
    BOOLEAN = "oui_non"
    CHOICE = "choix"
    CODES = "codes"


READINGS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.PERCENT: ("pourcentage", "proportion"),
    Kind.DATE: ("jour_mois", "mois_jour"),
    Kind.MONEY: ("euros", "milliers", "millions"),
}
"""Kind of column → the ways its cells may be read where that is asked, the usual one first."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str  # in the contract; its suffix is the unit (`_eur`, `_m`, `_pct`)
    kind: Kind = Kind.TEXT
    """How cells are read. `MONEY` gives `decimal.Decimal`, `DATE` gives `datetime.date`, `CODES` a tuple of
    str; all three are object columns."""
    label: str = ""  # what it means, in French, for messages and templates
    required: bool = False  # the column must be there
    filled: bool = False  # no cell may be empty
    aliases: tuple[str, ...] = ()
    """Other headers that mean the same (compared without accents, case or punctuation)."""
    choices: tuple[str, ...] = ()  # allowed codes of a `CHOICE`
    minimum: float | None = None  # of a number, inclusive
    maximum: float | None = None  # of a number, inclusive
    year_end: bool = False
    """A year alone is a `DATE` here: the 31 December on which something ends. A signature or a declaration
    of « 2025 » may be on either side of a limit."""
    instead: str = ""
    """Column of the contract that does as well where this one, required, is not there."""
    blank_is_nil: bool = False
    """An amount that is counted as nil where its cell is blank: a total may have no more than the lines."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The columns of one kind of table, in the order they are written."""

    name: str
    title: str
    columns: tuple[Column, ...]
    closed: bool = False  # other columns are of no use: the reader lists those it did not read
    counted: tuple[str, ...] = ()
    """Columns of which at least one must be filled: without any, sums would be shown as 0 €."""
    marked_by: str = ""
    """Column that our own tables fill in the rows of this kind alone, or « column=value » where they write
    that in it; empty where they are of one kind."""

    def column(self, name: str) -> Column:
        """Return the column of that name (KeyError if there is none)."""
        return {c.name: c for c in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means a column: they help to find the header under title rows."""
        return tuple(name for c in self.columns for name in (c.name, *c.aliases))
