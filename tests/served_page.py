"""The local page served for tests: the real application and server, in a thread."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from tfpb.page.application import application
from tfpb.page.door import ENTRANCE, Keys
from tfpb.page.hand import Hand
from tfpb.page.journal import Journal
from tfpb.page.long_work import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tfpb.page.desk import Desk


class Served:
    """A page that is served, and a client that has come in by its door."""

    def __init__(self, folder: Path, geodata: Path, port: int) -> None:
        self.folder = folder
        self.keys = Keys()
        self.host = f"127.0.0.1:{port}"
        self.address = f"http://{self.host}"
        self.hand = Hand(folder, lambda _settings: geodata)
        self.left = threading.Event()
        self.app = application(
            self.hand, self.keys, host=self.host, seen=lambda: None, leave=self.left.set
        )
        self.client = httpx.Client(base_url=self.address, follow_redirects=True, timeout=60)

    @property
    def desk(self) -> Desk:
        """The desk of the folder that was opened."""
        return self.hand.home

    @property
    def token(self) -> str:
        """What a form of the desk in hand is signed with."""
        return f"{self.keys.token}@@{self.hand.desk.mark}"

    @property
    def door(self) -> str:
        """An address that opens the door once."""
        self.keys.renew()
        return f"{self.address}{ENTRANCE}?cle={self.keys.entrance}"

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Send a form as the page does."""
        headers = {"origin": self.address, **options.pop("headers", {})}
        whole = {"jeton": self.token, **(data or {})}
        answer = self.client.post(path, data=whole, headers=headers, **options)
        self.survives()
        return answer

    def survives(self) -> None:
        """Hold that a kill at this moment would lose nothing: after each gesture of each test."""
        for desk in self.hand.works:
            with desk.lock:
                again = Journal(desk.folder)
                assert [a.files for a in again.acts] == [dict(a.files) for a in desk.journal.acts]
                changes = [len(a.changes) for a in desk.journal.acts]
                assert [len(a.changes) for a in again.acts] == changes
                assert again.drafts == desk.journal.drafts
                last = next((a for a in reversed(again.acts) if a.files), None)
                for name, (_, after) in last.files.items() if last is not None else ():
                    path = desk.folder / name
                    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
                    assert found == after, name

    def look(self) -> None:
        """Check the files here and now, as the page does in a process of its own."""
        desk = self.desk
        desk._begun_at = desk.stamp(), desk.journal.last
        desk._take("verifier", check(lambda *_: None, desk.file, desk.geography))

    def wait(self, seconds: float = 120) -> None:
        """Wait for the work under way."""
        end = time.monotonic() + seconds
        while self.hand.busy:
            assert time.monotonic() < end
            time.sleep(0.05)


@contextlib.contextmanager
def served(folder: Path, geodata: Path) -> Iterator[Served]:
    """Serve the page of a folder for the time of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made = Served(folder, geodata, listening.getsockname()[1])
        settings = uvicorn.Config(made.app, log_level="critical", lifespan="off")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        assert made.client.get(made.door).status_code == 200
        try:
            yield made
        finally:
            made.desk.cancel()
            made.client.close()
            server.should_exit = True
            thread.join(10)
