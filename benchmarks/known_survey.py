"""Regional surveys of known truth: population, answers of every household, interviews, true values.

Answers are beta-binomial by résidence (its levels of two waves are tied), dwellings unequal, quotas
unequal, type and period tied to the side, weights N/n times noise. Nothing of the program is imported.

Two truths: « parc », the gap among these dwellings, now (every household counted); « service », the
gap between the expected levels that these résidences are draws of.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv, ndtr

WAVES = ("2021", "2023")
RATES, GAPS, ICCS = (0.62, 0.72, 0.78, 0.85, 0.92), (0.0, -0.03, -0.05, -0.08), (0.05, 0.10, 0.15)
SURVEYED = ((1, 1), (2, 2), (3, 4), (5, 6), (7, 8), (9, 12), (13, 40))
SURVEYED_SHARES = (0.05, 0.12, 0.22, 0.20, 0.16, 0.15, 0.10)
"""Surveyed résidences of a bailleur in a quarter, and how often."""
TYPES, PERIODS = ("collectif", "individuel"), ("avant 1970", "1970-1989", "1990 et après")
CELLS = tuple(itertools.product(range(len(TYPES)), range(len(PERIODS))))
CELL_EFFECTS = np.array([0.075 * t + (-0.045, 0.0, 0.06)[p] for t, p in CELLS])
CELL_SHARES = np.array(
    [
        [(0.72, 0.28)[t] * (0.25, 0.30, 0.45)[p] for t, p in CELLS],
        [(0.93, 0.07)[t] * (0.50, 0.38, 0.12)[p] for t, p in CELLS],
    ]
)
"""Share of résidences by side (hors, QPV) and cell: homes in QPV are older and collective."""
SUPPORT = 11
"""Valid answers that a cell needs on each side to be compared (the masking threshold)."""
KEYS = ["vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement"]


@dataclass(frozen=True)
class Design:
    """How a survey is drawn: share of résidences surveyed, noise of weights, answers that miss.

    `noise` is that of résidences and of interviews (log scale). `simple` draws households at random
    in each domain, whatever their résidence, and gives résidences their expected level (no ICC):
    textbook formulas hold there.
    """

    f1: float = 1.0
    noise: tuple[float, float] = (0.25, 0.20)
    missing: bool = True
    simple: bool = False


@dataclass(frozen=True)
class Land:
    """Domains (bailleur × quarter, quarter −1 for hors QPV) and the résidences that lie in them."""

    landlord: np.ndarray
    quarter: np.ndarray
    surveyed: np.ndarray
    domain: np.ndarray
    dwellings: np.ndarray
    cell: np.ndarray

    @property
    def side(self) -> np.ndarray:
        """1 for a domain in QPV."""
        return (self.quarter >= 0).astype(int)

    def total(self, values: np.ndarray) -> np.ndarray:
        """Sum `values` (résidence × item) over the résidences of each domain."""
        return sums(self.domain, values, len(self.landlord))


@dataclass(frozen=True)
class Wave:
    """One wave: expected levels, every household's answer (counts), the interviews and their answers.

    `mean` domain × item, `expected` résidence × item, `good` satisfied households of a résidence;
    `at` résidence of each interview, `code` interview × item (0: not asked).
    """

    mean: np.ndarray
    expected: np.ndarray
    good: np.ndarray
    at: np.ndarray
    weight: np.ndarray
    code: np.ndarray

    @property
    def valid(self) -> np.ndarray:
        """Answers that count: neither NSP, nor non concerné, nor out of the filter."""
        return (self.code >= 1) & (self.code <= 4)


def sums(group: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sum the rows of `values` by group, column by column."""
    return np.array([np.bincount(group, column, count) for column in values.T]).T


