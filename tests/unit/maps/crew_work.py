"""What the processes of a crew are asked in tests."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path


def where(seconds: float) -> int:
    """Work a while, and tell in which process."""
    time.sleep(seconds)
    return os.getpid()


def fatal_elsewhere(value: int) -> int:
    """End the process at once, unless it is the one that asked."""
    if multiprocessing.parent_process() is not None:
        os._exit(3)
    time.sleep(0.2)
    return value * 2


def refuse(value: int) -> int:
    """Raise for one value only."""
    time.sleep(0.05)
    if value == 3:
        raise ValueError(value)
    return value


def wait_beside(folder: str) -> None:
    """Say which process this is, and never end."""
    (Path(folder) / f"{os.getpid()}.pid").touch()
    time.sleep(600)
