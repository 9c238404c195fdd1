"""The mutation run sees what a weak test lets through, and only that."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
RULE = '"""A rule."""\n\n\ndef hidden(n: int) -> bool:\n    """Hide few answers."""\n    return n < 11\n'
WEAK = "from rule_tried import hidden\n\n\ndef test_hidden():\n    assert hidden(3) and not hidden(40)\n"


@pytest.fixture
def run() -> Any:
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "scripts" / "mutants.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = made
    spec.loader.exec_module(made)
    yield made
    del sys.modules["mutants"]


def test_every_change_of_a_small_rule_is_tried(run: Any) -> None:
    assert [m.name for m in run.mutants(RULE, "rule.py")] == [
        "hidden: return [n < 11 → None]",
        "hidden: return n <[ → =] 11",
        "hidden: return n [< → >=] 11",
        "hidden: return n < 1[1 → 2]",
        "hidden: return n < 1[1 → 0]",
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tested in forked processes")
def test_a_weak_test_lets_mutants_live(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rule_tried.py").write_text(RULE)
    (tmp_path / "test_rule_tried.py").write_text(WEAK)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    changes = run.mutants(RULE, str(tmp_path / "rule_tried.py"))
    found = set(run.survivors("rule_tried", [str(tmp_path / "test_rule_tried.py")], changes))
    # 3 and 40 answers are tried, neither 10 nor 11
    assert [m.name.removeprefix("hidden: return ") for m in changes if m in found] == [
        "n <[ → =] 11", "n < 1[1 → 2]", "n < 1[1 → 0]",
    ]  # fmt: skip
