"""One file over HTTP, whole or not at all: resume, sniffing, size drift, atomic rename.

A cut connection is taken up where it stopped (`Range` with `If-Range`), a stalled one is dropped
after a while and taken up too, and a file takes its final name only once its bytes are checked.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx

from tfpb.addresses.network import Limits, open_client, reason
from tfpb.errors import Place, TfpbError, fail
from tfpb.io.tables.contents import SPOILED_ARCHIVE
from tfpb.words.faults.input_words import DOWNGRADE, SLOW, network_reason, status_reason
from tfpb.words.places.geodata_words import SENT_ON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.geodata.catalogue import Entry

_BLOCK: Final = 1 << 17
_TRIES: Final = 6
_MOST_TRIES: Final = 60
_TRIES_UNREACHED: Final = 2
"""For a server that was never reached (no network, a wrong proxy): reported without delay."""
_NOBODY: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_OK: Final = 200
_PARTIAL: Final = 206
_NOT_SATISFIABLE: Final = 416
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_HTML: Final = (b"<!doctype", b"<html", b"<head", b"<?xml")


@dataclass(frozen=True, slots=True)
class Patience(Limits):
    """How long to wait, besides the limits on an answer; a try that is too slow brought nothing."""

    pause_s: float = 1.0  # first pause between tries, doubled each time
    tries: int = _TRIES  # in a row without any byte; bytes restart the count


@dataclass(frozen=True, slots=True)
class Checksum:
    """Hash of a file given by a portal: `sha1`, `sha256` or `md5`, in hexadecimal."""

    kind: str
    value: str

    def of(self, path: Path) -> str:
        """Return the hash of a file: it detects a damaged one, it is no security."""
        with path.open("rb") as file:
            new = partial(hashlib.new, self.kind, usedforsecurity=False)
            return hashlib.file_digest(file, new).hexdigest()


class _TryAgainError(Exception):
    """The transfer stopped for a reason that may pass."""


def client(patience: Patience | None = None) -> httpx.Client:
    """Make a client: proxies and authorities of the firm come from the environment."""
    return open_client(patience or Patience(), redirects=True)


def fetch(
    http: httpx.Client, address: str, target: Path, source: Entry, *, patience: Patience | None = None,
    advance: Callable[[int], None] = lambda _count: None, show: Callable[[str], None] = lambda _text: None,
    checksum: Checksum | None = None,
) -> Path:  # fmt: skip
    """Download a file to `target`; the bytes grow in `<name>.part` next to it, kept if all tries fail.

    `source` gives the sizes a good file may have, `checksum` is the portal's hash; `advance` is called with
    the number of bytes received since the last call, `show` with a French line when another server sends
    the file. Raises `telechargement_refuse` (404 and the like), `telechargement_coupe`,
    `telechargement_page_web`, `telechargement_taille`, `telechargement_abime`,
    `telechargement_injoignable`, `telechargement_devie`, `telechargement_empreinte`.
    """
    wait = patience or Patience()
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    place = Place(target.name)
    last, fruitless, tried, most = "", 0, 0, wait.tries
    while True:
        before, tried, slow = _held(part), tried + 1, False
        try:
            _receive(http, address, part, source, advance, show)
            break
        except _TryAgainError as error:
            last = str(error)
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            if DOWNGRADE in str(error):
                raise fail("telechargement_devie", place=place, adresse=address) from error
            raise fail(
                "telechargement_injoignable", place=place, got=reason(error), adresse=address
            ) from error
        except httpx.TransportError as error:
            last, slow = reason(error), SLOW in str(error)
            if isinstance(error, _NOBODY) and not part.is_file():
                most = min(most, _TRIES_UNREACHED)
        fruitless = 0 if _held(part) > before and not slow else fruitless + 1
        if fruitless >= most or tried >= _MOST_TRIES:
            code = "telechargement_coupe" if part.is_file() else "telechargement_injoignable"
            raise fail(code, place=place, got=last, adresse=address, essais=tried)
        time.sleep(min(30.0, wait.pause_s * 2**fruitless))
    try:
        prove(part, source, name=target.name, address=address)
        if checksum is not None and (found := checksum.of(part)) != checksum.value:
            wanted = checksum.value
            raise fail(
                "telechargement_empreinte", place=place, got=found, attendu=wanted, adresse=address
            )
    except TfpbError:
        _forget(part)
        raise
    part.replace(target)
    _forget(part)
    return target


def _receive(
    http: httpx.Client, address: str, part: Path, source: Entry, advance: Callable[[int], None],
    show: Callable[[str], None],
) -> None:  # fmt: skip
    """Receive what is missing of a file; raise `_TryAgainError` when the end was not reached."""
    known = _card(part)
    validator = str(known.get("validator", ""))
    have = _held(part) if validator and known.get("address") == address else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    with http.stream("GET", address, headers=headers) as answer:
        place = Place(part.name.removesuffix(".part"))
        if answer.status_code in _BUSY:
            raise _TryAgainError(status_reason(answer.status_code))
        if answer.status_code not in (_OK, _PARTIAL, _NOT_SATISFIABLE):
            got = status_reason(answer.status_code)
            raise fail("telechargement_refuse", place=place, got=got, adresse=address)
        if answer.url.host != httpx.URL(address).host:
            show(SENT_ON.format(host=answer.url.host))
        if answer.status_code == _NOT_SATISFIABLE:
            _forget(part)
            raise _TryAgainError(status_reason(_NOT_SATISFIABLE))
        start, total = _span(answer, have)
        if total and total > source.largest:
            _forget(part)
            raise _wrong_size(place, total, source, address)
        _keep(part, address, answer)
        received = start
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            for block in answer.iter_bytes():
                file.write(block)
                received += len(block)
                advance(len(block))
                if received > source.largest:
                    break
    if total and received < total:
        message = f"{received} octets sur {total}"
        raise _TryAgainError(message)


def _held(part: Path) -> int:
    """Return how many bytes of a file are there."""
    return part.stat().st_size if part.is_file() else 0


def _wrong_size(place: Place, got: int, source: Entry, address: str) -> TfpbError:
    return fail(
        "telechargement_taille", place=place, got=got, minimum=source.smallest,
        maximum=source.largest, adresse=address,
    )  # fmt: skip


def _span(answer: httpx.Response, have: int) -> tuple[int, int]:
    """Return where the bytes of an answer begin, and the size of the whole file (0: not given).

    A server that ignores the range sends the whole again; when it sends a range other than
    the asked one, the file is downloaded again.
    """
    if answer.status_code == _PARTIAL:
        given = answer.headers.get("Content-Range", "")
        span, _, total = given.removeprefix("bytes ").partition("/")
        first = span.partition("-")[0]
        if not first.isdigit() or int(first) != have:
            raise _TryAgainError(network_reason("LocalProtocolError"))
        return have, int(total) if total.isdigit() else 0
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else 0


def prove(path: Path, source: Entry, *, name: str, address: str) -> None:
    """Prove that a downloaded file is what it should be, before it takes its name.

    Raises for an HTML page, a size out of bounds, a cut or corrupt archive, JSON that does not end.
    """
    place = Place(name)
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        file.seek(max(0, size - 64))
        tail = file.read().rstrip()
    if head.startswith(_HTML):
        raise fail("telechargement_page_web", place=place, adresse=address)
    if not source.smallest <= size <= source.largest:
        raise _wrong_size(place, size, source, address)
    suffix = name.lower()
    try:
        whole = True
        if suffix.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                whole = archive.testzip() is None
        elif suffix.endswith(".gz"):
            whole = _gzip_ends(path)
        elif suffix.endswith((".json", ".geojson")):
            whole = head.startswith((b"{", b"[")) and tail.endswith((b"}", b"]"))
    except SPOILED_ARCHIVE:
        whole = False
    if not whole:
        raise fail("telechargement_abime", place=place, got=f"{size} octets", adresse=address)


def _gzip_ends(path: Path) -> bool:
    """Read a gzip to its checksum; an HTML page inside counts as no file."""
    with gzip.open(path) as file:
        first = file.read(_BLOCK)
        if first.lstrip().lower().startswith(_HTML):
            return False
        while file.read(_BLOCK):
            pass
    return True


def _keep(part: Path, address: str, answer: httpx.Response) -> None:
    """Remember what the bytes in `part` belong to; a weak tag cannot take a range up."""
    tag = answer.headers.get("ETag", "")
    validator = tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
    card = {"address": address, "validator": validator}
    part.with_name(f"{part.name}.json").write_text(json.dumps(card), encoding="utf-8")


def _card(part: Path) -> dict[str, Any]:
    try:
        found = json.loads(part.with_name(f"{part.name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)
