"""What a file brought by the user is: which table of a dossier, on which sheet, of which wave."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Severity, TfpbError
from tfpb.io.rpls.register_table import KNOWN, is_register, private_columns
from tfpb.io.sources.deliveries import is_dictionary, read_delivery
from tfpb.io.sources.notice_tables import NAMES, as_premises
from tfpb.io.sources.personal import personal_columns, without_people
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.contents import SURVEY as SURVEY_FILE
from tfpb.io.tables.contents import form
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.safe_copy import tables_of, without_columns
from tfpb.io.tables.spss import read_spss
from tfpb.io.tables.tabular import xlsx_bytes
from tfpb.model.tables import BY_ROLE
from tfpb.survey.reading.guessing import guess_scale
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract

SURVEY: Final = "enquete"
_LOOKED_FOR: Final = {r: c for r, c in BY_ROLE.items() if r != "programme_precedent"}
"""Roles that a table may have by what it holds: last year's programme is a programme."""
_HEADERS: Final = tuple(h for c in _LOOKED_FOR.values() for h in c.headers)
_FOLDED: Final = frozenset(map(fold, (*_HEADERS, *KNOWN)))
_NAMED: Final = {
    "patrimoine": "patrimoine|stock|parc|rpls",
    "fiscalite": "fiscal|taxe|tfpb|impot|avis",
    "gmbi": "gmbi",
    "programme": "programme|action|pat",
    "droit_commun": "droit commun|couts?",
    "conventions": "convention",
    "diagnostics": "diagnostic",
    "decisions": "verifier|decision",
    SURVEY: "enquete|satisfaction|sondage|locataire|sls",
}
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_HEAD: Final = 400
"""Rows that are looked at to know what a table is."""
_LEAST_QUESTIONS: Final = 3
_LEAST_ANSWERS: Final = 20
_LEAST: Final = 4.0
_REGISTER: Final = 50.0
"""Weight of the register of dwellings: nothing else has its columns."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was understood of a file.

    Parameters
    ----------
    role : str
        Its key in `[fichiers]`; empty when it is like nothing known.
    sheet : str
    sheets : tuple of str
        Every sheet that holds a table; of several, the one to read must be named.
    header : int
        Row of the header, as a spreadsheet numbers it.
    rows, aside : int
        Lines of data; lines of totals, units or text left out of them.
    waves : tuple of str
        Years that a survey says: of its name, of its title, of its cells.
    personal : mapping of str to tuple of str
        Sheet → columns that look like a person.
    """

    role: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header: int = 1
    rows: int = 0
    aside: int = 0
    waves: tuple[str, ...] = ()
    personal: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def several(self) -> bool:
        """Whether several sheets hold tables."""
        return len(self.sheets) > 1

    @property
    def dropped(self) -> tuple[str, ...]:
        """Columns that look like a person, of any sheet."""
        return tuple(dict.fromkeys(name for _, names in self.personal for name in names))


def recognise(path: Path) -> Recognised:
    """Recognise a table by its headers, its cells and its name.

    Raises
    ------
    TfpbError
        It cannot be read.
    """
    name = fold(path.stem)
    if form(path) == SURVEY_FILE:
        read = read_delivery(path).table.frame
        gone = tuple(c for c in read_spss(path)["columns"] if c not in read.columns)
        return Recognised(
            SURVEY,
            rows=len(read),
            waves=tuple(_YEAR.findall(name)),
            personal=(("", gone),) if gone else (),
        )
    cut = tables_of(path, _FOLDED)
    pages = [(table, top) for table, top, _ in cut if not is_dictionary(table.frame)]
    if not pages:
        return Recognised("")
    ranked = sorted(
        ((score, -k, role) for k, (t, _) in enumerate(pages) for role, score in _scores(t, name)),
        reverse=True,
    )
    score, at, role = ranked[0]
    table, top = pages[-at]
    personal = tuple(
        (t.sheet, names)
        for t, _ in pages
        if (names := _personal(t, survey=role == SURVEY and t is table))
    )
    found = Recognised(
        role if score >= _LEAST else "",
        sheet=table.sheet if len(pages) > 1 else "",
        sheets=tuple(t.sheet for t, _ in pages),
        header=top + 1,
        personal=personal,
    )
    if role == SURVEY:
        return replace(found, rows=len(table.frame), waves=_waves(table.frame, name))
    rows = len(set_aside(table, BY_ROLE[role]).frame)
    return replace(found, rows=rows, aside=len(table.frame) - rows)


