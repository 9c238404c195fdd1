"""Years are meaning: those of headers, of lines, and thousands said by a title.

« Nb logts 2024 » and « Nb logts 2025 » are two columns: the file's year is read, else the one without
year; another year is never read for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, content_of
from tfpb.packaged import packaged
from tfpb.questions.finding import KEPT, Change, Finding
from tfpb.questions.whole_table import listed
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tfpb.model.arrays import Flags
    from tfpb.questions.whole_table import WholeTable

THOUSANDS: Final = "milliers"
"""Answer: amounts are in thousands of euros."""
_YEAR: Final = re.compile(r"(?<![\w/.-])(20\d\d)(?![\w/.-])")
_ANY_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_DAY: Final = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]20\d\d|20\d\d-\d\d-\d\d")
_MOST_YEARS: Final = 3
"""Years of a column of days above which it tells something else than the interview (a move, a lease)."""
_FILLED: Final = 0.9
_FEWEST: Final = 5
_RELATIVE: Final = re.compile(r"(?<!\w)N(?:\s*([-–−+])\s*([1-9]))?(?![\w°.])")
_TABLES: Final = packaged(__name__)
_ONE_YEAR: Final = re.compile(r"(?:20\d\d|n(?: ?[-+]? ?[1-9])?)", re.IGNORECASE)
_BEFORE: Final = frozenset(_TABLES["before"])
_YEAR_HEADERS: Final = frozenset(_TABLES["lines"])
_LEAST_PART: Final = 1 / 3
_NEAR: Final = 5
_OWN_RULE: Final = frozenset({"fiscalite", "programme"})


@dataclass(frozen=True, slots=True)
class DatedHeader:
    """A header and its year."""

    header: str  # as written
    bare: str  # without its year
    year: int | None  # None where it has none, or several


def dated(header: str, year: int | None) -> DatedHeader:
    """Part a header from its year; « N » is the file's year, « N-1 » the one before, none without it."""
    years = {int(y) for y in _YEAR.findall(header)}
    bare = _YEAR.sub(" ", header)
    if not years and year is not None:
        for mark, steps in _RELATIVE.findall(header):
            years.add(year + (int(steps) if mark == "+" else -int(steps)) if mark else year)
        bare = _RELATIVE.sub(" ", header) if years else header
    bare = re.sub(r"\(\s*\)|\[\s*\]", " ", bare)
    bare = re.sub(r"\s+", " ", bare).strip(" -–_:")
    if len(years) != 1 or not bare:
        return DatedHeader(header, header, None)
    return DatedHeader(header, bare, years.pop())


