"""Time and memory of a whole simulated region, run as its user would (fictional data).

Usage, from the top of the repository::

    python benchmarks/region.py FOLDER [--taille 1.0] [--processus 2] [--documents] [--local]

`FOLDER` receives the region (made once, kept) and its outputs. Runs, each a fresh `tfpb region`:
the first (nothing kept) and a second after one bailleur's new delivery; or, with `--documents`, the
first with every document. Tells wall time, processor time, and the peak of the memory of all processes
together (pages they share counted once). `--taille 2` doubles stock and survey.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from region_maker import Size, make_region

HERE = Path(__file__).parent


def memory_mib(pid: int) -> float:
    """Return the memory of a process and of all its descendants, shared pages counted once."""
    total = 0.0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii", errors="replace")
            tasks = list(Path(f"/proc/{one}/task").iterdir())
            waiting += [int(k) for t in tasks for k in (t / "children").read_text().split()]
        except (OSError, ValueError):
            continue
        for line in status.splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
    return total


def run(toml: Path, out: Path, options: list[str], cache: Path) -> dict[str, float]:
    """Run `tfpb region` once and measure it."""
    code = "import sys; sys.path[:0]=[sys.argv.pop(1)]; from tfpb.cli.app import main; main()"
    command = [sys.executable, "-c", code, str(HERE.parent / "src"), "region", str(toml),
               "--sortie", str(out), *options]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    child = subprocess.Popen(
        command,
        env={**os.environ, "TFPB_CACHE": str(cache), "PYTHONPATH": str(HERE.parent / "src")},
        stdout=subprocess.DEVNULL,
    )
    peak = [0.0]

    def watch() -> None:
        while child.poll() is None:
            peak[0] = max(peak[0], memory_mib(child.pid))
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    if child.wait():
        raise SystemExit(f"tfpb region: {child.returncode}")
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "secondes": time.perf_counter() - begun,
        "processeur": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memoire_mib": peak[0],
    }
    journal = json.loads((out / "journal.json").read_text(encoding="utf-8"))["durees_s"]
    return {**told, **{f"dont {k}": v for k, v in journal.items()}}


def new_delivery(folder: Path) -> None:
    """Give the first bailleur one more interview: its file, and every regional figure, change."""
    path = folder / "bailleurs" / "b01" / "enquete.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    first = lines[1].split(";")
    lines.append(";".join([str(len(lines) + 1_000_000), *first[1:]]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def tell(name: str, figures: dict[str, float]) -> None:
    """Print one line."""
    print(f"{name:36s}", "  ".join(f"{k} {v:.1f}" for k, v in figures.items()), flush=True)


def main() -> None:
    """Make, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--taille", type=float, default=1.0)
    parser.add_argument("--processus", type=int, default=2)
    parser.add_argument("--documents", action="store_true")
    parser.add_argument("--local", action="store_true")
    told = parser.parse_args()
    size = Size(
        residences=int(Size.residences * told.taille), menages=int(Size.menages * told.taille)
    )
    toml = told.folder / "region.toml"
    if not toml.is_file():
        make_region(told.folder, size)
    engine = ["--moteur", "local"] if told.local else ["--processus", str(told.processus)]
    cache, out = told.folder / "garde", told.folder / "sortie"
    for old in (cache, out):
        shutil.rmtree(old, ignore_errors=True)
    if not told.documents:
        tell("première fois, données", run(toml, out, [*engine, "--sans-documents"], cache))
        new_delivery(told.folder)
        tell("après une livraison, données", run(toml, out, [*engine, "--sans-documents"], cache))
    else:
        tell("première fois, documents compris", run(toml, out, [*engine, "--documents"], cache))


if __name__ == "__main__":
    main()
