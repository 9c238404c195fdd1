"""Groups of thirty households and more that are shown, by level, on drawn surveys; attacks on the same ones.

Run: ``python benchmarks/secrecy_levels.py [--attaques N] [--agences N] [--pareils N] [--non-concernes N]``.
`--agences`: agencies across quarters, a family of the tree that overlaps them in part. `--pareils`: rows like
with like, raked to the dwellings by kind, read by who knows every size, hence every weight, and by who knows
none, who is given the households by kind of each of these rows. `--non-concernes`: answers out of the base.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "secrecy"))

import numpy as np
from drawn import (
    QUESTIONS,
    Drawn,
    attack,
    draw,
    published,
    range_without_weights,
    released,
    small_targets,
    with_agencies,
    with_kinds,
)
from partial import attacked as attacked_valid
from partial import targets, with_answers_left_out

from tfpb.survey.secrecy.groups import _groups_of
from tfpb.survey.secrecy.publishable import Rules, publishable

SURVEYS = [
    (owners, quarters, homes)
    for owners in (1, 3, 6)
    for quarters, homes in ((8, 60), (15, 150), (30, 300), (12, 90))
] + [(10, 40, 600), (26, 100, 1500)]


def surveys(seed: int) -> list[Drawn]:
    """Draw fourteen surveys."""
    return [draw(seed + k, owners=o, quarters=q, homes=h) for k, (o, q, h) in enumerate(SURVEYS)]


def levels(drawn: list[Drawn]) -> tuple[Counter[str], Counter[str]]:
    """Count groups of thirty and more, and those shown, by level."""
    large: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for survey in drawn:
        wave = survey.households()
        names, members = _groups_of(wave.places, ())
        told = publishable(members, survey.n, Rules())
        n = members.total(survey.n)
        kinds = names["niveau"].where(names["bailleur"] == "ensemble", "bailleur")
        for name, count, kept in zip(kinds, n, told, strict=True):
            large[name] += int(count >= 30)
            shown[name] += int(kept)
    return large, shown


def attacked(seed: int, count: int, *, agencies: bool = False) -> Counter[tuple[str, str]]:
    """Attack small groups: an outsider, a bailleur with every pack, who knows every size, three releases.

    With `agencies`, one landlord or several, a bailleur's agencies in its own pack too.
    """
    found: Counter[tuple[str, str]] = Counter()
    for k in range(count):
        least = 1 if agencies else 2
        survey = draw(seed + k, owners=least + k % 4, quarters=5 + k % 8, homes=30 + 9 * (k % 9))
        survey = with_agencies(survey, seed + k) if agencies else survey
        rng = np.random.default_rng(seed + k)
        moments = [survey]
        for _ in range(2):
            moments.append(moments[-1].later(rng, (1, 4, 12, 40)[k % 4]))
        owner = str(survey.homes["bailleur"].value_counts().index[0])
        one, own = published(survey), published(survey, crossed=None)
        cases = {
            "outsider": ([survey], [one], False, ""),
            "every size known": ([survey], [one], True, ""),
            "a bailleur, every pack": ([survey], [own], False, owner),
            "a bailleur, every pack, every size": ([survey], [own], True, owner),
            "three releases, one replaced": (moments, released(moments), False, ""),
            "three releases, one replaced, every size": (moments, released(moments), True, ""),
        }
        for name, (times, printed, sizes, viewer) in cases.items():
            tried, atoms = attack(times, printed, sizes=sizes, viewer=viewer)
            every = list(small_targets(survey, atoms, viewer=viewer).items())
            for where, target in every[:: max(1, len(every) // 6)] if agencies else every[:12]:
                told = tried.answers(QUESTIONS[k % 3], target)
                if agencies and (told.exact or told.near):
                    print(seed + k, name, where, told, flush=True)
                found[name, "tried"] += 1
                found[name, "exact"] += told.exact
                found[name, "within one"] += told.near
                if not sizes:
                    size = tried.size(target)
                    found[name, "size exact"] += size.exact
                    found[name, "size within one"] += size.near
    return found


def alike(seed: int, count: int) -> Counter[tuple[str, str]]:
    """Attack small groups by raw rows, then by rows like with like too, every size being known or none."""
    found: Counter[tuple[str, str]] = Counter()
    for k in range(count):
        survey = with_kinds(
            draw(seed + k, owners=2 + k % 4, quarters=5 + k % 8, homes=30 + 9 * (k % 9)), seed + k
        )
        owner = str(survey.homes["bailleur"].value_counts().index[0])
        one, own = published(survey), published(survey, crossed=None)
        cases = {
            "outsider": ([one], "", False),
            "every size known": ([one], "", True),
            "a bailleur, every pack": ([own], owner, False),
            "a bailleur, every pack, every size": ([own], owner, True),
        }
        for (name, (printed, viewer, sizes)), both in product(cases.items(), (False, True)):
            whole, atoms = attack([survey], printed, sizes=sizes, viewer=viewer, alike=both)
            case = f"{name}, like with like" if both else name
            for target in list(small_targets(survey, atoms, viewer=viewer).values())[:12]:
                told = whole.answers(QUESTIONS[k % 3], target)
                found[case, "tried"] += 1
                found[case, "exact"] += told.exact
                found[case, "within one"] += told.near
                if both and not sizes and (told.exact or told.near):
                    left = range_without_weights(
                        whole, survey, printed[0], atoms, QUESTIONS[k % 3], target
                    )
                    found[case, "exact, weights not given"] += left.exact
                    found[case, "within one, weights not given"] += left.near
    return found


def left_out(seed: int, count: int) -> Counter[tuple[str, str]]:
    """Attack groups of 1 to 10 valid answers, at any question, by each reader."""
    found: Counter[tuple[str, str]] = Counter()
    for k in range(count):
        survey = draw(seed + k, owners=2 + k % 4, quarters=5 + k % 8, homes=30 + 9 * (k % 9))
        survey = with_answers_left_out(survey, seed + k)
        owner = str(survey.homes["bailleur"].value_counts().index[0])
        one, own = published(survey), published(survey, crossed=None)
        cases = {
            "outsider": (one, "", False),
            "every size known": (one, "", True),
            "a bailleur, every pack": (own, owner, False),
            "a bailleur, every pack, every size": (own, owner, True),
        }
        for name, (printed, viewer, sizes) in cases.items():
            whole, atoms = attacked_valid(survey, printed, sizes=sizes, viewer=viewer)
            every = targets(survey, atoms, viewer=viewer)
            for _, question, target in every[:: max(1, len(every) // 12)][:12]:
                found[name, "tried"] += 1
                found[name, "exact"] += whole.answers(question, target).exact
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graine", type=int, default=20_000)
    parser.add_argument("--attaques", type=int, default=0)
    parser.add_argument("--agences", type=int, default=0)
    parser.add_argument("--pareils", type=int, default=0)
    parser.add_argument("--non-concernes", type=int, default=0)
    given = parser.parse_args()
    begun = time.process_time()
    large, shown = levels(surveys(given.graine))
    for name, count in large.items():
        print(f"{name}: {shown[name]} shown of {count} with 30 and more")
    print(f"{time.process_time() - begun:.1f} s")
    for (name, what), count in sorted(attacked(given.graine, given.attaques).items()):
        print(f"{name}: {what} {count}")
    for (name, what), count in sorted(attacked(given.graine, given.agences, agencies=True).items()):
        print(f"agencies, {name}: {what} {count}")
    for (name, what), count in sorted(alike(given.graine, given.pareils).items()):
        print(f"{name}: {what} {count}")
    for (name, what), count in sorted(left_out(given.graine, given.non_concernes).items()):
        print(f"valid answers, {name}: {what} {count}")
    print(f"{time.process_time() - begun:.1f} s")


if __name__ == "__main__":
    main()
