"""Cochran's Q against a computation by hand, and its share of false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from tfpb.survey.verdicts import differ, homogeneity_p


def test_q_by_hand() -> None:
    # w = 4, 4, 1; mean = (4·1 + 4·2 + 1·6) / 9 = 2; Q = 4 + 0 + 16 = 20; χ²(2) tail = exp(−10)
    p = homogeneity_p(np.array([1.0, 2.0, 6.0]), np.array([0.5, 0.5, 1.0]))
    assert p == pytest.approx(np.exp(-10))


def test_nothing_to_compare() -> None:
    assert homogeneity_p(np.array([1.0, np.nan]), np.array([0.1, 0.1])) == 1
    assert homogeneity_p(np.array([1.0, 2.0]), np.array([0.1, 0.0])) == 1
    assert homogeneity_p(np.array([1.0, np.nan, 9.0]), np.array([0.1, 0.1, -1.0])) == 1
    assert homogeneity_p(np.array([]), np.array([])) == 1
    assert differ([]) == []


def test_two_groups_are_enough_and_holm_is_over_the_questions() -> None:
    # equal weights: Q = (x − y)² / 2 se²; χ²(1) of 3.92 is p = 0.0477
    near = (np.array([0.0, 2.8]), np.array([1.0, 1.0]))
    far = (np.array([0.0, 40.0, np.nan]), np.array([2.0, 2.0, 2.0]))
    assert homogeneity_p(*near) == pytest.approx(0.0477, abs=1e-4)
    assert differ([near]) == [True]
    assert differ([near, near]) == [False, False]
    assert differ([near, far]) == [True, True]


def test_chance_alone_seldom_differs_over_twenty_questions() -> None:
    rng = np.random.default_rng(4)
    errors = rng.uniform(0.02, 0.08, 12)
    alarms = [any(differ([(rng.normal(0, errors), errors) for _ in range(20)])) for _ in range(200)]
    assert np.mean(alarms) < 0.1
    assert differ([(rng.normal(0, errors) + np.linspace(-0.2, 0.2, 12), errors)]) == [True]
