"""Ctrl-C, known as such whatever library is at work: some turn it into an error of their own."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

STOPPED_CODE: Final = 130
_asked: Final = threading.Event()


def watch() -> None:
    """Note each Ctrl-C besides raising `KeyboardInterrupt`; only the main thread may ask for it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _note)


def was_asked() -> bool:
    """Say whether Ctrl-C was pressed since the last time this was asked."""
    asked = _asked.is_set()
    _asked.clear()
    return asked


def _note(_signal: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
