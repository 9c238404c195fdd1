"""Sheets of one header in a file: asked whether they are one table, and stacked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Place, TfpbError
from tfpb.io.tables.tabular import read_table
from tfpb.model.question import Answer, Asked, Measure, Question, Replies, Unit, content_of
from tfpb.text import fold
from tfpb.words.faults.input_words import listed
from tfpb.words.faults.sentences import SHEETS_APART, STACKED

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.io.tables.text_table import TextTable

ONE: Final = "une_seule"
ALL: Final = "empiler"
_ALIKE: Final = "feuilles_semblables"
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")


def stacked(
    table: TextTable, role: str, path: Path, known: tuple[str, ...], replies: Replies
) -> tuple[TextTable, Asked | None]:
    """Ask whether the sheets of the same header are one table, and stack their rows below if they are.

    Sheets of other years are left: last year's sheet is no part of this year's. No question where no other
    sheet has the same header, whose expected names are `known`.
    """
    years = set(_YEAR.findall(table.sheet))
    same = [name for name in table.alike if set(_YEAR.findall(name)) == years]
    others = [o for name in same for o in _read(path, name, known)]
    others = [o for o in others if _folded(o) == _folded(table)]
    if not others:
        return table, None
    every = (table, *others)
    own, whole = (Measure(sum(len(t.frame) for t in of), Unit.LIGNES) for of in ((table,), every))
    seen = (("lue", table.sheet), ("autres", listed(o.sheet for o in others)))
    cells = [c for t in every for c in (t.sheet, *t.frame.to_numpy(dtype=object).ravel().tolist())]
    question = Question(
        "feuilles_a_empiler", role, Place(table.file), (), seen,
        (Answer(ONE, own), Answer(ALL, whole)), whole, content_of(cells),
    )  # fmt: skip
    asked = replies.to(question)
    if len(others) == len(table.alike):  # the question says it
        table = replace(table, notices=tuple(n for n in table.notices if n.code != _ALIKE))
    return (_one(table, others) if asked.reading == ALL else table), asked


def _read(path: Path, sheet: str, known: tuple[str, ...]) -> list[TextTable]:
    try:
        return [read_table(path, sheet=sheet, known=known)]
    except TfpbError:
        return []


def _folded(table: TextTable) -> list[str]:
    return sorted(map(fold, table.frame.columns))


def _one(table: TextTable, others: list[TextTable]) -> TextTable:
    """Stack sheets under the first; a row bears which sheet it is of, as `place_words` reads it."""
    names = {fold(h): h for h in table.frame.columns}
    frames, rows = [table.frame], [table.rows]
    hidden, struck, percents = set(table.hidden), set(table.struck), set(table.percents)
    for k, other in enumerate(others, start=1):
        named = {h: names[fold(h)] for h in other.frame.columns}
        frames.append(other.frame.rename(columns=named)[list(table.frame.columns)])
        rows.append(other.rows + k * STACKED)
        hidden |= {row + k * STACKED for row in other.hidden}
        struck |= {row + k * STACKED for row in other.struck}
        percents |= {(row + k * STACKED, named.get(h, h)) for row, h in other.percents}
    return replace(
        table,
        frame=pd.concat(frames, ignore_index=True),
        rows=np.concatenate(rows),
        sheet=SHEETS_APART.join((table.sheet, *(o.sheet for o in others))),
        hidden=frozenset(hidden),
        struck=frozenset(struck),
        percents=frozenset(percents),
    )
