"""Tables of a contract as a whole: which columns count, what their rows make, what they leave open."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.law.values import load
from tfpb.model.columns import Kind
from tfpb.model.question import Unit
from tfpb.questions.copied_rows import copied_rows, repeated_actions, repeated_homes
from tfpb.questions.lacking_columns import lacking_columns
from tfpb.questions.marked_rows import marked_rows
from tfpb.questions.odd_amounts import odd_amounts, thousands_in_rows
from tfpb.questions.odd_cells import odd_cells, own_name, unsaid_thousands
from tfpb.questions.repeated_rows import REPEATED, repeated_rows, repeated_totals
from tfpb.questions.shared_points import shared_points
from tfpb.questions.sums import group_rows, sum_rows
from tfpb.questions.whole_table import Summed, WholeTable, kind_of, parsed
from tfpb.questions.years import lines_of_another_year, thousands_in_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.errors import Place
    from tfpb.model.arrays import Floats, Integers
    from tfpb.model.columns import Contract
    from tfpb.questions.finding import Finding

CONVENTIONS: Final = "conventions"
RIGHTS: Final = frozenset({CONVENTIONS, "declaration", "decisions", "reclamations"})
"""Inputs whose rows make a right: what their sheet hides, strikes or says to be void is asked about."""
SOURCES: Final = frozenset(
    {
        "patrimoine",
        "fiscalite",
        "fiscalite_precedente",
        "programme",
        "programme_precedent",
        "droit_commun",
        *RIGHTS,
    }
)
"""Inputs of a contract whose rows make a figure, or a right."""
_QUARTER: Final = re.compile(r"Q\s*[NP]\s*\d", re.IGNORECASE)
_SUMMED: Final = frozenset({Kind.MONEY, Kind.INTEGER})
_RATES: Final = frozenset({"cout_horaire_eur"})
_KEYS: Final = frozenset({Kind.CODE, Kind.TEXT})
_VALUED: Final = ("valorise_eur", "realise_eur", "prevu_eur")
"""What an action is worth, the first that is written."""


def of_contract(
    source: str,
    contract: Contract,
    found: Mapping[str, str],
    frame: pd.DataFrame,
    rows: Integers,
    *,
    file: str,
    sheet: str = "",
    year: int | None = None,
) -> WholeTable:
    """Return a table of text as a whole; `source` is of `SOURCES`, `found` a contract's column → header."""
    names = [c for c in contract.columns if c.name in found]
    measures = tuple(found[c.name] for c in names if c.kind in _SUMMED and c.name not in _RATES)
    read = set(found.values())
    return WholeTable(
        source, file, sheet, frame, rows, found, _stake(source, found, frame, year),
        measures=measures,
        keys=tuple(found[c.name] for c in names if c.kind in _KEYS),
        group=found.get("id_residence", ""),
        unread=tuple(h for h in frame.columns if h not in read),
        year=year,
    )  # fmt: skip


def examine(
    table: WholeTable,
    contract: Contract,
    thousands: re.Pattern[str],
    units: frozenset[str],
    read: Sequence[Finding] = (),
) -> Iterator[Finding]:
    """List what a table leaves open; a row is in one question only.

    `thousands` matches what means thousands of euros; `units` are columns of the contract whose unit the
    user gave; `read`, questions met before, whose answers may read a column more.
    """
    asked: set[int] = set()
    for finding in _row_findings(table):
        if _is_refused(table, contract, finding.question.place):
            continue  # the cell is a fault already: nothing is asked of what must be corrected
        rows = set(finding.question.rows)
        if not rows <= asked or finding.question.code in REPEATED:
            asked |= rows
            yield finding
    if table.source == CONVENTIONS:
        yield from own_name(table)
    if table.source in RIGHTS:
        return

    def again(other: WholeTable, found: Mapping[str, str]) -> WholeTable:
        """Return a table with what its rows make when other columns, or cells, are read."""
        return replace(
            other, found=found, stake=_stake(other.source, found, other.frame, other.year)
        )

    lacking = list(lacking_columns(table, contract, again))
    yield from lacking
    for finding in odd_cells(table, again):
        if not set(finding.question.rows) or not set(finding.question.rows) <= asked:
            yield finding
    # a column that an answer would read is in the unit of the others
    likely = {n: h for one in (*read, *lacking) for n, h in _read_by(one).items()}
    amounts = tuple(
        header
        for c in contract.columns
        if c.kind is Kind.MONEY and c.name not in {*units, *_RATES}
        if (header := table.found.get(c.name) or likely.get(c.name)) is not None
        if not thousands.search(header)
    )
    # an amount is asked about once: two answers that agree would multiply it twice
    scaled = list(thousands_in_title(table, amounts, thousands))
    scaled = scaled or list(unsaid_thousands(table, amounts))
    if not scaled and table.kind not in ("patrimoine", "fiscalite"):
        scaled = list(thousands_in_rows(table, amounts))
    yield from scaled


