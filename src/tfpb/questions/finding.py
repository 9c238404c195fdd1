"""A question with what each of its answers makes of the tables it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.decimals import parse_machine_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    import pandas as pd

    from tfpb.model.arrays import Integers
    from tfpb.model.question import Question

OUT: Final = "ecarter"
"""Answer of many questions: the rows are no data."""
KEPT: Final = "garder"
"""Answer of many questions: the rows are data."""


@dataclass(frozen=True, slots=True)
class Change:
    """Effect of an answer on one table, as read: on its text cells, before they are typed."""

    file: str  # that of the question's place, or of the other table where it compares two
    sheet: str = ""
    rows: tuple[int, ...] = ()  # rows in which cells are scaled and recoded; empty for all
    left_out: tuple[int, ...] = ()  # rows that are no data, as a spreadsheet numbers them
    scaled: Mapping[str, Decimal] = field(default_factory=dict)
    """Header → factor of its numbers (k€: 1000). A cell that has no number is unchanged."""
    read_as: Mapping[str, str] = field(default_factory=dict)
    """Header → column of the contract that it means."""
    ignored: frozenset[str] = frozenset()  # headers that are not read
    recoded: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Header → code as written → code that it means (a scale written the other way round)."""
    written: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """Row and header → true content of the cell, where an answer goes line by line."""
    filled: Mapping[str, str] = field(default_factory=dict)
    """Header, of a new column where there is none → content of every row."""
    copied: Mapping[str, str] = field(default_factory=dict)
    """Header, of a new column where there is none → header whose cells it takes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A question, and the changes that each answer makes.

    ValueError if an answer of the question has no entry, or an entry no answer.
    """

    question: Question
    changes: Mapping[str, tuple[Change, ...]]
    """By code of an answer, empty where it leaves the tables as they are."""

    def __post_init__(self) -> None:
        codes = {answer.code for answer in self.question.answers}
        if codes != set(self.changes):
            raise ValueError(f"{self.question.code}: {sorted(codes ^ set(self.changes))}")


@dataclass(frozen=True, slots=True)
class Changed:
    """A table after some answers."""

    frame: pd.DataFrame  # text cells
    rows: Integers  # row of each line as a spreadsheet numbers it
    renames: Mapping[str, str]  # column of the contract → header that means it


def settle(
    frame: pd.DataFrame, rows: Integers, changes: Iterable[Change], *, file: str, sheet: str = ""
) -> Changed:
    """Apply to a copy of a table what answers change in it; changes of other tables are ignored.

    Cells first (filled, written, recoded, scaled, copied), then columns, then rows: the order of the
    answers does not count. `frame` has text cells; `file` and `sheet` name the table.
    """
    own = [one for one in changes if (one.file, one.sheet) == (file, sheet)]
    if not own:
        return Changed(frame, rows, {})
    out = frame.copy()
    _change_cells(out, rows, own)
    ignored = {header for one in own for header in one.ignored}
    renames = {name: header for one in own for header, name in one.read_as.items()}
    gone = np.array([row for one in own for row in one.left_out], dtype=np.int64)
    keep = ~np.isin(rows, gone)
    out = out.loc[keep, [header for header in out.columns if header not in ignored]]
    return Changed(out.reset_index(drop=True), rows[keep], renames)


def _change_cells(out: pd.DataFrame, rows: Integers, own: Iterable[Change]) -> None:
    """Change the cells of a table in place."""
    own, numbers = list(own), rows.tolist()
    for header, text in ((h, t) for one in own for h, t in one.filled.items()):
        out[header] = text
    written = {at: text for one in own for at, text in one.written.items()}
    for header in {header for _, header in written if header in out}:
        cells = zip(numbers, out[header], strict=True)
        out[header] = [written.get((row, header), cell) for row, cell in cells]
    for one in own:
        here = np.isin(rows, np.array(one.rows)) if one.rows else np.ones(len(rows), dtype=bool)
        for header, codes in one.recoded.items():
            if header in out:
                out.loc[here, header] = [codes.get(c, c) for c in out.loc[here, header]]
        for header, factor in one.scaled.items():
            if header in out:
                out.loc[here, header] = [_times(c, factor) for c in out.loc[here, header]]
    for one in own:  # what is copied is what the other answers made of it
        for header, other in one.copied.items():
            out[header] = out[other]


def _times(cell: str, factor: Decimal) -> str:
    try:
        value = parse_machine_decimal(cell) * factor
    except ValueError:
        return cell
    return f"{value.normalize():f}".replace(".", ",")
