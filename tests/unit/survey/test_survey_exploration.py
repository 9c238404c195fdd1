"""Where to look first: false discoveries held, printed intervals read, no verdict touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from surveycases import make_delivery, make_plan

from effort import tries
from tfpb.survey.compare import compare
from tfpb.survey.raw_gaps import FALSE_SHARE, benjamini_hochberg, exploration
from tfpb.survey.reading.recode import recode
from tfpb.survey.secrecy.disclosure import protect

BY = ("code_qpv", "agence")


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(0, 5))
def test_adjusted_as_statsmodels_does(p: list[float], unknown: int) -> None:
    ours = benjamini_hochberg(np.array([*p, *[np.nan] * unknown]))
    theirs = multipletests(p, method="fdr_bh")[1]
    np.testing.assert_allclose(ours[: len(p)], theirs, atol=1e-12)
    assert np.isnan(ours[len(p) :]).all()


def _published(gap: float, seed: int = 4) -> object:
    plan = make_plan(variables={"code_qpv": {"colonnes": ["code_quartier"]}, "agence": {}})
    delivery = make_delivery(seed, residences=24, interviews=30, gap=gap)
    return protect(compare(recode([delivery], plan), plan, by=BY))


def test_each_level_is_a_family_read_from_printed_intervals() -> None:
    published = _published(-0.35)
    rows = exploration(published.comparison, wave="2023", bailleur="ensemble")
    assert set(rows["niveau"]) == set(BY)
    assert rows["ressort"].any()
    assert (rows.loc[rows["ressort"], "part_hasard"] <= FALSE_SHARE).all()
    assert (rows.loc[rows["ressort"], "ecart"] < 0).all()
    quarters = rows[rows["niveau"] == "code_qpv"]
    gap, low, high = (quarters[c].to_numpy(float) for c in ("ecart", "ic95_bas", "ic95_haut"))
    reach = np.where(gap < 0, high - gap, gap - low)
    p = 2 * stats.norm.sf(stats.norm.ppf(0.975) * np.abs(gap) / reach)
    np.testing.assert_allclose(
        quarters["part_hasard"], multipletests(p, method="fdr_bh")[1], atol=1e-12
    )


@pytest.mark.slow
def test_nothing_stands_out_where_nothing_differs() -> None:
    found = [
        exploration(_published(0.0, seed).comparison, wave=w, bailleur="ensemble")["ressort"].any()
        for seed in range(20, 20 + tries(2, 6))
        for w in ("2019", "2023")
    ]
    assert np.mean(found) <= 0.4


def test_without_territories_nothing_is_explored() -> None:
    plan = make_plan()
    published = protect(compare(recode([make_delivery(1)], plan), plan))
    assert exploration(published.comparison, wave="2023", bailleur="ensemble").empty
