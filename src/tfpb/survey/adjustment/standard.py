"""A standard population given as a file: what both sides are calibrated to instead of the stock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tfpb.errors import Fault, Place, Severity
from tfpb.survey.reading.counted_tables import empty_cells, read_counts
from tfpb.survey.reading.delivery_columns import as_frame, find_column, place_in, texts
from tfpb.text import fold
from tfpb.words.survey.survey_words import ROW_LABELS, STANDARD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.survey.reading.delivery_columns import AnyTable

_COUNT_NAMES: Final = ("effectif", "logements", "nb_logements", "poids", "part")
Standard: TypeAlias = "dict[tuple[str, ...], float]"
"""Categories, one a variable, folded → count of the standard population."""


def read_standard(reference: AnyTable, variables: Sequence[str]) -> tuple[Standard, list[Fault]]:
    """Read a standard population: the variables and a count (`effectif`, `logements`…).

    Rows of one category (folded) are added; a column that lacks or a count that cannot be read is a fault,
    a row that lacks a category a doubt: its count is left out.
    """
    frame = as_frame(reference)
    count = find_column(frame, _COUNT_NAMES)
    found = {v: find_column(frame, (v,)) for v in variables}
    headers = ", ".join(str(c) for c in frame.columns)
    lacking = {v: STANDARD_VARIABLE for v, c in found.items() if c is None}
    lacking |= {_COUNT_NAMES[0]: ROW_LABELS[_COUNT_NAMES[0]]} if count is None else {}
    where = replace(place_in(reference, 0), row=0) if len(frame) else Place()
    if count is None or lacking:
        return {}, [
            Fault(
                "colonne_absente",
                where,
                "",
                {"colonne": name, "signification": label, "lues": headers},
            )
            for name, label in lacking.items()
        ]
    columns = [str(found[v]) for v in variables]
    values, faults = read_counts(reference, count)
    for column in columns:
        faults += empty_cells(reference, column, STANDARD_VARIABLE, severity=Severity.DOUTE)
    cells = zip(*(texts(frame, c) for c in columns), strict=True)
    out: Standard = {}
    for cell, value in zip(cells, values, strict=True):
        if all(cell):
            key = tuple(fold(str(c)) for c in cell)
            out[key] = out.get(key, 0.0) + float(value)
    return out, faults


def lacking_categories(
    frame: pd.DataFrame, variables: Sequence[str], reference: Standard
) -> list[Fault]:
    """Doubt a standard that has no count for categories of the survey: their interviews stay out."""
    cells = frame[list(variables)].astype(str).drop_duplicates()
    cells = cells[(cells != "").all(axis=1)]
    rows = sorted(cells.itertuples(index=False, name=None))
    absent = [row for row in rows if not reference.get(tuple(fold(p) for p in row), 0.0) > 0]
    if not absent:
        return []
    fields = {"nombre": len(absent), "variables": ", ".join(variables)}
    got = " × ".join(absent[0])
    return [Fault("standard_incomplet", got=got, fields=fields, severity=Severity.DOUTE)]
