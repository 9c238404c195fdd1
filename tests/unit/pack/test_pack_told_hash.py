"""A pack that was touched says so: its files, its record, what stands beside its archive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer

from tfpb.archives import zip_bytes
from tfpb.cli.verifier import _whole
from tfpb.errors import TfpbError
from tfpb.io.packs.pack import broken_files, dumps, listed, read_pack, write_pack
from tfpb.io.packs.provenance import recorded_hash
from tfpb.model.record import LISTING, RUN, older

if TYPE_CHECKING:
    from pathlib import Path

RECORD: dict[str, Any] = {
    "entrees": [{"role": "patrimoine", "nom": "stock.xlsx", "sha256": "ab" * 32}],
    "reglages": {"dossier": {"annee": 2025, "titre": "Été"}},
    "versions": {"tfpb": "1.0"},
    "controles": [],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    record = RECORD | {"empreinte": recorded_hash(RECORD)}
    files = {RUN: dumps(record), "donnees/a.csv": b"a;b\r\n1;2\r\n"}
    return write_pack(tmp_path / "pack", files, {}).folder


def again(pack: dict[str, bytes], record: dict[str, Any]) -> dict[str, bytes]:
    """Write a record in a pack, with its hashes and its seal, as somebody would who hides it."""
    return listed(pack | {RUN: dumps(record)})


def test_a_whole_pack_is_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = read_pack(folder)
    assert broken_files(pack) == []
    _whole(folder)
    assert f"(calcul {recorded_hash(RECORD)})" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"empreinte": "00000000"},
        {"reglages": {"dossier": {"annee": 2024, "titre": "Été"}}},
        {"versions": {"tfpb": "1.1"}},
        {"entrees": [{"role": "patrimoine", "nom": "stock.xlsx", "sha256": "cd" * 32}]},
        {"entrees": "rien"},
    ],
)
def test_a_record_rewritten_with_its_list_contradicts_its_hash(
    folder: Path, change: dict[str, Any]
) -> None:
    pack = read_pack(folder)
    record = json.loads(pack[RUN]) | change
    assert broken_files(again(pack, record)) == [(RUN, "contredit")]


def test_files_changed_beside_the_archive_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "donnees" / "a.csv").write_bytes(b"a;b\r\n1;3\r\n")
    (folder / "notes.txt").write_text("à moi", encoding="utf-8")
    with pytest.raises(typer.Exit) as stopped:
        _whole(folder)
    assert stopped.value.exit_code == 2
    told = capsys.readouterr().err
    assert "donnees/a.csv" in told
    assert "notes.txt" in told


def test_many_broken_files_are_counted_rather_than_listed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = read_pack(folder) | {f"x{k:02}.csv": b"" for k in range(30)}
    path = tmp_path / "touche.zip"
    path.write_bytes(zip_bytes(pack))
    with pytest.raises(typer.Exit):
        _whole(path)
    told = capsys.readouterr().err
    assert "… et 18 autres" in told


@pytest.mark.parametrize(
    ("held", "lost"), [((), RUN), ((older(RUN),), LISTING), ((LISTING,), older(RUN))]
)
def test_an_archive_that_is_no_pack_says_what_it_lacks(
    tmp_path: Path, held: tuple[str, ...], lost: str
) -> None:
    path = tmp_path / "autre.zip"
    path.write_bytes(zip_bytes({"donnees/a.csv": b"", **dict.fromkeys(held, b"{}")}))
    with pytest.raises(TfpbError) as caught:
        read_pack(path)
    assert caught.value.faults[0].code == "pack_illisible"
    assert caught.value.faults[0].got == f"sans {lost}"
