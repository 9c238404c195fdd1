"""The package as a Python API: its documented examples run, without the command line."""

from __future__ import annotations

from doctest import DocTestParser, DocTestRunner
from typing import Any

import pytest

from tfpb import survey


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Run the example of the package; return what it defines."""
    found: dict[str, Any] = {}
    example = DocTestParser().get_doctest(survey.__doc__ or "", found, "tfpb.survey", None, 0)
    runner = DocTestRunner()
    runner.run(example, clear_globs=False)
    assert runner.summarize(verbose=False).failed == 0
    return example.globs


@pytest.mark.parametrize("function", [survey.recode, survey.compare, survey.protect])
def test_every_step_has_an_example_that_runs(function: Any, names: dict[str, Any]) -> None:
    public = {name: getattr(survey, name) for name in survey.__all__}
    text = function.__doc__
    example = DocTestParser().get_doctest(text, names | public, function.__name__, None, 0)
    assert len(example.examples) > 1
    assert DocTestRunner().run(example).failed == 0


def test_frames_without_a_stamp_are_read_and_faults_name_their_lines(names: dict[str, Any]) -> None:
    frame = names["frame"].copy()
    frame.loc[3, "proprete"] = 7
    (fault,) = survey.recode([names["frame"].iloc[:0], frame], names["plan"]).faults
    assert (fault.code, fault.place.row, fault.got) == ("code_reponse_inconnu", 5, "7")


def test_a_number_with_an_empty_cell_in_its_column_is_the_same_code(names: dict[str, Any]) -> None:
    frame = names["frame"].copy()
    frame.loc[3, "proprete"] = None  # the column becomes one of floats
    answers = survey.recode([frame], names["plan"])
    assert not answers.faults
    assert (answers.answers["proprete"] < 0).sum() == 1


def test_nothing_else_makes_a_published_value(names: dict[str, Any]) -> None:
    published = names["published"]
    fields = {f: getattr(published, f) for f in published.__slots__ if f != "seal"}
    with pytest.raises(TypeError):
        survey.Published(**fields, seal=object())
