"""The rule itself: each group alone; what stands of a release, and what replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from drawn import WAVE, draw, published

from tfpb.model.survey import Households, Order, WaveFacts
from tfpb.survey import Release, standing, together
from tfpb.survey.printed import at_step, bounds_outwards
from tfpb.survey.secrecy.disclosure import sealed
from tfpb.survey.secrecy.groups import group_table
from tfpb.survey.secrecy.publishable import Members, Rules, publishable

if TYPE_CHECKING:
    from tfpb.model.survey import Published


@pytest.mark.parametrize(
    ("n", "owner", "home", "told"),
    [
        ([0, 0], [0, 0], [0, 1], False),
        ([15, 15], [0, 0], [0, 1], True),
        ([15, 14], [0, 0], [0, 1], False),  # twenty-nine households
        ([40], [0], [0], False),  # one résidence
        ([40, 0], [0, 1], [0, 1], False),
        ([40, 10], [0, 1], [0, 1], False),  # the first bailleur would isolate the second
        ([40, 11], [0, 1], [0, 1], True),
        ([40, 4, 8], [0, 1, 2], [0, 1, 2], True),
        ([30], [0], [-1], True),  # no résidence is named: each household is its own
    ],
)
def test_a_group_is_published_by_itself(
    n: list[int], owner: list[int], home: list[int], *, told: bool
) -> None:
    rows = np.arange(len(n))
    group = np.zeros(len(n), dtype=np.intp)
    members = Members.of(group, rows, 1, np.array(owner), np.array(home))
    found = publishable(members, np.array(n), Rules())
    assert found.tolist() == [told]


def test_bounds_contain_what_is_exact_and_figures_are_rounded_last() -> None:
    low, high = np.random.default_rng(1).uniform(-1, 1, (2, 500))
    down, up = bounds_outwards(low, high)
    assert (down <= low + 1e-9).all()
    assert (up >= high - 1e-9).all()
    assert (np.abs(down - low) < 0.005).all()
    assert np.allclose(np.round(down / 0.005), down / 0.005)
    assert at_step(np.array([-0.047, 0.664])).tolist() == [-0.05, 0.66]


def told(seed: int = 4, late: int = 0) -> Published:
    survey = draw(seed, owners=3, quarters=6, homes=80)
    if late:
        survey = survey.later(np.random.default_rng(seed), late)
    return sealed(published(survey), {}, waves=(WaveFacts(WAVE, 0, 0, 0, 0),))


OWNERS = ("B0", "B1", "B2")
TO_REPLACE = "diffusion_a_remplacer"


def codes(made: Published) -> set[str]:
    return {n.code for n in made.notices}


def line_of(made: Published, run: str, day: str = "2026-01-01") -> Release:
    homes = pd.DataFrame({"id_residence": ["R0"], "bailleur": ["B0"]})
    return Release.read(Release.of(OWNERS, run, day, homes, made).line())


def swapped(made: Published) -> Published:
    """Exchange two questions, as two columns of a delivery."""
    names = made.comparison["item"].map({"q1": "q2", "q2": "q1"}).fillna(made.comparison["item"])
    return sealed(made, {"comparison": made.comparison.assign(item=names)})


def test_a_draft_shows_todays_figures_and_says_where_they_differ() -> None:
    now, before = told(), together([line_of(swapped(told()), "a")], OWNERS)
    made = standing(now, before)
    pd.testing.assert_frame_equal(made.comparison, now.comparison)
    assert [n.code for n in made.notices] == ["projet_hors_diffusion"]
    assert "aujourd’hui" in str(made.notices[0].fields["exemples"])


def test_a_release_that_files_contradict_waits_then_replaces_or_keeps() -> None:
    wrong, now = swapped(told()), told()
    line = line_of(wrong, "a")
    asks = standing(now, together([line], OWNERS, Order(release=True)))
    assert [n.code for n in asks.notices] == ["diffusion_contredite"]
    kept = standing(now, together([line], OWNERS, Order(release=True, kept=(WAVE,))))
    assert [n.code for n in kept.notices] == ["diffusion_gardee"]
    assert kept.corrections[0].kept
    order = Order(release=True, replaced={WAVE: "colonnes inversées"})
    right = standing(now, together([line], OWNERS, order))
    assert [(c.date, c.reason, c.runs) for c in right.corrections] == [
        ("2026-01-01", "colonnes inversées", ("a",))
    ]
    pd.testing.assert_frame_equal(right.comparison, now.comparison)
    # the earlier line is retired, wherever it is read
    again = line_of(right, "b", "2026-02-01")
    after = together([again, line], OWNERS, Order(release=True))
    assert after.runs[WAVE] == ("b",)
    assert not standing(now, after).notices


def line_before_valid_answers_were_counted(made: Published, **more: object) -> Release:
    homes = pd.DataFrame({"id_residence": ["R0"], "bailleur": ["B0"]})
    line = Release.of(OWNERS, "a", "2026-01-01", homes, made).line()
    return Release.read({**line, "forme": 4, **more})


def masking(made: Published) -> Published:
    """Withhold the rows of a question, as of one whose valid answers are few."""
    table = made.comparison
    few = (table["item"] == "q3") & (table["publication"] == "publiable")
    return sealed(
        made, {"comparison": table.assign(publication=table["publication"].mask(few, "masque"))}
    )


def test_a_release_that_the_rule_would_withhold_is_to_be_replaced() -> None:
    """Of a release made before valid answers were counted; in a draft too, until it is replaced."""
    before, now = told(), masking(told())
    old = line_before_valid_answers_were_counted(before)
    shown = (before.comparison["item"] == "q3") & (before.comparison["publication"] == "publiable")
    for order in (Order(), Order(release=True), Order(release=True, kept=(WAVE,))):
        found = [
            n for n in standing(now, together([old], OWNERS, order)).notices if n.code == TO_REPLACE
        ]
        assert [n.fields["nombre"] for n in found] == [int(shown.sum())]
    replaced = Order(release=True, replaced={WAVE: "secret"})
    assert TO_REPLACE not in codes(standing(now, together([old], OWNERS, replaced)))


def test_a_kept_release_stays_to_be_replaced_and_a_replaced_one_does_not() -> None:
    before, now = told(), masking(told())
    old = line_before_valid_answers_were_counted(before)
    again = {
        order: standing(now, together([old], OWNERS, Order(release=True, **{order: value})))
        for order, value in (("kept", (WAVE,)), ("replaced", {WAVE: "secret"}))
    }
    later = {
        name: standing(now, together([old, line_of(made, "b", "2026-02-01")], OWNERS))
        for name, made in again.items()
    }
    assert TO_REPLACE in codes(later["kept"])
    assert TO_REPLACE not in codes(later["replaced"])
    new = together(
        [line_of(before, "a")], OWNERS
    )  # counted by the rule: a late answer is no leak of it
    assert TO_REPLACE not in codes(standing(now, new))


def test_a_wave_stands_whole_and_what_it_lacks_is_masked() -> None:
    first, late = told(), told(late=3)
    line = line_of(first, "a")
    made = standing(late, together([line], OWNERS, Order(release=True, kept=(WAVE,))))
    rows = made.comparison.dropna(subset=["estimation"]).reset_index(drop=True)
    before = first.comparison.dropna(subset=["estimation"]).reset_index(drop=True)
    both = rows.merge(before, on=["item", "niveau", "territoire", "bailleur", "groupe"])
    assert len(both) == len(rows)
    assert (both["estimation_x"] == both["estimation_y"]).all()
    assert (both["n_x"] == both["n_y"]).all()
    table = first.comparison
    fewer = sealed(first, {"comparison": table[table["item"] != "q3"].reset_index(drop=True)})
    made = standing(first, together([line_of(fewer, "a")], OWNERS, Order(release=True)))
    new = made.comparison[made.comparison["item"] == "q3"]
    assert set(new["publication"]) == {"masque"}
    assert new["estimation"].isna().all()


def test_an_order_on_a_wave_that_no_release_told_is_refused() -> None:
    made = standing(told(), together([], OWNERS, Order(release=True, replaced={"2019": "motif"})))
    assert [n.code for n in made.notices] == ["vague_non_diffusee"]


def test_a_release_of_other_bailleurs_binds_no_row_over_all() -> None:
    before = together([line_of(told(), "a")], ["B0", "B1"], Order(release=True))
    assert "ensemble" not in set(before.tables["comparison"]["bailleur"])
    assert "B1" in set(before.tables["comparison"]["bailleur"])


def test_rows_like_with_like_wait_until_each_kind_is_publishable_by_itself() -> None:
    """A household of a rare kind may weigh eight times: its answer would be a step of the share."""
    rows = [("A", f"R{k}", "hors_qpv", "collectif") for k in range(8)]
    rows += [("A", "R9", "hors_qpv", "individuel"), ("A", "R10", "hors_qpv", "individuel")]
    places = pd.DataFrame(rows, columns=["bailleur", "residence", "groupe", "type"])

    def told(*rare: int, each: int = 20, kinds: tuple[str, ...] = ("type",)) -> bool:
        n = np.array([[each]] * 8 + [[k] for k in rare])
        wave = Households("2023", ("q1",), (0,), places, kinds, n, n, 0 * n, 0 * n)
        table = group_table([wave], Rules())
        one = table[(table["niveau"] == "total") & (table["bailleur"] == "ensemble")]
        assert one["shown"].all()
        return bool(one["alike"].all())

    of_two_homes = {(0, 0): True, (1, 0): False, (15, 14): False, (15, 15): True, (30, 0): False}
    assert {rare: told(*rare) for rare in of_two_homes} == of_two_homes
    assert [told(rare, 0, each=40) for rare in (10, 11)] == [False, True]
    assert told(1, 0, kinds=())
