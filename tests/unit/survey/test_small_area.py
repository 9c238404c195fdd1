"""Modelled shares: against R's `sae`, a reference from the formulas, simulated truth; and secrecy."""

from __future__ import annotations

import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import truncnorm

from tfpb.survey.estimation.area_model import AreaData, model_spread, predict
from tfpb.survey.estimation.modelled_rows import SmallAreas, estimate_areas

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from small_area import Region, Setting, draw_region, score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

Z = 1.959963984540054

# --- R's `sae`: expenditure on milk, 43 areas (Arora and Lahiri, Statistica Sinica 1997) -----------
# What R prints for `mseFH(yi ~ as.factor(MajorArea), SD^2, method = "FH")` and `"REML"`, data(milk).

_MILK = """
1.099 .163 1  1.075 .080 1  1.105 .083 1  0.628 .109 1  0.753 .119 1  0.981 .141 1  1.257 .202 1
1.095 .127 2  1.405 .168 2  1.356 .178 2  0.615 .100 2  1.460 .201 2  1.338 .148 2  0.854 .143 2
1.176 .149 3  1.111 .145 3  1.257 .135 3  1.430 .172 3  1.278 .137 3  1.292 .163 3  1.002 .125 3
1.183 .247 3  1.044 .140 3  1.267 .171 3  1.193 .106 3  0.791 .121 4  0.795 .121 4  0.759 .259 4
0.796 .106 4  0.565 .089 4  0.886 .225 4  0.952 .205 4  0.807 .119 4  0.582 .067 4  0.684 .106 4
0.787 .126 4  0.440 .092 4  0.759 .132 4  0.770 .100 4  0.800 .113 4  0.756 .083 4  0.865 .121 4
0.640 .129 4
"""
_SAE_FH = """
1.017975 1.044963 1.064480 0.770692 0.852512 0.973826 1.050856 1.096165 1.210505 1.185640 0.797568
1.202149 1.200458 0.988971 1.186745 1.157992 1.224223 1.278680 1.233565 1.231860 1.095955 1.192212
1.125997 1.220694 1.193687 0.760243 0.762358 0.732288 0.767459 0.617310 0.764996 0.789314 0.769376
0.612861 0.700961 0.756890 0.537193 0.741881 0.753251 0.767518 0.747059 0.799363 0.683160
"""
_SAE_FH_MSE = """
0.012757016 0.005314467 0.005632201 0.008323471 0.009283520 0.011178151 0.014867662 0.010252709
0.013470878 0.014094867 0.007558331 0.015325274 0.012038944 0.011640323 0.011466958 0.011181888
0.010423673 0.012914353 0.010580561 0.012385544 0.009599980 0.015890240 0.010810966 0.012857861
0.007864537 0.008855177 0.008855177 0.015041526 0.007569376 0.005975211 0.014211800 0.013571949
0.008691547 0.003833361 0.007569376 0.009253153 0.006264329 0.009709450 0.007020470 0.008185874
0.005391055 0.008855177 0.009484220
"""
_SAE_REML = """
1.0219703 1.0476018 1.0679513 0.7608170 0.8461574 0.9743727 1.0584523 1.0977762 1.2215449 1.1951455
0.7852155 1.2139456 1.2096593 0.9834967 1.1864247 1.1556982 1.2263411 1.2856486 1.2363247 1.2349600
1.0903019 1.1923057 1.1216470 1.2230296 1.1938054 0.7627195 0.7649550 0.7338443 0.7699294 0.6134418
0.7695558 0.7958250 0.7723187 0.6102302 0.7001782 0.7592787 0.5298867 0.7434466 0.7548996 0.7701918
0.7481164 0.8040773 0.6810870
"""
_SAE_REML_MSE = """
0.013460220 0.005372876 0.005701990 0.008541740 0.009579594 0.011670632 0.015926137 0.010586518
0.014184043 0.014901472 0.007694262 0.016336469 0.012562726 0.012117378 0.012031229 0.011709147
0.010859780 0.013690860 0.011034674 0.013079686 0.009948636 0.017243977 0.011292325 0.013625297
0.008065787 0.009205133 0.009205133 0.016476912 0.007800626 0.006098668 0.015441564 0.014657866
0.009024699 0.003870786 0.007800626 0.009646139 0.006404335 0.010155645 0.007209937 0.008470277
0.005484860 0.009205133 0.009903626
"""


def _numbers(text: str) -> Floats:
    return np.array([float(word) for word in text.split()])


