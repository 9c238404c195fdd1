"""Memory of a process and of all it has started (Linux)."""

from __future__ import annotations

from pathlib import Path


def memory_mib(pid: int) -> float:
    """Return the memory of a process and of all its descendants, shared pages counted once."""
    total = 0.0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii", errors="replace")
            tasks = list(Path(f"/proc/{one}/task").iterdir())
            waiting += [int(k) for t in tasks for k in (t / "children").read_text().split()]
        except (OSError, ValueError):
            continue
        for line in status.splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
    return total
