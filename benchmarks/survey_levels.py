"""Coverage of the printed intervals by level, target and number of résidences, and what words they bear.

Surveys are drawn: résidences of unequal size with their own level, tenants that do not all answer. Every
landlord of a drawn survey is a draw of its own, with as many résidences a side as the line says.

    python benchmarks/survey_levels.py [--seed 54] [--surveys 6] [--owners 12]
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.model.codes import FAVOURABLE, HIGHER, LOWER, Ajustement
from tfpb.model.plan import Plan
from tfpb.survey.estimation.comparison import Comparison, estimate_wave
from tfpb.survey.estimation.intervals import z_quantile
from tfpb.survey.estimation.rows import lay, raw_rows
from tfpb.survey.reading.recode import recode
from tfpb.survey.reading.surveyed_stock import PARC as ROW
from tfpb.survey.verdicts import PARC, SERVICE, Thresholds

if TYPE_CHECKING:
    from tfpb.survey.respondents import Survey

RESIDENCES = (2, 3, 5, 8, 12, 40)
OWNERS = 12
ITEMS = 12
QUARTERS = 2
"""Quarters of a landlord: a level below it."""


def main() -> None:
    """Print one table a target, and what the words come to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=54)
    parser.add_argument("--surveys", type=int, default=6)
    parser.add_argument("--owners", type=int, default=OWNERS)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    rng = np.random.default_rng(given.seed)
    rows = pd.concat(
        [
            judged(rng, homes, target, given.owners)
            for homes in RESIDENCES
            for _ in range(given.surveys)
            for target in (PARC, SERVICE)
        ]
    )
    kinds = ["cible", "niveau", "groupe", "residences"]
    for column in ("exact", "tenu"):
        print(column)
        held = rows.pivot_table(index=kinds[:-1], columns=kinds[-1], values=column, aggfunc="mean")
        print((100 * held).round(1).to_string())
    print((100 * rows.groupby("cible")[["exact", "tenu"]].mean()).round(1).to_string())
    gaps = rows[rows["groupe"] == "ecart"]
    for target, part in gaps.groupby("cible"):
        bad, below, above = (
            part[part["vrai"] <= -0.05],
            part[part["ic90_haut"] < 0],
            part[part["ic90_bas"] > 0],
        )
        print(
            target,
            f"favourable at a true -5 or less: {bad['verdict'].isin(FAVOURABLE).mean():.3f} of {len(bad)}",
            f"below 0 told lower: {below['verdict'].isin(LOWER).mean():.3f} of {len(below)}",
            f"above 0 told higher: {above['verdict'].isin(HIGHER).mean():.3f} of {len(above)}",
        )


def judged(rng: np.random.Generator, homes: int, target: str, owners: int) -> pd.DataFrame:
    """Draw one survey; return its shown rows, each with the truth and whether its interval holds it."""
    frame, stock, truth = drawn(rng, homes, owners)
    plan = _plan()
    survey = recode([frame], plan)
    survey = with_stock(survey, stock)
    if target != PARC:
        survey = replace(survey, stock=None)
    limits = Thresholds.of(plan, target)
    found = estimate_wave(survey, list(plan.items), "1", by=("code_qpv",), thresholds=limits)
    table = raw_rows(found)
    table = table[
        (table["publication"] == "publiable") & table["groupe"].isin(["qpv", "hors_qpv", "ecart"])
    ]
    keys = ["bailleur", "territoire", "item"]
    table = table.merge(truth[truth["cible"] == target], on=[*keys, "groupe"], how="inner")
    table = table.merge(
        exact_bounds(found), on=[*keys, "groupe"], how="left", validate="one_to_one"
    )
    inside = (table["bas"] <= table["vrai"]) & (table["vrai"] <= table["haut"])
    held = (table["ic95_bas"] <= table["vrai"]) & (table["vrai"] <= table["ic95_haut"])
    return table.assign(tenu=held, exact=inside, residences=homes, cible=target)


def exact_bounds(found: Comparison) -> pd.DataFrame:
    """Return the 95 % bounds of every figure before they are rounded for print."""
    seen = replace(found.domains.printed(), dispersion=found.domains.dispersion.total).at(
        found.sides
    )
    parts = []
    for group, weights in found.figures:
        low, high = seen.combined(np.array(weights), z_quantile(0.95))
        every = np.arange(len(found.index))
        parts.append(lay(found, every, group, Ajustement.BRUT, {"bas": low, "haut": high}))
    kept = ["bailleur", "territoire", "item", "groupe", "bas", "haut"]
    return pd.concat(parts, ignore_index=True)[kept]


