"""Files that enter: under safe names, without persons, recognised; settings edited with their comments."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from contextlib import ExitStack
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from tfpb.errors import Place
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.sources.recognition import recognise, safe_copy
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.io.tables.safe_copy import corrected
from tfpb.io.tables.tabular import read_table
from tfpb.page.desk import Desk, safe_name
from tfpb.page.jobs import Job
from tfpb.page.screens.start_screen import bring
from tfpb.survey.reading.plan_joining import plan_changes
from tfpb.words.documents.setting_words import settings_file

HEAD = ("Code résidence", "Adresse", "CP", "Commune", "Nb logements", "Nom du locataire", "Taux")


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    """Write a stock with a title, merged cells, persons, a comment that names one, a total."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Parc"
    page.append(["Patrimoine au 1er janvier"])
    page.append([])
    page.append(HEAD)
    for k in range(6):
        page.append([f"R{k}", f"{k + 1} RUE A", "59000", "LILLE", 10, f"Mme DUPONT{k}", 0.0047])
        page.cell(4 + k, 7).number_format = "0.00%"
    page.append(["TOTAL", None, None, None, 60])
    page.merge_cells("A4:A5")
    comment = openpyxl.comments.Comment("voir M. DURAND", "J. MARTIN")
    page["B4"].comment = comment
    other = book.create_sheet("Gardiens")
    other.append(["Gardien", "Téléphone", "Loge"])
    other.append(["M. LEROY", "0612345678", "A"])
    other.append(["M. PETIT", "0698765432", "B"])
    path = tmp_path / "stock 2025.xlsx"
    book.save(path)
    return path


def test_a_copy_holds_nothing_of_persons_in_any_of_its_parts(stock: Path, tmp_path: Path) -> None:
    found = recognise(stock)
    assert (found.role, found.sheet, found.header) == ("patrimoine", "Parc", 3)
    assert (found.rows, found.aside) == (6, 1)
    assert set(found.dropped) == {"Nom du locataire", "Gardien", "Téléphone"}
    copy = tmp_path / "copie.xlsx"
    copy.write_bytes(safe_copy(stock, found))
    with zipfile.ZipFile(copy) as archive:
        whole = b"".join(archive.read(n) for n in archive.namelist())
    for name in (b"DUPONT", b"DURAND", b"MARTIN", b"LEROY", b"0612345678", b"PETIT"):
        assert name not in whole
    before, after = read_table(stock, sheet="Parc"), read_table(copy, sheet="Parc")
    assert list(after.rows) == list(before.rows)
    assert after.percents == before.percents
    assert [n.code for n in after.notices] == [n.code for n in before.notices]
    kept = [h for h in before.frame.columns if h not in found.dropped]
    assert after.frame[kept].equals(before.frame[kept])
    assert openpyxl.load_workbook(copy)["Parc"]["E4"].value == 10


DROPPER = """
import io, sys, tempfile
from pathlib import Path
tempfile.tempdir = sys.argv[1]
from starlette.datastructures import UploadFile
from tfpb.page.desk import Desk
from tfpb.page.screens import drop_screen

def stop(path):
    print(path, flush=True)
    sys.stdin.read()

drop_screen.recognise = stop
upload = UploadFile(io.BytesIO(b"nom;tel\\nMARTIN;0612345678\\n"), filename="enquete.csv")
drop_screen.receive(Desk(Path(sys.argv[1]), lambda _: Path(sys.argv[1])), [upload])
"""


