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
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs
import uvicorn

from tfpb.errors import fail
from tfpb.io.machine.scratch import hold
from tfpb.page.application import application
from tfpb.page.door import ENTRANCE, Keys
from tfpb.page.hand import Hand
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
    """Serve the page of a dossier until it is no longer looked at, `idle_s` seconds after its last sign.

    `geography` finds imported geography; `print_line` shows a line in the terminal; `browse` opens a
    browser. Raises AlreadyOpenError.
    """
    folder = folder.resolve()
    place = _own_folder()
    with ExitStack() as held, socket.socket() as listening:
        places = _Places(place, held)
        places.hold(folder)
        if sys.platform == "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        listening.bind((HOST, 0))  # a free port of the loopback, and nowhere else
        listening.listen()  # a browser that is there first waits, and is not refused
        host = f"{HOST}:{listening.getsockname()[1]}"
        keys = Keys()
        door = place / f"{_mark(folder)}.html"
        hand = Hand(folder, geography)
        hand.home.hold = places.hold_too
        watch = _Watch(idle_s)
        app = application(hand, keys, host=host, seen=watch.seen, leave=watch.leave)
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
                if places.asked():
                    show()
                if watch.over and not hand.busy:
                    server.should_exit = True
            await serving

        show()
        print_line(words.FOLDER.format(folder=folder))
        print_line(words.OPENED.format(file=door))
        print_line(words.STOP)
        try:
            asyncio.run(run())
        finally:
            hand.close()
            door.unlink(missing_ok=True)
    print_line(words.CLOSED)


class _Places:
    """The folders that this instance holds alone, and whether another was asked for one of them."""

    def __init__(self, place: Path, held: ExitStack) -> None:
        self._place, self._held = place, held
        self._asked: list[Path] = []

    def hold(self, folder: Path) -> None:
        """Hold a folder; AlreadyOpenError where another instance does."""
        name = _mark(folder)
        asked = self._place / f"{name}.demande"
        if asked not in self._asked:
            self._held.enter_context(_alone(self._place / f"{name}.verrou", asked))
            self._asked.append(asked)

    def hold_too(self, folder: Path) -> None:
        """Hold a second folder, the first kept; what refuses it is said on the screen."""
        try:
            self.hold(folder)
        except AlreadyOpenError:
            raise fail("dossier_deja_ouvert", got=folder.name) from None

    def asked(self) -> bool:
        """Tell whether another instance was started on a folder since this was last asked."""
        found = [path for path in self._asked if path.exists()]
        for path in found:
            path.unlink(missing_ok=True)
        return bool(found)


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


def _mark(folder: Path) -> str:
    """Name what this machine keeps of a folder that is open."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


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
