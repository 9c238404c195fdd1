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
    assert {r["path"] for r in package["resources"]} == written
    assert len({r["name"] for r in package["resources"]}) == len(package["resources"])


def described(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return the tables that the packages under a folder describe, each with the folder of its data."""
    return [
        (path.parents[1], resource)
        for path in sorted(folder.rglob("datapackage.json"))
        for resource in json.loads(path.read_text(encoding="utf-8"))["resources"]
    ]


def test_headers_and_types_are_those_declared(pack: Path, region_made: Path) -> None:
    """A number declared is one in every row, of a pack and of a region: no word stands there."""
    cells = 0
    for home, resource in described(pack) + described(region_made):
        head, *rows = lines(home, resource)
        fields = resource["schema"]["fields"]
        assert head == [f["name"] for f in fields], resource["name"]
        for k, field in enumerate(fields):
            read, held = READS[field["type"]], {row[k] for row in rows} - {""}
            assert all(read(cell) is not None for cell in held), (resource["name"], field, held)
            cells += len(held)
    assert cells > 3000


AS_WRITTEN = {
    "doutes.lu", "hypotheses_legales.valeur", "reglages.valeur",  # what was read, set or ruled, of any kind
    "comparaison_detail.vague", "evolution.vague",  # « 2019-2023 » of what moved between both
}  # fmt: skip


def test_a_column_of_which_most_cells_are_numbers_has_no_words(
    pack: Path, region_made: Path
) -> None:
    for home, resource in described(pack) + described(region_made):
        _, *rows = lines(home, resource)
        for k, field in enumerate(resource["schema"]["fields"]):
            held = [row[k] for row in rows if row[k]]
            numbers = sum(NUMBER.fullmatch(cell) is not None for cell in held)
            name = f"{resource['name']}.{field['name']}"
            assert 2 * numbers <= len(held) or numbers == len(held) or name in AS_WRITTEN, name


def test_money_says_its_unit_and_every_field_its_french_title(package: dict[str, Any]) -> None:
    fields = [f for r in package["resources"] for f in r["schema"]["fields"]]
    assert all(f["title"] for f in fields)
    money = [f for f in fields if f["name"].endswith("_eur")]
    assert len(money) > 50
    assert {f["unit"] for f in money} == {"EUR"}
    assert {f["forme"] for f in money} <= {"euros", "centimes"}
    assert all(f["description"] for f in fields)
