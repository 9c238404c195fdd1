"""Counts are of what was computed: a decision is answered by the stages, whatever was clicked."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from effort import by_night, tries
from example_pack import undecided, without
from served_page import Served, served
from tfpb.facts.amount import known
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.doubt_decisions import is_signed, key_of
from tfpb.page.entries.filled_list import filled_now, still_held
from tfpb.page.next_year import next_year
from tfpb.review.review_workbook import read_address_decisions, read_limit_decisions
from tfpb.words.page.answer_words import moved_figures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tfpb.page.outlook import Doubt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(
    tmp_path_factory: pytest.TempPathFactory, example: Path, geodata: Path, stages: Path
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("comptes") / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    undecided(folder)
    without(folder, "enquete", "plan", "droit_commun", "diagnostics")
    with pytest.MonkeyPatch.context() as patch, served(folder, geodata) as made:
        patch.setenv("TFPB_CACHE", str(stages))
        made.desk.check = lambda **_: None  # `look` does it here
        yield made


def badge(page: Served) -> str:
    """Return what the screens' list says of doubts."""
    line = next(part for part in page.get("/doutes").text.split("<li>") if 'href="/doutes"' in part)
    return (
        ""
        if "compte" not in line
        else line.rpartition('"compte')[2].partition(">")[2].partition("<")[0]
    )


def decide(page: Served, doubt: Doubt, choice: str) -> None:
    form = {"cle": key_of(doubt), "choix": choice, "auteur": "C. Roy", "piece": "plan"}
    page.post("/doutes", form)


def test_a_decision_is_answered_by_what_the_stages_make_of_it(page: Served) -> None:
    assert badge(page) == "…"  # not computed is not nil
    assert "Rien à décider" not in page.get("/doutes").text
    page.look()
    first = page.desk.outlook
    count = len([d for d in first.doubts if d.is_open])
    assert badge(page) == str(count)
    near = [d for d in first.doubts if d.is_open and d.limit]
    settled = next(d for d in near if d.dwellings is not None and d.dwellings.at_least)
    decide(page, settled, "hors")
    assert page.desk.pending == {key_of(settled)}
    assert badge(page) == "…"
    page.look()
    assert badge(page) == str(count - 1)
    shown = page.get("/doutes").text
    address = settled.address["adresse"]
    assert f"Tranché : {address}" in shown
    assert "Logements à vérifier : " in shown
    assert "→" in shown
    before, after = (o.dwellings["logements_a_verifier"] for o in (first, page.desk.outlook))
    assert after.exact == before.exact - settled.dwellings.exact


def test_the_side_of_a_point_is_the_one_that_the_stages_find_there(page: Served) -> None:
    """Moved out of its quarter, or into it: what is said as it moves is what the next computation answers."""
    one = next(d for d in page.desk.outlook.doubts if d.is_open and d.limit and d.map)
    assert one.map is not None
    sides = {}
    for far in range(0, 400, 25):
        at = {"x": f"{one.map.x + far:.1f}", "y": f"{one.map.y:.1f}"}
        answer = page.get("/lieu", params={"cle": key_of(one), **at}).json()
        sides.setdefault(answer.partition(",")[0].partition("(")[0], (at, answer))
    assert {"Ici : en quartier ", "Ici : hors quartier"} & set(sides)
    at, answer = next(v for k, v in sides.items() if "douteux" not in k)
    form = {"cle": key_of(one), "choix": "deplacer", "auteur": "C. Roy", "piece": "plan", **at}
    page.post("/doutes", form)
    page.look()
    moved = next(d for d in page.desk.outlook.doubts if key_of(d) == key_of(one))
    assert {"dans": "en quartier", "hors": "hors quartier"}[moved.status] in answer
    page.post("/doutes", {"geste": "defaire"})
    page.look()
    astray = {"cle": key_of(one), "x": "1", "y": "2"}
    assert "hors de la commune" in page.get("/lieu", params=astray).json()
    assert page.get("/lieu", params={"cle": key_of(one), "x": "nord", "y": "2"}).json() == ""


def test_addresses_of_the_base_are_proposed_as_they_are_typed(page: Served) -> None:
    found = ((d, str(d.address.get("trouvee"))) for d in page.desk.outlook.doubts)
    read = ((d, re.match(r"\d+\S* (.+?),? \d{5} ", text)) for d, text in found)
    one, street = next((d, m[1]) for d, m in read if m)
    typed = {"cle": key_of(one), "texte": street[:-2].upper()}
    assert street in page.get("/adresses", params=typed).json()
    assert page.get("/adresses", params={**typed, "texte": ""}).json() == []
    assert page.get("/adresses", params={**typed, "cle": "aucune"}).json() == []


def test_house_numbers_are_drawn_where_there_is_room(page: Served) -> None:
    drawn = [d.map.numbers for d in page.desk.outlook.doubts if d.map]
    assert any(drawn)
    for numbers in drawn:
        for zoom in (1, 2, 4):
            shown = [(x, y) for x, y, _, least in numbers if least <= zoom]
            assert all(
                abs(x - u) * zoom > 24 or abs(y - v) * zoom > 13
                for k, (x, y) in enumerate(shown)
                for u, v in shown[:k]
            )