def _read_by(finding: Finding) -> dict[str, str]:
    """Return the columns of the contract that an answer would read, and their headers."""
    changes = (change for some in finding.changes.values() for change in some)
    return {name: header for change in changes for header, name in change.read_as.items()}


def _is_refused(table: WholeTable, contract: Contract, place: Place) -> bool:
    """Return whether a cell is out of the bounds of its column, or values an action above what it cost."""
    name = next((n for n, header in table.found.items() if header == place.column), "")
    where = np.flatnonzero(table.rows == place.row)
    if not name or not where.size:
        return False
    at = int(where[0])
    value = table.numbers(place.column)[at]
    column = next(c for c in contract.columns if c.name == name)
    if column.maximum is not None and value > column.maximum:
        return True
    spent = table.found.get("realise_eur", "") if name == "valorise_eur" else ""
    return bool(spent) and bool(value > table.numbers(spent)[at])


def _row_findings(table: WholeTable) -> Iterator[Finding]:
    yield from marked_rows(table)
    if table.source in RIGHTS:
        return
    groups = list(group_rows(table))
    yield from groups
    yield from sum_rows(table, {row for one in groups for row in one.question.rows})
    yield from repeated_rows(table)
    yield from copied_rows(table)
    yield from repeated_actions(table)
    if table.source == "patrimoine":
        yield from repeated_homes(table)
        yield from repeated_totals(table)
    yield from lines_of_another_year(table)
    yield from shared_points(table)
    yield from odd_amounts(table)


def _stake(source: str, found: Mapping[str, str], frame: pd.DataFrame, year: int | None) -> Summed:
    def read(name: str) -> Floats:
        return parsed(frame[found[name]]) if name in found else np.full(len(frame), np.nan)

    def used(*names: str) -> frozenset[str]:
        return frozenset(found[name] for name in names if name in found)

    if source == "patrimoine":
        return Summed(np.nan_to_num(read("nb_logements")), Unit.LOGEMENTS, used("nb_logements"))
    if kind_of(source) == "fiscalite":
        bases = ("base_nette_eur", "vlc_eur")
        base, value = (read(name) for name in bases)
        law = load()
        day = dt.date(year or 0, 1, 1) if year else None
        abated, half = (
            float(law.value(key, day).valeur) if day and law.covers(key, day) else default
            for key, default in (("taux_abattement", 0.3), ("part_vlc", 0.5))
        )
        taxed = np.where(np.isfinite(base), base, half * value)
        rates = sum(
            (
                np.nan_to_num(read(name))
                for name in found
                if name.startswith("taux_")
                if name != "taux_global_pct" or "taux_commune_pct" not in found
            ),
            np.zeros(len(frame)),
        )
        return Summed(np.nan_to_num(abated * taxed * rates / 100), Unit.EUR, used(*bases))
    if source in RIGHTS and source != CONVENTIONS:
        return Summed(np.ones(len(frame)), Unit.LIGNES)
    if source == CONVENTIONS:
        cells = frame[found["codes_qpv"]] if "codes_qpv" in found else [""] * len(frame)
        signed = [float(max(1, len(_QUARTER.findall(cell)))) for cell in cells]
        return Summed(np.array(signed), Unit.QUARTIERS)
    if source == "droit_commun":
        return Summed(np.nan_to_num(read("cout_eur")), Unit.EUR, used("cout_eur"))
    staff = read("heures") * read("cout_horaire_eur")
    worth = np.full(len(frame), np.nan)
    for values in (*(read(name) for name in _VALUED[:2]), staff, read(_VALUED[2])):
        worth = np.where(np.isfinite(worth), worth, values)
    return Summed(np.nan_to_num(worth), Unit.EUR, used(*_VALUED))
