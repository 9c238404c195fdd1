"""Judge of the intervals and verdicts of small numbers of résidences, on surveys of known truth.

Whole regional surveys are drawn (`known_survey`), estimated and protected by the program as a user
would, and the *printed* rows are set against the truth: how many 95 % intervals hold it, and how many
favourable verdicts are given though the true gap is −5 or worse. Nothing of the estimation is
imported: the judge and what is judged share no formula.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd
from known_survey import (
    KEYS,
    Design,
    Land,
    Wave,
    alone_domains,
    deliveries,
    items_of,
    region_domains,
    sampled,
    settle,
    simulate,
    stock_of,
    sums,
    truths,
)

from tfpb import survey

TARGETS = ("parc", "service")
FAVOURABLE = ("equivalent", "non_inferieur", "meilleur_peu", "meilleur")
LOWER = ("inferieur", "ecart_defavorable", "equivalent_inferieur", "inferieur_peu")
MARGIN = 0.05
EPSILON = 1e-9
POINT = 0.0051
"""Half a point: what rounding may move."""
SIZES = {
    "0-1": 1, "2": 2, "3-4": 4, "5-6": 6, "7-8": 8, "9-12": 12, "13-40": 40, "41+": 10**6,
}  # fmt: skip
"""Classes of surveyed résidences, by their largest."""
WANTED = {"couverture": (0.95, 0.005), "biais": (0.0, 0.001), "carré": (1.0, 0.01)}
"""What a check must find, and the slack left to the approximation of theory."""


def plan_of(items: pd.DataFrame, target: str, *, adjusted: bool) -> survey.Plan:
    """Return the plan."""
    names = ("vague", "bailleur", "residence", "poids", "qpv")
    columns = {n: n for n in names} | {"repondant": "id", "strates": ["bailleur", "qpv"]}
    if adjusted:
        both = ["type_habitat", "periode_construction"]
        columns |= {"ajustement": both}
    facts = {"theme": "residence", "echelle": "s"}
    collective = {"filtre": {"colonne": "type_habitat", "valeurs": ["collectif"]}}
    margin = {"marge_adoptee_par": "juge", "marge_adoptee_le": "2020-01-01"}
    whole = {
        "colonnes": columns,
        "reglages": margin | {"marge_points": 100 * MARGIN, "cible": target},
        "echelles": {
            "s": {"satisfait": [1, 2], "insatisfait": [3, 4], "non_concerne": [8], "nsp": [9]}
        },
        "items": [
            facts
            | {"colonnes": row.item, "libelle": row.item}
            | (collective if row.filtered else {})
            for row in items.itertuples()
        ],
    }
    return survey.Plan.model_validate(whole)


def judge(
    job: tuple[str, int], *, seed: int, targets: tuple[str, ...], totals: bool
) -> pd.DataFrame:
    """Draw one survey, have it estimated and protected, and count what its printed rows are worth.

    Adjusted rows of quarters are dear: one regional survey in eight has them. With `totals` no quarter
    is estimated: the region and the bailleurs alone, raw and adjusted.
    """
    shape, number = job
    rng = np.random.default_rng([seed, number, shape == "alone"])
    design = Design(f1=(1.0, 0.8, 0.5)[number % 3])
    domains = region_domains(rng) if shape == "region" else alone_domains(rng)
    land, items = settle(rng, domains, design), items_of(rng)
    waves = simulate(rng, land, items, design)
    frames, stock = deliveries(land, items, waves), stock_of(land)
    whole = not totals and (shape == "alone" or number % 8 == 0)
    runs = ((True, ["code_qpv"]),) if whole else ((False, ["code_qpv"]), (True, []))
    runs = ((True, []),) if totals else runs
    parts = []
    for target in targets:
        printed = printed_rows(frames, stock, items, target, runs)
        truth = truths(land, items, waves, target, quarters=whole)
        parts.append(counts(truth, printed).assign(target=target))
    table = pd.concat(parts).merge(items[["item", "rate", "icc"]], on="item")
    return table.assign(shape=shape, survey=number, f1=design.f1)


def printed_rows(
    frames: list[pd.DataFrame],
    stock: pd.DataFrame,
    items: pd.DataFrame,
    target: str,
    runs: tuple[tuple[bool, list[str]], ...],
) -> pd.DataFrame:
    """Return what the program prints over runs (adjusted, levels): of a second one the adjusted rows."""
    tables: list[pd.DataFrame] = []
    for adjusted, by in runs:
        plan = plan_of(items, target, adjusted=adjusted)
        estimates = survey.compare(survey.recode(frames, plan, stock), plan, by=by)
        table = estimates.comparison  # rows are as printed; what is withheld is judged apart
        table = table[table["publication"] == "publiable"]
        tables.append(table[table["ajustement"] != "brut"] if tables else table)
    wanted = [*KEYS, "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut", "verdict", "autre_histoire"]
    return pd.concat([table[wanted] for table in tables], ignore_index=True)


def counts(truth: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Set printed rows against the truth; return counts by kind, size and question.

    Gaps: `bad` is a true gap of −5 or worse, `edge` one between −6.5 and −5, `good` −1 or better, and
    `told` a favourable verdict. Evolutions: `bad_told` is a change that is told though there is none
    or the other way round, `edge` a change of less than one point, `good` of three or more.
    """
    rows = truth.merge(printed, on=KEYS, how="left", validate="one_to_one")
    low, high = (rows[c].to_numpy(float) for c in ("ic95_bas", "ic95_haut"))
    low90, high90 = (rows[c].to_numpy(float) for c in ("ic90_bas", "ic90_haut"))
    true, verdict = rows["value"].to_numpy(), rows["verdict"].astype(object)
    change = (rows["groupe"] == "evolution_ecart").to_numpy()
    shown = np.isfinite(low) & np.isfinite(high)
    told = verdict.isin((*FAVOURABLE, "hausse", "baisse")).to_numpy()
    wrong = np.where(verdict == "hausse", true <= EPSILON, true >= -EPSILON) & told
    judged = (shown | told) & (rows["groupe"] != "qpv").to_numpy()
    far = true <= -MARGIN + EPSILON
    bad = judged & (change | far)
    edge = judged & np.where(change, np.abs(true) < 0.01, far & (true >= -MARGIN - 0.015))
    good = judged & np.where(change, np.abs(true) >= 0.03, true >= -0.01)
    values = {
        "rows": np.ones(len(rows)),
        "printed": shown,
        "held": shown & (low <= true + EPSILON) & (high >= true - EPSILON),
        "held90": shown & (low90 <= true + EPSILON) & (high90 >= true - EPSILON),
        "unknown_below": shown & (high90 < 0) & (verdict == "non_concluant").to_numpy(),
        "low_true": judged & ~change & (true <= -0.08),
        "low_told": judged & ~change & (true <= -0.08) & verdict.isin(LOWER).to_numpy(),
        "story": shown & (rows["autre_histoire"] == "oui").to_numpy(),
        "half": np.where(shown, (high - low) / 2, 0),
        "bad": bad,
        "bad_told": bad & np.where(change, wrong, told),
        "edge": edge,
        "edge_told": edge & told,
        "good": good,
        "good_told": good & told,
    }
    frame = pd.DataFrame(values).astype(float)
    frame["size"] = np.array(list(SIZES))[np.searchsorted(list(SIZES.values()), rows["size"])]
    frame[["kind", "item"]] = rows[["kind", "item"]].to_numpy()
    return frame.groupby(["kind", "size", "item"], as_index=False).sum()


