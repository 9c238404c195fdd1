"""Fit the confidence of the geocoder: a logistic regression on noisy addresses and absent streets.

    python benchmarks/calibrate.py INDEX_FOLDER --seeds 101 102 103

The index holds the commune of 3 000 streets that `large_commune.py` makes, beside the true ones.

Each answer that is not an exact key gives one line: what the confidence is computed from, and whether
the street was the right one. The coefficients printed are those of `tfpb.geocode.grade`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from noise import Case, absent, addresses, draw

from tfpb.addresses.communes import Communes
from tfpb.addresses.store import AddressStore
from tfpb.geocode.choose import choose
from tfpb.geocode.grade import COEFFICIENTS, features
from tfpb.geocode.line.parser import parse
from tfpb.geocode.matcher import Geocoder
from tfpb.geocode.town.commune_finder import Place
from tfpb.text import fold

NAMES = [name for name in COEFFICIENTS if name != "constant"]
INEXACT = ("typo", "double typo", "truncation", "initial", "glued", "wrong type", "first name left out",
           "order", "landlord mix", "complement")  # fmt: skip
RIDGE = 0.05
UNKNOWN_NUMBERS = 0.2


def lines(
    geocoder: Geocoder, cases: list[Case], rng: random.Random
) -> list[tuple[list[float], int]]:
    """Turn cases into features of the street chosen and whether it is right."""
    out = []
    for case in cases:
        line = case.line
        if case.exists and rng.random() < UNKNOWN_NUMBERS:
            line = line.replace(str(case.number), str(case.number + rng.randint(1, 60)), 1)
        table, readings = geocoder.table(case.citycode), parse(line).readings
        place = Place((case.citycode,), 1.0, case.postcode)
        choice = choose(table, readings, place) if table and readings else None
        if table is None or choice is None:
            continue
        if choice.candidate.how in {"exact", "joined"} and not choice.contested:
            continue
        values = features(choice, len(table.groups))
        names = {fold(table.streets[m].name) for m in table.groups[choice.candidate.group].members}
        right = fold(case.truth.name) in names and case.truth.citycode == case.citycode
        out.append(([values[k] for k in NAMES], int(right)))
    return out


def fit(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fit by Newton's method, with a light ridge on all but the constant."""
    x = np.column_stack([np.ones(len(x)), x])
    beta = np.zeros(x.shape[1])
    penalty = np.diag([0.0] + [RIDGE] * (x.shape[1] - 1))
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weights * (y - p)) - penalty @ beta
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def main() -> None:
    """Print coefficients and how well they are calibrated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--pools", nargs="+", default=["08,971,93", "59"])
    options = parser.parse_args()
    index = options.index / "adresses.sqlite"
    pools = [addresses(index, tuple(prefixes.split(","))) for prefixes in options.pools]
    streets, count = [drawn for pool in pools for drawn in pool], options.count // len(pools)
    geocoder = Geocoder(AddressStore(index), Communes.load())
    data = []
    for seed in options.seeds:
        rng = random.Random(seed)
        for pool in pools:
            for kind in INEXACT:
                data += lines(geocoder, draw(pool, kind, count, rng), rng)
            data += lines(geocoder, absent(pool, count * 2, rng, streets), rng)
    x = np.array([values for values, _ in data])
    y = np.array([right for _, right in data], dtype=float)
    beta = fit(x, y, np.ones(len(y)))
    print(f"{len(y)} lines, {y.mean():.3f} right")
    for name, value in zip(["constant", *NAMES], beta, strict=True):
        print(f'    "{name}": {value:.2f},')
    p = 1 / (1 + np.exp(-(beta[0] + x @ beta[1:])))
    for low, high in (
        (0, 0.1),
        (0.1, 0.35),
        (0.35, 0.6),
        (0.6, 0.9),
        (0.9, 0.97),
        (0.97, 0.99),
        (0.99, 1.01),
    ):
        inside = (p >= low) & (p < high)
        if inside.any():
            print(
                f"  said {low:.2f}-{min(high, 1):.2f}: n {inside.sum()},"
                f" right {y[inside].mean():.3f}, mean {p[inside].mean():.3f}"
            )


if __name__ == "__main__":
    main()
