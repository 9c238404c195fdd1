"""The local page in a real browser: the example from its files to its pack, by mouse and by keyboard."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import openpyxl
import pytest
from page_player import DESK, LARGE, PHONE, SCREENS, Player, entered, serious
from typer.testing import CliRunner

from effort import by_night, tries
from served_page import Served, served
from tfpb.cli.app import app
from tfpb.io.sources.toml_files import load_settings
from tfpb.review.review_workbook import read_address_decisions, read_limit_decisions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
FILES = (
    "patrimoine.xlsx", "enquete_2019.csv", "enquete_2023.xlsx", "fiscalite_2025.xlsx",
    "1_599990001_59_20260105_0900_V2024.csv", "programme_2025.xlsx", "programme_2024.xlsx",
    "droit_commun.csv", "conventions.csv", "diagnostics.csv",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def kept(stages: Path) -> Iterator[None]:
    """Take what the example's stages gave where it is the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(stages))
        yield


@pytest.fixture(scope="module")
def example_page(tmp_path_factory: pytest.TempPathFactory, geodata: Path) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("page") / "Convention 2025", geodata) as made:
        yield made


@pytest.fixture(scope="module")
def played(browser: Browser, example_page: Served, example: Path) -> Player:
    """Play the example from its files to the pack; what each screen looks like is kept if asked."""
    player = entered(browser, example_page)
    page = player.page
    assert page.url.endswith("/depart")
    player.type("#bailleur", "Habitat Valmontois")
    player.type("#annee", "2025")
    player.type("#date", "2026-02-10")
    player.click("button.principal")
    page.goto(f"{example_page.address}/depart")
    assert "Saisie gardée" not in page.inner_text("main")  # sent within 150 ms of its last letter
    player.go("deposer")
    player.drop([example / name for name in FILES])
    for screen in ("colonnes", "noms", "questions"):
        player.go(screen)
        if screen == "questions":
            player.type("#marge_par", "comité de pilotage")
            player.type("#marge_le", "2025-01-15")
        if page.locator("main button.principal").count():
            player.click("main button.principal")
    player.go("fautes")
    player.go("doutes")
    player.go("dossier")
    player.click("main button.principal")
    return player


def test_clicks_alone_lead_from_files_to_a_pack(played: Player, example_page: Served) -> None:
    pack = example_page.folder / "dossier"
    for name in ("dossier.xlsx", "note.pdf", "carte.html", "dossier.zip"):
        assert (pack / name).stat().st_size > 10_000
    settings = load_settings(example_page.folder / "dossier.toml")
    assert settings.fichiers.enquete == ("enquete_2019.csv", "enquete_2023.xlsx")
    assert settings.fichiers.programme_precedent == "programme_2024.xlsx"
    assert played.complaints == []
    assert all(r.startswith((example_page.address, "data:")) for r in played.requests)
    print(played.told())  # noqa: T201 - the figures of benchmarks/results.toml
    assert played.minutes < 20


