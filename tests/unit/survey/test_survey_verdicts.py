"""Verdicts in the contract's order, corrections, power, and their words."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests
from surveycases import make_plan

import tfpb.survey
from tfpb.model.codes import Publication, Theme, Verdict
from tfpb.survey.planning.precision import n_necessaire
from tfpb.survey.verdicts import (
    MASKED,
    UNCOMPUTABLE,
    UNPUBLISHABLE,
    Thresholds,
    evolution_verdicts,
    gap_verdict,
    gap_verdicts,
    holm,
    publication_states,
    restrained,
)
from tfpb.words.faults.sentences import CATALOGUE
from tfpb.words.survey import satisfaction, verdict_words
from tfpb.words.survey import survey_words as words


@pytest.mark.parametrize(
    ("low90", "high90", "low95", "high95", "verdict"),
    [
        (-0.03, 0.03, -0.04, 0.04, "equivalent"),
        (-0.045, -0.01, -0.049, -0.005, "equivalent_inferieur"),
        (-0.03, 0.06, -0.04, 0.07, "non_inferieur"),
        (0.02, 0.08, 0.01, 0.09, "meilleur"),
        (0.01, 0.04, 0.005, 0.045, "equivalent"),  # equivalence comes first in the order
        (-0.15, -0.06, -0.16, -0.055, "inferieur"),
        (-0.15, -0.03, -0.16, -0.01, "ecart_defavorable"),
        (-0.15, 0.02, -0.16, 0.03, "non_concluant"),
        (-0.05, 0.03, -0.06, 0.04, "non_concluant"),  # L = −δ is not above −δ
        (-0.10, -0.05, -0.11, -0.04, "ecart_defavorable"),  # U = −δ is not under −δ
    ],
)
def test_the_first_that_holds(
    low90: float, high90: float, low95: float, high95: float, verdict: str
) -> None:
    assert gap_verdict(low90, high90, low95, high95, 0.05) == verdict


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (UNCOMPUTABLE, "non_calculable"),
        (UNPUBLISHABLE, "non_publiable"),
        (MASKED, "non_publiable"),
    ],
)
def test_what_may_not_be_shown_comes_before_any_verdict(state: int, verdict: str) -> None:
    bound = np.array([0.0])
    states = np.array([state])
    assert gap_verdicts(bound, bound, bound, bound, states, 0.05).tolist() == [verdict]
    assert evolution_verdicts(bound, bound, states).tolist() == [""]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.2, "hausse"), (-0.2, -0.01, "baisse"), (-0.1, 0.1, "non_demontre")],
)
def test_changes_of_the_gap(low: float, high: float, verdict: str) -> None:
    found = evolution_verdicts(np.array([low]), np.array([high]), np.array([0]))
    assert found.tolist() == [verdict]


def test_holm_is_the_libraries_holm() -> None:
    p = np.array([0.001, 0.04, np.nan, 0.03, 0.2, 0.9, 0.04])
    known = ~np.isnan(p)
    np.testing.assert_allclose(holm(p)[known], multipletests(p[known], method="holm")[1])
    assert np.isnan(holm(p)[2])


def test_the_power_line_of_the_method() -> None:
    assert n_necessaire(0.75, effet_plan=1.6, marge_points=5) == 1480
    assert n_necessaire(0.75, effet_plan=1.6, marge_points=10) == 370
    with pytest.raises(ValueError):
        n_necessaire(1.2)


def test_publication_states() -> None:
    columns = np.array(
        [
            # n, clusters, df → state seen as a service, state of these dwellings
            (200, 20, 18, 0, 0),
            (59, 12, 18, 2, 1),  # fewer than 60 interviews
            (30, 2, 18, 2, 1),
            (29, 12, 18, 2, 2),  # fewer than 30
            (200, 4, 18, 2, 0),  # fewer than five résidences
            (200, 1, 18, 3, 3),  # a lone résidence
            (200, 20, 0, 3, 3),
            (10, 1, 18, 4, 4),  # hidden before anything else
            (0, 0, 18, 3, 3),  # nobody to protect
        ]
    ).T
    n, clusters, df, *expected = columns
    for cible, wanted in zip(("service", "parc"), expected, strict=True):
        limits = Thresholds.of(make_plan(), cible)
        found = publication_states(n=n, clusters=clusters, df=df, thresholds=limits)
        assert found.tolist() == wanted.tolist(), cible


def test_too_few_numbers_take_a_verdict_back() -> None:
    given = np.array(["equivalent", "inferieur", "non_publiable", "hausse", "meilleur"], object)
    no, yes = np.zeros(5, dtype=bool), np.ones(5, dtype=bool)
    assert restrained(given, no, no).tolist() == given.tolist()
    undecided = ["non_concluant", "non_concluant", "non_publiable", "hausse", "non_concluant"]
    assert restrained(given, yes, no).tolist() == undecided
    one_quarter = ["non_concluant", "inferieur", "non_publiable", "hausse", "non_concluant"]
    assert restrained(given, no, yes).tolist() == one_quarter


def test_every_code_has_its_words() -> None:
    for table, codes in (
        (verdict_words.VERDICTS, Verdict),
        (verdict_words.SIGNS, Verdict),
        (words.EXPLANATIONS, Verdict),
        (verdict_words.PUBLICATIONS, Publication),
        (satisfaction.THEMES, Theme),
    ):
        assert set(table) == {c.value for c in codes}


def test_every_fault_of_the_survey_has_its_words() -> None:
    made = set()
    for path in Path(tfpb.survey.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            name = getattr(called, "id", getattr(called, "attr", ""))
            if isinstance(node, ast.Call) and name in {"Fault", "fault_at", "unread", "parsed"}:
                place = 2 if name == "parsed" else 0
                first = node.args[place] if len(node.args) > place else None
                for leaf in ast.walk(first) if first is not None else ():
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                        made.add(leaf.value)
    assert len(made) > 15
    assert made <= set(CATALOGUE)


def test_gaps_are_said_with_their_interval_and_their_doubt() -> None:
    row = {
        "verdict": "non_concluant", "estimation": -0.031, "ic95_bas": -0.093, "ic95_haut": 0.031,
        "n": 1460.0, "marge_demontree_points": 8.2, "isole": "",
        "publication": "publiable",
    }  # fmt: skip
    text = words.gap_line(row, interviews=1480)
    for part in ("−3,1\u202fpoints", "entre −9,3 et +3,1 points", "1\u202f460", "1\u202f480"):
        assert part in text
    assert words.gap_line(row).startswith("○ −3,1\u202fpoints")
    silent = row | {"verdict": "non_publiable", "estimation": float("nan")}
    assert "nan" not in words.gap_line(silent)


def test_an_isolated_verdict_is_marked() -> None:
    assert words.verdict_words("equivalent", "publiable", alone=True) == "● équivalent (isolé)"
    assert words.verdict_words("equivalent", "publiable") == "● équivalent"
    assert words.verdict_words("inferieur", "publiable") == "▼ inférieur au-delà de la marge"


def test_a_level_never_equals_not_different() -> None:
    everything = " ".join([*verdict_words.VERDICTS.values(), *words.EXPLANATIONS.values()])
    for forbidden in ("aucune différence", "pas de différence", "identique", "grâce à"):
        assert forbidden not in everything
