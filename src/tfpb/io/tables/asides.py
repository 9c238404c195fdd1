"""Lines that are no data, units under a header and totals at the foot: told and set aside, never read."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Severity
from tfpb.io.tables.french import parse_decimal
from tfpb.io.tables.headers import match_columns
from tfpb.model.columns import Contract, Kind
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tfpb.io.tables.tabular import TextTable

_NOTHING: Final = frozenset({"", "-", "–", "—"})
_TOTAL: Final = re.compile(
    r"(sous )?(total|totaux)( (general|generaux|partiel|du|des|de|par) ?.*)?"
)
_HEAD: Final = re.compile(r"(sous )?(total|totaux)\b.*")
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
_EURO: Final = r"€|euros?|eur"
_UNIT: Final = re.compile(
    rf"(?:en )?(?:[km]?(?:{_EURO})(?: ?(?:ht|ttc|/ ?\w+))?|%|‰|pct|pour ?cent|pourcentage|nb|nbre|nombre|u|"
    r"unites?|m|m2|m²|mètres?|h|heures?|jours?|j|logements?|log\.?|logts?)"
)
_FORM: Final = re.compile(
    r"jj/mm/aa(?:aa)?|aaaa|oui ?/ ?non|o/n|texte|date|code|unités? ?:?|unites? ?:?"
)
_EXPECTED: Final = {
    Kind.MONEY: (re.compile(rf"(?:en )?(?:{_EURO})(?: ?(?:ht|ttc))?"), "des euros"),
    Kind.PERCENT: (re.compile(r"(?:en )?(?:%|pct|pour ?cent|pourcentage)"), "un pourcentage"),
}
"""Kind of column → the units its numbers may be in, and their name."""
_OBJECTS: Final = {
    "patrimoine": "entrée", "fiscalite": "local", "programme": "action", "programme_precedent": "action",
}  # fmt: skip


def set_aside(
    table: TextTable, contract: Contract, *, renames: Mapping[str, str] | None = None
) -> TextTable:
    """Take out of a table the lines that are no data, each told as a doubt of the table.

    The line under the header when all it holds is units (« (€) », « % »); one that a column of the
    contract cannot be in (« k€ ») is a fault. And the lines that sum others: the first filled cell says so
    (« TOTAL », or « Total du quartier… » where a cell that no line may lack is empty), or another cell says
    so and all that no line may lack is empty, or the last line holds numbers only and one of them is the
    sum of its column.
    """
    found, _ = match_columns(table, contract, renames or {})
    table = _without_units(table, contract, found)
    totals = _totals(table, contract, found)
    if not totals or len(totals) == len(table.frame):
        return table
    cells = table.frame.to_numpy(dtype=object)
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
    return _less(table, totals, said)


def _less(table: TextTable, positions: Collection[int], said: Iterable[Fault]) -> TextTable:
    """Take lines out, and say so among the notices of the table."""
    keep = [i for i in range(len(table.frame)) if i not in set(positions)]
    return replace(
        table,
        frame=table.frame.iloc[keep].reset_index(drop=True),
        rows=table.rows[keep],
        notices=(*table.notices, *said),
    )


def _without_units(table: TextTable, contract: Contract, found: Mapping[str, str]) -> TextTable:
    """Take out the line of units under the header."""
    if len(table.frame) < 2:  # noqa: PLR2004
        return table
    said = {str(h): _unit(c) for h, c in table.frame.iloc[0].items() if c not in _NOTHING}
    if not all(said.values()) or not any(_UNIT.fullmatch(u) for u in said.values()):
        return table
    faults = [
        Fault(
            "ligne_d_unites",
            table.place(0),
            " ; ".join(c for c in table.frame.iloc[0] if c not in _NOTHING),
            {},
            Severity.DOUTE,
        )
    ]
    for column in contract.columns:
        unit = said.get(found.get(column.name, ""), "")
        expected = _EXPECTED.get(column.kind)
        if unit and expected and not expected[0].fullmatch(unit):
            header = found[column.name]
            place = replace(
                table.place(0, header), name=column.name if header != column.name else ""
            )
            faults.append(Fault("unite_contraire", place, unit, {"attendu": expected[1]}))
    return _less(table, [0], faults)


def _unit(cell: str) -> str:
    """Return the unit, or the form of a value, that a cell is made of; "" when it is something else."""
    text = squeeze(cell).lower()
    bare = text[1:-1].strip() if text[:1] + text[-1:] in {"()", "[]"} else text
    return bare if _UNIT.fullmatch(bare) or _FORM.fullmatch(bare) else ""


def _totals(table: TextTable, contract: Contract, found: Mapping[str, str]) -> list[int]:
    """List the lines that sum others."""
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
    return totals


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
