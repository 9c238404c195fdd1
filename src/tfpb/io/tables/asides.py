"""Lines that are no data (units, totals): reported and left out; merged cells copied down on request."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.decimals import parse_decimal
from tfpb.errors import Fault, Severity
from tfpb.io.tables.headers import THOUSANDS, match_columns
from tfpb.io.tables.sections import beyond_lines, section_lines
from tfpb.io.tables.text_table import DASHES
from tfpb.model.columns import Contract, Kind
from tfpb.text import fold, squeeze
from tfpb.words.faults.input_words import ANY_ROW, ROW_OBJECTS, UNITS
from tfpb.words.faults.paste_words import asked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tfpb.io.tables.text_table import TextTable

MERGED: Final = "cellules_fusionnees"
_NOTHING: Final = DASHES | {""}
_TOTAL: Final = re.compile(
    r"((sous|s|grand) )?(total|totaux)( (general|generaux|partiel|du|des|de|par) ?.*)?"
)
_INITIALS: Final = frozenset("tTsSgG")
_HEAD: Final = re.compile(r"((sous|s|grand) )?(total|totaux)\b.*")
_OVERALL: Final = re.compile(
    r"(ensemble|cumul|s t)"
    r"( (general|(du|des) (parc|patrimoine|programme|residences|logements|locaux|avis|actions)))?"
    r"|(montants?|sommes?|depenses?) (globale?s?|cumulee?s?)"
)
"""Words of a sum that may name something else: nothing but numbers stands beside them."""
_CARRIED: Final = re.compile(
    r"(a reporter|report|frais de gestion|(montant|somme)s? (de votre|total|net)|(net|reste) a payer)\b.*"
)
"""Sums that a page prints; such words may also begin an action, whose line then holds what is needed."""
_SAME_HEADER: Final = 0.8
"""Part of a line's cells that are the header's own, from which it is the header printed again."""
_NAMES: Final = 3
"""Names of columns on a line from which it is a header."""
_LABELLED: Final = 0.6
"""Part of the columns of numbers that hold words on the first line, from which it is of labels."""
_SENTENCE: Final = 3
"""Words from which a cell alone on its line is a title or a note, not a value."""
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
_EURO: Final = r"€|euros?|eur"
_UNIT: Final = re.compile(
    rf"(?:en )?(?:[km]?(?:{_EURO})(?: ?(?:ht|ttc|/ ?\w+))?|%|‰|pct|pour ?cent|pourcentage|nb|nbre|nombre|u|"
    r"unites?|m|m2|m²|mètres?|h|heures?|jours?|j|logements?|log\.?|logts?)"
)
_FORM: Final = re.compile(
    r"jj/mm/aa(?:aa)?|aaaa|oui ?/ ?non|o/n|texte|date|code|unités? ?:?|unites? ?:?"
)
_OF_KIND: Final = {
    Kind.MONEY: re.compile(rf"(?:en )?(?:{_EURO})(?: ?(?:ht|ttc))?"),
    Kind.PERCENT: re.compile(r"(?:en )?(?:%|pct|pour ?cent|pourcentage)"),
}
"""Kind of column → the units its numbers may be in."""


def set_aside(
    table: TextTable,
    contract: Contract,
    *,
    renames: Mapping[str, str] | None = None,
    readings: Collection[str] = (),
) -> TextTable:
    """Return a table without the lines that are no data, each reported as a doubt of the table.

    Units: the line under the header when it contains nothing else (« (€) », « % »); a unit that a column of
    the contract cannot be in (« k€ ») is a fault.

    Labels: the line under the header when most columns of numbers have words there.

    Print: the header again on a second page, and the one cell above it; where several cells must be filled,
    a line of one sentence alone.

    Sections: a line that names those above or below it (« Agence Nord »), with their sum or without.

    Totals: a line whose first filled cell is « TOTAL » (or « Total du quartier… » where a cell that must be
    filled is empty); where another cell is, and all cells that must be filled are empty; the last line when
    it has numbers only and one of them is the sum of its column.

    `readings`: columns of the contract whose unit the user gave.
    """
    table = marked(table, contract)
    found, _ = match_columns(table, contract, renames or {})
    table = _without_labels(_without_units(table, contract, found, readings), contract, found)
    table = _without_print(table, contract, found)
    totals = total_lines(table, contract, found)
    if totals and len(totals) < len(table.frame):
        faults = [
            *total_doubts(table, totals, contract),
            *beyond_lines(table, totals, contract, found),
        ]
        table = _without(table, totals, faults)
    return _without_sections(table, contract, found)


def marked(table: TextTable, contract: Contract) -> TextTable:
    """Return the rows of a kind, where a table of a pack has others: its premises are not all claims."""
    column, _, kind = contract.marked_by.partition("=")
    if column not in table.frame.columns:
        return table
    cells = table.frame[column]
    others = np.flatnonzero(cells != kind if kind else cells == "")
    return _without(table, others.tolist(), [])


def _without_sections(table: TextTable, contract: Contract, found: Mapping[str, str]) -> TextTable:
    """Take out the rows that name a group of rows."""
    positions = section_lines(table, contract, found)
    if not positions:
        return table
    cells = table.frame.to_numpy(dtype=object)
    faults = [
        Fault(
            "ligne_de_section",
            table.place(p),
            " ; ".join(c for c in cells[p] if c),
            {},
            Severity.DOUTE,
        )
        for p in positions
    ]
    return _without(table, positions, faults)


def total_doubts(table: TextTable, totals: list[int], contract: Contract) -> list[Fault]:
    """Make the doubt of each line that is a total."""
    cells = table.frame.to_numpy(dtype=object)
    fields = {"objet": ROW_OBJECTS.get(contract.name, ANY_ROW)}
    return [
        Fault("ligne_de_total", table.place(position), " ; ".join(c for c in cells[position] if c),
              fields, Severity.DOUTE)
        for position in totals
    ]  # fmt: skip


def copied_down(table: TextTable, headers: Iterable[str]) -> TextTable:
    """Return a table without totals where empty cells of some columns take the value above, each reported.

    The user names the headers; those that are not there are ignored.
    """
    wanted = [h for h in dict.fromkeys(headers) if h in table.frame]
    if not wanted:
        return table
    frame, doubts = table.frame.copy(), []
    for header in wanted:
        above = ""
        cells = []
        for position, cell in enumerate(frame[header]):
            if not cell and above:
                place = table.place(position, header)
                doubts.append(Fault("cellule_recopiee", place, above, {}, Severity.DOUTE))
            above = cell or above
            cells.append(above)
        frame[header] = cells
    kept = (n for n in table.notices if n.code != MERGED or n.place.column not in wanted)
    return replace(table, frame=frame, notices=(*kept, *doubts))


def _without(table: TextTable, positions: list[int], faults: list[Fault]) -> TextTable:
    """Take lines out of a table and report them among its notices, what was said of their cells with them."""
    gone = set(table.rows[positions].tolist())
    notices = (_but_for(notice, gone) for notice in table.notices)
    table = replace(table, notices=tuple(n for n in notices if n is not None))
    return replace(
        table,
        frame=table.frame.drop(index=table.frame.index[positions]).reset_index(drop=True),
        rows=np.delete(table.rows, positions),
        notices=(*table.notices, *faults),
    )


def _but_for(notice: Fault, gone: set[int]) -> Fault | None:
    """Return what is said of some rows without those that are gone; None where nothing is left."""
    rows = notice.fields.get("lignes")
    if not isinstance(rows, tuple):
        return notice
    left = tuple(row for row in rows if row not in gone)
    fields = {**notice.fields, "lignes": left, "nombre": len(left)}
    return (
        replace(notice, place=replace(notice.place, row=left[0]), fields=fields) if left else None
    )


def _without_units(
    table: TextTable, contract: Contract, found: Mapping[str, str], answered: Collection[str]
) -> TextTable:
    """Take out the line of units under the header."""
    if len(table.frame) < 2:  # noqa: PLR2004
        return table
    cells = {str(h): c for h, c in table.frame.iloc[0].items() if c not in _NOTHING}
    units = {header: _unit(cell) for header, cell in cells.items()}
    if not all(units.values()) or not any(_UNIT.fullmatch(u) for u in units.values()):
        return table
    got = " ; ".join(cells.values())
    faults = [Fault("ligne_d_unites", table.place(0), got, {}, Severity.DOUTE)]
    for column in contract.columns:
        header = found.get(column.name, "")
        unit, allowed = units.get(header, ""), _OF_KIND.get(column.kind)
        if unit and allowed and not allowed.fullmatch(unit):
            many = bool(THOUSANDS.search(unit)) and "/" not in unit
            if many and column.name in answered:
                continue
            place = table.place(0, header, column.name)
            settled = asked(contract.name, column.name) if many else {}
            fields = {"attendu": UNITS[column.kind], **settled}
            faults.append(Fault("unite_contraire", place, unit, fields))
    return _without(table, [0], faults)


def _without_labels(table: TextTable, contract: Contract, found: Mapping[str, str]) -> TextTable:
    """Take out the line of labels under the header: words in 60 % of the columns of numbers, two at least."""
    numbers = [found[c.name] for c in contract.columns if c.kind in _NUMBERS and c.name in found]
    if len(table.frame) < 2 or not numbers:  # noqa: PLR2004
        return table
    first = {h: str(table.frame[h].iloc[0]) for h in numbers}
    filled = {h: c for h, c in first.items() if c not in _NOTHING}
    words = [h for h, c in filled.items() if not any(map(str.isdigit, c)) and len(c) > 1]
    others = [h for h in words if not any(map(str.isdigit, table.frame[h].iloc[1]))]
    if len(words) < 2 or len(words) < _LABELLED * len(numbers) or others:  # noqa: PLR2004
        return table
    got = " ; ".join(c for c in table.frame.iloc[0] if c)
    doubt = Fault("ligne_de_libelles", table.place(0), got, {}, Severity.DOUTE)
    return _without(table, [0], [doubt])


def _without_print(table: TextTable, contract: Contract, found: Mapping[str, str]) -> TextTable:
    """Take out what a printed page adds: its header again, and sentences alone on their line.

    A sentence in a column of the contract may be data whose line lacks the rest: it stays, a fault, but
    in the first column below the last line that holds more: a note. A header in another order, under
    which other columns follow, is a fault too.
    """
    headers = [fold(h) for h in table.frame.columns]
    needed = sum(c.filled and c.name in found for c in contract.columns)
    read = {k for k, h in enumerate(table.frame.columns) if h in set(found.values())}
    cells = table.frame.to_numpy(dtype=object)
    filled = cells.astype(bool)
    again = np.zeros(len(cells), dtype=int)
    for k, header in enumerate(headers):
        at, values = pd.factorize(cells[:, k])
        again += np.array([v != "" and fold(v) == header for v in values], dtype=bool)[at]
    count = filled.sum(axis=1)
    names = set(headers)
    other = np.zeros(len(cells), dtype=int)
    for k in range(cells.shape[1]):
        at, values = pd.factorize(cells[:, k])
        other += np.array([v != "" and fold(v) in names for v in values], dtype=bool)[at]
    repeated = (again > 1) & (again >= _SAME_HEADER * count)
    alone = (count == 1) & ~repeated if needed > 1 else np.zeros(len(cells), dtype=bool)
    second = (other >= _NAMES) & (other >= _SAME_HEADER * count) & ~repeated
    faults = [
        Fault("second_tableau", table.place(p), " ; ".join(c for c in cells[p] if c))
        for p in np.flatnonzero(second).tolist()
    ]
    if faults:
        table = replace(table, notices=(*table.notices, *faults[:1]))
    codes: dict[int, str] = {}
    foot = int(np.flatnonzero(~alone).max(initial=-1)) + 1  # notes stand below it, at the left
    titles = alone & np.append(repeated[1:], np.zeros(1, dtype=bool))
    for position in np.flatnonzero(repeated | alone).tolist():
        k = int(filled[position].argmax())
        if repeated[position]:
            codes[position] = "entete_repete"
        elif titles[position] or (
            (k not in read or (k == 0 and position >= foot))
            and len(cells[position, k].split()) >= _SENTENCE
        ):
            codes[position] = "ligne_de_texte"
    if not codes or len(codes) == len(cells):
        return table
    faults = [
        Fault(code, table.place(p), " ; ".join(c for c in cells[p] if c), {}, Severity.DOUTE)
        for p, code in codes.items()
    ]
    return _without(table, list(codes), faults)


def _unit(cell: str) -> str:
    """Return the unit, or the form of a value, that a cell consists of; "" when it is something else."""
    text = squeeze(cell).lower()
    bare = text[1:-1].strip() if text[:1] + text[-1:] in {"()", "[]"} else text
    return bare if _UNIT.fullmatch(bare) or _FORM.fullmatch(bare) else ""


def total_lines(table: TextTable, contract: Contract, found: Mapping[str, str]) -> list[int]:
    """List the positions of the lines that sum others; `found`: contract's column → header."""
    numbers = [found[c.name] for c in contract.columns if c.kind in _NUMBERS and c.name in found]
    cells = table.frame.to_numpy(dtype=object)
    headers = list(table.frame.columns)
    needed = [
        headers.index(found[c.name]) for c in contract.columns if c.filled and c.name in found
    ]
    counted = {headers.index(h) for h in numbers}
    totals = [
        position for position, row in enumerate(cells) if _is_total(list(row), needed, counted)
    ]
    last = len(cells) - 1
    if last > 1 and last not in totals:
        filled = [h for h, c in zip(headers, cells[last], strict=True) if c]
        if filled and set(filled) <= set(numbers) and any(_sums(table, h) for h in filled):
            totals.append(last)
    return totals


