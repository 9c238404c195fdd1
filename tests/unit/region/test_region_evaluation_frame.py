"""What would show of a target: simulated waves show it four times in five, or it is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tfpb.region.evaluation_frame import (
    interviews_for,
    smallest_change,
    targets_of,
    unknown_targets,
)
from tfpb.words.documents.region_words import target_reading

Z95 = 1.959964


def shown(change: float, before: int, after: int, share: float = 0.45) -> float:
    """Return how often two simulated waves show a change at 95 %."""
    rng = np.random.default_rng(7)
    one = rng.binomial(before, share, 20_000) / before
    two = rng.binomial(after, share + change, 20_000) / after
    error = np.sqrt(one * (1 - one) / before + two * (1 - two) / after)
    return float((two - one > Z95 * error).mean())


def interval(n: int, share: float = 0.45) -> tuple[float, float]:
    half = Z95 * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


def test_the_smallest_change_shows_four_times_in_five() -> None:
    low, high = interval(400)
    assert shown(smallest_change(low, high), 400, 400) == pytest.approx(0.80, abs=0.02)


@pytest.mark.parametrize("change", [0.08, 0.12])
def test_the_interviews_asked_for_show_the_target(change: float) -> None:
    low, high = interval(500)
    need = interviews_for(change, low=low, high=high, n=500)
    assert need % 10 == 0
    assert shown(change, 500, int(need)) == pytest.approx(0.80, abs=0.03)


def test_a_base_too_little_known_is_helped_by_no_number() -> None:
    low, high = interval(60)
    assert math.isinf(interviews_for(0.08, low=low, high=high, n=60))
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
