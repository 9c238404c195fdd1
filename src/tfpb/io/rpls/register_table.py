"""What makes a table the register (RPLS), both headers of it, and its columns whatever their header is.

Until 2022 a column bears its bare name; from 2023 codes bear `_CODE` and their words `_LIBELLE`. The
landlord's own file adds identifiers, leases and rents: these are never read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Severity
from tfpb.io.tables.headers import match_columns
from tfpb.model.tables import STOCK
from tfpb.packaged import packaged
from tfpb.text import fold, mend_mojibake, squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.io.tables.text_table import TextTable

ADDRESS: Final = (
    "NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE", "COMPLGEO", "CODEPOSTAL", "DEPCOM", "LIBCOM",
)  # fmt: skip
LINE: Final = ADDRESS[:5]
"""Columns that make the line of an address, in its order."""
_PARTS: Final[dict[str, list[str]]] = packaged(__name__)["parts"]
_NUMBER: Final = re.compile(
    r"\d{1,4}(?: ?[a-z]{1,6})?(?:[-/ ,&]+\d{1,4}(?: ?[a-z]{1,6})?)*", re.IGNORECASE
)
_DATED: Final = re.compile("|".join(packaged(__name__)["dated"]["patterns"]))
"""What a spreadsheet makes of « 12-14 »."""
_NUMBERED: Final = 0.8
"""Part of the cells of a column of numbers that are some; of streets, one in five at most begins so."""
_RANKS: Final = frozenset({"n", "no", "num", "numero"})
"""Headers of numbers of streets, or of rows."""
_SIGNATURE: Final = frozenset({
    "depcom", "nomvoie", "typvoie", "entree", "typeconst", "nbpiece", "surfhab", "construct", "locat",
    "finan",
})  # fmt: skip
_LEAST: Final = 6
"""Of the signature's ten columns, how many make a table the register."""
_NONE: Final = {"NUMVOIE": {"0", "9999"}, "INDREP": {"9"}, "TYPVOIE": {"99"}}
_EMPTY: Final = frozenset({"na", "n a", "nan", "null", "none"})
_PRIVATE: Final = frozenset({"mode", "bail", "identges", "identint", "remlocdate", "contserv", "numappt",
                             "numboite", "complident"})  # fmt: skip
_RENTS: Final = ("loyer", "bail", "supplement", "sls")
KNOWN: Final = (
    *ADDRESS, "DEPCOM_CODE", "DEPCOM_LIBELLE", "ENTREE", "BAT", "ESC", "QPV", "QPV_CODE", "TYPECONST",
    "TYPECONST_CODE", "NBPIECE", "SURFHAB", "CONSTRUCT", "LOCAT", "FINAN", "FINAN_CODE", "NUMCONV",
    "DATCONV",
)  # fmt: skip
"""Headers that help to find that of a register under its titles."""


def bare(header: str) -> str:
    """Return the name of a column whatever the year of the file: « DEPCOM_CODE » is « depcom »."""
    key = fold(header).replace(" ", "")
    return key.removesuffix("code") if fold(header).endswith(" code") else key


def columns_of(table: TextTable) -> dict[str, str]:
    """Return the headers of a table by bare name, the first of each."""
    found: dict[str, str] = {}
    for header in table.frame.columns:
        found.setdefault(bare(header), header)
    return found


def is_register(table: TextTable, renames: Mapping[str, str] | None = None) -> bool:
    """Return whether a table is the register: six columns of ten, and no count of dwellings a row."""
    named = _SIGNATURE & columns_of(table).keys()
    return (
        len(named) >= _LEAST and "nb_logements" not in match_columns(table, STOCK, renames or {})[0]
    )


def private_columns(table: TextTable) -> tuple[str, ...]:
    """List the columns of a register that hold what concerns who lives there: rents, leases, doors."""
    return tuple(
        header
        for header in table.frame.columns
        if (bare(header) in _PRIVATE or bare(header).startswith(_RENTS))
        and (table.frame[header] != "").any()
    )


def clean(cell: str) -> str:
    """Return a cell without broken accents or odd spaces, "" where it means that it is empty."""
    text = squeeze(mend_mojibake(cell))
    return "" if fold(text) in _EMPTY else text