def told(rows: pd.DataFrame, hit: str, of: str) -> str:
    """Return a share in percent with its Monte Carlo error and its number of replicates.

    The questions of a survey are the clusters: their rows share an hors QPV side.
    """
    found = rows.groupby(["survey", "item"])[[hit, of]].sum()
    hits, total = found[hit], found[of].sum()
    if not total:
        return "—"
    share, clusters = hits.sum() / total, max(len(found), 2)
    squares = ((hits - share * found[of]) ** 2).sum() * clusters / (clusters - 1)
    return f"{100 * share:.1f} ± {100 * np.sqrt(squares) / total:.1f} ({total:.0f})"


def worst(rows: pd.DataFrame) -> str:
    """Return the lowest coverage among classes of rate, ICC or share surveyed (500 rows or more)."""
    found = []
    for by, name in (("rate", "taux"), ("icc", "ICC"), ("f1", "f₁")):
        for value, some in rows.groupby(by)[["held", "printed"]].sum().iterrows():
            if some["printed"] >= 500:
                share = 100 * some["held"] / some["printed"]
                found.append((share, f"{share:.1f} ({name} {value:g})"))
    return min(found)[1] if found else "—"


def report(table: pd.DataFrame) -> list[str]:
    """Return one markdown table per target, shape of survey and kind of row."""
    shapes = {"region": "région", "alone": "un seul bailleur"}
    twice = ("ensemble", "évolution, ensemble", "quartier ×", "évolution, quartier ×")
    table = table[~((table["shape"] == "alone") & table["kind"].str.startswith(twice))]
    lines = []
    for (target, shape, kind), rows in table.groupby(["target", "shape", "kind"]):
        if not rows["printed"].any():
            continue
        heads = [
            "résidences",
            "imprimées",
            "couverture 95 %",
            "à 90 %",
            "pire classe",
            "demi-largeur",
        ]
        if kind.startswith("évolution"):
            heads += ["signe à tort", "dite, vraie < 1 pt", "dite, vraie ≥ 3 pts"]
        elif not kind.startswith("niveau"):
            heads += ["favorable, vrai ≤ −5", "favorable, −6,5 à −5", "favorable, vrai ≥ −1"]
            heads += ["plus bas, vrai ≤ −8", "autre histoire", "« on ne sait pas » sous zéro"]
        lines += ["", f"### Cible {target} · {shapes[shape]} · {kind}", ""]
        lines += ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        for size in SIZES:
            here = rows[rows["size"] == size]
            shown, count = here["printed"].sum(), here["rows"].sum()
            if not count:
                continue
            cells = [
                size,
                f"{shown:.0f} sur {count:.0f}",
                told(here, "held", "printed"),
                told(here, "held90", "printed"),
                worst(here),
            ]
            cells.append(f"{100 * here['half'].sum() / shown:.1f} pts" if shown else "—")
            cells += [told(here, f"{of}_told", of) for of in ("bad", "edge", "good")]
            cells += [told(here, "low_told", "low_true"), told(here, "story", "printed")]
            cells.append(f"{here['unknown_below'].sum():.0f}")
            lines.append("| " + " | ".join(cells[: len(heads)]) + " |")
    return lines


