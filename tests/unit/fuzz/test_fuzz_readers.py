"""Every reader fed with anything: it reads, or it says why in French; nothing else ever escapes."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from effort import tries
from tfpb import decimals
from tfpb.errors import Fault, Place, TfpbError
from tfpb.geocode.line.parser import parse
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.sources.toml_files import load_plan, read_plan, read_settings
from tfpb.io.tables import french
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.io.tables.typed import typed
from tfpb.model import tables
from tfpb.text import mend_mojibake, printable
from tfpb.words.faults.sentences import fault_text, fault_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.columns import Contract

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "valmont"
CONTRACTS = (
    tables.STOCK,
    tables.PREMISES,
    tables.PROGRAMME,
    tables.CONVENTIONS,
    tables.DROIT_COMMUN,
    tables.DIAGNOSTICS,
    tables.DECISIONS_LIMITES,
)
few = settings(max_examples=tries(10, 60), deadline=None)
many = settings(max_examples=tries(30, 300), deadline=None)
any_text = st.text(max_size=40)
cell = st.one_of(
    st.sampled_from(
        ["", "TOTAL", "1.234", "12,5", "31/12/2025", "01/02", "QN05991I", "#N/A", "=1+1", "1e999",
         "QP 059 001", "-", "oui", "99999999999999999999", "２", "½", "１2", "\u202e12", "0x1F"]
    ),
    any_text,
)  # fmt: skip


def reads_or_says(read: Callable[[], Any]) -> Any:
    """Run a reader; a refusal must have its words."""
    try:
        return read()
    except TfpbError as error:
        refused = error.faults
    assert refused
    assert all(said.title and said.hint for said in fault_texts(refused))
    return None


def on_disk(name: str, data: bytes, read: Callable[[Path], Any]) -> Any:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return reads_or_says(lambda: read(path))


@many
@given(
    st.one_of(st.binary(max_size=400), any_text.map(str.encode)),
    st.sampled_from(["t.csv", "t.txt", "t.xlsx", "t.ods", "t.xls", "t.xlsb", "t.parquet", "t"]),
)
@example(b'a;b\n"1;2', "t.csv")
@example(b"\xff\xfe", "t.csv")
@example(b"a\x00;\x00b\x00", "t.csv")
@example(b"\r\r\r", "t.csv")
def test_tables_of_any_bytes(data: bytes, name: str) -> None:
    on_disk(name, data, read_table)


@pytest.mark.slow
@many
@given(st.lists(st.lists(cell, min_size=1, max_size=6), min_size=1, max_size=8), st.data())
def test_csv_of_any_cells(rows: list[list[str]], data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from([";", ",", "\t"]))
    contract = data.draw(st.sampled_from(CONTRACTS))
    lines = [mark.join(contract.names[: len(rows[0])]), *(mark.join(r) for r in rows)]
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    raw = "\r\n".join(lines).encode(encoding, errors="replace")

    def read(path: Path) -> None:
        table = set_aside(read_table(path, known=contract.names), contract)
        frame, faults = typed(table, contract)
        assert len(frame) == len(table.frame)
        for fault in faults:
            assert fault_text(fault).title

    on_disk("t.csv", raw, read)


@pytest.mark.slow
@many
@given(st.sampled_from(CONTRACTS), st.data())
def test_typing_any_cells(contract: Contract, data: st.DataObject) -> None:
    names = data.draw(
        st.lists(st.sampled_from(contract.names), min_size=1, max_size=5, unique=True)
    )
    rows = data.draw(st.lists(st.tuples(*(cell for _ in names)), min_size=1, max_size=4))
    table = TextTable(
        pd.DataFrame(rows, columns=names, dtype=object), "f", "s", np.arange(2, len(rows) + 2)
    )
    frame, faults = typed(table, contract)
    assert len(frame) == len(rows)
    for said in fault_texts(faults):
        assert said.title


@few
@given(
    st.lists(
        st.lists(
            st.one_of(cell, st.integers(), st.floats(), st.booleans(), st.dates()), max_size=5
        ),
        max_size=6,
    )
)
def test_workbooks_of_any_cells(rows: list[list[Any]]) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    for i, row in enumerate(rows, start=1):
        for j, value in enumerate(row, start=1):
            kept = "".join(c for c in value if c >= " ") if isinstance(value, str) else value
            target = page.cell(i, j)
            target.value = (
                kept.replace("\ufffe", "").replace("\uffff", "") if isinstance(kept, str) else kept
            )
    out = io.BytesIO()
    book.save(out)
    on_disk("t.xlsx", out.getvalue(), read_table)


@few
@given(st.binary(max_size=2000), st.integers(0, 10_000))
def test_a_workbook_spoiled_anywhere(noise: bytes, start: int) -> None:
    raw = bytearray((EXAMPLE / "patrimoine.xlsx").read_bytes())
    start %= len(raw)
    raw[start : start + len(noise)] = noise
    on_disk("t.xlsx", bytes(raw), read_table)


@few
@given(st.text(max_size=300))
def test_a_sheet_of_any_markup(body: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(EXAMPLE / "fiscalite_2025.xlsx") as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                half = len(data) // 2
                data = data[:half] + body.encode("utf-8", "replace") + data[half:]
            new.writestr(name, data)
    on_disk("t.xlsx", out.getvalue(), read_table)


@many
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(alphabet='[]{}=".,#\n\\abc109-:éÉ“”', max_size=200).map(str.encode),
    )
)
def test_settings_and_plans_of_any_bytes(data: bytes) -> None:
    on_disk("dossier.toml", data, read_settings)
    on_disk("plan.toml", data, load_plan)


@few
@given(st.sampled_from(["dossier.toml", "plan_enquete.toml"]), st.data())
def test_settings_and_plans_spoiled_line_by_line(name: str, data: st.DataObject) -> None:
    lines = (EXAMPLE / name).read_text(encoding="utf-8").splitlines()
    values = ["= 3", '= ""', "= []", "= {}", "= [[]]", "= true", "= 1.5", '= "x"', "= 2025-01-01",
              "", "=", "= [1, 'a']", "= { a = 1 }", "= nan", "= -1"]  # fmt: skip
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(0, len(lines) - 1))
        head, mark, _ = lines[row].partition("=")
        lines[row] = head + data.draw(st.sampled_from(values)) if mark else data.draw(any_text)
    raw = "\n".join(lines).encode("utf-8", "replace")
    if name == "dossier.toml":
        on_disk(name, raw, read_settings)
        return
    got = on_disk(name, raw, read_plan)
    if got is not None and got[0] is not None:
        reads_or_says(lambda: read_delivery(EXAMPLE / "enquete_2019.csv", got[0]))


PARSERS = (
    decimals.parse_decimal,
    decimals.parse_machine_decimal,
    decimals.parse_integer,
    french.parse_date,
    french.parse_year,
    french.parse_bool,
)


@many
@given(st.one_of(cell, st.text(alphabet="0123456789.,- /:'€%()eE+\u202f\u00a0", max_size=24)))
@example("１２,５")
@example("12²")
@example("٣")
@example("1e99999999")
@example("00000-00-00")
def test_parsers_read_or_refuse(text: str) -> None:
    for parser in PARSERS:
        try:
            parser(text)
        except (ValueError, OverflowError):
            continue
    assert isinstance(french.parse_code(text), str)
    assert isinstance(french.parse_qpv_code(text), str)
    assert all(french.parse_qpv_codes(text)) or not french.parse_qpv_codes(text)


@many
@given(st.text(max_size=120), any_text, any_text)
def test_addresses_of_any_text(line: str, city: str, postcode: str) -> None:
    assert parse(line) is not None
    assert isinstance(mend_mojibake(city), str)
    assert printable(printable(postcode)) == printable(postcode)


@many
@given(any_text, any_text, st.integers(0, 10**7), any_text)
def test_any_text_can_be_told(got: str, file: str, row: int, column: str) -> None:
    said = fault_text(Fault("fichier_absent", Place(file, file, row, column), got))
    shown = "".join(said.lines())
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs"}


def test_a_question_without_column_is_a_fault() -> None:
    raw = (EXAMPLE / "plan_enquete.toml").read_text(encoding="utf-8")
    raw = re.sub(r"\[\[items\]\]\ncolonnes = .*", "[[items]]\ncolonnes = []", raw, count=1)
    plan, faults = on_disk("plan.toml", raw.encode(), read_plan)
    assert [f.place.column for f in faults] == ["items n° 1.colonnes"]
    # what stands is read, so that other faults are told in the same run; the question is not in it
    assert len(plan.items) == raw.count("[[items]]") - 1
    assert all(item.colonnes for item in plan.items)
