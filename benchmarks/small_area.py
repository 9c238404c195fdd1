"""Modelled shares of quarters against the truth of simulated stocks: error and coverage.

    python benchmarks/small_area.py [--tirages 10] [--variantes]

Every line compares the direct share and the modelled one of the same answers. `--variantes` adds
fewer quarters, and what was turned down.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, ndtri

from tfpb.survey.estimation.area_model import AreaData, model_spread, predict
from tfpb.survey.estimation.modelled_rows import SmallAreas, estimate_areas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Interval = tuple[Floats, Floats, Floats]

QUARTERS = 204
ITEMS = 60
Z = float(ndtri(0.975))
PER_RESIDENCE = 5
"""Interviews a résidence that is surveyed."""


@dataclass(frozen=True)
class Setting:
    """What a region is like.

    Parameters
    ----------
    target : {"parc", "service"}
        Truth to be met: the share of all its households, or of the quarter its résidences stand for.
    interviews : int
        Mean number a quarter (they vary by a factor of 2 or so).
    share, icc : float
        Mean share of satisfied tenants; correlation within résidences.
    spread : float
        Standard deviation of quarters, before that of their résidences.
    quarters : int
    """

    target: str = "parc"
    interviews: int = 30
    share: float = 0.78
    icc: float = 0.1
    spread: float = 0.05
    quarters: int = QUARTERS


@dataclass(frozen=True)
class Region:
    """One draw: a stock, its sample, `ITEMS` independent questions.

    Parameters
    ----------
    direct, truth : float array, shape (quarters, items)
    dispersion : float array, shape (quarters, items)
        D(n, k), with the correlation within résidences estimated from the answers.
    weights : float array, shape (quarters,)
        Dwellings.
    beyond : float
        Standard deviation of the true shares.
    """

    direct: Floats
    truth: Floats
    dispersion: Floats
    weights: Floats
    beyond: float

    def model(self, scale: float = 1.0) -> SmallAreas:
        """Model all quarters; the region's share is the weighted mean of the direct ones."""
        every = np.ones(self.direct.shape, dtype=bool)
        return estimate_areas(
            self.direct,
            scale * self.dispersion,
            entered=every,
            weights=self.weights,
            region=self.weights @ self.direct / self.weights.sum(),
        )


def draw_region(setting: Setting, seed: int, items: int = ITEMS) -> Region:
    """Draw résidences, a sample of them by size, then answers: Beta levels, without replacement."""
    rng = np.random.default_rng(seed)
    s, count = setting, setting.quarters
    held = np.clip(np.round(np.exp(rng.normal(np.log(20), 0.4, count))), 6, 60).astype(int)
    quarter = np.repeat(np.arange(count), held)
    size = np.clip(np.round(np.exp(rng.normal(np.log(35), 0.6, len(quarter)))), 6, 200).astype(int)
    asked = _sample(rng, quarter, size, s)
    mean = np.full(count, s.share)
    within = np.minimum(s.spread**2, mean * (1 - mean) / 2)
    level = _beta(rng, mean[:, None], (mean * (1 - mean) / within - 1)[:, None], (count, items))
    chance = _beta(rng, level[quarter], (1 - s.icc) / s.icc, (len(quarter), items))
    satisfied = rng.binomial(size[:, None], chance)
    seen = asked > 0
    answers = np.zeros(satisfied.shape)
    answers[seen] = rng.hypergeometric(
        satisfied[seen], size[seen, None] - satisfied[seen], asked[seen, None]
    )
    n, dwellings = _sums(quarter, asked), _sums(quarter, size)
    direct = _sums(quarter, answers) / n[:, None]
    truth = level if s.target == "service" else _sums(quarter, satisfied) / dwellings[:, None]
    return Region(
        direct=direct,
        truth=truth,
        dispersion=_dispersion(quarter, size, asked, answers, s.target),
        weights=dwellings,
        beyond=float((truth - mean[:, None]).std()),
    )


