"""Faults and doubts as French sentences, made from the templates of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place
from tfpb.model import tables
from tfpb.model.columns import Contract
from tfpb.packaged import packaged
from tfpb.text import fold, printable
from tfpb.words.numbers import number, plural, to_ten
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable


SUBJECTS: Final = (
    "reading", "dossier", "geodata", "addresses", "perimeters", "survey", "money", "region",
)  # fmt: skip
"""Files of the catalogue."""
_LONGEST: Final = 160
_SETTINGS: Final = ".toml"
SHEETS_APART: Final = " + "
"""Between the names of sheets that were stacked."""
STACKED: Final = 10_000_000
"""Added to the rows of each sheet that was stacked under another, which none has."""
_RUNS: Final = 12
_READ: Final = 5
_MANY: Final = 5
"""Faults of one cause and column, each of its own, from which they are told as one."""
_AND_OTHERS: Final = Phrase("{title} ({count:s autre du même genre/autres du même genre})")
# a stage names columns as the contract does; the reader's header may be another, so its sense is added
_LABELS: Final = {
    column.name: column.label
    for contract in reversed(list(vars(tables).values()))
    if isinstance(contract, Contract)
    for column in contract.columns
    if "_" in column.name
}
LEAST: Final = 30
"""Households under which nothing is told, where no plan asks for more."""
_FEWER: Final = "moins de {count}"
_MORE: Final = "au moins {count}"


@dataclass(frozen=True, slots=True)
class FaultWords:
    """Templates of a fault: `str.format` fields are those of the `Fault`, and `{got}`."""

    title: str  # what is wrong, in the reader's words
    expected: str = ""  # what should have been there
    hint: str = ""  # what to do now
    hides: str = ""
    """What a file may not show of it: `menages`, a count of interviews; `residence`, one of a résidence;
    `entretien`, the number of an interview; `autrui`, the name of another bailleur of a common delivery."""


def _read(subject: str) -> dict[str, FaultWords]:
    return {
        code: FaultWords(*(words.get(k, "") for k in ("message", "attendu", "que_faire", "tait")))
        for code, words in packaged(f"tfpb.words.faults.{subject}").items()
    }


BY_SUBJECT: Final = {subject: _read(subject) for subject in SUBJECTS}
CATALOGUE: Final = {code: words for faults in BY_SUBJECT.values() for code, words in faults.items()}


@dataclass(frozen=True, slots=True)
class FaultText:
    """A fault in French, ready to print: each field is a whole sentence or empty."""

    title: str
    where: str
    got: str
    expected: str
    hint: str

    def lines(self) -> list[str]:
        """Return the fault as lines of text, the first being its title."""
        parts = {
            "où": self.where, "lu": self.got, "attendu": self.expected, "que faire": self.hint,
        }  # fmt: skip
        return [self.title, *(f"  {name} : {text}" for name, text in parts.items() if text)]


def fault_texts(faults: Iterable[Fault]) -> list[FaultText]:
    """Return the texts of faults in order, those alike as one, with its rows.

    Faults that differ by their row alone are one: a column that is wrong from top to bottom is one thing
    to mend, not a thousand. So are many of one cause and column that differ by what was read.
    """
    groups: dict[tuple[str, ...], list[Fault]] = {}
    causes: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for fault in faults:
        text = fault_text(fault)
        place = fault.place
        cause = (place.file, place.sheet, place.column, fault.code, fault.severity.value)
        key = (*cause, text.title, text.expected, text.hint)
        if key not in groups:
            causes.setdefault(cause, []).append(key)
        groups.setdefault(key, []).append(fault)
    out = []
    for group, alike in groups.items():
        keys = causes[group[:5]]
        if len(keys) < _MANY or not group[2]:
            out.append(_joined(alike, 0))
        elif group == keys[0]:
            every = [f for one in keys for f in groups[one]]
            out.append(_joined(every, len(keys) - 1))
    return out


def _joined(alike: list[Fault], others: int) -> FaultText:
    """Write faults of one cause as the first of them, with the rows of all and how many others there are."""
    text = fault_text(alike[0])
    rows = sorted({f.place.row for f in alike if f.place.row})
    read = list(dict.fromkeys(shortened(f.got) for f in alike if f.got))
    if others:
        text = replace(text, title=_AND_OTHERS.format(title=text.title, count=others))
    if len(rows) < 2:  # noqa: PLR2004
        return text
    first = alike[0].place
    where = place_words(replace(first, row=0, column=""))
    column = place_words(
        replace(first, file=_SETTINGS if _in_settings(first) else "", sheet="", row=0)
    )
    return replace(
        text,
        where=", ".join(filter(None, (where, rows_words(rows), column))),
        got=", ".join(read[:_READ]) + ("…" if len(read) > _READ else ""),
    )


def rows_words(rows: list[int]) -> str:
    """Write rows: « lignes 4 à 8, 12 et 20 autres », « ligne 4 »; nothing for none."""
    rows = [row % STACKED for row in rows]
    if len(rows) < 2:  # noqa: PLR2004
        return "".join(f"ligne {row}" for row in rows)
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    shown = [f"{a}" if a == b else f"{a} à {b}" for a, b in runs[:_RUNS]]
    left = sum(b - a + 1 for a, b in runs[_RUNS:])
    return f"lignes {', '.join(shown)}" + (f" et {plural(left, 'autre')}" if left else "")


def place_words(place: Place) -> str:
    """Write a place as a spreadsheet user would look for it; a file of settings has no columns."""
    parts = []
    if place.file:
        parts.append(f"fichier « {shortened(place.file)} »")
    place = _of_one_sheet(place)
    if place.sheet:
        parts.append(f"feuille « {shortened(place.sheet)} »")
    if place.row:
        parts.append(f"ligne {place.row}")
    if place.column:
        if _in_settings(place):
            parts.append(f"réglage « {shortened(place.column)} »")
        else:
            label = _LABELS.get(place.column, "")
            if fold(place.name) != fold(place.column):  # « Année » needs no « annee » beside
                label = place.name or label
            meaning = f" ({label})" if label else ""
            parts.append(f"colonne « {shortened(place.column)} »{meaning}")
    return ", ".join(parts)


def _of_one_sheet(place: Place) -> Place:
    """Return the place in its own sheet of a row of several that were stacked."""
    if place.row < STACKED:
        return place
    sheets, k = place.sheet.split(SHEETS_APART), place.row // STACKED
    sheet = sheets[k] if k < len(sheets) else place.sheet
    return replace(place, sheet=sheet, row=place.row % STACKED)


def _in_settings(place: Place) -> bool:
    """Return whether a place is in a file of settings, which has no columns."""
    return place.file.endswith(_SETTINGS)


def shortened(text: str) -> str:
    """Cut what was read to what a reader recognises, without characters that disturb a screen."""
    clean = printable(text)
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…"


class _Fields(dict[str, object]):
    """Fields of a template; one that was not given shows as an ellipsis, never as a traceback."""

    def __missing__(self, key: str) -> str:
        return "…"


def fault_text(fault: Fault) -> FaultText:
    """Return a fault in French.

    KeyError if the code is not in the catalogue: a fault without words is our own bug, which a test finds.
    """
    words = CATALOGUE[fault.code]
    got = shortened(fault.got)
    given = {k: printable(v) if isinstance(v, str) else v for k, v in fault.fields.items()}
    fields = _Fields({"got": got, **given})
    return FaultText(
        title=Phrase(words.title).filled(fields),
        where=place_words(fault.place),
        got=got,
        expected=Phrase(words.expected).filled(fields),
        hint=Phrase(words.hint).filled(fields),
    )


def bounded(count: int, masking_n: int) -> str:
    """Write a count that secrecy hides: « moins de 30 », « au moins 30 »."""
    return (_FEWER if count < masking_n else _MORE).format(count=number(masking_n))


def masked_fault(fault: Fault, masking_n: int) -> Fault:
    """Return a doubt without the counts that secrecy hides.

    Counts below `masking_n` are « moins de 30 », the others to ten, and their rows are not listed. The
    count of a résidence of the survey is never shown: its quarter less that is another's.
    """
    hides = CATALOGUE[fault.code].hides
    if hides == "autrui":
        return replace(fault, fields={**fault.fields, "proches": ""})
    if hides == "entretien":
        return replace(fault, got="", place=replace(fault.place, row=0))
    if not hides or "nombre" not in fault.fields:
        return fault
    count = int(fault.fields["nombre"])
    small = count < masking_n
    shown = bounded(count, masking_n) if small or hides == "residence" else number(to_ten(count))
    place = Place(fault.place.file, fault.place.sheet, 0, fault.place.column, fault.place.name)
    return replace(fault, fields={**fault.fields, "nombre": shown, "lignes": "…"}, place=place)
