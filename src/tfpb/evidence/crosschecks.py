"""Checks between files: codes and identifiers that one file uses and another must know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfpb.errors import Fault, Place, Severity
from tfpb.model.tables import STAMP
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from tfpb.model.location import QpvMap


def unknown_quarters(
    frames: Mapping[str, pd.DataFrame], maps: Mapping[int, QpvMap], vintage: int
) -> list[Fault]:
    """List codes of quarters that no imported map holds, and codes of the other vintage as doubts.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed tables with `code_qpv`, or `codes_qpv` (tuple), and the stamp.
    maps : mapping of int to QpvMap
        Imported maps.
    vintage : int
        Map that rules the tax year.
    """
    known = {v: set(m.frame["code_qp"]) for v, m in maps.items()}
    everywhere = set().union(*known.values())
    example = min(known.get(vintage, everywhere), default="")
    faults: list[Fault] = []
    for frame in frames.values():
        column = "codes_qpv" if "codes_qpv" in frame else "code_qpv"
        if column not in frame:
            continue
        faults += [
            Fault(
                "qpv_inconnu",
                _place(frame, row, column),
                code,
                {"millesime": vintage, "exemple": example},
            )
            for row, cell in enumerate(frame[column])
            for code in ((cell,) if isinstance(cell, str) else cell)
            if code and code not in everywhere
        ]
    return faults


def unknown_residences(
    frame: pd.DataFrame, known: Iterable[str], *, column: str, code: str, severity: Severity
) -> list[Fault]:
    """List identifiers of résidences that the stock lacks, one fault an identifier with its rows.

    Parameters
    ----------
    frame : DataFrame
        Any table with the stamp.
    known : iterable of str
        Identifiers of the stock.
    column : str
        Column of the identifier in the frame.
    code : str
        Code of the fault.
    severity : Severity
    """
    stock = set(known)
    first: dict[str, int] = {}
    count: dict[str, int] = {}
    for row, value in enumerate(frame[column]):
        if value and value not in stock:
            first.setdefault(value, row)
            count[value] = count.get(value, 0) + 1
    return [
        Fault(
            code,
            _place(frame, row, column),
            value,
            {"nombre": plural(count[value], "ligne")},
            severity,
        )
        for value, row in first.items()
    ]


def _place(frame: pd.DataFrame, row: int, column: str) -> Place:
    stamp: list[Any] = [frame[name].iloc[row] for name in STAMP]
    return Place(str(stamp[0]), str(stamp[1]), int(stamp[2]), column)
