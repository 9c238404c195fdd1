"""A stage as a value: what it reads, what it writes, and how to run it.

A content cache, a progress display or an executor wraps `Stage.run` from outside; neither the
stages nor the pipeline know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way.

    Parameters
    ----------
    name : str
        French label, shown while it runs.
    version : int
        Raised when the same inputs would give another result.
    reads : tuple of str
        Names of the values it needs, passed to `run` in this order.
    writes : str
        Name of the value it gives.
    run : callable
        Pure function of the values read.
    """

    name: str
    version: int
    reads: tuple[str, ...]
    writes: str
    run: Callable[..., Any]


Executor = Callable[[Stage, tuple[Any, ...]], Any]


def directly(stage: Stage, values: tuple[Any, ...]) -> Any:
    """Run a stage here and now."""
    return stage.run(*values)


def run_stages(
    stages: Iterable[Stage], values: Mapping[str, Any], *, execute: Executor = directly
) -> dict[str, Any]:
    """Run stages in order over named values.

    Raises
    ------
    KeyError
        If a stage reads a value that nobody gave: a fault of the pipeline, not of the user.
    """
    known = dict(values)
    for stage in stages:
        known[stage.writes] = execute(stage, tuple(known[name] for name in stage.reads))
    return known
