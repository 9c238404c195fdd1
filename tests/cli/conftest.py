"""The example made once for all tests of the commands, whatever the worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tfpb.cli.app import app

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def run() -> Run:
    runner = CliRunner()

    def call(*args: object) -> Result:
        return runner.invoke(app, [str(a) for a in args])

    return call


@pytest.fixture(scope="session")
def geodata(once: Any, example: Path, run: Run) -> Path:
    """Import the example's geography."""
    sources = example / "geodonnees_sources"

    def fill(folder: Path) -> None:
        for arguments in (
            (
                "importer-adresses",
                sources / "adresses-59999.csv.gz",
                sources / "lieux-dits-59999.csv.gz",
            ),
            ("importer-qpv", sources / "qpv2015_valmont.geojson", "--millesime", 2015),
            ("importer-qpv", sources / "qpv2024_valmont.geojson", "--millesime", 2024),
            ("importer-communes", sources / "commune_valmont.geojson"),
        ):
            result = run("geodonnees", *arguments, "--geodonnees", folder)
            assert result.exit_code == 0, result.output

    return Path(once("geodonnees", fill))


@pytest.fixture(scope="session")
def first_run(once: Any, example: Path, geodata: Path, run: Run) -> Path:
    """Make the example's pack, and keep its stages: nothing was kept before."""

    def fill(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TFPB_CACHE", str(folder / "garde"))
            result = run("dossier", example / "dossier.toml", "--sortie", folder / "valmont",
                         "--geodonnees", geodata)  # fmt: skip
        assert result.exit_code == 0, result.output

    return Path(once("exemple", fill))


@pytest.fixture(scope="session")
def pack(first_run: Path) -> Path:
    """Return the example's pack."""
    return first_run / "valmont"


@pytest.fixture
def kept(first_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take what the example's stages gave, in tests whose matter is not in them.

    That a run which takes them writes the bytes of one that keeps nothing: test_cli_dossier.py and
    test_cli_pack_again.py.
    """
    monkeypatch.setenv("TFPB_CACHE", str(first_run / "garde"))
    return first_run / "garde"


@pytest.fixture
def copy(tmp_path: Path, example: Path) -> Path:
    """Copy the example's inputs, to spoil them."""
    folder = tmp_path / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    return folder
