"""Bondy as a landlord keeps it in Excel: titles, merged cells, totals, percent cells, persons, two waves.

Addresses and dwellings are real; answers, taxes and actions are invented, seeded, and say so.
"""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import openpyxl
from simulate_bondy import ITEMS, WAVES, make_bondy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_STOCK: Final = (
    "Code groupe immobilier", "N° entrée", "Nom du programme", "Sté", "Adresse du site", "CP", "Ville",
    "Code Insee", "Nbre de logts", "Année constr.", "Type", "Nom du gardien",
)  # fmt: skip
_TAX: Final = (
    "N° avis",
    "Code groupe immobilier",
    "Année",
    "Nb logts",
    "VLC",
    "Tx commune",
    "Tx TSE",
)
_PLAN: Final = (
    "N°", "Axe", "Quartier", "Intitulé", "Dépense réalisée", "Valorisé TFPB", "Justificatif",
)  # fmt: skip


def landlord_files(folder: Path, source: Path) -> list[Path]:
    """Write the files that someone drops, in `folder`; return them, the geography with them."""
    plain = folder / "simple"
    make_bondy(plain, source=source)
    stock = _rows(plain / "patrimoine.csv")
    truth = {r["id_batiment"]: r["qpv"] for r in _rows(plain / "verite.csv")}
    out = [folder / "Patrimoine 2024.xlsx"]
    names = ("id_residence", "id_batiment", "nom", "bailleur", "adresse", "code_postal", "commune",
             "code_insee", "nb_logements", "annee_construction", "type_habitat")  # fmt: skip
    stock.sort(key=lambda r: r["id_residence"])
    rows = [[*(_number(r[n]) for n in names), f"M. GARDIEN{k % 7}"] for k, r in enumerate(stock)]
    book, page = _book(
        "Parc", "Patrimoine au 31/12/2024 (adresses réelles, données simulées)", _STOCK, rows
    )
    page.append(["TOTAL", *[None] * 7, sum(int(r["nb_logements"]) for r in stock)])
    first = 4
    for count in Counter(r["id_residence"] for r in stock).values():
        if count > 1:
            page.merge_cells(
                start_row=first, end_row=first + count - 1, start_column=1, end_column=1
            )
        first += count
    book.save(out[0])
    for k, wave in enumerate(WAVES):
        out.append(folder / f"Enquête satisfaction {wave}.xlsx")
        _survey(out[-1], _rows(plain / f"enquete_{wave}.csv"), wave, labels=bool(k))
    out += [_taxes(folder, stock, truth), _actions(folder), _convention(folder)]
    contours = source.parent / "contours" / "communes-93-seine-saint-denis.geojson"
    return [*out, source / "ban_utf8.csv", source / "qpv2015.geojson", contours]


def _survey(path: Path, rows: list[dict[str, str]], wave: str, *, labels: bool) -> None:
    asked = {item[0]: f"Q{k}. {item[1]}" for k, item in enumerate(ITEMS, start=1)}
    columns = [c for c in rows[0] if c != "vague"]
    words = {"1": "Très satisfait", "2": "Plutôt satisfait", "3": "Plutôt pas satisfait",
             "4": "Pas du tout satisfait", "9": "Ne sait pas"}  # fmt: skip
    head = [asked.get(c, c) if labels else c for c in columns]
    body = [
        [words.get(r[c], r[c]) if labels and c in asked else _number(r[c]) for c in columns]
        for r in rows
    ]
    for k, line in enumerate(body):
        line.append(f"06 12 34 {k // 100 % 100:02d} {k % 100:02d}")
    title = f"Enquête de satisfaction {wave} (réponses simulées)"
    book, _ = _book("Base", title, [*head, "Téléphone"], body)
    if not labels:
        sheet = book.create_sheet("Dictionnaire")
        sheet.append(["Variable", "Libellé", "Modalités"])
        codes = " ; ".join(f"{k} = {v}" for k, v in words.items())
        for name in asked:
            sheet.append([name, next(i[1] for i in ITEMS if i[0] == name), codes])
    book.save(path)


def _taxes(folder: Path, stock: list[dict[str, str]], truth: dict[str, str]) -> Path:
    homes: dict[str, int] = {}
    for row in stock:
        if truth[row["id_batiment"]]:
            homes[row["id_residence"]] = homes.get(row["id_residence"], 0) + int(
                row["nb_logements"]
            )
    rows = [
        [f"24 930 {k:05d}", home, 2024, count, 2400 * count, 0.2095, 0.0047]
        for k, (home, count) in enumerate(sorted(homes.items()), start=1)
    ]
    book, page = _book("TF 2024", "Taxe foncière 2024 (montants simulés)", _TAX, rows)
    for row in range(4, 4 + len(rows)):
        for column in (6, 7):
            page.cell(row, column).number_format = "0.00%"
    path = folder / "Taxe foncière 2024.xlsx"
    book.save(path)
    return path


def _actions(folder: Path) -> Path:
    axes = ("Sur-entretien", "Tranquillité résidentielle", "Déchets et encombrants", "Animation")
    rows: list[list[Any]] = []
    for k in range(24):
        quarter = ("Blanqui", "Quartier Marnaudes", "Abreuvoir", "Tous quartiers")[k % 4]
        rows.append([f"A{k + 1}", axes[k % 3], quarter, f"Action {k + 1}", 9000 + 350 * k, 8000 + 300 * k,
                     f"F-{k + 1:03d}"])  # fmt: skip
    book, page = _book("Actions", "Programme d’actions 2024 (simulé)", _PLAN, rows)
    page.append(["TOTAL", None, None, None, sum(r[4] for r in rows), sum(r[5] for r in rows)])
    path = folder / "Programme d'actions 2024.xlsx"
    book.save(path)
    return path


def _convention(folder: Path) -> Path:
    head = ("Convention", "Contrat de ville de rattachement", "Quartiers", "Signature du contrat de ville",
            "Signature de la convention d’abattement", "Fin de la convention")  # fmt: skip
    row = [
        "C-2015",
        "Est Ensemble",
        "QP093012, QP093013, QP093014",
        "28/05/2015",
        "15/12/2015",
        "31/12/2024",
    ]
    book, _ = _book("Conventions", "Conventions (simulées)", head, [row])
    path = folder / "Conventions.xlsx"
    book.save(path)
    return path


def _book(
    sheet: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> tuple[openpyxl.Workbook, Any]:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append([title])
    page.append([])
    page.append(list(head))
    for row in rows:
        page.append(list(row))
    return book, page


def _number(text: str) -> Any:
    clean = text.replace(",", ".")
    return float(clean) if clean.replace(".", "").isdecimal() and text[:1] != "0" else text


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
