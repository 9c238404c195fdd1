"""Renamed streets: the old name and the current one, in the first two columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place
from tfpb.text import fold

if TYPE_CHECKING:
    from tfpb.io.tables.tabular import TextTable

ALIAS_COLUMNS: Final = ("ancien nom", "nouveau nom", "ancien", "nouveau", "voie", "alias")
"""Headers that help to find the table under its titles."""
_PAIR: Final = 2


def renamed_streets(table: TextTable) -> tuple[dict[str, str], list[Fault]]:
    """Return current names by old name, and every line that cannot be one.

    Returns
    -------
    mapping of str to str
    list of Fault
        `alias_incomplet` (one column only, a name without the other), `alias_contradictoire`.
    """
    if len(table.frame.columns) < _PAIR:
        return {}, [Fault("alias_incomplet", Place(table.file, table.sheet))]
    out: dict[str, str] = {}
    faults = []
    pairs = zip(table.frame.iloc[:, 0], table.frame.iloc[:, 1], strict=True)
    for position, (old, new) in enumerate(pairs):
        if bool(old) != bool(new):
            faults.append(Fault("alias_incomplet", table.place(position), old or new))
        elif old and fold(out.get(old, new)) != fold(new):
            faults.append(Fault("alias_contradictoire", table.place(position), old))
        elif old:
            out[old] = new
    return out, faults
