"""The examples of the documented functions run, and print what they show."""

from __future__ import annotations

import doctest
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tfpb import perimeters, tax

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "function",
    [tax.abate, tax.programme, tax.droit_commun, perimeters.locate, perimeters.residences],
    ids=lambda function: function.__name__,
)
def test_an_example_prints_what_it_shows(function: Callable[..., Any]) -> None:
    names = vars(sys.modules[function.__module__])
    (example,) = doctest.DocTestFinder(recurse=False).find(function, globs=dict(names))
    assert example.examples
    report: list[str] = []
    found = doctest.DocTestRunner().run(example, out=report.append)
    assert found.failed == 0, "".join(report)
