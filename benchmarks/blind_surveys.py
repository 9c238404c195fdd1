"""Surveys drawn from populations whose truth is known, compared by `tfpb comparer`, scored by class.

    python benchmarks/blind_surveys.py --sortie DIR [--enquetes 10] [--tailles 2,6,20,40] [--bailleurs 1]

Written from statistics.md and the contract, not from the code. A survey draws a share of the households,
unevenly, with unequal weights inside résidences, don't-knows and filters. Each printed row is set against
its truth: coverage of both intervals by size of the smaller side, level and adjustment, favourable words
though the gap is at the margin or worse, words against intervals, « autre histoire » where composition does
nothing. One file of scored rows a survey: an interrupted run goes on where it stood, `--table` only counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from surveys.delivery import plan, stock, survey
from surveys.population import WAVES, Setting, population
from surveys.score import score, table
from warm import ROOT, run, warm


def one(folder: Path, seed: int, setting: Setting) -> pd.DataFrame:
    """Draw, write, compare and score one survey."""
    draw = np.random.default_rng(seed)
    people = population(draw, setting)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for wave in WAVES:
        asked = survey(draw, people, wave, setting.rate)
        file = folder / f"enquete_{wave}.csv"
        asked.to_csv(file, sep=";", decimal=",", index=False, encoding="utf-8-sig")
        files.append(str(file))
    (folder / "plan.toml").write_text(plan(setting), encoding="utf-8")
    stock(draw, people, setting.unsure).to_csv(
        folder / "patrimoine.csv", sep=";", decimal=",", index=False, encoding="utf-8-sig"
    )
    out = folder / "comparaison.csv"
    where = ["--plan", str(folder / "plan.toml"), "--residences", str(folder / "patrimoine.csv")]
    ((code, text),) = run(
        ["comparer", *files, *where, "--sortie", str(out), "--csv-brut", "--par", "code_qpv"]
    )
    (folder / "affiche.txt").write_text(text, encoding="utf-8")
    if code != 0:
        raise SystemExit(f"comparer a rendu {code} ({folder}) :\n{text[-1500:]}")
    return score(pd.read_csv(out), people, setting)


def main() -> None:
    """Draw surveys of each size, score, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sortie", type=Path, required=True, help="dossier de travail, repris s'il existe"
    )
    parser.add_argument("--enquetes", type=int, default=10, help="enquêtes par taille")
    parser.add_argument(
        "--tailles",
        default="6,20,40",
        help="résidences par côté, par exemple 2,4,6,10,20,38,40,42,60,150",
    )
    parser.add_argument("--bailleurs", type=int, default=1)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--taux", type=float, default=0.25)
    parser.add_argument(
        "--composition", type=float, default=0.25, help="0 : même parc des deux côtés"
    )
    parser.add_argument(
        "--douteuses", type=float, default=0.0, help="part des résidences à vérifier"
    )
    parser.add_argument("--cible", choices=["parc", "service"], default="parc")
    parser.add_argument("--graine", type=int, default=36)
    parser.add_argument(
        "--table", action="store_true", help="n'écrit que la table de ce qui est là"
    )
    asked = parser.parse_args()
    os.environ["TFPB_CACHE"] = "non"
    named = f"{asked.cible}-b{asked.bailleurs}-q{asked.questions}-t{asked.taux}"
    named += f"-c{asked.composition}-g{asked.graine}-d{asked.douteuses}"
    base = asked.sortie / named
    base.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in asked.tailles.split(",")]
    all_of = [(size, rank) for rank in range(asked.enquetes) for size in sizes]
    left = (
        [] if asked.table else [(s, r) for s, r in all_of if not (base / f"{s}-{r}.csv").is_file()]
    )
    if left:
        valmont = ROOT / "examples" / "valmont"
        example = [str(valmont / "enquete_2019.csv"), "--plan", str(valmont / "plan_enquete.toml")]
        warm(
            asked.sortie / "modules-comparer.json",
            ["comparer", *example, "--sortie", str(base / "essai.csv")],
        )
    for place, (size, rank) in enumerate(left):
        start = time.perf_counter()
        quarters = max(1, min(3, size // 4))
        composed = (asked.composition, asked.cible, quarters, asked.douteuses)
        setting = Setting(size, asked.bailleurs, asked.taux, asked.questions, *composed)
        seed = int(np.random.SeedSequence((asked.graine, size, rank)).generate_state(1)[0])
        scored = one(base / "fichiers" / f"{size}-{rank}", seed, setting)
        scored.to_csv(base / f"{size}-{rank}.csv", index=False)
        spent = time.perf_counter() - start
        print(
            f"{place + 1}/{len(left)} {size} résidences, tirage {rank} : {len(scored)} lignes, {spent:.1f} s",
            flush=True,
        )
    files = [base / f"{size}-{rank}.csv" for size, rank in all_of]
    found = [pd.read_csv(file) for file in files if file.is_file()]
    if not found:
        sys.exit("rien à compter")
    table(pd.concat(found, ignore_index=True))


if __name__ == "__main__":
    main()