def cells_of(table: TextTable, name: str) -> list[str]:
    """Return the cells of a column of the register, by its bare name; blank where it is not there."""
    return _cells(table, columns_of(table).get(name))


def _cells(table: TextTable, header: str | None) -> list[str]:
    if header is None:
        return [""] * len(table.frame)
    texts = table.frame[header].tolist()
    known = {text: clean(text) for text in set(texts)}
    return [known[text] for text in texts]


def address_headers(table: TextTable, whole: str = "") -> dict[str, str]:
    """Return the columns of an address in several parts, by the register's names; none without a street.

    `whole` is the header that is read as the address; it may contain the street alone.
    """
    headers = columns_of(table)
    found = {name: headers[name.lower()] for name in ADDRESS if name.lower() in headers}
    if "NOMVOIE" in found:
        return found
    named = {fold(h): h for h in table.frame.columns}
    parts = {
        name: header
        for name, words in _PARTS.items()
        if (header := next((named[w] for w in words if w in named), ""))
    }
    parts["NOMVOIE"] = whole or parts.get("NOMVOIE", "")
    number = parts.get("NUMVOIE", "")
    numbered = number and _holds_numbers(table, number) and _holds_streets(table, parts["NOMVOIE"])
    return parts if parts["NOMVOIE"] and numbered else {}


def _holds_numbers(table: TextTable, header: str) -> bool:
    """Return whether a column holds numbers of streets; those of rows follow each other from one."""
    cells = table.frame[header].tolist()
    filled = [c for c in cells if c]
    ranked = cells == [str(k) for k in range(1, len(cells) + 1)] and fold(header) in _RANKS
    if not filled or ranked:
        return False
    return sum(_NUMBER.fullmatch(c) is not None for c in filled) >= _NUMBERED * len(filled)


def _holds_streets(table: TextTable, header: str) -> bool:
    """Return whether a column holds streets without their number."""
    filled = [c for c in table.frame[header].tolist() if c] if header else []
    begun = sum(c[:1].isdigit() for c in filled)
    return bool(filled) and begun <= (1 - _NUMBERED) * len(filled)


def line_name(found: Mapping[str, str]) -> str:
    """Return the columns that make the line: « NUMVOIE + TYPVOIE + NOMVOIE »."""
    return " + ".join(found[name] for name in LINE if name in found)


def address_lines(table: TextTable, found: Mapping[str, str]) -> list[str]:
    """Write the columns of addresses as one line; 9 and 99 mean none; what completes it comes last."""
    columns = [
        ["" if text in _NONE.get(name, ()) else text for text in _cells(table, found.get(name))]
        for name in LINE
    ]
    lines = []
    for number, *parts, more in zip(*columns, strict=True):
        line = squeeze(" ".join((number.lstrip("0"), *parts)))
        lines.append(f"{line} - {more}" if more and line else line or more)
    return lines


def without_dates(table: TextTable, found: Mapping[str, str]) -> TextTable:
    """Return a table without the numbers of streets that a spreadsheet made dates of, which is doubted."""
    header, street = (found.get(name, "") for name in ("NUMVOIE", "NOMVOIE"))
    cells = table.frame[header].tolist() if header else []
    at = [k for k, cell in enumerate(cells) if _DATED.fullmatch(cell)]
    if not at or len(at) == len(cells):
        return table
    got, numbered = cells[at[0]], sum(table.frame[street].iloc[k][:1].isdigit() for k in at)
    for k in at:
        cells[k] = ""
    fields = {"nombre": len(at), "voie": numbered == len(at)}
    doubt = Fault("numeros_en_dates", table.place(at[0]), got, fields, Severity.DOUTE)
    frame = table.frame.assign(**{header: cells})
    return replace(table, frame=frame, notices=(*table.notices, doubt))


def streets(table: TextTable) -> list[str]:
    """Return the street of each row, without number."""
    types = ("" if t in _NONE["TYPVOIE"] else t for t in cells_of(table, "typvoie"))
    return [squeeze(f"{t} {n}") for t, n in zip(types, cells_of(table, "nomvoie"), strict=True)]
