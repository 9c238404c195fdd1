"""A reader finds a room by its name: no module bears the name of another, no level is crowded."""

from __future__ import annotations

import re
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


def test_the_geocoder_knows_nothing_of_what_it_serves() -> None:
    served = re.compile(
        r"abat|\btax|fisc|qpv|bailleur|landlord|locataire|\btenant|dwelling|convention"
    )
    files = [p for p in (SOURCE / "geocode").rglob("*") if p.suffix in {".py", ".toml"}]
    found = {f.name: served.findall(f.read_text(encoding="utf-8").lower()) for f in files}
    assert {name: words for name, words in found.items() if words} == {}
    assert len(files) > 20  # the folder was found
