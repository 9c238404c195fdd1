"""How many times a drawn case is tried: few in a day's run, all with ``TFPB_ESSAIS=tous``."""

from __future__ import annotations

import os

import pytest


def tries(few: int, every: int) -> int:
    """Return `every` when the whole effort is asked for, else `few`."""
    return every if os.environ.get("TFPB_ESSAIS") == "tous" else few


def by_night(by_day: str) -> pytest.MarkDecorator:
    """Leave a test to the whole effort, and name what holds its claim in a day's run."""
    return pytest.mark.skipif(not tries(0, 1), reason=f"TFPB_ESSAIS=tous ; par jour : {by_day}")
