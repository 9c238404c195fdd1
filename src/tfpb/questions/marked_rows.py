"""Rows marked as no data: hidden, struck through, said so by a column of their own or by their name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.questions.whole_table import WholeTable, listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
_MORE_WORDS: Final = 2
"""Words, at most, that follow the state in a cell that says nothing else: « Reportée à 2026 »."""
_ALSO: Final = {"patrimoine": ("type_habitat",), "programme": ("texte_bilan", "calendrier")}
"""Columns that are read and may say it too: « Parking » under « Type »."""
_EACH: Final = frozenset({"conventions"})
"""Inputs of few rows, each a right: they are asked about though they be all of the table."""
_UNWORDED: Final = frozenset({"decisions", "reclamations"})
"""Inputs whose words say what came of a row: what is hidden or struck out is asked, no more."""
_SUBJECTS: Final[list[str]] = _TABLES["subjects"]
_SUBJECT: Final = re.compile(rf"^(?:{'|'.join(_SUBJECTS)}) ")
"""May stand before the word: « Action annulée »."""


def marked_rows(table: WholeTable) -> Iterator[Finding]:
    """Ask about rows hidden or struck through, and about those that a word takes out of the data.

    Some cells of a column begin with such a word; where the column is read, or has more than 12 distinct
    values, they say little else, and interviews are left. A table that hides every row, or says it of every
    row, is of that kind, but for conventions. What is no dwelling (« Parking ») counts where the column says
    the kind of nearly every row, or bears remarks.
    """
    source = table.kind
    for code, marked in (("lignes_masquees", table.hidden), ("lignes_barrees", table.struck)):
        at = [k for k, row in enumerate(table.rows.tolist()) if row in marked]
        if _is_part(table, at) or (at and marked is table.struck):
            read = tuple(dict.fromkeys((*table.keys, *table.measures)))
            yield table.ask_rows(code, at, seen={}, cells=table.cells(at, read))
    if source in _UNWORDED:
        return
    also = [table.found[name] for name in _ALSO.get(source, ()) if name in table.found]
    for header in (*table.unread, *also):
        at, words = _named(table, header)
        if _is_part(table, at):
            cells = table.cells(at, (header, *table.measures))
            yield table.ask_rows(
                "lignes_nommees", at, column=header, seen={"mots": words}, cells=cells
            )
    names = [table.found[name] for name in _NAMES.get(source, ()) if name in table.found]
    for header in names or (table.keys if source == "enquete" else ()):
        texts = table.frame[header]
        stated = {t for t in texts.unique() if t and _names_state(t, source)}
        at = [k for k, text in enumerate(texts) if text in stated]
        if _is_part(table, at):
            words = listed(dict.fromkeys(texts.iloc[at]))
            cells = table.cells(at, (header, *table.measures))
            yield table.ask_rows(
                "lignes_dites", at, column=header, seen={"mots": words}, cells=cells
            )


def _is_part(table: WholeTable, at: Sequence[int]) -> bool:
    """Return whether rows are some of a table: all of them are its kind, but where each is a right."""
    return bool(at) and (len(at) < len(table.rows) or table.source in _EACH)


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


def _named(table: WholeTable, header: str) -> tuple[list[int], str]:
    """Return the rows that a column says are no data, and its words; none where most of many say it."""
    values, source = table.frame[header], table.kind
    kinds = [text for text in dict.fromkeys(values) if text]
    words, most = _of_input(_WORDS, source), None
    if len(kinds) > _MOST_WORDS or (header not in table.unread and source == "programme"):
        if source == "enquete":
            return [], ""
        most = _MORE_WORDS
    elif _marks_kinds(header, values):
        words = (*words, *_of_input(_KINDS, source))
    named = {text for text in kinds if _begins(text, words, most)}
    if len(kinds) > _MOST_WORDS and 2 * len(named) > len(kinds):
        return [], ""
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


def _begins(text: str, words: Iterable[str], most: int | None = None) -> bool:
    """Return whether a text begins with one of some words, and no more than `most` follow it."""
    folded = _SUBJECT.sub("", f"{fold(text)} ", count=1)
    begun = (word for word in words if folded.startswith(f"{word} "))
    return any(
        most is None or len(_letters(folded.removeprefix(word)).split()) <= most for word in begun
    )
