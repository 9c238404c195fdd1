"""A stage as a value: what it reads, what it writes, and how to run it.

A cache, a progress display or another machine wraps the call of a stage from outside; neither the
stages nor the pipeline know of it. Drawing a chart or a printed sheet is a stage too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Stage:
    """One function of the pipeline, with the names of what it reads and writes."""

    name: str  # French label, shown while it runs
    reads: tuple[str, ...]  # names of the values it needs, passed to `run` in this order
    writes: str  # name of the value it returns
    run: Callable[..., Any]  # pure function of the values read
    kept: str = ""
    """Form in which its result may be kept from one run to the next (see `tfpb.pipeline.kept.kept_forms`);
    empty when it is computed each time."""
    keep_if: Callable[..., bool] | None = None
    """Of some of the values read, by their names: whether the result depends on what is read alone. Left
    out: always."""

    def may_keep(self, values: tuple[Any, ...]) -> bool:
        """Return whether the result for these values may be kept."""
        if not self.kept or self.keep_if is None:
            return bool(self.kept)
        read = dict(zip(self.reads, values, strict=True))
        return self.keep_if(**{name: read[name] for name in signature(self.keep_if).parameters})


Execute = Callable[[Stage, tuple[Any, ...]], Any]
"""How a stage is called: directly, through a cache, with a progress bar."""


def quietly(_count: int) -> None:
    """Tell nobody."""


def directly(stage: Stage, values: tuple[Any, ...]) -> Any:
    """Call a stage here and now."""
    return stage.run(*values)


@dataclass(frozen=True, slots=True)
class Steps:
    """Who is told of steps: called with the number done; `expect` is told how many there are."""

    advance: Callable[[int], None] = quietly
    expect: Callable[[int], None] = quietly

    def __call__(self, count: int) -> None:
        """Count steps done."""
        self.advance(count)


@dataclass(frozen=True, slots=True)
class Making:
    """How files are made, and how it is followed."""

    execute: Execute = directly
    """Calls each chart, each sheet, a stage of its own; several threads may call at once."""
    workers: int = 1
    """Printed sheets drawn at once, each in a process of its own; bytes do not depend on it."""
    advance: Callable[[int], None] = quietly  # called with each step done
    expect: Callable[[int], None] = quietly
    """Called once, before, with how many steps there will be, if anything is to be made."""


PLAINLY: Final = Making()
"""Here, one after the other, nobody told."""
