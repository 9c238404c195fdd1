"""A landlord of Charleville-Mézières by the page alone, in a browser: counted, and equal to what was drawn.

    python benchmarks/journey/play.py FOLDER [--donnees ../shared/data]

Needs chromium. Someone drops the files, confirms, answers, decides and releases; the one table that is filled
in is the template of conventions that the page gives. What each screen says and looks like is kept in FOLDER.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import shutil
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import Locator, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from charleville import YEAR, make  # noqa: E402 - beside this file
from page_player import Player, entered  # noqa: E402 - beside the tests of the page

from served_page import served  # noqa: E402

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
MOST_SCREENS = 60
EURO = 1.0
HOME = ("identifiant de la résidence", "résidence, comme dans le patrimoine")
"""What the group's column is, in the stock and in a survey."""


class Journey:
    """A player, the truth it plays against, and what stopped it."""

    def __init__(self, player: Player, folder: Path, truth: dict[str, Any]) -> None:
        self.player, self.page, self.folder, self.truth = player, player.page, folder, truth
        self.shots = 0
        self.trips: list[str] = []
        self.dead_ends: list[str] = []
        self.began = time.monotonic()

    def look(self, name: str) -> str:
        """Keep what a screen says and looks like."""
        self.shots += 1
        text = re.sub(r"\n{2,}", "\n", self.page.inner_text("main"))
        base = self.folder / "ecrans" / f"{self.shots:02d}-{name}"
        base.parent.mkdir(exist_ok=True)
        base.with_suffix(".txt").write_text(text, encoding="utf-8")
        self.page.screenshot(path=base.with_suffix(".png"), full_page=True)
        print(
            f"{time.monotonic() - self.began:6.0f} s  {base.name:28} {self.player.told()}",
            flush=True,
        )
        return text

    def press(self, button: Locator) -> None:
        """Press a button of a form; what it starts goes on behind."""
        self.player.choices += 1
        with self.page.expect_navigation(timeout=120_000):
            button.click()

    def confirm(self, screen: str) -> None:
        """Look at a screen, and confirm what it proposes."""
        self.player.go(screen)
        self.look(screen)
        if screen == "questions":
            self.player.type("#marge_par", "direction")
            self.player.type("#marge_le", "2024-01-15")
        button = self.page.locator("main button.principal")
        if button.count():
            self.player.click("main button.principal")
            self.look(f"{screen}-confirme")

    def template(self, name: str, rows: list[dict[str, str]]) -> Path:
        """Take a template from the page, and fill it in: the one trip to Excel that the journey allows."""
        self.player.click("main details:has(a[href^='/modele/']) summary")
        with self.page.expect_download() as given:
            self.page.click(f"a[href='/modele/{name}']")
        self.player.clicks += 1
        book = openpyxl.load_workbook(io.BytesIO(given.value.path().read_bytes()))
        sheet = book.worksheets[0]
        top = next(
            row[0].row for row in sheet.iter_rows() if {str(c.value) for c in row} >= {*rows[0]}
        )
        heads = {cell.value: cell.column for cell in sheet[top]}
        for k, row in enumerate(rows, top + 1):
            for head, value in row.items():
                sheet.cell(k, heads[head]).value = value
        path = self.folder / name
        book.save(path)
        self.trips.append(f"modèle {name} rempli")
        return path

    def begin(self) -> None:
        """Say whose dossier it is, of what year and day."""
        self.player.type("#bailleur", "Ardennes Logis")
        self.player.type("#annee", str(YEAR))
        self.player.type("#date", "2025-02-10")
        self.look("depart")
        self.player.click("main .fiche button.principal")

    def bring(self, files: list[Path], codes: list[str]) -> None:
        """Drop every file at once, the filled template with them."""
        self.player.go("deposer")
        filled = self.template(
            "conventions.xlsx",
            [{"id_convention": "C1", "codes_qpv": " ; ".join(codes), "contrat_de_ville": "Ardenne Métropole",
              "date_signature_contrat": "28/05/2015", "date_signature_convention": "15/12/2015",
              "date_declaration": "18/12/2023", "date_fin": "31/12/2024"}],
        )  # fmt: skip
        self.player.drop([*files, filled])
        self.look("deposer")

    def columns(self) -> None:
        """Confirm the columns, the group of the surveys named by hand where it is not proposed."""
        self.player.go("colonnes")
        self.look("colonnes")
        for select in self.page.locator("select[aria-label='Ce qu’est la colonne Gpe']").all():
            if not select.input_value():
                names = select.locator("option").all_text_contents()
                self.player.choices += 1
                select.select_option(label=next(n for n in names if n in HOME))
        self.player.click("main button.principal:has-text('Confirmer')")
        self.look("colonnes-confirme")

    def answer(self) -> None:
        """Answer what is asked: codes of each wave as drawn, pasted rows once, the year of the sheet."""
        self.player.go("reponses")
        self.look("reponses")
        asked: list[str] = []
        for _ in range(MOST_SCREENS):
            waiting = self.page.locator(".doute:not(.decide)")
            if not waiting.count():
                self.player.settle()  # an answer may raise another question
                if not waiting.count():
                    break
            form = waiting.first
            text = form.inner_text()
            buttons = form.locator("button[name=reponse]")
            said = [b.inner_text() for b in buttons.all()]
            pick = choice(text, said)
            asked.append(f"{text.splitlines()[0]} -> {said[pick]}")
            self.press(buttons.nth(pick))
        self.player.settle()
        self.look("reponses-donnees")
        (self.folder / "questions.txt").write_text("\n".join(asked), encoding="utf-8")
        print("\n".join(asked), flush=True)

    def decide(self) -> None:
        """Say of each résidence near a limit which side it is on."""
        self.player.go("doutes")
        self.look("doutes")
        for _ in range(MOST_SCREENS):
            forms = self.page.locator(
                ".doute:not(.decide)", has=self.page.locator("input[value=dans]")
            )
            if not forms.count():
                break
            form = forms.first
            address = form.locator("h2").inner_text()
            number = next(code for code in self.truth["cote"] if f"{code}" in form.inner_text())
            side = self.truth["cote"][number]
            self.player.choices += 1
            form.locator(f"input[value={side}]").check()
            if form.locator("input[name=groupe]").count():
                self.player.choices += 1
                form.locator("input[name=groupe]").check()
            for name, text in (("auteur", "chargé de mission"), ("piece", "plan de masse")):
                if form.locator(f"input[name={name}]").input_value() != text:
                    self.player.fields += 1
                    self.player.keys += len(text)
                    form.locator(f"input[name={name}]").fill(text)
            self.player.clicks += 1
            print("  doute", address, side, flush=True)
            with self.page.expect_navigation():
                form.locator("button.principal").click()
        self.player.settle()
        self.look("doutes-tranches")

    def run(self, *, sent: bool) -> None:
        """Make the draft, or the release."""
        self.player.go("dossier")
        self.look("dossier")
        for where in ("[name=diffuser][value=oui]", "[name=quand_meme]") if sent else ():
            self.player.choose(where, "")
        self.player.click("main button.principal")
        self.look("dossier-envoye" if sent else "dossier-projet")
        job = self.player.served.desk.job
        for fault in job.faults if job is not None else ():
            self.dead_ends.append(f"{fault.code} {fault.place} {fault.got}")

    def download(self, name: str) -> bytes:
        """Save a file as the page offers it."""
        self.player.clicks += 1
        with self.page.expect_download() as given:
            self.page.locator(f"a[href$='{name}?telecharger']").first.click()
        return given.value.path().read_bytes()


