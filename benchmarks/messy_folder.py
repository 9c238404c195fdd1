"""A landlord's messy folder, played from the first message to the pack: messages, pasted lines, minutes.

Made from the real stock of Bondy (2021, with the bailleurs): one bailleur's entrances, whole address in
one cell, résidences in merged cells, totals, postal codes that a spreadsheet took for numbers, agencies
in two spellings; a survey of two waves in two files, without a column of waves, one of them under
another spelling of the bailleur; a programme by themes and names of quarters. Answers and amounts are
simulated. Each round: `verifier`, paste the block it ends with, as the player answers its blanks.

    python benchmarks/messy_folder.py [--garder DOSSIER]
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openpyxl import Workbook
from results import record

from tfpb.text import fold

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TFPB_DONNEES_REELLES", ROOT.parent / "shared" / "data"))
OWNER = "OPH de Bondy"
SPELT = "O.P.H. DE BONDY"
RS = "OPH de Bondy"
QPV = "QP_METROPOLEOUTREMER_WGS84_EPSG4326"
SECONDS_A_MESSAGE, SECONDS_A_LINE, SECONDS_A_ROUND = 20, 10, 60
"""What a person takes to read a message, to look over a pasted line, to open, paste, save and run."""
TOML = f"""[dossier]
titre = "Abattement de TFPB, Bondy"
annee = 2022
date = 2023-02-10
bailleur = "{OWNER}"
[fichiers]
patrimoine = "parc.xlsx"
fiscalite = "taxes.csv"
programme = "programme.csv"
enquete = ["enquete_a.csv", "enquete_b.csv"]
"""


def entrances() -> list[tuple[str, int, str]]:
    """Return the addresses of one bailleur of Bondy: line, dwellings, résidence (150 m around)."""
    with (DATA / "bondy_93010" / "rpls2021_bailleurs.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["RS"] == RS and r["appartement"].isdigit()]
    seen: dict[str, tuple[str, int, tuple[int, int]]] = {}
    for row in rows:
        square = (int(float(row["x"]) // 150), int(float(row["y"]) // 150))
        seen.setdefault(fold(row["cle"]), (row["cle"].strip(), int(row["appartement"]), square))
    squares = sorted({s for _, _, s in seen.values()})
    doors = [(a, n, f"G{1 + squares.index(s):03d}") for a, n, s in seen.values()]
    return sorted(doors, key=lambda door: door[2])


def make(folder: Path) -> None:
    """Write the folder as its owner keeps it."""
    draw = random.Random(19)
    found = entrances()
    doors, homes = [(a, n) for a, n, _ in found], [home for _, _, home in found]
    book = Workbook()
    sheet = book.create_sheet("Parc", 0)
    sheet.append(["Parc locatif au 31/12/2021"])
    sheet.append(["Groupe", "Org.", "Agence", "Adresse du site", "Cpost", "Nb lgts"])
    agencies = ["Agence Canal", "Agence Gare"]
    for k, ((address, dwellings), home) in enumerate(list(zip(doors, homes, strict=True))):
        first = k == 0 or homes[k - 1] != home
        agency = agencies[k % 2] if k != 4 else "Agence Canall"  # codespell:ignore
        owner = SPELT if k in {7, 8} else OWNER
        sheet.append([home if first else None, owner, agency, f"{address} BONDY", 93140, dwellings])
    for number in (11, 13, 15):  # Ardennes: 08000 has lost its zero
        home, address = f"G{900 + number}", f"{number} Rue de l'Abattoir CHARLEVILLE MEZIERES"
        sheet.append([home, OWNER, agencies[0], address, 8000, 12])
        doors.append((address, 12))
        homes.append(home)
    last = sheet.max_row
    start = 3
    for row in range(3, last + 1):
        if row > 3 and sheet.cell(row, 1).value:
            sheet.merge_cells(start_row=start, start_column=1, end_row=row - 1, end_column=1)
            start = row
    sheet.append(["TOTAL", None, None, None, None, sum(n for _, n in doors)])
    book.save(folder / "parc.xlsx")
    taxes = ["N° avis;Rés.;Exercice;VL cadastrale;Tx com.;Nb lgts"]
    for k, home in enumerate(dict.fromkeys(homes)):
        count = sum(n for (_, n), h in zip(doors, homes, strict=True) if h == home)
        taxes.append(f"A{k + 1};{home};2022;{count * 2900};21,5;{count}")
    taxes.append(f"Total;;;;;{sum(n for _, n in doors)}")
    write(folder / "taxes.csv", taxes)
    quarters = ["Tous les QPV", "Bondy centre", "Blanqui", "Tous les QPV"]
    themes = ["Propreté", "Tranquillité", "Sur-entretien", "Concertation"]
    programme = ["N°;Thématique;Quartier;Action;Dépense réalisée;Montant valorisé"]
    for k, (quarter, theme) in enumerate(zip(quarters, themes, strict=True)):
        programme.append(f"{k + 1};{theme};{quarter};Action {k + 1};{9000 + k};{6000 + k}")
    programme.append("TOTAL;;;;;")
    write(folder / "programme.csv", programme)
    for name, owner, count in (("enquete_a", SPELT, 240), ("enquete_b", OWNER, 260)):
        lines = ["id;bailleur;residence_id;qpv;Q1 Propreté des parties communes;Q2 Tranquillité"]
        for k in range(count):
            answers = [draw.choice(("Très satisfait", "Plutôt satisfait", "Plutôt pas satisfait",
                                    "Pas du tout satisfait")) for _ in range(2)]  # fmt: skip
            home = draw.choice(homes)
            lines.append(f"{name}{k};{owner};{home};{int(home[1:]) % 2};{';'.join(answers)}")
        write(folder / f"{name}.csv", lines)
    (folder / "dossier.toml").write_text(TOML, encoding="utf-8")


def write(path: Path, lines: list[str]) -> None:
    """Write a CSV as Excel does."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def tfpb(*arguments: object) -> tuple[int, str]:
    """Run a command; return its exit code and what it said, faults before the block."""
    words = [sys.executable, "-m", "tfpb", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr + done.stdout


def block(said: str) -> list[str]:
    """Return the block that a message ends with, its blanks answered as the owner would."""
    lines = said.split("À coller à la fin du dossier.toml")
    if len(lines) < 2:
        return []
    body = lines[1].splitlines()[1:]
    body = body[: next((k for k, x in enumerate(body) if x.startswith("Aucune faute")), len(body))]
    out = []
    for line in body:
        bare = line.removeprefix("# ").split("   #")[0]
        said = next((a for b, a in ANSWERS.items() if bare.startswith(f'"{b}"')), "")
        out.append(bare.replace('""', f'"{said}"') if said and line.startswith("# ") else line)
    return [line for line in out if line]


ANSWERS = {
    "enquete_a.csv": "2019", "enquete_b.csv": "2022", "patrimoine.id_residence": "Groupe",
    "patrimoine.adresse": "Adresse du site", "patrimoine.nb_logements": "Nb lgts",
}  # fmt: skip
"""What the owner writes in the blanks of a block."""


def play(folder: Path, where: tuple[object, ...]) -> None:
    """Play the rounds, print each, and sum up."""
    begun = time.perf_counter()
    messages = pasted = rounds = before = 0
    path = folder / "dossier.toml"
    code, said = tfpb("nouveau", folder, "--depuis", folder / "enquete_b.csv")
    if code:
        raise SystemExit(said)
    text = path.read_text("utf-8").replace("[fichiers]", '[fichiers]\nplan = "plan_enquete.toml"')
    path.write_text(text, encoding="utf-8")
    plan = folder / "plan_enquete.toml"
    kept = plan.read_text("utf-8").replace('# vague_fixe = ""', 'vague_fixe = "2022"')
    kept = kept.replace("carte = 2024", "carte = 2015")
    plan.write_text(kept, encoding="utf-8")
    pasted += 2  # the plan's name, the map
    while rounds < 8:
        rounds += 1
        code, said = tfpb("verifier", folder, *where)
        new = [
            x for x in block(said) if x not in path.read_text("utf-8").splitlines() or x[0] == "["
        ]
        told = said.count("que faire : ")
        messages += (
            told if rounds == 1 or code else told - before
        )  # what was read is not read again
        before = told
        useful = [x for x in new if not x.startswith(("#", "["))]
        pasted += len(useful)
        print(f"tour {rounds} : code {code}, {told} messages, {len(useful)} lignes à coller")
        for line in useful:
            print("   ", line)
        if not useful:
            break
        path.write_text(path.read_text("utf-8") + "\n" + "\n".join(new) + "\n", encoding="utf-8")
    print(said if code else "")
    checked = time.perf_counter() - begun
    code, end = tfpb("dossier", folder, "--sortie", folder / "dossier", *where)
    whole = time.perf_counter() - begun
    print(end)
    person = messages * SECONDS_A_MESSAGE + pasted * SECONDS_A_LINE + rounds * SECONDS_A_ROUND
    print(f"code {code} ; {rounds} tours, {messages} messages, {pasted} lignes collées ou écrites")
    record("money.folder", rounds=rounds, messages=messages, lines=pasted)
    print(f"machine : {checked:.0f} s de vérification, {whole:.0f} s jusqu’au dossier")
    print(f"personne (20 s un message, 10 s une ligne, 60 s un tour) : {person / 60:.0f} minutes")


def main() -> None:
    """Import Bondy, make the folder, play it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--garder", type=Path)
    asked = parser.parse_args()
    bondy = DATA / "bondy_93010"
    with tempfile.TemporaryDirectory() as name:
        root = asked.garder or Path(name)
        folder, where = root / "bondy", ("--geodonnees", root / "g")
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["TFPB_CACHE"] = str(root / "etapes")
        os.environ["TFPB_DIFFUSIONS"] = str(root / "diffusions.jsonl")
        for arguments in (
            ("importer-adresses", bondy / "ban.csv"),
            ("importer-adresses", DATA / "bano2015" / "bano-08.csv"),
            ("importer-qpv", DATA / "qpv2015" / f"{QPV}.shp", "--millesime", 2015),
            ("importer-insee", DATA / "insee" / "rpls_qpv2015.csv", "--millesime", 2015),
        ):
            code, said = tfpb("geodonnees", *arguments, *where)
            if code:
                raise SystemExit(said)
        make(folder)
        play(folder, where)


if __name__ == "__main__":
    main()
