"""What would show of a target: simulated waves show it four times in five, or it is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tfpb.region.evaluation_frame import (
    Base,
    Figure,
    interviews_for,
    smallest_change,
    targets_of,
    unknown_targets,
)
from tfpb.words.documents.region_words import target_reading

Z95 = 1.959964
SEEN = 1.959964 + 0.841621
HORS = 0.7


def shown(change: float, before: int, after: int, share: float, others: int = 0) -> float:
    """Return how often two simulated waves show a change at 95 %, of a share or (`others`) of a gap."""
    rng = np.random.default_rng(7)
    asked = [(before, share, -1), (after, share + change, 1)]
    asked += [(others, HORS, 1), (others, HORS, -1)] if others else []
    moved, variance = np.zeros(20_000), np.zeros(20_000)
    for n, p, sign in asked:
        met = rng.binomial(n, p, 20_000) / n
        moved += sign * met
        variance += met * (1 - met) / n
    return float((moved > Z95 * np.sqrt(variance)).mean())


def figure(n: int, share: float) -> Figure:
    half = Z95 * math.sqrt(share * (1 - share) / n)
    return Figure(share, share - half, share + half)


def level(n: int, share: float = 0.45) -> Base:
    return Base(figure(n, share), figure(n, share), 0.0, n)


def gap(n: int, share: float, others: int) -> Base:
    quarters, rest = figure(n, share), figure(others, HORS)
    half = Z95 * math.sqrt(quarters.variance + rest.variance)
    told = Figure(share - HORS, share - HORS - half, share - HORS + half)
    return Base(told, quarters, rest.variance, n)


@pytest.mark.parametrize("n", [150, 400])
@pytest.mark.parametrize("share", [0.15, 0.25, 0.45, 0.6])
def test_the_smallest_change_shows_four_times_in_five_or_a_little_more(
    n: int, share: float
) -> None:
    seen = shown(smallest_change(level(n, share)), n, n, share)
    assert 0.79 < seen < 0.87
    seen = shown(smallest_change(gap(n, share, 300)), n, n, share, 300)
    assert 0.79 < seen < 0.87


@pytest.mark.parametrize(
    ("change", "share", "others"),
    [
        (0.08, 0.45, 0),
        (0.12, 0.45, 0),
        (0.09, 0.2, 0),
        (0.18, 0.6, 150),
        (0.13, 0.25, 400),
        (0.15, 0.6, 200),
    ],
)
def test_the_interviews_asked_for_show_the_target(change: float, share: float, others: int) -> None:
    """Of a gap, the other side is asked as many as before: the quarters alone make up for it."""
    base = gap(500, share, others) if others else level(500, share)
    need = interviews_for(change, base)
    assert need % 10 == 0
    assert 0.79 < shown(change, 500, int(need), share, others) < 0.87
    near = min((share, max(share, min(0.5, share + change))), key=lambda p: abs(p - 0.5))
    left = (change / SEEN) ** 2 - base.figure.variance - base.others
    assert need - 10 < near * (1 - near) / left <= need


def test_the_longer_arm_of_an_interval_counts() -> None:
    lone = Figure(0.95, 0.80, 0.98)
    assert lone.variance == pytest.approx((0.15 / Z95) ** 2, rel=1e-5)
    assert smallest_change(Base(lone, lone, 0.0, 40)) > 2.8 * math.sqrt(2) * 0.09 / Z95


def test_a_base_too_little_known_is_helped_by_no_number() -> None:
    assert math.isinf(interviews_for(0.08, level(60)))
    row = {"etat": "jamais", "n": 60, "besoin": math.nan, "possibles": 900, "plus_petit": 0.25}
    assert target_reading(row).startswith("cible refusée")
    row |= {"etat": "a_fixer"}
    assert (
        target_reading(row)
        == "cible à fixer : un changement de moins de 25,0\u202fpoints ne se verrait pas"
    )


def test_a_contrats_own_target_comes_before_that_of_all() -> None:
    rows = pd.DataFrame(
        [("", "Propreté", "", 80.0), ("Contrat A", "q1", "qpv", 75.0), ("", "Bruit", "ecart", 0.0)],
        columns=["contrat_de_ville", "indicateur", "mesure", "cible_pct"],
    )
    labels = {"q1": "Propreté", "q2": "Accueil"}
    assert targets_of(rows, "Contrat A", labels) == ({("q1", "qpv"): 0.75}, ("Bruit",))
    assert targets_of(rows, "Contrat B", labels)[0] == {("q1", "qpv"): 0.80}
    assert unknown_targets(rows, ["Contrat B"]) == ("Contrat A",)
