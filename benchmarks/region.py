"""Time and memory of a whole simulated region, run as its user would (fictional data).

Usage, from the top of the repository::

    python benchmarks/region.py FOLDER [--parts donnees,livraison] [--processus 2] [--local]

`FOLDER` receives the region (made once, kept), its outputs and `mesures.json`, what was measured so far:
parts may be run one at a time. Prints a row a part: wall, processor, computing and documents (s), peak
(MiB), sheets of contrats (s), load when it began, aim. Parts: `donnees` (nothing kept),
`livraison` (again after one bailleur's new delivery), `documents`, `double` (stock and survey doubled),
`controle` (the packs checked), `nation` (5.4 million dwellings located).
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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nation
from memory import memory_mib
from region_maker import Size, make_region
from results import record

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


def run(toml: Path, out: Path, options: list[str], cache: Path) -> dict[str, float]:
    """Run `tfpb region` once and measure it."""
    told = measured(["region", str(toml), "--sortie", str(out), *options], cache)
    journal = json.loads((out / "technique" / "journal.json").read_text(encoding="utf-8"))[
        "durees_s"
    ]
    told |= {f"dont {k}": v for k, v in journal.items()}
    packs, sheets = (
        [f.stat().st_mtime for f in out.rglob(p)] for p in ("bailleurs/*.zip", "contrats/*/fiche.*")
    )
    return told | ({"fiches": max(sheets) - max(packs)} if sheets else {})


def measured(words: list[str], cache: Path) -> dict[str, float]:
    """Run a command of `tfpb` once and measure it."""
    code = "import sys; sys.path[:0]=[sys.argv.pop(1)]; from tfpb.__main__ import main; main()"
    command = [sys.executable, "-c", code, str(HERE.parent / "src"), *words]
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
        raise SystemExit(f"tfpb {words[0]}: {child.returncode}")
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "secondes": time.perf_counter() - begun,
        "processeur": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memoire_mib": peak[0],
    }


def new_delivery(folder: Path) -> None:
    """Give the first bailleur one more interview: its file, and every regional figure, change."""
    path = folder / "bailleurs" / "b01" / "enquete.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    first = lines[1].split(";")
    lines.append(";".join([str(len(lines) + 1_000_000), *first[1:]]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


@dataclass(frozen=True)
class Bench:
    """A region in a folder, and how it is run."""

    folder: Path
    engine: list[str]

    def region(self, scale: float = 1.0) -> Path:
        """Make the region once; its `region.toml`."""
        home = self.folder if scale == 1.0 else self.folder / f"taille-{scale:g}"
        size = Size(residences=int(Size.residences * scale), menages=int(Size.menages * scale))
        toml = home / "region.toml"
        return toml if toml.is_file() else make_region(home, size)

    def fresh(self, toml: Path, *options: str) -> dict[str, float]:
        """Run with nothing kept from before."""
        cache, out = toml.parent / "garde", toml.parent / "sortie"
        for old in (cache, out):
            shutil.rmtree(old, ignore_errors=True)
        return run(toml, out, [*self.engine, *options], cache)

    def again(self, toml: Path) -> dict[str, float]:
        """Run after one bailleur's new delivery, over what the first run kept."""
        if not (toml.parent / "garde").is_dir():
            self.fresh(toml, "--sans-documents")
        new_delivery(toml.parent)
        out = toml.parent / "sortie"
        return run(toml, out, [*self.engine, "--sans-documents"], toml.parent / "garde")

    def check(self) -> dict[str, float]:
        """Check the packs that the first run made (drafts, which the check says)."""
        toml = self.region()
        if not (toml.parent / "sortie").is_dir():
            self.fresh(toml, "--sans-documents")
        packs, book = toml.parent / "sortie" / "bailleurs", toml.parent / "controle.xlsx"
        return measured(["controler", str(packs), "--sortie", str(book)], toml.parent / "garde")

    def nation(self) -> dict[str, float]:
        """Geocode and locate 5.4 million dwellings on the region's geography."""
        self.region()
        return nation.measure(self.folder, dwellings=5_400_000, workers=2)


PARTS: dict[str, tuple[str, str, Callable[[Bench], dict[str, float]]]] = {
    "donnees": ("whole region, data of all packs and regional outputs", "< 120 s",
                lambda b: b.fresh(b.region(), "--sans-documents")),
    "livraison": ("again, after one bailleur’s new delivery", "≤ a quarter of the first line",
                  lambda b: b.again(b.region())),
    "documents": ("whole region, every document", "≤ 3/4 of before, < 2 048 MiB",
                  lambda b: b.fresh(b.region(), "--documents")),
    "double": ("data, stock and survey doubled", "≤ 1.5 × the first line",
               lambda b: b.fresh(b.region(2.0), "--sans-documents")),
    "controle": ("26 packs checked at once (`tfpb controler`)", "< 60 s", Bench.check),
    "nation": ("5.4 M dwellings (372 000 entrances) geocoded and located", "told",
               Bench.nation),
}  # fmt: skip


def row(key: str, told: dict[str, float]) -> str:
    """Write a part as a row."""
    title, aim, _ = PARTS[key]
    cells = ("secondes", "processeur", "dont calculs", "dont documents", "memoire_mib", "fiches")
    shown = " | ".join(f"{told[k]:.0f}" if k in told else "" for k in cells)
    return f"| {title} | {shown} | {told['charge']:.1f} | {aim} |"


def main() -> None:
    """Make, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--processus", type=int, default=2)
    parser.add_argument("--local", action="store_true")
    asked = parser.parse_args()
    engine = ["--moteur", "local"] if asked.local else ["--processus", str(asked.processus)]
    bench = Bench(asked.folder.resolve(), engine)
    kept = bench.folder / "mesures.json"
    told = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for key in asked.parts.split(","):
        bench.region()
        load = os.getloadavg()[0]
        told[key] = {**PARTS[key][2](bench), "charge": load}
        print(row(key, told[key]), flush=True)
        kept.write_text(json.dumps(told, indent=1), encoding="utf-8")
        _record(key, told)


def _record(key: str, told: dict[str, dict[str, float]]) -> None:
    """Keep what a page prints of a part."""
    seconds, memory = round(told[key]["secondes"]), round(told[key]["memoire_mib"])
    if key == "controle":
        record("region.packs", seconds=seconds)
    elif key == "livraison" and "donnees" in told:
        record("region.delivery", share=round(seconds / told["donnees"]["secondes"], 2))
    elif key in (names := {"donnees": "data", "documents": "documents", "nation": "nation"}):
        record(f"region.{names[key]}", seconds=seconds, memory=memory)


if __name__ == "__main__":
    main()
