"""Where a table of a contract is asked about as a whole: between its reading and its typing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.io.sources.personal import without_people
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.headers import THOUSANDS, is_akin, match_columns
from tfpb.model.question import Answer, Asked, Question, Replies, content_of
from tfpb.model.tables import STOCK
from tfpb.questions.contract_tables import SOURCES, examine, of_contract
from tfpb.questions.finding import KEPT, Change, Finding
from tfpb.questions.years import dated, of_year

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract
    from tfpb.questions.whole_table import WholeTable

READ: Final = "lire"
"""Answer: the column of another year is the one meant."""
LEFT: Final = "ne_pas_lire"
OTHER: Final = "autre"
"""Answer: the column in sight is the one meant."""
_MOSTLY: Final = 0.8
"""Part of the cells of a column that hold numbers, from which it may be a measure."""


def stock_questions(
    table: TextTable, replies: Replies, *, year: int | None = None, renames: Mapping[str, str]
) -> tuple[Asked, ...]:
    """Return the questions of a stock that a command writes again row by row: those of its dossier.

    Every row is written whatever is replied; what does not count is left out where it is counted.
    """
    own = {name: header for name, header in renames.items() if name in STOCK.names}
    kept = without_people(table, known=(*STOCK.headers, *own.values()))[0]
    held = set_aside(replace(kept, year=year), STOCK, renames=own)
    return replies.offered_again(replies.to(f.question) for f in table_findings(held, STOCK, own))


def table_findings(
    table: TextTable, contract: Contract, renames: Mapping[str, str], readings: Collection[str] = ()
) -> list[Finding]:
    """List what a table, without its units and totals, leaves open as a whole.

    None for a table whose rows make no figure. `renames` gives headers that the user named; `readings`, the
    columns of the contract whose unit the user gave.
    """
    if contract.name not in SOURCES or table.frame.empty:
        return []
    whole = _whole(table, contract, match_columns(table, contract, renames)[0])
    columns = [
        *_of_another_year(table, contract, renames, whole),
        *_hidden_measures(table, contract, renames, whole),
    ]
    return [*columns, *examine(whole, contract, THOUSANDS, frozenset(readings), columns)]


def _whole(table: TextTable, contract: Contract, found: Mapping[str, str]) -> WholeTable:
    whole = of_contract(
        contract.name, contract, found, table.frame, table.rows,
        file=table.file, sheet=table.sheet, year=table.year,
    )  # fmt: skip
    return replace(
        whole, title=table.title, hidden=table.hidden, struck=table.struck, owner=table.owner
    )


def _hidden_measures(
    table: TextTable, contract: Contract, renames: Mapping[str, str], whole: WholeTable
) -> Iterator[Finding]:
    """Ask whether a measure is to be read in a column that the sheet hides, where one in sight is like it."""
    for column in contract.columns:
        header = whole.found.get(column.name, "")
        if header not in table.hidden_columns or header not in whole.measures:
            continue
        other = next(
            (
                h
                for h in whole.unread
                if h not in table.hidden_columns and is_akin(column, h)
                if np.isfinite(whole.numbers(h)).mean() >= _MOSTLY
            ),
            "",
        )
        if column.name in renames or not other:
            continue
        after = _whole(table, contract, {**whole.found, column.name: other}).whole()
        before = whole.whole()
        question = Question(
            "colonne_masquee", contract.name, Place(table.file, table.sheet, 0, header), (),
            (("colonne", column.name), ("autre", other)), (Answer(OTHER, after), Answer(KEPT, before)),
            max(after, before, key=lambda m: m.amount),
            content_of([*table.frame[header], *table.frame[other]]),
        )  # fmt: skip
        change = Change(
            table.file, table.sheet, read_as={other: column.name}, ignored=frozenset({header})
        )
        yield Finding(question, {OTHER: (change,), KEPT: ()})


def _of_another_year(
    table: TextTable, contract: Contract, renames: Mapping[str, str], whole: WholeTable
) -> Iterator[Finding]:
    """Ask whether a column of another year is meant, where that of the file's year is not there.

    Of several years, the last one is asked about.
    """
    parts = [dated(header, table.year) for header in of_year(table.frame.columns, table.year)[1]]
    latest = {p.bare: p.header for p in sorted(parts, key=lambda p: p.year or 0)}
    bare = {header: name for name, header in latest.items() if name not in table.frame}
    if not bare:
        return
    shadow = replace(table, frame=table.frame.rename(columns=bare))
    again = {name: header for header, name in bare.items()}
    for name, read in match_columns(shadow, contract, renames)[0].items():
        header = again.get(read)
        if header is None or name in whole.found:
            continue
        other = _whole(table, contract, {**whole.found, name: header}).whole()
        before = whole.whole()
        cells = table.frame[header].tolist()
        question = Question(
            "colonne_d_une_autre_annee", contract.name, Place(table.file, table.sheet, 0, header), (),
            (("annee", str(table.year)), ("colonne", name)),
            (Answer(READ, other), Answer(LEFT, before)), other if other.amount else before,
            content_of(cells),
        )  # fmt: skip
        if not whole.measures or np.isfinite(whole.numbers(header)).any() or other != before:
            change = Change(table.file, table.sheet, read_as={header: name})
            yield Finding(question, {READ: (change,), LEFT: ()})
