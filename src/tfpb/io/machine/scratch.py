"""Temporary folders for the time of a call, and the removal of those that a killed run has left.

Some drivers only write or read files. Their folder lies with the machine's temporary files and goes
when the call ends. A run that is killed leaves its folder: the next call removes it.
Its owner holds a lock on a file inside for as long as it lives, and the system lets go of the lock
with the process, so that nobody's folder in use is taken and no clock is read.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PREFIX: Final = "tfpb-pret-"
_GONE: Final = "tfpb-fini-"
_LOCK: Final = ".verrou"
_TRIES: Final = 20
_MOVES_HELD = bool(sys.platform != "win32")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder; it is removed at the end, whatever happens but a kill."""
    _sweep(Path(tempfile.gettempdir()))
    own, lock = next(taken for _ in range(_TRIES) if (taken := _take()) is not None)
    try:
        folder = own / "fichiers"
        folder.mkdir()
        yield folder
    finally:
        lock.close()
        shutil.rmtree(own, ignore_errors=True)


def _take() -> tuple[Path, BinaryIO] | None:
    """Make a folder and take its lock; None when another call swept it before the lock was ours."""
    own = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = None
    with suppress(FileNotFoundError, BlockingIOError, PermissionError):
        lock = (own / _LOCK).open("wb")
        hold(lock)
        if (own / _LOCK).is_file():
            return own, lock
    if lock is not None:
        lock.close()
    return None


def _sweep(where: Path) -> None:
    """Remove the folders whose owner is no more; those of other users refuse, and stay."""
    with suppress(OSError):
        for half in where.glob(f"{_GONE}*"):  # a kill while one was removed
            shutil.rmtree(half, ignore_errors=True)
        for left in sorted(where.glob(f"{_PREFIX}*")):
            with suppress(OSError):
                shutil.rmtree(_claimed(left))


def _claimed(left: Path) -> Path:
    """Take a folder whose owner is no more: it changes name under its lock, then nobody looks for it.

    Windows renames no folder that holds an open file: there the lock is let go of first.
    """
    gone = left.with_name(_GONE + left.name.removeprefix(_PREFIX))
    with (left / _LOCK).open("r+b") as lock:
        hold(lock)
        if _MOVES_HELD:
            return left.rename(gone)
    return left.rename(gone)


def hold(lock: BinaryIO) -> None:
    """Take the lock of an open file, which the system gives back when this process ends.

    OSError if another process, or another call of this one, has it.
    """
    lock.seek(0)
    if sys.platform == "win32":
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