def _milk() -> AreaData:
    direct, error, major = _numbers(_MILK).reshape(-1, 3).T
    matrix = np.column_stack([np.ones(43), *(major == k for k in (2, 3, 4))])
    return AreaData(direct[:, None], error[:, None] ** 2, matrix, np.ones((43, 1), dtype=bool))


def test_moment_and_errors_as_sae_gives_them() -> None:
    data = _milk()
    moment = model_spread(data).moment
    precision = 1 / (moment + data.variance)
    one, two = precision.sum(), (precision**2).sum()
    found = predict(data, moment, np.array([2 * 43 / one**2]))
    assert found.estimate[:, 0] == pytest.approx(_numbers(_SAE_FH), abs=1e-5)
    # sae takes the bias of the moment off (Datta, Rao and Smith 2005); ours is cut at zero instead
    bias = 2 * (43 * two - one**2) / one**3 * (1 - found.shrinkage) ** 2
    assert (found.mse - bias)[:, 0] == pytest.approx(_numbers(_SAE_FH_MSE), rel=3e-4)


def test_prediction_at_the_reml_variance_as_sae_gives_it() -> None:
    data = _milk()
    spread = brentq(lambda a: _reml_score(data, a), 1e-4, 0.1)
    precision = 1 / (spread + data.variance)
    found = predict(data, np.array([spread]), np.array([2 / (precision**2).sum()]))
    assert found.estimate[:, 0] == pytest.approx(_numbers(_SAE_REML), abs=1e-5)
    assert found.mse[:, 0] == pytest.approx(_numbers(_SAE_REML_MSE), rel=3e-4)


def _projection(matrix: Floats, total: Floats) -> Floats:
    """V⁻¹ − V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹."""
    inverse = np.diag(1 / total)
    middle = np.linalg.inv(matrix.T @ inverse @ matrix)
    return inverse - inverse @ matrix @ middle @ matrix.T @ inverse


def _reml_score(data: AreaData, spread: float) -> float:
    p = _projection(data.covariates, data.variance[:, 0] + spread)
    y = data.direct[:, 0]
    return float(-np.trace(p) + y @ p @ p @ y)


# --- A reference from the formulas, one question at a time, matrices written out ------------------


def _reference(case: dict[str, Any], item: int) -> dict[str, Floats]:
    """Every number of one question, by dense matrices, root finding and scipy's own laws."""
    enters = case["entered"][:, item]
    y, dispersion = case["direct"][enters, item], case["dispersion"][enters, item]
    unlike = case["unlike"][enters, item]
    c = case["direct"]
    everyone = np.ones((len(c), 1))
    x = everyone[enters]
    m, columns = x.shape
    weight = case["weights"] / case["weights"].sum()
    synthetic, spread = np.full(m, y.mean()), 0.0
    for _ in range(6):
        p = np.clip(synthetic, 0.02, 0.98)
        own = unlike * p * (1 - p)
        psi = np.maximum(p * (1 - p) - spread - own, 0.25 * p * (1 - p)) * dispersion

        def excess(a: float, known: Floats = psi + own) -> float:
            return float(y @ _projection(x, known + a) @ y) - (m - columns)

        root = brentq(excess, 0, 1, xtol=1e-15) if excess(0) > 0 else 0.0
        weights = 1 / (root + own + psi)
        residual = (_projection(x, psi + own + root) @ y) / weights
        squares = weights * residual**2
        variance = max(2 * m, ((squares - squares.mean()) ** 2).sum()) / weights.sum() ** 2
        moment = root if root > 0 else excess(0) / weights.sum()
        s = np.sqrt(variance)
        spread = float(truncnorm.mean(-moment / s, np.inf, loc=moment, scale=s))
        total = psi + own + spread
        beta = np.linalg.inv(x.T @ np.diag(1 / total) @ x) @ x.T @ np.diag(1 / total)
        synthetic = x @ beta @ y
    linear = everyone @ beta
    linear[enters] = np.eye(m) - np.diag(psi) @ _projection(x, total)
    g3 = np.zeros(len(c))
    g3[enters] = psi**2 / total**3 * variance

    # all answers, those of areas left out too, with the largest variance of those that enter
    every = np.full(len(c), total.max())
    every[enters] = total
    by = np.zeros((len(c), len(c)))
    by[:, enters] = linear
    estimate = linear @ y
    between = np.full(len(c), spread)
    between[enters] += own
    with_truth = np.diag(np.where(enters, between, 0.0))

    def errors(rows: Floats) -> Floats:
        """E(rows·y − θ)²; an area left out is taken as independent of the region's share."""
        return np.diag(rows @ np.diag(every) @ rows.T - 2 * rows @ with_truth) + between + 2 * g3

    out = {"estimate": estimate, "mse": errors(by), "moment": moment, "spread": spread}
    logits = np.log(estimate / (1 - estimate))

    def gap(step: float) -> float:
        return float(weight @ (1 / (1 + np.exp(-logits - step)))) - case["region"][item]

    moved = 1 / (1 + np.exp(-logits - brentq(gap, -9, 9, xtol=1e-15)))
    slope = moved * (1 - moved)
    give = slope / (weight @ slope)
    after = by + np.outer(give, weight @ (np.eye(len(c)) - by))
    out |= {"benchmarked": moved, "benchmarked_mse": errors(after), "shrinkage": 1 - psi / total}
    met = np.clip(moved[enters], 0.02, 0.98)
    wide = np.zeros(len(c))
    wide[enters] = ((spread + own) / total) ** 2 * (met * (1 - met) * dispersion - psi)
    half = Z * np.sqrt(out["benchmarked_mse"] + wide)
    out |= {"low": np.maximum(moved - half, 0), "high": np.minimum(moved + half, 1)}
    return out


