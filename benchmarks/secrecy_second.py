"""A second judge of what a region prints, written apart from that of `tests/secrecy`: spans and programmes.

Run: ``python benchmarks/secrecy_second.py [--regions N] [--graine S] [--sans-regle]``. *Span*: were every
count exact, which small groups would be sums and differences of those shown, all tables linked (what R's
GaussSuppression refuses). *Programme*: the least and the most answers that the printed shares of sides leave
a small group, by linear relaxation first; held against the other judge on the same rows. *Waves*: three of
them, bailleurs that come and go, changes between all of them, for who knows every number of interviews.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "secrecy"))

import numpy as np
import pandas as pd
import regions
from drawn import QUESTIONS, Drawn, draw
from judge import Attack
from regions import PLACE, Reading, interviews, placed, small_targets, told_of
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from tfpb.survey.printed import POINT
from tfpb.survey.secrecy.publishable import Rules

SIDES = ("qpv", "hors_qpv")
CHANGES = {"evolution_qpv": "qpv", "evolution_hors": "hors_qpv"}
TARGETS = 6
GOOD = (1, 2)
_SECONDS = 10.0


@dataclass(frozen=True)
class Seen:
    """What is printed of some waves, and what is true: interviews and satisfied by wave and atom."""

    table: pd.DataFrame
    atoms: pd.DataFrame
    waves: tuple[str, ...]
    n: np.ndarray
    good: dict[str, np.ndarray]
    caps: np.ndarray

    @classmethod
    def of(cls, frames: dict[str, pd.DataFrame], homes: pd.DataFrame, table: pd.DataFrame) -> Seen:
        """Count interviews, a frame a wave, by what no printed row tells apart."""
        atoms = homes[PLACE].drop_duplicates(ignore_index=True)
        at = {tuple(row): k for k, row in enumerate(atoms.to_numpy())}
        own = {
            r: at[tuple(p)]
            for r, p in zip(homes["residence"], homes[PLACE].to_numpy(), strict=True)
        }
        places = [f["residence"].map(own).to_numpy(dtype=int) for f in frames.values()]
        count = [np.bincount(p, minlength=len(atoms)) for p in places]
        both = list(zip(places, frames.values(), strict=True))
        good = {
            q: np.array([np.bincount(p, f[q].isin(GOOD), len(atoms)) for p, f in both]).astype(int)
            for q in QUESTIONS
        }
        caps = np.bincount(homes["residence"].map(own), homes["logements"], len(atoms)).astype(int)
        rows = table[(table["ajustement"] == "brut") & (table["publication"] == "publiable")]
        rows = rows[rows["item"].isin(QUESTIONS) & rows["estimation"].notna()]
        return cls(rows, atoms, tuple(frames), np.array(count), good, caps)

    def inside(self, row: dict[str, object], side: str) -> np.ndarray:
        """Return which atoms a printed row of a side is made of; of a quarter, outside is all."""
        here = (self.atoms["groupe"] == side).to_numpy()
        if row["bailleur"] != "ensemble":
            here = here & (self.atoms["bailleur"] == row["bailleur"]).to_numpy()
        if row["niveau"] != "total" and (row["niveau"], side) != ("code_qpv", "hors_qpv"):
            here = here & (self.atoms[str(row["niveau"])] == row["territoire"]).to_numpy()
        return here

    def panel(self, pair: tuple[int, int]) -> np.ndarray:
        """Return which atoms are of bailleurs interviewed in both waves."""
        names = [set(self.atoms["bailleur"][self.n[w] > 0]) for w in pair]
        return self.atoms["bailleur"].isin(names[0] & names[1]).to_numpy()


def spanned(seen: Seen, wave: int, viewer: str, targets: dict[str, np.ndarray]) -> list[str]:
    """Name the small groups that are sums and differences of shown groups, and of the reader's own."""
    rows = seen.table[(seen.table["vague"] == seen.waves[wave]) & seen.table["groupe"].isin(SIDES)]
    met = seen.n[wave] > 0
    shown = {seen.inside(r, str(r["groupe"])).tobytes() for r in rows.to_dict("records")}
    known = [np.frombuffer(one, dtype=bool) for one in shown]
    known += list(
        np.eye(len(seen.atoms), dtype=bool)[(seen.atoms["bailleur"] == viewer).to_numpy()]
    )
    held = np.array(known, dtype=float)[:, met].T
    out = []
    for name, members in targets.items():
        asked = np.isin(np.arange(len(met)), members)[met].astype(float)
        found = np.linalg.lstsq(held, asked, rcond=None)[0]
        if np.abs(held @ found - asked).max() < 1e-8:
            out.append(name)
    return out