def region_domains(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return bailleur, quarter and surveyed résidences of each domain: 26 bailleurs, 204 quarters."""
    firms, quarters = 26, 204
    weight = rng.lognormal(0, 0.9, firms)
    owner = rng.choice(firms, quarters - firms, p=weight / weight.sum())
    owner = np.r_[np.arange(firms), owner]
    pairs = []
    for quarter, others in enumerate(rng.choice(3, quarters, p=(0.72, 0.22, 0.06))):
        rest = np.where(np.arange(firms) == owner[quarter], 0, weight)
        beside = rng.choice(firms, others, replace=False, p=rest / rest.sum())
        pairs += [(b, quarter) for b in (owner[quarter], *beside)]
    landlord, quarter = np.array(pairs).T
    low, high = np.array(SURVEYED).T
    size = rng.choice(len(SURVEYED), len(pairs), p=SURVEYED_SHARES)
    inside = rng.integers(low[size], high[size] + 1)
    outside = np.bincount(landlord, inside, firms) * rng.uniform(0.4, 1.4, firms)
    return (
        np.r_[landlord, np.arange(firms)],
        np.r_[quarter, np.full(firms, -1)],
        np.r_[inside, np.clip(outside, 3, 90).astype(int)],
    )


def alone_domains(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the domains of one bailleur with 60 résidences over 6 quarters and hors QPV."""
    k = np.r_[2, 3, rng.permutation([4, 6, 8, 12])]
    return np.zeros(7, int), np.r_[np.arange(6), -1], np.r_[k, 60 - k.sum()]


def items_of(rng: np.random.Generator, count: int = 24) -> pd.DataFrame:
    """Return questions with their rate, gap, ICC, filter, change of the gap, and missing answers."""
    every = rng.permutation(list(itertools.product(RATES, GAPS, ICCS)))[:count]
    items = pd.DataFrame(every, columns=["rate", "gap", "icc"])
    items["item"] = [f"q{i:02d}" for i in range(count)]
    items["filtered"] = np.arange(count) % 8 == 7
    items["change"] = rng.permutation(np.resize([0.0, -0.04, 0.0, 0.04], count))
    items["drift"] = rng.uniform(-0.02, 0.02, count)
    items["nsp"], items["nc"] = rng.uniform(0.01, 0.06, count), rng.uniform(0.0, 0.08, count)
    return items


def settle(rng: np.random.Generator, domains: tuple[np.ndarray, ...], design: Design) -> Land:
    """Build the résidences: lognormal sizes, one giant in some quarters, cells tied to the side."""
    landlord, quarter, surveyed = domains
    every = np.maximum(surveyed, np.round(surveyed / design.f1).astype(int))
    domain = np.repeat(np.arange(len(every)), every)
    size = rng.lognormal(np.log(32), 0.8, len(domain))
    giant = (rng.random(len(every)) < 0.15) & (quarter >= 0)
    size[(np.cumsum(every) - every)[giant]] *= 6
    dwellings = np.clip(np.round(size), 4, 600).astype(int)
    shares = CELL_SHARES[(quarter[domain] >= 0).astype(int)]
    cell = (rng.random((len(domain), 1)) > shares.cumsum(1)[:, :-1]).sum(1)
    return Land(landlord, quarter, surveyed, domain, dwellings, cell)


def eligible(cell: np.ndarray, items: pd.DataFrame) -> np.ndarray:
    """Return whether each cell or résidence is asked each question (filters: collective homes)."""
    collective = np.array([t == 0 for t, _ in CELLS])[cell]
    return collective[:, None] | ~items["filtered"].to_numpy()


def simulate(
    rng: np.random.Generator, land: Land, items: pd.DataFrame, design: Design
) -> list[Wave]:
    """Draw the two waves: levels, answers of every household, then who is asked and what is said.

    Half of the quarters have the question's own gap (and change of gap) exactly, so that the bounds
    −5 and 0 are tried where they bite; the others differ.
    """
    rate, icc = items["rate"].to_numpy(), items["icc"].to_numpy()
    scale, side = 4 * rate * (1 - rate), land.side
    homes, quarters = (len(land.domain), len(items)), (land.quarter.max() + 2, len(items))
    habit = scale * rng.uniform(-0.04, 0.04, (land.landlord.max() + 1, len(items)))[land.landlord]
    own, moved = (rng.normal(0, s, quarters) * (rng.random(quarters) < 0.5) for s in (0.04, 0.03))
    asked = CELL_SHARES[:, :, None] * eligible(np.arange(len(CELLS)), items)
    asked = (asked / asked.sum(1, keepdims=True))[side]
    effect = CELL_EFFECTS[:, None] - (asked * CELL_EFFECTS[:, None]).sum(1)[:, None]
    latent, key, waves = rng.normal(size=homes), rng.random(homes[0]), []
    gap, drift = items["gap"].to_numpy() + own[land.quarter], 0.0
    for number in range(len(WAVES)):
        if number:
            gap = gap + items["change"].to_numpy() + moved[land.quarter]
            drift = items["drift"].to_numpy()
            latent = 0.8 * latent + 0.6 * rng.normal(size=homes)
            key = np.where(rng.random(homes[0]) < 0.7, key, rng.random(homes[0]))
        centre = np.clip(rate + habit + drift + side[:, None] * gap, 0.25, 0.97)
        by_cell = np.clip(centre[:, None] + scale * effect, 0.02, 0.985)
        expected = by_cell[land.domain, land.cell]
        a, b = expected * (1 / icc - 1), (1 - expected) * (1 / icc - 1)
        level = expected if design.simple else betaincinv(a, b, ndtr(latent))
        good = rng.binomial(land.dwellings[:, None], level)
        quota = _quota(rng, land, key, design)
        at = np.repeat(np.arange(homes[0]), quota)
        weight = _weights(rng, land, quota, design)[at]
        weight = weight * rng.lognormal(0, design.noise[1], len(at))
        code = _answers(rng, land, items, good, quota, design)
        waves.append(Wave((by_cell * asked).sum(1), expected, good, at, weight, code))
    return waves


def _quota(rng: np.random.Generator, land: Land, key: np.ndarray, design: Design) -> np.ndarray:
    """Return interviews by résidence: the lowest keys of each domain, at unequal rates, 1 to 30."""
    order = np.lexsort((key, land.domain))
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order)) - np.searchsorted(land.domain, land.domain[order])
    pace = rng.uniform(0.08, 0.30, len(land.landlord))[land.domain]
    wanted = land.dwellings * pace * rng.lognormal(0, 0.6, len(key))
    wanted = np.where(rng.random(len(key)) < 0.1, 1, np.clip(np.round(wanted), 1, 30))
    quota = np.minimum(wanted, land.dwellings).astype(int) * (rank < land.surveyed[land.domain])
    if design.simple:
        for domain in range(len(land.landlord)):
            mine = land.domain == domain
            quota[mine] = rng.multivariate_hypergeometric(land.dwellings[mine], quota[mine].sum())
    return quota


