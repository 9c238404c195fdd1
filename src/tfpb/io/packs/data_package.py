"""`datapackage.json`: what the tables of a pack hold, for software that reads Frictionless packages.

Made from the declared columns alone. https://specs.frictionlessdata.io/table-schema/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.report import Format
from tfpb.words.documents.pack_words import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.report import Table, TableColumn

_NUMBER: Final = {"type": "number", "decimalChar": ","}
_TYPES: Final[dict[Format, dict[str, str]]] = {
    **dict.fromkeys(Format, _NUMBER),
    Format.TEXT: {"type": "string"},
    Format.INTEGER: {"type": "integer"},
    Format.YEAR: {"type": "integer"},
    Format.DATE: {"type": "date"},
}
_UNITS: Final[dict[Format, str]] = {
    Format.EUROS: "EUR",
    Format.CENTS: "EUR",
    Format.PERCENT: "1",
    Format.POINTS: "1",
    Format.WHOLE_POINTS: "1",
    Format.METRES: "m",
}
"""Units of the values as written: a share of 0,62 is of unit 1."""
_NAME: Final = re.compile(r"[^a-z0-9._-]+")


def data_package(name: str, title: str, tables: Iterable[Table]) -> dict[str, Any]:
    """Describe the tables written next to it: path, dialect, and type, unit, title and form of each field.

    A Data Package (Table Schema) of `<key>.csv` files (utf-8-sig, « ; », decimal comma), and the dictionary
    of the tables: what a field is called in French (`title`), how it is written (`description`), and the
    name of its format here (`forme`).
    """
    return {
        "profile": "tabular-data-package",
        "name": _NAME.sub("-", name.lower()).strip("-"),
        "title": title,
        "resources": [_resource(table) for table in tables],
    }


def _resource(table: Table) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.key,
        "title": table.title,
        "description": " ; ".join(filter(None, (table.unit, table.scope, table.source))),
        **({"sources": [{"title": table.source}]} if table.source else {}),
        "path": f"{table.key}.csv",
        "format": "csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ";", "lineTerminator": "\r\n"},
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
        },
    }


def _field(column: TableColumn) -> dict[str, str]:
    unit = _UNITS.get(column.format)
    named = {
        "name": column.key, "title": column.header, "description": WRITTEN[column.format],
        "forme": str(column.format),
    }  # fmt: skip
    return named | _TYPES[column.format] | ({"unit": unit} if unit else {})
