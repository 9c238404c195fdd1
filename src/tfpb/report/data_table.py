"""A table as the data have it: in a column of numbers, numbers alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.report import Format, Linked, TableColumn
from tfpb.report.cell_values import NUMERIC
from tfpb.words.documents.report_words import DATA_COLUMNS

if TYPE_CHECKING:
    from tfpb.model.report import Table

_STATE, _WORD = "_etat", "_mot"


def data_table(table: Table) -> Table:
    """Return a table whose columns of numbers hold nothing else.

    What a sheet writes in place of a number (« au moins 5 € », « moins de 30, ou masqué ») stands in columns
    after the others: `<key>_bas`, `_haut` and `_etat` of an amount (`Table.data`), `<key>_mot` of a word.
    A column that may hold words has the latter in every pack, whether it holds some or not.
    """
    rows, added = table.rows.copy(), {c: _numbers(c, cells) for c, cells in table.data}
    stated = {c.key for c in added}
    for column in table.columns:
        if any(isinstance(v, Linked) for v in rows[column.key]):
            rows[column.key] = [v.value if isinstance(v, Linked) else v for v in rows[column.key]]
        if column.format not in NUMERIC and not (column.format is Format.DATE and column.worded):
            continue
        cells = rows[column.key]
        worded = cells.map(lambda v: isinstance(v, str) and bool(v)).astype(bool)
        if f"{column.key}{_STATE}" not in stated and (column.worded or worded.any()):
            title = f"{column.header}, {DATA_COLUMNS[_WORD]}"
            words = cells.astype(object).where(worded, None)
            added[TableColumn(column.key + _WORD, title)] = tuple(words)
        if worded.any():
            rows[column.key] = cells.astype(object).where(~worded, None)
    more = {c.key: pd.Series(cells, rows.index, dtype=object) for c, cells in added.items()}
    whole = pd.concat([rows, pd.DataFrame(more, rows.index)], axis=1)
    return replace(table, columns=(*table.columns, *added), rows=whole, data=())


def _numbers(column: TableColumn, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the cells of a column that the data alone have, without the words of one of numbers."""
    if column.format not in NUMERIC:
        return cells
    return tuple(None if isinstance(cell, str) else cell for cell in cells)
