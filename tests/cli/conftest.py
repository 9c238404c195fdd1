"""The example made once for all tests of the commands, whatever the worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from tfpb.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

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
def copy(tmp_path: Path, example: Path) -> Path:
    """Copy the example's inputs, to spoil them."""
    folder = tmp_path / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    return folder
