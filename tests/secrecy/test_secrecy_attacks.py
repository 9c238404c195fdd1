"""What readers of printed rows can work out of small groups: nothing exact, nothing within one household."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from drawn import (
    QUESTIONS,
    answers_of,
    attack,
    draw,
    printed_figures,
    published,
    released,
    small_targets,
    unprotected,
)

from effort import tries
from tfpb.survey.estimation.intervals import BOUNDS, wilson_bounds
from tfpb.survey.printed import at_step, bounds_outwards

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


@pytest.mark.parametrize("n", [34, 47, 55, 88, 104, 250, 871])
def test_what_a_row_prints_excludes_no_count_that_rounds_as_its_own(n: int) -> None:
    """The attack by bounds: a reader who knows D = 1 / n inverts every figure of the row."""
    for hits in range(n // 8, n, max(1, n // 40)):
        told = printed_figures(np.array([n]), np.array([hits]))
        count = int(np.floor(n / 10 + 0.5)) * 10
        figures = (
            1000 * count,
            *(round(1000 * float(told[c][0])) for c in ("estimation", *BOUNDS)),
        )
        assert {size for size, _ in answers_of(figures)} == set(range(count - 5, count + 5))


def test_the_same_figures_of_exact_bounds_and_to_the_point_tell_the_count() -> None:
    """Control: to the point, bounds to the half point of exact shares leave one count, and one of answers."""

    def told(n: int, hits: int) -> tuple[float, ...]:
        share, size = np.array(hits / n), np.array(float(n))
        ends = [bounds_outwards(*wilson_bounds(share, size, z)) for z in (1.96, 1.645)]
        return tuple(float(v) for v in (at_step(share), *ends[0], *ends[1]))

    every = [(n, told(n, hits)) for n in range(35, 45) for hits in range(n + 1)]
    left = set(range(35, 45))
    for hits in (20, 23, 26, 29, 31, 34):
        left &= {n for n, figures in every if figures == told(38, hits)}
    assert left == {38}
