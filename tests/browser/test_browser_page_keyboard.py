"""The ten screens by keyboard alone, on files with what a landlord's have; pictures of the guide on the way.

`sh scripts/pictures.sh` makes the pictures anew.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from page_player import Typist, entered, picture

from effort import tries
from served_page import served
from tfpb.io.sources.toml_files import load_settings, read_plan
from tfpb.review.review_workbook import read_limit_decisions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not tries(0, 1), reason="une minute au clavier : TFPB_ESSAIS=tous"),
]
PICTURES = os.environ.get("TFPB_IMAGES_PAGE", "")
FILES = (
    "patrimoine.xlsx", "enquete_2019.csv", "enquete_2023.xlsx", "fiscalite_2025.xlsx",
    "1_599990001_59_20260105_0900_V2024.csv", "programme_2025.xlsx", "programme_2024.xlsx",
    "droit_commun.csv", "conventions.csv", "diagnostics.csv",
)  # fmt: skip


def _kept_badly(example: Path, folder: Path) -> list[Path]:
    """Copy the example with a header, a rate, a cell, a mark, a quarter and a theme as landlords write."""
    paths = [Path(shutil.copy(example / name, folder / name)) for name in FILES]
    for name, cells in (
        (
            "patrimoine.xlsx",
            {"E4": "Adresse du site", "I5": "quarante-six", "R4": "Situation", "R8": "Vendu"},
        ),
        ("fiscalite_2025.xlsx", {"K5": 0.5234}),
        ("programme_2025.xlsx", {"B4": "Présence humaine", "C5": "Le Moulin"}),
    ):
        book = openpyxl.load_workbook(folder / name)
        sheet = book.worksheets[0]
        for place, value in cells.items():
            sheet[place].value = value
        book.save(folder / name)
    return paths


def _left(page: Page) -> int:
    """Return how many doubts the screen says are left."""
    return int(page.inner_text("main a[href='/doutes']").split()[0])


def test_the_eleven_screens_are_done_by_keyboard_alone(
    browser: Browser, geodata: Path, stages: Path, example: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TFPB_CACHE", str(stages))
    (tmp_path / "fichiers").mkdir()
    files = _kept_badly(example, tmp_path / "fichiers")
    with served(tmp_path / "Convention 2025", geodata) as page_of:
        player = entered(browser, page_of)
        page, hand = player.page, Typist(player)
        page.reload()

        def keep(screen: str, height: int = 900) -> None:
            if PICTURES:
                picture(page, Path(PICTURES) / f"page-{screen}.png", height)

        assert "Il manque" not in page.inner_text("main")  # addresses and maps are there
        hand.type("#bailleur", "Habitat Valmontois")
        hand.type("#annee", "2025")
        hand.to("#agglomeration")
        page.keyboard.press("o")
        keep("depart")
        hand.enter("main button.principal")

        hand.go("deposer")
        hand.to("#fichiers")
        with page.expect_navigation(timeout=120_000):
            with page.expect_file_chooser() as chosen:
                page.keyboard.press("Enter")
            chosen.value.set_files(files)
        player.settle()
        keep("deposer", 1100)

        hand.go("colonnes")
        hand.to("input[value=proportion]")
        page.keyboard.press("Space")
        keep("colonnes", 1000)
        hand.enter("main button.principal")
        settings = load_settings(page_of.folder / "dossier.toml")
        assert settings.reglages.colonnes == {"patrimoine.adresse": "Adresse du site"}
        assert settings.reglages.lectures == {"fiscalite.taux_commune_pct": "proportion"}
        assert settings.reglages.agglomeration_plus_50000

        hand.go("noms")
        assert page.input_value("select[aria-label*='Le Moulin']") == "QN05992M"  # proposed
        hand.to("select[aria-label*='Présence humaine']")
        page.keyboard.press("ArrowDown")
        keep("noms", 700)
        hand.enter("main button.principal")
        settings = load_settings(page_of.folder / "dossier.toml")
        assert settings.alias.quartiers == {"Le Moulin": "QN05992M"}
        assert settings.themes["Présence humaine"].axe == 1

        hand.go("questions")
        hand.type("#marge_par", "comité de pilotage")
        hand.to("#marge_le")
        page.keyboard.type("01152025")
        keep("questions")
        hand.enter("main button.principal")
        plan, _ = read_plan(page_of.folder / "plan_enquete.toml")
        assert plan is not None
        assert str(plan.reglages.marge_adoptee_le) == "2025-01-15"

        hand.go("fautes")
        hand.type("input[name^='v|patrimoine.xlsx']", "46")
        keep("fautes")
        hand.enter()
        assert page_of.desk.outlook.wrong == (), page.inner_text("main")

        hand.go("reponses")
        (asked,) = page_of.desk.outlook.asked
        keep("reponses", 700)
        hand.type("input[name=piece]", "acte de vente")
        page.keyboard.press("Enter")  # no answer is chosen so
        assert not load_settings(page_of.folder / "dossier.toml").reponses
        hand.enter(".doute button[value=garder]")
        given = load_settings(page_of.folder / "dossier.toml").reponses[asked.question.key]
        assert (given.reponse, given.piece) == ("garder", "acte de vente")

        hand.go("doutes")
        before = _left(page)
        assert page.locator(".doute").count() == 1  # one a screen
        hand.to(".doute .point")
        page.keyboard.press("ArrowLeft")
        hand.to(".doute input[value=deplacer]")  # moving the point chose it
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        hand.type("input[name=auteur]", "C. Roy")
        hand.type("input[name=piece]", "plan de masse")
        keep("doutes", 1000)
        hand.enter()
        assert _left(page) == before - 1
        settings = load_settings(page_of.folder / "dossier.toml")
        rows = read_limit_decisions(settings.path(settings.fichiers.decisions))
        assert [d for d in rows["decision"] if d] == ["dans"]

        hand.go("apercu")
        keep("apercu")
        hand.go("a_faire")
        hand.type("input[name=qui0]", "Agence Nord")
        hand.to("select[name=etat0]")
        page.keyboard.press("ArrowDown")
        keep("a_faire", 800)
        hand.enter("main form button.principal")
        filled = (page_of.folder / "a_faire.csv").read_text(encoding="utf-8-sig")
        assert "Agence Nord" in filled
        assert ";en cours;" in filled
        hand.go("dossier")
        hand.enter("main button.principal")
        hand.to("a[href='/pack/note.pdf']")
        keep("dossier", 1000)
        assert (page_of.folder / "dossier" / "dossier.zip").is_file()
        assert player.complaints == []
        page.context.close()
