"""Files of the worst day: each refused or read with a sentence, none with a traceback or all the memory."""

from __future__ import annotations

import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from openpyxl import Workbook

from tfpb.errors import Severity, TfpbError
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.stock_checks import Identifiers
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.tables import CONVENTIONS, PREMISES, STOCK
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.errors import Fault

HEAD = ("id_residence", "adresse", "nb_logements")
ROWS = [("00111", "1 RUE A", "12"), ("00148", "2 RUE B", "30"), ("00185", "3 RUE C", "8")]


def book(path: Path, change: Callable[[Any], None] | None = None) -> Path:
    made = Workbook()
    page = made.active
    assert page is not None
    page.append(HEAD)
    for row in ROWS:
        page.append([row[0], row[1], int(row[2])])
    if change is not None:
        change(page)
    made.save(path)
    return path


def text(lines: list[str], *, encoding: str = "utf-8", mark: str = ";") -> bytes:
    return "\r\n".join([mark.join(HEAD), *lines, ""]).encode(encoding)


def refused(path: Path, **options: Any) -> Fault:
    with pytest.raises(TfpbError) as caught:
        read_table(path, **options)
    (fault,) = caught.value.faults
    said = fault_text(fault)
    assert said.title
    assert said.where
    assert said.hint
    return fault


def codes(path: Path) -> set[str]:
    table = read_table(path, known=STOCK.headers)
    return {f.code for f in typed(table, STOCK)[1]}


CONTENTS = {
    "empty": (b"", "vide"),
    "spaces": (b"  \n\n", "vide"),
    "nul": (b"\x00" * 500, "octets nuls"),
    "image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image"),
    "pdf": (b"%PDF-1.7\n\xe2\xe3", "PDF"),
    "protected": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "mot de passe"),
    "web page": (b"<html><body><p>Connectez-vous</p></body></html>", "page web sans tableau"),
    "cut archive": (b"PK\x03\x04" + b"\x01" * 90, "incomplète"),
}


@pytest.mark.parametrize("name", list(CONTENTS))
def test_a_false_workbook_is_told_for_what_it_holds(tmp_path: Path, name: str) -> None:
    raw, words = CONTENTS[name]
    path = tmp_path / "faux.xlsx"
    path.write_bytes(raw)
    fault = refused(path)
    assert fault.code == "fichier_illisible"
    assert words in fault.got


def test_a_workbook_named_csv_is_read(tmp_path: Path) -> None:
    whole = read_table(book(tmp_path / "t.xlsx"), known=HEAD)
    named = read_table((tmp_path / "t.xlsx").rename(tmp_path / "t.csv"), known=HEAD)
    assert named.frame.equals(whole.frame)


def test_a_text_named_xlsx_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"id;adresse\n1;2\n")
    assert read_table(tmp_path / "t.xlsx").frame.to_numpy().tolist() == [["1", "2"]]


def test_a_stray_cell_in_the_last_corner_is_refused_before_memory_is(tmp_path: Path) -> None:
    def stray(page: Any) -> None:
        page["XFD1048576"] = "x"

    fault = refused(book(tmp_path / "coin.xlsx", stray))
    assert (fault.code, fault.got, fault.place.row) == (
        "feuille_trop_grande",
        "XFD1048576",
        1_048_576,
    )


@pytest.mark.parametrize(
    "written", ["r='XFD1048576'", 'r = "XFD1048576"', 'r="xfd1048576"', 'r="A4294967290"']
)
def test_a_corner_written_oddly_is_refused_too(tmp_path: Path, written: str) -> None:
    source = book(tmp_path / "t.xlsx")
    path = tmp_path / "coin.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="A3"', written.encode()))
    assert refused(path).code == "feuille_trop_grande"


def test_a_column_without_end_is_refused(tmp_path: Path) -> None:
    source = book(tmp_path / "t.xlsx")
    path = tmp_path / "coin.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="A3"', b'r="%s3"' % (b"A" * 3000)))
    assert refused(path).code == "fichier_illisible"


def test_a_corner_of_a_binary_sheet_is_refused(tmp_path: Path) -> None:
    def record(kind: int, content: bytes) -> bytes:
        return bytes([kind, len(content)]) + content

    row = (1_048_575).to_bytes(4, "little") + bytes(12)
    cell = (16_383).to_bytes(4, "little") + bytes(12)
    path = tmp_path / "coin.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
        archive.writestr("xl/worksheets/sheet1.bin", record(0, row) + record(5, cell))
    fault = refused(path)
    assert (fault.code, fault.got) == ("feuille_trop_grande", "XFD1048576")


def test_a_cell_in_error_is_not_an_empty_cell(tmp_path: Path) -> None:
    def error(page: Any) -> None:
        page["C3"].value = "#DIV/0!"
        page["C3"].data_type = "e"

    table = read_table(book(tmp_path / "t.xlsx", error), known=HEAD)
    (fault,) = typed(table, STOCK)[1]
    assert (fault.code, fault.got, fault.place.row) == ("valeur_illisible", "#DIV/0!", 3)