def _is_total(row: list[str], needed: list[int], counted: set[int]) -> bool:
    """Return whether a line names itself a total; the columns may stand in any order."""
    if not needed:  # a survey of many lines: its first cell says it
        first = next((cell for cell in row if cell), "")
        return first[:1] in _INITIALS and _TOTAL.fullmatch(fold(first)) is not None
    filled = [k for k, cell in enumerate(row) if cell]
    if not filled:
        return False
    head = fold(row[filled[0]])
    if _TOTAL.fullmatch(head) or (_HEAD.fullmatch(head) and not all(row[k] for k in needed)):
        return True
    only_numbers = len(filled) > 1 and counted.issuperset(filled[1:])
    if only_numbers and (_OVERALL.fullmatch(head) or _HEAD.fullmatch(head)):
        return True
    if _CARRIED.fullmatch(head) and not any(row[k] for k in needed):
        return True
    named = [k for k in filled if _HEAD.fullmatch(fold(row[k]))]
    return bool(named and needed) and not any(row[k] for k in needed if k not in named)


def _sums(table: TextTable, header: str) -> bool:
    """Return whether the last cell of a column is the sum of those above."""
    try:
        values = [parse_decimal(c) for c in table.frame[header] if c]
    except ValueError:
        return False
    return len(values) > 2 and values[-1] != 0 and sum(values[:-1], Decimal(0)) == values[-1]  # noqa: PLR2004
