"""Judge of the modelled shares of quarters as printed, on whole regional surveys of known truth.

    python benchmarks/modelled_quarters.py [--enquetes 3] [--graine 5] [--covariables]

Surveys of `known_survey` (26 bailleurs, 204 quarters, unequal résidences, 24 questions, two waves), estimated
and protected as a user would; each printed row `modele` is set beside the measured one and the truth.
`--covariables` makes them again with four of the stock (shares of collective, old and new homes, size).
"""

from __future__ import annotations

import argparse
from functools import partial
from unittest import mock

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
from tfpb.survey.estimation import modelled_rows

NAMES = [key for key in KEYS if key != "ajustement"]
SHOWN = ("publiable", "fragile")
FIGURES = ["estimation", "ic95_bas", "ic95_haut"]


def with_covariates(table: pd.DataFrame, stock: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the modelled rows of a protected table, had the model covariates of the stock."""
    size = stock["nb_logements"].astype(float)
    facts = pd.DataFrame(
        {
            "collectif": size * (stock["type_habitat"] == "collectif"),
            "ancien": size * (stock["periode_construction"] == "avant 1970"),
            "recent": size * (stock["periode_construction"] == "1990 et après"),
            "taille": size * np.log(size),
            "logements": size,
        }
    )
    plain, model = modelled_rows._modelled, modelled_rows.estimate_areas  # noqa: SLF001

    def modelled(rows: pd.DataFrame, whole: pd.DataFrame, alike: float) -> pd.DataFrame:
        owner = rows["bailleur"].iloc[0]
        mine = (stock["bailleur"] == owner) | (owner == "ensemble")
        sums = facts[mine].groupby(stock["code_qpv"]).sum()
        means = sums.div(sums["logements"], axis=0).drop(columns="logements")
        means = (means - means.mean()) / means.std()
        shown = rows[rows["publication"].isin(SHOWN) & rows["estimation"].notna()]
        counts = shown["item"].value_counts()
        kept = counts.index[counts >= modelled_rows.FEWEST_QUARTERS].intersection(whole.index)
        names = sorted(set(shown.loc[shown["item"].isin(kept), "territoire"]))
        known = np.vstack([means.loc[names].to_numpy(), np.zeros(means.shape[1])])
        with mock.patch.object(modelled_rows, "estimate_areas", partial(model, covariates=known)):
            return plain(rows, whole, alike)

    with mock.patch.object(modelled_rows, "_modelled", modelled):
        made = modelled_rows.with_modelled(table, dwellings=target == "parc")
    return made[made["ajustement"] == "modele"]


def printed(number: int, seed: int, *, covariates: bool) -> pd.DataFrame:
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
        plan, _ = plan_of(items, target, adjusted=False)
        estimates = survey.compare(survey.recode(frames, plan, stock), plan, by=["code_qpv"])
        whole = survey.protect(estimates, masking_n=11).comparison
        rows = whole[(whole["groupe"] == "qpv") & (whole["niveau"] == "code_qpv")]
        raw = rows.loc[rows["ajustement"] == "brut", NAMES + FIGURES]
        truth = truths(land, items, waves, target, quarters=False)
        made = rows[rows["ajustement"] == "modele"].merge(
            truth[[*NAMES, "value", "size"]], on=NAMES
        )
        if covariates:
            other = with_covariates(whole[whole["ajustement"] != "modele"], stock, target)
            made = made.merge(other[NAMES + FIGURES], on=NAMES, suffixes=("", "_covariables"))
        parts.append(made.merge(raw, on=NAMES, suffixes=("", "_brut")).assign(target=target))
    return pd.concat(parts)


def beside(rows: pd.DataFrame) -> pd.Series:
    """Bias, error, half-width in points and coverage in percent, without and with covariates."""
    true, out = rows["value"], {"lignes": len(rows)}
    known = rows["estimation_covariables"].notna()
    out["sans modèle %"] = 100 * (1 - known.mean())
    for name, end in (("sans", ""), ("avec", "_covariables")):
        value, low, high = (rows.loc[known, c + end] for c in FIGURES)
        held = (low <= true + EPSILON) & (high >= true - EPSILON)
        out[f"biais, {name}"] = 100 * (value - true).mean()
        out[f"erreur, {name}"] = 100 * float(np.sqrt(((value - true) ** 2).mean()))
        out[f"demi-largeur, {name}"] = 50 * (high - low).mean()
        out[f"couverture, {name}"] = 100 * held[known].mean()
    return pd.Series(out)


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
    parser.add_argument("--covariables", action="store_true", help="with the stock's, beside")
    options = parser.parse_args()
    draw = partial(printed, seed=options.graine, covariates=options.covariables)
    rows = pd.concat([draw(k).assign(survey=k) for k in range(options.enquetes)])
    one = rows.groupby(["survey", "target", "vague", "item", "bailleur"])
    rows["rank"] = one["estimation"].rank(pct=True)
    classes = np.searchsorted(list(SIZES.values()), rows["size"])
    rows["résidences"] = pd.Categorical(np.array(list(SIZES))[classes], list(SIZES), ordered=True)
    rows["n"] = pd.cut(rows["n"], [0, 45, 60, 100, np.inf])
    rows["qui"] = np.where(rows["bailleur"] == "ensemble", "ensemble", "un bailleur")
    tell = beside if options.covariables else worth
    for by in (["target", "qui"], ["target", "résidences"], ["target", "n"]):
        print(rows.groupby(by, observed=True)[list(rows)].apply(tell).round(2).to_string(), "\n")


if __name__ == "__main__":
    main()
