"""Time of the pass over tables beside reading alone, in one run; and a CSV too large for the machine.

    PYTHONPATH=src python benchmarks/table_pass.py [--entrees 12000] [--entretiens 40000] [--gros 300]

The example's files, then a dossier as large as said, are read once; what the pass takes is told apart.
`--gros` writes a CSV of so many megabytes and hands it to `tfpb verifier`: exit code, seconds, memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from results import record

from tfpb.io.open_questions import survey_questions, table_questions
from tfpb.io.sources import gathering, inputs
from tfpb.io.sources.toml_files import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
YEAR, ITEMS = 2025, 25
SETTINGS = f"""[dossier]
titre = "Grand dossier (données fictives)"
annee = {YEAR}
date = {YEAR + 1}-02-01
bailleur = "Habitat"
[fichiers]
patrimoine = "patrimoine.csv"
fiscalite = "fiscalite.csv"
enquete = ["enquete.csv"]
plan = "plan.toml"
"""
PLAN = """[colonnes]
repondant = "id"
vague_fixe = "2025"
bailleur_fixe = "Habitat"
residence = "residence"
poids = "poids"
qpv = "qpv"
[echelles.s4]
satisfait = [1, 2]
insatisfait = [3, 4]
[echelles.note10]
type = "note"
[[items]]
colonnes = ["note"]
libelle = "Note"
theme = "global"
echelle = "note10"
"""
ITEM = '[[items]]\ncolonnes = ["q{k}"]\nlibelle = "Q{k}"\ntheme = "residence"\nechelle = "s4"\n'


def write(folder: Path, entrances: int, interviews: int) -> Path:
    """Write a large dossier without a fault in its rows; returns its settings."""
    rng = np.random.default_rng(5)
    homes = rng.integers(4, 60, entrances).tolist()
    stock = ["id_residence;id_batiment;nom;adresse;code_postal;commune;nb_logements"]
    tax = [
        "avis;invariant;id_residence;annee;vlc_eur;nb_logements;taux_commune_pct;cotisation_avis_eur"
    ]
    for k, count in enumerate(homes):
        home = f"R{k // 3:05d}"
        stock.append(
            f"{home};{'ABC'[k % 3]};Nom {k // 3};{k % 97 + 1} rue {k // 97};59300;Valmont;{count}"
        )
        value = count * int(rng.integers(1700, 3300)) + int(rng.integers(0, 99))
        paid = round(value / 2 * 0.5234 * (0.7 if k % 3 else 1))
        tax.append(f"A{k // 8};I{k};{home};{YEAR};{value};{count};52,34;{paid}")
    mood = rng.normal(0, 1, interviews)
    codes = np.digitize(-(mood[:, None] + rng.normal(0.8, 1, (interviews, ITEMS))), [-1, 0, 1]) + 1
    marks = np.clip(np.rint(6 + mood + rng.normal(0, 1, interviews)), 0, 10).astype(int)
    answers = [f"id;residence;poids;qpv;note;{';'.join(f'q{k}' for k in range(ITEMS))}"]
    for k, row in enumerate(codes.tolist()):
        weight = f"{1 + (k * 7919 % 1000) / 1000:.3f}".replace(".", ",")
        head = f"E{k};R{k % (entrances // 3):05d};{weight};{k % 2};{marks[k]}"
        answers.append(f"{head};{';'.join(map(str, row))}")
    for name, lines in (("patrimoine", stock), ("fiscalite", tax), ("enquete", answers)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    items = "".join(ITEM.format(k=k) for k in range(ITEMS))
    (folder / "plan.toml").write_text(PLAN + items, encoding="utf-8")
    (folder / "dossier.toml").write_text(SETTINGS, encoding="utf-8")
    return folder / "dossier.toml"


def timed(spent: list[float], call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that adds the processor seconds it takes."""

    def run(*given: Any, **named: Any) -> Any:
        start = time.process_time()
        made = call(*given, **named)
        spent[0] += time.process_time() - start
        return made

    return run


def large(folder: Path, megabytes: int) -> None:
    """Hand a CSV of so many megabytes to `verifier`."""
    path = folder / "patrimoine.csv"
    row = ";".join(
        ["R00001", "A", "Les Tilleuls", "12 rue Haute", "59300", "Valmont", "12", *["x" * 9] * 8]
    )
    with path.open("w", encoding="utf-8") as out:
        out.write(
            "id_residence;id_batiment;nom;adresse;code_postal;commune;nb_logements;a;b;c;d;e;f;g;h\n"
        )
        for _ in range(megabytes):
            out.write(f"{row}\n" * (2**20 // (len(row) + 1)))
    (folder / "dossier.toml").write_text(SETTINGS.partition("fiscalite")[0], encoding="utf-8")
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "tfpb", "verifier", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said = child.stdout.read() if child.stdout is not None else ""
    _, status, used = os.wait4(child.pid, 0)
    told = next((line for line in said.splitlines() if "trop" in line), said[:200])
    print(
        f"{path.stat().st_size / 2**20:.0f} Mio : sortie {os.waitstatus_to_exitcode(status)}, "
        f"{time.perf_counter() - start:.1f} s dont {used.ru_utime + used.ru_stime:.1f} de processeur, "
        f"{used.ru_maxrss / 1024:.0f} Mio ; {told}"
    )


def main() -> None:
    """Read, time, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--entrees", type=int, default=12_000)
    asked.add_argument("--entretiens", type=int, default=40_000)
    asked.add_argument("--gros", type=int, default=0)
    given = asked.parse_args()
    spent = [0.0]
    ratios: list[float] = []
    gathering.table_findings = timed(spent, table_questions.table_findings)  # type: ignore[attr-defined]
    inputs.survey_findings = timed(spent, survey_questions.survey_findings)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        big = write(Path(folder), given.entrees, given.entretiens)
        for settings in (ROOT / "examples" / "valmont" / "dossier.toml", big):
            spent[0], start = 0.0, time.process_time()
            found = inputs.gather_inputs(load_settings(settings))
            alone = time.process_time() - start - spent[0]
            ratios.append(round(spent[0] / alone, 2))
            print(
                f"{settings.parent.name} : passe {spent[0]:.2f} s, lecture seule {alone:.2f} s, "
                f"rapport {spent[0] / alone:.2f} ; {len(found[0].asked)} question(s)"
            )
    record("money.pass", example=ratios[0], large=ratios[1])
    if given.gros:
        with tempfile.TemporaryDirectory() as folder:
            large(Path(folder), given.gros)


if __name__ == "__main__":
    main()
