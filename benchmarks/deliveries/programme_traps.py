# ruff: noqa: ARG001 - every trap takes the same two values, some draw nothing
"""Traps of a programme: sums read as actions, units, years, abandoned actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deliveries.book import Sheet
from deliveries.trap import landlord, places_of, sheet_of, trap

if TYPE_CHECKING:
    import random as randoms

    from deliveries.book import Row
    from deliveries.dossier import Dossier

ROLE = "programme"
MONEY = ("prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur")
AXES = {
    1: "Renforcement de la présence du personnel de proximité",
    2: "Formation/soutien des personnels de proximité",
    3: "Sur-entretien",
    4: "Gestion des déchets et encombrants / épaves",
    5: "Tranquillité résidentielle",
    6: "Concertation / sensibilisation des locataires",
    7: "Animation, lien social, vivre ensemble",
    8: "Petits travaux d'amélioration de la qualité de service",
}


def _sum(sheet: Sheet, rows: list[Row], **words: str | int) -> Row:
    row = sheet.blank(**words)
    for key in MONEY:
        row[sheet.at(key)] = round(sum(float(str(one[sheet.at(key)])) for one in rows), 2)
    return row


def _form(random: randoms.Random) -> str:
    return random.choice(["xlsx", "csv"])


@trap("programme : ligne « Ensemble »", ROLE)
def whole_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End by a row « Ensemble » that has an axis and a quarter, as a pivot table leaves it."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    first = sheet.rows[0]
    word = random.choice(["Ensemble", "Toutes actions", "Bilan"])
    sheet.rows.append(
        _sum(
            sheet,
            sheet.rows,
            action=word,
            axe=3,
            code_qpv=str(first[sheet.at("code_qpv")]),
            id_action=word[:3].upper(),
        )
    )
    return [word, *places_of(sheet, [len(sheet.rows) - 1])]


@trap("programme : sommes par axe sans mot", ROLE)
def axis_sums(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Close each quarter by its sum without a word."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    rows: list[Row] = []
    for code in dict.fromkeys(str(cell) for cell in sheet.column("code_qpv")):
        held = [row for row in sheet.rows if row[sheet.at("code_qpv")] == code]
        rows += [*held, _sum(sheet, held, code_qpv=code)]
    sheet.rows = rows
    return ["somme", "total", "axe", "Axe"]


@trap("programme : total au pied sans mot", ROLE)
def bare_total(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End by bare sums."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.rows += [sheet.blank(), _sum(sheet, sheet.rows)]
    return places_of(sheet, [len(sheet.rows) - 1])


@trap("programme : k€ dans l'en-tête", ROLE)
def thousands_headed(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give one column in k€, said in its header."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for key in MONEY:
        sheet.put(key, [round(float(str(cell)) / 1000, 3) for cell in sheet.column(key)])
        sheet.header[sheet.at(key)] += " (k€)"
    dossier.truth.claims["valorise"] = round(
        sum(float(str(c)) * 1000 for c in sheet.column("valorise_eur")), 2
    )
    return ["k€", "millier", "valoris"]


@trap("programme : k€ dans le titre", ROLE)
def thousands_titled(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give all amounts in k€, said in the title."""
    sheet = sheet_of(dossier, ROLE)
    for key in MONEY:
        sheet.put(key, [round(float(str(cell)) / 1000, 3) for cell in sheet.column(key)])
    sheet.title = ["Programme d'actions (en milliers d'euros)", "DONNÉES FICTIVES"]
    dossier.truth.claims["valorise"] = round(
        sum(float(str(c)) * 1000 for c in sheet.column("valorise_eur")), 2
    )
    return ["k€", "millier"]


