"""A table as read, before it is typed: its text, what its columns are, and what hangs on its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tfpb.decimals import parse_machine_decimal
from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.questions.finding import KEPT, OUT, Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from tfpb.model.arrays import Floats, Integers

_MOST: Final = Decimal(10) ** 15
_SHOWN: Final = 4
SEPARATOR: Final = " ; "
"""Between the texts of a field of `seen`."""


class Stake(Protocol):
    """The figure that a table makes, and what it becomes when rows count for less, or for nothing."""

    def measure(self, part: Floats) -> Measure:
        """Return the figure when each row counts for a part of itself: 1 as read, 0 left out."""
        ...

    def counts(self, header: str) -> bool:
        """Return whether the numbers of a column enter the figure."""
        ...


@dataclass(frozen=True, slots=True)
class Summed:
    """A figure that sums over rows."""

    amounts: Floats  # what each row adds, nil where it cannot be read
    unit: Unit
    headers: frozenset[str] = frozenset()  # columns that the amounts are made of

    def measure(self, part: Floats) -> Measure:
        """Return the sum of the parts."""
        return Measure(float((self.amounts * part).sum()), self.unit)

    def counts(self, header: str) -> bool:
        """Return whether the amounts are made of a column."""
        return header in self.headers


@dataclass(frozen=True, slots=True)
class WholeTable:
    """A table of text and what is known of its columns."""

    source: str  # name of the input (`patrimoine`, `fiscalite`…)
    file: str
    sheet: str
    frame: pd.DataFrame  # text cells, "" when empty
    rows: Integers  # row of each line as a spreadsheet numbers it
    found: Mapping[str, str]  # column of the contract → header
    stake: Stake  # what the rows make together
    measures: tuple[str, ...] = ()  # headers of amounts and counts, which a total sums
    keys: tuple[str, ...] = ()  # headers of what names a row: identifiers, names, addresses
    group: str = ""  # header of the résidence; "" for none
    unread: tuple[str, ...] = ()  # headers that nothing reads
    year: int | None = None  # year that the file is about
    title: str = ""  # lines above the header, and the name of the sheet
    hidden: frozenset[int] = frozenset()
    """Rows that the sheet hides (a folded outline is not hidden)."""
    struck: frozenset[int] = frozenset()  # Rows that the sheet strikes through
    owner: str = ""
    """Bailleur whose file it is."""
    read: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)
    """Numbers of the columns read so far."""

    @property
    def kind(self) -> str:
        """The input that it is one of: last year's tax sheet is a tax sheet."""
        return kind_of(self.source)

    def numbers(self, header: str) -> Floats:
        """Return the numbers of a column, NaN where a cell holds none."""
        if header not in self.read:
            self.read[header] = parsed(self.frame[header])
        return self.read[header]

    def numeric(self) -> list[str]:
        """Return the headers that hold a number, read or not: naming one of them more changes nothing."""
        return [h for h in self.frame.columns if np.isfinite(self.numbers(h)).any()]

    def whole(self) -> Measure:
        """Return the figure of all rows."""
        return self.stake.measure(np.ones(len(self.rows)))

    def without(self, at: Sequence[int]) -> Measure:
        """Return the figure without the rows at some positions."""
        part = np.ones(len(self.rows))
        part[list(at)] = 0
        return self.stake.measure(part)

    def ask_rows(
        self, code: str, at: Sequence[int], *, column: str = "", seen: Mapping[str, str],
        cells: Iterable[str],
    ) -> Finding:  # fmt: skip
        """Ask whether rows (`at`: positions) are data: they are kept, or left out.

        `column` is the header where it was seen, `cells` what the question was read from.
        """
        rows = tuple(int(self.rows[k]) for k in sorted(at))
        seen = {"lignes": str(len(rows)), **seen}
        whole = self.whole()
        question = Question(
            code, self.source, Place(self.file, self.sheet, rows[0], column), rows, tuple(seen.items()),
            (Answer(OUT, self.without(at)), Answer(KEPT, whole)), whole, content_of(cells),
            len(at) / len(self.rows) if whole.unit is Unit.POINTS else 0.0,
        )  # fmt: skip
        return Finding(question, {OUT: (Change(self.file, self.sheet, left_out=rows),), KEPT: ()})

    def cells(self, at: Iterable[int], headers: Sequence[str] = ()) -> list[str]:
        """Return the cells of some rows, of some columns or of all, in the order of the file."""
        own = self.frame[list(headers)] if headers else self.frame
        return [c for k in sorted(at) for c in own.iloc[k].tolist()]


def kind_of(source: str) -> str:
    """Return the input of the year that an input, of this year or the one before, is like."""
    return source.removesuffix("_precedente").removesuffix("_precedent")


def parsed(cells: pd.Series[str]) -> Floats:
    """Read the cells of a column as numbers, NaN where a cell holds none."""
    values = cells.to_numpy(dtype=object)
    known = {text: _number(text) for text in set(values)}
    return np.array([known[text] for text in values], dtype=np.float64)


def _number(text: str) -> float:
    if not text or not any(c.isdigit() for c in text):
        return float("nan")
    try:
        value = parse_machine_decimal(text)
    except ValueError:
        return float("nan")
    return float(value) if abs(value) < _MOST else float("nan")


def in_cents(values: Floats) -> Integers:
    """Return amounts as whole cents, nil where there is none."""
    return np.rint(np.nan_to_num(values) * 100).astype(np.int64)


def listed(texts: Iterable[str]) -> str:
    """Join a few texts as written, each once."""
    few = [text for text in dict.fromkeys(texts) if text]
    return SEPARATOR.join(few[:_SHOWN]) + ("…" if len(few) > _SHOWN else "")
