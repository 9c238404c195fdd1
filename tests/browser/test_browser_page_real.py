"""Bondy as a landlord keeps it, by the page alone: from files dropped to a full pack, counted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_player import Player, entered

from effort import tries
from served_page import served
from tfpb.io.sources.toml_files import load_settings

sys.path.insert(0, str(Path(__file__).parents[1] / "real"))

from landlord_bondy import landlord_files  # beside the other tests of real files

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not tries(0, 1), reason="deux dossiers par la page : TFPB_ESSAIS=tous"),
]


def test_bondy_goes_from_its_files_to_a_full_pack(
    browser: Browser, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "garde"))  # as users have one
    files = landlord_files(tmp_path, real_data / "bondy_93010")
    stock, geography = files[0], files[-3:]
    with served(tmp_path / "Convention de Bondy", tmp_path / "geo") as page_of:
        player = entered(browser, page_of)
        player.type("#bailleur", "Bailleurs de Bondy")
        player.type("#annee", "2024")
        player.click("button.principal")
        player.go("deposer")
        player.drop([stock, *geography])
        _confirm(player, "colonnes")
        _make(player)
        assert (page_of.folder / "dossier" / "carte.html").is_file()
        first = player.minutes
        print("patrimoine seul :", player.told())  # noqa: T201 - the same
        player.go("deposer")
        player.drop(files[1:-3])
        for screen in ("colonnes", "noms", "questions"):
            _confirm(player, screen)
        player.go("fautes")
        assert page_of.desk.outlook.wrong == (), player.page.inner_text("main")
        _make(player)
        print("dossier complet :", player.told())  # noqa: T201
        doubts = len(page_of.desk.outlook.doubts)
        start = player.minutes
        player.go("doutes")
        for side in ("dans", "hors", "dans", "hors", "dans", "hors", "dans"):
            form = player.page.locator(".doute", has=player.page.locator("input[value=dans]")).first
            player.choices += 1
            form.locator(f"input[value={side}]").check()
            for name, text in (("auteur", "C. Roy"), ("piece", "plan de masse")):
                if form.locator(f"input[name={name}]").input_value() != text:
                    player.fields += 1
                    player.keys += len(text)
                    form.locator(f"input[name={name}]").fill(text)
            player.clicks += 1
            with player.page.expect_navigation():
                form.locator("button.principal").click()
        decided = player.minutes - start
        print(f"sept doutes sur {doubts} : {decided:.1f} min")  # noqa: T201
        settings = load_settings(page_of.folder / "dossier.toml")
        assert settings.fichiers.decisions == "dossier_a_verifier.xlsx"
        assert settings.reglages.recopier == ("patrimoine.id_residence",)
        player.go("reponses")
        while (asked := player.page.locator(".doute:not(.decide) button[value=inconnu]")).count():
            player.choices += 1
            with player.page.expect_navigation():
                asked.first.click()
        _make(player, sent=True)
        print("envoyé :", player.told())  # noqa: T201
        assert len(page_of.desk.sends) == 1
        assert player.complaints == []
        assert (player.clicks + player.choices, player.fields) <= (60, 15), player.told()
    if os.getloadavg()[0] < (os.cpu_count() or 1) * 2:  # minutes are the machine's too
        assert first < 5
        assert start < 20
        assert decided < 3


def _confirm(player: Player, screen: str) -> None:
    """Look at a screen, and confirm what it proposes."""
    player.go(screen)
    if player.page.locator("main button.principal").count():
        player.click("main button.principal")


def _make(player: Player, *, sent: bool = False) -> None:
    player.go("dossier")
    for where in ("[name=diffuser][value=oui]", "[name=quand_meme]") if sent else ():
        player.choose(where, "")
    player.click("main button.principal")
    assert player.served.desk.job is not None
    assert player.served.desk.job.faults == ()
