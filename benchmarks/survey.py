"""Speed of the statistics beside R's `survey` and `svy`, on one machine in one run; and coverage.

    python benchmarks/survey.py [--couverture] [--svy PYTHON]
    python benchmarks/survey.py --quartiers

`--svy` names an interpreter that has the `svy` package; R is used when `Rscript` is there. `--quartiers`
times the estimates of two waves by 172 quarters and 9 sectors alone, in seconds of processor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from results import record
from survey_coverage import coverage
from survey_region import ITEMS, as_delivery, region_frame, region_plan, region_stock

from tfpb.survey.compare import compare
from tfpb.survey.estimation.design import build_design, satisfied_answers, sum_answers
from tfpb.survey.estimation.means import Contrasts, contrast_variance, domain_means, membership
from tfpb.survey.reading.recode import recode
from tfpb.survey.respondents import Survey

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HERE = Path(__file__).parent


def best(work: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of several runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def our_jobs(survey: Survey) -> tuple[dict[str, float], tuple[float, float]]:
    """Time both jobs, design included, and return the first gap with its error as a check."""
    rows = np.arange(len(survey.respondents))
    shown = Survey(survey.respondents, {i: survey.answers[i] for i in ITEMS}, {}, survey.scales)

    def estimates(keys: tuple[str, ...]) -> tuple[Floats, Floats]:
        """Estimate every group of the key columns: shares and their errors (with the gap)."""
        design = build_design(shown.respondents, keys=keys)
        sums = sum_answers(design, satisfied_answers(shown, rows))
        groups = design.atoms.groupby(list(keys), sort=True).indices
        means = domain_means(sums, membership(list(groups.values()), len(design.atoms)))
        values = means.estimate
        variance = contrast_variance(means, Contrasts.of(np.arange(len(groups))[:, None], [1.0]))
        if keys == ("qpv",):
            gap = Contrasts.of(np.array([[1, 0]]), [1.0, -1.0])
            values = np.vstack([values, gap.values(means)])
            variance = np.vstack([variance, contrast_variance(means, gap)])
        return values, np.sqrt(variance)

    value, error = estimates(("qpv",))
    times = {
        "ecarts": best(lambda: estimates(("qpv",))),
        "cellules": best(lambda: estimates(("bailleur", "qpv"))),
    }
    return times, (float(value[-1, 0]), float(error[-1, 0]))


def peer(command: list[str]) -> dict[str, list[float]]:
    """Run a peer and read its lines: name, numbers."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    return {name: [float(v) for v in values] for name, *values in lines}


def whole_command(folder: Path) -> float:
    """Time `tfpb comparer` from start to exit: two waves, all adjustments, each bailleur."""
    frame = region_frame(waves=("2019", "2023"))
    paths = []
    for wave, part in frame.groupby("vague"):
        path = folder / f"enquete_{wave}.csv"
        part.to_csv(path, index=False, sep=";")
        paths.append(str(path))
    plan = folder / "plan.toml"
    plan.write_text(plan_text(), encoding="utf-8")
    code = "import typer; from tfpb.cli.comparer import comparer; typer.run(comparer)"
    command = [sys.executable, "-c", code, *paths, "--plan", str(plan)]
    command += ["--sortie", str(folder / "s.csv")]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - start


def by_quarters() -> float:
    """Time the estimates of two waves, each quarter and sector, all adjustments."""
    waves, plan = ("2019", "2023"), region_plan()
    frame = region_frame(waves=waves)
    parts = [as_delivery(frame[frame["vague"] == w]) for w in waves]
    answers = recode(parts, plan, region_stock(frame))
    start = time.process_time()
    compare(answers, plan, by=["code_qpv", "secteur"])
    return time.process_time() - start


def plan_text() -> str:
    """Write the plan as TOML."""
    plan = region_plan()
    lines = ["[colonnes]"]
    roles = ("repondant", "vague", "bailleur", "residence", "poids", "qpv", "strates")
    lines += [
        f"{name} = {list(getattr(plan.colonnes, name))!r}"
        for name in (*roles, "ajustement", "standardisation")
    ]
    lines += [
        "[echelles.s4]",
        "satisfait = [1, 2]",
        "insatisfait = [3, 4]",
        "non_concerne = [8]",
        "nsp = [9]",
        "[echelles.note]",
        'type = "note"',
        "satisfait_des = 7",
        "nsp = [99]",
    ]
    for item in plan.items:
        lines += [
            "[[items]]",
            f"colonnes = {list(item.colonnes)!r}",
            f"libelle = {item.libelle!r}",
            f"theme = {item.theme.value!r}",
            f"echelle = {item.echelle!r}",
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run what is asked and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--svy", default="")
    parser.add_argument("--couverture", action="store_true")
    parser.add_argument("--quartiers", action="store_true")
    asked = parser.parse_args()
    if asked.quartiers:
        print(f"Deux vagues, 172 quartiers, 9 secteurs : {by_quarters():.1f} s de processeur")
        return
    frame = region_frame()
    start = time.perf_counter()
    survey = recode([as_delivery(frame)], region_plan())
    reading = time.perf_counter() - start
    ours, check = our_jobs(survey)
    lines = [
        (
            f"{len(frame)} interviews, {frame['residence'].nunique()} résidences, "
            f"{len(ITEMS)} items ; recodage {reading:.2f} s"
        ),
        "",
        "| travail | tfpb (s) | R survey (s) | rapport | svy (s) | rapport |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "region.csv"
        frame.to_csv(data, index=False)
        r = (
            peer(["Rscript", str(HERE / "survey_peer.R"), str(data)])
            if shutil.which("Rscript")
            else {}
        )
        svy = peer([asked.svy, str(HERE / "survey_peer_svy.py"), str(data)]) if asked.svy else {}
        for job, label in (
            ("ecarts", "20 items × QPV, écarts"),
            ("cellules", "20 items × 51 cellules"),
        ):
            row = f"| {label} | {ours[job]:.3f} "
            for other in (r, svy):
                there = other.get(job)
                row += f"| {there[0]:.2f} | {there[0] / ours[job]:.0f}× " if there else "| – | – "
            lines.append(row + "|")
        whole = whole_command(folder)
    lines += ["", f"`tfpb comparer`, deux vagues, tous ajustements, 26 bailleurs : {whole:.1f} s"]
    if r:
        theirs = r["controle"]
        lines.append(
            f"Contrôle (premier écart, erreur-type) : écarts relatifs à R de "
            f"{abs(check[0] / theirs[0] - 1):.0e} et {abs(check[1] / theirs[1] - 1):.0e}"
        )
        gap, error = (f"{abs(one / two - 1):.0e}" for one, two in zip(check, theirs, strict=False))
        record("survey.r", gap=gap, error=error)
        times = (round(r[job][0] / ours[job]) for job in ("ecarts", "cellules"))
        record("survey.speed", **dict(zip(("gaps", "cells"), times, strict=True)))
    if asked.couverture:
        lines += ["", *coverage()]
    text = "\n".join(lines)
    print(text)
    record("survey.command", seconds=round(whole, 1))


if __name__ == "__main__":
    main()