def test_a_file_dropped_as_received_does_not_outlive_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    page = subprocess.Popen(
        [sys.executable, "-c", DROPPER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert page.stdout is not None
    received = Path(page.stdout.readline().strip())
    assert received.name == "enquete.csv"
    with scratch_folder():
        assert received.is_file()
    page.kill()
    page.communicate()
    assert received.is_file()
    with scratch_folder():
        assert not received.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("found", [[], [("2024", Path("rien.zip"))]])
def test_what_a_work_was_lent_is_given_back_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[tuple[str, Path]]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lent = ExitStack()
    (lent.enter_context(scratch_folder()) / "carte.zip").write_bytes(b"x")
    (folder,) = (p for p in tmp_path.iterdir() if p.name.startswith("tfpb-pret-"))
    job = Job("apporter", bring, found, tmp_path / "g", lent=lent)
    end = time.monotonic() + 60
    while job.running and time.monotonic() < end:
        assert folder.exists() or not job.running
        time.sleep(0.05)
    assert bool(job.result.refused) is bool(found)
    assert not folder.exists()


def test_a_text_file_is_copied_without_persons_line_for_line(tmp_path: Path) -> None:
    path = tmp_path / "parc.csv"
    lines = ["Parc;;", "id_residence;adresse;nb_logements;Nom du locataire"]
    lines += [f"R{k};{k} rue A;12;Mme DUPONT" for k in range(1, 4)]
    path.write_text("\n".join(lines), encoding="utf-8")
    copied = safe_copy(path, recognise(path)).decode("utf-8-sig").splitlines()
    assert copied[2] == "R1;1 rue A;12;"
    assert len(copied) == len(lines)
    assert "DUPONT" not in "".join(copied)


def test_a_file_without_persons_is_copied_byte_for_byte(example: Path) -> None:
    path = example / "patrimoine.xlsx"
    assert safe_copy(path, recognise(path)) == path.read_bytes()


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("patrimoine.xlsx", "patrimoine"), ("fiscalite_2025.xlsx", "fiscalite"),
        ("programme_2025.xlsx", "programme"), ("droit_commun.csv", "droit_commun"),
        ("conventions.csv", "conventions"), ("diagnostics.csv", "diagnostics"),
        ("1_599990001_59_20260105_0900_V2024.csv", "gmbi"), ("enquete_2019.csv", "enquete"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_what_it_holds_whatever_its_name(
    example: Path, tmp_path: Path, name: str, role: str
) -> None:
    path = tmp_path / f"x{(example / name).suffix}"
    path.write_bytes((example / name).read_bytes())
    assert recognise(path).role == role


def test_a_survey_is_never_cut_of_its_questions(example: Path) -> None:
    found = recognise(example / "enquete_2019.csv")
    assert not [n for n in found.dropped if n.startswith("Q")]
    assert "2019" in found.waves


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\stock.xlsx", "stock.xlsx"),
        (".cache", "cache"), ("CON.xlsx", "_CON.xlsx"), ("a:b|c?.csv", "a_b_c_.csv"),
        ("\u202exslx.exe", "xslx.exe"), ("", "fichier"), ("...", "fichier"),
        ("é" * 300 + ".csv", "é" * 100 + ".csv"),
    ],
)  # fmt: skip
def test_names_are_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_file_takes_the_place_of_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lambda _s: tmp_path)
    assert desk.place("a.csv", b"1") == "a.csv"
    assert desk.place("a.csv", b"1") == "a.csv"
    assert desk.place("a.csv", b"2") == "a_2.csv"
    assert (tmp_path / "a.csv").read_bytes() == b"1"


def test_settings_are_edited_with_their_comments(tmp_path: Path) -> None:
    path = tmp_path / "dossier.toml"
    path.write_bytes(settings_file("dossier.toml"))
    comments = path.read_text(encoding="utf-8").count("#")
    hostile = 'x"\n[autre]\ny = "'
    edit_toml(
        path,
        [
            (("dossier", "bailleur"), hostile),
            (("reglages", "colonnes", "patrimoine.adresse"), "ADR 1"),
            (("enquete", "fichiers", "a.csv"), {"vague": "2023"}),
        ],
    )
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data["dossier"]["bailleur"].replace("\n", "") == hostile.replace("\n", "")
    assert "autre" not in data
    assert data["reglages"]["colonnes"] == {"patrimoine.adresse": "ADR 1"}
    assert data["enquete"]["fichiers"]["a.csv"] == {"vague": "2023"}
    assert path.read_text(encoding="utf-8").count("#") >= comments - 1
    edit_toml(path, [(("reglages", "colonnes", "patrimoine.adresse"), None)])
    assert tomllib.loads(path.read_text(encoding="utf-8"))["reglages"]["colonnes"] == {}


def test_settings_pasted_twice_are_edited_too(tmp_path: Path) -> None:
    path = tmp_path / "dossier.toml"
    path.write_text(
        '[dossier]\nannee = 2025\n[alias.communes]\n"A" = "B"\n[alias.communes]\n"C" = "D"\n',
        encoding="utf-8",
    )
    edit_toml(path, [(("dossier", "annee"), 2024)])
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data == {"dossier": {"annee": 2024}, "alias": {"communes": {"A": "B", "C": "D"}}}


def test_a_cell_is_corrected_in_a_copy_where_it_stands(stock: Path) -> None:
    places = [Place("", "Parc", 5, "Code résidence"), Place("", "Parc", 6, "Nb logements")]
    data = corrected(stock, dict(zip(places, ("R1", "14"), strict=True)))
    page = openpyxl.load_workbook(io.BytesIO(data))["Parc"]
    assert (page["A5"].value, page["E6"].value, page["A4"].value) == ("R1", 14, "R0")
    assert page["E4"].value == 10


