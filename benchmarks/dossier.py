"""Time and memory of the main job on the example: first run, nothing changed, one action changed.

    python benchmarks/dossier.py [--fois 3] [--contre AUTRE_CLONE]

Each run is a whole process, start of the interpreter included, its libraries compiled beforehand as an
installation leaves them. Beside wall time stands processor time, which other work on the machine moves
less; each pass of the file system's cache is warm.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from results import record

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "valmont"
VALUED = "Dépense valorisée TFPB"
PROGRAM = "from tfpb.cli.app import main; main()"
CASES = ("premier passage", "rien n’a changé", "une action a changé", "sans rien reprendre")


@dataclass(frozen=True)
class Cost:
    """One run."""

    wall_s: float
    processor_s: float
    memory_mb: float
    parts: dict[str, float]


class Bench:
    """A copy of the example, its imported geography and a folder of kept stages, all temporary."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.folder = folder
        self.inputs = folder / "dossier"
        self.cache = folder / "etapes"
        shutil.copytree(root / "examples" / "valmont", self.inputs)
        self.env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
            "PYTHONPATH": str(root / "src"),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "TFPB_CACHE": str(self.cache),
            "TFPB_DIFFUSIONS": str(folder / "diffusions.jsonl"),
            "TFPB_GEODONNEES": str(folder / "geodonnees"),
        }
        sources = self.inputs / "geodonnees_sources"
        for arguments in (
            ("importer-adresses", *sorted(sources.glob("*.csv.gz"))),
            ("importer-qpv", sources / "qpv2015_valmont.geojson", "--millesime", "2015"),
            ("importer-qpv", sources / "qpv2024_valmont.geojson", "--millesime", "2024"),
            ("importer-communes", sources / "commune_valmont.geojson"),
        ):
            self.call("geodonnees", *arguments)

    def call(self, *arguments: object) -> Cost:
        """Run the command line in a process of its own."""
        start = time.perf_counter()
        job = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *map(str, arguments)], env=self.env,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, usage = os.wait4(job.pid, 0)
        wall = time.perf_counter() - start
        if status:
            raise SystemExit(f"exit {os.waitstatus_to_exitcode(status)}: {arguments}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, {})

    def dossier(self, *more: str) -> Cost:
        """Make the pack."""
        target = self.folder / "sortie"
        was = _journal(target)
        cost = self.call("dossier", self.inputs / "dossier.toml", "--sortie", target, *more)
        now = _journal(target)  # left as it was where nothing was made again
        parts = json.loads(now)["durees_s"] if now != was else {}
        return Cost(cost.wall_s, cost.processor_s, cost.memory_mb, parts)

    def change_one_action(self) -> None:
        """Take a hundred euros from what the third action declares as valued."""
        path = self.inputs / "programme_2025.xlsx"
        book = load_workbook(path)
        rows = list(book.active.iter_rows())
        head = next(r for r in rows if VALUED in [str(c.value) for c in r])
        column = [str(c.value) for c in head].index(VALUED)
        cell = rows[head[0].row + 2][column]
        cell.value = float(cell.value) - 100
        book.save(path)


def _journal(pack: Path) -> str:
    path = pack / "technique" / "journal.json"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def measure(times: int, roots: Sequence[Path]) -> list[dict[str, list[Cost]]]:
    """Run the cases of each version in turn, as many times as asked."""
    with tempfile.TemporaryDirectory() as name:
        benches = [Bench(Path(name) / str(rank), root) for rank, root in enumerate(roots)]
        for bench in benches:
            bench.dossier("--tout-recalculer")  # compiles what the imports have not
        rounds = [[_round(bench) for bench in benches] for _ in range(times)]
    return [
        {case: [costs[rank][case] for costs in rounds] for case in CASES}
        for rank in range(len(roots))
    ]


def _round(bench: Bench) -> dict[str, Cost]:
    shutil.rmtree(bench.cache, ignore_errors=True)
    costs = [bench.dossier(), bench.dossier()]
    bench.change_one_action()
    costs += [bench.dossier(), bench.dossier("--tout-recalculer")]
    return dict(zip(CASES, costs, strict=True))


def _made_by(times: int) -> str:
    return (
        f"Made by `python benchmarks/dossier.py --fois {times}`; {platform.machine()}, "
        f"{os.cpu_count()} processors, Python {platform.python_version()}. Median of {times}; memory is "
        "the largest. Whole processes, libraries compiled beforehand. The ratio is to the first run, of "
        "processor time."
    )


def report(found: dict[str, list[Cost]], times: int) -> str:
    """Write the figures as a page."""
    middle = {
        case: Cost(
            statistics.median(c.wall_s for c in costs),
            statistics.median(c.processor_s for c in costs),
            max(c.memory_mb for c in costs),
            {k: statistics.median(c.parts.get(k, 0.0) for c in costs) for k in costs[0].parts},
        )
        for case, costs in found.items()
    }
    first = middle[CASES[0]]
    lines = [
        "# The main job on the example: time and memory",
        "",
        _made_by(times),
        "",
        "| run | wall (s) | lowest (s) | processor (s) | ratio | peak memory (MB) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {case} | {c.wall_s:.1f} | {min(one.wall_s for one in found[case]):.1f} | "
        f"{c.processor_s:.2f} | {c.processor_s / first.processor_s:.2f} | "
        f"{c.memory_mb:.0f} |"
        for case, c in middle.items()
    ]
    lines += ["", "Parts, in seconds of wall time:", "", "| part | " + " | ".join(CASES) + " |"]
    lines.append("|---|" + "---:|" * len(CASES))
    for part in first.parts:
        cells = " | ".join(f"{middle[case].parts.get(part, 0.0):.2f}" for case in CASES)
        lines.append(f"| {part} | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fois", type=int, default=3)
    parser.add_argument("--contre", type=Path, help="the clone of another version, run in turn")
    options = parser.parse_args()
    roots = [ROOT, *([options.contre.resolve()] if options.contre else [])]
    here, *others = measure(options.fois, roots)
    text = report(here, options.fois)
    for other in others:
        text += (
            f"\n{options.contre.name}, in turn: its processor (s), and what this takes of it.\n\n"
        )
        for case in CASES:
            before, now = (statistics.median(c.processor_s for c in f[case]) for f in (other, here))
            text += f"- {case}: {before:.2f}, {now / before:.2f}\n"
    print(text)
    first, nothing, action = ([c.processor_s for c in here[case]] for case in CASES[:3])
    start = statistics.median(first)
    record(
        "whole.dossier",
        seconds=round(statistics.median(c.wall_s for c in here[CASES[0]]), 1),
        memory=round(max(c.memory_mb for c in here[CASES[0]])),
    )
    record(
        "whole.again",
        nothing=round(statistics.median(nothing) / start, 2),
        action=round(statistics.median(action) / start, 2),
    )


if __name__ == "__main__":
    main()
