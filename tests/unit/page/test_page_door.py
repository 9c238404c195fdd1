"""The door: from elsewhere, without the cookie, out of the folder, too much: refused, and said in French."""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from served_page import Served, served
from tfpb.page.desk import Desk
from tfpb.page.door import Keys
from tfpb.page.serve import _Watch, serve
from tfpb.words.page.screen_words import CLOSED, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a folder that is not begun, with a pack in it."""
    folder = tmp_path_factory.mktemp("page") / "dossier"
    pack = folder / "dossier"
    pack.mkdir(parents=True)
    for name in ("dossier.zip", "technique/run.json", "carte.html", "note.pdf"):
        (pack / name).parent.mkdir(exist_ok=True)
        (pack / name).write_bytes(b"x")
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    (pack / "lien.pdf").symlink_to(folder / "secret.txt")
    with served(folder, folder) as made:
        yield made


def test_whoever_comes_by_the_door_is_in(page: Served) -> None:
    answer = page.get("/depart")
    assert answer.status_code == 200
    assert "Organisme" in answer.text


def test_the_door_opens_once(page: Served) -> None:
    door = page.door
    first, second = httpx.get(door), httpx.get(door)
    assert (first.status_code, second.status_code) == (200, 403)
    cookie = first.headers["set-cookie"].lower()
    assert cookie.startswith(page.keys.name)
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert httpx.get(f"{page.address}/entree?cle=").status_code == 403


def test_two_instances_have_cookies_of_two_names() -> None:
    assert Keys().name != Keys().name


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({"host": "pirate.example"}, 421, "hote"),
        ({"host": "localhost"}, 421, "hote"),
        ({"origin": "http://pirate.example"}, 403, "origine"),
        ({"origin": "null"}, 403, "origine"),
        ({"sec-fetch-site": "cross-site"}, 403, "origine"),
        ({"sec-fetch-site": "same-site"}, 403, "origine"),
        ({"cookie": "tfpb_00000000=x"}, 403, "cle"),
    ],
)
def test_a_request_from_elsewhere_is_refused_and_told(
    page: Served, headers: dict[str, str], status: int, why: str
) -> None:
    answer = page.get("/depart", headers=headers)
    assert (answer.status_code, answer.text) == (status, refusal(why))


def test_without_a_cookie_nothing_is_told(page: Served) -> None:
    for path in ("/", "/depart", "/fichiers/page.js", "/pack/note.pdf", "/vivant", "/avancement"):
        answer = httpx.get(f"{page.address}{path}")
        assert (answer.status_code, answer.text) == (403, refusal("cle"))


def test_a_form_without_its_token_changes_nothing(page: Served) -> None:
    form = {"geste": "tete", "bailleur": "Pirate", "titre": "T", "annee": "2025"}
    for token in ("", "x", page.keys.cookie):
        answer = page.post("/depart", {**form, "jeton": token})
        assert (answer.status_code, answer.text) == (403, refusal("jeton"))
    assert not page.desk.begun


def test_a_form_of_no_origin_is_refused_unless_the_browser_says_it_is_ours(page: Served) -> None:
    form = {"jeton": page.keys.token, "retour": "depart"}
    bare = page.client.post("/verifier", data=form)
    assert bare.status_code == 403
    ours = {"origin": "null", "sec-fetch-site": "same-origin"}  # as under « no-referrer »
    assert page.client.post("/verifier", data=form, headers=ours).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/pack/../secret.txt", "/pack/%2e%2e/secret.txt", "/pack/..%2fsecret.txt",
        "/pack/%2fetc%2fpasswd", "/pack//etc/passwd", "/pack/..%5csecret.txt", "/pack/lien.pdf",
        "/fichiers/..%2fapp.py", "/fichiers/app.py", "/autre", "/pack/",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_pack(page: Served, path: str) -> None:
    with socket.create_connection(page.host.split(":")) as raw:  # no client mends the path
        cookie = f"{page.keys.name}={page.keys.cookie}"
        head = f"GET {path} HTTP/1.1\r\nHost: {page.host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        raw.sendall(head.encode())
        answer = b""
        while block := raw.recv(65536):
            answer += block
    assert b" 404 " in answer.split(b"\r\n", 1)[0]
    assert b"secret" not in answer.split(b"\r\n\r\n", 1)[1]


def test_what_is_too_large_is_refused_before_it_is_read(page: Served) -> None:
    with socket.create_connection(page.host.split(":")) as raw:
        cookie = f"{page.keys.name}={page.keys.cookie}"
        raw.sendall(
            f"POST /deposer HTTP/1.1\r\nHost: {page.host}\r\nCookie: {cookie}\r\nOrigin: {page.address}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {2 << 30}\r\n\r\n".encode()
        )
        answer = raw.recv(65536)
    assert b" 413 " in answer.split(b"\r\n", 1)[0]


def test_what_says_no_length_is_refused_where_the_bound_is_passed(page: Served) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 1_000_000

    headers: dict[str, Any] = {"origin": page.address, "content-type": "text/plain"}
    answer = page.client.post("/depart", content=endless(), headers=headers)
    assert answer.status_code in {403, 413}  # no form is read out of it, or the bound comes first
    assert not page.desk.begun


def test_every_answer_forbids_what_it_does_not_need(page: Served) -> None:
    answer = page.get("/depart")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    made = page.get("/pack/carte.html").headers["content-security-policy"]
    assert made.startswith("sandbox allow-scripts allow-downloads;")
    assert "allow-same-origin" not in made


def test_other_methods_are_refused(page: Served) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
        answer = page.client.request(method, "/depart", headers={"origin": page.address})
        assert answer.status_code == 405


def test_the_server_ends_some_time_after_its_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("tfpb.page.serve.time.monotonic", lambda: now[0])
    watch = _Watch(600.0)
    now[0] = 599.0
    assert not watch.over
    watch.seen()
    now[0] = 1199.0
    assert not watch.over
    now[0] = 1200.0
    assert watch.over
    watch.seen()
    assert not watch.over
    watch.leave()
    assert watch.over


def _long(_tell: object) -> None:
    time.sleep(3)


def test_the_server_outlasts_its_last_page_while_a_work_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    desks: list[Desk] = []

    def desk(*given: Any) -> Desk:
        desks.append(Desk(*given))
        desks[0].begin("verifier", _long)
        return desks[0]

    monkeypatch.setattr("tfpb.page.hand.Desk", desk)
    lines: list[str] = []
    serving = threading.Thread(
        target=lambda: serve(
            tmp_path / "d", lambda _: tmp_path, print_line=lines.append, browse=False, idle_s=0.5
        )
    )
    serving.start()
    while not desks:
        time.sleep(0.01)
    while desks[0].busy:
        assert serving.is_alive()
        time.sleep(0.05)
    job = desks[0].job
    assert job is not None
    assert not job.cancelled
    serving.join(10)
    assert not serving.is_alive()
    assert lines[-1] == CLOSED


def test_a_browser_that_comes_first_is_not_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    came: list[int] = []

    def browse(_uri: str) -> None:
        (door,) = (tmp_path / "tfpb" / "page").glob("*.html")
        port = int(re.findall(r"127\.0\.0\.1:(\d+)", door.read_text(encoding="utf-8"))[0])
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            came.append(port)

    monkeypatch.setattr("tfpb.page.serve.webbrowser.open", browse)
    # nothing serves yet, and never will: only the socket may take who comes
    monkeypatch.setattr("tfpb.page.serve.asyncio.run", lambda serving: serving.close())
    serve(tmp_path / "d", lambda _: tmp_path, print_line=lambda _: None)
    assert len(came) == 1


def test_an_error_of_ours_is_said_in_french(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("tfpb.page.door.Keys.signed", lambda *_: broken())
    answer = page.post("/verifier", {"retour": "depart"})
    assert answer.status_code == 500
    assert "Erreur du programme" in answer.text
    assert "ZeroDivisionError" in answer.text
