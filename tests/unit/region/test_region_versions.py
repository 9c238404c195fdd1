"""Two versions of a region's outputs, held together: the second leans on nothing the first still tells."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from region_cases import LEVELS, region_plan, region_survey
from test_region_secrecy import RULES, determined

from effort import tries
from tfpb.pipeline.kept.kept_forms import TABLE, from_parts
from tfpb.pipeline.kept.stage_cache import StageCache, _unbind
from tfpb.region.estimates import compare_region
from tfpb.region.secrecy.cuts import Protected
from tfpb.region.secrecy.region_secrecy import held_back, published_rows, region_masks
from tfpb.survey import Disclosed, disclosed_in
from tfpb.survey.secrecy.cells import declare_cells

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.survey import Estimates
    from tfpb.survey.respondents import Survey
    from tfpb.survey.secrecy.cells import Cell

SEEDS = (1, 2, 3, 4, 5, 6)


def estimated(answers: Survey) -> Estimates:
    return published_rows(
        compare_region(answers, region_plan(), by=LEVELS, repere=None), answers, RULES
    )


def fewer(answers: Survey, seed: int) -> Survey:
    """Deliver one bailleur again: in quarters, six interviews are left of the last wave."""
    frame = answers.respondents
    there = (
        (frame["bailleur"] == f"B{seed % 5}") & (frame["vague"] == "2023") & (frame["qpv"] == 1)
    ).to_numpy()
    keep = np.sort(np.concatenate([np.flatnonzero(~there), np.flatnonzero(there)[:6]]))
    return replace(
        answers,
        respondents=frame.iloc[keep].reset_index(drop=True),
        answers={k: v[keep] for k, v in answers.answers.items()},
        marks={k: v[keep] for k, v in answers.marks.items()},
    )


@cache
def versions(seed: int) -> tuple[Survey, Estimates, Disclosed]:
    """Make a first version, then the answers of a second."""
    first = region_survey(seed)
    made = estimated(first)
    masks = region_masks(made, RULES)
    told = disclosed_in([Protected.of(made, masks, RULES.masking_n).whole.comparison])
    second = fewer(first, seed)
    return second, estimated(second), told._replace(masked=tuple(masks))


def known_still(made: Estimates, before: Disclosed) -> set[Cell]:
    """List the cells that the first version tells on as many answers."""
    now = declare_cells(made).count
    return {c for c, n in before.shown if now.get(c) == n}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[: tries(1, 6)])
def test_the_second_version_hides_behind_nothing_that_the_first_still_tells(seed: int) -> None:
    _, made, before = versions(seed)
    known = known_still(made, before)
    masks = region_masks(made, RULES, before)
    assert masks >= set(before.masked) & declare_cells(made).shown
    assert determined(made, masks - known) == set()


@pytest.mark.slow
def test_forgetting_the_first_version_would_betray() -> None:
    def betrayed(seed: int) -> bool:
        _, made, before = versions(seed)
        naive = region_masks(made, RULES, before._replace(shown=()))
        return bool(determined(made, naive - known_still(made, before)))

    assert any(betrayed(seed) for seed in SEEDS)


def test_the_same_answers_again_are_masked_alike() -> None:
    answers = region_survey(2)
    made = estimated(answers)
    masks = region_masks(made, RULES)
    told = disclosed_in([Protected.of(made, masks, RULES.masking_n).whole.comparison])
    assert region_masks(made, RULES, told._replace(masked=tuple(masks))) == masks


@pytest.mark.skipif(not tries(0, 1), reason="une région masquée trois fois : TFPB_ESSAIS=tous")
def test_masks_that_are_kept_serve_a_wave_that_has_not_moved_and_no_other(tmp_path: Path) -> None:
    """What is kept bears the names of masked cells: no count, no answer."""
    second, moved, before = versions(1)
    assert {len(second.answers["q1"])} != {len(region_survey(1).answers["q1"])}
    first = estimated(region_survey(1))
    kept = StageCache(tmp_path)
    masks = region_masks(first, RULES, execute=kept)
    assert masks == region_masks(first, RULES) == region_masks(first, RULES, execute=kept)
    assert (len(kept.made), len(kept.reused)) == (2, 2)
    assert region_masks(moved, RULES, execute=kept) == region_masks(moved, RULES)
    assert (len(kept.made), len(kept.reused)) == (3, 3)  # 2019 again, 2023 anew
    strict = replace(RULES, fewest=RULES.fewest + 1)
    assert region_masks(first, strict, execute=kept) == region_masks(first, strict)
    assert (len(kept.made), len(kept.reused)) == (5, 3)
    bound = region_masks(moved, RULES, before, execute=kept)
    assert bound == region_masks(moved, RULES, before)
    alone = region_masks(moved, RULES)
    assert held_back(bound, moved, RULES, before, execute=kept) == len(bound - alone)
    assert (len(kept.made), len(kept.reused)) == (7, 5)  # what is masked alone was kept
    names = set(itertools.chain(*masks, *bound, *alone, *region_masks(first, strict)))
    for entry in tmp_path.iterdir():
        told = from_parts(TABLE, _unbind(entry.read_bytes()))
        assert set(told.to_numpy().ravel().tolist()) <= names
