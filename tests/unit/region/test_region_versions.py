"""Two versions of a region's outputs, held together: the second leans on nothing the first still tells."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from region_cases import LEVELS, region_plan, region_survey
from test_region_secrecy import RULES, determined, whole_system

from tfpb.region.estimates import compare_region
from tfpb.region.secrecy.cuts import Protected
from tfpb.region.secrecy.earlier_runs import MASKS, EarlierRuns, earlier_runs, masks_bytes
from tfpb.region.secrecy.region_secrecy import published_rows, region_masks
from tfpb.region.secrecy.versions import figures, hardly_moved, still_told
from tfpb.survey.secrecy.cells import Cell, declare_cells

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.survey import Estimates
    from tfpb.survey.respondents import Survey

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
def versions(seed: int) -> tuple[Survey, Estimates, EarlierRuns]:
    """Make a first version, then the answers of a second."""
    first = region_survey(seed)
    made = estimated(first)
    masks = region_masks(made, first, RULES)
    told = figures(Protected.of(made, masks, RULES.masking_n).whole.comparison)
    second = fewer(first, seed)
    before = EarlierRuns(masks, {cell: {figure} for cell, figure in told.items()})
    return second, estimated(second), before


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_version_hides_behind_nothing_that_the_first_still_tells(seed: int) -> None:
    answers, made, before = versions(seed)
    known = still_told(figures(made.comparison), before.shown)
    masks = region_masks(made, answers, RULES, before.masked, known)
    assert masks >= before.masked & declare_cells(made).shown
    assert determined(whole_system(answers, made), masks - known) == set()


@pytest.mark.slow
def test_forgetting_the_first_version_would_betray() -> None:
    betrayed = 0
    for seed in SEEDS:
        answers, made, before = versions(seed)
        known = still_told(figures(made.comparison), before.shown)
        naive = region_masks(made, answers, RULES, before.masked)
        betrayed += len(determined(whole_system(answers, made), naive - known))
    assert betrayed


def test_the_same_answers_again_are_masked_alike() -> None:
    answers = region_survey(2)
    made = estimated(answers)
    masks = region_masks(made, answers, RULES)
    told = figures(Protected.of(made, masks, RULES.masking_n).whole.comparison)
    shown = {cell: {figure} for cell, figure in told.items()}
    known = still_told(figures(made.comparison), shown)
    assert known == set(told)
    assert region_masks(made, answers, RULES, masks, known) == masks
    assert hardly_moved(told, shown, RULES.masking_n) == 0


def test_what_a_run_keeps_is_read_back(tmp_path: Path) -> None:
    one, two = (Cell("2023", "q1", "total", "total", b, "qpv") for b in "AB")
    for folder, n in (("region", 40), ("region.2", 42)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / MASKS).write_bytes(masks_bytes([one], {two: (n, "0.5")}))
    before = earlier_runs(tmp_path / "region")
    assert before.masked == {one}
    assert before.shown == {two: {(40, "0.5"), (42, "0.5")}}
    assert earlier_runs(tmp_path / "nowhere") == EarlierRuns()
    (tmp_path / "region" / MASKS).write_bytes(b"\xff\xfe broken")
    assert earlier_runs(tmp_path / "region").masked == {one}  # the other version stands


def test_figures_that_move_by_a_few_answers_are_counted() -> None:
    cells = [Cell("2023", "q1", "total", "total", b, "qpv") for b in "ABC"]
    now = dict(zip(cells, [(50, "0.5"), (50, "0.5"), (50, "0.5")], strict=True))
    was = dict(zip(cells, [{(50, "0.5")}, {(45, "0.5")}, {(20, "0.5")}], strict=True))
    assert hardly_moved(now, was, 11) == 1