def _weights(rng: np.random.Generator, land: Land, quota: np.ndarray, design: Design) -> np.ndarray:
    """Return N/n by résidence, blown up to the dwellings of its domain, times noise."""
    every = np.bincount(land.domain, land.dwellings)
    if design.simple:
        return (every / np.bincount(land.domain, quota))[land.domain]
    blown = every / np.bincount(land.domain, land.dwellings * (quota > 0))
    weight = land.dwellings / np.maximum(quota, 1) * blown[land.domain]
    return weight * rng.lognormal(0, design.noise[0], len(weight))


def _answers(
    rng: np.random.Generator,
    land: Land,
    items: pd.DataFrame,
    good: np.ndarray,
    quota: np.ndarray,
    design: Design,
) -> np.ndarray:
    """Draw households without replacement; return the code of each interview (0: not asked)."""
    hits = rng.hypergeometric(good, land.dwellings[:, None] - good, quota[:, None])
    at, first = np.repeat(np.arange(len(quota)), quota), np.repeat(np.cumsum(quota) - quota, quota)
    code = np.empty((len(at), len(items)), int)
    for j, item in enumerate(items.itertuples()):
        shuffled = np.lexsort((rng.random(len(at)), at))
        satisfied = np.empty(len(at), bool)
        satisfied[shuffled] = np.arange(len(at)) - first < hits[at, j]
        code[:, j] = np.where(satisfied, 1, 3) + rng.integers(0, 2, len(at))
        if design.missing:
            draw = rng.random(len(at))
            code[draw < item.nsp + item.nc, j] = 8
            code[draw < item.nsp, j] = 9
    code[~eligible(land.cell, items)[at]] = 0
    return code


def deliveries(land: Land, items: pd.DataFrame, waves: list[Wave]) -> list[pd.DataFrame]:
    """Return the frames of a delivery: one row an interview, what was not asked left empty."""
    frames = []
    for name, wave in zip(WAVES, waves, strict=True):
        cell = np.array(CELLS)[land.cell[wave.at]]
        facts = {
            "id": [f"{name}-{i}" for i in range(len(wave.at))],
            "vague": name,
            "bailleur": np.char.add(
                "B", np.char.zfill(land.landlord[land.domain[wave.at]].astype(str), 2)
            ),
            "residence": [f"R{i:05d}" for i in wave.at],
            "poids": np.round(wave.weight, 4),
            "qpv": land.side[land.domain[wave.at]],
            "type_habitat": np.array(TYPES)[cell[:, 0]],
            "periode_construction": np.array(PERIODS)[cell[:, 1]],
        }
        answers = np.where(wave.code > 0, wave.code.astype(str), "")
        frames.append(pd.DataFrame(facts).join(pd.DataFrame(answers, columns=items["item"])))
    return frames


