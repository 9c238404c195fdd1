"""Publication, verdicts and corrections exactly at their limits, worked by hand (δ = 5 points)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from surveycases import make_plan

from tfpb.survey.verdicts import (
    CLAIM_P,
    CONFIDENCE,
    CONFIDENCE_MARGIN,
    FRAGILE,
    MASKED,
    PUBLISHABLE,
    STATES,
    UNCOMPUTABLE,
    UNPUBLISHABLE,
    Thresholds,
    evolution_verdicts,
    gap_verdict,
    gap_verdicts,
    holm,
    publication_states,
    restrained,
    set_holm,
)

NAN = float("nan")


def test_the_numbers_fixed_before_the_answers() -> None:
    one = Thresholds()
    assert (one.margin, one.mask_n, one.cible) == (0.05, 11, "service")
    assert (one.min_clusters, one.shown_clusters, one.own_from, one.few_clusters) == (2, 5, 40, 30)
    assert (one.shown_n, one.verdict_n, one.verdict_half) == (60, 60, 0.07)
    assert (one.extreme, one.default_deff) == (0.10, 1.6)
    assert (CONFIDENCE, CONFIDENCE_MARGIN) == (0.95, 0.90)


def test_the_plan_sets_margin_mask_and_design_effect() -> None:
    said = {"marge_points": 3, "masquage_n": 20, "effet_plan_defaut": 2.0}
    plan = make_plan(reglages=said)
    read = Thresholds.of(plan)
    assert read == replace(Thresholds(), margin=0.03, mask_n=20, default_deff=2.0)
    parc = Thresholds.of(plan, "parc")
    assert parc == replace(read, cible="parc", shown_n=30, shown_clusters=2)
    none = {"min_clusters": 0, "shown_clusters": 0, "few_clusters": 0, "own_from": 0}
    assert read.without_clusters() == replace(read, **none)


@pytest.mark.parametrize(
    ("said", "few", "left"),
    [
        ("equivalent", (False, False), "equivalent"),
        ("equivalent", (True, False), "non_concluant"),
        ("equivalent", (False, True), "non_concluant"),
        ("meilleur", (True, True), "non_concluant"),
        ("inferieur", (False, True), "inferieur"),  # an unfavourable one stands
        ("ecart_defavorable", (True, False), "non_concluant"),
        ("hausse", (False, True), "hausse"),
        ("non_publiable", (True, True), "non_publiable"),
        ("", (True, True), ""),
    ],
)
def test_what_few_interviews_take_back(said: str, few: tuple[bool, bool], left: str) -> None:
    no_verdict, no_favour = (np.array([one]) for one in few)
    found = restrained(np.array([said], dtype=object), no_verdict, no_favour)
    assert found.tolist() == [left]


def state(
    n: float = 200, clusters: float = 20, df: float = 18, *, cible: str = "service",
    clustered: bool = True,
) -> str:  # fmt: skip
    limits = Thresholds.of(make_plan(), cible)
    found = publication_states(
        n=np.array([n], dtype=float), clusters=np.array([clusters], dtype=float),
        df=np.array([df], dtype=float),
        thresholds=limits if clustered else limits.without_clusters(),
    )  # fmt: skip
    return STATES[found[0]].value


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({}, "publiable"),
        ({"n": 60}, "publiable"),
        ({"n": 59}, "non_publiable"),
        ({"clusters": 5}, "publiable"),
        ({"clusters": 4}, "non_publiable"),
        ({"n": 60, "cible": "parc"}, "publiable"),
        ({"n": 59, "cible": "parc"}, "fragile"),
        ({"n": 30, "cible": "parc"}, "fragile"),
        ({"n": 29, "cible": "parc"}, "non_publiable"),
        ({"clusters": 2, "cible": "parc"}, "publiable"),
        ({"clusters": 1, "cible": "parc"}, "non_calculable"),
        ({"clusters": 1}, "non_calculable"),
        ({"clusters": 0, "clustered": False}, "publiable"),  # no résidence was delivered
        ({"df": 0}, "non_calculable"),
        ({"df": NAN}, "non_calculable"),
        ({"df": 0.5}, "publiable"),
        ({"n": 11}, "non_publiable"),
        ({"n": 10}, "masque"),
        ({"n": 10, "clusters": 1, "df": 0}, "masque"),  # hidden before anything else
        ({"n": 1}, "masque"),
        ({"n": 0, "clusters": 0}, "non_calculable"),  # no one to protect
    ],
)
def test_what_a_cell_may_show(cell: dict[str, float], expected: str) -> None:
    assert state(**cell) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low90", "high90", "low95", "high95", "verdict"),
    [
        (-0.0499, 0.0499, -0.06, 0.06, "equivalent"),
        (-0.0499, 0.05, -0.06, 0.06, "non_inferieur"),  # U = δ is not under δ
        (-0.05, 0.0499, -0.06, 0.06, "non_concluant"),  # L = −δ is not above −δ
        (-0.0499, 0.0499, -0.06, -0.0001, "equivalent_inferieur"),
        (-0.0499, 0.0499, -0.06, 0.0, "equivalent"),  # no difference is not excluded
        (0.0, 0.06, 0.0001, 0.07, "meilleur"),
        (0.0, 0.06, 0.0, 0.07, "non_inferieur"),
        (-0.2, -0.0501, -0.2, -0.04, "inferieur"),
        (-0.2, -0.05, -0.2, -0.04, "ecart_defavorable"),  # U = −δ is not under −δ
        (-0.2, 0.02, -0.2, -0.0001, "ecart_defavorable"),
        (-0.05, -0.01, -0.06, -0.001, "ecart_defavorable"),  # L = −δ: not even equivalent
        (-0.2, 0.02, -0.2, 0.0, "non_concluant"),
        (-0.2, 0.2, -0.3, 0.3, "non_concluant"),
        (NAN, 0.01, -0.1, 0.1, "non_calculable"),
        (-0.01, NAN, -0.1, 0.1, "non_calculable"),
    ],
)
def test_a_gap_at_the_margin(
    low90: float, high90: float, low95: float, high95: float, verdict: str
) -> None:
    assert gap_verdict(low90, high90, low95, high95, 0.05) == verdict
    one = [np.array([v]) for v in (low90, high90, low95, high95)]
    assert gap_verdicts(*one, np.array([FRAGILE]), 0.05).tolist() == [verdict]


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (PUBLISHABLE, "equivalent"), (FRAGILE, "equivalent"), (UNPUBLISHABLE, "non_publiable"),
        (UNCOMPUTABLE, "non_calculable"), (MASKED, "non_publiable"),
    ],
)  # fmt: skip
def test_only_what_may_be_shown_has_a_verdict(of: int, verdict: str) -> None:
    a, b = np.array([-0.01]), np.array([0.01])
    assert gap_verdicts(a, b, a, b, np.array([of]), 0.05).tolist() == [verdict]
    unknown = np.array([NAN])
    silent = gap_verdicts(unknown, unknown, unknown, unknown, np.array([of]), 0.05).tolist()
    assert silent == ["non_publiable" if of in (UNPUBLISHABLE, MASKED) else "non_calculable"]


@pytest.mark.parametrize(
    ("low95", "high95", "of", "verdict"),
    [
        (0.0001, 0.1, PUBLISHABLE, "hausse"),
        (0.0, 0.1, PUBLISHABLE, "non_demontre"),
        (-0.1, -0.0001, FRAGILE, "baisse"),
        (-0.1, 0.0, FRAGILE, "non_demontre"),
        (0.01, 0.1, UNPUBLISHABLE, ""),
        (0.01, 0.1, UNCOMPUTABLE, ""),
        (0.01, 0.1, MASKED, ""),
        (NAN, 0.1, PUBLISHABLE, ""),
        (0.1, NAN, PUBLISHABLE, ""),
    ],
)
def test_a_change_of_the_gap_at_zero(low95: float, high95: float, of: int, verdict: str) -> None:
    found = evolution_verdicts(np.array([low95]), np.array([high95]), np.array([of]))
    assert found.tolist() == [verdict]


def test_holm_by_hand() -> None:
    # four known: 4 × .01, 3 × .02, 2 × .025 (raised to the one before), 1 × .5
    p = np.array([0.5, 0.02, NAN, 0.01, 0.025])
    np.testing.assert_allclose(holm(p), [0.5, 0.06, NAN, 0.04, 0.06])
    np.testing.assert_allclose(holm(np.array([0.6, 0.7])), [1, 1])  # never over 1
    assert np.isnan(holm(np.array([NAN]))).all()


def test_a_family_is_the_items_of_a_theme_that_may_be_shown() -> None:
    columns = ("theme", "groupe", "publication", CLAIM_P, "bailleur", "vague", "p_holm", "verdict")
    rows = [
        # family of three: 3 × .01, 2 × .02, 1 × .03 (raised)
        ("residence", "ecart", "publiable", 0.01, "A", "2023", 0.03, "equivalent"),
        ("residence", "ecart", "fragile", 0.02, "A", "2023", 0.04, "non_inferieur"),
        ("residence", "ecart", "publiable", 0.03, "A", "2023", 0.04, "meilleur"),
        # out of it: hidden, without p, another theme, bailleur or wave
        ("residence", "ecart", "masque", 0.01, "A", "2023", NAN, "non_publiable"),
        ("residence", "ecart", "non_publiable", 0.01, "A", "2023", NAN, "non_publiable"),
        ("residence", "ecart", "publiable", NAN, "A", "2023", NAN, "non_concluant"),
        ("quartier", "ecart", "publiable", 0.01, "A", "2023", 0.01, "equivalent"),
        ("residence", "ecart", "publiable", 0.051, "B", "2023", 0.051, "equivalent"),
        ("residence", "ecart", "publiable", 0.06, "A", "2019", 0.06, "ecart_defavorable"),
        # changes are a family of their own, and have no p of non-inferiority to show
        ("residence", "evolution_ecart", "publiable", 0.03, "A", "2023", NAN, "hausse"),
        ("residence", "evolution_ecart", "publiable", 0.04, "A", "2023", NAN, "baisse"),
    ]
    table = pd.DataFrame(rows, columns=list(columns)).assign(
        niveau="total", territoire="total", ajustement="brut"
    )
    own = table[CLAIM_P].where(table["groupe"] == "ecart")
    table = table.assign(p_non_inferiorite=own)
    table.index = pd.Index(range(40, 51))  # rows are known by their place, not by their label
    found = set_holm(table.drop(columns="p_holm"))
    np.testing.assert_allclose(found["p_holm"], table["p_holm"])
    assert found.loc[found["isole"] == "oui"].index.tolist() == [47, 49, 50]
    for column, other in (("niveau", "epci"), ("territoire", "E1"), ("ajustement", "standardise")):
        alone = table.copy()
        alone.loc[42, column] = other
        np.testing.assert_allclose(set_holm(alone)["p_holm"].to_numpy()[:3], [0.02, 0.02, 0.03])
    # a row released without p-values shows none, and is marked all the same
    silent = set_holm(table.assign(p_non_inferiorite=NAN))
    assert silent["p_holm"].isna().all()
    assert silent["isole"].tolist() == found["isole"].tolist()
    assert set(found["isole"]) == {"oui", ""}
    assert set_holm(at_risk(table, 0.05))["isole"].tolist().count("oui") == 3
    assert set_holm(at_risk(table, 0.0501))["isole"].tolist().count("oui") == 4


def at_risk(table: pd.DataFrame, p: float) -> pd.DataFrame:
    """Put the only favourable row of a family at the limit of the risk."""
    out = table.copy()
    out.loc[46, CLAIM_P] = p  # « quartier »: alone in its family
    return out
