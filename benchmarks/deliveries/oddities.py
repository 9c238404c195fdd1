# ruff: noqa: ARG001 - every trap takes the same two values, some draw nothing
"""Honest oddities of clean deliveries: nothing to ask, nothing to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deliveries.dossier import ITEMS, Dossier, gaps
from deliveries.trap import landlord, sheet_of

if TYPE_CHECKING:
    import random as randoms

Oddity = Callable[[Dossier, "randoms.Random"], None]


def sums_by_chance(dossier: Dossier, random: randoms.Random) -> None:
    """Set an entrance to the sum of the two before it."""
    stock, tax = sheet_of(dossier, "patrimoine"), dossier.books["fiscalite"].main
    counts = [int(str(cell)) for cell in stock.column("nb_logements")]
    place = random.randrange(2, len(counts))
    inside = dossier.truth.claims
    change = counts[place - 1] + counts[place - 2] - counts[place]
    stock.rows[place][stock.at("nb_logements")] = counts[place] + change
    tax.rows[place][tax.at("nb_logements")] = counts[place] + change
    declared = tax.rows[place][tax.at("declare")] == "oui"
    inside["logements"] += change
    inside["logements_qpv" if declared else "logements_hors"] += change


def spaces_in_headers(dossier: Dossier, random: randoms.Random) -> None:
    """Line breaks and double spaces in headers."""
    for role in ("patrimoine", "fiscalite"):
        sheet = sheet_of(dossier, role)
        sheet.header = [
            random.choice([f"{head} ", head.replace(" ", "\n", 1), f"  {head}"])
            for head in sheet.header
        ]


def own_columns(dossier: Dossier, random: randoms.Random) -> None:
    """Columns of the landlord's own, with figures and words."""
    sheet = sheet_of(dossier, "patrimoine")
    sheet.add(
        "",
        "Prestataire propreté",
        [random.choice(["Clarté (fictif)", "Net Plus (fictif)"]) for _ in sheet.rows],
    )
    sheet.add("", "Surface habitable", [round(random.uniform(400, 3000), 1) for _ in sheet.rows], 3)
    sheet.add("", "Ascenseur", [random.choice(["oui", "non"]) for _ in sheet.rows], 5)


def blank_rows(dossier: Dossier, random: randoms.Random) -> None:
    """Blank rows between agencies."""
    sheet = sheet_of(dossier, "patrimoine")
    for _ in range(3):
        sheet.rows.insert(random.randrange(1, len(sheet.rows)), sheet.blank())


def capitals(dossier: Dossier, random: randoms.Random) -> None:
    """Towns in capitals, streets shortened."""
    sheet = sheet_of(dossier, "patrimoine", random.choice(["xlsx", "csv"]))
    sheet.put("commune", [str(cell).upper() for cell in sheet.column("commune")])
    sheet.put(
        "adresse",
        [
            str(cell).replace("Avenue", "AV").replace("Rue ", "R. ")
            for cell in sheet.column("adresse")
        ],
    )


def two_spellings(dossier: Dossier, random: randoms.Random) -> None:
    """One résidence whose entrances spell its name twice."""
    sheet = sheet_of(dossier, "patrimoine")
    code = str(random.choice(sheet.column("id_residence")))
    for place, row in enumerate(sheet.rows):
        if row[sheet.at("id_residence")] == code and place % 2:
            row[sheet.at("nom")] = f"RES. {str(row[sheet.at('nom')]).upper()}"


def second_sheet(dossier: Dossier, random: randoms.Random) -> None:
    """Add a second sheet with a legend."""
    from deliveries.book import Sheet  # noqa: PLC0415

    sheet_of(dossier, "patrimoine")
    notes = Sheet(
        "Légende", ["", ""], ["Sigle", "Sens"], [["CP", "code postal"], ["NC", "non communiqué"]]
    )
    dossier.books["patrimoine"].sheets.append(notes)


def shuffled(dossier: Dossier, random: randoms.Random) -> None:
    """Rows and columns in any order."""
    for role in ("patrimoine", "fiscalite"):
        sheet = sheet_of(dossier, role, random.choice(["xlsx", "csv"]))
        random.shuffle(sheet.rows)
        order = list(range(len(sheet.keys)))
        random.shuffle(order)
        sheet.keys = [sheet.keys[place] for place in order]
        sheet.header = [sheet.header[place] for place in order]
        sheet.rows = [[row[place] for place in order] for row in sheet.rows]


def survey_with_labels(dossier: Dossier, random: randoms.Random) -> None:
    """Answers in words, as the plan names them."""
    sheet = sheet_of(dossier, "enquete", random.choice(["xlsx", "csv"]))
    words = {
        "1": "Très satisfait",
        "2": "Plutôt satisfait",
        "3": "Plutôt pas satisfait",
        "4": "Pas du tout satisfait",
        "9": "Ne sait pas",
    }
    for item in ITEMS:
        sheet.put(item[0], [words[str(cell)] for cell in sheet.column(item[0])])


def survey_twins(dossier: Dossier, random: randoms.Random) -> None:
    """Households that answer alike: eight questions make twins by chance."""
    sheet = sheet_of(dossier, "enquete", "csv")
    for place in landlord(dossier, 0.15, random, "enquete"):
        for item in ITEMS:
            sheet.rows[place][sheet.at(item[0])] = 2
        sheet.rows[place][sheet.at("q07_note")] = 8
    dossier.truth.gaps = gaps(sheet)


ODDITIES: list[Oddity] = [
    sums_by_chance,
    spaces_in_headers,
    own_columns,
    blank_rows,
    capitals,
    two_spellings,
    second_sheet,
    shuffled,
    survey_with_labels,
    survey_twins,
]
