"""What each form writes: the files that the commands read, comments kept, originals untouched."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from served_page import Served, served
from tfpb.errors import Fault, Place, TfpbError
from tfpb.facts.amount import known
from tfpb.io.packs.pack import write_pack
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings, read_plan
from tfpb.model.settings import Fichiers
from tfpb.page.desk import Desk
from tfpb.page.doubt_decisions import key_of
from tfpb.page.next_year import next_year
from tfpb.page.outlook import Doubt, Outlook
from tfpb.page.screens import faults_screen
from tfpb.page.screens.columns_screen import remembered_file
from tfpb.pipeline.steps.checking import money_faults
from tfpb.pipeline.steps.costing import TaxRule
from tfpb.report.documents.workbook_forms import templates
from tfpb.review.doubts import POSITION, REVIEW_COLUMNS
from tfpb.review.review_workbook import read_limit_decisions
from tfpb.words.faults.sentences import CATALOGUE
from tfpb.words.page import screen_words as words
from tfpb.words.page.screen_words import SCREENS

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = ("Code groupe", "Adresse du site", "CP", "Ville", "Nbre de logts")

COLUMNS = ("id_residence", "adresse", "code_postal", "commune", "nb_logements")


def _stock() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Parc"
    page.append(["Parc au 1er janvier"])
    page.append(list(HEAD))
    for k in range(1, 6):
        page.append([f"R{k}", f"{k} RUE A", "59000", "LILLE", "douze" if k == 3 else 12])
    return _bytes(book)


def _programme() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["N°", "Axe", "Code QPV", "Intitulé", "Valorisé"])
    for k, axis in enumerate(("Bricolage", "3", "Bricolage"), start=1):
        page.append([f"A{k}", axis, "QP059001", f"Action {k}", 1000 * k])
    return _bytes(book)


def _bytes(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _survey() -> bytes:
    lines = ["id_enquete;bailleur;residence;poids;q1;q2;q3"]
    lines += [
        f"{k};Nord Habitat;R{k % 5 + 1};1;{k % 4 + 1};{k % 4 + 1};{k % 4 + 1}" for k in range(60)
    ]
    return "\n".join(lines).encode()


BARE_HEAD = {"geste": "tete", "bailleur": "B", "titre": "T", "annee": "2025", "date": "2026-02-10"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a dossier begun by its forms: a stock, a programme and a survey dropped at once."""
    root = tmp_path_factory.mktemp("ecrans")
    with served(root / "dossier", root / "geo") as made:
        made.desk.check = lambda **_: (
            None
        )  # `look` does it here; the play in a browser, as users do
        head = {"geste": "tete", "bailleur": "Nord Habitat", "titre": "Essai", "annee": "2025",
                "date": "2026-02-10", "convention": ""}  # fmt: skip
        made.post("/depart", head)
        files = [
            ("fichiers", ("../../Parc 2025.xlsx", _stock())),
            ("fichiers", ("Programme 2025.xlsx", _programme())),
            ("fichiers", ("enquete 2023.csv", _survey())),
        ]
        answer = made.post("/deposer", {"geste": "deposer"}, files=files)
        assert answer.status_code == 200
        look(made)
        yield made


def look(page: Served) -> None:
    """Check the files."""
    page.look()


def test_files_are_recognised_and_named_in_the_settings(page: Served) -> None:
    settings = load_settings(page.desk.file)
    assert settings.dossier.bailleur == "Nord Habitat"
    assert settings.fichiers.patrimoine == "Parc 2025.xlsx"
    assert settings.fichiers.programme == "Programme 2025.xlsx"
    assert settings.fichiers.enquete == ("enquete 2023.csv",)
    assert settings.enquete.fichiers["enquete 2023.csv"].vague == "2023"
    plan, faults = read_plan(page.desk.plan_file)
    assert plan is not None
    assert {f.code for f in faults} <= {"plan_vague_absente"}  # the settings give it
    assert [i.identifiant for i in plan.items] == ["q1", "q2", "q3"]
    assert plan.reglages.carte == 2024  # that of the tax year
    assert "Retirez le # devant" in page.desk.file.read_text(encoding="utf-8")


