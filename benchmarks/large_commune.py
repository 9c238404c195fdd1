"""One commune of 3 000 streets, made of true ones: its address file, and what a line costs in it.

    PYTHONPATH=src:benchmarks python benchmarks/large_commune.py make bano-08.csv bano-971.csv OUT.csv
    … large_commune.py measure INDEX_FOLDER --seed 7 --count 200

`make` writes streets of as many names, drawn from BANO files, under the code of Lille, whose own are not
among them: fictional data. `measure` reads an index that holds it (`tfpb geodonnees importer-adresses`).
"""

from __future__ import annotations

import argparse
import csv
import gc
import random
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from geocode import street_right
from noise import CLASSES, Case, absent, addresses, draw
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tfpb.addresses.communes import Communes
from tfpb.addresses.store import AddressStore
from tfpb.geocode import candidates
from tfpb.geocode.line import cleaning, parser, street_names
from tfpb.geocode.line.parser import parse
from tfpb.geocode.matcher import Geocoder
from tfpb.geocode.table_run import frame_of

if TYPE_CHECKING:
    from tfpb.geocode.answer import Answer

CODE, NAME, POSTCODE = "59350", "Lille", "59000"
BANDS = ((0, 50), (50, 150), (150, 600), (600, 9999))
TITLES = (
    "streets", "n", "µs a line, together", "one by one", "cdist alone", "street", "accepted",
    "right of accepted", "absent: none chosen", "accepted", "said", "right", "gap",
)  # fmt: skip


def make(files: list[Path], out: Path, count: int) -> None:
    """Write the file, as BANO writes it."""
    streets: dict[str, list[list[str]]] = {}
    owners: dict[str, str] = {}
    for file in files:
        with file.open(encoding="utf-8", newline="") as read:
            for row in csv.reader(read):
                street = row[0].rpartition("-")[0]
                if owners.setdefault(row[2], street) == street:
                    streets.setdefault(row[2], []).append(row)
    names = sorted(streets)
    random.Random(1).shuffle(names)
    with out.open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        for at, name in enumerate(names[:count]):
            for row in streets[name]:
                number = row[0].rpartition("-")[2]
                lat, lon = 50.55 + float(row[6]) % 0.2, 3.0 + float(row[7]) % 0.2  # where Lille is
                place = [POSTCODE, NAME, row[5], f"{lat:.6f}", f"{lon:.6f}"]
                writer.writerow([f"{CODE}{at:04d}X-{number}", row[1], name, *place])


def measure(index: Path, seed: int, count: int) -> None:
    """Print costs a line beside `cdist`, and how true the confidence is, by size of commune."""
    store, everywhere = AddressStore(index), addresses(index, ("",))
    sizes = {c: len(known.streets) for c in store.citycodes() if (known := store.commune(c))}
    gc.disable()
    print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
    for low, high in BANDS:
        pool = [drawn for drawn in everywhere if low <= sizes[drawn[0].citycode] < high]
        rng = random.Random(seed)
        cases = [c for kind in CLASSES for c in draw(pool, kind, count, rng)]
        rng.shuffle(cases)
        first, new = cases[: len(cases) // 4], cases[len(cases) // 4 :]
        answers, times = costs(store, first, new)
        missing = absent(pool, 5 * count, rng, everywhere)
        shares = truths(Geocoder(store, Communes.load()), new, answers, missing)
        told = [str(len(new)), *(f"{1e6 * t / len(new):.0f}" for t in times)]
        print(
            f"| {low}–{high} | {' | '.join([*told, *(f'{s:.4f}' for s in shares)])} |", flush=True
        )


def costs(
    store: AddressStore, first: list[Case], new: list[Case]
) -> tuple[list[Answer], list[float]]:
    """Answer new lines together, then one by one, then compare their names alone; seconds of processor."""
    answers: list[list[Answer]] = []
    times: list[float] = []
    rows = [_row(c) for c in new]
    for together in (True, False):
        geocoder = Geocoder(store, Communes.load())
        for case in first:
            geocoder.row(*_row(case))
        _forget()
        start = time.process_time()
        if together:
            geocoder.prepare(rows)
        answers.append([geocoder.row(*row) for row in rows])
        times.append(time.process_time() - start)
    if list(map(repr, answers[0])) != list(map(repr, answers[1])):
        raise SystemExit("answers differ")
    names: dict[str, list[str]] = {}
    for case in new:
        readings = parse(case.line).readings
        names.setdefault(case.citycode, []).append(readings[0].name.joined if readings else "")
    start = time.process_time()
    for code, listed in names.items():
        table = geocoder.table(code)
        own = [group.name.joined for group in table.groups] if table else []
        process.cdist(listed, own, scorer=OSA.normalized_similarity, score_cutoff=0.55)
    return answers[0], [*times, time.process_time() - start]


def truths(
    geocoder: Geocoder, cases: list[Case], answers: list[Answer], missing: list[Case]
) -> list[float]:
    """Say how often streets are right, accepted, chosen where absent, and what was said against what is."""
    frame = frame_of(answers, index=pd.RangeIndex(len(answers)), source="")
    right = [street_right(c, row) for c, (_, row) in zip(cases, frame.iterrows(), strict=True)]
    kept = [a.verdict == "accepte" for a in answers]
    none = [geocoder.row(*_row(c)) for c in missing]
    chosen = [a.kind not in {"municipality", "none"} for a in none]
    said = [a.confidence for a in (*answers, *none)]
    truth = [*right, *([False] * len(none))]
    good = sum(r and k for r, k in zip(right, kept, strict=True))
    return [
        sum(right) / len(right), sum(kept) / len(kept), good / max(1, sum(kept)),
        1 - sum(chosen) / len(none), sum(a.verdict == "accepte" for a in none) / len(none),
        sum(said) / len(said), sum(truth) / len(truth), _gap(said, truth),
    ]  # fmt: skip


def _forget() -> None:
    """Empty what modules keep of lines read before."""
    for module in (parser, street_names, candidates, cleaning):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def _row(case: Case) -> tuple[str, str, str, str]:
    return case.line, case.postcode, case.city, case.citycode if case.with_code else ""


def _gap(said: list[float], right: list[bool]) -> float:
    """Return the expected calibration error, by the classes of `reliability.py`."""
    edges = (0.0, 0.45, 0.9, 0.99, 1.01)
    total = 0.0
    for low, high in pairwise(edges):
        inside = [(s, r) for s, r in zip(said, right, strict=True) if low <= s < high]
        total += abs(sum(s for s, _ in inside) - sum(r for _, r in inside))
    return total / len(said)


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["make", "measure"])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--streets", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    if options.step == "make":
        make(options.files[:-1], options.files[-1], options.streets)
    else:
        measure(options.files[0] / "adresses.sqlite", options.seed, options.count)


if __name__ == "__main__":
    main()
