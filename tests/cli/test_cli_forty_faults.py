"""A dossier seeded with forty different faults, all over its files: one run of verifier finds them all."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from conftest import Run

STOCK, TAX, ACTIONS = "patrimoine.xlsx", "fiscalite_2025.xlsx", "programme_2025.xlsx"
ANSWERS, OLD, COMMON = "enquete_2023.xlsx", "enquete_2019.csv", "droit_commun.csv"
CONVENTIONS, WALKS, PLAN, SETTINGS = (
    "conventions.csv", "diagnostics.csv", "plan_enquete.toml", "dossier.toml",
)  # fmt: skip

# one line a fault: file, row, header, what is written there, and two words of what must be told
CELLS: tuple[tuple[str, int, str, Any, tuple[str, ...]], ...] = (
    (STOCK, 7, "Nb logts", "vingt", ("vingt", "un nombre entier")),
    (STOCK, 9, "Nb logts", -4, ("-4", "hors des bornes")),
    (STOCK, 11, "Nb logts", None, ("cellule est vide", "nombre de logements")),
    (STOCK, 13, "Nb logts", 12.5, ("12.5", "un nombre entier")),
    (STOCK, 15, "Année de construction", "en 67", ("en 67", "une année")),
    (STOCK, 17, "Année de construction", 1350, ("1350", "hors des bornes")),
    (STOCK, 19, "Fin d'exonération", "jamais", ("jamais", "une date")),
    (STOCK, 21, "Fin d'exonération", "01/02", ("01/02", "deux façons")),
    (STOCK, 23, "Motif éligibilité", "parce que", ("parce que", "exoneration_echue")),
    (STOCK, 25, "NPNRU", "peut-être", ("peut-être", "oui ou non")),
    (STOCK, 27, "Code résidence", None, ("cellule est vide", "identifiant de la résidence")),
    (TAX, 5, "Taux commune (%)", 5500, ("5500", "hors des bornes")),
    (TAX, 7, "VLC (€)", None, ("ni valeur locative", "vlc_eur")),
    (TAX, 9, "VLC (€)", -10, ("négatif", "-10")),
    (TAX, 11, "Code résidence", "99999", ("99999", "ne figure pas dans le patrimoine")),
    (TAX, 13, "Année", 2031, ("2031", "n’est pas prévu")),
    (TAX, 17, "Taux commune (%)", None, ("taux communal manque", "taux_commune_pct")),
    (TAX, 19, "TEOM (€)", "beaucoup", ("beaucoup", "un montant en euros")),
    (ACTIONS, 5, "Code QPV", "QN99999I", ("QN99999I", "n’existe pas dans la carte")),
    (ACTIONS, 7, "Axe", "12", ("12", "n’est pas connu")),
    (ACTIONS, 9, "Axe", None, ("cellule est vide", "axe du cadre national")),
    (ACTIONS, 11, "Dépense valorisée TFPB", 99_999_999, ("dépasse la dépense réalisée",)),
    (ACTIONS, 13, "Dépense réalisée", -100, ("négatif", "-100")),
    (ACTIONS, 15, "Dépense réalisée", "1e300", ("1e300", "un montant en euros")),
    (ACTIONS, 17, "Code QPV", "QP099999", ("QP099999", "carte QPV 2015")),
    (ACTIONS, 19, "Code QPV", "QN05991I, QN05992M", ("plusieurs quartiers",)),
    (ACTIONS, 21, "Heures", -3, ("-3", "hors des bornes")),
    (ANSWERS, 3, "q02_proprete_pc", 7, ("« 7 »", "satisfaction4")),
    (ANSWERS, 5, "poids", -1, ("-1.0", "nombre positif")),
    (ANSWERS, 7, "qpv", "peut-être", ("repère QPV", "peut-être")),
    (ANSWERS, 9, "type_habitat", 5, ("catégorie « 5 »", "collectif, individuel")),
    (ANSWERS, 11, "vague", None, ("« vague » est vide",)),
    (ANSWERS, 13, "residence_id", "R0457", ("R0457", "dans l’enquête mais pas dans le patrimoine")),
    (OLD, 5, "Q21. Note globale donnée au bailleur (0 à 10)", "11", ("« 11 »", "note10")),
    (CONVENTIONS, 2, "date_fin", "31/02/2030", ("31/02/2030", "une date")),
    (CONVENTIONS, 2, "codes_qpv", "QN05993X", ("QN05993X", "n’existe pas dans la carte")),
    (WALKS, 2, "date", "hier", ("hier", "une date")),
    (COMMON, 3, "cout_eur", "cher", ("cher", "un montant en euros")),
    (COMMON, 5, "annee", "1850", ("1850", "hors des bornes")),
)  # fmt: skip
TEXTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (SETTINGS, 'arrondi = "avis"', 'arondi = "avis"', ("reglages.arondi", "n’existe pas")),
    (PLAN, "insatisfait = [3, 4,", "insatisfait = [2, 3, 4,", ("à la fois satisfait et insatisfait",)),
    (PLAN, 'valeurs = ["collectif"]', 'valeurs = ["tour"]', ("attend « tour »",)),
    (PLAN, "carte = 2024", "carte = 2020", ("reglages.carte", "2015, 2024")),
)  # fmt: skip


def _head(page: Worksheet, header: str) -> int | None:
    for line in page.iter_rows(max_row=10):
        for cell in line:
            if cell.value == header:
                return int(cell.column)
    return None


def _spoil_workbook(path: Path, changes: list[tuple[int, str, Any]]) -> None:
    book = load_workbook(path)
    for row, header, value in changes:
        page, column = next((p, c) for p in book if (c := _head(p, header)) is not None)
        page.cell(row, column).value = value
    book.save(path)


def _spoil_csv(path: Path, changes: list[tuple[int, str, Any]]) -> None:
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "cp1252"
    rows = list(csv.reader(io.StringIO(raw.decode(encoding)), delimiter=";"))
    for row, header, value in changes:
        rows[row - 1][rows[0].index(header)] = value
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))


def seed(folder: Path) -> None:
    """Write every fault of `CELLS` and `TEXTS` into a copy of the example."""
    for file in dict.fromkeys(c[0] for c in CELLS):
        changes = [(row, header, value) for name, row, header, value, _ in CELLS if name == file]
        (_spoil_workbook if file.endswith(".xlsx") else _spoil_csv)(folder / file, changes)
    for file, old, new, _ in TEXTS:
        content = (folder / file).read_text(encoding="utf-8")
        assert old in content, old
        (folder / file).write_text(content.replace(old, new, 1), encoding="utf-8")


def test_verifier_finds_forty_faults_in_one_run(copy: Path, geodata: Path, run: Run) -> None:
    seed(copy)
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
    result = run("verifier", copy / "dossier.toml", "--geodonnees", geodata)
    assert result.exit_code == 2, result.output
    blocks = [b.replace("\n", " ") for b in _blocks(result.stderr)]
    missed = []
    for file, row, _, _, words in CELLS:
        told = re.compile(rf"« {re.escape(file)} ».*\blignes? [\d, à]*\b{row}\b")
        if not any(told.search(b) and all(w in b for w in words) for b in blocks):
            missed.append((file, row, words))
    missed += [(f, 0, w) for f, _, _, w in TEXTS if not any(all(x in b for x in w) for b in blocks)]
    assert not missed, (missed, result.stderr)
    assert len(blocks) >= 40
    assert all("attendu : " in b and "que faire : " in b for b in blocks)
    assert "Traceback" not in result.output
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before


def _blocks(text: str) -> list[str]:
    """Cut the list of faults: each begins with its number at the start of a line."""
    out: list[str] = []
    for line in text.splitlines():
        if line[:1].isdigit() and ". " in line[:5]:
            out.append(line)
        elif out:
            out[-1] += "\n" + line
    return out