@trap("programme : réalisé de deux années", ROLE)
def two_years_columns(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head what was valued by its year, last year's first."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    year = dossier.place.tax_year
    for key, word in (("realise_eur", "Réalisé"), ("valorise_eur", "Valorisé")):
        place = sheet.at(key)
        sheet.header[place] = f"{word} {year}"
        sheet.add(
            "",
            f"{word} {year - 1}",
            [round(float(str(cell)) * random.uniform(0.6, 0.95), 2) for cell in sheet.column(key)],
            place,
        )
    return [str(year - 1), str(year)]


@trap("programme : lignes d'une autre année", ROLE)
def other_year_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep last year's actions in the table, told by the year's column only."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    year = dossier.place.tax_year
    older = [list(row) for row in sheet.rows]
    for row in older:
        row[sheet.at("id_action")] = f"{row[sheet.at('id_action')]}-{(year - 1) % 100}"
        row[sheet.at("annee")] = year - 1
        row[sheet.at("calendrier")] = f"Année {year - 1}"
        row[sheet.at("piece")] = str(row[sheet.at("piece")]).replace(str(year), str(year - 1))
        row[sheet.at("date_piece")] = str(row[sheet.at("date_piece")]).replace(
            str(year), str(year - 1)
        )
    sheet.rows += older
    return [str(year - 1)]


@trap("programme : autre année, sans colonne d'année", ROLE)
def other_year_mute(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep last year's actions; only their calendar and pieces tell."""
    other_year_rows(dossier, random)
    dossier.books[ROLE].main.drop("annee")
    return [str(dossier.place.tax_year - 1)]


@trap("programme : actions abandonnées", ROLE)
def dropped_actions(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep abandoned actions at their planned cost, with a word in a column of the landlord's own."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    chosen = landlord(dossier, 0.3, random, ROLE)
    words = [
        random.choice(["Abandonnée", "Annulé", "abandon"]) if i in chosen else "Réalisée"
        for i in range(len(sheet.rows))
    ]
    sheet.add("", "État", list(words))
    dossier.truth.claims["valorise"] = round(
        sum(
            float(str(r[sheet.at("valorise_eur")]))
            for i, r in enumerate(sheet.rows)
            if i not in chosen
        ),
        2,
    )
    return ["État", "bandon", "Annul"]


@trap("programme : lignes masquées", ROLE)
def hidden_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Hide actions that the committee refused."""
    sheet = sheet_of(dossier, ROLE)
    sheet.hidden = set(landlord(dossier, 0.3, random, ROLE))
    dossier.truth.claims["valorise"] = round(
        sum(
            float(str(r[sheet.at("valorise_eur")]))
            for i, r in enumerate(sheet.rows)
            if i not in sheet.hidden
        ),
        2,
    )
    return ["masqu", *places_of(sheet, sorted(sheet.hidden))]


@trap("programme : lignes barrées", ROLE)
def struck_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Strike out actions that the committee refused."""
    sheet = sheet_of(dossier, ROLE)
    sheet.struck = set(landlord(dossier, 0.3, random, ROLE))
    dossier.truth.claims["valorise"] = round(
        sum(
            float(str(r[sheet.at("valorise_eur")]))
            for i, r in enumerate(sheet.rows)
            if i not in sheet.struck
        ),
        2,
    )
    return ["barr", *places_of(sheet, sorted(sheet.struck))]


@trap("programme : quartier et axe fusionnés", ROLE)
def merged_quarter(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Merge the quarter over its actions."""
    sheet = sheet_of(dossier, ROLE)
    codes = sheet.column("code_qpv")
    start = 0
    for place in range(1, len(codes) + 1):
        if place == len(codes) or codes[place] != codes[start]:
            if place - start > 1:
                sheet.merged.append((sheet.at("code_qpv"), start, place - 1))
            start = place
    for column, top, bottom in sheet.merged:
        for position in range(top + 1, bottom + 1):
            sheet.rows[position][column] = None
    return ["fusion", "code_qpv", "Code QPV"]


@trap("programme : même action sous deux numéros", ROLE)
def same_twice(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Enter actions again under another number and piece, same title, quarter and amount."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    start = len(sheet.rows)
    for rank, place in enumerate(landlord(dossier, 0.25, random, ROLE)):
        row = list(sheet.rows[place])
        row[sheet.at("id_action")] = f"B{rank + 1:02d}"
        row[sheet.at("piece")] = f"MDT-{rank + 8801}"
        sheet.rows.append(row)
    return ["même", "deux fois", "répète", *places_of(sheet, list(range(start, len(sheet.rows))))]


@trap("programme : HT et TTC", ROLE)
def before_tax(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give what was valued twice, before and after VAT; the State counts what was paid."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    place = sheet.at("valorise_eur")
    sheet.header[place] = "Dépense valorisée TFPB TTC"
    sheet.add(
        "",
        "Dépense valorisée TFPB HT",
        [round(float(str(cell)) / 1.2, 2) for cell in sheet.column("valorise_eur")],
        place,
    )
    return ["HT", "TTC"]


@trap("programme : axes en lignes de titre", ROLE)
def axis_banners(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write the axis as a row of its own above its actions, the column left blank."""
    sheet = sheet_of(dossier, ROLE)
    sheet.rows.sort(key=lambda row: int(str(row[sheet.at("axe")])))
    rows: list[Row] = []
    for axis in dict.fromkeys(int(str(cell)) for cell in sheet.column("axe")):
        rows.append([f"Axe {axis} - {AXES[axis]}", *[None] * (len(sheet.keys) - 1)])
        rows += [row for row in sheet.rows if int(str(row[sheet.at("axe")])) == axis]
    sheet.rows = rows
    place = sheet.at("axe")
    for row in sheet.rows:
        row[place] = None
    return ["[Aa]xe"]


@trap("programme : cumul depuis le début", ROLE)
def running_total(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give what was valued as a running total down the table."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    running = 0.0
    cells = []
    for cell in sheet.column("valorise_eur"):
        running += float(str(cell))
        cells.append(round(running, 2))
    sheet.put("valorise_eur", list(cells))
    sheet.header[sheet.at("valorise_eur")] = "Dépense valorisée TFPB"
    return ["valoris", "cumul"]


@trap("programme : prévu et réalisé sur deux feuilles", ROLE)
def planned_sheet(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep the plan first, with the same columns, and what was done on the second sheet."""
    sheet = sheet_of(dossier, ROLE)
    planned = Sheet(
        "Prévisionnel", list(sheet.keys), list(sheet.header), [list(row) for row in sheet.rows]
    )
    planned.put(
        "valorise_eur", [round(float(str(c)) * 1.2, 2) for c in planned.column("valorise_eur")]
    )
    planned.put(
        "realise_eur", [round(float(str(c)) * 1.3, 2) for c in planned.column("realise_eur")]
    )
    sheet.name = "Réalisé"
    dossier.books[ROLE].sheets = [planned, sheet]
    return ["feuille", "Prévisionnel"]


@trap("programme : notes sous le tableau", ROLE, harmless=True)
def notes_below(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write notes below."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.foot = [[], ["* action reconduite"], ["Montants TTC, arrêtés au 31/12"]]
    return ["phrase", "reconduite"]
