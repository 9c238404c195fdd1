"""Firm networks: own authority, proxies, trickling and lying servers; each told in French."""

from __future__ import annotations

import hashlib
import http.server
import re
import shutil
import ssl
import subprocess
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest
from typer.testing import CliRunner

from tfpb.addresses.network import Limits, open_client, reason
from tfpb.addresses.replies import Query
from tfpb.addresses.service import AddressService, ServiceSettings
from tfpb.cli.app import app
from tfpb.errors import TfpbError
from tfpb.geodata.catalogue import catalogue
from tfpb.geodata.download import find
from tfpb.geodata.transfer import Checksum, Patience, client, fetch
from tfpb.words.faults.input_words import network_reason
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Handler = http.server.BaseHTTPRequestHandler
QUICK = Patience(connect_s=2, read_s=2, pause_s=0.01, tries=2, floor_bytes_s=1000, window_s=0.3)
DATA = b'{"features": [' + b" " * 5000 + b"]}"
SOURCE = replace(catalogue()["qpv-2024"], smallest=1000, largest=1_000_000)
ENGLISH = re.compile(r"Error|Timeout|Errno|failed|refused|HTTP/|unknown|invalid", re.IGNORECASE)


class Site:
    """A server, plain or with TLS, whose answer is a function of the request."""

    def __init__(
        self, answer: Callable[[Handler], None], tls: ssl.SSLContext | None = None
    ) -> None:
        self.seen: list[tuple[str, str, bytes]] = []
        site = self

        class Answering(Handler):
            def log_message(self, *_: object) -> None:
                """Stay silent."""

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                site.seen.append((self.command, self.path, body))
                answer(self)

            do_GET = do_POST = do_CONNECT = _do  # noqa: N815 - the library's names

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that leaves
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        port = self.server.server_address[1]
        self.base = f"{'https' if tls else 'http'}://localhost:{port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


Serve = "Callable[..., Site]"


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Site]]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made: list[Site] = []

    def start(answer: Callable[[Handler], None], tls: ssl.SSLContext | None = None) -> Site:
        made.append(Site(answer, tls))
        return made[-1]

    yield start
    for site in made:
        site.close()