@by_night("test_a_decision_is_answered_by_what_the_stages_make_of_it")
def test_a_choice_that_settles_nothing_leaves_the_doubt_open(page: Served) -> None:
    one = next(d for d in page.desk.outlook.doubts if d.is_open and d.address)
    count = badge(page)
    decide(page, one, "introuvable")
    page.look()
    assert badge(page) == count
    shown = page.get("/doutes").text
    assert f"Encore douteux : {one.address['adresse']}" in shown
    assert "le calcul doute encore" in shown
    page.post("/doutes", {"geste": "defaire"})
    page.look()
    again = next(d for d in page.desk.outlook.doubts if key_of(d) == key_of(one))
    assert again.address["decision"] == ""


@by_night("test_cli_to_do.py")
def test_what_is_to_do_is_filled_here_and_read_by_the_next_run(page: Served) -> None:
    page.look()
    risk, programme, place, proof = (
        next(one for one in page.desk.outlook.to_do if one.task.kind.code == kind)
        for kind in ("signaler", "programmer", "situer", "prouver")
    )
    cells = [
        (risk, "service fiscal", "2027-02-01", "en_cours"), (programme, "", "", "fait"),
        (place, "", "", ""), (proof, "agence", "", "en_cours"),
    ]  # fmt: skip
    form: dict[str, object] = {"cle": [one.task.key for one, *_ in cells]}
    for k, (_, who, day, state) in enumerate(cells):
        form |= {f"qui{k}": who, f"pour_quand{k}": day, f"etat{k}": state, f"avant{k}": "x"}
    stale = {"qui2": "quelqu’un", "pour_quand2": "", "etat2": "fait", "avant2": "quelqu’un||fait"}
    page.post("/a_faire", {**form, **stale})  # the third was not touched: another tab may have been
    assert load_settings(page.desk.file).fichiers.a_faire == "a_faire.csv"
    page.look()
    found = {one.task.key: one.task for one in page.desk.outlook.to_do}
    assert (found[risk.task.key].typed, str(found[risk.task.key].day)) == (
        "service fiscal",
        "2027-02-01",
    )
    assert found[risk.task.key].state == "en_cours"
    assert (
        found[programme.task.key].role == programme.task.role
    )  # an empty cell is what is proposed
    assert not found[programme.task.key].is_open
    assert found[place.task.key].is_open
    assert "service fiscal" in page.get("/a_faire").text
    assert programme.task.key not in page.get("/a_faire").text
    assert programme.task.key in page.get("/a_faire?quoi=toutes").text
    carried = still_held(page.desk, dt.date(2026, 12, 1))
    assert list(carried) == [risk.task.key]  # what is done is to do again, actions are of a year
    assert carried[risk.task.key].day == dt.date(2027, 2, 1)
    assert still_held(page.desk, dt.date(2027, 3, 1))[risk.task.key].day is None
    page.post("/journal", {"numero": page.desk.journal.last})
    assert not load_settings(page.desk.file).fichiers.a_faire
    assert filled_now(page.desk) == {}


@pytest.mark.skipif(not tries(0, 1), reason="deux années de plus : TFPB_ESSAIS=tous")
def test_the_year_after_carries_what_was_decided(page: Served, tmp_path: Path) -> None:
    """Sides on one map; where the map changes, addresses alone."""
    page.look()
    one = next(
        d for d in page.desk.outlook.doubts if d.address.get("choix") or d.address.get("trouvee")
    )
    decide(page, one, "accepter")
    page.look()
    signed = [d for d in page.desk.outlook.doubts if is_signed(d)]
    assert len(signed) >= 2
    same, other = tmp_path / "valmont-2026", tmp_path / "autre"
    lines = " ".join(next_year(page.desk, same))
    assert "décisions" in lines.lower()
    settings = load_settings(same / "dossier.toml")
    sides = read_limit_decisions(settings.path(settings.fichiers.decisions))
    assert [d for d in sides["decision"] if d] == [
        d.limit["decision"] for d in signed if d.limit.get("decision")
    ]
    assert settings.fichiers.conventions
    assert settings.fichiers.fiscalite_precedente
    assert not settings.fichiers.fiscalite
    page.desk.edit([(("dossier", "annee"), 2024)])  # ruled by the map of 2015
    assert "les adresses décidées sont reprises" in " ".join(next_year(page.desk, other))
    settings = load_settings(other / "dossier.toml")
    kept = settings.path(settings.fichiers.decisions)
    assert not [d for d in read_limit_decisions(kept)["decision"] if d]
    assert len(read_address_decisions(kept)) == 1
    page.desk.edit([(("dossier", "annee"), 2025)])


def test_figures_that_did_not_move_are_said_so() -> None:
    held = {"logements_qpv": known(12), "acquis": known(3)}
    assert moved_figures(held, held) == [
        "Aucun montant ni aucun compte de logements n’en est changé."
    ]
    (line,) = moved_figures(held, {**held, "logements_qpv": known(14)})
    assert line == "Logements en quartier : 12 logements → 14 logements"


def test_a_fault_that_stops_leaves_doubts_not_computed(page: Served) -> None:
    """Last of all: it spoils the dossier."""
    stock = page.folder / page.desk.settings.fichiers.patrimoine
    stock.write_bytes(b"\x89PNG\r\n")
    page.look()
    shown = page.get("/doutes").text
    assert "Pas encore calculé" in shown
    assert "corrigez-les" in shown
    assert badge(page) == "…"
