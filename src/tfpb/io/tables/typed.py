"""From text to typed frames: each cell against its column's contract, every fault with its place.

A schema library checks frames that are typed already; here the text itself must be understood first
(French numbers and dates, codes with leading zeros), and the message must quote the cell. So the
contract is read in one pass that both parses and checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb import decimals
from tfpb.errors import Fault, Place, Severity
from tfpb.io.tables import french
from tfpb.io.tables.asides import MERGED
from tfpb.io.tables.headers import THOUSANDS, UNCOUNTED, match_columns, unread_columns
from tfpb.io.tables.text_table import DASHES
from tfpb.model.columns import READINGS, Column, Contract, Kind
from tfpb.model.tables import means_every_quarter
from tfpb.text import fold, mend_mojibake, squeeze
from tfpb.words.faults.input_words import (
    DATE_OF_ROW,
    KINDS,
    ONE_OF,
    UNITS,
    YEAR_ALONE,
    bounds,
    copy_words,
)
from tfpb.words.faults.paste_words import COPIED
from tfpb.words.faults.paste_words import asked as asking

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tfpb.io.tables.text_table import TextTable

_EMPTY: Final = frozenset({"", "na", "n a", "nan", "null", "none"})
_NOT_KNOWN: Final = frozenset({
    "nc", "n c", "nd", "n d", "nr", "n r", "non connu", "non connue", "non communique", "non renseigne",
    "non renseignee", "inconnu", "inconnue", "a completer", "sans objet",
})  # fmt: skip
"""What people write where they do not know, where a cell may be empty; texts and codes may be such words."""
_DWELLINGS: Final = re.compile(
    r"(\d{1,5})\s*(?:logements?|logts?|lgts?|logs?|appartements?|appts?)\.?", re.IGNORECASE
)
"""A count of dwellings that bears its unit, and nothing else."""
_COUNTED: Final = frozenset({"nb_logements", "logements"})
_EMPTY_EXACT: Final = DASHES | {"#N/A", "#N/D"}
_DOT_DECIMAL: Final = re.compile(r"[+-]?(0\.\d+|[\d,]+\.(\d{1,2}|\d{4,})|\d{4,}\.\d+)")
_COMMA_DECIMAL: Final = re.compile(r"[+-]?(0,\d+|[\d.]+,(\d{1,2}|\d{4,})|\d{4,},\d+)\D*")
_QPV_COLUMNS: Final = frozenset({"code_qpv", "codes_qpv"})
_WORDS: Final = frozenset({Kind.TEXT, Kind.CODE, Kind.CODES, Kind.CHOICE})
_NUMERIC: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
_TIMES: Final = {"milliers": Decimal(1000), "millions": Decimal(1_000_000)}
_YEAR_ALONE: Final = re.compile(r"\d{4}(?:\.0+)?")
_BARE: Final = re.compile(r"[-+−–]?[\d\s.,]+(?:[eE][-+]?\d+)?")
"""A number that says no unit of its own, which would hold before that of its column."""
_DTYPES: Final[Mapping[Kind, tuple[str, Any]]] = {
    Kind.INTEGER: ("Int64", pd.NA),
    Kind.YEAR: ("Int64", pd.NA),
    Kind.BOOLEAN: ("boolean", pd.NA),
    Kind.NUMBER: ("float64", float("nan")),
    Kind.PERCENT: ("float64", float("nan")),
    Kind.TEXT: ("object", ""),
    Kind.CODE: ("object", ""),
    Kind.CHOICE: ("object", ""),
    Kind.CODES: ("object", ()),
    Kind.MONEY: ("object", None),
    Kind.DATE: ("object", None),
}
"""Kind → dtype of its column, and what stands for an empty cell."""
_BLANK: Final = "valeur_vide"
_NO_RESULT: Final = "formule_sans_valeur"
_FEW_BLANKS: Final = 0.2
"""Part of a column up to which its blank cells are lacking, and not those below a name written once."""


def typed(
    table: TextTable,
    contract: Contract,
    *,
    renames: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    asked: Collection[str] = (),
) -> tuple[pd.DataFrame, list[Fault]]:
    """Type a text table by a contract, in the same order; faults are returned, and nothing is dropped.

    Contract columns are typed (optional columns that are absent are there, empty), the other columns are
    text, then `STAMP`. INTEGER and YEAR are Int64, NUMBER and PERCENT float64, BOOLEAN boolean, MONEY
    `Decimal` or None, DATE `date` or None, CODES tuple of str, others str. A cell in fault is empty. By
    contract name, `renames` gives the user's headers, `readings` how cells are read (one of `READINGS`);
    the list of unread columns leaves out headers in a question (`asked`).
    """
    found, faults = match_columns(table, contract, renames or {})
    readings = readings or {}
    marks = _marks(table, found, contract)
    out: dict[str, Any] = {}
    mended = 0
    # a column that is only guessed may hold merged cells too: both lines go in one block
    guessed = (f.fields["coller"] for f in faults if "coller" in f.fields)
    named = {header: key.partition(".")[2] for _, key, header in guessed if header}
    named |= {header: name for name, header in found.items()}
    faults += [
        _with_remedy(n, contract.name, named.get(n.place.column, ""))
        for n in table.notices
        if n.place.column in {"", *named}
    ]
    for column in contract.columns:
        header = found.get(column.name)
        values: list[Any] = [None] * len(table.frame)
        if header is not None:
            answer = readings.get(column.name, "")
            reading = answer if answer in READINGS.get(column.kind, ()) else ""
            parse = _parser(column, marks, reading=reading)
            if column.kind is Kind.MONEY and not reading:
                faults += _thousands(table, header, contract.name, column.name)
            cells, unit_faults = _without_units(table, header, column.name)
            faults += unit_faults
            for position, raw in enumerate(cells):
                text = mend_mojibake(raw)
                mended += text != raw
                at = (int(table.rows[position]), header)
                shown = column.kind is Kind.PERCENT and at in table.percents
                values[position], fault = _cell(text, column, _as_shown if shown else parse)
                if fault is not None:
                    code, fields = fault
                    place = table.place(position, header, column.name)
                    faults.append(Fault(code, place, raw, fields))
            if column.name in _QPV_COLUMNS:
                faults += _reformed_codes(table, header, column.name, values)
            if column.kind is Kind.DATE:
                faults += _mixed_dates(table, header, column.name)
                faults += [] if reading else _month_first(table, header, contract.name, column.name)
        dtype, empty = _DTYPES[column.kind]
        filled = [empty if v is None else v for v in values]
        out[column.name] = pd.Series(filled, dtype=dtype)
    faults = _of_blanks(faults, table, contract, found)
    _give_back_sections(out, table, found)
    unread = unread_columns(table, contract, found, asked)
    faults += unread
    faults += _guessed_units(table, contract, unread, readings)
    taken = set(found.values())
    for header in table.frame.columns:
        if header not in taken:
            name = header if header not in out else f"{header} (fichier)"
            out[name] = table.frame[header].map(mend_mojibake).to_numpy(dtype=object)
    faults += mended_notice(table, mended)
    return table.stamped(pd.DataFrame(out, index=pd.RangeIndex(len(table.frame)))), faults


def _of_blanks(
    faults: list[Fault], table: TextTable, contract: Contract, found: Mapping[str, str]
) -> list[Fault]:
    """Return the faults, a blank of a name written once with what copies it down.

    A formula without result is a fault of its own, and no blank.
    """
    bare = [n for n in table.notices if n.code == _NO_RESULT]
    unknown = {(row, n.place.column) for n in bare for row in n.fields["lignes"]}
    copied = {
        header: _copied(contract.name, name)
        for name, header in found.items()
        if _looks_merged(table.frame[header].tolist(), contract.column(name))
    }
    return [
        replace(f, fields={**f.fields, **copied.get(f.place.column, {})}) if f.code == _BLANK else f
        for f in faults
        if f.code != _BLANK or (f.place.row, f.place.column) not in unknown
    ]


def _looks_merged(cells: list[str], column: Column) -> bool:
    """Return whether the blanks of an identifier follow a first cell that is written, as merged ones do."""
    blank = sum(not cell.strip() for cell in cells)
    named = column.kind in (Kind.CODE, Kind.TEXT) and bool(cells) and bool(cells[0].strip())
    return named and blank > len(cells) * _FEW_BLANKS


def _copied(role: str, column: str) -> dict[str, Any]:
    """Return what copies the cell above into blank ones: the words of a message, and the line to paste."""
    key = f"{role}.{column}"
    line = copy_words(role, column)
    return {"aussi": line, "coller": (COPIED, key, key)} if line else {}


def _with_remedy(notice: Fault, role: str, column: str) -> Fault:
    """Add to a doubt on merged cells how they are copied down."""
    if notice.code != MERGED:
        return notice
    return replace(notice, fields={**notice.fields, **_copied(role, column)})


def _without_units(table: TextTable, header: str, name: str) -> tuple[list[str], list[Fault]]:
    """Return the cells of a column, counts of dwellings without the unit they bear, which is reported."""
    cells = table.frame[header].tolist()
    found = [_DWELLINGS.fullmatch(c.strip()) if name in _COUNTED else None for c in cells]
    units = [position for position, unit in enumerate(found) if unit]
    if not units:
        return cells, []
    place, fields = table.place(units[0], header, name), {"nombre": len(units)}
    doubt = Fault("unite_dans_cellule", place, cells[units[0]], fields, Severity.DOUTE)
    return [unit[1] if unit else c for c, unit in zip(cells, found, strict=True)], [doubt]


def mended_notice(table: TextTable, mended: int) -> list[Fault]:
    """Report how many cells had their accents mended; nothing for none."""
    place = Place(table.file, table.sheet)
    doubt = Fault("encodage_repare", place, "", {"nombre": mended}, Severity.DOUTE)
    return [doubt] if mended else []


def _mixed_dates(table: TextTable, header: str, name: str) -> list[Fault]:
    """Doubt a column that writes its dates in several ways: one of them may have been misread."""
    styles: dict[str, tuple[int, str]] = {}
    for position, raw in enumerate(table.frame[header]):
        if raw and any(c.isdigit() for c in raw):
            style = re.sub(r"\d+", "9", fold(raw) + re.sub(r"\w", "", raw))
            styles.setdefault(style, (position, raw))
    if len(styles) < 2:  # noqa: PLR2004
        return []
    shown = [
        DATE_OF_ROW.format(text=raw, row=table.rows[position]) for position, raw in styles.values()
    ]
    place = table.place(min(position for position, _ in styles.values()), header, name)
    fields = {"nombre": len(styles), "exemples": ", ".join(shown[:4])}
    return [Fault("dates_melangees", place, "", fields, Severity.DOUTE)]


def _thousands(table: TextTable, header: str, role: str, name: str) -> list[Fault]:
    """Refuse to read for euros the bare numbers of a column whose header says thousands."""
    if not THOUSANDS.search(header) or not any(map(_BARE.fullmatch, table.frame[header])):
        return []
    fields = {"attendu": UNITS[Kind.MONEY], **asking(role, name)}
    return [Fault("unite_contraire", Place(table.file, table.sheet, 0, header), header, fields)]


def _guessed_units(
    table: TextTable, contract: Contract, unread: list[Fault], readings: Mapping[str, str]
) -> list[Fault]:
    """Ask for the unit of the amounts whose header is only guessed: both lines go in one block."""
    guessed = (f.fields["coller"] for f in unread if f.code == UNCOUNTED and "coller" in f.fields)
    named = [(key.partition(".")[2], header) for _, key, header in guessed if header]
    return [
        fault
        for column, header in named
        if column not in readings
        for fault in _thousands(table, header, contract.name, column)
    ]


def _month_first(table: TextTable, header: str, role: str, name: str) -> list[Fault]:
    """Ask about a column where a date can only be read month first: the others are read day first."""
    for position, raw in enumerate(table.frame[header]):
        if _reads(raw, month_first=True) and not _reads(raw, month_first=False):
            place = table.place(position, header, name)
            return [Fault("dates_mois_jour", place, raw, asking(role, name), Severity.DOUTE)]
    return []


def _give_back_sections(out: dict[str, Any], table: TextTable, found: Mapping[str, str]) -> None:
    """Read « NA » beside the number of a parcel as the section it is; alone, it says nothing."""
    if "section" not in out or not found.keys() >= {"section", "parcelle"}:
        return
    sections, parcels = table.frame[found["section"]], table.frame[found["parcelle"]]
    there = (sections.str.strip().str.upper() == "NA") & parcels.str.contains(r"\d")
    out["section"] = out["section"].mask(there.to_numpy(dtype=bool), "NA")


def _reads(text: str, *, month_first: bool) -> bool:
    try:
        french.parse_date(text, month_first=month_first)
    except ValueError:
        return False
    return True


def _reformed_codes(table: TextTable, header: str, name: str, values: list[Any]) -> list[Fault]:
    """Report codes of quarters that were brought to their published form."""
    changed = []
    for position, (raw, value) in enumerate(zip(table.frame[header], values, strict=True)):
        codes = value if isinstance(value, tuple) else (value or "",)
        # what parts several codes may be anything; the codes themselves must stand as published
        if not all(code in raw or means_every_quarter(code) for code in codes):
            changed.append((position, raw, ", ".join(codes)))
    if not changed:
        return []
    position, raw, read = changed[0]
    place = table.place(position, header, name)
    fields = {"nombre": len(changed), "lu": read}
    return [Fault("code_qpv_remis_en_forme", place, raw, fields, Severity.DOUTE)]


@dataclass(frozen=True, slots=True)
class _Marks:
    """How a table writes its numbers."""

    dots: bool  # decimals have a dot: « 1.234 » is one, but of an amount
    whole: Mapping[str, str]
    """A mark before three digits in an amount, "." or "," → « decimal » or « thousands »; a mark that is
    not there may be both."""

    def money(self, text: str) -> Decimal:
        """Read an amount: a thousand times more or less is never guessed from other columns."""
        mark = decimals.three_digits_after(text)
        if mark and mark not in self.whole:
            raise decimals.AmbiguousError(text)
        if self.whole.get(mark) == "thousands":
            return decimals.parse_decimal(text.replace(mark, ""))
        return decimals.parse_machine_decimal(text) if self.dots else decimals.parse_decimal(text)


def _marks(table: TextTable, found: Mapping[str, str], contract: Contract) -> _Marks:
    """Tell from all numbers of a table which mark its decimals have.

    A spreadsheet's own numbers have dots: they say nothing of the texts beside them. In a file parted by
    commas a dot is no thousands, and commas are where decimals have dots.
    """
    commas = dotted = any_comma = False
    for column in contract.columns:
        if column.kind not in _NUMERIC or column.name not in found:
            continue
        for text in table.frame[found[column.name]].unique():
            bare = squeeze(text).replace(" ", "")
            any_comma = any_comma or "," in bare
            commas = commas or _COMMA_DECIMAL.fullmatch(bare) is not None
            dotted = dotted or _DOT_DECIMAL.fullmatch(bare) is not None
    parted = table.decimal == "."
    whole = {".": "decimal"} if parted else {}
    if parted and dotted and not commas:
        whole[","] = "thousands"
    elif commas and not (parted and dotted):
        whole[","] = "decimal"
    return _Marks(parted or (dotted and not any_comma), whole)


def _cell(
    text: str, column: Column, parse: Callable[[str], Any]
) -> tuple[Any, tuple[str, dict[str, str]] | None]:
    """Return the value of a cell (None when empty or at fault), and the code and fields of its fault."""
    key = fold(text)
    if text in _EMPTY_EXACT or key in _EMPTY:
        if text not in _EMPTY_EXACT and text and not key and column.kind in (Kind.TEXT, Kind.CODE):
            return squeeze(text), None  # signs only: « *** » is a text
        return None, ("valeur_vide", {"attendu": column.label}) if column.filled else None
    if key in _NOT_KNOWN and not column.filled and column.kind not in _WORDS:
        return None, None
    expected = KINDS.get(column.kind, column.label)
    try:
        value = parse(text)
    except decimals.AmbiguousError:
        alone = column.kind is Kind.DATE and _YEAR_ALONE.fullmatch(text)
        awaited = YEAR_ALONE.format(expected=expected) if alone else expected
        return None, ("valeur_ambigue", {"attendu": awaited})
    except (ValueError, OverflowError):
        if column.choices:
            return None, (
                "code_inconnu",
                {"attendu": ONE_OF.format(values=", ".join(column.choices))},
            )
        return None, ("valeur_illisible", {"attendu": expected})
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        limits = f"{column.label}, {bounds(low, high)}"
        return None, ("valeur_hors_bornes", {"attendu": limits})
    return value, None


def _parser(column: Column, marks: _Marks, *, reading: str) -> Callable[[str], Any]:
    """Return the reader of a column's cells; it raises ValueError for a text that is none."""
    decimal = decimals.parse_machine_decimal if marks.dots else decimals.parse_decimal
    if reading == "proportion":
        return lambda text: float(_percent_of(text, decimal(text)))
    if reading in _TIMES:
        return lambda text: decimal(text) * (_TIMES[reading] if _BARE.fullmatch(text) else 1)
    if reading == "mois_jour":
        return lambda text: french.parse_date(text, month_first=True, year_end=column.year_end)
    if column.name in _QPV_COLUMNS:
        return french.parse_qpv_codes if column.kind is Kind.CODES else french.parse_qpv_code
    if column.kind is Kind.CHOICE:
        choices = {fold(c): c for c in column.choices}
        return lambda text: _choose(choices, text)
    if column.kind in (Kind.NUMBER, Kind.PERCENT):
        return lambda text: float(decimal(text))
    return {
        Kind.TEXT: squeeze,
        Kind.CODE: french.parse_code,
        Kind.INTEGER: decimals.parse_integer,
        Kind.MONEY: marks.money,
        Kind.DATE: lambda text: french.parse_date(text, year_end=column.year_end),
        Kind.YEAR: french.parse_year,
        Kind.BOOLEAN: french.parse_bool,
        Kind.CODES: french.parse_codes,
    }[column.kind]


def _as_shown(text: str) -> float:
    """Read a number that the spreadsheet shows as a percentage: 0.0047 is 0.47 %."""
    return float(decimals.parse_machine_decimal(text) * 100)


def _percent_of(text: str, value: Decimal) -> Decimal:
    """Read a number of a column of proportions: 0,42 is 42 %; « 0,42 % », or 42, is as written."""
    return value * 100 if abs(value) < 1 and "%" not in text else value


def _choose(choices: Mapping[str, str], text: str) -> str:
    key = fold(text)
    if key not in choices:
        raise ValueError(text)
    return choices[key]
