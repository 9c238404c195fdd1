"""Long work in a process of its own: followed stage by stage, stopped at any moment, never half-written.

The work calls what the commands call, and these replace a pack only when it is whole: to kill the
process is to cancel. Its own helpers end with it (`tfpb.executors.attend`).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import TfpbError
from tfpb.executors import attend
from tfpb.io.tables.contents import cannot_write

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from tfpb.errors import Fault
    from tfpb.model.settings import Settings
    from tfpb.page.outlook import Outlook

    Send = Callable[[str, Any], None]

_JOIN_S: Final = 10


@dataclass(slots=True)
class Progress:
    """Progress of a work."""

    label: str = ""  # what is under way, when it is no stage
    stages: list[str] = field(default_factory=list)
    """Names of the stages begun, the last being under way."""
    done: int = 0  # steps, of `label` or of the stages
    total: int = 0


class Job:
    """A work under way, or ended.

    `kind` names it for the screens; `work` is a module-level function of `send` then `args` and `options`,
    whose return is `result`; `lent`, the folders of the files it reads, is closed when it has ended,
    however it did.
    """

    def __init__(
        self,
        kind: str,
        work: Callable[..., Any],
        *args: Any,
        lent: ExitStack | None = None,
        **options: Any,
    ) -> None:
        self.kind = kind
        self._lent = lent or ExitStack()
        self.progress = Progress()
        self.result: Any = None
        self.faults: tuple[Fault, ...] = ()
        self.broken = ""
        self.cancelled = False
        context = _context()
        ours, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_run,
            args=(theirs, dict(os.environ), gc.get_threshold()[0], work, args, options),
            daemon=False,
        )
        self._process.start()
        theirs.close()
        self._thread = threading.Thread(target=self._follow, args=(ours,), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Stop it; what it would have replaced stays."""
        self.cancelled = self.cancelled or self.running
        self._process.kill()
        self._thread.join(_JOIN_S)

    def _follow(self, pipe: Connection) -> None:
        ended, progress = False, self.progress
        with suppress(EOFError, OSError):  # until its end
            while True:
                kind, value = pipe.recv()
                if kind == "stage":
                    progress.stages.append(value)
                elif kind == "label":
                    progress.label, progress.done, progress.total = value, 0, 0
                elif kind == "expect":
                    progress.total = value
                elif kind == "step":
                    progress.done += value
                else:  # its result, its faults, or what broke
                    setattr(self, kind, value)
                    ended = True
        self._process.join()
        self._lent.close()
        if not ended and not self.cancelled:
            self.broken = "killed"


def _context() -> Any:
    """Return how a process is started: where the system forks, from one that has imported what all need.

    Half the time of a check is imports, and somebody waits for its answer.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tfpb.page.long_work"])
    return context


def _run(
    pipe: Connection,
    variables: dict[str, str],
    objects: int,
    work: Callable[..., Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
) -> None:
    """Work, and give back what came of it."""
    attend(objects)
    os.environ.clear()  # those of the page now, not of when the first work began
    os.environ.update(variables)
    lock = threading.Lock()

    def send(kind: str, value: Any) -> None:
        with lock:
            pipe.send((kind, value))

    try:
        send("result", work(send, *args, **options))
    except TfpbError as error:
        send("faults", error.faults)
    except OSError as error:  # a disk that is full, a file held open: the system's reason, not ours
        send("faults", cannot_write(Path(error.filename or "").name, error).faults)
    except Exception as error:  # noqa: BLE001 - our fault, said as the commands say it
        send("broken", type(error).__name__)


def check(send: Send, file: Path, geography: Path) -> Outlook:
    """Check a dossier; what works is loaded in the process of the job alone."""
    from tfpb.page import long_work  # noqa: PLC0415 - no screen waits for it

    return long_work.check(send, file, geography)


def make(
    send: Send, settings: Settings, geography: Path, target: Path, **how: Any
) -> Outlook:  # fmt: skip
    """Make the pack; `release` and `anyway` as `long_work.make` takes them."""
    from tfpb.page import long_work  # noqa: PLC0415 - no screen waits for it

    return long_work.make(send, settings, geography, target, **how)
