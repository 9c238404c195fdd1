"""Rows that lack the number they must bear: each gets one that its content makes, and it is told."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Severity
from tfpb.words.faults.input_words import NO_NOTICE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.io.tables.text_table import TextTable

_NAMED_BY: Final = ("axe", "code_qpv", "action")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LENGTH: Final = 4


def with_given_names(table: TextTable, role: str, found: Mapping[str, str]) -> TextTable:
    """Return a table whose actions all have a number, and whose exempt lines all have a notice.

    `found` gives the header of a column of the contract.
    """
    if role.startswith("programme"):
        return _numbered(table, found)
    if role.startswith("fiscalite"):
        return _noticed(table, found)
    return table


def _numbered(table: TextTable, found: Mapping[str, str]) -> TextTable:
    """Give actions a number made of their axis, quarter and title: as long as these stay, it stays."""
    held = [found[name] for name in _NAMED_BY if name in found]
    header = found.get("id_action", "id_action")
    cells = table.frame[header].tolist() if "id_action" in found else [""] * len(table.frame)
    if len(held) < len(_NAMED_BY) or all(cells):
        return table
    met: Counter[str] = Counter()
    first, count = -1, 0
    for k, parts in enumerate(table.frame[held].to_numpy(dtype=object).tolist()):
        if cells[k] or not parts[-1]:
            continue
        name = hashlib.sha256("\x00".join(map(str, parts)).encode()).hexdigest()[:_LENGTH].upper()
        met[name] += 1
        cells[k] = f"SN-{name}" + (f"-{met[name]}" if met[name] > 1 else "")
        first, count = (k if first < 0 else first), count + 1
    return _named(table, header, cells, "actions_numerotees", first, count)


def _noticed(table: TextTable, found: Mapping[str, str]) -> TextTable:
    """Name a notice for the exempt lines that give none: without a sum, it says nothing."""
    ends, header, paid = (
        found.get(c, "") for c in ("fin_exoneration", "avis", "cotisation_avis_eur")
    )
    if not header or not ends or table.year is None:
        return table
    cells = table.frame[header].tolist()
    exempt = [
        max(map(int, _YEAR.findall(text)), default=0) >= table.year for text in table.frame[ends]
    ]
    sums = table.frame[paid].tolist() if paid else [""] * len(cells)
    at = [
        k
        for k, cell in enumerate(cells)
        if not cell and exempt[k] and not any(c in "123456789" for c in sums[k])
    ]
    for k in at:
        cells[k] = NO_NOTICE
    return _named(table, header, cells, "avis_sans_numero", at[0] if at else -1, len(at))


def _named(
    table: TextTable, header: str, cells: list[Any], code: str, first: int, count: int
) -> TextTable:
    if not count:
        return table
    doubt = Fault(code, table.place(first, header), cells[first], {"nombre": count}, Severity.DOUTE)
    frame = table.frame.assign(**{header: cells})
    return replace(table, frame=frame, notices=(*table.notices, doubt))