def test_columns_are_proposed_and_confirmed(page: Served) -> None:
    told = page.get("/colonnes").text
    assert "1 RUE A · 2 RUE B" not in told
    assert "1 RUE A · 2 RUE A · 3 RUE A" in told
    assert "proposé : à confirmer" in told
    assert "moins de 11" not in told  # every code of the survey has eleven households
    form = {f"c0_{k}": name for k, name in enumerate(COLUMNS)} | {"t0": "1"}
    page.post("/colonnes", form)
    named = load_settings(page.desk.file).reglages.colonnes
    assert named["patrimoine.adresse"] == "Adresse du site"
    assert "patrimoine.commune" not in named  # read without it
    page.post("/colonnes", form)
    assert load_settings(page.desk.file).reglages.colonnes == named


def test_columns_confirmed_are_proposed_in_another_dossier_of_the_landlord(
    page: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "XDG_CONFIG_HOME", str(tmp_path / "reglages")
    )  # what other tests confirm apart
    form = {f"c0_{k}": name for k, name in enumerate(COLUMNS)} | {"t0": "1"}
    page.post("/colonnes", form)
    kept = remembered_file().read_text(encoding="utf-8")
    assert "Adresse du site" in kept
    assert "RUE A" not in kept  # headers and what they mean, no cell
    assert "Ville" not in kept  # read so without being named: nothing to remember
    told = "confirmé dans un autre dossier"
    assert told not in page.get("/colonnes").text  # here they are confirmed
    for landlord, expected in (("NORD HABITAT", True), ("Sud Habitat", False)):
        with served(tmp_path / landlord, tmp_path / "geo") as other:
            other.desk.check = lambda **_: None  # type: ignore[method-assign]
            head = {"geste": "tete", "bailleur": landlord, "titre": "T", "annee": "2025",
                    "date": "2026-02-10"}  # fmt: skip
            other.post("/depart", head)
            file = [("fichiers", ("Parc.xlsx", _stock()))]
            other.post("/deposer", {"geste": "deposer"}, files=file)
            shown = other.get("/colonnes").text
            assert (told in shown) == expected
            assert not load_settings(other.desk.file).reglages.colonnes  # proposed, not taken
            if expected:
                (row,) = re.findall(r"Adresse du site</th>.*?</tr>", shown, re.DOTALL)
                assert '<option value="adresse" selected>' in row
                again = other.post("/colonnes", {"geste": "oublier"}).text
                assert told not in again
                assert "Oublier les colonnes retenues" not in again
    assert "Adresse du site" not in remembered_file().read_text(encoding="utf-8")


def test_a_number_read_with_the_street_is_not_shown_unread(tmp_path: Path) -> None:
    lines = ["Code groupe;N°;Voie;CP;Ville;Nbre de logts;Gardien"]
    lines += [f"R{k};{k};RUE HOCHE;59000;LILLE;12;loge {k}" for k in range(2, 8)]
    with served(tmp_path / "voie", tmp_path / "geo") as other:
        other.desk.check = lambda **_: None  # type: ignore[method-assign]
        other.post("/depart", BARE_HEAD)
        file = [("fichiers", ("Parc.csv", "\n".join(lines).encode()))]
        other.post("/deposer", {"geste": "deposer"}, files=file)
        shown = other.get("/colonnes").text
    parts = [cell for cell in shown.split("<tr>") if "– lue dans l’adresse –" in cell]
    assert [re.search(r'<th scope="row">(.*?)</th>', cell)[1] for cell in parts] == ["N°", "Voie"]  # type: ignore[index]
    assert not any("– ne pas lire –" in cell for cell in parts)
    assert "6 colonnes lues sur 7" in shown


def test_of_two_columns_chosen_for_one_meaning_the_new_one_is_taken(page: Served) -> None:
    before = page.desk.file.read_bytes()
    form = {f"c0_{k}": name for k, name in enumerate(COLUMNS)} | {"t0": "1", "c0_4": "commune"}
    page.post("/colonnes", form)  # as well as « Ville », before it, which is read so alone
    named = load_settings(page.desk.file).reglages.colonnes
    assert named["patrimoine.commune"] == "Nbre de logts"
    page.desk.file.write_bytes(before)


