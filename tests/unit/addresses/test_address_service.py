"""The client of the national service, against a local server that fails as the real one does."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from tfpb.addresses.network import trust
from tfpb.addresses.replies import Query
from tfpb.addresses.service import BASE_URL, AddressService, ServiceSettings
from tfpb.errors import TfpbError

if TYPE_CHECKING:
    from pathlib import Path

    from fake_address_service import FakeService

BONDY = "93010"


class Clock:
    """A clock that only moves when someone sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds

    def now(self) -> float:
        return self.time


def client(
    service: FakeService, folder: Path, clock: Clock | None = None, **settings: Any
) -> AddressService:
    clock = clock or Clock()
    chosen = {"rows": 100, "attempts": 2, "wait_s": 0.01, "timeout_s": 5.0, **settings}
    return AddressService(
        folder / "cache.sqlite",
        ServiceSettings(base_url=service.url, **chosen),
        sleep=clock.sleep,
        now=clock.now,
    )


def queries(count: int) -> list[Query]:
    return [Query(f"{n} rue des lilas", BONDY) for n in range(1, count + 1)]


def knows(service: FakeService, count: int) -> None:
    for n in range(1, count + 1):
        service.knows(str(n), "Rue des Lilas", lon=2.48 + n / 1e4)


def test_batches_name_their_columns_and_send_nothing_else(
    service: FakeService, tmp_path: Path
) -> None:
    knows(service, 25)
    with client(service, tmp_path, rows=10) as asked:
        found = asked.ask(queries(25))
    assert {q: a.number for q, a in found.items()} == {
        Query(f"{n} rue des lilas", BONDY): str(n) for n in range(1, 26)
    }
    assert [(method, len(rows)) for method, rows in service.requests] == [
        ("POST", 10),
        ("POST", 10),
        ("POST", 5),
    ]
    for fields in service.fields:
        assert fields["columns"] == ["q"]
        assert fields["citycode"] == ["code"]
        assert "result_citycode" in fields["result_columns"]
        assert fields["data"][0].splitlines()[0] == "rang,q,code"


def test_answers_are_cached_across_runs(service: FakeService, tmp_path: Path) -> None:
    knows(service, 8)
    with client(service, tmp_path) as asked:
        first = asked.ask(queries(9))
    sent = len(service.requests)
    with client(service, tmp_path) as asked:
        assert asked.ask(queries(9)) == first
        assert asked.sent == 0
    assert len(service.requests) == sent
    assert first[queries(9)[-1]].status == "not-found"


@pytest.mark.parametrize("fault", ["unchanged", "short"])
def test_a_file_that_comes_back_wrong_with_200_is_caught(
    service: FakeService, tmp_path: Path, fault: str
) -> None:
    knows(service, 20)
    service.faults.append(fault)
    with client(service, tmp_path) as asked:
        found = asked.ask(queries(20))
    assert all(answer.status == "ok" for answer in found.values())
    assert len(service.requests) == 3  # the file, then its two halves


def test_429_waits_as_long_as_told(service: FakeService, tmp_path: Path) -> None:
    knows(service, 20)
    service.faults.extend(["429", "429"])
    clock = Clock()
    with client(service, tmp_path, clock) as asked:
        found = asked.ask(queries(20))
    assert all(answer.status == "ok" for answer in found.values())
    assert [nap for nap in clock.naps if nap > 2] == [3.0, 3.0]


def test_the_rate_is_capped(service: FakeService, tmp_path: Path) -> None:
    knows(service, 30)
    clock = Clock()
    with client(service, tmp_path, clock, rows=5, rate_per_s=40.0) as asked:
        asked.ask(queries(30))
        assert asked.sent == 6
    assert clock.time >= 5 / 40.0 - 1e-9


@pytest.mark.parametrize("fault", ["500", "cut", "slow"])
def test_a_passing_failure_is_tried_again(service: FakeService, tmp_path: Path, fault: str) -> None:
    knows(service, 20)
    service.faults.append(fault)
    with client(service, tmp_path, timeout_s=0.5) as asked:
        found = asked.ask(queries(20))
    assert all(answer.status == "ok" for answer in found.values())


