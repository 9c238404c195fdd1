"""Checks between files: codes and identifiers that one file uses and another must know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Severity
from tfpb.model.codes import ALL_QUARTERS
from tfpb.model.columns import stamped_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from tfpb.model.location import QpvMap


_CODE: Final = re.compile(r"Q[NP][0-9AB]{3}\d{2}[0-9NMIC]")
_HISTORY: Final = frozenset({"conventions", "programme_precedent"})
_FORMS: Final = {
    2015: re.compile(r"QP[0-9AB]{3}\d{3}"),
    2024: re.compile(r"QN[0-9AB]{3}\d{2}[NMIC]"),
}


def unknown_quarters(
    frames: Mapping[str, pd.DataFrame], maps: Mapping[int, QpvMap], vintage: int
) -> list[Fault]:
    """List codes of quarters that no imported map holds, saying when they belong to the other map.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed tables with `code_qpv`, or `codes_qpv` (tuple), and the stamp.
    maps : mapping of int to QpvMap
        Imported maps.
    vintage : int
        Map that rules the tax year.

    Returns
    -------
    list of Fault
        `qpv_inconnu`, `qpv_autre_carte` (a doubt where a table keeps years before), `qpv_plusieurs`.
    """
    known = {v: set(m.frame["code_qpv"]) for v, m in maps.items()}
    everywhere = set().union(*known.values())
    example = min(known.get(vintage, everywhere), default="")
    faults: list[Fault] = []
    for role, frame in frames.items():
        column = "codes_qpv" if "codes_qpv" in frame else "code_qpv"
        if column not in frame:
            continue
        for row, cell in enumerate(frame[column]):
            for code in (cell,) if isinstance(cell, str) else cell:
                everyone = code == ALL_QUARTERS and role.startswith("programme")
                if not code or everyone or code in known.get(vintage, everywhere):
                    continue
                name, fields = _unknown(code, vintage)
                fields |= {"millesime": vintage, "exemple": example}
                # a table of conventions keeps those of the years before, under their own map
                history = name == "qpv_autre_carte" and (role in _HISTORY or code in everywhere)
                severity = Severity.DOUTE if history else Severity.FAUTE
                faults.append(
                    Fault(name, stamped_place(frame, row, column), code, fields, severity)
                )
    return faults


def _unknown(code: str, vintage: int) -> tuple[str, dict[str, Any]]:
    """Return why a code is in no map: several codes in one cell, a code of the other map, or none."""
    if len(_CODE.findall(code)) > 1:
        return "qpv_plusieurs", {}
    other = next((v for v, form in _FORMS.items() if form.fullmatch(code) and v != vintage), 0)
    return ("qpv_autre_carte", {"autre": other}) if other else ("qpv_inconnu", {})


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

    Returns
    -------
    list of Fault
        Of that code, at the first row of each identifier; empty when the stock names none.
    """
    stock = set(known) - {""}
    if not stock:  # the stock's own column is at fault, with its own message
        return []
    first: dict[str, int] = {}
    count: dict[str, int] = {}
    for row, value in enumerate(frame[column]):
        if value and value not in stock:
            first.setdefault(value, row)
            count[value] = count.get(value, 0) + 1
    return [
        Fault(code, stamped_place(frame, row, column), value, {"nombre": count[value]}, severity)
        for value, row in first.items()
    ]
