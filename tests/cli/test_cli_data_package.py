"""`datapackage.json` describes what was written, as a reader of Table Schema takes it.

`frictionless validate donnees/datapackage.json` says « VALID » of every table; it needs seventeen packages,
so this reader stands in for it at each run.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INTEGER = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+(,\d+)?(e-?\d+)?")
READS: dict[str, Callable[[str], object]] = {
    "string": str,
    "integer": lambda text: INTEGER.fullmatch(text)[0],  # type: ignore[index]
    "number": lambda text: NUMBER.fullmatch(text)[0],  # type: ignore[index]
    "date": dt.date.fromisoformat,
}


@pytest.fixture(scope="module")
def package(pack: Path) -> dict[str, Any]:
    return dict(json.loads((pack / "donnees" / "datapackage.json").read_text(encoding="utf-8")))


def lines(pack: Path, resource: dict[str, Any]) -> list[list[str]]:
    path = pack / "donnees" / resource["path"]
    with path.open(encoding=resource["encoding"], newline="") as text:
        return list(csv.reader(text, delimiter=resource["dialect"]["delimiter"]))


def test_every_table_of_the_data_is_described_and_no_other(
    pack: Path, package: dict[str, Any]
) -> None:
    written = {p.name for p in (pack / "donnees").glob("*.csv")}
    assert {r["path"] for r in package["resources"]} == written - {
        "dictionnaire.csv",
        "ressaisie.csv",
    }
    assert len({r["name"] for r in package["resources"]}) == len(package["resources"])


def test_headers_and_types_are_those_declared(pack: Path, package: dict[str, Any]) -> None:
    cells = 0
    for resource in package["resources"]:
        head, *rows = lines(pack, resource)
        fields, missing = resource["schema"]["fields"], resource["schema"]["missingValues"]
        assert head == [f["name"] for f in fields], resource["name"]
        for row in rows:
            for field, cell in zip(fields, row, strict=True):
                if cell not in missing:
                    assert READS[field["type"]](cell) is not None, (resource["name"], field, cell)
                    cells += 1
    assert cells > 3000


def test_money_says_its_unit_and_every_field_its_french_title(package: dict[str, Any]) -> None:
    fields = [f for r in package["resources"] for f in r["schema"]["fields"]]
    assert all(f["title"] for f in fields)
    money = [f for f in fields if f["name"].endswith("_eur")]
    assert len(money) > 50
    assert {f["unit"] for f in money} == {"EUR"}
