"""Measure the geocoder: accuracy by hard case, refusals, precision at `accepte`, addresses a second.

    python benchmarks/geocode.py INDEX_FOLDER --seed 7 --count 1000

`INDEX_FOLDER` is a folder of imported addresses (`tfpb geodonnees importer-adresses`). Figures of
docs/benchmarks-addresses.md come from this command.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
from noise import CLASSES, NOT_ADDRESSES, Case, absent, addresses, draw

from tfpb.addresses.communes import Communes
from tfpb.addresses.store import AddressStore
from tfpb.geocode.line.parser import parse
from tfpb.geocode.line.street_names import name_of
from tfpb.geocode.matcher import Geocoder
from tfpb.geocode.table_run import frame_of
from tfpb.text import fold

_SYNONYMS = {"b": "bis", "t": "ter", "q": "quater"}


def answers(geocoder: Geocoder, cases: list[Case]) -> pd.DataFrame:
    """Geocode cases."""
    listed = [
        geocoder.row(c.line, c.postcode, c.city, c.citycode if c.with_code else "") for c in cases
    ]
    return frame_of(listed, index=pd.RangeIndex(len(cases)), source="")


def street_right(case: Case, row: pd.Series) -> bool:
    """Tell whether the street found is the one behind the case."""
    if row["result_type"] in {"municipality", "none"} or row["result_citycode"] != case.citycode:
        return False
    same_id = row["result_id"].startswith(case.truth.id)
    return same_id or fold(row["result_name"]) == fold(case.truth.name)


def number_right(case: Case, row: pd.Series) -> bool:
    """Tell whether the number found is the one behind the case (both ends, for a range)."""
    if not case.exists:
        return row["result_type"] in {"interpolated", "street", "locality"}
    found = {_number(t) for t in row["result_entrances"].split(" | ")}
    wanted = case.others or ((case.number, case.suffix),)
    return all(_number(f"{n}{s}") in found for n, s in wanted)


def _number(text: str) -> str:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return digits + _SYNONYMS.get(text[len(digits) :], text[len(digits) :])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    options = parser.parse_args()
    index = options.index / "adresses.sqlite"
    pool = addresses(index, ("08", "971", "93"))
    rng = random.Random(options.seed)
    store, communes = AddressStore(index), Communes.load()
    geocoder = Geocoder(store, communes)
    print(f"{len(pool)} addresses, seed {options.seed}\n")
    print(
        "| class | n | street | exact | accepted | precision at accepted |\n|---|---|---|---|---|---|"
    )
    everything: list[Case] = []
    total_right = total_accepted = total_good = total = 0
    for kind in CLASSES:
        cases = draw(pool, kind, options.count, rng)
        frame = answers(geocoder, cases)
        rows = [row for _, row in frame.iterrows()]
        street = [street_right(c, r) for c, r in zip(cases, rows, strict=True)]
        exact = [s and number_right(c, r) for s, c, r in zip(street, cases, rows, strict=True)]
        accepted = [r["result_verdict"] == "accepte" for r in rows]
        good = [a and s for a, s in zip(accepted, street, strict=True)]
        n = len(cases)
        total, total_right = total + n, total_right + sum(exact)
        total_accepted, total_good = total_accepted + sum(accepted), total_good + sum(good)
        print(
            f"| {kind} | {n} | {sum(street) / n:.4f} | {sum(exact) / n:.4f} | {sum(accepted) / n:.4f}"
            f" | {sum(good) / max(1, sum(accepted)):.4f} |"
        )
        everything += cases
        if options.wrong:
            for case, row, right in zip(cases, rows, exact, strict=True):
                if not right:
                    print(
                        f"    {case.line!r} [{case.city}] -> {row['result_label']!r} {row['result_type']}"
                        f" {row['result_confidence']:.3f} {row['result_verdict']} {row['result_reasons']}"
                        f" | {case.truth.name} {case.number}{case.suffix} {row['result_alternatives'][:90]}"
                    )
    print(
        f"| all | {total} | | {total_right / total:.4f} | {total_accepted / total:.4f}"
        f" | {total_good / total_accepted:.4f} |"
    )
    _absent(geocoder, pool, options.count * 2, rng, wrong=options.wrong)
    _speed(store, communes, pool, everything, rng)


def _absent(geocoder: Geocoder, pool: list, count: int, rng: random.Random, *, wrong: bool) -> None:
    cases = absent(pool, count, rng)
    frame = answers(geocoder, cases)
    refused = (frame["result_verdict"] == "rejete").mean()
    accepted = (frame["result_verdict"] == "accepte").mean()
    proposed = (frame["result_type"].isin(["municipality", "none"])).mean() - refused
    print(
        f"\nstreets that do not exist: {count}, refused {refused:.4f}, no street chosen but some proposed"
        f" {proposed:.4f}, accepted {accepted:.4f}"
    )
    rubbish = [replace(cases[0], line=line) for line in NOT_ADDRESSES]
    refused = (answers(geocoder, rubbish)["result_verdict"] == "rejete").mean()
    print(f"lines that are no addresses: {len(rubbish)}, refused {refused:.4f}")
    if wrong:
        kept = frame[~frame["result_type"].isin(["municipality", "none"])]
        for at, row in kept.iterrows():
            print(
                f"    {cases[at].line!r} [{cases[at].city}] -> {row['result_label']!r}"
                f" {row['result_confidence']:.3f} {row['result_verdict']} {row['result_reasons']}"
            )


def _speed(
    store: AddressStore, communes: Communes, pool: list, cases: list[Case], rng: random.Random
) -> None:
    """Time rows: nothing ready, communes ready but lines new, lines seen before."""
    count = max(1, len(cases) // len(CLASSES))
    new = [case for kind in CLASSES for case in draw(pool, kind, count, rng)]
    rng.shuffle(cases)
    rng.shuffle(new)
    geocoder = Geocoder(store, communes)
    parse.cache_clear()
    name_of.cache_clear()
    for label, listed in (("cold", cases), ("new lines", new), ("warm", new), ("warm", new)):
        rows = [(c.line, c.postcode, c.city, c.citycode if c.with_code else "") for c in listed]
        start = time.perf_counter()
        for row in rows:
            geocoder.row(*row)
        seconds = time.perf_counter() - start
        print(f"{label}: {len(rows)} lines, {len(rows) / seconds:.0f} addresses/s")


if __name__ == "__main__":
    main()
