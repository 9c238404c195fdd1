"""Counts are of what was computed: a decision is answered by the stages, whatever was clicked."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from effort import tries
from example_pack import undecided, without
from served_page import Served, served
from tfpb.facts.amount import known
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.doubt_decisions import is_signed, key_of
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
