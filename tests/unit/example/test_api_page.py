"""docs/api.md is run line by line: a page of examples that lie is worse than none."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TOP = Path(__file__).resolve().parents[3]


def test_every_example_of_the_api_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(TOP / "examples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    done = doctest.testfile(
        str(TOP / "docs" / "api.md"),
        module_relative=False,
        encoding="utf-8",
        optionflags=doctest.NORMALIZE_WHITESPACE,
    )
    assert done.attempted > 38
    assert done.failed == 0
