"""What is dropped is listed, whatever becomes of it, and each recognition is corrected where it is shown."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from served_page import Served, served
from tfpb.geodata.geography import geography_of
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGUN = {"geste": "tete", "bailleur": "Habitat", "titre": "T", "annee": "2025",
         "date": "2026-02-10", "convention": ""}  # fmt: skip
SOURCES = "geodonnees_sources"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "dossier", tmp_path / "geo") as made:
        made.desk.check = lambda **_: None
        made.post("/depart", BEGUN)
        yield made


def drop(page: Served, *files: tuple[str, bytes]) -> str:
    said = page.post("/deposer", {"geste": "deposer"}, files=[("fichiers", f) for f in files])
    assert said.status_code == 200
    return said.text


def stock(homes: int) -> bytes:
    lines = [f"R{k};{k} RUE A;59000;LILLE;12" for k in range(1, homes + 1)]
    return "\n".join(["id_residence;adresse;code_postal;commune;nb_logements", *lines]).encode()


def programme(value: int) -> bytes:
    head = "N°;Axe;Code QPV;Intitulé;Valorisé"
    return "\n".join([head, *(f"A{k};3;QN05900I;Action {k};{value}" for k in range(4))]).encode()


def taxes() -> bytes:
    """Return a tax sheet that says neither its notice nor its year."""
    head = "Code résidence;Adresse;Nature;VLC;Base nette;Taux commune;Taux EPCI;Cotisation"
    lines = [f"R{k};{k} rue A;Appartement;8000;4000;45,1;2,3;1896" for k in range(6)]
    return "\n".join([head, *lines]).encode()


def test_a_tax_sheet_without_notice_nor_year_is_no_programme(page: Served) -> None:
    drop(page, ("actions.csv", programme(10)))
    shown = drop(page, ("TF 2025.csv", taxes()))
    assert sorted(page.desk.files) == [("fiscalite", "TF 2025.csv"), ("programme", "actions.csv")]
    assert "À revoir" not in shown


def test_a_table_with_one_column_of_a_role_is_not_of_that_role(page: Served) -> None:
    """What lacks and is like no header there does not count as met."""
    drop(page, ("liste.csv", b"id_residence;remarque\nR1;vu\nR2;vu\nR3;vu\n"))
    assert page.desk.files == []
    assert "liste.csv" in page.get("/deposer").text


def test_a_file_of_the_same_name_replaces_on_one_word_and_never_piles_up(page: Served) -> None:
    drop(page, ("parc.csv", stock(5)))
    for homes in (6, 7, 8):
        shown = drop(page, ("parc.csv", stock(homes)))
        assert shown.count('value="remplace"') == 1
        assert f"{homes} lignes" in shown
        page.post("/deposer", {"geste": "revoir", "nom": "parc.csv", "choix": "remplace"})
        assert (page.folder / "parc.csv").read_bytes() == stock(homes)
        assert page.desk.files == [("patrimoine", "parc.csv")]
    assert [p.name for p in page.folder.glob("*.csv")] == ["parc.csv"]
    told = drop(page, ("parc.csv", stock(8)))
    assert "à l’identique" in told
    assert "À revoir" not in told


def test_a_role_given_by_hand_outlives_the_next_drop_of_the_file(page: Served) -> None:
    drop(page, ("avis.csv", programme(10)))
    page.post("/deposer", {"geste": "corriger", "nom": "avis.csv", "role0": "droit_commun"})
    assert page.desk.files == [("droit_commun", "avis.csv")]
    drop(page, ("avis.csv", programme(10)))
    drop(page, ("avis.csv", programme(11)))
    page.post("/deposer", {"geste": "revoir", "nom": "avis.csv", "choix": "remplace"})
    assert page.desk.files == [("droit_commun", "avis.csv")]
    assert (page.folder / "avis.csv").read_bytes() == programme(11)


def test_the_file_in_place_is_kept_on_request_and_the_other_asked_no_more(page: Served) -> None:
    drop(page, ("parc.csv", stock(5)))
    drop(page, ("parc.csv", stock(6)))
    page.post("/deposer", {"geste": "revoir", "nom": "parc.csv", "choix": "autre"})
    assert (page.folder / "parc.csv").read_bytes() == stock(5)
    assert "À revoir" not in page.get("/deposer").text


def test_a_file_that_nothing_reads_is_replaced_without_a_word(page: Served) -> None:
    drop(page, ("notes.csv", b"quoi;combien\nx;1\ny;2\n"))
    shown = drop(page, ("notes.csv", stock(5)))
    assert "À revoir" not in shown
    assert page.desk.files == [("patrimoine", "notes.csv")]
    assert [p.name for p in page.folder.glob("*.csv")] == ["notes.csv"]


def test_a_file_that_waits_is_corrected_where_it_is_shown(page: Served) -> None:
    drop(page, ("actions.csv", programme(10)))
    shown = drop(page, ("couts.csv", programme(20)))
    card = shown[shown.index("À revoir") :]
    assert '<option value="droit_commun">' in card
    right = {"geste": "revoir", "nom": "couts.csv", "choix": "corrige", "role": "droit_commun"}
    assert "À revoir" not in page.post("/deposer", right).text
    assert sorted(page.desk.files) == [("droit_commun", "couts.csv"), ("programme", "actions.csv")]


def test_one_of_the_same_name_may_be_another_table(page: Served) -> None:
    drop(page, ("actions.csv", programme(10)))
    drop(page, ("actions.csv", programme(20)))
    right = {"geste": "revoir", "nom": "actions.csv", "choix": "corrige", "role": "droit_commun"}
    page.post("/deposer", right)
    assert sorted(page.desk.files) == [
        ("droit_commun", "actions_2.csv"), ("programme", "actions.csv"),
    ]  # fmt: skip
    assert (page.folder / "actions.csv").read_bytes() == programme(10)


def test_a_correction_that_meets_another_file_asks_again(page: Served) -> None:
    drop(page, ("parc.csv", stock(5)))
    drop(page, ("actions.csv", programme(10)))
    drop(page, ("encore.csv", programme(20)))
    wrong = {"geste": "revoir", "nom": "encore.csv", "choix": "corrige", "role": "patrimoine"}
    shown = page.post("/deposer", wrong).text
    assert "À revoir" in shown
    assert load_settings(page.desk.file).fichiers.patrimoine == "parc.csv"


def test_a_refused_file_stays_listed_with_its_reason_until_it_comes_again(page: Served) -> None:
    shown = drop(page, ("parc.csv", stock(5)), ("abîmé.xlsx", b"PK\x03\x04 coupe"))
    assert page.desk.files == [("patrimoine", "parc.csv")]
    assert "Refusés" in shown
    page.desk._enter(page.folder)  # after a restart too
    listed = page.get("/deposer").text
    part = listed[listed.index("Refusés") :]
    assert "abîmé.xlsx" in part
    assert "Ôter de la liste" in part
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in programme(3).decode().splitlines():
        book.active.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    assert "Refusés" not in drop(page, ("abîmé.xlsx", out.getvalue()))
    assert ("programme", "abîmé.xlsx") in page.desk.files


def test_a_refused_file_is_taken_off_the_list(page: Served) -> None:
    assert "Refusés" in drop(page, ("x.pdf", b"%PDF-1.4"))
    left = page.post("/deposer", {"geste": "retirer", "nom": "x.pdf"}).text
    assert "Refusés" not in left


def test_a_workbook_like_nothing_known_has_its_sheet_and_its_role_chosen(page: Served) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Lisez-moi"
    first.append(["Quoi", "Combien"])
    first.append(["x", 1])
    other = book.create_sheet("Actions du site")
    other.append(["Libellé libre", "Somme"])
    other.append(["Bancs", 100])
    out = io.BytesIO()
    book.save(out)
    shown = drop(page, ("divers.xlsx", out.getvalue()))
    assert '<option value="Actions du site"' in shown
    chosen = {"geste": "corriger", "nom": "divers.xlsx", "role0": "programme",
              "feuille0": "Actions du site"}  # fmt: skip
    page.post("/deposer", chosen)
    settings = load_settings(page.desk.file)
    assert settings.fichiers.programme == "divers.xlsx"
    assert settings.reglages.feuilles["programme"] == "Actions du site"


def test_words_of_a_header_at_the_foot_of_another_sheet_refuse_nothing(page: Served) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    for line in stock(5).decode().splitlines():
        first.append(line.split(";"))
    notes = book.create_sheet("Notes")
    for row in (
        ["Ce que disent les colonnes"],
        ["voir le guide"],
        ["constat", "suite", "code_qpv"],
    ):
        notes.append(row)
    out = io.BytesIO()
    book.save(out)
    assert "Refusés" not in drop(page, ("parc.xlsx", out.getvalue()))
    assert page.desk.files == [("patrimoine", "parc.xlsx")]


def imported(page: Served) -> set[str]:
    """Return the layers that are there, once the import has ended."""
    page.wait()
    page.get("/deposer")
    folder = page.folder.parent / "geo"
    return {p.stem.rpartition("-")[0] for p in folder.glob("*.parquet")}


def test_each_map_of_a_drop_stands_for_itself(page: Served, example: Path) -> None:
    folder = example / SOURCES
    bad = ("quartiers abîmés.geojson", b'{"type": "FeatureCollection", "features": [{"code_qp"')
    good = [(n, (folder / n).read_bytes()) for n in ("qpv2024_valmont.geojson",)]
    towns = ("commune_valmont.geojson", (folder / "commune_valmont.geojson").read_bytes())
    drop(page, bad, *good, towns)
    assert {"qpv-2024", "communes"} <= imported(page)
    shown = page.get("/deposer").text
    part = shown[shown.index("Cartes et adresses déposées") :]
    assert part.count("importé</span>") == 2
    assert "refusé</span>" in part
    assert "quartiers abîmés.geojson" in part
    page.desk._enter(page.folder)  # the reason outlives the page
    assert "quartiers abîmés.geojson" in page.get("/deposer").text


def test_a_map_taken_for_another_is_imported_as_what_it_is(page: Served, example: Path) -> None:
    data = (example / SOURCES / "commune_valmont.geojson").read_bytes()
    drop(page, ("quartier.geojson", data))
    assert "communes" not in imported(page)
    assert "refusé</span>" in page.get("/deposer").text
    page.post("/deposer", {"geste": "carte", "nom": "quartier.geojson", "genre": "communes"})
    assert "communes" in imported(page)
    assert "refusé</span>" not in page.get("/deposer").text


def test_a_table_taken_for_addresses_is_a_table_again(page: Served) -> None:
    page.desk.begin = lambda *_, **__: False  # another work is under way: it waits, listed
    lines = [
        "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;x;y;lon;lat;id_residence;nb_logements;adresse"
    ]
    lines += [
        f"{k};{k};;Rue A;59000;59350;Lille;700000;7000000;3.1;50.6;R{k};12;{k} rue A"
        for k in range(1, 9)
    ]
    drop(page, ("parc.csv", "\n".join(lines).encode()))
    shown = page.get("/deposer").text
    assert "pas encore importé" in shown
    assert "un tableau du dossier" in shown
    page.post("/deposer", {"geste": "carte", "nom": "parc.csv", "genre": "tableau"})
    assert page.desk.files == [("patrimoine", "parc.csv")]
    assert "Cartes et adresses déposées" not in page.get("/deposer").text


def test_quarters_of_2015_are_known_by_their_codes(tmp_path: Path) -> None:
    def layer(code: str) -> Path:
        path = tmp_path / f"{code}.geojson"
        feature = {"type": "Feature", "properties": {"code_qp": code}, "geometry": None}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        return path

    assert geography_of(layer("QP059012"), "quartiers.geojson") == "qpv2015"
    assert geography_of(layer("QN05901M"), "quartiers.geojson") == "qpv2024"
    assert geography_of(layer("QP971004"), "quartiers.geojson") == "qpv2024"  # of both maps


def test_a_restart_loses_nothing_that_waits(page: Served) -> None:
    drop(page, ("parc.csv", stock(5)))
    drop(page, ("parc.csv", stock(6)))
    again = Desk(page.folder, lambda _s: page.folder)
    assert [a.lines[0] for a in again.journal.acts if a.gesture == "revoir"] == ["parc.csv"]
    page.desk._enter(page.folder)
    page.post("/deposer", {"geste": "revoir", "nom": "parc.csv", "choix": "remplace"})
    assert (page.folder / "parc.csv").read_bytes() == stock(6)


def test_the_title_of_a_cover_is_no_column_of_persons(page: Served) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Couverture"
    texts = ("Enquête auprès des locataires", "Habitat de la Vallée", "Version du 3 mars 2025")
    for text in (*texts, "Sophie MARTIN"):
        cover.append([text])
    sheet = book.create_sheet("Parc")
    for line in stock(5).decode().splitlines():
        sheet.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    shown = drop(page, ("parc.xlsx", out.getvalue()))
    assert page.desk.files == [("patrimoine", "parc.xlsx")]
    assert "peut nommer quelqu’un" not in shown
    assert "Enquête auprès des locataires" not in shown
    assert "feuille qu’aucun calcul ne lit" in shown
    copied = openpyxl.load_workbook(page.folder / "parc.xlsx")["Couverture"]
    assert all("MARTIN" not in str(c.value) for row in copied.iter_rows() for c in row)


def test_a_column_that_a_question_fills_is_not_said_to_lack(page: Served) -> None:
    """« Colonnes » does not say to choose the notice and the year, that « Questions » asks for."""
    drop(page, ("parc.csv", stock(5)), ("TF.csv", taxes()))
    page.look()
    assert "TF.csv" in page.get("/reponses").text
    assert "Sans colonne" not in page.get("/colonnes").text


def test_a_column_that_stops_is_said_to_lack(page: Served) -> None:
    lines = [line.rpartition(";")[0] for line in stock(5).decode().splitlines()]
    drop(page, ("parc.csv", "\n".join(lines).encode()))
    page.look()
    assert "Sans colonne" in page.get("/colonnes").text