def test_a_rate_that_reads_two_ways_is_a_question_with_two_answers(
    page: Served, tmp_path: Path
) -> None:
    with served(tmp_path / "taux", tmp_path / "geo") as other:
        other.desk.check = lambda **_: None  # type: ignore[method-assign]
        other.post("/depart", BARE_HEAD)
        taxes = (
            "avis;id_residence;annee;vlc_eur;taux_commune_pct;TEOM en k€\n"
            "A1;R1;2025;3000;25;1\nA2;R1;2025;3000;0,3973;2\n"
        )
        files = [
            ("fichiers", ("Parc.xlsx", _stock())),
            ("fichiers", ("avis.csv", taxes.encode())),
        ]
        other.post("/deposer", {"geste": "deposer"}, files=files)
        named = {f"c0_{k}": name for k, name in enumerate(COLUMNS)}
        cells = ("avis", "id_residence", "annee", "vlc_eur", "taux_commune_pct", "teom_eur")
        named |= {f"c1_{k}": name for k, name in enumerate(cells)} | {"t0": "1", "t1": "1"}
        other.post("/colonnes", named)
        _read(other)
        shown = other.get("/colonnes").text
        assert _answers(shown, "teom_eur") == ["milliers", "euros"]
        assert "en milliers d’euros" in shown
        named["lecture|fiscalite.teom_eur"] = "milliers"
        other.post("/colonnes", named)
        _read(other)
        shown = other.get("/colonnes").text
        assert _answers(shown, "taux_commune_pct") == ["proportion", "pourcentage"]
        assert "« 0,3973 » veut dire 39,73 %" in shown
        assert "« 0,3973 » veut dire 0,3973 %" in shown
        faults = other.get("/fautes").text
        assert '<a class="suite" href="/colonnes">' in faults
        assert "v|avis.csv" not in faults  # asked about once, not cell by cell
        key = "lecture|fiscalite.taux_commune_pct"
        other.post("/colonnes", named | {key: "proportion"})
        assert load_settings(other.desk.file).reglages.lectures == {
            "fiscalite.teom_eur": "milliers", "fiscalite.taux_commune_pct": "proportion",
        }  # fmt: skip
        _read(other)
        assert not {"taux_suspect", "unite_contraire"} & {f.code for f in other.desk.outlook.faults}
        other.post("/colonnes", named | {key: "zut"})
        assert len(load_settings(other.desk.file).reglages.lectures) == 2
        other.post("/colonnes", named | {key: ""})
        assert list(load_settings(other.desk.file).reglages.lectures) == ["fiscalite.teom_eur"]


def _read(page: Served) -> None:
    """Read the files as a check does, without the geography that its other stages need."""
    settings = load_settings(page.desk.file)
    inputs, faults = gather_inputs(settings)
    page.desk.outlook = Outlook((*faults, *money_faults(inputs, TaxRule.of(settings))))


def _answers(shown: str, column: str) -> list[str]:
    key = re.escape(f"lecture|fiscalite.{column}")
    return re.findall(f'name="{key}" value="([^"]+)"', shown)


def test_a_theme_is_given_its_axis_and_taken_back(page: Served) -> None:
    place = Place("Programme 2025.xlsx", "Sheet", 2, "Axe")
    page.desk.outlook = Outlook((Fault("axe_inconnu", place, "Bricolage", {"proches": ""}),))
    assert "Bricolage" in page.get("/noms").text
    page.post("/noms", {"q0": "Bricolage", "n0": "9"})
    assert not load_settings(page.desk.file).themes
    page.post("/noms", {"q0": "Bricolage", "n0": "3"})
    assert load_settings(page.desk.file).themes["Bricolage"].axe == 3
    page.post("/noms", {"oublier": "themes|Bricolage"})
    assert not load_settings(page.desk.file).themes


def test_the_plan_is_confirmed_by_eye(page: Served) -> None:
    plan = page.desk.plan
    assert plan is not None
    told = page.get("/questions").text
    assert "15" in told  # households of the first code
    form = {"marge": "4.5", "marge_par": "comité", "marge_le": "2025-01-15", "carte": "2024"}
    for k, item in enumerate(plan.items):
        form |= {f"i{k}": item.identifiant, f"libelle{k}": f"Question {k}", f"theme{k}": "logement"}
        form |= {f"nature{k}": "autre", f"axes{k}": "4"}
    form |= {"garder0": "on", "e0_0": "nsp"}
    page.post("/questions", form)
    made = page.desk.plan
    assert made is not None
    assert made.reglages.marge_points == 4.5
    assert (made.reglages.marge_adoptee_par, str(made.reglages.marge_adoptee_le)) == (
        "comité",
        "2025-01-15",
    )
    (item,) = made.items
    assert (item.libelle, item.theme.value, item.nature.value, item.axes) == (
        "Question 0", "logement", "autre", (4,),
    )  # fmt: skip
    assert 1 in made.echelles[item.echelle].nsp