def reply(body: bytes, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def told(caught: pytest.ExceptionInfo[TfpbError]) -> str:
    """Return all that the user reads of the first fault, which holds no English."""
    fault = caught.value.faults[0]
    said = "\n".join(fault_text(fault).lines())
    assert not ENGLISH.search(re.sub(r"https?://\S+|[A-Z_]{8,}|SSL_CERT_FILE", "", said)), said
    return said


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """Make an authority of one's own and a server that it vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl n’est pas installé")
    folder = tmp_path_factory.mktemp("autorite")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Autorite",
            "-days", "3650", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", *key, "-keyout", "s.key", "-out", "s.csr", "-subj", "/CN=localhost")
    (folder / "s.ext").write_text("subjectAltName=DNS:localhost\n", encoding="ascii")
    openssl("x509", "-req", "-in", "s.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "s.pem", "-days", "3650", "-extfile", "s.ext")  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "s.pem", folder / "s.key")
    return folder / "ca.pem", context


def test_a_firm_s_own_authority_serves_downloads_and_addresses(
    serve: Callable[..., Site],
    authority: tuple[Path, ssl.SSLContext],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = serve(reply(DATA), authority[1])
    with client(QUICK) as web, pytest.raises(TfpbError) as caught:
        fetch(web, f"{site.base}/f.geojson", tmp_path / "f.geojson", SOURCE, patience=QUICK)
    assert "le certificat du serveur n’est pas reconnu" in told(caught)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[0]))
    with client(QUICK) as web:
        path = fetch(web, f"{site.base}/f.geojson", tmp_path / "f.geojson", SOURCE, patience=QUICK)
    assert path.read_bytes() == DATA


@pytest.mark.parametrize("content", [None, b"pas un certificat"])
def test_an_authority_file_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "interne.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    result = CliRunner().invoke(
        app, ["geodonnees", "installer", "--departement", "59", "--geodonnees", str(tmp_path / "g")]
    )
    assert result.exit_code == 2, result.output
    assert "SSL_CERT_FILE" in result.output
    assert "interne.pem" in result.output


@pytest.mark.parametrize("proxy", ["proxy sans schéma", "foo://proxy:3128"])
def test_a_proxy_that_is_no_address_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    result = CliRunner().invoke(
        app, ["geodonnees", "installer", "--departement", "59", "--geodonnees", str(tmp_path / "g")]
    )
    assert result.exit_code == 2, result.output
    assert "HTTPS_PROXY" in result.output
    assert not ENGLISH.search(result.output.replace("HTTPS_PROXY", ""))


def test_a_proxy_that_wants_a_password_is_said(
    serve: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve(reply(b"", 407))
    monkeypatch.setenv("HTTPS_PROXY", site.base)
    address = "https://donnees.invalid/f.geojson"
    with client(QUICK) as web, pytest.raises(TfpbError) as caught:
        fetch(web, address, tmp_path / "f.geojson", SOURCE, patience=QUICK)
    assert "le proxy demande un identifiant" in told(caught)


def test_a_server_that_trickles_is_left(serve: Callable[..., Site], tmp_path: Path) -> None:
    def trickle(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "50000")
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b" ")
            time.sleep(0.02)

    site = serve(trickle)
    with client(QUICK) as web, pytest.raises(TfpbError) as caught:
        fetch(web, f"{site.base}/f.geojson", tmp_path / "f.geojson", SOURCE, patience=QUICK)
    assert len(site.seen) == QUICK.tries
    assert "trop lentement" in told(caught)


def test_a_slow_but_honest_server_is_waited_for(serve: Callable[..., Site], tmp_path: Path) -> None:
    def slow(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(DATA)))
        handler.end_headers()
        for start in range(0, len(DATA), 256):
            handler.wfile.write(DATA[start : start + 256])
            time.sleep(0.05)

    site = serve(slow)
    with client(QUICK) as web:
        fetch(web, f"{site.base}/f.geojson", tmp_path / "f.geojson", SOURCE, patience=QUICK)
    assert len(site.seen) == 1


def test_an_answer_without_end_is_left(serve: Callable[..., Site]) -> None:
    site = serve(reply(b"x" * 100_000))
    with (
        open_client(Limits(most_bytes=10_000), redirects=False) as web,
        pytest.raises(httpx.ReadError) as caught,
    ):
        web.get(site.base)
    assert reason(caught.value) == "la réponse est bien plus grande que prévu"


def test_a_step_down_to_http_is_refused(
    serve: Callable[..., Site],
    authority: tuple[Path, ssl.SSLContext],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[0]))
    plain = serve(reply(DATA))
    site = serve(reply(b"", 302, Location=f"{plain.base}/f.geojson"), authority[1])
    with client(QUICK) as web, pytest.raises(TfpbError) as caught:
        fetch(web, f"{site.base}/f.geojson", tmp_path / "f.geojson", SOURCE, patience=QUICK)
    assert caught.value.faults[0].code == "telechargement_devie"
    assert "sans chiffrement" in told(caught)
    assert plain.seen == []


def test_another_host_is_named_to_the_user(serve: Callable[..., Site], tmp_path: Path) -> None:
    other = serve(reply(DATA))
    elsewhere = other.base.replace("localhost", "127.0.0.1")
    site = serve(reply(b"", 302, Location=f"{elsewhere}/f.geojson"))
    lines: list[str] = []
    with client(QUICK) as web:
        fetch(
            web, f"{site.base}/f.geojson", tmp_path / "f.geojson", SOURCE, patience=QUICK, show=lines.append
        )  # fmt: skip
    assert lines == ["  le fichier est fourni par 127.0.0.1"]


def test_a_file_other_than_the_one_announced_is_refused(
    serve: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, wrong = (hashlib.sha1(b).hexdigest() for b in (DATA, b"autre"))  # noqa: S324
    site = serve(reply(DATA))
    for value in (good, wrong):
        checksum = Checksum("sha1", value)
        target = tmp_path / value / "f.geojson"
        with client(QUICK) as web:
            if value == good:
                fetch(web, f"{site.base}/f", target, SOURCE, patience=QUICK, checksum=checksum)
                continue
            with pytest.raises(TfpbError) as caught:
                fetch(web, f"{site.base}/f", target, SOURCE, patience=QUICK, checksum=checksum)
        assert caught.value.faults[0].code == "telechargement_empreinte"
        assert told(caught)
        assert list(target.parent.iterdir()) == []
    listing = (
        '{"resources": [{"title": "QPV 2024", "url": "http://x/2024.zip", "format": "zip", '
        f'"filetype": "file", "checksum": {{"type": "sha1", "value": "{good}"}}}}]}}'
    )
    monkeypatch.setenv("TFPB_PORTAIL_DONNEES", serve(reply(listing.encode())).base)
    with client(QUICK) as web:
        assert find(web, catalogue()["qpv-2024"], "59").checksum == Checksum("sha1", good)


def test_addresses_do_not_follow_to_another_server(
    serve: Callable[..., Site], tmp_path: Path
) -> None:
    other = serve(reply(b"{}"))
    site = serve(reply(b"", 307, Location=f"{other.base}/search/csv"))
    settings = ServiceSettings(base_url=site.base, attempts=1, wait_s=0.01)
    for count in (1, 20):
        with (
            AddressService(tmp_path / "c.sqlite", settings) as asked,
            pytest.raises(TfpbError) as caught,
        ):
            asked.ask([Query(f"{i} rue des lilas", "93010") for i in range(count)])
        assert caught.value.faults[0].code == "service_redirige"
        assert "rien ne lui a été envoyé" in told(caught)
    assert other.seen == []


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:9", "https://service.invalid", "ftp://x", "http://["]
)
def test_no_network_is_said_in_french(tmp_path: Path, base: str) -> None:
    settings = ServiceSettings(base_url=base, attempts=1, wait_s=0.01, timeout_s=5)
    with (
        AddressService(tmp_path / "c.sqlite", settings) as asked,
        pytest.raises(TfpbError) as caught,
    ):
        asked.ask([Query("3 rue des lilas", "93010")])
    assert "--mode index" in told(caught)


def test_every_kind_of_network_error_has_its_words() -> None:
    kinds = [
        c.__name__
        for c in vars(httpx).values()
        if isinstance(c, type) and issubclass(c, httpx.TransportError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert not ENGLISH.search(network_reason(kind, "All connection attempts failed"))