def drawn(
    rng: np.random.Generator, homes: int, owners: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw the interviews of a survey, its stock, and what is true of every row."""
    level = rng.uniform(0.45, 0.92, ITEMS)
    correlation = rng.uniform(0.02, 0.2, ITEMS)
    gap = rng.choice([-0.15, -0.08, -0.05, 0.0, 0.05, 0.12], (owners, ITEMS))
    interviews, stock, truth = [], [], []
    for owner in range(owners):
        name = f"b{owner:02d}"
        mean, exact = {}, {}
        for side in (0, 1):
            p = np.clip(level + side * gap[owner], 0.05, 0.97)
            shape = 1 / correlation - 1
            places = [f"q{owner}a", f"q{owner}b"] if side else [""]
            for place in places:
                size = np.rint(rng.lognormal(3.6, 0.7, homes)).clip(8, 400).astype(int)
                own = rng.beta(p * shape, (1 - p) * shape, (homes, ITEMS))
                good = [rng.random((n, ITEMS)) < own[h] for h, n in enumerate(size)]
                answered = rng.uniform(0.15, 0.6, homes)
                for h in range(homes):
                    asked = np.flatnonzero(rng.random(size[h]) < answered[h])
                    residence = f"{name}{side}{place}{h}"
                    stock.append((name, residence, side, place, size[h]))
                    for row in asked:
                        codes = np.where(good[h][row], 1, 4)
                        interviews.append(
                            (name, residence, side, place, size[h] / max(len(asked), 1), *codes)
                        )
                exact[side, place] = (np.vstack(good).mean(axis=0), int(size.sum()))
                mean[side, place] = p
            whole = [exact[side, q] for q in places]
            total = sum(n for _, n in whole)
            exact[side, "total"] = (sum(v * n for v, n in whole) / total, total)
            mean[side, "total"] = p
        for target, held in ((PARC, {k: v for k, (v, _) in exact.items()}), (SERVICE, mean)):
            for place in ("total", f"q{owner}a", f"q{owner}b"):
                here, there = held[1, place], held[0, "total"]
                values = {"qpv": here, "hors_qpv": there, "ecart": here - there}
                for group, one in values.items():
                    truth += [(target, name, place, group, f"i{k}", v) for k, v in enumerate(one)]
    items = [f"i{k}" for k in range(ITEMS)]
    names = ["bailleur", "residence", "qpv", "code_qpv", "poids", *items]
    frame = pd.DataFrame(interviews, columns=names)
    frame = frame.assign(poids=frame["poids"].round(4)).astype(str).astype(object)
    frame = frame.assign(vague="1", _fichier="s", _feuille="", _ligne=np.arange(2, len(frame) + 2))
    return (
        frame,
        pd.DataFrame(stock, columns=["bailleur", "residence", "qpv", "code_qpv", "logements"]),
        pd.DataFrame(truth, columns=["cible", "bailleur", "territoire", "groupe", "item", "vrai"]),
    )


def with_stock(survey: Survey, stock: pd.DataFrame) -> Survey:
    """Give a survey the stock its résidences are of."""
    rows = {name: k for k, name in enumerate(stock["residence"])}
    at = survey.respondents["residence"].astype(str).map(rows)
    if at.isna().any():
        raise ValueError(survey.respondents["residence"].head().tolist())
    at = at.to_numpy(dtype=int)
    places = stock["code_qpv"].to_numpy(dtype=object)[at]
    return replace(
        survey, respondents=survey.respondents.assign(code_qpv=places, **{ROW: at}), stock=stock
    )


def _plan() -> Plan:
    columns = {n: n for n in ("vague", "bailleur", "residence", "poids", "qpv")}
    items = [
        {"colonnes": f"i{k}", "libelle": f"i{k}", "theme": "residence", "echelle": "s"}
        for k in range(ITEMS)
    ]
    return Plan.model_validate(
        {
            "colonnes": columns | {"strates": ["bailleur", "qpv"]},
            "echelles": {"s": {"satisfait": [1, 2], "insatisfait": [3, 4]}},
            "items": items,
        }
    )


if __name__ == "__main__":
    main()