def test_a_cell_is_corrected_in_a_copy_and_listed(page: Served) -> None:
    look(page)
    original = page.folder / "Parc 2025.xlsx"
    before = original.read_bytes()
    assert "douze" in page.get("/fautes").text
    place = "v|Parc 2025.xlsx|Parc|5|Nbre de logts"
    page.post("/fautes", {place: "14", "v|Parc 2025.xlsx|Parc|4|Nbre de logts": "99"})
    assert original.read_bytes() == before
    settings = load_settings(page.desk.file)
    copy = page.folder / settings.fichiers.patrimoine
    assert copy.name == "Parc 2025_corrige.xlsx"
    sheet = openpyxl.load_workbook(copy)["Parc"]
    assert (sheet["E5"].value, sheet["E4"].value) == (14, 12)  # a cell that is not at fault stays
    text = (page.folder / "corrections.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["ligne"], row["avant"], row["apres"]) == ("5", "douze", "14")
    look(page)
    assert not [f for f in page.desk.outlook.wrong if f.got == "douze"]


def test_cells_of_one_text_are_corrected_at_once(page: Served) -> None:
    look(page)
    name = load_settings(page.desk.file).fichiers.patrimoine
    places = [Place(name, "Parc", row, "Nbre de logts") for row in (4, 5, 7)]
    held = [Fault("valeur_illisible", place, "juillet 1950") for place in places]
    page.desk.outlook = Outlook(tuple(held))
    (cell,) = faults_screen.cells_of(page.desk)
    assert (cell.rows, len(cell.alike)) == ("lignes 4 à 5, 7", 3)
    page.post("/fautes", {f"v|{name}|Parc|4|Nbre de logts": "12"})
    page.desk.cancel()
    copy = page.folder / load_settings(page.desk.file).fichiers.patrimoine
    sheet = openpyxl.load_workbook(copy)["Parc"]
    assert [sheet[f"E{row}"].value for row in (4, 5, 7)] == [12, 12, 12]
    page.post(
        "/journal", {"numero": page.desk.journal.last}
    )  # the copy was there: its cells come back
    page.desk.cancel()
    sheet = openpyxl.load_workbook(copy)["Parc"]
    assert [sheet[f"E{row}"].value for row in (4, 5, 7)] == ["juillet 1950"] * 3
    text = (page.folder / "corrections.csv").read_text(encoding="utf-8-sig")
    last = list(csv.DictReader(io.StringIO(text), delimiter=";"))[-3:]
    assert [(r["avant"], r["apres"]) for r in last] == [("12", "juillet 1950")] * 3
    page.desk.outlook = Outlook(tuple(held))
    page.post("/fautes", {f"v|{name}|Parc|4|Nbre de logts": "12"})
    first = page.desk.journal.last
    page.desk.outlook = Outlook((Fault("valeur_illisible", places[0], "12"),))
    page.post("/fautes", {f"v|{name}|Parc|4|Nbre de logts": "13"})
    refused = page.post("/journal", {"numero": first}).text  # corrected again since
    page.desk.cancel()
    assert CATALOGUE["modifie_ailleurs"].title.partition("{")[0] in refused
    assert openpyxl.load_workbook(copy)["Parc"]["E4"].value == 13


def test_a_setting_at_fault_is_written_anew_in_its_place(tmp_path: Path) -> None:
    text = (
        '[dossier]\ntitre = "T"\nannee = 2025\ndate = 2026-02-10\nbailleur = "B"  # le nôtre\n'
        '[fichiers]\npatrimoine = "p.csv"\n[reglages]\nrayon_defaut_m = "trente"\ncarte_ign = 3\n'
    )
    with served(tmp_path / "d", tmp_path / "geo") as page:
        page.desk.check = lambda **_: None  # type: ignore[method-assign] # `look` does it
        page.folder.mkdir()
        (page.folder / "dossier.toml").write_text(text, encoding="utf-8")
        page.look()
        assert 'value="trente"' in page.get("/fautes").text
        here = "r|dossier.toml|reglages.rayon_defaut_m"
        refused = page.post("/fautes", {"geste": "reglage", here: "vingt"}).text
        assert CATALOGUE["reglage_illisible"].title.partition("{")[0] in refused
        assert (page.folder / "dossier.toml").read_text(encoding="utf-8") == text
        gone = {"x|dossier.toml|reglages.carte_ign": "oui"}
        page.post("/fautes", {"geste": "reglage", here: "20", **gone})
        now = (page.folder / "dossier.toml").read_text(encoding="utf-8")
        assert now == text.replace('"trente"', "20").replace("carte_ign = 3\n", "")
        # a file that cannot be read at all is mended in its text, from whatever screen says so
        (page.folder / "dossier.toml").write_text("[dossier\n", encoding="utf-8")
        assert "<textarea" in page.get("/deposer").text
        page.post("/fautes", {"geste": "reglages", "fichier": "dossier.toml", "texte": now})
        assert load_settings(page.desk.file).reglages.rayon_defaut_m == 20


def test_templates_are_those_of_the_command_and_offered_where_a_table_lacks(page: Served) -> None:
    shown = page.get("/deposer").text
    assert "/modele/fiscalite.xlsx" in shown
    assert "/modele/programme.xlsx" not in shown  # it is there
    given = page.get("/modele/fiscalite.xlsx")
    assert given.content == templates()["fiscalite.xlsx"]
    assert "attachment" in given.headers["content-disposition"]
    assert page.get("/modele/..%2fdossier.toml").status_code == 404
    assert {words.TEMPLATE_ROLES[name] for name in templates()} <= set(Fichiers.model_fields)
    page.desk.outlook = Outlook(
        lacking=(("fiscalite", "Sans fiscalité, rien."), ("enquete", "Sans enquête."))
    )
    assert page.get("/apercu").text.count("son modèle") == 1


def test_a_delivery_that_names_no_landlord_is_of_the_one_that_is_chosen(tmp_path: Path) -> None:
    """The first alone, then one that names hers: neither hides the other."""
    bare = "\n".join(
        line.replace(";bailleur", "").replace(";Nord Habitat", "")
        for line in _survey().decode().splitlines()
    ).encode()
    with served(tmp_path / "d", tmp_path / "geo") as page:
        page.desk.check = lambda **_: None  # type: ignore[method-assign]
        page.desk.edit([(("dossier", "bailleur"), "Nord Habitat"), (("dossier", "annee"), 2025)])
        for name, data in (("enquete 2021.csv", bare), ("enquete 2023.csv", _survey())):
            page.post("/deposer", {"geste": "deposer"}, files=[("fichiers", (name, data))])
            page.desk.cancel()
        owners = {n: f.bailleur for n, f in load_settings(page.desk.file).enquete.fichiers.items()}
        assert owners == {"enquete 2021.csv": "Nord Habitat", "enquete 2023.csv": ""}
        assert "Aucune colonne ne nomme l’organisme" in page.get("/deposer").text
        form = {"geste": "corriger", "nom": ["enquete 2021.csv", "enquete 2023.csv"],
                "role0": "enquete", "vague0": "2021", "organisme0": "Sud Habitat",
                "role1": "enquete", "vague1": "2023"}  # fmt: skip
        page.post("/deposer", form)
        inputs, faults = gather_inputs(load_settings(page.desk.file))
        read = {d.table.file: set(d.table.frame["bailleur"]) for d in inputs.deliveries}
        assert read == {"enquete 2021.csv": {"Sud Habitat"}, "enquete 2023.csv": {"Nord Habitat"}}
        assert not [f for f in faults if f.code == "enquete_colonne_absente"]


def test_a_cell_that_is_no_longer_there_is_said(page: Served) -> None:
    name = load_settings(page.desk.file).fichiers.patrimoine
    page.desk.outlook = Outlook((Fault("valeur_vide", Place(name, "Parc", 5, "Absente"), "", {}),))
    before = {p: p.read_bytes() for p in page.folder.iterdir() if p.is_file()}
    answer = page.post("/fautes", {f"v|{name}|Parc|5|Absente": "14"})
    page.desk.cancel()
    assert CATALOGUE["correction_sans_cellule"].title in answer.text
    assert {p: p.read_bytes() for p in page.folder.iterdir() if p.is_file()} == before


def test_a_decision_taken_while_files_are_checked_is_kept(page: Served) -> None:
    """What a check gives back was read before the decision, which is put back and waits for the next."""
    limit = {**dict.fromkeys(REVIEW_COLUMNS, ""), "id_residence": "R1", POSITION: 0}
    address = {"identifiant": "R1", "adresse": "1 rue A", "ligne": 3}
    doubt = Doubt(limit, address, listed=False, euros=known(1), dwellings=known(3))
    page.desk.outlook = Outlook(doubts=(doubt,))
    page.desk.begin("verifier", _slow, Outlook(doubts=(doubt,)))
    form = {"cle": key_of(doubt), "choix": "dans", "auteur": "C. Roy", "piece": "plan"}
    answer = page.post("/doutes", form)
    assert answer.status_code == 200
    assert page.desk.busy
    page.wait()
    assert page.desk.job is not None
    assert page.desk.outlook.doubts[0].limit["decision"] == "dans"
    assert page.desk.pending == {key_of(doubt)}
    path = page.folder / load_settings(page.desk.file).fichiers.decisions
    assert read_limit_decisions(path)["decision"].tolist() == ["dans"]
    title = CATALOGUE["decision_non_ecrite"].title.partition("{")[0]
    for lacking in ({**form, "auteur": ""}, {k: v for k, v in form.items() if k != "choix"}):
        assert title in page.post("/doutes", lacking).text
    page.post("/doutes", {"geste": "defaire"})
    assert read_limit_decisions(path)["decision"].tolist() == [""]


def test_a_pack_asked_for_during_a_check_is_begun_and_what_comes_behind_is_told(
    page: Served, tmp_path: Path
) -> None:
    with served(tmp_path / "occupe", tmp_path / "geo") as other:
        desk = other.desk
        assert desk.begin("verifier", _slow)
        check = desk.job
        assert check is not None
        assert desk.begin("dossier", _slow)  # a check gives way: it is not what was asked for
        assert check.cancelled
        assert desk.job is not check
        assert not desk.begin("apporter", _slow)
        assert desk.messages == (words.BUSY.format(work="Le dossier se fait"),)
        assert "Le dossier se fait" in other.get("/avancement").text
        other.wait()


def test_what_is_said_stays_on_the_screen_where_it_was_asked(page: Served) -> None:
    file = [("fichiers", ("notes.csv", b"a;b\n1;2\n"))]
    told = words.UNKNOWN.format(name="notes.csv")
    assert told in page.post("/deposer", {"geste": "deposer"}, files=file).text
    assert told in page.get("/deposer").text
    assert told not in page.get("/noms").text
    assert told not in page.get("/deposer").text


def test_the_sheet_of_a_workbook_is_chosen(page: Served, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_stock()))
    book.copy_worksheet(book["Parc"]).title = "Parc 2024"
    with served(tmp_path / "feuilles", tmp_path / "geo") as other:
        other.desk.check = lambda **_: None  # type: ignore[method-assign]
        head = {"geste": "tete", "bailleur": "B", "titre": "T", "annee": "2025",
                "date": "2026-02-10", "agglomeration": "non"}  # fmt: skip
        other.post("/depart", head)
        assert load_settings(other.desk.file).reglages.agglomeration_plus_50000 is False
        carried = {"QN05991I": "12 500", "QN05992M": "?"}  # without an amount it stays, as a fault
        other.post("/depart", head | {"report": "QN05991I : 12 500\r\n\r\nQN05992M\r\n"})
        assert load_settings(other.desk.file).reglages.report_eur == carried
        assert ">QN05991I : 12 500\nQN05992M : ?\n</textarea>" in other.get("/depart").text
        twice = {"report": "QN05991I : 12 500\nQN05991I : 300"}  # neither is lost: not an amount
        other.post("/depart", head | twice)
        assert load_settings(other.desk.file).reglages.report_eur == {"QN05991I": "12 500 ; 300"}
        other.post("/depart", head | {"report": "QN05991I : 12 500\nQN05992M"})
        other.post("/depart", head)  # of a form without the field: kept
        assert load_settings(other.desk.file).reglages.report_eur == carried
        other.post("/depart", head | {"report": " "})
        assert load_settings(other.desk.file).reglages.report_eur == {}
        file = [("fichiers", ("Parc.xlsx", _bytes(book)))]
        shown = other.post("/deposer", {"geste": "deposer"}, files=file).text
        assert '<option value="Parc 2024">' in shown
        form = {"geste": "corriger", "nom": "Parc.xlsx", "role0": "patrimoine"}
        for sheet, kept in (("Parc 2024", "Parc 2024"), ("zut", "Parc 2024"), ("Parc", "Parc")):
            other.post("/deposer", form | {"feuille0": sheet})
            assert load_settings(other.desk.file).reglages.feuilles["patrimoine"] == kept


