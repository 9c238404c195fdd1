"""A number that a sheet shows as a percentage, in ods and in old xls, is read as it is shown."""

from __future__ import annotations

import random
from pathlib import Path

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from tfpb.io.tables.old_workbook import percent_cells
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.columns import Column, Contract, Kind

RATES = Contract("taux", "Taux", (Column("id", Kind.CODE), Column("taux_pct", Kind.PERCENT)))
OLD = Path(__file__).with_name("taux_calc.xls")
"""Written by LibreOffice: 0.0047 and 0.3897 shown as percentages, 38.97 as a number, a formula."""


def _row(times: int = 1, *cells: TableCell) -> TableRow:
    row = TableRow(numberrowsrepeated=times) if times > 1 else TableRow()
    for cell in cells:
        row.addElement(cell)
    return row


def _text(words: str) -> TableCell:
    cell = TableCell(valuetype="string")
    cell.addElement(P(text=words))
    return cell


def _rate(kind: str, value: str, times: int = 1) -> TableCell:
    repeated = {"numbercolumnsrepeated": times} if times > 1 else {}
    return TableCell(valuetype=kind, value=value, **repeated)


def test_ods_with_repeated_cells_and_rows(tmp_path: Path) -> None:
    page = Table(name="Taux")
    rows = (
        _row(1, _text("id"), _text("vide"), _text("vide"), _text("taux_pct")),
        _row(2, _text("a"), _rate("float", "0.1", 2), _rate("percentage", "0.0047")),
        _row(1, _text("b"), _rate("percentage", "0.2", 2), _rate("float", "38.97")),
        _row(1, _text("c"), _rate("float", "0.1", 2), _rate("percentage", "0.3897")),
    )
    for row in rows:
        page.addElement(row)
    book = OpenDocumentSpreadsheet()
    book.spreadsheet.addElement(page)
    book.save(str(tmp_path / "taux.ods"))
    read = read_table(tmp_path / "taux.ods", known=RATES.headers)
    assert typed(read, RATES)[0]["taux_pct"].tolist() == [0.47, 0.47, 38.97, 38.97]


def test_xls() -> None:
    frame, faults = typed(read_table(OLD, known=RATES.headers), RATES)
    assert not faults
    assert frame["taux_pct"].tolist() == [0.47, 38.97, 38.97, 25.0]
    assert percent_cells(OLD) == {"Taux": {(1, 1), (3, 1), (1, 2), (4, 1)}}


def test_a_broken_xls_never_breaks_the_run(tmp_path: Path) -> None:
    chance, whole = random.Random(8), OLD.read_bytes()  # noqa: S311 - not a secret
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(6):
            data[chance.randrange(len(data))] = chance.randrange(256)
        data[30:32] = chance.choice([b"\xff\xff", bytes(data[30:32])])
        (tmp_path / "t.xls").write_bytes(data[: chance.randrange(8, len(data))])
        assert isinstance(percent_cells(tmp_path / "t.xls"), dict)
