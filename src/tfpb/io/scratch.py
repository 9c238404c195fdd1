"""Folders lent for the time of a call, and those a killed run has left.

Some drivers only write or read files. The folder they are lent lies with the machine's temporary
files and goes when the call ends. A run that is killed leaves its folder: the next call removes it.
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
_LOCK: Final = ".verrou"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Lend an empty folder; it is removed at the end, whatever happens but a kill."""
    _sweep(Path(tempfile.gettempdir()))
    lent = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = (lent / _LOCK).open("wb")
    try:
        _hold(lock)
        folder = lent / "fichiers"
        folder.mkdir()
        yield folder
    finally:
        lock.close()
        shutil.rmtree(lent, ignore_errors=True)


def _sweep(where: Path) -> None:
    """Remove the folders whose owner is no more; those of other users refuse, and stay."""
    with suppress(OSError):
        for left in sorted(where.glob(f"{_PREFIX}*")):
            with suppress(OSError):
                with (left / _LOCK).open("r+b") as lock:
                    _hold(lock)
                shutil.rmtree(left)


def _hold(lock: BinaryIO) -> None:
    """Take the lock of a folder.

    Raises
    ------
    OSError
        If another process, or another call of this one, holds it.
    """
    if sys.platform == "win32":
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