def safe_copy(path: Path, found: Recognised) -> bytes:
    """Return what of a file may enter a dossier: all of it, but what looks like a person."""
    gone = dict(found.personal)
    if not gone:
        return path.read_bytes()
    if form(path) == SURVEY_FILE:
        return _as_workbook(read_delivery(path))
    pages = {t.sheet: (top, columns) for t, top, columns in tables_of(path, _FOLDED)}
    dropped = {s: [pages[s][1].index(n) for n in names] for s, names in gone.items()}
    return without_columns(path, dropped, {s: top for s, (top, _) in pages.items()})


def _as_workbook(delivery: Delivery) -> bytes:
    """Write an SPSS delivery, already without persons, as the workbook that firms deliver."""
    dictionary = delivery.dictionary
    names = [str(c) for c in delivery.table.frame.columns]
    rows = [
        (n, dictionary.labels.get(n, ""), *code)
        for n in names
        for code in (list(dictionary.meanings.get(n, {}).items()) or [("", "")])
    ]
    columns = ["variable", "question", "code", "signification"]
    sheets = {"Base": delivery.table.frame, "Dictionnaire": pd.DataFrame(rows, columns=columns)}
    return xlsx_bytes(sheets)


def _personal(table: TextTable, *, survey: bool) -> tuple[str, ...]:
    """List the columns that look like a person, by the rules of whoever will read the table."""
    if survey:
        return tuple(personal_columns(table.frame, {}, keep=()))
    left, _ = without_people(table, known=(*_HEADERS, *NAMES, *KNOWN))
    private = private_columns(table) if is_register(table) else ()
    return tuple(n for n in table.frame.columns if n not in left.frame.columns or n in private)


def _scores(table: TextTable, name: str) -> list[tuple[str, float]]:
    head = replace(table, frame=table.frame.head(_HEAD), rows=table.rows[:_HEAD], notices=())
    out = [(role, _score(head, role, contract)) for role, contract in _LOOKED_FOR.items()]
    out.append((SURVEY, _asked(table)))
    return [(r, s + (2.0 if s and re.search(rf"\b(?:{_NAMED[r]})", name) else 0.0)) for r, s in out]


def _score(table: TextTable, role: str, contract: Contract) -> float:
    """Weigh how much a table is like a contract: headers found, those it may not lack, those likely."""
    if role == "patrimoine" and is_register(table):
        return _REGISTER
    if role == "fiscalite":
        try:
            table, _ = as_premises(table, {})
        except TfpbError:
            return 0.0
    found, faults = match_columns(table, contract, {})
    needed = [c.name for c in contract.columns if c.required]
    had = sum(1 for n in needed if n in found)
    likely = sum(1 for f in faults if f.severity is Severity.FAUTE and "coller" in f.fields)
    if had + likely < len(needed) or not had:
        return 0.0
    explained = len(found) / len(table.frame.columns)
    return 2.0 * had + likely + 0.8 * (len(found) - had) + 4.0 * explained


def _asked(table: TextTable) -> float:
    """Weigh how much a table is like a survey: columns that answer on few levels, over many rows."""
    if len(table.frame) < _LEAST_ANSWERS:
        return 0.0
    questions = 0
    for column in table.frame.columns:
        counts = Counter(table.frame[column].head(_HEAD))
        counts.pop("", None)
        if 1 < len(counts) <= 12 and guess_scale(sorted(counts), {}) is not None:  # noqa: PLR2004
            questions += 1
    return 0.0 if questions < _LEAST_QUESTIONS else 4.0 + questions


def _waves(frame: pd.DataFrame, name: str) -> tuple[str, ...]:
    """List the years that a survey says, the surest first: a column of waves, its name, its dates."""
    years: list[str] = []
    for column in frame.columns:
        if fold(column) in {"vague", "annee", "annee enquete", "wave", "millesime"}:
            years += [m[0] for v in frame[column].unique() if (m := _YEAR.search(v))]
    years += _YEAR.findall(name)
    dated = Counter(
        m[0]
        for column in frame.columns
        if "date" in fold(column).split()
        for v in frame[column].head(_HEAD)
        if (m := _YEAR.search(v))
    )
    years += [year for year, _ in dated.most_common(1)]
    return tuple(dict.fromkeys(years))
