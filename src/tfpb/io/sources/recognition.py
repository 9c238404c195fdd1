"""What a file brought by the user is: which table of a dossier, on which sheet, of which wave."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Place, TfpbError, fail
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.rpls.register_table import KNOWN, is_register, private_columns
from tfpb.io.sources.deliveries import is_dictionary, read_delivery
from tfpb.io.sources.gathering import known_headers_of
from tfpb.io.sources.notice_tables import NAMES, as_premises
from tfpb.io.sources.personal import names_someone, personal_columns, without_people
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.contents import LAYER, form
from tfpb.io.tables.contents import SURVEY as SURVEY_FILE
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.safe_copy import grids_of, without_columns
from tfpb.io.tables.spss import read_spss
from tfpb.io.tables.tabular import xlsx_bytes
from tfpb.io.tables.text_table import HEADER_SEARCH_ROWS, cut_under, header_row, trimmed
from tfpb.model.tables import BY_ROLE
from tfpb.survey.reading.guessing import guess_codes, guess_scale
from tfpb.text import fold
from tfpb.words.documents.setting_words import (
    AXES_HEADINGS,
    AXES_SHEET,
    EXPLANATIONS,
    FILE_TITLE,
    HEADINGS,
    LISTS,
)
from tfpb.words.faults.input_words import TABLES_READ

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.io.tables.text_table import TextTable
    from tfpb.model.columns import Contract

SURVEY: Final = "enquete"
_LOOKED_FOR: Final = {r: c for r, c in BY_ROLE.items() if "_precedent" not in r}
"""Roles that a table may have by what it holds: last year's programme is a programme."""
_DISTINCT: Final = {"declaration": ("declare_le",), "decisions": ("id_residence", "decision")}
"""Columns that a table of a role is known by, where any list of résidences has those that must be there."""
_TITLES: Final = {fold(FILE_TITLE.format(title=c.title)): r for r, c in _LOOKED_FOR.items()}
"""Title of a template, above its header → its role."""
_HELPS: Final = frozenset(tuple(map(fold, h)) for h in (HEADINGS, AXES_HEADINGS))
"""Headers of the sheets of a template that explain it."""
_NEXT_TO: Final = {EXPLANATIONS, AXES_SHEET, LISTS}
_HEADERS: Final = tuple(h for c in _LOOKED_FOR.values() for h in c.headers)
_FOLDED: Final = frozenset(map(fold, (*_HEADERS, *KNOWN)))
_NAMED: Final = {
    "patrimoine": "patrimoine|stock|parc|rpls",
    "fiscalite": "fiscal|taxe|tfpb|impot|avis",
    "gmbi": "gmbi",
    "programme": "programme|action|pat",
    "droit_commun": "droit commun|couts?",
    "conventions": "convention",
    "declaration": "declaree?|declaration",
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
_SENTENCE: Final = 3
"""Words from which the first cell of a sheet of one column is a title."""
_SURE: Final = 50.0
"""Weight of the register of dwellings, and of a template: nothing else has their columns, or their title."""
_ENOUGH: Final = 0.5
"""Part of the columns which must be there from which a table may be of a role: the others are asked for."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was understood of a file."""

    role: str  # its key in `[fichiers]`; empty when it resembles nothing known
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    """Every sheet that has a table; of several, the one to read must be named."""
    header: int = 1  # row of the header, as a spreadsheet numbers it
    rows: int = 0  # lines of data
    aside: int = 0  # lines of totals, units or text left out of them
    waves: tuple[str, ...] = ()  # years of a survey: of its name, of its title, of its cells
    personal: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Sheet → columns that look like a person."""
    titled: tuple[str, ...] = ()  # sheets where a cell above the header names someone
    covers: tuple[str, ...] = ()
    """Sheets of a title and of texts, which no reader reads: their text goes, but no column of persons."""

    @property
    def several(self) -> bool:
        """Whether several sheets hold tables."""
        return len(self.sheets) > 1

    @property
    def dropped(self) -> tuple[str, ...]:
        """Columns that look like a person, of any sheet."""
        columns = (names for sheet, names in self.personal if sheet not in self.covers)
        return tuple(dict.fromkeys(name for names in columns for name in names))


def recognise(path: Path) -> Recognised:
    """Recognise a table by its headers, its cells and its name; a fault when it cannot be read."""
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
    if form(path) in {"", LAYER}:  # a layer dropped is a map
        got = path.suffix.lower() or path.name
        raise fail("format_inconnu", place=Place(path.name), got=got, attendu=TABLES_READ)
    whole = _pages(path)
    pages = [p for p in whole if not (p.explains or is_dictionary(p.table.frame))]
    if not pages:
        return Recognised("")
    best = max(pages, key=lambda page: page.score)  # of equals, the first
    table, role = best.table, best.role
    personal = tuple(
        (page.table.sheet, names)
        for page in whole
        if (names := _personal(page, survey=page is best and role == SURVEY))
    )
    found = Recognised(
        role,
        sheet=table.sheet if len(pages) > 1 else "",
        sheets=tuple(page.table.sheet for page in pages),
        header=best.top + 1,
        personal=personal,
        titled=tuple(page.table.sheet for page in whole if any(map(names_someone, page.above))),
        covers=tuple(page.table.sheet for page in whole if page is not best and _is_cover(page)),
    )
    if best.empty:
        return found
    if role == SURVEY:
        return replace(found, rows=len(table.frame), waves=_waves(table.frame, name))
    rows = len(set_aside(table, BY_ROLE[role]).frame) if role else len(table.frame)
    return replace(found, rows=rows, aside=len(table.frame) - rows)


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet, cut under the header that the reader of its own role finds."""

    table: TextTable
    top: int  # row of the header, from 0
    columns: list[str]  # all columns of the sheet
    above: tuple[str, ...]  # cells over the header
    role: str  # empty when it resembles nothing known
    score: float
    empty: bool = False
    """Whether nothing is under that header: the sheet is then cut under its first row."""
    explains: bool = False  # whether it is a sheet of a template that is not to be filled in


def _pages(path: Path) -> list[_Page]:
    """Cut every sheet of a file: what is taken out of it is what its reader would see."""
    grids = grids_of(path)
    template = any(_template(grid) for _, grid in grids)
    return [
        _page(path, sheet, grid, explains=template and not _template(grid) and sheet in _NEXT_TO)
        for sheet, grid in grids
    ]


def _page(path: Path, sheet: str, grid: list[list[str]], *, explains: bool) -> _Page:
    first = next(i for i, row in enumerate(grid) if any(row))
    explains = explains or tuple(map(fold, trimmed(grid[first]))) in _HELPS
    role, score = ("", 0.0) if explains else _likest(path, sheet, grid)
    top = first if explains else header_row(grid, _names(role))
    empty = not any(map(any, grid[top + 1 :]))
    table, top, columns = cut_under(grid, path.name, sheet, first if empty else top)
    above = tuple(cell for row in grid[:top] for cell in row if cell)
    return _Page(table, top, columns, above, role, score, empty, explains)


def _likest(path: Path, sheet: str, grid: list[list[str]]) -> tuple[str, float]:
    """Return the role that a sheet is most like, empty when it is like none, and how much."""
    if own := _template(grid):
        return own, _SURE
    head = grid[: _HEAD + HEADER_SEARCH_ROWS]
    tops = {role: header_row(head, _names(role)) for role in (*_LOOKED_FOR, SURVEY)}
    cut = {top: _cut(head, path.name, sheet, top) for top in set(tops.values())}
    name = fold(path.stem)
    score, role = max((_weight(cut[top], role, name), role) for role, top in tops.items())
    return (role if score >= _LEAST else ""), score


def _cut(grid: list[list[str]], file: str, sheet: str, top: int) -> TextTable | None:
    """Cut a sheet under a header; None where no row is under it."""
    if not any(map(any, grid[top + 1 :])):
        return None
    return cut_under(grid, file, sheet, top)[0]


def _template(grid: list[list[str]]) -> str:
    """Return the role of a template, by the title that it bears; empty for another sheet."""
    cells = (fold(cell) for row in grid[:HEADER_SEARCH_ROWS] for cell in row if cell)
    return next((_TITLES[cell] for cell in cells if cell in _TITLES), "")


@cache
def _names(role: str) -> frozenset[str]:
    """Return the folded names by which the reader of a role finds its header; of none, every name known."""
    return frozenset(map(fold, known_headers_of(role))) if role else _FOLDED


def safe_copy(path: Path, found: Recognised) -> bytes:
    """Return what of a file may enter a dossier: all of it, but what looks like a person.

    What was written is read again. Raises `copie_nomme`: the copy still names someone.
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


def _personal(page: _Page, *, survey: bool) -> tuple[str, ...]:
    """List the columns that look like a person, by the rules of whoever will read the table."""
    table = page.table
    if page.explains:  # « personnel de proximité » is a word of the template
        cells = table.frame.items()
        return tuple(str(h) for h, values in cells if any(map(names_someone, values)))
    if survey:  # an empty column tells of nobody, whatever its header: a copy keeps headers alone
        filled = [c for c in table.frame.columns if (table.frame[c] != "").any()]
        return tuple(personal_columns(table.frame[filled], {}, keep=()))
    left, _ = without_people(table, known=(*_HEADERS, *NAMES, *KNOWN))
    private = private_columns(table) if is_register(table) else ()
    return tuple(n for n in table.frame.columns if n not in left.frame.columns or n in private)


def _is_cover(page: _Page) -> bool:
    """Tell whether a sheet holds one column of texts under a title: a sentence is no header."""
    names = page.table.frame.columns
    return not page.role and len(names) == 1 and len(str(names[0]).split()) >= _SENTENCE


def _weight(table: TextTable | None, role: str, name: str) -> float:
    """Weigh how much a table, cut as a role's reader does, is of that role; its name counts where it is."""
    if table is None:
        return 0.0
    head = replace(table, frame=table.frame.head(_HEAD), rows=table.rows[:_HEAD], notices=())
    weight = _asked(head) if role == SURVEY else _score(head, role, _LOOKED_FOR[role])
    return weight + (2.0 if weight and re.search(rf"\b(?:{_NAMED[role]})", name) else 0.0)


def _score(table: TextTable, role: str, contract: Contract) -> float:
    """Weigh how much a table is like a contract: headers found, those it may not lack, those likely."""
    if role == "patrimoine" and is_register(table):
        return _SURE
    if role == "fiscalite":
        try:
            table, _ = as_premises(table, {})
        except TfpbError:
            return 0.0
    found, faults = match_columns(table, contract, {})
    needed = _DISTINCT.get(role) or [c.name for c in contract.columns if c.required]
    had = sum(1 for n in needed if n in found)
    likely = len({f.fields["coller"][2] for f in faults if "coller" in f.fields} - {""})
    if not had or had + likely < _ENOUGH * len(needed):
        return 0.0
    lacking = len(needed) - had - likely
    explained = len(found) / len(table.frame.columns)
    return 2.0 * had + likely - lacking + 0.8 * (len(found) - had) + 4.0 * explained


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
