# ruff: noqa: ARG001 - every trap takes the same two values, some draw nothing
"""Oddities met by managers trying the tool on files of their own: sheets that lack, abbreviate or repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deliveries.book import Sheet
from deliveries.dossier import Dossier, Shape
from deliveries.trap import sheet_of, trap

if TYPE_CHECKING:
    import random as randoms

TAX = Shape(inside=6, outside=5, programme=False)
ACTIONS = Shape(inside=5, outside=4)
FIELD = "terrain : "


def _rates(sheet: Sheet) -> list[str]:
    return [key for key in sheet.keys if key.startswith("taux_")]


def _number(cell: object) -> float:
    return float(str(cell))


@trap(f"{FIELD}un seul taux", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def one_rate(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the sum of the rates alone."""
    sheet = sheet_of(dossier, "fiscalite", random.choice(["xlsx", "csv"]))
    named = _rates(sheet)
    sums = [round(sum(_number(row[sheet.at(key)]) for key in named), 3) for row in sheet.rows]
    for key in named:
        sheet.drop(key)
    head = random.choice(["Taux (%)", "Taux global (%)", "Taux"])
    sheet.add("", head, list(sums))
    return [head, "[Tt]aux"]


@trap(f"{FIELD}cotisation payée", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def paid(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head the sum of the notice otherwise."""
    sheet = sheet_of(dossier, "fiscalite", random.choice(["xlsx", "csv"]))
    head = random.choice(["Cotisation payée", "Montant acquitté", "TF payée"])
    sheet.header[sheet.at("cotisation_avis_eur")] = head
    return [head]


@trap(f"{FIELD}sans année", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def no_year(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave the year out."""
    sheet_of(dossier, "fiscalite", random.choice(["xlsx", "csv"])).drop("annee")
    return ["année"]


@trap(f"{FIELD}sans avis", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def no_notice(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave the numbers of notices out."""
    sheet_of(dossier, "fiscalite", random.choice(["xlsx", "csv"])).drop("avis")
    return ["avis"]


@trap(f"{FIELD}exonérés sans avis", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def exempt_bare(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave exempt lines without a notice, and without a sum."""
    sheet = sheet_of(dossier, "fiscalite")
    for row in sheet.rows:
        if str(row[sheet.at("fin_exoneration")])[:4] >= str(dossier.place.tax_year):
            row[sheet.at("avis")] = row[sheet.at("cotisation_avis_eur")] = None
    return ["avis"]


@trap(f"{FIELD}idem", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def ditto(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write « idem » for what repeats."""
    sheet, mark = sheet_of(dossier, "fiscalite"), random.choice(["idem", '"', "//"])
    for key in ("avis", "annee", *_rates(sheet)):
        before = None
        for row in sheet.rows:
            cell = row[sheet.at(key)]
            row[sheet.at(key)] = mark if cell == before else cell
            before = cell
    return ["idem", "//", '"']


@trap(f"{FIELD}milliers tus", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def thousands(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write every amount in thousands of euros and say nothing of it."""
    sheet = sheet_of(dossier, "fiscalite")
    for key in ("vlc_eur", "cotisation_avis_eur", "degrevements_eur", "teom_eur"):
        sheet.put(key, [round(_number(cell) / 1000, 3) for cell in sheet.column(key)])
    return ["milliers"]


@trap(f"{FIELD}une feuille par avis", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def a_sheet_a_notice(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Cut the table into sheets of the same header."""
    sheet = sheet_of(dossier, "fiscalite")
    half = len(sheet.rows) // 2
    other = Sheet("Avis B", list(sheet.keys), list(sheet.header), sheet.rows[half:])
    sheet.rows, sheet.name, sheet.title = sheet.rows[:half], "Avis A", []
    dossier.books["fiscalite"].sheets.append(other)
    return ["Avis B"]


@trap(f"{FIELD}dégrèvements négatifs", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def signs(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write the dégrèvements with a sign."""
    sheet = sheet_of(dossier, "fiscalite")
    cells = [-_number(cell) or 0 for cell in sheet.column("degrevements_eur")]
    sheet.put("degrevements_eur", list(cells))
    return ["grèvement"]


@trap(f"{FIELD}taux sous la collectivité", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def heads_of_rates(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head the rates by who takes them."""
    sheet = sheet_of(dossier, "fiscalite", random.choice(["xlsx", "csv"]))
    names = {
        "commune": "Commune", "syndicats": "Syndicats", "epci": "EPCI", "tse": "TSE", "tasa": "TASA",
        "gemapi": "GEMAPI",
    }  # fmt: skip
    for line, name in names.items():
        if f"taux_{line}_pct" in sheet.keys:
            sheet.header[sheet.at(f"taux_{line}_pct")] = name
    return ["[Tt]aux"]


@trap(f"{FIELD}total en formules", "fiscalite", shape=TAX, places=("valmont",), repeats=3)
def formulas(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End by a total whose formulas were never computed."""
    sheet = sheet_of(dossier, "fiscalite")
    row = sheet.blank(avis="TOTAL", vlc_eur="=SUM(F2:F40)", nb_logements="=SUM(G2:G40)")
    sheet.rows.append(row)
    return ["TOTAL", "formule"]


@trap(f"{FIELD}situation codée", "patrimoine", shape=TAX, places=("valmont",), repeats=3)
def coded(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Bear a code of state whose few « V » are still counted by the truth: the column is asked about."""
    sheet = sheet_of(dossier, "patrimoine")
    gone = set(random.sample(range(len(sheet.rows)), 2))
    sheet.add("", "St.", ["V" if k in gone else "G" for k in range(len(sheet.rows))])
    return ["St\\."]


@trap(f"{FIELD}exonération en mois", "patrimoine", shape=TAX, places=("valmont",), repeats=3)
def months(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write ends of exemption as a month and its year."""
    for role in ("patrimoine", "fiscalite"):
        sheet = sheet_of(dossier, role)
        sheet.put(
            "fin_exoneration", [f"décembre {str(c)[:4]}" for c in sheet.column("fin_exoneration")]
        )
    return ["décembre"]


@trap(f"{FIELD}code prog.", "patrimoine", shape=TAX, places=("valmont",), repeats=3)
def abbreviated(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Abbreviate the résidence, or call it a group."""
    sheet = sheet_of(dossier, "patrimoine")
    head = random.choice(["Code prog.", "Groupe"])
    sheet.header[sheet.at("id_residence")] = head
    sheet.header[sheet.at("adresse")] = "Adresse postale"
    return [head]


@trap(f"{FIELD}prévu et réalisé", "programme", shape=ACTIONS, places=("valmont",), repeats=3)
def spent_alone(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give what was planned and spent, all of it valued."""
    sheet = sheet_of(dossier, "programme")
    sheet.put("realise_eur", sheet.column("valorise_eur"))
    for key in ("valorise_eur", "bailleur_eur", "autres_eur"):
        sheet.drop(key)
    sheet.header[sheet.at("prevu_eur")], sheet.header[sheet.at("realise_eur")] = "Prévu", "Réalisé"
    return ["valoris"]


@trap(f"{FIELD}HT et TTC", "programme", shape=ACTIONS, places=("valmont",), repeats=3)
def two_taxes(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give what was spent before tax and with it."""
    sheet = sheet_of(dossier, "programme")
    sheet.header[sheet.at("realise_eur")] = "Réalisée TTC"
    sheet.add("", "Réalisée HT", [round(_number(c) / 1.2, 2) for c in sheet.column("realise_eur")])
    return ["TTC"]


@trap(f"{FIELD}actions sans numéro", "programme", shape=ACTIONS, places=("valmont",), repeats=3)
def unnumbered(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave actions without a number."""
    sheet = sheet_of(dossier, "programme")
    if random.random() < 0.5:
        sheet.drop("id_action")
    else:
        sheet.put("id_action", [None] * len(sheet.rows))
    return ["numéro"]


@trap(f"{FIELD}axes romains", "programme", shape=ACTIONS, places=("valmont",), repeats=3)
def roman(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write axes in roman figures."""
    figures = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
    sheet = sheet_of(dossier, "programme")
    sheet.put("axe", [f"Axe {figures[int(str(c)) - 1]}" for c in sheet.column("axe")])
    return ["[Aa]xe"]


@trap(f"{FIELD}accents de DOS ou de Mac", "patrimoine", shape=TAX, places=("valmont",), repeats=3)
def old_accents(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Save the stock as text with accents of another system."""
    sheet_of(dossier, "patrimoine", "csv")
    dossier.books["patrimoine"].encoding = random.choice(["cp850", "mac_roman"])
    return ["accents"]


@trap(f"{FIELD}forme juridique", "conventions", shape=TAX, places=("valmont",), repeats=3)
def legal_form(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Sign the convention under the name with a legal form."""
    sheet = dossier.books["conventions"].main
    sheet.put("bailleur", [f"SCIC {c}" for c in sheet.column("bailleur")])
    return ["SCIC"]
