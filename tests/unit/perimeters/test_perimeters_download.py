"""Downloads against a local server that cuts, stalls, lies and redirects."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from tfpb.errors import TfpbError
from tfpb.geodata.catalogue import catalogue
from tfpb.geodata.download import find, install
from tfpb.geodata.qpv_imports import import_qpv, load_qpv
from tfpb.geodata.transfer import Patience, client, fetch
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUICK = Patience(connect_s=2, read_s=0.4, pause_s=0.01, tries=4)
DATA = json.dumps({"type": "FeatureCollection", "features": [], "pad": "x" * 400_000}).encode()
SOURCE = replace(catalogue()["qpv-2024"], smallest=1000, largest=1_000_000)


@dataclass
class Server:
    """A server whose every answer is scripted; it remembers the ranges asked."""

    base: str = ""
    script: dict[str, Callable[[http.server.BaseHTTPRequestHandler, int], None]] = field(
        default_factory=dict
    )
    count: dict[str, int] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            state.count[path] = state.count.get(path, 0) + 1
            state.ranges.append(self.headers.get("Range", ""))
            action = state.script.get(path)
            if action is None:
                self.send_error(404)
                return
            action(self, state.count[path])

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        state.base = f"http://127.0.0.1:{httpd.server_address[1]}"
        yield state
        httpd.shutdown()


def reply(
    self: http.server.BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    said: int | None = None,
    **headers: str,
) -> None:
    self.send_response(status)
    self.send_header("Content-Length", str(len(body) if said is None else said))
    for name, value in headers.items():
        self.send_header(name.replace("_", "-"), value)
    self.end_headers()
    self.wfile.write(body)


def ranged(self: http.server.BaseHTTPRequestHandler, upto: int | None) -> None:
    """Send from the asked byte, cut at `upto`."""
    asked = self.headers.get("Range", "")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    head: dict[str, Any] = {"ETag": '"v1"'}
    if start:
        head["Content_Range"] = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
    reply(self, DATA[start:upto], status=206 if start else 200, said=len(DATA) - start, **head)


def get(server: Server, tmp_path: Path, path: str = "/f.geojson", source: Any = SOURCE) -> Path:
    with client(QUICK) as web:
        return fetch(web, server.base + path, tmp_path / Path(path).name, source, patience=QUICK)


def test_a_cut_transfer_is_taken_up_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.script["/f.geojson"] = lambda h, n: ranged(h, 150_000 if n == 1 else None)
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.ranges == ["", "bytes=150000-"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.geojson"]


def test_a_stalled_transfer_is_dropped_and_taken_up(server: Server, tmp_path: Path) -> None:
    def stall(handler: http.server.BaseHTTPRequestHandler, n: int) -> None:
        if n > 1:
            ranged(handler, None)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(DATA)))
        handler.send_header("ETag", '"v1"')
        handler.end_headers()
        handler.wfile.write(DATA[:200_000])
        handler.wfile.flush()
        time.sleep(1.2)

    server.script["/f.geojson"] = stall
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.ranges[1].startswith("bytes=")


def test_a_server_that_ignores_ranges_starts_anew(server: Server, tmp_path: Path) -> None:
    server.script["/f.geojson"] = lambda h, n: reply(
        h, DATA[: 100_000 if n == 1 else None], said=len(DATA), ETag='"v1"'
    )
    assert get(server, tmp_path).read_bytes() == DATA


def test_a_file_that_changed_meanwhile_is_not_sewn_together(server: Server, tmp_path: Path) -> None:
    other = DATA.replace(b"x", b"y")

    def change(handler: http.server.BaseHTTPRequestHandler, n: int) -> None:
        if n == 1:
            ranged(handler, 150_000)
        else:
            assert handler.headers.get("If-Range") == '"v1"'
            reply(handler, other, ETag='"v2"')

    server.script["/f.geojson"] = change
    assert get(server, tmp_path).read_bytes() == other


def test_a_lying_range_is_not_believed(server: Server, tmp_path: Path) -> None:
    def lie(handler: http.server.BaseHTTPRequestHandler, n: int) -> None:
        if n == 1:
            ranged(handler, 150_000)
        elif n == 2:
            reply(
                handler,
                DATA[10:],
                status=206,
                ETag='"v1"',
                Content_Range=f"bytes 10-{len(DATA) - 1}/{len(DATA)}",
            )
        else:
            ranged(handler, None)

    server.script["/f.geojson"] = lie
    assert get(server, tmp_path).read_bytes() == DATA


def test_redirects_are_followed_and_loops_are_not(server: Server, tmp_path: Path) -> None:
    server.script["/f.geojson"] = lambda h, _n: reply(h, b"", status=302, Location="/real.geojson")
    server.script["/real.geojson"] = lambda h, _n: ranged(h, None)
    server.script["/loop.geojson"] = lambda h, _n: reply(
        h, b"", status=302, Location="/loop.geojson"
    )
    assert get(server, tmp_path).read_bytes() == DATA
    with pytest.raises(TfpbError) as caught:
        get(server, tmp_path, "/loop.geojson")
    assert caught.value.faults[0].code == "telechargement_injoignable"


def test_a_busy_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.script["/f.geojson"] = lambda h, n: h.send_error(503) if n < 3 else ranged(h, None)
    assert get(server, tmp_path).read_bytes() == DATA


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("/f.geojson", b"<!DOCTYPE html>" + b"x" * 5000, "telechargement_page_web"),
        ("/f.zip", b"\n <html>" + b"x" * 5000, "telechargement_page_web"),
        ("/f.geojson", b"{}", "telechargement_taille"),
        ("/f.geojson", b"{" + b" " * 2_000_000 + b"}", "telechargement_taille"),
        ("/f.geojson", DATA[:-20], "telechargement_abime"),
        ("/f.zip", b"PK\x03\x04" + b"x" * 5000, "telechargement_abime"),
        ("/f.csv.gz", gzip.compress(bytes(range(256)) * 400, 0)[:-30], "telechargement_abime"),
        ("/f.csv.gz", gzip.compress(b"")[:10] + b"\x07" + b"x" * 5000, "telechargement_abime"),
        ("/f.csv.gz", gzip.compress(b"<html>" + bytes(range(256)) * 40, 0), "telechargement_abime"),
    ],
)
def test_what_is_not_the_file_never_takes_its_name(
    server: Server, tmp_path: Path, name: str, body: bytes, code: str
) -> None:
    server.script[name] = lambda h, _n: reply(h, body)
    with pytest.raises(TfpbError) as caught:
        get(server, tmp_path, name)
    assert caught.value.faults[0].code == code
    assert fault_text(caught.value.faults[0]).hint
    assert list(tmp_path.iterdir()) == []


def test_a_transfer_always_cut_keeps_its_bytes_for_the_next_run(
    server: Server, tmp_path: Path
) -> None:
    server.script["/f.geojson"] = lambda h, n: ranged(h, min(50_000 * n, 200_000))
    with pytest.raises(TfpbError) as caught:
        get(server, tmp_path)
    assert caught.value.faults[0].code == "telechargement_coupe"
    server.script["/f.geojson"] = lambda h, _n: ranged(h, None)
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.ranges[-1] == "bytes=200000-"


def test_refusals_and_dead_servers_are_said(server: Server, tmp_path: Path) -> None:
    with pytest.raises(TfpbError) as caught:
        get(server, tmp_path, "/absent.geojson")
    assert caught.value.faults[0].code == "telechargement_refuse"
    with client(QUICK) as web, pytest.raises(TfpbError) as caught:
        fetch(web, "http://127.0.0.1:9/x.geojson", tmp_path / "x.geojson", SOURCE, patience=QUICK)
    assert caught.value.faults[0].code == "telechargement_injoignable"


def listing(server: Server, titles: list[tuple[str, str, str]]) -> bytes:
    found = [
        {"title": t, "url": server.base + u, "format": f, "filesize": 10} for t, u, f in titles
    ]
    return json.dumps({"resources": found}).encode()


TITLES = [
    ("Documentation", "/doc.pdf", "pdf"),
    ("Quartiers prioritaires 2015 - SHP", "/qp2015_shp.zip", "zip"),
    ("QP2024 France entière SHP", "/QP2024_SHP.zip", "zip"),
    ("QP2024 France entière GEOJSON-GPKG-SHP", "/QP2024_tous.zip", "zip"),
]


@pytest.fixture
def portal(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("DONNEES", "ADRESSES", "CADASTRE"):
        monkeypatch.setenv(f"TFPB_PORTAIL_{name}", server.base)
    slug = catalogue()["qpv-2024"].dataset
    return f"/api/1/datasets/{slug}/"


def test_the_dataset_is_read_by_its_slug(server: Server, portal: str) -> None:
    server.script[portal] = lambda h, _n: reply(h, listing(server, TITLES))
    with client(QUICK) as web:
        assert find(web, catalogue()["qpv-2024"], "59").address.endswith("/QP2024_tous.zip")
        assert find(web, catalogue()["qpv-2015"], "59").address.endswith("/qp2015_shp.zip")
        assert (
            find(web, catalogue()["adresses"], "59").address == f"{server.base}/adresses-59.csv.gz"
        )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>", "portail_illisible"),
        (b'{"resources": []}', "ressource_absente"),
        (None, "portail_injoignable"),
    ],
)
def test_a_portal_that_changed_is_said(
    server: Server, portal: str, body: bytes | None, code: str
) -> None:
    if body is not None:
        server.script[portal] = lambda h, _n: reply(h, body)
    with client(QUICK) as web, pytest.raises(TfpbError) as caught:
        find(web, catalogue()["qpv-2024"], "59")
    assert caught.value.faults[0].code == code


def test_install_fetches_and_imports(
    server: Server, portal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*codes: str) -> bytes:
        frame = gpd.GeoDataFrame(
            {"code_qp": codes, "lib_qp": ["Fictif"] * len(codes)},
            geometry=[shapely.box(2 + i, 48, 2.1 + i, 48.1) for i in range(len(codes))],
            crs=4326,
        )
        return frame.to_json(drop_id=True).encode()

    titles = [("QP 2024", "/q24.geojson", "geojson"), ("QP 2015", "/q15.geojson", "geojson")]
    server.script[portal] = lambda h, _n: reply(h, listing(server, titles))
    server.script["/q24.geojson"] = lambda h, _n: reply(h, made("QN05991N", "QN05992N"))
    server.script["/q15.geojson"] = lambda h, _n: reply(h, made("QP059901", "QP059902"))
    server.script["/adresses-59.csv.gz"] = lambda h, _n: reply(
        h, gzip.compress(b"id;numero\n1;2\n")
    )
    small = {k: replace(v, smallest=10) for k, v in catalogue().items()}
    monkeypatch.setattr("tfpb.geodata.download.catalogue", lambda: small)
    monkeypatch.setattr("tfpb.model.location._NATIONAL", 2)
    extract = tmp_path / "extrait.geojson"
    extract.write_bytes(made("QN05991N"))
    import_qpv(extract, vintage=2024, folder=tmp_path)  # one quarter: the whole map is still wanted
    seen: list[str] = []
    lines = install(
        "59", folder=tmp_path, import_addresses=lambda p: seen.append(p.name), patience=QUICK
    )
    assert seen == ["adresses-59.csv.gz"]
    for vintage in (2015, 2024):
        stored = load_qpv(tmp_path, vintage)
        assert stored is not None
        assert len(stored.frame) == 2
    assert len(lines) == 5  # three imports, two optional sources that the portal lacks
    before = dict(server.count)
    again = install(
        "59", folder=tmp_path, import_addresses=lambda p: seen.append(p.name), patience=QUICK
    )
    assert sum("déjà importé" in line for line in again) == 2
    assert server.count["/q24.geojson"] == before["/q24.geojson"]


def test_every_required_failure_is_told_and_the_rest_is_installed(
    server: Server, portal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script["/adresses-59.csv.gz"] = lambda h, _n: reply(
        h, gzip.compress(b"id;numero\n1;2\n")
    )
    small = {k: replace(v, smallest=10) for k, v in catalogue().items()}
    monkeypatch.setattr("tfpb.geodata.download.catalogue", lambda: small)
    seen: list[Path] = []
    with pytest.raises(TfpbError) as caught:
        install("59", folder=tmp_path, import_addresses=seen.append, patience=QUICK)
    assert [f.code for f in caught.value.faults] == ["portail_injoignable"] * 2
    assert len(seen) == 1


@pytest.mark.parametrize("code", ["20", "96", "99", "", "../59", "976a"])
def test_departments_are_checked(tmp_path: Path, code: str) -> None:
    with pytest.raises(TfpbError):
        install(code, folder=tmp_path)
