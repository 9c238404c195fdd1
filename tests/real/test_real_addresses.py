"""The index on real address files, defects included."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore, verify
from tfpb.text import mend_mojibake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("geo")
    files = [
        real_data / "bano2015" / "bano-08.csv",
        real_data / "bano2015" / "bano-971.csv",
        real_data / "bondy_93010" / "ban.csv",
    ]
    reports = import_addresses(files, folder=made)
    assert [r.kind for r in reports] == ["BANO", "BANO", "BAN"]
    assert [r.rows for r in reports] == [53_587, 45_841, 8_413]
    for report in reports:
        assert report.rows == report.stored + report.duplicates + sum(report.rejected.values())
    assert sum(r.stored for r in reports) > 107_800
    return made


def test_every_address_of_bondy_is_where_the_file_says(folder: Path, real_data: Path) -> None:
    with (real_data / "bondy_93010" / "ban_utf8.csv").open(encoding="utf-8") as handle:
        expected = {
            row["id"]: (row["nom_voie"], float(row["x"]), float(row["y"]))
            for row in csv.DictReader(handle, delimiter=";")
        }
    found = {}
    with AddressStore(folder) as store:
        commune = store.commune("93010")
        assert commune is not None
        for street in commune.streets:
            for at, (number, suffix) in enumerate(
                zip(street.numbers, street.suffixes, strict=True)
            ):
                key = f"{street.id}_{number:05d}{f'_{suffix}' if suffix else ''}"
                found[key] = (street.name, float(street.x[at]), float(street.y[at]))
    assert found.keys() == expected.keys()
    # the file said to be mended still has apostrophes broken: ours go further
    names = {key: mend_mojibake(name) for key, (name, _, _) in expected.items()}
    assert {key: name for key, (name, _, _) in found.items()} == names
    assert not any("Ã" in name or "â€" in name for name, _, _ in found.values())
    gaps = [np.hypot(found[k][1] - x, found[k][2] - y) for k, (_, x, y) in expected.items()]
    assert max(gaps) < 0.01


def test_guadeloupe_lies_in_its_own_projection(folder: Path) -> None:
    with AddressStore(folder) as store:
        codes = [code for code in store.citycodes() if code.startswith("97")]
        assert len(codes) > 30
        frame = store.streets_of(codes)
    assert len(frame) > 45_000
    assert frame["x"].between(480_000, 720_000).all()
    assert frame["y"].between(1_740_000, 2_010_000).all()


def test_old_communes_of_ardennes_keep_their_name(folder: Path) -> None:
    with AddressStore(folder) as store:
        olds = {
            street.old_city
            for code in store.citycodes()
            if code.startswith("08")
            for street in store.commune(code).streets  # type: ignore[union-attr]
        }
    assert len(olds - {""}) >= 3


def test_the_index_is_whole_and_compact(folder: Path) -> None:
    assert verify(folder / FILE_NAME) == []
    assert (folder / FILE_NAME).stat().st_size / 107_841 < 20
