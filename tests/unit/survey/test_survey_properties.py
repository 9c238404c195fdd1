"""What must not change a figure: order, unit of the weights, number of files, way to cut a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surveycases import make_delivery, make_plan

from effort import tries
from tfpb.survey.compare import compare
from tfpb.survey.estimation.intervals import (
    korn_graubard_interval,
    logit_interval,
    proportion_interval,
)
from tfpb.survey.reading.recode import recode
from tfpb.survey.verdicts import Thresholds

if TYPE_CHECKING:
    from tfpb.model.survey import Estimates

PLAN = make_plan(
    colonnes={"standardisation": ["agence"], "ajustement": ["agence"]},
    more=[{"colonnes": "q1b", "libelle": "Note", "theme": "global", "echelle": "s4"}],
)
ITEMS = ("q1", "q2", "q1b")
few = settings(deadline=None, max_examples=tries(3, 6), suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 10_000)


def _delivery(seed: int) -> pd.DataFrame:
    return make_delivery(seed, items=ITEMS, owners=("A", "B"), residences=5, interviews=9)


def _compare(*frames: pd.DataFrame) -> Estimates:
    return compare(recode(list(frames), PLAN), PLAN, by=["agence"])


def _same(one: Estimates, two: Estimates, *, but: tuple[str, ...] = ()) -> None:
    for name in ("comparison", "levels", "priorities"):
        a, b = getattr(one, name), getattr(two, name)
        keep = [c for c in a.columns if c not in but]
        pd.testing.assert_frame_equal(a[keep], b[keep], rtol=1e-8, atol=1e-11)


@pytest.mark.slow
@few
@given(seeds)
def test_the_order_of_rows_does_not_count(seed: int) -> None:
    frame = _delivery(seed)
    order = np.random.default_rng(seed).permutation(len(frame))
    _same(_compare(frame), _compare(frame.iloc[order].reset_index(drop=True)))


@pytest.mark.slow
@few
@given(seeds, st.sampled_from([0.01, 3.0, 250.0]))
def test_the_scale_of_weights_moves_nothing_but_the_design_effect(seed: int, scale: float) -> None:
    frame = _delivery(seed)
    scaled = frame.assign(poids=[repr(float(w) * scale) for w in frame["poids"]])
    _same(_compare(frame), _compare(scaled), but=("effet_plan",))


@pytest.mark.slow
@few
@given(seeds)
def test_a_wave_in_several_files_is_the_same_wave(seed: int) -> None:
    frame = _delivery(seed)
    cut = np.random.default_rng(seed).random(len(frame)) < 0.4
    _same(_compare(frame), _compare(frame[cut], frame[~cut]))


@pytest.mark.slow
@few
@given(seeds)
def test_a_domain_by_filter_is_the_domain_by_group(seed: int) -> None:
    """A bailleur's rows are the same alone as among others, its strata being its own."""
    frame = _delivery(seed)
    alone = _compare(frame[frame["bailleur"] == "B"]).design
    among = _compare(frame).design
    assert alone is not None
    assert among is not None
    keep = ["n", "estimation", "erreur_type", "ddl", "ic95_bas", "ic95_haut", "effet_plan"]
    a = alone[(alone["bailleur"] == "B") & (alone["ajustement"] == "brut")]
    b = among[(among["bailleur"] == "B") & (among["ajustement"] == "brut")]
    pd.testing.assert_frame_equal(
        a[keep].reset_index(drop=True), b[keep].reset_index(drop=True), rtol=1e-9
    )


@few
@given(seeds)
def test_totals_are_the_sum_of_their_parts(seed: int) -> None:
    estimates = _compare(_delivery(seed))
    table, levels = estimates.comparison, estimates.design_levels
    assert levels is not None
    raw = table[(table["ajustement"] == "brut") & ~table["groupe"].str.startswith("evolution")]
    key = ["vague", "niveau", "territoire", "bailleur", "item"]
    wide = raw.pivot_table(index=key, columns="groupe", values="n")
    assert (wide["qpv"] + wide["hors_qpv"] == wide["ensemble"]).all()
    sides = levels[levels["groupe"].isin(["qpv", "hors_qpv"]) & (levels["n"] > 0)]
    totals = sides.groupby(["vague", "bailleur", "item", "groupe"])["estimation"].sum()
    np.testing.assert_allclose(totals, 1.0)


@settings(deadline=None, max_examples=150)
@given(
    st.floats(0, 1),
    st.floats(1e-4, 0.3),
    st.integers(11, 3000),
    st.integers(2, 60),
    st.sampled_from([0.9, 0.95]),
)
def test_intervals_stay_within_bounds_and_hold_the_estimate(
    p: float, se: float, n: int, clusters: int, level: float
) -> None:
    sure = p < 1e-12 or p > 1 - 1e-12
    arrays = (np.array([v], dtype=float) for v in (p, 0.0 if sure else se, n, clusters))
    a, b, c, d = arrays
    df = np.array([float(max(clusters - 2, 1))])
    low, high = proportion_interval(a, b, c, d, df, level=level, thresholds=Thresholds())
    assert 0 <= low[0] <= p + 1e-9
    assert p - 1e-9 <= high[0] <= 1


def test_a_share_of_zero_has_an_upper_bound() -> None:
    zero, one = np.array([0.0]), np.array([1.0])
    n, df = np.array([60.0]), np.array([18.0])
    low, high = korn_graubard_interval(zero, zero, n, df, level=0.95)
    assert low[0] == 0
    assert 0.05 < high[0] < 0.09
    low, high = korn_graubard_interval(one, zero, n, df, level=0.95)
    assert high[0] == 1
    assert 0.91 < low[0] < 0.95


def test_no_degree_of_freedom_no_interval() -> None:
    p, se, df = np.array([0.4]), np.array([0.1]), np.array([0.0])
    assert np.isnan(logit_interval(p, se, df, level=0.95)[0][0])


@pytest.mark.parametrize("deff", [1.0, 1.6, 3.0])
def test_without_residences_the_design_effect_is_the_setting(deff: float) -> None:
    frame = make_delivery(2, items=("q1", "q2")).drop(columns="residence")
    plan = make_plan(colonnes={"residence": []}, reglages={"effet_plan_defaut": deff})
    estimates = compare(recode([frame], plan), plan)
    table = estimates.comparison
    rows = table[(table["groupe"] == "qpv") & (table["bailleur"] == "ensemble")]
    p, n = rows["estimation"].astype(float), rows["n"].astype(float)
    assert (rows["n_residences"] == 0).all()
    assert set(rows["publication"]) <= {"publiable", "fragile"}
    np.testing.assert_allclose(rows["erreur_type"].astype(float) ** 2, deff * p * (1 - p) / (n - 1))
    assert "effet_plan_defaut" in [f.code for f in estimates.notices]
    gaps = table[(table["groupe"] == "ecart") & (table["bailleur"] == "ensemble")]
    hors = table[(table["groupe"] == "hors_qpv") & (table["bailleur"] == "ensemble")]
    np.testing.assert_allclose(
        gaps["erreur_type"].to_numpy() ** 2,
        rows["erreur_type"].to_numpy() ** 2 + hors["erreur_type"].to_numpy() ** 2,
    )
