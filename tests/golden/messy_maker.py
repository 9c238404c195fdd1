"""Make a messy dossier of an invented bailleur from the example files: same seed, same bytes.

Everything is fictional: the stock and the answers of « Le Foyer des Aunes » of `examples/region`,
some résidences of `examples/valmont`, spoilt the way real files are. There is no convention, no
diagnostic, no droit commun.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from openpyxl import load_workbook

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "examples"))

from maker import files  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = 4_104
NAME: Final = "Le Foyer des Aunes"
FICTION: Final = "DONNÉES FICTIVES - bailleur, résidences, réponses et montants inventés"
SOURCE: Final = ROOT / "examples" / "region" / "le-foyer-des-aunes"
VALMONT: Final = ROOT / "examples" / "valmont"
ADDED: Final = ("01036", "01073", "02146", "02257")
"""Of the larger example: two of the smallest quarter, one to verify on the map, one cut by a limit."""
FORMULA: Final = "=cmd|' /C calc'!A0"
TAG: Final = '<img src=x onerror="alert(1)">'
AXES: Final = {
    "1": "Axe n° 1", "2": "Personnel de terrain", "3": "3 - sur entretien", "4": "gestion des dechets",
    "5": "AXE 5", "6": "animation, lien social", "7": "axe 7 ", "8": "Petits travaux",
}  # fmt: skip
DOSSIER: Final = f"""\
# Dossier en désordre - {FICTION}

[dossier]
titre = "Abattement <b>TFPB</b> & preuves - Le Foyer des Aunes (données fictives)"
annee = 2025
date = 2026-02-10
bailleur = "{NAME}"
donnees_fictives = true

[fichiers]
patrimoine = "patrimoine.csv"
enquete = ["enquete.csv"]
plan = "plan.toml"
fiscalite = "fiscalite.xlsx"
programme = "programme.csv"
decisions = "decisions.xlsx"

[reglages]
enquete_residences_inconnues = "ecarter"

[themes]
"Personnel de terrain" = 2
"""
STOCK_ONLY: Final = f"""\
# Dossier du seul patrimoine - {FICTION}

[dossier]
titre = "Patrimoine seul - Le Foyer des Aunes (données fictives)"
annee = 2025
date = 2026-02-10
bailleur = "{NAME}"
donnees_fictives = true