def verify(seed: int, draws: int = 12) -> list[str]:
    """Check the simulator where theory is exact; return a line a check, « FAUX » if it fails.

    `simple`: households drawn at random without clusters, where textbook intervals cover 95 %.
    `grappes`: the squared error over its variance as a two-stage sample of the expected levels.
    `recensement`: the same over every résidence with exact weights, towards these dwellings.
    `accord`: the program's estimates are those of the same formulas on the interviews, to a point, so
    that each row is set against the truth of what it estimates.
    """
    designs = {
        "simple": Design(noise=(0, 0), missing=False, simple=True),
        "grappes": Design(f1=0.5),
        "recensement": Design(noise=(0, 0), missing=False),
    }
    found = []
    for name, number in itertools.product(designs, range(draws)):
        rng = np.random.default_rng([seed, 77, number])
        land = settle(rng, region_domains(rng), designs[name])
        items = items_of(rng).assign(filtered=False)
        wave = simulate(rng, land, items, designs[name])[0]
        for what, values in _theory(name, land, items["icc"].to_numpy(), wave).items():
            found += [(name, what, value) for value in np.nanmean(values, 0)]
    lines = []
    frame = pd.DataFrame(found, columns=["name", "what", "value"])
    for (name, what), rows in frame.groupby(["name", "what"], sort=False)["value"]:
        mean, error = rows.mean(), rows.std() / np.sqrt(len(rows))
        wanted, slack = next(v for word, v in WANTED.items() if what.startswith(word))
        verdict = "juste" if abs(mean - wanted) < 3 * error + slack else "FAUX"
        lines.append(f"{verdict} · {name} · {what} : {mean:.4f} ± {error:.4f}, attendu {wanted:g}")
    rng = np.random.default_rng([seed, 78])
    domains = region_domains(rng)
    few = tuple(column[domains[0] < 4] for column in domains)
    land, items = settle(rng, few, Design(missing=False)), items_of(rng)
    waves = simulate(rng, land, items, Design(missing=False))
    plan = plan_of(items, "service", adjusted=True)
    answers = survey.recode(deliveries(land, items, waves), plan, stock_of(land))
    estimates = survey.compare(answers, plan, by=["code_qpv"]).comparison
    rows = sampled(land, items, waves).merge(estimates, on=KEYS)
    near = ((rows["value"] - rows["estimation"]).abs() < POINT)[rows["estimation"].notna()]
    for kind, same in near.groupby(rows["kind"]):
        verdict = "juste" if same.mean() > 0.95 else "FAUX"
        lines.append(f"{verdict} · accord du programme · {kind} : {same.mean():.1%} ({len(same)})")
    return lines


