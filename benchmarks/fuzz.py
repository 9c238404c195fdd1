"""Feed a reader with spoiled real files for some minutes; what escapes from it is kept in the corpus.

    python benchmarks/fuzz.py --cible csv --minutes 10
    python benchmarks/fuzz.py --cible all --minutes 10

Inputs are made by a worker process, which leaves the one it is reading on disk: a worker that dies
(a crash of a C library) or does not come back is a finding like a traceback.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "fuzz"))
PATIENCE_S = 60
HANGING_S = 10.0
"""On one spoiled SPSS file in four the C library never returns; a user is told after two minutes."""


def work(target: str, seed: int, until: float, lent: Path) -> None:
    """Read spoiled files until the time is over; findings and counts go to the lent folder."""
    from fuzz_mutations import mutated  # noqa: PLC0415 - the parent needs none of it
    from fuzz_targets import attempt  # noqa: PLC0415

    from tfpb.io.tables import spss  # noqa: PLC0415

    spss._PATIENCE_S = HANGING_S  # noqa: SLF001 - a user waits longer than a fuzzer
    warnings.simplefilter("error")  # a warning of a library would reach the user, in English
    warnings.filterwarnings("ignore", category=ResourceWarning)
    chance = random.Random(seed)
    done = read = 0
    while time.time() < until:
        name, data = mutated(target, chance)
        (lent / "input.name").write_text(name)
        (lent / "input").write_bytes(data)
        try:
            read += attempt(target, name, data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - panics of Rust libraries are not exceptions
            found = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} {Path(found.filename).name}:{found.lineno}"
            keep(lent, where, name, data, "".join(traceback.format_exception(error)))
        done += 1
        (lent / "counts.json").write_text(json.dumps({"done": done, "read": read}))


def keep(lent: Path, where: str, name: str, data: bytes, told: str) -> None:
    """Keep the smallest input of each place a traceback came from."""
    folder = lent / "found" / hashlib.sha256(where.encode()).hexdigest()[:8]
    folder.mkdir(parents=True, exist_ok=True)
    before = [p for p in folder.iterdir() if p.name.startswith("in-")]
    if before and before[0].stat().st_size <= len(data):
        return
    for old in before:
        old.unlink()
    (folder / f"in-{name}").write_bytes(data)
    (folder / "told.txt").write_text(f"{where}\n{told}", encoding="utf-8")


def run(target: str, minutes: float, seed: int, out: Path) -> dict[str, object]:
    """Fuzz one reader, starting a worker anew when one dies."""
    until = time.time() + 60 * minutes
    done = read = dead = 0
    said = b""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        lent = Path(folder)
        while time.time() < until:
            command = [sys.executable, __file__, "--ouvrier", str(lent), "--cible", target]
            with (lent / "stderr").open(
                "wb"
            ) as told:  # whatever a user would see there is a finding
                worker = subprocess.Popen(
                    [*command, "--graine", str(seed), "--fin", str(until)], stderr=told
                )
            last, seen = 0, time.time()
            while worker.poll() is None:
                time.sleep(0.2)
                now = counts(lent)["done"]
                last, seen = (now, time.time()) if now != last else (last, seen)
                if time.time() - seen > PATIENCE_S:
                    worker.kill()
            made = counts(lent)
            done, read, seed = done + made["done"], read + made["read"], seed + 1
            said += (lent / "stderr").read_bytes()[:2000]
            if worker.returncode != 0 and (lent / "input").is_file():
                dead += 1
                name = (lent / "input.name").read_text()
                died = f"worker ended with {worker.returncode}"
                keep(lent, f"{died} {name}", name, (lent / "input").read_bytes(), died)
            (lent / "counts.json").unlink(missing_ok=True)
            if dead > 20:
                break
        found = sorted((lent / "found").glob("*/in-*"))
        for path in found:
            place = out / target / f"{path.parent.name}-{path.name.removeprefix('in-')}"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
            place.with_name(f"{place.name}.txt").write_bytes(
                (path.parent / "told.txt").read_bytes()
            )
        if said:
            (out / f"{target}-stderr.txt").write_bytes(said)
    return {
        "cible": target, "fichiers": done, "lus": read, "trouvés": len(found), "morts": dead,
        "octets sur stderr": len(said),
    }  # fmt: skip


def counts(lent: Path) -> dict[str, int]:
    """Read how far the worker is."""
    try:
        return dict(json.loads((lent / "counts.json").read_text()))
    except (OSError, ValueError):
        return {"done": 0, "read": 0}


def main() -> None:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cible", default="all")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--trouves", type=Path, default=Path("fuzz_trouves"))
    parser.add_argument("--ouvrier", type=Path)
    parser.add_argument("--fin", type=float, default=0.0)
    asked = parser.parse_args()
    if asked.ouvrier is not None:
        work(asked.cible, asked.graine, asked.fin, asked.ouvrier)
        return
    from fuzz_targets import TARGETS  # noqa: PLC0415

    for target in TARGETS if asked.cible == "all" else asked.cible.split(","):
        print(json.dumps(run(target, asked.minutes, asked.graine, asked.trouves), ensure_ascii=False),
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
