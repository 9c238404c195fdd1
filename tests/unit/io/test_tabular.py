from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from tfpb.errors import TfpbError
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.tables.tabular import csv_bytes, read_table, sheet_names, table_bytes

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame(
    {
        "code": ["01004", "2A004", ""],
        "texte": ["Îlot « A » ; suite", "=1+1", "+33"],
        "nombre": [1.234, float("nan"), -2.5],
        "montant_eur": [Decimal("12.50"), None, Decimal("-3.00")],
        "jour": [dt.date(2025, 1, 31), None, None],
    }
)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "ods", "parquet"])
def test_what_is_written_reads_back_as_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table.{suffix}"
    write_bytes(path, table_bytes(path, FRAME))
    table = read_table(path)
    assert list(table.frame.columns) == list(FRAME.columns)
    assert table.frame["code"].tolist() == ["01004", "2A004", ""]
    assert table.frame["texte"].tolist() == ["Îlot « A » ; suite", "=1+1", "+33"]
    assert table.frame["nombre"].tolist()[1:] == ["", "-2,5" if suffix == "csv" else "-2.5"]
    assert table.frame["jour"].tolist() == ["2025-01-31", "", ""]
    assert table.rows.tolist() == [2, 3, 4]


def test_a_spreadsheet_number_is_never_taken_for_thousands(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_bytes(path, table_bytes(path, pd.DataFrame({"n": [1.234]})))
    assert read_table(path).frame["n"].tolist() == ["1.2340"]


def test_csv_forms() -> None:
    french = csv_bytes(FRAME).decode("utf-8-sig").splitlines()
    assert french[1].startswith('01004;"Îlot « A » ; suite";1,234;12,50;2025-01-31')
    assert french[2].startswith("2A004;'=1+1;;;")
    raw = csv_bytes(FRAME, raw_csv=True).decode("utf-8").splitlines()
    assert "1.234" in raw[1]
    assert raw[2].startswith("2A004,=1+1,")
    assert csv_bytes(FRAME).startswith(b"\xef\xbb\xbf")


SIGNS = "=+-@＝＋－＠"
BEFORE = ("", " ", "\n", "\t", "\r\n", "\u00a0", "\u200b", "\ufeff", "\u202e", "\u0085", "\u2066")


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("sign", SIGNS)
def test_nothing_in_a_csv_begins_as_a_formula(sign: str, before: str) -> None:
    text = f"{before}{sign}HYPERLINK(1)"
    for name in (text, "a"):
        frame = pd.DataFrame({name: [text]}, dtype=object)
        rows = list(csv.reader(io.StringIO(csv_bytes(frame).decode("utf-8-sig"), newline="")))
        assert rows[-1][0].startswith("'"), rows
        assert not set(rows[-1][0]) & set("\u202e\u0085\u2066")
    assert rows[0] == ["a"]


@pytest.mark.parametrize("sign", SIGNS)
def test_what_our_csv_guards_is_read_back(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(csv_bytes(pd.DataFrame({"id": ["1"], "t": [f"{sign}cmd"]}, dtype=object)))
    assert read_table(path).frame["t"].tolist() == [f"{sign}cmd"]


@pytest.mark.parametrize("control", ["\u202e", "\u2067", "\u200f", "\x85", "\x9b", "\x1b"])
def test_controls_that_turn_or_hide_text_are_not_written(control: str) -> None:
    assert csv_bytes(pd.DataFrame({"t": [f"a{control}b"]}, dtype=object)).endswith(b"ab\r\n")


def test_a_formula_stays_text_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_bytes(path, table_bytes(path, pd.DataFrame({"a": ["=HYPERLINK(1)"], "b": ["a\x0bb"]})))
    page = load_workbook(path).active
    assert page is not None
    assert page["A2"].data_type == "s"
    assert page["A2"].quotePrefix
    assert page["B2"].value == "ab"


def test_same_content_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_bytes(tmp_path / f"{name}.xlsx", table_bytes(tmp_path / f"{name}.xlsx", FRAME))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["Patrimoine au 31/12/2024"])
    page.append([])
    page.append(["Extraction du 3 février", None, "confidentiel"])
    page.append(["Id résidence", "Adresse", "Nb logements"])
    page.append(["R1", "12 rue X", 24])
    page.append([None, None, None])
    page.append(["R2", "14 rue X", 6])
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx")
    assert list(table.frame.columns) == ["Id résidence", "Adresse", "Nb logements"]
    assert table.rows.tolist() == [5, 7]
    assert table.frame["Nb logements"].tolist() == ["24", "6"]


def test_the_sheet_that_holds_known_names_is_chosen(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "Lisez-moi"
    page.append(["Notes", "diverses"])
    page.append(["a", "b"])
    other = book.create_sheet("Données")
    other.append(["id_residence", "adresse"])
    other.append(["R1", "12 rue X"])
    book.save(tmp_path / "t.xlsx")
    assert sheet_names(tmp_path / "t.xlsx") == ["Lisez-moi", "Données"]
    table = read_table(tmp_path / "t.xlsx", known=["id_residence", "adresse"])
    assert table.sheet == "Données"
    assert read_table(tmp_path / "t.xlsx", sheet="lisez-moi").sheet == "Lisez-moi"
    with pytest.raises(TfpbError) as caught:
        read_table(tmp_path / "t.xlsx", sheet="absente")
    assert caught.value.faults[0].code == "feuille_absente"


@pytest.mark.parametrize(
    ("raw", "cells"),
    [
        ("Nom;Ville\nÉlan;Béthune\n".encode("cp1252"), ["Élan", "Béthune"]),
        ("Nom;Ville\nÉlan;Béthune\n".encode("utf-8-sig"), ["Élan", "Béthune"]),
        ("Nom\tVille\nÉlan\tBéthune\n".encode(), ["Élan", "Béthune"]),
        ("Nom,Ville\nÉlan,Béthune\n".encode("utf-16"), ["Élan", "Béthune"]),
        (b"Nom;Ville\n\x9cuvre;\x8d\n", ["\u0153uvre", "\x8d"]),
    ],
)
def test_encodings_and_separators(tmp_path: Path, raw: bytes, cells: list[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    frame = read_table(path).frame
    assert list(frame.columns) == ["Nom", "Ville"]
    assert frame.iloc[0].tolist()[0] == cells[0]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("absent.csv", None, "fichier_absent"),
        ("vide.csv", b"", "feuille_vide"),
        ("entete.csv", b"a;b\n", "feuille_vide"),
        ("binaire.csv", bytes(range(256)) * 4, "fichier_illisible"),
        ("faux.xlsx", b"PK\x03\x04 rien", "fichier_illisible"),
        ("faux.parquet", b"PAR1", "fichier_illisible"),
        ("image.png", b"\x89PNG", "format_inconnu"),
    ],
)
def test_bad_files_are_named_never_a_traceback(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TfpbError) as caught:
        read_table(path)
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].place.file == name


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    monkeypatch.setattr("tfpb.io.tables.contents.EXPANSION", 2)
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "1")
    with pytest.raises(TfpbError) as caught:
        read_table(path)
    assert caught.value.faults[0].code == "fichier_trop_grand"


def test_an_unwritable_place_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    blocker = tmp_path / "fichier"
    blocker.write_text("x")
    with pytest.raises(TfpbError) as caught:
        write_bytes(blocker / "t.csv", table_bytes(blocker / "t.csv", FRAME))
    assert caught.value.faults[0].code == "ecriture_impossible"
    assert [p.name for p in tmp_path.iterdir()] == ["fichier"]


def test_numpy_values_are_written_as_numbers() -> None:
    frame = pd.DataFrame({"a": np.array([1, 2]), "b": [True, False], "c": [("x", "y"), ()]})
    assert csv_bytes(frame).decode("utf-8-sig").splitlines() == ["a;b;c", "1;1;x | y", "2;0;"]
