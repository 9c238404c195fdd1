"""Time and memory of a whole simulated region, run as its user would (fictional data).

Usage, from the top of the repository::

    python benchmarks/region.py FOLDER --sortie docs/benchmarks-region.md [--parts donnees,livraison]
        [--processus 2] [--local]

`FOLDER` receives the region (made once, kept), its outputs and `mesures.json`, what was measured so far:
parts may be run one at a time, and the page is made of all of them. Parts: `donnees` (nothing kept),
`livraison` (again after one bailleur's new delivery), `documents`, `double` (stock and survey doubled),
`controle` (the packs checked), `nation` (5.4 million dwellings located).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
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

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


def run(toml: Path, out: Path, options: list[str], cache: Path) -> dict[str, float]:
    """Run `tfpb region` once and measure it."""
    told = measured(["region", str(toml), "--sortie", str(out), *options], cache)
    journal = json.loads((out / "journal.json").read_text(encoding="utf-8"))["durees_s"]
    return {**told, **{f"dont {k}": v for k, v in journal.items()}}


def measured(words: list[str], cache: Path) -> dict[str, float]:
    """Run a command of `tfpb` once and measure it."""
    code = "import sys; sys.path[:0]=[sys.argv.pop(1)]; from tfpb.cli.app import main; main()"
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
    "documents": ("whole region, every document", "< 10 min, < 3 072 MiB",
                  lambda b: b.fresh(b.region(), "--documents")),
    "double": ("data, stock and survey doubled", "≤ 2 × the first line",
               lambda b: b.fresh(b.region(2.0), "--sans-documents")),
    "controle": ("26 packs checked at once (`tfpb controler`)", "< 60 s", Bench.check),
    "nation": ("5.4 M dwellings (372 000 entrances) geocoded and located", "told",
               Bench.nation),
}  # fmt: skip


HEAD = """# A simulated region: time and memory

Made by `python benchmarks/region.py FOLDER --sortie docs/benchmarks-region.md`, or in pieces with
`--parts`; {machine}, {processors} processors, Python {python}. 26 bailleurs, 12 000 résidences,
24 000 entrances, 204 quarters, 200 communes, 400 000 addresses, two waves of 38 000 interviews, 20 questions
and a mark, tax and programme of each bailleur (fictional data). Each run is a whole `tfpb region` on two
processes; memory is that of all processes together, pages they share counted once. Load is that of the
machine when the run began: above 0, others were at work, and processor time tells more than wall time.

| run | wall (s) | processor (s) | calculs (s) | documents (s) | peak (MiB) | load | aim |
|---|---:|---:|---:|---:|---:|---:|---|
"""


def page(told: dict[str, dict[str, float]]) -> str:
    """Write the page of what was measured, part by part."""
    lines = [*HEAD.format(machine=platform.machine(), processors=os.cpu_count(),
                          python=platform.python_version()).splitlines()]  # fmt: skip
    for key, (title, aim, _) in PARTS.items():
        if key not in told:
            lines.append(f"| {title} | not measured | | | | | | {aim} |")
            continue
        of = told[key]
        cells = [of.get(k) for k in ("secondes", "processeur", "dont calculs", "dont documents")]
        shown = [f"{v:.0f}" if v is not None else "" for v in cells]
        lines.append(
            f"| {title} | {' | '.join(shown)} | {of['memoire_mib']:.0f} | {of['charge']:.1f} | {aim} |"
        )
    if "nation" in told:
        of = told["nation"]
        lines += ["", (f"5.4 M dwellings: addresses {of['adresses_s']:.0f} s of processor, perimeters "
                      f"{of['perimetres_s']:.0f} s; {of['acceptees']:.1%} accepted, {of['dans']:.1%} in a "
                      "quarter.")]  # fmt: skip
    if {"donnees", "double"} <= set(told):
        grown = {k: told["double"][k] / told["donnees"][k] for k in ("processeur", "memoire_mib")}
        lines += ["", (f"Doubled, the region takes {grown['processeur']:.2f} times the processor and "
                      f"{grown['memoire_mib']:.2f} times the memory.")]  # fmt: skip
    return "\n".join([*lines, *NOTES.splitlines(), ""])


NOTES = """
Documents are every workbook, PDF and Word of 26 packs, 40 sheets of contrats and the restitution, the web
maps, 204 printed pages and the atlas.

The run after one delivery misses its aim: half of the whole, 0.50 of its processor and 0.53 of its time,
where a quarter is asked. What rests on each bailleur's own files serves again (location, money, programme,
doubts, bilans, GIS layers), and the masks of every wave in which nothing has moved; what an answer can move
is made again: answers are never kept, so that every delivery is read and recoded; estimates are the
region's, and each pack shows the region without its bailleur. The first two lines were taken since, the
others are from before masks were chosen on one system of atoms: documents, doubled, nation.

