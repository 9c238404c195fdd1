"""Lent folders: gone after use, gone at the next call when their owner was killed, kept while in use."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import Point

from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.packs.geopackage import geopackage_bytes

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from tfpb.io.machine.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "couches.gpkg").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_left_after_use(temporary: Path) -> None:
    layer = gpd.GeoDataFrame({"nom": ["a"]}, geometry=[Point(1, 2)], crs=2154)
    assert geopackage_bytes({"residences": layer}).startswith(b"SQLite format 3")
    with pytest.raises(OSError), scratch_folder() as folder:
        (folder / "a" / "b").write_bytes(b"x")
    assert list(temporary.iterdir()) == []


def test_a_folder_in_use_stays_and_that_of_a_killed_run_goes(temporary: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(temporary)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline()
    (inner,) = temporary.glob("*/*/couches.gpkg")
    with scratch_folder(), scratch_folder():
        assert inner.is_file()
        assert len(list(temporary.iterdir())) == 3
    holder.kill()
    holder.communicate()
    assert inner.is_file()
    with scratch_folder():
        assert not inner.exists()
    assert list(temporary.iterdir()) == []


def test_a_folder_of_others_is_left_alone(temporary: Path) -> None:
    (temporary / "tfpb-pret-abc").mkdir()
    (temporary / "autre").mkdir()
    with scratch_folder():
        pass
    assert sorted(p.name for p in temporary.iterdir()) == ["autre", "tfpb-pret-abc"]


CROWD = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from tfpb.io.machine.scratch import scratch_folder
for _ in range(150):
    with scratch_folder() as folder:
        (folder / "a").write_bytes(b"x")
        assert (folder / "a").read_bytes() == b"x"
"""


def test_runs_at_the_same_time_take_nothing_from_each_other(temporary: Path) -> None:
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, str(temporary)], stderr=subprocess.PIPE, text=True
        ) for _ in range(4)
    ]  # fmt: skip
    said = [p.communicate(timeout=120)[1] for p in crowd]
    assert [p.returncode for p in crowd] == [0] * 4, said
    assert list(temporary.iterdir()) == []