def stock_of(land: Land) -> pd.DataFrame:
    """Return the located stock: every résidence, surveyed or not."""
    domain = land.domain
    return pd.DataFrame(
        {
            "id_residence": [f"R{i:05d}" for i in range(len(domain))],
            "bailleur": [f"B{b:02d}" for b in land.landlord[domain]],
            "cote": np.where(land.side[domain], "dans", "hors"),
            "code_qpv": [f"Q{q:03d}" if q >= 0 else "" for q in land.quarter[domain]],
            "nb_logements": land.dwellings.astype(str),
            "type_habitat": np.array(TYPES)[np.array(CELLS)[land.cell, 0]],
            "periode_construction": np.array(PERIODS)[np.array(CELLS)[land.cell, 1]],
        }
    )


@dataclass(frozen=True)
class Counted:
    """What is counted in a wave, by résidence and question, to make levels and gaps of.

    `levels` are the satisfied by domain that raw rows count (under « service » expected whatever the
    cells that the résidences of the domain happen to be of), `standard` the whole by cell.
    """

    homes: np.ndarray
    good: np.ndarray
    levels: np.ndarray
    answered: np.ndarray


def truths(
    land: Land, items: pd.DataFrame, waves: list[Wave], target: str, *, quarters: bool
) -> pd.DataFrame:
    """Return the true value of every row that is judged: `KEYS`, `value`, `kind` and `size`.

    `size` counts the surveyed résidences with a valid answer: of the quarter, or of both sides for a
    bailleur or the whole. Adjusted rows of quarters are left out unless `quarters`.
    """
    homes = land.dwellings[:, None] * eligible(land.cell, items)
    parts = []
    for wave in waves:
        share = wave.good / land.dwellings[:, None] if target == "parc" else wave.expected
        good = homes * share
        levels = land.total(good) if target == "parc" else land.total(homes) * wave.mean
        answered = sums(wave.at, wave.valid, len(homes))
        parts.append(Counted(homes, good, levels, answered))
    # of the service a comparable row has no exact truth here: a cell's own mean is not drawn
    return _values(land, items, parts, quarters=quarters, comparable=target == "parc")


def sampled(land: Land, items: pd.DataFrame, waves: list[Wave]) -> pd.DataFrame:
    """Return the same values of the interviews alone, by weight: what the program estimates."""
    parts = []
    for wave in waves:
        weight = np.round(wave.weight, 4)
        homes = weight[:, None] * wave.valid
        good = homes * np.isin(wave.code, (1, 2))
        found = (sums(wave.at, v, len(land.domain)) for v in (homes, good, wave.valid))
        homes, good, answered = found
        parts.append(Counted(homes, good, land.total(good), answered))
    return _values(land, items, parts, quarters=True, comparable=False)


def _values(
    land: Land, items: pd.DataFrame, waves: list[Counted], *, quarters: bool, comparable: bool
) -> pd.DataFrame:
    """Return levels, gaps and changes of gaps of every row, raw and like with like.

    Like with like, both sides are raked to the dwellings of the bailleur, on the margins of type and
    period; not judged over several bailleurs, whose shares are a margin too.
    """
    rows = _rows(land)
    quarter = rows["quarter"]
    kept = ~quarter | quarters
    tables, gaps, sizes = [], [], []
    for name, wave in zip(WAVES, waves, strict=True):
        base, reached = land.total(wave.homes), land.total(wave.answered > 0)
        size = np.where(quarter[:, None], rows["inside"] @ reached, rows["both"] @ reached)
        with np.errstate(invalid="ignore"):
            inside = rows["inside"] @ wave.levels / (rows["inside"] @ base)
            gap = inside - rows["outside"] @ wave.levels / (rows["outside"] @ base)
        found = {"brut": gap}
        if comparable:
            alike = _raked(rows, *(_by_cell(land, rows, v) for v in (wave.homes, wave.good)))
            found["comparable"] = np.where(kept[:, None], alike, np.nan)
        tables += [_long(rows, items, name, v, size, how=how) for how, v in found.items()]
        tables.append(_long(rows, items, name, inside, size, group="qpv"))
        gaps.append(found)
        sizes.append(size)
    span, least = "-".join(WAVES), np.minimum(*sizes)
    for how, before in gaps[0].items():
        change = gaps[1][how] - before
        tables.append(_long(rows, items, span, change, least, group="evolution_ecart", how=how))
    return pd.concat(tables).dropna(subset="value")


