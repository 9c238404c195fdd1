"""What printed slopes of priorities tell of a few households to who knows every other answer.

Run: ``python benchmarks/secrecy_slopes.py [--essais N]``. From the truth, answers of the unknown
households are changed as long as every printed slope and share stays: what is reached cannot be ruled
out. What is not reached may be open all the same: counts are the most that may be told.
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np

from tfpb.survey.printed import rounded_count, share_at_step, step_of

TRIED = 4_000
WAYS = ("shares alone", "to the hundredth", "at the step of the group")


def printed(x: np.ndarray, y: np.ndarray, way: str) -> tuple[float, ...]:
    """Return shares of the satisfied at their step and standardised slopes as printed."""
    step = np.array(float(step_of(rounded_count(np.array(float(len(x)))))))
    shares = share_at_step(np.c_[x >= 3, y >= 7].mean(axis=0), step)
    if way == WAYS[0]:
        return tuple(shares)
    own = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    centred = own.T @ own
    slope = np.linalg.solve(centred, own.T @ ((y - y.mean()) / y.std()))
    wide = 0.01 if way == WAYS[1] else float(step)
    return (*shares, *np.round(slope / wide))


def reach(x: np.ndarray, y: np.ndarray, unknown: int, way: str, seed: int) -> np.ndarray:
    """Walk through what the unknown may have answered; return their satisfied, by question, as met."""
    rng = np.random.default_rng(seed)
    told, met = printed(x, y, way), []
    for _ in range(TRIED):
        tried, mark = x.copy(), y.copy()
        for _ in range(int(rng.integers(1, 4))):
            one, column = int(rng.integers(unknown)), int(rng.integers(x.shape[1] + 1))
            if column < x.shape[1]:
                tried[one, column] = rng.integers(1, 5)
            else:
                mark[one] = rng.integers(0, 11)
        if printed(tried, mark, way) == told:
            x, y = tried, mark
        met.append((x[:unknown] >= 3).sum(axis=0))
    return np.array(met)


def main() -> None:
    """Print, by size of the whole and number unknown, what is reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--essais", type=int, default=4)
    given = parser.parse_args()
    for n, questions in ((120, 6), (260, 12), (600, 20)):
        for unknown in (5, 11):
            for way in WAYS:
                found: Counter[str] = Counter()
                for seed in range(given.essais):
                    rng = np.random.default_rng(seed)
                    mood = rng.normal(0, 1, n)
                    own = 3 + mood[:, None] * 0.6 + rng.normal(0, 0.7, (n, questions))
                    x = np.clip(np.round(own), 1, 4)
                    y = np.round(np.clip(4 + x.mean(axis=1) + mood + rng.normal(0, 1, n), 0, 10))
                    reached = reach(x, y, unknown, way, seed)
                    low, high = reached.min(axis=0), reached.max(axis=0)
                    far = np.abs(reached - reached[0]).max(axis=0)
                    found["tried"] += questions
                    found["exact"] += int((low == high).sum())
                    found["within one"] += int(((far <= 1) & (high - low < unknown)).sum())
                print(n, questions, "unknown", unknown, way, dict(found), flush=True)


if __name__ == "__main__":
    main()
