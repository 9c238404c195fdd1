"""The journal of the page: nothing typed is lost, two tabs, undo, what a hand changed, a kill."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from served_page import Served, served
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.desk import Desk, Gesture, in_gesture
from tfpb.page.journal import JOURNAL, OUTSIDE, Journal
from tfpb.page.undoing import undo
from tfpb.words.faults.sentences import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = {"geste": "tete", "brouillon": "tete", "bailleur": "Nord Habitat", "titre": "Essai", "annee": "2025",
        "date": "2026-02-10", "convention": "", "qui": "patrimoine"}  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "dossier", tmp_path / "geo") as made:
        made.desk.check = lambda **_: None
        made.post("/depart", HEAD)
        yield made


def typed(page: Served, **fields: str) -> None:
    form = {f"champ:{name}": value for name, value in fields.items()}
    answer = page.post("/brouillon", {"ecran": "depart", "brouillon": "tete", **form})
    assert answer.status_code == 204


def tab(page: Served) -> str:
    """Return the token of a form as a tab opened now bears it."""
    return f"{page.keys.token}@{page.desk.journal.last}"


def test_what_is_typed_is_kept_shown_again_and_gone_once_recorded(page: Served) -> None:
    typed(page, titre="Un autre titre")
    assert "Un autre titre" in page.get("/depart").text
    again = Desk(page.folder, lambda _settings: page.folder)  # the page of after a kill
    assert again.journal.drafts_of("depart") == {"tete": {"titre": "Un autre titre"}}
    page.post("/depart", {**HEAD, "titre": "Un autre titre"})
    assert load_settings(page.desk.file).dossier.titre == "Un autre titre"
    assert not page.desk.journal.drafts_of("depart")
    assert not Journal(page.folder).drafts_of("depart")
    typed(page, titre="Abandonné")
    typed(page)  # « Oublier cette saisie »
    assert not Journal(page.folder).drafts_of("depart")


def test_what_a_refused_form_bore_is_kept(page: Served) -> None:
    form = {"cle": "R1", "brouillon": "R1", "choix": "dans", "piece": "plan de masse"}
    answer = page.post("/doutes", form)
    assert CATALOGUE["decision_sans_objet"].title in answer.text
    assert page.desk.journal.drafts_of("doutes")["R1"]["piece"] == "plan de masse"


def test_a_tab_that_is_behind_keeps_what_another_wrote_and_is_refused_what_both_changed(
    page: Served,
) -> None:
    behind = tab(page)
    page.post("/depart", {**HEAD, "jeton": tab(page), "titre": "Du premier onglet"})
    page.post(
        "/depart", {**HEAD, "jeton": behind, "convention": "Nord"}
    )  # its title is as it was shown
    head = load_settings(page.desk.file).dossier
    assert (head.titre, head.convention) == ("Du premier onglet", "Nord")
    answer = page.post("/depart", {**HEAD, "jeton": behind, "titre": "Du second"})
    assert CATALOGUE["modifie_ailleurs"].title.partition("{quoi}")[2] in answer.text
    assert load_settings(page.desk.file).dossier.titre == "Du premier onglet"
    assert int(page.get("/vivant").text) == page.desk.journal.last > int(behind.partition("@")[2])
    page.desk.note("calcul", "une réponse")  # what a computation answers is no other tab
    assert int(page.get("/vivant").text) < page.desk.journal.last


def test_a_gesture_is_taken_back_unless_its_value_moved_since(page: Served) -> None:
    page.post("/depart", {**HEAD, "titre": "Deuxième"})
    second = page.desk.journal.last
    shown = page.get("/journal").text
    assert "En-tête du dossier" in shown
    assert "dossier › titre : Essai → Deuxième" in shown
    assert "patrimoine" in shown  # who
    page.post("/journal", {"numero": str(second)})
    assert load_settings(page.desk.file).dossier.titre == "Essai"
    assert "(défait)" in page.get("/journal").text
    page.post("/depart", {**HEAD, "titre": "Troisième"})
    third = page.desk.journal.last
    edit_toml(page.desk.file, [(("dossier", "titre"), "À la main")])
    answer = page.post("/journal", {"numero": str(third)})
    assert CATALOGUE["modifie_ailleurs"].title.partition("{quoi}")[2] in answer.text
    assert load_settings(page.desk.file).dossier.titre == "À la main"
    assert OUTSIDE in [act.gesture for act in page.desk.journal.acts]
    assert "Changé hors de la page" in page.get("/journal").text
    again = page.post("/journal", {"numero": str(second)})
    assert CATALOGUE["geste_depasse"].title in again.text


def test_what_a_run_writes_is_no_gesture_from_outside(page: Served) -> None:
    desk, review = page.desk, page.desk.folder / "revue.xlsx"
    edit_toml(desk.file, [(("fichiers", "decisions"), review.name)])
    review.write_bytes(b"1")
    desk.notice_outside()
    before = len(desk.journal.acts)
    job: Any = SimpleNamespace(running=True, kind="projet", result=None)
    desk._job = job
    review.write_bytes(b"22")
    desk.notice_outside()
    assert len(desk.journal.acts) == before
    desk._job = None
    desk.notice_outside()
    assert len(desk.journal.acts) == before + 1


def test_the_list_of_items_is_taken_back_whole(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lambda _settings: tmp_path)
    plan = tmp_path / "plan_enquete.toml"
    text = "# mes questions\n[reglages]\nmarge_points = 5.0\n"
    text += "".join(f'\n[[items]]\ncolonnes = ["q{k}"]\nlibelle = "Q{k}"\n' for k in range(3))
    plan.write_text(text, encoding="utf-8")
    with in_gesture(Gesture("questions")):
        desk.write(edits={plan: [(("items", 1, "libelle"), "Autre"), (("items", 0), None)]})
    moved = plan.read_text(encoding="utf-8")
    assert "Autre" in moved
    assert "q0" not in moved
    (change,) = desk.journal.acts[-1].changes
    assert change.keys == ("items",)
    undo(desk, 1)
    import tomllib

    back = tomllib.loads(plan.read_text(encoding="utf-8"))
    assert [i["libelle"] for i in back["items"]] == ["Q0", "Q1", "Q2"]
    assert back["reglages"]["marge_points"] == 5.0


def test_days_and_tables_come_back_from_the_line_as_they_went(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lambda _settings: tmp_path)
    reply = {"reponse": "garder", "par": "patrimoine", "le": dt.date(2026, 3, 2)}
    desk.edit([(("dossier", "annee"), 2027), (("reponses", "a1"), reply)])
    (act,) = Journal(tmp_path).acts
    assert {c.keys: c.after for c in act.changes} == {
        ("dossier", "annee"): 2027, ("reponses", "a1"): reply,
    }  # fmt: skip
    assert act == desk.journal.acts[0]


def test_a_torn_line_counts_for_nothing_and_hides_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for k in range(3):
        journal.write({tmp_path / "a": b"%d" % k}, who="", screen="s", gesture="g")
    path = tmp_path / JOURNAL
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(last, len(whole), 7):
        path.write_bytes(whole[:cut])
        again = Journal(tmp_path)
        assert len(again.acts) == 2
        again.keep("s", "f", {"champ": "é"})
        assert len(Journal(tmp_path).acts) == 2
        assert Journal(tmp_path).drafts_of("s") == {"f": {"champ": "é"}}
    path.write_bytes(b"[1]\n{}\nnul\n\xff\n" + whole)
    assert len(Journal(tmp_path).acts) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="un arrêt au milieu d’un geste demande fork")
def test_a_kill_at_each_step_of_a_gesture_leaves_it_whole_or_not_begun(tmp_path: Path) -> None:
    """A child is stopped at the first, second… call that reaches the disk; then the page starts again."""
    ended = False
    for step in range(1, 40):
        folder = tmp_path / str(step)
        desk = Desk(folder, lambda _settings, here=folder: here)
        desk.edit([(("dossier", "titre"), "Avant")])
        desk.journal.keep("depart", "tete", {"titre": "Après"})
        child = os.fork()
        if not child:
            _stop_at(step)
            with in_gesture(Gesture("depart", "tete", form="tete")):
                desk.write(
                    {folder / "copie.csv": b"copie"}, {desk.file: [(("dossier", "titre"), "Après")]}
                )
            os._exit(0)
        ended = os.waitpid(child, 0)[1] == 0
        again = Desk(folder, lambda _settings, here=folder: here)
        text = again.file.read_text(encoding="utf-8")
        done, there = 'titre = "Après"' in text, (folder / "copie.csv").is_file()
        assert done == there == (len(again.journal.acts) == 2), step
        kept = again.journal.drafts_of("depart")
        assert kept == ({} if done else {"tete": {"titre": "Après"}}), step
        assert not [a for a in again.journal.acts if a.gesture == OUTSIDE]
        if ended:
            break
    assert ended
    assert step > 6


def _stop_at(step: int) -> None:
    """Stop this process as a power cut would, at its nth call that reaches the disk."""
    calls = 0
    sync, rename, unlink = os.fsync, Path.replace, Path.unlink

    def counted(call: Any) -> Any:
        def stopped(*args: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                os._exit(9)
            return call(*args, **options)

        return stopped

    os.fsync, Path.replace, Path.unlink = counted(sync), counted(rename), counted(unlink)  # type: ignore[method-assign]


def test_every_line_is_one_object(page: Served) -> None:
    typed(page, titre="x\ny")
    for line in (page.folder / JOURNAL).read_text(encoding="utf-8").splitlines():
        assert isinstance(json.loads(line), dict)


def stock(homes: int) -> bytes:
    lines = [f"R{k};{k} RUE A;59000;LILLE;12" for k in range(1, homes + 1)]
    return "\n".join(["id_residence;adresse;code_postal;commune;nb_logements", *lines]).encode()


def drop(page: Served, name: str, data: bytes) -> str:
    return page.post("/deposer", {"geste": "deposer"}, files=[("fichiers", (name, data))]).text


def waiting(page: Served, name: str) -> str:
    """Return where the content of a file that waits is kept."""
    (found,) = (page.folder / "versions").glob(f"{Path(name).stem}.*")
    return found.relative_to(page.folder).as_posix()


def test_a_drop_replaces_nothing_unasked_and_is_taken_back(page: Served) -> None:
    drop(page, "parc.csv", stock(5))
    shown = drop(page, "parc.csv", stock(7))  # a corrected one, of the same name
    assert load_settings(page.desk.file).fichiers.patrimoine == "parc.csv"
    assert "À revoir" in shown
    assert "7 lignes" in shown
    assert "5 lignes" in shown
    again = Desk(page.folder, lambda _settings: page.folder)  # asked after a restart too
    assert [a.lines for a in again.journal.acts if a.gesture == "revoir"] == [
        ("parc.csv", "patrimoine", waiting(page, "parc.csv"))
    ]
    form = {"geste": "revoir", "nom": "parc.csv", "choix": "remplace"}
    assert "À revoir" not in page.post("/deposer", form).text
    assert page.get("/deposer").status_code == 200
    assert load_settings(page.desk.file).fichiers.patrimoine == "parc.csv"
    assert (page.folder / "parc.csv").read_bytes() == stock(7)
    number = max(a.part_of or a.number for a in page.desk.journal.acts if a.changes)
    assert "remplacé par un fichier du même nom" in page.get("/journal").text
    page.post("/journal", {"numero": str(number)})
    assert (page.folder / "parc.csv").read_bytes() == stock(5)
    assert load_settings(page.desk.file).fichiers.patrimoine == "parc.csv"
    undone = max(a.part_of or a.number for a in page.desk.journal.acts if a.changes)
    page.post("/journal", {"numero": str(undone)})  # what was taken back is not taken back again
    assert (page.folder / "parc.csv").read_bytes() == stock(5)
    drop(page, "autre.csv", stock(3))
    left = {"geste": "revoir", "nom": "autre.csv", "autre": "parc.csv", "choix": "autre"}
    assert "À revoir" not in page.post("/deposer", left).text
    assert load_settings(page.desk.file).fichiers.patrimoine == "parc.csv"


def test_a_delivery_of_a_wave_that_is_there_waits_and_another_wave_does_not(page: Served) -> None:
    def delivery(shift: int) -> bytes:
        lines = [
            f"{k};Nord Habitat;R{k % 5 + 1};1;{a};{a};{a}"
            for k in range(60)
            for a in [(k + shift) % 4 + 1]
        ]
        return "\n".join(["id_enquete;bailleur;residence;poids;q1;q2;q3", *lines]).encode()

    drop(page, "enquete 2023.csv", delivery(0))
    drop(page, "enquete 2019.csv", delivery(1))
    assert load_settings(page.desk.file).fichiers.enquete == (
        "enquete 2023.csv",
        "enquete 2019.csv",
    )
    assert "À revoir" in drop(page, "enquete 2023 corrigee.csv", delivery(2))
    form = {"geste": "revoir", "nom": "enquete 2023 corrigee.csv", "autre": "enquete 2023.csv"}
    page.post("/deposer", {**form, "choix": "remplace"})
    settings = load_settings(page.desk.file)
    assert set(settings.fichiers.enquete) == {"enquete 2019.csv", "enquete 2023 corrigee.csv"}
    assert settings.enquete.fichiers["enquete 2023 corrigee.csv"].vague == "2023"


def test_a_delivery_that_names_no_landlord_is_of_the_landlord_of_the_dossier(page: Served) -> None:
    def delivery(*, named: bool) -> bytes:
        lines = [
            f"{k};{'Autre;' * named}R{k % 5 + 1};1;{a};{a};{a}"
            for k in range(60)
            for a in [k % 4 + 1]
        ]
        return "\n".join(
            [f"id_enquete;{'bailleur;' * named}residence;poids;q1;q2;q3", *lines]
        ).encode()

    shown = drop(page, "enquete 2023.csv", delivery(named=False))
    assert "lues comme celles de « Nord Habitat »" in shown
    assert page.desk.plan is not None
    assert page.desk.plan.colonnes.bailleur_fixe == "Nord Habitat"
    drop(page, "enquete 2019.csv", delivery(named=True))  # the names of this one are not hidden
    assert page.desk.plan.colonnes.bailleur_fixe == ""


def test_settings_are_mended_as_text_and_what_cannot_be_read_is_refused(page: Served) -> None:
    text = page.desk.file.read_text(encoding="utf-8")
    form = {"geste": "reglages", "fichier": "dossier.toml", "brouillon": "dossier.toml"}
    page.post("/fautes", {**form, "texte": text.replace("Essai", "Corrigé")})
    assert load_settings(page.desk.file).dossier.titre == "Corrigé"
    answer = page.post("/fautes", {**form, "texte": "[dossier"})
    assert CATALOGUE["toml_illisible"].title in answer.text
    assert load_settings(page.desk.file).dossier.titre == "Corrigé"
    assert page.desk.journal.drafts_of("fautes")["dossier.toml"]["texte"] == "[dossier"
    page.post("/fautes", {**form, "fichier": "../ailleurs.toml", "texte": "a = 1"})
    assert not (page.folder.parent / "ailleurs.toml").exists()


def test_gestures_since_the_pack_was_asked_for_are_counted_even_while_it_was_made(
    page: Served,
) -> None:
    desk = page.desk
    assert desk.gestures_since_pack == 0  # no pack
    desk.note("faire", "un projet")
    page.post("/depart", {**HEAD, "titre": "Pendant le calcul"})
    desk.note("fait", "dossier")
    assert desk.gestures_since_pack == 1
    page.post("/depart", {**HEAD, "titre": "Après"})
    assert desk.gestures_since_pack == 2
    desk.note("faire", "à transmettre")  # refused: the pack that stands is the one before
    assert desk.gestures_since_pack == 2
    desk.note("faire", "un projet")
    desk.note("fait", "dossier")
    assert desk.gestures_since_pack == 0