def test_a_command_makes_the_same_bytes_of_the_same_folder(
    played: Player, example_page: Served, geodata: Path, tmp_path: Path
) -> None:
    result = CliRunner().invoke(
        app,
        ["dossier", str(example_page.folder), "--sortie", str(tmp_path / "autre"),
         "--geodonnees", str(geodata)],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    ours = (example_page.folder / "dossier" / "dossier.zip").read_bytes()
    assert (tmp_path / "autre" / "dossier.zip").read_bytes() == ours
    told = example_page.post(
        "/dossier", {"geste": "comparer"}, files={"autre": ("avant.zip", ours, "application/zip")}
    )
    assert "De avant.zip (calcul " in told.text


def test_the_map_works_in_the_browser_though_it_is_of_no_origin(
    browser: Browser, played: Player, example_page: Served
) -> None:
    player = entered(browser, example_page)
    player.page.goto(f"{example_page.address}/pack/carte.html")
    player.page.wait_for_selector("body[data-pret=oui]")
    assert player.page.evaluate("self.origin") == "null"
    assert player.complaints == []
    player.page.context.close()


def test_nothing_of_a_person_is_in_the_folder(played: Player, example_page: Served) -> None:
    """The example's survey has telephones and verbatims, its export the name of an occupant."""
    folder = example_page.folder
    book = openpyxl.load_workbook(folder / "enquete_2023.xlsx")["Base"]
    head = {c.value: c.column for row in book.iter_rows(max_row=6) for c in row if c.value}
    column = head["telephone"]
    cells = [book.cell(row, column).value for row in range(7, book.max_row + 1)]
    assert not [c for c in cells if c]
    text = (folder / "1_599990001_59_20260105_0900_V2024.csv").read_text(encoding="utf-8-sig")
    rows = [line.split(";") for line in text.splitlines()]
    at = next(k for row in rows for k, c in enumerate(row) if c == "Nom de l'occupant")
    assert {row[at] for row in rows if len(row) > at} <= {"", "Nom de l'occupant"}


SIZES = {"390": PHONE, "1366": DESK, "200 %": LARGE}
"""The narrowest by day: there a table is thinnest, and what is read aloud is the same."""


@pytest.mark.parametrize("size", list(SIZES)[: tries(1, 3)])
def test_axe_finds_nothing_serious_on_any_screen(
    browser: Browser, played: Player, example_page: Served, size: str
) -> None:
    player = entered(browser, example_page, SIZES[size])
    found = {}
    for screen in SCREENS:
        player.page.goto(f"{example_page.address}/{screen}")
        player.page.evaluate(
            "document.querySelectorAll('details').forEach(d => { d.open = true; })"
        )
        found[screen] = serious(player.page)
        thin = player.page.evaluate(
            "Math.min(999, ...[...document.querySelectorAll('tbody th, td, caption')]"
            ".filter(e => e.offsetParent && e.textContent.length > 5).map(e => e.clientWidth))"
        )
        assert thin >= 60, (screen, thin)  # a word a line, not a letter
        wide = player.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (screen, wide)
    player.page.context.close()
    assert found == {screen: [] for screen in SCREENS}
    assert player.complaints == []


def test_a_doubt_is_decided_by_keyboard_alone_and_is_on_the_disk_at_once(
    browser: Browser, played: Player, example_page: Served
) -> None:
    player = entered(browser, example_page)
    page = player.page
    page.goto(f"{example_page.address}/doutes?vue=liste")
    before = page.locator(".doute").count()
    assert before == 5
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "saut"
    page.keyboard.press("Enter")

    def until(test: str, most: int = 60) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches('{test}')"):
                return
        raise AssertionError(test)

    until(".doute input[value=dans]")
    page.keyboard.press("Space")
    until("input[name=auteur]")
    page.keyboard.type("C. Roy")
    until("input[name=piece]")
    page.keyboard.type("plan de masse")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    settings = load_settings(example_page.folder / "dossier.toml")
    path = settings.path(settings.fichiers.decisions)
    (decided,) = [r for r in read_limit_decisions(path).to_dict("records") if r["decision"]]
    assert (decided["decision"], decided["auteur"], decided["piece"]) == (
        "dans", "C. Roy", "plan de masse",
    )  # fmt: skip
    assert page.locator(".doute").count() == 4
    page.click("text=Défaire la dernière décision")
    assert not [r for r in read_limit_decisions(path).to_dict("records") if r["decision"]]
    page.context.close()


def test_a_point_is_moved_by_arrows_and_by_mouse(
    browser: Browser, played: Player, example_page: Served
) -> None:
    player = entered(browser, example_page)
    page = player.page
    page.goto(f"{example_page.address}/doutes?vue=liste")
    form = page.locator(".doute").first
    point, x = form.locator(".point"), form.locator("input[name=x]")
    first = float(x.input_value())
    point.focus()
    page.keyboard.press("Shift+ArrowRight")
    assert float(x.input_value()) == pytest.approx(first + 10, abs=0.11)
    assert form.locator("input[value=deplacer]").is_checked()
    box = point.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + 10, steps=4)
    page.mouse.up()
    assert float(x.input_value()) < first + 10
    moved = float(x.input_value())
    form.locator("input[name=auteur]").fill("C. Roy")
    form.locator("input[name=piece]").fill("vu sur place")
    with page.expect_navigation():
        form.locator("button.principal").click()
    settings = load_settings(example_page.folder / "dossier.toml")
    path = settings.path(settings.fichiers.decisions)
    (decided,) = [d for d in read_address_decisions(path) if d.x]
    assert float(decided.x) == pytest.approx(moved)
    page.click("text=Défaire la dernière décision")
    assert not [d for d in read_address_decisions(path) if d.x]
    page.context.close()


@by_night(
    "test_page_counts.py, test_a_doubt_is_decided_by_keyboard_alone_and_is_on_the_disk_at_once"
)
def test_addresses_are_proposed_and_doubts_gone_through_by_keyboard(
    browser: Browser, played: Player, example_page: Served
) -> None:
    player = entered(browser, example_page)
    page = player.page
    page.goto(f"{example_page.address}/doutes")
    page.keyboard.press("j")
    page.wait_for_url("**p=2**")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**p=1**")
    assert page.locator(".numero:visible").count() > 5
    shown = page.locator(".numero:visible").count()
    page.keyboard.press("+")
    assert page.get_attribute(".doute svg", "data-zoom") == "2"
    page.keyboard.press("-")
    assert page.locator(".numero:visible").count() == shown
    typed = page.locator("input[name=adresse]")
    typed.focus()
    page.keyboard.type("3 rue")
    page.wait_for_selector("[role=option]")
    assert typed.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    proposed = page.inner_text("[role=option][aria-selected=true]")
    page.keyboard.press("Enter")  # it chooses; it does not send the form
    assert typed.input_value() == proposed
    assert page.locator("input[value=corriger]").is_checked()
    assert page.locator("[role=option]:visible").count() == 0
    page.keyboard.type(" x")
    page.keyboard.press("Escape")
    assert page.locator("[role=option]:visible").count() == 0
    point = page.locator(".doute .point")
    point.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.locator(".ici", has_text="Ici :").wait_for()
    assert player.complaints == []
    page.context.close()


