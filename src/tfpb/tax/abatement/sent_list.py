"""The list of premises that was sent to the tax office, set on the lines of the notices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place
from tfpb.tax.plain_values import Record, doubt, records
from tfpb.text import fold

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.errors import Fault

PARTED: Final = "contraire"
"""What `declare` holds where the line and the list sent say otherwise."""
_DIGITS: Final = 10
"""An invariant has ten digits; the fiscal number of a premises begins with others."""


def premises_key(invariant: str) -> str:
    """Return what names a premises in any file: the ten last digits of its fiscal number."""
    digits = re.sub(r"\D", "", invariant)
    return digits[-_DIGITS:] if len(digits) >= _DIGITS else fold(invariant)


def number_key(written: str) -> str:
    """Return what a number of notice or premises is known by in one file, however a spreadsheet wrote it.

    Spaces and the zeros it begins with are nothing: a second copy of a line may have lost them.
    """
    return fold(written).replace(" ", "").lstrip("0")


def with_list(rows: list[Record], sent: pd.DataFrame | None) -> tuple[list[Record], list[Fault]]:
    """Say of each line whether the list sent bears it, and since when.

    A line of the list names a premises, or without invariant a building, or a whole résidence. A premises
    that it lacks is not declared; one without invariant, where the list has nothing else, is not known.

    Parameters
    ----------
    rows : list of Record
        Of the tax sheet.
    sent : DataFrame or None
        Typed by `tables.SENT_LIST`; None leaves the lines as they are.

    Returns
    -------
    rows : list of Record
        With `declare` and `declare_le`.
    faults : list of Fault
        `declaration_sans_cle` (doubt): nothing of the list is on a notice, and nothing is concluded.
    """
    if sent is None or not rows:
        return rows, []
    lines = records(sent)
    by_local = {premises_key(r.text("invariant")): r for r in lines if r.text("invariant")}
    by_place = {
        (r.text("id_residence"), r.text("id_batiment")): r for r in lines if not r.text("invariant")
    }
    found = [_found(row, by_local, by_place) for row in rows]
    if not any(found):
        here = lines[0].place("invariant") if lines else Place()
        unmatched = doubt("declaration_sans_cle", here, str(len(lines)))
        return rows, [unmatched]
    return [
        _set(row, line) if line or by_place or row.text("invariant") else row
        for row, line in zip(rows, found, strict=True)
    ], []


def _found(
    row: Record, by_local: dict[str, Record], by_place: dict[tuple[str, str], Record]
) -> Record | None:
    home, building, local = (row.text(c) for c in ("id_residence", "id_batiment", "invariant"))
    own = by_local.get(premises_key(local)) if local else None
    return own or by_place.get((home, building)) or by_place.get((home, ""))


def _set(row: Record, line: Record | None) -> Record:
    sent = row.truth("declare") if row.text("declare") else line is not None
    word = PARTED if sent != (line is not None) else "oui" if sent else "non"
    return Record(row | {"declare": word, "declare_le": line.day("declare_le") if line else None})
