"""One run at a time on a place of output: a second one is refused at once, and told who holds it."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from tfpb.errors import Place, fail
from tfpb.io.machine.scratch import hold

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK: Final = ".{name}-tfpb-verrou"
_TAKEN: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
_TRIES: Final = 5
_LONGEST: Final = 200


@contextmanager
def held(output: Path) -> Iterator[None]:
    """Lock a place of output, a file or a folder to write, for the time of a block (`sortie_tenue`).

    The lock lies next to the place, so that a colleague's machine meets it on a shared disk; the system
    gives it back when a run ends, however it ends. Where a disk knows no locks, nothing is locked.
    """
    whole = Path(output).resolve()
    above = next((p for p in whole.parents if p.is_dir()), None)
    if above is None or not whole.name:
        yield
        return
    path = above / _LOCK.format(name=whole.name[:_LONGEST])
    with ExitStack() as after:
        lock = next((one for _ in range(_TRIES) if (one := _take(path, whole)) is not None), None)
        if lock is not None:
            after.callback(_release, path, lock)
        yield


def _take(path: Path, whole: Path) -> BinaryIO | None:
    """Take the lock; None where its file was another's that went meanwhile, or the disk has none."""
    lock = None
    try:
        lock = path.open("r+b" if path.exists() else "w+b")
        hold(lock)
        if not path.exists() or not os.path.samestat(os.fstat(lock.fileno()), path.stat()):
            lock.close()
            return None
        lock.seek(1)  # the first byte is the one that is locked: Windows lets nobody read it
        lock.write(f"{socket.gethostname()}\n{os.getpid()}\n".encode())
        lock.truncate()
        lock.flush()
    except OSError as error:
        if lock is None:
            return None
        holder = _holder(path)
        lock.close()
        if error.errno in _TAKEN:
            raise fail("sortie_tenue", place=Place(whole.name), got=whole.name, **holder) from error
        return None
    return lock


def _holder(path: Path) -> dict[str, str]:
    """Return which machine and process wrote in a lock; « ? » where they cannot be read."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        file.seek(1)
        host, process = file.read(300).decode().split()
        return {"poste": host, "processus": process}
    return {"poste": "?", "processus": "?"}


def _release(path: Path, lock: BinaryIO) -> None:
    """Remove the lock, then let go of it; Windows removes no open file."""
    with suppress(OSError):
        path.unlink()
    lock.close()
    with suppress(OSError):
        if os.name == "nt":
            path.unlink()
