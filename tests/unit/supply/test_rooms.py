"""A reader finds a room by its name: no module bears the name of another, no level is crowded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "tfpb"
MODULES = [p for p in SOURCE.rglob("*.py") if p.name != "__init__.py"]


def test_no_two_modules_bear_one_name() -> None:
    names = Counter(p.name for p in MODULES)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_level_holds_more_than_fifteen_modules() -> None:
    levels = Counter(p.parent.relative_to(SOURCE).as_posix() for p in MODULES)
    assert {level: n for level, n in levels.items() if n > 15} == {}
    assert len(MODULES) > 200  # the folder was found
