"""From text to typed frames: each cell against its column's contract, every fault with its place.

A schema library checks frames that are typed already; here the text itself must be understood first
(French numbers and dates, codes with leading zeros), and the message must quote the cell. So the
contract is read in one pass that both parses and checks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.io.tables import french
from tfpb.io.tables.headers import match_columns, unread_columns
from tfpb.model.columns import STAMP, Column, Contract, Kind
from tfpb.text import fold, mend_mojibake, squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tfpb.io.tables.tabular import TextTable

_EMPTY: Final = frozenset({"", "na", "n a", "nan", "null", "none"})
_EMPTY_EXACT: Final = frozenset({"-", "–", "#N/A", "#N/D"})
_DOT_DECIMAL: Final = re.compile(r"[+-]?(0\.\d+|\d+\.(\d{1,2}|\d{4,})|\d{4,}\.\d+)")
_EXPECTED: Final = {
    Kind.INTEGER: "un nombre entier, par exemple 24",
    Kind.NUMBER: "un nombre, par exemple 12,5",
    Kind.MONEY: "un montant en euros, par exemple 1 234,50",
    Kind.PERCENT: "un pourcentage, par exemple 25,36",
    Kind.DATE: "une date, par exemple 31/12/2025",
    Kind.YEAR: "une année, par exemple 2025",
    Kind.BOOLEAN: "oui ou non",
}
_QPV_COLUMNS: Final = frozenset({"code_qpv", "codes_qpv"})
_NUMERIC: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT})


def typed(
    table: TextTable, contract: Contract, *, renames: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Type a text table by a contract.

    Parameters
    ----------
    table : TextTable
    contract : Contract
    renames : mapping of str to str, optional
        Contract name → header in the file, as the user gave it.

    Returns
    -------
    frame : DataFrame, one row a line of the table, same order
        Contract columns typed (optional columns that are absent are there, empty), the other columns
        as text, then `STAMP`. INTEGER and YEAR are Int64, NUMBER and PERCENT float64, BOOLEAN
        boolean, MONEY `Decimal` or None, DATE `date` or None, CODES tuple of str, others str.
    faults : list of Fault
        Every fault of the table: nothing is dropped; a cell in fault is empty in the frame.
    """
    found, faults = match_columns(table, contract, renames or {})
    dots = table.decimal == "." or _uses_dots(table, found, contract)
    out: dict[str, Any] = {}
    mended = 0
    faults += [n for n in table.notices if n.place.column in {"", *found.values()}]
    for column in contract.columns:
        header = found.get(column.name)
        if header is None:
            out[column.name] = _series([None] * len(table.frame), column.kind)
            continue
        values: list[Any] = []
        for position, raw in enumerate(table.frame[header]):
            text = mend_mojibake(raw)
            mended += text != raw
            value, fault = _cell(text, column, dots=dots)
            if fault is not None:
                here = named_place(table, position, header, column.name)
                faults.append(_placed(fault, here, raw))
            values.append(value)
        out[column.name] = _series(values, column.kind)
        if column.name in _QPV_COLUMNS:
            faults += _reformed(table, header, column.name, values)
        if column.kind is Kind.DATE:
            faults += _mixed_dates(table, header, column.name)
    faults += unread_columns(table, contract, found)
    taken = set(found.values())
    for header in table.frame.columns:
        if header not in taken:
            name = header if header not in out else f"{header} (fichier)"
            out[name] = table.frame[header].map(mend_mojibake).to_numpy(dtype=object)
    frame = pd.DataFrame(out, index=pd.RangeIndex(len(table.frame)))
    frame[STAMP[0]] = table.file
    frame[STAMP[1]] = table.sheet
    frame[STAMP[2]] = table.rows
    if mended:
        faults.append(
            Fault(
                "encodage_repare",
                Place(table.file, table.sheet),
                fields={"nombre": mended},
                severity=Severity.DOUTE,
            )
        )
    return frame, faults


def named_place(table: TextTable, position: int, header: str, name: str) -> Place:
    """Place a cell by the user's header, with the contract's name beside when it is another."""
    place = table.place(position, header)
    return place if header == name else replace(place, name=name)


def _mixed_dates(table: TextTable, header: str, name: str) -> list[Fault]:
    """Doubt a column that writes its dates in several ways: one of them may have been misread."""
    styles: dict[str, tuple[int, str]] = {}
    for position, raw in enumerate(table.frame[header]):
        if raw and any(c.isdigit() for c in raw):
            styles.setdefault(
                re.sub(r"\d+", "9", fold(raw) + re.sub(r"\w", "", raw)), (position, raw)
            )
    if len(styles) < 2:  # noqa: PLR2004
        return []
    shown = [f"« {raw} » (ligne {table.rows[position]})" for position, raw in styles.values()]
    return [
        Fault(
            "dates_melangees",
            named_place(table, min(p for p, _ in styles.values()), header, name),
            fields={"nombre": len(styles), "exemples": ", ".join(shown[:4])},
            severity=Severity.DOUTE,
        )
    ]