def _sample(
    rng: np.random.Generator, quarter: NDArray[np.intp], size: NDArray[np.int_], s: Setting
) -> NDArray[np.int_]:
    """Interviews of every résidence: some résidences by size, about five households each."""
    wanted = np.round(s.interviews * np.exp(rng.normal(-0.08, 0.4, s.quarters))).astype(int)
    asked = np.zeros(len(quarter), dtype=int)
    for q, n in enumerate(np.maximum(wanted, 8)):
        here = np.flatnonzero(quarter == q)
        k = min(len(here), max(2, round(n / PER_RESIDENCE)))
        here = rng.permutation(here)
        # systematic, by size: a share of answers is then a share of households, without weights
        ticks = (rng.random() + np.arange(k)) / k
        chosen = here[np.searchsorted(np.cumsum(size[here] / size[here].sum()), ticks)]
        shared = np.full(k, n // k)
        shared[: n - k * (n // k)] += 1
        np.add.at(asked, chosen, shared)
    return np.minimum(asked, size)


def _beta(
    rng: np.random.Generator, mean: Floats, precision: Floats | float, shape: tuple[int, int]
) -> Floats:
    a, b = mean * precision, (1 - mean) * precision
    return rng.beta(np.maximum(a, 1e-3), np.maximum(b, 1e-3), shape)


def _sums(quarter: NDArray[np.intp], values: NDArray[np.generic]) -> Floats:
    out = np.zeros((quarter.max() + 1, *values.shape[1:]))
    np.add.at(out, quarter, values)
    return out


def _dispersion(
    quarter: NDArray[np.intp],
    size: NDArray[np.int_],
    asked: NDArray[np.int_],
    answers: Floats,
    target: str,
) -> Floats:
    """D as a smooth function of interviews and résidences, right on average over the survey.

    With the one correlation of each question by analysis of variance (docs: statistics of small
    numbers of résidences), then a/k for the part of résidences and b/n for that of households.
    """
    seen = asked > 0
    n, k = _sums(quarter, asked), _sums(quarter, seen.astype(float))
    share = answers / np.maximum(asked, 1)[:, None]
    overall = _sums(quarter, answers) / n[:, None]
    between = (asked[:, None] * (share - overall[quarter]) ** 2).sum(axis=0) / (k - 1).sum()
    within = (asked[:, None] * share * (1 - share)).sum(axis=0) / (n.sum() - k.sum())
    n0 = (n.sum() - (_sums(quarter, asked.astype(float) ** 2) / n).sum()) / (k - 1).sum()
    icc = np.clip((between - within) / (between + (n0 - 1) * within), 0.01, 0.6)
    part, whole = asked / n[quarter], size / _sums(quarter, size)[quarter]
    if target == "service":
        residences, households = _sums(quarter, part**2), 1 / n
    else:
        residences = _sums(quarter, (part - whole) ** 2)
        each = part**2 / np.maximum(asked, 1) - 2 * part * whole / size + whole**2 / size
        households = _sums(quarter, each)
    residences = residences.mean() / (1 / k).mean() / k
    households = households.mean() / (1 / n).mean() / n
    return np.outer(residences, icc) + np.outer(households, 1 - icc)


@dataclass(frozen=True)
class Score:
    """What one line says; shares and errors in points or per cent."""

    beyond: float
    direct: float
    modelled: float
    bias: float
    coverage: float
    coverage_error: float
    lowest: float
    worst: float

    @property
    def gain(self) -> float:
        """Part of the direct error taken away, per cent."""
        return 100 * (1 - self.modelled / self.direct)


def score(
    setting: Setting,
    draws: int,
    make: Callable[[Region], Interval] | None = None,
    items: int = ITEMS,
) -> Score:
    """Compare direct and modelled shares over some draws of a region.

    `make` returns another estimate and its interval. `lowest` is the coverage among the tenth of
    the quarters whose modelled share is lowest, those a reader looks at; `worst` among the tenth
    whose true share is lowest.
    """
    rows, held = [], []
    for seed in range(draws):
        region = draw_region(setting, seed, items)
        estimate, low, high = (make or _ours)(region)
        error = estimate - region.truth
        inside = (low <= region.truth) & (region.truth <= high)
        last, worst = (v <= np.quantile(v, 0.1, axis=0) for v in (estimate, region.truth))
        held.append(inside.mean(axis=0))
        rows.append(
            (
                region.beyond**2,
                ((region.direct - region.truth) ** 2).mean(),
                (error**2).mean(),
                error.mean(),
                inside[last].mean(),
                inside[worst].mean(),
            )
        )
    beyond, direct, modelled, bias, lowest, worst = np.mean(rows, axis=0)
    by_item = np.concatenate(held)
    return Score(
        beyond=100 * np.sqrt(beyond),
        direct=100 * np.sqrt(direct),
        modelled=100 * np.sqrt(modelled),
        bias=100 * bias,
        coverage=100 * by_item.mean(),
        coverage_error=100 * by_item.std() / np.sqrt(len(by_item)),
        lowest=100 * lowest,
        worst=100 * worst,
    )


def _ours(region: Region) -> Interval:
    found = region.model()
    return found.benchmarked, found.low, found.high


def _plain_interval(region: Region) -> Interval:
    """Take the mean squared error alone, the same variance of answers for high and low shares."""
    found = region.model()
    half = Z * np.sqrt(found.benchmarked_mse)
    return found.benchmarked, found.benchmarked - half, found.benchmarked + half


def _scaled(scale: float) -> Callable[[Region], Interval]:
    def make(region: Region) -> Interval:
        found = region.model(scale)
        return found.benchmarked, found.low, found.high

    return make


def _data(direct: Floats, variance: Floats) -> AreaData:
    every = np.ones((len(direct), 1))
    return AreaData(direct, variance, every, np.ones(direct.shape, dtype=bool))


def _gaussian(direct: Floats, variance: Floats, *, bound: bool = False) -> tuple[Floats, Floats]:
    """Fit the model on another scale or with other variances; A on its bound if `bound`."""
    data = _data(direct, variance)
    spread = model_spread(data)
    value = np.maximum(spread.moment, 1e-9) if bound else spread.value
    found = predict(data, value, spread.variance)
    return found.estimate, found.mse


def _moderate(share: Floats) -> Floats:
    return np.clip(share, 0.02, 0.98)


def _raw_variance(region: Region) -> Interval:
    share = _moderate(region.direct)
    estimate, mse = _gaussian(region.direct, share * (1 - share) * region.dispersion)
    return estimate, estimate - Z * np.sqrt(mse), estimate + Z * np.sqrt(mse)


def _shrunken_variance(region: Region) -> Interval:
    share = _moderate(region.model().estimate)
    for _ in range(4):
        estimate, mse = _gaussian(region.direct, share * (1 - share) * region.dispersion)
        share = _moderate(estimate)
    return estimate, estimate - Z * np.sqrt(mse), estimate + Z * np.sqrt(mse)


def _zero_allowed(region: Region) -> Interval:
    """Leave A at zero where its moment is."""
    variance = region.model().variance
    estimate, mse = _gaussian(region.direct, variance, bound=True)
    return estimate, estimate - Z * np.sqrt(mse), estimate + Z * np.sqrt(mse)


def _reml(region: Region) -> Interval:
    """Take A by restricted maximum likelihood (Fisher's scoring, at zero where it has no root)."""
    data = _data(region.direct, region.model().variance)
    x = data.covariates
    spread = np.maximum(model_spread(data).moment, 1e-9)
    for _ in range(50):
        weight = 1 / (spread + data.variance)
        found = predict(data, spread, spread)
        hat = np.einsum("mc,icd,md->mi", x, found.inverse, x)
        squares = np.einsum("mc,mi,md->icd", x, weight**2, x)
        inner = found.inverse @ squares
        trace = (weight - weight**2 * hat).sum(axis=0)
        information = (weight**2 - 2 * weight**3 * hat).sum(axis=0)
        information += np.einsum("icd,idc->i", inner, inner)
        residual = weight * (region.direct - found.synthetic)
        step = ((residual**2).sum(axis=0) - trace) / information
        spread = np.maximum(spread + step, 1e-9)
    found = predict(data, spread, 2 / (1 / (spread + data.variance) ** 2).sum(axis=0))
    half = Z * np.sqrt(found.mse)
    return found.estimate, found.estimate - half, found.estimate + half


def _arcsine(region: Region) -> Interval:
    """Work on the arcsine of the root, whose variance is D/4; mean brought back without bias."""
    angle, mse = _gaussian(np.arcsin(np.sqrt(region.direct)), region.dispersion / 4)
    ends = [np.clip(angle + k * Z * np.sqrt(mse), 0, np.pi / 2) for k in (-1, 1)]
    low, high = (np.sin(end) ** 2 for end in ends)
    return 0.5 - 0.5 * np.cos(2 * angle) * np.exp(-2 * mse), low, high


def _logit(region: Region) -> Interval:
    """Work on the empirical logit (half an answer added to each side)."""
    n = 1 / region.dispersion
    share = (region.direct * n + 0.5) / (n + 1)
    centre = _moderate(region.model().synthetic)
    estimate, mse = _gaussian(logit(share), region.dispersion / (centre * (1 - centre)))
    half = Z * np.sqrt(mse)
    return expit(estimate), expit(estimate - half), expit(estimate + half)


VARIANTS: dict[str, Callable[[Region], Interval]] = {
    "as built": _ours,
    "interval from the mean squared error alone": _plain_interval,
    "A left at zero where its moment is": _zero_allowed,
    "A by REML": _reml,
    "variance from the raw share": _raw_variance,
    "variance from the shrunken share": _shrunken_variance,
    "arcsine": _arcsine,
    "empirical logit": _logit,
    "D 10 % too small": _scaled(0.9),
    "D 10 % too large": _scaled(1.1),
}


def main_table(draws: int) -> Iterator[str]:
    """Try two sizes, two shares, three spreads; ranges over both targets and two correlations."""
    yield "| n | share | sd | direct | modelled | gain | coverage | shown lowest | truly lowest |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for n, share, spread in itertools.product((15, 30), (0.78, 0.92), (0.03, 0.05, 0.08)):
        found = [
            score(Setting(target, n, share, icc, spread), draws)
            for target, icc in itertools.product(("parc", "service"), (0.05, 0.15))
        ]
        yield (
            f"| {n} | {share:.0%} | {_range(found, 'beyond')} | {_range(found, 'direct')} "
            f"| {_range(found, 'modelled')} | {_range(found, 'gain', 0)} % "
            f"| {_range(found, 'coverage')} % | {_range(found, 'lowest', 0)} % "
            f"| {_range(found, 'worst', 0)} % |"
        )


def _range(scores: list[Score], name: str, digits: int = 1) -> str:
    values = [getattr(s, name) for s in scores]
    return f"{min(values):.{digits}f}–{max(values):.{digits}f}"


def few_table(draws: int) -> Iterator[str]:
    """Fewer quarters than a region has."""
    yield "| quarters | share | sd | direct | modelled | gain | coverage |"
    yield "|---|---|---|---|---|---|---|"
    for quarters, share in itertools.product((8, 12, 25, 60), (0.78, 0.92)):
        s = score(Setting(share=share, quarters=quarters), 6 * draws)
        yield (
            f"| {quarters} | {share:.0%} | {s.beyond:.1f} "
            f"| {s.direct:.1f} | {s.modelled:.1f} | {s.gain:.0f} % "
            f"| {s.coverage:.1f} ± {s.coverage_error:.1f} % |"
        )


def variant_table(draws: int) -> Iterator[str]:
    """Show what was turned down, on four settings: bias, error, coverage."""
    settings = [
        Setting(interviews=n, share=p, spread=sd)
        for n, p, sd in ((15, 0.78, 0.03), (30, 0.78, 0.08), (15, 0.92, 0.03), (30, 0.92, 0.05))
    ]
    heads = [f"n {s.interviews}, {s.share:.0%}, sd {100 * s.spread:.0f}" for s in settings]
    yield "| bias · error · coverage (lowest tenth) | " + " | ".join(heads) + " |"
    yield "|---" * (len(heads) + 1) + "|"
    for name, make in VARIANTS.items():
        found = [score(s, draws, make) for s in settings]
        cells = [
            f"{s.bias:+.1f} · {s.modelled:.1f} · {s.coverage:.0f} % ({s.lowest:.0f} %)"
            for s in found
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"


def speed() -> str:
    """Time one survey: the shortest of five runs."""
    region = draw_region(Setting(), 0)
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        region.model()
        taken.append(time.perf_counter() - start)
    return f"{QUARTERS} quarters × {ITEMS} questions: {min(taken):.3f} s"


def main() -> None:
    """Print the tables, line by line as they come."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tirages", type=int, default=10)
    parser.add_argument("--variantes", action="store_true")
    asked = parser.parse_args()
    print(speed())
    tables = [main_table]
    if asked.variantes:
        tables += [few_table, variant_table]
    for table in tables:
        print()
        for line in table(asked.tirages):
            print(line)
            sys.stdout.flush()
    large = replace(Setting(), spread=0.2, share=0.6)
    s = score(large, asked.tirages)
    print(f"\nsd {s.beyond:.0f} points, n = 30: gain {s.gain:.0f} %, {s.coverage:.1f} %")


if __name__ == "__main__":
    main()
