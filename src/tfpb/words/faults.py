"""French sentences of faults and doubts: one catalogue, made of one file a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.words.dossier import FAULTS as DOSSIER
from tfpb.words.geocoding import FAULTS as GEOCODING
from tfpb.words.geography import FAULTS as GEOGRAPHY
from tfpb.words.location import FAULTS as LOCATION
from tfpb.words.money import FAULTS as MONEY
from tfpb.words.reading import FAULTS as READING
from tfpb.words.region import FAULTS as REGION
from tfpb.words.survey import FAULTS as SURVEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.errors import Fault, Place
    from tfpb.words.catalogue import FaultWords

CATALOGUE: Final[dict[str, FaultWords]] = {
    **READING,
    **DOSSIER,
    **GEOGRAPHY,
    **GEOCODING,
    **LOCATION,
    **SURVEY,
    **MONEY,
    **REGION,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A fault in French, ready to print: each field is a whole sentence or empty."""

    title: str
    where: str
    got: str
    expected: str
    hint: str

    def lines(self) -> list[str]:
        """Return the fault as lines of text, the first being its title."""
        parts = [self.title]
        if self.where:
            parts.append(f"  où : {self.where}")
        if self.got:
            parts.append(f"  lu : {self.got}")
        if self.expected:
            parts.append(f"  attendu : {self.expected}")
        if self.hint:
            parts.append(f"  que faire : {self.hint}")
        return parts


def place_words(place: Place) -> str:
    """Say a place as a spreadsheet user would look for it."""
    parts = []
    if place.file:
        parts.append(f"fichier « {place.file} »")
    if place.sheet:
        parts.append(f"feuille « {place.sheet} »")
    if place.row:
        parts.append(f"ligne {place.row}")
    if place.column:
        parts.append(f"colonne « {place.column} »")
    return ", ".join(parts)


class _Fields(dict[str, object]):
    """Fields of a template; one that was not given shows as an ellipsis, never as a traceback."""

    def __missing__(self, key: str) -> str:
        return "…"


def say(fault: Fault) -> Said:
    """Make the French words of a fault.

    Raises
    ------
    KeyError
        If the code is not in the catalogue: a fault without words is our own bug, a test holds it.
    """
    words = CATALOGUE[fault.code]
    fields: Mapping[str, object] = _Fields(got=fault.got, **fault.fields)
    return Said(
        title=words.title.format_map(fields),
        where=place_words(fault.place),
        got=fault.got,
        expected=words.expected.format_map(fields),
        hint=words.hint.format_map(fields),
    )
