"""The index, read."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from address_samples import ban_line

from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore, verify
from tfpb.errors import TfpbError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, ban: Any) -> Path:
    path = ban(
        ban_line(number=4),
        ban_line(number=2, x=662_100.5),
        ban_line("Rue Haute", 9, code="93001", postcode="93300", city="Aubervilliers"),
        ban_line("Rue Basse", 1, code="93005", postcode="93600", city="Aulnay-sous-Bois"),
    )
    import_addresses([path], folder=tmp_path)
    return tmp_path


def test_no_index_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TfpbError) as refused:
        AddressStore(tmp_path)
    assert refused.value.faults[0].code == "adresses_absentes"


def test_communes_are_loaded_once_and_forgotten_in_turn(folder: Path) -> None:
    with AddressStore(folder, keep=2) as store:
        first = store.commune("93010")
        assert store.commune("93010") is first
        store.commune("93001")
        store.commune("93005")
        again = store.commune("93010")
        assert again is not first
        assert store.commune("12345") is None
        assert store.citycodes() == ("93001", "93005", "93010")


def test_streets_of_communes_to_draw_the_ground(folder: Path) -> None:
    with AddressStore(folder) as store:
        frame = store.streets_of(["93010", "93001", "00000"])
        assert list(frame.columns) == ["street", "number", "x", "y", "citycode"]
        assert frame["number"].tolist() == [9, 2, 4]
        assert frame["x"].tolist() == [662_000.0, 662_100.5, 662_000.0]
        assert frame["citycode"].tolist() == ["93001", "93010", "93010"]
        assert store.streets_of([]).empty


def test_reading_leaves_nothing_beside_the_file(folder: Path) -> None:
    with AddressStore(folder) as store:
        store.commune("93010")
        assert [p.name for p in folder.iterdir() if p.name.startswith(FILE_NAME)] == [FILE_NAME]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database at all, but long enough to be read" * 30)
    with pytest.raises(TfpbError) as refused:
        AddressStore(tmp_path)
    assert refused.value.faults[0].code == "adresses_index_illisible"
    assert verify(tmp_path / FILE_NAME) == [("index_abime", FILE_NAME)]


def test_another_format_is_refused(folder: Path) -> None:
    db = sqlite3.connect(folder / FILE_NAME)
    db.execute("UPDATE meta SET value = '999'")
    db.commit()
    db.close()
    with pytest.raises(TfpbError) as refused:
        AddressStore(folder)
    assert refused.value.faults[0].code == "adresses_index_illisible"


def test_a_damaged_commune_is_found_and_refused(folder: Path) -> None:
    db = sqlite3.connect(folder / FILE_NAME)
    db.execute("UPDATE communes SET blob = SUBSTR(blob, 1, 20) WHERE citycode = '93010'")
    db.commit()
    db.close()
    assert verify(folder / FILE_NAME) == [("commune_abimee", "93010")]
    with AddressStore(folder) as store:
        with pytest.raises(TfpbError):
            store.commune("93010")
        assert store.commune("93001") is not None


def test_the_journal_of_a_killed_import_is_not_ignored(folder: Path) -> None:
    (folder / f"{FILE_NAME}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
    with pytest.raises(TfpbError) as refused:
        AddressStore(folder)
    assert refused.value.faults[0].code == "adresses_import_coupe"
    assert verify(folder / FILE_NAME) == [("import_coupe", FILE_NAME)]
