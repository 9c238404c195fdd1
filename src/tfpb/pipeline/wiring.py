"""Values passed between stages, by name and type, and the stages that need them for a goal.

A stage reads the values that the parameters of its function name. A `Key` names a value and carries
its type: mypy checks what a stage makes and what commands give and take against their keys, and
`check` holds every parameter against its key when the pipeline is imported.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from tfpb.errors import Fault, Headers, TfpbError
from tfpb.stage import Execute, Stage, directly

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


@dataclass(frozen=True)
class Key(Generic[T]):
    """Name of a value of the pipeline, and of the parameter of its readers; its type is that of the key."""

    name: str


class Values:
    """Values of a run by name of their key."""

    def __init__(self, found: Mapping[str, object] | None = None) -> None:
        self._found = dict(found or {})

    def __contains__(self, key: Key[Any] | str) -> bool:
        return (key if isinstance(key, str) else key.name) in self._found

    def __getitem__(self, key: Key[T]) -> T:
        return cast("T", self._found[key.name])

    def get(self, key: Key[T]) -> T | None:
        """Return a value, None when it was not made."""
        return cast("T | None", self._found.get(key.name))

    def having(self, key: Key[T], value: T) -> Values:
        """Return these values and one more."""
        return Values({**self._found, key.name: value})

    def named(self, name: str) -> object:
        """Return a value by the name of its key."""
        return self._found[name]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Values of a run, and the faults that kept some from being made."""

    results: Values
    faults: tuple[Fault, ...] = ()

    def required(self) -> Values:
        """Return the values; raises every fault of the stages, if there is any."""
        if self.faults:
            raise TfpbError(self.faults)
        return self.results


def stage(
    name: str,
    run: Callable[..., T],
    writes: Key[T],
    *,
    kept: str = "",
    keep_if: Callable[..., bool] | None = None,
) -> Stage:
    """Return a stage that reads what the parameters of its function name, and writes under a key."""
    return Stage(name, tuple(inspect.signature(run).parameters), writes.name, run, kept, keep_if)


def check(stages: Iterable[Stage], start: Iterable[Key[Any]], keys: ModuleType) -> None:
    """Check that stages fit together: each value is there before it is read, under its name and type.

    Stages are in the order in which they run; no stage makes `start`; `keys` declares each key, annotated
    `Final[Key[TYPE]]`. TypeError if a stage reads a value that is not made yet, writes one twice, or its
    function, or the one that decides whether its result is kept, annotates a value otherwise than its key.
    """
    declared = {
        key.name: keys.__annotations__[n] for n, key in vars(keys).items() if isinstance(key, Key)
    }
    known = {key.name for key in start}
    for one in stages:
        if missing := set(one.reads) - known:
            message = f"{one.name}: {sorted(missing)} are read before they are made"
            raise TypeError(message)
        if one.writes in known:
            message = f"{one.name}: {one.writes} is made twice"
            raise TypeError(message)
        notes = _notes(one.run)
        asked = {} if one.keep_if is None else _notes(one.keep_if)
        wrong = {name for name, note in asked.items() if notes.get(name) != note}
        notes[one.writes] = inspect.signature(one.run).return_annotation
        wrong |= {n for n, note in notes.items() if declared.get(n) != f"Final[Key[{note}]]"}
        if wrong:
            message = f"{one.name}: {sorted(wrong)} annotated otherwise than their keys"
            raise TypeError(message)
        known.add(one.writes)


def _notes(run: Callable[..., Any]) -> dict[str, Any]:
    """Return what a function annotates each value that it reads with."""
    return {p.name: p.annotation for p in inspect.signature(run).parameters.values()}


def needed(stages: Iterable[Stage], goals: Iterable[Key[Any]], values: Values) -> tuple[Stage, ...]:
    """Return the stages that the goals need and whose result is not among the values, in order."""
    wanted = {key.name for key in goals}
    kept: list[Stage] = []
    for one in reversed(tuple(stages)):
        if one.writes in wanted and one.writes not in values:
            kept.append(one)
            wanted.update(one.reads)
    return tuple(reversed(kept))


def run_stages(
    stages: Iterable[Stage],
    values: Values,
    *,
    execute: Execute = directly,
    headers: Headers | None = None,
) -> Outcome:
    """Run stages in order; a stage at fault does not keep the others from running.

    The user then reads every fault of every stage at once. A stage that needs a value which could not be
    made is left out. With `headers`, faults and doubts name columns as the user's files do. KeyError if a
    stage reads a value that is neither given nor made: a fault of the caller.
    """
    quoting = headers or Headers()
    failed: set[str] = set()
    faults: list[Fault] = []
    for one in stages:
        if failed.intersection(one.reads):
            failed.add(one.writes)
            continue
        try:
            result = execute(one, tuple(values.named(name) for name in one.reads))
            values = values.having(Key[Any](one.writes), _quoted(result, quoting))
        except TfpbError as error:
            failed.add(one.writes)
            faults += quoting.quote(error.faults)
    return Outcome(values, tuple(faults))


def _quoted(result: Any, headers: Headers) -> Any:
    """Name the columns of a result's doubts as the user's files do, if any is named otherwise."""
    notices = getattr(result, "notices", ())
    quoted = headers.quote(notices)
    return result if quoted == tuple(notices) else replace(result, notices=quoted)
