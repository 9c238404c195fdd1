"""The `svy` package on the same data; run by its own interpreter. Prints one line a job."""

from __future__ import annotations

import sys
import time
import warnings

import polars as pl
import svy

warnings.simplefilter("ignore")
data = pl.read_csv(sys.argv[1])
items = [c for c in data.columns if c.startswith("q") and c[1:].isdigit()]
data = data.with_columns(
    [
        pl.when(pl.col(i) <= 4).then((pl.col(i) <= 2).cast(pl.Float64)).otherwise(None).alias(i)
        for i in items
    ]
).with_columns(
    pl.concat_str(["bailleur", "qpv"], separator=" ").alias("strate"),
)


def run(by: list[str]) -> None:
    """Estimate every item by group, the design included."""
    sample = svy.Sample(data, svy.Design(stratum="strate", psu="residence", wgt="poids"))
    for item in items:
        sample.estimation.mean(item, by=by, drop_nulls=True)


for name, by in (("ecarts", ["qpv"]), ("cellules", ["bailleur", "qpv"])):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run(by)
        times.append(time.perf_counter() - start)
    print(name, min(times))