def _case(areas: int = 14, items: int = 4, left_out: int = 3, seed: int = 5) -> dict[str, Any]:
    """Draw a few areas, some left out of some questions (fictional)."""
    rng = np.random.default_rng(seed)
    n = rng.integers(15, 60, areas)
    level = 0.75 + 0.05 * rng.normal(size=(areas, 1))
    truth = np.clip(level + rng.normal(0, 0.08, (areas, items)), 0.1, 0.97)
    entered = np.ones((areas, items), dtype=bool)
    entered[:left_out, 1:] = False
    return {
        "direct": rng.binomial(n[:, None], truth) / n[:, None],
        "dispersion": np.outer(1.4 / n, np.ones(items)),
        "unlike": np.outer(0.1 / rng.integers(2, 9, areas), np.ones(items)),
        "entered": entered,
        "weights": rng.uniform(200, 2000, areas),
        "region": np.round(truth.mean(axis=0), 2),
    }


def test_every_number_against_the_formulas_written_out() -> None:
    case = _case()
    found = estimate_areas(**case)
    for item in range(4):
        expected = _reference(case, item)
        entered = case["entered"][:, item]
        for name in ("estimate", "mse", "benchmarked", "benchmarked_mse", "low", "high"):
            got = getattr(found, name)[:, item]
            assert got[entered] == pytest.approx(expected[name][entered], rel=1e-7), name
            assert np.isnan(got[~entered]).all(), name
        assert found.shrinkage[entered, item] == pytest.approx(expected["shrinkage"], rel=1e-7)
        assert found.moment[item] == pytest.approx(expected["moment"], rel=1e-6)
        assert found.spread[item] == pytest.approx(expected["spread"], rel=1e-7)
    assert (found.moment > 0).any()


def test_the_estimate_lies_between_its_two_parts() -> None:
    case = _case()
    found = estimate_areas(**case)
    drawn = found.shrinkage * case["direct"] + (1 - found.shrinkage) * found.synthetic
    assert found.estimate[case["entered"]] == pytest.approx(drawn[case["entered"]])
    assert ((found.shrinkage > 0) & (found.shrinkage < 1))[case["entered"]].all()


def test_errors_are_those_met_when_the_model_is_true() -> None:
    # 20 areas, 4 columns, A known to about one half
    rng = np.random.default_rng(3)
    m, draws = 20, 30_000
    matrix = np.column_stack([np.ones(m), rng.normal(size=(m, 3))])
    variance = np.repeat(np.linspace(0.3, 1.2, m)[:, None], draws, axis=1)
    truth = matrix @ [[1.0], [0.5], [0.0], [-1.0]] + rng.normal(size=(m, draws))
    direct = truth + rng.normal(size=(m, draws)) * np.sqrt(variance)
    data = AreaData(direct, variance, matrix, np.ones(direct.shape, dtype=bool))
    spread = model_spread(data)
    found = predict(data, spread.value, spread.variance)
    met = ((found.estimate - truth) ** 2).mean()
    # without g2 0.91, without g3 0.91, with one g3 instead of two 0.97
    assert 0.985 < found.mse.mean() / met < 1.05


# --- Benchmark to the region -----------------------------------------------------------------------


def test_areas_make_the_published_share_of_the_region() -> None:
    case = _case() | {"entered": np.ones((14, 4), dtype=bool)}
    found = estimate_areas(**case)
    parts = case["weights"] / case["weights"].sum()
    assert parts @ found.benchmarked == pytest.approx(case["region"], abs=1e-12)
    assert parts @ found.estimate + found.shift == pytest.approx(case["region"], abs=1e-12)
    assert np.abs(found.shift).max() > 0.002
    assert (found.benchmarked_mse > found.mse).all()
    # areas move one way, those near 100 % least
    assert (np.sign(found.benchmarked - found.estimate) == np.sign(found.shift)).all()


