"""Rows marked as no data: hidden, struck through, said so by a column of their own or by their name."""

from __future__ import annotations

import re
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
_STATES: Final[dict[str, list[str]]] = _TABLES["states"]
_ANY_INPUT: Final = "*"
_NAMES: Final = {"patrimoine": ("nom",), "programme": ("action", "description")}
"""Columns that name a row; of interviews, their numbers."""
_PIECES: Final = re.compile(r"[()\[\]–—:/]|\s-\s")
_SHORT: Final = 5
"""Words of a piece of a name that says a state, and nothing else."""
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
    source = _source(table)
    names = [table.found[name] for name in _NAMES.get(source, ()) if name in table.found]
    for header in names or (table.keys if source == "enquete" else ()):
        texts = table.frame[header]
        stated = {t for t in texts.unique() if t and _names_state(t, source)}
        at = [k for k, text in enumerate(texts) if text in stated]
        if at and len(at) < len(table.rows):
            words = listed(dict.fromkeys(texts.iloc[at]))
            cells = table.cells(at, (header, *table.measures))
            yield table.ask_rows(
                "lignes_dites", at, column=header, seen={"mots": words}, cells=cells
            )


def _names_state(text: str, source: str) -> bool:
    """Return whether a name says, in a piece of its own, that there is nothing to count.

    The name of a résidence may end with it: « Les Tilleuls (démolie 2022) », « LES TILLEULS VENDU ».
    """
    words = _STATES[source]
    pieces = [_letters(piece) for piece in _PIECES.split(text)]
    if any(len(p.split()) <= _SHORT and _begins(p, words) for p in pieces):
        return True
    return source == "patrimoine" and (pieces[-1].split() or [""])[-1] in words


def _letters(text: str) -> str:
    """Return a text folded, without its numbers."""
    return " ".join(re.sub(r"\d+", " ", fold(text)).split())


def _source(table: WholeTable) -> str:
    return "programme" if table.source == "programme_precedent" else table.source


def _named(table: WholeTable, header: str) -> tuple[list[int], str]:
    """Return the rows that a column says are no data, and its words; none from too many values."""
    values = table.frame[header]
    kinds = [text for text in dict.fromkeys(values) if text]
    if len(kinds) > _MOST_WORDS:
        return [], ""
    words = _of_input(_WORDS, _source(table))
    if _marks_kinds(header, values):
        words = (*words, *_of_input(_KINDS, _source(table)))
    named = {text for text in kinds if _begins(text, words)}
    return [k for k, text in enumerate(values) if text in named], listed(sorted(named))


def _marks_kinds(header: str, values: pd.Series[str]) -> bool:
    """Return whether a column may say what each row is, not what its dwellings have."""
    named = set(fold(header).split())
    if named & set(_HEADERS["annexes"]):
        return False
    filled = float((values != "").mean())
    return filled >= _NEARLY_ALL or bool(named & set(_HEADERS["remarks"]))


def _of_input(words: Mapping[str, list[str]], source: str) -> tuple[str, ...]:
    return tuple(word for name in (_ANY_INPUT, source) for word in words.get(name, ()))


def _begins(text: str, words: Iterable[str]) -> bool:
    folded = f"{fold(text)} "
    return any(folded.startswith(f"{word} ") for word in words)
