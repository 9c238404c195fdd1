"""What must not change a figure: order, unit of the weights, number of files, way to cut a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from surveycases import make_delivery, make_plan

from effort import tries
from exact_levels import exact_levels
from tfpb.survey.compare import compare
from tfpb.survey.estimation.intervals import Sides
from tfpb.survey.printed import bounds_outwards
from tfpb.survey.reading.recode import recode

if TYPE_CHECKING:
    from tfpb.model.survey import Estimates

PLAN = make_plan(
    colonnes={"ajustement": ["agence"]},
    more=[{"colonnes": "q1b", "libelle": "Note", "theme": "global", "echelle": "s4"}],
)
ITEMS = ("q1", "q2", "q1b")
few = settings(deadline=None, max_examples=tries(2, 6), suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 10_000)


def _delivery(seed: int) -> pd.DataFrame:
    return make_delivery(seed, items=ITEMS, owners=("A", "B"), residences=5, interviews=9)


def _compare(*frames: pd.DataFrame) -> Estimates:
    return compare(recode(list(frames), PLAN), PLAN, by=["agence"])


def _same(one: Estimates, two: Estimates, *, but: tuple[str, ...] = ()) -> None:
    for name in ("comparison", "levels"):
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
@example(seed=2249, scale=0.01)
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
    keep = ["n", "estimation", "erreur_type", "ddl", "effet_plan"]
    a = alone[(alone["bailleur"] == "B") & (alone["ajustement"] == "brut")]
    b = among[(among["bailleur"] == "B") & (among["ajustement"] == "brut")]
    pd.testing.assert_frame_equal(
        a[keep].reset_index(drop=True), b[keep].reset_index(drop=True), rtol=1e-9
    )


@few
@given(seeds)
def test_totals_are_the_sum_of_their_parts(seed: int) -> None:
    survey = recode([_delivery(seed)], PLAN)
    table, levels = compare(survey, PLAN).comparison, exact_levels(survey, PLAN)
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
    st.floats(1e-4, 0.5),
    st.sampled_from([1.645, 1.96]),
)
def test_intervals_stay_within_bounds_and_hold_what_is_printed(
    share: float, d: float, z: float
) -> None:
    sides = Sides(np.array([[share]]), np.array([[d]]), np.array([[0.01]]))
    exact = [float(v.item()) for v in sides.bounds(z)]
    low, high = (float(v.item()) for v in bounds_outwards(*map(np.array, exact)))
    tiny = 1e-9
    assert -tiny <= low <= exact[0] + tiny <= share + 2 * tiny
    assert share - 2 * tiny <= exact[1] <= high + tiny <= 1 + 2 * tiny


@pytest.mark.parametrize("deff", [1.0, 1.6, 3.0])
def test_without_residences_the_design_effect_is_the_setting(deff: float) -> None:
    frame = make_delivery(2, items=("q1", "q2")).drop(columns="residence")
    plan = make_plan(colonnes={"residence": []}, reglages={"effet_plan_defaut": deff})
    estimates = compare(recode([frame], plan), plan)
    table = estimates.comparison
    rows = table[(table["groupe"] == "qpv") & (table["bailleur"] == "ensemble")]
    assert [w.n_residences for w in estimates.waves] == [0, 0]
    assert set(rows["publication"]) <= {"publiable"}
    assert "effet_plan_defaut" in [f.code for f in estimates.notices]
    exact = estimates.design[
        (estimates.design["groupe"] == "qpv") & (estimates.design["bailleur"] == "ensemble")
    ]
    p, n = exact["estimation"].astype(float), exact["n"].astype(float)
    np.testing.assert_allclose(
        exact["erreur_type"].astype(float) ** 2, deff * p * (1 - p) / (n - 1)
    )


def test_without_residences_intervals_widen_with_the_setting() -> None:
    widths = []
    for deff in (1.0, 3.0):
        frame = make_delivery(2, items=("q1", "q2")).drop(columns="residence")
        plan = make_plan(colonnes={"residence": []}, reglages={"effet_plan_defaut": deff})
        table = compare(recode([frame], plan), plan).comparison
        gaps = table[(table["groupe"] == "ecart") & (table["bailleur"] == "ensemble")]
        widths.append((gaps["ic95_haut"] - gaps["ic95_bas"]).to_numpy(dtype=float))
    assert (widths[1] / widths[0] > 1.3).all()
