"""Judge of the modelled shares of quarters as printed, on whole regional surveys of known truth.

    python benchmarks/modelled_quarters.py [--enquetes 3] [--graine 5]

Surveys of `known_survey` (26 bailleurs, 204 quarters, unequal résidences, 24 questions, two waves), estimated
and protected as a user would; each printed row `modele` is set beside the measured one and the truth.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from known_survey import (
    KEYS,
    Design,
    deliveries,
    items_of,
    region_domains,
    settle,
    simulate,
    stock_of,
    truths,
)
from small_numbers import EPSILON, SIZES, TARGETS, plan_of

from tfpb import survey

NAMES = [key for key in KEYS if key != "ajustement"]
FIGURES = ["estimation", "ic95_bas", "ic95_haut"]


def printed(number: int, seed: int) -> pd.DataFrame:
    """Return the modelled rows of one survey, both targets, with the measured share and the truth."""
    rng = np.random.default_rng([seed, number, 0])
    land, items = (
        settle(rng, region_domains(rng), Design(f1=(1.0, 0.8, 0.5)[number % 3])),
        items_of(rng),
    )
    waves = simulate(rng, land, items, Design(f1=(1.0, 0.8, 0.5)[number % 3]))
    frames, stock = deliveries(land, items, waves), stock_of(land)
    parts = []
    for target in TARGETS:
        plan = plan_of(items, target, adjusted=False)
        estimates = survey.compare(survey.recode(frames, plan, stock), plan, by=["code_qpv"])
        whole = survey.protect(estimates).comparison
        rows = whole[(whole["groupe"] == "qpv") & (whole["niveau"] == "code_qpv")]
        raw = rows.loc[rows["ajustement"] == "brut", NAMES + FIGURES]
        truth = truths(land, items, waves, target, quarters=False)
        made = rows[rows["ajustement"] == "modele"].merge(
            truth[[*NAMES, "value", "size"]], on=NAMES
        )
        parts.append(made.merge(raw, on=NAMES, suffixes=("", "_brut")).assign(target=target))
    return pd.concat(parts)


def worth(rows: pd.DataFrame) -> pd.Series:
    """Errors in points, and coverage of the printed 95 % intervals in percent."""
    true = rows["value"]
    held = (rows["ic95_bas"] <= true + EPSILON) & (rows["ic95_haut"] >= true - EPSILON)
    lowest = rows["rank"] <= 0.1
    error, direct = (
        100 * float(np.sqrt(((rows[c] - true) ** 2).mean()))
        for c in ("estimation", "estimation_brut")
    )
    return pd.Series(
        {
            "lignes": len(rows), "mesuré": direct, "modélisé": error,
            "gain %": 100 * (1 - error / direct), "biais": 100 * (rows["estimation"] - true).mean(),
            "couverture %": 100 * held.mean(), "des plus bas %": 100 * held[lowest].mean(),
        }
    )  # fmt: skip


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enquetes", type=int, default=3)
    parser.add_argument("--graine", type=int, default=5)
    options = parser.parse_args()
    rows = pd.concat([printed(k, options.graine).assign(survey=k) for k in range(options.enquetes)])
    one = rows.groupby(["survey", "target", "vague", "item", "bailleur"])
    rows["rank"] = one["estimation"].rank(pct=True)
    classes = np.searchsorted(list(SIZES.values()), rows["size"])
    rows["résidences"] = pd.Categorical(np.array(list(SIZES))[classes], list(SIZES), ordered=True)
    rows["n"] = pd.cut(rows["n"], [0, 45, 60, 100, np.inf])
    rows["qui"] = np.where(rows["bailleur"] == "ensemble", "ensemble", "un bailleur")
    for by in (["target", "qui"], ["target", "résidences"], ["target", "n"]):
        print(rows.groupby(by, observed=True)[list(rows)].apply(worth).round(2).to_string(), "\n")


if __name__ == "__main__":
    main()
