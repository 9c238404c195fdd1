"""Processor time of `tfpb comparer`, whole, beside that of another tree of the sources, in the same run.

    python benchmarks/comparer_beside.py OTHER [--tours 3] [--par code_qpv,secteur]

Two waves, 26 bailleurs, 21 questions, two files; the commands alternate on the same files, so that a loaded
machine weighs on both; one thread each, as threads that wait for one another would weigh too. Processor time
of the child processes, the least of the rounds.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from survey import plan_text
from survey_region import region_frame, region_stock
from warm import ROOT

CODE = "import typer; from tfpb.cli.comparer import comparer; typer.run(comparer)"


def spent(tree: Path, arguments: list[str], ledger: Path) -> float:
    """Run the command of a tree, with a ledger of its own; processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": str(tree / "src"),
            "OPENBLAS_NUM_THREADS": "1",
            "TFPB_DIFFUSIONS": str(ledger),
        },
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Time both trees in turn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("other", type=Path, help="racine d’un autre état des sources")
    parser.add_argument("--tours", type=int, default=3)
    parser.add_argument("--par", default="", help="niveaux de territoire, avec un patrimoine situé")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = region_frame(waves=("2019", "2023"))
        files = []
        for wave, part in frame.groupby("vague"):
            files.append(str(folder / f"enquete_{wave}.csv"))
            part.to_csv(files[-1], index=False, sep=";")
        (folder / "plan.toml").write_text(plan_text(), encoding="utf-8")
        arguments = [*files, "--plan", str(folder / "plan.toml")]
        if asked.par:
            region_stock(frame).to_csv(folder / "residences.csv", index=False, sep=";")
            arguments += ["--residences", str(folder / "residences.csv"), "--par", asked.par]
        times: dict[Path, list[float]] = {ROOT: [], asked.other.resolve(): []}
        for _ in range(asked.tours):
            for tree, held in times.items():
                out = folder / f"s{len(held)}-{tree.name}.csv"
                held.append(
                    spent(tree, [*arguments, "--sortie", str(out)], out.with_suffix(".jsonl"))
                )
        ours, theirs = (min(held) for held in times.values())
        told = f"{ours:.2f} s de processeur ici, {theirs:.2f} s là : {ours / theirs:.2f}"
        print(f"{len(frame)} interviews : {told}")


if __name__ == "__main__":
    main()
