"""One amount out of all proportion to the others of its column: a decimal mark lost, a unit of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.questions.finding import KEPT, OUT, Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.arrays import Floats
    from tfpb.questions.whole_table import WholeTable

DIVIDED: Final = "diviser"
"""Answer: the cell holds so many times what it should."""
_LEAST_ROWS: Final = 10
_TIMES_MEDIAN: Final = 20
_TIMES_SECOND: Final = 5
_LEAST_SHARE: Final = 0.02
_FACTORS: Final = (10, 100, 1000)
_LIKE: Final = 5
"""How many times the median, or less, a cell divided is like the others."""


def odd_amounts(table: WholeTable) -> Iterator[Finding]:
    """Ask about a cell above 20 times the median, 5 times the second and 2 % of its column.

    Divided by the power of ten that makes it like the others, if one does; else its row may be left out.
    Another measure of the row that goes with it, as in the other rows, says that it is large in truth.
    """
    for header in table.measures:
        values = np.nan_to_num(table.numbers(header))
        filled = values[values > 0]
        if len(filled) < _LEAST_ROWS:
            continue
        second, most = np.sort(filled)[-2:]
        median = float(np.median(filled))
        if most <= max(_TIMES_MEDIAN * median, _TIMES_SECOND * second, _LEAST_SHARE * filled.sum()):
            continue
        at = int(values.argmax())
        if not _confirmed(table, header, at, values):
            yield _asked(table, header, at, values, median)


def _confirmed(table: WholeTable, header: str, at: int, values: Floats) -> bool:
    """Return whether another measure of a row bears the same proportion to its amount as in most rows."""
    for other in (h for h in table.measures if h != header):
        others = np.nan_to_num(table.numbers(other))
        both = (values > 0) & (others > 0)
        if both[at] and both.sum() >= _LEAST_ROWS:
            ratio = values[both] / others[both]
            if 1 / _LIKE < values[at] / others[at] / float(np.median(ratio)) < _LIKE:
                return True
    return False


def _asked(table: WholeTable, header: str, at: int, values: Floats, median: float) -> Finding:
    cell, row = str(table.frame[header].iloc[at]), int(table.rows[at])
    near = {f: abs(np.log(values[at] / f / median)) for f in _FACTORS}
    factor = min(near, key=lambda f: near[f])
    divided = near[factor] <= np.log(_LIKE)
    instead = values[at] / factor if divided else 0.0
    whole, other = _measures(table, header, at, values, instead)
    code = DIVIDED if divided else OUT
    seen = {"lu": cell, "facteur": str(factor)} if divided else {"lu": cell}
    question = Question(
        "montant_demesure" if divided else "montant_isole", table.source,
        Place(table.file, table.sheet, row, header), (row,), tuple(seen.items()),
        (Answer(code, other), Answer(KEPT, whole)), whole,
        content_of(table.cells([at], table.measures)),
    )  # fmt: skip
    change = (
        Change(table.file, table.sheet, rows=(row,), scaled={header: Decimal(1) / factor})
        if divided
        else Change(table.file, table.sheet, left_out=(row,))
    )
    return Finding(question, {code: (change,), KEPT: ()})


def _measures(
    table: WholeTable, header: str, at: int, values: Floats, instead: float
) -> tuple[Measure, Measure]:
    """Return the figure as read and with the cell changed: the table's, or the column's if it enters none."""
    whole = table.whole()
    if table.stake.counts(header):
        part = np.ones(len(values))
        part[at] = instead / values[at]
        return whole, table.stake.measure(part)
    unit = Unit.LOGEMENTS if header == table.found.get("nb_logements") else Unit.EUR
    total = float(values.sum())
    return Measure(total, unit), Measure(total - float(values[at]) + instead, unit)
