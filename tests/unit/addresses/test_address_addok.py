"""The online client against a real addok, the engine behind the national service.

addok lives in a virtual environment of its own: that of `TFPB_ADDOK`, or one made here from PyPI.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from effort import by_night
from tfpb.addresses.file_geocoder import FileGeocoder
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.service import AddressService, ServiceSettings
from tfpb.addresses.store import AddressStore
from tfpb.model.projection import legal_epsg, to_lonlat
from tfpb.model.results import ADDRESS_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, by_night("test_address_service.py, test_address_search.py")]

_PACKAGES = (
    "addok==1.3.2",
    "addok-fr==1.1.0",
    "addok-france==1.2.0",
    "addok-csv==1.1.0",
    "setuptools<81",
)
_SERVER = (
    "from wsgiref.simple_server import make_server, WSGIServer; from socketserver import ThreadingMixIn\n"
    "import sys\nfrom addok.http.wsgi import application\n"
    "class Server(ThreadingMixIn, WSGIServer): daemon_threads = True\n"
    "make_server('127.0.0.1', int(sys.argv[1]), application, server_class=Server).serve_forever()\n"
)
_CONFIGURATION = """
REDIS = {{"host": "127.0.0.1", "port": {port}}}
SQLITE_DB_PATH = "{work}/addok.db"
LOG_DIR = "{work}"
FILTERS = ["type", "postcode", "citycode"]
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length", "addok_france.extract_address",
    "addok_france.clean_query", "addok_france.remove_leading_zeros",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize", "addok.helpers.text.normalize", "addok_france.glue_ordinal",
    "addok_france.fold_ordinal", "addok_france.flag_housenumber", "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
"""


def _lacks(what: str) -> None:
    """Skip by name what is missing; under CI nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def addok(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a virtual environment that holds addok."""
    if shutil.which("redis-server") is None:
        _lacks("redis-server n’est pas installé (.ci/apt.txt)")
    given = os.environ.get("TFPB_ADDOK")
    if given:
        return Path(given) / "bin"
    home = tmp_path_factory.mktemp("addok")
    made = subprocess.run([sys.executable, "-m", "venv", home], check=False, capture_output=True)
    if made.returncode == 0:
        made = subprocess.run(
            [home / "bin" / "pip", "install", "-q", *_PACKAGES], check=False, capture_output=True
        )
    if made.returncode:
        _lacks("addok n’a pas pu être installé depuis PyPI (compilateur, python3-dev)")
    return home / "bin"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AddressStore]:
    """Import the example's addresses, under a code that exists: addok filters on it."""
    folder = tmp_path_factory.mktemp("geo")
    source = Path(__file__).parents[3] / "examples" / "valmont" / "geodonnees_sources"
    import_addresses([source / "adresses-59999.csv.gz"], folder=folder)
    with AddressStore(folder) as store:
        yield store


@pytest.fixture(scope="module")
def url(addok: Path, base: AddressStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Load the addresses into addok and serve it."""
    work = tmp_path_factory.mktemp("work")
    port, redis_port = _free_port(), _free_port()
    (work / "configuration.py").write_text(_CONFIGURATION.format(port=redis_port, work=work))
    lines = []
    for street in base.commune("59999").streets:  # type: ignore[union-attr]
        lon, lat = to_lonlat(street.x, street.y, legal_epsg("59999"))
        numbers = {
            f"{n} {s}".strip(): {"lat": float(b), "lon": float(a), "id": f"{street.id}_{n:05d}"}
            for n, s, a, b in zip(street.numbers.tolist(), street.suffixes, lon, lat, strict=True)
        }
        if numbers:
            where = next(iter(numbers.values()))
            lines.append(
                {
                    "id": street.id,
                    "type": "street",
                    "name": street.name,
                    "postcode": street.postcode,
                    "citycode": "59999",
                    "city": "Valmont-sur-Orve",
                    "lat": where["lat"],
                    "lon": where["lon"],
                    "importance": 0.1,
                    "housenumbers": numbers,
                }
            )
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (work / "streets.ndjson").write_text(text + "\n", encoding="utf-8")
    environment = {**os.environ, "ADDOK_CONFIG_MODULE": str(work / "configuration.py")}
    redis = subprocess.Popen(
        [
            "redis-server",
            "--port",
            str(redis_port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            work,
        ],
        stdout=subprocess.DEVNULL,
    )
    server = None
    try:
        time.sleep(1)
        for step in (["batch", str(work / "streets.ndjson")], ["ngrams"]):
            subprocess.run(
                [addok / "addok", *step], check=True, env=environment, capture_output=True
            )
        with (work / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [addok / "python", "-c", _SERVER, str(port)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                httpx.get(f"{address}/search/", params={"q": "rue"}, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield address
    finally:
        for process in (server, redis):
            if process is not None:
                process.terminate()
                process.wait(timeout=20)


def table(*lines: str) -> pd.DataFrame:
    frame = pd.DataFrame("", index=range(len(lines)), columns=list(ADDRESS_COLUMNS), dtype=object)
    return frame.assign(adresse=list(lines), code_insee="59999", commune="Valmont-sur-Orve")


def test_addok_answers_what_the_index_answers(url: str, base: AddressStore, tmp_path: Path) -> None:
    streets = [s for s in base.commune("59999").streets if s.numbers.size > 3]  # type: ignore[union-attr]
    lines = [f"{s.numbers[1]} {s.name.upper()} BAT A" for s in streets[:40]]
    lines += ["8 avenue du Quetzalcoatl Zorglub", "", "12 " + "x" * 300]
    settings = ServiceSettings(base_url=url, attempts=1, wait_s=0.01, rate_per_s=1e6)
    arguments: dict[str, Any] = {"communes": base.communes()}
    with AddressService(tmp_path / "cache.sqlite", settings) as service:
        online = FileGeocoder(mode="api", service=service, **arguments).run(table(*lines))
        sent = service.sent
        again = FileGeocoder(mode="api", service=service, **arguments).run(table(*lines))
        assert service.sent == sent  # all from the cache
    pd.testing.assert_frame_equal(again, online)
    offline = FileGeocoder(mode="index", source=base, **arguments).run(table(*lines))
    assert len(online) == len(lines)
    known = slice(0, 40)
    agree = (online["result_name"] == offline["result_name"])[known]
    assert agree.mean() >= 0.95
    same = online[known][agree]
    gap = (same["result_x"] - offline["result_x"][same.index]).abs().max()
    assert gap < 0.5
    assert (online["result_verdict"][known] == "accepte").mean() >= 0.95
    # what exists nowhere is refused, whatever the engine says
    assert online["result_verdict"].iloc[40] == "rejete"
    assert online["result_status"].iloc[41] == "skipped"
