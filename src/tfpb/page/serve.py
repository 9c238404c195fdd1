"""The server of the local page: one a folder, on a free port of this machine, as long as it is looked at."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs
import uvicorn

from tfpb.io.machine.scratch import hold
from tfpb.page.application import application
from tfpb.page.desk import Desk
from tfpb.page.door import ENTRANCE, Keys
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tfpb.model.settings import Settings

HOST: Final = "127.0.0.1"
IDLE_S: Final = 600.0
_TURN_S: Final = 0.5
_LIMIT_S: Final = 30


class AlreadyOpenError(Exception):
    """Another instance holds the folder; it was asked to show itself again."""


def serve(
    folder: Path,
    geography: Callable[[Settings | None], Path],
    *,
    print_line: Callable[[str], None],
    browse: bool = True,
    idle_s: float = IDLE_S,
) -> None:
    """Serve the page of a dossier until it is no longer looked at.

    Parameters
    ----------
    folder : Path
    geography : callable
        Tells where imported geography is.
    print_line : callable
        Shows a line to whoever has a terminal.
    browse : bool
        Whether a browser is opened.
    idle_s : float
        Seconds after the last sign of a page.

    Raises
    ------
    AlreadyOpenError
    """
    folder = folder.resolve()
    place = _own_folder()
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    asked = place / f"{name}.demande"
    with _alone(place / f"{name}.verrou", asked), socket.socket() as listening:
        if sys.platform == "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        listening.bind((HOST, 0))  # a free port of the loopback, and nowhere else
        host = f"{HOST}:{listening.getsockname()[1]}"
        keys = Keys()
        door = place / f"{name}.html"
        desk = Desk(folder, geography)
        watch = _Watch(idle_s)
        app = application(desk, keys, host=host, seen=watch.seen, leave=watch.leave)
        settings = uvicorn.Config(
            app, log_level="critical", access_log=False, server_header=False, date_header=False,
            timeout_keep_alive=_LIMIT_S, timeout_graceful_shutdown=2, lifespan="off",
        )  # fmt: skip
        server = uvicorn.Server(settings)

        def show() -> None:
            keys.renew()
            door.unlink(missing_ok=True)
            door.touch(0o600, exist_ok=False)  # of this user alone, from its first byte on
            door.write_text(
                words.handed(f"http://{host}{ENTRANCE}?cle={keys.entrance}"), encoding="utf-8"
            )
            if browse:
                webbrowser.open(door.as_uri())

        async def run() -> None:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not serving.done():
                await asyncio.sleep(_TURN_S)
                if not keys.entrance:
                    door.unlink(missing_ok=True)
                if asked.exists():
                    asked.unlink(missing_ok=True)
                    show()
                if watch.over and not desk.busy:
                    server.should_exit = True
            await serving

        show()
        print_line(words.FOLDER.format(folder=folder))
        print_line(words.OPENED.format(file=door))
        print_line(words.STOP)
        try:
            asyncio.run(run())
        finally:
            desk.cancel()
            door.unlink(missing_ok=True)
    print_line(words.CLOSED)


class _Watch:
    """How long ago a page was last seen."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._last = time.monotonic()
        self._left = threading.Event()

    def seen(self) -> None:
        """Note a request."""
        self._last = time.monotonic()

    def leave(self) -> None:
        """End as soon as may be."""
        self._left.set()

    @property
    def over(self) -> bool:
        """Whether the server may end."""
        return self._left.is_set() or time.monotonic() - self._last > self._idle_s


def _own_folder() -> Path:
    """Return a folder that this user alone reads."""
    place = Path(platformdirs.user_cache_dir("tfpb", appauthor=False)) / "page"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.chmod(0o700)
    return place


@contextlib.contextmanager
def _alone(lock: Path, asked: Path) -> Iterator[None]:
    """Hold a folder alone; another instance is asked to show its page again."""
    with lock.open("a+b") as file:
        try:
            hold(file)
        except OSError:
            asked.touch()
            raise AlreadyOpenError from None
        asked.unlink(missing_ok=True)
        yield
