"""Variance factors by hand, Wilson against statsmodels, power against simulated surveys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from tfpb.survey.estimation.intervals import Sides
from tfpb.survey.planning.precision import (
    LEAST_FACTOR,
    Domain,
    half_width,
    low_bound,
    n_necessaire,
    power,
    variance_factor,
)


def domain(answers: list[float], dwellings: list[float], strata: list[int] | None = None) -> Domain:
    return Domain(
        np.array(answers, float), np.array(dwellings, float), np.array(strata or [0] * len(answers))
    )


@pytest.mark.parametrize(
    ("answers", "dwellings", "parc", "expected"),
    [
        # a = (.4, .6): .2 × .52 + .8 × 5/25
        ([2, 3], [10, 30], False, 0.264),
        # A = (.25, .75): .2 × .045 + .8 × (.06625 + .10875)
        ([2, 3], [10, 30], True, 0.149),
        # a third résidence, not surveyed: A = (.125, .375, .5); .2 × .37625 + .8 × .18125 + .8 × .00625
        ([2, 3, 0], [10, 30, 40], True, 0.22525),
        # one interview in each of two: a = (.5, .5); .2 × .5 + .8 × .5
        ([1, 1], [10, 10], False, 0.5),
    ],
)
def test_factors_by_hand(
    answers: list[float], dwellings: list[float], *, parc: bool, expected: float
) -> None:
    assert variance_factor(
        domain(answers, dwellings), rho=(0.2, 0.2), parc=parc, uneven=0.0
    ) == pytest.approx(expected)


def test_two_strata_weigh_their_dwellings_whatever_their_interviews() -> None:
    # 30 of 40 dwellings rest on 1 answer, 10 on 4: own weights .75 and .0625
    made = variance_factor(domain([1, 4], [30, 10], [0, 1]), rho=(0.1, 0.1), parc=False, uneven=0.0)
    assert made == pytest.approx(0.1 * (0.75**2 + 0.25**2) + 0.9 * (0.75**2 + 4 * 0.0625**2))


def test_a_stratum_without_interview_is_missed_by_parc_alone() -> None:
    whole, cut = domain([5, 0], [20, 20], [0, 1]), domain([5], [20])
    assert variance_factor(whole, rho=(0.1, 0.1), parc=False, uneven=0.0) == variance_factor(
        cut, rho=(0.1, 0.1), parc=False, uneven=0.0
    )
    assert variance_factor(whole, rho=(0.1, 0.1), parc=True, uneven=0.0) > variance_factor(
        cut, rho=(0.1, 0.1), parc=True, uneven=0.0
    )


def test_a_census_of_these_dwellings_leaves_nothing_unknown() -> None:
    assert (
        variance_factor(domain([10, 30], [10, 30]), rho=(0.1, 0.1), parc=True, uneven=0.0)
        == LEAST_FACTOR
    )
    assert (
        variance_factor(domain([10, 30], [10, 30]), rho=(0.1, 0.1), parc=False, uneven=0.0) > 0.08
    )


def test_in_proportion_parc_is_the_law_of_sampling_without_replacement() -> None:
    made = variance_factor(domain([2, 6, 12], [10, 30, 60]), rho=(0.3, 0.3), parc=True, uneven=0.0)
    assert made == pytest.approx(0.7 * (1 / 20 - 1 / 100))


def test_no_answer_is_no_knowledge() -> None:
    none = variance_factor(domain([0, 0], [10, 10]), rho=(0.1, 0.1), parc=True, uneven=0.0)
    assert none == float("inf")
    assert half_width(0.78, none, 0.01) == float("inf")
    assert power(0.78, 0.0, *((none, 0.01),) * 2, margin=0.05) == 0.0
    assert (
        power(0.97, 0.0, *((0.3, 0.01),) * 2, margin=0.05) < 1e-6
    )  # even all satisfied would not show it


def test_the_low_bound_is_that_of_what_is_released() -> None:
    low, high = zip(*(proportion_confint(k, 50, 0.10, "wilson") for k in (30, 40)), strict=True)
    made = low_bound(np.array([0.6]), np.array([0.8]), np.array([1 / 50]), np.array([1 / 50]))
    assert made[0] == pytest.approx(-0.2 - np.hypot(0.6 - low[0], high[1] - 0.8))
    sides = Sides(np.array([[[0.6], [0.8]]]), np.full((1, 2, 1), 1 / 50))
    printed = sides.figure(np.array([1.0, -1.0]))["ic90_bas"][0, 0]
    assert made[0] - 0.005 <= printed <= made[0]


def test_the_half_width_of_the_method_page() -> None:
    # 1.645 √(.1716 × (.01 + .01)) = 9.6 points
    assert half_width(0.78, 0.01, 0.01) == pytest.approx(0.0964, abs=1e-4)


def test_power_agrees_with_the_usual_formula_in_large_samples() -> None:
    n = n_necessaire(0.75, effet_plan=1.0)
    assert power(0.75, 0.0, *((1 / n, 1 / n),) * 2, margin=0.05) == pytest.approx(0.80, abs=0.01)
    assert power(0.75, -0.05, *((1 / n, 1 / n),) * 2, margin=0.05) == pytest.approx(0.05, abs=0.005)


def test_power_grows_with_answers_and_with_the_gap() -> None:
    factors = np.array([0.03, 0.01, 0.003, 0.001])
    assert (np.diff(power(0.78, 0.0, *((factors, 0.002),) * 2, margin=0.05)) > 0).all()
    gaps = [power(0.78, g, *((0.003, 0.002),) * 2, margin=0.05) for g in (-0.03, 0.0, 0.03)]
    assert gaps == sorted(gaps)


def test_power_is_that_of_a_wider_interval_than_the_shares_vary() -> None:
    d, wide = 0.001, 0.0014
    made = power(0.75, 0.0, (d, d), (wide, wide), margin=0.05)
    scale = 0.75 * 0.25 * 2
    expected = norm.cdf((0.05 - 1.6449 * (scale * wide) ** 0.5) / (scale * d) ** 0.5)
    assert made == pytest.approx(expected, abs=0.01)
    assert made < power(0.75, 0.0, *((d, d),) * 2, margin=0.05) - 0.05


def test_uneven_answers_draw_residences_from_their_share() -> None:
    """Two strata of unequal résidences, each weighing its dwellings whatever answers it gives."""
    draw = np.random.default_rng(8)
    dwellings, strata = draw.integers(20, 200, 24).astype(float), np.repeat([0, 1], 12)
    answers = dwellings / 8
    met = answers * draw.gamma(1 / 0.15, 0.15, (4000, 24))
    held = np.stack([met[:, strata == k].sum(axis=1) for k in (0, 1)], axis=1)[:, strata]
    size = np.bincount(strata, dwellings)[strata]
    share = met / held * size / dwellings.sum()
    moved = ((share - dwellings / dwellings.sum()) ** 2).sum(axis=1).mean()
    flat, uneven = (
        variance_factor(Domain(answers, dwellings, strata), rho=(0.1, 0.1), parc=True, uneven=u)
        for u in (0.0, 0.15)
    )
    assert (uneven - flat) / 0.1 == pytest.approx(moved, rel=0.1)
    everyone = Domain(dwellings, dwellings, strata)
    assert variance_factor(everyone, rho=(0.1, 0.1), parc=True, uneven=0.15) == LEAST_FACTOR


@pytest.mark.slow
@pytest.mark.parametrize("parc", [False, True])
@pytest.mark.parametrize(
    ("k_qpv", "k_hors", "each", "level", "gap"),
    [
        (60, 60, 12, 0.78, 0.0),
        (100, 100, 15, 0.78, -0.03),
        (8, 40, 10, 0.92, 0.0),
        (4, 30, 8, 0.6, 0.02),
    ],
)
def test_power_is_what_simulated_surveys_show(
    k_qpv: int, k_hors: int, each: int, level: float, gap: float, *, parc: bool
) -> None:
    draw = np.random.default_rng(k_qpv + parc)
    count, rho = 6000, 0.10

    def side(k: int, p: float) -> tuple[np.ndarray, float]:
        """Observed shares around their truth, and D, for unequal résidences surveyed in proportion."""
        homes = draw.integers(20, 120, k)
        asked = np.minimum(np.maximum(1, np.round(each * homes / homes.mean())), homes).astype(int)
        likely = draw.beta(p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho, (count, k))
        if parc:
            content = draw.binomial(homes, likely)
            got = draw.hypergeometric(content, homes - content, asked)
            shift = p - content.sum(axis=1) / homes.sum()
        else:
            got, shift = draw.binomial(asked, likely), np.zeros(count)
        made = domain(list(asked), list(homes))
        shares = np.clip(got.sum(axis=1) / asked.sum() + shift, 0, 1)
        return shares, variance_factor(made, rho=(rho, rho), parc=parc, uneven=0.0)

    (qpv, d_qpv), (hors, d_hors) = side(k_qpv, level + gap), side(k_hors, level)
    seen = (low_bound(qpv, hors, np.full(count, d_qpv), np.full(count, d_hors)) > -0.05).mean()
    announced = power(level, gap, *((d_qpv, d_hors),) * 2, margin=0.05)
    noise = 3 * np.sqrt(max(announced * (1 - announced), 0.01) / count)
    assert abs(seen - announced) < noise + 0.015, (seen, announced)
