"""Rows that the sheet marks: hidden, struck through, or named as no data by a column that nothing reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.questions.whole_table import WholeTable, listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.questions.finding import Finding

_TABLES: Final = packaged(__name__)
_ANY_INPUT: Final = "*"
_MOST_WORDS: Final = 12
"""Distinct values of a column above which its words are no kinds of rows."""
_ALSO: Final = {"patrimoine": ("type_habitat",)}
"""Columns that are read and may say it too: « Parking » under « Type »."""


def marked_rows(table: WholeTable) -> Iterator[Finding]:
    """Ask about rows hidden or struck through, and about those that a word takes out of the data.

    A column has 12 distinct values at most, some of which begin with such a word; a table that says it of
    every row is of that kind.
    """
    for code, marked in (("lignes_masquees", table.hidden), ("lignes_barrees", table.struck)):
        at = [k for k, row in enumerate(table.rows.tolist()) if row in marked]
        if at and len(at) < len(table.rows):
            read = tuple(dict.fromkeys((*table.keys, *table.measures)))
            cells = table.cells(at, read)
            yield table.ask_rows(code, at, seen={}, cells=cells)
    also = (table.found[name] for name in _ALSO.get(table.source, ()) if name in table.found)
    for header in (*table.unread, *also):
        values = table.frame[header]
        kinds = [text for text in dict.fromkeys(values) if text]
        if len(kinds) > _MOST_WORDS:
            continue
        named = {text for text in kinds if _is_no_data(text, table.source)}
        at = [k for k, text in enumerate(values) if text in named]
        if at and len(at) < len(table.rows):
            words = listed(sorted(named))
            read = (header, *table.measures)
            yield table.ask_rows(
                "lignes_nommees",
                at,
                column=header,
                seen={"mots": words},
                cells=table.cells(at, read),
            )


def _is_no_data(text: str, source: str) -> bool:
    """Return whether a cell begins with a word of rows that are no data."""
    folded = f"{fold(text)} "
    inputs = (_ANY_INPUT, "programme" if source == "programme_precedent" else source)
    return any(
        folded.startswith(f"{word} ")
        for name in inputs
        for word in _TABLES.get(name, {}).get("words", ())
    )
