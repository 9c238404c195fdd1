"""The geocoder on noisy real addresses: one class a hard case, seeds of their own."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tfpb.addresses.communes import Communes
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.geocode.matcher import Geocoder

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(_ROOT / "benchmarks"))
import geocode as bench  # noqa: E402
import noise  # noqa: E402

_DATA = Path(os.environ.get("TFPB_DONNEES_REELLES", _ROOT.parent / "shared" / "data"))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not _DATA.is_dir(), reason="the real data folder is absent"),
]
# class, least share of right streets and numbers
FLOORS = {
    "plain": 1.0, "complement": 0.995, "residence": 0.99, "range": 0.995, "suffix": 0.995, "type": 0.995,
    "title": 0.995, "initial": 0.995, "truncation": 0.98, "characters": 0.995, "glued": 0.985, "typo": 0.985,
    "double typo": 0.98, "routing": 0.995, "commune": 0.995, "renamed": 0.995, "rpls codes": 0.995,
    "parcel": 0.99, "wrong type": 0.97, "first name left out": 0.96, "order": 0.99, "landlord mix": 0.985,
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bases")
    files = [_DATA / "bondy_93010" / "ban_utf8.csv", *sorted((_DATA / "bano2015").glob("*.csv"))]
    import_addresses(files, folder=folder)
    return folder / FILE_NAME


@pytest.fixture(scope="module")
def pool(index: Path) -> list:
    return noise.addresses(index, ("08", "971", "93"))


@pytest.fixture(scope="module")
def geocoder(index: Path) -> Iterator[Geocoder]:
    with AddressStore(index) as store:
        yield Geocoder(store, Communes.load())


@pytest.mark.parametrize("kind", FLOORS)
def test_hard_case(kind: str, pool: list, geocoder: Geocoder) -> None:
    cases = noise.draw(pool, kind, 200, random.Random(9001))  # noqa: S311
    frame = bench.answers(geocoder, cases)
    rows = [row for _, row in frame.iterrows()]
    right = [
        bench.street_right(c, r) and bench.number_right(c, r)
        for c, r in zip(cases, rows, strict=True)
    ]
    assert sum(right) / len(right) >= FLOORS[kind]
    accepted = [
        bench.street_right(c, r)
        for c, r in zip(cases, rows, strict=True)
        if r["result_verdict"] == "accepte"
    ]
    assert sum(accepted) / len(accepted) >= 0.985


def test_streets_that_do_not_exist(pool: list, geocoder: Geocoder) -> None:
    frame = bench.answers(geocoder, noise.absent(pool, 600, random.Random(9001)))  # noqa: S311
    assert frame["result_type"].isin(["municipality", "none"]).mean() >= 0.95
    assert (frame["result_verdict"] == "accepte").mean() <= 0.01
