"""Amounts out of all proportion to the others of their column: a decimal mark lost, a unit of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.questions.finding import KEPT, OUT, Change, Finding
from tfpb.questions.years import THOUSANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_GAP: Final = 20
"""Times the largest of the others from which several cells stand apart; a power of ten brings them back."""
_MOST_PART: Final = 0.1
_FACTORS_OF_MANY: Final = (100, 1000, 10_000)
_LIKE_MANY: Final = 3
_K: Final = 1000
_FEWEST: Final = 3
_GAP_BELOW: Final = 50


def odd_amounts(table: WholeTable) -> Iterator[Finding]:
    """Ask about a cell above 20 times the median, 5 times the second and 2 % of its column, or a few apart.

    Divided by the power of ten that makes it like the others, if one does; else its row may be left out.
    Another measure of the row that goes with it, as in the other rows, says that it is large in truth.
    """
    for header in table.measures:
        values = _amounts(table, header)
        filled = values[values > 0]
        if len(filled) < _LEAST_ROWS:
            continue
        median = float(np.median(filled))
        far = _one_above(values, filled, median) or _some_above(values, filled, median)
        at = [k for k in far if not _confirmed(table, header, k, values)]
        if at:
            yield _asked(table, header, at, values, median)


def _amounts(table: WholeTable, header: str) -> Floats:
    """Return the numbers of a column; none is nil, which stands apart from nothing."""
    return np.nan_to_num(table.numbers(header))


def _one_above(values: Floats, filled: Floats, median: float) -> list[int]:
    second, most = np.sort(filled)[-2:]
    bound = max(_TIMES_MEDIAN * median, _TIMES_SECOND * second, _LEAST_SHARE * filled.sum())
    return [int(values.argmax())] if most > bound else []


def _some_above(values: Floats, filled: Floats, median: float) -> list[int]:
    """Return the cells, a tenth at most, that stand apart and that one power of ten makes like the others."""
    ordered = np.sort(filled)[::-1]
    for count in range(2, int(_MOST_PART * len(filled)) + 1):
        least, most = ordered[count - 1], ordered[0]
        factor = _nearest(float(np.median(ordered[:count])), median, _FACTORS_OF_MANY)
        if (
            least >= _GAP * ordered[count]
            and median / _LIKE_MANY <= least / factor
            and most / factor <= median * _LIKE_MANY
        ):
            return np.flatnonzero(values >= least).tolist()
    return []


def _nearest(value: float, median: float, factors: Sequence[int]) -> int:
    return min(factors, key=lambda f: abs(np.log(value / f / median)))


def thousands_in_rows(table: WholeTable, amounts: tuple[str, ...]) -> Iterator[Finding]:
    """Ask about the rows, three or more and half at most, whose amounts are all a thousandth of the others.

    Of actions or costs: a garage is in truth a thousandth of a building. `amounts` are headers of amounts
    without a unit of their own.
    """
    for header in amounts:
        values = _amounts(table, header)
        at = _far_below(values)
        held = [h for h in amounts if (_amounts(table, h)[at] > 0).any()]
        if not at or not all(_is_low(_amounts(table, h), at) for h in held):
            continue
        rows = tuple(int(table.rows[k]) for k in at)
        whole, other = _measures(table, header, at, values, _K)
        question = Question(
            "milliers_par_lignes", table.source, Place(table.file, table.sheet, rows[0], header), rows,
            (("lignes", str(len(rows))), ("lu", str(table.frame[header].iloc[at[0]]))),
            (Answer(THOUSANDS, other), Answer(KEPT, whole)), whole, content_of(table.cells(at, held)),
        )  # fmt: skip
        change = Change(table.file, table.sheet, rows=rows, scaled=dict.fromkeys(held, Decimal(_K)))
        yield Finding(question, {THOUSANDS: (change,), KEPT: ()})
        return


def _far_below(values: Floats) -> list[int]:
    ordered = np.sort(values[values > 0])
    if len(ordered) < _LEAST_ROWS:
        return []
    gaps = ordered[1:] / ordered[:-1]
    count = int(gaps.argmax()) + 1
    if not _FEWEST <= count <= len(ordered) / 2 or gaps[count - 1] < _GAP_BELOW:
        return []
    return np.flatnonzero((values > 0) & (values < ordered[count])).tolist()


def _is_low(values: Floats, at: list[int]) -> bool:
    """Return whether a thousand times the amounts of some rows are like those of the others."""
    low = np.zeros(len(values), dtype=bool)
    low[at] = True
    few, others = (values[(values > 0) & side] for side in (low, ~low))
    return len(others) > 0 and bool(1 / _LIKE < _K * np.median(few) / np.median(others) < _LIKE)


def _confirmed(table: WholeTable, header: str, at: int, values: Floats) -> bool:
    """Return whether another measure of a row bears the same proportion to its amount as in most rows."""
    for other in (h for h in table.measures if h != header):
        others = _amounts(table, other)
        both = (values > 0) & (others > 0)
        if both[at] and both.sum() >= _LEAST_ROWS:
            ratio = values[both] / others[both]
            if 1 / _LIKE < values[at] / others[at] / float(np.median(ratio)) < _LIKE:
                return True
    return False


def _asked(table: WholeTable, header: str, at: list[int], values: Floats, median: float) -> Finding:
    cell, rows = str(table.frame[header].iloc[at[0]]), tuple(int(table.rows[k]) for k in at)
    many = len(at) > 1
    factor = _nearest(float(np.median(values[at])), median, _FACTORS_OF_MANY if many else _FACTORS)
    divided = many or abs(np.log(values[at[0]] / factor / median)) <= np.log(_LIKE)
    whole, other = _measures(table, header, at, values, 1 / factor if divided else 0.0)
    code = DIVIDED if divided else OUT
    seen = {"lu": cell, "facteur": str(factor)} if divided else {"lu": cell}
    if many:
        seen = {"lignes": str(len(at)), **seen}
    kind = "montants_demesures" if many else "montant_demesure" if divided else "montant_isole"
    question = Question(
        kind, table.source, Place(table.file, table.sheet, rows[0], header), rows, tuple(seen.items()),
        (Answer(code, other), Answer(KEPT, whole)), whole,
        content_of(table.cells(at, table.measures)),
    )  # fmt: skip
    change = (
        Change(table.file, table.sheet, rows=rows, scaled={header: Decimal(1) / factor})
        if divided
        else Change(table.file, table.sheet, left_out=rows)
    )
    return Finding(question, {code: (change,), KEPT: ()})


def _measures(
    table: WholeTable, header: str, at: list[int], values: Floats, times: float
) -> tuple[Measure, Measure]:
    """Return the figure as read and with cells scaled: the table's, or the column's if it enters none."""
    whole = table.whole()
    part = np.ones(len(values))
    part[at] = times
    if table.stake.counts(header):
        return whole, table.stake.measure(part)
    unit = Unit.LOGEMENTS if header == table.found.get("nb_logements") else Unit.EUR
    return Measure(float(values.sum()), unit), Measure(float((values * part).sum()), unit)
