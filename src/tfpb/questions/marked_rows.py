"""Rows that the sheet marks: hidden, struck through, or named as no data by a column that nothing reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.questions.whole_table import WholeTable, listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from tfpb.questions.finding import Finding

_TABLES: Final = packaged(__name__)
_WORDS: Final[dict[str, list[str]]] = _TABLES["words"]
_KINDS: Final[dict[str, list[str]]] = _TABLES["kinds"]
_HEADERS: Final[dict[str, list[str]]] = _TABLES["headers"]
_ANY_INPUT: Final = "*"
_MOST_WORDS: Final = 12
"""Distinct values of a column above which its words are no kinds of rows."""
_NEARLY_ALL: Final = 0.9
_ALSO: Final = {"patrimoine": ("type_habitat",)}
"""Columns that are read and may say it too: « Parking » under « Type »."""


def marked_rows(table: WholeTable) -> Iterator[Finding]:
    """Ask about rows hidden or struck through, and about those that a word takes out of the data.

    A column has 12 distinct values at most, some of which begin with such a word; a table that says it of
    every row is of that kind. What is no dwelling (« Parking ») counts where the column says the kind of
    nearly every row, or bears remarks.
    """
    for code, marked in (("lignes_masquees", table.hidden), ("lignes_barrees", table.struck)):
        at = [k for k, row in enumerate(table.rows.tolist()) if row in marked]
        if at and len(at) < len(table.rows):
            read = tuple(dict.fromkeys((*table.keys, *table.measures)))
            cells = table.cells(at, read)
            yield table.ask_rows(code, at, seen={}, cells=cells)
    also = (table.found[name] for name in _ALSO.get(table.source, ()) if name in table.found)
    for header in (*table.unread, *also):
        at, words = _named(table, header)
        if at and len(at) < len(table.rows):
            read = (header, *table.measures)
            yield table.ask_rows(
                "lignes_nommees",
                at,
                column=header,
                seen={"mots": words},
                cells=table.cells(at, read),
            )


def _named(table: WholeTable, header: str) -> tuple[list[int], str]:
    """Return the rows that a column says are no data, and its words; none from too many values."""
    values = table.frame[header]
    kinds = [text for text in dict.fromkeys(values) if text]
    if len(kinds) > _MOST_WORDS:
        return [], ""
    words = _of_input(_WORDS, table.source)
    if _says_kinds(header, values):
        words = (*words, *_of_input(_KINDS, table.source))
    named = {text for text in kinds if _begins(text, words)}
    return [k for k, text in enumerate(values) if text in named], listed(sorted(named))


def _says_kinds(header: str, values: pd.Series[str]) -> bool:
    """Return whether a column may say what each row is, not what its dwellings have."""
    named = set(fold(header).split())
    if named & set(_HEADERS["annexes"]):
        return False
    filled = float((values != "").mean())
    return filled >= _NEARLY_ALL or bool(named & set(_HEADERS["remarks"]))


def _of_input(words: Mapping[str, list[str]], source: str) -> tuple[str, ...]:
    inputs = (_ANY_INPUT, "programme" if source == "programme_precedent" else source)
    return tuple(word for name in inputs for word in words.get(name, ()))


def _begins(text: str, words: Iterable[str]) -> bool:
    folded = f"{fold(text)} "
    return any(folded.startswith(f"{word} ") for word in words)
