"""Killed at any moment, a run leaves the old pack or the new one, whole; the next one tidies up."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from fault_harness import Server

from effort import tries
from tfpb.io.packs.output_files import settle
from tfpb.io.packs.pack import broken_files, changed_by_hand, read_pack, write_pack
from tfpb.model.record import RUN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SRC = Path(__file__).parents[3] / "src"
OLD = {f"f{k}.txt": b"old" * 50 for k in range(4)} | {
    "donnees/a.csv": b"old",
    "technique/run.json": b"{}",
}
NEW = {f"f{k}.txt": b"new" * 50 for k in range(5)} | {
    "donnees/a.csv": b"new",
    "technique/run.json": b"{}",
}
WRITE = """
import json, os, signal, sys
from pathlib import Path
from tfpb.io.packs.pack import write_pack
files = {f"f{k}.txt": b"new" * 50 for k in range(5)} | {"donnees/a.csv": b"new", "technique/run.json": b"{}"}
WATCHED = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.scandir", "os.listdir"}
def write(folder, last):
    seen = 0
    def hook(event, args):
        nonlocal seen
        if event in WATCHED and str(folder.parent) in str(args):
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    write_pack(folder, files, {})
    print(json.dumps(seen), flush=True)
for line in sys.stdin:  # forked: a trial does not pay for the imports again
    folder, last = json.loads(line)
    pid = os.fork()
    if pid == 0:
        write(Path(folder), last)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        print(json.dumps(code), flush=True)
"""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")


def contents(folder: Path) -> dict[str, bytes]:
    pack = read_pack(folder)
    assert not broken_files(pack)
    assert not changed_by_hand(folder)
    return {n: b"{}" if n == RUN else d for n, d in pack.items()}


@pytest.fixture
def write() -> Iterator[Callable[[Path, int], int]]:
    """Write a pack elsewhere, killed at an operation: how many it made, or the signal, below zero."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE],
        env={**os.environ, "PYTHONPATH": str(SRC)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        given, told = process.stdin, process.stdout

        def call(folder: Path, last: int) -> int:
            given.write(json.dumps([str(folder), last]) + "\n")
            given.flush()
            return int(json.loads(told.readline()))

        yield call
        given.close()


@pytest.mark.slow
def test_a_kill_at_every_file_operation_leaves_a_whole_pack(
    write: Callable[[Path, int], int], tmp_path: Path
) -> None:
    assert write(tmp_path / "count" / "pack", 0) > 0
    write_pack(tmp_path / "count" / "pack", OLD, {})
    operations = write(tmp_path / "count" / "pack", 0)
    assert operations > 30
    outcomes = set()
    for last in range(1, operations + 1):
        folder = tmp_path / str(last) / "pack"
        write_pack(folder, OLD, {})
        assert write(folder, last) == -signal.SIGKILL, last
        settle(folder)
        assert [p.name for p in folder.parent.iterdir()] == ["pack"], last
        found = contents(folder)
        assert found in (OLD, NEW), last
        outcomes.add("old" if found == OLD else "new")
        again = write_pack(folder, NEW, {})
        assert again.folder == folder
        assert contents(folder) == NEW
        assert [p.name for p in folder.parent.iterdir()] == ["pack"], last
    assert outcomes == {"old", "new"}


def test_what_other_folders_bear_alike_is_left_alone(tmp_path: Path) -> None:
    write_pack(tmp_path / "pack", OLD, {})
    for name in (".pack", ".pack-mine", "pack-tfpb-x", ".packs-tfpb-x", ".other-tfpb-x"):
        (tmp_path / name).mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    write_pack(tmp_path / "pack", NEW, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_name_with_brackets_is_a_name_like_another(tmp_path: Path) -> None:
    folder = tmp_path / "dossier [v2] (été)"
    write_pack(folder, OLD, {})
    write_pack(folder, NEW, {})
    assert contents(folder) == NEW
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_the_folder_we_are_in_keeps_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "stock.xlsx").write_bytes(b"mine")
    monkeypatch.chdir(here)
    written = write_pack(Path(), NEW, {})
    assert written.folder == tmp_path / "here.2"
    assert (here / "stock.xlsx").read_bytes() == b"mine"


@pytest.mark.slow
@pytest.mark.skipif(not tries(0, 1), reason="vingt calculs tués : TFPB_ESSAIS=tous")
def test_kills_of_the_main_job(
    tmp_path: Path, example: Path, geodata: Path, first_run: Path
) -> None:
    """Kill whole runs at drawn moments, what they keep for the next one and what they write included."""
    folder = tmp_path / "out" / "valmont"
    cache = Path(shutil.copytree(first_run / "garde", tmp_path / "cache"))
    files = Path(shutil.copytree(example, tmp_path / "valmont"))
    command = (
        "dossier", files / "dossier.toml", "--sortie", folder, "--geodonnees", geodata,
    )  # fmt: skip
    with Server(tmp_path) as server:

        def run(**fault: object) -> tuple[float, int]:
            # a file that nobody reads: without it the pack in place would stand, and nothing be written
            (files / "vu.txt").write_text(str(time.monotonic()), "utf-8")
            started = time.monotonic()
            done = server.run(
                *command,
                env={"TFPB_CACHE": str(cache)},
                watch=(folder.parent,),
                **fault,  # type: ignore[arg-type]
            )
            wanted = (0, -signal.SIGKILL) if "apres_s" in fault else (-signal.SIGKILL,)
            assert done.code in (wanted if fault else (0,)), done.said
            return time.monotonic() - started, done.operations

        def whole() -> None:
            settle(folder)
            assert contents(folder) == reference
            assert not [p.name for p in folder.parent.iterdir() if p.is_dir() and p != folder]

        run()
        reference = contents(folder)
        seconds, operations = run()
        drawn = random.Random(8)  # noqa: S311 - moments of the kills, nothing secret
        turns = 10
        for turn in range(turns):
            for entry in sorted(cache.iterdir())[::3]:
                entry.unlink()  # some stages are made anew, and kept anew under the kill
            run(apres_s=(turn + drawn.uniform(0.02, 1.0)) / turns * seconds)
            whole()
            shutil.copytree(first_run / "garde", cache, dirs_exist_ok=True)
            run(mode="tuer", at=drawn.randint(1, operations))  # while it writes
            whole()
        run()
        assert contents(folder) == reference
        assert {p.name for p in folder.parent.iterdir()} == {"valmont", "valmont_a_verifier.xlsx"}
        assert not [p for p in cache.iterdir() if p.suffix != ".etape"]
