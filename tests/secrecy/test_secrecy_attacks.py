"""What readers of printed rows can work out of small groups: nothing exact, nothing within one household."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from drawn import (
    ENDS,
    QUESTIONS,
    attack,
    draw,
    published,
    released,
    small_targets,
    unprotected,
    window,
)

from effort import tries
from tfpb.survey.estimation.intervals import wilson_bounds
from tfpb.survey.printed import bounds_outwards

if TYPE_CHECKING:
    from judge import Range

DRAWS = range(tries(4, 200))
TARGETS = tries(2, 40)


def safe(told: Range) -> bool:
    """Whether a target stays open: neither exact, nor within one of the truth."""
    return not (told.exact or told.near)


def size_of(seed: int) -> dict[str, int]:
    return {"owners": 2 + seed % 4, "quarters": 5 + seed % 6, "homes": 30 + 7 * (seed % 6)}


@pytest.mark.parametrize("seed", DRAWS)
def test_one_release_gives_no_small_group(seed: int) -> None:
    survey = draw(1000 + seed, **size_of(seed))
    printed = [published(survey)]
    outside, atoms = attack([survey], printed, sizes=False)
    for name, target in list(small_targets(survey, atoms).items())[:TARGETS]:
        found = outside.size(target)
        assert safe(found), (name, found)
        told = outside.answers(QUESTIONS[seed % 3], target)
        assert safe(told), (name, told)


@pytest.mark.parametrize("seed", DRAWS)
def test_a_bailleur_with_every_pack_learns_no_small_group_of_others(seed: int) -> None:
    survey = draw(3000 + seed, **size_of(seed))
    printed = [published(survey, crossed=None)]
    viewer = str(survey.homes["bailleur"].value_counts().index[0])
    outside, atoms = attack([survey], printed, sizes=False, viewer=viewer)
    for name, target in list(small_targets(survey, atoms, viewer=viewer).items())[:TARGETS]:
        found = outside.size(target)
        assert safe(found), (name, found)
        told = outside.answers(QUESTIONS[seed % 3], target)
        assert safe(told), (name, told)


@pytest.mark.parametrize("late", [1, 12, 4, 40][: tries(2, 4)])
@pytest.mark.parametrize("seed", range(tries(1, 50)))
def test_late_interviews_released_again_and_again_stay_hidden(late: int, seed: int) -> None:
    rng = np.random.default_rng(5000 + seed)
    moments = [draw(5000 + seed, **size_of(seed))]
    for _ in range(tries(2, 4)):
        moments.append(moments[-1].later(rng, late))
    whole, atoms = attack(moments, released(moments), sizes=False)
    come = [k for k in range(len(atoms)) if 1 <= (whole.n[-1] - whole.n[0])[k] <= 10]
    targets = [*small_targets(moments[0], atoms).values(), *(np.array([k]) for k in come)]
    for target in targets[:TARGETS]:
        told = whole.answers(QUESTIONS[0], target)
        assert safe(told), told
    for target in targets[-TARGETS:]:
        told = whole.late(QUESTIONS[0], len(moments) - 1, target)
        assert not told.exact or told.most == 0, told


def test_the_judge_finds_what_is_told_without_the_rule() -> None:
    """Every group printed, small ones too: the judge must find some, or it judges nothing."""
    survey = draw(7, owners=3, quarters=6, homes=40)
    told, atoms = attack([survey], [unprotected(survey)], sizes=True)
    ranges = [told.answers("q1", t) for t in small_targets(survey, atoms).values()]
    assert not all(map(safe, ranges))


def test_bounds_that_are_not_rounded_tell_a_share_and_rounded_ones_do_not() -> None:
    """Control: who knows n inverts bounds of sixteen digits; those of the half point leave a range."""
    n, share = 870.0, 0.7134
    exact, told = {"estimation": 0.71}, {"estimation": 0.71}
    for z, names in ENDS:
        ends = wilson_bounds(np.array(share), np.array(n), z)
        exact |= dict(zip(names, map(float, ends), strict=True))
        told |= dict(zip(names, map(float, bounds_outwards(*ends)), strict=True))
    low, high = window(exact, n, slack=0.0)
    assert n * (high - low) < 1
    low, high = window(told, n)
    assert n * (high - low) > 1