class Programme:
    """The numbers of interviews and of satisfied answers that the printed rows of one question leave.

    Unknowns: satisfied by wave and atom, then interviews, which `sizes` fixes.
    """

    def __init__(
        self, seen: Seen, question: str, *, sizes: bool, viewer: str = "", changes: bool = True
    ) -> None:
        self.seen, self.question = seen, question
        self.shape = seen.n.shape
        self.size = seen.n.size
        own = np.tile((seen.atoms["bailleur"] == viewer).to_numpy(), self.shape[0])
        n, good = seen.n.ravel(), seen.good[question].ravel()
        fixed = own | sizes
        most = np.where(fixed, n, np.tile(seen.caps, self.shape[0]))
        self.low = np.r_[np.where(own, good, 0), np.where(fixed, n, 0)].astype(float)
        self.high = np.r_[np.where(own, good, most), most].astype(float)
        every = np.arange(self.size)
        self.cells: list[tuple[np.ndarray, np.ndarray, float, float]] = [
            (np.array([k, k + self.size]), np.array([-1.0, 1.0]), 0.0, np.inf) for k in every
        ]
        for row in seen.table[seen.table["item"] == question].to_dict("records"):
            if row["groupe"] in SIDES:
                self._side(row)
            elif row["groupe"] in CHANGES and sizes and changes:
                self._change(row)
        matrix = [
            csr_array((c[1], (np.zeros(len(c[0]), dtype=int), c[0])), shape=(1, 2 * self.size))
            for c in self.cells
        ]
        self.held = vstack(matrix).tocsr()
        self.least, self.most = (np.array([c[k] for c in self.cells]) for k in (2, 3))
        true = self.held @ np.r_[good, n]
        wrong = np.flatnonzero((true < self.least - 1e-6) | (true > self.most + 1e-6))
        if len(wrong):
            raise ValueError([self.cells[k] for k in wrong[:1]])  # printed and not true

    def _side(self, row: dict[str, object]) -> None:
        wave = self.seen.waves.index(str(row["vague"]))
        inside = np.flatnonzero(self.seen.inside(row, str(row["groupe"]))) + wave * self.shape[1]
        n, share = float(str(row["n"])), float(str(row["estimation"]))
        self.cells.append((inside + self.size, np.ones(len(inside)), n - 5, n + 4))
        both, one = np.r_[inside, inside + self.size], np.ones(len(inside))
        half = POINT / 2 + 1e-7
        self.cells.append((both, np.r_[one, -(share - half) * one], 0.0, np.inf))
        self.cells.append((both, np.r_[one, -(share + half) * one], -np.inf, 0.0))

    def _change(self, row: dict[str, object]) -> None:
        seen = self.seen
        first, last = str(row["vague"]).split("-")
        pair = (seen.waves.index(first), seen.waves.index(last))
        members = np.flatnonzero(seen.inside(row, CHANGES[str(row["groupe"])]) & seen.panel(pair))
        at, weight, slack = [], [], POINT / 2 + 1e-6  # a change is rounded last, once
        for wave, sign in zip(pair, (-1.0, 1.0), strict=True):
            n = seen.n[wave][members].sum()
            at.append(members + wave * self.shape[1])
            weight.append(np.full(len(members), sign / n))
        value = float(str(row["estimation"]))
        self.cells.append(
            (np.concatenate(at), np.concatenate(weight), value - slack, value + slack)
        )

    def ends(self, wave: int, members: np.ndarray) -> tuple[int, int]:
        """Return the least and the most satisfied of a group: relaxed, then whole where few are left."""
        asked = np.zeros(2 * self.size)
        asked[np.asarray(members) + wave * self.shape[1]] = 1
        for whole in (0, 1):
            low, high = (s * self._best(s * asked, whole) for s in (1, -1))
            out = (int(np.ceil(low - 1e-6)), int(np.floor(high + 1e-6)))
            if out[1] - out[0] > 3:
                break
        return out

    def _best(self, goal: np.ndarray, whole: int) -> float:
        made = milp(
            goal, integrality=np.full(len(goal), whole), bounds=Bounds(self.low, self.high),
            constraints=[LinearConstraint(self.held, self.least, self.most)],
            options={"time_limit": _SECONDS},
        )  # fmt: skip
        bound = made.fun if made.status == 0 else made.mip_dual_bound
        return float(-np.inf if bound is None else bound)


def judged(programme: Programme, wave: int, members: np.ndarray) -> tuple[str, tuple[int, int]]:
    """Return what a reader knows of a group: exact, within one, or open; and between which ends."""
    low, high = programme.ends(wave, members)
    true = int(programme.seen.good[programme.question][wave][members].sum())
    n = int(programme.seen.n[wave][members].sum())
    if low == high:
        return "exact", (low, high)
    near = (low > 0 or high < n) and true - low <= 1 and high - true <= 1
    return ("within one" if near else "open"), (low, high)


def sides_alone(read: Reading) -> list:
    """Return the other judge's rows that are printed shares of one side."""
    return [r for r in read.rows() if r.shares and not np.isnan(r.n)]


