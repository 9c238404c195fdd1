"""How long a dossier takes again once a few doubts are decided: ratio to the first run, same machine.

The stock, survey and truth of Bondy (tests/real/simulate_bondy.py), real addresses and quarters. Run:

    python benchmarks/second_run.py [--decisions 7]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openpyxl import load_workbook

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TFPB_DONNEES_REELLES", ROOT.parent / "shared" / "data"))
sys.path.insert(0, str(ROOT / "tests" / "real"))


def tfpb(*arguments: object) -> tuple[float, float]:
    """Run a command; return its seconds of wall time and of processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    words = [sys.executable, "-m", "tfpb", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, used


def decide(path: Path, count: int) -> None:
    """Decide the first doubts of a review workbook « hors », signed."""
    book = load_workbook(path)
    sheet = book["Limites"]
    heads: dict[str, int] = {}
    for row in sheet.iter_rows():
        if not heads:
            names = [str(cell.value or "").lower() for cell in row]
            heads = {n: k for k, n in enumerate(names)} if "decision" in names else {}
        elif row[0].value and not row[heads["decision"]].value and count:
            count -= 1
            said = {
                "decision": "hors",
                "auteur": "A. Martin",
                "date": "2026-02-01",
                "piece": "plan",
            }
            for name, value in said.items():
                row[heads[name]].value = value
    book.save(path)


def main() -> None:
    """Make the dossier, run it, decide, run it again."""
    from simulate_bondy import make_bondy  # noqa: PLC0415 - beside the tests

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=7)
    asked = parser.parse_args()
    bondy = DATA / "bondy_93010"
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        os.environ["TFPB_CACHE"] = str(root / "etapes")
        os.environ["TFPB_DIFFUSIONS"] = str(root / "diffusions.jsonl")
        where = ("--geodonnees", root / "g")
        tfpb("geodonnees", "importer-adresses", bondy / "ban.csv", *where)
        tfpb("geodonnees", "importer-qpv", bondy / "qpv2015.geojson", "--millesime", 2015, *where)
        toml = make_bondy(root / "dossier")
        run = ("dossier", toml, "--sortie", root / "dossier" / "dossier", *where)
        times = [tfpb(*run)]
        decide(root / "dossier" / "dossier_a_verifier.xlsx", asked.decisions)
        text = toml.read_text(encoding="utf-8")
        given = '[fichiers]\ndecisions = "dossier_a_verifier.xlsx"'
        toml.write_text(text.replace("[fichiers]", given, 1), encoding="utf-8")
        times += [tfpb(*run)]
        journal = json.loads(
            (root / "dossier" / "dossier" / "technique" / "journal.json").read_text("utf-8")
        )
        print(f"premier passage : {times[0][0]:.1f} s, processeur {times[0][1]:.1f} s")
        print(
            f"après {asked.decisions} décisions : {times[1][0]:.1f} s, processeur {times[1][1]:.1f} s"
        )
        ratios = [b / a for a, b in zip(*times, strict=True)]
        print(f"rapport : {ratios[0]:.2f} (mur), {ratios[1]:.2f} (processeur)")
        print("repris :", journal["repris"])


if __name__ == "__main__":
    main()