def test_masked_areas_count_in_the_region_by_their_synthetic_share() -> None:
    case = _case()
    found = estimate_areas(**case)
    assert np.isnan(found.benchmarked[:3, 1:]).all()
    # those of one question have one synthetic share, moved as the others are
    with np.errstate(invalid="ignore"):
        step = np.log(
            found.benchmarked / (1 - found.benchmarked) / found.estimate * (1 - found.estimate)
        )
    logit = np.log(found.synthetic[3] / (1 - found.synthetic[3])) + step[3]
    total = case["weights"][3:] @ found.benchmarked[3:, 1:]
    total += case["weights"][:3].sum() / (1 + np.exp(-logit[1:]))
    assert total / case["weights"].sum() == pytest.approx(case["region"][1:], abs=1e-12)


def test_without_a_published_share_nothing_moves() -> None:
    case = _case()
    case["region"][[0, 1]] = np.nan, 1.0
    found = estimate_areas(**case)
    assert np.array_equal(found.benchmarked[:, :2], found.estimate[:, :2], equal_nan=True)
    assert np.array_equal(found.benchmarked_mse[:, :2], found.mse[:, :2], equal_nan=True)
    assert np.isnan(found.shift[:2]).all()
    assert np.isfinite(found.shift[2:]).all()
    alone = {k: v for k, v in case.items() if k not in ("weights", "region")}
    assert np.array_equal(
        estimate_areas(**alone).benchmarked[:, :2], found.benchmarked[:, :2], equal_nan=True
    )


def test_the_gap_to_the_region_is_as_wide_as_said() -> None:
    region = draw_region(Setting(interviews=15), 2, items=150)
    found = region.model()
    assert found.shift.std() / found.shift_error.mean() == pytest.approx(1.0, abs=0.12)


# --- Simulated truth ---------------------------------------------------------------------------------


@pytest.mark.parametrize("interviews", [15, 30])
@pytest.mark.parametrize("share", [0.78, 0.92])
def test_modelled_shares_are_nearer_and_their_intervals_hold(interviews: int, share: float) -> None:
    met = score(Setting(interviews=interviews, share=share), draws=3)
    assert met.gain > 28
    assert 93 <= met.coverage <= 97
    assert met.lowest > 89  # of the quarters that a reader looks at
    assert abs(met.bias) < 0.2


def test_few_areas_are_held_too() -> None:
    met = score(Setting(quarters=10), draws=40)
    assert met.gain > 20
    assert 94 <= met.coverage <= 98


def test_no_gain_is_claimed_where_areas_differ_widely() -> None:
    setting = Setting(share=0.6, spread=0.28, interviews=60)
    found = draw_region(setting, 1).model()
    met = score(setting, draws=1)
    assert met.gain < 8
    assert 100 * np.nanmean(found.gain) < 8
    assert np.nanmean(found.shrinkage) > 0.85
    # nor a loss: few areas, far apart, of many answers
    found = draw_region(replace(setting, quarters=8, interviews=200), 1).model()
    assert (found.benchmarked_mse > found.variance).any()
    assert found.gain.min() == 0


@pytest.mark.parametrize("spread", [0.03, 0.08])
def test_the_gain_said_is_the_gain_met(spread: float) -> None:
    setting = Setting(interviews=30, spread=spread)
    said = np.nanmean([draw_region(setting, seed).model().gain for seed in range(2)])
    assert 100 * said == pytest.approx(score(setting, draws=2).gain, abs=6)


def test_extreme_draws_do_not_pull_the_whole_up() -> None:
    # 12 answers at 95 %: half the quarters are all satisfied; a raw variance would be 0 there
    rng = np.random.default_rng(8)
    direct = rng.binomial(12, 0.95, (120, 40)) / 12
    every = np.ones(direct.shape, dtype=bool)
    found = estimate_areas(direct, np.full(direct.shape, 1 / 12), entered=every)
    assert found.synthetic.mean() == pytest.approx(direct.mean(), abs=0.002)
    assert found.estimate.max() < 1
    assert found.high.max() <= 1
    assert found.variance.min() > 0.001


