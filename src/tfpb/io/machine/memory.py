"""How much memory a table may take before it is refused: what is free on the machine bounds it."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_MOST: Final = 3 << 29
"""1.5 GiB: above, a laptop of a firm begins to swap."""
_SHARE: Final = 0.5
_KIB: Final = 1024
_MEMINFO: Final = Path("/proc/meminfo")
_CONTAINER: Final = Path("/sys/fs/cgroup")


def table_budget() -> int:
    """Return the memory a run may take for one table, in bytes: half of what is free, 1.5 GiB at most."""
    return min(_MOST, int(_SHARE * min(_free_of_machine(), _free_of_container())))


def _free_of_machine() -> int:
    """Return the free memory of the machine, in bytes; where no system says it, as much as is asked."""
    if sys.platform == "win32":
        return _free_of_windows()
    with suppress(OSError, ValueError, StopIteration):
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        return next(int(w.split()[1]) * _KIB for w in lines if w.startswith("MemAvailable"))
    return sys.maxsize


def _free_of_container() -> int:
    """Return what a container leaves to its processes, in bytes."""
    with suppress(OSError, ValueError):
        most, used = (
            int((_CONTAINER / name).read_text(encoding="ascii"))
            for name in ("memory.max", "memory.current")
        )
        return max(0, most - used)
    return sys.maxsize


class _Status(ctypes.Structure):
    """What Windows answers of its memory."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "free", "a", "b", "c", "d", "e")),
    )


def _free_of_windows() -> int:
    status = _Status()
    status.length = ctypes.sizeof(status)
    if sys.platform == "win32" and ctypes.windll.kernel32.GlobalMemoryStatusEx(
        ctypes.byref(status)
    ):
        return int(status.free)
    return sys.maxsize