[fichiers]
patrimoine = "patrimoine.csv"
"""

Row = dict[str, Any]


def make(folder: Path) -> None:
    """Write the messy dossier, and beside it `parc.toml`, which names the stock alone."""
    chance = Random(SEED)  # noqa: S311 - fictional data
    stock = _stock(chance)
    out = {
        "patrimoine.csv": _csv(stock, (f"{NAME.upper()} - Parc au 31/12/2025", FICTION, "")),
        "fiscalite.xlsx": _tax(stock),
        "programme.csv": _csv(_actions(chance), ("Programme 2025 (fictif)", "")),
        "enquete.csv": _csv(_answers(chance), ()),
        "decisions.xlsx": _decisions(),
        "plan.toml": (VALMONT / "plan_enquete.toml").read_bytes(),
        "dossier.toml": DOSSIER.encode(),
        "parc.toml": STOCK_ONLY.encode(),
    }
    for name, data in out.items():
        files.write(folder / name, data)


def _read(path: Path) -> list[Row]:
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "cp1252"
    return list(csv.DictReader(io.StringIO(raw.decode(encoding), newline=""), delimiter=";"))


def _sheet(path: Path, titles: int) -> list[Row]:
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    head = [str(v) for v in rows[titles]]
    return [dict(zip(head, row, strict=True)) for row in rows[titles + 1 :]]


def _csv(rows: list[Row], titles: Sequence[str]) -> bytes:
    """Write title rows padded with empty cells above the header, as a spreadsheet exports them."""
    head = list(rows[0])
    above = [[text, *[""] * (len(head) - 1)] for text in titles]
    table = [*above, head, *[[r[h] for h in head] for r in rows]]
    return files.csv_bytes(table[0], table[1:], "cp1252")


def _stock(chance: Random) -> list[Row]:
    """Return one row an entrance: names left blank after the first, as under merged cells."""
    rows = _read(SOURCE / "patrimoine.csv")
    for row in _sheet(VALMONT / "patrimoine.xlsx", 3):
        if row["Code résidence"] in ADDED:
            end = row["Fin d'exonération"]
            row |= {"Organisme": NAME, "Fin d'exonération": f"{end:%d/%m/%Y}" if end else ""}
            rows.append({k: "" if v is None else v for k, v in row.items()})
    seen = ""
    for row in rows:
        if row["Code résidence"] == seen:
            row |= {"Nom résidence": "", "Organisme": "", "Agence": ""}
        seen = row["Code résidence"]
        if chance.random() < 0.2:
            row["Adresse"] = row["Adresse"].lower().replace("rue", "r.")
        if chance.random() < 0.1:
            row["Adresse"] = f"  {row['Adresse']}  BAT {chance.choice('ABC')}"
    rows[0] |= {"Nom résidence": FORMULA, "Agence": TAG}
    rows[3]["Adresse"] = "12 RUE INCONNUE DES CARTOGRAPHES"
    return rows


def _tax(stock: list[Row]) -> bytes:
    """Write a workbook with two title rows: amounts as text here and there, a résidence on two avis."""
    rows = _read(SOURCE / "fiscalite.csv")
    known = {r["Code résidence"] for r in stock}
    rows = [r for r in rows if r["Code résidence"] in known]
    more = [r for r in _sheet(VALMONT / "fiscalite_2025.xlsx", 2) if r["Code résidence"] in ADDED]
    for row in more:
        end = row["Fin d'exonération"]
        row["Fin d'exonération"] = f"{end:%Y-%m-%d}" if end else ""
    rows += more
    for k, row in enumerate(rows):
        if k % 7 == 0 and row["VLC (€)"] not in (None, ""):
            row["VLC (€)"] = f"{float(str(row['VLC (€)']).replace(',', '.')):,.2f} €".replace(
                ",", "\u202f"
            ).replace(".", ",")
        if k % 11 == 3:
            row["Avis"] = f" {row['Avis']} "
    rows[1]["Avis"] = "25 59 999 909 9"
    head = tuple(rows[0])
    sheet = files.Sheet(
        "Avis",
        (f"Taxe foncière 2025 - {NAME}", FICTION),
        head,
        [[r.get(h) for h in head] for r in rows],
    )
    return files.xlsx_bytes([sheet], "Taxe foncière (données fictives)")


def _actions(chance: Random) -> list[Row]:
    """Return the actions, their axes written in other ways, some texts hostile, some costs left out."""
    rows = _read(SOURCE / "programme.csv")
    for row in rows:
        row["Axe"] = AXES.get(row["Axe"].strip(), row["Axe"])
        if chance.random() < 0.2:
            row["Pièce"] = row["Date pièce"] = ""
        if chance.random() < 0.2:
            row["Code QPV"] = row["Code QPV"].lower()
    rows[0] |= {"Action": FORMULA, "Bilan qualitatif": TAG}
    rows[2]["Dépense réalisée"] = rows[2]["Dépense valorisée TFPB"] = ""
    return rows


def _answers(chance: Random) -> list[Row]:
    """Return two waves: one question few are concerned by, one answered outside its filter."""
    rows = _read(SOURCE / "enquete.csv")
    small = {"00185", "00370"}
    for row in rows:
        row["telephone"] = f"07 99 88 {chance.randrange(100):02d} {chance.randrange(100):02d}"
        row["remarque"] = TAG if chance.random() < 0.02 else ""
        if row["type_habitat"] == "2":
            row["q06_ascenseur"] = "3"
        if row["qpv"] == "1" and row["vague"] == "2023" and row["residence_id"] not in small:
            row["q20_information"] = "8"
        if chance.random() < 0.03:
            row["q18_demandes"] = ""
        if chance.random() < 0.02:
            row["residence_id"] = "99001"
        elif row["qpv"] == "1" and chance.random() < 0.05:
            row["residence_id"] = chance.choice(ADDED[:2])
    return rows


def _decisions() -> bytes:
    """Write the answers of someone who decides one entrance of two, and signs."""
    head = (
        "id_residence", "id_batiment", "decision", "code_qpv", "auteur", "date", "piece",
    )  # fmt: skip
    rows = [
        ["02146", "02146-A", "dans", "QN05992M", "C. Roy (fictif)", "03/02/2026", "plan de masse"]
    ]
    sheet = files.Sheet("Limites", (), head, rows)
    return files.xlsx_bytes([sheet], "Décisions (données fictives)")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
