"""A stage as a value: what it reads, what it writes, and how to run it.

A content cache, a progress display or an executor wraps `Stage.run` from outside; neither the
stages nor the pipeline know of it. Drawing a chart or a page is a stage like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tfpb.errors import Fault, Headers, TfpbError


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
    kept : str
        Form in which an executor may keep its result from one run to the next (see
        `tfpb.pipeline.kept.kept_forms`); empty when it is made again each time.
    keep_if : callable, optional
        Of the values read: whether the result depends on them alone. Left out: always.
    """

    name: str
    version: int
    reads: tuple[str, ...]
    writes: str
    run: Callable[..., Any]
    kept: str = ""
    keep_if: Callable[..., bool] | None = None

    def may_keep(self, values: tuple[Any, ...]) -> bool:
        """Tell whether what it makes of these values may serve again."""
        return bool(self.kept) and (self.keep_if is None or self.keep_if(*values))


Executor = Callable[[Stage, tuple[Any, ...]], Any]


def directly(stage: Stage, values: tuple[Any, ...]) -> Any:
    """Run a stage here and now."""
    return stage.run(*values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Values of a run, and the faults that kept some from being made."""

    values: dict[str, Any]
    faults: tuple[Fault, ...] = ()


def run_stages(
    stages: Iterable[Stage],
    values: Mapping[str, Any],
    *,
    execute: Executor = directly,
    headers: Headers | None = None,
) -> Outcome:
    """Run stages in order over named values; a stage at fault does not keep the others from running.

    The user then reads every fault of every stage at once. A stage that needs a value which could
    not be made is left out. With `headers`, faults and doubts name columns as the user's files do.

    Raises
    ------
    KeyError
        If a stage reads a value that no stage writes: a fault of the pipeline, not of the user.
    """
    quoting = headers or Headers()
    known = dict(values)
    failed: set[str] = set()
    faults: list[Fault] = []
    for stage in stages:
        if failed.intersection(stage.reads):
            failed.add(stage.writes)
            continue
        try:
            result = execute(stage, tuple(known[name] for name in stage.reads))
            known[stage.writes] = _quoted(result, quoting)
        except TfpbError as error:
            failed.add(stage.writes)
            faults += quoting.quote(error.faults)
    return Outcome(known, tuple(faults))


def _quoted(result: Any, headers: Headers) -> Any:
    """Name the columns of a result's doubts as the user's files do, if any is named otherwise."""
    notices = getattr(result, "notices", ())
    quoted = headers.quote(notices)
    return result if quoted == tuple(notices) else replace(result, notices=quoted)