def hold(true: bool, words: str) -> None:  # noqa: FBT001
    """Stop where something is not as it has to be."""
    if not true:
        raise SystemExit(words)


def compared(archive: bytes, truth: dict[str, Any]) -> list[str]:
    """Say each main figure of a sent archive and the drawn one, equal to the euro."""
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        name = next(n for n in held.namelist() if n.endswith("donnees/faits.csv"))
        rows = csv.DictReader(io.StringIO(held.read(name).decode("utf-8-sig")), delimiter=";")
        total = {r["nom"]: r for r in rows if r["portee"] == "total"}
    out, wrong = [], []
    for name, drawn in truth["chiffres"].items():
        low, high = (float(total[name][c].replace(",", ".")) for c in ("valeur_bas", "valeur_haut"))
        out.append(f"{name} : {low:.2f} à {high:.2f}, tiré {drawn:.2f}")
        if max(abs(low - drawn), abs(high - drawn)) > EURO:
            wrong.append(out[-1])
    hold(not wrong, "\n".join(wrong))
    return out


def choice(text: str, said: list[str]) -> int:
    """Choose as someone who knows the files: each wave's best code, « oui », else the first row."""
    if wave := re.search(r"vague (\d{4})", text.splitlines()[0]):
        best = {"2021": "1", "2024": "4"}[wave[1]]
        return next(k for k, one in enumerate(said) if one.startswith(f"{best} veut dire très"))
    known = ("oui", "toutes sont des logements")
    return next((k for k, one in enumerate(said) if one.startswith(known)), 0)


def play(folder: Path, data: Path) -> None:
    """Play it from the first screen to the archive that is sent."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files, truth = make(data, folder / "fichiers")
    (folder / "verite.json").write_text(
        json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    with sync_playwright() as driver, served(folder / "Convention", folder / "geo") as of_page:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        journey = Journey(entered(browser, of_page), folder, truth)
        journey.begin()
        journey.bring(files, truth["codes"])
        journey.columns()
        for screen in ("noms", "questions"):
            journey.confirm(screen)
        journey.answer()
        journey.player.go("fautes")
        journey.look("fautes")
        for fault in of_page.desk.outlook.wrong:
            print("  FAUTE", fault.code, fault.place, fault.got, flush=True)
        journey.run(sent=False)
        journey.decide()
        journey.player.go("apercu")
        journey.look("apercu")
        journey.player.go("a_faire")
        journey.look("a_faire")
        journey.run(sent=True)
        hold(len(of_page.desk.sends) == 1, f"{journey.dead_ends}")
        archive = journey.download("dossier.zip")
        (folder / "recu.zip").write_bytes(archive)
        sent = of_page.desk.sends[0] / "dossier.zip"
        hold(archive == sent.read_bytes(), f"{sent}")
        print(*compared(archive, truth), sep="\n")
        print(journey.player.told())
        print(f"impasses : {len(journey.dead_ends)}", *journey.dead_ends)
        print(f"passages par Excel : {len(journey.trips)}", *journey.trips)
        hold(not (journey.dead_ends or journey.player.complaints), f"{journey.player.complaints}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--donnees", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args()
    play(options.folder.resolve(), options.donnees)
