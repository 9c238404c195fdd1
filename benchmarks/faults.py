"""Put the commands at fault many times: what was injected, what was survived.

    python benchmarks/faults.py --coups 100

Kills fall at random moments (by the clock) over each command, the main job included; refusals and full
disks at random operations on files. After each, inputs, what is visible, and the next run are checked.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "faults"))
from fault_harness import Server  # noqa: E402
from fault_jobs import commands, job, prepare, survives  # noqa: E402


def main() -> None:
    """Read the command line, put at fault, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coups", type=int, default=100, help="kills over all commands")
    parser.add_argument("--autres", type=int, default=6, help="refusals, and full disks, a command")
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--commandes", default="")
    asked = parser.parse_args()
    chance = random.Random(asked.graine)
    with tempfile.TemporaryDirectory() as folder:
        lent = Path(folder)
        with Server(lent) as server:
            prepare(server, lent)
            job(server, lent, "localiser")
            names = asked.commandes.split(",") if asked.commandes else list(commands(lent))
            print("| commande | opérations | arrêts | refus | disque plein | survécus |")
            print("|---|---|---|---|---|---|")
            for rank, name in enumerate(names):
                share = asked.coups // len(names) + (rank < asked.coups % len(names))
                put_at_fault(server, lent, name, share, asked.autres, chance)


def put_at_fault(
    server: Server, lent: Path, name: str, kills: int, others: int, chance: random.Random
) -> None:
    """Put one command at fault and print its line."""
    one = job(server, lent, name)
    begun = time.monotonic()
    one.again(server)
    seconds = time.monotonic() - begun
    tried: Counter[str] = Counter()
    survived = 0
    for mode, count in (("tuer", kills), ("refuser", others), ("remplir", others)):
        for _ in range(count):
            tried[mode] += 1
            at = chance.randint(1, one.operations)
            after = chance.uniform(0.1, 1.0) * seconds
            fault = {"mode": mode, "at": at} if mode != "tuer" else {"apres_s": after}
            if mode == "tuer" and chance.random() < 0.5:  # half of them while files are written
                fault = {"mode": "tuer", "at": at}
            try:
                survives(server, one, **fault)
                survived += 1
            except AssertionError as error:
                print(f"!! {name} {fault} {error}", file=sys.stderr, flush=True)
    cells = (name, one.operations, tried["tuer"], tried["refuser"], tried["remplir"])
    total = sum(tried.values())
    print("| " + " | ".join(map(str, cells)) + f" | {survived} / {total} |", flush=True)


if __name__ == "__main__":
    main()
