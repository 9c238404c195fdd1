"""Lines of total that hold more than the lines they sum: what they hold would be lost with them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tfpb.decimals import parse_decimal
from tfpb.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract


def beyond_lines(
    table: TextTable, totals: Sequence[int], contract: Contract, found: Mapping[str, str]
) -> list[Fault]:
    """Make a fault of each total that no lines sum to, in columns whose blank cells count as nil.

    A total is of the lines since the one before, of those up to the one after, or of all; a smaller
    amount than that of the lines before it loses nothing.

    Parameters
    ----------
    totals : sequence of int
        Positions of the lines of total.
    found : mapping of str to str
        Column of the contract → header of the table.
    """
    faults = []
    columns = [c.name for c in contract.columns if c.blank_is_nil and c.name in found]
    for name in columns:
        cells = [_amount(cell) for cell in table.frame[found[name]]]
        for position in totals:
            sums = [_sum(cells, lines) for lines in _summed(position, totals, len(cells))]
            more = abs(cells[position]) - sums[0]
            if more > 1 and not any(abs(abs(cells[position]) - one) <= 1 for one in sums):
                fields = {"total": abs(cells[position]), "somme": sums[0]}
                place = table.place(position, found[name], name)
                got = table.frame[found[name]].iloc[position]
                faults.append(Fault("total_sans_lignes", place, got, fields))
    return faults


def _summed(position: int, totals: Sequence[int], count: int) -> list[list[int]]:
    """Return the lines that a total may sum: those before it to the one before, those after, and all."""
    before = max((t for t in totals if t < position), default=-1)
    after = min((t for t in totals if t > position), default=count)
    spans = [range(before + 1, position), range(position + 1, after), range(position), range(count)]
    return [[k for k in span if k not in totals] for span in spans]


def _sum(cells: Sequence[Decimal], lines: Iterable[int]) -> Decimal:
    return sum((abs(cells[k]) for k in lines), Decimal(0))


def _amount(cell: str) -> Decimal:
    """Return an amount; what is not one is told of the line it is on."""
    try:
        return parse_decimal(cell) if cell else Decimal(0)
    except ValueError:
        return Decimal(0)
