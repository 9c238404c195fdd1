"""Sixty odd deliveries and thirty clean ones of drawn landlords, played by the commands and classed.

    python -m benchmarks.odd [--graine 1] [--seulement MOTS] [--tfpb .venv/bin/tfpb]
                             [--travail sorties/odd] [--sortie F.json]

`right`: every figure is known and true; `asked`: a question is open, no known figure is false; `refused`
is exit 2; `bounded`: a figure between bounds, absent or to be checked; `wrong`: a known figure is false.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import random
import sys
from pathlib import Path

from . import layouts, world
from .oddities import ODD, deliver
from .play import Outcome, Player

CLEAN = 30


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--seulement", default="")
    parser.add_argument("--tfpb", type=Path, default=Path(".venv/bin/tfpb"))
    parser.add_argument("--travail", type=Path, default=Path("sorties/odd"))
    parser.add_argument("--sortie", type=Path)
    parser.add_argument("--part", default="0/1", help="k/n: the k-th of n parts")
    options = parser.parse_args()
    player = Player(options.tfpb, options.travail)
    part, parts = map(int, options.part.split("/"))
    outcomes = []
    names = [*ODD, *(f"clean {at + 1}" for at in range(CLEAN))]
    for at, name in enumerate(names):
        if options.seulement not in name or at % parts != part:
            continue
        seed = options.graine * 1000 + at
        rng = random.Random(seed)
        drawn = world.draw(seed)
        delivery = deliver(name, drawn, rng) if name in ODD else layouts.clean(drawn, rng)
        outcome = player.play(name.replace(" ", "_").replace(":", "").replace("'", ""), delivery)
        outcome.name = name
        outcomes.append(outcome)
        show(outcome)
        if options.sortie:
            options.sortie.write_text(
                json.dumps([dataclasses.asdict(o) for o in outcomes], ensure_ascii=False, indent=1),
                "utf-8",
            )
    for kind, kept in (("odd", False), ("clean", True)):
        chosen = [o for o in outcomes if o.name.startswith("clean ") is kept]
        counts = collections.Counter(o.verdict for o in chosen)
        sys.stdout.write(f"{kind}: {len(chosen)}; {dict(counts)}\n")
        if kept and chosen:
            messages = sorted(o.messages for o in chosen)
            sys.stdout.write(f"messages on a clean one: {messages}\n")


def show(outcome: Outcome) -> None:
    """Print one outcome."""
    sys.stdout.write(f"{outcome.verdict:8} {outcome.messages:3} {outcome.name}\n")
    for line in [*outcome.questions, *outcome.wrong, *outcome.open[:3]]:
        sys.stdout.write(f"             {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
