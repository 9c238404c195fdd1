"""Rows of other rows: the name of a group (« Agence Nord »), with its sum or without, and lines of total."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.decimals import parse_decimal
from tfpb.errors import Fault
from tfpb.model.columns import Kind
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract

_GROUP: Final = re.compile(
    r"(?:agences?|antennes?|secteurs?|directions?|territoires?|delegations?|unites?|poles?|quartiers?|qpv|"
    r"communes?|villes?|departements?|zones?|sites?)\b.*"
)
"""Folded words that begin the name of a group of résidences."""
_CODED: Final = 0.6
"""Part of the identifiers with a digit from which one without is no identifier."""
_MEASURES: Final = frozenset(
    {Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.YEAR}
)
"""Kinds of the columns where a text is a remark, and names no group."""
_RESIDENCE: Final = "id_residence"
_TOWN: Final = "commune"


def section_lines(table: TextTable, contract: Contract, found: Mapping[str, str]) -> list[int]:
    """List the positions of the rows that name the rows above or below them.

    Such a row has one text without a digit. With nothing more, another row follows, and the text is in a
    column of codes, or is the word of a group or a commune of the table; with a count, that is the exact
    sum of the rows up to the next such row, or the one before; alone, it has the word of a group. `found`
    gives the header of a column of the contract.
    """
    residence = next((c for c in contract.columns if c.name == _RESIDENCE), None)
    if residence is None or not residence.filled or _RESIDENCE not in found:
        return []
    headers = list(table.frame.columns)
    cells = table.frame.to_numpy(dtype=object)
    counted = headers.index(found["nb_logements"]) if "nb_logements" in found else -1
    lone: dict[int, tuple[int, str]] = {}
    for position, row in enumerate(cells):
        filled = [k for k, cell in enumerate(row) if cell and k != counted]
        if len(filled) == 1 and not any(map(str.isdigit, row[filled[0]])):
            lone[position] = filled[0], str(row[counted]) if counted >= 0 else ""
    if not lone or len(lone) == len(cells):
        return []
    others = [row for position, row in enumerate(cells) if position not in lone]
    towns = {fold(row[headers.index(found[_TOWN])]) for row in others} if _TOWN in found else set()
    coded = _has_codes([row[headers.index(found[_RESIDENCE])] for row in others])

    measures = {found.get(c.name) for c in contract.columns if c.kind in _MEASURES}

    def names_group(position: int) -> bool:
        at = lone[position][0]
        text = fold(cells[position, at])
        in_codes = coded and headers[at] not in {found.get("adresse"), *measures}
        return in_codes or _GROUP.fullmatch(text) is not None or text in towns

    bare = [
        p for p, (_, count) in lone.items() if not count and p + 1 < len(cells) and names_group(p)
    ]
    bare = [p for p in bare if any(q not in lone for q in range(p + 1, len(cells)))]
    summed = [p for p, (_, count) in lone.items() if count]
    if len(summed) == 1:  # one sum may be met by chance
        summed = [p for p in summed if _GROUP.fullmatch(fold(cells[p, lone[p][0]]))]
    return sorted([*bare, *_sums(summed, set(lone), cells, counted)])


def _has_codes(values: list[str]) -> bool:
    filled = [v for v in values if v]
    return bool(filled) and sum(any(map(str.isdigit, v)) for v in filled) >= _CODED * len(filled)


def _sums(candidates: list[int], lone: set[int], cells: Any, counted: int) -> list[int]:
    """Return the rows whose count is the sum of their group, all of them above it or all below it."""
    for step in (1, -1):
        if candidates and all(_is_sum(p, step, lone, cells, counted) for p in candidates):
            return candidates
    return []


def _is_sum(position: int, step: int, lone: set[int], cells: Any, counted: int) -> bool:
    total, rows, at = Decimal(0), 0, position + step
    try:
        while 0 <= at < len(cells) and at not in lone:
            total += parse_decimal(cells[at, counted]) if cells[at, counted] else 0
            rows, at = rows + 1, at + step
        return rows > 1 and total == parse_decimal(cells[position, counted])
    except ValueError:
        return False


def beyond_lines(
    table: TextTable, totals: Sequence[int], contract: Contract, found: Mapping[str, str]
) -> list[Fault]:
    """Make a fault of each total (`totals`: positions) that no lines sum to, where blank cells count as nil.

    A total is of the lines since the one before, of those up to the one after, or of all; a smaller amount
    than that of the lines before it loses nothing. `found` gives the header of a column of the contract.
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
