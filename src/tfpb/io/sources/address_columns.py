"""Addresses of a user's table, by contract names, in several columns or by the user's choice, and old names.

Number, index, type and name of the street in columns of their own, as the register (RPLS) has them, are read
as one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity, TfpbError
from tfpb.io.rpls.register_table import (
    KNOWN,
    LINE,
    address_headers,
    address_lines,
    clean,
    line_name,
    without_dates,
)
from tfpb.io.tables.asides import total_doubts, total_lines
from tfpb.io.tables.headers import match_columns, refuse_unknown
from tfpb.io.tables.text_table import UNUSED, TextTable, unused_option
from tfpb.model.columns import Column, Contract
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.model.tables import STOCK
from tfpb.text import fold
from tfpb.words.faults.input_words import ADDRESS, ALL_HAVE_TOWN, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


ALIAS_COLUMNS: Final = ("ancien nom", "nouveau nom", "ancien", "nouveau", "voie", "alias")
"""Headers that help to find a table of renamed streets under its titles."""
_PAIR: Final = 2
_TOWN_IN_LINE: Final = re.compile(r"\b\d{5}\b")
_MORE_ALIASES: Final = {
    "adresse": ("adresse postale", "adresse ligne", "adr", "adr1", "rue", "voie", "libelle voie"),
    "code_insee": ("com", "codgeo"),
}


def _columns() -> Iterator[Column]:
    for name in ADDRESS_COLUMNS:
        column = STOCK.column(name)
        aliases = (*column.aliases, *_MORE_ALIASES.get(name, ()))
        yield Column(name, column.kind, column.label, aliases=aliases)


ADDRESSES: Final = Contract("adresses", "Adresses", tuple(_columns()))
"""Columns the geocoder looks for; none is required alone."""


@dataclass(frozen=True, slots=True)
class AddressTable:
    """What the geocoder reads of a table."""

    addresses: pd.DataFrame  # `ADDRESS_COLUMNS`, text, one row a row of the table
    read: dict[str, str]  # our column → the header(s) it was read from
    notices: tuple[Fault, ...]  # doubts: no commune anywhere, broken accents mended


def known_headers() -> tuple[str, ...]:
    """Return the headers of an address table, to find them under title rows."""
    return (*KNOWN, *ADDRESSES.headers)


def read_addresses(
    table: TextTable, *, renames: Mapping[str, str] | None = None, commune: str = ""
) -> AddressTable:
    """Read the address columns of a table, one row a row.

    `renames`, our column → header, is the user's; `commune` is the INSEE code of the rows that have neither
    code nor name of commune nor postcode. Raises a fault for a named column that is absent, or when nothing
    makes an address.
    """
    renames = dict(renames or {})
    refuse_unknown(table, renames, ADDRESS_COLUMNS)
    found, faults = match_columns(table, ADDRESSES, renames)
    if faults:
        raise TfpbError(faults)
    if any(name in table.frame.columns for name in RESULT_COLUMNS[2:]):
        # our own output, geocoded again: its latitude and longitude are answers, not what was known
        answers = [k for k, h in found.items() if fold(h) in {"latitude", "longitude"}]
        found = {k: h for k, h in found.items() if k in renames or k not in answers}
    out = {name: [clean(cell) for cell in table.frame[h]] for name, h in found.items()}
    read = dict(found)
    parts = address_headers(table, found.get("adresse", ""))
    if parts and "adresse" not in renames:
        out["adresse"] = address_lines(table, parts)
        read["adresse"] = line_name(parts)
    if read.keys().isdisjoint({"adresse", "parcelle", "nom"}) and not {"x", "y"} <= read.keys():
        headers = listed(table.frame.columns)
        fields = {"colonne": "adresse", "signification": ADDRESS, "lues": headers}
        place = Place(table.file, table.sheet)
        raise TfpbError(Fault("colonne_absente", place, fields=fields))
    blank = [""] * len(table.frame)
    addresses = pd.DataFrame({n: out.get(n, blank) for n in ADDRESS_COLUMNS}, dtype=object)
    totals, doubts = totals_of(table, renames)
    addresses.iloc[totals] = ""
    blank_rows = (addresses == "").all(axis=1)
    nowhere = (addresses[["code_postal", "commune", "code_insee"]] == "").all(axis=1) & ~blank_rows
    doubts += tuple(n for n in table.notices if n.code == UNUSED)
    if not commune:
        return AddressTable(addresses, read, (*doubts, *_lost(table, addresses, nowhere)))
    if not nowhere.any():
        doubts = (*doubts, unused_option("--commune", table.file, ALL_HAVE_TOWN))
    addresses.loc[nowhere, "code_insee"] = commune
    return AddressTable(addresses, read, doubts)


def totals_of(table: TextTable, renames: Mapping[str, str]) -> tuple[list[int], tuple[Fault, ...]]:
    """List the positions of the lines that sum others, as a dossier sets them aside, with their doubts."""
    known = {c: h for c, h in renames.items() if c in STOCK.names}
    totals = total_lines(table, STOCK, match_columns(table, STOCK, known)[0])
    if len(totals) == len(table.frame):
        return [], ()
    return totals, tuple(total_doubts(table, totals, STOCK))


def _lost(table: TextTable, addresses: pd.DataFrame, nowhere: pd.Series[bool]) -> tuple[Fault, ...]:
    """Doubt a table whose rows name no commune: a street alone cannot be found for sure."""
    lines = addresses["adresse"]
    lost = nowhere & (lines != "") & ~lines.str.contains(_TOWN_IN_LINE) & (addresses["x"] == "")
    if not lost.any():
        return ()
    first = int(lost.to_numpy().argmax())
    fields = {"nombre": int(lost.sum())}
    place, got = table.place(first), str(lines.iloc[first])
    return (Fault("adresses_sans_commune", place, got, fields, Severity.DOUTE),)


def with_address_line(table: TextTable, whole: str = "") -> tuple[TextTable, str]:
    """Put one line of address in the place of its parts; return its name too ("" where there are none).

    `whole` is the header that is read as the address: it may hold the street alone.
    """
    found = address_headers(table, whole)
    if not (parts := headers_of_line(table, whole)):
        return table, ""
    table = without_dates(table, found)
    name, bare = line_name(found), table.frame.drop(columns=list(parts))
    return replace(table, frame=bare.assign(**{name: address_lines(table, found)})), name


def headers_of_line(table: TextTable, whole: str = "") -> tuple[str, ...]:
    """Return the headers that are read as one line of address, `whole` among them; none where it is alone."""
    found = address_headers(table, whole)
    if not found or (whole and found["NOMVOIE"] != whole):
        return ()
    return tuple(found[n] for n in LINE if n in found)


def renamed_streets(table: TextTable) -> tuple[dict[str, str], list[Fault]]:
    """Return current names by old name, of a table of renamed streets (old name, new one), and its faults.

    `alias_incomplet` (one column only, a name without the other), `alias_contradictoire`.
    """
    if len(table.frame.columns) < _PAIR:
        return {}, [Fault("alias_incomplet", Place(table.file, table.sheet))]
    out: dict[str, str] = {}
    faults = []
    pairs = zip(table.frame.iloc[:, 0], table.frame.iloc[:, 1], strict=True)
    for position, (old, new) in enumerate(pairs):
        if bool(old) != bool(new):
            faults.append(Fault("alias_incomplet", table.place(position), old or new))
        elif old and fold(out.get(old, new)) != fold(new):
            faults.append(Fault("alias_contradictoire", table.place(position), old))
        elif old:
            out[old] = new
    return out, faults
