"""Geocode and locate a stock of 5.4 million dwellings by partitions: time, memory (fictional data).

Usage, from the top of the repository::

    python benchmarks/nation.py FOLDER [--logements 5400000] [--processus 2]

`FOLDER` holds a simulated region (`region_maker.py`): its index of addresses and its quarters stand for
the nation's. Entrances of 14.5 dwellings on average are drawn over its streets, a fifth of them written
otherwise (capitals, abbreviations), and cut into partitions of 20 000 as départements would be.
"""

from __future__ import annotations

import argparse
import os
import resource
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from memory import memory_mib
from region_land import NUMBERS, make_land
from region_maker import Size

from tfpb import geocode, perimeters
from tfpb.executors import executor
from tfpb.geodata.geography import open_geography
from tfpb.model.results import ADDRESS_COLUMNS

A_PART = 20_000
DWELLINGS = 14.5


@dataclass(frozen=True)
class Part:
    """Entrances to draw, geocode and locate."""

    geography: Path
    seed: int
    count: int


def drawn(seed: int, count: int) -> pd.DataFrame:
    """Draw entrances over the streets of the land."""
    size = Size()
    land = make_land(size.communes, size.adresses, size.qpv, size.graine)
    rng = np.random.default_rng([seed, 5])
    street = rng.integers(0, len(land.streets), count)
    rows = land.streets.iloc[street]
    town = land.communes.iloc[rows["commune"].to_numpy()]
    number = rng.integers(1, NUMBERS + 1, count)
    written = np.array([f"{n} {v}" for n, v in zip(number, rows["nom"], strict=True)], dtype=object)
    odd = rng.random(count) < 0.2
    written[odd] = [
        w.upper().replace("RUE ", "R. ").replace("AVENUE ", "AV ") for w in written[odd]
    ]
    out = pd.DataFrame(dict.fromkeys(ADDRESS_COLUMNS, ""), index=range(count))
    return out.assign(
        adresse=written, code_postal=town["postal"].to_numpy(), commune=town["nom"].to_numpy()
    )


def run(part: Part) -> tuple[int, int, int, float, float]:
    """Return (entrances, accepted, inside, seconds of geocoding, of locating), processor time."""
    addresses = drawn(part.seed, part.count)
    geography = open_geography(part.geography, needs=(2024,))
    begun = time.process_time()
    points = geocode.geocode(addresses, geography.addresses, geography.communes)
    middle = time.process_time()
    stock = addresses.assign(
        id_residence=[f"R{k}" for k in range(part.count)], id_batiment="", nb_logements=15
    ).join(points)
    located = perimeters.locate(stock, geography.maps, year=2025, default_radius_m=30.0)
    ended = time.process_time()
    accepted = int((points["result_verdict"] == "accepte").sum())
    inside = int((located["qpv_statut"] == "dans").sum())
    return len(located), accepted, inside, middle - begun, ended - middle


def measure(folder: Path, *, dwellings: int, workers: int) -> dict[str, float]:
    """Run every part and tell: seconds, processor, memory, shares accepted and inside."""
    entrances = round(dwellings / DWELLINGS)
    geography = (folder / "geodonnees").resolve()
    parts = [
        Part(geography, k, min(A_PART, entrances - k * A_PART))
        for k in range(-(-entrances // A_PART))
    ]
    peak = [0.0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.3):
            peak[0] = max(peak[0], memory_mib(os.getpid()))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.perf_counter()
    with closing(executor("processus", workers=workers)) as runs:
        made = np.array(runs.map(run, parts))
    wall = time.perf_counter() - begun
    done.set()
    watcher.join()
    rows, accepted, inside, geocoding, locating = made.sum(axis=0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "secondes": wall,
        "processeur": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memoire_mib": peak[0],
        "entrees": float(rows),
        "adresses_s": float(geocoding),
        "perimetres_s": float(locating),
        "acceptees": float(accepted / rows),
        "dans": float(inside / rows),
    }


def main() -> None:
    """Run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--logements", type=int, default=5_400_000)
    parser.add_argument("--processus", type=int, default=2)
    told = parser.parse_args()
    made = measure(told.folder, dwellings=told.logements, workers=told.processus)
    print("  ".join(f"{k} {v:.2f}" for k, v in made.items()))


if __name__ == "__main__":
    main()