**A smaller region**, one process (processor seconds; on a machine at load 4 to 9, where wall time says
nothing): `python benchmarks/region_maker.py R --bailleurs 12 --residences 2500 --menages 9000 --qpv 60
--communes 60 --adresses 60000`, then `tfpb region R/region.toml --sortie S --moteur local
--sans-documents`, twice, `new_delivery` between; masks are what `region_masks` took.

| 12 bailleurs, data | processor (s) | of it masks | peak (MiB) |
|---|---:|---:|---:|
| whole, before | 43.8 | 13.7 | 558 |
| whole | 34.2 | 6.2 | 554 |
| again, after one bailleur’s new delivery | 21.6 | 2.8 | 536 |
| whole, résidences and households doubled | 41.5 | 5.2 | 638 |

Doubled input takes 1.21 times the processor and 1.15 times the memory (aim 1.5). After one delivery 0.63 of
the whole: of the 21.6 s packs are 5.1, reading and recoding 3.9, masks of the wave that moved 2.8,
estimates 2.5, cutting what each pack holds 1.8, sheets 2.0. All of these bear regional figures, which one
interview more moves in every pack: a quarter of the whole would ask that answers, or the estimates nobody
has protected, be kept, which they never are. The search of masks is not begun from the last ones: masks
would depend on what was run before, and the same files give the same bytes; and what makes a search short
is not the masks but the movements, whose sizes tell numbers of answers under the threshold.

Masks of the whole region (26 bailleurs, 150 000 addresses, 21 questions of two waves, 500 rows each): 33 s
of processor, 3.2 s the first question of a wave, 0.67 s each other; 27 s went before that into looking up
the bailleurs of each change, now 0.8 (timed around `_searched` and `declare_cells`, on the estimates of
`region_maker.py R --adresses 150000`).

**39 sheets.** Documents and data of four of the 12 sheets of that region (five quarters each, as in the
large one; maps apart): 3.7 s of processor, and 2.25 s to gather the 12; 39 sheets are 43 s, *computed* (aim
120).

**Documents.** Files are written as they are made, eight packs or sheets at a time, where all were held at
once. The time and peak of a run with every document were not taken again: on a machine that five share it
does not end within four minutes. Three quarters of the time stays an aim; of 2 GiB, data alone peak at 1.7.

**Packs checked.** `tfpb controler FOLDER/sortie/bailleurs --annee 2025 --sortie controle.xlsx` (part
`controle`), 26 packs of the simulated region without documents (4.7 MB): 8.9 s (6.6 of processor, load 5),
aim 60 s. 27 sown omissions of 27 are found in packs of ours, the 23 that are not about files in plain
folders too; 26 whole packs raise no alarm (`tests/cli/test_cli_controler.py`). In the seven real packs of
the small region the check says what is so: drafts, dwellings on no line of the tax sheet, quarters whose
amount is not established.

**A cluster.** Three workers, one killed and one stopped four fifths of the time: the bytes of one process.
All of them lost: told in less than 30 s. Encrypted: opened by its three files alone
(`tests/unit/region/test_region_executor.py`, `tests/cli/test_cli_region.py`).

**A second region by settings alone.** `python benchmarks/region_maker.py ile --outremer 1 --bailleurs 6
--residences 150 --qpv 5 --communes 5 --adresses 2500 --menages 3000`, then `tfpb region ile/region.toml`: an
overseas département, on the quarters of 2015 that still rule 2025, with no code of its own; 48 s (30 of
processor).
"""


def main() -> None:
    """Make, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--sortie", type=Path)
    parser.add_argument("--processus", type=int, default=2)
    parser.add_argument("--local", action="store_true")
    asked = parser.parse_args()
    engine = ["--moteur", "local"] if asked.local else ["--processus", str(asked.processus)]
    bench = Bench(asked.folder.resolve(), engine)
    record = bench.folder / "mesures.json"
    told = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    for key in asked.parts.split(","):
        bench.region()
        load = os.getloadavg()[0]
        told[key] = {**PARTS[key][2](bench), "charge": load}
        print(key, "  ".join(f"{k} {v:.1f}" for k, v in told[key].items()), flush=True)
        record.write_text(json.dumps(told, indent=1), encoding="utf-8")
    if asked.sortie:
        asked.sortie.write_text(page(told), encoding="utf-8")


if __name__ == "__main__":
    main()
