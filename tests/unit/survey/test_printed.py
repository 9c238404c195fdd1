"""What the survey prints: steps, merged ends, words read from intervals, ends kept on their side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfpb.model.codes import Verdict
from tfpb.survey.printed import (
    at_step,
    bounds_outwards,
    rounded_count,
    words_of,
)
from tfpb.words.survey.verdict_words import printed_ends

LOWER = {Verdict.INFERIEUR, Verdict.ECART_DEFAVORABLE, Verdict.EQUIVALENT_INFERIEUR}
FAVOURABLE = {Verdict.EQUIVALENT, Verdict.NON_INFERIEUR, Verdict.MEILLEUR_PEU, Verdict.MEILLEUR}
ends = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted)
tenths = st.integers(-1000, 1000).map(lambda tenth: tenth / 1000)
told = st.tuples(tenths, tenths).map(sorted)
"""Ends as they are published, which are half points or tenths."""
margins = st.sampled_from([0.005, 0.02, 0.05, 0.075])


def one(low: float, high: float, margin: float) -> str:
    return str(words_of(np.array([low]), np.array([high]), margin).item())


def test_counts_are_rounded_to_ten_halves_up() -> None:
    counts = rounded_count(np.array([34.0, 35.0, 44.9, 45.0, 105.0, np.nan]))
    np.testing.assert_array_equal(counts, [30, 40, 40, 50, 110, np.nan])


def test_figures_are_at_the_point_and_bounds_at_the_half_point_outwards() -> None:
    figures = at_step(np.array([0.624, 0.625, -0.047, 0.0, np.nan]))
    np.testing.assert_array_equal(figures, [0.62, 0.62, -0.05, 0.0, np.nan])
    low, high = bounds_outwards(np.array([-0.0498, 0.05]), np.array([0.0111, 0.055]))
    assert low.tolist() == [-0.05, 0.05]
    assert high.tolist() == [0.015, 0.055]


def test_means_of_marks_take_ten_times_the_step() -> None:
    assert at_step(np.array([6.74, 6.76]), 0.1).tolist() == [6.7, 6.8]
    low, high = bounds_outwards(np.array([6.74]), np.array([6.76]), 0.1)
    assert (low.item(), high.item()) == (6.7, 6.8)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (-0.20, -0.12, Verdict.INFERIEUR),
        (-0.13, -0.01, Verdict.ECART_DEFAVORABLE),
        (-0.05, -0.01, Verdict.ECART_DEFAVORABLE),
        (-0.13, -0.05, Verdict.ECART_DEFAVORABLE),
        (-0.04, -0.01, Verdict.EQUIVALENT_INFERIEUR),
        (-0.04, 0.0, Verdict.EQUIVALENT),
        (-0.02, 0.04, Verdict.EQUIVALENT),
        (-0.01, 0.05, Verdict.NON_INFERIEUR),
        (0.0, 0.04, Verdict.EQUIVALENT),
        (0.01, 0.04, Verdict.MEILLEUR_PEU),
        (0.01, 0.05, Verdict.MEILLEUR),
        (-0.05, 0.0, Verdict.NON_CONCLUANT),
        (-0.10, 0.12, Verdict.NON_CONCLUANT),
        (np.nan, np.nan, Verdict.NON_CALCULABLE),
    ],
)
def test_each_line_of_the_table_of_words(low: float, high: float, word: Verdict) -> None:
    assert one(low, high, 0.05) == word


@given(ends, margins)
def test_every_interval_has_the_word_of_its_ends(bounds: list[float], margin: float) -> None:
    low, high = bounds
    word = one(low, high, margin)
    assert (high < 0) == (word in LOWER)
    assert word not in FAVOURABLE or low > -margin
    assert (word == Verdict.NON_CONCLUANT) == (high >= 0 and low <= -margin)


@given(ends, margins, st.floats(0, 1))
def test_an_interval_moved_down_is_never_told_better(
    bounds: list[float], margin: float, down: float
) -> None:
    low, high = bounds
    assert rank(low - down, high - down, margin) <= rank(low, high, margin)


def rank(low: float, high: float, margin: float) -> int:
    """Rank a word from the worst news to the best; where nothing is known stands in between."""
    order = [
        {Verdict.INFERIEUR},
        {Verdict.ECART_DEFAVORABLE, Verdict.EQUIVALENT_INFERIEUR},
        {Verdict.NON_CONCLUANT},
        {Verdict.EQUIVALENT, Verdict.NON_INFERIEUR},
        {Verdict.MEILLEUR_PEU, Verdict.MEILLEUR},
    ]
    word = one(low, high, margin)
    return next(k for k, words in enumerate(order) if word in words)


@given(told, margins)
def test_printed_ends_give_the_same_word_and_leave_nothing_out(
    bounds: list[float], margin: float
) -> None:
    low, high = bounds
    a, b = (end / 100 for end in printed_ends(low, high, margin * 100))
    assert one(a, b, margin) == one(low, high, margin)
    unit = 0.01 if margin >= 0.01 else 0.001
    assert -1e-9 <= low - a <= unit + 1e-9
    assert -1e-9 <= b - high <= unit + 1e-9


def test_printed_ends_are_whole_points_outwards_but_at_a_limit() -> None:
    assert printed_ends(-0.205, -0.125, 5) == (-21, -12)
    assert printed_ends(-0.045, 0.035, 5) == (-4.5, 4)
    assert printed_ends(-0.105, -0.005, 5) == (-11, -0.5)
    assert printed_ends(-0.05, 0.0, 5) == (-5, 0)
