"""Tables of counts that a plan names, margins and standard: read cell by cell, every fault with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.survey.reading.delivery_columns import as_frame, parse_number, place_in, texts
from tfpb.words.faults.input_words import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats
    from tfpb.survey.reading.delivery_columns import AnyTable

_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_DOT_DECIMAL: Final = re.compile(r"[+-]?(0\.\d+|\d+\.(\d{1,2}|\d{4,})|\d{4,}\.\d+)")
"""A column that writes its decimals with a dot writes no thousands with one."""


def read_counts(table: AnyTable, column: str) -> tuple[Floats, list[Fault]]:
    """Read a column of counts, none of which may lack; NaN where the cell is at fault.

    `valeur_vide`, `valeur_illisible` (negative too), or `valeur_ambigue`, « 12.000 » being twelve or twelve
    thousand.
    """
    written = texts(as_frame(table), column)
    dotted = any(_DOT_DECIMAL.fullmatch(text) for text in written)
    values = np.array([parse_number(text) for text in written], dtype=float)
    faults = []
    for k, text in enumerate(written):
        if not dotted and _THOUSANDS.fullmatch(text):
            code = "valeur_ambigue"
        elif not values[k] >= 0:
            code = "valeur_illisible" if text else "valeur_vide"
        else:
            continue
        values[k] = np.nan
        hint = {"attendu": KINDS["nombre"]}
        faults.append(Fault(code, place_in(table, k, column), text, hint))
    return values, faults


def empty_cells(
    table: AnyTable,
    column: str,
    expected: str,
    *,
    among: Flags | None = None,
    severity: Severity = Severity.FAUTE,
) -> list[Fault]:
    """List the empty cells of a column, among some rows, where something was expected."""
    empty = texts(as_frame(table), column) == ""
    rows = np.flatnonzero(empty if among is None else empty & among)
    hint = {"attendu": expected}
    return [Fault("valeur_vide", place_in(table, int(k), column), "", hint, severity) for k in rows]


def repeated_rows(table: AnyTable, keys: Sequence[tuple[str, ...]], thing: str) -> list[Fault]:
    """List the rows whose key an earlier row bears; `thing` is what a row is."""
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for k, key in enumerate(keys):
        before = first.setdefault(key, k)
        if before != k:
            fields = {
                "autre": place_in(table, before).row,
                "cle": ", ".join(filter(None, key)),
                "objet": thing,
            }
            faults.append(Fault("ligne_en_double", place_in(table, k), "", fields))
    return faults
