"""Network clients: proxies and certificate authorities of the firm, and limits on every answer.

A time limit read by read does not stop a server that sends a byte now and then, nor one that never
ends: each answer's stream is watched for a floor on speed and a ceiling on size.
"""

from __future__ import annotations

import os
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import certifi
import httpx

from tfpb.errors import Fault, Place, TfpbError, fail
from tfpb.words.faults.input_words import DOWNGRADE, LARGE, SLOW, network_reason, status_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUTHORITIES: Final = "SSL_CERT_FILE"
_AGENT: Final = "tfpb"
_REDIRECTS: Final = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on an answer."""

    connect_s: float = 15.0  # time allowed to connect
    read_s: float = 60.0  # time allowed between two blocks
    floor_bytes_s: float = 256.0
    """Least speed, averaged over `window_s`; slower, the answer is dropped."""
    window_s: float = 60.0
    most_bytes: int = 0  # largest answer; 0 when its reader counts


class _Watched(httpx.SyncByteStream):
    """A stream of bytes that is neither too slow nor too long."""

    def __init__(
        self, stream: httpx.SyncByteStream, limits: Limits, now: Callable[[], float]
    ) -> None:
        self._stream, self._limits, self._now = stream, limits, now

    def __iter__(self) -> Iterator[bytes]:
        limits, begun, total, recent = self._limits, self._now(), 0, 0
        for block in self._stream:
            total += len(block)
            recent += len(block)
            if limits.most_bytes and total > limits.most_bytes:
                raise httpx.ReadError(LARGE)
            passed = self._now() - begun
            if passed >= limits.window_s:
                if recent < limits.floor_bytes_s * passed:
                    raise httpx.ReadTimeout(SLOW)
                begun, recent = self._now(), 0
            yield block

    def close(self) -> None:
        self._stream.close()


def open_client(
    limits: Limits, *, redirects: bool, now: Callable[[], float] = time.monotonic
) -> httpx.Client:
    """Make a client, by HTTP_PROXY, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE of the environment.

    `limits` apply to every answer, which may send elsewhere if `redirects`; from https to http it never
    may. Raises `proxy_illisible`, `certificats_illisibles`.
    """

    def watch(answer: httpx.Response) -> None:
        if isinstance(answer.stream, httpx.SyncByteStream):
            answer.stream = _Watched(answer.stream, limits, now)
        if redirects and answer.has_redirect_location:
            _same_care(answer)

    verify = trust()
    try:
        return httpx.Client(
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            verify=verify,
            follow_redirects=redirects,
            max_redirects=_REDIRECTS,
            headers={"User-Agent": _AGENT},
            event_hooks={"response": [watch]},
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        raise fail("proxy_illisible", got=_proxies()) from error


def _same_care(answer: httpx.Response) -> None:
    """Refuse a redirect from https to http."""
    here = answer.request.url
    target = here.join(answer.headers["Location"])
    if here.scheme == "https" and target.scheme == "http":
        raise httpx.UnsupportedProtocol(DOWNGRADE, request=answer.request)


def _proxies() -> str:
    """Name the variables that are set, without what they hold: a proxy may carry a password."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return ", ".join(n for n in names if os.environ.get(n) or os.environ.get(n.lower()))


def trust() -> ssl.SSLContext:
    """Return the authorities trusted: the system's (a firm's own among them), or `SSL_CERT_FILE`.

    Raises `certificats_illisibles`.
    """
    given = os.environ.get(AUTHORITIES)
    try:
        context = ssl.create_default_context(cafile=given or None)
    except OSError as error:  # absent, refused, or no PEM
        raise TfpbError(
            Fault("certificats_illisibles", Place(os.path.basename(given or "")))  # noqa: PTH119
        ) from error
    if not given:
        context.load_verify_locations(certifi.where())
    return context


def reason(error: Exception) -> str:
    """Return in French why a request failed."""
    if isinstance(error, httpx.HTTPStatusError):
        return status_reason(error.response.status_code)
    return network_reason(type(error).__name__, str(error))