def _reformed(table: TextTable, header: str, name: str, values: list[Any]) -> list[Fault]:
    """Say that codes of quarters were brought to their published form."""
    changed = []
    for position, (raw, value) in enumerate(zip(table.frame[header], values, strict=True)):
        codes = value if isinstance(value, tuple) else (value or "",)
        # what parts several codes may be anything; the codes themselves must stand as published
        if not all(code in raw for code in codes):
            changed.append((position, raw, ", ".join(codes)))
    if not changed:
        return []
    position, raw, shown = changed[0]
    return [
        Fault(
            "code_qpv_remis_en_forme",
            named_place(table, position, header, name),
            raw,
            {"nombre": len(changed), "lu": shown},
            Severity.DOUTE,
        )
    ]


def _uses_dots(table: TextTable, found: Mapping[str, str], contract: Contract) -> bool:
    """Say whether the table writes decimals with a dot: then « 1.234 » in it is a decimal too."""
    dotted = False
    for column in contract.columns:
        if column.kind not in _NUMERIC or column.name not in found:
            continue
        for text in table.frame[found[column.name]]:
            if "," in text:
                return False
            dotted = dotted or _DOT_DECIMAL.fullmatch(squeeze(text)) is not None
    return dotted


def _placed(fault: Fault, place: Place, raw: str) -> Fault:
    return Fault(fault.code, place, raw, fault.fields, fault.severity)


def _cell(text: str, column: Column, *, dots: bool) -> tuple[Any, Fault | None]:
    if text in _EMPTY_EXACT or fold(text) in _EMPTY:
        if (
            fold(text) == ""
            and text
            and text not in _EMPTY_EXACT
            and column.kind in (Kind.TEXT, Kind.CODE)
        ):
            return squeeze(text), None
        missing = Fault("valeur_vide", fields={"attendu": column.label}) if column.filled else None
        return None, missing
    expected = _EXPECTED.get(column.kind, column.label)
    try:
        value = _parser(column, dots=dots)(text)
    except french.AmbiguousError:
        return None, Fault("valeur_ambigue", fields={"attendu": expected})
    except (ValueError, OverflowError):
        if column.choices:
            return None, Fault(
                "code_inconnu",
                fields={"attendu": "l’une des valeurs : " + ", ".join(column.choices)},
            )
        return None, Fault("valeur_illisible", fields={"attendu": expected})
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = (
            f"entre {low:g} et {high:g}"
            if low is not None and high is not None
            else f"au moins {low:g}"
        )
        return None, Fault("valeur_hors_bornes", fields={"attendu": f"{column.label}, {bounds}"})
    return value, None


def _parser(column: Column, *, dots: bool) -> Callable[[str], Any]:
    decimal = french.parse_machine_decimal if dots else french.parse_decimal
    if column.kind is Kind.CHOICE:
        choices = {fold(c): c for c in column.choices}
        return lambda text: _choose(choices, text)
    if column.kind is Kind.NUMBER or column.kind is Kind.PERCENT:
        return lambda text: float(decimal(text))
    if column.name in _QPV_COLUMNS:
        return french.parse_qpv_codes if column.kind is Kind.CODES else french.parse_qpv_code
    return {
        Kind.TEXT: squeeze,
        Kind.CODE: french.parse_code,
        Kind.INTEGER: french.parse_integer,
        Kind.MONEY: decimal,
        Kind.DATE: french.parse_date,
        Kind.YEAR: french.parse_year,
        Kind.BOOLEAN: french.parse_bool,
        Kind.CODES: _codes,
    }[column.kind]


def _choose(choices: Mapping[str, str], text: str) -> str:
    key = fold(text)
    if key not in choices:
        raise ValueError(text)
    return choices[key]


def _codes(text: str) -> tuple[str, ...]:
    return tuple(c for c in re.split(r"[\s,;|/]+", text) if c)


def _series(values: list[Any], kind: Kind) -> Any:
    if kind in (Kind.INTEGER, Kind.YEAR):
        return pd.array([pd.NA if v is None else v for v in values], dtype="Int64")
    if kind in (Kind.NUMBER, Kind.PERCENT):
        return pd.array([float("nan") if v is None else v for v in values], dtype="float64")
    if kind is Kind.BOOLEAN:
        return pd.array([pd.NA if v is None else v for v in values], dtype="boolean")
    if kind in (Kind.TEXT, Kind.CODE, Kind.CHOICE):
        return pd.Series(["" if v is None else v for v in values], dtype=object)
    if kind is Kind.CODES:
        return pd.Series([() if v is None else v for v in values], dtype=object)
    return pd.Series(values, dtype=object)
