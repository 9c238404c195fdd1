"""The list of premises that was sent to the tax office, set on the lines of the notices."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place
from tfpb.tax.plain_values import Record, doubt, records
from tfpb.text import number_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import pandas as pd

    from tfpb.errors import Fault

PARTED: Final = "contraire"
"""What `declare` holds where the line and the list sent say otherwise."""
UNKEYED: Final = "sans_cle"
"""What `declare` holds where no row of the list sent is on a notice: it may name the line or not."""
_DIGITS: Final = 10
"""An invariant has ten digits; the fiscal number of a premises begins with others."""


def premises_key(invariant: str) -> str:
    """Return what names a premises in any file: the ten last digits of its fiscal number.

    Those of départements 01 to 09 begin with a zero, which a spreadsheet takes away.
    """
    digits = re.sub(r"\D", "", invariant)
    bare = number_key(invariant)
    if len(digits) < _DIGITS:
        return bare.zfill(_DIGITS) if bare.isdecimal() and len(bare) == _DIGITS - 1 else bare
    return digits[-_DIGITS:]


def with_list(
    rows: list[Record], sent: pd.DataFrame | None, homes: Iterable[str] = ()
) -> tuple[list[Record], list[Fault]]:
    """Mark on each line whether the list sent has it (`declare`), and since when (`declare_le`).

    A line of the list (`SENT_LIST`) names a premises, or without invariant a building, or a whole résidence
    of `homes`; of two that name one, the first sent counts. A premises that it lacks is not declared, where
    the list can name it. A list of which nothing is on a notice settles no line, unless its own cell does
    (doubt `declaration_sans_cle`); one of its lines that is of no premises, and a slip away from one it
    lacks, is the doubt `declaration_mal_recopiee`. Without a list, lines are unchanged.
    """
    if sent is None or not rows:
        return rows, []
    lines = records(sent)
    listed = _Listed(lines)
    found = [listed.find(row) for row in rows]
    if not any(found):
        here = lines[0].place("invariant") if lines else Place()
        unmatched = doubt("declaration_sans_cle", here, str(len(lines)))
        unsure = [
            row if row.text("declare") else Record(row | {"declare": UNKEYED}) for row in rows
        ]
        return unsure, [unmatched]
    lacking = [r for r, line in zip(rows, found, strict=True) if not line and listed.can_name(r)]
    known = {*homes, *(row.text("id_residence") for row in rows)}
    lost = listed.slips(lacking, found, known)
    faults = []
    if lost:
        got = lost[0].text("invariant") or lost[0].text("id_residence")
        here = lost[0].place("invariant")
        faults = [doubt("declaration_mal_recopiee", here, got, nombre=len(lost))]
    return [
        _set(row, line) if line or listed.can_name(row) else row
        for row, line in zip(rows, found, strict=True)
    ], faults


class _Listed:
    """The lines of the list sent, by what they name."""

    def __init__(self, lines: list[Record]) -> None:
        self._by_local: dict[str, Record] = {}
        self._by_place: dict[tuple[str, str], Record] = {}
        for line in sorted(lines, key=lambda r: r.day("declare_le") or dt.date.max):
            if local := line.text("invariant"):
                self._by_local.setdefault(premises_key(local), line)
            else:
                place = line.text("id_residence"), line.text("id_batiment")
                self._by_place.setdefault(place, line)
        self._numbered = {line.text("id_residence") for line in self._by_local.values()}
        self._homes = {home for home, _ in self._by_place}

    def find(self, row: Record) -> Record | None:
        """Return the line that bears a premises: by its number, its building, its résidence."""
        home, building, local = (row.text(c) for c in ("id_residence", "id_batiment", "invariant"))
        own = self._by_local.get(premises_key(local)) if local else None
        return own or self._by_place.get((home, building)) or self._by_place.get((home, ""))

    def slips(
        self, lacking: list[Record], found: list[Record | None], known: Collection[str]
    ) -> list[Record]:
        """Return the lines of no premises that a slip of the hand keeps from one that lacks.

        A digit for another, two turned round, or a résidence that nobody knows.
        """
        met = {id(line) for line in found}
        keys = {premises_key(row.text("invariant")) for row in lacking} - {""}
        nearly = {mask for key in keys for mask in _masks(key)}
        out = [
            line
            for key, line in self._by_local.items()
            if id(line) not in met and (nearly & {*_masks(key)} or keys & {*_turned(key)})
        ]
        strange = (line for (home, _), line in self._by_place.items() if home not in known)
        return [*out, *(strange if lacking else ())]

    def can_name(self, row: Record) -> bool:
        """Return whether a premises that no line bears is known to lack.

        One without number may be any that the list numbers in its résidence, or anywhere where it has
        numbers alone; one without building, of any building that the list names there.
        """
        home = row.text("id_residence")
        if home in self._homes and not row.text("id_batiment"):
            return False
        return bool(row.text("invariant") or (self._homes and not self._numbered & {"", home}))


def _masks(key: str) -> Iterator[str]:
    """Yield a number with one sign hidden, each in turn."""
    return (f"{key[:k]}*{key[k + 1 :]}" for k in range(len(key)))


def _turned(key: str) -> Iterator[str]:
    """Yield a number with two neighbours turned round, each in turn."""
    return (f"{key[:k]}{key[k + 1]}{key[k]}{key[k + 2 :]}" for k in range(len(key) - 1))


def _set(row: Record, line: Record | None) -> Record:
    sent = row.truth("declare") if row.text("declare") else line is not None
    word = PARTED if sent != (line is not None) else "oui" if sent else "non"
    return Record(row | {"declare": word, "declare_le": line.day("declare_le") if line else None})
