"""Where partitions run: here, in processes of this machine, or on a Dask cluster that exists.

`map` gives results in the order of the parts, so that what is made of them does not depend on where
they ran. A partition is a pure function of a picklable part: it may be run again when a worker is lost.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from tfpb.errors import Place, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Step = Callable[[int], None]

P = TypeVar("P")
R = TypeVar("R")
_RETRIES: Final = 3
_PAUSE_S: Final = 0.05
_LOOK_S: Final = 2
"""How often a cluster that gives nothing is asked whether anybody works there."""
RENEWED: Final = 4
"""Parts of a process that renders documents."""


def _quietly(_count: int) -> None:
    """Tell nobody."""


def cores() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def attend() -> None:
    """Settle a process that works for another: it leaves interruptions to it, and ends with it.

    A pool's process waits on a pipe that it holds open itself: without this it would wait for ever once
    the process that started it was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    starter = multiprocessing.parent_process()
    if starter is None:
        return

    def watch() -> None:
        wait([starter.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _started(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=attend)


class Executor(Protocol):
    """Runs a function over parts."""

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
        """Return ``[run(p) for p in parts]``; `advance(1)` is told of each part done."""
        ...

    def close(self) -> None:
        """Give back what was taken to run."""
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """One part after the other, here."""

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
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

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
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
        advance: Step,
    ) -> None:
        left = [k for k in turn if k not in done]
        if self._room and self._given and self._given + len(left) > self._room:
            self.close()
        self._given += len(left)
        if self._pool is None:
            self._pool = _started(self.workers)
        try:
            asked = {self._pool.submit(run, parts[k]): k for k in left}
            for future in as_completed(asked):
                done[asked[future]] = future.result()
                advance(1)
        except BrokenProcessPool:
            self.close()


class Crew:
    """Runs calls for threads that wait for them: one at a time here, the others in processes.

    A call made while nothing runs here is run here, so that a few calls start no process; those made
    meanwhile go to processes (`spawn`). What a lost process had not given back is run here.

    Parameters
    ----------
    workers : int
        Calls at once, this process included; 1 starts neither thread nor process.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._here = threading.Lock()
        self._door = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._lost = workers <= 1

    def gather(
        self, ask: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly
    ) -> list[R]:
        """Return ``[ask(p) for p in parts]``, asked by as many threads as calls may run at once."""
        if self.workers <= 1:
            return InProcess().map(ask, parts, advance)
        out = []
        with ThreadPoolExecutor(self.workers) as threads:
            try:
                for result in threads.map(ask, parts):
                    out.append(result)
                    advance(1)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
        return out

    def run(self, work: Callable[[P], R], part: P) -> R:
        """Run a call where there is room; what it raises is raised here."""
        if not self._here.acquire(blocking=self._lost):
            try:
                return self._processes().submit(work, part).result()
            except BrokenProcessPool:
                self._lost = True
            self._here.acquire()
        try:
            return work(part)
        finally:
            self._here.release()

    def close(self) -> None:
        """Stop the processes; what is under way is left undone."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _processes(self) -> ProcessPoolExecutor:
        with self._door:
            if self._pool is None:
                self._pool = _started(self.workers - 1)
            return self._pool


Tls = tuple[str, str, str]
"""Files that open an encrypted cluster: its authority, our certificate, our key."""
_TLS_FILES: Final = ("tls_ca_file", "tls_client_cert", "tls_client_key")


@dataclass(frozen=True, slots=True)
class Dask:
    """A Dask cluster that runs already; files must have the same paths on its workers.

    Parameters
    ----------
    scheduler : str
        `tcp://host:port`, or `tls://host:port`.
    tls : Tls or None
        With it, nothing travels in clear.
    patience_s : int
        How long an answer is awaited before the scheduler is told to be out of reach.
    lost_s : int
        How long a cluster may be without any worker before it is told.
    """

    scheduler: str
    tls: Tls | None = None
    patience_s: int = 10
    lost_s: int = 15

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
        """Run the parts on the cluster; those of a lost worker run again elsewhere.

        Raises
        ------
        TfpbError
            `dask_absent` without the extra, `dask_injoignable` when nobody answers, `dask_sans_ouvrier` when
            no worker is left, `dask_part_tuee` when a part has killed one worker after the other.
        """
        try:
            from distributed import Client, Security  # noqa: PLC0415 - an extra
            from distributed.comm import CommClosedError  # noqa: PLC0415 - idem
            from distributed.scheduler import KilledWorker  # noqa: PLC0415 - idem
        except ImportError as error:
            raise fail("dask_absent", got=self.scheduler) from error
        place = Place(column="--ordonnanceur")
        given: dict[str, Any] = {"timeout": f"{self.patience_s}s", "set_as_default": False}
        if self.tls is not None:
            files = dict(zip(_TLS_FILES, self.tls, strict=True))
            given["security"] = Security(**files, require_encryption=True)
        try:
            client: Any = Client(self.scheduler, **given)
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
            raise fail("dask_injoignable", place=place, got=self.scheduler) from error
        with client:
            try:
                futures = [client.submit(run, p, pure=False, retries=_RETRIES) for p in parts]
                self._await(client, futures, advance)
                return list(client.gather(futures))
            except KilledWorker as error:
                raise fail("dask_part_tuee", place=place, got=self.scheduler) from error
            except (CommClosedError, TimeoutError) as error:
                raise fail("dask_injoignable", place=place, got=self.scheduler) from error

    def _await(self, client: Any, futures: list[Any], advance: Step) -> None:
        """Wait for every part, told of each; not for ever where nobody works any more."""
        from distributed import as_completed as finished  # noqa: PLC0415 - an extra

        done, left = finished(futures, loop=client.loop), len(futures)
        looked = alone = time.monotonic()
        while left:
            batch = done.next_batch(block=False)
            left -= len(batch)
            if batch:
                advance(len(batch))
                alone = time.monotonic()
                continue
            time.sleep(_PAUSE_S)
            now = time.monotonic()
            if now - looked < _LOOK_S:
                continue
            looked = now
            if client.nthreads():
                alone = now
            elif now - alone > self.lost_s:
                place = Place(column="--ordonnanceur")
                raise fail("dask_sans_ouvrier", place=place, got=self.scheduler, reste=left)

    def close(self) -> None:
        """Nothing was taken: the cluster belongs to others."""


def executor(
    engine: str,
    *,
    workers: int,
    scheduler: str = "",
    tls: Tls | None = None,
    documents: bool = False,
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
    tls : Tls or None
        What opens it, where it is encrypted.
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
        return Dask(scheduler, tls)
    raise fail("moteur_inconnu", place=Place(column="--moteur"), got=engine)
