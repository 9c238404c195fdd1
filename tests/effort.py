"""How many times a drawn case is tried: few in a day's run, all with ``TFPB_ESSAIS=tous``."""

from __future__ import annotations

import os


def tries(few: int, every: int) -> int:
    """Return `every` when the whole effort is asked for, else `few`."""
    return every if os.environ.get("TFPB_ESSAIS") == "tous" else few
