"""No workbook of a pack has anything that a spreadsheet would « repair »."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from xlsx_rules import faults

from effort import tries
from tfpb.archives import zip_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
FOOTER = b"<oddFooter>"


def test_workbooks_of_the_example_are_clean(pack: Path) -> None:
    books = [*pack.rglob("*.xlsx"), *pack.parent.glob("*_a_verifier.xlsx")]
    assert len(books) >= 3
    assert {book.name: faults(book) for book in books} == {book.name: [] for book in books}


def change(part: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def apply(parts: dict[str, bytes]) -> None:
        assert re.search(old, parts[part]), (part, old)
        parts[part] = re.sub(old, new, parts[part], count=1)

    return apply


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (change(TABLE, rb'name="Fait"', b'name="Theme"'), "over 'Fait'"),
        (change(TABLE, rb'displayName="[^"]+"', b'displayName="A1"'), "table 'A1': name"),
        (change(TABLE, rb'ref="A(\d+):', rb'ref="B\1:'), "columns on"),
        (change(SHEET, rb'<row r="2"', b'<row r="1"'), "out of order"),
        (change(SHEET, rb' ht="[\d.]+"', b' ht="500"'), "points tall"),
        (change(SHEET, rb' s="\d+"', b' s="9999"'), "unknown style"),
        (change(SHEET, FOOTER, FOOTER + b"x" * 300), "oddFooter"),
        (change(SHEET, rb'location="[^"]+"', b"location=\"'Nulle part'!A1\""), "link"),
        (change("xl/workbook.xml", 'name="Synthèse"'.encode(), b'name="a/b"'), "a/b': name"),
        (change("[Content_Types].xml", rb"tables/table1", b"tables/table0"), "declared, absent"),
        (change(SHEET, rb"</worksheet>", b"\x01</worksheet>"), "sheet1.xml"),
    ][: tries(5, 11)],
)
def test_what_is_spoiled_is_seen(
    pack: Path, tmp_path: Path, spoil: Callable[[dict[str, bytes]], None], told: str
) -> None:
    with zipfile.ZipFile(pack / "dossier.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    spoil(parts)
    path = tmp_path / "abime.xlsx"
    path.write_bytes(zip_bytes(parts, order=False))
    assert [f for f in faults(path) if told in f]