def of_one_wave(seed: int, k: int, found: Counter[tuple[str, str]]) -> None:
    """Hold both judges against each other on one region."""
    drawn = draw(seed, owners=4 + k % 4, quarters=6 + k % 5, homes=80 + 20 * (k % 4))
    homes = placed(drawn, seed)
    frame = interviews(drawn, homes, seed)
    safe = told_of(frame, homes, ("parc", "service")[k % 2])
    read = Reading([frame], homes, [safe])
    seen = Seen.of({"2023": frame}, homes, safe.whole.comparison)
    order = {tuple(p): at for at, p in enumerate(seen.atoms.to_numpy())}
    mine = np.array([order[tuple(p)] for p in read.atoms[PLACE].to_numpy()])
    for viewer in ("", str(homes["bailleur"].value_counts().index[0])):
        name = "a bailleur" if viewer else "outsider"
        targets = list(small_targets(read, viewer=viewer).items())
        here = {where: mine[members] for where, members in targets}
        found[name, "span, tried"] += len(here)
        for where in spanned(seen, 0, viewer, here):
            found[name, "span, found"] += 1
            print(seed, name, "in the span:", where, flush=True)
        own = (read.atoms["bailleur"] == viewer).to_numpy()
        for sizes in (False, True):
            other = read.attack(sizes=sizes, viewer=viewer)
            other = Attack(
                sides_alone(read), other.n, other.hits, other.caps,
                replace(other.reader, own=own), other.good,
            )  # fmt: skip
            label = f"{name}{', every size known' if sizes else ''}"
            made = {q: Programme(seen, q, sizes=sizes, viewer=viewer) for q in QUESTIONS}
            for t, (where, members) in enumerate(targets[:: max(1, len(targets) // TARGETS)]):
                question = QUESTIONS[t % len(QUESTIONS)]
                word, ends = judged(made[question], 0, here[where])
                told = other.answers(question, members)
                theirs = "exact" if told.exact else "within one" if told.near else "open"
                found[label, "tried"] += 1
                found[label, word] += 1
                found[label, "judges agree"] += word == theirs
                if word != theirs:
                    print(seed, label, where, word, ends, theirs, told, flush=True)


def of_three_waves(seed: int, k: int, found: Counter[tuple[str, str]]) -> None:
    """Attack three waves of one region: some bailleurs are in two of them, one in the first alone."""
    first = draw(seed, owners=5 + k % 3, quarters=6 + k % 4, homes=100 + 20 * (k % 3))
    homes, rng = placed(first, seed), np.random.default_rng(seed)
    owners = sorted(set(homes["bailleur"]))
    absent = {
        "2017": set(),
        "2020": {owners[1]},
        "2023": {owners[2], owners[3]} if k % 2 else {owners[2]},
    }
    frames = {}
    for w, (wave, gone) in enumerate(absent.items()):
        n = np.minimum(rng.poisson(np.maximum(first.n, 1)), homes["logements"].to_numpy())
        n = np.where(homes["bailleur"].isin(gone), 0, n)
        hits = {q: rng.binomial(n, rng.beta(4, 2, len(n))) for q in QUESTIONS}
        drawn = Drawn(first.homes, n, hits)
        frames[wave] = interviews(drawn, homes, seed + 31 * w).assign(vague=wave)
    every = pd.concat(list(frames.values()), ignore_index=True)
    safe = told_of(every, homes, ("parc", "service")[k % 2])
    seen = Seen.of(frames, homes, safe.whole.comparison)
    moved = seen.table[seen.table["groupe"].isin(list(CHANGES))]
    found["waves", "changes shown"] += len(moved)
    found["waves", "first to last"] += int((moved["vague"] == "2017-2023").sum())
    for viewer in ("", owners[0]):
        label = f"waves, {'a bailleur' if viewer else 'outsider'}, every size known"
        for w, (wave, frame) in enumerate(frames.items()):
            read = Reading([frame], homes, [safe])
            order = {tuple(p): at for at, p in enumerate(seen.atoms.to_numpy())}
            mine = np.array([order[tuple(p)] for p in read.atoms[PLACE].to_numpy()])
            targets = list(small_targets(read, viewer=viewer).items())
            for t, (where, members) in enumerate(targets[:: max(1, len(targets) // 4)]):
                question = QUESTIONS[t % len(QUESTIONS)]
                word, ends = judged(
                    Programme(seen, question, sizes=True, viewer=viewer), w, mine[members]
                )
                found[label, "tried"] += 1
                found[label, word] += 1
                if word != "open":
                    alone = Programme(seen, question, sizes=True, viewer=viewer, changes=False)
                    without = judged(alone, w, mine[members])
                    print(
                        seed,
                        wave,
                        label,
                        where,
                        word,
                        ends,
                        "without changes:",
                        without,
                        flush=True,
                    )


def main() -> None:
    """Print, by reader, what was tried and found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--regions", type=int, default=8)
    parser.add_argument("--graine", type=int, default=310_000)
    parser.add_argument(
        "--sans-regle", action="store_true", help="show groups of five: must be found"
    )
    given = parser.parse_args()
    if given.sans_regle:
        regions.RULES = Rules(shown_n=5, fewest=1, owners=1)
    found: Counter[tuple[str, str]] = Counter()
    begun = time.process_time()
    for k in range(given.regions):
        of_one_wave(given.graine + k, k, found)
        of_three_waves(given.graine + k, k, found)
        print(given.graine + k, f"{time.process_time() - begun:.0f} s", flush=True)
    for (name, what), count in sorted(found.items()):
        print(f"{name}: {what} {count}")


if __name__ == "__main__":
    main()
