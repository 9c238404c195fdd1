"""Small makers shared by the sections: columns, tables of chosen columns, what is missing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.report import Chart, ChartKind, Format, Section, Table, TableColumn, Text
from tfpb.words.documents.report_words import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORKBOOK: Final = frozenset({"classeur", "donnees"})
DOCUMENT: Final = frozenset({"document"})
DATA: Final = frozenset({"donnees"})
BOTH: Final = frozenset({"classeur", "document"})
ALL: Final = frozenset({"classeur", "document", "donnees"})
SHEET: Final = frozenset({"classeur"})
_ON_A_PAGE: Final = {
    ChartKind.GAPS: 14,
    ChartKind.DUMBBELL: 26,
    ChartKind.STACKED: 9,
    ChartKind.SLOPES: 9,
}
"""Items of two lines each that stand on a page under a title."""


def column(
    key: str, header: str, fmt: Format = Format.TEXT, width: int = 14, *, total: bool = False
) -> TableColumn:
    """Make a column (positional, so that a list of them reads as a table)."""
    return TableColumn(key, header, fmt, width, total)


def table(
    key: str, title: str, columns: Sequence[TableColumn], rows: pd.DataFrame, **rest: Any
) -> Table:
    """Make a table that keeps the chosen columns only, in their order, with a clean index."""
    chosen = rows.reindex(columns=[c.key for c in columns]).reset_index(drop=True)
    return Table(key, title, tuple(columns), chosen, **rest)


def only(whole: Table, key: str, keys: Sequence[str]) -> Table:
    """Make the document's version of a workbook table: the same rows, fewer columns."""
    chosen = tuple(c for k in keys for c in whole.columns if c.key == k)
    rows = whole.rows[[c.key for c in chosen]].reset_index(drop=True)
    return replace(whole, key=key, columns=chosen, rows=rows, media=DOCUMENT)


def over_pages(chart: Chart) -> list[Chart]:
    """Cut a chart that would be higher than a page into charts of as many items each."""
    items = list(dict.fromkeys(chart.rows["libelle"]))
    count = math.ceil(len(items) / _ON_A_PAGE.get(chart.kind, len(items) or 1))
    if count < 2:  # noqa: PLR2004 - it stands on one page
        return [chart]
    size = math.ceil(len(items) / count)
    out = []
    for k in range(count):
        rows = cut(chart.rows, chart.rows["libelle"].isin(items[k * size : (k + 1) * size]))
        key = f"{chart.key}_{k + 1}" if k else chart.key
        title = f"{chart.title} ({k + 1}/{count})"
        out.append(replace(chart, key=key, title=title, rows=rows.reset_index(drop=True)))
    return out


def said(values: pd.Series[Any], words: Mapping[Any, str]) -> pd.Series[str]:
    """Turn codes into words; an empty or unknown code stays as it is."""
    return values.map(lambda code: words.get(code, "" if pd.isna(code) else str(code))).astype(
        object
    )


def cut(rows: pd.DataFrame, mask: pd.Series[bool]) -> pd.DataFrame:
    """Return the rows of a mask, as a frame of their own."""
    return rows.loc[mask].copy()


def lacking(key: str, *, subject: str, title: str, sheet: str) -> Section:
    """Make the section of an input that was not given: what is lacking, how to add it."""
    lead, hint = MISSING[subject]
    return Section(key, title, lead, (Text((hint,)),), sheet=sheet)


def number_of(value: Any) -> float:
    """Return a cell as a float, NaN when it is missing."""
    return float("nan") if value is None or pd.isna(value) else float(value)


def has(rows: pd.DataFrame, name: str) -> bool:
    """Tell whether a column is there and not wholly empty."""
    if name not in rows.columns:
        return False
    filled = rows[name].notna() & (rows[name].astype(str) != "")
    return bool(filled.any())