def test_mirrored_answers_give_mirrored_estimates() -> None:
    case = _case()
    found = estimate_areas(**case)
    case |= {"direct": 1 - case["direct"], "region": 1 - case["region"]}
    mirrored = estimate_areas(**case)
    entered = case["entered"]
    assert mirrored.benchmarked[entered] == pytest.approx(1 - found.benchmarked[entered], rel=1e-9)
    assert mirrored.low[entered] == pytest.approx(1 - found.high[entered], rel=1e-9)
    assert mirrored.benchmarked_mse[entered] == pytest.approx(found.benchmarked_mse[entered])


def test_everyone_satisfied_is_no_accident() -> None:
    every = np.ones((9, 1), dtype=bool)
    found = estimate_areas(np.ones((9, 1)), np.full((9, 1), 0.05), entered=every)
    assert np.isfinite(found.low).all()
    assert (found.moment <= 0).all()
    assert ((found.estimate > 0.99) & (found.estimate < 1)).all()


# --- What has no model, and what has no estimate -----------------------------------------------------


def test_too_few_areas_have_no_model() -> None:
    case = _case(areas=12, items=4, left_out=0)
    case["entered"][:5, 0] = False  # 7 areas: 8 are needed
    case["entered"][:4, 1] = False
    found = estimate_areas(**case)
    assert np.isnan(found.benchmarked).all(axis=0).tolist() == [True, False, False, False]
    assert np.isnan(found.spread[0])
    # the others do not feel the question that has none
    alone = {k: v[:, 1:] for k, v in case.items() if v.shape == (12, 4)}
    alone |= {"weights": case["weights"], "region": case["region"][1:]}
    same = estimate_areas(**alone)
    assert np.array_equal(same.benchmarked, found.benchmarked[:, 1:], equal_nan=True)


def test_areas_alike_are_on_the_bound_and_still_weighed() -> None:
    rng = np.random.default_rng(1)
    direct = np.clip(0.8 + rng.normal(0, 0.02, (30, 5)), 0, 1)
    every = np.ones(direct.shape, dtype=bool)
    found = estimate_areas(direct, np.full(direct.shape, 0.05), entered=every)
    assert (found.moment < 0).all()
    assert (found.spread > 0).all()
    assert ((found.shrinkage > 0) & (found.shrinkage < 0.3)).all()
    assert np.isfinite(found.estimate).all()


def test_an_area_that_does_not_enter_never_has_a_number() -> None:
    case = _case()
    case["direct"][2, 1:] = np.nan
    case["dispersion"][2, 1:] = np.nan
    found = estimate_areas(**case)
    for field in fields(SmallAreas):
        values = getattr(found, field.name)
        if values.shape == (14, 4):
            assert np.isnan(values[:3, 1:]).all(), field.name
            assert np.isfinite(values[3:]).all(), field.name
    assert np.isnan(found.gain[0, 1:]).all()


# --- Secrecy -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0, np.nan])
def test_masked_answers_change_no_output_by_one_bit(share: float) -> None:
    case = _case(areas=30, left_out=0)
    case["entered"][[4, 9, 17]] = False
    found = estimate_areas(**case)
    case["direct"][[4, 9, 17]] = share
    case["dispersion"][[4, 9, 17]] = np.nan if np.isnan(share) else 5.0
    again = estimate_areas(**case)
    for field in fields(SmallAreas):
        a, b = getattr(found, field.name), getattr(again, field.name)
        assert np.array_equal(a, b, equal_nan=a.dtype == float), field.name


def test_the_sum_of_estimates_tells_no_more_than_the_printed_region() -> None:
    case = _case(areas=40)
    case["entered"][:] = True
    exact = case["region"] + 0.0037
    found = estimate_areas(**case | {"region": np.round(exact, 2)})
    total = case["weights"] @ found.benchmarked / case["weights"].sum()
    assert total == pytest.approx(np.round(exact, 2), abs=1e-12)


# --- Requirements ------------------------------------------------------------------------------------


def test_a_region_takes_less_than_a_second() -> None:
    region: Region = draw_region(Setting(), 0, items=60)
    start = time.perf_counter()
    region.model()
    assert time.perf_counter() - start < 1


def _broken(case: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return case | changes


def test_faulty_inputs_are_refused() -> None:
    case = _case()
    direct = case["direct"].copy()
    direct[5, 1] = np.nan
    for bad in (
        {"direct": direct},
        {"direct": case["direct"] + 1},
        {"dispersion": -case["dispersion"]},
        {"dispersion": case["dispersion"][:, :2]},
        {"weights": None},
        {"region": None},
        {"region": case["region"][:2]},
        {"weights": -case["weights"]},
        {"weights": np.zeros(14)},
    ):
        with pytest.raises(ValueError):
            estimate_areas(**_broken(case, **bad))
