"""Attacks on whole regions: packs, sheets and restitution of drawn surveys, read together.

Run: ``python benchmarks/secrecy_region.py [--regions N] [--graine S] [--diffusions N]``; with releases, each
region is released as often, 1, 4, 12 or 40 late interviews between them. What is found within one household
is tried again without the rows like with like, and without the levels, to say what gave it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "secrecy"))

import numpy as np
from drawn import QUESTIONS, draw
from judge import Attack, Row
from regions import GOOD, Reading, later_interviews, placed, releases_of, small_targets

TARGETS = 6


def without_levels(row: Row) -> Row:
    """Leave the shares of the satisfied alone."""
    return replace(row, shares={k: v for k, v in row.shares.items() if k[1] == GOOD})


def main() -> None:
    """Print, by reader, what was tried and found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--regions", type=int, default=24)
    parser.add_argument("--graine", type=int, default=70_000)
    parser.add_argument("--diffusions", type=int, default=1)
    given = parser.parse_args()
    found: Counter[tuple[str, str]] = Counter()
    begun = time.process_time()
    for k in range(given.regions):
        seed = given.graine + k
        drawn = draw(seed, owners=4 + k % 4, quarters=6 + k % 5, homes=80 + 20 * (k % 4))
        homes = placed(drawn, seed)
        moments, rng = [drawn], np.random.default_rng(seed)
        for _ in range(given.diffusions - 1):
            moments.append(moments[-1].later(rng, (1, 4, 12, 40)[k % 4]))
        frames = later_interviews(moments, homes, seed)
        read = Reading(frames, homes, releases_of(frames, homes, ("parc", "service")[k % 2]))
        owner = str(homes["bailleur"].value_counts().index[0])
        for name, viewer in (("outsider", ""), ("a bailleur", owner)):
            targets = list(small_targets(read, viewer=viewer).items())
            for sizes in (False, True):
                tried = read.attack(sizes=sizes, viewer=viewer)
                label = f"{name}{', every size known' if sizes else ''}"
                for t, (where, target) in enumerate(targets[:: max(1, len(targets) // TARGETS)]):
                    question = QUESTIONS[t % len(QUESTIONS)]
                    told = tried.answers(question, target)
                    found[label, "tried"] += 1
                    found[label, "exact"] += told.exact
                    found[label, "within one"] += told.near
                    if not sizes:
                        size = tried.size(target)
                        found[label, "size exact"] += size.exact
                        found[label, "size within one"] += size.near
                    if (read.sizes[-1] - read.sizes[0])[target].any():
                        found[label, "come late, tried"] += 1
                        come = tried.late(question, given.diffusions - 1, target)
                        found[label, "come late, exact"] += come.exact
                    if told.exact or told.near:
                        raw = Attack(
                            tried.rows, tried.n, tried.hits, tried.caps, tried.reader, GOOD
                        )
                        alone = Attack(
                            [*map(without_levels, tried.rows)], tried.n, tried.hits, tried.caps,
                            tried.reader, GOOD,
                        )  # fmt: skip
                        print(seed, label, where, told, "raw:", raw.answers(question, target),
                              "without levels:", alone.answers(question, target), flush=True)  # fmt: skip
                found[label, "programs out of time"] += tried.undecided
        print(
            seed, len(frames[-1]), dict(found), f"{time.process_time() - begun:.0f} s", flush=True
        )
    for (name, what), count in sorted(found.items()):
        print(f"{name}: {what} {count}")


if __name__ == "__main__":
    main()
