"""Addresses as the national register of social dwellings (RPLS) writes them: five columns for one line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.text import fold, mend_mojibake, squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.io.tables.tabular import TextTable

RPLS: Final = (
    "NUMVOIE",
    "INDREP",
    "TYPVOIE",
    "NOMVOIE",
    "COMPLGEO",
    "CODEPOSTAL",
    "DEPCOM",
    "LIBCOM",
)
_LINE: Final = RPLS[:5]
_NONE: Final = {"NUMVOIE": {"0", "9999"}, "INDREP": {"9"}, "TYPVOIE": {"99"}}
_EMPTY: Final = frozenset({"na", "n a", "nan", "null", "none"})


def clean(cell: str) -> str:
    """Return a cell without broken accents or odd spaces, empty where it says that it is."""
    text = squeeze(mend_mojibake(cell))
    return "" if fold(text) in _EMPTY else text


def rpls_headers(table: TextTable) -> dict[str, str]:
    """Return the columns of the register that a table has, by name; none without that of the street."""
    headers = {fold(header): header for header in table.frame.columns}
    found = {name: headers[name.lower()] for name in RPLS if name.lower() in headers}
    return found if "NOMVOIE" in found else {}


def rpls_name(found: Mapping[str, str]) -> str:
    """Say which columns make the line: « NUMVOIE + TYPVOIE + NOMVOIE »."""
    return " + ".join(found[name] for name in _LINE if name in found)


def rpls_lines(table: TextTable, found: Mapping[str, str]) -> list[str]:
    """Write RPLS columns as one line; 9 and 99 mean none; what completes the address comes last."""
    blank = [""] * len(table.frame)
    columns = [table.frame[found[n]].tolist() if n in found else blank for n in _LINE]
    lines = []
    for cells in zip(*columns, strict=True):
        parts = [
            "" if text in _NONE.get(name, ()) else text
            for name, text in zip(_LINE, (clean(c) for c in cells), strict=True)
        ]
        number = parts[0].lstrip("0") or ""
        line = squeeze(" ".join((number, *parts[1:4])))
        lines.append(f"{line} - {parts[4]}" if parts[4] and line else line or parts[4])
    return lines


def with_rpls_line(table: TextTable) -> tuple[TextTable, str]:
    """Put the line in the place of the RPLS columns that make it, under their names (empty: it has none)."""
    found = rpls_headers(table)
    if not found:
        return table, ""
    name = rpls_name(found)
    bare = table.frame.drop(columns=[found[n] for n in _LINE if n in found])
    return replace(table, frame=bare.assign(**{name: rpls_lines(table, found)})), name
