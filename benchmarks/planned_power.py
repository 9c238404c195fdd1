"""The chance that `tfpb planifier` promises, against that of surveys made as it planned.

    python benchmarks/planned_power.py --sortie DIR [--enquetes 6] [--questions 60] [--graine 7]

Each stock is planned as by the command; interviews are then drawn résidence by résidence as the plan says
(uneven fields, don't-knows), answered by tenants of a known gap and likeness, and compared by the command.
Obtained: the share of the questions whose printed low end at 90 % lies above minus the margin.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
from surveys.delivery import stock
from surveys.population import Population, Setting, homes_of
from warm import ROOT, run, warm

from tfpb.model.plan import Planification
from tfpb.pipeline.jobs.plan_job import read_homes
from tfpb.survey.planning.next_wave import next_wave

LEVEL, LIKENESS, VALID, MARGIN = 0.78, 0.10, 0.90, 0.05
CASES = (
    # résidences a side, interviews, true gap (points), target
    (10, 600, 0.0, "parc"),
    (20, 900, 0.0, "parc"),
    (40, 1200, 0.0, "parc"),
    (40, 2400, -2.0, "parc"),
    (80, 2400, 0.0, "parc"),
    (80, 1600, 0.0, "service"),
    (150, 3000, 0.0, "service"),
)


def survey_plan(questions: int, target: str) -> str:
    """Write the plan of the deliveries."""
    lines = ["# DONNÉES FICTIVES", "[colonnes]", 'repondant = "id"', 'vague = "vague"']
    lines += ['bailleur = "bailleur"', 'residence = "residence"', 'poids = "poids"', 'qpv = "qpv"']
    lines += ['strates = ["bailleur", "qpv"]', "[reglages]", f'cible = "{target}"', "carte = 2024"]
    lines += [f"marge_points = {100 * MARGIN}", "[echelles.s4]", "satisfait = [1]"]
    lines += ["insatisfait = [4]", "nsp = [9]"]
    for item in range(questions):
        lines += [
            "[[items]]",
            f'colonnes = ["q{item + 1:02d}"]',
            f'libelle = "Question {item + 1}"',
        ]
        lines += ['theme = "residence"', 'echelle = "s4"']
    return "\n".join(lines) + "\n"


def levels(
    draw: np.random.Generator, homes: pd.DataFrame, questions: int, gap: float, target: str
) -> np.ndarray:
    """Draw the share content of each résidence; these dwellings have the gap exactly, under `parc`."""
    mean = LEVEL + gap / 100 * homes["qpv"].to_numpy(dtype=float)[:, None]
    spread = (1 - LIKENESS) / LIKENESS
    out = draw.beta(mean * spread, (1 - mean) * spread, size=(len(homes), questions))
    if target == "parc":
        size = homes["logements"].to_numpy(dtype=float)
        for side in (0, 1):
            own = (homes["qpv"] == side).to_numpy()
            for _ in range(50):  # what 0 and 1 cut off is given to the others
                out[own] += (mean[own] - size[own] @ out[own] / size[own].sum())[:1]
                out[own] = np.clip(out[own], 0.0, 1.0)
    return out


def answered(
    draw: np.random.Generator, homes: pd.DataFrame, asked: pd.Series, level: np.ndarray
) -> pd.DataFrame:
    """Interview the households that were planned, some résidences more and some less."""
    frames = []
    for home, own in zip(homes.itertuples(index=False), level, strict=True):
        planned = int(asked.get(home.residence, 0))
        if not planned:
            continue
        count = int(np.clip(round(planned * draw.lognormal(-0.06, 0.35)), 1, home.logements))
        content = np.floor(home.logements * own + draw.random(len(own))).astype(int)
        met = draw.hypergeometric(content, home.logements - content, count)
        order = draw.random((count, len(own))).argsort(axis=0)
        codes = np.where(order < met, 1, 4)
        codes = np.where(draw.random(codes.shape) > VALID, 9, codes)
        frame = pd.DataFrame(codes, columns=[f"q{k + 1:02d}" for k in range(len(own))])
        frame.insert(0, "qpv", home.qpv)
        frame.insert(0, "residence", home.residence)
        frames.append(frame)
    out = pd.concat(frames, ignore_index=True)
    # an answer stands for the dwellings of its stratum (a quarter, the rest) over its answers
    place = homes["code_qpv"].where(homes["qpv"] == 1, "")
    stood = out["residence"].map(place.set_axis(homes["residence"]))
    size = homes["logements"].groupby(place).sum()
    out.insert(0, "poids", (stood.map(size) / stood.map(stood.value_counts())).round(4))
    out.insert(0, "bailleur", "Bailleur 01")
    out.insert(0, "vague", "2023")
    out.insert(0, "id", range(len(out)))
    return out


def one(
    folder: Path, seed: int, case: tuple[int, int, float, str], questions: int
) -> dict[str, float]:
    """Plan one stock, survey it as planned, compare: promised and obtained."""
    side, interviews, gap, target = case
    draw = np.random.default_rng(seed)
    homes = homes_of(draw, Setting(side, target=target))
    folder.mkdir(parents=True, exist_ok=True)
    held = folder / "patrimoine.csv"
    people = Population(homes, {}, np.zeros(0), {}, np.zeros((0, 2)))
    stock(draw, people, 0.0).to_csv(held, sep=";", decimal=",", index=False, encoding="utf-8-sig")
    settings = Planification(
        cible=target, marge_points=100 * MARGIN, entretiens=interviews, ecart_suppose_points=(gap,),
        taux_satisfaction=LEVEL, correlation=LIKENESS, reponses_valides=VALID, taux_reponse=0.6,
    )  # fmt: skip
    wave = next_wave(read_homes(held)[0], settings)  # what the command writes, without its pictures
    asked = wave.residences.set_index("id_residence")["entretiens"]
    promised = float(wave.total["puissance_1"])
    file = folder / "enquete.csv"
    answers = answered(draw, homes, asked, levels(draw, homes, questions, gap, target))
    answers.to_csv(file, sep=";", decimal=",", index=False, encoding="utf-8-sig")
    (folder / "plan.toml").write_text(survey_plan(questions, target), encoding="utf-8")
    out = folder / "comparaison.csv"
    ((code, text),) = run(
        ["comparer", str(file), "--plan", str(folder / "plan.toml"), "--residences", str(held),
         "--sortie", str(out), "--csv-brut"]
    )  # fmt: skip
    if code != 0:
        raise SystemExit(f"comparer a rendu {code} ({folder}) :\n{text[-1500:]}")
    rows = pd.read_csv(out)
    gaps = rows[
        (rows["groupe"] == "ecart") & (rows["ajustement"] == "brut")
        & (rows["bailleur"] == "ensemble") & (rows["niveau"] == "total")
    ]  # fmt: skip
    shown = gaps["ic90_bas"].notna()
    return {
        "promis": promised,
        "obtenu": float((gaps.loc[shown, "ic90_bas"] > -MARGIN).mean()),
        "lignes": int(shown.sum()),
        "interviews": len(answers),
    }


def main() -> None:
    """Plan, survey and compare each case; print promised beside obtained."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sortie", type=Path, required=True)
    parser.add_argument("--enquetes", type=int, default=6, help="enquêtes par cas")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--graine", type=int, default=7)
    asked = parser.parse_args()
    os.environ["TFPB_CACHE"] = "non"
    asked.sortie.mkdir(parents=True, exist_ok=True)
    valmont = ROOT / "examples" / "valmont"
    warm(
        asked.sortie / "modules-comparer.json",
        ["comparer", str(valmont / "enquete_2019.csv"), "--plan", str(valmont / "plan_enquete.toml"),
         "--sortie", str(asked.sortie / "essai.csv")],
    )  # fmt: skip
    print(
        f"{'résidences':>10}{'entretiens':>12}{'écart':>7}  {'cible':<9}{'promis':>8}{'obtenu':>8}{'±':>6}"
    )
    for rank, case in enumerate(CASES):
        start, made = time.perf_counter(), []
        for k in range(asked.enquetes):
            seed = int(np.random.SeedSequence((asked.graine, rank, k)).generate_state(1)[0])
            made.append(one(asked.sortie / f"{rank}-{k}", seed, case, asked.questions))
        table = pd.DataFrame(made)
        promised, obtained = table["promis"].mean(), table["obtenu"].mean()
        error = table["obtenu"].std(ddof=1) / np.sqrt(len(table)) if len(table) > 1 else np.nan
        side, interviews, gap, target = case
        print(
            f"{side:>10}{interviews:>12}{gap:>7.1f}  {target:<9}{100 * promised:>8.1f}"
            f"{100 * obtained:>8.1f}{100 * error:>6.1f}   {time.perf_counter() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
