"""docs/api.md is run line by line, and the Python of the README."""

from __future__ import annotations

import doctest
import re
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


def test_the_python_of_the_readme_gives_the_sides_of_the_example(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    geodata: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "examples").symlink_to(TOP / "examples", target_is_directory=True)
    (tmp_path / "sorties").mkdir()
    (tmp_path / "sorties" / "geodonnees").symlink_to(geodata, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (TOP / "README.md").read_text("utf-8"), re.DOTALL)
    exec(code, {})  # noqa: S102 - a page of ours
    assert capsys.readouterr().out == "{'a_verifier': 132, 'dans': 2840, 'hors': 2985}\n"