def test_an_uncomputed_formula_is_told(tmp_path: Path) -> None:
    def formula(page: Any) -> None:
        page["C4"].value = "=1+1"

    assert "formule_sans_valeur" in codes(book(tmp_path / "t.xlsx", formula))


def test_an_uncomputed_formula_elsewhere_stops_nothing(tmp_path: Path) -> None:
    def formula(page: Any) -> None:
        page["D1"].value, page["D3"].value = "note", "=1+1"

    assert codes(book(tmp_path / "t.xlsx", formula)) == set()


def test_merged_cells_are_doubted(tmp_path: Path) -> None:
    def merged(page: Any) -> None:
        page.merge_cells("A2:A3")

    assert "cellules_fusionnees" in codes(book(tmp_path / "t.xlsx", merged))


def test_a_hidden_sheet_comes_last_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    made = Workbook()
    page = made.active
    assert page is not None
    for row in (HEAD, *ROWS):
        page.append(row)
    page.sheet_state = "hidden"
    shown = made.create_sheet("Visible")
    shown.append(["Bonjour"])
    made.save(path)
    assert "feuille_masquee" in codes(path)
    for row in (HEAD, *ROWS):
        shown.append(row)
    made.save(path)
    assert read_table(path, known=HEAD).sheet == "Visible"


def test_two_sheets_alike_are_doubted(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    made = Workbook()
    for page in (made.active, made.create_sheet("2024")):
        assert page is not None
        for row in (HEAD, *ROWS):
            page.append(row)
    made.save(path)
    assert "feuilles_semblables" in codes(path)


WHOLE = (
    "id_residence", "adresse", "nb_logements", "nom", "code_postal", "commune", "bailleur",
    "code_insee", "annee_construction", "type_habitat",
)  # fmt: skip


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (WHOLE[:-1], True),
        (WHOLE[1:9], True),  # eight columns of ten
        (HEAD, True),  # all that must be there
        (WHOLE[1:8], False),
        (("id_residence", "commune", "nb_logements"), False),  # a table of results
        (("colonne", "signification"), False),
    ],
)
def test_a_sheet_nearly_alike_is_doubted(
    tmp_path: Path,
    head: tuple[str, ...],
    told: bool,  # noqa: FBT001
) -> None:
    made = Workbook()
    for name, header in (("Agence Nord", WHOLE), ("Agence Sud", head)):
        page = made.create_sheet(name)
        for row in (header, *([str(k)] * len(header) for k in range(2, 5))):
            page.append(list(row))
    made.create_sheet("À remplir").append(list(WHOLE))
    made.save(tmp_path / "t.xlsx")
    table = Gathering().table("patrimoine", tmp_path / "t.xlsx", known=STOCK.headers)
    assert table is not None
    assert table.sheet == "Agence Nord"
    unread = [("feuilles_semblables", "« Agence Sud »")] * told
    assert [(n.code, n.fields["autres"]) for n in table.notices] == unread


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    source = book(tmp_path / "t.xlsx")
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (i, (b"&l%d;" % (i - 1) if i else b"lol") * 10) for i in range(10)
    )
    path = tmp_path / "rires.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = (
                    b'<?xml version="1.0"?><!DOCTYPE worksheet ['
                    + laughs
                    + b"]>"
                    + data[data.index(b"<worksheet") :].replace(b"1 RUE A", b"&l9;")
                )
            new.writestr(name, data)
    assert refused(path).code == "fichier_illisible"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_encodings_and_separators_read_alike(tmp_path: Path, encoding: str, mark: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text([mark.join(("1", "Rue de l’Été", "12"))], encoding=encoding, mark=mark))
    assert read_table(path, known=HEAD).frame.iloc[0].tolist() == ["1", "Rue de l’Été", "12"]


def test_a_line_too_long_is_a_fault_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text(["1;RUE A;12", "2;RUE B;3;4;5", "3;RUE C;6"]))
    table = read_table(path, known=HEAD)
    assert table.frame.iloc[1].tolist() == ["2", "RUE B", "3", "4", "5"]
    assert [(f.code, f.place.row) for f in typed(table, STOCK)[1]] == [("ligne_trop_longue", 3)]


def test_a_cut_line_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text(["1;RUE A;12", "2;RUE B;5", "3;RUE"]))
    assert "ligne_coupee" in codes(path)


def test_an_unclosed_quote_is_told_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text(["1;RUE A;12", '2;"RUE B;5', *(f"{i};RUE {i};4" for i in range(3, 40))]))
    fault = refused(path)
    assert (fault.code, fault.place.row) == ("guillemet_non_ferme", 3)


def test_an_endless_cell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text(["1;" + "x" * 1_100_000 + ";3"]))
    fault = refused(path)
    assert (fault.code, fault.place.row) == ("cellule_trop_longue", 2)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        (";".join(f"c{i}" for i in range(17_000)) + "\n" + "x;" * 16_999 + "x").encode()
    )
    assert refused(path).code == "tableau_trop_large"


