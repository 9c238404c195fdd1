"""Where partitions run: here, in processes of this machine, or on a Dask cluster that exists.

`map` gives results in the order of the parts, so that what is made of them does not depend on where
they ran. A partition is a pure function of a picklable part: it may be run again when a worker is lost.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import wait as finished
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from tfpb.errors import Place, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    Step = Callable[[int], None]

P = TypeVar("P")
R = TypeVar("R")
_RETRIES: Final = 3
_PAUSE_S: Final = 0.05
_LOOK_S: Final = 2
"""How often a cluster that gives nothing is asked whether anybody works there."""
_AT_ONCE: Final = 8
"""Parts that a cluster has at once: their results are held until the last of them is there."""
_BEGUN: Final = 2
"""Parts that a process has at once: one runs, one waits."""
_HELD: Final = 4
"""Parts of each process that are begun, or done and wait for one before them."""
RENEWED: Final = 4
"""Parts of a process that renders documents."""


def _quietly(_count: int) -> None:
    """Tell nobody."""


def cores() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def attend(objects: int) -> None:
    """Settle a process that works for another: it leaves interruptions to it, and ends with it.

    It looks for cycles after as many new `objects` as the other: at Python's own 700, an eighth of a
    bailleur's part goes into that.

    A pool's process waits on a pipe that it holds open itself: without this it would wait for ever once
    the process that started it was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(objects)
    starter = multiprocessing.parent_process()
    if starter is None:
        return

    def watch() -> None:
        wait([starter.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _started(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(
        workers, mp_context=context, initializer=attend, initargs=gc.get_threshold()[:1]
    )


class Executor(Protocol):
    """Runs a function over parts."""

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
        """Return ``[run(p) for p in parts]``; `advance(1)` is told of each part done."""
        ...

    def stream(
        self, run: Callable[[P], R], parts: Iterable[P], advance: Step = _quietly
    ) -> Iterator[R]:
        """Give the same one by one, while the next ones are made: few parts and results are held."""
        ...

    def close(self) -> None:
        """Give back what was taken to run; a part that comes later takes it anew."""
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """One part after the other, here."""

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
        """Run the parts in order."""
        return list(self.stream(run, parts, advance))

    def stream(
        self, run: Callable[[P], R], parts: Iterable[P], advance: Step = _quietly
    ) -> Iterator[R]:
        """Run each part when the one before has been taken."""
        for part in parts:
            result = run(part)
            advance(1)
            yield result

    def close(self) -> None:
        """Nothing was taken."""


class _Slot:
    """A process of this machine, and the one that takes its place after so many parts (0: never)."""

    def __init__(self, most: int) -> None:
        self.most, self.given, self.under_way = most, 0, 0
        self._pool: ProcessPoolExecutor | None = None

    @property
    def is_free(self) -> bool:
        """Whether it takes a part more: one runs and one waits, so that nobody waits for who gives them."""
        worn = self.most and self.given >= self.most
        return self.under_way < _BEGUN and not (worn and self.under_way)

    def submit(self, run: Callable[[P], R], part: P) -> tuple[ProcessPoolExecutor, Future[R]]:
        """Begin a part; a process that was killed meanwhile is replaced."""
        if self.most and self.given >= self.most:
            self.close()
        pool = self._pool = self._pool or _started(1)
        try:
            future = pool.submit(run, part)
        except BrokenProcessPool:
            pool = self._pool = _started(1)
            self.given, future = 0, pool.submit(run, part)
        self.given += 1
        self.under_way += 1
        return pool, future

    def lose(self, pool: ProcessPoolExecutor) -> None:
        """Leave a process that was killed, unless another has its place."""
        if self._pool is pool:
            self.close()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        self.given = 0


class Processes:
    """Processes of this machine, started once for all the calls of `map`.

    After `renew_after` parts (0 for never) each process gives way to a new one: the compiler of PDF
    documents never gives back what it remembers, about 60 MiB a report. Processes are started afresh
    (`spawn`): a fork would carry open files and threads along, and Windows has none. When one is killed,
    what it had not given back runs again in new ones, and what was lost three times runs here, where the
    true error shows.
    """

    def __init__(self, workers: int, *, renew_after: int = 0) -> None:
        self._slots = [_Slot(renew_after) for _ in range(workers)]

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
        """Run the parts in processes, results in the order of the parts."""
        return list(self.stream(run, parts, advance))

    def stream(
        self, run: Callable[[P], R], parts: Iterable[P], advance: Step = _quietly
    ) -> Iterator[R]:
        """Give the results in the order of the parts, those that come after being made meanwhile."""
        coming = enumerate(parts)
        begun: dict[Future[R], tuple[int, P, _Slot, ProcessPoolExecutor]] = {}
        again: list[tuple[int, P]] = []
        losses: Counter[int] = Counter()
        done: dict[int, R] = {}
        due = 0
        while True:
            while slot := self._free():
                full = len(begun) + len(done) >= _HELD * len(self._slots)
                one = again.pop() if again else None if full else next(coming, None)
                if one is None:
                    break
                pool, future = slot.submit(run, one[1])
                begun[future] = (*one, slot, pool)
            if not begun:
                return
            for future in finished(begun, return_when=FIRST_COMPLETED).done:
                k, part, slot, pool = begun.pop(future)
                slot.under_way -= 1
                try:
                    done[k] = future.result()
                except BrokenProcessPool:
                    slot.lose(pool)
                    losses[k] += 1
                    if losses[k] < _RETRIES:
                        again.append((k, part))
                        continue
                    done[k] = run(part)
                advance(1)
            while due in done:
                yield done.pop(due)
                due += 1

    def _free(self) -> _Slot | None:
        free = (slot for slot in self._slots if slot.is_free)
        return min(free, key=lambda slot: slot.under_way, default=None)

    def close(self) -> None:
        """Stop the processes."""
        for slot in self._slots:
            slot.close()
            slot.under_way = 0


class Crew:
    """Runs calls for threads that wait for them: one at a time here, the others in processes.

    A call made while nothing runs here is run here, so that a few calls start no process; those made
    meanwhile go to processes (`spawn`). What a lost process had not given back is run here. `workers` calls
    run at once, this process included; 1 starts neither thread nor process.
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
    """A Dask cluster that runs already; files must have the same paths on its workers."""

    scheduler: str  # `tcp://host:port`, or `tls://host:port`
    tls: Tls | None = None  # with it, nothing travels in clear
    patience_s: int = 10  # wait for an answer before the scheduler is reported out of reach
    lost_s: int = 15  # time without any worker before the cluster is reported

    def map(self, run: Callable[[P], R], parts: Sequence[P], advance: Step = _quietly) -> list[R]:
        """Run the parts on the cluster; those of a lost worker run again elsewhere.

        Raises `dask_absent` without the extra, `dask_injoignable` when nothing answers, `dask_sans_ouvrier`
        when no worker is left, `dask_part_tuee` when a part has killed one worker after the other.
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

    def stream(
        self, run: Callable[[P], R], parts: Iterable[P], advance: Step = _quietly
    ) -> Iterator[R]:
        """Run some parts at once on the cluster, then the next ones."""
        coming = iter(parts)
        while some := list(islice(coming, _AT_ONCE)):
            yield from self.map(run, some, advance)

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
    """Choose where partitions run: `local`, `processus` (`workers` of this machine) or `dask`.

    `scheduler` is the address of the Dask scheduler, and `tls` opens it, where it is encrypted; processes
    are renewed when `documents` will be rendered. Raises `moteur_inconnu`, `ordonnanceur_absent`.
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
