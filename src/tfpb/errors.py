"""What can go wrong, as values.

A `Fault` says where (file, sheet, row, column), what was got and which rule it breaks, by a code and
fields only. The French sentence is made from the code in `tfpb.words.faults`, so that a stage never
writes prose and a fault can be counted, compared and tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
        Header of the column, empty when the whole row is meant.
    """

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault or doubt of an input, without prose.

    Parameters
    ----------
    code : str
        Key of `tfpb.words.faults.CATALOGUE`.
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