def test_a_residence_is_decided_whole_by_four_keys_and_taken_back_at_once(
    browser: Browser, played: Player, example_page: Served
) -> None:
    example_page.wait(900)  # what the test before took back is computed again
    player = entered(browser, example_page)
    page = player.page
    page.goto(f"{example_page.address}/doutes")
    assert "sont dans 4 résidences : une case décide" in page.inner_text("main")
    while not page.locator("[name=groupe]").count():
        page.click("nav a[rel=next]")
    page.keyboard.press("r")
    assert page.is_checked("[name=groupe]")
    page.keyboard.press("h")
    if page.evaluate("document.activeElement.name") == "auteur":  # it is known from the second on
        page.keyboard.type("C. Roy")
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "piece"
    page.keyboard.type("plan de masse")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    path = example_page.folder / "dossier_a_verifier.xlsx"
    rows = read_limit_decisions(path)
    decided = rows[rows["decision"] != ""]
    assert list(decided["decision"]) == ["hors", "hors"]
    assert decided["id_residence"].nunique() == 1
    page.click("text=Défaire la dernière décision")
    assert not [d for d in read_limit_decisions(path)["decision"] if d]
    assert player.complaints == []
    page.context.close()


def test_what_is_decided_on_the_page_is_read_as_what_is_filled_in_the_workbook(
    browser: Browser, played: Player, example_page: Served, tmp_path: Path
) -> None:
    """The same rows, decisions and words: what the run, and the workbook that it writes anew, rest on."""
    name = "dossier_a_verifier.xlsx"
    by_book = tmp_path / name
    shutil.copy(example_page.folder / name, by_book)
    player = entered(browser, example_page)
    page = player.page
    page.goto(f"{example_page.address}/doutes?vue=liste")
    sides = ("dans", "hors", "dans")
    keys = []
    for side in sides:
        form = page.locator(".doute").first
        keys.append(form.locator("input[name=cle]").input_value())
        form.locator(f"input[value={side}]").check()
        form.locator("input[name=auteur]").fill("C. Roy")
        form.locator("input[name=piece]").fill("plan de masse")
        form.locator("input[name=date]").fill("2026-02-03")
        with page.expect_navigation():
            form.locator("button.principal").click()
    page.context.close()
    _fill(by_book, dict(zip(keys, sides, strict=True)))
    by_page = example_page.folder / name
    one, other = read_limit_decisions(by_page), read_limit_decisions(by_book)
    assert sorted(one["decision"]) == ["", "", "dans", "dans", "hors"]
    assert one.to_csv() == other.to_csv()
    assert read_address_decisions(by_page) == read_address_decisions(by_book)


def test_a_run_that_is_stopped_leaves_the_pack_as_it_was(
    played: Player, example_page: Served
) -> None:
    archive = example_page.folder / "dossier" / "dossier.zip"
    before = archive.read_bytes()
    beside = sorted(p.name for p in example_page.folder.iterdir())
    example_page.post("/dossier", {"geste": "faire", "diffuser": "non"})
    job = example_page.desk.job
    assert job is not None
    while job.running and len(job.progress.stages) < 3:
        time.sleep(0.01)
    reached = len(job.progress.stages)
    said = example_page.get("/avancement").text
    # The run goes on while the page is made: it tells the stage of either moment.
    assert any(stage in said for stage in job.progress.stages[reached - 1 :])
    answer = example_page.post("/arreter", {"retour": "dossier"})
    assert job.cancelled
    assert not job.running
    assert "est resté tel quel" in answer.text
    assert archive.read_bytes() == before
    assert sorted(p.name for p in example_page.folder.iterdir()) == beside


def _fill(path: Path, decided: dict[str, str]) -> None:
    """Fill the sheet « Limites » as a person does."""
    import datetime as dt

    book = openpyxl.load_workbook(path)
    sheet = book["Limites"]
    top = next(r[0].row for r in sheet.iter_rows() if "auteur" in [c.value for c in r])
    names = {c.value: c.column for c in sheet[top]}
    left = dict(decided)
    for row in range(top + 1, sheet.max_row + 1):
        home, door, line = (
            str(sheet.cell(row, names[n]).value or "")
            for n in ("id_residence", "id_batiment", "adresse")
        )
        key = next((k for k in left if k.startswith(f"{home} {door}".strip()) and line in k), None)
        if key is None:
            continue
        cells = {
            "decision": left.pop(key), "auteur": "C. Roy", "piece": "plan de masse",
            "date": dt.date(2026, 2, 3),
        }  # fmt: skip
        for name, value in cells.items():
            sheet.cell(row, names[name]).value = value
    assert not left
    book.save(path)
