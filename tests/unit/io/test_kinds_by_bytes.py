"""What a file is, by its bytes: what software calls .xls and is not; too much for the memory is refused."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING
from unittest import mock

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfpb.errors import TfpbError
from tfpb.io.machine.held_place import held
from tfpb.io.sources.personal import names_someone
from tfpb.io.sources.recognition import recognise
from tfpb.io.tables import contents
from tfpb.io.tables.contents import COLUMNS, SURVEY, TEXT, WORKBOOK, form
from tfpb.io.tables.safe_copy import without_columns
from tfpb.io.tables.tabular import read_table, sheet_names
from tfpb.io.tables.typed import typed
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables import STOCK
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20
ML = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">
 <Styles><Style ss:ID="s1"><NumberFormat ss:Format="0.00%"/></Style></Styles>
 <Worksheet ss:Name="Masquée"><Table><Row><Cell><Data ss:Type="String">id</Data></Cell></Row>
  <Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table>
  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible>
  </WorksheetOptions></Worksheet>
 <Worksheet ss:Name="Parc">
  <Table>
   <Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Parc au 31/12</Data></Cell></Row>
   <Row ss:Index="3"><Cell><Data ss:Type="String">id_residence</Data></Cell>
    <Cell><Data ss:Type="String">adresse</Data></Cell><Cell><Data ss:Type="String">nb_logements</Data></Cell>
    <Cell><Data ss:Type="String">taux</Data></Cell><Cell><Data ss:Type="String">livré</Data></Cell></Row>
   <Row><Cell><Data ss:Type="String">R&amp;1</Data></Cell>
    <Cell><Data ss:Type="String">1 rue de l’<B xmlns="http://www.w3.org/TR/REC-html40">Église</B></Data></Cell>
    <Cell><Data ss:Type="Number">46</Data></Cell>
    <Cell ss:StyleID="s1"><Data ss:Type="Number">0.0047</Data></Cell>
    <Cell><Data ss:Type="DateTime">1969-07-01T00:00:00.000</Data></Cell></Row>
   <Row><Cell><Data ss:Type="String">R2</Data></Cell>
    <Cell ss:Index="3" ss:Formula="=1+1"/></Row>
  </Table>
 </Worksheet>
</Workbook>"""
PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv=Content-Type content="text/html; charset=windows-1252"><style>td {color: red}</style></head>
<body><table border=1><tr><td colspan=3><b>Patrimoine</b></td></tr>
<tr><th>id_residence<th>adresse<th>nb_logements</tr>
<tr><td rowspan=2>R1<td>1 rue de l&rsquo;Église<br>Bât. A<td x:num="1234">1 234</tr>
<tr><td>3 rue de la Fosse</td><td>12&nbsp;</td></tr>
<tr><td>R2</td><td><table><tr><td>5 rue Neuve</td></tr></table></td><td>7</td></tr></table></body></html>"""
FORMS = {
    "excel.csv": ("xlsx", WORKBOOK),
    "texte.xlsx": (b"a;b\n1;2\n", TEXT),
    "texte.pdf": (b"a;b\n1;2\n", ""),
    "xml.xls": (ML.encode(), WORKBOOK),
    "page.xls": (PAGE.encode("cp1252"), WORKBOOK),
    "page.csv": (b"<HTML>" + b" " * 3 * MIB + b"<TaBLE><tr><td>a", WORKBOOK),
    "accueil.csv": (b"<html><body>Connexion</body></html>", TEXT),
    "enquete.csv": (b"$FL2@(#) SPSS", SURVEY),
    "stock.csv": (b"PAR1....", COLUMNS),
}


@pytest.mark.parametrize("name", FORMS)
def test_bytes_say_how_a_file_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    raw, wanted = FORMS[name]
    if raw == "xlsx":
        buffer = io.BytesIO()
        openpyxl.Workbook().save(buffer)
        raw = buffer.getvalue()
    assert isinstance(raw, bytes)
    (tmp_path / name).write_bytes(raw)
    assert form(tmp_path / name) == wanted


def test_spreadsheet_xml_named_xls_is_read_with_all_that_its_cells_show(tmp_path: Path) -> None:
    path = tmp_path / "parc.xls"
    path.write_text(ML, encoding="utf-8")
    table = read_table(path, known=STOCK.headers)
    assert (table.sheet, table.rows.tolist()) == ("Parc", [4, 5])
    assert table.frame.iloc[0].tolist() == [
        "R&1", "1 rue de l’Église", "46", "0.0047", "1969-07-01",
    ]  # fmt: skip
    assert table.percents == {(4, "taux")}
    assert [(n.code, n.place.row) for n in table.notices] == [("formule_sans_valeur", 5)]
    assert sheet_names(path) == ["Masquée", "Parc"]
    rates = Contract("t", "T", (Column("taux", Kind.PERCENT, "taux"),))
    assert typed(table, rates)[0]["taux"].iloc[0] == pytest.approx(0.47)


def test_spreadsheet_xml_that_declares_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parc.xls"
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n<Workbook'
    path.write_text(ML.replace("<Workbook", bomb), encoding="utf-8")
    with pytest.raises(TfpbError) as caught:
        read_table(path)
    assert caught.value.faults[0].code == "fichier_illisible"


def test_a_cell_far_away_of_spreadsheet_xml_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "parc.xls"
    path.write_text(
        ML.replace('ss:Index="3"><Cell>', 'ss:Index="99000000"><Cell>'), encoding="utf-8"
    )
    with pytest.raises(TfpbError) as caught:
        read_table(path)
    assert caught.value.faults[0].code == "feuille_trop_grande"


def test_the_table_of_a_page_named_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "parc.xls"
    path.write_bytes(PAGE.encode("cp1252"))
    table = read_table(path, known=STOCK.headers)
    assert table.sheet == "Tableau 1"
    assert table.frame.to_numpy().tolist() == [
        ["R1", "1 rue de l’Église Bât. A", "1234"],
        ["", "3 rue de la Fosse", "12"],
        ["R2", "", "7"],
    ]
    (doubt,) = table.notices
    assert (doubt.code, doubt.place.row) == ("cellules_fusionnees", 3)


def test_persons_of_a_page_named_xls_do_not_enter(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>R{k}</td><td>{k} rue A</td><td>{k}</td><td>Mme DURAND{k}</td></tr>"
        for k in range(1, 9)
    )
    path = tmp_path / "parc.xls"
    head = "<tr><td>id_residence</td><td>adresse</td><td>nb_logements</td><td>Locataire</td></tr>"
    path.write_text(f"<html><table>{head}{rows}</table></html>", encoding="utf-8")
    found = recognise(path)
    assert (found.role, found.dropped) == ("patrimoine", ("Locataire",))
    copy = tmp_path / "copie.xlsx"
    copy.write_bytes(without_columns(path, {"Tableau 1": [3]}, {"Tableau 1": 0}, names_someone))
    assert "DURAND" not in read_table(copy).frame.to_string()
    assert read_table(copy).frame["adresse"].iloc[7] == "8 rue A"


def test_a_text_that_memory_could_not_hold_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "parc.csv"
    with path.open("wb") as file:
        file.write(b"id_residence;adresse\n" + b"R1;1 rue A\n" * 1000)
        file.truncate(300_000_000)
    start = time.perf_counter()
    with pytest.raises(TfpbError) as caught:
        read_table(path)
    assert time.perf_counter() - start < 2
    (fault,) = caught.value.faults
    assert fault.code == "fichier_trop_grand"
    assert "TFPB_TAILLE_MAX_MO" in fault_text(fault).hint
    small = tmp_path / "petit.csv"
    small.write_bytes(b"id;adresse\n" + b"R1;1 rue A\n" * 200_000)
    monkeypatch.setattr(contents, "table_budget", lambda: 20 * MIB)  # little is free
    with pytest.raises(TfpbError) as caught:
        read_table(small)
    assert caught.value.faults[0].code == "fichier_trop_grand"
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "10")
    assert len(read_table(small).frame) == 200_000


@settings(max_examples=8, deadline=None)
@given(
    columns=st.integers(2, 24),
    lines=st.integers(5_000, 8_000),
    letters=st.integers(1, 30),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from([";", "\t", ",", "|"]),
)
def test_a_text_is_refused_where_its_reading_takes_more_than_the_budget(
    tmp_path_factory: pytest.TempPathFactory,
    columns: int,
    lines: int,
    letters: int,
    end: str,
    mark: str,
) -> None:
    path = tmp_path_factory.mktemp("formes") / "table.csv"
    rows = (
        mark.join(f"{i * 7 + j:0{letters}d}"[:letters] for j in range(columns))
        for i in range(lines)
    )
    header = mark.join(f"colonne_{j}" for j in range(columns))
    path.write_text(header + end + "".join(row + end for row in rows), encoding="utf-8", newline="")
    with mock.patch.object(contents, "table_budget", return_value=sys.maxsize):
        tracemalloc.start()
        read_table(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    with (
        mock.patch.object(contents, "table_budget", return_value=peak),
        pytest.raises(TfpbError) as caught,
    ):
        read_table(path)
    assert caught.value.faults[0].code == "fichier_trop_grand"


def test_an_archive_is_weighed_by_what_it_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Parc")
    for _ in range(20_000):
        page.append(["id", "1 rue des Lilas", 12])
    book.save(tmp_path / "parc.xlsx")
    assert (tmp_path / "parc.xlsx").stat().st_size < MIB
    monkeypatch.setattr(contents, "table_budget", lambda: 10 * MIB)
    with pytest.raises(TfpbError) as caught:
        read_table(tmp_path / "parc.xlsx")
    assert caught.value.faults[0].code == "fichier_trop_grand"


HOLD = """
import sys, time
from pathlib import Path
from tfpb.io.machine.held_place import held
with held(Path(sys.argv[1])):
    print("tenu", flush=True)
    time.sleep(60)
"""


def test_a_second_run_on_one_output_is_told_who_holds_it(tmp_path: Path) -> None:
    place = tmp_path / "sorties" / "dossier"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdout=subprocess.PIPE, encoding="utf-8"
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "tenu"
        with pytest.raises(TfpbError) as caught, held(place):
            pass
        (fault,) = caught.value.faults
        assert fault.code == "sortie_tenue"
        assert str(other.pid) in fault_text(fault).title
        with held(place.with_name("autre")):
            pass
        other.kill()
    with held(place):  # a killed run holds nothing
        assert any(tmp_path.iterdir())
    assert not any(tmp_path.iterdir())
