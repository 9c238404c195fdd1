"""The example with three more fictional bailleurs in its deliveries, and what must never be told."""

from __future__ import annotations

import csv
import random
import shutil
from typing import TYPE_CHECKING

from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = ("Logis Boréal Fictif", "Toit Cambrelois Fictif", "Foyer des Hauts Pignons Fictif")
TELEPHONE = "07 99 88 {:02d} {:02d}"
VERBATIM = "la voisine du troisième range ses vélos jaunes {}"
RESPONDENT = "REP{:07d}X"
HOME = "ZZ{}{:02d}"
SMALL_HOME = "01036"
"""One of the two résidences of the smallest quarter."""
SMALL_ITEM = "q20_information"
NOT_CONCERNED = 8
_ROWS = 240


def make(example: Path, folder: Path) -> Path:
    """Copy the example and add the bailleurs; return its dossier.toml.

    Every interview bears an identifier of its own, telephones and verbatims that nothing else holds.
    In 2023 one question is put to so few households of a quarter that its figures must be masked.
    """
    shutil.copytree(
        example, folder, ignore=shutil.ignore_patterns("geodonnees_sources", "dossier*/")
    )
    toml = folder / "dossier.toml"
    text = toml.read_text(encoding="utf-8").replace(
        "[reglages]\n", '[reglages]\nenquete_residences_inconnues = "ecarter"\n'
    )
    toml.write_text(text, encoding="utf-8")
    chance = random.Random(20)  # noqa: S311 - fictional answers
    _first_wave(folder / "enquete_2019.csv", chance)
    _second_wave(folder / "enquete_2023.xlsx", chance)
    return toml


def _interviews(chance: random.Random) -> list[tuple[str, str, bool]]:
    """Draw (bailleur, résidence, in a quarter): fourteen résidences each."""
    out = []
    for k, owner in enumerate(OTHERS):
        for n in range(_ROWS):
            inside = n % 2 == 0
            home = chance.randrange(0, 14, 2) + (0 if inside else 1)
            out.append((owner, HOME.format(k, home), inside))
    return out


def _first_wave(path: Path, chance: random.Random) -> None:
    with path.open(encoding="cp1252", newline="") as file:
        header, *rows = list(csv.reader(file, delimiter=";"))
    rows = [[RESPONDENT.format(int(row[0])), *row[1:]] for row in rows]
    for n, (owner, home, inside) in enumerate(_interviews(chance)):
        model = list(chance.choice(rows))
        model[0] = RESPONDENT.format(5_000_000 + n)
        model[2:6] = [owner, home, model[4], "oui" if inside else "non"]
        rows.append(model)
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])


def _second_wave(path: Path, chance: random.Random) -> None:
    book = load_workbook(path)
    sheet = book["Base"]
    names = [str(c.value) for c in sheet[1]]
    place = {name: k for k, name in enumerate(names)}
    rows = [[c.value for c in line] for line in sheet.iter_rows(min_row=2)]
    for n, row in enumerate(rows, start=2):
        sheet.cell(n, 1, RESPONDENT.format(int(row[0])))
        sheet.cell(n, place["telephone"] + 1, TELEPHONE.format(n // 100 % 100, n % 100))
        if row[place["residence_id"]] == SMALL_HOME:
            sheet.cell(n, place[SMALL_ITEM] + 1, NOT_CONCERNED)
        if n % 3 == 0:
            sheet.cell(n, place["q22_verbatim"] + 1, VERBATIM.format(n))
    for n, (owner, home, inside) in enumerate(_interviews(chance)):
        model = list(chance.choice(rows))
        model[place["id_enquete"]] = RESPONDENT.format(6_000_000 + n)
        model[place["bailleur"]] = owner
        model[place["residence_id"]] = home
        model[place["qpv"]] = int(inside)
        model[place["telephone"]] = TELEPHONE.format(n // 100 + 50, n % 100)
        model[place["q22_verbatim"]] = VERBATIM.format(90_000 + n)
        sheet.append(model)
    book.save(path)