def test_a_line_of_millions_of_cells_is_refused_before_memory_is(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id_residence;adresse\n" + b"a;" * 5_000_000)
    tracemalloc.start()
    fault = refused(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (fault.code, fault.place.row) == ("tableau_trop_large", 2)
    assert peak < 60_000_000


def test_a_file_beyond_the_limit_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.truncate(3_000_000)
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "2")
    assert refused(path).code == "fichier_trop_grand"
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "beaucoup")
    with pytest.raises(TfpbError) as caught:
        read_table(path)
    assert caught.value.faults[0].code == "limite_illisible"


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent.csv").code == "fichier_absent"
    assert refused(tmp_path / ("n" * 4000 + ".csv")).code == "fichier_absent"
    (tmp_path / "dossier.csv").mkdir()
    assert refused(tmp_path / "dossier.csv").code == "fichier_est_dossier"


def test_twin_headers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id_residence;adresse;nb_logements;nb_logements\n1;RUE A;3;4\n")
    assert "colonne_en_double" in codes(path)


@pytest.mark.parametrize(
    "line", ["TOTAL;;50", ";Sous-total;50", "Total général;;50", ";;50", "Totaux;;50"]
)
def test_totals_are_told_and_never_read_as_a_residence(tmp_path: Path, line: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text([";".join(r) for r in ROWS] + [line]))
    table = set_aside(read_table(path, known=HEAD), STOCK)
    frame, faults = typed(table, STOCK)
    assert frame["id_residence"].tolist() == ["00111", "00148", "00185"]
    assert [(f.code, f.place.row) for f in faults] == [("ligne_de_total", 5)]


PREMISES_HEAD = "avis;invariant;id_residence;annee;base_nette_eur;taux_commune_pct"


@pytest.mark.parametrize(
    "line",
    [";;;;(€);(%)", "texte;code;code;AAAA;€;%", ";;;;en euros;en %", "Unité;-;-;-;[EUR];pour cent"],
)
def test_units_under_the_header_are_told_and_never_read(tmp_path: Path, line: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"Fiche 2025\n{PREMISES_HEAD}\n{line}\nA1;1;00111;2025;120;30\n", "utf-8")
    frame, faults = typed(set_aside(read_table(path, known=PREMISES.names), PREMISES), PREMISES)
    assert frame["invariant"].tolist() == ["1"]
    assert [(f.code, f.severity, f.place.row) for f in faults] == [
        ("ligne_d_unites", Severity.DOUTE, 3)
    ]
    assert line.split(";")[4] in fault_text(faults[0]).title


@pytest.mark.parametrize(
    ("line", "column"), [(";;;;(k€);(%)", "base_nette_eur"), (";;;;€;‰", "taux_commune_pct")]
)
def test_a_unit_that_would_change_the_numbers_is_refused(
    tmp_path: Path, line: str, column: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"{PREMISES_HEAD}\n{line}\nA1;1;00111;2025;120;30\n", "utf-8")
    _, faults = typed(set_aside(read_table(path, known=PREMISES.names), PREMISES), PREMISES)
    (fault,) = [f for f in faults if f.severity is Severity.FAUTE]
    assert (fault.code, fault.place.row, fault.place.column) == ("unite_contraire", 2, column)


@pytest.mark.parametrize("line", ["A2;2;00111;2025;100;30", ";;00148;;;", ";;;;(à revoir);"])
def test_a_line_of_data_is_no_line_of_units(tmp_path: Path, line: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"{PREMISES_HEAD}\n{line}\nA1;1;00111;2025;120;30\n", "utf-8")
    assert len(set_aside(read_table(path, known=PREMISES.names), PREMISES).frame) == 2


def test_a_residence_is_not_a_total(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text(["1;RUE TOTAL;12", "Totem;RUE B;5", "3;RUE C;17"]))
    assert len(set_aside(read_table(path, known=HEAD), STOCK).frame) == 3


def test_codes_of_quarters_are_brought_to_their_form_and_told(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("id_convention;codes_qpv\nC;qn 059 91 i, QN05992M / qp-059-001\n", "utf-8")
    frame, faults = typed(read_table(path), CONVENTIONS)
    assert frame["codes_qpv"][0] == ("QN05991I", "QN05992M", "QP059001")
    assert [f.code for f in faults] == ["code_qpv_remis_en_forme"]


def test_lost_zeros_come_back_only_where_nothing_else_could_be_meant() -> None:
    frame = pd.DataFrame(
        {"id": ["111", "0148", "7", "R1"], "_fichier": "f", "_feuille": "", "_ligne": [2, 3, 4, 5]}
    )
    mended, faults = Identifiers(["00111", "148", "007", "07"]).mend(frame, "id")
    assert mended["id"].tolist() == ["00111", "148", "7", "R1"]
    assert [(f.code, f.fields["nombre"]) for f in faults] == [("zeros_retablis", 2)]
