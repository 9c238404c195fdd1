"""What a file brought by the user is: which table of a dossier, on which sheet, of which wave."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Place, Severity, TfpbError, fail
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.rpls.register_table import KNOWN, is_register, private_columns
from tfpb.io.sources.deliveries import is_dictionary, read_delivery
from tfpb.io.sources.gathering import known_headers_of
from tfpb.io.sources.notice_tables import NAMES, as_premises
from tfpb.io.sources.personal import names_someone, personal_columns, without_people
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.contents import SURVEY as SURVEY_FILE
from tfpb.io.tables.contents import form
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.safe_copy import grids_of, without_columns
from tfpb.io.tables.spss import read_spss
from tfpb.io.tables.tabular import xlsx_bytes
from tfpb.io.tables.text_table import HEADER_SEARCH_ROWS, cut_table, cut_under, header_row
from tfpb.model.tables import BY_ROLE
from tfpb.survey.reading.guessing import guess_codes, guess_scale
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract

SURVEY: Final = "enquete"
_LOOKED_FOR: Final = {
    r: c for r, c in BY_ROLE.items() if "_precedent" not in r and r != "declaration"
}
"""Roles that a table may have by what it holds: last year's programme is a programme, and a list of premises
may be any."""
_HEADERS: Final = tuple(h for c in _LOOKED_FOR.values() for h in c.headers)
_FOLDED: Final = frozenset(map(fold, (*_HEADERS, *KNOWN)))
_NAMED: Final = {
    "patrimoine": "patrimoine|stock|parc|rpls",
    "fiscalite": "fiscal|taxe|tfpb|impot|avis",
    "gmbi": "gmbi",
    "programme": "programme|action|pat",
    "droit_commun": "droit commun|couts?",
    "conventions": "convention",
    "reclamations": "reclamation",
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
    titled : tuple of str
        Sheets where a cell above the header names someone.
    """

    role: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header: int = 1
    rows: int = 0
    aside: int = 0
    waves: tuple[str, ...] = ()
    personal: tuple[tuple[str, tuple[str, ...]], ...] = ()
    titled: tuple[str, ...] = ()

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
    pages = [page for page in _pages(path) if not is_dictionary(page.table.frame)]
    if not pages:
        return Recognised("")
    best = max(pages, key=lambda page: page.score)  # of equals, the first
    table, role = best.table, best.role
    personal = tuple(
        (page.table.sheet, names)
        for page in pages
        if (names := _personal(page.table, survey=page is best and role == SURVEY))
    )
    found = Recognised(
        role,
        sheet=table.sheet if len(pages) > 1 else "",
        sheets=tuple(page.table.sheet for page in pages),
        header=best.top + 1,
        personal=personal,
        titled=tuple(page.table.sheet for page in pages if any(map(names_someone, page.above))),
    )
    if role == SURVEY:
        return replace(found, rows=len(table.frame), waves=_waves(table.frame, name))
    rows = len(set_aside(table, BY_ROLE[role]).frame) if role else len(table.frame)
    return replace(found, rows=rows, aside=len(table.frame) - rows)


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet, cut under the header that the reader of its own role finds.

    Parameters
    ----------
    top : int
        Row of the header, from 0.
    columns : list of str
        All columns of the sheet.
    above : tuple of str
        Cells over the header.
    role : str
        Empty when it is like nothing known.
    """

    table: TextTable
    top: int
    columns: list[str]
    above: tuple[str, ...]
    role: str
    score: float


def _pages(path: Path) -> list[_Page]:
    """Cut every sheet of a file: what is taken out of it is what its reader would see."""
    out = []
    for sheet, grid in grids_of(path):
        head = grid[: _HEAD + HEADER_SEARCH_ROWS]
        tops = {role: header_row(head, _names(role)) for role in (*_LOOKED_FOR, SURVEY)}
        cut = {top: cut_under(head, path.name, sheet, top)[0] for top in set(tops.values())}
        name = fold(path.stem)
        score, role = max((_weight(cut[top], role, name), role) for role, top in tops.items())
        role = role if score >= _LEAST else ""
        table, top, columns = cut_table(grid, path.name, sheet, _names(role))
        above = tuple(cell for row in grid[:top] for cell in row if cell)
        out.append(_Page(table, top, columns, above, role, score))
    return out


@cache
def _names(role: str) -> frozenset[str]:
    """Return the folded names by which the reader of a role finds its header; of none, every name known."""
    return frozenset(map(fold, known_headers_of(role))) if role else _FOLDED


def safe_copy(path: Path, found: Recognised) -> bytes:
    """Return what of a file may enter a dossier: all of it, but what looks like a person.

    What was written is read again.

    Raises
    ------
    TfpbError
        `copie_nomme`: the copy still names someone.
    """
    gone = dict(found.personal)
    if not gone and not found.titled:
        return path.read_bytes()
    if form(path) == SURVEY_FILE:
        return _as_workbook(read_delivery(path))
    pages = {page.table.sheet: page for page in _pages(path)}
    dropped = {s: [pages[s].columns.index(n) for n in names] for s, names in gone.items()}
    tops = {s: page.top for s, page in pages.items()}
    data = without_columns(path, dropped, tops, names_someone)
    with scratch_folder() as folder:
        copy = folder / path.name
        copy.write_bytes(data)
        again = recognise(copy)
    if again.personal or again.titled:
        left = ", ".join((*again.dropped, *again.titled))
        raise fail("copie_nomme", place=Place(path.name), got=left)
    return data


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
    if survey:  # an empty column tells of nobody, whatever its header: a copy keeps headers alone
        filled = [c for c in table.frame.columns if (table.frame[c] != "").any()]
        return tuple(personal_columns(table.frame[filled], {}, keep=()))
    left, _ = without_people(table, known=(*_HEADERS, *NAMES, *KNOWN))
    private = private_columns(table) if is_register(table) else ()
    return tuple(n for n in table.frame.columns if n not in left.frame.columns or n in private)


def _weight(table: TextTable, role: str, name: str) -> float:
    """Weigh how much a table, cut as a role's reader does, is of that role; its name counts where it is."""
    head = replace(table, frame=table.frame.head(_HEAD), rows=table.rows[:_HEAD], notices=())
    weight = _asked(head) if role == SURVEY else _score(head, role, _LOOKED_FOR[role])
    return weight + (2.0 if weight and re.search(rf"\b(?:{_NAMED[role]})", name) else 0.0)


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
    coded: Counter[tuple[str, ...]] = Counter()
    for column in table.frame.columns:
        counts = Counter(table.frame[column].head(_HEAD))
        counts.pop("", None)
        if not 1 < len(counts) <= 12:  # noqa: PLR2004
            continue
        if guess_scale(sorted(counts), {}) is not None:
            questions += 1
        elif (scale := guess_codes(counts)) is not None:
            coded[*scale.satisfied, *scale.unsatisfied] += 1
    questions += sum(n for n in coded.values() if n >= _LEAST_QUESTIONS)
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
