"""A bailleur of one wave only is not read off the whole less its panel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from region_cases import LEVELS, region_plan, region_survey

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.region.estimates import compare_region
from tfpb.region.secrecy.panels import Rules, telling_pairs
from tfpb.region.secrecy.region_secrecy import published_rows

if TYPE_CHECKING:
    from tfpb.survey.respondents import Survey


def without(answers: Survey, gone: tuple[str, ...], wave: str = "2019") -> Survey:
    frame = answers.respondents
    keep = np.flatnonzero(~(frame["bailleur"].isin(gone) & (frame["vague"] == wave)).to_numpy())
    return replace(
        answers,
        respondents=frame.iloc[keep].reset_index(drop=True),
        answers={k: v[keep] for k, v in answers.answers.items()},
        marks={k: v[keep] for k, v in answers.marks.items()},
    )


def newcomer_from_totals(answers: Survey, *, published: bool) -> tuple[float, float]:
    """Work out the newcomer's share from what the restitution shows: the whole, and its change."""
    made = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    table = (published_rows(made, answers, Rules(11)) if published else made).comparison
    rows = table[
        (table["bailleur"] == ENSEMBLE)
        & (table["niveau"] == TOTAL)
        & (table["item"] == "q1")
        & (table["ajustement"] == "brut")
    ].set_index(["vague", "groupe"])["estimation"]
    frame = answers.respondents
    good = answers.answers["q1"]
    side = (good >= 0) & (frame["qpv"] == 1).to_numpy()
    weight = frame["poids"].to_numpy(dtype=float)
    now = side & (frame["vague"] == "2023").to_numpy()
    new = now & (frame["bailleur"] == "B1").to_numpy()
    panel = rows["2019", "qpv"] + rows["2019-2023", "evolution_qpv"]
    whole = rows["2023", "qpv"] * weight[now].sum()
    guess = (whole - panel * weight[now & ~new].sum()) / weight[new].sum()
    satisfied = np.isin(good, answers.scales["q1"].satisfied)
    truth = float((weight * (new & satisfied)).sum() / weight[new].sum())
    return float(guess), truth


def test_exact_changes_would_tell_the_newcomer_and_rounded_ones_do_not() -> None:
    answers = without(region_survey(8, homes=(9, 14)), ("B1",))
    guess, truth = newcomer_from_totals(answers, published=False)
    assert guess == pytest.approx(truth, abs=1e-9)  # the attack works
    guess, truth = newcomer_from_totals(answers, published=True)
    assert abs(guess - truth) > 0.005


def test_changes_are_rounded_outwards_and_it_is_said() -> None:
    answers = without(region_survey(8, homes=(9, 14)), ("B1",))
    exact = compare_region(answers, region_plan(), by=LEVELS, repere=None)
    made = published_rows(exact, answers, Rules(11))
    key = ["vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement"]
    both = made.comparison.merge(exact.comparison, on=key, suffixes=("", "_b"))
    whole = both["groupe"].str.startswith("evolution") & (both["bailleur"] == ENSEMBLE)
    whole &= (both["niveau"] == TOTAL) & both["estimation_b"].notna()
    moved = both[whole]
    assert len(moved)
    for name in ("estimation", "ic95_bas", "ic95_haut"):
        points = 100 * moved[name]
        np.testing.assert_allclose(points, points.round(), atol=1e-9)
    assert (moved["ic95_bas"] <= moved["ic95_bas_b"]).all()
    assert (moved["ic95_haut"] >= moved["ic95_haut_b"]).all()
    assert (moved["verdict"] == moved["verdict_b"]).all()
    rest = both[~whole]
    np.testing.assert_array_equal(rest["estimation"].to_numpy(), rest["estimation_b"].to_numpy())
    assert [f.fields for f in made.notices if f.code == "vagues_arrondies"] == [
        {"nombre": 1, "vagues": "2019-2023", "questions": 3}
    ]


def test_three_that_come_together_hide_one_another() -> None:
    answers = region_survey(8)
    assert telling_pairs(answers, Rules(11)) == {}
    two = telling_pairs(without(answers, ("B1", "B2")), Rules(11))
    assert two == {("2019-2023", i): {"B1", "B2"} for i in answers.answers}
    three = without(answers, ("B1", "B2", "B3"))
    shares = three.respondents.query("vague == '2023'")["bailleur"].value_counts()
    assert shares[["B1", "B2", "B3"]].max() < 0.85 * shares[["B1", "B2", "B3"]].sum()
    assert telling_pairs(three, Rules(11)) == {}
    # a region may ask for more bailleurs, or for less of one of them
    assert telling_pairs(three, Rules(11, fewest=4)).keys() == two.keys()
    assert telling_pairs(three, Rules(11, largest_share=0.2)).keys() == two.keys()


def test_a_question_asked_in_one_wave_only_leaves_the_panel_of_its_change() -> None:
    answers = region_survey(8)
    frame = answers.respondents
    new = ((frame["bailleur"] == "B1") & (frame["vague"] == "2019")).to_numpy()
    q1 = np.where(new, -1, answers.answers["q1"]).astype(np.int16)
    asked = replace(answers, answers={**answers.answers, "q1": q1})
    gone = without(without(answers, ("B1",)), ("B1",), "2023")
    key = ["vague", "niveau", "territoire", "item", "groupe"]
    rows = []
    for one in (asked, gone, answers):
        table = compare_region(one, region_plan(), by=LEVELS, repere=None).comparison
        changes = table["groupe"].str.startswith("evolution") & (table["bailleur"] == ENSEMBLE)
        rows.append(table[changes & (table["ajustement"] == "brut")].set_index(key))
    whole, panel, everyone = (r[r.index.get_level_values("niveau") == TOTAL] for r in rows)
    for item, like in (("q1", panel), ("q2", everyone)):  # one question only is concerned
        pick = whole.index[whole.index.get_level_values("item") == item]
        for name in ("n", "estimation"):
            np.testing.assert_allclose(
                whole.loc[pick, name].to_numpy(dtype=float),
                like.loc[pick, name].to_numpy(dtype=float),
            )
    kept = published_rows(
        compare_region(asked, region_plan(), by=LEVELS, repere=None), asked, Rules(11)
    )
    table = kept.comparison
    met = set(frame.loc[frame["bailleur"] == "B1", "departement"])
    changes = table[
        table["groupe"].str.startswith("evolution") & (table["niveau"] == "departement")
    ]
    assert not met & set(changes.loc[changes["item"] == "q1", "territoire"])
    assert met & set(changes.loc[changes["item"] == "q2", "territoire"])
    assert any(f.code == "vagues_question" for f in kept.notices)