def _theory(name: str, land: Land, icc: np.ndarray, wave: Wave) -> dict[str, np.ndarray]:
    """Return what textbook theory says of each domain (rows) and question (columns)."""
    domain, count = land.domain[wave.at], len(land.landlord)
    dwellings = land.dwellings[:, None]
    homes = land.total(dwellings * 1.0)
    weight = wave.weight[:, None] * wave.valid
    total = sums(domain, weight, count)
    share = weight / np.where(total > 0, total, np.nan)[domain]
    estimate = np.clip(sums(domain, share * np.isin(wave.code, (1, 2)), count), 0, 1)
    by_home, spread = (sums(wave.at, v, len(dwellings)) for v in (share, share**2))
    parc = land.total(wave.good * 1.0) / homes
    if name == "simple":
        n = sums(domain, wave.valid * 1.0, count)
        large = n[:, 0] >= 100
        near = (n * estimate + 2) / (n + 4)
        inside, outside = estimate - land.total(dwellings * wave.expected) / homes, estimate - parc
        wald = 1.96 * np.sqrt(estimate * (1 - estimate) / np.maximum(n - 1, 1) * (1 - n / homes))
        wilson = 1.96 * np.sqrt(near * (1 - near) / (n + 4))
        held, kept = np.abs(near - estimate + inside) <= wilson, np.abs(outside) <= wald
        return {
            "couverture du service (Agresti-Coull)": held[large],
            "couverture du parc (sans remise)": kept[large],
        }
    between = wave.expected * (1 - wave.expected)
    if name == "recensement":
        asked = np.bincount(wave.at, minlength=len(dwellings))[:, None]
        part = (dwellings / homes[land.domain]) ** 2 * (1 / asked - 1 / dwellings)
        variance, error = land.total((1 - icc) * between * part), estimate - parc
    else:
        variance = land.total(between * (icc * by_home**2 + (1 - icc) * spread))
        error = estimate - land.total(by_home * wave.expected)
    return {
        "carré réduit de l'erreur": (error**2 / variance)[(variance > 0).all(1)],
        "biais au parc": estimate - parc,
        "biais au service": estimate - wave.mean,
    }


def main() -> None:
    """Print the tables, or the checks of the simulator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=40, help="regional surveys")
    parser.add_argument("--seuls", type=int, help="surveys of one bailleur (default: twice)")
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--cible", choices=[*TARGETS, "les-deux"], default="les-deux")
    parser.add_argument("--processus", type=int, default=2)
    parser.add_argument("--totaux", action="store_true", help="no quarters: many more surveys")
    parser.add_argument("--verifier", action="store_true", help="check the simulator itself")
    options = parser.parse_args()
    if options.verifier:
        lines = verify(options.graine)
        print("\n".join(lines))
        raise SystemExit(any(line.startswith("FAUX") for line in lines))
    start = time.perf_counter()
    targets = TARGETS if options.cible == "les-deux" else (options.cible,)
    alone = 2 * options.surveys if options.seuls is None else options.seuls
    jobs = [("region", i) for i in range(options.surveys)] + [("alone", i) for i in range(alone)]
    work = partial(judge, seed=options.graine, targets=targets, totals=options.totaux)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the processes that start
    with ProcessPoolExecutor(options.processus, get_context("spawn")) as pool:
        found = list(pool.map(work, jobs))
    print(f"{options.surveys} enquêtes régionales, {alone} d'un bailleur, graine {options.graine}")
    print("\n".join(report(pd.concat(found))))
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
