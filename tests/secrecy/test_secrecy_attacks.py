"""What readers of printed rows can work out of small groups: nothing exact, nothing within one household."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from drawn import (
    QUESTIONS,
    answers_of,
    as_written,
    attack,
    candidates,
    draw,
    pairs_left,
    printed_figures,
    published,
    released,
    small_targets,
    unprotected,
    with_kinds,
)
from partial import attacked, targets, with_answers_left_out

from effort import tries
from tfpb.survey.estimation.intervals import BOUNDS, Sides, wilson_bounds
from tfpb.survey.printed import at_step, bounds_outwards, rounded_count

if TYPE_CHECKING:
    from drawn import Drawn
    from judge import Range

    from tfpb.model.survey import Published

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


def read_exactly(
    survey: Drawn, printed: Published, *, viewer: str = "", sizes: bool = False
) -> list[str]:
    """Return the groups of 1 to 10 valid answers that a reader reads exactly."""
    whole, atoms = attacked(survey, printed, sizes=sizes, viewer=viewer)
    every = targets(survey, atoms, viewer=viewer)
    tried = every[:: max(1, len(every) // tries(6, 40))]
    return [f"{q} {name}" for name, q, at in tried if whole.answers(q, at).exact]


@pytest.mark.parametrize("seed", DRAWS)
def test_no_reader_without_sizes_reads_few_valid_answers(seed: int) -> None:
    """Asked enough, « non concerné » mostly: an outsider, then a bailleur with every pack."""
    survey = with_answers_left_out(draw(8000 + seed, **size_of(seed)), seed)
    viewer = str(survey.homes["bailleur"].value_counts().index[0])
    assert not read_exactly(survey, published(survey))
    assert not read_exactly(survey, published(survey, crossed=None), viewer=viewer)


def test_few_valid_answers_are_read_where_nothing_is_masked() -> None:
    """Control: every group printed."""
    survey = with_answers_left_out(draw(900, owners=2, quarters=5, homes=30), 0)
    viewer = str(survey.homes["bailleur"].value_counts().index[0])
    assert read_exactly(survey, unprotected(survey), viewer=viewer)


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


def _told(survey: Drawn, *, alike: bool, exact: bool = False, sizes: bool = True) -> list[bool]:
    """Return the small groups, of a kind of dwelling too, that a reader reads exactly."""
    printed = [published(survey, exact_gaps=exact)]
    whole, atoms = attack([survey], printed, sizes=sizes, alike=alike, exact=exact)
    targets = list(small_targets(survey, atoms).values())[: tries(8, 40)]
    return [whole.answers(QUESTIONS[0], target).exact for target in targets]


@pytest.mark.parametrize("seed", range(3))
def test_rows_like_with_like_tell_no_more_exactly_than_raw_ones(seed: int) -> None:
    """Raked to the dwellings by kind, read by who knows every size (at large: `secrecy_levels.py`)."""
    survey = with_kinds(draw(6000 + seed, **size_of(seed)), seed)
    assert _told(survey, alike=True) == _told(survey, alike=False)


@pytest.mark.parametrize("seed", range(tries(2, 20)))
def test_rows_like_with_like_tell_nothing_exactly_to_who_knows_no_size(seed: int) -> None:
    """Given the weights of these rows, which such a reader lacks."""
    survey = with_kinds(draw(6200 + seed, **size_of(seed)), seed)
    assert not any(_told(survey, alike=True, sizes=False))


def test_exact_shares_like_with_like_would_tell_more() -> None:
    """Control: the judge reads them."""
    drawn = (with_kinds(draw(6100 + k, owners=3, quarters=6, homes=40), k) for k in range(6))
    assert any(
        sum(_told(s, alike=True, exact=True)) > sum(_told(s, alike=False, exact=True))
        for s in drawn
    )


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


PAIRS = [
    (105, 105),
    (108, 109),
    (112, 118),
    (105, 300),
    (150, 150),
    (118, 640),
    (47, 300),
    (88, 41),
]


@pytest.mark.parametrize("sizes", PAIRS)
@pytest.mark.parametrize("shared", [None, 0.4, 0.97], ids=["gap", "change", "close"])
def test_what_a_difference_prints_excludes_no_pair_of_counts(
    sizes: tuple[int, int], shared: float | None
) -> None:
    """The attack by bounds: the reader knows D, and the correlation of two waves."""
    every = {tuple(p) for p in product(*(_counts(n) for n in sizes))}
    rng = np.random.default_rng(sum(sizes))
    for _ in range(8):
        hits = rng.binomial(sizes, rng.uniform(0.3, 0.9))
        assert pairs_left(sizes, hits, shared) == every


def _counts(n: int) -> range:
    count = int(rounded_count(np.array(float(n))))
    return range(count - 5, count + 5)


def test_a_gap_of_exact_shares_rounded_last_tells_both_counts() -> None:
    """Control: over a dozen questions, few pairs of counts give the printed shares and their exact gap."""
    sizes, rng = (105, 105), np.random.default_rng(8)
    left = set(product(_counts(105), repeat=2))
    for _ in range(12):
        hits = rng.binomial(sizes, rng.uniform(0.3, 0.9))
        sides = [candidates(n, k) for n, k in zip(sizes, hits, strict=True)]
        gap = at_step(np.array(hits[0] / 105 - hits[1] / 105))
        left &= {
            (m, n) for (m, k), (n, j) in product(*sides) if at_step(np.array(k / m - j / n)) == gap
        }
    assert left == {(105, 105)}


def test_bounds_of_a_difference_contain_those_of_the_exact_one() -> None:
    rng, signs = np.random.default_rng(6), np.array([-1.0, 1.0, 1.0, -1.0])
    n = rng.integers(30, 900, (4000, 4, 1)).astype(float)
    share, again = rng.beta(3, 1.2, n.shape), rng.uniform(0.0, 1.0, (4000, 2, 1))
    sides = Sides.of(share, rng.uniform(0.8, 2.5, n.shape) / n, n, again)
    told, (low, high) = sides.figure(signs), sides.combined(signs, 1.959963984540054)
    assert (told["ic95_bas"] <= low + 1e-9).all()
    assert (told["ic95_haut"] >= high - 1e-9).all()


def test_the_judge_reads_gaps_of_files() -> None:
    """Control: where a file gives gaps of exact shares, what it leaves of counts is less."""
    seed = next(s for s in range(2000, 2100) if _fewest(s, exact=False) is not None)
    assert _fewest(seed, exact=True) < _fewest(seed, exact=False)


def _fewest(seed: int, *, exact: bool) -> int | None:
    """Return how many counts are left of the sides of gaps of a drawn survey, both over a hundred."""
    survey = draw(seed, owners=3, quarters=4, homes=90)
    printed = published(survey, exact_gaps=exact)
    told = printed.comparison.query("groupe == 'ecart' and publication == 'publiable'")
    if not len(told) or not (printed.comparison["n"].between(110, 160)).any():
        return None
    whole, _ = attack([survey], [printed], sizes=False, exact=exact)
    return int(sum(r.bounds[1] - r.bounds[0] for r in whole.rows if r.bounds))


@pytest.mark.parametrize("seed", DRAWS)
def test_a_workbook_prints_each_row_of_the_file_that_is_attacked(seed: int) -> None:
    """So an attack on the CSV is one on the workbook; a pack's pages: `test_cli_pack_survey_media`."""
    printed = published(draw(1000 + seed, **size_of(seed)), crossed=None)
    one, two = (as_written(printed, suffix) for suffix in (".csv", ".xlsx"))
    assert list(one) == list(two)
    assert one["estimation"].notna().sum() > 100
    for name in one:
        if pd.api.types.is_numeric_dtype(one[name]) and one[name].notna().any():
            np.testing.assert_array_equal(one[name], two[name], err_msg=name)
        else:
            assert list(one[name].astype(object).fillna("")) == list(
                two[name].astype(object).fillna("")
            ), name
