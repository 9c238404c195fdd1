"""Where partitions run: here, in processes of this machine, or on a Dask cluster that exists.

`map` gives results in the order of the parts, so that what is made of them does not depend on where
they ran. A partition is a pure function of a picklable part: it may be run again when a worker is lost.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from tfpb.errors import Place, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

P = TypeVar("P")
R = TypeVar("R")
_RETRIES: Final = 3
RENEWED: Final = 4
"""Parts of a process that renders documents."""


def _quietly(_count: int) -> None:
    """Tell nobody."""


class Executor(Protocol):
    """Runs a function over parts."""

    def map(
        self, run: Callable[[P], R], parts: Sequence[P], advance: Callable[[int], None] = _quietly
    ) -> list[R]:
        """Return ``[run(p) for p in parts]``; `advance(1)` is told of each part done."""
        ...

    def close(self) -> None:
        """Give back what was taken to run."""
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """One part after the other, here."""

    def map(
        self, run: Callable[[P], R], parts: Sequence[P], advance: Callable[[int], None] = _quietly
    ) -> list[R]:
        """Run the parts in order."""
        out = []
        for part in parts:
            out.append(run(part))
            advance(1)
        return out

    def close(self) -> None:
        """Nothing was taken."""


class Processes:
    """Processes of this machine, started once for all the calls of `map`.

    Parameters
    ----------
    workers : int
    renew_after : int
        Parts after which each process gives way to a new one; 0 for never. The compiler of PDF
        documents never gives back what it remembers: about 60 MiB a report.

    Notes
    -----
    Processes are started afresh (`spawn`): a fork would carry open files and threads along, and
    Windows has none. When one is killed, what it had not given back runs again in new ones, and what
    was lost three times runs here, where the true error shows.
    """

    def __init__(self, workers: int, *, renew_after: int = 0) -> None:
        self.workers = workers
        self._room = workers * renew_after
        self._pool: ProcessPoolExecutor | None = None
        self._given = 0

    def map(
        self, run: Callable[[P], R], parts: Sequence[P], advance: Callable[[int], None] = _quietly
    ) -> list[R]:
        """Run the parts in processes, results in the order of the parts."""
        done: dict[int, R] = {}
        room = self._room or max(len(parts), 1)
        for start in range(0, len(parts), room):
            turn = range(start, min(start + room, len(parts)))
            for _ in range(_RETRIES):
                if all(k in done for k in turn):
                    break
                self._once(run, parts, turn, done, advance)
        for k, part in enumerate(parts):
            if k not in done:
                done[k] = run(part)
                advance(1)
        return [done[k] for k in range(len(parts))]

    def close(self) -> None:
        """Stop the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        self._given = 0

    def _once(
        self,
        run: Callable[[P], R],
        parts: Sequence[P],
        turn: Iterable[int],
        done: dict[int, R],
        advance: Callable[[int], None],
    ) -> None:
        left = [k for k in turn if k not in done]
        if self._room and self._given and self._given + len(left) > self._room:
            self.close()
        self._given += len(left)
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context)
        try:
            asked = {self._pool.submit(run, parts[k]): k for k in left}
            for future in as_completed(asked):
                done[asked[future]] = future.result()
                advance(1)
        except BrokenProcessPool:
            self.close()


@dataclass(frozen=True, slots=True)
class Dask:
    """A Dask cluster that runs already; files must have the same paths on its workers.

    Parameters
    ----------
    scheduler : str
        `tcp://host:port`.
    """

    scheduler: str

    def map(
        self, run: Callable[[P], R], parts: Sequence[P], advance: Callable[[int], None] = _quietly
    ) -> list[R]:
        """Run the parts on the cluster; those of a lost worker run again elsewhere.

        Raises
        ------
        TfpbError
            `dask_absent` without the extra, `dask_injoignable` when nobody answers.
        """
        try:
            from distributed import Client  # noqa: PLC0415 - an extra
            from distributed import as_completed as finished  # noqa: PLC0415 - idem
        except ImportError as error:
            raise fail("dask_absent", got=self.scheduler) from error
        try:
            client: Any = Client(self.scheduler, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            place = Place(column="--ordonnanceur")
            raise fail("dask_injoignable", place=place, got=self.scheduler) from error
        with client:
            futures = [client.submit(run, p, pure=False, retries=_RETRIES) for p in parts]
            for _ in finished(futures, loop=client.loop):
                advance(1)
            return list(client.gather(futures))

    def close(self) -> None:
        """Nothing was taken: the cluster belongs to others."""


def executor(
    engine: str, *, workers: int, scheduler: str = "", documents: bool = False
) -> Executor:
    """Choose where partitions run.

    Parameters
    ----------
    engine : str
        `local`, `processus` or `dask`.
    workers : int
        Processes of this machine (`processus`).
    scheduler : str
        Address of the Dask scheduler.
    documents : bool
        Whether documents will be rendered: processes are then renewed.

    Raises
    ------
    TfpbError
        `moteur_inconnu`, `ordonnanceur_absent`.
    """
    if engine == "local" or (engine == "processus" and workers <= 1):
        return InProcess()
    if engine == "processus":
        return Processes(workers, renew_after=RENEWED if documents else 0)
    if engine == "dask":
        if not scheduler:
            raise fail("ordonnanceur_absent", place=Place(column="--ordonnanceur"))
        return Dask(scheduler)
    raise fail("moteur_inconnu", place=Place(column="--moteur"), got=engine)
