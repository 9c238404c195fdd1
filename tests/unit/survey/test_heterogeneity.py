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
    assert differ([]) == []


def test_chance_alone_seldom_differs_over_twenty_questions() -> None:
    rng = np.random.default_rng(4)
    errors = rng.uniform(0.02, 0.08, 12)
    alarms = [any(differ([(rng.normal(0, errors), errors) for _ in range(20)])) for _ in range(200)]
    assert np.mean(alarms) < 0.1
    assert differ([(rng.normal(0, errors) + np.linspace(-0.2, 0.2, 12), errors)]) == [True]