def test_a_fault_with_a_screen_for_remedy_sends_there_in_place_of_a_command(page: Served) -> None:
    page.desk.outlook = Outlook((Fault("adresses_absentes"), Fault("plancher_a_confirmer")))
    shown = page.get("/fautes").text
    assert 'href="/depart"' in shown
    assert CATALOGUE["adresses_absentes"].title in shown
    assert "tfpb geodonnees" not in shown
    assert "dossier.toml" not in shown


def test_a_full_disk_is_told_as_files_come_in(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("starlette.formparsers.MultiPartParser.parse", full)
    file = [("fichiers", ("notes2.csv", b"a;b\n1;2\n"))]
    answer = page.post("/deposer", {"geste": "deposer"}, files=file)
    assert answer.status_code == 200
    assert "Ce qui n’a pas pu être fait" in answer.text
    assert CATALOGUE["ecriture_impossible"].title.partition("{")[0] in answer.text


def test_a_disk_that_fills_during_a_run_is_told_as_the_system_says_it(page: Served) -> None:
    page.desk.begin("dossier", _full)
    page.wait()
    shown = page.get("/dossier").text
    assert CATALOGUE["ecriture_impossible"].title.partition("{")[0] in shown
    assert "erreur qui lui est propre" not in shown


def test_what_was_to_be_sent_is_still_to_be_sent_while_it_says_what_is_open(page: Served) -> None:
    assert 'value="non" checked' in page.get("/dossier").text
    page.desk.begin("dossier", _left_open)
    page.wait()
    shown = page.get("/dossier").text
    assert 'value="oui" checked' in shown
    assert 'value="non" checked' not in shown


def _left_open(_tell: object) -> None:
    raise TfpbError([Fault("envoi_a_confirmer", fields={"ouvert": "la marge"})])


def _full(_tell: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "rapport.pdf")


def _slow(_send: object, found: Outlook | None = None) -> Outlook:
    time.sleep(1)
    return found or Outlook()


def test_a_file_that_is_none_is_said_and_not_named(page: Served) -> None:
    answer = page.post(
        "/deposer", {"geste": "deposer"}, files=[("fichiers", ("photo.xlsx", b"\x89PNG\r\n"))]
    )
    page.desk.cancel()
    assert "Ce qui n’a pas pu être fait" in answer.text
    assert "une image" in answer.text
    assert not (page.folder / "photo.xlsx").exists()


def test_the_next_year_begins_beside(page: Served) -> None:
    told = page.post("/dossier", {"geste": "suivante"})
    assert told.status_code == 200
    folder = page.folder.with_name(f"{page.folder.name}-2026")
    settings = load_settings(folder / "dossier.toml")
    assert (settings.dossier.annee, settings.fichiers.programme_precedent) == (
        2026,
        "Programme 2025.xlsx",
    )
    assert settings.fichiers.enquete == ("enquete 2023.csv",)  # current waves
    assert settings.enquete.fichiers["enquete 2023.csv"].vague == "2023"
    assert (folder / "plan_enquete.toml").is_file()
    assert (folder / "enquete 2023.csv").is_file()
    assert settings.fichiers.programme == ""
    assert "Repris : " in told.text
    assert "À déposer à nouveau, s’il y a lieu : " in told.text
    opened = page.post("/dossier", {"geste": "ouvrir"})
    assert page.desk.folder == folder
    assert 'value="2026"' in page.get("/depart").text
    assert opened.status_code == 200
    page.desk.open(page.folder)
    assert load_settings(page.desk.file).dossier.annee == 2025


@pytest.mark.parametrize(
    ("balance", "owed", "said"),
    [
        ("", {}, ["Ce qui se reporte de 2025 n’est pas connu"]),
        (
            "QN05991I;2025;45927,93\nQN05992M;2025;0\nQN05993N;2025;\nQN05991I;2024;3\n",
            {"QN05991I": "45927.93", "QN05992M": "0"},
            ["45\u202f928\u202f€ (QN05991I). Si", "faute d’abattement établi : QN05993N."],
        ),
        ("QN05992M;2025;0\n", {"QN05992M": "0"}, ["rien ne se reporte de 2025"]),
        ("QN05992M;2024;7000\n", {}, ["Ce qui se reporte de 2025 n’est pas connu"]),
    ],
)
def test_the_next_year_takes_what_this_one_leaves_not_what_it_was_owed(
    tmp_path: Path, balance: str, owed: dict[str, str], said: list[str]
) -> None:
    desk = Desk(tmp_path / "valmont", lambda _settings: tmp_path)
    desk.edit([(("dossier", "date"), dt.date(2026, 2, 10)), (("dossier", "annee"), 2025)])
    desk.edit([(("reglages", "report_eur"), {"QN05991I": "12500", "QN05993N": "1"})])
    if balance:
        table = f"code_qpv;annee;rattrapage_eur\n{balance}".encode()
        write_pack(
            desk.folder / "dossier", {"technique/run.json": b"{}", "donnees/bilan.csv": table}, {}
        )
    told = " ".join(next_year(desk, tmp_path / "valmont-2026"))
    head = load_settings(tmp_path / "valmont-2026" / "dossier.toml")
    assert head.reglages.report_eur == owed
    assert head.dossier.date == dt.date.today()  # noqa: DTZ011 - the day where the person is
    assert "La date du dossier est celle d’aujourd’hui" in told
    assert all(part in told for part in said)
    assert ("Ce qui se reporte" in told) == ("Ce qui se reporte" in said[0])


def test_each_screen_has_its_picture_in_the_guide_and_the_first_command_names_the_page() -> None:
    root = Path(__file__).parents[3]
    guide = (root / "docs" / "guide.md").read_text(encoding="utf-8")
    for screen in SCREENS:
        name = f"images/page-{screen}.png"
        assert (root / "docs" / name).stat().st_size > 10_000
        assert name in guide
    last = (root / "scripts" / "example.sh").read_text(encoding="utf-8").splitlines()[-1]
    assert "$tfpb ouvrir " in last


def test_settings_that_cannot_be_read_are_said_on_every_screen(page: Served) -> None:
    """Last of all: it spoils the dossier."""
    good = page.desk.file.read_bytes()
    for wrong in (b"[dossier\nannee = 2025", b"[dossier]\nannee = 2025\n"):
        page.desk.file.write_bytes(wrong)
        for screen in SCREENS:
            answer = page.get(f"/{screen}")
            assert answer.status_code == 200, screen
            assert "dossier.toml" in answer.text, screen
            assert "Ce qui n’a pas pu être fait" in answer.text, screen
    page.desk.file.write_bytes(good)
    page.desk.plan_file.write_bytes(b"[items")
    assert page.get("/questions").status_code == 200
    assert page.get("/colonnes").status_code == 200


def test_a_release_that_was_stopped_asks_still_after_files_changed_outside(page: Served) -> None:
    page.desk.begin("dossier", _contradicted)
    page.wait()
    buttons = 'name="sort" value="remplacer"'
    assert buttons in page.get("/dossier").text
    page.desk.begin("verifier", _slow)  # as the page does of itself once a file changed
    page.wait()
    shown = page.get("/dossier").text
    assert buttons in shown
    assert '<input type="hidden" name="vague" value="2023">' in shown
    assert 'value="oui" checked' in shown
    page.desk.begin("dossier", _slow)  # what goes through asks no more
    page.wait()
    assert buttons not in page.get("/dossier").text


def _contradicted(_tell: object) -> None:
    fields = {"vague": "2023", "date": "2026-01-05", "nombre": 2, "exemples": "hall : 61 pour 58"}
    raise TfpbError([Fault("diffusion_contredite", fields=fields)])