def _rows(land: Land) -> dict[str, Any]:
    """Return the heads of the rows, and which domains (columns) lie in QPV and outside for each.

    A quarter is set against all that the row's bailleurs have hors QPV: one bailleur, or every
    bailleur of the survey in a row of `ensemble`.
    """
    here = land.quarter >= 0
    heads, inside, outside = [], [], []
    for firm in (*range(land.landlord.max() + 1), None):
        mine = land.landlord == firm if firm is not None else np.ones(len(here), bool)
        name = "ensemble" if firm is None else f"B{firm:02d}"
        heads.append(("total", "total", name, "ensemble" if firm is None else "bailleur"))
        inside.append(mine & here)
        outside.append(mine & ~here)
        for quarter in np.unique(land.quarter[mine & here]):
            kind = "quartier" if firm is None else "quartier × bailleur"
            heads.append(("code_qpv", f"Q{quarter:03d}", name, kind))
            inside.append(mine & (land.quarter == quarter))
            outside.append(mine & ~here)
    frame = pd.DataFrame(heads, columns=["niveau", "territoire", "bailleur", "kind"])
    into, out = np.array(inside, float), np.array(outside, float)
    quarter = (frame["niveau"] == "code_qpv").to_numpy()
    first = {name: k for k, name in reversed(list(enumerate(frame["bailleur"])))}
    whole = np.array([first[name] for name in frame["bailleur"]])
    lone = (frame["bailleur"] != "ensemble").to_numpy() | (land.landlord.max() == 0)
    return {
        "heads": frame, "inside": into, "outside": out, "both": into + out, "quarter": quarter,
        "whole": whole, "lone": lone,
    }  # fmt: skip


def _long(
    rows: dict[str, Any],
    items: pd.DataFrame,
    wave: str,
    value: np.ndarray,
    size: np.ndarray,
    *,
    group: str = "ecart",
    how: str = "brut",
) -> pd.DataFrame:
    """Return one line a row and question; kinds tell the adjustment, levels are of quarters only."""
    at = np.repeat(np.arange(len(value)), len(items))
    frame = rows["heads"].iloc[at].reset_index(drop=True)
    kind = frame["kind"] if how == "brut" else frame["kind"] + f", {how}"
    frame = frame.assign(
        vague=wave,
        item=np.tile(items["item"].to_numpy(), len(value)),
        groupe=group,
        ajustement=how,
        kind="évolution, " + kind if group == "evolution_ecart" else kind,
        value=value.ravel(),
        size=size.ravel(),
    )
    if group == "qpv":
        return frame[rows["quarter"][at]].assign(kind="niveau en QPV, quartier")
    return frame


def _by_cell(land: Land, rows: dict[str, Any], values: np.ndarray) -> np.ndarray:
    """Return sums by side (hors, QPV) × row × cell × question."""
    cells, count = len(CELLS), len(land.landlord)
    grouped = sums(land.domain * cells + land.cell, values, count * cells).reshape(count, -1)
    sides = [rows[side] @ grouped for side in ("outside", "inside")]
    return np.array(sides).reshape(2, -1, cells, values.shape[1])


def _raked(rows: dict[str, Any], homes: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Return gaps of sides raked to the whole of their bailleur (side × row × cell × question)."""
    cell = np.array(CELLS)
    onto = [np.eye(n)[cell[:, k]].T for k, n in enumerate(cell.max(0) + 1)]
    whole = homes[:, rows["whole"]].sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        target, x = whole / whole.sum(1, keepdims=True), homes / homes.sum(2, keepdims=True)
        for _ in range(300):
            for m in onto:
                ratio = (m @ target)[None] / (m @ x)
                x = x * np.swapaxes(np.swapaxes(np.nan_to_num(ratio), 2, 3) @ m, 2, 3)
        share = np.where(homes > 0, good / homes, 0.0)
        off = np.max([np.abs(m @ x - m @ target).max(axis=(0, 2)) for m in onto], axis=0)
    gap = (x[1] * share[1]).sum(1) - (x[0] * share[0]).sum(1)
    return np.where(rows["lone"][:, None] & (off < 1e-3), gap, np.nan)