def of_year(headers: Iterable[str], year: int | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """Choose the columns of the file's year; they come before a column of the same name without year.

    Header of the file's year → the same without year, which no other header of that year has; then headers
    of another year: they mean no column. None of these without the file's year.
    """
    if year is None:
        return {}, ()
    parts = [part for h in headers if (part := dated(h, year)).year is not None]
    own = [part for part in parts if part.year == year]
    bares = [part.bare for part in own]
    names = {p.header: p.bare for p in own if bares.count(p.bare) == 1}
    return names, tuple(p.header for p in parts if p.year != year)


def holds_years(cells: Iterable[str]) -> bool:
    """Return whether the row above a header parts it by years: two cells or more are each of one."""
    return len({cell.strip() for cell in cells if _is_year(cell)}) > 1


def joined_header(upper: list[str], lower: list[str]) -> list[str]:
    """Join a row of years to the header under it: a year holds up to the next cell."""
    out, above = [], ""
    for k, cell in enumerate(lower):
        over = upper[k].strip() if k < len(upper) else ""
        above = over or above
        out.append(f"{cell} {above}" if cell and _is_year(above) else cell)
    return out


def _is_year(cell: str) -> bool:
    words = fold(cell).split()
    while words and words[0] in _BEFORE:
        words = words[1:]
    return _ONE_YEAR.fullmatch(" ".join(words)) is not None


def lines_of_another_year(table: WholeTable) -> Iterator[Finding]:
    """Ask where a third of the lines or more, not all, are of another year than the file's.

    The year is in a column of the contract, or in one that nothing reads and whose cells are all of a
    few years near the file's. Lines of notices and actions have rules of their own for past years.
    """
    if table.year is None or table.kind in _OWN_RULE:
        yield from _actions_before(table)
        return
    own = table.found.get("annee")
    named = [own] if own else [h for h in table.unread if fold(h) in _YEAR_HEADERS]
    for header in named:
        years = table.numbers(header)
        there = years[np.isfinite(years)]
        near = (there >= table.year - _NEAR) & (there <= table.year + 1)
        at = np.flatnonzero(np.isfinite(years) & (years != table.year)).tolist()
        few = not at or len(at) < _LEAST_PART * len(there)
        if few or not near.all() or len(at) == len(table.rows):
            continue
        others = listed(str(int(y)) for y in sorted(set(years[at])))
        yield table.ask_rows(
            "lignes_d_une_autre_annee", at, column=header,
            seen={"annee": str(table.year), "autres": others}, cells=table.cells(at, (header,)),
        )  # fmt: skip


def _actions_before(table: WholeTable) -> Iterator[Finding]:
    """Ask where actions without year have a calendar of years before, or a third of them a document."""
    if table.year is None or table.kind != "programme" or "annee" in table.found:
        return
    for name, least in (("calendrier", 0.0), ("date_piece", _LEAST_PART)):
        header = table.found.get(name, "")
        texts = table.frame[header] if header else ()
        years = [tuple(map(int, _ANY_YEAR.findall(text))) for text in texts]
        at = [k for k, found in enumerate(years) if found and max(found) < table.year]
        dated = sum(bool(found) for found in years)
        if dated and len(at) < len(years):
            if at and len(at) >= least * dated:
                others = listed(str(y) for y in sorted({max(years[k]) for k in at}))
                yield table.ask_rows(
                    "lignes_d_une_autre_annee", at, column=header,
                    seen={"annee": str(table.year), "autres": others},
                    cells=table.cells(at, (header,)),
                )  # fmt: skip
            return


def interviews_of_another_year(table: WholeTable, wave: Flags) -> Iterator[Finding]:
    """Ask about the interviews of a wave that a column of days dates two years or more from the others.

    `wave` marks the rows of one wave of a delivery.
    """
    for header in table.unread:
        texts = table.frame[header].where(wave, "")
        found = {t: _ANY_YEAR.findall(t) if _DAY.search(t) else [] for t in texts.unique()}
        years = np.array([int(found[t][0]) if found[t] else 0 for t in texts])
        held = np.unique(years[years > 0], return_counts=True)
        if not 1 < len(held[0]) <= _MOST_YEARS or (years > 0).sum() < _FILLED * (texts != "").sum():
            continue
        main = int(held[0][held[1].argmax()])
        at = np.flatnonzero((years > 0) & (np.abs(years - main) > 1)).tolist()
        if len(at) >= _FEWEST:
            others = listed(str(y) for y in sorted(set(years[at].tolist())))
            yield table.ask_rows(
                "lignes_d_une_autre_annee", at, column=header,
                seen={"annee": str(main), "autres": others}, cells=table.cells(at, (header,)),
            )  # fmt: skip


def thousands_in_title(
    table: WholeTable, amounts: tuple[str, ...], thousands: re.Pattern[str]
) -> Iterator[Finding]:
    """Ask whether amounts are in thousands where a line above the header says so.

    `amounts` are headers of amounts without a unit of their own; `thousands` matches what means thousands
    of euros.
    """
    found = thousands.search(table.title)
    held = [h for h in amounts if np.isfinite(table.numbers(h)).any()]
    if found is None or not held:
        return
    whole = table.whole()
    many = Measure(whole.amount * 1000, whole.unit)
    row = int(table.rows[0]) - 1
    question = Question(
        "milliers_dans_le_titre", table.source, Place(table.file, table.sheet, max(row, 1)), (),
        (("titre", table.title),), (Answer(THOUSANDS, many), Answer(KEPT, whole)), whole,
        content_of([table.title, *table.cells(range(len(table.rows)), table.numeric())]),
    )  # fmt: skip
    change = Change(table.file, table.sheet, scaled=dict.fromkeys(held, Decimal(1000)))
    yield Finding(question, {THOUSANDS: (change,), KEPT: ()})
