"""Which columns of a user's table make an address: contract names, RPLS, or as the user says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity, TfpbError
from tfpb.io.sources.rpls import RPLS, clean, rpls_headers, rpls_lines, rpls_name
from tfpb.io.tables.headers import match_columns
from tfpb.model.columns import Column, Contract
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.model.tables import STOCK
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.io.tables.tabular import TextTable

_TOWN_IN_LINE: Final = re.compile(r"\b\d{5}\b")


def _columns() -> tuple[Column, ...]:
    found = {c.name: c for c in STOCK.columns}
    more = {
        "adresse": (
            "adresse postale",
            "adresse ligne",
            "adr",
            "adr1",
            "rue",
            "voie",
            "libelle voie",
        ),
        "code_insee": ("com", "codgeo"),
    }
    return tuple(
        Column(
            name,
            found[name].kind,
            found[name].label,
            aliases=(*found[name].aliases, *more.get(name, ())),
        )
        for name in ADDRESS_COLUMNS
    )


ADDRESSES: Final = Contract("adresses", "Adresses", _columns())
"""Columns the geocoder looks for; none is required alone."""


@dataclass(frozen=True, slots=True)
class AddressTable:
    """What the geocoder reads of a table.

    Parameters
    ----------
    addresses : DataFrame
        `ADDRESS_COLUMNS`, text, one row a row of the table.
    read : mapping of str to str
        Our column to the header(s) it was read from.
    notices : tuple of Fault
        Doubts: no commune anywhere, broken accents mended.
    """

    addresses: pd.DataFrame
    read: dict[str, str]
    notices: tuple[Fault, ...]


def known_headers() -> tuple[str, ...]:
    """Return every header that tells an address table, to find the header under title rows."""
    return (*RPLS, *(name for c in ADDRESSES.columns for name in (c.name, *c.aliases)))


def read_addresses(
    table: TextTable, *, renames: Mapping[str, str] | None = None, commune: str = ""
) -> AddressTable:
    """Read the address columns of a table.

    Parameters
    ----------
    table : TextTable
    renames : mapping of str to str, optional
        Our column → header of the table, as the user gave it.
    commune : str
        INSEE code of the rows that have neither code nor name of commune nor postcode.

    Raises
    ------
    TfpbError
        A column the user named is absent, or nothing in the table makes an address.
    """
    renames = dict(renames or {})
    unknown = [name for name in renames if name not in ADDRESS_COLUMNS]
    if unknown:
        raise TfpbError(
            [
                Fault(
                    "colonne_option_inconnue",
                    Place(table.file),
                    name,
                    {"noms": ", ".join(ADDRESS_COLUMNS)},
                )
                for name in unknown
            ]
        )
    found, faults = match_columns(table, ADDRESSES, renames)
    if faults:
        raise TfpbError(faults)
    if any(name in table.frame.columns for name in RESULT_COLUMNS[2:]):
        # our own output, geocoded again: its latitude and longitude are answers, not what was known
        found = {
            k: h
            for k, h in found.items()
            if k in renames or fold(h) not in {"latitude", "longitude"}
        }
    rpls = rpls_headers(table)
    out = {
        name: [clean(cell) for cell in table.frame[found[name]]]
        if name in found
        else [""] * len(table.frame)
        for name in ADDRESS_COLUMNS
    }
    read = dict(found)
    if rpls and "adresse" not in renames:
        out["adresse"] = rpls_lines(table, rpls)
        read["adresse"] = rpls_name(rpls)
    if (
        not any(read.get(name) for name in ("adresse", "parcelle", "nom"))
        and not {"x", "y"} <= read.keys()
    ):
        raise TfpbError(_no_address(table))
    addresses = pd.DataFrame(out, dtype=object)
    nowhere = (addresses[["code_postal", "commune", "code_insee"]] == "").all(axis=1)
    if commune:
        addresses.loc[nowhere, "code_insee"] = commune
        nowhere &= False
    return AddressTable(addresses, read, _lost(table, addresses, nowhere))


def _no_address(table: TextTable) -> Fault:
    return Fault(
        "colonne_absente",
        Place(table.file, table.sheet),
        fields={
            "colonne": "adresse",
            "signification": "l’adresse (numéro et voie), ou les colonnes du RPLS, ou x et y",
            "lues": ", ".join(f"« {h} »" for h in table.frame.columns),
        },
    )


def _lost(table: TextTable, addresses: pd.DataFrame, nowhere: pd.Series[bool]) -> tuple[Fault, ...]:
    """Doubt a table whose rows say no commune: the street alone is found nowhere for sure."""
    lines = addresses["adresse"]
    lost = nowhere & (lines != "") & ~lines.str.contains(_TOWN_IN_LINE) & (addresses["x"] == "")
    count = int(lost.sum())
    if not count:
        return ()
    first = int(lost.to_numpy().argmax())
    return (
        Fault(
            "adresses_sans_commune",
            table.place(first),
            str(lines.iloc[first]),
            {"nombre": count},
            Severity.DOUTE,
        ),
    )
