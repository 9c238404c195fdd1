"""What can go wrong, as values.

A `Fault` says where (file, sheet, row, column), what was got and which rule it breaks, by a code and
fields only. The French sentence is made from the code in `tfpb.words.faults.sentences`, so that a stage never
writes prose and a fault can be counted, compared and tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Severity(StrEnum):
    """How much a fault stops: a `FAUTE` ends the run with exit 2, a `DOUTE` is listed and kept."""

    FAUTE = "faute"
    DOUTE = "doute"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the user's files.

    Parameters
    ----------
    file : str
        File name as the user knows it (no absolute path).
    sheet : str
        Sheet of a workbook, empty for other files.
    row : int
        Row as a spreadsheet numbers it (the first line is 1); 0 when the whole file is meant.
    column : str
        Header of the column, empty when the whole row is meant. A stage writes the contract's name;
        `Headers` puts the user's own header in its place.
    name : str
        The contract's name of the column, when the header is another.
    """

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault or doubt of an input, without prose.

    Parameters
    ----------
    code : str
        Key of `tfpb.words.faults.sentences.CATALOGUE`.
    place : Place
        Where it stands.
    got : str
        What was read, as written.
    fields : mapping
        Values the sentence needs (names are those of the templates).
    severity : Severity
        Whether the run stops.
    """

    code: str
    place: Place = Place()
    got: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.FAUTE


@dataclass(frozen=True, slots=True)
class Headers:
    """The user's own headers, for faults of what only knows the contract's names."""

    by_sheet: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    """File and sheet → contract's name of a column → header there."""

    def quote(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Name columns as their file does; what is named so already stays."""
        return tuple(replace(f, place=self.quoted(f.place)) for f in faults)

    def quoted(self, place: Place) -> Place:
        """Name the column of a place as its file does; what is named so already stays."""
        header = self.by_sheet.get((place.file, place.sheet), {}).get(place.column, place.column)
        if place.name or header == place.column:
            return place
        return replace(place, column=header, name=place.column)


def not_yet_reported(found: Iterable[Fault], known: Iterable[Fault]) -> list[Fault]:
    """Keep the faults of a check that the faults of reading do not report already.

    A cell is reported once. What a line at fault, or a file without one of its columns, seems to lack
    (nothing was read) is reported by the fault that emptied it.
    """
    reported = tuple(known)
    cells = {(f.place.file, f.place.row, _name(f.place)) for f in reported}
    lines = {(f.place.file, f.place.row) for f in reported if f.place.row}
    whole = {f.place.file for f in reported if f.code == "colonne_absente"}

    def is_new(fault: Fault) -> bool:
        place = fault.place
        if (place.file, place.row, _name(place)) in cells:
            return False
        return bool(fault.got) or (place.file not in whole and (place.file, place.row) not in lines)

    return [f for f in found if is_new(f)]


def _name(place: Place) -> str:
    return place.name or place.column


class TfpbError(Exception):
    """The user's input is at fault: exit 2, every fault listed."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("; ".join(f"{f.code} {f.place} {f.got}" for f in self.faults[:5]))


def fail(code: str, *, place: Place | None = None, got: object = "", **fields: Any) -> TfpbError:
    """Make the error for a single fault (`raise fail("fichier_absent", place=…)`)."""
    return TfpbError(Fault(code=code, place=place or Place(), got=str(got), fields=fields))


def stop_on_faults(faults: Iterable[Fault]) -> None:
    """Raise one `TfpbError` holding all faults that stop, if there is any; doubts pass."""
    stopping = [f for f in faults if f.severity is Severity.FAUTE]
    if stopping:
        raise TfpbError(stopping)
