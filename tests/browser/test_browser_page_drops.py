"""What is dropped in a real browser: templates filled in, a map that is bad, a file that comes again."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest
from page_player import Player, entered, serious

from served_page import Served, served
from tfpb.io.sources.toml_files import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROWS = {
    "patrimoine.xlsx": {"id_residence": "1001", "adresse": "1 rue de la Forge", "code_postal": "59999",
                        "commune": "Valmont-sur-Orve", "nb_logements": 12},
    "conventions.xlsx": {"id_convention": "C1", "codes_qpv": "QN05991I",
                         "date_signature_convention": "01/03/2024"},
    "droit_commun.xlsx": {"id_residence": "1001", "indicateur": "Propreté", "cout_eur": 1200},
    "liste_declaree.xlsx": {"id_residence": "1001", "declare_le": "15/01/2025"},
    "programme.xlsx": {"id_action": "A1", "axe": 3, "code_qpv": "QN05991I", "action": "Bancs",
                       "valorise_eur": 900},
}  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "dossier", tmp_path / "geo") as made:
        yield made


def _filled(player: Player, folder: Path) -> list[Path]:
    """Download each template that the screen offers, and fill in one row."""
    out = []
    player.page.locator("details summary").first.click()
    for name, row in ROWS.items():
        with player.page.expect_download() as got:
            player.page.click(f"a[href='/modele/{name}']")
        book = openpyxl.load_workbook(io.BytesIO(got.value.path().read_bytes()))
        sheet = book.worksheets[0]
        header = next(r for r in sheet.iter_rows() if r[1].value in row or r[0].value in row)
        for cell in header:
            if cell.value in row:
                sheet.cell(cell.row + 1, cell.column).value = row[str(cell.value)]
        out.append(folder / name)
        book.save(out[-1])
    return out


def test_templates_come_back_and_a_bad_map_stops_no_good_one(
    browser: Browser, page: Served, example: Path, tmp_path: Path
) -> None:
    player = entered(browser, page)
    player.type("#bailleur", "Habitat Valmontois")
    player.type("#annee", "2025")
    player.type("#date", "2026-02-10")
    player.click("button.principal")
    player.go("deposer")
    bad = tmp_path / "quartiers 2024.geojson"
    bad.write_text("{", encoding="utf-8")
    good = shutil.copy(
        example / "geodonnees_sources" / "qpv2024_valmont.geojson", tmp_path / "q.geojson"
    )
    player.drop([*_filled(player, tmp_path), bad, good])
    files = load_settings(page.folder / "dossier.toml").fichiers
    assert (files.patrimoine, files.conventions) == ("patrimoine.xlsx", "conventions.xlsx")
    assert (files.droit_commun, files.declaration) == ("droit_commun.xlsx", "liste_declaree.xlsx")
    assert (files.programme, files.fiscalite) == ("programme.xlsx", "")
    shown = player.page.inner_text("main")
    assert "À revoir" not in shown
    assert (tmp_path / "geo" / "qpv-2024.json").is_file()
    cards = player.page.locator("section[aria-label='Cartes et adresses'] form")
    states = [cards.nth(k).inner_text() for k in range(cards.count())]
    assert ["refusé" in t for t in states] == ["quartiers 2024" in t for t in states]
    assert serious(player.page) == []

    book = openpyxl.load_workbook(tmp_path / "patrimoine.xlsx")  # the same name, another count
    book.worksheets[0].cell(
        6, [c.value for c in book.worksheets[0][5]].index("nb_logements") + 1
    ).value = 14
    book.save(tmp_path / "patrimoine.xlsx")
    player.drop([tmp_path / "patrimoine.xlsx"])
    player.click("section[aria-label='À revoir'] button.principal")
    assert "À revoir" not in player.page.inner_text("main")
    assert sorted(p.name for p in page.folder.glob("patrimoine*")) == ["patrimoine.xlsx"]
    kept = openpyxl.load_workbook(page.folder / "patrimoine.xlsx").worksheets[0]
    assert 14 in [c.value for c in kept[6]]
    assert player.complaints == []
