"""The example made once for all tests of the commands."""

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
def geodata(tmp_path_factory: pytest.TempPathFactory, example: Path, run: Run) -> Path:
    """Import the example's geography."""
    folder = tmp_path_factory.mktemp("geodonnees")
    sources = example / "geodonnees_sources"
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
    return folder


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example's stages are kept, for tests that say so and whose matter is not in them."""
    return tmp_path_factory.mktemp("garde")


@pytest.fixture(scope="session")
def pack(
    tmp_path_factory: pytest.TempPathFactory, example: Path, geodata: Path, run: Run, kept: Path
) -> Path:
    """Make the example's pack."""
    folder = tmp_path_factory.mktemp("pack") / "valmont"
    toml = example / "dossier.toml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(kept))
        result = run("dossier", toml, "--sortie", folder, "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def copy(tmp_path: Path, example: Path) -> Path:
    """Copy the example's inputs, to spoil them."""
    folder = tmp_path / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    return folder
