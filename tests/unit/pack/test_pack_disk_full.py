"""A disk that is really full: said in French, what stood before is untouched, nothing is left half-written.

A small disk in memory is mounted, which root alone may do. Every operation of a pack refused one by one:
unit/faults.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tfpb.cli.app import app
from tfpb.errors import TfpbError
from tfpb.io.packs.output_files import write_together
from tfpb.io.packs.pack import broken_files, read_pack, write_pack
from tfpb.pipeline.kept.entry_files import write_entry
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = "le disque est plein"
OLD = {"note.pdf": b"ancien" * 1000, "technique/run.json": b"{}"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of a hundred kilobytes."""
    place = tmp_path / "disque"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("un petit disque ne se monte que sous Linux, par root")
    words = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(place)]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("le système refuse de monter un disque")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def standing(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_a_pack_that_fills_the_disk_leaves_the_earlier_one_whole(disk: Path) -> None:
    write_pack(disk / "dossier", OLD, {})
    before = standing(disk)
    files = {f"cartes/{k}.pdf": os.urandom(20_000) for k in range(8)} | OLD
    with pytest.raises(TfpbError) as refused:
        write_pack(disk / "dossier", files, {})
    (fault,) = refused.value.faults
    assert FULL in "\n".join(fault_text(fault).lines())
    assert standing(disk) == before
    assert broken_files(read_pack(disk / "dossier")) == []
    assert [p.name for p in disk.iterdir()] == ["dossier"]
    write_pack(
        disk / "dossier", {**OLD, "carte.html": b"nouveau"}, {}
    )  # room again: the next one ends


def test_files_of_one_result_that_fill_the_disk_are_none_of_them_written(disk: Path) -> None:
    write_together({disk / "s.csv": b"ancien"})
    with pytest.raises(TfpbError):
        write_together(
            {disk / "s.csv": b"nouveau", disk / "s_a_verifier.xlsx": os.urandom(200_000)}
        )
    assert standing(disk) == {"s.csv": b"ancien"}


def test_a_command_says_that_the_disk_is_full(disk: Path) -> None:
    (disk / "occupe").write_bytes(os.urandom(90_000))
    done = CliRunner().invoke(app, ["nouveau", str(disk / "convention")])
    assert done.exit_code == 2
    assert FULL in done.output
    assert list(standing(disk)) == ["occupe"]


def test_what_cannot_be_kept_for_the_next_run_is_not_kept_in_part(disk: Path) -> None:
    write_entry(disk / "etapes" / "a.etape", {"table": os.urandom(200_000)})
    assert standing(disk) == {}
