"""Coverage of the intervals: how often they hold the truth of a simulated stock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tfpb.model.plan import Plan
from tfpb.survey.estimation.comparison import estimate_wave
from tfpb.survey.estimation.rows import raw_rows
from tfpb.survey.reading.recode import recode
from tfpb.survey.verdicts import Thresholds

RUNS = 2000
NEVER_MASK = 11
"""Runs are estimated, not published: coverage is that of the estimates."""


def coverage(seed: int = 7) -> list[str]:
    """Draw résidences, then tenants, from a known population; return a table of what was held.

    The truth is the share of satisfied tenants of the population of résidences (a draw of résidences
    with their own level), for the share in QPV and for the gap.
    """
    lines = [
        f"Couverture observée des intervalles à 95 % ({RUNS} tirages par ligne) :",
        "",
        "| résidences par côté | taux | niveau QPV | écart |",
        "|---|---|---|---|",
    ]
    rng = np.random.default_rng(seed)
    for clusters in (8, 15, 25, 40):
        for share in (0.6, 0.8, 0.93):
            level, gap = _observed(rng, clusters, share)
            lines.append(f"| {clusters} | {share:.0%} | {level:.1%} | {gap:.1%} |")
    return lines


def _observed(rng: np.random.Generator, clusters: int, share: float) -> tuple[float, float]:
    """Simulate all runs as bailleurs of one survey: each is a draw of its own."""
    truth = _mean_probability(share), _mean_probability(share - 0.05)
    parts = []
    for side, centre in ((0, share), (1, share - 0.05)):
        mean = np.log(centre / (1 - centre))
        effect = rng.normal(0, 0.45, (RUNS, clusters))
        p = 1 / (1 + np.exp(-(mean + effect)))
        size = rng.integers(8, 25, (RUNS, clusters))
        run, residence = np.indices(size.shape)
        rows = np.repeat(np.arange(size.size), size.ravel())
        good = rng.random(len(rows)) < p.ravel()[rows]
        parts.append(
            pd.DataFrame(
                {
                    "bailleur": run.ravel()[rows],
                    "residence": residence.ravel()[rows] + 1000 * side,
                    "qpv": side,
                    "poids": np.round(np.exp(rng.normal(0, 0.3, len(rows))), 4),
                    "q": np.where(good, 1, 4),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True).astype(str).astype(object)
    frame = frame.assign(vague="1", _fichier="s", _feuille="", _ligne=np.arange(2, len(frame) + 2))
    plan = _plan()
    result = estimate_wave(
        recode([frame], plan), list(plan.items), "1", by=(), thresholds=Thresholds.of(plan)
    )
    table = raw_rows(result)
    table = table[table["bailleur"] != "ensemble"]
    out = []
    for group, value in (("qpv", truth[1]), ("ecart", truth[1] - truth[0])):
        rows_ = table[table["groupe"] == group]
        out.append(float(((rows_["ic95_bas"] <= value) & (value <= rows_["ic95_haut"])).mean()))
    return out[0], out[1]


def _mean_probability(centre: float) -> float:
    """Share of satisfied tenants over all résidences: the mean of the logit-normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    p = 1 / (1 + np.exp(-(np.log(centre / (1 - centre)) + 0.45 * nodes)))
    return float((weights * p).sum() / weights.sum())


def _plan() -> Plan:
    columns = {n: n for n in ("vague", "bailleur", "residence", "poids", "qpv")}
    item = {"colonnes": "q", "libelle": "q", "theme": "residence", "echelle": "s"}
    return Plan.model_validate(
        {
            "colonnes": columns | {"strates": ["bailleur", "qpv"]},
            "echelles": {"s": {"satisfait": [1, 2], "insatisfait": [3, 4]}},
            "items": [item],
        }
    )