def test_one_bad_row_does_not_fail_the_file(service: FakeService, tmp_path: Path) -> None:
    knows(service, 40)
    service.poison = "17 rue"
    with client(service, tmp_path) as asked:
        found = asked.ask(queries(40))
    bad = {query.text for query, answer in found.items() if answer.status == "error"}
    assert bad == {"17 rue des lilas"}
    with client(service, tmp_path) as asked:  # only that one is asked again
        service.poison = ""
        assert asked.ask(queries(40))[Query("17 rue des lilas", BONDY)].status == "ok"
        assert asked.sent == 1


def test_a_service_that_takes_no_batch_is_asked_one_by_one(
    service: FakeService, tmp_path: Path
) -> None:
    knows(service, 300)
    service.no_batches = True
    with client(service, tmp_path, rows=100, attempts=1) as asked:
        found = asked.ask(queries(300))
    assert {answer.status for answer in found.values()} == {"ok"}
    assert sum(method == "POST" for method, _ in service.requests) <= 20


def test_long_lines_are_cut_and_short_ones_not_sent(service: FakeService, tmp_path: Path) -> None:
    long, short = Query("12 rue " + "x" * 400, BONDY), Query("a", BONDY)
    with client(service, tmp_path) as asked:
        found = asked.ask([long, short, *queries(6)])
    assert found[short].status == "not-found"
    sent = [text for _, rows in service.requests for text, _ in rows]
    assert "a" not in sent
    assert max(map(len, sent)) == 200


def test_few_queries_go_one_by_one(service: FakeService, tmp_path: Path) -> None:
    service.knows("3", "Rue des Lilas")
    with client(service, tmp_path) as asked:
        found = asked.ask([Query("3 rue des lilas", BONDY)])
    answer = found[Query("3 rue des lilas", BONDY)]
    assert (answer.status, answer.number, answer.street) == ("ok", "3", "Rue des Lilas")
    assert answer.lon == "2.48"
    assert [method for method, _ in service.requests] == ["GET"]


def test_a_service_that_is_down_is_said_at_once(service: FakeService, tmp_path: Path) -> None:
    service.always = "500"
    with client(service, tmp_path, attempts=1) as asked, pytest.raises(TfpbError) as refused:
        asked.ask(queries(200))
    assert refused.value.faults[0].code == "service_injoignable"
    assert len(service.requests) < 30


def test_nobody_at_the_address(tmp_path: Path) -> None:
    settings = ServiceSettings(base_url="http://127.0.0.1:9", attempts=1, wait_s=0.01)
    with (
        AddressService(tmp_path / "c.sqlite", settings) as asked,
        pytest.raises(TfpbError) as refused,
    ):
        asked.ask(queries(1))
    assert refused.value.faults[0].code == "service_injoignable"


def test_a_service_lost_midway_keeps_what_it_answered(service: FakeService, tmp_path: Path) -> None:
    knows(service, 30)
    with client(service, tmp_path, rows=10, attempts=1) as asked:

        def lose(_: int) -> None:
            service.always = "500" if len(service.requests) >= 2 else ""

        found = asked.ask(queries(30), progress=lose)
    statuses = [found[query].status for query in queries(30)]
    assert statuses[:20] == ["ok"] * 20
    assert set(statuses[20:]) == {"error"}
    service.always = ""
    with client(service, tmp_path) as asked:
        assert {a.status for a in asked.ask(queries(30)).values()} == {"ok"}


def test_the_address_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TFPB_SERVICE_ADRESSES", raising=False)
    assert ServiceSettings.from_environment().base_url == BASE_URL
    monkeypatch.setenv("TFPB_SERVICE_ADRESSES", "https://adresses.exemple.fr/geo/")
    assert ServiceSettings.from_environment().base_url == "https://adresses.exemple.fr/geo"


def test_a_proxy_of_the_environment_is_used(
    service: FakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.knows("3", "Rue des Lilas")
    monkeypatch.setenv(
        "HTTP_PROXY", service.url
    )  # the local server plays the proxy: it sees a whole address
    monkeypatch.setenv("NO_PROXY", "")
    settings = ServiceSettings(base_url="http://service.invalid", attempts=1)
    with AddressService(tmp_path / "c.sqlite", settings) as asked:
        found = asked.ask([Query("3 rue des lilas", BONDY)])
    assert found[Query("3 rue des lilas", BONDY)].status == "ok"


def test_a_private_authority_of_the_environment_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    everyone = trust()
    assert everyone.verify_mode is ssl.CERT_REQUIRED
    one = next(iter(everyone.get_ca_certs(binary_form=True)))
    path = tmp_path / "firm.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(one), encoding="ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert trust().get_ca_certs(binary_form=True) == [one]