def test_formulas_keep_the_values_they_gave_in_a_corrected_copy(tmp_path: Path) -> None:
    """One that was never computed is said of the copy as of the file."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["id_residence", "logements", "double", "triple"])
    for k in range(2, 6):
        page.append([f"R{k}", "douze" if k == 3 else 12, f"=B{k}*2", f"=B{k}*3"])
    book.save(tmp_path / "brut.xlsx")
    path = tmp_path / "stock.xlsx"
    with zipfile.ZipFile(tmp_path / "brut.xlsx") as read, zipfile.ZipFile(path, "w") as made:
        for name in read.namelist():
            data = re.sub(
                rb"(<f>B\d\*2</f>)<v ?/>|(<f>B\d\*2</f>)<v></v>", rb"\1\2<v>24</v>", read.read(name)
            )
            made.writestr(name, data)
    copy = tmp_path / "copie.xlsx"
    copy.write_bytes(corrected(path, {Place("", "Sheet", 3, "logements"): "12"}))
    before, after = read_table(path), read_table(copy)
    assert list(after.frame["double"]) == list(before.frame["double"]) == ["24"] * 4
    assert list(after.frame["logements"]) == ["12"] * 4
    assert [(n.code, n.place.row) for n in after.notices] == [("formule_sans_valeur", 2)]
    assert [(n.code, n.place.row) for n in before.notices] == [("formule_sans_valeur", 2)]


def test_two_deliveries_ask_one_question_under_two_names() -> None:
    scale = {"satisfait": [1, 2], "insatisfait": [3, 4]}
    item = {"theme": "residence", "nature": "service", "echelle": "s"}
    first = {
        "colonnes": {"residence": "Code résidence", "poids": "Pond"},
        "variables": {"type_habitat": {"colonnes": ["t"], "categories": {"collectif": ["C"]}}},
        "echelles": {"s": scale},
        "items": [{**item, "colonnes": ["Q1"], "libelle": "Propreté des halls"}],
    }
    second = {
        "colonnes": {"residence": "id_res"},
        "variables": {"type_habitat": {"colonnes": ["type"], "categories": {"collectif": [1]}}},
        "echelles": {"s": {"satisfait": ["Satisfait"], "insatisfait": ["Pas satisfait"]}},
        "items": [
            {**item, "colonnes": ["q1"], "libelle": "Propreté des halls"},
            {**item, "colonnes": ["q9"], "libelle": "Ascenseur"},
        ],
    }
    changes = dict(plan_changes(first, second))
    assert changes["colonnes", "residence"] == ["Code résidence", "id_res"]
    assert changes["variables", "type_habitat", "categories", "collectif"] == ["C", 1]
    assert changes["echelles", "s", "satisfait"] == [1, 2, "Satisfait"]
    assert changes["items", 0, "colonnes"] == ["Q1", "q1"]
    assert changes["items", 1]["libelle"] == "Ascenseur"
    assert "items" not in {k[0] for k in dict(plan_changes(first, second, adds=False)) if k[1] == 1}


def test_a_scale_that_contradicts_stays_one_of_its_own() -> None:
    item = {"theme": "residence", "nature": "service", "echelle": "s", "libelle": "Propreté"}
    first = {
        "echelles": {"s": {"satisfait": [1], "insatisfait": [2]}},
        "items": [{**item, "colonnes": ["a"]}],
    }
    second = {
        "echelles": {"s": {"satisfait": [2], "insatisfait": [1]}},
        "items": [{**item, "colonnes": ["b"]}],
    }
    changes = dict(plan_changes(first, second))
    assert changes["items", 1]["echelle"] == "s_2"
    assert changes["echelles", "s_2"] == {"satisfait": [2], "insatisfait": [1]}
    assert ("items", 0, "colonnes") not in changes


def test_an_spss_file_that_names_someone_becomes_a_workbook_without_them(tmp_path: Path) -> None:
    path = tmp_path / "enquete 2023.sav"
    frame = pd.DataFrame(
        {"id": ["1", "2"], "nom_locataire": ["DUPONT", "MARTIN"], "q1": [1.0, 9.0]},
    )
    pyreadstat.write_sav(
        frame, str(path), column_labels=["", "", "Propreté des halls"],
        variable_value_labels={"q1": {1: "Satisfait", 9: "Ne sait pas"}},
    )  # fmt: skip
    found = recognise(path)
    assert (found.role, found.rows, found.waves) == ("enquete", 2, ("2023",))
    assert found.dropped == ("nom_locataire",)
    copy = tmp_path / "copie.xlsx"
    copy.write_bytes(safe_copy(path, found))
    with zipfile.ZipFile(copy) as archive:
        assert b"DUPONT" not in b"".join(archive.read(n) for n in archive.namelist())
    before, after = read_delivery(path), read_delivery(copy)
    assert after.table.frame.to_csv() == before.table.frame.to_csv()
    assert after.dictionary.labels["q1"] == before.dictionary.labels["q1"] == "Propreté des halls"
    assert after.dictionary.meanings == before.dictionary.meanings
