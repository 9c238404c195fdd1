"""Stages fit together by name and type, and a goal runs what it needs and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tfpb.pipeline import stages
from tfpb.pipeline.stages import STAGES
from tfpb.pipeline.wiring import Key, Values, check, needed, stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.stage import Stage

TOP = Path(__file__).resolve().parents[3]
START: Key[int] = Key("start")
MADE: Key[str] = Key("made")
KEYS = ModuleType("declared")
KEYS.START, KEYS.MADE = START, MADE  # type: ignore[attr-defined]
KEYS.__annotations__ = {"START": "Final[Key[int]]", "MADE": "Final[Key[str]]"}


def good(start: int) -> str:
    return str(start)


def other_name(begin: int) -> str:
    return str(begin)


def other_type(start: float) -> str:
    return str(start)


def other_result(start: int) -> int:
    return start


def checked(*stages: Stage) -> None:
    check(stages, (START,), KEYS)


def test_a_stage_that_fits_passes() -> None:
    checked(stage("a", good, MADE))


@pytest.mark.parametrize("run", [other_name, other_type, other_result])
def test_a_stage_whose_function_says_otherwise_is_refused(run: object) -> None:
    with pytest.raises(TypeError, match="a: "):
        checked(stage("a", run, MADE))  # type: ignore[arg-type]


@pytest.mark.parametrize("keep_if", [lambda begin: begin, other_type], ids=["name", "type"])
def test_a_rule_of_keeping_that_reads_otherwise_is_refused(keep_if: Callable[..., bool]) -> None:
    with pytest.raises(TypeError, match="a: "):
        checked(stage("a", good, MADE, keep_if=keep_if))


def test_what_is_read_before_it_is_made_is_refused() -> None:
    with pytest.raises(TypeError, match="read before they are made"):
        check((stage("a", good, MADE),), (), KEYS)


def test_what_is_made_twice_is_refused() -> None:
    once = stage("a", good, MADE)
    with pytest.raises(TypeError, match="made twice"):
        checked(once, once)


def names(goal: object, *given: object) -> list[str]:
    values = Values({key.name: None for key in given})  # type: ignore[attr-defined]
    return [s.writes for s in needed(STAGES, (goal,), values)]  # type: ignore[arg-type]


def test_each_command_runs_the_part_its_goal_needs() -> None:
    start = stages.START
    assert names(stages.SETTLED, *start) == ["geocoded", "settled"]
    assert names(stages.SIDES, stages.POINTS, stages.GEOGRAPHY, stages.RULE) == ["sides"]
    assert names(stages.SURVEY, stages.ANSWERS, stages.SCOPE, stages.SURVEY_SIDES, stages.BEFORE) == [
        "survey_alone", "survey",
    ]  # fmt: skip
    taxes = (stages.TAX_RULE, stages.TAXES, stages.LOCATED, stages.QUARTERS)
    assert names(stages.ABATEMENT, *taxes) == ["abatement"]
    assert names(stages.PROGRAMME, *start)[-2:] == ["abatement", "programme"]
    assert "survey" not in names(stages.PROGRAMME, *start)


def test_the_goals_of_a_dossier_run_every_stage() -> None:
    ends = [s.writes for s in STAGES if not any(s.writes in other.reads for other in STAGES)]
    goals = [Key[object](name) for name in ends]
    values = Values({key.name: None for key in stages.START})
    assert needed(STAGES, goals, values) == STAGES


@pytest.mark.slow
def test_mypy_refuses_a_stage_that_makes_another_type(tmp_path: Path) -> None:
    page = tmp_path / "wired.py"
    page.write_text(
        "from tfpb.pipeline.stages import LOCATED, SIDES\n"
        "from tfpb.pipeline.wiring import stage\n"
        "from tfpb.pipeline.steps.locating import locate\n"
        "stage('a', locate, LOCATED)\n"
        "stage('a', locate, SIDES)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(TOP / "pyproject.toml"), str(page)],
        cwd=TOP, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "wired.py:5: error" in done.stdout
    assert "wired.py:4: error" not in done.stdout
