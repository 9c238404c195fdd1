"""Publication, verdicts, families and tipping exactly at their limits, worked by hand (δ = 5 points)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from surveycases import make_plan

from tfpb.model.codes import FAVOURABLE, HIGHER, LOWER, Verdict
from tfpb.survey.verdicts import (
    CLAIMS,
    CONFIDENCE,
    CONFIDENCE_MARGIN,
    MASKED,
    MODE_CHANGED,
    PARC,
    PUBLISHABLE,
    STATES,
    UNCOMPUTABLE,
    UNPUBLISHABLE,
    Thresholds,
    benjamini_hochberg,
    counted,
    evolution_verdicts,
    gap_verdicts,
    holm,
    publication_states,
    tipping,
)

NAN = float("nan")


def test_the_numbers_fixed_before_the_answers() -> None:
    one = Thresholds()
    assert (one.margin, one.mask_n, one.shown_n, one.cible) == (0.05, 11, 30, "service")
    assert one.least_homes == 2
    assert (one.few_n, one.few_half, one.default_deff) == (60, 0.07, 1.6)
    assert (CONFIDENCE, CONFIDENCE_MARGIN, MODE_CHANGED) == (0.95, 0.90, 0.015)
    assert (PARC, CLAIMS) == ("parc", ("_p_favorable", "_p_inferieur"))


def test_as_many_answers_as_are_asked_are_not_masked() -> None:
    cells = {"n": 11.0, "count": 30.0, "homes": 2.0}
    shown = publication_states(
        **{name: np.array([[value]]) for name, value in cells.items()},
        thresholds=Thresholds(),
    )
    assert shown.item() == PUBLISHABLE


def test_the_plan_sets_margin_thresholds_and_design_effect() -> None:
    said = {"marge_points": 3, "masquage_n": 20, "publication_n": 40, "effet_plan_defaut": 2.0}
    read = Thresholds.of(make_plan(reglages=said))
    assert read == replace(Thresholds(), margin=0.03, mask_n=20, shown_n=40, default_deff=2.0)
    assert Thresholds.of(make_plan(reglages=said), "parc") == replace(read, cible="parc")
    assert read.without_clusters() == replace(read, least_homes=0)


def state(n: float = 200, homes: float = 20, count: float = NAN, *, clustered: bool = True) -> str:
    limits = Thresholds()
    found = publication_states(
        n=np.array([[n]]),
        count=np.array([[n if np.isnan(count) else count]]),
        homes=np.array([[homes]]),
        thresholds=limits if clustered else limits.without_clusters(),
    )
    return STATES[found.item()].value


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({}, "publiable"),
        ({"n": 30}, "publiable"),
        ({"n": 29}, "non_publiable"),
        ({"n": 25, "count": 31}, "publiable"),  # the base decides, never one question
        ({"homes": 2}, "publiable"),
        ({"homes": 1}, "non_publiable"),
        ({"homes": 0, "clustered": False}, "publiable"),
        ({"n": 10, "count": 40}, "masque"),
        ({"n": 0, "homes": 0}, "non_calculable"),  # no one to protect
    ],
)
def test_what_a_cell_may_show(cell: dict[str, float], expected: str) -> None:
    assert state(**cell) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (PUBLISHABLE, "equivalent"), (UNPUBLISHABLE, "masque"), (MASKED, "masque"),
        (UNCOMPUTABLE, "non_calculable"),
    ],
)  # fmt: skip
def test_masked_is_a_word_of_its_own(of: int, verdict: str) -> None:
    low, high, few = np.array([-0.01]), np.array([0.01]), np.array([False])
    assert gap_verdicts(low, high, np.array([of]), few, 0.05).tolist() == [verdict]
    nothing = np.array([NAN])
    told = gap_verdicts(nothing, nothing, np.array([of]), few, 0.05).tolist()
    assert told == ["masque" if of in (UNPUBLISHABLE, MASKED) else "non_calculable"]


@pytest.mark.parametrize(
    ("low", "high", "enough", "few"),
    [
        (-0.20, -0.06, "inferieur", "inferieur"),
        (-0.20, -0.01, "ecart_defavorable", "ecart_defavorable"),
        (-0.04, -0.01, "equivalent_inferieur", "inferieur_peu"),
        (-0.04, 0.04, "equivalent", "non_concluant"),
        (-0.04, 0.09, "non_inferieur", "non_concluant"),
        (0.01, 0.04, "meilleur_peu", "superieur_peu"),
        (0.01, 0.20, "meilleur", "meilleur"),
        (-0.20, 0.09, "non_concluant", "non_concluant"),
    ],
)
def test_few_residences_leave_the_side_and_no_margin(
    low: float, high: float, enough: str, few: str
) -> None:
    one, two, shown = np.array([low]), np.array([high]), np.array([PUBLISHABLE])
    for flag, wanted in ((False, enough), (True, few)):
        assert gap_verdicts(one, two, shown, np.array([flag]), 0.05).tolist() == [wanted]


@given(st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted), st.booleans())
def test_no_interval_on_one_side_of_zero_is_told_unknown(ends: list[float], few: bool) -> None:  # noqa: FBT001
    low, high = (np.array([v]) for v in ends)
    word = gap_verdicts(low, high, np.array([PUBLISHABLE]), np.array([few]), 0.05).item()
    assert (high[0] < 0) == (word in LOWER)
    assert (low[0] > 0) == (word in HIGHER)
    assert word not in FAVOURABLE or low[0] > (0 if few else -0.05)


@pytest.mark.parametrize(
    ("low", "high", "of", "broken", "verdict"),
    [
        (0.0001, 0.1, PUBLISHABLE, 0.0, "hausse"),
        (0.0, 0.1, PUBLISHABLE, 0.0, "non_demontre"),
        (-0.1, -0.0001, PUBLISHABLE, 0.0, "baisse"),
        (-0.1, 0.0, PUBLISHABLE, 0.0, "non_demontre"),
        (0.014, 0.1, PUBLISHABLE, 0.015, "non_demontre"),  # the mode changed
        (0.016, 0.1, PUBLISHABLE, 0.015, "hausse"),
        (-0.1, -0.014, PUBLISHABLE, 0.015, "non_demontre"),
        (0.2, 0.3, PUBLISHABLE, np.inf, "interrompue"),  # the scale did
        (0.01, 0.1, UNPUBLISHABLE, 0.0, ""),
        (0.01, 0.1, MASKED, np.inf, ""),
        (NAN, 0.1, PUBLISHABLE, 0.0, ""),
    ],
)  # fmt: skip
def test_a_change_of_the_gap_at_its_limits(
    low: float,
    high: float,
    of: int,
    broken: float,
    verdict: str,
) -> None:
    one = [np.array([v]) for v in (low, high, of, broken)]
    assert evolution_verdicts(*one).tolist() == [verdict]


def test_holm_and_benjamini_hochberg_are_the_libraries() -> None:
    p = np.array([0.001, 0.04, NAN, 0.03, 0.2, 0.9, 0.04])
    known = ~np.isnan(p)
    for own, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        np.testing.assert_allclose(own(p)[known], multipletests(p[known], method=method)[1])
        assert np.isnan(own(p)[2])


def family(*rows: tuple[str, str, float, float], **names: str) -> pd.DataFrame:
    columns = ["verdict", "publication", *CLAIMS]
    head = {"vague": "2023", "niveau": "total", "territoire": "total", "bailleur": "A"}
    head |= {"ajustement": "brut", "groupe": "ecart"}
    return pd.DataFrame(rows, columns=columns).assign(**(head | names))


def test_a_family_is_the_questions_of_one_row_whatever_their_theme() -> None:
    table = family(
        ("equivalent", "publiable", 0.001, 0.9),
        ("non_inferieur", "publiable", 0.03, 0.9),
        ("meilleur", "publiable", 0.045, 0.9),
        ("ecart_defavorable", "publiable", 0.9, 0.012),
        ("inferieur_peu", "publiable", 0.9, 0.04),
        ("masque", "masque", 0.0001, 0.0001),  # what is withheld counts in no family
    )
    found = counted(table)
    # favourable: 5 × .001, then .9 shares the family: .03 × 5/2, .045 × 5/3
    assert found["assurance"].tolist() == ["forte", "", "", "", "", ""]
    assert found["isole"].tolist() == ["", "oui", "oui", "", "", ""]
    assert not set(CLAIMS) & set(found.columns)


def test_lower_is_always_counted_and_sure_by_the_same_rule() -> None:
    table = family(
        ("inferieur", "publiable", 1.0, 0.0001),
        ("inferieur", "publiable", 1.0, 0.02),
        ("ecart_defavorable", "publiable", 1.0, 0.03),
    )
    found = counted(table)
    assert found["assurance"].tolist() == ["forte", "forte", "forte"]
    weak = counted(
        family(("inferieur", "publiable", 1.0, 0.04), ("equivalent", "publiable", 0.2, 0.5))
    )
    assert weak["assurance"].tolist() == ["", ""]
    assert weak["isole"].tolist() == ["", "oui"]  # a lower word is never isolated


def test_what_is_counted_is_not_what_is_singled_out() -> None:
    """Benjamini and Hochberg keep .02, .03 and .04 (all at .04); Holm keeps none (.06)."""
    found = counted(family(*(("equivalent", "publiable", p, 0.9) for p in (0.02, 0.03, 0.04))))
    assert found["assurance"].tolist() == ["sure", "sure", "sure"]
    assert found["isole"].tolist() == ["", "", ""]


def test_a_claim_at_the_very_risk_is_kept() -> None:
    found = counted(family(("equivalent", "publiable", 0.05, 0.9)))
    assert found["assurance"].tolist() == ["forte"]
    over = counted(family(("equivalent", "publiable", 0.052, 0.9)))
    assert over["assurance"].tolist() == [""]


def test_what_is_adjusted_is_no_more_than_one() -> None:
    p = np.array([0.9, 0.95, 0.99])
    assert holm(p).tolist() == [1.0, 1.0, 1.0]
    assert benjamini_hochberg(p).max() == pytest.approx(0.99)


def test_a_movement_is_read_both_ways_at_twice_its_p() -> None:
    """Twice .02 is kept: three times would not be."""
    found = counted(family(("hausse", "publiable", 0.02, 0.98), groupe="evolution_ecart"))
    assert found["assurance"].tolist() == ["forte"]


def test_movements_are_a_family_of_their_own_read_both_ways() -> None:
    table = family(
        ("hausse", "publiable", 0.01, 0.99),
        ("baisse", "publiable", 0.99, 0.03),
        ("non_demontre", "publiable", 0.4, 0.6),
        groupe="evolution_ecart",
    )
    found = counted(table)
    assert found["assurance"].tolist() == ["", "", ""]  # 2 × .01 × 3 is over the risk
    assert found["isole"].tolist() == ["oui", "oui", ""]
    assert counted(table.iloc[[0]])["assurance"].tolist() == ["forte"]


def test_rows_of_two_bailleurs_are_two_families() -> None:
    one = family(("equivalent", "publiable", 0.04, 0.9))
    both = pd.concat([one, one.assign(bailleur="B")], ignore_index=True)
    assert counted(both)["assurance"].tolist() == ["forte", "forte"]
    same = pd.concat([one, one.assign(**{CLAIMS[0]: 0.9, "verdict": "non_concluant"})])
    assert counted(same.reset_index(drop=True))["assurance"].tolist() == ["", ""]


def test_how_many_times_more_readily_the_satisfied_must_have_answered() -> None:
    level = np.array([0.70, 0.70, 0.70, 0.70])
    low, high = np.array([-0.02, -0.20, -0.02, -0.9]), np.array([0.04, -0.03, 0.09, 0.9])
    words = np.array(
        [Verdict.EQUIVALENT, Verdict.INFERIEUR, Verdict.NON_CONCLUANT, Verdict.MASQUE], dtype=object
    )
    found = tipping(level, low, high, words, 0.05)
    # .70 against .67: (7/3) / (67/33) = 1.149; lower: .70 against .73: (73/27) / (7/3) = 1.158
    assert found[:2].tolist() == [1.14, 1.15]
    assert np.isnan(found[2:]).all()
    whole = tipping(np.array([0.95]), np.array([-0.5]), np.array([-0.2]), words[1:2], 0.05)
    assert np.isinf(whole[0])  # no share of the satisfied would undo it
    least = tipping(np.array([0.03]), np.array([0.0]), np.array([0.2]), words[:1], 0.05)
    assert np.isinf(least[0])  # nobody would be left
    # .70 against .69: (7/3) / (69/31) = 1.048
    near = tipping(np.array([0.70]), np.array([-0.04]), np.array([0.1]), words[:1], 0.05)
    assert near.tolist() == [1.04]
