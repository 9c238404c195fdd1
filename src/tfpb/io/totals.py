"""Lines of totals at the foot of a table: told and set aside, never read as data."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Severity
from tfpb.io.french import parse_decimal
from tfpb.io.headers import match_columns
from tfpb.model.columns import Contract, Kind
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.io.tabular import TextTable

_TOTAL: Final = re.compile(
    r"(sous )?(total|totaux)( (general|generaux|partiel|du|des|de|par) ?.*)?"
)
_HEAD: Final = re.compile(r"(sous )?(total|totaux)\b.*")
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
_OBJECTS: Final = {
    "patrimoine": "entrée", "fiscalite": "local", "programme": "action", "programme_precedent": "action",
}  # fmt: skip


def set_totals_aside(
    table: TextTable, contract: Contract, *, renames: Mapping[str, str] | None = None
) -> TextTable:
    """Take out of a table the lines that sum others, each told as a doubt of the table.

    A line is a total when its first filled cell says so (« TOTAL », or « Total du quartier… » where a cell
    that no line may lack is empty), when another cell says so and all that no line may lack is empty, or when
    the last line holds numbers only and one of them is the sum of its column.
    """
    found, _ = match_columns(table, contract, renames or {})
    numbers = [found[c.name] for c in contract.columns if c.kind in _NUMBERS and c.name in found]
    cells = table.frame.to_numpy(dtype=object)
    headers = list(table.frame.columns)
    needed = [
        headers.index(found[c.name]) for c in contract.columns if c.filled and c.name in found
    ]
    totals = [position for position, row in enumerate(cells) if _is_total(list(row), needed)]
    last = len(cells) - 1
    if last > 1 and last not in totals:
        filled = [h for h, c in zip(headers, cells[last], strict=True) if c]
        if filled and set(filled) <= set(numbers) and any(_sums(table, h) for h in filled):
            totals.append(last)
    if not totals or len(totals) == len(cells):
        return table
    said = [
        Fault(
            "ligne_de_total",
            table.place(position),
            " ; ".join(c for c in cells[position] if c),
            {"objet": _OBJECTS.get(contract.name, "donnée")},
            Severity.DOUTE,
        )
        for position in totals
    ]
    keep = [i for i in range(len(cells)) if i not in set(totals)]
    return replace(
        table,
        frame=table.frame.iloc[keep].reset_index(drop=True),
        rows=table.rows[keep],
        notices=(*table.notices, *said),
    )


def _is_total(row: list[str], needed: list[int]) -> bool:
    """Say whether a line says that it is a total; the columns may stand in any order."""
    filled = [k for k, cell in enumerate(row) if cell]
    if not filled:
        return False
    head = fold(row[filled[0]])
    if _TOTAL.fullmatch(head) or (_HEAD.fullmatch(head) and not all(row[k] for k in needed)):
        return True
    said = [k for k in filled if _HEAD.fullmatch(fold(row[k]))]
    return bool(said and needed) and not any(row[k] for k in needed if k not in said)


def _sums(table: TextTable, header: str) -> bool:
    """Say whether the last cell of a column is the sum of those above."""
    try:
        values = [parse_decimal(c) for c in table.frame[header] if c]
    except ValueError:
        return False
    return len(values) > 2 and values[-1] != 0 and sum(values[:-1], Decimal(0)) == values[-1]  # noqa: PLR2004
