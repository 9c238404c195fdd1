"""The door of the local page: who may ask, from where, and how much they may send.

Loopback is shared by all that runs on the machine, and by any site open in the browser: a request must
bear the cookie of this instance, name this very host, come from its own pages, and stay within bounds.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse

from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENTRANCE: Final = "/entree"
FORM_BYTES: Final = 8_000_000
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SHOWN_POLICY: Final = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'"
)
"""Of a page that a run made: its scripts are its own, and it is of no origin."""
_HEADERS: Final = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(slots=True)
class Keys:
    """The secrets of one instance."""

    name: str = field(default_factory=lambda: f"tfpb_{secrets.token_hex(4)}")
    """Of its cookie: ports share cookies."""
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))  # required of its pages
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))  # required of its forms
    entrance: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Opens the door once, then is empty."""

    def renew(self) -> None:
        """Make another key of the door, in place of one that has served or never will."""
        self.entrance = secrets.token_urlsafe(32)

    def enter(self, given: str) -> bool:
        """Tell whether this opens the door; it opens it once."""
        opens = bool(self.entrance) and same(given, self.entrance)
        if opens:
            self.entrance = ""
        return opens

    def known(self, header: str) -> bool:
        """Tell whether a `Cookie` header bears the cookie of this instance."""
        return same(cookie_parser(header).get(self.name, ""), self.cookie)

    def signed(self, given: str) -> bool:
        """Tell whether a form is of this instance."""
        return same(given, self.token)


def same(one: str, other: str) -> bool:
    """Compare secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


class Door:
    """What every request goes through.

    `host` is the only one that is ours, port included; `uploads` returns how many bytes a path may be sent;
    `seen` is called at each request of ours.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Keys,
        host: str,
        uploads: Callable[[str], int],
        seen: Callable[[], None],
    ) -> None:
        self._app, self._keys, self._host = app, keys, host
        self._uploads, self._seen = uploads, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            return
        refused = self._refused(scope)
        left = self._uploads(scope["path"])

        async def bounded() -> Message:  # whatever the length of the body was said to be
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooMuchError
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                there = {name.lower() for name, _ in headers}
                sent = {**_HEADERS, "content-security-policy": POLICY}
                headers += [
                    (k.encode(), v.encode()) for k, v in sent.items() if k.encode() not in there
                ]
            await send(message)

        if refused is not None:
            status, why = refused
            await HTMLResponse(words.refusal(why), status)(scope, receive, guarded)
            return
        self._seen()
        try:
            await self._app(scope, bounded, guarded)
        except TooMuchError:
            await HTMLResponse(words.refusal("trop"), 413)(scope, receive, guarded)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the reason of a refusal; None for a request that may come in."""
        headers = Headers(scope=scope)
        path, method = scope["path"], scope["method"]
        if headers.getlist("host") != [self._host]:
            return 421, "hote"
        if method not in {"GET", "HEAD", "POST"}:
            return 405, "methode"
        entering = path == ENTRANCE and method == "GET"
        if not entering and not self._from_here(headers, writes=method == "POST"):
            return 403, "origine"
        if not entering and not self._keys.known(headers.get("cookie", "")):
            return 403, "cle"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._uploads(path):
            return 413, "trop"
        return None

    def _from_here(self, headers: Headers, *, writes: bool) -> bool:
        """Tell whether a request comes from our own pages.

        Under `no-referrer` a browser sends « null » with our own forms: what it says of the site decides.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if site not in {None, "same-origin", "none"}:
            return False
        if origin == f"http://{self._host}":
            return True
        if origin is None:
            return not writes or site == "same-origin"
        return origin == "null" and site == "same-origin"


class TooMuchError(Exception):
    """More was sent than may be."""
