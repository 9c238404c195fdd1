"""The example made once for all tests of the commands, whatever the worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

import example_pack
from example_pack import without
from tfpb.cli.app import app

if TYPE_CHECKING:
    Once = Callable[[str, Callable[[Path], None]], Path]

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def run() -> Run:
    runner = CliRunner()

    def call(*args: object) -> Result:
        return runner.invoke(app, [str(a) for a in args])

    return call


@pytest.fixture(scope="session")
def pack(first_run: Path) -> Path:
    """Return the example's pack."""
    return first_run / "valmont"


@pytest.fixture
def kept(stages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take what the example's stages gave, in tests whose matter is not in them.

    That a run which takes them writes the bytes of one that keeps nothing: test_cli_dossier.py and
    test_cli_pack_again.py.
    """
    monkeypatch.setenv("TFPB_CACHE", str(stages))
    return stages


@pytest.fixture
def undrawn(first_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make packs of data alone: nothing is drawn nor laid out, in tests whose matter is in the data.

    Stages are kept apart: what is made so is no pack for the other tests.
    """
    own = shutil.copytree(first_run / "garde", tmp_path / "garde", copy_function=os.link)
    monkeypatch.setenv("TFPB_CACHE", str(own))
    example_pack.undrawn(monkeypatch)
    return Path(own)


@pytest.fixture
def copy(tmp_path: Path, example: Path) -> Path:
    """Copy the example's inputs, to spoil them."""
    folder = tmp_path / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    return folder


@pytest.fixture
def unsurveyed(copy: Path) -> Path:
    """Copy the example's inputs but its survey, for what has no part in it: a second less."""
    without(copy, "enquete", "plan")
    return copy


@pytest.fixture(scope="session")
def region(first: Once) -> Path:
    """Return the file of a small simulated region, one for all workers: who changes it takes a copy."""
    import region_outputs

    return first("region", region_outputs.make_files) / "region.toml"


@pytest.fixture(scope="session")
def region_made(first: Once, region: Path) -> Path:
    """Return the region's outputs, data only, made once for all workers."""
    import region_outputs

    return first("region-ecrite", lambda to: region_outputs.first_run(to, region)) / "sortie"


@pytest.fixture(scope="session")
def region_kept(region_made: Path) -> Path:
    """Return what the region's first run kept, to which the tests of all workers may add."""
    return region_made.with_name("garde")


@pytest.fixture(scope="session")
def planted(first: Once) -> Path:
    """Return the folder where every command was run on inputs full of canaries, once for all workers."""
    import canaries

    return first("canaris", canaries.run_everything)
